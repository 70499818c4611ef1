/* The way in: what a publication makes of sealed files, and what is refused
 * before anything lasts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blobs.h"
#include "check.h"
#include "gatehouse.h"
#include "gitrun.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct gatehouse_file first[] = {
	{ "weights/model.safetensors", NULL, 5 * MIB, 1 },
	{ "config.json", "{\"a\":1}\n", 0, 0 },
	{ "copy.json", "{\"a\":1}\n", 0, 0 }, /* the same bytes: one blob */
	{ "README.md", "---\nlicense: apache-2.0\n---\n# one\n", 0, 0 },
	{ "empty", "", 0, 0 },
};
static const struct gatehouse_file second[] = {
	{ "weights/model.safetensors", NULL, 5 * MIB, 1 },
	{ "config.json", "{\"a\":2}\n", 0, 0 },
	{ "README.md", "---\nlicense: mit\n---\n# two\n", 0, 0 },
};

static int
setup(void **state)
{
	struct gatehouse *g = malloc(sizeof(*g));

	if (g == NULL)
		return -1;
	gatehouse_make(g);
	*state = g;
	return 0;
}

static int
teardown(void **state)
{
	gatehouse_remove(*state);
	free(*state);
	return 0;
}

/* Publish what must succeed. */
static struct gate_publication
publish(struct gatehouse *g, const char *repo, const char *branch,
    const struct gatehouse_file *files, size_t nfiles)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct gate_publication p;
	enum weigh_code rc;

	rc = gatehouse_publish(g, &p, repo, branch, files, nfiles, &err);
	check_code(rc != WEIGH_OK ? err.why : repo, rc, WEIGH_OK);
	return p;
}

/* (3) All five know of it, each in its words. */
static void
test_first(void **state)
{
	struct gatehouse *g = *state;
	uint64_t before = gate_generation(g->gate);
	struct gate_publication p;

	p = publish(g, "acme/demo", "main", first, COUNT(first));
	gatehouse_check(g, "first");
	gatehouse_fsck(g, "first");
	assert_false(p.unchanged);
	check_u64("bytes", p.bytes, 5 * MIB + 8 + 8 + 34);
	check_u64("new bytes", p.new_bytes, 5 * MIB + 8 + 34);
	assert_true(gate_generation(g->gate) > before);
	gatehouse_ask(g, &g->text,
	    "SELECT title, origin, license, files, bytes FROM revisions");
	check_str("revision", g->text.data,
	    "a title published by a test apache-2.0 5 5242930\n");
	gatehouse_ask(g, &g->text,
	    "SELECT e.path, b.size, e.pointer_size IS NOT NULL FROM entries e "
	    "LEFT JOIN blobs b ON b.id = e.blob ORDER BY 1");
	check_str("entries", g->text.data,
	    "README.md 34 0\nconfig.json 8 0\ncopy.json 8 0\nempty 0 0\n"
	    "weights  0\nweights/model.safetensors 5242880 1\n");
	check_u64("blobs",
	    (uint64_t)gatehouse_number(g, "SELECT count(*) FROM blobs"), 4);
}

/* What git checks out is what came in: small files as they are, large ones as
 * pointers. */
static void
test_git_has_the_files(void **state)
{
	struct gatehouse *g = *state;
	char path[400], hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid = gatehouse_oid(&first[0]);

	publish(g, "acme/demo", "main", first, COUNT(first));
	snprintf(path, sizeof(path), "%s/repos/models/acme/demo.git",
	    g->dir.path);
	gitrun(&g->text, path, "show", "main:config.json", NULL);
	check_str("small", g->text.data, "{\"a\":1}\n");
	weigh_oid_hex(&oid, hex);
	gitrun(&g->text, path, "show", "main:weights/model.safetensors", NULL);
	check_has("pointer", g->text.data, hex);
	gitrun(&g->text, path, "log", "--format=%s|%an <%ae>", "main", NULL);
	check_str("commit", g->text.data,
	    "a title|weighd <weighd@localhost>\n");
}

/* Blobs that are held are not taken again. */
static void
test_second_revision(void **state)
{
	struct gatehouse *g = *state;
	struct gate_publication a, b;

	a = publish(g, "acme/demo", "main", first, COUNT(first));
	b = publish(g, "acme/demo", "main", second, COUNT(second));
	gatehouse_check(g, "second");
	gatehouse_fsck(g, "second");
	check_u64("new bytes", b.new_bytes, 8 + 27);
	assert_false(weigh_gitid_equal(&a.commit, &b.commit));
	check_u64("revisions",
	    (uint64_t)gatehouse_number(g, "SELECT count(*) FROM revisions"), 2);
	check_u64("the second follows the first",
	    (uint64_t)gatehouse_number(g,
		"SELECT count(*) FROM revisions c, revisions p "
		"WHERE c.parent = p.git"),
	    1);
}

/* A held blob that is not what it was is found out before it is relied upon, and
 * the bytes that come in take its place. */
static void
test_held_but_damaged(void **state)
{
	struct gatehouse *g = *state;
	struct weigh_oid oid = gatehouse_oid(&first[0]);
	struct gate_publication p;

	publish(g, "acme/demo", "main", first, COUNT(first));
	usleep(20000); /* the clock of a file system ticks in milliseconds */
	tmpdir_flip(&g->dir, blobs_path(&oid, ""), 4711);
	p = publish(g, "acme/demo", "main", second, COUNT(second));
	check_u64("new bytes", p.new_bytes, 5 * MIB + 8 + 27);
	check_u64("quarantine", (uint64_t)tmpdir_count(&g->dir, "quarantine"),
	    2); /* and its note */
	check_u64("journal", gatehouse_journal(g, "quarantine", ""), 1);
	gatehouse_check(g, "healed");
}

/* Held, right, and only touched: it is read again, not taken again. */
static void
test_held_and_touched(void **state)
{
	struct gatehouse *g = *state;
	struct weigh_oid oid = gatehouse_oid(&first[0]);
	struct gate_publication p;
	int fd = -1;

	publish(g, "acme/demo", "main", first, COUNT(first));
	usleep(20000);
	assert_int_equal(utimensat(g->dir.fd, blobs_path(&oid, ""), NULL, 0),
	    0);
	p = publish(g, "acme/demo", "main", second, COUNT(second));
	check_u64("new bytes", p.new_bytes, 8 + 27);
	gatehouse_check(g, "touched");
	/* Under its new stamp: whoever opens it need not read it. */
	check_code("open",
	    gate_open(g->gate, g->reader, WEIGH_DOOR_HUB, &oid, 5 * MIB, &fd,
		NULL),
	    WEIGH_OK);
	close(fd);
}

/* It may be a terabyte that is read again: weighd that stops does not wait. */
static void
test_stopping(void **state)
{
	struct gatehouse *g = *state;
	struct weigh_oid oid = gatehouse_oid(&first[0]);
	struct gate_publication p;
	char *before, *after;

	publish(g, "acme/demo", "main", first, COUNT(first));
	usleep(20000);
	assert_int_equal(utimensat(g->dir.fd, blobs_path(&oid, ""), NULL, 0),
	    0);
	before = gatehouse_picture(g);
	gate_stop(g->gate);
	check_code("publish",
	    gatehouse_publish(g, &p, "acme/demo", "main", second, COUNT(second),
		NULL),
	    WEIGH_CANCELED);
	after = gatehouse_picture(g);
	check_str("as before", after, before);
	free(before);
	free(after);
}

/* The same files again are no revision, and no line of the journal. */
static void
test_unchanged(void **state)
{
	struct gatehouse *g = *state;
	struct gate_publication a, b;
	char *before, *after;

	a = publish(g, "acme/demo", "main", first, COUNT(first));
	before = gatehouse_picture(g);
	b = publish(g, "acme/demo", "main", first, COUNT(first));
	after = gatehouse_picture(g);
	assert_true(b.unchanged);
	assert_true(weigh_gitid_equal(&a.commit, &b.commit));
	assert_true(weigh_oid_equal(&a.manifest, &b.manifest));
	check_u64("new bytes", b.new_bytes, 0);
	check_str("picture", after, before);
	gatehouse_check(g, "unchanged");
	gatehouse_fsck(g, "unchanged");
	free(before);
	free(after);
}

/* A branch has a history of its own; blobs are shared between all. */
static void
test_branches_and_repositories(void **state)
{
	struct gatehouse *g = *state;
	struct gate_publication p;

	publish(g, "acme/demo", "main", first, COUNT(first));
	p = publish(g, "acme/demo", "dev/x", second, COUNT(second));
	check_u64("main is not its parent",
	    (uint64_t)gatehouse_number(g,
		"SELECT count(*) FROM revisions WHERE parent IS NOT NULL"),
	    0);
	check_u64("new bytes", p.new_bytes, 8 + 27);
	p = publish(g, "datasets/acme/demo", "main", first, COUNT(first));
	check_u64("new bytes", p.new_bytes, 0);
	publish(g, "alone", "main", second, COUNT(second));
	gatehouse_check(g, "three repositories");
	gatehouse_fsck(g, "three repositories");
	gatehouse_ask(g, &g->text,
	    "SELECT p.kind, p.name, f.name FROM refs f, repositories p "
	    "WHERE p.id = f.repo ORDER BY 1, 2, 3");
	check_str("refs", g->text.data,
	    "0 acme/demo dev/x\n0 acme/demo main\n0 alone main\n"
	    "1 acme/demo main\n");
}

/* The manifest's name depends on the files alone. */
static void
test_manifest(void **state)
{
	struct gatehouse *g = *state;
	struct gate_publication a, b, c;

	a = publish(g, "acme/a", "main", first, COUNT(first));
	b = publish(g, "acme/b", "other", first, COUNT(first));
	c = publish(g, "acme/b", "main", second, COUNT(second));
	assert_true(weigh_oid_equal(&a.manifest, &b.manifest));
	assert_false(weigh_oid_equal(&a.manifest, &c.manifest));
}

/* .gitattributes decides what is a pointer, if it comes along. */
static void
test_attributes(void **state)
{
	static const struct gatehouse_file files[] = {
		{ ".gitattributes", "*.txt filter=lfs\n", 0, 0 },
		{ "a.txt", "text", 0, 0 },
		{ "b.safetensors", "weights", 0, 0 },
	};
	struct gatehouse *g = *state;

	publish(g, "acme/demo", "main", files, COUNT(files));
	gatehouse_ask(g, &g->text,
	    "SELECT path FROM entries WHERE pointer_size IS NOT NULL");
	check_str("pointers", g->text.data, "a.txt\n");
	gatehouse_check(g, "attributes");
	gatehouse_fsck(g, "attributes");
}

/* Refused before the first lasting step. */
static void
test_names_that_are_taken(void **state)
{
	static const struct {
		const char *label, *repo, *branch;
		enum weigh_code want;
		const char *why;
	} rows[] = {
		{ "other case", "acme/DEMO", "main", WEIGH_EXISTS,
		    "'acme/demo' is held here" },
		{ "other case of the organization", "Acme/demo", "main",
		    WEIGH_EXISTS, "differ only in case" },
		{ "a tag's name", "acme/demo", "v1", WEIGH_EXISTS,
		    "is a tag of 'acme/demo'" },
		{ "below a branch", "acme/demo", "main/x", WEIGH_EXISTS,
		    "has a branch 'main'" },
		{ "above a branch", "acme/demo", "dev", WEIGH_EXISTS,
		    "has a branch 'dev/x'" },
		{ "beside a branch", "acme/demo", "dev/y", WEIGH_OK, NULL },
		{ "a branch's beginning", "acme/demo", "mai", WEIGH_OK, NULL },
		{ "a branch and more", "acme/demo", "main-x", WEIGH_OK, NULL },
		{ "below a tag", "acme/demo", "v1/x", WEIGH_OK, NULL },
		{ "another kind", "datasets/acme/DEMO", "main", WEIGH_OK,
		    NULL },
		{ "a tag of another repository", "acme/other", "v1", WEIGH_OK,
		    NULL },
		{ "a tag's name in other letters", "acme/demo", "V1", WEIGH_OK,
		    NULL },
	};
	struct gatehouse *g = *state;

	publish(g, "acme/demo", "main", first, COUNT(first));
	publish(g, "acme/demo", "dev/x", second, COUNT(second));
	gatehouse_meddle(g,
	    "INSERT INTO refs SELECT repo, 1, 'v1', revision "
	    "FROM refs WHERE name = 'main'");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_err err = { .code = WEIGH_OK };
		struct gate_publication p;
		char *before = gatehouse_picture(g), *after;
		enum weigh_code rc;

		gatehouse_prepare(g, &p, rows[i].repo, rows[i].branch, second,
		    COUNT(second));
		rc = gate_may_publish(g->reader, &p.repo, p.branch, &err);
		check_code(rows[i].label, rc, rows[i].want);
		if (i == 0)
			check_str("its fix", weigh_err_fix(&err),
			    "publish as 'acme/demo', or choose another name");
		rc = gate_publish(g->gate, g->reader, &p, &err);
		check_code(rows[i].label, rc, rows[i].want);
		gatehouse_release(&p);
		after = gatehouse_picture(g);
		if (rows[i].want != WEIGH_OK) {
			check_has(rows[i].label, err.why, rows[i].why);
			check_str(rows[i].label, after, before);
		}
		free(before);
		free(after);
	}
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_first),
		CASE(test_git_has_the_files),
		CASE(test_second_revision),
		CASE(test_held_but_damaged),
		CASE(test_held_and_touched),
		CASE(test_stopping),
		CASE(test_unchanged),
		CASE(test_branches_and_repositories),
		CASE(test_manifest),
		CASE(test_attributes),
		CASE(test_names_that_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
