/* pace: see pace.h. */
#include "fetch/pace.h"

static unsigned
bounded(unsigned more, unsigned most)
{
	if (most == 0)
		most = 1;
	return more + 1 < most ? more + 1 : most;
}

unsigned
pace_width(const struct pace *p, unsigned most)
{
	return bounded(p->more, most);
}

unsigned
pace_sure(const struct pace *p, unsigned most)
{
	return bounded(p->tries ? p->before : p->more, most);
}

/* Measure anew, after a moment. */
static void
look_again(struct pace *p, int64_t now)
{
	p->bytes = p->full = 0;
	p->since = now + PACE_SETTLE_MS;
}

/* A look is over; true: the width changed. */
static bool
judge(struct pace *p, uint64_t rate, bool full, unsigned most, int64_t now)
{
	const unsigned width = pace_width(p, most);

	if (p->tries && rate / 5 < p->rate / 4) {
		p->tries = false;
		p->more = p->before;
		p->rest = now + PACE_REST_MS;
		return true;
	}
	p->tries = false;
	if (full || width >= most || now < p->rest)
		return false;
	p->tries = true;
	p->before = width - 1;
	p->rate = rate;
	p->more = (2 * width < most ? 2 * width : most) - 1;
	return true;
}

bool
pace_came(struct pace *p, uint64_t bytes, bool full, unsigned most, int64_t now)
{
	const bool paused = p->last == 0 || now - p->last > PACE_PAUSE_MS;
	uint64_t rate;
	bool changed;

	p->last = now;
	if (paused)
		look_again(p, now);
	if (now < p->since)
		return false;
	p->bytes += bytes;
	if (full)
		p->full += bytes;
	if (now - p->since < PACE_LOOK_MS)
		return false;
	rate = p->bytes * 1000 / (uint64_t)(now - p->since);
	changed = judge(p, rate, 4 * p->full > p->bytes, most, now);
	look_again(p, now);
	return changed;
}
