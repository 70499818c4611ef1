/* bars: progress on a terminal. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "bars.h"
#include "text.h"

#define DRAW_MS 100
#define SCREEN_MAX (64u << 10)
#define SAY_MAX 8192 /* bytes of a line */

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

/* A line whose name this terminal can show. */
static void
add_line(const struct bars *b, struct weigh_buf *screen,
    struct progress_line line)
{
	struct weigh_buf name;

	weigh_buf_init(&name, 4 * SAY_MAX);
	if (!b->out->utf8) {
		text_clean_ascii(&name, line.name);
		line.name = name.data != NULL ? name.data : "";
	}
	progress_line(screen, &line, terminal_width(), b->out->utf8);
	weigh_buf_addc(screen, '\n');
	weigh_buf_free(&name);
}

static void
add_lines(struct bars *b, struct weigh_buf *screen)
{
	uint64_t now = bars_now_ms();
	int i;

	for (i = 0; i < BARS_MAX; i++) {
		struct progress_line p = { b->file[i].name, b->file[i].done,
			b->file[i].total,
			progress_rate_get(&b->file[i].rate, now), false };

		if (p.name == NULL)
			continue;
		add_line(b, screen, p);
		b->lines++;
	}
	add_line(b, screen,
	    (struct progress_line){ b->name, b->done, b->total,
		progress_rate_get(&b->rate, now), false });
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
		add_line(b, &screen,
		    (struct progress_line){ b->file[line].name,
			b->file[line].total, b->file[line].total, 0, true });
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

void
bars_say(struct bars *b, const char *fmt, ...)
{
	struct weigh_buf screen, line;
	char text[SAY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	weigh_buf_init(&line, 4 * SAY_MAX + 1);
	text_clean(&line, text);
	if (b->out->bars) {
		weigh_buf_init(&screen, SCREEN_MAX);
		wipe(b, &screen);
		put(&screen);
	}
	out_say(b->out, "%s", line.data != NULL ? line.data : "");
	b->drawn_ms = 0; /* draw again at the next look */
	weigh_buf_free(&line);
}
