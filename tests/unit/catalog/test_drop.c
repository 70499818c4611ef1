/* What upkeep does to the catalog: dropping, emptying, nesting, setting aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalog/db.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = {
	{ "README.md", "hello" },
	{ "sub/a.bin", "lfs a" },
};
static const struct shelf_file others[] = { { "x", "other" } };

static void
fill(struct shelf *s)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, files);

	shelf_open(s);
	check_code("admit", shelf_admit(s, &v, NULL), WEIGH_OK);
}

static void
check_totals(struct shelf *s, const char *label, uint64_t blobs, uint64_t bytes,
    uint64_t bad)
{
	struct catalog_totals t;

	check_code(label, catalog_totals(s->reader, &t, NULL), WEIGH_OK);
	check_u64(label, t.blobs, blobs);
	check_u64(label, t.bytes, bytes);
	check_u64(label, t.bad, bad);
}

/* A blob that no entry names, as a check of a stray file records it. */
static struct weigh_oid
add_stray(struct shelf *s)
{
	const struct catalog_check check = {
		.blob = { .oid = shelf_oid("stray"), .size = 5 },
		.state = CATALOG_BAD,
		.time = 1000,
		.problem = "bad",
		.segments = "",
	};

	check_code("stray", catalog_mark_blob(s->catalog, &check, NULL),
	    WEIGH_OK);
	return check.blob.oid;
}

static void
test_drop(void **state)
{
	struct weigh_oid named = shelf_oid("hello"), stray;
	struct shelf s;
	bool dropped;

	(void)state;
	fill(&s);
	stray = add_stray(&s);
	check_totals(&s, "with it", 3, 10 + 5, 1);
	check_code("named",
	    catalog_drop_blob(s.catalog, &named, &dropped, NULL), WEIGH_OK);
	check_true("it stays", !dropped);
	check_code("stray",
	    catalog_drop_blob(s.catalog, &stray, &dropped, NULL), WEIGH_OK);
	check_true("it goes", dropped);
	check_totals(&s, "without it", 2, 10, 0);
	check_code("again",
	    catalog_drop_blob(s.catalog, &stray, &dropped, NULL), WEIGH_OK);
	check_true("again", !dropped);
	shelf_close(&s);
}

struct rows {
	struct weigh_oid last;
	unsigned count, named;
};

static void
note_row(void *ctx, const struct catalog_row *row)
{
	struct rows *r = ctx;

	check_true("in order",
	    memcmp(&r->last, &row->blob.oid, sizeof(r->last)) < 0);
	r->last = row->blob.oid;
	r->count++;
	r->named += row->named;
}

static void
test_rows(void **state)
{
	struct rows rows = { .count = 0 };
	struct shelf s;
	unsigned pages = 0;

	(void)state;
	fill(&s);
	add_stray(&s);
	do {
		check_code("page",
		    catalog_rows(s.reader, &rows.last, 1, note_row, &rows,
			NULL),
		    WEIGH_OK);
	} while (++pages < 5);
	check_u64("all", rows.count, 3);
	check_u64("named", rows.named, 2);
	shelf_close(&s);
}

/* Writes between two rows, and stops when told. */
static enum weigh_code
drop_row(void *ctx, const struct catalog_row *row, struct weigh_err *err)
{
	struct shelf *s = ctx;
	bool dropped;

	check_code("drop",
	    catalog_drop_blob(s->catalog, &row->blob.oid, &dropped, NULL),
	    WEIGH_OK);
	check_true("a named one stays", dropped == !row->named);
	return dropped ? weigh_fail(err, WEIGH_CANCELED, "enough") : WEIGH_OK;
}

static enum weigh_code
count_row(void *ctx, const struct catalog_row *row, struct weigh_err *err)
{
	struct rows *r = ctx;

	(void)err;
	note_row(r, row);
	return WEIGH_OK;
}

static void
test_each_row(void **state)
{
	struct rows rows = { .count = 0 };
	struct shelf s;

	(void)state;
	fill(&s);
	add_stray(&s);
	check_code("count", catalog_each_row(s.reader, count_row, &rows, NULL),
	    WEIGH_OK);
	check_u64("all", rows.count, 3);
	check_code("drop", catalog_own_each_row(s.catalog, drop_row, &s, NULL),
	    WEIGH_CANCELED);
	rows = (struct rows){ .count = 0 };
	check_code("count again",
	    catalog_own_each_row(s.catalog, count_row, &rows, NULL), WEIGH_OK);
	check_u64("the named ones", rows.count, 2);
	shelf_close(&s);
}

static void
test_intended(void **state)
{
	struct weigh_oid wanted = shelf_oid("wanted"), other = shelf_oid("x");
	struct catalog_intent intent = {
		.repo = shelf_repo("acme/demo"),
		.ref = "refs/heads/main",
		.blobs = &wanted,
		.nblobs = 1,
	};
	struct shelf s;
	unsigned left;
	bool is;

	(void)state;
	fill(&s);
	check_code("none",
	    catalog_intended(s.reader, &wanted, &is, &left, NULL), WEIGH_OK);
	check_true("none", !is && left == 0);
	check_code("intend", catalog_intend(s.catalog, &intent, NULL),
	    WEIGH_OK);
	check_code("one", catalog_intended(s.reader, &wanted, &is, &left, NULL),
	    WEIGH_OK);
	check_true("wanted", is && left == 1);
	check_code("one", catalog_intended(s.reader, &other, &is, &left, NULL),
	    WEIGH_OK);
	check_true("another", !is && left == 1);
	shelf_close(&s);
}

/* Inner ones are taken back alone; none lasts before the outermost. */
static void
test_nesting(void **state)
{
	const struct shelf_revision one = SHELF_REVISION("acme/one", "main", 2,
	    0, others);
	const struct shelf_revision two = SHELF_REVISION("acme/two", "main", 3,
	    0, others);
	struct shelf s;

	(void)state;
	fill(&s);
	check_code("begin", catalog_begin(s.catalog, NULL), WEIGH_OK);
	check_code("inner", catalog_begin(s.catalog, NULL), WEIGH_OK);
	check_code("one", shelf_admit(&s, &one, NULL), WEIGH_OK);
	check_code("taken back", catalog_end(s.catalog, WEIGH_IO, NULL),
	    WEIGH_IO);
	check_code("inner", catalog_begin(s.catalog, NULL), WEIGH_OK);
	check_code("two", shelf_admit(&s, &two, NULL), WEIGH_OK);
	check_code("kept", catalog_end(s.catalog, WEIGH_OK, NULL), WEIGH_OK);
	check_u64("not seen yet",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM repositories"), 1);
	check_code("end", catalog_end(s.catalog, WEIGH_OK, NULL), WEIGH_OK);
	check_u64("seen",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM repositories"), 2);
	check_u64("not one",
	    (uint64_t)shelf_ask(&s,
		"SELECT count(*) FROM repositories WHERE name = 'acme/one'"),
	    0);
	check_totals(&s, "totals", 3, 10 + 5, 0);
	shelf_close(&s);
}

static void
test_empty(void **state)
{
	struct catalog_intent intent = { .repo = shelf_repo("acme/demo"),
		.ref = "refs/heads/main" };
	struct shelf s;

	(void)state;
	fill(&s);
	add_stray(&s);
	check_code("intend", catalog_intend(s.catalog, &intent, NULL),
	    WEIGH_OK);
	for (int kept = 0; kept < 2; kept++) {
		check_code("begin", catalog_begin(s.catalog, NULL), WEIGH_OK);
		check_code("empty", catalog_empty(s.catalog, NULL), WEIGH_OK);
		(void)catalog_end(s.catalog, kept ? WEIGH_OK : WEIGH_IO, NULL);
		check_totals(&s, "totals", kept ? 0 : 3, kept ? 0 : 15, !kept);
	}
	check_u64("intents stay",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM intents"), 1);
	check_u64("nothing else",
	    (uint64_t)shelf_ask(&s,
		"SELECT (SELECT count(*) FROM entries)"
		" + (SELECT count(*) FROM revisions)"
		" + (SELECT count(*) FROM findings)"
		" + (SELECT count(*) FROM blobs)"),
	    0);
	shelf_close(&s);
}

/* --- setting aside --------------------------------------------------------------- */

static void
test_given_up(void **state)
{
	struct shelf s;
	char aside[64];

	(void)state;
	fill(&s);
	check_code("give up", catalog_give_up(s.catalog, NULL), WEIGH_OK);
	catalog_reader_close(s.reader);
	catalog_close(s.catalog);
	for (int round = 0; round < 2; round++) {
		check_code("open",
		    catalog_open_anew(&s.catalog, s.path, aside, sizeof(aside),
			NULL),
		    WEIGH_OK);
		check_true("once only", (aside[0] != '\0') == (round == 0));
		if (round == 0)
			check_true("it is kept", tmpdir_has(&s.dir, aside));
		check_u64("empty",
		    (uint64_t)shelf_ask(&s, "SELECT blobs FROM totals"), 0);
		if (round == 0)
			catalog_close(s.catalog);
	}
	check_code("reader", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	shelf_close(&s);
}

static void
test_moved(void **state)
{
	struct shelf s;

	(void)state;
	fill(&s);
	check_true("in its place", !catalog_has_moved(s.reader));
	check_true("unlink", unlinkat(s.dir.fd, "catalog.db", 0) == 0);
	check_true("deleted", catalog_has_moved(s.reader));
	tmpdir_write(&s.dir, "catalog.db", "x", 1);
	check_true("replaced", catalog_has_moved(s.reader));
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_intended),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_moved),
	};

	return cmocka_run_group_tests_name("drop", tests, NULL, NULL);
}
