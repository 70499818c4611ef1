/* Tests of daemon/store's writing half; the numbers are those of store.h. */
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

static const struct size_row {
	const char *label;
	uint64_t size;
	uint64_t entries; /* of the midstate list */
} sizes[] = {
	{ "empty", 0, 0 },
	{ "one byte", 1, 0 },
	{ "a segment less a byte", SEG - 1, 0 },
	{ "a segment", SEG, 0 },
	{ "a segment and a byte", SEG + 1, 1 },
	{ "9 MiB", 9 * MIB, 2 },
	{ "three segments", 3 * SEG, 2 },
};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* The blob on disk: right bytes (1), right mode, right list. */
static void
check_blob(struct blobs *b, const struct size_row *row, const uint8_t *bytes,
    const struct store_blob *blob)
{
	struct weigh_buf list;
	struct weigh_oid oid;
	struct stamp stamp;
	struct stat st;
	uint8_t *held;
	int fd;

	check_true(row->label, weigh_oid_of(&oid, bytes, row->size));
	check_true("its name", weigh_oid_equal(&oid, &blob->oid));
	check_u64("its size", blob->size, row->size);
	check_code(row->label,
	    store_open_blob(b->store, &oid, &fd, &stamp, NULL), WEIGH_OK);
	check_true("its stamp", stamp_equal(&stamp, &blob->stamp));
	check_true("fstat", fstat(fd, &st) == 0);
	check_u64("its mode", st.st_mode & 07777, 0444);
	check_u64("no other link", st.st_nlink, 1);

	held = malloc(row->size + 1);
	check_true("all read",
	    pread(fd, held, row->size + 1, 0) == (ssize_t)row->size);
	check_bytes(row->label, held, row->size, bytes, row->size);
	free(held);
	close(fd);

	check_u64("a list where there is one to keep",
	    tmpdir_has(&b->dir, blobs_path(&oid, ".mid")), row->entries > 0);
	weigh_buf_init(&list, MIB);
	check_code(row->label, store_midstates(b->store, &oid, &list, NULL),
	    WEIGH_OK);
	check_u64(row->label, list.len, row->entries * WEIGH_MIDSTATE_SIZE);
	weigh_buf_free(&list);
	check_u64("nothing left", (uint64_t)tmpdir_count(&b->dir, "incoming"),
	    0);
}

/* (1): by append, in pieces that do not fit the segments. */
static void
test_append(void **state)
{
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		blobs_open(&b, 0);
		bytes = blobs_bytes(sizes[i].size, i);
		check_code(sizes[i].label,
		    blobs_put(&b, bytes, sizes[i].size, 100003, &blob),
		    WEIGH_OK);
		check_true("new", !blob.existed);
		check_blob(&b, &sizes[i], bytes, &blob);
		free(bytes);
		blobs_close(&b);
	}
}

/* Take in a file of the folder; after `head`, bytes appended before it. */
static enum weigh_code
put_file(struct blobs *b, int fd, const void *head, size_t head_len,
    struct store_progress *progress, struct store_blob *out)
{
	struct store_writer *w;
	enum weigh_code rc;

	check_code("begin", store_begin(b->store, 0, &w, NULL), WEIGH_OK);
	rc = store_append(w, head, head_len, NULL);
	if (rc == WEIGH_OK)
		rc = store_append_file(w, fd, progress, NULL);
	if (rc == WEIGH_OK)
		rc = store_append(w, head, head_len, NULL);
	if (rc == WEIGH_OK)
		rc = store_seal(w, NULL, out, NULL);
	if (rc == WEIGH_OK)
		return store_publish(w, out, NULL);
	store_abandon(w);
	return rc;
}

/* (1): by file, small ones plainly and big ones with a helper; the user's file
 * keeps its one link. */
static void
test_append_file(void **state)
{
	struct store_progress progress;
	struct store_blob blob;
	struct stat st;
	struct blobs b;
	uint8_t *bytes;
	int fd;

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		blobs_open(&b, 0);
		bytes = blobs_bytes(sizes[i].size, 100 + i);
		tmpdir_write(&b.dir, "user", bytes, sizes[i].size);
		fd = openat(b.dir.fd, "user", O_RDONLY);
		atomic_init(&progress.bytes, 0);
		atomic_init(&progress.cancel, false);
		check_code(sizes[i].label,
		    put_file(&b, fd, "", 0, &progress, &blob), WEIGH_OK);
		check_u64("progress", atomic_load(&progress.bytes),
		    sizes[i].size);
		check_blob(&b, &sizes[i], bytes, &blob);
		check_true("fstat", fstat(fd, &st) == 0);
		check_u64("the user's file has no new link", st.st_nlink, 1);
		close(fd);
		free(bytes);
		blobs_close(&b);
	}
}

/* (1): bytes before and behind a file end up around it, whichever way it was
 * copied. */
static void
test_append_around_file(void **state)
{
	struct size_row row = { "around", 9 * MIB + 6, 2 };
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	bytes = blobs_bytes(row.size, 7);
	memcpy(bytes, "abc", 3);
	memcpy(bytes + row.size - 3, "abc", 3);
	tmpdir_write(&b.dir, "user", bytes + 3, 9 * MIB);
	fd = openat(b.dir.fd, "user", O_RDONLY);
	check_code("put", put_file(&b, fd, "abc", 3, NULL, &blob), WEIGH_OK);
	check_blob(&b, &row, bytes, &blob);

	/* And with nothing before it: the helper copies, append goes on. */
	check_code("put", put_file(&b, fd, "", 0, NULL, &blob), WEIGH_OK);
	row = (struct size_row){ "alone", 9 * MIB, 2 };
	check_blob(&b, &row, bytes + 3, &blob);
	close(fd);
	free(bytes);
	blobs_close(&b);
}

static void
test_file_then_append(void **state)
{
	struct size_row row = { "behind", 5 * MIB + 3, 1 };
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	bytes = blobs_bytes(row.size, 8);
	tmpdir_write(&b.dir, "user", bytes, 5 * MIB);
	fd = openat(b.dir.fd, "user", O_RDONLY);
	check_code("begin", store_begin(b.store, 0, &w, NULL), WEIGH_OK);
	check_code("file", store_append_file(w, fd, NULL, NULL), WEIGH_OK);
	check_code("more", store_append(w, bytes + 5 * MIB, 3, NULL), WEIGH_OK);
	check_code("seal", store_seal(w, NULL, &blob, NULL), WEIGH_OK);
	check_code("publish", store_publish(w, &blob, NULL), WEIGH_OK);
	check_blob(&b, &row, bytes, &blob);
	close(fd);
	free(bytes);
	blobs_close(&b);
}

/* (4): the same content again succeeds and changes nothing. */
static void
test_twice(void **state)
{
	struct store_blob first, second;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	blobs_open(&b, 0);
	bytes = blobs_bytes(9 * MIB, 1);
	check_code("first", blobs_put(&b, bytes, 9 * MIB, MIB, &first),
	    WEIGH_OK);
	check_code("second", blobs_put(&b, bytes, 9 * MIB, 77777, &second),
	    WEIGH_OK);
	check_true("it was here", second.existed);
	check_true("same file", stamp_equal(&first.stamp, &second.stamp));
	check_u64("ours dropped", (uint64_t)tmpdir_count(&b.dir, "incoming"),
	    0);
	check_u64("no quarantine", (uint64_t)tmpdir_count(&b.dir, "quarantine"),
	    0);
	free(bytes);
	blobs_close(&b);
}

/* (4): a lost list comes back with the same content. */
static void
test_twice_without_list(void **state)
{
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	blobs_open(&b, 0);
	bytes = blobs_bytes(9 * MIB, 1);
	check_code("first", blobs_put(&b, bytes, 9 * MIB, MIB, &blob),
	    WEIGH_OK);
	unlinkat(b.dir.fd, blobs_path(&blob.oid, ".mid"), 0);
	check_code("second", blobs_put(&b, bytes, 9 * MIB, MIB, &blob),
	    WEIGH_OK);
	check_true("the list is back",
	    tmpdir_has(&b.dir, blobs_path(&blob.oid, ".mid")));
	free(bytes);
	blobs_close(&b);
}

/* (4): what holds the name and cannot be the content goes to quarantine, and
 * the new one takes its place. */
static void
test_twice_over_bad(void **state)
{
	static const char *const rows[] = { "cut", "longer", "link", "folder" };
	struct store_blob blob;
	char hex[WEIGH_OID_HEX + 1], path[100];
	struct size_row row = { "again", 5 * MIB, 1 };
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	bytes = blobs_bytes(5 * MIB, 2);
	for (size_t i = 0; i < 4; i++) {
		blobs_open(&b, 0);
		check_code(rows[i], blobs_put(&b, bytes, 5 * MIB, MIB, &blob),
		    WEIGH_OK);
		unlinkat(b.dir.fd, blobs_path(&blob.oid, ""), 0);
		if (i == 0)
			tmpdir_write(&b.dir, blobs_path(&blob.oid, ""), "x", 1);
		else if (i == 1)
			tmpdir_write(&b.dir, blobs_path(&blob.oid, ""), bytes,
			    5 * MIB + 1);
		else if (i == 2)
			check_true("link",
			    symlinkat("/etc/passwd", b.dir.fd,
				blobs_path(&blob.oid, "")) == 0);
		else
			check_true("mkdir",
			    mkdirat(b.dir.fd, blobs_path(&blob.oid, ""),
				0755) == 0);
		check_code(rows[i], blobs_put(&b, bytes, 5 * MIB, MIB, &blob),
		    WEIGH_OK);
		check_true(rows[i], !blob.existed);
		check_blob(&b, &row, bytes, &blob);
		weigh_oid_hex(&blob.oid, hex);
		snprintf(path, sizeof(path), "quarantine/%s", hex);
		check_true("the old one is kept", tmpdir_has(&b.dir, path));
		blobs_close(&b);
	}
	free(bytes);
}

/* (4): a link is not a blob, even one as long as the blob. */
static void
test_twice_over_link(void **state)
{
	static const uint8_t bytes[] = "/etc/passwd";
	const uint64_t size = sizeof(bytes) - 1;
	struct size_row row = { "again", size, 0 };
	struct store_blob blob;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	check_code("put", blobs_put(&b, bytes, size, 4, &blob), WEIGH_OK);
	unlinkat(b.dir.fd, blobs_path(&blob.oid, ""), 0);
	check_true("link",
	    symlinkat((const char *)bytes, b.dir.fd,
		blobs_path(&blob.oid, "")) == 0);
	check_code("put", blobs_put(&b, bytes, size, 4, &blob), WEIGH_OK);
	check_true("new", !blob.existed);
	check_blob(&b, &row, bytes, &blob);
	blobs_close(&b);
}

/* (1): a promised digest that is not the bytes' refuses them. */
static void
test_wrong_want(void **state)
{
	struct weigh_err err;
	struct weigh_oid want;
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	check_true("want", weigh_oid_of(&want, "right", 5));
	check_code("begin", store_begin(b.store, 5, &w, NULL), WEIGH_OK);
	check_code("append", store_append(w, "wrong", 5, NULL), WEIGH_OK);
	check_code("not yet", store_sealed_fd(w, &fd, NULL), WEIGH_BUG);
	check_code("seal", store_seal(w, &want, &blob, &err), WEIGH_MISMATCH);
	check_has("says so", err.why, "promised was");
	check_code("no name for it", store_publish(w, &blob, NULL), WEIGH_BUG);
	check_u64("nothing left", (uint64_t)tmpdir_count(&b.dir, "incoming"),
	    0);
	check_true("not there", !tmpdir_has(&b.dir, blobs_path(&want, "")));
	blobs_close(&b);
}

/* (2): sealed bytes can be read and have no name yet. */
static void
test_sealed(void **state)
{
	struct weigh_oid want;
	struct store_writer *w;
	struct store_blob blob;
	char text[8] = "";
	struct blobs b;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	check_true("want", weigh_oid_of(&want, "right", 5));
	check_code("begin", store_begin(b.store, 5, &w, NULL), WEIGH_OK);
	check_code("append", store_append(w, "right", 5, NULL), WEIGH_OK);
	check_code("seal", store_seal(w, &want, &blob, NULL), WEIGH_OK);
	check_code("no more", store_append(w, "x", 1, NULL), WEIGH_BUG);
	check_true("no name", !tmpdir_has(&b.dir, blobs_path(&want, "")));
	check_code("fd", store_sealed_fd(w, &fd, NULL), WEIGH_OK);
	check_true("read", pread(fd, text, 8, 0) == 5);
	check_str("the bytes", text, "right");
	check_true("read-only", write(fd, "x", 1) < 0);
	close(fd);
	check_code("publish", store_publish(w, &blob, NULL), WEIGH_OK);
	check_true("a name", tmpdir_has(&b.dir, blobs_path(&want, "")));
	blobs_close(&b);
}

/* --- a file that changes ----------------------------------------------- */

struct meddler {
	struct store_progress progress;
	const struct tmpdir *dir;
	off_t (*meddle)(int fd); /* what is done once reading has begun */
	int done;
};

static off_t
write_in_place(int fd)
{
	return pwrite(fd, "!", 1, 0);
}

static off_t
cut_short(int fd)
{
	return ftruncate(fd, 5 * (off_t)MIB);
}

static off_t
make_longer(int fd)
{
	return pwrite(fd, "!", 1, 64 * (off_t)MIB);
}

static off_t
only_read(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0);
}

/* Wait until some bytes are hashed, then do it. */
static void *
meddler_main(void *arg)
{
	struct meddler *m = arg;
	int fd = openat(m->dir->fd, "user", O_RDWR);

	while (atomic_load(&m->progress.bytes) == 0)
		usleep(100);
	m->done = fd >= 0 && m->meddle(fd) >= 0;
	close(fd);
	return NULL;
}

static const struct meddle_row {
	const char *label;
	off_t (*meddle)(int fd);
	enum weigh_code want;
} meddles[] = {
	{ "a byte changed", write_in_place, WEIGH_CHANGED },
	{ "cut short", cut_short, WEIGH_CHANGED },
	{ "made longer", make_longer, WEIGH_CHANGED },
	{ "only read", only_read, WEIGH_OK },
};

/* Whether the meddler comes before the end is up to the scheduler, so the file
 * is big (64 MiB) and a run in which it came too late is done again. */
static enum weigh_code
meddled_put(struct blobs *b, const struct meddle_row *row)
{
	struct meddler m = { .dir = &b->dir, .meddle = row->meddle };
	struct store_writer *w;
	enum weigh_code rc;
	pthread_t thread;
	int fd;

	fd = openat(b->dir.fd, "user", O_RDONLY);
	check_code("begin", store_begin(b->store, 0, &w, NULL), WEIGH_OK);
	check_true("thread",
	    pthread_create(&thread, NULL, meddler_main, &m) == 0);
	rc = store_append_file(w, fd, &m.progress, NULL);
	atomic_fetch_add(&m.progress.bytes, 1); /* if nothing was hashed */
	pthread_join(thread, NULL);
	check_true("it was done", m.done);
	if (rc != WEIGH_OK)
		check_code("the writer is spent",
		    store_seal(w, NULL, NULL, NULL), WEIGH_BUG);
	store_abandon(w);
	close(fd);
	return rc;
}

static void
test_changing_file(void **state)
{
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	bytes = blobs_bytes(64 * MIB, 3);
	for (size_t i = 0; i < sizeof(meddles) / sizeof(meddles[0]); i++) {
		enum weigh_code rc = WEIGH_BUG;

		blobs_open(&b, 0);
		for (int tries = 0; tries < 20 && rc != meddles[i].want;
		     tries++) {
			tmpdir_write(&b.dir, "user", bytes, 64 * MIB);
			rc = meddled_put(&b, &meddles[i]);
		}
		check_code(meddles[i].label, rc, meddles[i].want);
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
		blobs_close(&b);
	}
	free(bytes);
}

static void
test_cancel(void **state)
{
	static const uint64_t of[] = { 1000, 9 * MIB };
	struct store_progress progress;
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;
	int fd;

	(void)state;
	bytes = blobs_bytes(9 * MIB, 4);
	for (size_t i = 0; i < 2; i++) {
		blobs_open(&b, 0);
		tmpdir_write(&b.dir, "user", bytes, of[i]);
		fd = openat(b.dir.fd, "user", O_RDONLY);
		atomic_init(&progress.bytes, 0);
		atomic_init(&progress.cancel, true);
		check_code("canceled",
		    put_file(&b, fd, "", 0, &progress, &blob), WEIGH_CANCELED);
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
		close(fd);
		blobs_close(&b);
	}
	free(bytes);
}

/* --- many at once ------------------------------------------------------ */

struct crowd {
	struct blobs *b;
	const uint8_t *bytes;
	int existed;
	enum weigh_code rc;
};

static void *
crowd_main(void *arg)
{
	struct crowd *c = arg;
	struct store_blob blob;

	for (int i = 0; i < 8 && c->rc == WEIGH_OK; i++) {
		/* Contents in the same order for all: they meet. */
		c->rc = blobs_put(c->b, c->bytes + i, 5 * MIB, MIB, &blob);
		c->existed += blob.existed;
	}
	return NULL;
}

/* (4): several threads bring the same contents; each is here once. */
static void
test_crowd(void **state)
{
	struct crowd crowd[4];
	pthread_t threads[4];
	struct blobs b;
	uint8_t *bytes;
	int existed = 0;

	(void)state;
	blobs_open(&b, 0);
	bytes = blobs_bytes(5 * MIB + 8, 6);
	for (int i = 0; i < 4; i++) {
		crowd[i] = (struct crowd){ .b = &b, .bytes = bytes };
		check_true("thread",
		    pthread_create(&threads[i], NULL, crowd_main, &crowd[i]) ==
			0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		check_code("all succeed", crowd[i].rc, WEIGH_OK);
		existed += crowd[i].existed;
	}
	check_u64("each was new once", (uint64_t)existed, 4 * 8 - 8);
	check_u64("nothing left", (uint64_t)tmpdir_count(&b.dir, "incoming"),
	    0);
	check_u64("nothing bad", (uint64_t)tmpdir_count(&b.dir, "quarantine"),
	    0);
	free(bytes);
	blobs_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_append_file),
		cmocka_unit_test(test_append_around_file),
		cmocka_unit_test(test_file_then_append),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_twice_without_list),
		cmocka_unit_test(test_twice_over_bad),
		cmocka_unit_test(test_twice_over_link),
		cmocka_unit_test(test_wrong_want),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_changing_file),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_crowd),
	};

	return cmocka_run_group_tests_name("store, ingest", tests, NULL, NULL);
}
