/* Tests of upkeep/room.h: what of the cache goes, and what does not; numbers are its
 * promises.  And of gc: parts, and blobs that a job waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "catalog/jobs.h"
#include "check.h"
#include "staged.h"
#include "upkeep/gc.h"
#include "upkeep/room.h"

#define REPOS 3
#define SHARED "shared by all of them" /* 21 bytes */

/* Each has weights of its own, of 10, 20 and 30 bytes, and one file of all. */
static const char *const weights[REPOS] = {
	"0123456789",
	"01234567890123456789",
	"012345678901234567890123456789",
};

struct fixture {
	struct gatehouse g;
	struct weigh_gitid commits[REPOS];
	struct weigh_err err;
	atomic_bool cancel;
	char told[400]; /* "10 21 " */
};

static struct weigh_repo
name_of(unsigned i)
{
	struct weigh_repo repo = { .kind = WEIGH_MODEL };

	snprintf(repo.name, sizeof(repo.name), "acme/%c", 'a' + (int)i);
	return repo;
}

static struct weigh_oid
oid_of(const char *text)
{
	struct weigh_oid oid;

	check_true("oid", weigh_oid_of(&oid, text, strlen(text)));
	return oid;
}

static void
pull(struct fixture *f, unsigned i)
{
	const struct staged_file files[] = {
		{ "README.md", "# far\n", false },
		{ "model.bin", weights[i], true },
		{ "shared.bin", SHARED, true },
	};
	struct stage *stage = NULL;
	struct gate_mirrored m;
	char name[16];

	snprintf(name, sizeof(name), "job-%u", i + 1);
	f->commits[i] = staged_make(&f->g, &stage, name, 1700000000 + i, files,
	    3);
	m = staged_order(stage, &f->commits[i]);
	m.repo = name_of(i);
	m.partial = true;
	check_code("pulled through",
	    gate_mirror(f->g.gate, f->g.reader, &m, &f->err), WEIGH_OK);
	check_code("it comes", staged_receive(&f->g, weights[i], true, &f->err),
	    WEIGH_OK);
	stage_close(stage);
}

/* Moments are counted from one that is behind the admissions.  a was read at 2000, b at
 * 1000, c at 3000. */
#define AT(t) (INT64_C(4000000000) + (t))

static void
fixture_open(struct fixture *f)
{
	static const int64_t used[REPOS] = { 2000, 1000, 3000 };

	memset(f, 0, sizeof(*f));
	gatehouse_make(&f->g);
	for (unsigned i = 0; i < REPOS; i++)
		pull(f, i);
	check_code("it comes", staged_receive(&f->g, SHARED, true, &f->err),
	    WEIGH_OK);
	for (unsigned i = 0; i < REPOS; i++) {
		const struct weigh_repo repo = name_of(i);

		check_code("read",
		    catalog_mirror_used(f->g.catalog, &repo, AT(used[i]),
			&f->err),
		    WEIGH_OK);
	}
}

static void
note(void *ctx, const struct weigh_oid *oid, uint64_t bytes,
    enum room_fate fate)
{
	struct fixture *f = ctx;
	size_t n = strlen(f->told);

	(void)oid;
	snprintf(f->told + n, sizeof(f->told) - n, "%s%llu ",
	    fate == ROOM_GOES ? "" : "not ", (unsigned long long)bytes);
}

static struct room
make(struct fixture *f, uint64_t ceiling, int64_t now, bool dry)
{
	struct room room = {
		.gate = f->g.gate,
		.reader = f->g.reader,
		.ceiling = ceiling,
		.dry = dry,
		.now = AT(now),
		.cancel = &f->cancel,
		.tell = note,
		.ctx = f,
	};

	f->told[0] = '\0';
	check_code("room", room_make(&room, &f->err), WEIGH_OK);
	return room;
}

#define ALL (10u + 20 + 30 + 21)

/* (2), (4): the longest unread first, and no more than it takes; dry the same. */
static void
test_order(void **state)
{
	static const struct {
		uint64_t ceiling;
		const char *told;
	} rows[] = {
		{ 0, "" },
		{ ALL, "" },
		{ ALL - 1, "20 " },
		{ ALL - 20, "20 " },
		{ ALL - 21, "20 10 " },
		{ ALL - 31, "20 10 30 " },
		{ 1, "20 10 30 21 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		struct room room;
		char sorted[sizeof(f.told)];

		fixture_open(&f);
		room = make(&f, rows[i].ceiling, 1000000, true);
		check_u64("what there is", room.cached, ALL);
		memcpy(sorted, f.told, sizeof(sorted));
		room = make(&f, rows[i].ceiling, 1000000, false);
		check_str("dry as real", f.told, sorted);
		check_u64("freed", room.freed,
		    room.count == 0 ? 0 :
				      ALL - make(&f, 0, 1000000, true).cached);
		check_str("these", sorted, rows[i].told);
		gatehouse_check(&f.g, "afterwards");
		gatehouse_remove(&f.g);
	}
}

/* (1) A pin keeps all that its revision lists. */
static void
test_pinned(void **state)
{
	struct weigh_repo repo = name_of(1);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	check_code("pin",
	    gate_pin(f.g.gate, f.g.reader, &repo, &f.commits[1], "in use",
		&f.err),
	    WEIGH_OK);
	check_u64("not counted", make(&f, 1, 1000000, true).cached, 10 + 30);
	check_str("nor taken", f.told, "10 30 ");
	gatehouse_remove(&f.g);
}

/* (1) What somebody asked for stays, and keeps what it shares. */
static void
test_asked_for(void **state)
{
	struct catalog_mirror m = { .repo = name_of(2),
		.source = "https://hub.example",
		.request = "",
		.etag = "",
		.error = "",
		.called = "" };
	struct fixture f;

	(void)state;
	fixture_open(&f);
	check_code("follow", gate_follow(f.g.gate, f.g.reader, &m, &f.err),
	    WEIGH_OK);
	check_u64("not counted", make(&f, 1, 1000000, true).cached, 10 + 20);
	check_str("nor taken", f.told, "20 10 ");
	gatehouse_remove(&f.g);
}

/* (3) What is open, and what was read a moment ago. */
static void
test_read(void **state)
{
	const struct weigh_oid oid = oid_of(weights[1]);
	struct fixture f;
	int fd = -1;

	(void)state;
	fixture_open(&f);
	check_code("open",
	    gate_open(f.g.gate, f.g.reader, WEIGH_DOOR_HUB, &oid, 20, &fd,
		&f.err),
	    WEIGH_OK);
	make(&f, ALL - 1, 1000000, false);
	check_str("the next one goes", f.told, "not 20 10 ");
	close(fd);
	make(&f, 30 + 21, 2000, false);
	check_str("closed", f.told, "20 ");
	make(&f, 1, 3000 + ROOM_REST - 1, true);
	check_str("just read", f.told, "not 30 not 21 ");
	gatehouse_remove(&f.g);
}

/* --- gc ------------------------------------------------------------------ */

static void
note_item(void *ctx, const struct gc_item *item)
{
	(void)ctx;
	(void)item;
}

static struct gc
collect(struct fixture *f, int64_t grace, uint64_t cache, bool dry)
{
	struct store_progress progress = { 0 };
	struct gc gc = {
		.gate = f->g.gate,
		.reader = f->g.reader,
		.progress = &progress,
		.cache = cache,
		.dry = dry,
		.now = AT(1000000),
		.grace = grace,
		.evidence_grace = grace,
		.item = note_item,
		.ctx = f,
	};
	enum weigh_code rc = gc_run(&gc, &f->err);

	check_code(rc != WEIGH_OK ? f->err.why : "gc", rc, WEIGH_OK);
	return gc;
}

/* gc.h (5), and that nothing of a partial revision is missing afterwards. */
static void
test_gc_cache(void **state)
{
	struct fixture f;
	struct gc gc;

	(void)state;
	fixture_open(&f);
	gc = collect(&f, 0, ALL - 1, true);
	check_u64("would", gc.sums[GC_CACHED][GC_TAKEN].bytes, 20);
	gc = collect(&f, 0, ALL - 1, false);
	check_u64("does", gc.sums[GC_CACHED][GC_TAKEN].bytes, 20);
	check_u64("freed", gc_freed(&gc), 20);
	gc = collect(&f, 0, ALL - 1, false);
	check_u64("enough", gc_freed(&gc), 0);
	check_u64("nothing is missing", gc.sums[GC_MISSING][GC_ODD].count, 0);
	gatehouse_check(&f.g, "afterwards");
	gatehouse_remove(&f.g);
}

static void
add_job(struct fixture *f, const char *text, enum weigh_fetch_state job_state)
{
	const struct weigh_oid oid = oid_of(text);
	struct catalog_job_file file = { "w.bin", oid, { { 0 } },
		strlen(text) };
	struct weigh_fetch_job job = { .order = { .repo = name_of(0) },
		.state = job_state };

	check_code("a job", catalog_job_add(f->g.catalog, &job, "", &f->err),
	    WEIGH_OK);
	check_code("its files",
	    catalog_job_list(f->g.catalog, job.id, &file, 1, &f->err),
	    WEIGH_OK);
	job.state = job_state;
	check_code("its state", catalog_job_keep(f->g.catalog, &job, &f->err),
	    WEIGH_OK);
}

/* gc.h (4): a blob that is whole, and named by nobody yet. */
static void
test_gc_waits_for_jobs(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	check_code("one", staged_receive(&f.g, "of a job", false, &f.err),
	    WEIGH_OK);
	check_code("two", staged_receive(&f.g, "of no job", false, &f.err),
	    WEIGH_OK);
	add_job(&f, "of a job", WEIGH_FETCH_PAUSED);
	add_job(&f, "of no job", WEIGH_FETCH_FAILED);
	check_u64("one goes",
	    collect(&f, 0, 0, false).sums[GC_BLOB][GC_TAKEN].count, 1);
	check_u64("and stays",
	    collect(&f, 0, 0, false).sums[GC_BLOB][GC_TAKEN].count, 0);
	gatehouse_remove(&f.g);
}

static void
leave_part(struct fixture *f, const char *text)
{
	const struct weigh_oid oid = oid_of(text);
	struct store_part *part = NULL;

	check_code("part",
	    store_part_open(f->g.store, &oid, strlen(text), &part, &f->err),
	    WEIGH_OK);
	check_code("bytes", store_part_place(part, 0, text, 3, &f->err),
	    WEIGH_OK);
	store_part_close(part);
}

static void
test_gc_parts(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	leave_part(&f, "wanted by a job");
	leave_part(&f, "wanted by nobody");
	add_job(&f, "wanted by a job", WEIGH_FETCH_QUEUED);
	check_u64("too young",
	    collect(&f, AT(1000000) - time(NULL) + 3600, 0, false)
		.sums[GC_PART][GC_TAKEN]
		.count,
	    0);
	check_u64("dry", collect(&f, 0, 0, true).sums[GC_PART][GC_TAKEN].count,
	    1);
	check_u64("one goes",
	    collect(&f, 0, 0, false).sums[GC_PART][GC_TAKEN].count, 1);
	check_u64("the other stays",
	    collect(&f, 0, 0, false).sums[GC_PART][GC_TAKEN].count, 0);
	check_u64("it is there",
	    (uint64_t)tmpdir_count(&f.g.dir, "incoming/parts"), 2);
	gatehouse_remove(&f.g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_asked_for),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_gc_cache),
		cmocka_unit_test(test_gc_waits_for_jobs),
		cmocka_unit_test(test_gc_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
