/*
 * target: segments of a path, values of a query, and escapes (RFC 3986).
 * A target is not a path: nothing here is ever normalized into something else.
 */
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>

#include "priv.h"

#define BAD_ESCAPE (-1)

/* Take one octet, decoded, from the front of a span that is not empty. */
static int
take_octet(struct weigh_span *s)
{
	size_t n = 1;
	int octet = (unsigned char)s->p[0];

	if (octet == '%') {
		if (s->len < 3 || !in_class(s->p[1], CLASS_HEX) ||
		    !in_class(s->p[2], CLASS_HEX))
			return BAD_ESCAPE;
		octet = (int)(weigh_http_hex(s->p[1]) << 4 |
		    weigh_http_hex(s->p[2]));
		n = 3;
	}
	s->p += n;
	s->len -= n;
	return octet;
}

bool
weigh_http_escapes_ok(struct weigh_span s)
{
	while (s.len > 0) {
		const char *p = memchr(s.p, '%', s.len);

		if (p == NULL)
			return true;
		s.len -= (size_t)(p - s.p);
		s.p = p;
		if (take_octet(&s) <= 0)
			return false;
	}
	return true;
}

/* Decode a segment to `out` with a NUL; false for what no segment may hold. */
static bool
decode_segment(struct weigh_span s, struct weigh_http_segment *seg, char *out)
{
	size_t n = 0;

	seg->text = out;
	seg->slash = false;
	while (s.len > 0) {
		int octet = take_octet(&s);

		if (octet < ' ' || octet == 0x7f || octet == '\\')
			return false;
		seg->slash = seg->slash || octet == '/';
		out[n++] = (char)octet;
	}
	out[n] = '\0';
	seg->len = n;
	return weigh_utf8_ok(out, n);
}

/* No part between slashes, which may have come as %2F, is empty or climbs. */
static bool
parts_ok(const char *text)
{
	for (;;) {
		size_t n = strcspn(text, "/");

		if (n == 0 || (n == 1 && text[0] == '.') ||
		    (n == 2 && text[0] == '.' && text[1] == '.'))
			return false;
		if (text[n] == '\0')
			return true;
		text += n + 1;
	}
}

static int
split(struct weigh_http_target *t, struct weigh_span rest, char *out)
{
	bool last = false;

	while (!last) {
		const char *slash = memchr(rest.p, '/', rest.len);
		struct weigh_span raw = { rest.p, rest.len };
		struct weigh_http_segment *seg = &t->seg[t->count];

		last = slash == NULL;
		if (!last)
			raw.len = (size_t)(slash - rest.p);
		if (t->count == WEIGH_HTTP_SEGMENTS)
			return 404;
		if (!decode_segment(raw, seg, out))
			return 400;
		if (seg->len > 0 ? !parts_ok(seg->text) : !last && t->count > 0)
			return 400;
		t->count++;
		out += seg->len + 1;
		if (!last) {
			rest.p += raw.len + 1;
			rest.len -= raw.len + 1;
		}
	}
	return 0;
}

int
weigh_http_target_parse(struct weigh_http_target *t, struct weigh_span path)
{
	int status;

	t->count = 0;
	t->memory = NULL;
	if (path.len == 0 || path.p[0] != '/')
		return 400;
	/* Decoding never lengthens, and each slash lends its place to a NUL. */
	if ((t->memory = malloc(path.len)) == NULL)
		return 500;
	status = split(t, (struct weigh_span){ path.p + 1, path.len - 1 },
	    t->memory);
	if (status != 0)
		weigh_http_target_free(t);
	return status;
}

void
weigh_http_target_free(struct weigh_http_target *t)
{
	free(t->memory);
	t->memory = NULL;
	t->count = 0;
}

/*
 * Queries.
 */

static int
take_query_octet(struct weigh_span *s)
{
	int octet = s->p[0] == '+' ? ' ' : 0;

	if (octet == 0)
		return take_octet(s);
	s->p++;
	s->len--;
	return octet;
}

static bool
key_is(struct weigh_span s, const char *key)
{
	while (s.len > 0) {
		int octet = take_query_octet(&s);

		if (octet <= 0 || octet != (unsigned char)*key++)
			return false;
	}
	return *key == '\0';
}

static int
decode_value(struct weigh_span s, char *out, size_t size)
{
	size_t n = 0;

	while (s.len > 0) {
		int octet = take_query_octet(&s);

		if (octet <= 0 || n + 1 >= size)
			return -1;
		out[n++] = (char)octet;
	}
	out[n] = '\0';
	return weigh_utf8_ok(out, n) ? 1 : -1;
}

/* Take what stands before the next `separator` from *s; all of it if none. */
static struct weigh_span
take_until(struct weigh_span *s, char separator)
{
	struct weigh_span front = *s;
	const char *p = s->len > 0 ? memchr(s->p, separator, s->len) : NULL;

	if (p == NULL) {
		s->len = 0;
		return front;
	}
	front.len = (size_t)(p - s->p);
	s->p = p + 1;
	s->len -= front.len + 1;
	return front;
}

int
weigh_http_query(struct weigh_span query, const char *key, char *out,
    size_t size)
{
	if (size == 0)
		return -1;
	out[0] = '\0';
	while (query.len > 0) {
		struct weigh_span value = take_until(&query, '&');
		struct weigh_span name = take_until(&value, '=');

		if (!key_is(name, key))
			continue;
		if (name.p == value.p) /* no '=': the key alone */
			return 1;
		return decode_value(value, out, size);
	}
	return 0;
}

int
weigh_http_query_next(struct weigh_span *query, char *key, size_t key_size,
    char *value, size_t value_size)
{
	struct weigh_span pair, name;

	do {
		if (query->len == 0)
			return 0;
		pair = take_until(query, '&');
	} while (pair.len == 0);
	name = take_until(&pair, '=');
	if (decode_value(name, key, key_size) < 0)
		return -1;
	value[0] = '\0';
	return pair.len > 0 ? decode_value(pair, value, value_size) : 1;
}

void
weigh_http_escape(struct weigh_buf *out, const char *text, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[] = { '%', digits[c >> 4], digits[c & 0xf] };

		if (in_class(*text, CLASS_UNRESERVED) ||
		    (keep_slash && c == '/'))
			weigh_buf_addc(out, *text);
		else
			weigh_buf_add(out, escape, sizeof(escape));
	}
}
