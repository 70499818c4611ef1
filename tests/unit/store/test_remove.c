/* Tests of taking blobs away and of telling which are held. */
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

#define SIZE (5 * MIB)
#define EACH 100 /* blobs: so many that some share a fan-out folder */
#define EACH_SIZE 100

static void
put_size(struct blobs *b, uint64_t seed, uint64_t size, struct store_blob *out)
{
	uint8_t *bytes = blobs_bytes(size, seed);

	check_code("put", blobs_put(b, bytes, size, MIB, out), WEIGH_OK);
	free(bytes);
}

static void
put(struct blobs *b, uint64_t seed, struct store_blob *out)
{
	put_size(b, seed, SIZE, out);
}

static void
check_gone(struct blobs *b, const struct weigh_oid *oid)
{
	struct stamp stamp;
	int fd;

	check_true("no blob", !tmpdir_has(&b->dir, blobs_path(oid, "")));
	check_true("no list", !tmpdir_has(&b->dir, blobs_path(oid, ".mid")));
	check_code("not found",
	    store_open_blob(b->store, oid, &fd, &stamp, NULL), WEIGH_NOT_FOUND);
	check_true("no descriptor", fd == -1);
}

static void
test_delete(void **state)
{
	struct store_blob blob, other;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	put(&b, 1, &blob);
	put(&b, 2, &other);
	check_code("delete", store_delete(b.store, &blob.oid, NULL), WEIGH_OK);
	check_gone(&b, &blob.oid);
	check_code("again", store_delete(b.store, &blob.oid, NULL), WEIGH_OK);
	check_true("the other stays",
	    tmpdir_has(&b.dir, blobs_path(&other.oid, "")));
	put(&b, 1, &blob);
	check_true("and may come back", !blob.existed);
	blobs_close(&b);
}

/* Moved away with its note; the same content may come in again. */
static void
test_quarantine(void **state)
{
	char hex[WEIGH_OID_HEX + 1], path[100];
	const char *suffix;
	struct store_blob blob;
	struct weigh_buf note;
	struct blobs b;
	int fd;

	(void)state;
	blobs_open(&b, 0);
	put(&b, 1, &blob);
	for (int round = 0; round < 2; round++) {
		check_code("quarantine",
		    store_quarantine(b.store, &blob.oid,
			round ? "again" : "segment 3 does not hold", NULL),
		    WEIGH_OK);
		check_gone(&b, &blob.oid);
		weigh_oid_hex(&blob.oid, hex);
		/* The second find of a name lies beside the first. */
		suffix = round ? ".1" : "";
		snprintf(path, sizeof(path), "quarantine/%s%s", hex, suffix);
		check_true("kept", tmpdir_has(&b.dir, path));
		snprintf(
		    path, sizeof(path), "quarantine/%s%s.why", hex, suffix);
		weigh_buf_init(&note, 100);
		fd = openat(b.dir.fd, path, O_RDONLY);
		check_true("a note", fd >= 0);
		note.len = (size_t)read(fd, weigh_buf_room(&note, 99), 99);
		close(fd);
		check_str("which says why", note.data,
		    round ? "again\n" : "segment 3 does not hold\n");
		weigh_buf_free(&note);
		check_code("not there any more",
		    store_quarantine(b.store, &blob.oid, "x", NULL),
		    WEIGH_NOT_FOUND);
		check_u64("bytes and note",
		    (uint64_t)tmpdir_count(&b.dir, "quarantine"),
		    round ? 4 : 2);
		put(&b, 1, &blob);
		check_true("not held when it came in", !blob.existed);
	}
	blobs_close(&b);
}

struct seen {
	unsigned count, stop_after;
	struct weigh_oid last;
};

static enum weigh_code
see(void *ctx, const struct weigh_oid *oid, uint64_t size,
    struct weigh_err *err)
{
	struct seen *seen = ctx;

	check_true("in order",
	    seen->count == 0 || memcmp(&seen->last, oid, sizeof(*oid)) < 0);
	check_u64("size", size, EACH_SIZE);
	seen->last = *oid;
	if (++seen->count == seen->stop_after)
		return weigh_fail(err, WEIGH_CANCELED, "enough");
	return WEIGH_OK;
}

/* Every blob once, in order; lists, strangers and links are not blobs. */
static void
test_each(void **state)
{
	struct seen seen = { .count = 0 };
	struct store_blob blob;
	struct weigh_err err;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	check_code("none", store_each(b.store, see, &seen, NULL), WEIGH_OK);
	check_u64("none", seen.count, 0);
	for (uint64_t seed = 0; seed < EACH; seed++)
		put_size(&b, seed, EACH_SIZE, &blob);
	tmpdir_write(&b.dir, "blobs/sha256/00/notes.txt", "x", 1);
	blob.oid.b[0] ^= 1;
	check_true("link",
	    symlinkat("/etc/passwd", b.dir.fd, blobs_path(&blob.oid, "")) == 0);
	check_code("all", store_each(b.store, see, &seen, NULL), WEIGH_OK);
	check_u64("all", seen.count, EACH);
	seen = (struct seen){ .stop_after = 3 };
	check_code("stops", store_each(b.store, see, &seen, &err),
	    WEIGH_CANCELED);
	check_u64("after three", seen.count, 3);
	check_str("with its words", err.why, "enough");
	blobs_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_quarantine),
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests_name("store, remove", tests, NULL, NULL);
}
