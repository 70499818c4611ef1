/*
 * (2) of gate.h, without a crash: each step of a publication fails once, and the
 * house is as before; with the obstacle gone the same publication succeeds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blobs.h"
#include "check.h"
#include "gatehouse.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define LOCK "repos/models/acme/demo.git/refs/heads/main.lock"
#define JOURNAL "/audit/journal.ndjson"

static const struct gatehouse_file held[] = {
	{ "config.json", "{\"a\":1}\n", 0, 0 },
	{ "model.bin", NULL, 5 * MIB, 1 },
};
/* One blob is held, three are new. */
static const struct gatehouse_file good[] = {
	{ "README.md", "# two\n", 0, 0 },
	{ "model.bin", NULL, 5 * MIB, 1 },
	{ "other.bin", NULL, 5 * MIB, 2 },
	{ "tokens.txt", "a b c\n", 0, 0 },
};
static const struct gatehouse_file gitmodules[] = {
	{ ".gitmodules", "[submodule]\n", 0, 0 },
	{ "other.bin", NULL, 5 * MIB, 2 },
};
static const struct gatehouse_file file_and_folder[] = {
	{ "a", "file", 0, 0 },
	{ "a/b", "in a folder", 0, 0 },
};
static const struct gatehouse_file twice[] = {
	{ "a", "one", 0, 0 },
	{ "a", "two", 0, 0 },
};
static const struct gatehouse_file dots[] = {
	{ "../a", "outside", 0, 0 },
};
static const struct gatehouse_file pointer[] = {
	{ "a.txt",
	    "version https://git-lfs.github.com/spec/v1\n"
	    "oid sha256:0000000000000000000000000000000000000000000000000000000"
	    "000000001\nsize 1\n",
	    0, 0 },
};

/* --- obstacles -------------------------------------------------------------------- */

static int journal_fd = -1, journal_saved = -1;

static void
nothing(struct gatehouse *g, struct gate_publication *p)
{
	(void)g, (void)p;
}

/* Tables that are not where they were. */
static void
no_intents(struct gatehouse *g, struct gate_publication *p)
{
	(void)p;
	gatehouse_meddle(g, "ALTER TABLE intents RENAME TO away_intents");
}

static void
no_entries(struct gatehouse *g, struct gate_publication *p)
{
	(void)p;
	gatehouse_meddle(g, "ALTER TABLE entries RENAME TO away_entries");
}

/* An intent that is referred to can be made, but not be forgotten: admitting
 * fails at its very end, and taking back too. */
static void
keep_intents(struct gatehouse *g, struct gate_publication *p)
{
	(void)p;
	gatehouse_meddle(g,
	    "CREATE TABLE away (id REFERENCES intents);"
	    "INSERT INTO away VALUES (1)");
}

/* After the others have their names, the last one has lost its bytes. */
static void
lose_last_file(struct gatehouse *g, struct gate_publication *p)
{
	struct gate_file *last = NULL;
	char link[64], path[512];
	ssize_t n;
	int fd;

	(void)g;
	for (size_t i = 0; i < p->nfiles; i++)
		if (strcmp(p->files[i].path, "model.bin") != 0 &&
		    (last == NULL ||
			memcmp(&p->files[i].blob.oid, &last->blob.oid,
			    sizeof(last->blob.oid)) > 0))
			last = &p->files[i];
	check_true("a file beside model.bin", last != NULL);
	check_code("sealed", store_sealed_fd(last->writer, &fd, NULL),
	    WEIGH_OK);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	check_true("readlink", n > 0);
	path[n] = '\0';
	close(fd);
	check_true("unlink", unlink(path) == 0);
}

static void
lock_ref(struct gatehouse *g, struct gate_publication *p)
{
	(void)p;
	tmpdir_write(&g->dir, LOCK, "", 0);
}

/* The journal is suddenly another file, and one that takes nothing. */
static void
lose_journal(struct gatehouse *g, struct gate_publication *p)
{
	char link[64], path[512];
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	ssize_t n;

	(void)g, (void)p;
	check_true("/dev/full", full >= 0);
	for (journal_fd = 3; journal_fd < 1024; journal_fd++) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", journal_fd);
		n = readlink(link, path, sizeof(path));
		if (n > (ssize_t)strlen(JOURNAL) &&
		    memcmp(path + n - strlen(JOURNAL), JOURNAL,
			strlen(JOURNAL)) == 0)
			break;
	}
	check_true("the journal is open", journal_fd < 1024);
	journal_saved = fcntl(journal_fd, F_DUPFD_CLOEXEC, 3);
	check_true("dup2", dup2(full, journal_fd) == journal_fd);
	close(full);
}

static void
remove_obstacles(struct gatehouse *g)
{
	static const char *const undo[] = {
		"ALTER TABLE away_intents RENAME TO intents",
		"ALTER TABLE away_entries RENAME TO entries",
		"DROP TABLE away",
	};

	for (size_t i = 0; i < COUNT(undo); i++)
		gatehouse_try(g, undo[i]);
	if (tmpdir_has(&g->dir, LOCK))
		check_true("unlink", unlinkat(g->dir.fd, LOCK, 0) == 0);
	if (journal_saved >= 0) {
		dup2(journal_saved, journal_fd);
		close(journal_saved);
	}
	journal_saved = -1;
}

/* --- rows --------------------------------------------------------------------------- */

static const struct row {
	const char *label;
	const char *repo, *branch;
	const struct gatehouse_file *files;
	size_t nfiles;
	void (*arrange)(struct gatehouse *g, struct gate_publication *p);
	enum weigh_code want;
	bool journaled; /* admitted and withdrawn */
} rows[] = {
#define NEW "acme/new", "main"
#define NEXT "acme/demo", "main"
#define BRANCH "acme/demo", "dev"
#define ALL(list) (list), COUNT(list)
	// clang-format off
	{ "intent, new", NEW, ALL(good), no_intents, WEIGH_BUG, false },
	{ "intent, next", NEXT, ALL(good), no_intents, WEIGH_BUG, false },
	{ "settle, new", NEW, ALL(good), lose_last_file, WEIGH_NOT_FOUND, false },
	{ "settle, next", NEXT, ALL(good), lose_last_file, WEIGH_NOT_FOUND, false },
	{ "git refuses .gitmodules", NEW, ALL(gitmodules), nothing, WEIGH_MALFORMED, false },
	{ "git refuses .gitmodules, next", NEXT, ALL(gitmodules), nothing, WEIGH_MALFORMED, false },
	{ "file and folder", NEW, ALL(file_and_folder), nothing, WEIGH_MALFORMED, false },
	{ "a path twice", NEW, ALL(twice), nothing, WEIGH_MALFORMED, false },
	{ "a path that leaves", NEW, ALL(dots), nothing, WEIGH_MALFORMED, false },
	{ "a pointer as a file", BRANCH, ALL(pointer), nothing, WEIGH_MALFORMED, false },
	{ "ref is locked", NEXT, ALL(good), lock_ref, WEIGH_CONFLICT, false },
	{ "ref below a ref", "acme/demo", "main/x", ALL(good), nothing, WEIGH_EXISTS, false },
	{ "journal, new", NEW, ALL(good), lose_journal, WEIGH_IO, false },
	{ "journal, next", NEXT, ALL(good), lose_journal, WEIGH_IO, false },
	{ "journal, branch", BRANCH, ALL(good), lose_journal, WEIGH_IO, false },
	/* An SQL error is a mistake of ours: WEIGH_BUG. */
	{ "catalog, new", NEW, ALL(good), no_entries, WEIGH_BUG, true },
	{ "catalog, next", NEXT, ALL(good), no_entries, WEIGH_BUG, true },
	// clang-format on
};

/* A house that holds one revision. */
static void
make_house(struct gatehouse *g)
{
	struct gate_publication p;

	gatehouse_make(g);
	check_code("held",
	    gatehouse_publish(g, &p, "acme/demo", "main", held, COUNT(held),
		NULL),
	    WEIGH_OK);
}

static void
fail_once(struct gatehouse *g, const struct row *row)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct gate_publication p;
	enum weigh_code rc;

	gatehouse_prepare(g, &p, row->repo, row->branch, row->files,
	    row->nfiles);
	row->arrange(g, &p);
	rc = gate_publish(g->gate, g->reader, &p, &err);
	gatehouse_release(&p);
	remove_obstacles(g);
	check_code(row->label, rc, row->want);
	check_true(row->label, err.why[0] != '\0');
}

/* The same picture; but a line of the journal that was written before the failure
 * stays, and one more withdraws it. */
static void
compare(struct gatehouse *g, const struct row *row, const char *before)
{
	char *after = gatehouse_picture(g);
	char *from, *to, *word;

	if (row->journaled) {
		from = strstr(after, "{\"n\":2");
		check_true(row->label, from != NULL);
		to = strstr(from, "{\"n\":3");
		check_true(row->label, to != NULL);
		to = strchr(to, '\n') + 1;
		word = strstr(from, "withdraw");
		check_true(row->label, word != NULL && word < to);
		memmove(from, to, strlen(to) + 1);
	}
	check_str(row->label, after, before);
	free(after);
}

static void
test_each_step(void **state)
{
	const struct row *row = *state;
	struct gate_publication p;
	struct gatehouse g;
	char *before;

	make_house(&g);
	before = gatehouse_picture(&g);
	fail_once(&g, row);
	compare(&g, row, before);
	gatehouse_check(&g, row->label);
	gatehouse_fsck(&g, row->label);

	gatehouse_shut(&g);
	check_u64(row->label, gatehouse_start(&g), 0);
	compare(&g, row, before);

	check_code(row->label,
	    gatehouse_publish(&g, &p, row->repo, "main", good, COUNT(good),
		NULL),
	    WEIGH_OK);
	gatehouse_check(&g, row->label);
	gatehouse_fsck(&g, row->label);
	free(before);
	gatehouse_remove(&g);
}

/* What cannot be taken back now is taken back, or finished, by the next start. */
static void
test_left_to_the_next_start(void **state)
{
	static const struct row row = { "left", NEW, ALL(good), keep_intents,
		WEIGH_BUG, true };
	struct gatehouse g;
	char *before;

	(void)state;
	make_house(&g);
	before = gatehouse_picture(&g);
	fail_once(&g, &row);
	check_u64("the intent is kept",
	    (uint64_t)gatehouse_number(&g, "SELECT count(*) FROM intents"), 1);
	gatehouse_shut(&g);
	check_u64("restored", gatehouse_start(&g), 0);
	compare(&g, &row, before);
	gatehouse_check(&g, "left");
	gatehouse_fsck(&g, "left");
	free(before);
	gatehouse_remove(&g);
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows) + 1] = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].label,
			.test_func = test_each_step,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	tests[COUNT(rows)] = (struct CMUnitTest)
	    cmocka_unit_test(test_left_to_the_next_start);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
