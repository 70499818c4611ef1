/* Tests of repo/idset.h: ids that were seen, and walks that meet each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "check.h"
#include "repo/idset.h"

#define MANY 5000

/* Many of them begin alike: they share a place in the set. */
static git_oid
id_of(unsigned n)
{
	git_oid id;

	memset(&id, 0, sizeof(id));
	id.id[0] = 1;
	id.id[1] = (unsigned char)(n % 7);
	memcpy(id.id + 12, &n, sizeof(n));
	return id;
}

static void
test_each_is_met_once(void **state)
{
	struct idwalk walk = { .todo = NULL };
	struct idwalk_item at;
	unsigned seen = 0;

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned n = 0; n < MANY; n++) {
			git_oid id = id_of(n);

			check_u64("met",
			    idwalk_meet(&walk, &id, GIT_OBJECT_BLOB, NULL),
			    WEIGH_OK);
		}
	check_u64("each once", walk.met.count, MANY);
	while (idwalk_next(&walk, &at)) {
		git_oid want = id_of(MANY - 1 - seen++);

		check_true("the last one first", git_oid_equal(&at.id, &want));
		check_true("as it was met", at.type == GIT_OBJECT_BLOB);
	}
	check_u64("all", seen, MANY);
	idwalk_free(&walk);
}

/* What was looked at is not met again: a circle ends. */
static void
test_a_circle_ends(void **state)
{
	struct idwalk walk = { .todo = NULL };
	git_oid id = id_of(0);
	struct idwalk_item at;
	unsigned steps = 0;

	(void)state;
	check_u64("met", idwalk_meet(&walk, &id, GIT_OBJECT_TREE, NULL),
	    WEIGH_OK);
	while (steps < 10 && idwalk_next(&walk, &at)) {
		id = id_of(++steps % 3);
		check_u64("met", idwalk_meet(&walk, &id, GIT_OBJECT_TREE, NULL),
		    WEIGH_OK);
	}
	check_u64("three steps", steps, 3);
	check_true("seen", idset_has(&walk.met, &id));
	idwalk_free(&walk);
	check_true("forgotten", !idset_has(&walk.met, &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_met_once),
		cmocka_unit_test(test_a_circle_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
