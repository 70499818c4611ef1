/*
 * Plays tests/replay/http_*.rpl against the connection machine; the format is in
 * tests/replay/README.md, the numbers in scripts are those of conn.h.
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

#include <weigh/conn.h>

#include "check.h"

#define SCRIPTS "tests/replay/http_*.rpl"
#define LINE_MAX_BYTES 4096

static const char *const clock_names[WEIGH_CLOCKS] = {
	[WEIGH_CLOCK_NONE] = "none",
	[WEIGH_CLOCK_IDLE] = "idle",
	[WEIGH_CLOCK_HEAD] = "head",
	[WEIGH_CLOCK_BODY] = "body",
	[WEIGH_CLOCK_LINGER] = "linger",
};

/* One script being played. */
struct play {
	char where[256]; /* file and line, for messages */
	size_t piece;    /* the most bytes fed at once */
	struct weigh_conn c;
	struct weigh_buf wire;    /* sent and not yet taken */
	struct weigh_buf actions; /* what the machine answered to this line */
	bool giving; /* the last action was GIVE_BODY: pieces count as one */
};

static void
note(struct play *p, enum weigh_conn_action action)
{
	if (action == WEIGH_CONN_WAIT)
		return;
	if (action == WEIGH_CONN_GIVE_BODY && p->giving)
		return;
	p->giving = action == WEIGH_CONN_GIVE_BODY;
	if (p->actions.len > 0)
		weigh_buf_addc(&p->actions, ' ');
	weigh_buf_adds(&p->actions, weigh_conn_action_name(action));
	if (action == WEIGH_CONN_REFUSE)
		weigh_buf_addf(&p->actions, " %d", p->c.status);
}

/* Feed what is on the wire, as daemon/net does, until nothing moves. */
static void
feed(struct play *p)
{
	enum weigh_conn_action action;
	size_t used, len;

	do {
		len = p->wire.len < p->piece ? p->wire.len : p->piece;
		action = weigh_conn_bytes(&p->c, len > 0 ? p->wire.data : "",
		    len, &used);
		assert_true(used <= len);
		note(p, action);
		p->wire.len -= used;
		if (used > 0)
			memmove(p->wire.data, p->wire.data + used, p->wire.len);
	} while (action != WEIGH_CONN_WAIT || used > 0);
	/* (2): what follows the end is taken off the wire, and dropped. */
	if (p->c.state == WEIGH_CONN_LINGER || p->c.state == WEIGH_CONN_CLOSED)
		check_u64(p->where, p->wire.len, 0);
}

/* Append the text between the quotes, with \r, \n, \0 and \xNN. */
static void
put_wire(struct play *p, const char *text)
{
	const char *from = strchr(text, '"'), *end = strrchr(text, '"');

	assert_true(from != NULL && end > from);
	for (from++; from < end; from++) {
		char c = *from;

		if (c == '\\') {
			from++;
			c = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from;
			if (*from == '0')
				c = '\0';
			if (*from == 'x') {
				c = (char)strtoul((char[3]){ from[1], from[2] },
				    NULL, 16);
				from += 2;
			}
		}
		assert_true(weigh_buf_addc(&p->wire, c));
	}
}

static void
put_fill(struct play *p, size_t n)
{
	char *room = weigh_buf_room(&p->wire, n);

	assert_non_null(room);
	memset(room, 'x', n);
	p->wire.len += n;
}

/* --- the events of a script --------------------------------------------- */

static void
ev_send(struct play *p, const char *args)
{
	put_wire(p, args);
}

static void
ev_fill(struct play *p, const char *args)
{
	put_fill(p, strtoul(args, NULL, 10));
}

static void
ev_want(struct play *p, const char *args)
{
	note(p, weigh_conn_want_body(&p->c, strtoull(args, NULL, 10)));
}

static void
ev_hold(struct play *p, const char *args)
{
	(void)args;
	weigh_conn_hold(&p->c, true);
}

static void
ev_release(struct play *p, const char *args)
{
	(void)args;
	weigh_conn_hold(&p->c, false);
}

static void
ev_defer(struct play *p, const char *args)
{
	(void)args;
	weigh_conn_defer(&p->c);
}

static void
ev_answer(struct play *p, const char *args)
{
	(void)args;
	note(p, weigh_conn_answered(&p->c));
}

static void
ev_flushed(struct play *p, const char *args)
{
	(void)args;
	note(p, weigh_conn_flushed(&p->c));
}

static void
ev_eof(struct play *p, const char *args)
{
	(void)args;
	note(p, weigh_conn_eof(&p->c));
}

static void
ev_timeout(struct play *p, const char *args)
{
	(void)args;
	note(p, weigh_conn_timeout(&p->c));
}

static void
ev_drain(struct play *p, const char *args)
{
	(void)args;
	note(p, weigh_conn_drain(&p->c));
}

static void
ev_turn_away(struct play *p, const char *args)
{
	note(p,
	    weigh_conn_turn_away(&p->c, (int)strtol(args, NULL, 10),
		"no place"));
}

/* expect STATE CLOCK */
static void
ev_expect(struct play *p, const char *args)
{
	char got[64];

	snprintf(got, sizeof(got), "%s %s", weigh_conn_state_name(p->c.state),
	    clock_names[p->c.clock]);
	check_str(p->where, got, args);
}

static const struct {
	const char *name;
	void (*play)(struct play *p, const char *args);
} events[] = {
	{ "send", ev_send },
	{ "fill", ev_fill },
	{ "want", ev_want },
	{ "hold", ev_hold },
	{ "release", ev_release },
	{ "defer", ev_defer },
	{ "answer", ev_answer },
	{ "flushed", ev_flushed },
	{ "eof", ev_eof },
	{ "timeout", ev_timeout },
	{ "drain", ev_drain },
	{ "turn_away", ev_turn_away },
	{ "expect", ev_expect },
};

/* Cut blanks off the end. */
static void
chop(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL)
		text[--len] = '\0';
}

static void
play_line(struct play *p, char *line)
{
	char *arrow = strstr(line, "->");
	const char *want = "";
	size_t i, len;

	if (arrow != NULL) {
		*arrow = '\0';
		want = arrow + 2 + strspn(arrow + 2, " ");
	}
	chop(line);
	len = strcspn(line, " ");
	weigh_buf_reset(&p->actions);
	p->giving = false;
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strlen(events[i].name) == len &&
		    memcmp(events[i].name, line, len) == 0)
			break;
	if (i == sizeof(events) / sizeof(events[0]))
		fail_msg("%s: no event '%s'", p->where, line);
	events[i].play(p, line + len + strspn(line + len, " "));
	feed(p);
	check_str(p->where, p->actions.len > 0 ? p->actions.data : "", want);
}

static void
play_script(const char *path, size_t piece)
{
	struct play p = { .piece = piece };
	char line[LINE_MAX_BYTES];
	unsigned n = 0;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	weigh_conn_init(&p.c, &weigh_http_default_limits);
	weigh_buf_init(&p.wire, 1 << 20);
	weigh_buf_init(&p.actions, 4096);
	while (fgets(line, sizeof(line), f) != NULL) {
		snprintf(p.where, sizeof(p.where), "%s:%u (pieces of %zu)",
		    path, ++n, piece);
		chop(line);
		if (line[0] != '\0' && line[0] != '#')
			play_line(&p, line);
	}
	fclose(f);
	weigh_conn_free(&p.c);
	weigh_buf_free(&p.wire);
	weigh_buf_free(&p.actions);
}

static void
test_scripts(void **state)
{
	static const size_t pieces[] = { 1 << 20, 1, 7 };
	glob_t found;

	(void)state;
	assert_int_equal(glob(SCRIPTS, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 10);
	for (size_t i = 0; i < found.gl_pathc; i++)
		for (size_t j = 0; j < 3; j++)
			play_script(found.gl_pathv[i], pieces[j]);
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
