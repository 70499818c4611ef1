/* The catalog's writer; the numbers are those of catalog.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "catalog/db.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file first[] = {
	{ "README.md", "hello" }, { "sub/a.bin", "lfs a" },
	{ "sub/b.bin", "lfs b" },
	{ "top.bin", "lfs a" }, /* the same bytes twice */
};
static const struct shelf_file second[] = {
	{ "README.md", "hello" },
	{ "new.txt", "new" },
	{ "sub/a.bin", "lfs a" },
	{ "sub/b.bin", "lfs B changed" },
};

/* --- (3) one transaction ------------------------------------------------- */

static void
check_totals(struct shelf *s, const char *label)
{
	struct catalog_totals t;

	check_code(label, catalog_totals(s->reader, &t, NULL), WEIGH_OK);
	check_u64("repos", t.repos,
	    (uint64_t)shelf_ask(s, "SELECT count(*) FROM repositories"));
	check_u64("revisions", t.revisions,
	    (uint64_t)shelf_ask(s, "SELECT count(*) FROM revisions"));
	check_u64("blobs", t.blobs,
	    (uint64_t)shelf_ask(s, "SELECT count(*) FROM blobs"));
	check_u64("bytes", t.bytes,
	    (uint64_t)shelf_ask(s, "SELECT total(size) FROM blobs"));
	check_u64("bad", t.bad,
	    (uint64_t)shelf_ask(s, "SELECT total(state) FROM blobs"));
	check_u64("bytes of bad ones", t.bad_bytes,
	    (uint64_t)shelf_ask(s, "SELECT total(size * state) FROM blobs"));
}

static enum weigh_code
resolve(struct shelf *s, const char *repo, const char *rev, unsigned *commit)
{
	struct weigh_repo name = shelf_repo(repo);
	struct weigh_gitid id = { { 0 } };
	enum weigh_code rc;
	bool known;

	rc = catalog_resolve(s->reader, &name, rev, &id, &known, NULL);
	*commit = rc == WEIGH_OK ? shelf_number(&id) : 0;
	return rc;
}

static void
test_visible_at_once(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, first);
	unsigned commit;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("before", resolve(&s, "acme/demo", "main", &commit),
	    WEIGH_NOT_FOUND);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_code("after", resolve(&s, "acme/demo", "main", &commit),
	    WEIGH_OK);
	check_u64("the commit", commit, 1);
	check_u64("4 files, a folder", /* equal bytes are one blob */
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM entries"), 5);
	check_u64("3 blobs",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM blobs"), 3);
	check_totals(&s, "totals");
	shelf_close(&s);
}

/* (2) What was acknowledged is there after a restart. */
static void
test_stays(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, first);
	unsigned commit;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	shelf_reopen(&s);
	check_code("reopened", resolve(&s, "acme/demo", "main", &commit),
	    WEIGH_OK);
	shelf_close(&s);
}

/* Each way an admission can fail half-way leaves nothing at all (3), (6). */
static const struct failing_row {
	const char *label;
	struct shelf_revision v;
	enum weigh_code code;
	const char *why;
} failing[] = {
	{ "an entry's blob was never hashed",
	    { .repo = "new/repo",
		.ref = "main",
		.commit = 9,
		.files = second,
		.nfiles = 4,
		.blobless = true },
	    WEIGH_NOT_FOUND, "the bytes of 'new.txt' were never hashed here" },
	{ "a ref that is no name",
	    { .repo = "new/repo",
		.ref = "a..b",
		.commit = 9,
		.files = second,
		.nfiles = 4 },
	    WEIGH_MALFORMED, "'a..b' cannot be the name of a branch or tag" },
	{ "another case",
	    { .repo = "Acme/Demo",
		.ref = "main",
		.commit = 9,
		.files = second,
		.nfiles = 4 },
	    WEIGH_EXISTS,
	    "repository 'Acme/Demo' is held already, spelled 'acme/demo'" },
};

static void
test_failing_leaves_nothing(void **state)
{
	const struct shelf_revision held = SHELF_REVISION("acme/demo", "main",
	    1, 0, first);
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("admit", shelf_admit(&s, &held, NULL), WEIGH_OK);
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		const struct failing_row *row = &failing[i];
		struct weigh_err err;

		check_code(row->label, shelf_admit(&s, &row->v, &err),
		    row->code);
		check_str(row->label, err.why, row->why);
		check_u64(row->label,
		    (uint64_t)shelf_ask(&s,
			"SELECT (SELECT count(*) FROM repositories) * 1000 +"
			" (SELECT count(*) FROM revisions) * 100 +"
			" (SELECT count(*) FROM blobs) * 10 +"
			" (SELECT count(*) FROM entries)"),
		    1000 + 100 + 30 + 5);
		check_totals(&s, row->label);
	}
	shelf_close(&s);
}

/* A disk that fills up: refused, nothing changed, and it works again when there
 * is room. */
static void
test_full_disk(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, first);
	struct shelf_file many[2000];
	struct shelf_revision big = SHELF_REVISION("acme/big", "main", 2, 0,
	    many);
	static char paths[2000][16];
	sqlite3 *sqlite;
	struct shelf s;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		snprintf(paths[i], sizeof(paths[i]), "f%06zu", i);
		many[i] = (struct shelf_file){ paths[i], paths[i] };
	}
	shelf_open(&s);
	sqlite = s.catalog->db.sqlite;
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	sqlite3_exec(sqlite, "PRAGMA max_page_count = 40", NULL, NULL, NULL);
	check_code("no room", shelf_admit(&s, &big, NULL), WEIGH_FULL);
	check_totals(&s, "as before");
	check_u64("one revision",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM revisions"), 1);
	sqlite3_exec(sqlite, "PRAGMA max_page_count = 400000", NULL, NULL,
	    NULL);
	check_code("room again", shelf_admit(&s, &big, NULL), WEIGH_OK);
	shelf_close(&s);
}

/* (7) After a failed sync nothing is written, and it says what to do. */
static void
test_failed_sync_ends_writing(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, first);
	struct weigh_err err;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("a failed sync",
	    db_fail(&s.catalog->db, SQLITE_IOERR_FSYNC, NULL), WEIGH_IO);
	check_code("refused", shelf_admit(&s, &v, &err), WEIGH_IO);
	check_str("its advice", weigh_err_fix(&err),
	    "check the disk, then restart weighd");
	check_u64("nothing there",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM revisions"), 0);
	shelf_reopen(&s);
	check_code("after a restart", shelf_admit(&s, &v, NULL), WEIGH_OK);
	shelf_close(&s);
}

/* --- admitted before ----------------------------------------------------- */

static void
test_again_moves_the_ref(void **state)
{
	struct shelf_revision v1 = SHELF_REVISION("acme/demo", "main", 1, 0,
	    first);
	struct shelf_revision v2 = SHELF_REVISION("acme/demo", "main", 2, 1,
	    second);
	unsigned commit;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("first", shelf_admit(&s, &v1, NULL), WEIGH_OK);
	check_code("second", shelf_admit(&s, &v2, NULL), WEIGH_OK);
	check_code("main", resolve(&s, "acme/demo", "main", &commit), WEIGH_OK);
	check_u64("at the second", commit, 2);
	check_code("first again", shelf_admit(&s, &v1, NULL), WEIGH_OK);
	check_code("main", resolve(&s, "acme/demo", "main", &commit), WEIGH_OK);
	check_u64("back at the first", commit, 1);
	v1.ref = "tag:v1";
	check_code("a tag", shelf_admit(&s, &v1, NULL), WEIGH_OK);
	check_u64("still two revisions",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM revisions"), 2);
	check_totals(&s, "totals");
	shelf_close(&s);
}

/* --- the last change of each entry --------------------------------------- */

static const struct last_row {
	const char *path;
	unsigned last[3]; /* in revisions 1, 2, 3; 0: not there */
} lasts[] = {
	{ "README.md", { 1, 1, 1 } },
	{ "new.txt", { 0, 2, 0 } },
	{ "sub", { 1, 2, 3 } },
	{ "sub/a.bin", { 1, 1, 1 } },
	{ "sub/b.bin", { 1, 2, 3 } }, /* 3 has the first text again */
	{ "top.bin", { 1, 0, 3 } },
};

static void
note_entry(void *ctx, const struct catalog_entry *e)
{
	*(unsigned *)ctx = shelf_number(&e->last_commit);
	check_str(e->path, e->last_title, "a title");
	check_u64(e->path, (uint64_t)e->last_date,
	    (uint64_t)shelf_date(shelf_number(&e->last_commit)));
}

static void
test_last_change(void **state)
{
	const struct shelf_revision vs[] = {
		SHELF_REVISION("acme/demo", "main", 1, 0, first),
		SHELF_REVISION("acme/demo", "main", 2, 1, second),
		SHELF_REVISION("acme/demo", "main", 3, 2, first),
	};
	struct weigh_repo repo = shelf_repo("acme/demo");
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (size_t v = 0; v < 3; v++)
		check_code("admit", shelf_admit(&s, &vs[v], NULL), WEIGH_OK);
	for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++)
		for (unsigned v = 0; v < 3; v++) {
			struct weigh_gitid commit = shelf_commit(v + 1);
			unsigned last = 0;

			(void)catalog_entry(s.reader, &repo, &commit,
			    lasts[i].path, note_entry, &last, NULL);
			check_u64(lasts[i].path, last, lasts[i].last[v]);
		}
	shelf_close(&s);
}

/* --- blobs --------------------------------------------------------------- */

static void
check_held(struct shelf *s, const char *text, enum catalog_blob_state state,
    int64_t mtime)
{
	struct weigh_oid oid = shelf_oid(text);
	enum catalog_blob_state held;
	struct catalog_blob blob;

	check_code(text, catalog_blob(s->reader, &oid, &blob, &held, NULL),
	    WEIGH_OK);
	check_u64(text, held, state);
	check_u64(text, (uint64_t)blob.stamp.mtime_ns, (uint64_t)mtime);
	check_u64(text, blob.size, strlen(text));
}

static enum weigh_code
mark(struct shelf *s, const struct catalog_blob *blob,
    enum catalog_blob_state state)
{
	const struct catalog_check check = {
		.blob = *blob,
		.state = state,
		.time = 2000,
		.problem = "a problem",
		.segments = "0 7",
	};

	return catalog_mark_blob(s->catalog, &check, NULL);
}

static void
test_blob_states(void **state)
{
	struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1, 0,
	    first);
	struct catalog_blob blob = {
		.oid = shelf_oid("lfs a"), .size = 5, .stamp = { 5, 7, 88, 9 }
	};
	struct weigh_oid unknown = shelf_oid("unknown");
	enum catalog_blob_state held;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_held(&s, "lfs a", CATALOG_GOOD, 8);
	check_code("found bad", mark(&s, &blob, CATALOG_BAD), WEIGH_OK);
	check_held(&s, "lfs a", CATALOG_BAD, 8);
	check_totals(&s, "one bad");
	v.unhashed = true;
	check_code("not hashed", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_held(&s, "lfs a", CATALOG_BAD, 8);
	check_code("found good", mark(&s, &blob, CATALOG_GOOD), WEIGH_OK);
	check_held(&s, "lfs a", CATALOG_GOOD, 88);
	check_code("bad once more", mark(&s, &blob, CATALOG_BAD), WEIGH_OK);
	v.unhashed = false;
	check_code("hashed now", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_held(&s, "lfs a", CATALOG_GOOD, 8);
	check_totals(&s, "none bad");

	/* Recorded, but named by no revision: not known to readers. */
	blob.oid = unknown;
	check_code("unknown", mark(&s, &blob, CATALOG_BAD), WEIGH_OK);
	check_code("named by none",
	    catalog_blob(s.reader, &unknown, &blob, &held, NULL),
	    WEIGH_NOT_FOUND);
	check_totals(&s, "with an unknown one");
	shelf_close(&s);
}

/* (6) The same bytes cannot have two sizes. */
static void
test_size_mismatch(void **state)
{
	struct catalog_blob blob = {
		.oid = shelf_oid("hello"), .size = 6, .stamp = { 6, 7, 8, 9 }
	};
	struct shelf_revision v = { .repo = "acme/demo",
		.ref = "main",
		.commit = 1,
		.files = first,
		.nfiles = 1,
		.blobless = true };
	struct weigh_err err;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("another size", mark(&s, &blob, CATALOG_GOOD), WEIGH_OK);
	check_code("admit", shelf_admit(&s, &v, &err), WEIGH_MISMATCH);
	check_str("why", err.why, "'README.md' has 5 bytes, its blob 6");
	shelf_close(&s);
}

/* A repository is as old as its oldest revision, whatever comes first (1). */
static void
test_created(void **state)
{
	const unsigned order[] = { 5, 3, 7 };
	struct weigh_repo repo = shelf_repo("acme/demo");
	int64_t date = 0;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (size_t i = 0; i < 3; i++) {
		const struct shelf_revision v = SHELF_REVISION("acme/demo",
		    "main", order[i], 0, first);

		check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	}
	check_code("created", catalog_created(s.reader, &repo, &date, NULL),
	    WEIGH_OK);
	check_u64("the oldest", (uint64_t)date, (uint64_t)shelf_date(3));
	shelf_close(&s);
}

/* --- intents ------------------------------------------------------------- */

struct seen {
	struct shelf *s;
	int64_t ids[8];
	size_t blobs[8];
	size_t count;
	bool forget;
};

static enum weigh_code
see(void *ctx, const struct catalog_intent *intent, struct weigh_err *err)
{
	struct seen *seen = ctx;

	seen->ids[seen->count] = intent->id;
	seen->blobs[seen->count++] = intent->nblobs;
	check_str("its ref", intent->ref, "refs/heads/main");
	check_str("its origin", intent->origin, "a test");
	check_str("its repository", intent->repo.name, "acme/demo");
	check_u64("its old", shelf_number(&intent->old), 4);
	for (size_t i = 0; i < intent->nblobs; i++)
		check_true("its blobs", !weigh_oid_is_zero(&intent->blobs[i]));
	if (!seen->forget)
		return WEIGH_OK;
	return catalog_unintend(seen->s->catalog, intent->id, err);
}

static int64_t
intend(struct shelf *s, const struct weigh_oid *blobs, size_t count)
{
	struct catalog_intent intent = {
		.repo = shelf_repo("acme/demo"),
		.ref = "refs/heads/main",
		.old = shelf_commit(4),
		.origin = "a test",
		.blobs = blobs,
		.nblobs = count,
	};

	check_code("intend", catalog_intend(s->catalog, &intent, NULL),
	    WEIGH_OK);
	return intent.id;
}

static void
test_intents(void **state)
{
	const struct weigh_oid blobs[] = { shelf_oid("1"), shelf_oid("2"),
		shelf_oid("3"), shelf_oid("4"), shelf_oid("5"),
		shelf_oid("1") };
	struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1, 0,
	    first);
	struct seen seen = { 0 }, again = { 0 }, left = { 0 };
	int64_t ids[3];
	struct shelf s;

	(void)state;
	shelf_open(&s);
	ids[0] = intend(&s, blobs, 6);
	ids[1] = intend(&s, blobs, 0);
	ids[2] = intend(&s, blobs, 1);
	shelf_reopen(&s); /* (2) */
	check_code("list", catalog_intents(s.catalog, see, &seen, NULL),
	    WEIGH_OK);
	check_bytes("oldest first", seen.ids, 3 * sizeof(ids[0]), ids,
	    sizeof(ids));
	check_u64("each blob once", seen.blobs[0], 5);
	check_u64("none", seen.blobs[1], 0);

	v.intent = ids[1];
	check_code("admission forgets", shelf_admit(&s, &v, NULL), WEIGH_OK);
	again.s = &s;
	again.forget = true;
	check_code("the other two",
	    catalog_intents(s.catalog, see, &again, NULL), WEIGH_OK);
	check_u64("while it was asked", again.count, 2);
	check_code("none left", catalog_intents(s.catalog, see, &left, NULL),
	    WEIGH_OK);
	check_u64("none left", left.count, 0);
	check_u64("nor their blobs",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM intent_blobs"), 0);
	shelf_close(&s);
}

/* --- many entries -------------------------------------------------------- */

static double
admit_many(unsigned count)
{
	struct shelf_file *files = calloc(count, sizeof(*files));
	char(*texts)[32] = calloc(count, sizeof(*texts));
	struct shelf_revision v = { .repo = "acme/many",
		.ref = "main",
		.commit = 1,
		.files = files,
		.nfiles = count };
	struct timespec from, to;
	struct shelf s;

	assert_non_null(files);
	assert_non_null(texts);
	for (unsigned i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "file-%08u.txt", i);
		files[i] = (struct shelf_file){ texts[i], texts[i] };
	}
	shelf_open(&s);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	shelf_close(&s);
	free(files);
	free(texts);
	return (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static void
test_many_entries_are_linear(void **state)
{
	double few = admit_many(5000), many = admit_many(20000);

	(void)state;
	print_message("5,000 entries %.3f s, 20,000 %.3f s\n", few, many);
	check_true("four times the entries, about four times the time",
	    many < 8 * few + 0.1);
	check_true("20,000 within 2 s, ten under sanitizers", many < 10);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visible_at_once),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_failing_leaves_nothing),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_failed_sync_ends_writing),
		cmocka_unit_test(test_again_moves_the_ref),
		cmocka_unit_test(test_last_change),
		cmocka_unit_test(test_blob_states),
		cmocka_unit_test(test_size_mismatch),
		cmocka_unit_test(test_created),
		cmocka_unit_test(test_intents),
		cmocka_unit_test(test_many_entries_are_linear),
	};

	return cmocka_run_group_tests_name("catalog admit", tests, NULL, NULL);
}
