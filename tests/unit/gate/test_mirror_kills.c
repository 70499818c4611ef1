/*
 * (2) of gate.h for what gate/mirror.h does: a kill at any moment and the next start.
 * A child does it and is killed at its N-th call that lasts, for every N until it comes
 * through; then the house is as it was, or as it was to be.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lastcall.h"
#include "staged.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define CALLS_MAX 2000 /* far more than anything here makes */
#define STEP 9         /* from kill to kill */
#define MODEL "weights"
#define OTHER "other weights"

static const struct staged_file first[] = {
	{ "README.md", "# far\n", false },
	{ "model.bin", OTHER, true },
	{ "model.safetensors", MODEL, true },
};
static const struct staged_file second[] = {
	{ "README.md", "# far, again\n", false },
	{ "model.safetensors", MODEL, true },
};

static const struct weigh_repo far = { WEIGH_MODEL, "acme/far" };

/* A house, and where the stages are. */
struct yard {
	struct gatehouse g;
	struct weigh_gitid one, two;
};

static enum weigh_code
mirror(struct yard *y, bool next, bool partial, const char *ref)
{
	struct stage *stage = NULL;
	struct gate_mirrored m;
	enum weigh_code rc;

	check_code("stage",
	    stage_open(&stage, y->g.dir.fd, y->g.dir.path,
		next ? "job-2" : "job-1", NULL),
	    WEIGH_OK);
	m = staged_order(stage, next ? &y->two : &y->one);
	m.partial = partial;
	m.ref = ref;
	m.told = y->one;
	m.told.b[0] ^= 1;
	rc = gate_mirror(y->g.gate, y->g.reader, &m, NULL);
	stage_close(stage);
	return rc;
}

/* --- what is done -------------------------------------------------------- */

static enum weigh_code
do_first(struct yard *y)
{
	return mirror(y, false, false, "main");
}

static enum weigh_code
do_partial(struct yard *y)
{
	return mirror(y, false, true, "main");
}

static enum weigh_code
do_by_id(struct yard *y)
{
	return mirror(y, true, false, NULL);
}

static enum weigh_code
do_next(struct yard *y)
{
	return mirror(y, true, false, "main");
}

static enum weigh_code
do_whole(struct yard *y)
{
	return mirror(y, false, false, "v1");
}

static enum weigh_code
do_pin(struct yard *y)
{
	return gate_pin(y->g.gate, y->g.reader, &far, &y->one, "in use", NULL);
}

static enum weigh_code
do_follow(struct yard *y)
{
	const struct catalog_mirror m = {
		.repo = far,
		.source = "https://other.example",
		.request = "{}",
		.follow = true,
	};

	return gate_follow(y->g.gate, y->g.reader, &m, NULL);
}

static enum weigh_code
do_let_go(struct yard *y)
{
	struct weigh_oid oid;
	bool gone;

	check_true("oid", weigh_oid_of(&oid, MODEL, strlen(MODEL)));
	return gate_let_go(y->g.gate, y->g.reader, &oid, &gone, NULL);
}

/* --- and what was there before ------------------------------------------- */

static void
with_nothing(struct yard *y)
{
	check_code("small files come first", do_first(y), WEIGH_NOT_YET);
	check_code("one", staged_receive(&y->g, OTHER, false, NULL), WEIGH_OK);
	check_code("two", staged_receive(&y->g, MODEL, false, NULL), WEIGH_OK);
}

static void
with_one_missing(struct yard *y)
{
	check_code("small files come first", do_first(y), WEIGH_NOT_YET);
	check_code("one", staged_receive(&y->g, MODEL, false, NULL), WEIGH_OK);
}

static void
with_first(struct yard *y)
{
	with_nothing(y);
	check_code("first", do_first(y), WEIGH_OK);
}

static void
with_first_and_small(struct yard *y)
{
	struct gate_mirrored m;
	struct stage *stage = NULL;

	with_first(y);
	check_code("stage",
	    stage_open(&stage, y->g.dir.fd, y->g.dir.path, "job-2", NULL),
	    WEIGH_OK);
	/* Its small files are received; the name then is refused. */
	m = staged_order(stage, &y->two);
	m.ref = "..";
	check_code("no name", gate_mirror(y->g.gate, y->g.reader, &m, NULL),
	    WEIGH_MALFORMED);
	stage_close(stage);
}

static void
with_partial(struct yard *y)
{
	with_nothing(y);
	check_code("partial", do_partial(y), WEIGH_OK);
}

static void
with_partial_then_all(struct yard *y)
{
	with_one_missing(y);
	check_code("partial", do_partial(y), WEIGH_OK);
	check_code("two", staged_receive(&y->g, OTHER, false, NULL), WEIGH_OK);
}

struct story {
	const char *label;
	void (*before)(struct yard *y);
	enum weigh_code (*act)(struct yard *y);
	bool litter; /* a kill may leave a file that gc takes */
};

/* --- killing ------------------------------------------------------------- */

static void
yard_make(struct yard *y, const struct story *story)
{
	struct stage *stage = NULL;

	gatehouse_make(&y->g);
	y->one = staged_make(&y->g, &stage, "job-1", 1700000000, first,
	    COUNT(first));
	stage_close(stage);
	y->two = staged_make(&y->g, &stage, "job-2", 1700000100, second,
	    COUNT(second));
	stage_close(stage);
	story->before(y);
}

static void
act_and_end(struct yard *y, const struct story *story, int n)
{
	enum weigh_code rc;

	gatehouse_open(&y->g);
	until = n;
	rc = story->act(y);
	_exit(rc == WEIGH_OK ? 0 : 2);
}

static void
start_and_end(struct yard *y, int n)
{
	until = n;
	gatehouse_start(&y->g);
	_exit(0);
}

/* The journal says when it was told; that may be another second. */
static char *
picture_of(struct yard *y)
{
	char *text = gatehouse_picture(&y->g), *at = text;

	while ((at = strstr(at, "\"time\":\"")) != NULL)
		memset(at + 8, '0', 20), at += 28;
	while ((at = strstr(text, "\"prev\":\"")) != NULL)
		memset(at, '0', 72);
	return text;
}

/* The facts of the repository and a catalog made of them agree. */
static void
check_again(struct yard *y, const char *label, const char *picture)
{
	char *after;

	gatehouse_shut(&y->g);
	(void)unlinkat(y->g.dir.fd, "catalog.db", 0);
	(void)unlinkat(y->g.dir.fd, "catalog.db-wal", 0);
	(void)unlinkat(y->g.dir.fd, "catalog.db-shm", 0);
	gatehouse_start(&y->g);
	after = picture_of(y);
	check_str(label, after, picture);
	free(after);
}

static void
take_litter(struct yard *y)
{
	enum catalog_blob_state state;
	struct catalog_blob blob;
	struct weigh_oid oid;

	check_true("oid", weigh_oid_of(&oid, MODEL, strlen(MODEL)));
	check_code("known",
	    catalog_known_blob(y->g.reader, &oid, &blob, &state, NULL),
	    WEIGH_OK);
	if (blob.absent)
		check_code("litter", store_delete(y->g.store, &oid, NULL),
		    WEIGH_OK);
}

/* One kill in a house of its own.  True: it came through. */
static bool
kill_at(const struct story *story, int n, int *outcomes)
{
	char label[128], *before, *after;
	struct yard y;
	bool through, same;
	pid_t child;

	snprintf(label, sizeof(label), "%s, killed at call %d", story->label,
	    n);
	yard_make(&y, story);
	before = picture_of(&y);
	gatehouse_shut(&y.g);
	if ((child = fork()) == 0)
		act_and_end(&y, story, n);
	through = check_came_through(label, child);
	for (int m = 1; n % 4 == 0 && m < CALLS_MAX; m += 7) {
		if ((child = fork()) == 0)
			start_and_end(&y, m);
		if (check_came_through(label, child))
			break;
	}
	gatehouse_start(&y.g);
	if (story->litter)
		take_litter(&y);
	gatehouse_check(&y.g, label);
	after = picture_of(&y);
	same = strcmp(before, after) == 0;
	check_true(label, !same || !through);
	outcomes[same]++;
	if (!same) /* else bytes may be received, which only the catalog knows */
		check_again(&y, label, after);
	/* Whatever came of it, it can be done now. */
	check_code(label, story->act(&y), WEIGH_OK);
	gatehouse_check(&y.g, label);
	gatehouse_fsck(&y.g, label);
	free(before);
	free(after);
	gatehouse_remove(&y.g);
	return through;
}

static void
test_kills(void **state)
{
	const struct story *story = *state;
	int outcomes[2] = { 0, 0 };
	bool through = false;
	int n;

	for (n = 1; !through && n < CALLS_MAX; n += STEP)
		through = kill_at(story, n, outcomes);
	check_true("it came through in the end", through);
	/* The end may be shorter than a step: then call by call. */
	n -= 2 * STEP;
	for (through = false; outcomes[0] < 2 && !through;)
		through = kill_at(story, ++n, outcomes);
	outcomes[0] -= through;
	check_true("some were taken back", outcomes[1] > 0);
	check_true("some were finished by the start", outcomes[0] > 1);
}

static const struct story stories[] = {
	{ "a new mirror", with_nothing, do_first, false },
	{ "a partial one", with_one_missing, do_partial, false },
	{ "one that is kept by its id", with_first_and_small, do_by_id, false },
	{ "the next revision", with_first_and_small, do_next, false },
	{ "the rest, and a tag", with_partial_then_all, do_whole, false },
	{ "a pin", with_first, do_pin, false },
	{ "another source", with_first, do_follow, false },
	{ "a file that goes", with_partial, do_let_go, true },
};

int
main(void)
{
	struct CMUnitTest tests[COUNT(stories)] = { 0 };

	for (size_t i = 0; i < COUNT(stories); i++)
		tests[i] = (struct CMUnitTest){
			.name = stories[i].label,
			.test_func = test_kills,
			.initial_state = (void *)(uintptr_t)&stories[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
