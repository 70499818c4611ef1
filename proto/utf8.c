/* utf8: see utf8.h and weigh/name.h. */
#include <weigh/name.h>

#include "utf8.h"

/* Unicode, table 3-7: what may follow which first byte. */
static const struct lead {
	uint8_t first, last; /* first byte */
	uint8_t need;        /* how many follow */
	uint8_t lo, hi;      /* bounds of the second byte */
} leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf }, /* below: overlong */
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, /* above: surrogates */
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf }, /* below: overlong */
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f }, /* above: past U+10FFFF */
};

static bool
begin(struct utf8 *u, unsigned char c)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (c >= leads[i].first && c <= leads[i].last) {
			u->need = leads[i].need;
			u->lo = leads[i].lo;
			u->hi = leads[i].hi;
			return true;
		}
	return false;
}

bool
weigh_utf8_step(struct utf8 *u, unsigned char c)
{
	if (u->need == 0)
		return c < 0x80 || begin(u, c);
	if (c < u->lo || c > u->hi)
		return false;
	u->need--;
	u->lo = 0x80;
	u->hi = 0xbf;
	return true;
}

size_t
weigh_utf8_char(const char *text, size_t len)
{
	struct utf8 u = { 0 };

	for (size_t i = 0; i < len; i++) {
		if (!weigh_utf8_step(&u, (unsigned char)text[i]))
			return 0;
		if (u.need == 0)
			return i + 1;
	}
	return 0;
}

bool
weigh_utf8_ok(const char *text, size_t len)
{
	struct utf8 u = { 0 };

	for (size_t i = 0; i < len; i++)
		if (!weigh_utf8_step(&u, (unsigned char)text[i]))
			return false;
	return u.need == 0;
}
