/* The folder of repositories: made, listed, removed, swept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "check.h"
#include "gitrun.h"
#include "grove.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEMO "repos/models/acme/demo.git/"

static const struct grove_file files[] = { { "a", "1", false } };

/* A folder of ours is what git takes for a repository; nothing came from a
 * template (4). */
static void
test_made(void **state)
{
	struct grove g;

	(void)state;
	grove_open(&g);
	check_u64("HEAD, config, objects, refs",
	    (uint64_t)tmpdir_count(&g.dir, "repos/models/acme/demo.git"), 4);
	check_u64("git takes it",
	    (uint64_t)gitrun(&g.out, g.path, "rev-parse",
		"--is-bare-repository", NULL),
	    0);
	check_str("bare", g.out.data, "true\n");
	gitrun(&g.out, g.path, "symbolic-ref", "HEAD", NULL);
	check_str("HEAD", g.out.data, "refs/heads/main\n");
	gitrun(&g.out, g.path, "rev-parse", "--show-object-format", NULL);
	check_str("format", g.out.data, "sha1\n");
	grove_close(&g);
}

/* (4) A user's configuration is not read: with this one nothing would work. */
static void
test_foreign_configuration(void **state)
{
	static const char config[] = "[core\nthis is no configuration\n";
	struct tmpdir home;
	struct grove g;

	(void)state;
	tmpdir_make(&home);
	tmpdir_write(&home, ".gitconfig", config, strlen(config));
	setenv("HOME", home.path, 1);
	setenv("GIT_DIR", "/nonexistent", 1);
	grove_open(&g);
	grove_publish(&g, "main", files, 1);
	unsetenv("GIT_DIR");
	gitrun(&g.out, g.path, "symbolic-ref", "HEAD", NULL);
	check_str("HEAD", g.out.data, "refs/heads/main\n");
	grove_fsck(&g, "fsck");
	grove_close(&g);
	tmpdir_remove(&home);
}

/* Making goes on where a killed run stopped, and is done once. */
static void
test_half_made(void **state)
{
	struct weigh_repo name = { WEIGH_MODEL, "half" };
	struct repo *r = NULL;
	struct grove g;

	(void)state;
	grove_open(&g);
	check_code("folders only",
	    fd_make_dirs(g.dir.fd, "repos/models/half.git/objects", 0755, NULL),
	    WEIGH_OK);
	check_true("is none yet",
	    repo_open(g.root, &name, false, &r, NULL) != WEIGH_OK);
	check_code("finished", repo_open(g.root, &name, true, &r, NULL),
	    WEIGH_OK);
	repo_close(r);
	check_code("open again", repo_open(g.root, &name, false, &r, NULL),
	    WEIGH_OK);
	repo_close(r);
	grove_close(&g);
}

static const struct name_row {
	const char *label;
	struct weigh_repo name;
	enum weigh_code code;
} names[] = {
	{ "not there", { WEIGH_MODEL, "acme/none" }, WEIGH_NOT_FOUND },
	{ "nor its org", { WEIGH_SPACE, "none/none" }, WEIGH_NOT_FOUND },
	{ "..", { WEIGH_MODEL, "../demo" }, WEIGH_USAGE },
	{ "empty", { WEIGH_MODEL, "" }, WEIGH_USAGE },
	{ "in another's folder", { WEIGH_MODEL, "acme/demo.git/objects" },
	    WEIGH_USAGE },
};

static void
test_names(void **state)
{
	struct grove g;

	(void)state;
	grove_open(&g);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct repo *r = NULL;

		check_code(names[i].label,
		    repo_open(g.root, &names[i].name, false, &r, NULL),
		    names[i].code);
	}
	grove_close(&g);
}

/* --- listing and removing ------------------------------------------------ */

static enum weigh_code
count_repo(void *ctx, const struct weigh_repo *repo, struct weigh_err *err)
{
	char text[WEIGH_REPO_TEXT];

	(void)err;
	weigh_repo_text(repo, text);
	weigh_buf_addf(ctx, "%s ", text);
	return WEIGH_OK;
}

static void
make(struct grove *g, enum weigh_kind kind, const char *name)
{
	struct weigh_repo repo = { .kind = kind };
	struct repo *r = NULL;

	snprintf(repo.name, sizeof(repo.name), "%s", name);
	check_code(name, repo_open(g->root, &repo, true, &r, NULL), WEIGH_OK);
	repo_close(r);
}

static void
test_each_and_remove(void **state)
{
	static const char *const all[] = { "acme/demo ", "solo ",
		"datasets/acme/demo ", "spaces/x/y " };
	struct weigh_repo demo = { WEIGH_DATASET, "acme/demo" };
	struct weigh_buf list;
	struct grove g;

	(void)state;
	grove_open(&g);
	weigh_buf_init(&list, 4096);
	make(&g, WEIGH_MODEL, "solo");
	make(&g, WEIGH_DATASET, "acme/demo");
	make(&g, WEIGH_SPACE, "x/y");
	/* What is not ours is neither listed nor touched. */
	tmpdir_write(&g.dir, "repos/models/note.txt", "x", 1);
	tmpdir_write(&g.dir, "repos/models/acme/-bad.git", "x", 1);
	check_true("mkdir",
	    mkdirat(g.dir.fd, "repos/models/lost+found", 0700) == 0);
	check_true("link",
	    symlinkat("../../..", g.dir.fd, "repos/models/out") == 0);
	check_code("each", repo_root_each(g.root, count_repo, &list, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < COUNT(all); i++)
		check_has(all[i], list.data, all[i]);
	check_u64("no others", list.len,
	    strlen("acme/demo solo datasets/acme/demo spaces/x/y "));

	check_code("remove", repo_remove(g.root, &demo, NULL), WEIGH_OK);
	check_true("its org is gone",
	    !tmpdir_has(&g.dir, "repos/datasets/acme"));
	check_true("its kind is not", tmpdir_has(&g.dir, "repos/datasets"));
	check_true("its namesake is not", tmpdir_has(&g.dir, DEMO "HEAD"));
	check_code("remove again", repo_remove(g.root, &demo, NULL), WEIGH_OK);
	weigh_buf_free(&list);
	grove_close(&g);
}

/* --- sweeping ------------------------------------------------------------ */

static const struct sweep_row {
	const char *path;
	bool removed;
} swept[] = {
	{ DEMO "HEAD.lock", true }, { DEMO "config.lock", true },
	{ DEMO "packed-refs.lock", true }, { DEMO "HEAD.new", true },
	{ DEMO "refs/heads/main.lock", true },
	{ DEMO "refs/heads/x/y.lock", true },
	{ DEMO "refs/tags/v1.lock", true },
	{ DEMO "objects/tmp_object_git2_0123", true },
	{ DEMO "objects/tmp_obj_abc", true },
	{ DEMO "objects/pack/pack_git2_0123", true },
	{ DEMO "objects/pack/pack_git2_01idx.lock", true },
	{ DEMO "objects/pack/tmp_pack_abc", true },
	{ DEMO "objects/pack/tmp_idx_abc", true },
	{ DEMO "objects/pack/pack-1.idx", true },
	{ DEMO "objects/pack/pack-2.pack", true },
	{ DEMO "objects/pack/pack-3.idx", false }, /* with its pack */
	{ DEMO "objects/pack/pack-3.pack", false },
	{ DEMO "refs/heads/tmp_obj_x", false }, /* a branch */
	{ DEMO "refs/heads/pack_git2_x", false }, { DEMO "packed-refs", false },
	{ "repos/models/acme/note.lock", false }, /* not in a repository */
};

static void
test_sweep(void **state)
{
	char tip[WEIGH_GITID_HEX + 2];
	struct weigh_gitid id;
	struct weigh_err err = { .code = WEIGH_OK };
	struct grove g;

	(void)state;
	grove_open(&g);
	id = grove_publish(&g, "main", files, 1);
	weigh_gitid_hex(&id, tip);
	strcat(tip, "\n");
	make(&g, WEIGH_MODEL, "acme/empty");
	make(&g, WEIGH_SPACE, "lone/empty");
	check_code("half made",
	    fd_make_dirs(g.dir.fd, "repos/models/half.git/objects", 0755, NULL),
	    WEIGH_OK);
	check_true("mkdir", mkdirat(g.dir.fd, DEMO "refs/heads/x", 0700) == 0);
	for (size_t i = 0; i < COUNT(swept); i++) {
		bool branch = strstr(swept[i].path, "refs/heads/tmp") ||
		    strstr(swept[i].path, "refs/heads/pack");

		tmpdir_write(&g.dir, swept[i].path, branch ? tip : "",
		    branch ? strlen(tip) : 0);
	}
	check_code("sweep", repo_root_sweep(g.root, &grove_sweeping, &err),
	    WEIGH_OK);
	for (size_t i = 0; i < COUNT(swept); i++)
		check_true(swept[i].path,
		    tmpdir_has(&g.dir, swept[i].path) != swept[i].removed);
	check_true("without refs",
	    !tmpdir_has(&g.dir, "repos/models/acme/empty.git"));
	check_true("and its org", !tmpdir_has(&g.dir, "repos/spaces/lone"));
	check_true("half made", !tmpdir_has(&g.dir, "repos/models/half.git"));
	check_true("unlink",
	    unlinkat(g.dir.fd, DEMO "objects/pack/pack-3.idx", 0) == 0);
	check_code("sweep again",
	    repo_root_sweep(g.root, &grove_sweeping, &err), WEIGH_OK);
	grove_fsck(&g, "what is left is whole");
	grove_close(&g);
}

/* What may still be a ref, or be known to somebody, is never swept away. */
static const struct {
	const char *label;
	const char *path; /* below the repository */
	const char *text;
	bool claimed;
	bool told;
} lasting[] = {
	{ "a ref of no bytes", "refs/heads/main", "", false, false },
	{ "a ref of other bytes", "refs/heads/main", "no id\n", false, false },
	{ "a ref of no branch", "refs/pr/1", "", false, false },
	{ "packed refs, none left", "packed-refs", "", false, false },
	{ "packed refs, torn", "packed-refs", "#\n0123\n", false, true },
	{ "a commit as HEAD", "HEAD",
	    "0123456789012345678901234567890123456789\n", false, false },
	{ "no ref, but known", NULL, NULL, true, true },
};

struct told {
	bool claimed;
	unsigned count;
};

static bool
not_claimed(void *ctx, const struct weigh_repo *repo)
{
	const struct told *t = ctx;

	(void)repo;
	return !t->claimed;
}

static void
count_told(void *ctx, const struct weigh_repo *repo,
    const struct weigh_err *err)
{
	struct told *t = ctx;

	check_str("which", repo->name, "acme/demo");
	check_true("why", err->why[0] != '\0');
	t->count++;
}

static void
test_sweep_spares(void **state)
{
	char path[200];

	(void)state;
	for (size_t i = 0; i < COUNT(lasting); i++) {
		struct told told = { .claimed = lasting[i].claimed };
		const struct repo_sweeping how = { not_claimed, count_told,
			&told };
		struct grove g;

		grove_open(&g);
		if (lasting[i].path != NULL) {
			snprintf(path, sizeof(path), DEMO "%s",
			    lasting[i].path);
			(void)fd_make_dirs(g.dir.fd, DEMO "refs/pr", 0755,
			    NULL);
			tmpdir_write(&g.dir, path, lasting[i].text,
			    strlen(lasting[i].text));
		}
		check_code(lasting[i].label,
		    repo_root_sweep(g.root, &how, NULL), WEIGH_OK);
		check_true(lasting[i].label, tmpdir_has(&g.dir, DEMO "config"));
		check_u64(lasting[i].label, told.count, lasting[i].told);
		grove_close(&g);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_foreign_configuration),
		cmocka_unit_test(test_half_made),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_each_and_remove),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_sweep_spares),
	};

	return cmocka_run_group_tests_name("repo root", tests, NULL, NULL);
}
