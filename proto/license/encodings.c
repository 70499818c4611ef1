/* encodings: see encodings.h.  RFC 3629, Unicode 15 sections 3.9 and 23.8, WHATWG's
 * windows-1252. */
#include <string.h>

#include <weigh/name.h>

#include "../utf8.h"
#include "encodings.h"
#include "fold.h"

#define ROW_OF_CHANCE 3 /* characters that look like Chinese in a Latin word */
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static size_t
next_utf8(const unsigned char *p, size_t len, uint32_t *character)
{
	size_t n = weigh_utf8_char((const char *)p, len < 4 ? len : 4), bytes;

	*character = n == 0 ? NO_CHARACTER :
	    n == 1          ? p[0] :
			      utf8_at((const char *)p, &bytes);
	return n == 0 ? 1 : n;
}

/* 0x80 to 0x9f; the rest is Latin-1. */
static const uint16_t cp1252[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
	0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
	0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e,
	0x0178 };

static size_t
next_1252(const unsigned char *p, size_t len, uint32_t *character)
{
	(void)len;
	*character = p[0] >= 0x80 && p[0] < 0xa0 ? cp1252[p[0] - 0x80] : p[0];
	return 1;
}

/* A unit of UTF-16 at `p`; `high` is the place of its upper byte. */
static uint32_t
unit(const unsigned char *p, size_t high)
{
	return (uint32_t)(p[high] << 8 | p[1 - high]);
}

static size_t
next_utf16(const unsigned char *p, size_t len, uint32_t *character, size_t high)
{
	uint32_t first, second;

	*character = NO_CHARACTER;
	if (len < 2)
		return 1;
	first = unit(p, high);
	if (first - 0xd800u >= 0x800) {
		*character = first;
		return 2;
	}
	if (first >= 0xdc00 || len < 4)
		return 2;
	second = unit(p + 2, high);
	if (second - 0xdc00u >= 0x400)
		return 2;
	*character = 0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00));
	return 4;
}

static size_t
next_utf16le(const unsigned char *p, size_t len, uint32_t *character)
{
	return next_utf16(p, len, character, 1);
}

static size_t
next_utf16be(const unsigned char *p, size_t len, uint32_t *character)
{
	return next_utf16(p, len, character, 0);
}

static size_t
next_utf32(const unsigned char *p, size_t len, uint32_t *character, bool little)
{
	*character = NO_CHARACTER;
	if (len < 4)
		return len;
	*character = 0;
	for (size_t i = 0; i < 4; i++)
		*character = *character << 8 | p[little ? 3 - i : i];
	if (*character > 0x10ffff || *character - 0xd800u < 0x800)
		*character = NO_CHARACTER;
	return 4;
}

static size_t
next_utf32le(const unsigned char *p, size_t len, uint32_t *character)
{
	return next_utf32(p, len, character, true);
}

static size_t
next_utf32be(const unsigned char *p, size_t len, uint32_t *character)
{
	return next_utf32(p, len, character, false);
}

enum {
	UTF8,
	UTF16LE,
	UTF16BE,
	UTF32LE,
	UTF32BE,
	GB18030,
	CP1252
};
static const struct encoding encodings[] = {
	[UTF8] = { "utf-8", next_utf8 },
	[UTF16LE] = { "utf-16le", next_utf16le },
	[UTF16BE] = { "utf-16be", next_utf16be },
	[UTF32LE] = { "utf-32le", next_utf32le },
	[UTF32BE] = { "utf-32be", next_utf32be },
	[GB18030] = { "gb18030", license_gb18030_next },
	[CP1252] = { "windows-1252", next_1252 },
};

/* The longer mark first: that of UTF-32LE begins with that of UTF-16LE. */
static const struct mark {
	const char *bytes;
	size_t len;
	int encoding;
} marks[] = {
	{ "\xff\xfe\0\0", 4, UTF32LE },
	{ "\0\0\xfe\xff", 4, UTF32BE },
	{ "\xef\xbb\xbf", 3, UTF8 },
	{ "\xff\xfe", 2, UTF16LE },
	{ "\xfe\xff", 2, UTF16BE },
};

/* Without a mark: zeros at every second place, or at three of four. */
static int
by_zeros(const unsigned char *p, size_t len)
{
	size_t zeros[4] = { 0 }, all = len / 4;

	if (len < 8)
		return UTF8;
	for (size_t i = 0; i < 4 * all; i++)
		zeros[i % 4] += p[i] == 0;
	if (20 * zeros[0] < all && 20 * zeros[2] > 19 * all &&
	    20 * zeros[3] > 19 * all)
		return UTF32LE;
	if (20 * zeros[3] < all && 20 * zeros[0] > 19 * all &&
	    20 * zeros[1] > 19 * all)
		return UTF32BE;
	if (20 * (zeros[0] + zeros[2]) < 2 * all &&
	    5 * (zeros[1] + zeros[3]) >= 2 * 2 * all)
		return UTF16LE;
	if (20 * (zeros[1] + zeros[3]) < 2 * all &&
	    5 * (zeros[0] + zeros[2]) >= 2 * 2 * all)
		return UTF16BE;
	return UTF8;
}

/* Is all of it GB18030, and not by chance?  Latin letters are followed by ASCII; what
 * Chinese systems write is pairs of high bytes, and fours, and one behind the other. */
static bool
is_gb18030(const unsigned char *p, size_t len)
{
	size_t chance = 0, meant = 0, row = 0, n;

	for (size_t at = 0; at < len; at += n) {
		uint32_t c;

		n = license_gb18030_next(p + at, len - at, &c);
		if (c == NO_CHARACTER)
			return false;
		row = n == 1 ? 0 : row + 1;
		if (n == 4 || row > ROW_OF_CHANCE ||
		    (n == 2 && p[at] >= 0xa1 && p[at + 1] >= 0xa1) ||
		    (n == 2 && p[at] == 0xa8 && c >= 0x2013 && c <= 0x2026))
			meant++;
		else if (n == 2)
			chance++;
	}
	return meant > 4 * chance;
}

const struct encoding *
license_encoding_of(const unsigned char *p, size_t len, size_t *skip)
{
	int e;

	for (size_t i = 0; i < COUNT(marks); i++)
		if (len >= marks[i].len &&
		    memcmp(p, marks[i].bytes, marks[i].len) == 0) {
			*skip = marks[i].len;
			return &encodings[marks[i].encoding];
		}
	*skip = 0;
	if (weigh_utf8_ok((const char *)p, len) && memchr(p, 0, len) == NULL)
		return &encodings[UTF8];
	if ((e = by_zeros(p, len)) == UTF8 &&
	    !weigh_utf8_ok((const char *)p, len))
		e = is_gb18030(p, len) ? GB18030 : CP1252;
	return &encodings[e];
}

const struct encoding *
license_encoding_named(const char *name)
{
	for (size_t i = 0; i < COUNT(encodings); i++)
		if (strcmp(encodings[i].name, name) == 0)
			return &encodings[i];
	return NULL;
}
