/* scalar: the core schema of YAML 1.2 (chapter 10.3.2).  See matter.h. */
#include <stdio.h>
#include <string.h>

#include "matter.h"

#define DIGITS_MAX 64 /* a longer number is a string */

static const struct {
	const char *text;
	enum matter_kind kind;
} words[] = {
	{ "", MATTER_NULL },
	{ "~", MATTER_NULL },
	{ "null", MATTER_NULL },
	{ "Null", MATTER_NULL },
	{ "NULL", MATTER_NULL },
	{ "true", MATTER_TRUE },
	{ "True", MATTER_TRUE },
	{ "TRUE", MATTER_TRUE },
	{ "false", MATTER_FALSE },
	{ "False", MATTER_FALSE },
	{ "FALSE", MATTER_FALSE },
	{ ".nan", MATTER_NUMBER },
	{ ".NaN", MATTER_NUMBER },
	{ ".NAN", MATTER_NUMBER },
	{ ".inf", MATTER_NUMBER },
	{ ".Inf", MATTER_NUMBER },
	{ ".INF", MATTER_NUMBER },
	{ "+.inf", MATTER_NUMBER },
	{ "+.Inf", MATTER_NUMBER },
	{ "+.INF", MATTER_NUMBER },
	{ "-.inf", MATTER_NUMBER },
	{ "-.Inf", MATTER_NUMBER },
	{ "-.INF", MATTER_NUMBER },
};

/* A number in parts; lengths in bytes. */
struct number {
	bool minus;
	unsigned base;      /* 8, 10 or 16 */
	const char *digits; /* before the point */
	size_t ndigits;
	bool point;
	const char *decimals;
	size_t ndecimals;
	const char *exponent; /* with its sign */
	size_t nexponent;     /* 0: none */
};

static size_t
run(const char *text, const char *end, const char *allowed)
{
	const char *p = text;

	while (p < end && *p != '\0' && strchr(allowed, *p) != NULL)
		p++;
	return (size_t)(p - text);
}

static bool
split_based(struct number *n, const char *p, const char *end)
{
	n->base = p[1] == 'x' ? 16 : 8;
	n->digits = p + 2;
	n->ndigits = run(p + 2, end,
	    n->base == 16 ? "0123456789abcdefABCDEF" : "01234567");
	/* What fits 64 bits: 16 hex digits, 21 octal ones. */
	return n->ndigits > 0 && n->ndigits <= (n->base == 16 ? 16 : 21) &&
	    n->digits + n->ndigits == end;
}

static bool
split_decimal(struct number *n, const char *p, const char *end)
{
	n->base = 10;
	n->digits = p;
	n->ndigits = run(p, end, "0123456789");
	p += n->ndigits;
	if (p < end && *p == '.') {
		n->point = true;
		n->decimals = ++p;
		n->ndecimals = run(p, end, "0123456789");
		p += n->ndecimals;
	}
	if (n->ndigits + n->ndecimals == 0)
		return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		n->exponent = ++p;
		p += p < end && (*p == '+' || *p == '-');
		n->nexponent = run(p, end, "0123456789");
		if (n->nexponent == 0)
			return false;
		p += n->nexponent;
		n->nexponent = (size_t)(p - n->exponent);
	}
	return p == end;
}

static bool
split_number(struct number *n, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	memset(n, 0, sizeof(*n));
	if (len == 0 || len > DIGITS_MAX)
		return false;
	if (len > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'o'))
		return split_based(n, p, end);
	n->minus = *p == '-';
	p += *p == '-' || *p == '+';
	return split_decimal(n, p, end);
}

enum matter_kind
weigh_matter_plain_kind(const char *text, size_t len)
{
	struct number n;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].text) == len &&
		    memcmp(words[i].text, text, len) == 0)
			return words[i].kind;
	return split_number(&n, text, len) ? MATTER_NUMBER : MATTER_STRING;
}

static void
print_based(struct weigh_buf *out, const struct number *n)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < n->ndigits; i++) {
		char c = n->digits[i];
		unsigned digit = c <= '9' ? (unsigned)(c - '0') :
					    (unsigned)((c | 0x20) - 'a') + 10;

		value = value * n->base + digit;
	}
	weigh_buf_addf(out, "%llu", (unsigned long long)value);
}

bool
weigh_matter_number(struct weigh_buf *out, const char *text, size_t len)
{
	struct number n;
	size_t zeros;

	if (!split_number(&n, text, len))
		return false; /* .inf, .nan */
	if (n.base != 10) {
		print_based(out, &n);
		return true;
	}
	zeros = run(n.digits, n.digits + n.ndigits, "0");
	if (n.minus)
		weigh_buf_addc(out, '-');
	if (zeros == n.ndigits)
		weigh_buf_addc(out, '0');
	weigh_buf_add(out, n.digits + zeros, n.ndigits - zeros);
	if (n.point) {
		weigh_buf_addc(out, '.');
		weigh_buf_add(out, n.decimals, n.ndecimals);
		if (n.ndecimals == 0)
			weigh_buf_addc(out, '0');
	}
	if (n.nexponent > 0) {
		weigh_buf_addc(out, 'e');
		weigh_buf_add(out, n.exponent, n.nexponent);
	}
	return true;
}
