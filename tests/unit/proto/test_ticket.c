/* Tests of proto/publish/ticket.c; the numbers are those of weigh/ticket.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/ticket.h>

#include "check.h"

#define A "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define NOW 1000

static const uint8_t key[WEIGH_TICKET_KEY] = "0123456789abcdef0123456789abcde";
static const uint8_t other[WEIGH_TICKET_KEY] =
    "0123456789abcdef0123456789abcdf";

static struct weigh_ticket
ticket(void)
{
	struct weigh_ticket t = {
		.repo = { .kind = WEIGH_DATASET, .name = "acme/demo" },
		.size = 123456789,
		.part_size = 1 << 20,
		.part = 7,
		.expires = 1060,
		.token = "3f2a",
	};

	check_true("oid", weigh_oid_parse(&t.oid, A, 64));
	return t;
}

/* The request's own side of a ticket. */
static struct weigh_ticket
asked(void)
{
	struct weigh_ticket t = ticket();

	t.size = t.part_size = t.part = 0;
	t.expires = 0;
	t.token[0] = '\0';
	return t;
}

static enum weigh_code
read(struct weigh_ticket *t, const char *query, int64_t now)
{
	struct weigh_err err;
	struct weigh_span span = { query, strlen(query) };

	return weigh_ticket_read(t, span, key, now, &err);
}

static void
print(char *out, size_t size, const struct weigh_ticket *t, const uint8_t *k)
{
	struct weigh_buf buf;

	weigh_buf_init(&buf, 1024);
	weigh_ticket_print(&buf, t, k);
	check_true("printed", !buf.failed);
	snprintf(out, size, "%s", buf.data);
	weigh_buf_free(&buf);
}

static void
test_there_and_back(void **state)
{
	struct weigh_ticket t = ticket(), got = asked();
	char query[512];

	(void)state;
	print(query, sizeof(query), &t, key);
	check_code("right", read(&got, query, NOW), WEIGH_OK);
	check_u64("size", got.size, t.size);
	check_u64("part size", got.part_size, t.part_size);
	check_u64("part", got.part, t.part);
	check_str("token", got.token, "3f2a");
	check_code("its last second", read(&got, query, 1059), WEIGH_OK);
	check_code("too late", read(&got, query, 1060), WEIGH_DENIED);
	got.post = false;
	print(query, sizeof(query), &t, other);
	check_code("another key", read(&got, query, NOW), WEIGH_DENIED);
}

/* HMAC-SHA-256 of the text in the header, by `openssl mac`. */
static void
test_known_signature(void **state)
{
	struct weigh_ticket t = ticket();
	char query[512];

	(void)state;
	print(query, sizeof(query), &t, key);
	check_str("query", query,
	    "size=123456789&part_size=1048576&part=7&expires=1060&token=3f2a&"
	    "signature=957e2a267ac28e362f3578467ca4c1b6923ccf02e960a899c0d93aa174bad1f7");
}

/* (1) */
static void
test_for_another_request(void **state)
{
	struct weigh_ticket t = ticket(), got;
	char query[512];

	(void)state;
	print(query, sizeof(query), &t, key);
	got = asked();
	got.post = true;
	check_code("method", read(&got, query, NOW), WEIGH_DENIED);
	got = asked();
	got.repo.kind = WEIGH_MODEL;
	check_code("kind", read(&got, query, NOW), WEIGH_DENIED);
	got = asked();
	snprintf(got.repo.name, sizeof(got.repo.name), "acme/other");
	check_code("name", read(&got, query, NOW), WEIGH_DENIED);
	got = asked();
	got.oid.b[31] ^= 1;
	check_code("oid", read(&got, query, NOW), WEIGH_DENIED);
}

/* (2): one byte of the query changed is another query. */
static void
test_every_byte(void **state)
{
	struct weigh_ticket t = ticket(), got;
	char query[512], bad[1024];
	size_t len;

	(void)state;
	print(query, sizeof(query), &t, key);
	len = strlen(query);
	for (size_t i = 0; i < len; i++) {
		memcpy(bad, query, len + 1);
		bad[i] = bad[i] == '1' ? '2' : '1';
		got = asked();
		check_code(bad, read(&got, bad, NOW), WEIGH_DENIED);
		bad[i] = '\0';
		got = asked();
		check_code(bad, read(&got, bad, NOW), WEIGH_DENIED);
	}
	snprintf(bad, sizeof(bad), "size=0123456789%s", query + 14);
	got = asked();
	check_code("a leading zero", read(&got, bad, NOW), WEIGH_DENIED);
	snprintf(bad, sizeof(bad), "size=99999999999999999999%s", query + 14);
	got = asked();
	check_code("too large", read(&got, bad, NOW), WEIGH_DENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_known_signature),
		cmocka_unit_test(test_for_another_request),
		cmocka_unit_test(test_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
