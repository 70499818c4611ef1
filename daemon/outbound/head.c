/* head: see head.h. */
#include <string.h>

#include <weigh/budget.h>
#include <weigh/http.h>

#include "head.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Decimal, at most 63 bits, from the front of *v. */
static bool
take_number(struct weigh_span *v, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < v->len && is_digit(v->p[i]); i++) {
		uint64_t digit = (uint64_t)(v->p[i] - '0');

		if (n > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	v->p += i;
	v->len -= i;
	*out = n;
	return i > 0;
}

static bool
take_char(struct weigh_span *v, char c)
{
	if (v->len == 0 || *v->p != c)
		return false;
	v->p++;
	v->len--;
	return true;
}

static bool
whole_number(struct weigh_span v, uint64_t *out)
{
	return take_number(&v, out) && v.len == 0;
}

/* Copy a value of printable ASCII that fits; else "". */
static void
copy(char *out, size_t size, struct weigh_span v)
{
	size_t i;

	out[0] = '\0';
	if (v.len >= size)
		return;
	for (i = 0; i < v.len; i++)
		if (v.p[i] < ' ' || v.p[i] >= 0x7f)
			return;
	memcpy(out, v.p, v.len);
	out[v.len] = '\0';
}

/* --- the fields ---------------------------------------------------------- */

static void
on_length(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	h->told.has_length = whole_number(v, &h->told.length);
}

/* "bytes 0-9/100" (RFC 9110 section 14.4). */
static void
on_range(struct head *h, struct weigh_span v, time_t now)
{
	struct outbound_head *t = &h->told;

	(void)now;
	if (v.len < 6 || memcmp(v.p, "bytes ", 6) != 0)
		return;
	v.p += 6;
	v.len -= 6;
	t->has_range = take_number(&v, &t->range_first) && take_char(&v, '-') &&
	    take_number(&v, &t->range_last) && take_char(&v, '/') &&
	    whole_number(v, &t->range_total) &&
	    t->range_first <= t->range_last && t->range_last < t->range_total;
}

/* A strong one (RFC 9110 section 8.8.3), with its quotes. */
static void
read_etag(char *out, size_t size, struct weigh_span v)
{
	out[0] = '\0';
	if (v.len < 2 || v.p[0] != '"' || v.p[v.len - 1] != '"' ||
	    memchr(v.p + 1, '"', v.len - 2) != NULL ||
	    memchr(v.p, ' ', v.len) != NULL)
		return;
	copy(out, size, v);
}

static void
on_etag(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	read_etag(h->told.etag, sizeof(h->told.etag), v);
}

static void
on_linked_etag(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	read_etag(h->told.linked_etag, sizeof(h->told.linked_etag), v);
}

static void
on_linked_size(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	h->told.has_linked_size = whole_number(v, &h->told.linked_size);
}

static void
on_commit(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	if (v.len != sizeof(h->told.commit) - 1)
		return;
	for (size_t i = 0; i < v.len; i++)
		if (!is_digit(v.p[i]) && !(v.p[i] >= 'a' && v.p[i] <= 'f'))
			return;
	copy(h->told.commit, sizeof(h->told.commit), v);
}

static void
on_error_code(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	for (size_t i = 0; i < v.len; i++)
		if (!(v.p[i] >= 'a' && v.p[i] <= 'z') &&
		    !(v.p[i] >= 'A' && v.p[i] <= 'Z'))
			return;
	copy(h->told.error_code, sizeof(h->told.error_code), v);
}

static void
on_type(struct head *h, struct weigh_span v, time_t now)
{
	const char *end = v.len > 0 ? memchr(v.p, ';', v.len) : NULL;

	(void)now;
	if (end != NULL)
		v.len = (size_t)(end - v.p);
	while (v.len > 0 && v.p[v.len - 1] == ' ')
		v.len--;
	copy(h->told.type, sizeof(h->told.type), v);
}

static void
on_coding(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	h->told.coded = !weigh_span_is_nocase(v, "identity");
}

static void
on_retry_after(struct head *h, struct weigh_span v, time_t now)
{
	h->told.retry_after = weigh_retry_after(v, (int64_t)now);
}

static void
on_ratelimit(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	weigh_ratelimit(v, &h->told.left, &h->told.reset);
}

static void
on_location(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	copy(h->location, sizeof(h->location), v);
}

/* Does the text behind a target, up to the next one, say rel="next"? */
static bool
says_next(struct weigh_span params)
{
	static const char *const forms[] = { "rel=\"next\"", "rel=next" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t n = strlen(forms[i]);

		for (size_t k = 0; k + n <= params.len; k++)
			if (weigh_span_is_nocase((struct weigh_span){ params.p +
							 k,
						     n },
				forms[i]))
				return true;
	}
	return false;
}

/* `<URL>; rel="next", <URL>; rel="last"` (RFC 8288), in one line or several. */
static void
on_link(struct head *h, struct weigh_span v, time_t now)
{
	(void)now;
	while (v.len > 0) {
		const char *open = memchr(v.p, '<', v.len), *close, *end;
		struct weigh_span target, params;

		if (open == NULL)
			return;
		v.len -= (size_t)(open - v.p) + 1;
		v.p = open + 1;
		if (v.len == 0 || (close = memchr(v.p, '>', v.len)) == NULL)
			return;
		target = (struct weigh_span){ v.p, (size_t)(close - v.p) };
		v.len -= target.len + 1;
		v.p = close + 1;
		end = v.len > 0 ? memchr(v.p, '<', v.len) : NULL;
		params = v;
		if (end != NULL)
			params.len = (size_t)(end - v.p);
		if (says_next(params)) {
			if (h->told.more) /* two of them: neither */
				target.len = 0;
			h->told.more = true;
			copy(h->told.next, sizeof(h->told.next), target);
		}
	}
}

static const struct field {
	const char *name;
	void (*read)(struct head *h, struct weigh_span value, time_t now);
} fields[] = {
	{ "content-length", on_length },
	{ "content-range", on_range },
	{ "content-type", on_type },
	{ "content-encoding", on_coding },
	{ "etag", on_etag },
	{ "x-linked-etag", on_linked_etag },
	{ "x-linked-size", on_linked_size },
	{ "x-repo-commit", on_commit },
	{ "x-error-code", on_error_code },
	{ "link", on_link },
	{ "location", on_location },
	{ "retry-after", on_retry_after },
	{ "ratelimit", on_ratelimit },
};

/* --- lines --------------------------------------------------------------- */

void
head_init(struct head *h)
{
	memset(h, 0, sizeof(*h));
	h->told.retry_after = h->told.left = h->told.reset = -1;
}

/* A field a second time: neither is believed (1). */
static void
forget(struct head *h, const struct field *f)
{
	const bool coded = h->told.coded || f->read == on_coding;

	f->read(h, (struct weigh_span){ "", 0 }, 0);
	if (f->read == on_range)
		h->told.has_range = false;
	if (f->read == on_commit)
		h->told.commit[0] = '\0';
	h->told.coded = coded;
}

static void
take_field(struct head *h, struct weigh_span name, struct weigh_span value,
    time_t now)
{
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!weigh_span_is_nocase(name, fields[i].name))
			continue;
		if (h->seen & 1u << i && fields[i].read != on_link)
			forget(h, &fields[i]);
		else
			fields[i].read(h, value, now);
		h->seen |= 1u << i;
		return;
	}
}

/* "HTTP/1.1 200 OK", "HTTP/2 200". */
static bool
take_status(struct head *h, const char *line, size_t len)
{
	const char *p;

	if (len < 5 || memcmp(line, "HTTP/", 5) != 0)
		return false;
	head_init(h);
	p = memchr(line, ' ', len);
	if (p != NULL && len - (size_t)(p - line) >= 4 && is_digit(p[1]) &&
	    is_digit(p[2]) && is_digit(p[3]))
		h->told.status = (p[1] - '0') * 100 + (p[2] - '0') * 10 +
		    (p[3] - '0');
	return true;
}

void
head_line(struct head *h, const char *line, size_t len, time_t now)
{
	struct weigh_span name = { line, 0 }, value;
	const char *colon;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	if (h->done || take_status(h, line, len))
		return;
	if (len == 0) {
		h->done = h->told.status >= 200;
		return;
	}
	if ((colon = memchr(line, ':', len)) == NULL)
		return;
	name.len = (size_t)(colon - line);
	value.p = colon + 1;
	value.len = len - name.len - 1;
	while (value.len > 0 && (*value.p == ' ' || *value.p == '\t')) {
		value.p++;
		value.len--;
	}
	while (value.len > 0 &&
	    (value.p[value.len - 1] == ' ' || value.p[value.len - 1] == '\t'))
		value.len--;
	take_field(h, name, value, now);
}

bool
head_redirects(const struct head *h)
{
	switch (h->told.status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return h->location[0] != '\0';
	default:
		return false;
	}
}
