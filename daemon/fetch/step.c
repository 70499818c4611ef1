/* step: see step.h. */
#include "fetch/step.h"

#include <string.h>

/* --- states -------------------------------------------------------------- */

void
step_init(struct step *s, enum weigh_fetch_state state, bool known,
    unsigned nsources, int64_t until)
{
	memset(s, 0, sizeof(*s));
	s->state = state;
	s->known = known;
	s->nsources = nsources < STEP_SOURCES ? nsources : STEP_SOURCES;
	s->until = until;
}

void
step_sources(struct step *s, unsigned n)
{
	s->nsources = n < STEP_SOURCES ? n : STEP_SOURCES;
	if (s->at >= s->nsources)
		s->at = 0;
}

bool
step_has_source(const struct step *s)
{
	return s->at < s->nsources && !s->no[s->at];
}

static enum step_action
go(struct step *s, enum weigh_fetch_state state)
{
	static const enum step_action actions[WEIGH_FETCH_STATES] = {
		[WEIGH_FETCH_QUEUED] = STEP_DO_LEAVE,
		[WEIGH_FETCH_RESOLVING] = STEP_DO_RESOLVE,
		[WEIGH_FETCH_LISTING] = STEP_DO_LIST,
		[WEIGH_FETCH_BYTES] = STEP_DO_FETCH,
		[WEIGH_FETCH_ADMITTING] = STEP_DO_ADMIT,
		[WEIGH_FETCH_WAITING] = STEP_DO_WAIT,
		[WEIGH_FETCH_PAUSED] = STEP_DO_LEAVE,
		[WEIGH_FETCH_DONE] = STEP_DO_END,
		[WEIGH_FETCH_FAILED] = STEP_DO_END,
		[WEIGH_FETCH_CANCELED] = STEP_DO_END,
	};

	s->state = state;
	return actions[state];
}

enum weigh_code
step_nobody(struct weigh_err *err)
{
	(void)weigh_fail(err, WEIGH_USAGE, "no upstream is configured");
	weigh_fix(err,
	    "set [mirror] upstream in weighd.conf, or name one with --from");
	return WEIGH_USAGE;
}

/* (5) */
static enum step_action
begin(struct step *s)
{
	if (!step_has_source(s)) {
		(void)step_nobody(&s->err);
		return go(s, WEIGH_FETCH_FAILED);
	}
	return go(s, s->known ? WEIGH_FETCH_LISTING : WEIGH_FETCH_RESOLVING);
}

static enum step_action
wait_until(struct step *s, int64_t until)
{
	s->until = until;
	return go(s, WEIGH_FETCH_WAITING);
}

static enum step_action
fail(struct step *s)
{
	return go(s, WEIGH_FETCH_FAILED);
}

/* --- failures ------------------------------------------------------------ */

/* What a failure says about who is to blame, and whether it passes. */
enum blame {
	PASSES, /* the source: it is asked again */
	NO,     /* the source: it is not asked again */
	LIES,   /* the source: its bytes are others */
	ROOM,   /* there is none here */
	OURS,   /* this machine */
	PERSON  /* only a person can mend it */
};

static enum blame
blame_for(enum weigh_code code)
{
	switch (code) {
	case WEIGH_NETWORK:
	case WEIGH_NOT_YET:
	case WEIGH_CANCELED:
	case WEIGH_CHANGED:
	case WEIGH_STALE:
	case WEIGH_CONFLICT:
	case WEIGH_PARTLY:
		return PASSES;
	case WEIGH_NOT_FOUND:
	case WEIGH_UNAUTHORIZED:
	case WEIGH_FORBIDDEN:
	case WEIGH_DENIED:
	case WEIGH_MALFORMED:
	case WEIGH_TOO_BIG:
		return NO;
	case WEIGH_MISMATCH:
		return LIES;
	case WEIGH_FULL:
		return ROOM;
	case WEIGH_IO:
	case WEIGH_NOMEM:
		return OURS;
	case WEIGH_OK:
	case WEIGH_EXISTS:
	case WEIGH_USAGE:
	case WEIGH_FOUND:
	case WEIGH_BUG:
	case WEIGH_CODES:
		break;
	}
	return PERSON;
}

bool
step_says_more(const struct weigh_err *said, const struct weigh_err *now)
{
	return said->code == WEIGH_OK ||
	    (said->code == WEIGH_NOT_FOUND && now->code != WEIGH_NOT_FOUND);
}

/* The next source that did not say no; *round: it is not behind this one. */
static bool
next_source(struct step *s, bool *round)
{
	for (unsigned i = 1; i <= s->nsources; i++) {
		unsigned at = (s->at + i) % s->nsources;

		if (!s->no[at]) {
			*round = at <= s->at;
			s->at = at;
			return true;
		}
	}
	return false;
}

/* After so many failures: between three and five quarters of a pause that doubles. */
static int64_t
pause_for(unsigned losses, uint32_t chance)
{
	int64_t pause = STEP_PAUSE;

	while (losses-- > 1 && pause < STEP_PAUSE_MAX)
		pause *= 2;
	if (pause > STEP_PAUSE_MAX)
		pause = STEP_PAUSE_MAX;
	return pause - pause / 4 +
	    (int64_t)(chance % (uint32_t)(pause / 2 + 1));
}

/* (3): another source at once, else a pause. */
static enum step_action
try_next(struct step *s, const struct step_event *e)
{
	unsigned rounds = ++s->losses / (s->nsources > 0 ? s->nsources : 1);
	bool round = true;
	int64_t pause;

	if (!next_source(s, &round))
		return fail(s);
	if (!round && e->wait < 0)
		return begin(s);
	pause = pause_for(rounds > 0 ? rounds : 1, e->chance);
	return wait_until(s, e->now + (e->wait > pause ? e->wait : pause));
}

/* (2) */
static enum step_action
take_no(struct step *s, const struct step_event *e)
{
	bool round;

	if (s->at < STEP_SOURCES)
		s->no[s->at] = true;
	if (step_says_more(&s->said, e->err))
		s->said = *e->err;
	if (next_source(s, &round))
		return begin(s);
	s->err = s->said;
	return fail(s);
}

static enum step_action
take_failure(struct step *s, const struct step_event *e)
{
	enum blame blame = blame_for(e->err->code);

	s->err = *e->err;
	s->own = blame == OURS ? s->own + 1 : 0;
	switch (blame) {
	case PASSES:
		return try_next(s, e);
	case NO:
		return take_no(s, e);
	case LIES:
		if (++s->lies >= STEP_LIES)
			return fail(s);
		return try_next(s, e);
	case ROOM:
		return wait_until(s, e->now + STEP_ROOM);
	case OURS:
		if (s->own >= STEP_OWN_TRIES)
			return fail(s);
		return wait_until(s, e->now + pause_for(s->own, e->chance));
	case PERSON:
		break;
	}
	return fail(s);
}

/* --- events -------------------------------------------------------------- */

static void
forget_failures(struct step *s)
{
	s->losses = s->own = s->lies = 0;
	weigh_err_clear(&s->err);
}

/* Somebody's word, or the clock's; *taken: that was it. */
static enum step_action
take_word(struct step *s, const struct step_event *e, bool *taken)
{
	*taken = true;
	switch (e->kind) {
	case STEP_PAUSED:
		return go(s, WEIGH_FETCH_PAUSED);
	case STEP_CANCELED:
		return go(s, WEIGH_FETCH_CANCELED);
	case STEP_STOPPED:
		return s->state == WEIGH_FETCH_WAITING ||
			s->state == WEIGH_FETCH_PAUSED ?
		    STEP_DO_LEAVE :
		    go(s, WEIGH_FETCH_QUEUED);
	case STEP_RESUMED:
		if (s->state != WEIGH_FETCH_PAUSED &&
		    s->state != WEIGH_FETCH_WAITING)
			return STEP_DO_NOTHING;
		forget_failures(s);
		memset(s->no, 0, sizeof(s->no));
		return go(s, WEIGH_FETCH_QUEUED);
	case STEP_START:
		if (s->state == WEIGH_FETCH_PAUSED)
			return STEP_DO_LEAVE;
		return s->state == WEIGH_FETCH_WAITING && e->now < s->until ?
		    STEP_DO_WAIT :
		    begin(s);
	case STEP_TIME:
		if (s->state != WEIGH_FETCH_WAITING)
			return STEP_DO_NOTHING;
		return e->now < s->until ? STEP_DO_WAIT : begin(s);
	case STEP_RESOLVED:
	case STEP_LISTED:
	case STEP_PROGRESS:
	case STEP_FETCHED:
	case STEP_ADMITTED:
	case STEP_MISSING:
	case STEP_FAILED:
	case STEP_KINDS:
		break;
	}
	*taken = false;
	return STEP_DO_NOTHING;
}

/* What an action came to; an answer to what was not asked is none. */
static enum step_action
take_outcome(struct step *s, const struct step_event *e)
{
	static const struct {
		enum weigh_fetch_state at;
		enum step_kind kind;
		enum weigh_fetch_state then;
	} rows[] = {
		{ WEIGH_FETCH_RESOLVING, STEP_RESOLVED, WEIGH_FETCH_LISTING },
		{ WEIGH_FETCH_LISTING, STEP_LISTED, WEIGH_FETCH_BYTES },
		{ WEIGH_FETCH_BYTES, STEP_FETCHED, WEIGH_FETCH_ADMITTING },
		{ WEIGH_FETCH_ADMITTING, STEP_MISSING, WEIGH_FETCH_LISTING },
		{ WEIGH_FETCH_ADMITTING, STEP_ADMITTED, WEIGH_FETCH_DONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].at != s->state || rows[i].kind != e->kind)
			continue;
		s->known = true;
		if (e->kind == STEP_ADMITTED)
			weigh_err_clear(&s->err);
		return go(s, rows[i].then);
	}
	return STEP_DO_NOTHING;
}

enum step_action
step_next(struct step *s, const struct step_event *e)
{
	enum step_action action;
	bool taken;

	if (!weigh_fetch_state_live(s->state)) /* (6) */
		return STEP_DO_END;
	action = take_word(s, e, &taken);
	if (taken)
		return action;
	if (e->kind == STEP_FAILED)
		return take_failure(s, e);
	if (e->kind == STEP_PROGRESS) {
		forget_failures(s);
		return STEP_DO_NOTHING;
	}
	return take_outcome(s, e);
}
