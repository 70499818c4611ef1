/* Header lines of answers: whatever comes into a value, one line stays one line;
 * and what a reply owns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "net/reply.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define KIB 1024

static const struct row {
	const char *label, *value, *line;
} rows[] = {
	{ "plain", "abc", "X: abc\r\n" },
	{ "empty", "", "X: \r\n" },
	{ "blanks stay", "a b  c", "X: a b  c\r\n" },
	{ "CR LF", "a\r\nSet-Cookie: b", "X: aSet-Cookie: b\r\n" },
	{ "CR alone", "a\rb", "X: ab\r\n" },
	{ "LF alone", "a\nb", "X: ab\r\n" },
	{ "the end of the head", "a\r\n\r\n<html>", "X: a<html>\r\n" },
	{ "controls", "a\001\x1f\x7f\tb", "X: ab\r\n" },
	{ "UTF-8", "a\xc3\xa4", "X: a??\r\n" },
	{ "a percent sign", "100%s%n", "X: 100%s%n\r\n" },
};

static void
test_values(void **state)
{
	struct http_reply r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		http_reply_init(&r, KIB);
		http_reply_field(&r, "X", "%s", rows[i].value);
		check_str(rows[i].label, r.fields.data, rows[i].line);
		http_reply_free(&r);
	}
}

static void
test_several(void **state)
{
	struct http_reply r;

	(void)state;
	http_reply_init(&r, KIB);
	http_reply_field(&r, "ETag", "\"%s\"", "abc");
	http_reply_field(&r, "X-Linked-Size", "%d", 17);
	check_str("both, in order", r.fields.data,
	    "ETag: \"abc\"\r\nX-Linked-Size: 17\r\n");
	http_reply_free(&r);
}

/* A value ends at 16 KiB, and its line all the same; the head at 32, and with it
 * the reply. */
static void
test_long(void **state)
{
	struct http_reply r;
	char *value = malloc(20 * KIB + 1);

	(void)state;
	assert_non_null(value);
	memset(value, 'v', 20 * KIB);
	value[20 * KIB] = '\0';
	http_reply_init(&r, KIB);
	http_reply_field(&r, "X", "%s", value);
	check_u64("cut", r.fields.len, 16 * KIB - 1 + strlen("X: \r\n"));
	check_str("its end", r.fields.data + r.fields.len - 2, "\r\n");
	assert_false(r.fields.failed);
	http_reply_field(&r, "X", "%s", value);
	assert_true(r.fields.failed);
	http_reply_free(&r);
	free(value);
}

/* (1) of reply.h: it owns its descriptor; freed twice, it is closed once. */
static void
test_owns(void **state)
{
	struct http_reply r;
	int fd;

	(void)state;
	http_reply_init(&r, KIB);
	assert_int_equal(r.fd, -1);
	fd = r.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	http_reply_free(&r);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(open("/dev/null", O_RDONLY | O_CLOEXEC), fd);
	http_reply_free(&r);
	assert_int_not_equal(fcntl(fd, F_GETFD), -1);
	weigh_buf_adds(&r.body, "again");
	check_str("its buffers can be used", r.body.data, "again");
	http_reply_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_owns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
