/* Tests of proto/pointer.c; the numbers are those of include/weigh/pointer.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/pointer.h>

#include "check.h"

#define V "version https://git-lfs.github.com/spec/v1\n"
#define HEX "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define O "oid sha256:" HEX "\n"
#define MAX "9223372036854775807"

/* (1), (2) */
static const struct row {
	const char *label;
	const char *text;
	enum weigh_code code;
	uint64_t size;
} rows[] = {
	{ "a pointer", V O "size 12345\n", WEIGH_OK, 12345 },
	{ "an empty file", V O "size 0\n", WEIGH_OK, 0 },
	{ "the biggest size", V O "size " MAX "\n", WEIGH_OK, INT64_MAX },
	{ "2^63", V O "size 9223372036854775808\n", WEIGH_MALFORMED, 0 },
	{ "2^64", V O "size 18446744073709551616\n", WEIGH_MALFORMED, 0 },
	{ "2^64 + 1", V O "size 18446744073709551617\n", WEIGH_MALFORMED, 0 },
	{ "a hundred digits",
	    V O "size 1111111111111111111111111111111111111111111111111\n",
	    WEIGH_MALFORMED, 0 },
	{ "a leading zero", V O "size 01\n", WEIGH_MALFORMED, 0 },
	{ "two zeros", V O "size 00\n", WEIGH_MALFORMED, 0 },
	{ "a plus", V O "size +1\n", WEIGH_MALFORMED, 0 },
	{ "a minus", V O "size -1\n", WEIGH_MALFORMED, 0 },
	{ "hexadecimal", V O "size 0x10\n", WEIGH_MALFORMED, 0 },
	{ "a fraction", V O "size 1.5\n", WEIGH_MALFORMED, 0 },
	{ "no number", V O "size \n", WEIGH_MALFORMED, 0 },
	{ "a blank more", V O "size  1\n", WEIGH_MALFORMED, 0 },
	{ "a tab", V O "size\t1\n", WEIGH_MALFORMED, 0 },
	{ "a blank behind", V O "size 1 \n", WEIGH_MALFORMED, 0 },
	{ "no line end", V O "size 1", WEIGH_MALFORMED, 0 },
	{ "CR LF", V O "size 1\r\n", WEIGH_MALFORMED, 0 },
	{ "CR LF everywhere",
	    "version https://git-lfs.github.com/spec/v1\r\n"
	    "oid sha256:" HEX "\r\nsize 1\r\n",
	    WEIGH_MALFORMED, 0 },
	{ "a byte behind", V O "size 1\nx", WEIGH_MALFORMED, 0 },
	{ "an empty line behind", V O "size 1\n\n", WEIGH_MALFORMED, 0 },
	{ "the size twice", V O "size 1\nsize 1\n", WEIGH_MALFORMED, 0 },
	{ "the oid twice", V O O "size 1\n", WEIGH_MALFORMED, 0 },
	{ "the version twice", V V O "size 1\n", WEIGH_MALFORMED, 0 },
	{ "the wrong order", V "size 1\n" O, WEIGH_MALFORMED, 0 },
	{ "the version last", O "size 1\n" V, WEIGH_MALFORMED, 0 },
	{ "no version", O "size 1\n", WEIGH_MALFORMED, 0 },
	{ "no oid", V "size 1\n", WEIGH_MALFORMED, 0 },
	{ "no size", V O, WEIGH_MALFORMED, 0 },
	{ "an unknown key", V O "sizf 1\n", WEIGH_MALFORMED, 0 },
	{ "an extension", V "ext-0-foo sha256:" HEX "\n" O "size 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "a key behind the size", V O "size 1\ntype x\n", WEIGH_MALFORMED, 0 },
	{ "another version",
	    "version https://git-lfs.github.com/spec/v2\n" O "size 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "http", "version http://git-lfs.github.com/spec/v1\n" O "size 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "an old version",
	    "version https://hawser.github.com/spec/v1\n" O "size 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "a byte order mark", "\xef\xbb\xbf" V O "size 1\n", WEIGH_MALFORMED,
	    0 },
	{ "an empty line first", "\n" V O "size 1\n", WEIGH_MALFORMED, 0 },
	{ "upper case",
	    V "oid sha256:4D7A214614AB2935C943F9E0FF69D22EADBB8F32B1258DAAA5"
	      "E2CA24D17E2393\nsize 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "a short oid", V "oid sha256:4d7a\nsize 1\n", WEIGH_MALFORMED, 0 },
	{ "a long oid", V "oid sha256:" HEX "0\nsize 1\n", WEIGH_MALFORMED, 0 },
	{ "a path as oid",
	    V "oid sha256:../../../../../../../../../../../../../../../../../"
	      "../../etc/pass\nsize 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "another hash",
	    V "oid md5:d41d8cd98f00b204e9800998ecf8427e\nsize 1\n",
	    WEIGH_MALFORMED, 0 },
	{ "no hash name", V "oid " HEX "\nsize 1\n", WEIGH_MALFORMED, 0 },
	{ "nothing", "", WEIGH_MALFORMED, 0 },
	{ "other text", "# a model\n", WEIGH_MALFORMED, 0 },
};

static void
test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct weigh_pointer p, before;
		char hex[WEIGH_OID_HEX + 1];
		enum weigh_code rc;

		memset(&p, 0x5a, sizeof(p));
		before = p;
		rc = weigh_pointer_parse(&p, r->text, strlen(r->text), NULL);
		check_code(r->label, rc, r->code);
		if (rc != WEIGH_OK) {
			check_bytes(r->label, &p, sizeof(p), &before,
			    sizeof(before));
			continue;
		}
		check_u64(r->label, p.size, r->size);
		weigh_oid_hex(&p.oid, hex);
		check_str(r->label, hex, HEX);
	}
}

/* (1): the size is looked at first. */
static void
test_too_long(void **state)
{
	static const char good[] = V O "size 1\n";
	char text[WEIGH_POINTER_MAX + 1];
	struct weigh_pointer p;

	(void)state;
	memset(text, '\n', sizeof(text));
	memcpy(text, good, sizeof(good) - 1);
	check_code("no text at all", weigh_pointer_parse(&p, NULL, 0, NULL),
	    WEIGH_MALFORMED);
	check_code("1,024 bytes are read",
	    weigh_pointer_parse(&p, text, WEIGH_POINTER_MAX, NULL),
	    WEIGH_MALFORMED);
	check_code("1,025 are not",
	    weigh_pointer_parse(&p, text, WEIGH_POINTER_MAX + 1, NULL),
	    WEIGH_TOO_BIG);
}

/* Cut at any byte it is no pointer; with a NUL anywhere neither. */
static void
test_every_byte_counts(void **state)
{
	static const char good[] = V O "size 12345\n";
	size_t len = sizeof(good) - 1;
	struct weigh_pointer p;
	char text[sizeof(good)];

	(void)state;
	for (size_t n = 0; n < len; n++) {
		check_code("cut", weigh_pointer_parse(&p, good, n, NULL),
		    WEIGH_MALFORMED);
		memcpy(text, good, sizeof(good));
		text[n] = '\0';
		check_code("NUL", weigh_pointer_parse(&p, text, len, NULL),
		    WEIGH_MALFORMED);
	}
}

/* (3) */
static void
test_print(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} prints[] = {
		{ 0, V O "size 0\n" },
		{ 26214400, V O "size 26214400\n" },
		{ INT64_MAX, V O "size " MAX "\n" },
	};
	char out[WEIGH_POINTER_TEXT];
	struct weigh_pointer p, back;

	(void)state;
	check_true("oid", weigh_oid_parse(&p.oid, HEX, 64));
	for (size_t i = 0; i < 3; i++) {
		size_t len;

		p.size = prints[i].size;
		len = weigh_pointer_print(&p, out);
		check_str("text", out, prints[i].text);
		check_u64("length", len, strlen(out));
		check_code("read back",
		    weigh_pointer_parse(&back, out, len, NULL), WEIGH_OK);
		check_u64("size", back.size, p.size);
		check_true("oid", weigh_oid_equal(&back.oid, &p.oid));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
