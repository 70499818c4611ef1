/*
 * Tests of proto/json/read.c and keys.c: limits and memory.  The numbers are
 * those of include/weigh/json.h.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/json.h>

#include "check.h"
#include "json_trace.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Depth 3, strings of 5 bytes, 4 keys, 40 bytes of text. */
static const struct weigh_json_limits tight = { 3, 5, 4, 40 };

static const struct {
	const char *label;
	const char *text;
	const char *want;
} rows[] = {
	{ "three levels", "[[[]]]", "END" },
	{ "four levels", "[[[[]]]]", "BAD too_big at byte 3 " },
	{ "four levels of objects", "{\"a\":[{\"b\":{}}]}",
	    "BAD too_big at byte 11 " },
	{ "levels one after the other", "[[[]],[[]],[[]]]", "END" },
	{ "five bytes", "\"12345\"", "END" },
	{ "six bytes", "\"123456\"", "BAD too_big at byte 6 " },
	{ "five bytes, escaped", "\"\\u0031\\u0032345\"", "END" },
	{ "six bytes by an escape", "\"12345\\n\"", "BAD too_big at byte 7 " },
	{ "six bytes by \\u", "\"1234\\u00e9\"", "BAD too_big at byte 11 " },
	{ "five bytes with a character", "\"123\xc3\xa9\"", "END" },
	{ "six bytes by a character", "\"1234\xc3\xa9\"",
	    "BAD too_big at byte 6 " },
	{ "a limit before bad UTF-8", "\"12345\xff\"",
	    "BAD too_big at byte 6 " },
	{ "bad UTF-8 before a limit", "\"1234\xff\"",
	    "BAD malformed at byte 5 " },
	{ "a control character at the limit", "\"12345\n\"",
	    "BAD malformed at byte 6 " },
	{ "a number of five", "[12345]", "END" },
	{ "a number of six", "[123456]", "BAD too_big at byte 6 " },
	{ "a key of six", "{\"123456\":1}", "BAD too_big at byte 7 " },
	{ "four keys", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", "END" },
	{ "five keys", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}",
	    "BAD too_big at byte 28 " },
	{ "five keys in open objects", "{\"a\":1,\"b\":{\"c\":1,\"d\":{\"e\":1",
	    "BAD too_big at byte 26 " },
	{ "keys of closed objects",
	    "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2,\"c\":3}]", "END" },
	{ "forty bytes", "[                                      ]", "END" },
	{ "forty-one bytes", "[                                       ]",
	    "BAD too_big at byte 40 " },
	{ "forty bytes and a blank",
	    "[                                      ] ",
	    "BAD too_big at byte 40 " },
	{ "cut inside a string",
	    "[                                    \"abc\"]",
	    "BAD too_big at byte 40 " },
	{ "cut inside a word", "[                                    null]",
	    "BAD too_big at byte 40 " },
	{ "cut behind a number", "                                     1234",
	    "BAD too_big at byte 40 " },
};

/* (1), (3): the same limit is met at the same byte for every cutting. */
static void
test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);
		struct weigh_buf whole, b;

		weigh_buf_init(&whole, 1 << 16);
		json_trace(&whole, &tight, rows[i].text, len, 0, 0);
		check_has(rows[i].label, whole.data, rows[i].want);
		for (size_t piece = 1; piece <= len; piece++) {
			weigh_buf_init(&b, 1 << 16);
			json_trace(&b, &tight, rows[i].text, len, 0, piece);
			check_str(rows[i].label, b.data, whole.data);
			weigh_buf_free(&b);
		}
		weigh_buf_free(&whole);
	}
}

/* A number that the limit cuts is not given out as if it ended there. */
static void
test_limit_inside_a_number(void **state)
{
	static const struct weigh_json_limits three = { 3, 5, 4, 3 };
	struct weigh_buf b;

	(void)state;
	for (size_t piece = 0; piece < 5; piece++) {
		weigh_buf_init(&b, 1 << 16);
		json_trace(&b, &three, "1234", 4, 0, piece);
		check_str("cut", b.data,
		    "BAD too_big at byte 3 of the JSON text: "
		    "the text is over its limit");
		weigh_buf_free(&b);
	}
}

/* The shipped limits are what the header says. */
static void
test_shipped_limits(void **state)
{
	(void)state;
	check_u64("small", weigh_json_small.depth, 64);
	check_u64("small", weigh_json_small.string, 1 << 20);
	check_u64("small", weigh_json_small.keys, 1000000);
	check_u64("small", weigh_json_small.bytes, 4 << 20);
	check_u64("big", weigh_json_big.depth, 64);
	check_u64("big", weigh_json_big.string, 1 << 20);
	check_u64("big", weigh_json_big.keys, 4000000);
	check_u64("big", weigh_json_big.bytes, 1 << 30);
}

/* Nothing recurses: a million open brackets are refused at the 65th. */
static void
test_deep(void **state)
{
	size_t len = 1000000;
	char *text = malloc(len);
	struct weigh_buf b;

	(void)state;
	check_true("memory", text != NULL);
	memset(text, '[', len);
	weigh_buf_init(&b, 1 << 16);
	json_trace(&b, &weigh_json_small, text, len, 0, 0);
	check_has("refused", b.data, "BAD too_big at byte 64 ");
	weigh_buf_free(&b);
	free(text);
}

/* Which number comes: all of 0 … n - 1, once each. */
static unsigned
shuffled(unsigned i, unsigned n)
{
	return (unsigned)((uint64_t)i * 7919 % n);
}

/* Feed `{"k0":0, …}` of `n` keys; the `again`th key is the first one again. */
static enum weigh_json_token
feed_keys(struct weigh_json *j, unsigned n, unsigned again)
{
	enum weigh_json_token t = WEIGH_JSON_MORE;
	char text[64];

	for (unsigned i = 0; i < n && t == WEIGH_JSON_MORE; i++) {
		unsigned k = i == again ? 0 : shuffled(i, n);
		int len = snprintf(text, sizeof(text), "%s\"k%u\":%u%s",
		    i == 0 ? "{" : ",", k, i, i == n - 1 ? "}" : "");

		weigh_json_feed(j, text, (size_t)len, i == n - 1);
		while ((t = weigh_json_next(j)) > WEIGH_JSON_BAD)
			;
	}
	return t;
}

/* (2): a duplicate is found however many keys lie between, through every
 * growth of the set; and no two different keys are taken for one. */
static void
test_duplicates_far_apart(void **state)
{
	static const unsigned sizes[] = { 2, 31, 32, 33, 64, 65, 1000, 50000 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct weigh_json *j = weigh_json_new(&weigh_json_big);

		check_true("memory", j != NULL);
		check_u64("all different", feed_keys(j, sizes[i], sizes[i]),
		    WEIGH_JSON_END);
		weigh_json_free(j);
		j = weigh_json_new(&weigh_json_big);
		check_true("memory", j != NULL);
		check_u64("the last is the first",
		    feed_keys(j, sizes[i], sizes[i] - 1), WEIGH_JSON_BAD);
		weigh_json_free(j);
	}
}

/* Objects that close give their keys back: inner ones between the members of an
 * outer one, whose set must not be hurt. */
static void
test_inner_objects_between(void **state)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_big);
	enum weigh_json_token t = WEIGH_JSON_MORE;
	char text[200];

	(void)state;
	check_true("memory", j != NULL);
	weigh_json_feed(j, "{", 1, false);
	for (unsigned i = 0; i < 20000 && t != WEIGH_JSON_BAD; i++) {
		int len;

		while ((t = weigh_json_next(j)) > WEIGH_JSON_BAD)
			;
		len = snprintf(text, sizeof(text),
		    "%s\"o%u\":{\"k0\":1,\"k%u\":{\"a\":1,\"b\":{}},\"z\":[{\"a\":1}]}",
		    i == 0 ? "" : ",", i, i + 1);
		weigh_json_feed(j, text, (size_t)len, false);
	}
	check_u64("all taken", t, WEIGH_JSON_MORE);
	while (weigh_json_next(j) > WEIGH_JSON_BAD)
		;
	weigh_json_feed(j, ",\"o0\":1}", 8, true);
	while ((t = weigh_json_next(j)) > WEIGH_JSON_BAD)
		;
	check_u64("the first of all is still known", t, WEIGH_JSON_BAD);
	weigh_json_free(j);
}

static size_t
heap_in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* One member of an index of sharded weights: a quarter of a KB. */
static size_t
index_member(char out[320], unsigned i)
{
	return (size_t)snprintf(out, 320,
	    "%s\"model.layers.%07u.%0150u.weight\":"
	    "\"model-%05u-of-%05u.%040u.safetensors\"",
	    i == 0 ? "{\"weight_map\":{" : ",", i, i, i % 9999, 9999u, i);
}

/* (3): 60 MB, 250,000 keys, in pieces: under 16 MiB at any moment.  A sanitizer
 * has an allocator of its own, of which mallinfo2 knows nothing; there only the
 * reading itself is tested. */
static void
test_memory_of_a_big_index(void **state)
{
	const unsigned members = 250000;
	size_t before = heap_in_use(), peak = 0, bytes = 2;
	struct weigh_json *j = weigh_json_new(&weigh_json_big);
	unsigned strings = 0;
	enum weigh_json_token t;
	char text[320];

	(void)state;
	check_true("memory", j != NULL);
	for (unsigned i = 0; i < members; i++) {
		size_t len = index_member(text, i), used;

		bytes += len;
		weigh_json_feed(j, text, len, false);
		while ((t = weigh_json_next(j)) > WEIGH_JSON_BAD)
			strings += t == WEIGH_JSON_STRING;
		check_u64("taken", t, WEIGH_JSON_MORE);
		used = heap_in_use() - before;
		peak = used > peak ? used : peak;
	}
	weigh_json_feed(j, "}}", 2, true);
	while ((t = weigh_json_next(j)) > WEIGH_JSON_BAD)
		;
	check_u64("the end", t, WEIGH_JSON_END);
	check_u64("all of them", strings, members);
	check_true("it was a big one", bytes > 60000000);
	print_message("%zu bytes of text, %zu bytes of heap\n", bytes, peak);
	check_true("under 16 MiB", peak < (size_t)16 << 20);
	weigh_json_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limit_inside_a_number),
		cmocka_unit_test(test_shipped_limits),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_duplicates_far_apart),
		cmocka_unit_test(test_inner_objects_between),
		cmocka_unit_test(test_memory_of_a_big_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
