/*
 * Tests of proto/json/read.c: which texts are JSON.  The numbers are those of
 * include/weigh/json.h; limits are in test_json_limits.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/json.h>

#include "check.h"
#include "json_trace.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define D(text) text, sizeof(text) - 1

struct doc {
	const char *label;
	const char *text;
	size_t len;
	const char *want; /* good: the trace; bad: words of the reason */
};

static const struct doc good_docs[] = {
	{ "a number", D("0"), "n0 END" },
	{ "negative zero", D("-0"), "n-0 END" },
	{ "blanks around", D(" \t\r\n1 \t\r\n"), "n1 END" },
	{ "all number parts", D("[-12.50e+07,1E3,2e-0,0.1,0e1]"),
	    "[ n-12.50e+07 n1E3 n2e-0 n0.1 n0e1 ] END" },
	{ "a number of any length", D("123456789012345678901234567890"),
	    "n123456789012345678901234567890 END" },
	{ "words", D("[true,false,null]"), "[ t f 0 ] END" },
	{ "a word alone", D("null"), "0 END" },
	{ "an empty string", D("\"\""), "s\"\" END" },
	{ "a string", D("\"abc\""), "s\"abc\" END" },
	{ "an empty array", D("[]"), "[ ] END" },
	{ "an empty object", D("{}"), "{ } END" },
	{ "blanks everywhere", D(" [ 1 , { \"a\" : [ ] } ] "),
	    "[ n1 { k\"a\" [ ] } ] END" },
	{ "a nested one", D("{\"a\":{\"b\":[{\"c\":1}]},\"d\":2}"),
	    "{ k\"a\" { k\"b\" [ { k\"c\" n1 } ] } k\"d\" n2 } END" },
	{ "every short escape", D("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
	    "s\"\"\\/\x08\x0c\n\r\t\" END" },
	{ "\\u in ASCII", D("\"\\u0041\\u007f\""), "s\"A\x7f\" END" },
	{ "\\u of two bytes", D("\"\\u00e9\\u07FF\""),
	    "s\"\xc3\xa9\xdf\xbf\" END" },
	{ "\\u of three bytes", D("\"\\u20ac\\uD7FF\\ue000\\uffff\""),
	    "s\"\xe2\x82\xac\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\" END" },
	{ "a pair of surrogates", D("\"\\ud83d\\ude00\\uDBFF\\uDFFF\""),
	    "s\"\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\" END" },
	{ "\\u of a NUL", D("\"a\\u0000b\""), "s\"a\\0b\" END" },
	{ "UTF-8 of every length",
	    D("\"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""),
	    "s\"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\" END" },
	{ "DEL in a string", D("\"\x7f\""), "s\"\x7f\" END" },
	{ "an empty key", D("{\"\":1}"), "{ k\"\" n1 } END" },
	{ "the same key in other objects",
	    D("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}"),
	    "{ k\"a\" { k\"a\" { k\"a\" n1 } } k\"b\" [ { k\"a\" n1 } { k\"a\" n2 } ] } END" },
	{ "keys that begin alike", D("{\"a\":1,\"aa\":2,\"\":3}"),
	    "{ k\"a\" n1 k\"aa\" n2 k\"\" n3 } END" },
	{ "keys of other case", D("{\"a\":1,\"A\":2}"),
	    "{ k\"a\" n1 k\"A\" n2 } END" },
	{ "a noncharacter", D("\"\xef\xb7\x90\""), "s\"\xef\xb7\x90\" END" },
	{ "U+2028", D("\"\xe2\x80\xa8\""), "s\"\xe2\x80\xa8\" END" },
};

static const struct doc bad_docs[] = {
	{ "nothing", D(""), "too early" },
	{ "blanks only", D(" \n"), "too early" },
	{ "an open array", D("["), "too early" },
	{ "an open array with a value", D("[1"), "too early" },
	{ "an open array behind a comma", D("[1,"), "too early" },
	{ "an open object", D("{"), "too early" },
	{ "a key alone", D("{\"a\""), "too early" },
	{ "a key and a colon", D("{\"a\":"), "too early" },
	{ "a comma behind the last element", D("[1,]"),
	    "no value begins like this" },
	{ "a comma behind the last member", D("{\"a\":1,}"),
	    "a key must stand here" },
	{ "a comma first", D("[,1]"), "no value begins like this" },
	{ "two commas", D("[1,,2]"), "no value begins like this" },
	{ "a comma alone", D(","), "no value begins like this" },
	{ "no comma", D("[1 2]"), "','" },
	{ "no comma between members", D("{\"a\":1 \"b\":2}"), "','" },
	{ "no colon", D("{\"a\" 1}"), "':'" },
	{ "a comma for the colon", D("{\"a\",1}"), "':'" },
	{ "two colons", D("{\"a\"::1}"), "no value" },
	{ "a colon in an array", D("[\"a\":1]"), "','" },
	{ "a key that is no string", D("{1:1}"), "a key must" },
	{ "a key without quotes", D("{a:1}"), "a key must" },
	{ "single quotes", D("['a']"), "no value" },
	{ "the wrong end of an array", D("[1}"), "','" },
	{ "the wrong end of an object", D("{\"a\":1]"), "','" },
	{ "the wrong end at once", D("[}"), "no value" },
	{ "the wrong end of an empty object", D("{]"), "a key must" },
	{ "an end too many", D("[]]"), "behind the value" },
	{ "two values", D("1 2"), "behind the value" },
	{ "two arrays", D("[][]"), "behind the value" },
	{ "a comma behind the value", D("[],"), "behind the value" },
	{ "a comment behind the value", D("[]//x"), "behind the value" },
	{ "a comment", D("/* */1"), "no value" },
	{ "a hash comment", D("#\n1"), "no value" },
	{ "a byte order mark",
	    D("\xef\xbb\xbf"
	      "1"),
	    "no value" },
	{ "UTF-16", D("1\x00"), "behind the value" },
	{ "a NUL first", D("\x00"), "no value" },
	{ "a form feed as blank",
	    D("\x0c"
	      "1"),
	    "no value" },
	{ "a no-break space",
	    D("\xc2\xa0"
	      "1"),
	    "no value" },
	{ "a leading zero", D("01"), "a bad number" },
	{ "a leading zero behind minus", D("-01"), "a bad number" },
	{ "two zeros", D("00"), "a bad number" },
	{ "a plus", D("+1"), "no value" },
	{ "a minus alone", D("-"), "inside a value" },
	{ "minus and a word", D("-x"), "a bad number" },
	{ "two minuses", D("--1"), "a bad number" },
	{ "a point first", D(".5"), "no value" },
	{ "a point last", D("1."), "inside a value" },
	{ "a point and an exponent", D("1.e5"), "a bad number" },
	{ "two points", D("1.2.3"), "a bad number" },
	{ "an exponent without digits", D("1e"), "inside a value" },
	{ "an exponent with a sign alone", D("[1e+]"), "a bad number" },
	{ "a broken exponent", D("1e5.2"), "a bad number" },
	{ "a second exponent", D("1e5e2"), "a bad number" },
	{ "hexadecimal", D("0x10"), "behind the value" },
	{ "a letter behind a number", D("[1a]"), "','" },
	{ "underscores in a number", D("[1_000]"), "','" },
	{ "NaN", D("NaN"), "no value" },
	{ "Infinity", D("Infinity"), "no value" },
	{ "-Infinity", D("-Infinity"), "a bad number" },
	{ "nan in lower case", D("nan"), "an unknown word" },
	{ "True", D("True"), "no value" },
	{ "a cut word", D("tru"), "inside a value" },
	{ "a cut word in an array", D("[tru]"), "an unknown word" },
	{ "a longer word", D("nulll"), "behind the value" },
	{ "a longer word in an array", D("[truee]"), "','" },
	{ "undefined", D("undefined"), "no value" },
	{ "an open string", D("\"abc"), "inside a value" },
	{ "an open escape", D("\"abc\\"), "inside a value" },
	{ "an open \\u", D("\"\\u00"), "inside a value" },
	{ "a quote that is escaped", D("\"\\\""), "inside a value" },
	{ "a line end in a string", D("\"a\nb\""), "a control character" },
	{ "a tab in a string", D("\"\t\""), "a control character" },
	{ "a NUL in a string", D("\"\x00\""), "a control character" },
	{ "0x1f in a string", D("\"\x1f\""), "a control character" },
	{ "an unknown escape", D("\"\\x41\""), "an unknown escape" },
	{ "an escaped quote of C", D("\"\\'\""), "an unknown escape" },
	{ "an escape in upper case", D("\"\\N\""), "an unknown escape" },
	{ "\\U", D("\"\\U0041\""), "an unknown escape" },
	{ "an escaped NUL byte", D("\"\\\x00\""), "an unknown escape" },
	{ "an escaped line end", D("\"\\\n\""), "an unknown escape" },
	{ "a short \\u", D("\"\\u12\""), "a bad \\u escape" },
	{ "a \\u that is not hexadecimal", D("\"\\u12g4\""),
	    "a bad \\u escape" },
	{ "a sign in a \\u", D("\"\\u+123\""), "a bad \\u escape" },
	{ "a lone high surrogate", D("\"\\ud800\""), "a lone surrogate" },
	{ "a high surrogate and a letter", D("\"\\ud800x\""),
	    "a lone surrogate" },
	{ "a high surrogate and an escape", D("\"\\ud800\\n\""),
	    "a lone surrogate" },
	{ "two high surrogates", D("\"\\ud800\\ud800\""), "a lone surrogate" },
	{ "a high surrogate and a character", D("\"\\ud800\\u0041\""),
	    "a lone surrogate" },
	{ "a lone low surrogate", D("\"\\udc00\""), "a lone surrogate" },
	{ "surrogates in the wrong order", D("\"\\udc00\\ud800\""),
	    "a lone surrogate" },
	{ "an overlong slash", D("\"\xc0\xaf\""), "not UTF-8" },
	{ "an overlong of three", D("\"\xe0\x80\xaf\""), "not UTF-8" },
	{ "a surrogate in UTF-8", D("\"\xed\xa0\x80\""), "not UTF-8" },
	{ "past U+10FFFF", D("\"\xf4\x90\x80\x80\""), "not UTF-8" },
	{ "a lone continuation byte", D("\"\x80\""), "not UTF-8" },
	{ "a character cut by the quote", D("\"\xe2\x82\""), "not UTF-8" },
	{ "a character cut by an escape", D("\"\xe2\\n\""), "not UTF-8" },
	{ "Latin-1", D("\"\xe9\""), "not UTF-8" },
	{ "0xff", D("\"\xff\""), "not UTF-8" },
	{ "bad UTF-8 in a key", D("{\"\xff\":1}"), "not UTF-8" },
	{ "a key twice", D("{\"a\":1,\"a\":1}"), "a key is given twice" },
	{ "a key twice, with others between",
	    D("{\"a\":1,\"b\":{\"a\":2},\"c\":3,\"a\":4}"),
	    "a key is given twice" },
	{ "a key twice, once escaped", D("{\"a\":1,\"\\u0061\":2}"),
	    "a key is given twice" },
	{ "an empty key twice", D("{\"\":1,\"\":2}"), "a key is given twice" },
	{ "a key with NUL twice", D("{\"\\u0000a\":1,\"\\u0000a\":2}"),
	    "a key is given twice" },
	{ "a key twice in the inner object", D("[{\"x\":{\"a\":1,\"a\":2}}]"),
	    "a key is given twice" },
	{ "a key again behind an inner object",
	    D("{\"a\":{\"b\":1},\"b\":{\"c\":1},\"b\":2}"),
	    "a key is given twice" },
	{ "an array of open arrays", D("[[[["), "too early" },
	{ "a backslash outside", D("\\n"), "no value" },
	{ "an unbalanced quote", D("[\"a]"), "inside a value" },
};
/* The trace of `d` cut at `first`, then every `piece` bytes; NULL-terminated. */
static const char *
trace(struct weigh_buf *b, const struct doc *d, size_t first, size_t piece)
{
	weigh_buf_init(b, 1 << 20);
	json_trace(b, &weigh_json_small, d->text, d->len, first, piece);
	check_true(d->label, b->data != NULL && !b->failed);
	return b->data;
}

static void
test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_docs); i++) {
		struct weigh_buf b;

		check_str(good_docs[i].label, trace(&b, &good_docs[i], 0, 0),
		    good_docs[i].want);
		weigh_buf_free(&b);
	}
}

/* (2) */
static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_docs); i++) {
		const struct doc *d = &bad_docs[i];
		struct weigh_buf b;
		const char *text = trace(&b, d, 0, 0);

		check_has(d->label, text, "BAD malformed at byte ");
		check_has(d->label, text, d->want);
		check_true(d->label, strstr(text, "END") == NULL);
		weigh_buf_free(&b);
	}
}

static void
check_cut(const struct doc *d, const char *whole, size_t first, size_t piece)
{
	struct weigh_buf b;
	char label[128];

	(void)snprintf(label, sizeof(label), "%s, cut at %zu, then every %zu",
	    d->label, first, piece);
	check_str(label, trace(&b, d, first, piece), whole);
	weigh_buf_free(&b);
}

/* (1): pieces of 1 to 7 bytes, and two pieces cut anywhere, say what the whole
 * says, the offset and the words of an error included. */
static void
check_cuttings(const struct doc *d)
{
	struct weigh_buf b;
	const char *whole = trace(&b, d, 0, 0);

	for (size_t piece = 1; piece <= 7; piece++)
		check_cut(d, whole, 0, piece);
	for (size_t first = 1; first < d->len; first++)
		check_cut(d, whole, first, 0);
	weigh_buf_free(&b);
}

static void
test_every_cutting(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_docs); i++)
		check_cuttings(&good_docs[i]);
	for (size_t i = 0; i < COUNT(bad_docs); i++)
		check_cuttings(&bad_docs[i]);
}

/* Every beginning of a good document is bad, except of a number. */
static void
test_every_beginning(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_docs); i++) {
		struct doc d = good_docs[i];
		struct weigh_buf b;

		if (strchr("[{\"", d.text[0]) == NULL)
			continue;
		while (--d.len > 0) {
			check_has(d.label, trace(&b, &d, 0, 0), "BAD");
			weigh_buf_free(&b);
		}
	}
}

/* After BAD nothing more is looked at, and the reason stays. */
static void
test_bad_stays_bad(void **state)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_small);
	struct weigh_err err;

	(void)state;
	check_true("memory", j != NULL);
	check_code("no error yet", weigh_json_error(j, &err), WEIGH_OK);
	weigh_json_feed(j, "[1]]", 4, false);
	while (weigh_json_next(j) > WEIGH_JSON_BAD)
		;
	check_u64("bad", weigh_json_next(j), WEIGH_JSON_BAD);
	weigh_json_feed(j, "  ", 2, true);
	check_u64("still bad", weigh_json_next(j), WEIGH_JSON_BAD);
	check_code("why", weigh_json_error(j, &err), WEIGH_MALFORMED);
	check_str("why", err.why,
	    "at byte 3 of the JSON text: something stands behind the value");
	weigh_json_free(j);
	weigh_json_free(NULL);
}

/* A value that could go on is not finished before somebody says so. */
static void
test_last_piece_may_be_empty(void **state)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_small);
	size_t len;

	(void)state;
	check_true("memory", j != NULL);
	weigh_json_feed(j, "1", 1, false);
	check_u64("a digit may follow", weigh_json_next(j), WEIGH_JSON_MORE);
	weigh_json_feed(j, "2", 1, false);
	check_u64("and another", weigh_json_next(j), WEIGH_JSON_MORE);
	weigh_json_feed(j, "", 0, true);
	check_u64("none did", weigh_json_next(j), WEIGH_JSON_NUMBER);
	check_str("all of it", weigh_json_text(j, &len), "12");
	check_u64("its length", len, 2);
	check_u64("end", weigh_json_next(j), WEIGH_JSON_END);
	check_u64("still", weigh_json_next(j), WEIGH_JSON_END);
	weigh_json_free(j);
}

static void
test_nul_in_a_string(void **state)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_small);
	const char *text;
	size_t len;

	(void)state;
	check_true("memory", j != NULL);
	weigh_json_feed(j, "\"a\\u0000b\"", 10, true);
	check_u64("string", weigh_json_next(j), WEIGH_JSON_STRING);
	text = weigh_json_text(j, &len);
	check_bytes("with its NUL", text, len, "a\0b", 3);
	weigh_json_free(j);
}

static const struct {
	const char *text;
	bool is_u64, is_i64;
	uint64_t u64;
	int64_t i64;
} integer_rows[] = {
	{ "0", true, true, 0, 0 },
	{ "-0", false, true, 0, 0 },
	{ "7", true, true, 7, 7 },
	{ "-7", false, true, 0, -7 },
	{ "9223372036854775807", true, true, INT64_MAX, INT64_MAX },
	{ "9223372036854775808", true, false, (uint64_t)1 << 63, 0 },
	{ "-9223372036854775808", false, true, 0, INT64_MIN },
	{ "-9223372036854775809", false, false, 0, 0 },
	{ "18446744073709551615", true, false, UINT64_MAX, 0 },
	{ "18446744073709551616", false, false, 0, 0 },
	{ "18446744073709551620", false, false, 0, 0 },
	{ "99999999999999999999999", false, false, 0, 0 },
	{ "1.0", false, false, 0, 0 },
	{ "1e2", false, false, 0, 0 },
	{ "0E0", false, false, 0, 0 },
};

static void
test_integers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(integer_rows); i++) {
		const char *text = integer_rows[i].text;
		struct weigh_json *j = weigh_json_new(&weigh_json_small);
		uint64_t u = 0;
		int64_t n = 0;

		check_true(text, j != NULL);
		weigh_json_feed(j, text, strlen(text), true);
		check_u64(text, weigh_json_next(j), WEIGH_JSON_NUMBER);
		check_true(text,
		    weigh_json_u64(j, &u) == integer_rows[i].is_u64);
		check_true(text,
		    weigh_json_i64(j, &n) == integer_rows[i].is_i64);
		check_u64(text, u, integer_rows[i].u64);
		check_true(text, n == integer_rows[i].i64);
		weigh_json_free(j);
	}
}

/* Reads over "x" of `{"x":…,"y":1}` and sees "y". */
static void
test_skip(void **state)
{
	static const char *const values[] = { "1", "\"s\"", "null", "[]", "{}",
		"[[1,{\"x\":[2]}],3]", "{\"x\":{\"x\":[{}]}}" };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct weigh_json *j = weigh_json_new(&weigh_json_small);
		char text[64];
		int n = snprintf(text, sizeof(text), "{\"x\":%s,\"y\":1}",
		    values[i]);

		check_true("memory", j != NULL);
		weigh_json_feed(j, text, (size_t)n, true);
		check_u64(text, weigh_json_next(j), WEIGH_JSON_OBJECT);
		check_u64(text, weigh_json_next(j), WEIGH_JSON_KEY);
		check_u64("begins", weigh_json_taken(j), 4);
		check_true(text, weigh_json_skip(j, weigh_json_next(j)));
		if (strchr("]}\"", values[i][strlen(values[i]) - 1]) != NULL)
			check_u64(text, weigh_json_taken(j),
			    5 + strlen(values[i]));
		check_u64(text, weigh_json_depth(j), 1);
		check_u64(text, weigh_json_next(j), WEIGH_JSON_KEY);
		check_str(text, weigh_json_text(j, NULL), "y");
		weigh_json_free(j);
	}
}

static void
test_skip_refuses(void **state)
{
	static const char *const texts[] = { "[1,]", "[[1}", "[",
		"[\"\xff\"]" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct weigh_json *j = weigh_json_new(&weigh_json_small);

		check_true("memory", j != NULL);
		weigh_json_feed(j, texts[i], strlen(texts[i]), true);
		check_true(texts[i], !weigh_json_skip(j, weigh_json_next(j)));
		check_true("bad itself",
		    !weigh_json_skip(j, weigh_json_next(j)));
		weigh_json_free(j);
	}
}

/* Strings in parts: whatever the cutting, together they are the string. */
static void
test_parts(void **state)
{
	static const char text[] =
	    "{\"a\":\"0123456789012345678901234567890123456789\\u20ac"
	    "0123456789\\/\\n012345678901234567890123456789\\ud83d\\ude00\","
	    "\"b\":\"\",\"c\":[1,\"x\"]}";
	static const char want[] =
	    "k:a 0123456789012345678901234567890123456789\xe2\x82\xac"
	    "0123456789/\n012345678901234567890123456789\xf0\x9f\x98\x80 k:b  "
	    "k:c x ";
	const struct weigh_json_limits limits = { 8, 65, 8, 4096 };

	(void)state;
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		struct weigh_json *j = weigh_json_new(&limits);
		enum weigh_json_token t = WEIGH_JSON_MORE;
		struct weigh_buf got;
		size_t len, at = 0;

		weigh_buf_init(&got, 4096);
		weigh_json_parts(j, true);
		while (t != WEIGH_JSON_END && t != WEIGH_JSON_BAD) {
			if ((t = weigh_json_next(j)) == WEIGH_JSON_MORE) {
				size_t left = sizeof(text) - 1 - at;
				size_t n = left < piece ? left : piece;

				weigh_json_feed(j, text + at, n, n == left);
				at += n;
				continue;
			}
			const char *s = weigh_json_text(j, &len);
			check_true("no part is over the limit", len <= 65);
			if (t == WEIGH_JSON_KEY)
				weigh_buf_addf(&got, "k:%s ", s);
			if (t == WEIGH_JSON_PART || t == WEIGH_JSON_STRING)
				weigh_buf_add(&got, s, len);
			if (t == WEIGH_JSON_STRING)
				weigh_buf_addc(&got, ' ');
		}
		check_true("the end", t == WEIGH_JSON_END);
		check_str("together", got.data, want);
		weigh_buf_free(&got);
		weigh_json_free(j);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_every_cutting),
		cmocka_unit_test(test_every_beginning),
		cmocka_unit_test(test_bad_stays_bad),
		cmocka_unit_test(test_last_piece_may_be_empty),
		cmocka_unit_test(test_nul_in_a_string),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_skip_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
