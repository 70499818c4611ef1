/*
 * range: the one byte range of a Range field (RFC 9110 section 14).
 * Whatever is not exactly one well-formed range of bytes is ignored.
 */
#include <string.h>

#include "priv.h"

/* A number too large for any file; all such numbers are alike. */
#define BEYOND UINT64_MAX

/* Take digits from the front of *s.  False if there are none. */
static bool
take_number(struct weigh_span *s, uint64_t *out)
{
	size_t n = weigh_http_run(s->p, s->len, CLASS_DIGIT);
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned digit = weigh_http_hex(s->p[i]);

		if (sum > ((uint64_t)INT64_MAX - digit) / 10) {
			sum = BEYOND;
			break;
		}
		sum = sum * 10 + digit;
	}
	s->p += n;
	s->len -= n;
	*out = sum;
	return n > 0;
}

static bool
take_unit(struct weigh_span *s)
{
	static const char unit[] = "bytes=";
	size_t len = sizeof(unit) - 1;

	if (s->len < len ||
	    !weigh_span_is_nocase((struct weigh_span){ s->p, len }, unit))
		return false;
	s->p += len;
	s->len -= len;
	return true;
}

/* `-n`: the last n bytes. */
static struct weigh_range
suffix(uint64_t n, uint64_t size)
{
	struct weigh_range r = { WEIGH_RANGE_NONE, 0, 0 };

	if (n == 0 || size == 0)
		return r;
	r.kind = WEIGH_RANGE_PART;
	r.first = n < size ? size - n : 0;
	r.last = size - 1;
	return r;
}

/* `first-last`, not malformed. */
static struct weigh_range
positions(uint64_t first, uint64_t last, uint64_t size)
{
	struct weigh_range r = { WEIGH_RANGE_NONE, 0, 0 };

	if (size == 0 && first == 0 && last == 0)
		r.kind = WEIGH_RANGE_EMPTY;
	if (first >= size)
		return r;
	r.kind = WEIGH_RANGE_PART;
	r.first = first;
	r.last = last < size ? last : size - 1;
	return r;
}

struct weigh_range
weigh_range_parse(struct weigh_span value, uint64_t size)
{
	const struct weigh_range whole = { WEIGH_RANGE_WHOLE, 0, 0 };
	uint64_t first, last;
	bool has_first, has_last;

	if (value.p == NULL || !take_unit(&value))
		return whole;
	has_first = take_number(&value, &first);
	if (value.len == 0 || value.p[0] != '-')
		return whole;
	value.p++;
	value.len--;
	has_last = take_number(&value, &last);
	if (value.len != 0 || (!has_first && !has_last))
		return whole;
	if (!has_first)
		return suffix(last, size);
	if (!has_last)
		last = BEYOND;
	return first > last ? whole : positions(first, last, size);
}
