/* Tests of proto/buf.c; the numbers are those of include/weigh/buf.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/buf.h>

#include "check.h"

/* (1), (2): up to the ceiling and not a byte more. */
static void
test_ceiling(void **state)
{
	static const size_t ceilings[] = { 0, 1, 2, 63, 64, 65, 127, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
		size_t max = ceilings[i];
		struct weigh_buf b;

		weigh_buf_init(&b, max);
		for (size_t n = 0; n < max; n++)
			check_true("below", weigh_buf_addc(&b, 'x'));
		check_u64("full", b.len, max);
		check_true("no more memory than that", b.cap <= max + 65);
		check_true("nothing fits", weigh_buf_add(&b, "", 0));
		check_true("one more", !weigh_buf_addc(&b, 'y'));
		check_u64("as it was", b.len, max);
		check_true("failed", b.failed);
		check_true("and stays so", !weigh_buf_add(&b, "", 0));
		check_true("room too", weigh_buf_room(&b, 0) == NULL);
		check_true("nothing to take", weigh_buf_take(&b) == NULL);
		weigh_buf_free(&b);
		check_u64("the ceiling stays", b.max, max);
	}
}

/* (1): lengths near the end of size_t do not wrap. */
static void
test_huge_lengths(void **state)
{
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, SIZE_MAX);
	check_true("begin", weigh_buf_adds(&b, "abc"));
	check_true("SIZE_MAX", weigh_buf_room(&b, SIZE_MAX) == NULL);
	weigh_buf_reset(&b);
	check_true("usable again", weigh_buf_adds(&b, "abc"));
	check_true("SIZE_MAX - 3", weigh_buf_room(&b, SIZE_MAX - 3) == NULL);
	weigh_buf_reset(&b);
	check_true("usable again", weigh_buf_adds(&b, "abc"));
	check_true("SIZE_MAX / 2", weigh_buf_room(&b, SIZE_MAX / 2) == NULL);
	check_u64("as it was", b.len, 3);
	weigh_buf_free(&b);
}

/* (2): a piece that does not fit leaves no half of itself. */
static void
test_all_or_nothing(void **state)
{
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 10);
	check_true("six", weigh_buf_adds(&b, "sixsix"));
	check_true("five", !weigh_buf_addf(&b, "%s", "fives"));
	check_str("as it was", b.data, "sixsix");
	check_true("even what would fit", !weigh_buf_adds(&b, "x"));
	weigh_buf_reset(&b);
	check_u64("empty", b.len, 0);
	check_str("empty", b.data, "");
	check_true("ten", weigh_buf_addf(&b, "%05d%s", 42, "fives"));
	check_str("ten", b.data, "00042fives");
	weigh_buf_free(&b);
}

/* (3): a NUL behind the text, whatever is in it. */
static void
test_nul_behind(void **state)
{
	struct weigh_buf b;
	char *room;

	(void)state;
	weigh_buf_init(&b, 5000);
	check_true("no memory yet", b.data == NULL);
	for (size_t i = 0; i < 1000; i++) {
		check_true("add", weigh_buf_add(&b, "a\0bc", 4));
		check_true("NUL", b.data[b.len] == '\0');
	}
	check_u64("all", b.len, 4000);
	check_bytes("the last", b.data + 3996, 4, "a\0bc", 4);
	weigh_buf_reset(&b); /* the old bytes are still in the memory */
	check_true("add", weigh_buf_adds(&b, "abc"));
	room = weigh_buf_room(&b, 100);
	check_true("room", room == b.data + 3);
	memcpy(room, "short", 5);
	b.len += 5; /* less than asked for */
	check_str("still a NUL", b.data, "abcshort");
	weigh_buf_free(&b);
	check_true("gone", b.data == NULL && b.len == 0 && b.cap == 0);
}

static void
test_take(void **state)
{
	struct weigh_buf b;
	char *text;

	(void)state;
	weigh_buf_init(&b, 100);
	check_true("empty", weigh_buf_take(&b) == NULL);
	check_true("add", weigh_buf_adds(&b, "mine"));
	text = weigh_buf_take(&b);
	check_str("taken", text, "mine");
	check_true("empty", b.data == NULL && b.len == 0 && b.cap == 0);
	check_true("usable", weigh_buf_adds(&b, "next"));
	check_str("the taken text stays", text, "mine");
	free(text);
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_huge_lengths),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_nul_behind),
		cmocka_unit_test(test_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
