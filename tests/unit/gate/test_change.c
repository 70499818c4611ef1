/* Tests of gate/change.c and receive.c; the numbers are those of gate/change.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "gate/change.h"
#include "gatehouse.h"

static const struct gatehouse_file first[] = {
	{ .path = ".gitattributes",
	    .text = "*.bin filter=lfs diff=lfs merge=lfs -text" },
	{ .path = "README.md", .text = "---\nlicense: mit\n---\n" },
	{ .path = "d/config.json", .text = "{}" },
	{ .path = "w.bin", .noise = 5000, .seed = 1 },
};
#define FIRST (sizeof(first) / sizeof(first[0]))
static const struct gatehouse_file weights = {
	.path = "new.bin", .noise = 7000, .seed = 2
};
static const struct gatehouse_file odd = {
	.path = "my [odd] name", .noise = 9000, .seed = 3
};

static const struct gate_who ci = {
	.token = "3f2a",
	.author = "ci-bot",
	.email = "3f2a@token",
	.origin = "published by token 3f2a (ci-bot)",
};

static struct weigh_repo
model(const char *name)
{
	struct weigh_ref ref;

	check_code(name, weigh_ref_parse(&ref, name, NULL), WEIGH_OK);
	return ref.repo;
}

static void
begin(struct gatehouse *g)
{
	struct gate_publication p;

	gatehouse_make(g);
	check_code("publish",
	    gatehouse_publish(g, &p, "acme/demo", "main", first, FIRST, NULL),
	    WEIGH_OK);
}

/* Commit `n` changes to acme/demo's main; *c has what came of it. */
static enum weigh_code
change(struct gatehouse *g, struct gate_commit *c, struct gate_change *changes,
    size_t n, struct weigh_err *err)
{
	enum weigh_code rc;

	c->repo = model("acme/demo");
	if (c->branch == NULL)
		c->branch = "main";
	c->message = "Upload with a test\n\nand more";
	if (c->who == NULL)
		c->who = &ci;
	c->changes = changes;
	c->nchanges = n;
	weigh_err_clear(err);
	rc = gate_commit(g->gate, g->reader, c, err);
	for (size_t i = 0; i < n; i++) {
		store_abandon(changes[i].writer);
		changes[i].writer = NULL;
	}
	return rc;
}

static struct gate_change
put(struct gatehouse *g, const struct gatehouse_file *f)
{
	struct gate_change c = { .kind = GATE_PUT, .path = f->path };

	gatehouse_seal(g, f, &c.writer, &c.blob);
	return c;
}

static struct gate_change
put_held(const struct gatehouse_file *f)
{
	return (struct gate_change){
		.kind = GATE_PUT_HELD,
		.path = f->path,
		.blob = { .oid = gatehouse_oid(f), .size = f->noise },
	};
}

static void
receive(struct gatehouse *g, const struct gatehouse_file *f,
    const struct gate_who *who)
{
	struct store_writer *writer = NULL;
	struct store_blob blob;

	gatehouse_seal(g, f, &writer, &blob);
	check_code("receive",
	    gate_receive(g->gate, g->reader, writer, &blob, who, NULL),
	    WEIGH_OK);
}

/* The paths of a revision, with '*' behind LFS files. */
static const char *
paths(struct gatehouse *g, const struct weigh_gitid *commit)
{
	char hex[WEIGH_GITID_HEX + 1], sql[400];

	weigh_gitid_hex(commit, hex);
	snprintf(sql, sizeof(sql),
	    "SELECT e.path || iif(e.pointer_size IS NULL, '', '*')"
	    " FROM entries AS e JOIN revisions AS v ON v.id = e.revision"
	    " WHERE e.blob IS NOT NULL AND v.git = x'%s' ORDER BY e.path",
	    hex);
	gatehouse_ask(g, &g->text, sql);
	return g->text.data != NULL ? g->text.data : "";
}

/* --- commits --------------------------------------------------------------------- */

/* (7), (10) One file more: the others are carried, the parent is the tip, and the
 * journal says who did it. */
static void
test_one_file(void **state)
{
	const struct gatehouse_file note = { .path = "d/note", .text = "hi" };
	struct gate_commit c = { .pull = false };
	struct gate_change changes[1];
	struct weigh_err err = { 0 };
	struct gatehouse g;

	(void)state;
	begin(&g);
	changes[0] = put(&g, &note);
	check_code("commit", change(&g, &c, changes, 1, &err), WEIGH_OK);
	check_true("something changed", !c.unchanged);
	check_u64("two bytes came", c.bytes, 2);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\nd/config.json\nd/note\nw.bin*\n");
	check_u64("journal", gatehouse_journal(&g, "admit", "3f2a (ci-bot)"),
	    1);
	check_u64("license",
	    (uint64_t)gatehouse_number(&g,
		"SELECT count(*) FROM revisions WHERE license = 'mit'"),
	    2);
	gatehouse_check(&g, "one file");
	gatehouse_fsck(&g, "one file");

	/* The same again changes nothing. */
	changes[0] = put(&g, &note);
	check_code("again", change(&g, &c, changes, 1, &err), WEIGH_OK);
	check_true("unchanged", c.unchanged);
	gatehouse_check(&g, "again");
	gatehouse_remove(&g);
}

static void
test_deleting_and_copying(void **state)
{
	struct gate_commit c = { .pull = false };
	struct gate_change changes[] = {
		{ .kind = GATE_COPY, .path = "copy.bin", .from = "w.bin" },
		{ .kind = GATE_DELETE_FILE, .path = "w.bin" },
		{ .kind = GATE_DELETE_FOLDER, .path = "d" },
	};
	struct weigh_err err = { 0 };
	struct gatehouse g;
	char rev[WEIGH_GITID_HEX + 1];
	bool known;

	(void)state;
	begin(&g);
	check_code("tip",
	    catalog_resolve(g.reader,
		&(struct weigh_repo){ .name = "acme/demo" }, "main", &c.parent,
		&known, &err),
	    WEIGH_OK);
	weigh_gitid_hex(&c.parent, rev);
	check_code("commit", change(&g, &c, changes, 3, &err), WEIGH_OK);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\ncopy.bin*\n");
	check_u64("no byte came", c.bytes, 0);
	gatehouse_check(&g, "deleted");
	gatehouse_fsck(&g, "deleted");

	/* What is gone can be had back from the revision before. */
	changes[0] = (struct gate_change){ .kind = GATE_COPY,
		.path = "d/back.json",
		.from = "d/config.json",
		.from_rev = rev };
	c.parent = c.commit;
	check_code("from an older one", change(&g, &c, changes, 1, &err),
	    WEIGH_OK);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\ncopy.bin*\nd/back.json\n");
	gatehouse_remove(&g);
}

/* --- refusals ------------------------------------------------------------------------ */

static const struct refusal {
	const char *label;
	const char *branch;
	struct gate_change change;
	bool stale;
	enum weigh_code code;
	enum gate_missing missing;
	const char *why;
} refusals[] = {
	{ "another parent", "main",
	    { .kind = GATE_DELETE_FILE, .path = "w.bin" }, true, WEIGH_STALE,
	    GATE_MISSING_NOTHING, "moved on" },
	{ "no branch", "dev", { .kind = GATE_DELETE_FILE, .path = "w.bin" },
	    false, WEIGH_NOT_FOUND, GATE_MISSING_REVISION, "'refs/heads/dev'" },
	{ "a tag", "refs/tags/v1",
	    { .kind = GATE_DELETE_FILE, .path = "w.bin" }, false, WEIGH_USAGE,
	    GATE_MISSING_NOTHING, "no branch" },
	{ "climbing", "main", { .kind = GATE_DELETE_FILE, .path = "../x" },
	    false, WEIGH_MALFORMED, GATE_MISSING_NOTHING, ".." },
	{ "no such file", "main", { .kind = GATE_DELETE_FILE, .path = "x" },
	    false, WEIGH_NOT_FOUND, GATE_MISSING_ENTRY, "'x'" },
	{ "no such folder", "main", { .kind = GATE_DELETE_FOLDER, .path = "x" },
	    false, WEIGH_NOT_FOUND, GATE_MISSING_ENTRY, "'x'" },
	{ "copy of nothing", "main",
	    { .kind = GATE_COPY, .path = "y", .from = "x" }, false,
	    WEIGH_NOT_FOUND, GATE_MISSING_ENTRY, "'x'" },
	{ "copy of a folder", "main",
	    { .kind = GATE_COPY, .path = "y", .from = "d" }, false,
	    WEIGH_NOT_FOUND, GATE_MISSING_ENTRY, "one by one" },
	{ "copy from nowhere", "main",
	    { .kind = GATE_COPY, .path = "y", .from = "d", .from_rev = "v9" },
	    false, WEIGH_NOT_FOUND, GATE_MISSING_REVISION, "'v9'" },
	{ "never uploaded", "main", { .kind = GATE_PUT_HELD, .path = "y" },
	    false, WEIGH_USAGE, GATE_MISSING_NOTHING, "'y'" },
	{ "rules as LFS", "main",
	    { .kind = GATE_PUT_HELD, .path = ".gitattributes" }, false,
	    WEIGH_USAGE, GATE_MISSING_NOTHING, "git must read" },
	{ "file and folder", "main",
	    { .kind = GATE_COPY, .path = "d", .from = "w.bin" }, false,
	    WEIGH_MALFORMED, GATE_MISSING_NOTHING, "both a file and" },
};

/* All or nothing: after a refusal all is as before. */
static void
test_refusals(void **state)
{
	struct gatehouse g;
	char *before, *after;

	(void)state;
	begin(&g);
	before = gatehouse_picture(&g);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct gate_change one = r->change;
		struct gate_commit c = { .branch = r->branch };
		struct weigh_err err = { 0 };

		c.parent.b[0] = r->stale;
		check_code(r->label, change(&g, &c, &one, 1, &err), r->code);
		check_u64(r->label, c.missing, r->missing);
		check_has(r->label, err.why, r->why);
		after = gatehouse_picture(&g);
		check_str(r->label, after, before);
		free(after);
	}
	free(before);
	gatehouse_remove(&g);
}

/* --- uploads ---------------------------------------------------------------------------- */

static bool
may_read_nothing(void *ctx, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	(void)ctx;
	(void)reader;
	(void)repo;
	(void)visibility;
	return false;
}

/* (8) No door opens what was received; who sent it may name it, and nobody else. */
static void
test_an_upload_waits_for_its_commit(void **state)
{
	const struct gate_who stranger = { .token = "ffff",
		.origin = "by a stranger",
		.may_read = may_read_nothing };
	struct gate_commit c = { .who = &stranger };
	struct gate_change one = put_held(&weights);
	struct weigh_err err = { 0 };
	struct gatehouse g;
	int fd = -1;

	(void)state;
	begin(&g);
	receive(&g, &weights, &ci);
	check_code("no door",
	    gate_open(g.gate, g.reader, WEIGH_DOOR_HUB, &one.blob.oid,
		one.blob.size, &fd, &err),
	    WEIGH_NOT_FOUND);
	check_code("a stranger", change(&g, &c, &one, 1, &err), WEIGH_USAGE);
	check_has("named", err.why, "'new.bin'");
	c.who = &ci;
	one.blob.size--;
	check_code("another size", change(&g, &c, &one, 1, &err), WEIGH_USAGE);
	check_has("sizes", err.why, "7000 bytes, not 6999");
	one.blob.size++;
	check_code("commit", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\nd/config.json\nnew.bin*\nw.bin*\n");
	check_code("open",
	    gate_open(g.gate, g.reader, WEIGH_DOOR_HUB, &one.blob.oid,
		one.blob.size, &fd, &err),
	    WEIGH_OK);
	close(fd);
	gatehouse_check(&g, "committed");
	gatehouse_fsck(&g, "committed");

	/* Named where the stranger may not read, it is not the stranger's. */
	c = (struct gate_commit){ .who = &stranger };
	one.path = "stolen.bin";
	check_code("still not", change(&g, &c, &one, 1, &err), WEIGH_USAGE);
	gatehouse_remove(&g);
}

/* An LFS file that the rules do not know gets a line that they know it by. */
static void
test_rules_are_told(void **state)
{
	struct gate_commit c = { .pull = false };
	struct gate_change one = put_held(&odd);
	struct weigh_err err = { 0 };
	struct gatehouse g;

	(void)state;
	begin(&g);
	receive(&g, &odd, &ci);
	check_code("commit", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\nd/config.json\nmy [odd] name*\nw.bin*\n");
	check_u64("59 bytes more came",
	    (uint64_t)gatehouse_number(&g,
		"SELECT b.size FROM entries AS e JOIN blobs AS b ON b.id ="
		" e.blob WHERE e.path = '.gitattributes'"
		" ORDER BY e.revision DESC LIMIT 1"),
	    strlen(first[0].text) +
		strlen("\n/my?\\[odd]?name filter=lfs diff=lfs merge=lfs "
		       "-text\n"));
	check_code("again", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_true("unchanged", c.unchanged);
	gatehouse_check(&g, "told");
	gatehouse_remove(&g);
}

/* --- bad blobs ------------------------------------------------------------------------------ */

/* (7) A file that was found bad is carried, and stays bad. */
static void
test_a_bad_file_is_carried(void **state)
{
	const struct gatehouse_file note = { .path = "note", .text = "hi" };
	struct gate_commit c = { .pull = false };
	struct store_finding finding;
	struct gate_change one;
	struct weigh_oid oid = gatehouse_oid(&first[3]);
	struct weigh_err err = { 0 };
	struct gatehouse g;

	(void)state;
	begin(&g);
	check_code("away", store_quarantine(g.store, &oid, "a test", &err),
	    WEIGH_OK);
	check_code("check",
	    gate_check(g.gate, g.reader, &oid, 5000, NULL, &finding, &err),
	    WEIGH_OK);
	one = put(&g, &note);
	check_code("commit", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\nd/config.json\nnote\nw.bin*\n");
	check_u64("still bad",
	    (uint64_t)gatehouse_number(&g,
		"SELECT count(*) FROM blobs WHERE state = 1"),
	    1);
	gatehouse_fsck(&g, "carried");
	gatehouse_remove(&g);
}

/* --- pull requests ----------------------------------------------------------------------------- */

static void
test_pull_requests(void **state)
{
	const struct gatehouse_file a = { .path = "a", .text = "1" },
				    b = { .path = "b", .text = "2" };
	struct gate_commit c = { .pull = true };
	struct gate_change one;
	struct weigh_gitid main_tip, pull;
	struct weigh_err err = { 0 };
	struct gatehouse g;
	struct weigh_repo repo = model("acme/demo");
	bool known;

	(void)state;
	begin(&g);
	check_code("main",
	    catalog_resolve(g.reader, &repo, "main", &main_tip, &known, &err),
	    WEIGH_OK);
	one = put(&g, &a);
	check_code("one", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_u64("its number", c.number, 1);
	one = put(&g, &b);
	check_code("two", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_u64("its number", c.number, 2);
	check_code("resolve",
	    catalog_resolve(g.reader, &repo, "refs/pr/2", &pull, &known, &err),
	    WEIGH_OK);
	check_bytes("it leads there", &pull, sizeof(pull), &c.commit,
	    sizeof(c.commit));
	check_code("main",
	    catalog_resolve(g.reader, &repo, "main", &pull, &known, &err),
	    WEIGH_OK);
	check_bytes("main stands", &pull, sizeof(pull), &main_tip,
	    sizeof(main_tip));

	/* On top of one that is there. */
	c = (struct gate_commit){ .branch = "refs/pr/1" };
	one = put(&g, &b);
	check_code("on it", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_str("files", paths(&g, &c.commit),
	    ".gitattributes\nREADME.md\na\nb\nd/config.json\nw.bin*\n");

	/* Nothing to ask for. */
	c = (struct gate_commit){ .pull = true };
	one = (struct gate_change){
		.kind = GATE_COPY, .path = "w.bin", .from = "w.bin"
	};
	check_code("nothing", change(&g, &c, &one, 1, &err), WEIGH_OK);
	check_true("unchanged", c.unchanged && c.number == 0);
	gatehouse_check(&g, "pulls");
	gatehouse_fsck(&g, "pulls");
	gatehouse_remove(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_deleting_and_copying),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_an_upload_waits_for_its_commit),
		cmocka_unit_test(test_rules_are_told),
		cmocka_unit_test(test_a_bad_file_is_carried),
		cmocka_unit_test(test_pull_requests),
	};

	return cmocka_run_group_tests_name("gate change", tests, NULL, NULL);
}
