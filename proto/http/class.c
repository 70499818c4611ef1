/*
 * class: which octet may stand where, and the small readers of spans that all
 * of proto/http uses.
 */
#include <string.h>

#include "priv.h"

/* Control, blank, octet above 0x7F; then the visible ones, by what they may
 * be: digit, hex letter, letter, other unreserved, sub-delimiter that is a
 * tchar or is not, other tchar, number sign (a tchar that starts a fragment),
 * other visible.  A comma is a sub-delimiter too, but see authority.c. */
#define CT 0
#define WS CLASS_VALUE
#define OB CLASS_VALUE
#define VC (CLASS_VALUE | CLASS_TARGET)
#define NR (CLASS_VALUE | CLASS_TOKEN)
#define TK (VC | CLASS_TOKEN)
#define SU (VC | CLASS_HOST)
#define SD (TK | CLASS_HOST)
#define UN (SD | CLASS_UNRESERVED)
#define AL UN
#define HX (AL | CLASS_HEX)
#define DG (HX | CLASS_DIGIT)

// clang-format off
const uint8_t weigh_http_class[256] = {
	CT, CT, CT, CT, CT, CT, CT, CT, CT, WS, CT, CT, CT, CT, CT, CT,
	CT, CT, CT, CT, CT, CT, CT, CT, CT, CT, CT, CT, CT, CT, CT, CT,
	WS, SD, VC, NR, SD, TK, SD, SD, SU, SU, SD, SD, VC, UN, UN, VC, /*  !"#$%&'()*+,-./ */
	DG, DG, DG, DG, DG, DG, DG, DG, DG, DG, VC, SU, VC, SU, VC, VC, /* 0123456789:;<=>? */
	VC, HX, HX, HX, HX, HX, HX, AL, AL, AL, AL, AL, AL, AL, AL, AL, /* @ABCDEFGHIJKLMNO */
	AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, VC, VC, VC, TK, UN, /* PQRSTUVWXYZ[\]^_ */
	TK, HX, HX, HX, HX, HX, HX, AL, AL, AL, AL, AL, AL, AL, AL, AL, /* `abcdefghijklmno */
	AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, VC, TK, VC, UN, CT, /* pqrstuvwxyz{|}~. */
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
	OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB, OB,
};
// clang-format on

size_t
weigh_http_run(const char *p, size_t len, unsigned class)
{
	size_t n = 0;

	while (n < len && in_class(p[n], class))
		n++;
	return n;
}

unsigned
weigh_http_hex(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return ((unsigned)c | 0x20) - 'a' + 10;
}

bool
weigh_span_is(struct weigh_span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
weigh_span_is_nocase(struct weigh_span s, const char *text)
{
	for (size_t i = 0; i < s.len; i++)
		if (text[i] == '\0' || lower(s.p[i]) != lower(text[i]))
			return false;
	return text[s.len] == '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct weigh_span
weigh_http_trim(struct weigh_span s)
{
	while (s.len > 0 && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

bool
weigh_http_list_next(struct weigh_span *list, struct weigh_span *element)
{
	const char *comma;

	if (list->p == NULL)
		return false;
	comma = memchr(list->p, ',', list->len);
	element->p = list->p;
	element->len = comma != NULL ? (size_t)(comma - list->p) : list->len;
	if (comma != NULL) {
		list->len -= element->len + 1;
		list->p = comma + 1;
	} else {
		*list = (struct weigh_span){ NULL, 0 };
	}
	*element = weigh_http_trim(*element);
	return true;
}

struct weigh_span
weigh_http_find(const struct weigh_http_field *fields, unsigned count,
    const char *name)
{
	struct weigh_span found = { NULL, 0 };

	for (unsigned i = 0; i < count; i++) {
		if (!weigh_span_is_nocase(fields[i].name, name))
			continue;
		if (found.p != NULL)
			return (struct weigh_span){ NULL, 0 };
		found = fields[i].value;
	}
	return found;
}
