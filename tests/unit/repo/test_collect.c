/* Taking away what nothing leads to: (6) of repo.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "check.h"
#include "gitrun.h"
#include "grove.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct grove_file first[] = {
	{ "README.md", "# one\n", false },
	{ "a/x.bin", "lots of bytes", true },
};
static const struct grove_file second[] = {
	{ "README.md", "# two\n", false },
	{ "a/x.bin", "lots of bytes", true },
};
static const struct grove_file nobodys[] = {
	{ "b/y", "nobody's\n", false },
	{ "z", "nobody's either\n", false },
};
/* Two blobs, two trees, a commit. */
#define NOBODYS 5

static void
prepare(struct grove *g)
{
	struct repo_commit c;

	grove_open(g);
	grove_publish(g, "main", first, COUNT(first));
	grove_publish(g, "main", second, COUNT(second));
	check_code("write",
	    grove_write(g, &(struct weigh_gitid){ { 0 } }, nobodys,
		COUNT(nobodys), &c, NULL),
	    WEIGH_OK);
	grove_free(&c);
}

static enum weigh_code
collect(struct grove *g, struct repo_collecting *c)
{
	c->now = time(NULL);
	return repo_collect(g->repo, c, NULL);
}

static size_t
count_objects(struct grove *g)
{
	size_t lines = 0;

	gitrun(&g->out, g->path, "cat-file", "--batch-all-objects",
	    "--batch-check", NULL);
	for (size_t i = 0; i < g->out.len; i++)
		lines += g->out.data[i] == '\n';
	return lines;
}

static void
check_clean(struct grove *g, const char *label)
{
	grove_fsck(g, label);
	check_u64(label,
	    (uint64_t)gitrun(&g->out, g->path, "fsck", "--unreachable",
		"--no-reflogs", "--no-progress", NULL),
	    0);
	check_str(label, g->out.data != NULL ? g->out.data : "", "");
}

static void
test_loose(void **state)
{
	struct repo_collecting dry = { .dry = true }, real = { .dry = false };
	struct grove g;
	size_t before;

	(void)state;
	prepare(&g);
	before = count_objects(&g);
	check_code("dry", collect(&g, &dry), WEIGH_OK);
	check_u64("it changes nothing", count_objects(&g), before);
	check_code("real", collect(&g, &real), WEIGH_OK);
	check_u64("dry", dry.objects, NOBODYS);
	check_u64("real", real.objects, NOBODYS);
	check_true("bytes", real.bytes > 0 && real.bytes == dry.bytes);
	check_u64("what is left", count_objects(&g), before - NOBODYS);
	check_clean(&g, "after");
	check_code("again", collect(&g, &real), WEIGH_OK);
	check_u64("again", real.objects + real.bytes + real.young, 0);
	grove_close(&g);
}

static void
test_young(void **state)
{
	struct repo_collecting c = { .grace = 3600 };
	struct grove g;

	(void)state;
	prepare(&g);
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, 0);
	check_u64("young", c.young, NOBODYS);
	grove_close(&g);
}

/* What a root leads to stays, though no ref does. */
static void
test_roots(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	struct repo_commit commit;
	struct grove g;

	(void)state;
	prepare(&g);
	check_code("write",
	    grove_write(&g, &(struct weigh_gitid){ { 0 } }, nobodys,
		COUNT(nobodys), &commit, NULL),
	    WEIGH_OK);
	c.roots = &commit.id;
	c.nroots = 1;
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, 0);
	c.nroots = 0;
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, NOBODYS);
	grove_free(&commit);
	grove_close(&g);
}

/* Refs of any name and annotated tags lead to things too. */
static void
test_other_refs(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	struct repo_commit commit;
	char hex[WEIGH_GITID_HEX + 1];
	struct grove g;

	(void)state;
	prepare(&g);
	check_code("write",
	    grove_write(&g, &(struct weigh_gitid){ { 0 } }, nobodys,
		COUNT(nobodys), &commit, NULL),
	    WEIGH_OK);
	weigh_gitid_hex(&commit.id, hex);
	gitrun(&g.out, g.path, "-c", "user.name=x", "-c", "user.email=x@x",
	    "tag", "-a", "-m", "annotated", "v1", hex, NULL);
	gitrun(&g.out, g.path, "update-ref", "refs/notes/x", "refs/tags/v1",
	    NULL);
	gitrun(&g.out, g.path, "update-ref", "-d", "refs/tags/v1", NULL);
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, 0);
	check_clean(&g, "after");
	grove_free(&commit);
	grove_close(&g);
}

/* Everything into one pack, what nobody wants too. */
static void
pack_all(struct grove *g)
{
	check_u64("pack",
	    (uint64_t)gitrun(&g->out, g->path, "-c",
		"alias.x=!git cat-file --batch-all-objects"
		" --batch-check='%(objectname)'"
		" | git pack-objects -q objects/pack/pack"
		" && git prune-packed -q",
		"x", NULL),
	    0);
}

static void
test_packs(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	struct grove g;
	size_t before;

	(void)state;
	prepare(&g);
	before = count_objects(&g);
	pack_all(&g);
	check_u64("one pack", count_objects(&g), before);
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, NOBODYS);
	check_u64("made again", c.packs, 1);
	check_u64("what is left", count_objects(&g), before - NOBODYS);
	check_u64("pack and index",
	    (uint64_t)tmpdir_count(&g.dir,
		"repos/models/acme/demo.git/objects/pack"),
	    2);
	check_clean(&g, "after");
	check_code("again", collect(&g, &c), WEIGH_OK);
	check_u64("again", c.objects + c.packs, 0);
	grove_publish(&g, "main", nobodys, COUNT(nobodys)); /* it still works */
	check_clean(&g, "published");
	grove_close(&g);
}

/* A pack that nobody needs goes whole. */
static void
test_useless_pack(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	struct grove g;

	(void)state;
	prepare(&g);
	pack_all(&g);
	gitrun(&g.out, g.path, "update-ref", "-d", "refs/heads/main", NULL);
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("made again", c.packs, 0);
	check_u64("objects", count_objects(&g), 0);
	check_u64("no pack",
	    (uint64_t)tmpdir_count(&g.dir,
		"repos/models/acme/demo.git/objects/pack"),
	    0);
	grove_close(&g);
}

static void
test_kept_pack(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	char path[200], *name;
	struct grove g;

	(void)state;
	prepare(&g);
	pack_all(&g);
	gitrun(&g.out, g.path, "count-objects", NULL);
	check_u64("ls",
	    (uint64_t)gitrun(&g.out, g.path, "-c", "alias.x=!ls objects/pack",
		"x", NULL),
	    0);
	name = strstr(g.out.data, ".idx");
	check_true("an index", name != NULL);
	*name = '\0';
	snprintf(path, sizeof(path),
	    "repos/models/acme/demo.git/objects/pack/%s.keep", g.out.data);
	tmpdir_write(&g.dir, path, "", 0);
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, 0);
	grove_close(&g);
}

/* git's index of many packs names none that is gone. */
static void
test_many_packs(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	struct grove g;

	(void)state;
	prepare(&g);
	pack_all(&g);
	check_u64("write",
	    (uint64_t)gitrun(&g.out, g.path, "multi-pack-index", "write", NULL),
	    0);
	check_code("collect", collect(&g, &c), WEIGH_OK);
	check_u64("taken", c.objects, NOBODYS);
	check_clean(&g, "after");
	grove_close(&g);
}

/* A ref that git cannot read is to git as if it were not there. */
static void
test_unread_ref(void **state)
{
	static const char *const texts[] = { "", "0123\n", "ref: \n" };
	struct grove g;

	(void)state;
	prepare(&g);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct repo_collecting c = { .nroots = 0 };

		tmpdir_write(&g.dir,
		    "repos/models/acme/demo.git/refs/heads/side", texts[i],
		    strlen(texts[i]));
		check_true(texts[i], collect(&g, &c) != WEIGH_OK);
		check_u64(texts[i], c.objects, 0);
	}
	grove_close(&g);
}

static void
test_canceled(void **state)
{
	const atomic_bool cancel = true;
	struct repo_collecting c = { .cancel = &cancel };
	struct grove g;

	(void)state;
	prepare(&g);
	check_code("collect", collect(&g, &c), WEIGH_CANCELED);
	check_u64("taken", c.objects, 0);
	grove_close(&g);
}

/* If anything that is led to cannot be read, nothing goes. */
static void
test_missing(void **state)
{
	struct repo_collecting c = { .nroots = 0 };
	struct grove g;
	char path[400];

	(void)state;
	prepare(&g);
	gitrun(&g.out, g.path, "rev-parse", "main~1:README.md", NULL);
	snprintf(path, sizeof(path), "%s/objects/%.2s/%.38s", g.path,
	    g.out.data, g.out.data + 2);
	check_true(path, remove(path) == 0);
	check_true("collect", collect(&g, &c) != WEIGH_OK);
	check_u64("taken", c.objects, 0);
	gitrun(&g.out, g.path, "fsck", "--unreachable", "--no-reflogs", NULL);
	check_has("they are there", g.out.data, "unreachable commit");
	grove_close(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loose),
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_other_refs),
		cmocka_unit_test(test_packs),
		cmocka_unit_test(test_useless_pack),
		cmocka_unit_test(test_kept_pack),
		cmocka_unit_test(test_many_packs),
		cmocka_unit_test(test_unread_ref),
		cmocka_unit_test(test_canceled),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests_name("collect", tests, NULL, NULL);
}
