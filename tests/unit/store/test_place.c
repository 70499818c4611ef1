/* Tests of daemon/store/place.c: bytes out of order. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

#define PART 100000
#define PARTS 5

static char bytes[PARTS * PART - 7];

static void
fill(void)
{
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 31 + i / 251);
}

static void
place(struct store_writer *w, size_t n)
{
	size_t from = n * PART,
	       len = from + PART > sizeof(bytes) ? sizeof(bytes) - from : PART;

	check_code("place", store_place(w, from, bytes + from, len, NULL),
	    WEIGH_OK);
}

/* Any order, taken when there is no gap before. */
static void
test_any_order(void **state)
{
	static const size_t order[PARTS] = { 3, 0, 4, 2, 1 };
	struct weigh_oid want;
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;

	(void)state;
	fill();
	blobs_open(&b, 0);
	check_true("hash", weigh_oid_of(&want, bytes, sizeof(bytes)));
	check_code("begin", store_begin(b.store, sizeof(bytes), &w, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < PARTS; i++) {
		place(w, order[i]);
		if (order[i] == 0)
			check_code("take", store_take(w, PART, NULL), WEIGH_OK);
	}
	check_u64("taken", store_taken(w), PART);
	check_code("all", store_take(w, sizeof(bytes), NULL), WEIGH_OK);
	check_code("seal", store_seal(w, &want, &blob, NULL), WEIGH_OK);
	check_u64("size", blob.size, sizeof(bytes));
	check_code("publish", store_publish(w, &blob, NULL), WEIGH_OK);
	blobs_close(&b);
}

/* A part comes again, with other bytes, after it was taken. */
static void
test_again(void **state)
{
	static const char wrong[PART];
	struct weigh_oid want;
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;

	(void)state;
	fill();
	blobs_open(&b, 0);
	check_true("hash", weigh_oid_of(&want, bytes, sizeof(bytes)));
	check_code("begin", store_begin(b.store, sizeof(bytes), &w, NULL),
	    WEIGH_OK);
	check_code("wrong", store_place(w, 0, wrong, PART, NULL), WEIGH_OK);
	check_code("take", store_take(w, PART, NULL), WEIGH_OK);
	for (size_t i = 0; i < PARTS; i++)
		place(w, i);
	check_code("again", store_take_again(w, NULL), WEIGH_OK);
	check_u64("from the start", store_taken(w), 0);
	check_code("all", store_take(w, sizeof(bytes), NULL), WEIGH_OK);
	check_code("seal", store_seal(w, &want, &blob, NULL), WEIGH_OK);
	store_abandon(w);
	blobs_close(&b);
}

/* Bytes that never came cannot be taken, and cannot be sealed. */
static void
test_gap_at_the_end(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;

	(void)state;
	fill();
	blobs_open(&b, 0);
	check_code("begin", store_begin(b.store, sizeof(bytes), &w, NULL),
	    WEIGH_OK);
	place(w, 0);
	check_true("take", store_take(w, sizeof(bytes), NULL) != WEIGH_OK);
	check_true("seal", store_seal(w, NULL, &blob, NULL) != WEIGH_OK);
	store_abandon(w);
	blobs_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_gap_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
