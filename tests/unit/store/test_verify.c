/* Tests of daemon/store's checking half; the numbers are those of store.h. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

#define SEG WEIGH_SEGMENT
#define SIZE (5 * SEG + 1000) /* six segments */

struct held {
	struct blobs b;
	struct store_blob blob;
};

static void
hold(struct held *h, uint64_t size)
{
	uint8_t *bytes = blobs_bytes(size, 42);

	blobs_open(&h->b, 0);
	check_code("put", blobs_put(&h->b, bytes, size, MIB, &h->blob),
	    WEIGH_OK);
	free(bytes);
}

/* The answer, the same on one core and on three. */
static struct store_finding
verify(struct held *h)
{
	struct store_finding one, three;

	check_code("one",
	    store_verify(h->b.store, &h->blob.oid, h->blob.size, 1, NULL, &one,
		NULL),
	    WEIGH_OK);
	check_code("three",
	    store_verify(h->b.store, &h->blob.oid, h->blob.size, 3, NULL,
		&three, NULL),
	    WEIGH_OK);
	check_u64("same answer", one.ok, three.ok);
	check_u64("same count", one.bad_count, three.bad_count);
	if (!one.ok)
		check_str("same words", one.problem, three.problem);
	return three;
}

/* Does the finding name exactly these segments?  "0 3 5", "" for none. */
static void
check_bad(const char *label, const struct store_finding *f, const char *want)
{
	char got[200] = "", one[24];

	for (uint64_t i = 0; i < f->bad_count; i++) {
		snprintf(one, sizeof(one), "%s%llu", i > 0 ? " " : "",
		    (unsigned long long)f->bad[i]);
		strncat(got, one, sizeof(got) - strlen(got) - 1);
	}
	check_str(label, got, want);
	check_u64(label, f->ok, 0);
}

static void
test_good(void **state)
{
	static const uint64_t sizes[] = { 0, 1, SEG - 1, SEG, SEG + 1, SIZE };
	struct store_progress progress;
	struct store_finding f;
	struct held h;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		hold(&h, sizes[i]);
		f = verify(&h);
		check_true(f.problem, f.ok);
		check_u64("size", f.size, sizes[i]);
		check_u64("segments", f.segments,
		    weigh_segment_count(sizes[i]));
		check_u64("bad", f.bad_count, 0);
		check_str("no problem", f.problem, "");
		check_true("stamp", stamp_equal(&f.stamp, &h.blob.stamp));

		atomic_init(&progress.bytes, 0);
		atomic_init(&progress.cancel, false);
		check_code("with progress",
		    store_verify(h.b.store, &h.blob.oid, sizes[i], 2, &progress,
			&f, NULL),
		    WEIGH_OK);
		check_u64("progress", atomic_load(&progress.bytes), sizes[i]);
		blobs_close(&h.b);
	}
}

/* (1): one bit, anywhere, is found and its segment named. */
static const struct flip_row {
	const char *label;
	const char *bad;
	int count;
	uint64_t at[4];
} flips[] = {
	{ "first bit", "0", 1, { 0 } },
	{ "end of the first", "0", 1, { SEG - 1 } },
	{ "start of the second", "1", 1, { SEG } },
	{ "third", "2", 1, { 2 * SEG + 77 } },
	{ "fourth", "3", 1, { 3 * SEG + SEG / 2 } },
	{ "fifth", "4", 1, { 5 * SEG - 1 } },
	{ "last byte", "5", 1, { SIZE - 1 } },
	{ "apart", "0 3 5", 3, { 1, 3 * SEG, 5 * SEG } },
	{ "side by side", "2 3", 2, { 2 * SEG, 4 * SEG - 1 } },
	{ "all but the middle", "0 1 4 5", 4, { 0, SEG, 4 * SEG, SIZE - 1 } },
};

static void
test_flips(void **state)
{
	struct store_finding f;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++) {
		for (int k = 0; k < flips[i].count; k++)
			tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""),
			    (long long)flips[i].at[k]);
		f = verify(&h);
		check_bad(flips[i].label, &f, flips[i].bad);
		check_has(flips[i].label, f.problem, "not hold");
		for (int k = 0; k < flips[i].count; k++)
			tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""),
			    (long long)flips[i].at[k]);
		f = verify(&h);
		check_true("good again", f.ok);
	}
	blobs_close(&h.b);
}

static void
test_words(void **state)
{
	struct store_finding f;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""), 3 * (long long)SEG);
	f = verify(&h);
	check_str("one segment", f.problem,
	    "segment 3 of 6 (bytes 12582912-16777215) does not hold");
	tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""), SIZE - 1);
	f = verify(&h);
	check_str("two segments", f.problem,
	    "2 segments do not hold, the first is segment 3 of 6 "
	    "(bytes 12582912-16777215)");
	blobs_close(&h.b);
}

/* Another length is said, whatever the segments say. */
static const struct length_row {
	const char *label;
	uint64_t size;
	const char *bad;
	const char *words;
} lengths[] = {
	{ "a byte less", SIZE - 1, "5", "it was cut short" },
	{ "a segment less", 4 * SEG, "4 5", "it was cut short" },
	{ "within a segment", 4 * SEG + 5, "4 5", "it was cut short" },
	{ "nothing left", 0, "0 1 2 3 4 5", "it was cut short" },
	{ "a byte more", SIZE + 1, "", "something was appended" },
	{ "a segment more", SIZE + SEG, "", "something was appended" },
};

static void
test_lengths(void **state)
{
	struct store_finding f;
	char words[100];
	struct held h;
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		hold(&h, SIZE);
		check_true("chmod",
		    fchmodat(h.b.dir.fd, blobs_path(&h.blob.oid, ""), 0644,
			0) == 0);
		fd = openat(h.b.dir.fd, blobs_path(&h.blob.oid, ""), O_WRONLY);
		check_true("ftruncate",
		    ftruncate(fd, (off_t)lengths[i].size) == 0);
		close(fd);
		f = verify(&h);
		check_bad(lengths[i].label, &f, lengths[i].bad);
		check_u64("size as found", f.size, lengths[i].size);
		snprintf(words, sizeof(words),
		    "it has %llu bytes, %llu are right",
		    (unsigned long long)lengths[i].size,
		    (unsigned long long)SIZE);
		check_has(lengths[i].label, f.problem, words);
		check_has(lengths[i].label, f.problem, lengths[i].words);
		blobs_close(&h.b);
	}
}

/* (7): the list is not believed, and made again. */
static const struct list_row {
	const char *label;
	long long flip; /* offset in the list; -1 to remove, -2 to cut it */
	const char *words;
} lists[] = {
	{ "removed", -1, "its midstate list was missing; it was made again" },
	{ "cut", -2, "its midstate list was missing; it was made again" },
	{ "first entry", 0, "its midstate list was wrong; it was made again" },
	{ "middle entry", 2 * WEIGH_MIDSTATE_SIZE + 5,
	    "its midstate list was wrong; it was made again" },
	{ "last entry", 5 * WEIGH_MIDSTATE_SIZE - 1,
	    "its midstate list was wrong; it was made again" },
};

static void
hurt_list(struct held *h, const struct list_row *row)
{
	const char *path = blobs_path(&h->blob.oid, ".mid");

	if (row->flip >= 0)
		tmpdir_flip(&h->b.dir, path, row->flip);
	else if (row->flip == -1)
		unlinkat(h->b.dir.fd, path, 0);
	else
		check_true("cut",
		    unlinkat(h->b.dir.fd, path, 0) == 0 &&
			(tmpdir_write(&h->b.dir, path, "abc", 3), true));
}

static void
test_lists(void **state)
{
	struct weigh_buf before, after;
	struct store_finding f;
	struct held h;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		hold(&h, SIZE);
		weigh_buf_init(&before, MIB);
		weigh_buf_init(&after, MIB);
		check_code("before",
		    store_midstates(h.b.store, &h.blob.oid, &before, NULL),
		    WEIGH_OK);
		hurt_list(&h, &lists[i]);
		check_code("verify",
		    store_verify(h.b.store, &h.blob.oid, SIZE, 2, NULL, &f,
			NULL),
		    WEIGH_OK);
		check_true(lists[i].label, f.ok);
		check_u64(lists[i].label, f.bad_count, 0);
		check_str(lists[i].label, f.problem, lists[i].words);
		check_code("after",
		    store_midstates(h.b.store, &h.blob.oid, &after, NULL),
		    WEIGH_OK);
		check_bytes(lists[i].label, after.data, after.len, before.data,
		    before.len);
		f = verify(&h);
		check_str("and now it is right", f.problem, "");
		weigh_buf_free(&before);
		weigh_buf_free(&after);
		blobs_close(&h.b);
	}
}

/* (7): asking for a lost list makes it again, but not from bad bytes. */
static void
test_midstates_again(void **state)
{
	struct weigh_buf before, after;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	weigh_buf_init(&before, MIB);
	weigh_buf_init(&after, MIB);
	check_code("before",
	    store_midstates(h.b.store, &h.blob.oid, &before, NULL), WEIGH_OK);
	unlinkat(h.b.dir.fd, blobs_path(&h.blob.oid, ".mid"), 0);
	check_code("after",
	    store_midstates(h.b.store, &h.blob.oid, &after, NULL), WEIGH_OK);
	check_bytes("made again", after.data, after.len, before.data,
	    before.len);
	check_true("and kept",
	    tmpdir_has(&h.b.dir, blobs_path(&h.blob.oid, ".mid")));
	weigh_buf_free(&before);

	weigh_buf_reset(&after);
	unlinkat(h.b.dir.fd, blobs_path(&h.blob.oid, ".mid"), 0);
	tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""), 99);
	check_code("bad bytes",
	    store_midstates(h.b.store, &h.blob.oid, &after, NULL),
	    WEIGH_MISMATCH);
	check_u64("nothing", after.len, 0);
	weigh_buf_free(&after);
	blobs_close(&h.b);
}

/* (1), (7): bad bytes without a list are bad, and no segment is made up. */
static void
test_bad_without_list(void **state)
{
	struct store_finding f;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""), SEG);
	unlinkat(h.b.dir.fd, blobs_path(&h.blob.oid, ".mid"), 0);
	f = verify(&h);
	check_bad("no segment named", &f, "");
	check_has("another digest", f.problem, "another SHA-256");
	check_true("no list from bad bytes",
	    !tmpdir_has(&h.b.dir, blobs_path(&h.blob.oid, ".mid")));
	blobs_close(&h.b);
}

/* (7): a list made for other bytes does not make them right. */
static void
test_swapped(void **state)
{
	struct store_blob other;
	struct store_finding f;
	uint8_t *bytes;
	struct held h;
	char path[160];

	(void)state;
	hold(&h, SIZE);
	bytes = blobs_bytes(SIZE, 43);
	check_code("other", blobs_put(&h.b, bytes, SIZE, MIB, &other),
	    WEIGH_OK);
	free(bytes);
	for (int list = 0; list < 2; list++) {
		snprintf(path, sizeof(path), "%s",
		    blobs_path(&other.oid, list ? ".mid" : ""));
		check_true("swap",
		    renameat(h.b.dir.fd, path, h.b.dir.fd,
			blobs_path(&h.blob.oid, list ? ".mid" : "")) == 0);
		f = verify(&h);
		check_u64("not ok", f.ok, 0);
	}
	/* Both swapped: all but the last segment hold among themselves. */
	check_bad("the chain does not end in the name", &f, "5");
	blobs_close(&h.b);
}

static void
test_missing(void **state)
{
	struct store_finding f;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	unlinkat(h.b.dir.fd, blobs_path(&h.blob.oid, ""), 0);
	f = verify(&h);
	check_true("missing", f.missing && !f.ok);
	check_str("says so", f.problem, "it is not there");
	check_true("mkdir",
	    mkdirat(h.b.dir.fd, blobs_path(&h.blob.oid, ""), 0755) == 0);
	f = verify(&h);
	check_true("no file", !f.missing && !f.ok);
	check_has("says so", f.problem, "not a regular file");
	blobs_close(&h.b);
}

/* A canceled check gives no answer. */
static void
test_cancel(void **state)
{
	struct store_progress progress;
	struct store_finding f;
	struct held h;

	(void)state;
	atomic_init(&progress.bytes, 0);
	atomic_init(&progress.cancel, true);
	hold(&h, SIZE);
	for (int list = 1; list >= 0; list--) {
		check_code("canceled",
		    store_verify(h.b.store, &h.blob.oid, SIZE, 2, &progress, &f,
			NULL),
		    WEIGH_CANCELED);
		check_true("not ok", !f.ok);
		unlinkat(h.b.dir.fd, blobs_path(&h.blob.oid, ".mid"), 0);
	}
	blobs_close(&h.b);
}

/* --- a blob that changes while it is checked ---------------------------- */

struct toucher {
	struct store_progress progress;
	struct held *held;
	bool done;
};

static void *
toucher_main(void *arg)
{
	struct toucher *t = arg;

	while (atomic_load(&t->progress.bytes) == 0)
		usleep(100);
	/* The same bytes, so that only the stamp can tell. */
	t->done = fchmodat(t->held->b.dir.fd,
		      blobs_path(&t->held->blob.oid, ""), 0644, 0) == 0;
	return NULL;
}

static void
test_changing(void **state)
{
	struct toucher t = { .held = NULL };
	struct store_finding f;
	pthread_t thread;
	struct held h;

	(void)state;
	hold(&h, 40 * SEG);
	t.held = &h;
	check_true("thread",
	    pthread_create(&thread, NULL, toucher_main, &t) == 0);
	check_code("verify",
	    store_verify(h.b.store, &h.blob.oid, h.blob.size, 1, &t.progress,
		&f, NULL),
	    WEIGH_OK);
	pthread_join(thread, NULL);
	check_true("touched", t.done);
	check_true("looked at again: the bytes are right", f.ok);
	blobs_close(&h.b);
}

/* A file that never stands still has no answer, and is not called bad. */
static void *
restless_main(void *arg)
{
	struct toucher *t = arg;
	mode_t mode = 0444;

	while (!atomic_load(&t->progress.cancel)) {
		mode ^= 0200;
		t->done = fchmodat(t->held->b.dir.fd,
			      blobs_path(&t->held->blob.oid, ""), mode, 0) == 0;
	}
	return NULL;
}

static void
test_restless(void **state)
{
	struct toucher t = { .held = NULL };
	struct store_finding f;
	pthread_t thread;
	struct held h;

	(void)state;
	hold(&h, 8 * SEG);
	t.held = &h;
	check_true("thread",
	    pthread_create(&thread, NULL, restless_main, &t) == 0);
	check_code("verify",
	    store_verify(h.b.store, &h.blob.oid, h.blob.size, 1, NULL, &f,
		NULL),
	    WEIGH_CHANGED);
	atomic_store(&t.progress.cancel, true);
	pthread_join(thread, NULL);
	check_true("touched", t.done);
	check_true("not ok either", !f.ok);
	blobs_close(&h.b);
}

/* --- ranges -------------------------------------------------------------- */

static const struct range_row {
	const char *label;
	uint64_t first, last;
	bool ok; /* with a bit flipped in segment 2 */
} ranges[] = {
	{ "before", 0, 2 * SEG - 1, true },
	{ "its first byte", 2 * SEG, 2 * SEG, false },
	{ "its last byte", 3 * SEG - 1, 3 * SEG - 1, false },
	{ "behind", 3 * SEG, SIZE - 1, true },
	{ "across", SEG, 4 * SEG, false },
	{ "all", 0, SIZE - 1, false },
};

static void
test_ranges(void **state)
{
	struct held h;
	bool ok;

	(void)state;
	hold(&h, SIZE);
	for (int bad = 0; bad < 2; bad++) {
		for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]);
		     i++) {
			check_code(ranges[i].label,
			    store_check_range(h.b.store, &h.blob.oid, SIZE,
				ranges[i].first, ranges[i].last, &ok, NULL),
			    WEIGH_OK);
			check_u64(ranges[i].label, ok, !bad || ranges[i].ok);
		}
		if (!bad)
			tmpdir_flip(&h.b.dir, blobs_path(&h.blob.oid, ""),
			    10000000);
	}
	check_code("backwards",
	    store_check_range(h.b.store, &h.blob.oid, SIZE, 2, 1, &ok, NULL),
	    WEIGH_USAGE);
	check_code("past the end",
	    store_check_range(h.b.store, &h.blob.oid, SIZE, 0, SIZE, &ok, NULL),
	    WEIGH_USAGE);
	check_code("another size",
	    store_check_range(h.b.store, &h.blob.oid, SIZE - 1, 0, 1, &ok,
		NULL),
	    WEIGH_OK);
	check_u64("is not ok", ok, 0);
	unlinkat(h.b.dir.fd, blobs_path(&h.blob.oid, ".mid"), 0);
	check_code("bad bytes and no list",
	    store_check_range(h.b.store, &h.blob.oid, SIZE, 0, 1, &ok, NULL),
	    WEIGH_OK);
	check_u64("not ok", ok, 0);
	blobs_close(&h.b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_midstates_again),
		cmocka_unit_test(test_bad_without_list),
		cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_changing),
		cmocka_unit_test(test_restless),
		cmocka_unit_test(test_ranges),
	};

	return cmocka_run_group_tests_name("store, verify", tests, NULL, NULL);
}
