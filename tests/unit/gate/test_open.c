/*
 * The way out, (1) and (4) of gate.h: what becomes of a blob's file between its
 * check and its opening, and what gate_open says to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "blobs.h"
#include "check.h"
#include "gatehouse.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define SIZE ((size_t)(5 * MIB))
#define LARGE ((size_t)(17 * MIB)) /* hashed in the background */

static const struct gatehouse_file files[] = {
	{ "large.bin", NULL, LARGE, 2 },
	{ "model.bin", NULL, SIZE, 1 },
	{ "small.txt", "small\n", 0, 0 },
};
#define MODEL (&files[1])

/* The clock of a file system ticks in milliseconds; what happens to a file later
 * shall have another time. */
static void
make_house(struct gatehouse *g)
{
	struct gate_publication p;

	gatehouse_make(g);
	check_code("held",
	    gatehouse_publish(g, &p, "acme/demo", "main", files, COUNT(files),
		NULL),
	    WEIGH_OK);
	usleep(20000);
}

/* Open by each door; what is opened is the bytes and nothing else. */
static void
expect(struct gatehouse *g, const char *label,
    const struct gatehouse_file *file, enum weigh_code want)
{
	static const enum weigh_door doors[] = { WEIGH_DOOR_HUB,
		WEIGH_DOOR_CONTROL };
	struct weigh_oid oid = gatehouse_oid(file);
	size_t size = file->text != NULL ? strlen(file->text) : file->noise;

	for (size_t i = 0; i < COUNT(doors); i++) {
		struct weigh_err err = { .code = WEIGH_OK };
		struct weigh_oid found;
		uint8_t *bytes;
		int fd = 99;

		check_code(label,
		    gate_open(g->gate, g->reader, doors[i], &oid, size, &fd,
			&err),
		    want);
		if (want != WEIGH_OK) {
			check_true(label, fd == -1);
			check_true(label, err.why[0] != '\0');
			continue;
		}
		bytes = malloc(size);
		check_true(label, bytes != NULL);
		check_code(label, fd_pread_all(fd, bytes, size, 0, NULL),
		    WEIGH_OK);
		check_true(label, weigh_oid_of(&found, bytes, size));
		check_true(label, weigh_oid_equal(&found, &oid));
		check_true(label, (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
		free(bytes);
		close(fd);
	}
}

static int64_t
state_of(struct gatehouse *g, const struct gatehouse_file *file)
{
	struct weigh_oid oid = gatehouse_oid(file);
	char hex[WEIGH_OID_HEX + 1], sql[160];

	weigh_oid_hex(&oid, hex);
	snprintf(sql, sizeof(sql), "SELECT state FROM blobs WHERE oid = x'%s'",
	    hex);
	return gatehouse_number(g, sql);
}

/* --- what can happen to a file ------------------------------------------------------ */

static void
leave(struct gatehouse *g, const char *path)
{
	(void)g, (void)path;
}

static void
touch(struct gatehouse *g, const char *path)
{
	check_true(path, utimensat(g->dir.fd, path, NULL, 0) == 0);
}

/* As a backup does: only the ctime is another. */
static void
link_to(struct gatehouse *g, const char *path)
{
	check_true(path, linkat(g->dir.fd, path, g->dir.fd, "backup", 0) == 0);
}

/* Away and back: another inode. */
static void
copy(struct gatehouse *g, const char *path)
{
	uint8_t *bytes = blobs_bytes(SIZE, 1);

	check_true(path, unlinkat(g->dir.fd, path, 0) == 0);
	tmpdir_write(&g->dir, path, bytes, SIZE);
	free(bytes);
}

/* As somebody does who wants it not to show; the ctime cannot be set. */
static void
flip(struct gatehouse *g, const char *path)
{
	struct timespec times[2];
	struct stat st;

	check_true(path, fstatat(g->dir.fd, path, &st, 0) == 0);
	tmpdir_flip(&g->dir, path, (long long)SIZE - 1);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	check_true(path, utimensat(g->dir.fd, path, times, 0) == 0);
}

static void
resize(struct gatehouse *g, const char *path, off_t size)
{
	int fd;

	check_true(path, fchmodat(g->dir.fd, path, 0644, 0) == 0);
	fd = openat(g->dir.fd, path, O_WRONLY | O_CLOEXEC);
	check_true(path, fd >= 0 && ftruncate(fd, size) == 0);
	close(fd);
}

static void
shorten(struct gatehouse *g, const char *path)
{
	resize(g, path, (off_t)SIZE - 1);
}

static void
lengthen(struct gatehouse *g, const char *path)
{
	resize(g, path, (off_t)SIZE + 1);
}

static void
empty(struct gatehouse *g, const char *path)
{
	resize(g, path, 0);
}

static void
take_away(struct gatehouse *g, const char *path)
{
	check_true(path, unlinkat(g->dir.fd, path, 0) == 0);
}

/* The right bytes, but not our file. */
static void
put_link(struct gatehouse *g, const char *path)
{
	char target[600];

	snprintf(target, sizeof(target), "%s/elsewhere", g->dir.path);
	check_true(path,
	    renameat(g->dir.fd, path, g->dir.fd, "elsewhere") == 0);
	check_true(path, symlinkat(target, g->dir.fd, path) == 0);
}

static void
put_folder(struct gatehouse *g, const char *path)
{
	take_away(g, path);
	check_true(path, mkdirat(g->dir.fd, path, 0755) == 0);
}

/* Opening it must not wait for a writer. */
static void
put_fifo(struct gatehouse *g, const char *path)
{
	take_away(g, path);
	check_true(path, mkfifoat(g->dir.fd, path, 0644) == 0);
}

static const struct row {
	const char *label;
	void (*happens)(struct gatehouse *g, const char *path);
	enum weigh_code want;
} rows[] = {
	{ "nothing", leave, WEIGH_OK },
	{ "touched", touch, WEIGH_OK },
	{ "linked", link_to, WEIGH_OK },
	{ "copied back", copy, WEIGH_OK },
	{ "one bit flipped", flip, WEIGH_MISMATCH },
	{ "one byte shorter", shorten, WEIGH_MISMATCH },
	{ "one byte longer", lengthen, WEIGH_MISMATCH },
	{ "emptied", empty, WEIGH_MISMATCH },
	{ "a link to the right bytes", put_link, WEIGH_MISMATCH },
	{ "a folder", put_folder, WEIGH_MISMATCH },
	{ "a fifo", put_fifo, WEIGH_MISMATCH },
	{ "gone", take_away, WEIGH_NOT_FOUND },
};

/* Bad bytes are set apart, marked and journaled, once (4); publishing the same
 * again makes it whole. */
static void
check_condemned(struct gatehouse *g, const struct row *row, const char *path)
{
	bool bad = row->want == WEIGH_MISMATCH;
	struct weigh_oid oid = gatehouse_oid(MODEL);
	char hex[WEIGH_OID_HEX + 1], apart[100];

	weigh_oid_hex(&oid, hex);
	snprintf(apart, sizeof(apart), "quarantine/%s", hex);
	check_true(row->label, tmpdir_has(&g->dir, apart) == bad);
	check_u64(row->label, gatehouse_journal(g, "quarantine", hex), bad);
	check_u64(row->label, (uint64_t)state_of(g, MODEL), bad);
	check_u64(row->label,
	    (uint64_t)gatehouse_number(g, "SELECT bad FROM totals"), bad);
	if (bad)
		check_true(row->label, !tmpdir_has(&g->dir, path));
}

static void
test_files(void **state)
{
	const struct row *row = *state;
	struct gate_publication p;
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct gatehouse g;
	char path[160];

	make_house(&g);
	snprintf(path, sizeof(path), "%s", blobs_path(&oid, ""));
	row->happens(&g, path);
	expect(&g, row->label, MODEL, row->want);
	check_condemned(&g, row, path);
	expect(&g, row->label, MODEL, row->want);
	check_condemned(&g, row, path);
	expect(&g, row->label, &files[2], WEIGH_OK);

	gatehouse_shut(&g);
	check_u64(row->label, gatehouse_start(&g), 0);
	expect(&g, row->label, MODEL, row->want);

	check_code(row->label,
	    gatehouse_publish(&g, &p, "acme/demo", "main", files, COUNT(files),
		NULL),
	    WEIGH_OK);
	check_true(row->label, p.unchanged);
	check_u64(row->label, p.new_bytes, row->want == WEIGH_OK ? 0 : SIZE);
	expect(&g, row->label, MODEL, WEIGH_OK);
	gatehouse_check(&g, row->label);
	gatehouse_remove(&g);
}

/* --- what was never admitted ---------------------------------------------------------- */

/* Bytes that lie there and are right, but that no revision names: unknown.  So is
 * a name with another size. */
static void
test_unknown(void **state)
{
	static const struct gatehouse_file alone = { "x", "alone\n", 0, 0 };
	static const struct gatehouse_file longer = { "x", NULL, SIZE + 1, 1 };
	struct gatehouse g;
	struct blobs blobs;
	struct store_blob blob;
	struct weigh_oid oid = gatehouse_oid(MODEL);
	int fd = 99;

	(void)state;
	make_house(&g);
	blobs.dir = g.dir;
	blobs.store = g.store;
	check_code("put",
	    blobs_put(&blobs, (const uint8_t *)alone.text, 6, 6, &blob),
	    WEIGH_OK);
	expect(&g, "held but not named", &alone, WEIGH_NOT_FOUND);
	expect(&g, "not held", &longer, WEIGH_NOT_FOUND);
	check_code("another size",
	    gate_open(g.gate, g.reader, WEIGH_DOOR_HUB, &oid, SIZE - 1, &fd,
		NULL),
	    WEIGH_NOT_FOUND);
	check_true("nothing is open", fd == -1);
	expect(&g, "that did no harm", MODEL, WEIGH_OK);
	gatehouse_remove(&g);
}

/* --- checking ---------------------------------------------------------------------------- */

/* A check puts down what it found: the stamp, so that the next opening is cheap,
 * and a bad blob that somebody put back. */
static void
test_check(void **state)
{
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct store_finding finding;
	struct gatehouse g;
	uint64_t before;
	char path[160];

	(void)state;
	make_house(&g);
	snprintf(path, sizeof(path), "%s", blobs_path(&oid, ""));
	before = gate_generation(g.gate);
	check_code("good",
	    gate_check(g.gate, g.reader, &oid, SIZE, NULL, &finding, NULL),
	    WEIGH_OK);
	check_true("good", finding.ok);
	check_u64("nothing new", gate_generation(g.gate), before);

	flip(&g, path);
	check_code("bad",
	    gate_check(g.gate, g.reader, &oid, SIZE, NULL, &finding, NULL),
	    WEIGH_OK);
	check_true("bad", !finding.ok);
	check_u64("the last segment", finding.bad[0], 1);
	check_true("answers may change", gate_generation(g.gate) > before);
	expect(&g, "bad", MODEL, WEIGH_MISMATCH);

	/* Put back by hand: refused until it is checked. */
	tmpdir_write(&g.dir, path, "", 0);
	copy(&g, path);
	expect(&g, "put back", MODEL, WEIGH_MISMATCH);
	check_code("put back",
	    gate_check(g.gate, g.reader, &oid, SIZE, NULL, &finding, NULL),
	    WEIGH_OK);
	check_true("put back", finding.ok);
	expect(&g, "checked", MODEL, WEIGH_OK);
	gatehouse_check(&g, "checked");
	gatehouse_remove(&g);
}

/* However often it changes: each time it is hashed, and that is that. */
static void
test_touched_again(void **state)
{
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct gatehouse g;

	(void)state;
	make_house(&g);
	for (int i = 0; i < 3; i++) {
		touch(&g, blobs_path(&oid, ""));
		expect(&g, "touched", MODEL, WEIGH_OK);
		usleep(20000);
	}
	gatehouse_remove(&g);
}

/* --- in the background ---------------------------------------------------------------------- */

struct crew {
	struct gatehouse g;
	struct pool *writer, *checkers;
	sem_t enter, entered; /* of the job that holds the checkers up */
};

static enum weigh_code
reader_enter(void *ctx, void **worker, struct weigh_err *err)
{
	struct crew *c = ctx;
	struct catalog_reader *reader = NULL;
	enum weigh_code rc;

	rc = catalog_reader_open(&reader, c->g.catalog_path, err);
	*worker = reader;
	return rc;
}

static void
reader_leave(void *ctx, void *worker)
{
	(void)ctx;
	catalog_reader_close(worker);
}

/* There is no loop: home is where the work was done. */
static void
come_home(void *home, struct job *job)
{
	(void)home;
	job->done(job);
}

static void
crew_make(struct crew *c)
{
	struct pool_options writer = {
		.threads = 1, .name = "writer", .post = come_home
	};
	struct pool_options checkers = { .threads = 1,
		.name = "checker",
		.enter = reader_enter,
		.leave = reader_leave,
		.ctx = c,
		.post = come_home };

	make_house(&c->g);
	sem_init(&c->enter, 0, 0);
	sem_init(&c->entered, 0, 0);
	check_code("writer", pool_new(&c->writer, &writer, NULL), WEIGH_OK);
	check_code("checkers", pool_new(&c->checkers, &checkers, NULL),
	    WEIGH_OK);
	gate_start(c->g.gate, c->writer, c->checkers, NULL);
}

static void
crew_remove(struct crew *c)
{
	pool_free(c->checkers);
	pool_free(c->writer);
	sem_destroy(&c->enter);
	sem_destroy(&c->entered);
	gatehouse_remove(&c->g);
}

struct hold {
	struct job job;
	struct crew *crew;
};

static void
hold_work(struct job *job, void *worker)
{
	struct hold *h = (struct hold *)job;

	(void)worker;
	sem_post(&h->crew->entered);
	sem_wait(&h->crew->enter);
}

static void
hold_done(struct job *job)
{
	free(job);
}

static void
hold_up(struct crew *c)
{
	struct hold *h = calloc(1, sizeof(*h));

	check_true("memory", h != NULL);
	h->crew = c;
	h->job.work = hold_work;
	h->job.done = hold_done;
	pool_submit(c->checkers, &h->job);
	sem_wait(&c->entered);
}

/* All that was begun before is over. */
static void
let_pass(struct crew *c)
{
	sem_post(&c->enter);
	hold_up(c);
	sem_post(&c->enter);
}

static enum weigh_code
ask(struct crew *c, const struct gatehouse_file *file)
{
	struct weigh_oid oid = gatehouse_oid(file);

	return gate_ask(c->g.gate, c->g.reader, WEIGH_DOOR_HUB, &oid,
	    file->noise, NULL);
}

/* A large file that changed is not opened before it was hashed; whoever asks
 * meanwhile is told to come again, and nobody waits. */
static void
test_large(void **state)
{
	struct weigh_oid oid = gatehouse_oid(&files[0]);
	char path[160];
	struct crew c;

	(void)state;
	crew_make(&c);
	snprintf(path, sizeof(path), "%s", blobs_path(&oid, ""));
	touch(&c.g, path);
	hold_up(&c);
	expect(&c.g, "not yet", &files[0], WEIGH_NOT_YET);
	check_code("without bytes", ask(&c, &files[0]), WEIGH_OK);
	expect(&c.g, "the small one does not wait", MODEL, WEIGH_OK);
	let_pass(&c);
	expect(&c.g, "hashed", &files[0], WEIGH_OK);

	tmpdir_flip(&c.g.dir, path, 1);
	expect(&c.g, "not yet", &files[0], WEIGH_NOT_YET);
	let_pass(&c);
	expect(&c.g, "bad", &files[0], WEIGH_MISMATCH);
	check_code("without bytes", ask(&c, &files[0]), WEIGH_MISMATCH);
	check_u64("state", (uint64_t)state_of(&c.g, &files[0]), 1);
	crew_remove(&c);
}

/* To ask is enough: the check begins, and the bytes can be had when it is over. */
static void
test_asked(void **state)
{
	struct weigh_oid oid = gatehouse_oid(&files[0]);
	struct crew c;

	(void)state;
	crew_make(&c);
	touch(&c.g, blobs_path(&oid, ""));
	hold_up(&c);
	check_code("asked", ask(&c, &files[0]), WEIGH_OK);
	let_pass(&c);
	expect(&c.g, "hashed", &files[0], WEIGH_OK);
	crew_remove(&c);
}

/* One check of a blob at a time, small ones too. */
static void
test_one_check_at_a_time(void **state)
{
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct crew c;

	(void)state;
	crew_make(&c);
	touch(&c.g, blobs_path(&oid, ""));
	hold_up(&c);
	gate_suspect(c.g.gate, &oid);
	gate_suspect(c.g.gate, &oid);
	check_u64("jobs", pool_depth(c.checkers), 2);
	expect(&c.g, "being checked", MODEL, WEIGH_NOT_YET);
	let_pass(&c);
	expect(&c.g, "checked", MODEL, WEIGH_OK);
	crew_remove(&c);
}

static void *
pass_soon(void *arg)
{
	usleep(100000);
	let_pass(arg);
	return NULL;
}

/* HEAD begins a check in the background, GET follows at once: it waits for it. */
static void
test_small_waits(void **state)
{
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct crew c;
	pthread_t thread;

	(void)state;
	crew_make(&c);
	touch(&c.g, blobs_path(&oid, ""));
	hold_up(&c);
	check_code("asked", ask(&c, MODEL), WEIGH_OK);
	assert_int_equal(pthread_create(&thread, NULL, pass_soon, &c), 0);
	expect(&c.g, "waited for", MODEL, WEIGH_OK);
	pthread_join(thread, NULL);
	crew_remove(&c);
}

/* A suspicion that was right, though nobody asked for the blob. */
static void
test_suspicion(void **state)
{
	struct weigh_oid oid = gatehouse_oid(MODEL);
	struct crew c;

	(void)state;
	crew_make(&c);
	flip(&c.g, blobs_path(&oid, ""));
	hold_up(&c);
	gate_suspect(c.g.gate, &oid);
	let_pass(&c);
	check_u64("state", (uint64_t)state_of(&c.g, MODEL), 1);
	check_u64("quarantine", (uint64_t)tmpdir_count(&c.g.dir, "quarantine"),
	    2); /* and its note */
	crew_remove(&c);
}

/* A stop ends the check; that says nothing about the bytes. */
static void
test_stop(void **state)
{
	struct weigh_oid oid = gatehouse_oid(&files[0]);
	struct crew c;

	(void)state;
	crew_make(&c);
	tmpdir_flip(&c.g.dir, blobs_path(&oid, ""), 1);
	hold_up(&c);
	gate_suspect(c.g.gate, &oid);
	gate_stop(c.g.gate);
	let_pass(&c);
	check_u64("state", (uint64_t)state_of(&c.g, &files[0]), 0);
	check_true("it lies there", tmpdir_has(&c.g.dir, blobs_path(&oid, "")));
	crew_remove(&c);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_touched_again),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_one_check_at_a_time),
		cmocka_unit_test(test_small_waits),
		cmocka_unit_test(test_suspicion),
		cmocka_unit_test(test_stop),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].label,
			.test_func = test_files,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	memcpy(tests + COUNT(rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
