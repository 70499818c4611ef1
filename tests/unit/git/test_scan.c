/* Packs judged before they are read; weigh/packscan.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/gitpack.h>
#include <weigh/packscan.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct weigh_packscan_limits small = {
	.objects = 4, .object = 1000, .total = 1500
};

static enum weigh_code
keep(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)err;
	return weigh_buf_add(ctx, data, len) ? WEIGH_OK : WEIGH_NOMEM;
}

static enum weigh_code
scan(const char *data, size_t len, size_t step)
{
	struct weigh_packscan *s = weigh_packscan_new(&small);
	enum weigh_code rc = WEIGH_OK;

	assert_non_null(s);
	for (size_t at = 0; rc == WEIGH_OK && at < len; at += step)
		rc = weigh_packscan_feed(s, data + at,
		    len - at < step ? len - at : step, NULL);
	if (rc == WEIGH_OK)
		rc = weigh_packscan_end(s, NULL);
	else
		check_true("for ever",
		    weigh_packscan_feed(s, "x", 1, NULL) != WEIGH_OK);
	weigh_packscan_free(s);
	return rc;
}

/* (1), (2): a number is a whole object of so many bytes; "d N" a difference to
 * something of N bytes that makes as many. */
static const struct row {
	const char *label;
	const char *objects;
	enum weigh_code code;
} rows[] = {
	{ "none", "", WEIGH_OK },
	{ "a few", "0 10 1000", WEIGH_OK },
	{ "one too many", "1 1 1 1 1", WEIGH_TOO_BIG },
	{ "one too big", "1001", WEIGH_TOO_BIG },
	{ "too much together", "800 701", WEIGH_TOO_BIG },
	{ "just not too much", "800 700", WEIGH_OK },
	{ "a difference", "10 d1000", WEIGH_OK },
	{ "a difference of too much", "10 d1001", WEIGH_TOO_BIG },
	{ "differences count, too", "d800 d701", WEIGH_TOO_BIG },
	{ "a difference of 2^40", "d1099511627776", WEIGH_TOO_BIG },
	{ "a difference of 2^62", "d4611686018427387904", WEIGH_MALFORMED },
};

static void
put_size(struct weigh_buf *b, uint64_t n)
{
	for (; n > 127; n >>= 7)
		weigh_buf_addc(b, (char)(0x80 | (n & 127)));
	weigh_buf_addc(b, (char)n);
}

static uint32_t
count_words(const char *text)
{
	uint32_t n = *text != '\0';

	for (; *text != '\0'; text++)
		n += *text == ' ';
	return n;
}

static void
pack_up(struct weigh_buf *out, const char *objects)
{
	static const char zeros[4096];
	struct weigh_gitid base = { { 1 } };
	struct weigh_pack *p = NULL;
	struct weigh_buf delta;

	weigh_buf_init(out, 1 << 20);
	check_code("begin",
	    weigh_pack_begin(&p, count_words(objects), keep, out, NULL),
	    WEIGH_OK);
	while (*objects != '\0') {
		bool is_delta = *objects == 'd';
		char *end = NULL;
		uint64_t n = strtoull(objects + is_delta, &end, 10);

		weigh_buf_init(&delta, 100);
		put_size(&delta, n);
		put_size(&delta, n);
		check_code("add",
		    is_delta ?
			weigh_pack_add_delta(p, &base, delta.data, delta.len,
			    NULL) :
			weigh_pack_add(p, WEIGH_PACK_BLOB, zeros, n, NULL),
		    WEIGH_OK);
		weigh_buf_free(&delta);
		objects = *end == ' ' ? end + 1 : end;
	}
	check_code("end", weigh_pack_end(p, NULL), WEIGH_OK);
	weigh_pack_free(p);
}

/* (3) */
static void
test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_buf pack;

		pack_up(&pack, rows[i].objects);
		for (size_t step = 1; step < pack.len + 2; step++)
			check_code(rows[i].label,
			    scan(pack.data, pack.len, step), rows[i].code);
		weigh_buf_free(&pack);
	}
}

/* (1): every cut and every byte too many is noticed. */
static void
test_cuts(void **state)
{
	struct weigh_buf pack;

	(void)state;
	pack_up(&pack, "10 d20 300");
	for (size_t len = 0; len < pack.len; len++)
		check_code("cut", scan(pack.data, len, 5), WEIGH_MALFORMED);
	weigh_buf_addc(&pack, 'x');
	check_code("more", scan(pack.data, pack.len, 5), WEIGH_MALFORMED);
	weigh_buf_free(&pack);
}

/* (1): an object that inflates to more, or to less, than it says; and heads. */
static const struct head_row {
	const char *label;
	size_t at;
	unsigned char byte;
	enum weigh_code code;
} heads[] = {
	{ "as it was", 0, 'P', WEIGH_OK },
	{ "no PACK", 0, 'Q', WEIGH_MALFORMED },
	{ "version 3", 7, 3, WEIGH_MALFORMED },
	{ "2^24 objects", 8, 1, WEIGH_TOO_BIG },
	{ "one object less", 11, 0, WEIGH_MALFORMED },
	{ "type 0", 12, 0x0a, WEIGH_MALFORMED },
	{ "type 5", 12, 0x5a, WEIGH_MALFORMED },
	{ "another type", 12, 0x1a, WEIGH_OK },
	{ "a place that is none", 12, 0x6a, WEIGH_MALFORMED },
	{ "one byte more than it says", 12, 0x39, WEIGH_MALFORMED },
	{ "one byte less than it says", 12, 0x3b, WEIGH_MALFORMED },
	{ "not deflated", 13, 'x' ^ 8, WEIGH_MALFORMED },
};

static void
test_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		struct weigh_buf pack;

		pack_up(&pack, "10");
		pack.data[heads[i].at] = (char)heads[i].byte;
		check_code(heads[i].label, scan(pack.data, pack.len, 3),
		    heads[i].code);
		weigh_buf_free(&pack);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_heads),
	};

	return cmocka_run_group_tests_name("git pack scan", tests, NULL, NULL);
}
