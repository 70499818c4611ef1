/*
 * gb18030: GB 18030-2005, see encodings.h.  One byte is ASCII, two are a table, four are a
 * number: of the characters up to U+FFFF that have no shorter form, or of those beyond.
 */
#include "encodings.h"

/* clang-format off */
__asm__(".pushsection .rodata\n"
	".hidden license_gb18030_two\n"
	".globl license_gb18030_two\n"
	"license_gb18030_two:\n"
	".incbin \"proto/license/gb18030.bin\"\n"
	".popsection\n");
static const struct range {
	uint32_t number, character;
} ranges[] = {
#include "gb18030.tbl.h"
};
/* clang-format on */

#define ROW 190u       /* characters behind one first byte */
#define LAST 39419u    /* number of U+FFFF */
#define BEYOND 189000u /* number of U+10000 */

extern const unsigned char license_gb18030_two[126 * ROW * 2]
    __attribute__((visibility("hidden")));

static uint32_t
two_bytes(const unsigned char *p)
{
	size_t trail = p[1] - 0x40u - (p[1] > 0x7f);
	const unsigned char *at = license_gb18030_two +
	    2 * ((p[0] - 0x81u) * ROW + trail);

	return (uint32_t)(at[0] | at[1] << 8);
}

static uint32_t
four_bytes(const unsigned char *p)
{
	uint32_t number = (((p[0] - 0x81u) * 10 + p[1] - 0x30u) * 126 + p[2] -
			      0x81u) *
		10 +
	    p[3] - 0x30u;
	size_t low = 0, high = sizeof(ranges) / sizeof(ranges[0]);

	if (number >= BEYOND)
		return number - BEYOND <= 0xfffff ? 0x10000 + number - BEYOND :
						    NO_CHARACTER;
	if (number > LAST)
		return NO_CHARACTER;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (ranges[middle].number <= number)
			low = middle;
		else
			high = middle;
	}
	return ranges[low].character + number - ranges[low].number;
}

static int
within(unsigned char c, unsigned char first, unsigned char last)
{
	return c >= first && c <= last;
}

size_t
license_gb18030_next(const unsigned char *p, size_t len, uint32_t *character)
{
	if (p[0] < 0x80) {
		*character = p[0];
		return 1;
	}
	if (len >= 2 && within(p[0], 0x81, 0xfe) && within(p[1], 0x40, 0xfe) &&
	    p[1] != 0x7f) {
		*character = two_bytes(p);
		return 2;
	}
	if (len >= 4 && within(p[0], 0x81, 0xfe) && within(p[1], 0x30, 0x39) &&
	    within(p[2], 0x81, 0xfe) && within(p[3], 0x30, 0x39)) {
		*character = four_bytes(p);
		if (*character - 0xd800u < 0x800)
			*character = NO_CHARACTER;
		return 4;
	}
	*character = NO_CHARACTER;
	return 1;
}
