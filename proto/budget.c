/* budget: see weigh/budget.h. */
#include <string.h>

#include <weigh/budget.h>

#include "cursor.h"

#define SECOND_US UINT64_C(1000000)
#define RATE_MAX UINT64_C(1000000000000) /* times SECOND_US fits 64 bits */

/* --- what upstream says -------------------------------------------------- */

static int64_t
bounded(uint64_t seconds)
{
	return seconds > WEIGH_WAIT_MAX ? WEIGH_WAIT_MAX : (int64_t)seconds;
}

int64_t
weigh_retry_after(struct weigh_span value, int64_t now)
{
	struct cursor c = { value.p, value.len };
	uint64_t seconds;
	time_t when;

	if (take_u63(&c, &seconds) && c.len == 0)
		return bounded(seconds);
	if (!weigh_http_date_parse(value, &when))
		return -1;
	return when <= now ? 0 : bounded((uint64_t)when - (uint64_t)now);
}

static void
skip_blanks(struct cursor *c)
{
	while (c->len > 0 && (*c->p == ' ' || *c->p == '\t'))
		cursor_skip(c, 1);
}

/* `;r=0;t=55` behind an item, in any order; others are passed over. */
static void
take_params(struct cursor *c, int64_t *left, int64_t *reset)
{
	uint64_t n;

	*left = *reset = -1;
	for (;;) {
		skip_blanks(c);
		if (!take_text(c, ";"))
			return;
		skip_blanks(c);
		if (take_text(c, "r=") && take_u63(c, &n))
			*left = (int64_t)n;
		else if (take_text(c, "t=") && take_u63(c, &n))
			*reset = bounded(n);
		while (c->len > 0 && *c->p != ';' && *c->p != ',')
			cursor_skip(c, 1);
	}
}

void
weigh_ratelimit(struct weigh_span value, int64_t *left, int64_t *reset)
{
	struct cursor c = { value.p, value.len };
	int64_t r, t;

	*left = *reset = -1;
	while (c.len > 0) {
		while (c.len > 0 && *c.p != ';' && *c.p != ',')
			cursor_skip(&c, 1);
		take_params(&c, &r, &t);
		if (r >= 0 && (*left < 0 || r < *left)) {
			*left = r;
			*reset = t;
		}
		if (c.len > 0)
			cursor_skip(&c, 1); /* its comma */
	}
}

uint32_t
weigh_backoff_ms(unsigned losses, uint32_t base, uint32_t most, uint32_t chance)
{
	uint64_t ms = base;

	while (losses-- > 1 && ms < most)
		ms *= 2;
	if (ms > most)
		ms = most;
	return (uint32_t)(ms - (ms / 2) * chance / UINT32_MAX);
}

/* --- how fast ------------------------------------------------------------ */

static uint64_t
bounded_rate(uint64_t rate)
{
	return rate < RATE_MAX ? rate : RATE_MAX;
}

void
weigh_bucket_init(struct weigh_bucket *b, uint64_t rate, int64_t burst,
    int64_t now_us)
{
	b->rate = bounded_rate(rate);
	b->burst = b->left = burst;
	b->millionths = 0;
	b->then = now_us;
}

/* What came in since the last look.  A second at most is counted at once, so that no
 * product overflows. */
static void
fill(struct weigh_bucket *b, int64_t now_us)
{
	while (b->then < now_us && b->left < b->burst) {
		uint64_t us = (uint64_t)(now_us - b->then), millionths;

		if (us > SECOND_US)
			us = SECOND_US;
		millionths = b->rate * us + b->millionths;
		b->left += (int64_t)(millionths / SECOND_US);
		b->millionths = millionths % SECOND_US;
		b->then += (int64_t)us;
	}
	if (b->left >= b->burst) {
		b->left = b->burst;
		b->millionths = 0;
		b->then = now_us;
	}
}

void
weigh_bucket_set(struct weigh_bucket *b, uint64_t rate, int64_t burst,
    int64_t now_us)
{
	if (b->rate == 0) {
		weigh_bucket_init(b, rate, burst, now_us);
		return;
	}
	fill(b, now_us);
	b->rate = bounded_rate(rate);
	b->burst = burst;
	if (b->left > burst)
		b->left = burst;
}

void
weigh_bucket_take(struct weigh_bucket *b, uint64_t n, int64_t now_us)
{
	if (b->rate == 0)
		return;
	fill(b, now_us);
	b->left -= (int64_t)n;
}

int64_t
weigh_bucket_wait(struct weigh_bucket *b, int64_t now_us)
{
	uint64_t owed, seconds;

	if (b->rate == 0)
		return 0;
	fill(b, now_us);
	if (b->left >= 0)
		return 0;
	owed = (uint64_t)-b->left;
	seconds = owed / b->rate;
	if (seconds >= WEIGH_WAIT_MAX)
		return WEIGH_WAIT_MAX * (int64_t)SECOND_US;
	/* Rounded up, so that it is paid by then. */
	return (int64_t)(seconds * SECOND_US +
	    owed % b->rate * SECOND_US / b->rate + 1);
}

bool
weigh_night(unsigned from, unsigned until, unsigned hour)
{
	if (from <= until)
		return hour >= from && hour < until;
	return hour >= from || hour < until;
}

/* --- how often ----------------------------------------------------------- */

void
weigh_budget_init(struct weigh_budget *b, unsigned most, unsigned seconds)
{
	memset(b, 0, sizeof(*b));
	b->most = most;
	b->seconds = seconds;
	b->left = -1;
}

/* Which slice `now` is in: a slice is seconds / SLICES, perhaps less than one. */
static int64_t
slice_at(const struct weigh_budget *b, int64_t now)
{
	return now * WEIGH_BUDGET_SLICES / (int64_t)b->seconds;
}

/* Forget what is older than the window. */
static void
advance(struct weigh_budget *b, int64_t now)
{
	const int64_t n = WEIGH_BUDGET_SLICES + 1;
	int64_t slice = slice_at(b, now), passed = slice - b->slice;

	if (passed <= 0)
		return;
	if (passed > n)
		passed = n;
	while (passed > 0)
		b->counts[(slice - --passed) % n] = 0;
	b->slice = slice;
}

static uint64_t
counted(const struct weigh_budget *b)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < WEIGH_BUDGET_SLICES + 1; i++)
		sum += b->counts[i];
	return sum;
}

/* Seconds until the oldest calls that are counted are out of the window. */
static int64_t
until_room(const struct weigh_budget *b, int64_t now)
{
	const int64_t n = WEIGH_BUDGET_SLICES + 1;
	int64_t age, end;

	for (age = n - 1; age > 0; age--)
		if (b->counts[(b->slice + n - age) % n] > 0)
			break;
	end = (b->slice - age + n) * (int64_t)b->seconds;
	end = (end + WEIGH_BUDGET_SLICES - 1) / WEIGH_BUDGET_SLICES;
	return end > now ? end - now : 1;
}

static uint64_t
third(uint64_t of)
{
	return of / 3 + (of % 3 > 0);
}

/* With so many calls of the window, and of what is left, kept for others. */
static int64_t
ask(struct weigh_budget *b, int64_t now, uint64_t keep, int64_t keep_left)
{
	if (now < b->until)
		return b->until - now;
	if (b->left >= 0 && b->left <= keep_left && now < b->reset)
		return b->reset - now;
	if (b->most > 0 && b->seconds > 0) {
		advance(b, now);
		if (counted(b) >= b->most - keep)
			return until_room(b, now);
		b->counts[b->slice % (WEIGH_BUDGET_SLICES + 1)]++;
	}
	if (now >= b->reset)
		b->left = -1;
	if (b->left > 0)
		b->left--;
	return 0;
}

int64_t
weigh_budget_ask(struct weigh_budget *b, int64_t now)
{
	return ask(b, now, 0, 0);
}

int64_t
weigh_budget_ask_guest(struct weigh_budget *b, int64_t now)
{
	return ask(b, now, third(b->most),
	    b->full > 0 ? (int64_t)third((uint64_t)b->full) : 0);
}

void
weigh_budget_told(struct weigh_budget *b, int64_t now, int status,
    int64_t retry_after, int64_t left, int64_t reset)
{
	if ((status == 429 || status == 503) && retry_after >= 0 &&
	    now + retry_after > b->until)
		b->until = now + retry_after;
	if (left < 0 || reset < 0)
		return;
	if (b->left < 0 || now >= b->reset || left > b->full)
		b->full = left;
	/* Answers come out of order: within one window the least counts. */
	if (b->left < 0 || now >= b->reset || left < b->left)
		b->left = left;
	b->reset = now + (reset > 0 ? reset : 1);
}
