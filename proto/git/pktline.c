/* pktline: see weigh/pktline.h. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <weigh/pktline.h>

#include "../hex.h"

#define DIGITS 4

/* --- reading --------------------------------------------------------------- */

/* What the four digits say, or -1. */
static long
length_of(const char *p)
{
	long n = 0;

	for (int i = 0; i < DIGITS; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return -1;
		n = n * 16 + d;
	}
	return n;
}

static enum weigh_pkt
bad(struct weigh_pkt_reader *r)
{
	r->left = 0;
	r->p = NULL; /* (2): for ever */
	return WEIGH_PKT_BAD;
}

static enum weigh_pkt
mark(struct weigh_pkt_reader *r, long n)
{
	static const enum weigh_pkt marks[] = { WEIGH_PKT_FLUSH,
		WEIGH_PKT_DELIM, WEIGH_PKT_END };

	r->p += DIGITS;
	r->left -= DIGITS;
	return marks[n];
}

enum weigh_pkt
weigh_pkt_next(struct weigh_pkt_reader *r)
{
	long n;

	r->data = NULL;
	r->len = 0;
	if (r->p == NULL)
		return WEIGH_PKT_BAD;
	if (r->left == 0)
		return WEIGH_PKT_NONE;
	if (r->left < DIGITS || (n = length_of(r->p)) < 0)
		return bad(r);
	if (n < DIGITS - 1)
		return mark(r, n);
	if (n < DIGITS || n > WEIGH_PKT_MAX || (size_t)n > r->left)
		return bad(r);
	r->data = r->p + DIGITS;
	r->len = (size_t)n - DIGITS;
	r->p += n;
	r->left -= (size_t)n;
	if (r->len > 0 && r->data[r->len - 1] == '\n')
		r->len--;
	return WEIGH_PKT_LINE;
}

/* --- writing --------------------------------------------------------------- */

void
weigh_pkt_add(struct weigh_buf *b, const void *data, size_t len)
{
	if (len > WEIGH_PKT_DATA)
		b->failed = true;
	weigh_buf_addf(b, "%04zx", len + DIGITS);
	weigh_buf_add(b, data, len);
}

void
weigh_pkt_addf(struct weigh_buf *b, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - 1) {
		b->failed = true;
		return;
	}
	line[n] = '\n';
	weigh_pkt_add(b, line, (size_t)n + 1);
}

void
weigh_pkt_flush(struct weigh_buf *b)
{
	weigh_buf_adds(b, "0000");
}

void
weigh_pkt_delim(struct weigh_buf *b)
{
	weigh_buf_adds(b, "0001");
}

void
weigh_pkt_side(struct weigh_buf *b, enum weigh_band band, const void *data,
    size_t len)
{
	const char *p = data;

	while (len > 0) {
		size_t n = len < WEIGH_PKT_BAND ? len : WEIGH_PKT_BAND;

		weigh_buf_addf(b, "%04zx", n + DIGITS + 1);
		weigh_buf_addc(b, (char)band);
		weigh_buf_add(b, p, n);
		p += n;
		len -= n;
	}
}
