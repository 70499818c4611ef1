/* Segments of a path, values of a query, and what we escape ourselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/http.h>

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* A copy of exactly the span's size, so that a sanitizer sees a byte too far. */
static struct weigh_span
span_copy(const char *text)
{
	size_t len = strlen(text);
	char *p = malloc(len > 0 ? len : 1);

	assert_non_null(p);
	memcpy(p, text, len);
	return (struct weigh_span){ p, len };
}

static void
span_free(struct weigh_span s)
{
	union {
		const char *in;
		char *out;
	} p = { s.p };

	free(p.out);
}

// clang-format off
static const struct {
	const char *label;
	const char *path;
	int status;
	const char *segments; /* decoded, each behind a '|'; '^' marks a slash */
} targets[] = {
	{ "the root", "/", 0, "|" },
	{ "one", "/a", 0, "|a" },
	{ "two", "/a/b", 0, "|a|b" },
	{ "an empty one last", "/a/", 0, "|a|" },
	{ "an empty one first", "//a/b", 0, "||a|b" },
	{ "both empty", "//", 0, "||" },
	{ "an empty one inside", "/a//b", 400, "" },
	{ "two empty ones first", "///a", 400, "" },
	{ "two empty ones last", "/a//", 400, "" },
	{ "three slashes", "///", 400, "" },
	{ "no slash", "a", 400, "" },
	{ "nothing", "", 400, "" },
	{ "a star", "*", 400, "" },
	{ "escapes", "/%61%42%c3%A9/%25", 0, "|aB\xc3\xa9|%" },
	{ "a blank", "/a%20b", 0, "|a b" },
	{ "a plus is a plus", "/a+b", 0, "|a+b" },
	{ "a question mark and a number sign", "/%3f%23", 0, "|?#" },
	{ "decoded once", "/%252e%252e/%252F", 0, "|%2e%2e|%2F" },
	{ "a semicolon is ordinary", "/a;b/..;c", 0, "|a;b|..;c" },
	{ "three dots are a name", "/.../.a/a.", 0, "|...|.a|a." },
	{ "a slash in a segment", "/refs%2Fpr%2f1/x", 0, "|^refs/pr/1|x" },
	{ "a dot", "/a/./b", 400, "" },
	{ "a dot last", "/a/.", 400, "" },
	{ "two dots", "/a/../b", 400, "" },
	{ "two dots first", "/../etc/passwd", 400, "" },
	{ "two dots last", "/a/..", 400, "" },
	{ "an escaped dot", "/%2e/a", 400, "" },
	{ "two escaped dots", "/a/%2e%2E/b", 400, "" },
	{ "one escaped dot of two", "/a/.%2e/b", 400, "" },
	{ "dots behind a slash in a segment", "/a%2F..", 400, "" },
	{ "dots between slashes in a segment", "/a%2F..%2Fb", 400, "" },
	{ "dots before a slash in a segment", "/..%2Fb", 400, "" },
	{ "a dot between slashes in a segment", "/a%2F.%2Fb", 400, "" },
	{ "a slash first in a segment", "/%2Fetc", 400, "" },
	{ "a slash last in a segment", "/a%2F/b", 400, "" },
	{ "a slash alone", "/a/%2F/b", 400, "" },
	{ "two slashes in a segment", "/a%2F%2Fb", 400, "" },
	{ "a backslash", "/a\\b", 400, "" },
	{ "an escaped backslash", "/a%5Cb", 400, "" },
	{ "an escaped backslash, lower case", "/..%5c..", 400, "" },
	{ "a stray percent", "/a%", 400, "" },
	{ "one digit", "/a%4", 400, "" },
	{ "one digit before a slash", "/a%4/b", 400, "" },
	{ "no hex digits", "/%zz", 400, "" },
	{ "NUL", "/a%00", 400, "" },
	{ "LF", "/a%0a", 400, "" },
	{ "CR", "/a%0D", 400, "" },
	{ "tab", "/%09", 400, "" },
	{ "the last control", "/%1f", 400, "" },
	{ "DEL", "/%7f", 400, "" },
	{ "not UTF-8", "/%ff", 400, "" },
	{ "a cut character", "/%c3", 400, "" },
	{ "an overlong slash", "/%c0%af", 400, "" },
	{ "an overlong dot", "/%c0%ae%c0%ae", 400, "" },
	{ "a surrogate", "/%ed%a0%80", 400, "" },
	{ "a character in two segments", "/%c3/%a9", 400, "" },
	{ "eighty", "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0"
	    "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0"
	    "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0", 0,
	    "|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|9|0"
	    "|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|9|0"
	    "|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|9|0" },
	{ "eighty-one", "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9"
	    "/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0"
	    "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/x", 404, "" },
};
// clang-format on

static void
print_target(struct weigh_buf *out, const struct weigh_http_target *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		const struct weigh_http_segment *seg = &t->seg[i];

		assert_int_equal(strlen(seg->text), seg->len);
		weigh_buf_adds(out, seg->slash ? "|^" : "|");
		weigh_buf_add(out, seg->text, seg->len);
	}
}

static void
test_targets(void **state)
{
	struct weigh_http_target t;
	struct weigh_buf got;

	(void)state;
	weigh_buf_init(&got, 4096);
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct weigh_span path = span_copy(targets[i].path);
		int status = weigh_http_target_parse(&t, path);

		span_free(path); /* the segments do not need it */
		weigh_buf_reset(&got);
		weigh_buf_adds(&got, "");
		if (status == 0)
			print_target(&got, &t);
		else
			assert_true(t.memory == NULL && t.count == 0);
		if (status != targets[i].status ||
		    strcmp(got.data != NULL ? got.data : "",
			targets[i].segments) != 0)
			fail_msg("%s: %d %s", targets[i].label, status,
			    got.data);
		weigh_http_target_free(&t);
	}
	weigh_buf_free(&got);
}

// clang-format off
static const struct {
	const char *label;
	const char *query;
	const char *key;
	int found;
	const char *value;
} queries[] = {
	{ "nothing", "", "a", 0, "" },
	{ "one", "a=b", "a", 1, "b" },
	{ "the second", "x=y&a=b", "a", 1, "b" },
	{ "the first of two", "a=b&a=c", "a", 1, "b" },
	{ "absent", "x=y", "a", 0, "" },
	{ "a key that begins alike", "ab=c", "a", 0, "" },
	{ "a key that is shorter", "a=c", "ab", 0, "" },
	{ "keys have case", "A=c", "a", 0, "" },
	{ "no equals sign", "a", "a", 1, "" },
	{ "no equals sign, others", "x&a&y", "a", 1, "" },
	{ "an empty value", "a=", "a", 1, "" },
	{ "an equals sign in the value", "a=b=c", "a", 1, "b=c" },
	{ "an empty key", "=b", "a", 0, "" },
	{ "empty parts", "&&a=b&", "a", 1, "b" },
	{ "a plus is a blank", "a=b+c", "a", 1, "b c" },
	{ "an escaped plus", "a=b%2Bc", "a", 1, "b+c" },
	{ "an escaped ampersand", "a=b%26c=d", "a", 1, "b&c=d" },
	{ "an escaped key", "%61%2fb=c", "a/b", 1, "c" },
	{ "a semicolon does not separate", "x=y;a=b", "a", 0, "" },
	{ "UTF-8", "a=%c3%a9", "a", 1, "\xc3\xa9" },
	{ "a stray percent", "a=%", "a", -1, "" },
	{ "one digit", "a=%4", "a", -1, "" },
	{ "one digit before the next", "a=%4&b=1", "a", -1, "" },
	{ "no hex digits", "a=%xy", "a", -1, "" },
	{ "NUL", "a=b%00", "a", -1, "" },
	{ "not UTF-8", "a=%ff", "a", -1, "" },
	{ "a bad escape in another value", "x=%zz&a=b", "a", 1, "b" },
	{ "a bad escape in another key", "%zz=x&a=b", "a", 1, "b" },
	{ "NUL in another key", "a%00=x&a=b", "a", 1, "b" },
	{ "seven bytes fit", "a=1234567", "a", 1, "1234567" },
	{ "eight bytes do not", "a=12345678", "a", -1, "" },
	{ "seven escaped bytes fit", "a=%31%32%33%34%35%36%37", "a", 1, "1234567" },
};

static const struct {
	const char *text;
	bool keep_slash;
	const char *escaped;
} escapes[] = {
	{ "", false, "" },
	{ "azAZ09-._~", false, "azAZ09-._~" },
	{ "a/b", false, "a%2Fb" },
	{ "a/b", true, "a/b" },
	{ " %+?#&=;\"<>\\^`{|}", false,
	    "%20%25%2B%3F%23%26%3D%3B%22%3C%3E%5C%5E%60%7B%7C%7D" },
	{ "!$'()*,:@[]", true, "%21%24%27%28%29%2A%2C%3A%40%5B%5D" },
	{ "\x01\x7f\xc3\xa9\xff", true, "%01%7F%C3%A9%FF" },
};
// clang-format on

static void
test_queries(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(queries); i++) {
		struct weigh_span query = span_copy(queries[i].query);
		char value[8] = "unset";
		int found = weigh_http_query(query, queries[i].key, value,
		    sizeof(value));

		span_free(query);
		if (found != queries[i].found ||
		    (found == 1 && strcmp(value, queries[i].value) != 0))
			fail_msg("%s: %d '%s'", queries[i].label, found, value);
	}
	assert_int_equal(weigh_http_query((struct weigh_span){ NULL, 0 }, "a",
			     NULL, 0),
	    -1);
}

static void
test_escapes(void **state)
{
	struct weigh_buf got;

	(void)state;
	weigh_buf_init(&got, 4096);
	for (size_t i = 0; i < COUNT(escapes); i++) {
		weigh_buf_reset(&got);
		weigh_buf_adds(&got, "");
		weigh_http_escape(&got, escapes[i].text, escapes[i].keep_slash);
		assert_string_equal(got.data != NULL ? got.data : "",
		    escapes[i].escaped);
	}
	weigh_buf_free(&got);
}

/* Each parameter as key=value, "!" for one that is passed over. */
static const struct {
	const char *query, *all;
} walks[] = {
	{ "", "" },
	{ "a=b&c=d", "a=b c=d" },
	{ "a=1&a=2&a", "a=1 a=2 a=" },
	{ "&&a=b&", "a=b" },
	{ "expand%5B%5D=x+y&=z", "expand[]=x y =z" },
	{ "a=%zz&b=%00&%zz=c&d=e", "! ! ! d=e" },
	{ "a=12345678&b=1234567&123456789=c", "! b=1234567 !" },
	{ "a=b=c", "a=b=c" },
	{ "a=\xff&b=%c3%a9", "! b=\xc3\xa9" },
};

static void
test_walks(void **state)
{
	char key[9], value[8], all[200];
	int rc;

	(void)state;
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		struct weigh_span copy = span_copy(walks[i].query);
		struct weigh_span query = copy;
		size_t len = 0;

		all[0] = '\0';
		while ((rc = weigh_http_query_next(&query, key, sizeof(key),
			    value, sizeof(value))) != 0) {
			const char *blank = len > 0 ? " " : "";

			if (rc < 0)
				len += (size_t)snprintf(all + len,
				    sizeof(all) - len, "%s!", blank);
			else
				len += (size_t)snprintf(all + len,
				    sizeof(all) - len, "%s%s=%s", blank, key,
				    value);
		}
		assert_string_equal(all, walks[i].all);
		span_free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests_name("http: targets", tests, NULL, NULL);
}
