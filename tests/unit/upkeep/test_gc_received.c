/* gc and blobs that no entry names: uploads that wait, and what the mirror made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"
#include "gate/change.h"
#include "gatehouse.h"
#include "upkeep/gc.h"

#define DAY 86400

static const struct gate_who ci = { .token = "3f2a", .origin = "a test" };
static const struct gatehouse_file weights = {
	.path = "w.bin", .noise = 3000, .seed = 1
};
static const struct gatehouse_file upload = {
	.path = "u.bin", .noise = 2000, .seed = 2
};
static const struct gatehouse_file made = { .path = "m", .text = "made" };

static void
note_nothing(void *ctx, const struct gc_item *item)
{
	(void)ctx;
	(void)item;
}

static void
collect(struct gatehouse *g, int64_t grace, int64_t now)
{
	struct store_progress progress = { 0 };
	struct weigh_err err = { .code = WEIGH_OK };
	struct gc gc = {
		.gate = g->gate,
		.reader = g->reader,
		.progress = &progress,
		.now = now,
		.grace = grace,
		.evidence_grace = grace,
		.item = note_nothing,
	};
	enum weigh_code rc = gc_run(&gc, &err);

	check_code(rc != WEIGH_OK ? err.why : "gc", rc, WEIGH_OK);
}

static void
receive(struct gatehouse *g, const struct gatehouse_file *f)
{
	struct store_writer *writer = NULL;
	struct store_blob blob;

	gatehouse_seal(g, f, &writer, &blob);
	check_code("receive",
	    gate_receive(g->gate, g->reader, writer, &blob, &ci, NULL),
	    WEIGH_OK);
}

static bool
is_held(struct gatehouse *g, const struct gatehouse_file *f)
{
	struct weigh_oid oid = gatehouse_oid(f);

	return tmpdir_has(&g->dir, blobs_path(&oid, ""));
}

/* Within its grace it stays; sent again, its grace begins again; then it goes, with
 * its row. */
static void
test_uploads_have_their_grace(void **state)
{
	struct gate_publication p;
	struct gatehouse g;
	int64_t now = time(NULL);

	(void)state;
	gatehouse_make(&g);
	check_code("publish",
	    gatehouse_publish(&g, &p, "acme/demo", "main", &weights, 1, NULL),
	    WEIGH_OK);
	receive(&g, &upload);
	collect(&g, DAY, now);
	check_true("young", is_held(&g, &upload));
	gatehouse_meddle(&g, "UPDATE received SET time = time + 172800");
	collect(&g, DAY, now + 2 * DAY);
	check_true("sent again", is_held(&g, &upload));
	collect(&g, DAY, now + 4 * DAY);
	check_true("old", !is_held(&g, &upload));
	check_u64("no row",
	    (uint64_t)gatehouse_number(&g, "SELECT count(*) FROM received"), 0);
	check_true("what is named stays", is_held(&g, &weights));
	gatehouse_check(&g, "after gc");
	gatehouse_remove(&g);
}

/* What was made from a named blob is as good as named: doors open it and gc leaves
 * it; with its source it goes. */
static void
test_made_blobs_follow_their_source(void **state)
{
	const struct weigh_repo demo = { WEIGH_MODEL, "acme/demo" };
	struct weigh_oid oid = gatehouse_oid(&made);
	struct gate_publication p;
	struct weigh_err err = { .code = WEIGH_OK };
	struct gatehouse g;
	int fd = -1;

	(void)state;
	gatehouse_make(&g);
	check_code("publish",
	    gatehouse_publish(&g, &p, "acme/demo", "main", &weights, 1, NULL),
	    WEIGH_OK);
	receive(&g, &made);
	check_code("not yet",
	    gate_open(g.gate, g.reader, WEIGH_DOOR_HUB, &oid, 4, &fd, &err),
	    WEIGH_NOT_FOUND);
	gatehouse_meddle(&g,
	    "DELETE FROM received;"
	    "INSERT INTO made (source, kind, blob)"
	    " SELECT s.id, 'config', m.id"
	    " FROM blobs AS s, blobs AS m"
	    " WHERE s.size = 3000 AND m.size = 4");
	collect(&g, 0, time(NULL) + DAY);
	check_true("stays", is_held(&g, &made));
	check_code("open",
	    gate_open(g.gate, g.reader, WEIGH_DOOR_HUB, &oid, 4, &fd, &err),
	    WEIGH_OK);
	close(fd);
	check_code("delete",
	    gate_delete_repo(g.gate, g.reader, &demo, &ci, &err), WEIGH_OK);
	collect(&g, 0, time(NULL) + DAY);
	check_true("gone", !is_held(&g, &weights) && !is_held(&g, &made));
	check_u64("no row",
	    (uint64_t)gatehouse_number(&g, "SELECT count(*) FROM blobs"), 0);
	gatehouse_check(&g, "after gc");
	gatehouse_remove(&g);
}

/* gc neither takes a tag's object nor what a dropped branch led to; a catalog made
 * again finds both, and misses nothing. */
static void
test_revisions_without_a_ref_stay(void **state)
{
	const struct weigh_repo demo = { WEIGH_MODEL, "acme/demo" };
	struct gate_ref dev = { .repo = demo,
		.kind = CATALOG_BRANCH,
		.name = "dev",
		.who = &ci },
			tag = { .repo = demo,
				.kind = CATALOG_TAG,
				.name = "v1",
				.message = "first",
				.who = &ci };
	struct gate_publication p;
	char rev[WEIGH_GITID_HEX + 1];
	struct weigh_gitid at;
	struct gatehouse g;
	bool known;

	(void)state;
	gatehouse_make(&g);
	check_code("publish",
	    gatehouse_publish(&g, &p, "acme/demo", "main", &weights, 1, NULL),
	    WEIGH_OK);
	check_code("tag", gate_make_ref(g.gate, g.reader, &tag, NULL),
	    WEIGH_OK);
	check_code("dev", gate_make_ref(g.gate, g.reader, &dev, NULL),
	    WEIGH_OK);
	check_code("on dev",
	    gatehouse_publish(&g, &p, "acme/demo", "dev", &upload, 1, NULL),
	    WEIGH_OK);
	check_code("drop", gate_drop_ref(g.gate, g.reader, &dev, NULL),
	    WEIGH_OK);
	weigh_gitid_hex(&p.commit, rev);
	collect(&g, 0, time(NULL) + DAY);
	check_code("by its id",
	    catalog_resolve(g.reader, &demo, rev, &at, &known, NULL), WEIGH_OK);
	check_true("its bytes", is_held(&g, &upload));
	gatehouse_fsck(&g, "after gc");
	gatehouse_shut(&g);
	check_true("drop", unlinkat(g.dir.fd, "catalog.db", 0) == 0);
	gatehouse_start(&g);
	check_code("made again",
	    catalog_resolve(g.reader, &demo, rev, &at, &known, NULL), WEIGH_OK);
	check_code("no branch",
	    catalog_resolve(g.reader, &demo, "dev", &at, &known, NULL),
	    WEIGH_NOT_FOUND);
	collect(&g, 0, time(NULL) + DAY);
	check_true("still", is_held(&g, &upload));
	gatehouse_check(&g, "made again");
	gatehouse_fsck(&g, "made again");
	gatehouse_remove(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uploads_have_their_grace),
		cmocka_unit_test(test_made_blobs_follow_their_source),
		cmocka_unit_test(test_revisions_without_a_ref_stay),
	};

	return cmocka_run_group_tests_name("gc received", tests, NULL, NULL);
}
