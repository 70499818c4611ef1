/*
 * (2) of gate.h: a kill at any moment and the next start.  A child publishes and
 * is killed at its N-th call that lasts, for every N until it comes through; the
 * parent then does what a start does and looks.  The calls are replaced by those
 * below, which are this program's own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "blobs.h"
#include "check.h"
#include "gatehouse.h"
#include "lastcall.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define CALLS_MAX 2000 /* far more than anything here makes */

/* --- publications ---------------------------------------------------------------- */

struct story {
	const char *label;
	bool new_repo;  /* another one each time */
	bool start_too; /* is killed as well */
	int step;       /* from kill to kill */
};

/* What comes in the N-th time: one blob that is always the same, others that never
 * are; one with a list of segments. */
static void
make_files(struct gatehouse_file files[4], int n, char text[2][64])
{
	snprintf(text[0], 64, "---\nlicense: mit\n---\n# %d\n", n);
	snprintf(text[1], 64, "small %d\n", n);
	files[0] = (struct gatehouse_file){ "README.md", text[0], 0, 0 };
	files[1] = (struct gatehouse_file){ "always.txt", "always\n", 0, 0 };
	files[2] = (struct gatehouse_file){ "model.bin", NULL, 4 * MIB + 1000,
		(uint64_t)n };
	files[3] = (struct gatehouse_file){ "sub/small", text[1], 0, 0 };
}

/* In a child: open the house, publish, and end at the N-th call. */
static void
publish_and_end(struct gatehouse *g, const char *repo, int n)
{
	struct gatehouse_file files[4];
	struct gate_publication p;
	char text[2][64];
	enum weigh_code rc;

	make_files(files, n, text);
	gatehouse_open(g);
	gatehouse_prepare(g, &p, repo, "main", files, 4);
	until = n;
	rc = gate_publish(g->gate, g->reader, &p, NULL);
	_exit(rc == WEIGH_OK ? 0 : 2);
}

/* In a child: what a start does, and end at the N-th call. */
static void
recover_and_end(struct gatehouse *g, int n)
{
	until = n;
	gatehouse_start(g);
	_exit(0);
}

/* Is the revision whole, or nothing of it there? */
static bool
is_there(struct gatehouse *g, const char *label, int n)
{
	struct gatehouse_file files[4];
	char text[2][64];
	unsigned held = 0;

	make_files(files, n, text);
	for (int i = 0; i < 4; i++) {
		struct weigh_oid oid = gatehouse_oid(&files[i]);

		if (strcmp(files[i].path, "always.txt") != 0 &&
		    tmpdir_has(&g->dir, blobs_path(&oid, "")))
			held++;
	}
	check_true(label, held == 0 || held == 3);
	for (int i = 0; i < 4 && held > 0; i++) {
		struct weigh_oid oid = gatehouse_oid(&files[i]);
		size_t size = files[i].text != NULL ? strlen(files[i].text) :
						      files[i].noise;
		int fd = -1;

		check_code(label,
		    gate_open(g->gate, g->reader, WEIGH_DOOR_HUB, &oid, size,
			&fd, NULL),
		    WEIGH_OK);
		close(fd);
	}
	return held > 0;
}

/* One kill; *picture is of the house before, then after.  True: the publication came through. */
static bool
kill_at(struct gatehouse *g, const struct story *story, int n, char **picture,
    int *whole)
{
	char repo[64], label[128], *after;
	bool through, there;
	pid_t child;

	snprintf(repo, sizeof(repo), "acme/%s%d", story->new_repo ? "n" : "",
	    story->new_repo ? n : 0);
	snprintf(label, sizeof(label), "%s, killed at call %d", story->label,
	    n);
	gatehouse_shut(g);
	if ((child = fork()) == 0)
		publish_and_end(g, repo, n);
	through = check_came_through(label, child);
	for (int m = 1; story->start_too && m < CALLS_MAX; m += 7) {
		if ((child = fork()) == 0)
			recover_and_end(g, m);
		if (check_came_through(label, child))
			break;
	}
	gatehouse_start(g);
	there = is_there(g, label, n);
	check_true(label, there || !through);
	if (there || !story->new_repo)
		gatehouse_check(g, label);
	after = gatehouse_picture(g);
	if (!there)
		check_str(label, after, *picture);
	*whole += there;
	check_u64(label,
	    (uint64_t)gatehouse_number(g, "SELECT count(*) FROM revisions"),
	    (uint64_t)*whole + 1);
	free(*picture);
	*picture = after;
	return through;
}

static void
test_kills(void **state)
{
	const struct story *story = *state;
	struct gatehouse_file files[4];
	struct gate_publication p;
	struct gatehouse g;
	char text[2][64], *picture;
	int n, whole = 0;
	bool through = false;

	gatehouse_make(&g);
	make_files(files, 0, text);
	check_code("held",
	    gatehouse_publish(&g, &p, "acme/0", "main", files, 4, NULL),
	    WEIGH_OK);
	picture = gatehouse_picture(&g);
	for (n = 1; !through && n < CALLS_MAX; n += story->step)
		through = kill_at(&g, story, n, &picture, &whole);
	free(picture);
	check_true("it came through in the end", through);
	gatehouse_fsck(&g, story->label);
	check_true("some were taken back", whole < n / story->step);
	check_true("some were finished by the start", whole > 1);
	gatehouse_remove(&g);
}

/* --- the catalog again ------------------------------------------------------------- */

static void
drop_catalog(struct gatehouse *g)
{
	(void)unlinkat(g->dir.fd, "catalog.db", 0);
	(void)unlinkat(g->dir.fd, "catalog.db-wal", 0);
	(void)unlinkat(g->dir.fd, "catalog.db-shm", 0);
}

/* What is made from the repositories is made to its end, however often it is
 * begun. */
static void
test_kills_while_made_again(void **state)
{
	static const char *const names[][2] = {
		{ "acme/a", "main" },
		{ "acme/a", "main" },
		{ "acme/a", "dev" },
		{ "acme/b", "main" },
		{ "datasets/c", "main" },
	};
	struct gatehouse_file files[4];
	char text[2][64], label[64], *before, *after;
	struct gate_publication p;
	struct gatehouse g;
	bool through = false;
	int n = 0;

	(void)state;
	gatehouse_make(&g);
	for (size_t i = 0; i < COUNT(names); i++) {
		make_files(files, (int)i, text);
		check_code("held",
		    gatehouse_publish(&g, &p, names[i][0], names[i][1], files,
			4, NULL),
		    WEIGH_OK);
	}
	before = gatehouse_picture(&g);
	while (!through && ++n < CALLS_MAX) {
		pid_t child;

		snprintf(label, sizeof(label), "killed at call %d", n);
		gatehouse_shut(&g);
		drop_catalog(&g);
		if ((child = fork()) == 0)
			recover_and_end(&g, n);
		through = check_came_through(label, child);
		gatehouse_start(&g);
		after = gatehouse_picture(&g);
		check_str(label, after, before);
		free(after);
	}
	check_true("it came through in the end", through);
	gatehouse_check(&g, "made again");
	gatehouse_fsck(&g, "made again");
	free(before);
	gatehouse_remove(&g);
}

static const struct story stories[] = {
	{ "a new repository", true, false, 1 },
	{ "the next revision", false, false, 1 },
	{ "a start that is killed too", true, true, 3 },
};

int
main(void)
{
	struct CMUnitTest tests[COUNT(stories) + 1] = { 0 };

	for (size_t i = 0; i < COUNT(stories); i++)
		tests[i] = (struct CMUnitTest){
			.name = stories[i].label,
			.test_func = test_kills,
			.initial_state = (void *)(uintptr_t)&stories[i],
		};
	tests[COUNT(stories)] = (struct CMUnitTest)
	    cmocka_unit_test(test_kills_while_made_again);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
