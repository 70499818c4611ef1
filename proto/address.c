/* address: IP addresses as text, and where they lie; see weigh/url.h. */
#include <string.h>

#include <weigh/url.h>

#include "hex.h"

/* --- text to bytes ------------------------------------------------------- */

/* 0 to 255 without leading zeros, from the front of *s. */
static bool
take_byte(struct weigh_span *s, uint8_t *out)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s->len && n < 3 && s->p[n] >= '0' && s->p[n] <= '9')
		value = value * 10 + (unsigned)(s->p[n++] - '0');
	if (n == 0 || value > 255 || (n > 1 && s->p[0] == '0'))
		return false;
	*out = (uint8_t)value;
	s->p += n;
	s->len -= n;
	return true;
}

static bool
take_char(struct weigh_span *s, char c)
{
	if (s->len == 0 || *s->p != c)
		return false;
	s->p++;
	s->len--;
	return true;
}

static bool
parse_v4(uint8_t out[4], struct weigh_span s)
{
	return take_byte(&s, &out[0]) && take_char(&s, '.') &&
	    take_byte(&s, &out[1]) && take_char(&s, '.') &&
	    take_byte(&s, &out[2]) && take_char(&s, '.') &&
	    take_byte(&s, &out[3]) && s.len == 0;
}

/* One to four hex digits from the front of *s. */
static bool
take_group(struct weigh_span *s, uint8_t out[2])
{
	unsigned value = 0;
	size_t n = 0;
	int digit;

	while (n < s->len && n < 4 && (digit = hex_digit(s->p[n])) >= 0) {
		value = value << 4 | (unsigned)digit;
		n++;
	}
	if (n == 0)
		return false;
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	s->p += n;
	s->len -= n;
	return true;
}

/*
 * Groups with one colon between, the last two perhaps a dotted quad.  Answers how
 * many bytes were read, or -1; `from` is where they go, of 16.
 */
static int
parse_groups(uint8_t out[16], int from, struct weigh_span s)
{
	int n = from;

	if (s.len == 0)
		return from;
	for (;;) {
		if (n <= 12 && memchr(s.p, '.', s.len) != NULL &&
		    memchr(s.p, ':', s.len) == NULL)
			return parse_v4(out + n, s) ? n + 4 : -1;
		if (n > 14 || !take_group(&s, out + n))
			return -1;
		n += 2;
		if (s.len == 0)
			return n;
		if (!take_char(&s, ':'))
			return -1;
	}
}

static bool
parse_v6(uint8_t out[16], struct weigh_span s)
{
	struct weigh_span left = s, right = { 0 };
	uint8_t behind[16];
	int n, m;
	size_t i;

	memset(out, 0, 16);
	for (i = 0; i + 1 < s.len; i++)
		if (s.p[i] == ':' && s.p[i + 1] == ':')
			break;
	if (i + 1 >= s.len)
		return parse_groups(out, 0, s) == 16;
	left.len = i;
	right.p = s.p + i + 2;
	right.len = s.len - i - 2;
	n = parse_groups(out, 0, left);
	m = parse_groups(behind, 0, right);
	/* "::" stands for at least one group. */
	if (n < 0 || m < 0 || n + m > 14 ||
	    (left.len > 0 && memchr(left.p, '.', left.len) != NULL))
		return false;
	memcpy(out + 16 - m, behind, (size_t)m);
	return true;
}

bool
weigh_address_parse(struct weigh_address *out, struct weigh_span text)
{
	memset(out, 0, sizeof(*out));
	if (text.len == 0 || text.len > 45)
		return false;
	out->v6 = memchr(text.p, ':', text.len) != NULL;
	return out->v6 ? parse_v6(out->bytes, text) :
			 parse_v4(out->bytes, text);
}

/* --- where they lie ------------------------------------------------------ */

struct block {
	uint8_t prefix[16];
	unsigned bits;
	enum weigh_address_class class;
};

/* The first row that fits counts; none: public. */
static const struct block v4_blocks[] = {
	{ { 0 }, 8, WEIGH_ADDRESS_LOOPBACK },
	{ { 127 }, 8, WEIGH_ADDRESS_LOOPBACK },
	{ { 169, 254 }, 16, WEIGH_ADDRESS_LINK_LOCAL },
	{ { 10 }, 8, WEIGH_ADDRESS_PRIVATE },
	{ { 172, 16 }, 12, WEIGH_ADDRESS_PRIVATE },
	{ { 192, 168 }, 16, WEIGH_ADDRESS_PRIVATE },
	{ { 100, 64 }, 10, WEIGH_ADDRESS_PRIVATE },
	{ { 192, 0, 0 }, 24, WEIGH_ADDRESS_NOBODY },
	{ { 192, 0, 2 }, 24, WEIGH_ADDRESS_NOBODY },
	{ { 198, 18 }, 15, WEIGH_ADDRESS_PRIVATE }, /* RFC 2544: inside */
	{ { 198, 51, 100 }, 24, WEIGH_ADDRESS_NOBODY },
	{ { 203, 0, 113 }, 24, WEIGH_ADDRESS_NOBODY },
	{ { 224 }, 3, WEIGH_ADDRESS_NOBODY }, /* multicast, reserved */
};
static const struct block v6_blocks[] = {
	{ { 0 }, 128, WEIGH_ADDRESS_LOOPBACK },
	{ { [15] = 1 }, 128, WEIGH_ADDRESS_LOOPBACK },
	{ { 0xfe, 0x80 }, 10, WEIGH_ADDRESS_LINK_LOCAL },
	{ { 0xfc }, 7, WEIGH_ADDRESS_PRIVATE },
	{ { 0xfe, 0xc0 }, 10, WEIGH_ADDRESS_PRIVATE }, /* site-local, once */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, WEIGH_ADDRESS_NOBODY },
	{ { 0x20 }, 3, WEIGH_ADDRESS_PUBLIC },
	{ { 0 }, 0, WEIGH_ADDRESS_NOBODY }, /* nothing else is given out */
};

/* IPv6 addresses that carry one of IPv4, and at which byte. */
static const struct carrier {
	uint8_t prefix[16];
	unsigned bits;
	unsigned at;
	uint8_t mask; /* Teredo has it inverted */
} carriers[] = {
	{ { [10] = 0xff, [11] = 0xff }, 96, 12, 0 },  /* mapped */
	{ { [8] = 0xff, [9] = 0xff }, 96, 12, 0 },    /* translated */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12, 0 },    /* RFC 6052 */
	{ { 0x20, 0x02 }, 16, 2, 0 },                 /* 6to4 */
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, 12, 0xff }, /* Teredo */
};

static bool
begins(const uint8_t *bytes, const uint8_t *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(bytes, prefix, whole) != 0)
		return false;
	return rest == 0 || (bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static enum weigh_address_class
find(const struct block *blocks, size_t n, const uint8_t *bytes)
{
	for (size_t i = 0; i < n; i++)
		if (begins(bytes, blocks[i].prefix, blocks[i].bits))
			return blocks[i].class;
	return WEIGH_ADDRESS_PUBLIC;
}

static enum weigh_address_class
class_v4(const uint8_t *bytes)
{
	return find(v4_blocks, sizeof(v4_blocks) / sizeof(*v4_blocks), bytes);
}

/* The address ::a.b.c.d of old is nobody's, but for :: and ::1. */
enum weigh_address_class
weigh_address_class(const struct weigh_address *a)
{
	uint8_t inner[4];

	if (!a->v6)
		return class_v4(a->bytes);
	for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++) {
		const struct carrier *c = &carriers[i];

		if (!begins(a->bytes, c->prefix, c->bits))
			continue;
		for (size_t k = 0; k < sizeof(inner); k++)
			inner[k] = a->bytes[c->at + k] ^ c->mask;
		return class_v4(inner);
	}
	return find(v6_blocks, sizeof(v6_blocks) / sizeof(*v6_blocks),
	    a->bytes);
}

const char *weigh_address_class_name(enum weigh_address_class class)
{
	switch (class) {
	case WEIGH_ADDRESS_PUBLIC:
		return "public";
	case WEIGH_ADDRESS_LOOPBACK:
		return "loopback";
	case WEIGH_ADDRESS_LINK_LOCAL:
		return "link-local";
	case WEIGH_ADDRESS_PRIVATE:
		return "private";
	case WEIGH_ADDRESS_NOBODY:
		break;
	}
	return "reserved";
}

bool
weigh_address_allowed(enum weigh_address_class class, bool configured)
{
	switch (class) {
	case WEIGH_ADDRESS_PUBLIC:
		return true;
	case WEIGH_ADDRESS_LOOPBACK:
	case WEIGH_ADDRESS_LINK_LOCAL:
	case WEIGH_ADDRESS_PRIVATE:
		return configured;
	case WEIGH_ADDRESS_NOBODY:
		break;
	}
	return false;
}
