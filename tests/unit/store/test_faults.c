/*
 * Faults in the store's system calls: the N-th call of a kind fails, for every N
 * until a run passes without a fault; and the order of the calls.  The calls are
 * replaced by those below, which are this program's own.
 */
#undef _FORTIFY_SOURCE /* it would make an inline function of pread */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

/* --- the calls ------------------------------------------------------------- */

enum call {
	CALL_NONE,
	CALL_WRITE,
	CALL_FSYNC,
	CALL_RENAME,
	CALL_RENAME2,
	CALL_CHMOD,
	CALL_READ
};

static struct {
	enum call kind; /* that fails */
	int error;
	atomic_int until; /* calls of the kind before it does; once */
	atomic_int hits;
	bool always; /* and every one after it */
	bool trace;
	char traced[200];
} fault;

static bool
fails(enum call kind, const char *letter)
{
	size_t len = strlen(fault.traced);

	if (fault.trace && len < sizeof(fault.traced) - 1 &&
	    (len == 0 || *letter != 'w' || fault.traced[len - 1] != 'w'))
		strcat(fault.traced, letter);
	if (kind != fault.kind)
		return false;
	if (atomic_fetch_sub(&fault.until, 1) > 0 ||
	    (!fault.always && atomic_load(&fault.hits) > 0))
		return false;
	atomic_fetch_add(&fault.hits, 1);
	errno = fault.error;
	return true;
}

ssize_t
write(int fd, const void *data, size_t len)
{
	if (fd > STDERR_FILENO && fails(CALL_WRITE, "w"))
		return -1;
	return syscall(SYS_write, fd, data, len);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	if (fails(CALL_WRITE, "w"))
		return -1;
	return syscall(SYS_pwrite64, fd, data, len, at);
}

/* No letter: what is read leaves no trace. */
ssize_t
pread(int fd, void *data, size_t len, off_t at)
{
	if (fault.kind == CALL_READ && fails(CALL_READ, ""))
		return -1;
	return syscall(SYS_pread64, fd, data, len, at);
}

int
fsync(int fd)
{
	return fails(CALL_FSYNC, "s") ? -1 : (int)syscall(SYS_fsync, fd);
}

int
renameat(int from, const char *name, int to, const char *name2)
{
	if (fails(CALL_RENAME, "r"))
		return -1;
	return (int)syscall(SYS_renameat2, from, name, to, name2, 0);
}

int
renameat2(int from, const char *name, int to, const char *name2, unsigned how)
{
	if (fails(CALL_RENAME2, "n"))
		return -1;
	return (int)syscall(SYS_renameat2, from, name, to, name2, how);
}

int
fchmod(int fd, mode_t mode)
{
	return fails(CALL_CHMOD, "m") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

static void
fault_set(enum call kind, int error, int until)
{
	fault.kind = kind;
	fault.error = error;
	fault.always = false;
	atomic_store(&fault.until, until);
	atomic_store(&fault.hits, 0);
}

/* --- order ------------------------------------------------------------------- */

/* (2): bytes, mode, fsync; the list likewise and its name; then the blob's name,
 * then the folder.  "r" once more at first: the digest as name in incoming/. */
static void
test_order(void **state)
{
	static const struct {
		const char *label;
		uint64_t size;
		bool twice;
		const char *want;
	} rows[] = {
		{ "without a list", 1000, false, "wmsrns" },
		{ "with a list", 5 * MIB, false, "wmsrwmsrns" },
		{ "here already", 5 * MIB, true, "wmsrs" },
	};
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	bytes = blobs_bytes(5 * MIB, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		blobs_open(&b, 0);
		if (rows[i].twice)
			check_code("once",
			    blobs_put(&b, bytes, rows[i].size, MIB, &blob),
			    WEIGH_OK);
		fault.traced[0] = '\0';
		fault.trace = true;
		check_code(rows[i].label,
		    blobs_put(&b, bytes, rows[i].size, MIB, &blob), WEIGH_OK);
		fault.trace = false;
		check_str(rows[i].label, fault.traced, rows[i].want);
		blobs_close(&b);
	}
	free(bytes);
}

/* Begin, append, seal: `text` is one of many that will be published together. */
static struct store_writer *
sealed(struct blobs *b, const char *text, struct store_blob *blob)
{
	struct store_writer *w;

	check_code("begin", store_begin(b->store, 0, &w, NULL), WEIGH_OK);
	check_code("append", store_append(w, text, strlen(text), NULL),
	    WEIGH_OK);
	check_code("seal", store_seal(w, NULL, blob, NULL), WEIGH_OK);
	return w;
}

/* Three contents, of which the first two lie in one folder. */
static void
seal_three(struct blobs *b, struct store_writer *w[3],
    struct store_blob blob[3])
{
	struct weigh_oid oid;
	char text[32];
	unsigned n = 0;

	w[0] = sealed(b, "the first", &blob[0]);
	do {
		snprintf(text, sizeof(text), "beside it %u", n++);
		check_true("hash", weigh_oid_of(&oid, text, strlen(text)));
	} while (blob[0].oid.b[0] != oid.b[0] && n < 100000);
	w[1] = sealed(b, text, &blob[1]);
	w[2] = sealed(b, "elsewhere", &blob[2]);
	check_true("elsewhere", blob[0].oid.b[0] != blob[2].oid.b[0]);
}

/* (2) for many: all names, then each folder once; nothing is synced for a batch
 * without names. */
static void
test_order_of_a_batch(void **state)
{
	struct store_batch batch = { 0 };
	struct store_writer *w[3];
	struct store_blob blob[3];
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	seal_three(&b, w, blob);
	fault.traced[0] = '\0';
	fault.trace = true;
	for (int i = 0; i < 3; i++)
		check_code("publish",
		    store_publish_in(w[i], &batch, &blob[i], NULL), WEIGH_OK);
	check_code("sync", store_batch_sync(b.store, &batch, NULL), WEIGH_OK);
	check_code("again", store_batch_sync(b.store, &batch, NULL), WEIGH_OK);
	fault.trace = false;
	check_str("order", fault.traced, "nnnss");
	blobs_close(&b);
}

/* A folder that cannot be synced fails the batch, and all can be taken back; a
 * blob that was here counts, for who named it may not have synced it. */
static void
test_batch_that_fails(void **state)
{
	struct store_batch batch = { 0 };
	struct store_writer *w[3];
	struct store_blob blob[3];
	struct blobs b;

	(void)state;
	for (int n = 0; n < 2; n++) {
		blobs_open(&b, 0);
		seal_three(&b, w, blob);
		for (int i = 0; i < 3; i++)
			check_code("publish",
			    store_publish_in(w[i], &batch, &blob[i], NULL),
			    WEIGH_OK);
		fault_set(CALL_FSYNC, EIO, n);
		check_code("sync", store_batch_sync(b.store, &batch, NULL),
		    WEIGH_IO);
		fault_set(CALL_NONE, 0, 0);
		w[0] = sealed(&b, "the first", &blob[0]);
		check_code("publish again",
		    store_publish_in(w[0], &batch, &blob[0], NULL), WEIGH_OK);
		check_true("it was here", blob[0].existed);
		fault_set(CALL_FSYNC, EIO, 0);
		check_code("and is in the batch",
		    store_batch_sync(b.store, &batch, NULL), WEIGH_IO);
		fault_set(CALL_NONE, 0, 0);
		for (int i = 0; i < 3; i++)
			check_code("delete",
			    store_delete(b.store, &blob[i].oid, NULL),
			    WEIGH_OK);
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
		blobs_close(&b);
	}
}

/* Taking away: the note and its folder, then the move and both folders; a removal
 * and its folder. */
static void
test_order_of_removal(void **state)
{
	struct store_blob blob;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	for (int away = 0; away < 2; away++) {
		check_code("put",
		    blobs_put(&b, (const uint8_t *)"abc", 3, 3, &blob),
		    WEIGH_OK);
		fault.traced[0] = '\0';
		fault.trace = true;
		check_code("remove",
		    away ? store_quarantine(b.store, &blob.oid, "x", NULL) :
			   store_delete(b.store, &blob.oid, NULL),
		    WEIGH_OK);
		fault.trace = false;
		check_str("order", fault.traced, away ? "wmsrsrss" : "s");
	}
	blobs_close(&b);
}

/* --- every N ------------------------------------------------------------------- */

static const struct fault_row {
	const char *label;
	enum call kind;
	int error;
	enum weigh_code want;
} faults[] = {
	{ "write: full", CALL_WRITE, ENOSPC, WEIGH_FULL },
	{ "write: quota", CALL_WRITE, EDQUOT, WEIGH_FULL },
	{ "write: error", CALL_WRITE, EIO, WEIGH_IO },
	{ "fsync: error", CALL_FSYNC, EIO, WEIGH_IO },
	{ "fsync: full", CALL_FSYNC, ENOSPC, WEIGH_FULL },
	{ "rename: full", CALL_RENAME, ENOSPC, WEIGH_FULL },
	{ "rename: read-only", CALL_RENAME, EROFS, WEIGH_IO },
	{ "the last rename", CALL_RENAME2, EIO, WEIGH_IO },
	{ "fchmod", CALL_CHMOD, EIO, WEIGH_IO },
};

static int
open_descriptors(void)
{
	struct tmpdir self = { .fd = AT_FDCWD };

	return tmpdir_count(&self, "/proc/self/fd");
}

/* (3), (5): whatever failed, the blob has no name, nothing is left, no descriptor
 * stays open, and the next attempt succeeds. */
static void
check_after(struct blobs *b, const char *label, const uint8_t *bytes,
    int descriptors)
{
	struct store_finding f;
	struct store_blob blob;
	struct weigh_oid oid;

	fault_set(CALL_NONE, 0, 0);
	check_true(label, weigh_oid_of(&oid, bytes, 5 * MIB));
	check_true(label, !tmpdir_has(&b->dir, blobs_path(&oid, "")));
	check_true(label, !tmpdir_has(&b->dir, blobs_path(&oid, ".mid")));
	check_u64(label, (uint64_t)tmpdir_count(&b->dir, "incoming"), 0);
	check_u64(label, (uint64_t)open_descriptors(), (uint64_t)descriptors);
	check_code(label, blobs_put(b, bytes, 5 * MIB, MIB, &blob), WEIGH_OK);
	check_true("new", !blob.existed);
	check_code(label,
	    store_verify(b->store, &oid, 5 * MIB, 1, NULL, &f, NULL), WEIGH_OK);
	check_true(label, f.ok && f.problem[0] == '\0');
	check_code(label, store_delete(b->store, &oid, NULL), WEIGH_OK);
}

static void
test_put(void **state)
{
	struct store_blob blob;
	enum weigh_code rc;
	struct blobs b;
	uint8_t *bytes;
	int n, descriptors;

	(void)state;
	bytes = blobs_bytes(5 * MIB, 1);
	blobs_open(&b, 0);
	descriptors = open_descriptors();
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		for (n = 0; n < 100; n++) {
			fault_set(faults[i].kind, faults[i].error, n);
			rc = blobs_put(&b, bytes, 5 * MIB, MIB, &blob);
			if (atomic_load(&fault.hits) == 0)
				break;
			check_code(faults[i].label, rc, faults[i].want);
			check_after(&b, faults[i].label, bytes, descriptors);
		}
		check_code("no fault any more", rc, WEIGH_OK);
		check_true("there was one", n > 0);
		fault_set(CALL_NONE, 0, 0);
		check_code("delete", store_delete(b.store, &blob.oid, NULL),
		    WEIGH_OK);
	}
	free(bytes);
	blobs_close(&b);
}

/* Without RENAME_NOREPLACE a link does the same, and replaces nothing either. */
static void
test_without_renameat2(void **state)
{
	static const int errors[] = { EINVAL, ENOSYS };
	struct store_blob first, blob;
	struct stat st;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	bytes = blobs_bytes(5 * MIB, 1);
	for (size_t i = 0; i < 2; i++) {
		blobs_open(&b, 0);
		fault_set(CALL_RENAME2, errors[i], 0);
		fault.always = true;
		check_code("put", blobs_put(&b, bytes, 5 * MIB, MIB, &first),
		    WEIGH_OK);
		check_u64("asked", (uint64_t)atomic_load(&fault.hits), 1);
		check_true("stat",
		    fstatat(b.dir.fd, blobs_path(&first.oid, ""), &st, 0) == 0);
		check_u64("one link", st.st_nlink, 1);
		check_code("again", blobs_put(&b, bytes, 5 * MIB, MIB, &blob),
		    WEIGH_OK);
		check_true("not replaced",
		    blob.existed && stamp_equal(&first.stamp, &blob.stamp));
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
		fault_set(CALL_NONE, 0, 0);
		blobs_close(&b);
	}
	free(bytes);
}

/* --- a whole file --------------------------------------------------------------- */

static enum weigh_code
put_file(struct blobs *b, struct store_blob *out)
{
	struct store_writer *w;
	enum weigh_code rc;
	int fd;

	fd = openat(b->dir.fd, "user", O_RDONLY);
	check_code("begin", store_begin(b->store, 0, &w, NULL), WEIGH_OK);
	rc = store_append_file(w, fd, NULL, NULL);
	if (rc == WEIGH_OK)
		rc = store_seal(w, NULL, out, NULL);
	if (rc == WEIGH_OK)
		rc = store_publish(w, out, NULL);
	else
		store_abandon(w);
	close(fd);
	return rc;
}

/* Two threads take a file in: whichever meets the fault, the blob fails and both
 * end; what may be tried again is. */
static const struct copy_row {
	const char *label;
	enum call kind;
	int error;
	enum weigh_code want;
} copies[] = {
	{ "a disk that is full", CALL_WRITE, ENOSPC, WEIGH_FULL },
	{ "a quota that is full", CALL_WRITE, EDQUOT, WEIGH_FULL },
	{ "a write that fails", CALL_WRITE, EIO, WEIGH_IO },
	{ "a write that is interrupted", CALL_WRITE, EINTR, WEIGH_OK },
	{ "a file that cannot be read", CALL_READ, EIO, WEIGH_IO },
	{ "a read that is interrupted", CALL_READ, EINTR, WEIGH_OK },
};

static void
test_copy(void **state)
{
	struct store_finding f;
	struct store_blob blob;
	enum weigh_code rc;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	bytes = blobs_bytes(9 * MIB, 2);
	for (size_t i = 0; i < 3 * sizeof(copies) / sizeof(copies[0]); i++) {
		const struct copy_row *row = &copies[i / 3];

		blobs_open(&b, 0);
		tmpdir_write(&b.dir, "user", bytes, 9 * MIB);
		fault_set(row->kind, row->error, (int)(i % 3) * 17);
		rc = put_file(&b, &blob);
		if (atomic_load(&fault.hits) > 0)
			check_code(row->label, rc, row->want);
		else
			check_code("not asked", rc, WEIGH_OK);
		fault_set(CALL_NONE, 0, 0);
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
		if (rc == WEIGH_OK) {
			check_code("verify",
			    store_verify(b.store, &blob.oid, 9 * MIB, 1, NULL,
				&f, NULL),
			    WEIGH_OK);
			check_true(row->label, f.ok);
		}
		blobs_close(&b);
	}
	free(bytes);
}

/* --- reading again -------------------------------------------------------------- */

/* Neighbors are checked together.  A piece that cannot be read condemns its own
 * segment and not the one beside it, whichever of the two it is. */
static void
test_verify_unreadable(void **state)
{
	struct store_finding f;
	struct store_blob blob;
	unsigned seen[3] = { 0 };
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	bytes = blobs_bytes(9 * MIB, 3);
	blobs_open(&b, 0);
	check_code("put", blobs_put(&b, bytes, 9 * MIB, MIB, &blob), WEIGH_OK);
	for (int n = 0; n < 1000; n += 3) {
		fault_set(CALL_READ, EIO, n);
		check_code("verify",
		    store_verify(b.store, &blob.oid, 9 * MIB, 1, NULL, &f,
			NULL),
		    WEIGH_OK);
		if (atomic_load(&fault.hits) == 0)
			break;
		check_true("found", !f.ok);
		check_u64("one segment", f.bad_count, 1);
		check_true("of three", f.bad[0] < 3);
		seen[f.bad[0]]++;
	}
	check_true("without a fault", f.ok);
	check_true("each of them", seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
	fault_set(CALL_NONE, 0, 0);
	free(bytes);
	blobs_close(&b);
}

/* --- quarantine ------------------------------------------------------------------ */

/* A quarantine that fails leaves the blob where it was, or has moved it; it can
 * always be done again. */
static void
test_quarantine(void **state)
{
	static const struct fault_row rows[] = {
		{ "write", CALL_WRITE, ENOSPC, WEIGH_FULL },
		{ "fsync", CALL_FSYNC, EIO, WEIGH_IO },
		{ "rename", CALL_RENAME, EROFS, WEIGH_IO },
	};
	struct store_blob blob;
	enum weigh_code rc;
	struct blobs b;
	int before, n;

	(void)state;
	blobs_open(&b, 0);
	for (size_t i = 0; i < 3; i++) {
		for (n = 0; n < 20; n++) {
			fault_set(CALL_NONE, 0, 0);
			check_code("put",
			    blobs_put(&b, (const uint8_t *)"abc", 3, 3, &blob),
			    WEIGH_OK);
			before = tmpdir_count(&b.dir, "quarantine");
			fault_set(rows[i].kind, rows[i].error, n);
			rc = store_quarantine(b.store, &blob.oid, "x", NULL);
			if (atomic_load(&fault.hits) == 0)
				break;
			check_code(rows[i].label, rc, rows[i].want);
			check_true("here or there",
			    tmpdir_has(&b.dir, blobs_path(&blob.oid, "")) ||
				tmpdir_count(&b.dir, "quarantine") > before);
		}
		check_code("no fault any more", rc, WEIGH_OK);
		check_true("there was one", n > 0);
		check_true("gone",
		    !tmpdir_has(&b.dir, blobs_path(&blob.oid, "")));
	}
	fault_set(CALL_NONE, 0, 0);
	blobs_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_of_a_batch),
		cmocka_unit_test(test_batch_that_fails),
		cmocka_unit_test(test_order_of_removal),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_without_renameat2),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_verify_unreadable),
		cmocka_unit_test(test_quarantine),
	};

	return cmocka_run_group_tests_name("store, faults", tests, NULL, NULL);
}
