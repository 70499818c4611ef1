/* Tests of what stops daemon/store's writing half, and of what is left then; the
 * numbers are those of store.h. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

/* Only regular files are taken in. */
static void
test_no_file(void **state)
{
	struct store_writer *w;
	struct blobs b;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	check_code("begin", store_begin(b.store, 0, &w, NULL), WEIGH_OK);
	fd = open("/dev/zero", O_RDONLY);
	check_code("a device", store_append_file(w, fd, NULL, NULL),
	    WEIGH_MALFORMED);
	close(fd);
	store_abandon(w);
	blobs_close(&b);
}

/* (3): an abandoned writer leaves nothing, at whatever point. */
static void
test_abandon(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	for (int stage = 0; stage < 3; stage++) {
		check_code("begin", store_begin(b.store, MIB, &w, NULL),
		    WEIGH_OK);
		check_u64("something there",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 1);
		if (stage > 0)
			check_code("append", store_append(w, "abc", 3, NULL),
			    WEIGH_OK);
		if (stage > 1)
			check_code("seal", store_seal(w, NULL, &blob, NULL),
			    WEIGH_OK);
		store_abandon(w);
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
	}
	store_abandon(NULL);
	blobs_close(&b);
}

/* Room is promised to one writer at a time, and given back when it is sealed. */
static void
test_room(void **state)
{
	struct store_writer *first, *second = NULL;
	struct store_blob blob;
	struct weigh_err err;
	struct blobs b;
	uint64_t most;

	(void)state;
	blobs_open(&b, 0);
	most = store_room(b.store) / 3 * 2;
	check_code("two thirds", store_begin(b.store, most, &first, NULL),
	    WEIGH_OK);
	check_code("twice is too much",
	    store_begin(b.store, most, &second, &err), WEIGH_FULL);
	check_true("no writer", second == NULL);
	check_has("says so", err.why, "no room for");
	check_code("seal", store_seal(first, NULL, &blob, NULL), WEIGH_OK);
	check_code("now it fits", store_begin(b.store, most, &second, NULL),
	    WEIGH_OK);
	store_abandon(first);
	store_abandon(second);
	check_code("and again", store_begin(b.store, most, &first, NULL),
	    WEIGH_OK);
	store_abandon(first);
	check_u64("nothing left", (uint64_t)tmpdir_count(&b.dir, "incoming"),
	    0);
	blobs_close(&b);
}

/* keep_free above what is free: no room, at once, and reading goes on. */
static void
test_keep_free(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	struct stamp stamp;
	struct blobs b;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	check_code("put", blobs_put(&b, (const uint8_t *)"abc", 3, 3, &blob),
	    WEIGH_OK);
	check_true("there is room", store_room(b.store) > 0);
	blobs_reopen(&b, UINT64_MAX);
	check_u64("no room", store_room(b.store), 0);
	check_code("unknown size", store_begin(b.store, 0, &w, NULL),
	    WEIGH_FULL);
	check_code("known size", store_begin(b.store, 1, &w, NULL), WEIGH_FULL);
	check_u64("nothing left", (uint64_t)tmpdir_count(&b.dir, "incoming"),
	    0);
	check_code("reading goes on",
	    store_open_blob(b.store, &blob.oid, &fd, &stamp, NULL), WEIGH_OK);
	close(fd);
	blobs_close(&b);
}

/* A file system of the given size over the test's folder, in a mount namespace of our
 * own, so nobody else sees it.  Needs root. */
static bool
mount_small(struct tmpdir *dir, const char *size)
{
	char options[64];

	snprintf(options, sizeof(options), "size=%s", size);
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", dir->path, "tmpfs", 0, options) != 0)
		return false;
	close(dir->fd);
	dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir->fd >= 0;
}

/* The disk fills up while a blob is written, by append and by file: full, what
 * was written is given back, and it works again when there is room. */
static void
test_disk_full(void **state)
{
	struct store_writer *w;
	struct store_blob blob;
	struct blobs b;
	uint8_t *bytes;
	int fd;

	(void)state;
	tmpdir_make(&b.dir);
	if (!mount_small(&b.dir, "24m")) {
		print_message("skipped: cannot mount a tmpfs here\n");
		tmpdir_remove(&b.dir);
		skip();
	}
	b.store = NULL;
	blobs_reopen(&b, 0);
	bytes = blobs_bytes(9 * MIB, 9);
	tmpdir_write(&b.dir, "user", bytes, 9 * MIB);
	for (int by_file = 0; by_file < 2; by_file++) {
		check_code("fits", store_begin(b.store, 9 * MIB, &w, NULL),
		    WEIGH_OK);
		tmpdir_write(&b.dir, "other", bytes, 9 * MIB);
		fd = openat(b.dir.fd, "user", O_RDONLY);
		check_code("no longer",
		    by_file ? store_append_file(w, fd, NULL, NULL) :
			      store_append(w, bytes, 9 * MIB, NULL),
		    WEIGH_FULL);
		close(fd);
		check_code("spent", store_seal(w, NULL, &blob, NULL),
		    WEIGH_BUG);
		store_abandon(w);
		check_u64("nothing left",
		    (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
		unlinkat(b.dir.fd, "other", 0);
	}
	check_code("room again", blobs_put(&b, bytes, 9 * MIB, MIB, &blob),
	    WEIGH_OK);
	check_code("not twice", store_begin(b.store, 9 * MIB, &w, NULL),
	    WEIGH_FULL);
	free(bytes);
	store_close(b.store);
	close(b.dir.fd);
	check_true("umount", umount2(b.dir.path, MNT_DETACH) == 0);
	check_true("rmdir", rmdir(b.dir.path) == 0);
}

/* (3): the next start finds incoming/ as a kill left it, and empties it. */
static void
test_sweep(void **state)
{
	char hex[WEIGH_OID_HEX + 1], path[120];
	struct store_blob held;
	struct weigh_oid oid;
	struct blobs b;
	uint8_t *bytes;

	(void)state;
	blobs_open(&b, 0);
	bytes = blobs_bytes(5 * MIB, 5);
	check_code("put", blobs_put(&b, bytes, 5 * MIB, MIB, &held), WEIGH_OK);
	tmpdir_write(&b.dir, "incoming/0000000000000000.part", "abc", 3);
	mkdirat(b.dir.fd, "incoming/folder", 0755);
	tmpdir_write(&b.dir, "incoming/folder/x", "abc", 3);
	/* Killed between list and name: the list goes with it. */
	check_true("oid", weigh_oid_of(&oid, "killed", 6));
	weigh_oid_hex(&oid, hex);
	snprintf(path, sizeof(path), "incoming/%s.0000000000000001", hex);
	tmpdir_write(&b.dir, path, "killed", 6);
	tmpdir_write(&b.dir, blobs_path(&oid, ".mid"), "list", 4);
	/* Killed while bringing in what is held: that keeps its list. */
	weigh_oid_hex(&held.oid, hex);
	snprintf(path, sizeof(path), "incoming/%s.0000000000000002", hex);
	tmpdir_write(&b.dir, path, bytes, 5 * MIB);

	blobs_reopen(&b, 0);
	check_u64("swept", (uint64_t)tmpdir_count(&b.dir, "incoming"), 0);
	check_true("no list without a blob",
	    !tmpdir_has(&b.dir, blobs_path(&oid, ".mid")));
	check_true("the blob stays",
	    tmpdir_has(&b.dir, blobs_path(&held.oid, "")));
	check_true("and its list",
	    tmpdir_has(&b.dir, blobs_path(&held.oid, ".mid")));
	free(bytes);
	blobs_close(&b);
}

/* (6): a fan-out folder that is a link is refused, and nothing lands where it
 * points. */
static void
test_planted_link(void **state)
{
	const struct store_options options = { .keep_free = 0 };
	struct weigh_err err = { .code = WEIGH_OK };
	struct store_writer *w;
	struct store_finding finding;
	struct store_blob blob;
	char fan[32], hex[WEIGH_OID_HEX + 1];
	struct stamp stamp;
	struct blobs b;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	check_code("begin", store_begin(b.store, 3, &w, NULL), WEIGH_OK);
	check_code("append", store_append(w, "abc", 3, NULL), WEIGH_OK);
	check_code("seal", store_seal(w, NULL, &blob, NULL), WEIGH_OK);
	weigh_oid_hex(&blob.oid, hex);
	snprintf(fan, sizeof(fan), "blobs/sha256/%.2s", hex);
	check_true("rmdir", unlinkat(b.dir.fd, fan, AT_REMOVEDIR) == 0);
	check_true("mkdir", mkdirat(b.dir.fd, "elsewhere", 0755) == 0);
	check_true("link", symlinkat("../../elsewhere", b.dir.fd, fan) == 0);

	check_code("publish", store_publish(w, &blob, &err), WEIGH_IO);
	check_has("names the folder", err.why, "cannot open blobs/sha256/");
	check_u64("nothing landed", (uint64_t)tmpdir_count(&b.dir, "elsewhere"),
	    0);
	check_code("open",
	    store_open_blob(b.store, &blob.oid, &fd, &stamp, NULL), WEIGH_IO);
	check_code("verify",
	    store_verify(b.store, &blob.oid, 3, 1, NULL, &finding, NULL),
	    WEIGH_IO);
	check_true("not ok", !finding.ok);
	check_code("delete", store_delete(b.store, &blob.oid, NULL), WEIGH_IO);

	/* The folders above it too. */
	store_close(b.store);
	renameat(b.dir.fd, "incoming", b.dir.fd, "away");
	check_true("link", symlinkat("away", b.dir.fd, "incoming") == 0);
	check_code("store_open", store_open(&b.store, b.dir.fd, &options, NULL),
	    WEIGH_IO);
	check_true("no store", b.store == NULL);
	blobs_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_abandon),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_keep_free),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_planted_link),
		cmocka_unit_test(test_disk_full),
	};

	return cmocka_run_group_tests_name("store, stop", tests, NULL, NULL);
}
