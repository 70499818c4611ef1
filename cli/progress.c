/* progress: one line of a progress display. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "progress.h"
#include "text.h"

enum {
	NAME_MOST = 48,
	NAME_LEAST = 12,
	BAR_MOST = 32,
	BAR_LEAST = 6,
	/* " 100% " + edges and blank around the bar + amount, rate, ETA */
	FIXED = 1 + 4 + 1 + 2 + 1 + 13 + 1 + 10 + 8
};

/* Empty the buckets of the seconds that went by. */
static void
roll(struct progress_rate *r, uint64_t second)
{
	uint64_t gone = second - r->second;

	if (gone > PROGRESS_BUCKETS)
		gone = PROGRESS_BUCKETS;
	while (gone-- > 0)
		r->bucket[(second - gone) % PROGRESS_BUCKETS] = 0;
	r->second = second;
}

void
progress_rate_add(struct progress_rate *r, uint64_t now_ms, uint64_t bytes)
{
	uint64_t second = now_ms / 1000;

	if (!r->running) {
		r->running = true;
		r->second = r->begun = second;
	}
	if (second > r->second)
		roll(r, second);
	r->bucket[r->second % PROGRESS_BUCKETS] += bytes;
}

uint64_t
progress_rate_get(const struct progress_rate *r, uint64_t now_ms)
{
	struct progress_rate now = *r;
	uint64_t sum = 0, seconds;
	unsigned i;

	if (!r->running)
		return 0;
	if (now_ms / 1000 > now.second)
		roll(&now, now_ms / 1000);
	for (i = 0; i < PROGRESS_BUCKETS; i++)
		sum += now.bucket[i];
	/* The second that is under way counts only while there is no other. */
	seconds = now.second - now.begun;
	if (seconds == 0)
		return sum;
	sum -= now.bucket[now.second % PROGRESS_BUCKETS];
	if (seconds > PROGRESS_BUCKETS - 1)
		seconds = PROGRESS_BUCKETS - 1;
	return sum / seconds;
}

/* `part` of `whole` in `n` steps, without overflow. */
static unsigned
scale(uint64_t part, uint64_t whole, unsigned n)
{
	if (part >= whole)
		return n;
	return (unsigned)((double)part / (double)whole * n);
}

static void
bar_utf8(struct weigh_buf *out, const struct progress_line *p, unsigned width)
{
	static const char *const eighths[] = { "", "\u258f", "\u258e", "\u258d",
		"\u258c", "\u258b", "\u258a", "\u2589" };
	unsigned full = scale(p->done, p->total, width * 8);
	unsigned i;

	weigh_buf_adds(out, "\u2595");
	for (i = 0; i < full / 8; i++)
		weigh_buf_adds(out, "\u2588");
	weigh_buf_adds(out, eighths[full % 8]);
	for (i += full % 8 > 0; i < width; i++)
		weigh_buf_addc(out, ' ');
	weigh_buf_adds(out, "\u258f");
}

static void
bar_ascii(struct weigh_buf *out, const struct progress_line *p, unsigned width)
{
	unsigned full = scale(p->done, p->total, width);
	unsigned i;

	weigh_buf_addc(out, '[');
	for (i = 0; i < width; i++)
		weigh_buf_addc(out, i < full ? '#' : '.');
	weigh_buf_addc(out, ']');
}

/* ` 1.6 GB/4.7 GB    58 MB/s     53s` */
static void
numbers(struct weigh_buf *out, const struct progress_line *p)
{
	char done[TEXT_SIZE], total[TEXT_SIZE], rate[TEXT_SIZE];
	char eta[TEXT_DURATION] = "", amount[2 * TEXT_SIZE + 1];
	char speed[TEXT_SIZE + 2] = "";

	text_size_short(p->done, done);
	text_size_short(p->total, total);
	snprintf(amount, sizeof(amount), "%s/%s", done, total);
	if (p->rate > 0) {
		text_size_short(p->rate, rate);
		snprintf(speed, sizeof(speed), "%s/s", rate);
		text_duration((p->total - p->done + p->rate - 1) / p->rate,
		    eta);
	}
	weigh_buf_addf(out, " %13s %10s%8s", amount, speed, eta);
}

/* Name and one thing more: for finished files and for narrow terminals. */
static void
short_line(struct weigh_buf *out, const struct progress_line *p, unsigned name,
    unsigned width, bool utf8)
{
	char more[TEXT_SIZE + 8] = "";
	char total[TEXT_SIZE];

	text_size_short(p->total, total);
	if (p->finished)
		snprintf(more, sizeof(more), " 100%% %s", total);
	else
		snprintf(more, sizeof(more), " %3u%%",
		    scale(p->done, p->total, 100));
	if (name + strlen(more) > width)
		name = width > strlen(more) ? width - (unsigned)strlen(more) :
					      0;
	text_fit(out, p->name, name, utf8);
	weigh_buf_adds(out, more);
}

/* What the columns besides FIXED go to (1). */
static void
share_width(unsigned width, unsigned *name, unsigned *bar)
{
	unsigned left = width > FIXED ? width - FIXED : 0;

	*name = left > NAME_MOST + BAR_LEAST ? NAME_MOST :
	    left > BAR_LEAST                 ? left - BAR_LEAST :
					       0;
	*bar = left - *name > BAR_MOST ? BAR_MOST : left - *name;
}

void
progress_line(struct weigh_buf *out, const struct progress_line *line,
    unsigned width, bool utf8)
{
	struct progress_line p = *line;
	unsigned name, bar;

	if (p.done > p.total)
		p.done = p.total;
	share_width(width, &name, &bar);
	if (p.finished || name < NAME_LEAST) {
		short_line(out, &p, name < NAME_LEAST ? NAME_MOST : name, width,
		    utf8);
		return;
	}
	text_fit(out, p.name, name, utf8);
	weigh_buf_addf(out, " %3u%% ", scale(p.done, p.total, 100));
	utf8 ? bar_utf8(out, &p, bar) : bar_ascii(out, &p, bar);
	numbers(out, &p);
}
