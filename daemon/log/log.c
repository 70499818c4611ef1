/* log: see log.h. */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <weigh/name.h>

#define LINE_MAX_BYTES 4096
#define CUT " cut=yes" /* said when a line was too long to say all */

static const char *const level_names[] = {
	[LOG_ERROR_LEVEL] = "error",
	[LOG_WARN_LEVEL] = "warn",
	[LOG_INFO_LEVEL] = "info",
	[LOG_DEBUG_LEVEL] = "debug",
};
#define LEVELS (sizeof(level_names) / sizeof(level_names[0]))

static atomic_int threshold = LOG_INFO_LEVEL;

/* A line on the stack, so that "out of memory" can still be logged. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
	bool cut;
};

void
log_set_level(enum log_level level)
{
	atomic_store(&threshold, (int)level);
}

int
log_level_parse(const char *text)
{
	for (size_t i = 0; i < LEVELS; i++) {
		if (strcmp(text, level_names[i]) == 0)
			return (int)i;
	}
	return -1;
}

/* Whole or not at all; room for CUT and the line end always stays. */
static void
add(struct line *l, const char *text, size_t len)
{
	if (l->cut || len > sizeof(l->text) - sizeof(CUT) - l->len) {
		l->cut = true;
		return;
	}
	memcpy(l->text + l->len, text, len);
	l->len += len;
}

static void
adds(struct line *l, const char *text)
{
	add(l, text, strlen(text));
}

/* Bytes that could act on a terminal: C0, DEL, and C1 in its UTF-8 form. */
static bool
is_control(const unsigned char *p)
{
	return *p < 0x20 || *p == 0x7f ||
	    (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f);
}

static bool
needs_quotes(const char *value, bool utf8)
{
	const unsigned char *p = (const unsigned char *)value;

	if (*p == '\0')
		return true;
	for (; *p != '\0'; p++) {
		if (is_control(p) || strchr(" \"=\\", *p) != NULL ||
		    (*p >= 0x80 && !utf8))
			return true;
	}
	return false;
}

static void
add_hex(struct line *l, unsigned char byte)
{
	char hex[5];

	snprintf(hex, sizeof(hex), "\\x%02x", byte);
	adds(l, hex);
}

/* Add what begins at `p`, inside quotes; answers how many bytes that was. */
static size_t
add_quoted(struct line *l, const unsigned char *p, bool utf8)
{
	switch (*p) {
	case '"':
		adds(l, "\\\"");
		return 1;
	case '\\':
		adds(l, "\\\\");
		return 1;
	case '\n':
		adds(l, "\\n");
		return 1;
	case '\t':
		adds(l, "\\t");
		return 1;
	}
	if (is_control(p) && *p == 0xc2) {
		add_hex(l, p[0]);
		add_hex(l, p[1]);
		return 2;
	}
	if (is_control(p) || (*p >= 0x80 && !utf8))
		add_hex(l, *p);
	else
		add(l, (const char *)p, 1);
	return 1;
}

static void
add_value(struct line *l, const char *value)
{
	const unsigned char *p = (const unsigned char *)value;
	bool utf8 = weigh_utf8_ok(value, strlen(value));

	if (!needs_quotes(value, utf8)) {
		adds(l, value);
		return;
	}
	adds(l, "\"");
	while (*p != '\0')
		p += add_quoted(l, p, utf8);
	adds(l, "\"");
}

/* Whole or not at all: half a pair could be read as another. */
static void
add_pair(struct line *l, const char *key, const char *value)
{
	size_t before = l->len;

	adds(l, " ");
	adds(l, key);
	adds(l, "=");
	add_value(l, value);
	if (l->cut)
		l->len = before;
}

static void
add_time(struct line *l)
{
	char day[32], ms[32];
	struct timespec now;
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
	    gmtime_r(&now.tv_sec, &tm) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	snprintf(ms, sizeof(ms), ".%03ldZ", now.tv_nsec / 1000000);
	adds(l, day);
	adds(l, ms);
}

static void
write_line(struct line *l)
{
	const char *p = l->text;
	size_t left;
	ssize_t n;

	if (l->cut) {
		memcpy(l->text + l->len, CUT, sizeof(CUT) - 1);
		l->len += sizeof(CUT) - 1;
	}
	l->text[l->len++] = '\n';
	for (left = l->len; left > 0; left -= (size_t)n, p += n) {
		n = write(STDERR_FILENO, p, left);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return; /* nobody is left to be told */
	}
}

void
log_event(enum log_level level, const char *event, ...)
{
	struct line l = { .len = 0 };
	const char *key, *value;
	va_list ap;

	if ((int)level > atomic_load(&threshold) || (size_t)level >= LEVELS)
		return;
	add_time(&l);
	add_pair(&l, "level", level_names[level]);
	add_pair(&l, "event", event);
	va_start(ap, event);
	while (!l.cut && (key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value != NULL)
			add_pair(&l, key, value);
	}
	va_end(ap);
	write_line(&l);
}
