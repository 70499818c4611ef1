/* Tests of daemon/store/seal.c: many sealed at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

#define MANY 50

static void
begin_all(struct blobs *b, struct store_writer **writers, size_t n)
{
	char text[32];

	for (size_t i = 0; i < n; i++) {
		int len = snprintf(text, sizeof(text), "file %zu", i);

		check_code("begin", store_begin(b->store, 0, &writers[i], NULL),
		    WEIGH_OK);
		check_code("append",
		    store_append(writers[i], text, (size_t)len, NULL),
		    WEIGH_OK);
	}
}

/* Each is what it is, in its place, and can be published. */
static void
test_many(void **state)
{
	static const size_t counts[] = { 0, 1, 8, 9, MANY };
	struct store_writer *writers[MANY];
	struct store_blob blobs[MANY], blob;
	struct weigh_oid want;
	struct blobs b;
	char text[32];

	(void)state;
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		size_t n = counts[k];

		blobs_open(&b, 0);
		begin_all(&b, writers, n);
		check_code("seal", store_seal_many(writers, n, blobs, NULL),
		    WEIGH_OK);
		for (size_t i = 0; i < n; i++) {
			int len = snprintf(text, sizeof(text), "file %zu", i);

			assert_true(weigh_oid_of(&want, text, (size_t)len));
			assert_true(weigh_oid_equal(&blobs[i].oid, &want));
			check_u64("size", blobs[i].size, (uint64_t)len);
			check_code("publish",
			    store_publish(writers[i], &blob, NULL), WEIGH_OK);
		}
		blobs_close(&b);
	}
}

/* One that cannot be sealed fails them all. */
static void
test_failure(void **state)
{
	struct store_writer *writers[MANY];
	struct store_blob blobs[MANY];
	struct weigh_err err;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	begin_all(&b, writers, MANY);
	check_code("seal one", store_seal(writers[20], NULL, blobs, NULL),
	    WEIGH_OK);
	check_code("seal", store_seal_many(writers, MANY, blobs, &err),
	    WEIGH_BUG);
	check_true("it says why", err.why[0] != '\0');
	for (size_t i = 0; i < MANY; i++)
		store_abandon(writers[i]);
	check_u64("nothing is left", (uint64_t)tmpdir_count(&b.dir, "incoming"),
	    0);
	blobs_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
