/* Tests of proto/auth.c and base64.c: who says who they are, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/access.h>
#include <weigh/base64.h>

#include "check.h"

#define LETTERS "abcdefghijABCDEFGHIJ0123456789wxyz" /* 34 */
#define TOKEN "hf_" LETTERS
/* sha256sum of TOKEN */
#define HASH "3184d1a630ecaddcf95c7b33fd39c56a61c46cd42398025b21f2acf7781ca1d2"
#define ANY_TOKEN "YW55OmhmX2FiY2RlZmdoaWpBQkNERUZHSElKMDEyMzQ1Njc4OXd4eXo="
#define TOKEN_COLON "aGZfYWJjZGVmZ2hpakFCQ0RFRkdISUowMTIzNDU2Nzg5d3h5ejo="
#define COLON_TOKEN "OmhmX2FiY2RlZmdoaWpBQkNERUZHSElKMDEyMzQ1Njc4OXd4eXo="
#define TOKEN_ALONE "aGZfYWJjZGVmZ2hpakFCQ0RFRkdISUowMTIzNDU2Nzg5d3h5eg=="
#define COLON_IN_PASSWORD \
	"YTpiOmhmX2FiY2RlZmdoaWpBQkNERUZHSElKMDEyMzQ1Njc4OXd4eXo="

#define NONE WEIGH_AUTH_NONE
#define IS WEIGH_AUTH_TOKEN
#define BAD WEIGH_AUTH_BAD

static const struct row {
	const char *label, *value;
	enum weigh_auth want;
} rows[] = {
	{ "no field", NULL, NONE },
	{ "an empty field", "", BAD },
	{ "bearer", "Bearer " TOKEN, IS },
	{ "any case", "bEaReR " TOKEN, IS },
	{ "more blanks", "Bearer   " TOKEN, IS },
	{ "a tab", "Bearer\t" TOKEN, BAD },
	{ "no blank", "Bearer" TOKEN, BAD },
	{ "no token", "Bearer", BAD },
	{ "an empty token", "Bearer ", BAD },
	{ "something behind", "Bearer " TOKEN " x", BAD },
	{ "a comma behind", "Bearer " TOKEN ",", BAD },
	{ "a shorter one", "Bearer hf_abc", BAD },
	{ "33 letters", "Bearer hf_abcdefghijABCDEFGHIJ0123456789wxy", BAD },
	{ "another prefix", "Bearer hg_" LETTERS, BAD },
	{ "capital prefix", "Bearer HF_" LETTERS, BAD },
	{ "an underscore", "Bearer hf_" LETTERS "_", BAD },
	{ "a token alone", TOKEN, BAD },
	{ "another scheme", "Digest " TOKEN, BAD },
	{ "a longer scheme", "Bearers " TOKEN, BAD },
	{ "any:token", "Basic " ANY_TOKEN, IS },
	{ "basic in any case", "BASIC " ANY_TOKEN, IS },
	{ "token:", "Basic " TOKEN_COLON, IS },
	{ ":token", "Basic " COLON_TOKEN, IS },
	{ "no colon", "Basic " TOKEN_ALONE, BAD },
	{ "a colon in the password", "Basic " COLON_IN_PASSWORD, BAD },
	{ "any:", "Basic YW55Og==", BAD },
	{ ":", "Basic Og==", NONE },
	{ "nothing", "Basic ", BAD },
	{ "not base64", "Basic !", BAD },
	{ "a blank behind", "Basic " ANY_TOKEN " ", BAD },
};

static void
test_field(void **state)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid hash;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		check_u64(r->label,
		    weigh_auth_parse(&hash, r->value,
			r->value != NULL ? strlen(r->value) : 0),
		    r->want);
		if (r->want != IS)
			continue;
		weigh_oid_hex(&hash, hex);
		check_str(r->label, hex, HASH);
	}
}

/* A field may be as long as a head allows. */
static void
test_long_field(void **state)
{
	static char value[64 << 10];
	struct weigh_oid hash;

	(void)state;
	memset(value, 'A', sizeof(value));
	memcpy(value, "Basic ", 6);
	check_u64("basic", weigh_auth_parse(&hash, value, sizeof(value)), BAD);
	memcpy(value, "Bearer hf_", 10);
	check_u64("bearer", weigh_auth_parse(&hash, value, sizeof(value)), BAD);
	check_u64("the longest",
	    weigh_auth_parse(&hash, value, 7 + WEIGH_TOKEN_MAX), IS);
	check_u64("one more",
	    weigh_auth_parse(&hash, value, 8 + WEIGH_TOKEN_MAX), BAD);
}

/* --- drawing --------------------------------------------------------------- */

static void
test_draw(void **state)
{
	uint8_t random[WEIGH_TOKEN_RANDOM];
	char text[WEIGH_TOKEN_MADE + 1];

	(void)state;
	memset(random, 247, sizeof(random));
	check_true("enough", weigh_token_draw(text, random, sizeof(random)));
	check_u64("length", strlen(text), WEIGH_TOKEN_MADE);
	check_true("a token", weigh_token_ok(text, strlen(text)));
	check_str("the last letter", text + WEIGH_TOKEN_MADE - 1, "9");
	memset(random, 248, sizeof(random));
	check_true("bytes that would come more often are passed over",
	    !weigh_token_draw(text, random, sizeof(random)));
	random[100] = 0;
	check_true("too few", !weigh_token_draw(text, random, sizeof(random)));
	check_str("what there was", text, "hf_A");
	memset(random, 1, sizeof(random));
	check_true("43 are enough", weigh_token_draw(text, random, 43));
	check_true("42 are not", !weigh_token_draw(text, random, 42));
}

/* --- base64 ---------------------------------------------------------------- */

/* RFC 4648 section 10, and what is not strict. */
static const struct text {
	const char *label, *text, *want; /* NULL: refused */
} texts[] = {
	{ "empty", "", "" },
	{ "one byte", "Zg==", "f" },
	{ "two bytes", "Zm8=", "fo" },
	{ "three bytes", "Zm9v", "foo" },
	{ "four bytes", "Zm9vYg==", "foob" },
	{ "five bytes", "Zm9vYmE=", "fooba" },
	{ "six bytes", "Zm9vYmFy", "foobar" },
	{ "all letters' ends", "+/+/", "\xfb\xff\xbf" },
	{ "no padding", "Zg", NULL },
	{ "half the padding", "Zg=", NULL },
	{ "too much padding", "Zg===", NULL },
	{ "only padding", "====", NULL },
	{ "three of it", "Z===", NULL },
	{ "padding in the middle", "Zg==Zm9v", NULL },
	{ "padding, then a letter", "Zg=v", NULL },
	{ "bits behind one byte", "Zh==", NULL },
	{ "bits behind two", "Zm9=", NULL },
	{ "a blank", "Zm 9", NULL },
	{ "a line feed", "Zm9v\n", NULL },
	{ "url letters", "-_-_", NULL },
	{ "an octet above 0x7f", "Zm9\xff", NULL },
};

static void
test_base64(void **state)
{
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct text *t = &texts[i];
		long n = weigh_base64_decode(out, sizeof(out), t->text,
		    strlen(t->text));

		if (t->want == NULL)
			check_true(t->label, n == -1);
		else
			check_bytes(t->label, out, (size_t)n, t->want,
			    strlen(t->want));
	}
	check_true("just room",
	    weigh_base64_decode(out, 4, "Zm9vYg==", 8) == 4);
	check_true("no room", weigh_base64_decode(out, 3, "Zm9vYg==", 8) == -1);
}

/* Every pair of bytes comes back. */
static void
test_all_pairs(void **state)
{
	static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";
	uint8_t out[2];
	char text[4];

	(void)state;
	for (unsigned n = 0; n < 65536; n++) {
		text[0] = letter[n >> 10];
		text[1] = letter[n >> 4 & 63];
		text[2] = letter[(n & 15) << 2];
		text[3] = '=';
		check_true("two bytes",
		    weigh_base64_decode(out, sizeof(out), text, 4) == 2 &&
			out[0] == n >> 8 && out[1] == (n & 255));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field),
		cmocka_unit_test(test_long_field),
		cmocka_unit_test(test_draw),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_all_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
