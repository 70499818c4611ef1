/*
 * Plays tests/replay/job_*.rpl against the machine of a job; the format is in
 * tests/replay/README.md, the numbers in scripts are those of fetch/step.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/step.h"

#define SCRIPTS "tests/replay/job_*.rpl"

struct play {
	const char *path;
	unsigned line;
	int64_t now;
	struct step s;
};

static const struct {
	const char *name;
	enum step_kind kind;
} events[] = {
	{ "start", STEP_START },
	{ "resolved", STEP_RESOLVED },
	{ "listed", STEP_LISTED },
	{ "progress", STEP_PROGRESS },
	{ "fetched", STEP_FETCHED },
	{ "admitted", STEP_ADMITTED },
	{ "missing", STEP_MISSING },
	{ "failed", STEP_FAILED },
	{ "time", STEP_TIME },
	{ "stopped", STEP_STOPPED },
	{ "paused", STEP_PAUSED },
	{ "resumed", STEP_RESUMED },
	{ "canceled", STEP_CANCELED },
};

static const char *const actions[STEP_ACTIONS] = {
	[STEP_DO_NOTHING] = "NOTHING",
	[STEP_DO_RESOLVE] = "RESOLVE",
	[STEP_DO_LIST] = "LIST",
	[STEP_DO_FETCH] = "FETCH",
	[STEP_DO_ADMIT] = "ADMIT",
	[STEP_DO_WAIT] = "WAIT",
	[STEP_DO_LEAVE] = "LEAVE",
	[STEP_DO_END] = "END",
};

static const char *
word(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at != NULL ? at + strlen(key) : NULL;
}

static int64_t
number(const char *line, const char *key, int64_t otherwise)
{
	const char *at = word(line, key);

	return at != NULL ? strtoll(at, NULL, 10) : otherwise;
}

static enum weigh_fetch_state
state_named(const char *name, size_t len)
{
	for (int i = 0; i < WEIGH_FETCH_STATES; i++) {
		const char *n =
		    weigh_fetch_state_name((enum weigh_fetch_state)i);

		if (strlen(n) == len && strncmp(n, name, len) == 0)
			return (enum weigh_fetch_state)i;
	}
	return WEIGH_FETCH_STATES;
}

static void
begin(struct play *p, const char *line)
{
	size_t len = strcspn(line, " \n");
	enum weigh_fetch_state state = state_named(line, len);

	assert_int_not_equal(state, WEIGH_FETCH_STATES);
	step_init(&p->s, state, strstr(line, "known") != NULL,
	    (unsigned)number(line, "sources=", 1), number(line, "until=", 0));
}

static enum step_action
happen(struct play *p, const char *line)
{
	struct weigh_err err;
	struct step_event e = {
		.kind = STEP_KINDS,
		.now = p->now,
		.chance = (uint32_t)number(line, "chance=", 0),
		.err = &err,
		.wait = number(line, "wait=", -1),
	};
	size_t len = strcspn(line, " \n");
	const char *code;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strlen(events[i].name) == len &&
		    strncmp(events[i].name, line, len) == 0)
			e.kind = events[i].kind;
	assert_int_not_equal(e.kind, STEP_KINDS);
	weigh_err_clear(&err);
	if ((code = word(line, "failed ")) != NULL) {
		err.code = weigh_code_named(code, strcspn(code, " \n"));
		snprintf(err.why, sizeof(err.why), "%.40s", code);
	}
	return step_next(&p->s, &e);
}

/* Behind "->": action, then any of state=, at=, until=. */
static void
check(struct play *p, enum step_action action, const char *expected)
{
	size_t len = strcspn(expected, " \n");
	const char *state = word(expected, "state=");
	const char *code = word(expected, "code=");

	if (strlen(actions[action]) != len ||
	    strncmp(actions[action], expected, len) != 0)
		fail_msg("%s:%u: %s, and not %.*s", p->path, p->line,
		    actions[action], (int)len, expected);
	if (state != NULL &&
	    state_named(state, strcspn(state, " \n")) != p->s.state)
		fail_msg("%s:%u: it is %s", p->path, p->line,
		    weigh_fetch_state_name(p->s.state));
	if (number(expected, "at=", p->s.at) != p->s.at)
		fail_msg("%s:%u: at source %u", p->path, p->line, p->s.at);
	if (number(expected, "until=", p->s.until) != p->s.until)
		fail_msg("%s:%u: until %lld", p->path, p->line,
		    (long long)p->s.until);
	if (code != NULL &&
	    weigh_code_named(code, strcspn(code, " \n")) != p->s.err.code)
		fail_msg("%s:%u: the error is %s", p->path, p->line,
		    weigh_code_info(p->s.err.code)->name);
}

static void
play_line(struct play *p, const char *line)
{
	const char *arrow = strstr(line, "-> ");

	if (strncmp(line, "job ", 4) == 0)
		begin(p, line + 4);
	else if (strncmp(line, "now ", 4) == 0)
		p->now = strtoll(line + 4, NULL, 10);
	else if (arrow != NULL)
		check(p, happen(p, line), arrow + 3);
	else
		fail_msg("%s:%u: what is this?", p->path, p->line);
}

static void
play(const char *path)
{
	struct play p = { .path = path };
	FILE *script = fopen(path, "r");
	char line[512];

	assert_non_null(script);
	while (fgets(line, sizeof(line), script) != NULL) {
		p.line++;
		if (line[0] != '#' && line[0] != '\n')
			play_line(&p, line);
	}
	fclose(script);
}

static void
test_scripts(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(SCRIPTS, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 8);
	for (size_t i = 0; i < found.gl_pathc; i++)
		play(found.gl_pathv[i]);
	globfree(&found);
}

/* (6), (7): after an end nothing leads anywhere, and nobody overruns the sources. */
static void
test_ends(void **state)
{
	struct weigh_err err = { .code = WEIGH_NETWORK };
	struct step s;

	(void)state;
	for (int end = WEIGH_FETCH_DONE; end < WEIGH_FETCH_STATES; end++)
		for (int kind = 0; kind < STEP_KINDS; kind++) {
			const struct step_event e = {
				.kind = (enum step_kind)kind,
				.err = &err,
				.wait = -1,
			};

			step_init(&s, (enum weigh_fetch_state)end, true, 2, 0);
			assert_int_equal(step_next(&s, &e), STEP_DO_END);
			assert_int_equal(s.state, end);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
