/* Refs move by compare-and-swap; (2), (3) and (4) of repo.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "gitrun.h"
#include "grove.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct grove_file one[] = { { "a", "1", false } };
static const struct grove_file two[] = { { "a", "2", false } };

/* Steps on one repository: each begins where the one before ended.  0 is
 * nothing, 1 and 2 are commits, 3 a commit that does not exist. */
static const struct move_row {
	const char *label;
	const char *ref;
	unsigned old;
	unsigned new;
	enum weigh_code code;
	unsigned after; /* where it is then */
} moves[] = {
	{ "make", "refs/heads/main", 0, 1, WEIGH_OK, 1 },
	{ "make again", "refs/heads/main", 0, 2, WEIGH_CONFLICT, 1 },
	{ "move from elsewhere", "refs/heads/main", 2, 1, WEIGH_CONFLICT, 1 },
	{ "move", "refs/heads/main", 1, 2, WEIGH_OK, 2 },
	{ "move back", "refs/heads/main", 2, 1, WEIGH_OK, 1 },
	{ "delete from elsewhere", "refs/heads/main", 2, 0, WEIGH_CONFLICT, 1 },
	{ "delete", "refs/heads/main", 1, 0, WEIGH_OK, 0 },
	{ "delete again", "refs/heads/main", 1, 0, WEIGH_CONFLICT, 0 },
	{ "move what is not there", "refs/heads/main", 1, 2, WEIGH_CONFLICT,
	    0 },
	{ "a tag", "refs/tags/v1.0", 0, 1, WEIGH_OK, 1 },
	{ "in folders", "refs/heads/a/b/c", 0, 2, WEIGH_OK, 2 },
	{ "delete it", "refs/heads/a/b/c", 2, 0, WEIGH_OK, 0 },
	{ "its folder as a name", "refs/heads/a", 0, 2, WEIGH_OK, 2 },
	{ "to no commit", "refs/heads/x", 0, 3, WEIGH_IO, 0 },
	{ "HEAD", "HEAD", 0, 1, WEIGH_MALFORMED, 0 },
	{ "no prefix", "main", 0, 1, WEIGH_MALFORMED, 0 },
	{ "another prefix", "refs/notes/x", 0, 1, WEIGH_MALFORMED, 0 },
	{ "..", "refs/heads/../../config", 0, 1, WEIGH_MALFORMED, 0 },
	{ "an expression", "refs/heads/main@{0}", 0, 1, WEIGH_MALFORMED, 0 },
	{ "a lock", "refs/heads/x.lock", 0, 1, WEIGH_MALFORMED, 0 },
	{ "empty", "refs/heads/", 0, 1, WEIGH_MALFORMED, 0 },
	{ "once more", "refs/heads/main", 0, 2, WEIGH_OK, 2 },
};

static unsigned
number_of(const struct weigh_gitid *ids, const struct weigh_gitid *id)
{
	for (unsigned i = 1; i < 3; i++)
		if (weigh_gitid_equal(&ids[i], id))
			return i;
	return 0;
}

static void
test_moves(void **state)
{
	struct weigh_gitid ids[4] = { 0 };
	struct repo_commit c;
	struct grove g;

	(void)state;
	grove_open(&g);
	check_code("one", grove_write(&g, NULL, one, 1, &c, NULL), WEIGH_OK);
	ids[1] = c.id;
	grove_free(&c);
	check_code("two", grove_write(&g, NULL, two, 1, &c, NULL), WEIGH_OK);
	ids[2] = c.id;
	grove_free(&c);
	memset(&ids[3], 0x33, sizeof(ids[3]));
	for (size_t i = 0; i < COUNT(moves); i++) {
		const struct move_row *row = &moves[i];
		struct weigh_gitid at = { { 0 } };

		check_code(row->label,
		    repo_move_ref(g.repo, row->ref, &ids[row->old],
			&ids[row->new], NULL),
		    row->code);
		(void)repo_ref(g.repo, row->ref, &at, NULL, NULL);
		check_u64(row->label, number_of(ids, &at), row->after);
	}
	grove_fsck(&g, "git agrees");
	grove_close(&g);
}

static enum weigh_code
join_ref(void *ctx, const char *ref, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	(void)id;
	(void)err;
	weigh_buf_addf(ctx, "%s ", ref);
	return WEIGH_OK;
}

/* Packed refs, as `git gc` leaves them, are read, moved and deleted alike; what
 * is neither branch nor tag is left alone. */
static void
test_packed(void **state)
{
	struct weigh_gitid id, zero = { { 0 } };
	struct weigh_buf refs;
	struct grove g;

	(void)state;
	grove_open(&g);
	weigh_buf_init(&refs, 4096);
	id = grove_publish(&g, "main", one, 1);
	check_code("a tag",
	    repo_move_ref(g.repo, "refs/tags/v1", &zero, &id, NULL), WEIGH_OK);
	gitrun(&g.out, g.path, "update-ref", "refs/notes/x", "HEAD", NULL);
	gitrun(&g.out, g.path, "pack-refs", "--all", NULL);
	check_code("list", repo_each_ref(g.repo, join_ref, &refs, NULL),
	    WEIGH_OK);
	check_str("both", refs.data, "refs/heads/main refs/tags/v1 ");
	check_code("delete",
	    repo_move_ref(g.repo, "refs/tags/v1", &id, &zero, NULL), WEIGH_OK);
	id = grove_publish(&g, "main", two, 1);
	weigh_buf_reset(&refs);
	check_code("list", repo_each_ref(g.repo, join_ref, &refs, NULL),
	    WEIGH_OK);
	check_str("one", refs.data, "refs/heads/main ");
	weigh_buf_free(&refs);
	grove_close(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_packed),
	};

	return cmocka_run_group_tests_name("repo refs", tests, NULL, NULL);
}
