/*
 * (3) of gc.h: a child collects and is killed at its N-th call that lasts, for
 * every N until it comes through.  After each kill and the next start everything
 * live is there; after one more gc nothing else is.  The calls are replaced by
 * those below, which are this program's own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "blobs.h"
#include "check.h"
#include "gatehouse.h"
#include "gitrun.h"
#include "upkeep/gc.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define CALLS_MAX 500 /* far more than anything here makes */
#define LONE \
	"blobs/sha256/ab/abababababababababababababababababababababababababababababababab.mid"

/* --- calls that last ----------------------------------------------------------- */

static int until; /* calls before the last; 0: no end */

static void
count_call(void)
{
	if (until == 0 || --until > 0)
		return;
	kill(getpid(), SIGKILL);
	_exit(1);
}

int
unlinkat(int fd, const char *path, int how)
{
	count_call();
	return (int)syscall(SYS_unlinkat, fd, path, how);
}

int
unlink(const char *path)
{
	count_call();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int
fsync(int fd)
{
	(void)fd;
	count_call();
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	count_call();
	return 0;
}

int
rename(const char *from, const char *to)
{
	count_call();
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* --- a house with litter of every kind ------------------------------------------- */

static const struct gatehouse_file first[] = {
	{ "README.md", "# one\n", 0, 0 },
	{ "model.bin", NULL, 5 * MIB, 1 },
};
static const struct gatehouse_file second[] = {
	{ "README.md", "# two\n", 0, 0 },
	{ "model.bin", NULL, 5 * MIB, 1 },
	{ "sub/x", "x\n", 0, 0 },
};
static const struct gatehouse_file stray = { "stray.bin", NULL, 5 * MIB, 7 };

static void
add_blob(struct gatehouse *g, const struct gatehouse_file *file)
{
	uint8_t *bytes = blobs_bytes(file->noise, file->seed);
	struct store_writer *w;
	struct store_blob blob;

	check_code("begin", store_begin(g->store, 0, &w, NULL), WEIGH_OK);
	check_code("append", store_append(w, bytes, file->noise, NULL),
	    WEIGH_OK);
	check_code("seal", store_seal(w, NULL, &blob, NULL), WEIGH_OK);
	check_code("publish", store_publish(w, &blob, NULL), WEIGH_OK);
	free(bytes);
}

/* The row of a blob that no entry names. */
static void
add_row(struct gatehouse *g, const struct gatehouse_file *file)
{
	const struct weigh_oid oid = gatehouse_oid(file);
	const struct catalog_check check = {
		.blob = { .oid = oid, .size = file->noise },
		.state = CATALOG_GOOD,
		.time = 1000,
	};

	check_code("row", catalog_mark_blob(g->catalog, &check, NULL),
	    WEIGH_OK);
}

/* A blob with a row, a lone list, loose objects, and some in a pack. */
static void
litter(struct gatehouse *g)
{
	char path[400];

	add_blob(g, &stray);
	add_row(g, &stray);
	gatehouse_meddle(g,
	    "INSERT INTO blobs (oid, size, state, stamp_size, stamp_inode,"
	    " stamp_mtime, stamp_ctime)"
	    " VALUES (randomblob(32), 5, 0, 0, 0, 0, 0);"
	    "UPDATE totals SET blobs = blobs + 1, bytes = bytes + 5");
	tmpdir_write(&g->dir, LONE, "", 0);
	snprintf(path, sizeof(path), "%s/repos/models/acme/demo.git",
	    g->dir.path);
	check_u64("git",
	    (uint64_t)gitrun(&g->text, path, "-c",
		"alias.x=!echo packed | git hash-object -w --stdin"
		" && git cat-file --batch-all-objects"
		" --batch-check='%(objectname)'"
		" | git pack-objects -q objects/pack/pack"
		" && git prune-packed -q"
		" && echo loose | git hash-object -w --stdin",
		"x", NULL),
	    0);
}

static void
make_house(struct gatehouse *g)
{
	struct gate_publication p;

	gatehouse_make(g);
	check_code("first",
	    gatehouse_publish(g, &p, "acme/demo", "main", first, COUNT(first),
		NULL),
	    WEIGH_OK);
	check_code("second",
	    gatehouse_publish(g, &p, "acme/demo", "main", second, COUNT(second),
		NULL),
	    WEIGH_OK);
}

/* --- collecting --------------------------------------------------------------------- */

static void
forget(void *ctx, const struct gc_item *item)
{
	(void)ctx, (void)item;
}

static enum weigh_code
collect(struct gatehouse *g, struct gc *gc, bool dry)
{
	static struct store_progress progress;
	struct weigh_err err = { .code = WEIGH_OK };
	enum weigh_code rc;

	*gc = (struct gc){
		.gate = g->gate,
		.reader = g->reader,
		.dry = dry,
		.now = time(NULL) + 1,
		.progress = &progress,
		.item = forget,
	};
	rc = gc_run(gc, &err);
	check_code(rc != WEIGH_OK ? err.why : "gc", rc, WEIGH_OK);
	return rc;
}

static uint64_t
taken(const struct gc *gc)
{
	uint64_t count = 0;

	for (int kind = 0; kind < GC_KINDS; kind++)
		count += gc->sums[kind][GC_TAKEN].count;
	return count;
}

static void
check_live(struct gatehouse *g, const char *label)
{
	for (size_t i = 0; i < COUNT(second); i++) {
		struct weigh_oid oid = gatehouse_oid(&second[i]);

		check_true(label, tmpdir_has(&g->dir, blobs_path(&oid, "")));
	}
	gatehouse_fsck(g, label);
}

/* (3) Row before file: a kill leaves no row whose file has gone. */
static void
check_no_dangling_row(struct gatehouse *g, const char *label)
{
	struct weigh_oid oid = gatehouse_oid(&stray);
	char sql[160], hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&oid, hex);
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM blobs WHERE oid = x'%s'", hex);
	check_true(label,
	    gatehouse_number(g, sql) == 0 ||
		tmpdir_has(&g->dir, blobs_path(&oid, "")));
}

static void
test_each_kind(void **state)
{
	struct gatehouse g;
	struct gc gc;
	char *before, *after;

	(void)state;
	make_house(&g);
	litter(&g);
	before = gatehouse_picture(&g);
	collect(&g, &gc, true);
	after = gatehouse_picture(&g);
	check_str("(5) a dry run", after, before);
	free(after);
	check_u64("it counts", taken(&gc), 5);
	collect(&g, &gc, false);
	check_u64("blobs", gc.sums[GC_BLOB][GC_TAKEN].count, 1);
	check_u64("rows", gc.sums[GC_ROW][GC_TAKEN].count, 1);
	check_u64("lists", gc.sums[GC_LIST][GC_TAKEN].count, 1);
	check_u64("objects", gc.sums[GC_OBJECTS][GC_TAKEN].count, 2);
	check_u64("journal", gatehouse_journal(&g, "collect", "1 blobs"), 1);
	gatehouse_check(&g, "collected");
	check_live(&g, "collected");
	collect(&g, &gc, false);
	check_u64("a second time", taken(&gc), 0);
	free(before);
	gatehouse_remove(&g);
}

/* (1) What an intent names is no litter. */
static void
test_intended(void **state)
{
	struct weigh_oid oid = gatehouse_oid(&stray);
	struct catalog_intent intent = {
		.ref = "refs/heads/main", .blobs = &oid, .nblobs = 1
	};
	struct gatehouse g;
	struct gc gc;

	(void)state;
	make_house(&g);
	litter(&g);
	check_code("intend", catalog_intend(g.catalog, &intent, NULL),
	    WEIGH_OK);
	collect(&g, &gc, false);
	check_u64("blobs", gc.sums[GC_BLOB][GC_TAKEN].count, 0);
	check_u64("kept", gc.sums[GC_BLOB][GC_KEPT].count, 1);
	check_true("it is there", tmpdir_has(&g.dir, blobs_path(&oid, "")));
	gatehouse_remove(&g);
}

/* --- kills ------------------------------------------------------------------------------ */

static void
collect_and_end(struct gatehouse *g, int n)
{
	struct gc gc;

	gatehouse_open(g);
	until = n;
	collect(g, &gc, false);
	_exit(0);
}

static void
test_kills(void **state)
{
	bool through = false;
	struct gatehouse g;
	char label[64];
	struct gc gc;

	(void)state;
	make_house(&g);
	for (int n = 1; !through && n < CALLS_MAX; n++) {
		pid_t child;

		snprintf(label, sizeof(label), "killed at call %d", n);
		litter(&g);
		gatehouse_shut(&g);
		if ((child = fork()) == 0)
			collect_and_end(&g, n);
		through = check_came_through(label, child);
		check_u64(label, gatehouse_start(&g), 0);
		check_live(&g, label);
		check_no_dangling_row(&g, label);
		collect(&g, &gc, false);
		gatehouse_check(&g, label);
		check_live(&g, label);
		collect(&g, &gc, false);
		check_u64(label, taken(&gc), 0);
	}
	check_true("it came through in the end", through);
	gatehouse_remove(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind),
		cmocka_unit_test(test_intended),
		cmocka_unit_test(test_kills),
	};

	return cmocka_run_group_tests_name("gc", tests, NULL, NULL);
}
