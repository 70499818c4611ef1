/* Packets, both ways; the numbers are those of weigh/pktline.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/pktline.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What a text is read as: each line in <>, marks as F D E, the end as . or !. */
static const struct row {
	const char *label, *text, *want;
} rows[] = {
	{ "nothing", "", "." },
	{ "a line", "0009hallo", "<hallo>." },
	{ "its end of line is not part of it", "000ahallo\n", "<hallo>." },
	{ "only one end of line is taken", "0007a\n\n", "<a\n>." },
	{ "an empty line", "0004", "<>." },
	{ "marks", "000000010002", "FDE." },
	{ "lines and marks",
	    "0005a0001"
	    "0005b0000",
	    "<a>D<b>F." },
	{ "digits of either case", "000Aabcdef000aabcdef",
	    "<abcdef><abcdef>." },
	{ "three is no length", "0003", "!" },
	{ "cut in its digits", "000", "!" },
	{ "cut in its bytes", "0009hall", "!" },
	{ "no digits", "00x5a", "!" },
	{ "a blank for a digit", "  05a", "!" },
	{ "a sign", "+005a", "!" },
	{ "longer than a packet may be", "fff1", "!" },
	{ "what stands behind is not read",
	    "0003"
	    "0005a",
	    "!" },
};

static void
test_read(void **state)
{
	struct weigh_buf got;

	(void)state;
	weigh_buf_init(&got, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_pkt_reader r = {
			.p = rows[i].text,
			.left = strlen(rows[i].text),
		};
		enum weigh_pkt kind;

		weigh_buf_reset(&got);
		do {
			kind = weigh_pkt_next(&r);
			if (kind == WEIGH_PKT_LINE)
				weigh_buf_addf(&got, "<%.*s>", (int)r.len,
				    r.data);
			else
				weigh_buf_addc(&got, ".-FDE!"[kind]);
		} while (kind != WEIGH_PKT_NONE && kind != WEIGH_PKT_BAD);
		check_str(rows[i].label, got.data, rows[i].want);
		check_true("the end stays", weigh_pkt_next(&r) == kind);
	}
	weigh_buf_free(&got);
}

/* The longest packet there may be, and one byte more. */
static void
test_longest(void **state)
{
	char *big = calloc(1, WEIGH_PKT_DATA + 1);
	struct weigh_pkt_reader r;
	struct weigh_buf b;

	(void)state;
	assert_non_null(big);
	weigh_buf_init(&b, 1 << 20);
	weigh_pkt_add(&b, big, WEIGH_PKT_DATA);
	assert_false(b.failed);
	assert_int_equal(b.len, WEIGH_PKT_MAX);
	r = (struct weigh_pkt_reader){ .p = b.data, .left = b.len };
	assert_int_equal(weigh_pkt_next(&r), WEIGH_PKT_LINE);
	assert_int_equal(r.len, WEIGH_PKT_DATA);
	assert_int_equal(weigh_pkt_next(&r), WEIGH_PKT_NONE);
	weigh_pkt_add(&b, big, WEIGH_PKT_DATA + 1);
	assert_true(b.failed);
	weigh_buf_free(&b);
	free(big);
}

/* (3): a band is cut into packets, and put together it is what it was. */
static void
test_side(void **state)
{
	size_t len = 3 * WEIGH_PKT_BAND + 7, at = 0, packets = 0;
	char *data = malloc(len);
	struct weigh_pkt_reader r;
	struct weigh_buf b;

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < len; i++)
		data[i] = (char)('a' + i % 26);
	weigh_buf_init(&b, 1 << 20);
	weigh_pkt_side(&b, WEIGH_BAND_PACK, data, len);
	weigh_pkt_flush(&b);
	r = (struct weigh_pkt_reader){ .p = b.data, .left = b.len };
	for (; weigh_pkt_next(&r) == WEIGH_PKT_LINE; packets++) {
		assert_int_equal(r.data[0], WEIGH_BAND_PACK);
		assert_memory_equal(r.data + 1, data + at, r.len - 1);
		at += r.len - 1;
	}
	assert_int_equal(at, len);
	assert_int_equal(packets, 4);
	weigh_buf_free(&b);
	free(data);
}

static void
test_lines(void **state)
{
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 256);
	weigh_pkt_addf(&b, "have %d", 7);
	weigh_pkt_delim(&b);
	weigh_pkt_flush(&b);
	assert_string_equal(b.data, "000bhave 7\n00010000");
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_side),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
