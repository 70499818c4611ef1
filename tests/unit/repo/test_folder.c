/* Tests of repo/folder.c and of annotated tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "grove.h"

static const struct weigh_repo demo = { WEIGH_MODEL, "acme/demo" };
static const struct weigh_repo other = { WEIGH_MODEL, "beta/other" };

/* What is written is read back; without a file all is as by default; a file that
 * cannot be believed is refused, for a private repository must not become public. */
static void
test_facts(void **state)
{
	struct weigh_repofile f = { .visibility = WEIGH_PRIVATE }, back;
	struct weigh_err err = { .code = WEIGH_OK };
	struct grove g;
	char path[320];
	FILE *file;

	(void)state;
	grove_open(&g);
	check_code("none", repo_read_facts(g.root, &demo, &back, &err),
	    WEIGH_OK);
	check_u64("public", back.visibility, WEIGH_PUBLIC);
	weigh_repofile_add(&f, &other);
	check_code("write", repo_write_facts(g.root, &demo, &f, &err),
	    WEIGH_OK);
	check_code("read", repo_read_facts(g.root, &demo, &back, &err),
	    WEIGH_OK);
	check_u64("private", back.visibility, WEIGH_PRIVATE);
	check_str("formerly", back.formerly[0].name, other.name);
	snprintf(path, sizeof(path), "%s/weighhouse", g.path);
	check_true("open", (file = fopen(path, "a")) != NULL);
	fputs("visibility", file);
	fclose(file);
	check_code("torn", repo_read_facts(g.root, &demo, &back, &err),
	    WEIGH_MALFORMED);
	check_has("named", err.why, "/weighhouse'");
	check_code("nowhere", repo_write_facts(g.root, &other, &f, &err),
	    WEIGH_NOT_FOUND);
	grove_close(&g);
}

static void
test_another_name(void **state)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct grove g;

	(void)state;
	grove_open(&g);
	check_code("move", repo_rename(g.root, &demo, &other, &err), WEIGH_OK);
	check_true("there", repo_is_there(g.root, &other));
	check_true("not here", !repo_is_there(g.root, &demo));
	check_code("again", repo_rename(g.root, &demo, &other, &err),
	    WEIGH_NOT_FOUND);
	check_code("onto itself", repo_rename(g.root, &other, &other, &err),
	    WEIGH_EXISTS);
	grove_close(&g);
}

static enum weigh_code
count_repo(void *ctx, const struct weigh_repo *repo, struct weigh_err *err)
{
	(void)repo;
	(void)err;
	++*(unsigned *)ctx;
	return WEIGH_OK;
}

/* Aside it is no repository; it can be had back until it is swept. */
static void
test_setting_aside(void **state)
{
	struct weigh_err err = { .code = WEIGH_OK };
	unsigned n = 0;
	struct grove g;

	(void)state;
	grove_open(&g);
	check_code("aside", repo_set_aside(g.root, &demo, &err), WEIGH_OK);
	check_code("twice", repo_set_aside(g.root, &demo, &err), WEIGH_OK);
	check_code("each", repo_root_each(g.root, count_repo, &n, &err),
	    WEIGH_OK);
	check_u64("none", n, 0);
	check_code("back", repo_bring_back(g.root, &demo, &err), WEIGH_OK);
	check_true("there", repo_is_there(g.root, &demo));
	check_code("aside", repo_set_aside(g.root, &demo, &err), WEIGH_OK);
	check_code("sweep", repo_sweep_aside(g.root, &err), WEIGH_OK);
	check_code("twice", repo_sweep_aside(g.root, &err), WEIGH_OK);
	check_code("too late", repo_bring_back(g.root, &demo, &err), WEIGH_OK);
	check_true("gone", !repo_is_there(g.root, &demo));
	grove_close(&g);
}

static enum weigh_code
any_bytes(void *ctx, size_t bytes, struct weigh_err *err)
{
	(void)ctx;
	(void)bytes;
	(void)err;
	return WEIGH_OK;
}

/* Whoever reads refs meets the commit; the ref itself points to the tag. */
static void
test_annotated_tags(void **state)
{
	static const struct grove_file files[] = { { "a", "1", false } };
	struct repo_tag tag = {
		.name = "v1",
		.author = "ci-bot",
		.email = "3f2a@token",
		.message = "the first\n",
		.date = 1700000000,
	};
	const struct weigh_gitid none = { { 0 } };
	struct weigh_gitid object, at, itself;
	struct weigh_err err = { .code = WEIGH_OK };
	struct grove g;
	char problem[200];

	(void)state;
	grove_open(&g);
	tag.commit = grove_publish(&g, "main", files, 1);
	check_code("write", repo_write_tag(g.repo, &tag, &object, &err),
	    WEIGH_OK);
	check_code("move",
	    repo_move_ref(g.repo, "refs/tags/v1", &none, &object, &err),
	    WEIGH_OK);
	check_code("read", repo_ref(g.repo, "refs/tags/v1", &at, &itself, &err),
	    WEIGH_OK);
	check_bytes("commit", &at, sizeof(at), &tag.commit, sizeof(at));
	check_bytes("object", &itself, sizeof(itself), &object, sizeof(object));
	check_code("verify",
	    repo_verify(g.repo, any_bytes, NULL, problem, sizeof(problem),
		&err),
	    WEIGH_OK);
	check_str("no problem", problem, "");
	grove_fsck(&g, "tagged");
	check_code("delete",
	    repo_move_ref(g.repo, "refs/tags/v1", &object, &none, &err),
	    WEIGH_OK);
	grove_close(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_another_name),
		cmocka_unit_test(test_setting_aside),
		cmocka_unit_test(test_annotated_tags),
	};

	return cmocka_run_group_tests_name("repo folder", tests, NULL, NULL);
}
