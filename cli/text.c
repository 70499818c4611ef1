/* text: numbers and names as people read them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <weigh/name.h>

#include "text.h"

static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };

static void
size_text(uint64_t bytes, double decimals_below, char out[TEXT_SIZE])
{
	double v = (double)bytes;
	unsigned u = 0;

	while (v >= 999.5) {
		v /= 1000;
		u++;
	}
	snprintf(out, TEXT_SIZE, "%.*f %s", u > 0 && v < decimals_below, v,
	    units[u]);
}

void
text_size(uint64_t bytes, char out[TEXT_SIZE])
{
	size_text(bytes, 99.95, out);
}

void
text_size_short(uint64_t bytes, char out[TEXT_SIZE])
{
	size_text(bytes, 9.95, out);
}

void
text_duration(uint64_t s, char out[TEXT_DURATION])
{
	const uint64_t minute = 60, hour = 3600, day = 86400;

	if (s < minute)
		snprintf(out, TEXT_DURATION, "%" PRIu64 "s", s);
	else if (s < hour)
		snprintf(out, TEXT_DURATION, "%" PRIu64 "m%02" PRIu64 "s",
		    s / minute, s % minute);
	else if (s < day)
		snprintf(out, TEXT_DURATION, "%" PRIu64 "h%02" PRIu64 "m",
		    s / hour, s % hour / minute);
	else if (s < 100 * day)
		snprintf(out, TEXT_DURATION, "%" PRIu64 "d%02" PRIu64 "h",
		    s / day, s % day / hour);
	else if (s < 10000 * day)
		snprintf(out, TEXT_DURATION, "%" PRIu64 "d", s / day);
	else
		snprintf(out, TEXT_DURATION, "-");
}

void
text_when(int64_t when, char out[TEXT_WHEN])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when <= 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(out, TEXT_WHEN, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(out, "-", 2);
}

void
text_count(uint64_t n, const char *one, char out[TEXT_COUNT])
{
	size_t len = strlen(one);
	bool y = len > 0 && one[len - 1] == 'y';

	if (n == 1)
		snprintf(out, TEXT_COUNT, "1 %.40s", one);
	else
		snprintf(out, TEXT_COUNT, "%" PRIu64 " %.*s%s", n,
		    (int)(len < 40 ? len - y : 40), one, y ? "ies" : "s");
}

static bool
starts_code_point(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

size_t
text_columns(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += starts_code_point(*text);
	return n;
}

void
text_wrap(struct weigh_buf *out, const char *text, size_t at, size_t indent,
    size_t width)
{
	bool begun = false; /* this line has a word */

	for (text += strspn(text, " "); *text != '\0'; begun = true) {
		size_t len = strcspn(text, " ");

		if (begun && at + 1 + len > width) {
			weigh_buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (begun) {
			weigh_buf_adds(out, " ");
			at++;
		}
		weigh_buf_add(out, text, len);
		at += len;
		text += len;
		text += strspn(text, " ");
	}
}

/* The place `columns` code points into the text, or its end. */
static const char *
skip_columns(const char *text, size_t columns)
{
	for (; *text != '\0'; text++)
		if (starts_code_point(*text) && columns-- == 0)
			break;
	return text;
}

void
text_fit(struct weigh_buf *out, const char *text, size_t width, bool utf8)
{
	const char *gap = utf8 ? "\u2026" : "...";
	size_t have = text_columns(text);
	size_t gap_width = text_columns(gap);
	size_t head, tail;
	const char *end;

	if (have <= width) {
		weigh_buf_addf(out, "%s%*s", text, (int)(width - have), "");
		return;
	}
	if (width < gap_width + 2) {
		end = skip_columns(text, width);
		weigh_buf_add(out, text, (size_t)(end - text));
		return;
	}
	head = (width - gap_width) / 2;
	tail = width - gap_width - head;
	end = skip_columns(text, head);
	weigh_buf_add(out, text, (size_t)(end - text));
	weigh_buf_adds(out, gap);
	weigh_buf_adds(out, skip_columns(text, have - tail));
}

/* Bytes of the code point at `p`: 0 when it is not UTF-8, a control, or of direction. */
static size_t
printable_length(const char *p)
{
	unsigned char c = (unsigned char)p[0];
	size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

	if (c < 0x20 || c == 0x7F)
		return 0;
	if (strnlen(p, n) < n || !weigh_utf8_ok(p, n))
		return 0;
	if (c == 0xC2 && (unsigned char)p[1] < 0xA0)
		return 0; /* C1 */
	if (strncmp(p, "\xe2\x80", 2) == 0 && (unsigned char)p[2] >= 0xA8 &&
	    (unsigned char)p[2] <= 0xAE)
		return 0; /* ends lines, turns what follows around */
	if (strncmp(p, "\xe2\x81", 2) == 0 && (unsigned char)p[2] >= 0xA6 &&
	    (unsigned char)p[2] <= 0xA9)
		return 0; /* the same */
	return n;
}

void
text_clean(struct weigh_buf *out, const char *text)
{
	while (*text != '\0') {
		size_t n = printable_length(text);

		if (n > 0)
			weigh_buf_add(out, text, n);
		else
			weigh_buf_addf(out, "\\x%02x", (unsigned char)*text);
		text += n > 0 ? n : 1;
	}
}

void
text_clean_ascii(struct weigh_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7F)
			weigh_buf_addc(out, *text);
		else
			weigh_buf_addf(out, "\\x%02x", c);
	}
}
