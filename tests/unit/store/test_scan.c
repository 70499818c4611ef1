/* Reading again in order: what is right, what is doubtful, and going on. */
#include <fcntl.h>
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

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define SEG WEIGH_SEGMENT
#define SIZE (3 * SEG + 1000) /* four segments */

struct held {
	struct blobs b;
	struct store_blob blob;
};

static void
hold(struct held *h, uint64_t size)
{
	uint8_t *bytes = blobs_bytes(size, 7);

	blobs_open(&h->b, 0);
	check_code("put", blobs_put(&h->b, bytes, size, MIB, &h->blob),
	    WEIGH_OK);
	free(bytes);
}

static struct store_scan *
begin(struct held *h, const struct store_place *place)
{
	struct store_scan *scan = NULL;

	check_code("begin",
	    store_scan_begin(h->b.store, &h->blob.oid, h->blob.size, place,
		&scan, NULL),
	    WEIGH_OK);
	return scan;
}

/* Read up to `end`, or to where it does not go on; how many bytes came. */
static uint64_t
read_to(struct store_scan *scan, uint64_t end)
{
	uint64_t sum = 0;
	size_t len = 1;

	while (len > 0 && store_scan_offset(scan) < end) {
		check_code("step", store_scan_step(scan, &len, NULL), WEIGH_OK);
		sum += len;
	}
	return sum;
}

/* All of it, in one go; is it right? */
static bool
scan_all(struct held *h)
{
	struct store_scan *scan = begin(h, NULL);
	struct stamp stamp = { 0 };
	bool right;

	(void)read_to(scan, UINT64_MAX);
	right = store_scan_right(scan, &stamp);
	if (right)
		check_true("stamp", stamp_equal(&stamp, &h->blob.stamp));
	store_scan_end(scan);
	return right;
}

static void
test_right(void **state)
{
	static const uint64_t sizes[] = { 0, 1, SEG - 1, SEG, SEG + 1, 2 * SEG,
		SIZE };
	struct store_place place;
	struct store_scan *scan;
	struct held h;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		hold(&h, sizes[i]);
		check_true("right", scan_all(&h));
		scan = begin(&h, NULL);
		check_u64("bytes", read_to(scan, UINT64_MAX), sizes[i]);
		check_u64("a place behind a segment that is not the last",
		    store_scan_place(scan, &place), sizes[i] > SEG);
		store_scan_end(scan);
		blobs_close(&h.b);
	}
	store_scan_end(NULL);
}

/* --- what is not right --------------------------------------------------------- */

static void
resize(struct held *h, int64_t by)
{
	const char *path = blobs_path(&h->blob.oid, "");
	int fd;

	check_true(path, fchmodat(h->b.dir.fd, path, 0644, 0) == 0);
	fd = openat(h->b.dir.fd, path, O_WRONLY);
	check_true(path, ftruncate(fd, (off_t)((int64_t)SIZE + by)) == 0);
	close(fd);
}

static void
flip_first(struct held *h)
{
	tmpdir_flip(&h->b.dir, blobs_path(&h->blob.oid, ""), 0);
}

static void
flip_third(struct held *h)
{
	tmpdir_flip(&h->b.dir, blobs_path(&h->blob.oid, ""), 2 * SEG + 5);
}

static void
flip_last(struct held *h)
{
	tmpdir_flip(&h->b.dir, blobs_path(&h->blob.oid, ""), SIZE - 1);
}

static void
cut(struct held *h)
{
	resize(h, -1);
}

static void
append(struct held *h)
{
	resize(h, 1);
}

static void
flip_list(struct held *h)
{
	tmpdir_flip(&h->b.dir, blobs_path(&h->blob.oid, ".mid"), 40);
}

static void
drop_list(struct held *h)
{
	check_true("list",
	    unlinkat(h->b.dir.fd, blobs_path(&h->blob.oid, ".mid"), 0) == 0);
}

static void
longer_list(struct held *h)
{
	const uint8_t list[4 * WEIGH_MIDSTATE_SIZE] = { 0 };

	drop_list(h);
	tmpdir_write(&h->b.dir, blobs_path(&h->blob.oid, ".mid"), list,
	    sizeof(list));
}

static const struct doubt_row {
	const char *label;
	void (*hurt)(struct held *h);
	uint64_t read; /* it ends no later */
} doubts[] = {
	{ "the first byte", flip_first, SEG },
	{ "the third segment", flip_third, 3 * SEG },
	{ "the last byte", flip_last, SIZE },
	{ "cut short", cut, 0 },
	{ "something appended", append, 0 },
	{ "a bit of the list", flip_list, 2 * SEG },
	{ "no list", drop_list, 0 },
	{ "a longer list", longer_list, 0 },
};

static void
test_doubt(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(doubts); i++) {
		struct store_scan *scan;
		struct stamp stamp;
		struct held h;

		hold(&h, SIZE);
		doubts[i].hurt(&h);
		scan = begin(&h, NULL);
		check_u64(doubts[i].label, read_to(scan, UINT64_MAX),
		    doubts[i].read);
		check_true(doubts[i].label, !store_scan_right(scan, &stamp));
		store_scan_end(scan);
		blobs_close(&h.b);
	}
}

/* A file that is another one in the end is not right, whatever was read. */
static void
test_changed_meanwhile(void **state)
{
	struct store_scan *scan;
	struct stamp stamp;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	usleep(20000);
	scan = begin(&h, NULL);
	check_u64("all", read_to(scan, UINT64_MAX), SIZE);
	check_true("touched",
	    utimensat(h.b.dir.fd, blobs_path(&h.blob.oid, ""), NULL, 0) == 0);
	check_true("not right", !store_scan_right(scan, &stamp));
	store_scan_end(scan);
	scan = begin(&h, NULL);
	check_u64("half", read_to(scan, SEG), SEG);
	resize(&h, -(int64_t)(2 * SEG));
	check_true("ends where the file does",
	    read_to(scan, UINT64_MAX) < SIZE - SEG);
	check_true("cut while it was read", !store_scan_right(scan, &stamp));
	store_scan_end(scan);
	blobs_close(&h.b);
}

static void
test_not_there(void **state)
{
	struct store_scan *scan;
	struct weigh_oid oid;
	struct held h;

	(void)state;
	hold(&h, 10);
	check_true("sha-256", weigh_oid_of(&oid, "x", 1));
	check_code("missing",
	    store_scan_begin(h.b.store, &oid, 1, NULL, &scan, NULL),
	    WEIGH_NOT_FOUND);
	blobs_close(&h.b);
}

/* --- going on ------------------------------------------------------------------- */

/* From each place that there is, in a scan of its own. */
static void
test_go_on(void **state)
{
	struct held h;

	(void)state;
	hold(&h, SIZE);
	for (uint64_t n = 1; n <= 3; n++) {
		struct store_place place;
		struct store_scan *scan = begin(&h, NULL);
		struct stamp stamp;

		(void)read_to(scan, n * SEG + 1);
		check_true("place", store_scan_place(scan, &place));
		check_u64("a segment's end", place.offset, n * SEG);
		store_scan_end(scan);
		scan = begin(&h, &place);
		check_u64("where it was", store_scan_offset(scan), n * SEG);
		check_u64("only the rest", read_to(scan, UINT64_MAX),
		    SIZE - n * SEG);
		check_true("right", store_scan_right(scan, &stamp));
		store_scan_end(scan);
	}
	blobs_close(&h.b);
}

static struct store_place
place_at(struct held *h, uint64_t n)
{
	struct store_scan *scan = begin(h, NULL);
	struct store_place place;

	(void)read_to(scan, n * SEG + 1);
	check_true("place", store_scan_place(scan, &place));
	store_scan_end(scan);
	return place;
}

/* What cannot be gone on with is begun anew, or found out. */
static void
test_bad_places(void **state)
{
	struct store_place place, bad;
	struct store_scan *scan;
	struct stamp stamp;
	struct held h;

	(void)state;
	hold(&h, SIZE);
	usleep(20000);
	place = place_at(&h, 2);
	bad = place;
	bad.stamp.ctime_ns++;
	scan = begin(&h, &bad);
	check_u64("of another file", store_scan_offset(scan), 0);
	store_scan_end(scan);
	bad = place;
	bad.offset--;
	scan = begin(&h, &bad);
	check_u64("inside a segment", store_scan_offset(scan), 0);
	store_scan_end(scan);
	bad = place;
	bad.offset = 4 * SEG;
	scan = begin(&h, &bad);
	check_u64("behind the end", store_scan_offset(scan), 0);
	store_scan_end(scan);
	bad = place;
	bad.chain[7] ^= 1;
	scan = begin(&h, &bad);
	(void)read_to(scan, UINT64_MAX);
	check_true("another value", !store_scan_right(scan, &stamp));
	store_scan_end(scan);
	blobs_close(&h.b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_changed_meanwhile),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_go_on),
		cmocka_unit_test(test_bad_places),
	};

	return cmocka_run_group_tests_name("store scan", tests, NULL, NULL);
}
