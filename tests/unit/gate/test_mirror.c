/* Tests of gate/mirror.h; numbers are its promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blobs.h"
#include "check.h"
#include "staged.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct staged_file first[] = {
	{ "README.md", "---\nlicense: mit\n---\n# far\n", false },
	{ "config.json", "{\"model_type\": \"llama\"}\n", false },
	{ "empty", "", false },
	{ "model.bin", "the same weights, another format", true },
	{ "sub/model.safetensors", "weights", true },
	{ "sub/notes.txt", "a note\n", false },
};
static const struct staged_file second[] = {
	{ "README.md", "---\nlicense: mit\n---\n# far, again\n", false },
	{ "sub/model.safetensors", "weights", true },
};
#define MODEL "weights"
#define OTHER "the same weights, another format"

static const struct weigh_repo far = { WEIGH_MODEL, "acme/far" };

/* A house, and both revisions in stages. */
struct fixture {
	struct gatehouse g;
	struct stage *stage, *next;
	struct weigh_gitid one, two;
	struct weigh_err err;
};

static void
fixture_open(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	gatehouse_make(&f->g);
	f->one = staged_make(&f->g, &f->stage, "job-1", 1700000000, first,
	    COUNT(first));
	f->two = staged_make(&f->g, &f->next, "job-2", 1700000100, second,
	    COUNT(second));
}

static void
fixture_close(struct fixture *f)
{
	stage_close(f->stage);
	stage_close(f->next);
	gatehouse_remove(&f->g);
}

static enum weigh_code
run(struct fixture *f, struct gate_mirrored *m)
{
	return gate_mirror(f->g.gate, f->g.reader, m, &f->err);
}

static void
receive(struct fixture *f, const char *text)
{
	check_code(text, staged_receive(&f->g, text, false, &f->err), WEIGH_OK);
}

static enum weigh_code
open_text(struct fixture *f, const char *text)
{
	struct weigh_oid oid;
	enum weigh_code rc;
	int fd = -1;

	check_true("oid", weigh_oid_of(&oid, text, strlen(text)));
	rc = gate_open(f->g.gate, f->g.reader, WEIGH_DOOR_HUB, &oid,
	    strlen(text), &fd, NULL);
	if (rc == WEIGH_OK)
		close(fd);
	return rc;
}

static struct weigh_gitid
resolve(struct fixture *f, const char *rev)
{
	struct weigh_gitid commit = { { 0 } };
	bool known;

	(void)catalog_resolve(f->g.reader, &far, rev, &commit, &known, NULL);
	return commit;
}

static void
check_at(struct fixture *f, const char *rev, const struct weigh_gitid *commit)
{
	struct weigh_gitid at = resolve(f, rev);

	check_true(rev, weigh_gitid_equal(&at, commit));
}

static int64_t
ask(struct fixture *f, const char *sql)
{
	return gatehouse_number(&f->g, sql);
}

/* The catalog is lost, and made again: it says the same. */
static void
check_again(struct fixture *f, const char *label)
{
	char *before = gatehouse_picture(&f->g), *after;

	gatehouse_check(&f->g, label);
	gatehouse_shut(&f->g);
	(void)unlinkat(f->g.dir.fd, "catalog.db", 0);
	(void)unlinkat(f->g.dir.fd, "catalog.db-wal", 0);
	(void)unlinkat(f->g.dir.fd, "catalog.db-shm", 0);
	gatehouse_start(&f->g);
	after = gatehouse_picture(&f->g);
	check_str(label, after, before);
	gatehouse_fsck(&f->g, label);
	free(before);
	free(after);
}

/* (11) Nothing of it is seen before every file is here; then all of it. */
static void
test_whole(void **state)
{
	struct gate_mirrored m;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	m = staged_order(f.stage, &f.one);
	check_code("nothing came", run(&f, &m), WEIGH_NOT_YET);
	check_has("which", f.err.why, "'model.bin'");
	receive(&f, OTHER);
	check_code("one came", run(&f, &m), WEIGH_NOT_YET);
	check_has("which", f.err.why, "'sub/model.safetensors'");
	check_u64("no repository",
	    (uint64_t)ask(&f, "SELECT count(*) FROM repositories"), 0);
	check_code("no door opens it", open_text(&f, OTHER), WEIGH_NOT_FOUND);
	receive(&f, MODEL);
	check_code("all came", run(&f, &m), WEIGH_OK);
	check_u64("files", m.files, 6);
	check_u64("all of them", m.all_files, 6);
	check_u64("bytes", m.bytes, m.all_bytes);
	check_at(&f, "main", &f.one);
	for (size_t i = 0; i < COUNT(first); i++)
		check_code(first[i].path, open_text(&f, first[i].text),
		    WEIGH_OK);
	check_u64("small files were hashed on their way in",
	    (uint64_t)ask(&f,
		"SELECT count(*) FROM blobs WHERE stamp_size = 0 AND size > 0"),
	    0);
	check_u64("nothing is absent",
	    (uint64_t)ask(&f, "SELECT sum(absent) FROM revisions"), 0);
	check_u64("and nothing says so",
	    (uint64_t)ask(&f,
		"SELECT count(*) FROM mirrors WHERE source ="
		" 'https://hub.example' AND through = 0 AND follow = 0"),
	    1);
	check_u64("journaled once",
	    gatehouse_journal(&f.g, "\"event\":\"admit\"",
		"mirrored from https://hub.example, proved by git"),
	    1);
	check_again(&f, "made again");
	check_code("open after it", open_text(&f, MODEL), WEIGH_OK);
	fixture_close(&f);
}

static bool
no_bin(void *ctx, const char *path, uint64_t size)
{
	(void)ctx;
	(void)size;
	return strstr(path, ".bin") == NULL;
}

/* (12) What is left out is listed and not held; comes it, it is held, and a catalog
 * made again knows each time the same. */
static void
test_selected(void **state)
{
	struct catalog_totals totals;
	struct gate_mirrored m;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	m = staged_order(f.stage, &f.one);
	m.selected = no_bin;
	receive(&f, MODEL);
	check_code("without it", run(&f, &m), WEIGH_OK);
	check_u64("held", m.files, 5);
	check_u64("listed", m.all_files, 6);
	check_u64("left out", m.all_bytes - m.bytes, strlen(OTHER));
	check_code("no door opens it", open_text(&f, OTHER), WEIGH_NOT_FOUND);
	check_code("totals", catalog_totals(f.g.reader, &totals, NULL),
	    WEIGH_OK);
	check_u64("not among them", totals.blobs, 5);
	check_u64("but beside them", totals.absent, 1);
	check_u64("not bad", totals.bad, 0);
	check_again(&f, "partial");
	check_code("suspected", open_text(&f, OTHER), WEIGH_NOT_FOUND);
	check_code("it comes", staged_receive(&f.g, OTHER, true, &f.err),
	    WEIGH_OK);
	check_code("it is open", open_text(&f, OTHER), WEIGH_OK);
	check_u64("the revision is whole",
	    (uint64_t)ask(&f, "SELECT sum(absent) FROM revisions"), 0);
	check_again(&f, "whole");
	fixture_close(&f);
}

/* A check of what is not held finds nothing wrong. */
static void
test_not_bad(void **state)
{
	struct store_finding finding;
	struct gate_mirrored m;
	struct weigh_oid oid;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	m = staged_order(f.stage, &f.one);
	m.partial = true;
	check_code("partial", run(&f, &m), WEIGH_OK);
	check_true("oid", weigh_oid_of(&oid, MODEL, strlen(MODEL)));
	check_code("check",
	    gate_check(f.g.gate, f.g.reader, &oid, strlen(MODEL), NULL,
		&finding, &f.err),
	    WEIGH_OK);
	check_true("it is not there", finding.missing);
	check_u64("not bad",
	    (uint64_t)ask(&f, "SELECT count(*) FROM blobs WHERE state = 1"), 0);
	check_u64("not journaled",
	    gatehouse_journal(&f.g, "quarantine", "sha256"), 0);
	gatehouse_check(&f.g, "as before");
	fixture_close(&f);
}

static struct weigh_oid
oid_of(const char *text)
{
	struct weigh_oid oid;

	check_true("oid", weigh_oid_of(&oid, text, strlen(text)));
	return oid;
}

static bool
let_go(struct fixture *f, const char *text)
{
	const struct weigh_oid oid = oid_of(text);
	bool gone;

	check_code("let go",
	    gate_let_go(f->g.gate, f->g.reader, &oid, &gone, &f->err),
	    WEIGH_OK);
	return gone;
}

/* (15) The cache lets go of what was pulled through; not if it is pinned, or was asked
 * for. */
static void
test_let_go(void **state)
{
	struct gate_mirrored m;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	m = staged_order(f.stage, &f.one);
	m.partial = true;
	check_code("partial", run(&f, &m), WEIGH_OK);
	check_true("it is not here", !let_go(&f, MODEL));
	check_code("it comes", staged_receive(&f.g, MODEL, true, &f.err),
	    WEIGH_OK);
	check_code("pin",
	    gate_pin(f.g.gate, f.g.reader, &far, &f.one, "in use", &f.err),
	    WEIGH_OK);
	check_true("it is pinned", !let_go(&f, MODEL));
	check_code("unpin",
	    gate_unpin(f.g.gate, f.g.reader, &far, &f.one, &f.err), WEIGH_OK);
	check_true("it goes", let_go(&f, MODEL));
	check_code("no door opens it", open_text(&f, MODEL), WEIGH_NOT_FOUND);
	check_again(&f, "gone");
	check_true("once", !let_go(&f, MODEL));
	receive(&f, MODEL);
	receive(&f, OTHER);
	m.partial = false;
	check_code("asked for", run(&f, &m), WEIGH_OK);
	check_true("it stays", !let_go(&f, MODEL));
	check_code("it is open", open_text(&f, MODEL), WEIGH_OK);
	check_again(&f, "held");
	fixture_close(&f);
}

/* What was published here is not mirrored over, nor is a name in another case. */
static void
test_published(void **state)
{
	static const struct gatehouse_file files[] = {
		{ "README.md", "ours\n", 0, 0 },
	};
	struct gate_publication p;
	struct gate_mirrored m;
	struct fixture f;
	char *before, *after;

	(void)state;
	fixture_open(&f);
	receive(&f, MODEL);
	receive(&f, OTHER);
	m = staged_order(f.stage, &f.one);
	check_code("not yet", (m.repo.name[0] = 'b', run(&f, &m)), WEIGH_OK);
	check_code("published",
	    gatehouse_publish(&f.g, &p, "acme/far", "main", files, 1, &f.err),
	    WEIGH_OK);
	before = gatehouse_picture(&f.g);
	m = staged_order(f.stage, &f.one);
	check_code("over it", run(&f, &m), WEIGH_EXISTS);
	check_has("why", f.err.why, "published here");
	snprintf(m.repo.name, sizeof(m.repo.name), "Acme/Far");
	check_code("another case", run(&f, &m), WEIGH_EXISTS);
	after = gatehouse_picture(&f.g);
	check_str("as before", after, before);
	free(before);
	free(after);
	fixture_close(&f);
}

/* (13) A branch that moved upstream moves here, to and fro; each revision can be read
 * by its id. */
static void
test_moves(void **state)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct gate_mirrored m, next;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	receive(&f, MODEL);
	receive(&f, OTHER);
	m = staged_order(f.stage, &f.one);
	next = staged_order(f.next, &f.two);
	check_code("first", run(&f, &m), WEIGH_OK);
	check_code("second", run(&f, &next), WEIGH_OK);
	check_at(&f, "main", &f.two);
	weigh_gitid_hex(&f.one, hex);
	check_at(&f, hex, &f.one);
	check_again(&f, "moved");
	check_code("back", run(&f, &m), WEIGH_OK);
	check_at(&f, "main", &f.one);
	check_true("its manifest", !weigh_oid_is_zero(&m.manifest));
	m.ref_kind = CATALOG_TAG;
	m.ref = "v1";
	check_code("and a tag", run(&f, &m), WEIGH_OK);
	check_at(&f, "v1", &f.one);
	check_code("again", run(&f, &m), WEIGH_OK);
	check_u64("admitted twice in all",
	    gatehouse_journal(&f.g, "\"event\":\"admit\"", ""), 2);
	check_again(&f, "moved back");
	m.ref = "a//b";
	check_code("no name", run(&f, &m), WEIGH_MALFORMED);
	fixture_close(&f);
}

/* A revision that no ref leads to is kept by its id; one that was made here has that of
 * upstream, too. */
static void
test_by_id(void **state)
{
	struct weigh_gitid told = { { 0xab, 0xcd } };
	char hex[WEIGH_GITID_HEX + 1];
	struct gate_mirrored m;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	receive(&f, MODEL);
	receive(&f, OTHER);
	m = staged_order(f.next, &f.two);
	m.visibility = WEIGH_GATED;
	check_code("another one has main", run(&f, &m), WEIGH_OK);
	m = staged_order(f.stage, &f.one);
	m.ref = NULL;
	m.proof = GATE_TOLD;
	m.told = told;
	check_code("by id", run(&f, &m), WEIGH_OK);
	weigh_gitid_hex(&f.one, hex);
	check_at(&f, hex, &f.one);
	weigh_gitid_hex(&told, hex);
	check_at(&f, hex, &f.one);
	check_u64("as told",
	    gatehouse_journal(&f.g, "\"event\":\"admit\"", "as told"), 1);
	check_again(&f, "made again");
	check_at(&f, hex, &f.one);
	check_u64("gated",
	    (uint64_t)ask(&f, "SELECT visibility FROM repositories"),
	    WEIGH_GATED);
	m.ref = "main";
	check_code("a branch", run(&f, &m), WEIGH_OK);
	check_at(&f, "main", &f.one);
	check_again(&f, "by both");
	fixture_close(&f);
}

/* Source, order and pins are said by the file, too. */
static void
test_follow(void **state)
{
	static const struct weigh_repo nobody = { WEIGH_MODEL, "acme/nobody" };
	struct catalog_mirror order = {
		.repo = far,
		.source = "https://other.example",
		.request = "{\"include\":[\"*.safetensors\"]}",
		.follow = true,
		.used = 5,
	};
	struct gate_mirrored m;
	struct fixture f;
	bool pinned;

	(void)state;
	fixture_open(&f);
	receive(&f, MODEL);
	m = staged_order(f.next, &f.two);
	check_code("held", run(&f, &m), WEIGH_OK);
	check_code("pin",
	    gate_pin(f.g.gate, f.g.reader, &far, &f.two, NULL, &f.err),
	    WEIGH_OK);
	check_code("again, with words",
	    gate_pin(f.g.gate, f.g.reader, &far, &f.two, "line 1\nline 2",
		&f.err),
	    WEIGH_OK);
	check_u64("one line",
	    (uint64_t)ask(&f, "SELECT count(*) FROM pins WHERE why = 'line 1'"),
	    1);
	check_code("no such revision",
	    gate_pin(f.g.gate, f.g.reader, &far, &f.one, "", &f.err),
	    WEIGH_NOT_FOUND);
	check_code("follow", gate_follow(f.g.gate, f.g.reader, &order, &f.err),
	    WEIGH_OK);
	check_again(&f, "followed");
	check_code("a branch that follows",
	    gate_may_publish(f.g.reader, &far, "main", &f.err), WEIGH_EXISTS);
	check_u64("followed",
	    (uint64_t)ask(&f, "SELECT count(*) FROM mirrors WHERE follow = 1"),
	    1);
	order.request = "";
	check_code("no more", gate_follow(f.g.gate, f.g.reader, &order, &f.err),
	    WEIGH_OK);
	check_code("a branch that is ours",
	    gate_may_publish(f.g.reader, &far, "main", &f.err), WEIGH_OK);
	check_u64("not followed",
	    (uint64_t)ask(&f, "SELECT count(*) FROM mirrors WHERE follow = 1"),
	    0);
	check_code("unpin",
	    gate_unpin(f.g.gate, f.g.reader, &far, &f.two, &f.err), WEIGH_OK);
	check_code("asked",
	    catalog_pinned(f.g.reader, &far, &f.two, &pinned, &f.err),
	    WEIGH_OK);
	check_true("not pinned", !pinned);
	check_again(&f, "no more");
	order.repo = nobody;
	check_code("nobody", gate_follow(f.g.gate, f.g.reader, &order, &f.err),
	    WEIGH_NOT_FOUND);
	fixture_close(&f);
}

static bool
nothing(void *ctx, struct catalog_reader *reader, const struct weigh_repo *repo,
    enum weigh_visibility visibility)
{
	(void)ctx;
	(void)reader;
	(void)repo;
	(void)visibility;
	return false;
}

/* (14) Bytes that are held for others only have to come again. */
static void
test_may_use(void **state)
{
	struct gate_who who = staged_who;
	struct gate_mirrored m;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	receive(&f, MODEL);
	m = staged_order(f.next, &f.two);
	check_code("held", run(&f, &m), WEIGH_OK);
	who.token = "through";
	who.may_read = nothing;
	m.who = &who;
	snprintf(m.repo.name, sizeof(m.repo.name), "acme/thief");
	m.partial = true;
	check_code("of others", run(&f, &m), WEIGH_NOT_YET);
	who.token = "job";
	check_code("of its own", run(&f, &m), WEIGH_OK);
	fixture_close(&f);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_selected),
		cmocka_unit_test(test_not_bad),
		cmocka_unit_test(test_let_go),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_by_id),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_may_use),
	};

	return cmocka_run_group_tests_name("gate mirror", tests, NULL, NULL);
}
