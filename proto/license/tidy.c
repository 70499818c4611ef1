/* tidy: one kind of line end, one spelling of each character; see work.h. */
#include <string.h>

#include "fold.h"
#include "work.h"

/* More than one character in ten that no text has: it is none. */
#define BINARY_SHARE 10

enum tidy_class {
	KEEP,
	ZERO,    /* dropped */
	CONTROL, /* a blank */
	FEED,    /* a line end */
	RETURN,
	HIGH
};

static enum tidy_class
classify(unsigned char c)
{
	if (c >= 0x80)
		return HIGH;
	if (c >= 0x20 ? c != 0x7f : c == '\n' || c == '\t')
		return KEEP;
	if (c == '\0')
		return ZERO;
	if (c == '\r')
		return RETURN;
	return c == '\f' || c == '\v' || (c >= 0x1c && c <= 0x1e) ? FEED :
								    CONTROL;
}

/* Write `text` over the `n` bytes of a character. */
static void
overwrite(char *at, size_t n, const char *text, size_t len)
{
	memcpy(at, text, len);
	memset(at + len, TAIL, n - len);
}

/* Signs that words do not show: they strike out, turn around, deny, or imitate letters. */
static bool
masks(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} signs[] = {
		{ 0xac, 0xac },     /* not */
		{ 0x334, 0x338 },   /* strokes over what stands before */
		{ 0x202d, 0x202e }, /* what follows is shown in another order */
		{ 0x2067, 0x2067 }, /* the same */
		{ 0x20d2, 0x20d3 }, /* strokes */
		{ 0x20d8, 0x20e0 }, /* strokes, circles with a bar */
		{ 0x20e5, 0x20e6 }, /* strokes */
		{ 0x2204, 0x2205 }, /* there is none */
		{ 0x2209, 0x2209 }, /* is not of */
		{ 0x2260, 0x2260 }, /* is not */
		{ 0x2284, 0x2285 }, /* is not of */
		{ 0x249c, 0x24e9 }, /* letters in circles */
		{ 0x26d4, 0x26d4 }, /* no entry */
		{ 0x2715, 0x2718 }, /* crosses */
		{ 0x274c, 0x274e }, /* crosses */
		{ 0xe0020, 0xe007e }, /* letters that nobody sees */
		{ 0x1f130, 0x1f189 }, /* letters in boxes */
		{ 0x1f1e6, 0x1f1ff }, /* letters of flags */
		{ 0x1f6ab, 0x1f6ab }, /* no entry */
		{ 0x1f6c7, 0x1f6c7 }, /* prohibited */
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (c >= signs[i].first && c <= signs[i].last)
			return true;
	return false;
}

size_t
license_tidy_at(struct work *w, char *at, size_t *controls)
{
	size_t n;
	uint32_t c = utf8_at(at, &n);
	const struct fold *f = license_fold(c);
	char shifted[4];

	if (c == 0x85 || c == 0x2028 || c == 0x2029) {
		overwrite(at, n, "\n", 1);
		return n;
	}
	w->masked = w->masked || masks(c);
	if (c < 0xa0 || c == 0xfffd)
		++*controls;
	switch (f->kind) {
	case FOLD_BLANK:
		overwrite(at, n, " ", 1);
		break;
	case FOLD_DROP:
		/* A soft hyphen at the end of a line stands for a hyphen. */
		memset(at, DROPPED, n);
		if (c == 0xad && (at[n] == '\n' || at[n] == '\r'))
			overwrite(at, n, "-", 1);
		break;
	case FOLD_QUOTE:
		overwrite(at, n, "'", 1);
		break;
	case FOLD_HYPHEN:
		overwrite(at, n, "-", 1);
		break;
	case FOLD_DASH:
		overwrite(at, n, "--", 2);
		break;
	case FOLD_SHIFT:
		overwrite(at, n, shifted,
		    utf8_put(shifted, (uint32_t)((int32_t)c + f->shift)));
		break;
	case FOLD_TEXT:
		overwrite(at, n, f->text, strlen(f->text));
		break;
	case FOLD_LETTER:
	case FOLD_SIGN:
	case FOLD_IDEOGRAPH:
		break;
	}
	return n;
}

void
license_tidy(struct work *w)
{
	size_t controls = 0, characters = 0;

	for (size_t i = 0; i < w->len;) {
		size_t n = 1;

		switch (classify((unsigned char)w->text[i])) {
		case KEEP:
			break;
		case ZERO:
			characters--;
			break;
		case CONTROL:
			controls++;
			w->text[i] = ' ';
			break;
		case FEED:
			w->text[i] = '\n';
			break;
		case RETURN:
			w->text[i] = w->text[i + 1] == '\n' ? ' ' : '\n';
			break;
		case HIGH:
			n = license_tidy_at(w, w->text + i, &controls);
			break;
		}
		characters++;
		i += n;
	}
	w->binary = controls > characters / BINARY_SHARE;
}
