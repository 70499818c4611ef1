/* pace: see pace.h. */
#include "upkeep/pace.h"

#define DAY INT64_C(86400)
#define SECOND UINT64_C(1000000000)
#define WAIT_MOST (60 * SECOND)

/* A download at this rate, in bytes a second, has the disk for itself. */
#define BUSY_RATE ((uint64_t)16 << 20)

/* --- hours -------------------------------------------------------------------- */

/* One or two digits; moves *text behind them. */
static bool
take_hour(const char **text, unsigned *out)
{
	const char *p = *text;

	*out = 0;
	while (*p >= '0' && *p <= '9' && p - *text < 2)
		*out = *out * 10 + (unsigned)(*p++ - '0');
	if (p == *text || *out > 24)
		return false;
	*text = p;
	return true;
}

bool
pace_hours_parse(const char *text, struct pace_hours *out)
{
	if (!take_hour(&text, &out->from) || *text++ != '-' ||
	    !take_hour(&text, &out->until) || *text != '\0')
		return false;
	return out->from != out->until && out->from < 24 && out->until > 0;
}

bool
pace_hours_open(const struct pace_hours *h, unsigned hour)
{
	if (h->from < h->until)
		return hour >= h->from && hour < h->until;
	return hour >= h->from || hour < h->until;
}

unsigned
pace_hours_count(const struct pace_hours *h)
{
	return h->from < h->until ? h->until - h->from :
				    24 - h->from + h->until;
}

/* --- rate ---------------------------------------------------------------------- */

struct pace_plan
pace_make_plan(const struct pace_settings *s, uint64_t bytes)
{
	/* Nine tenths of the days; of each day only some hours. */
	uint64_t span = (uint64_t)s->days * (uint64_t)DAY / 10 * 9;
	uint64_t reading = span / 24 * pace_hours_count(&s->hours);
	struct pace_plan plan = { .rate = s->rate };
	uint64_t takes;

	if (s->days == 0)
		return plan;
	if (plan.rate == 0)
		plan.rate = bytes / reading + 1;
	if (s->rate == 0 && plan.rate < PACE_LEAST)
		plan.rate = PACE_LEAST;
	takes = bytes / plan.rate / pace_hours_count(&s->hours) * 24;
	plan.late = takes > span;
	plan.rest = plan.late ? 0 : (int64_t)(span - takes);
	return plan;
}

bool
pace_is_due(const struct pace_plan *plan, int64_t checked, int64_t now)
{
	return checked <= 0 || pace_age(checked, now) >= plan->rest;
}

int64_t
pace_age(int64_t since, int64_t now)
{
	return since > 0 && now > since ? now - since : 0;
}

uint64_t
pace_wait(uint64_t rate, uint64_t bytes, uint64_t elapsed_ns)
{
	/* bytes / rate seconds, without overflow: whole seconds, then the rest. */
	uint64_t seconds, due;

	if (rate == PACE_FULL || rate == 0)
		return 0;
	seconds = bytes / rate;
	if (seconds > 3600)
		return WAIT_MOST;
	due = seconds * SECOND +
	    (uint64_t)((double)(bytes % rate) / (double)rate * (double)SECOND);
	if (due <= elapsed_ns)
		return 0;
	return due - elapsed_ns < WAIT_MOST ? due - elapsed_ns : WAIT_MOST;
}

bool
pace_is_busy(const struct pace_load *before, const struct pace_load *now,
    uint64_t ms)
{
	uint64_t sent = now->sent > before->sent ? now->sent - before->sent : 0;

	return now->heavy > 0 || sent / (ms + 1) >= BUSY_RATE / 1000;
}
