/* Tests of daemon/store's parts: blobs that take long.  Numbers are store.h's. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

#define SEG WEIGH_SEGMENT
#define SIZE (3 * SEG + 12345)
#define PIECE 100003u

/* A part, and the bytes that it shall have. */
struct making {
	struct blobs b;
	uint8_t *bytes;
	struct weigh_oid oid;
	uint64_t size;
	struct store_part *part;
};

static void
reopen_part(struct making *m)
{
	check_code("open the part",
	    store_part_open(m->b.store, &m->oid, m->size, &m->part, NULL),
	    WEIGH_OK);
}

static void
begin(struct making *m, uint64_t size)
{
	blobs_open(&m->b, 0);
	m->size = size;
	m->bytes = blobs_bytes(size, size);
	check_true("hash", weigh_oid_of(&m->oid, m->bytes, size));
	reopen_part(m);
}

static void
end(struct making *m)
{
	store_part_close(m->part);
	free(m->bytes);
	blobs_close(&m->b);
}

static enum weigh_code
place(struct making *m, uint64_t from, uint64_t until)
{
	enum weigh_code rc = WEIGH_OK;

	for (; rc == WEIGH_OK && from < until; from += PIECE)
		rc = store_part_place(m->part, from, m->bytes + from,
		    until - from < PIECE ? until - from : PIECE, NULL);
	return rc;
}

static const char *
part_path(const struct making *m, const char *suffix)
{
	static char path[160];
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&m->oid, hex);
	snprintf(path, sizeof(path), "incoming/parts/%s%s", hex, suffix);
	return path;
}

/* Seal and publish; the blob is whole, and so is its list. */
static void
finish(struct making *m, const char *label)
{
	struct store_finding finding;
	struct store_writer *w;
	struct store_blob blob;

	check_code(label, store_part_seal(m->part, &w, &blob, NULL), WEIGH_OK);
	m->part = NULL;
	check_u64("its size", blob.size, m->size);
	check_code(label, store_publish(w, &blob, NULL), WEIGH_OK);
	check_code("verify",
	    store_verify(m->b.store, &m->oid, m->size, 1, NULL, &finding, NULL),
	    WEIGH_OK);
	check_true(label, finding.ok);
	check_str("and its list was right", finding.problem, "");
	check_u64("nothing left",
	    (uint64_t)tmpdir_count(&m->b.dir, "incoming/parts"), 0);
}

static const struct order_row {
	const char *label;
	uint64_t size;
	struct {
		uint64_t from, until;
	} steps[5];
} orders[] = {
	{ "nothing at all", 0, { { 0, 0 } } },
	{ "one byte", 1, { { 0, 1 } } },
	{ "a segment", SEG, { { 0, SEG } } },
	{ "in order", SIZE, { { 0, SIZE } } },
	{ "from the end", SIZE,
	    { { 2 * SEG, SIZE }, { SEG, 2 * SEG }, { 0, SEG } } },
	{ "pieces of segments", SIZE,
	    { { SEG / 2, SEG + 7 }, { 2 * SEG - 1, SIZE }, { 0, SEG / 2 },
		{ SEG + 7, 2 * SEG - 1 } } },
};

/* Any order makes the blob, with and without taking in between. */
static void
test_any_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(orders) / sizeof(orders[0]); i++) {
		const struct order_row *row = &orders[i / 2];
		struct making m;

		begin(&m, row->size);
		for (size_t s = 0; s < 5; s++) {
			check_code(row->label,
			    place(&m, row->steps[s].from, row->steps[s].until),
			    WEIGH_OK);
			if (i % 2 == 1)
				check_code(row->label,
				    store_part_take(m.part, NULL), WEIGH_OK);
		}
		check_u64(row->label, store_part_held(m.part), row->size);
		finish(&m, row->label);
		end(&m);
	}
}

static void
test_bounds(void **state)
{
	struct store_writer *w;
	struct store_part *twin;
	struct store_blob blob;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	check_code("past the end",
	    store_part_place(m.part, SIZE - 1, m.bytes, 2, NULL),
	    WEIGH_TOO_BIG);
	check_code("far past it",
	    store_part_place(m.part, UINT64_MAX - 1, m.bytes, 2, NULL),
	    WEIGH_TOO_BIG);
	check_code("a second at once",
	    store_part_open(m.b.store, &m.oid, SIZE, &twin, NULL),
	    WEIGH_CONFLICT);
	check_code("not while it is open",
	    store_drop_part(m.b.store, &m.oid, NULL), WEIGH_CONFLICT);
	check_code("not all", store_part_seal(m.part, &w, &blob, NULL),
	    WEIGH_NOT_YET);
	store_part_close(m.part);
	check_code("away with it", store_drop_part(m.b.store, &m.oid, NULL),
	    WEIGH_OK);
	check_code("and again", store_drop_part(m.b.store, &m.oid, NULL),
	    WEIGH_OK);
	check_true("bytes gone", !tmpdir_has(&m.b.dir, part_path(&m, "")));
	check_true("map gone", !tmpdir_has(&m.b.dir, part_path(&m, ".map")));
	check_code("too big",
	    store_part_open(m.b.store, &m.oid, (uint64_t)5 << 40, &m.part,
		NULL),
	    WEIGH_TOO_BIG);
	store_set_keep_free(m.b.store, UINT64_MAX / 2);
	check_code("no room",
	    store_part_open(m.b.store, &m.oid, SIZE, &m.part, NULL),
	    WEIGH_FULL);
	check_true("none", m.part == NULL);
	end(&m);
}

/* Two senders never have the same bytes, and a claim ends where a segment does. */
static void
test_claims(void **state)
{
	uint64_t first, len;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	check_code("place", place(&m, SEG / 2, SEG), WEIGH_OK);
	check_true("before it",
	    store_part_claim(m.part, 0, SIZE, &first, &len));
	check_u64("first", first, 0);
	check_u64("up to what is held", len, SEG / 2);
	check_true("behind",
	    store_part_claim(m.part, 0, SEG + 10, &first, &len));
	check_u64("first", first, SEG);
	check_u64("a whole segment", len, SEG);
	check_true("the rest", store_part_claim(m.part, 0, SIZE, &first, &len));
	check_u64("first", first, 2 * SEG);
	check_u64("to the end", len, SIZE - 2 * SEG);
	check_true("none left",
	    !store_part_claim(m.part, 0, SIZE, &first, &len));
	check_code("a little", place(&m, SEG, SEG + 5), WEIGH_OK);
	store_part_unclaim(m.part, SEG, SEG);
	check_true("free again",
	    store_part_claim(m.part, SEG, 10, &first, &len));
	check_u64("behind what was placed", first, SEG + 5);
	check_u64("no more than asked", len, 10);
	check_u64("held", store_part_held(m.part), SEG / 2 + 5);
	check_u64("a run", store_part_run(m.part, SEG / 2), SEG / 2 + 5);
	check_u64("no run", store_part_run(m.part, 3), 0);
	end(&m);
}

/* From the other end: whole segments, up to what is held or brought. */
static void
test_claims_from_the_end(void **state)
{
	uint64_t first, len;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	check_u64("nothing yet", store_part_gap(m.part, 0), SIZE);
	check_true("the last",
	    store_part_claim_last(m.part, SEG + 20000, &first, &len));
	check_u64("begins where a segment does", first, 2 * SEG);
	check_u64("up to the end", len, SIZE - 2 * SEG);
	check_u64("a gap before it", store_part_gap(m.part, 10), 2 * SEG);
	check_u64("none there", store_part_gap(m.part, 2 * SEG + 1),
	    2 * SEG + 1);
	check_code("place", place(&m, SEG, SEG + 10), WEIGH_OK);
	check_true("before it",
	    store_part_claim_last(m.part, 1000, &first, &len));
	check_u64("of one segment less", first, 2 * SEG - 1000);
	check_u64("no more than asked", len, 1000);
	check_true("all of a gap",
	    store_part_claim_last(m.part, SIZE, &first, &len));
	check_u64("behind what is held", first, SEG + 10);
	check_u64("up to what is brought", len, SEG - 1010);
	check_true("the first",
	    store_part_claim_last(m.part, SIZE, &first, &len));
	check_u64("first", first, 0);
	check_u64("up to what is held", len, SEG);
	check_true("none left",
	    !store_part_claim_last(m.part, SIZE, &first, &len));
	end(&m);
}

/* In a child that is killed without closing anything. */
static void
placed_by_one_who_is_killed(struct making *m, uint64_t from, uint64_t until)
{
	pid_t child;

	store_part_close(m->part);
	m->part = NULL;
	if ((child = fork()) == 0) {
		if (store_part_open(m->b.store, &m->oid, m->size, &m->part,
			NULL) != WEIGH_OK ||
		    place(m, from, until) != WEIGH_OK)
			_exit(1);
		(void)raise(SIGKILL);
	}
	check_true("killed", !check_came_through("child", child));
}

/* (8): a kill loses little, a restart sweeps nothing that can be gone on with. */
static void
test_kill(void **state)
{
	uint64_t held;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	placed_by_one_who_is_killed(&m, 0, SEG + SEG / 2);
	tmpdir_write(&m.b.dir, "incoming/parts/litter", "x", 1);
	blobs_reopen(&m.b, 0);
	check_true("swept", !tmpdir_has(&m.b.dir, "incoming/parts/litter"));
	reopen_part(&m);
	held = store_part_held(m.part);
	check_true("(8) not more than came", held <= SEG + SEG / 2);
	check_true("nearly all of it",
	    held + (128 << 10) + PIECE >= SEG + SEG / 2);
	check_u64("from the first on", store_part_run(m.part, 0), held);
	check_code("on", place(&m, held, SIZE), WEIGH_OK);
	finish(&m, "after a kill");
	end(&m);
}

/* (8): with every segment begun, each is gone on with from where it was, and one that
 * the disk has other bytes of is missing alone. */
static void
test_kill_amid_segments(void **state)
{
	static const uint64_t come[] = { SEG / 2, SEG / 3, SEG / 4, 12345 };
	struct making m;

	(void)state;
	begin(&m, SIZE);
	for (uint64_t n = 0; n < 4; n++)
		placed_by_one_who_is_killed(&m, n * SEG, n * SEG + come[n]);
	tmpdir_flip(&m.b.dir, part_path(&m, ""), (long long)SEG + 17);
	blobs_reopen(&m.b, 0);
	reopen_part(&m);
	for (uint64_t n = 0; n < 4; n++) {
		uint64_t run = store_part_run(m.part, n * SEG);

		check_true("not more than came", run <= come[n]);
		check_true("nearly all of it, but of the damaged one",
		    n == 1 ? run == 0 : run + (128 << 10) + PIECE >= come[n]);
		if (n != 1)
			check_true("some", run > 0);
		check_code("on",
		    place(&m, n * SEG + run, n == 3 ? SIZE : (n + 1) * SEG),
		    WEIGH_OK);
	}
	finish(&m, "after four kills");
	end(&m);
}

/* (8): unsynced bytes that the disk does not have are missing again. */
static void
test_lost_bytes(void **state)
{
	struct making m;

	(void)state;
	begin(&m, SIZE);
	placed_by_one_who_is_killed(&m, 0, 2 * SEG);
	tmpdir_flip(&m.b.dir, part_path(&m, ""), (long long)SEG + 17);
	blobs_reopen(&m.b, 0);
	reopen_part(&m);
	check_u64("the first segment", store_part_run(m.part, 0), SEG);
	check_u64("and no other", store_part_held(m.part), SEG);
	check_code("on", place(&m, SEG, SIZE), WEIGH_OK);
	finish(&m, "after a loss");
	end(&m);
}

/* A map that says nothing, or lies, is no map. */
static void
test_bad_map(void **state)
{
	static const struct row {
		const char *label;
		long long bit; /* of the map: this byte */
		uint64_t held;
	} rows[] = {
		{ "its head", 20, 0 },
		{ "the first segment", 64, SEG },
		{ "its chaining value", 64 + 20, SEG },
		{ "the second", 128 + 4, SEG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct making m;

		begin(&m, SIZE);
		check_code("place", place(&m, 0, 2 * SEG), WEIGH_OK);
		store_part_close(m.part);
		tmpdir_flip(&m.b.dir, part_path(&m, ".map"), rows[i].bit);
		blobs_reopen(&m.b, 0);
		reopen_part(&m);
		check_u64(rows[i].label, store_part_held(m.part), rows[i].held);
		while (store_part_held(m.part) < SIZE) {
			uint64_t first, len;

			check_true("claim",
			    store_part_claim(m.part, 0, SIZE, &first, &len));
			check_code("place", place(&m, first, first + len),
			    WEIGH_OK);
		}
		finish(&m, rows[i].label);
		end(&m);
	}
}

/* (9): the disk rots under what was hashed; nobody is blamed who sent it. */
static void
test_rot(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	uint64_t first, len;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	check_code("place", place(&m, 0, 2 * SEG), WEIGH_OK);
	store_part_close(m.part);
	/* Synced, and so not read again; and its chain is forgotten. */
	tmpdir_flip(&m.b.dir, part_path(&m, ""), (long long)SEG + 3);
	tmpdir_flip(&m.b.dir, part_path(&m, ".map"), 64 + 61);
	reopen_part(&m);
	check_u64("believed", store_part_held(m.part), SEG);
	check_code("the first again", place(&m, 0, SEG), WEIGH_OK);
	check_code("the rest", place(&m, 2 * SEG, SIZE), WEIGH_OK);
	check_code("(9) not mismatch", store_part_seal(m.part, &w, &blob, NULL),
	    WEIGH_CHANGED);
	check_true("that segment",
	    store_part_claim(m.part, 0, SIZE, &first, &len));
	check_u64("first", first, SEG);
	check_u64("len", len, SEG);
	check_code("again", place(&m, SEG, 2 * SEG), WEIGH_OK);
	finish(&m, "after rot");
	end(&m);
}

/* Bytes that are not the promised ones are dropped, all of them. */
static void
test_wrong_bytes(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	struct weigh_err err;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	m.bytes[2 * SEG + 5] ^= 1;
	check_code("place", place(&m, 0, SIZE), WEIGH_OK);
	check_code("refused", store_part_seal(m.part, &w, &blob, &err),
	    WEIGH_MISMATCH);
	check_has("in words", err.why, "promised");
	check_u64("empty", store_part_held(m.part), 0);
	m.bytes[2 * SEG + 5] ^= 1;
	check_code("again", place(&m, 0, SIZE), WEIGH_OK);
	finish(&m, "the second time");
	end(&m);
}

/* The list of the bytes, as a weighd would tell it. */
static uint8_t *
make_list(const struct making *m, size_t *count)
{
	struct weigh_hasher *h = weigh_hasher_new();
	struct weigh_oid oid;
	const uint8_t *list;
	uint8_t *copy;
	size_t bytes;

	check_true("update", weigh_hasher_update(h, m->bytes, m->size));
	check_true("final", weigh_hasher_final(h, &oid));
	list = weigh_hasher_list(h, &bytes);
	copy = malloc(bytes);
	assert_non_null(copy);
	memcpy(copy, list, bytes);
	*count = bytes / WEIGH_MIDSTATE_SIZE;
	weigh_hasher_free(h);
	return copy;
}

/* With a list a wrong segment is found as it fills, and is missing again. */
static void
test_list(void **state)
{
	uint64_t first, len;
	struct making m;
	uint8_t *list;
	size_t count;

	(void)state;
	begin(&m, SIZE);
	list = make_list(&m, &count);
	check_code("too short", store_part_list(m.part, list, count - 1, NULL),
	    WEIGH_MALFORMED);
	check_code("list", store_part_list(m.part, list, count, NULL),
	    WEIGH_OK);
	m.bytes[SEG + 9] ^= 1;
	check_code("wrong", place(&m, SEG, 2 * SEG), WEIGH_MISMATCH);
	m.bytes[SEG + 9] ^= 1;
	check_true("missing",
	    store_part_claim(m.part, SEG, SIZE, &first, &len));
	check_u64("from its first", first, SEG);
	check_code("right", place(&m, SEG, SIZE), WEIGH_OK);
	check_code("take", store_part_take(m.part, NULL), WEIGH_OK);
	m.bytes[9] ^= 1;
	check_code("the first wrong", place(&m, 0, SEG), WEIGH_MISMATCH);
	m.bytes[9] ^= 1;
	check_code("the first", place(&m, 0, SEG), WEIGH_OK);
	finish(&m, "with a list");
	free(list);
	end(&m);
}

/* A list that lies costs time, never truth: it is forgotten, and the bytes are right. */
static void
test_list_that_lies(void **state)
{
	struct making m;
	uint8_t *list;
	size_t count;

	(void)state;
	begin(&m, SIZE);
	list = make_list(&m, &count);
	check_code("the first", place(&m, 0, SEG), WEIGH_OK);
	list[1] ^= 1;
	check_code("another's", store_part_list(m.part, list, count, NULL),
	    WEIGH_MISMATCH);
	list[1] ^= 1;
	list[WEIGH_MIDSTATE_SIZE + 1] ^= 1;
	check_code("list", store_part_list(m.part, list, count, NULL),
	    WEIGH_OK);
	check_code("refused", place(&m, SEG, 2 * SEG), WEIGH_MISMATCH);
	check_code("forget it", store_part_list(m.part, NULL, 0, NULL),
	    WEIGH_OK);
	check_code("on", place(&m, SEG, SIZE), WEIGH_OK);
	finish(&m, "without the list");
	free(list);
	end(&m);
}

/* Abandoned after the seal, it is a part again; where the blob is already, it goes. */
static void
test_abandoned(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	struct making m;

	(void)state;
	begin(&m, SIZE);
	check_code("place", place(&m, 0, SIZE), WEIGH_OK);
	check_code("seal", store_part_seal(m.part, &w, &blob, NULL), WEIGH_OK);
	store_abandon(w);
	blobs_reopen(&m.b, 0);
	reopen_part(&m);
	check_u64("all of it", store_part_held(m.part), SIZE);
	check_code("meanwhile", blobs_put(&m.b, m.bytes, SIZE, PIECE, &blob),
	    WEIGH_OK);
	check_code("seal", store_part_seal(m.part, &w, &blob, NULL), WEIGH_OK);
	m.part = NULL;
	check_code("publish", store_publish(w, &blob, NULL), WEIGH_OK);
	check_true("it was there", blob.existed);
	check_u64("nothing left",
	    (uint64_t)tmpdir_count(&m.b.dir, "incoming/parts"), 0);
	end(&m);
}

struct told {
	unsigned parts;
	uint64_t held;
	int64_t changed;
};

static enum weigh_code
tell(void *ctx, const struct store_left *left, struct weigh_err *err)
{
	struct told *t = ctx;

	(void)err;
	t->parts++;
	t->held += left->held;
	t->changed = left->changed;
	return WEIGH_OK;
}

static void
test_each(void **state)
{
	struct told t = { 0, 0, 0 };
	struct making m;

	(void)state;
	begin(&m, SIZE);
	check_code("place", place(&m, SEG, 2 * SEG), WEIGH_OK);
	check_code("each", store_each_part(m.b.store, tell, &t, NULL),
	    WEIGH_OK);
	check_u64("one", t.parts, 1);
	check_u64("held", t.held, SEG);
	check_true("just now", time(NULL) - t.changed < 100);
	end(&m);
}

/* --- several senders at once --------------------------------------------------- */

#define SENDERS 4
#define MANY (16 * SEG + 99)

static void *
send_some(void *arg)
{
	struct making *m = arg;
	uint64_t first, len;

	while (store_part_claim(m->part, 0, 700000, &first, &len)) {
		if (place(m, first, first + len) != WEIGH_OK ||
		    store_part_take(m->part, NULL) != WEIGH_OK)
			return arg;
	}
	return NULL;
}

static void
test_senders(void **state)
{
	(void)state;
	for (int listed = 0; listed < 2; listed++) {
		pthread_t senders[SENDERS];
		struct making m;
		void *failed;

		begin(&m, MANY);
		if (listed) {
			size_t count;
			uint8_t *list = make_list(&m, &count);

			check_code("list",
			    store_part_list(m.part, list, count, NULL),
			    WEIGH_OK);
			free(list);
		}
		for (int i = 0; i < SENDERS; i++)
			check_true("thread",
			    pthread_create(&senders[i], NULL, send_some, &m) ==
				0);
		for (int i = 0; i < SENDERS; i++) {
			check_true("join",
			    pthread_join(senders[i], &failed) == 0);
			check_true("sent", failed == NULL);
		}
		finish(&m, "by four");
		end(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_claims_from_the_end),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_kill_amid_segments),
		cmocka_unit_test(test_lost_bytes),
		cmocka_unit_test(test_bad_map),
		cmocka_unit_test(test_rot),
		cmocka_unit_test(test_wrong_bytes),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_that_lies),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_senders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
