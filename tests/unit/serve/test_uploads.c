/* Files that come in parts; the numbers are those of daemon/serve/uploads.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"
#include "serve/uploads.h"

#define PART 65536
#define SIZE (4 * PART + 100)
#define PARTS 5

struct scene {
	struct blobs b;
	struct uploads *u;
	uint8_t *bytes;
	struct weigh_ticket t;
	struct weigh_lfs_part etags[PARTS];
	struct weigh_lfs_completion c;
};

static void
scene_open(struct scene *s, unsigned open)
{
	memset(s, 0, sizeof(*s));
	blobs_open(&s->b, 0);
	check_code("new", uploads_new(&s->u, s->b.store, open, NULL), WEIGH_OK);
	s->bytes = blobs_bytes(SIZE, 7);
	s->t = (struct weigh_ticket){
		.repo = { .name = "acme/demo" },
		.size = SIZE,
		.part_size = PART,
		.token = "3f2a",
	};
	check_true("hash", weigh_oid_of(&s->t.oid, s->bytes, SIZE));
	s->c.oid = s->t.oid;
	s->c.parts = s->etags;
	s->c.nparts = PARTS;
}

static void
scene_close(struct scene *s)
{
	uploads_free(s->u);
	check_u64("nothing is left",
	    (uint64_t)tmpdir_count(&s->b.dir, "incoming"), 0);
	blobs_close(&s->b);
	free(s->bytes);
}

static struct upload_part *
begin(struct scene *s, uint64_t part)
{
	struct upload_part *p = NULL;

	s->t.part = part;
	check_code("begin", uploads_part_begin(s->u, &s->t, &p, NULL),
	    WEIGH_OK);
	return p;
}

static void
send_bytes(struct scene *s, uint64_t part, const uint8_t *bytes)
{
	struct upload_part *p = begin(s, part);
	size_t len = (size_t)weigh_lfs_part_length(SIZE, PART, part);

	check_code("write", uploads_part_write(p, bytes, len / 2, NULL),
	    WEIGH_OK);
	check_code("write",
	    uploads_part_write(p, bytes + len / 2, len - len / 2, NULL),
	    WEIGH_OK);
	check_code("end", uploads_part_end(p, s->etags[part - 1].etag, NULL),
	    WEIGH_OK);
}

static void
send_part(struct scene *s, uint64_t part)
{
	send_bytes(s, part, s->bytes + (part - 1) * PART);
}

static enum weigh_code
finish(struct scene *s)
{
	struct store_writer *w;
	struct store_blob blob;
	struct upload *up;
	enum weigh_code rc;

	rc = uploads_finish(s->u, &s->t, &s->c, &up, &w, &blob, NULL);
	if (rc == WEIGH_OK) {
		check_u64("size", blob.size, SIZE);
		check_code("it is being finished",
		    uploads_finish(s->u, &s->t, &s->c, &(struct upload *){ 0 },
			&(struct store_writer *){ 0 }, &blob, NULL),
		    WEIGH_NOT_YET);
		store_abandon(w);
		uploads_leave(s->u, up);
	}
	return rc;
}

/* (1), (4) */
static void
test_any_order(void **state)
{
	static const uint64_t orders[][PARTS] = { { 1, 2, 3, 4, 5 },
		{ 5, 4, 3, 2, 1 }, { 3, 1, 5, 2, 4 } };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		scene_open(&s, 4);
		for (size_t k = 0; k < PARTS; k++)
			send_part(&s, orders[i][k]);
		check_code("finish", finish(&s), WEIGH_OK);
		check_code("once", finish(&s), WEIGH_NOT_FOUND);
		scene_close(&s);
	}
}

/* (2) */
static void
test_again(void **state)
{
	static const uint8_t zeros[PART];
	char first[WEIGH_LFS_ETAG];
	struct scene s;

	(void)state;
	scene_open(&s, 4);
	send_bytes(&s, 1, zeros);
	send_bytes(&s, 2, zeros);
	strcpy(first, s.etags[0].etag);
	for (uint64_t part = PARTS; part >= 1; part--)
		send_part(&s, part);
	check_true("another one", strcmp(first, s.etags[0].etag) != 0);
	strcpy(s.etags[0].etag, first);
	check_code("the old one is told", finish(&s), WEIGH_MALFORMED);
	send_part(&s, 1);
	check_code("finish", finish(&s), WEIGH_OK);
	scene_close(&s);
}

static void
test_wrong_bytes(void **state)
{
	static const uint8_t zeros[PART];
	struct scene s;

	(void)state;
	scene_open(&s, 4);
	for (uint64_t part = 1; part < PARTS; part++)
		send_part(&s, part);
	send_bytes(&s, PARTS, zeros);
	check_code("finish", finish(&s), WEIGH_MISMATCH);
	check_code("it is gone", finish(&s), WEIGH_NOT_FOUND);
	scene_close(&s);
}

static void
test_not_whole(void **state)
{
	struct scene s;
	struct upload_part *p;

	(void)state;
	scene_open(&s, 4);
	check_code("nothing came", finish(&s), WEIGH_NOT_FOUND);
	for (uint64_t part = 1; part < PARTS; part++)
		send_part(&s, part);
	strcpy(s.etags[PARTS - 1].etag, "\"x\"");
	check_code("one is missing", finish(&s), WEIGH_MALFORMED);
	p = begin(&s, PARTS);
	check_code("one is coming", finish(&s), WEIGH_NOT_YET);
	s.t.part = PARTS;
	check_code("by two",
	    uploads_part_begin(s.u, &s.t, &(struct upload_part *){ 0 }, NULL),
	    WEIGH_NOT_YET);
	check_code("too short", uploads_part_write(p, s.bytes, 99, NULL),
	    WEIGH_OK);
	check_code("too short",
	    uploads_part_end(p, s.etags[PARTS - 1].etag, NULL),
	    WEIGH_MALFORMED);
	check_code("it does not count", finish(&s), WEIGH_MALFORMED);
	p = begin(&s, PARTS);
	check_code("too long", uploads_part_write(p, s.bytes, 101, NULL),
	    WEIGH_MALFORMED);
	uploads_part_abandon(p);
	s.c.nparts = PARTS - 1;
	check_code("too few are told", finish(&s), WEIGH_MALFORMED);
	scene_close(&s);
}

/* (3) */
static void
test_limits(void **state)
{
	struct upload *first, *second, *third;
	uint64_t open, bytes;
	struct scene s;

	(void)state;
	scene_open(&s, 2);
	send_part(&s, 1);
	check_code("two", uploads_enter(s.u, &s.t, &first, NULL), WEIGH_OK);
	check_code("three", uploads_enter(s.u, &s.t, &second, NULL),
	    WEIGH_NOT_YET);
	strcpy(s.t.token, "other");
	check_code("another's", uploads_enter(s.u, &s.t, &second, NULL),
	    WEIGH_OK);
	uploads_sweep(s.u, time(NULL) + UPLOADS_IDLE - 10);
	uploads_count(s.u, &open, &bytes);
	check_u64("all are there", open, 3);
	check_u64("bytes", bytes, PART);
	uploads_sweep(s.u, time(NULL) + UPLOADS_IDLE + 10);
	uploads_count(s.u, &open, &bytes);
	check_u64("the idle one is gone", open, 2);
	check_u64("its bytes too", bytes, 0);
	strcpy(s.t.token, "3f2a");
	check_code("there is room again",
	    uploads_enter(s.u, &s.t, &third, NULL), WEIGH_OK);
	uploads_leave(s.u, first);
	uploads_leave(s.u, second);
	uploads_leave(s.u, third);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_wrong_bytes),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
