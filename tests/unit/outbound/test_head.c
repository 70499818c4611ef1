/* Tests of daemon/outbound/head.c and ring.h: what an answer's fields say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "outbound/head.h"
#include "outbound/ring.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HEX40 "0123456789abcdef0123456789abcdef01234567"

/* Lines, with '|' for each line end. */
static void
read_head(struct head *h, const char *lines)
{
	char line[4096];

	head_init(h);
	for (; *lines != '\0'; lines++) {
		size_t len = strcspn(lines, "|");
		int n = snprintf(line, sizeof(line), "%.*s\r\n", (int)len,
		    lines);

		head_line(h, line, (size_t)n, 784111777);
		lines += len;
	}
}

/* What is told of it, but for what is usual. */
static const char *
say(const struct head *h)
{
	static char out[4096];
	const struct outbound_head *t = &h->told;
	size_t n = (size_t)snprintf(out, sizeof(out), "%d", t->status);

#define SAY(when, ...) \
	if (when) \
	n += (size_t)snprintf(out + n, sizeof(out) - n, " " __VA_ARGS__)
	SAY(t->has_length, "length %llu", (unsigned long long)t->length);
	SAY(t->has_range, "range %llu-%llu/%llu",
	    (unsigned long long)t->range_first,
	    (unsigned long long)t->range_last,
	    (unsigned long long)t->range_total);
	SAY(t->etag[0] != '\0', "etag %s", t->etag);
	SAY(t->linked_etag[0] != '\0', "linked %s", t->linked_etag);
	SAY(t->has_linked_size, "size %llu",
	    (unsigned long long)t->linked_size);
	SAY(t->commit[0] != '\0', "commit %s", t->commit);
	SAY(t->error_code[0] != '\0', "error %s", t->error_code);
	SAY(t->type[0] != '\0', "type %s", t->type);
	SAY(t->next[0] != '\0', "next %s", t->next);
	SAY(t->coded, "coded");
	SAY(t->retry_after >= 0, "retry %lld", (long long)t->retry_after);
	SAY(t->left >= 0, "left %lld", (long long)t->left);
	SAY(t->reset >= 0, "reset %lld", (long long)t->reset);
	SAY(h->location[0] != '\0', "to %s", h->location);
	SAY(!h->done, "open");
#undef SAY
	return out;
}

static const struct row {
	const char *label, *lines, *want;
} rows[] = {
	{ "nothing", "", "0 open" },
	{ "a status", "HTTP/1.1 200 OK||", "200" },
	{ "HTTP/2", "HTTP/2 404||", "404" },
	{ "no words", "HTTP/1.1 200||", "200" },
	{ "no number", "HTTP/1.1 OK||", "0 open" },
	{ "a number of letters", "HTTP/1.1 2x0 OK||", "0 open" },
	{ "not yet whole", "HTTP/1.1 200 OK|ETag: \"a\"|",
	    "200 etag \"a\" open" },
	{ "an interim answer leaves no trace (2)",
	    "HTTP/1.1 103 Early|ETag: \"a\"||HTTP/1.1 200 OK||", "200" },
	{ "an interim answer alone", "HTTP/1.1 100 Continue||", "100 open" },
	{ "trailers leave no trace (2)",
	    "HTTP/1.1 200 OK||ETag: \"a\"||HTTP/1.1 500 No||", "200" },
	{ "any case, blanks", "HTTP/1.1 200 OK|eTaG:\t \"a\" \t||",
	    "200 etag \"a\"" },
	{ "no colon", "HTTP/1.1 200 OK|ETag \"a\"||", "200" },
	{ "a field nobody asked for", "HTTP/1.1 200 OK|X-Xet-Hash: a||",
	    "200" },

	{ "a length", "HTTP/1.1 200 OK|Content-Length: 12||", "200 length 12" },
	{ "no digits", "HTTP/1.1 200 OK|Content-Length: 1x||", "200" },
	{ "a sign", "HTTP/1.1 200 OK|Content-Length: +1||", "200" },
	{ "63 bits", "HTTP/1.1 200 OK|Content-Length: 9223372036854775807||",
	    "200 length 9223372036854775807" },
	{ "64 bits", "HTTP/1.1 200 OK|Content-Length: 9223372036854775808||",
	    "200" },
	{ "twice: neither (1)",
	    "HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 1||", "200" },
	{ "three times (1)",
	    "HTTP/1.1 200 OK|ETag: \"a\"|ETag: \"a\"|ETag: \"a\"||", "200" },

	{ "a range", "HTTP/1.1 206 P|Content-Range: bytes 0-9/100||",
	    "206 range 0-9/100" },
	{ "its last byte", "HTTP/1.1 206 P|Content-Range: bytes 99-99/100||",
	    "206 range 99-99/100" },
	{ "past its end", "HTTP/1.1 206 P|Content-Range: bytes 0-100/100||",
	    "206" },
	{ "backwards", "HTTP/1.1 206 P|Content-Range: bytes 9-0/100||", "206" },
	{ "of unknown length", "HTTP/1.1 206 P|Content-Range: bytes 0-9/*||",
	    "206" },
	{ "none", "HTTP/1.1 416 P|Content-Range: bytes */100||", "416" },
	{ "another unit", "HTTP/1.1 206 P|Content-Range: items 0-9/100||",
	    "206" },
	{ "more behind", "HTTP/1.1 206 P|Content-Range: bytes 0-9/100,||",
	    "206" },
	{ "a range twice (1)",
	    "HTTP/1.1 206 P|Content-Range: bytes 0-9/100|Content-Range: "
	    "bytes 0-9/100||",
	    "206" },

	{ "a weak etag is none", "HTTP/1.1 200 OK|ETag: W/\"a\"||", "200" },
	{ "an etag without quotes", "HTTP/1.1 200 OK|ETag: a||", "200" },
	{ "one quote", "HTTP/1.1 200 OK|ETag: \"||", "200" },
	{ "a quote inside", "HTTP/1.1 200 OK|ETag: \"a\"b\"||", "200" },
	{ "a long etag", "HTTP/1.1 200 OK|ETag: \"" HEX40 HEX40 "\"||", "200" },
	{ "linked", "HTTP/1.1 302 F|X-Linked-Etag: \"b\"|X-Linked-Size: 7||",
	    "302 linked \"b\" size 7" },
	{ "a commit", "HTTP/1.1 200 OK|X-Repo-Commit: " HEX40 "||",
	    "200 commit " HEX40 },
	{ "a commit in capitals",
	    "HTTP/1.1 200 OK|X-Repo-Commit: "
	    "0123456789ABCDEF0123456789abcdef01234567||",
	    "200" },
	{ "a short commit", "HTTP/1.1 200 OK|X-Repo-Commit: 0123||", "200" },
	{ "a word for the error", "HTTP/1.1 403 N|X-Error-Code: GatedRepo||",
	    "403 error GatedRepo" },
	{ "words for the error", "HTTP/1.1 403 N|X-Error-Code: Gated Repo||",
	    "403" },
	{ "a type", "HTTP/1.1 200 OK|Content-Type: text/a ; charset=b||",
	    "200 type text/a" },
	{ "an empty type", "HTTP/1.1 200 OK|Content-Type:||", "200" },
	{ "coded", "HTTP/1.1 200 OK|Content-Encoding: gzip||", "200 coded" },
	{ "coded as it is", "HTTP/1.1 200 OK|Content-Encoding: identity||",
	    "200" },
	{ "coded twice (1)",
	    "HTTP/1.1 200 OK|Content-Encoding: identity|Content-Encoding: "
	    "identity||",
	    "200 coded" },
	{ "a pause", "HTTP/1.1 429 T|Retry-After: 7||", "429 retry 7" },
	{ "a pause until",
	    "HTTP/1.1 429 T|Retry-After: Sun, 06 Nov 1994 08:49:47 GMT||",
	    "429 retry 10" },
	{ "a limit", "HTTP/1.1 200 OK|RateLimit: \"api\";r=3;t=5||",
	    "200 left 3 reset 5" },
	{ "a place", "HTTP/1.1 302 F|Location: /a||", "302 to /a" },
	{ "two places: neither (1)",
	    "HTTP/1.1 302 F|Location: /a|Location: /b||", "302" },
	{ "a control character", "HTTP/1.1 302 F|Location: /a\x01||", "302" },

	{ "a next page", "HTTP/1.1 200 OK|Link: </a?b>; rel=\"next\"||",
	    "200 next /a?b" },
	{ "without quotes", "HTTP/1.1 200 OK|Link: </a>;rel=next||",
	    "200 next /a" },
	{ "of several",
	    "HTTP/1.1 200 OK|Link: </z>; rel=\"last\", </a>; rel=\"next\"||",
	    "200 next /a" },
	{ "the last only", "HTTP/1.1 200 OK|Link: </z>; rel=\"last\"||",
	    "200" },
	{ "open", "HTTP/1.1 200 OK|Link: </a; rel=\"next\"||", "200" },
	{ "only an opening", "HTTP/1.1 200 OK|Link: <||", "200" },
	{ "empty", "HTTP/1.1 200 OK|Link: <>; rel=\"next\"||", "200" },
};

static void
test_what_fields_say(void **state)
{
	struct head h;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		read_head(&h, rows[i].lines);
		check_str(rows[i].label, say(&h), rows[i].want);
	}
}

static void
test_what_redirects(void **state)
{
	static const struct {
		const char *lines;
		bool does;
	} heads[] = {
		{ "HTTP/1.1 301 M|Location: /||", true },
		{ "HTTP/1.1 302 M|Location: /||", true },
		{ "HTTP/1.1 303 M|Location: /||", true },
		{ "HTTP/1.1 307 M|Location: /||", true },
		{ "HTTP/1.1 308 M|Location: /||", true },
		{ "HTTP/1.1 300 M|Location: /||", false },
		{ "HTTP/1.1 304 M|Location: /||", false },
		{ "HTTP/1.1 200 M|Location: /||", false },
		{ "HTTP/1.1 302 M||", false },
	};
	struct head h;

	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		read_head(&h, heads[i].lines);
		check_true(heads[i].lines, head_redirects(&h) == heads[i].does);
	}
}

/* Every mix of puts and drops gives the same bytes in the same order. */
static void
test_a_ring(void **state)
{
	char memory[16], in = 0, out = 0;
	struct ring r = { .data = memory, .size = sizeof(memory) };
	unsigned draw = 1;

	(void)state;
	for (int round = 0; round < 10000; round++) {
		char piece[sizeof(memory)];
		const char *front;
		size_t n;

		draw = draw * 1103515245 + 12345;
		n = (draw >> 16) % (ring_room(&r) + 1);
		for (size_t i = 0; i < n; i++)
			piece[i] = in++;
		ring_put(&r, piece, n);
		draw = draw * 1103515245 + 12345;
		n = ring_front(&r, &front);
		check_true("something, if there is something",
		    (n > 0) == (r.len > 0));
		n = (draw >> 16) % (n + 1);
		for (size_t i = 0; i < n; i++)
			check_u64("in order", (unsigned char)front[i],
			    (unsigned char)out++);
		ring_drop(&r, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_fields_say),
		cmocka_unit_test(test_what_redirects),
		cmocka_unit_test(test_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
