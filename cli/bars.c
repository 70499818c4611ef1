/* bars: progress on a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "bars.h"

#define DRAW_MS 100
#define SCREEN_MAX (64u << 10)

uint64_t
bars_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* One column is left free: some terminals wrap when the last one is written. */
static unsigned
terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;
	long n = columns != NULL ? strtol(columns, NULL, 10) : 0;

	if (n > 0 && n < 1000)
		return (unsigned)n - 1;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1)
		return w.ws_col - 1u;
	return 79;
}

void
bars_begin(struct bars *b, const struct out *out, const char *name,
    uint64_t total)
{
	*b = (struct bars){ .out = out, .name = name, .total = total };
	progress_rate_add(&b->rate, bars_now_ms(), 0);
}

int
bars_add(struct bars *b, const char *name, uint64_t done, uint64_t total)
{
	int i;

	for (i = 0; i < BARS_MAX; i++)
		if (b->file[i].name == NULL) {
			b->file[i].name = name;
			b->file[i].done = done;
			b->file[i].total = total;
			b->file[i].rate = (struct progress_rate){ 0 };
			return i;
		}
	return -1;
}

void
bars_file(struct bars *b, int line, uint64_t done)
{
	if (line < 0)
		return;
	if (done > b->file[line].done)
		progress_rate_add(&b->file[line].rate, bars_now_ms(),
		    done - b->file[line].done);
	b->file[line].done = done;
}

void
bars_total(struct bars *b, uint64_t done)
{
	if (done > b->done)
		progress_rate_add(&b->rate, bars_now_ms(), done - b->done);
	b->done = done;
}

/* Back to the first of our lines, and nothing below it. */
static void
wipe(struct bars *b, struct weigh_buf *screen)
{
	if (b->lines > 0)
		weigh_buf_addf(screen, "\033[%uA", b->lines);
	weigh_buf_adds(screen, "\r\033[J");
	b->lines = 0;
}

static void
add_lines(struct bars *b, struct weigh_buf *screen)
{
	uint64_t now = bars_now_ms();
	unsigned width = terminal_width();
	int i;

	for (i = 0; i < BARS_MAX; i++) {
		struct progress_line p = { b->file[i].name, b->file[i].done,
			b->file[i].total,
			progress_rate_get(&b->file[i].rate, now), false };

		if (p.name == NULL)
			continue;
		progress_line(screen, &p, width, b->out->utf8);
		weigh_buf_addc(screen, '\n');
		b->lines++;
	}
	progress_line(screen,
	    &(struct progress_line){ b->name, b->done, b->total,
		progress_rate_get(&b->rate, now), false },
	    width, b->out->utf8);
	weigh_buf_addc(screen, '\n');
	b->lines++;
}

static void
put(struct weigh_buf *screen)
{
	if (!screen->failed && screen->len > 0)
		fwrite(screen->data, 1, screen->len, stderr);
	fflush(stderr);
	weigh_buf_free(screen);
}

void
bars_draw(struct bars *b)
{
	uint64_t now = bars_now_ms();
	struct weigh_buf screen;

	if (!b->out->bars || now < b->drawn_ms + DRAW_MS)
		return;
	b->drawn_ms = now;
	weigh_buf_init(&screen, SCREEN_MAX);
	wipe(b, &screen);
	add_lines(b, &screen);
	put(&screen);
}

void
bars_drop(struct bars *b, int line, bool finished)
{
	struct weigh_buf screen;

	if (line < 0)
		return;
	if (finished && b->out->bars) {
		weigh_buf_init(&screen, SCREEN_MAX);
		wipe(b, &screen);
		progress_line(&screen,
		    &(struct progress_line){ b->file[line].name,
			b->file[line].total, b->file[line].total, 0, true },
		    terminal_width(), b->out->utf8);
		weigh_buf_addc(&screen, '\n');
		b->file[line].name = NULL;
		add_lines(b, &screen);
		put(&screen);
	}
	b->file[line].name = NULL;
}

void
bars_end(struct bars *b)
{
	struct weigh_buf screen;

	if (!b->out->bars)
		return;
	weigh_buf_init(&screen, SCREEN_MAX);
	wipe(b, &screen);
	put(&screen);
}
