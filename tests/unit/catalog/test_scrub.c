/*
 * Scrub's memory: which blob is next, what a round has done, what was found, and
 * a catalog of the schema before it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "catalog/db.h"
#include "check.h"
#include "shelf.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct shelf_file files[] = {
	{ "README.md", "hello" },
	{ "a.bin", "lfs a" },
	{ "b.bin", "lfs bb" },
};

/* Commit n is admitted at 1000 + n. */
static void
make_shelf(struct shelf *s)
{
	for (unsigned n = 1; n <= COUNT(files); n++) {
		const struct shelf_revision v = { .repo = "acme/demo",
			.ref = "main",
			.commit = n,
			.files = &files[n - 1],
			.nfiles = 1 };

		if (n == 1)
			shelf_open(s);
		check_code("admit", shelf_admit(s, &v, NULL), WEIGH_OK);
	}
}

static struct catalog_blob
blob_of(const char *text)
{
	return (struct catalog_blob){ shelf_oid(text), strlen(text),
		shelf_stamp(text), false };
}

static void
was_read(struct shelf *s, const char *text, int64_t now)
{
	const struct catalog_blob blob = blob_of(text);

	check_code(text, catalog_mark_read(s->catalog, &blob, 1, now, NULL),
	    WEIGH_OK);
}

static void
was_bad(struct shelf *s, const char *text, int64_t now)
{
	const struct catalog_check check = {
		.blob = blob_of(text),
		.state = CATALOG_BAD,
		.time = now,
		.problem = "segment 0 of 1 does not hold",
		.segments = "0",
	};

	check_code(text, catalog_mark_blob(s->catalog, &check, NULL), WEIGH_OK);
}

/* All that is in turn, as the first letters behind "lfs" and their times. */
static void
check_order(struct shelf *s, const char *label, int64_t before,
    const char *want)
{
	struct catalog_turn turn;
	char got[256] = "";
	size_t len = 0;
	bool more;

	for (more = catalog_scrub_next(s->reader, NULL, before, &turn, NULL) ==
		 WEIGH_OK;
	     more && len < sizeof(got);
	     more = catalog_scrub_next(s->reader, &turn, before, &turn, NULL) ==
		 WEIGH_OK)
		for (size_t i = 0; i < COUNT(files); i++) {
			struct weigh_oid oid = shelf_oid(files[i].text);

			if (weigh_oid_equal(&oid, &turn.blob.oid))
				len += (size_t)snprintf(got + len,
				    sizeof(got) - len, "%s%s %lld",
				    len > 0 ? ", " : "", files[i].path,
				    (long long)turn.checked);
		}
	check_str(label, got, want);
}

/* What `done` promises to be. */
static void
check_done(struct shelf *s, const char *label, uint64_t want)
{
	struct catalog_scrub round;

	check_code(label, catalog_scrub(s->reader, &round, NULL), WEIGH_OK);
	check_u64(label, round.done, want);
	check_u64("as counted",
	    (uint64_t)shelf_ask(s,
		"SELECT total(size) FROM blobs, scrub WHERE state = 0 AND "
		"scrub.id = 1 AND began > 0 AND checked >= began"),
	    want);
}

static void
check_oldest(struct shelf *s, const char *label, int64_t want)
{
	int64_t since = -1;

	check_code(label, catalog_scrub_oldest(s->reader, &since, NULL),
	    WEIGH_OK);
	check_u64(label, (uint64_t)since, (uint64_t)want);
}

/* --- order ----------------------------------------------------------------- */

/* What was never read comes first, the newest of it before all; then what was
 * read longest ago. */
static void
test_order(void **state)
{
	struct shelf s;

	(void)state;
	make_shelf(&s);
	check_order(&s, "none was read", INT64_MAX,
	    "b.bin -1003, a.bin -1002, README.md -1001");
	check_oldest(&s, "admitted first", 1001);
	was_read(&s, "lfs a", 2000);
	was_read(&s, "hello", 1500);
	check_order(&s, "two were", INT64_MAX,
	    "b.bin -1003, README.md 1500, a.bin 2000");
	check_order(&s, "before 2000", 2000, "b.bin -1003, README.md 1500");
	check_oldest(&s, "written, never read", 1003);
	was_read(&s, "lfs bb", 1600);
	check_oldest(&s, "read longest ago", 1500);
	was_bad(&s, "hello", 2500);
	check_order(&s, "a bad one is out of it", INT64_MAX,
	    "b.bin 1600, a.bin 2000");
	shelf_close(&s);
}

/* A reading is noted only of the very file that was hashed. */
static void
test_reading_of_another_file(void **state)
{
	struct catalog_blob blob = blob_of("lfs a");
	struct shelf s;

	(void)state;
	make_shelf(&s);
	blob.stamp.ctime_ns++;
	check_code("another stamp",
	    catalog_mark_read(s.catalog, &blob, 1, 2000, NULL), WEIGH_OK);
	was_bad(&s, "hello", 2000);
	was_read(&s, "hello", 2001);
	check_order(&s, "neither was noted", INT64_MAX,
	    "b.bin -1003, a.bin -1002");
	shelf_close(&s);
}

/* The same file admitted again keeps its reading, a new one begins anew. */
static void
test_admitted_again(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/other", "main", 9,
	    0, files);
	struct shelf s;

	(void)state;
	make_shelf(&s);
	was_read(&s, "lfs a", 2000);
	was_bad(&s, "hello", 2000);
	check_code("again", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_order(&s, "readings", INT64_MAX,
	    "README.md -1009, b.bin -1003, a.bin 2000");
	shelf_close(&s);
}

/* --- rounds ------------------------------------------------------------------ */

static void
test_round(void **state)
{
	struct catalog_scrub round;
	struct shelf s;

	(void)state;
	make_shelf(&s);
	was_read(&s, "lfs a", 2000);
	check_done(&s, "before the first round", 0);
	check_code("begin", catalog_scrub_begin(s.catalog, 2000, NULL),
	    WEIGH_OK);
	catalog_scrub(s.reader, &round, NULL);
	check_u64("after all readings", (uint64_t)round.began, 2001);
	check_done(&s, "begun", 0);
	was_read(&s, "hello", 2000); /* the same second: it counts */
	check_done(&s, "one", 5);
	was_read(&s, "hello", 2100);
	check_done(&s, "twice is once", 5);
	was_read(&s, "lfs bb", 2100);
	check_done(&s, "two", 11);
	was_bad(&s, "lfs bb", 2200);
	check_done(&s, "bad after it was read", 5);
	check_code("end", catalog_scrub_end(s.catalog, 2300, NULL), WEIGH_OK);
	catalog_scrub(s.reader, &round, NULL);
	check_u64("ended", (uint64_t)round.ended, 2300);
	check_code("next", catalog_scrub_begin(s.catalog, 2300, NULL),
	    WEIGH_OK);
	check_done(&s, "the next round", 0);
	shelf_close(&s);
}

/* The clock was in 2038, and is right again. */
static void
test_wrong_clock(void **state)
{
	struct shelf s;

	(void)state;
	make_shelf(&s);
	was_read(&s, "lfs a", INT64_C(2147483648));
	was_read(&s, "hello", 3000);
	check_code("begin", catalog_scrub_begin(s.catalog, 5000, NULL),
	    WEIGH_OK);
	check_order(&s, "never read", INT64_MAX,
	    "b.bin -1003, a.bin 0, README.md 3000");
	check_oldest(&s, "nobody knows", 0);
	was_read(&s, "lfs bb", -7);
	check_order(&s, "before 1970", INT64_MAX,
	    "a.bin 0, README.md 3000, b.bin 5000");
	shelf_close(&s);
}

/* --- findings ------------------------------------------------------------------ */

struct seen {
	unsigned count;
	char text[256];
};

static void
note_finding(void *ctx, const struct catalog_finding *f)
{
	struct seen *seen = ctx;

	seen->count++;
	snprintf(seen->text, sizeof(seen->text), "%llu %lld %s|%s",
	    (unsigned long long)f->size, (long long)f->time, f->problem,
	    f->segments);
}

static void
check_findings(struct shelf *s, const char *label, const char *want)
{
	const struct weigh_oid first = { { 0 } };
	struct seen seen = { .count = 0 };

	check_code(label,
	    catalog_findings(s->reader, &first, 10, note_finding, &seen, NULL),
	    WEIGH_OK);
	check_u64(label, seen.count, want[0] != '\0');
	check_str(label, seen.text, want);
}

static void
test_findings(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 9,
	    0, files);
	struct shelf s;

	(void)state;
	make_shelf(&s);
	check_findings(&s, "none", "");
	was_bad(&s, "lfs a", 2000);
	check_findings(&s, "one", "5 2000 segment 0 of 1 does not hold|0");
	was_bad(&s, "lfs a", 2001);
	check_findings(&s, "the last word",
	    "5 2001 segment 0 of 1 does not hold|0");
	check_code("healed", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_findings(&s, "healed", "");
	check_u64("no row is left",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM findings"), 0);
	shelf_close(&s);
}

static void
note_repo(void *ctx, const struct weigh_repo *repo, int64_t time,
    const char *problem)
{
	struct seen *seen = ctx;

	seen->count++;
	snprintf(seen->text, sizeof(seen->text), "%s %lld %s", repo->name,
	    (long long)time, problem);
}

static void
test_repositories(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/Other", "main", 9,
	    0, files);
	struct weigh_repo demo = shelf_repo("acme/demo"),
			  other = shelf_repo("acme/Other");
	struct seen seen = { .count = 0 };
	struct catalog_turn turn;
	struct shelf s;

	(void)state;
	make_shelf(&s);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_code("first",
	    catalog_scrub_next_repo(s.reader, NULL, &turn, NULL), WEIGH_OK);
	check_str("first", turn.repo.name, demo.name);
	check_code("good", catalog_scrub_repo(s.catalog, &demo, 2000, "", NULL),
	    WEIGH_OK);
	check_code("next", catalog_scrub_next_repo(s.reader, NULL, &turn, NULL),
	    WEIGH_OK);
	check_str("next", turn.repo.name, other.name);
	check_code("bad",
	    catalog_scrub_repo(s.catalog, &other, 2001, "rotten", NULL),
	    WEIGH_OK);
	check_code("after it",
	    catalog_scrub_next_repo(s.reader, NULL, &turn, NULL), WEIGH_OK);
	check_str("read longest ago", turn.repo.name, demo.name);
	check_u64("when", (uint64_t)turn.checked, 2000);
	check_code("found",
	    catalog_repo_findings(s.reader, NULL, 10, note_repo, &seen, NULL),
	    WEIGH_OK);
	check_u64("one", seen.count, 1);
	check_str("found", seen.text, "acme/Other 2001 rotten");
	shelf_close(&s);
}

/* --- the place ------------------------------------------------------------------- */

static void
test_place(void **state)
{
	struct catalog_place place = { .oid = shelf_oid("lfs a"),
		.offset = 12 << 20,
		.stamp = { 1, 2, 3, 4 } };
	struct catalog_place kept = { .offset = 0 };
	struct shelf s;

	(void)state;
	make_shelf(&s);
	memset(place.chain, 0xa5, sizeof(place.chain));
	check_code("none", catalog_scrub_place(s.reader, &kept, NULL),
	    WEIGH_NOT_FOUND);
	check_code("keep", catalog_scrub_keep(s.catalog, &place, NULL),
	    WEIGH_OK);
	shelf_reopen(&s);
	check_code("kept", catalog_scrub_place(s.reader, &kept, NULL),
	    WEIGH_OK);
	check_true("oid", weigh_oid_equal(&kept.oid, &place.oid));
	check_u64("offset", kept.offset, place.offset);
	check_bytes("chain", kept.chain, 32, place.chain, 32);
	check_true("stamp", stamp_equal(&kept.stamp, &place.stamp));
	check_code("drop", catalog_scrub_keep(s.catalog, NULL, NULL), WEIGH_OK);
	check_code("dropped", catalog_scrub_place(s.reader, &kept, NULL),
	    WEIGH_NOT_FOUND);
	shelf_close(&s);
}

/* --- the whole file ---------------------------------------------------------------- */

static void
test_quick_check(void **state)
{
	atomic_bool cancel = false;
	int64_t page, size;
	char problem[200];
	struct shelf s;

	(void)state;
	make_shelf(&s);
	check_code("good",
	    catalog_quick_check(s.reader, &cancel, problem, sizeof(problem),
		NULL),
	    WEIGH_OK);
	check_str("good", problem, "");
	page = shelf_ask(&s,
	    "SELECT rootpage FROM sqlite_schema WHERE name = 'refs'");
	size = shelf_ask(&s, "PRAGMA page_size");
	catalog_reader_close(s.reader);
	catalog_close(s.catalog);
	for (int64_t at = 0; at < 8; at++)
		tmpdir_flip(&s.dir, "catalog.db", (page - 1) * size + at);
	check_code("writer", catalog_open(&s.catalog, s.path, NULL), WEIGH_OK);
	check_code("reader", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	check_code("damaged",
	    catalog_quick_check(s.reader, &cancel, problem, sizeof(problem),
		NULL),
	    WEIGH_OK);
	check_true("it is said", problem[0] != '\0');
	shelf_close(&s);
}

/* --- schema 1 ------------------------------------------------------------------------ */

static void
run(sqlite3 *sqlite, const char *sql)
{
	check_u64(sql, (uint64_t)sqlite3_exec(sqlite, sql, NULL, NULL, NULL),
	    SQLITE_OK);
}

/* As a weighd of the first schema left it: one good blob, one bad. */
static void
make_old(struct shelf *s)
{
	sqlite3 *sqlite = NULL;

	memset(s, 0, sizeof(*s));
	tmpdir_make(&s->dir);
	snprintf(s->path, sizeof(s->path), "%s/catalog.db", s->dir.path);
	check_u64("open", (uint64_t)sqlite3_open(s->path, &sqlite), SQLITE_OK);
	run(sqlite, db_migrations[0]);
	run(sqlite,
	    "INSERT INTO repositories (kind, key, name, created)"
	    " VALUES (0, 'acme/demo', 'acme/demo', 7);"
	    "INSERT INTO blobs (oid, size, state, stamp_size, stamp_inode,"
	    " stamp_mtime, stamp_ctime)"
	    " VALUES (zeroblob(32), 5, 0, 5, 1, 2, 3),"
	    " (randomblob(32), 600, 1, 600, 1, 2, 3);"
	    "INSERT INTO revisions (repo, git, manifest, date, title, origin,"
	    " license, files, bytes)"
	    " VALUES (1, zeroblob(20), zeroblob(32), 7, '', '', '', 1, 5);"
	    "INSERT INTO entries (revision, path, folder, git, blob, last)"
	    " VALUES (1, 'a', '', zeroblob(20), 1, 1);"
	    "UPDATE totals SET repos = 1, blobs = 2, bytes = 605, bad = 1");
	sqlite3_close(sqlite);
}

static void
test_schema_1(void **state)
{
	const struct weigh_oid first = { { 0 } };
	struct seen seen = { .count = 0 };
	struct catalog_totals totals;
	struct catalog_turn turn;
	struct shelf s;

	(void)state;
	make_old(&s);
	check_code("opened", catalog_open(&s.catalog, s.path, NULL), WEIGH_OK);
	check_code("read", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	check_code("next",
	    catalog_scrub_next(s.reader, NULL, INT64_MAX, &turn, NULL),
	    WEIGH_OK);
	check_u64("never read", (uint64_t)turn.checked, 0);
	check_u64("its size", turn.blob.size, 5);
	check_oldest(&s, "nobody knows since when", 0);
	check_code("totals", catalog_totals(s.reader, &totals, NULL), WEIGH_OK);
	check_u64("bytes of bad blobs", totals.bad_bytes, 600);
	check_code("findings",
	    catalog_findings(s.reader, &first, 10, note_finding, &seen, NULL),
	    WEIGH_OK);
	check_str("known bad, not why", seen.text, "600 0 |");
	check_code("a repository",
	    catalog_scrub_next_repo(s.reader, NULL, &turn, NULL), WEIGH_OK);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_reading_of_another_file),
		cmocka_unit_test(test_admitted_again),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_repositories),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_quick_check),
		cmocka_unit_test(test_schema_1),
	};

	return cmocka_run_group_tests_name("catalog scrub", tests, NULL, NULL);
}
