/* Tests of proto/oid.c; the numbers are those of include/weigh/oid.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/oid.h>

#include "check.h"

/* SHA-256 of the empty string and of "abc": FIPS 180-4's examples. */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define GIT "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

static const struct row {
	const char *label;
	const char *text;
	size_t len;
	bool oid, gitid;
} rows[] = {
	{ "a SHA-256", ABC, 64, true, false },
	{ "a SHA-1", GIT, 40, false, true },
	{ "nothing", "", 0, false, false },
	{ "one digit short", ABC, 63, false, false },
	{ "one digit more", ABC "0", 65, false, false },
	{ "twice", ABC ABC, 128, false, false },
	{ "a SHA-1, one digit short", GIT, 39, false, false },
	{ "a SHA-1, one digit more", GIT "0", 41, false, false },
	{ "upper case",
	    "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
	    64, false, false },
	{ "one upper-case digit",
	    "Ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "a path",
	    "../../../../../../../../../../../../../../../../../../etc/passwd",
	    64, false, false },
	{ "a slash inside",
	    "ba7816bf8f01cfea414140de5dae2223/00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "percent-encoded",
	    "%62a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2001d",
	    64, false, false },
	{ "a NUL at the end",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\0",
	    64, false, false },
	{ "a NUL at the front",
	    "\0a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "a line end",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\n",
	    64, false, false },
	{ "a blank",
	    " a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "0x",
	    "0x7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "g",
	    "ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "the byte before '0'",
	    "/a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "the byte behind '9'",
	    ":a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "the byte before 'a'",
	    "`a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "a byte past ASCII",
	    "\xb1"
	    "a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    64, false, false },
	{ "a SHA-1 in upper case", "4B825DC642CB6EB9A060E54BF8D69288FBEE4904",
	    40, false, false },
	{ "a SHA-1 with a path inside",
	    "../825dc642cb6eb9a060e54bf8d69288fbee490", 40, false, false },
};

/* (1), (2): exactly that many lower-case digits; else the target is as before. */
static void
test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct weigh_oid oid, oid_before;
		struct weigh_gitid git, git_before;

		memset(&oid, 0x5a, sizeof(oid));
		memset(&git, 0x5a, sizeof(git));
		oid_before = oid;
		git_before = git;
		check_true(r->label,
		    weigh_oid_parse(&oid, r->text, r->len) == r->oid);
		check_true(r->label,
		    weigh_gitid_parse(&git, r->text, r->len) == r->gitid);
		check_true(r->label,
		    r->oid || weigh_oid_equal(&oid, &oid_before));
		check_true(r->label,
		    r->gitid || weigh_gitid_equal(&git, &git_before));
	}
}

static void
test_round_trip(void **state)
{
	char hex[WEIGH_OID_HEX + 1], git_hex[WEIGH_GITID_HEX + 1];
	struct weigh_oid oid;
	struct weigh_gitid git;

	(void)state;
	check_true("oid", weigh_oid_parse(&oid, ABC, 64));
	check_u64("first byte", oid.b[0], 0xba);
	check_u64("last byte", oid.b[31], 0xad);
	weigh_oid_hex(&oid, hex);
	check_str("oid", hex, ABC);
	check_true("gitid", weigh_gitid_parse(&git, GIT, 40));
	weigh_gitid_hex(&git, git_hex);
	check_str("gitid", git_hex, GIT);
}

static void
test_hash(void **state)
{
	struct weigh_oid oid;
	char hex[WEIGH_OID_HEX + 1];

	(void)state;
	check_true("of abc", weigh_oid_of(&oid, "abc", 3));
	weigh_oid_hex(&oid, hex);
	check_str("of abc", hex, ABC);
	check_true("of nothing", weigh_oid_of(&oid, "", 0));
	weigh_oid_hex(&oid, hex);
	check_str("of nothing", hex, EMPTY);
}

/* Every byte counts in a comparison. */
static void
test_compare(void **state)
{
	struct weigh_oid a, b, zero = { 0 };
	struct weigh_gitid c = { 0 }, d;

	(void)state;
	check_true("zero", weigh_oid_is_zero(&zero));
	check_true("zero", weigh_gitid_is_zero(&c));
	for (size_t i = 0; i < WEIGH_OID_SIZE; i++) {
		a = b = zero;
		check_true("same", weigh_oid_equal(&a, &b));
		b.b[i] = 1;
		check_true("another byte", !weigh_oid_equal(&a, &b));
		check_true("not zero", !weigh_oid_is_zero(&b));
	}
	for (size_t i = 0; i < WEIGH_GITID_SIZE; i++) {
		d = c;
		check_true("same", weigh_gitid_equal(&c, &d));
		d.b[i] = 0x80;
		check_true("another byte", !weigh_gitid_equal(&c, &d));
		check_true("not zero", !weigh_gitid_is_zero(&d));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
