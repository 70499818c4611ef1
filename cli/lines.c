/* lines: the longest common run of lines, by a table; see lines.h. */
#include "lines.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct line {
	const char *text;
	size_t len; /* without its line feed */
	bool ended; /* by one */
};

struct text {
	struct line *lines;
	size_t n;
};

/* One step from the first text to the second. */
struct step {
	char mark; /* ' ', '-', '+' */
	const struct line *line;
};

struct walk {
	struct text a, b;
	struct step *steps;
	size_t n;
};

static bool
split(struct text *t, const char *text, size_t len)
{
	size_t room = 1, at;
	const char *end;

	for (at = 0; at < len; at++)
		room += text[at] == '\n';
	t->lines = calloc(room, sizeof(*t->lines));
	if (t->lines == NULL)
		return false;
	for (at = 0; at < len;) {
		struct line *line = &t->lines[t->n++];

		end = memchr(text + at, '\n', len - at);
		line->text = text + at;
		line->ended = end != NULL;
		line->len = end != NULL ? (size_t)(end - line->text) : len - at;
		at += line->len + line->ended;
	}
	return true;
}

static bool
same(const struct line *a, const struct line *b)
{
	return a->len == b->len && a->ended == b->ended &&
	    memcmp(a->text, b->text, a->len) == 0;
}

static void
step(struct walk *w, char mark, const struct line *line)
{
	w->steps[w->n++] = (struct step){ mark, line };
}

/* (2) */
static void
swap_all(struct walk *w, size_t a, size_t aend, size_t b, size_t bend)
{
	while (a < aend)
		step(w, '-', &w->a.lines[a++]);
	while (b < bend)
		step(w, '+', &w->b.lines[b++]);
}

/* table[i][j]: how many lines the rests behind i and j have in common. */
static void
fill(uint16_t *table, const struct line *a, size_t n, const struct line *b,
    size_t m)
{
	for (size_t i = n; i-- > 0;)
		for (size_t j = m; j-- > 0;) {
			uint16_t *at = &table[i * (m + 1) + j];
			uint16_t below = at[m + 1], beside = at[1];

			if (same(&a[i], &b[j]))
				*at = (uint16_t)(at[m + 2] + 1);
			else
				*at = below >= beside ? below : beside;
		}
}

static bool
walk_middle(struct walk *w, size_t a, size_t aend, size_t b, size_t bend)
{
	size_t n = aend - a, m = bend - b, i = 0, j = 0;
	uint16_t *table;

	if (n == 0 || m == 0 || n >= UINT16_MAX || m >= UINT16_MAX ||
	    n > LINES_TABLE / m) {
		swap_all(w, a, aend, b, bend);
		return true;
	}
	if ((table = calloc((n + 1) * (m + 1), sizeof(*table))) == NULL)
		return false;
	fill(table, w->a.lines + a, n, w->b.lines + b, m);
	while (i < n && j < m) {
		const uint16_t *at = &table[i * (m + 1) + j];

		if (same(&w->a.lines[a + i], &w->b.lines[b + j])) {
			step(w, ' ', &w->b.lines[b + j++]);
			i++;
		} else if (at[m + 1] >= at[1]) {
			step(w, '-', &w->a.lines[a + i++]);
		} else {
			step(w, '+', &w->b.lines[b + j++]);
		}
	}
	swap_all(w, a + i, aend, b + j, bend);
	free(table);
	return true;
}

static bool
walk(struct walk *w)
{
	size_t first = 0, aend = w->a.n, bend = w->b.n;

	w->steps = calloc(aend + bend + 1, sizeof(*w->steps));
	if (w->steps == NULL)
		return false;
	while (first < aend && first < bend &&
	    same(&w->a.lines[first], &w->b.lines[first]))
		step(w, ' ', &w->b.lines[first++]);
	while (aend > first && bend > first &&
	    same(&w->a.lines[aend - 1], &w->b.lines[bend - 1])) {
		aend--;
		bend--;
	}
	if (!walk_middle(w, first, aend, first, bend))
		return false;
	while (bend < w->b.n)
		step(w, ' ', &w->b.lines[bend++]);
	return true;
}

/* --- hunks --------------------------------------------------------------- */

/* The hunk that begins at the change `i`: its first step, and behind its last. */
static void
bound(const struct walk *w, size_t i, size_t *from, size_t *to)
{
	size_t quiet = 0;

	*from = i > LINES_AROUND ? i - LINES_AROUND : 0;
	for (; i < w->n && quiet <= 2 * LINES_AROUND; i++)
		quiet = w->steps[i].mark == ' ' ? quiet + 1 : 0;
	*to = i - (quiet > LINES_AROUND ? quiet - LINES_AROUND : 0);
}

static void
print_hunk(struct weigh_buf *out, const struct walk *w, size_t from, size_t to,
    size_t aline, size_t bline)
{
	size_t acount = 0, bcount = 0, i;

	for (i = from; i < to; i++) {
		acount += w->steps[i].mark != '+';
		bcount += w->steps[i].mark != '-';
	}
	weigh_buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", aline + (acount > 0),
	    acount, bline + (bcount > 0), bcount);
	for (i = from; i < to; i++) {
		const struct line *line = w->steps[i].line;

		weigh_buf_add(out, &w->steps[i].mark, 1);
		weigh_buf_add(out, line->text, line->len);
		weigh_buf_adds(out,
		    line->ended ? "\n" : "\n\\ no line feed at the end\n");
	}
}

static void
print(struct weigh_buf *out, const struct walk *w)
{
	size_t aline = 0, bline = 0, from, to = 0, done = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->steps[i].mark == ' ' || i < to)
			continue;
		bound(w, i, &from, &to);
		for (; done < from; done++) {
			aline += w->steps[done].mark != '+';
			bline += w->steps[done].mark != '-';
		}
		print_hunk(out, w, from, to, aline, bline);
	}
}

enum weigh_code
lines_diff(struct weigh_buf *out, const char *a, size_t alen, const char *b,
    size_t blen, struct weigh_err *err)
{
	struct walk w = { .n = 0 };
	bool done = split(&w.a, a, alen) && split(&w.b, b, blen) && walk(&w);

	if (done)
		print(out, &w);
	free(w.steps);
	free(w.a.lines);
	free(w.b.lines);
	return done && !out->failed ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}
