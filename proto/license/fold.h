/*
 * fold: what a character beyond ASCII is to whoever reads words.  Private to
 * proto/license.
 */
#ifndef LICENSE_FOLD_H
#define LICENSE_FOLD_H

#include <stddef.h>
#include <stdint.h>

enum fold_kind {
	FOLD_LETTER, /* part of a word */
	FOLD_BLANK,  /* between words */
	FOLD_DROP,   /* nothing: accents, zero width */
	FOLD_QUOTE,
	FOLD_HYPHEN,
	FOLD_DASH,
	FOLD_SIGN,      /* a word of its own: currencies, section, copyright */
	FOLD_IDEOGRAPH, /* a word of its own */
	FOLD_SHIFT,     /* the character `shift` further on */
	FOLD_TEXT,      /* `text`, no longer than the character was */
};
struct fold {
	uint32_t first, last;
	enum fold_kind kind;
	int32_t shift;
	char text[12];
};

/* Never NULL. */
const struct fold *license_fold(uint32_t character);

/* The character at `p`, which is whole; its bytes. */
static inline uint32_t
utf8_at(const char *p, size_t *bytes)
{
	const unsigned char *s = (const unsigned char *)p;

	if (s[0] < 0xe0) {
		*bytes = 2;
		return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
	}
	if (s[0] < 0xf0) {
		*bytes = 3;
		return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 |
		    (s[2] & 0x3fu);
	}
	*bytes = 4;
	return (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 |
	    (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

/* A character as UTF-8: 1 to 4 bytes. */
static inline size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

#endif
