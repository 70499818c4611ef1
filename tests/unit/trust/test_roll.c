/* The text of keys/tokens; its format: daemon/trust/README.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "trust/roll.h"

#define FIRST "weighhouse-tokens 1\n"
#define HASH_1 \
	"1111111111111111111111111111111111111111111111111111111111111111"
#define HASH_2 \
	"2222222222222222222222222222222222222222222222222222222222222222"
#define ID " 0123456789abcdef "
#define ROW HASH_1 ID "read 5 0 ci\n"

/* `body` and the line that seals it. */
static void
seal(const char *body, char *out, size_t size)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;

	assert_true(weigh_oid_of(&oid, body, strlen(body)));
	weigh_oid_hex(&oid, hex);
	assert_true((size_t)snprintf(out, size, "%send %s\n", body, hex) <
	    size);
}

static const struct row {
	const char *label, *body;
	enum weigh_code want;
	size_t n;
} rows[] = {
	{ "no tokens", FIRST, WEIGH_OK, 0 },
	{ "one", FIRST ROW, WEIGH_OK, 1 },
	{ "two", FIRST ROW HASH_2 ID "publish 5 9 b acme/* x\n", WEIGH_OK, 2 },
	{ "admin", FIRST HASH_1 ID "admin 0 0 a\n", WEIGH_OK, 1 },
	{ "no first line", ROW, WEIGH_MALFORMED, 0 },
	{ "another version", "weighhouse-tokens 2\n" ROW, WEIGH_MALFORMED, 0 },
	{ "out of order", FIRST HASH_2 ID "read 5 0 a\n" ROW, WEIGH_MALFORMED,
	    0 },
	{ "twice", FIRST ROW ROW, WEIGH_MALFORMED, 0 },
	{ "an empty line", FIRST "\n" ROW, WEIGH_MALFORMED, 0 },
	{ "upper case", FIRST "A" HASH_1 ID "read 5 0 a\n", WEIGH_MALFORMED,
	    0 },
	{ "a short id", FIRST HASH_1 " 0123 read 5 0 a\n", WEIGH_MALFORMED, 0 },
	{ "an id in capitals", FIRST HASH_1 " 0123456789ABCDEF read 5 0 a\n",
	    WEIGH_MALFORMED, 0 },
	{ "another role", FIRST HASH_1 ID "nobody 5 0 a\n", WEIGH_MALFORMED,
	    0 },
	{ "a sign", FIRST HASH_1 ID "read -5 0 a\n", WEIGH_MALFORMED, 0 },
	{ "a leading zero", FIRST HASH_1 ID "read 05 0 a\n", WEIGH_MALFORMED,
	    0 },
	{ "after the year 9999", FIRST HASH_1 ID "read 5 253402300800 a\n",
	    WEIGH_MALFORMED, 0 },
	{ "no name", FIRST HASH_1 ID "read 5 0\n", WEIGH_MALFORMED, 0 },
	{ "an empty name", FIRST HASH_1 ID "read 5 0 \n", WEIGH_MALFORMED, 0 },
	{ "a blank behind", FIRST HASH_1 ID "read 5 0 a \n", WEIGH_MALFORMED,
	    0 },
	{ "two blanks", FIRST HASH_1 ID "read 5 0 a  x\n", WEIGH_MALFORMED, 0 },
	{ "an admin with patterns", FIRST HASH_1 ID "admin 5 0 a x/*\n",
	    WEIGH_MALFORMED, 0 },
	{ "a line without end", FIRST HASH_1 ID "read 5 0 a", WEIGH_MALFORMED,
	    0 },
};

static void
test_texts(void **state)
{
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct roll *roll = NULL;
		struct weigh_buf again;

		seal(rows[i].body, text, sizeof(text));
		check_code(rows[i].label,
		    roll_parse(&roll, text, strlen(text), NULL), rows[i].want);
		if (rows[i].want != WEIGH_OK)
			continue;
		check_u64(rows[i].label, roll->n, rows[i].n);
		weigh_buf_init(&again, ROLL_MAX);
		check_true(rows[i].label, roll_print(&again, roll));
		check_str("(1) printed again", again.data, text);
		weigh_buf_free(&again);
		free(roll);
	}
}

/* One byte less, one byte other: it is refused. */
static void
test_every_damage(void **state)
{
	char text[1024];
	struct roll *roll;
	size_t len;

	(void)state;
	seal(FIRST ROW HASH_2 ID "publish 5 9 b acme/* x\n", text,
	    sizeof(text));
	len = strlen(text);
	for (size_t n = 0; n < len; n++)
		check_true("cut short",
		    roll_parse(&roll, n > 0 ? text : NULL, n, NULL) !=
			WEIGH_OK);
	for (size_t i = 0; i < len; i++) {
		text[i] ^= 1;
		check_true("a bit turned",
		    roll_parse(&roll, text, len, NULL) != WEIGH_OK);
		text[i] ^= 1;
	}
}

static void
test_members(void **state)
{
	const struct roll_token *row;
	struct roll *roll, *less;
	struct weigh_oid hash;
	char text[1024];

	(void)state;
	seal(FIRST ROW HASH_2 ID "publish 5 9 b acme/* x\n", text,
	    sizeof(text));
	check_code("parsed", roll_parse(&roll, text, strlen(text), NULL),
	    WEIGH_OK);
	assert_true(weigh_oid_parse(&hash, HASH_2, WEIGH_OID_HEX));
	assert_non_null(row = roll_find(roll, &hash));
	check_str("id", row->who.id, "0123456789abcdef");
	check_u64("role", row->who.role, WEIGH_ROLE_PUBLISH);
	check_u64("created", (uint64_t)row->who.created, 5);
	check_u64("expires", (uint64_t)row->who.expires, 9);
	check_str("name", row->who.name, "b");
	check_str("patterns", row->who.repos, "acme/* x");
	assert_non_null(less = roll_without(roll, row));
	assert_null(roll_find(less, &hash));
	check_u64("the other stays", less->n, 1);
	free(less);
	hash.b[0] = 0;
	assert_null(roll_find(roll, &hash));
	free(roll);
}

/* The table stays in order, whatever is put in. */
static void
test_order(void **state)
{
	struct roll *roll = calloc(1, sizeof(*roll)), *next;
	struct roll_token row = { .who = { .role = WEIGH_ROLE_READ,
				      .id = "0123456789abcdef",
				      .name = "x" } };
	struct weigh_buf text;

	(void)state;
	weigh_buf_init(&text, ROLL_MAX);
	for (unsigned i = 0; i < 200; i++) {
		row.hash.b[0] = (uint8_t)(i * 77);
		assert_non_null(next = roll_with(roll, &row));
		free(roll);
		roll = next;
	}
	assert_true(roll_print(&text, roll));
	free(roll);
	check_code("in order", roll_parse(&roll, text.data, text.len, NULL),
	    WEIGH_OK);
	check_u64("all of them", roll->n, 200);
	weigh_buf_free(&text);
	free(roll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_every_damage),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
