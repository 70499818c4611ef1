/* range: the Content-Range of a 206. */
#include <string.h>

#include "range.h"

/* Digits without sign, at least one, within 63 bits. */
static bool
take_number(const char **p, uint64_t *out)
{
	uint64_t n = 0;

	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		if (n > (uint64_t)INT64_MAX / 10)
			return false;
		n = n * 10 + (uint64_t)(**p - '0');
	}
	*out = n;
	return n <= INT64_MAX;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

bool
range_read(const char *text, uint64_t *first, uint64_t *last, uint64_t *total)
{
	const char *p = text;

	if (strncasecmp(p, "bytes ", 6) != 0)
		return false;
	p += 6;
	return take_number(&p, first) && take_char(&p, '-') &&
	    take_number(&p, last) && take_char(&p, '/') &&
	    take_number(&p, total) && *p == '\0' && *first <= *last &&
	    *last < *total;
}
