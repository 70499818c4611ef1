/*
 * The thread of scrub, on a house without pools: what it reads and in which
 * order, what it remembers, and that it stops.  The numbers are those of scrub.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"
#include "gatehouse.h"
#include "upkeep/scrub.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define SIZE ((size_t)(17 * MIB))
#define PATIENCE 2000 /* times 10 ms */

static const struct gatehouse_file files[] = {
	{ "model.bin", NULL, SIZE, 1 },
	{ "small.txt", "small\n", 0, 0 },
};
#define MODEL (&files[0])

struct watched {
	struct gatehouse g;
	struct scrub *scrub;
	atomic_bool busy; /* others are */
};

static void
tell_load(void *ctx, struct pace_load *out)
{
	const struct watched *w = ctx;

	out->heavy = atomic_load(&w->busy);
}

static void
make_house(struct watched *w)
{
	struct gate_publication p;

	memset(w, 0, sizeof(*w));
	gatehouse_make(&w->g);
	check_code("held",
	    gatehouse_publish(&w->g, &p, "acme/demo", "main", files,
		COUNT(files), NULL),
	    WEIGH_OK);
}

static struct scrub_settings
at_rate(uint64_t rate)
{
	return (struct scrub_settings){
		.pace = { .days = 7, .rate = rate, .hours = { 0, 24 } },
	};
}

static void
start(struct watched *w, uint64_t rate)
{
	const struct scrub_settings settings = at_rate(rate);
	const struct scrub_parts parts = {
		.gate = w->g.gate,
		.store = w->g.store,
		.repos = w->g.repos,
		.dirfd = w->g.dir.fd,
		.catalog_path = w->g.catalog_path,
		.load = tell_load,
		.ctx = w,
	};

	check_code("new", scrub_new(&w->scrub, &parts, &settings, NULL),
	    WEIGH_OK);
	check_code("start", scrub_start(w->scrub, NULL), WEIGH_OK);
}

static void
end(struct watched *w)
{
	scrub_stop(w->scrub);
	scrub_free(w->scrub);
	w->scrub = NULL;
}

static struct scrub_status
look(struct watched *w)
{
	struct scrub_status s;

	scrub_look(w->scrub, &s);
	return s;
}

typedef bool condition_fn(const struct scrub_status *s);

static void
wait_for(struct watched *w, const char *label, condition_fn *condition)
{
	struct scrub_status s = look(w);

	for (int i = 0; i < PATIENCE && !condition(&s); i++) {
		usleep(10000);
		s = look(w);
	}
	check_true(label, condition(&s));
}

static bool
rests(const struct scrub_status *s)
{
	return s->state == SCRUB_RESTING && s->round.ended > 0;
}

static bool
has_read_both(const struct scrub_status *s)
{
	return s->read_blobs == 2;
}

static bool
is_aside(const struct scrub_status *s)
{
	return s->state == SCRUB_ASIDE;
}

static bool
is_inside(const struct scrub_status *s)
{
	return s->offset > 4 * MIB && s->offset < s->size;
}

static bool
has_found(const struct scrub_status *s)
{
	return s->found > 0 && s->state == SCRUB_RESTING;
}

/* (1) (2): a round reads all of it, and it is remembered. */
static void
test_round(void **state)
{
	struct scrub_status s;
	struct watched w;

	(void)state;
	make_house(&w);
	start(&w, PACE_FULL);
	wait_for(&w, "a round", rests);
	s = look(&w);
	check_u64("blobs", s.read_blobs, 2);
	check_u64("done", s.round.done, SIZE + 6);
	check_u64("of", s.total, SIZE + 6);
	check_u64("found", s.found, 0);
	check_u64("failed", s.failed, 0);
	check_true("bytes, and those of git", s.read_bytes >= SIZE + 6);
	check_true("catalog", s.round.catalog > 0);
	check_true("journal", s.round.journal > 0);
	check_true("not long ago", pace_age(s.oldest, time(NULL)) < 60);
	end(&w);
	check_u64("all were noted",
	    (uint64_t)gatehouse_number(&w.g,
		"SELECT count(*) FROM blobs WHERE checked > 0"),
	    2);
	check_u64("the repository too",
	    (uint64_t)gatehouse_number(&w.g,
		"SELECT count(*) FROM repositories WHERE checked > 0"),
	    1);
	/* Nothing is due after so short a time. */
	start(&w, PACE_FULL);
	usleep(300000);
	check_u64("rests", look(&w).read_blobs, 0);
	end(&w);
	gatehouse_remove(&w.g);
}

/* (3) (5): stopped inside a blob, it goes on there, and only there. */
static void
test_goes_on(void **state)
{
	struct scrub_status s;
	struct watched w;
	uint64_t kept;

	(void)state;
	make_house(&w);
	/* The small one is read already: the large one comes first. */
	gatehouse_meddle(&w.g, "UPDATE blobs SET checked = 1 WHERE size = 6");
	start(&w, 8 * MIB);
	wait_for(&w, "inside", is_inside);
	end(&w);
	kept = (uint64_t)gatehouse_number(&w.g, "SELECT offset FROM scrub");
	check_true("a segment's end", kept > 0 && kept % (4 * MIB) == 0);
	start(&w, PACE_FULL);
	wait_for(&w, "a round", rests);
	s = look(&w);
	check_true("only the rest", s.read_bytes < SIZE - kept + MIB);
	check_true("but all of that", s.read_bytes >= SIZE - kept);
	check_u64("no place is left",
	    (uint64_t)gatehouse_number(&w.g,
		"SELECT count(*) FROM scrub WHERE oid IS NOT NULL"),
	    0);
	end(&w);
	gatehouse_remove(&w.g);
}

/* (4): what rots under a stamp that stays. */
static void
test_finds(void **state)
{
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct store_finding found;
	struct catalog_blob blob;
	enum catalog_blob_state held;
	struct watched w;
	int fd;

	(void)state;
	make_house(&w);
	tmpdir_flip(&w.g.dir, blobs_path(&oid, ""), 9 * MIB);
	check_code("stamp",
	    store_open_blob(w.g.store, &oid, &fd, &found.stamp, NULL),
	    WEIGH_OK);
	close(fd);
	check_code("recorded",
	    catalog_mark_blob(w.g.catalog,
		&(struct catalog_check){
		    .blob = { .oid = oid, .size = SIZE, .stamp = found.stamp },
		    .state = CATALOG_GOOD,
		    .time = 1 },
		NULL),
	    WEIGH_OK);
	start(&w, PACE_FULL);
	wait_for(&w, "found", has_found);
	end(&w);
	check_code("known", catalog_blob(w.g.reader, &oid, &blob, &held, NULL),
	    WEIGH_OK);
	check_u64("bad", held, CATALOG_BAD);
	check_u64("journaled",
	    gatehouse_journal(&w.g, "quarantine", "segment 2"), 1);
	check_true("set apart", !tmpdir_has(&w.g.dir, blobs_path(&oid, "")));
	gatehouse_ask(&w.g, &w.g.text, "SELECT segments FROM findings");
	check_str("segments", w.g.text.data, "2\n");
	gatehouse_remove(&w.g);
}

static bool
has_nothing_to_do(const struct scrub_status *s)
{
	return s->state == SCRUB_RESTING && s->read_blobs >= 2;
}

/* Rows that nobody names are gc's.  One without its file, or with a bad one, is not
 * tried again and again, and does not keep a round from its end. */
static void
test_nobodys(void **state)
{
	struct timespec a, b;
	struct watched w;

	(void)state;
	make_house(&w);
	gatehouse_meddle(&w.g,
	    "INSERT INTO blobs (oid, size, state, stamp_size, stamp_inode,"
	    " stamp_mtime, stamp_ctime)"
	    " VALUES (randomblob(32), 5, 0, 0, 0, 0, 0)");
	start(&w, PACE_FULL);
	wait_for(&w, "the others are read", has_nothing_to_do);
	wait_for(&w, "a round", rests);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	usleep(500000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	check_true("it rests",
	    (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 <
		100);
	end(&w);
	gatehouse_remove(&w.g);
}

/* (5): others come first, until a byte is overdue. */
static void
test_steps_aside(void **state)
{
	struct watched w;

	(void)state;
	make_house(&w);
	atomic_store(&w.busy, true);
	start(&w, PACE_FULL);
	wait_for(&w, "aside", is_aside);
	usleep(200000);
	check_u64("nothing is read", look(&w).read_blobs, 0);
	atomic_store(&w.busy, false);
	wait_for(&w, "a round", rests);
	end(&w);
	gatehouse_meddle(&w.g, "UPDATE blobs SET checked = 1");
	atomic_store(&w.busy, true);
	start(&w, PACE_FULL);
	wait_for(&w, "overdue ones all the same", has_read_both);
	end(&w);
	gatehouse_remove(&w.g);
}

/* (5): at once, also while it waits to keep its rate; and so do settings. */
static void
test_stops(void **state)
{
	struct scrub_settings settings = at_rate(PACE_FULL);
	struct timespec a, b;
	struct watched w;

	(void)state;
	make_house(&w);
	start(&w, 1024);
	usleep(200000);
	clock_gettime(CLOCK_MONOTONIC, &a);
	end(&w);
	clock_gettime(CLOCK_MONOTONIC, &b);
	check_true("within a second", b.tv_sec - a.tv_sec < 2);
	start(&w, 1024);
	usleep(200000);
	scrub_set(w.scrub, &settings);
	wait_for(&w, "faster now", rests);
	settings.pace.days = 0;
	scrub_set(w.scrub, &settings);
	end(&w);
	scrub_stop(NULL);
	scrub_free(NULL);
	gatehouse_remove(&w.g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_nobodys),
		cmocka_unit_test(test_steps_aside),
		cmocka_unit_test(test_stops),
	};

	return cmocka_run_group_tests_name("upkeep scrub", tests, NULL, NULL);
}
