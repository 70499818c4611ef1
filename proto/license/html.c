/* html: names of elements and entities; see markup.h.  HTML, sections 4 and 13.5. */
#include <string.h>

#include "markup.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct named {
	const char *name;
	enum element element;
} elements[] = {
	{ "a", ELEMENT_INLINE },
	{ "abbr", ELEMENT_INLINE },
	{ "b", ELEMENT_INLINE },
	{ "big", ELEMENT_INLINE },
	{ "cite", ELEMENT_INLINE },
	{ "code", ELEMENT_INLINE },
	{ "em", ELEMENT_INLINE },
	{ "font", ELEMENT_INLINE },
	{ "i", ELEMENT_INLINE },
	{ "img", ELEMENT_INLINE },
	{ "kbd", ELEMENT_INLINE },
	{ "mark", ELEMENT_INLINE },
	{ "q", ELEMENT_INLINE },
	{ "s", ELEMENT_INLINE },
	{ "small", ELEMENT_INLINE },
	{ "span", ELEMENT_INLINE },
	{ "strong", ELEMENT_INLINE },
	{ "sub", ELEMENT_INLINE },
	{ "sup", ELEMENT_INLINE },
	{ "tt", ELEMENT_INLINE },
	{ "u", ELEMENT_INLINE },
	{ "wbr", ELEMENT_INLINE },
	{ "address", ELEMENT_BLOCK },
	{ "article", ELEMENT_BLOCK },
	{ "blockquote", ELEMENT_BLOCK },
	{ "body", ELEMENT_BLOCK },
	{ "br", ELEMENT_BLOCK },
	{ "center", ELEMENT_BLOCK },
	{ "dd", ELEMENT_BLOCK },
	{ "details", ELEMENT_BLOCK },
	{ "div", ELEMENT_BLOCK },
	{ "dl", ELEMENT_BLOCK },
	{ "dt", ELEMENT_BLOCK },
	{ "footer", ELEMENT_BLOCK },
	{ "h1", ELEMENT_BLOCK },
	{ "h2", ELEMENT_BLOCK },
	{ "h3", ELEMENT_BLOCK },
	{ "h4", ELEMENT_BLOCK },
	{ "h5", ELEMENT_BLOCK },
	{ "h6", ELEMENT_BLOCK },
	{ "head", ELEMENT_BLOCK },
	{ "header", ELEMENT_BLOCK },
	{ "hr", ELEMENT_BLOCK },
	{ "html", ELEMENT_BLOCK },
	{ "li", ELEMENT_BLOCK },
	{ "link", ELEMENT_BLOCK },
	{ "main", ELEMENT_BLOCK },
	{ "meta", ELEMENT_BLOCK },
	{ "nav", ELEMENT_BLOCK },
	{ "ol", ELEMENT_BLOCK },
	{ "p", ELEMENT_BLOCK },
	{ "pre", ELEMENT_BLOCK },
	{ "section", ELEMENT_BLOCK },
	{ "summary", ELEMENT_BLOCK },
	{ "table", ELEMENT_BLOCK },
	{ "tbody", ELEMENT_BLOCK },
	{ "td", ELEMENT_BLOCK },
	{ "th", ELEMENT_BLOCK },
	{ "thead", ELEMENT_BLOCK },
	{ "title", ELEMENT_BLOCK },
	{ "tr", ELEMENT_BLOCK },
	{ "ul", ELEMENT_BLOCK },
	{ "script", ELEMENT_HIDDEN },
	{ "style", ELEMENT_HIDDEN },
};

static bool
same(const char *name, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] == '\0' ||
		    name[i] !=
			(text[i] >= 'A' && text[i] <= 'Z' ?
				(char)(text[i] | 0x20) :
				text[i]))
			return false;
	return name[len] == '\0';
}

enum element
license_element(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(elements); i++)
		if (same(elements[i].name, name, len))
			return elements[i].element;
	return ELEMENT_UNKNOWN;
}

/* Those that license pages have; letters with accents are below. */
static const struct entity {
	const char *name;
	uint32_t character;
} entities[] = {
	{ "amp", '&' },
	{ "lt", '<' },
	{ "gt", '>' },
	{ "quot", '"' },
	{ "apos", '\'' },
	{ "nbsp", 0xa0 },
	{ "cent", 0xa2 },
	{ "pound", 0xa3 },
	{ "yen", 0xa5 },
	{ "sect", 0xa7 },
	{ "copy", 0xa9 },
	{ "laquo", 0xab },
	{ "shy", 0xad },
	{ "reg", 0xae },
	{ "deg", 0xb0 },
	{ "acute", 0xb4 },
	{ "para", 0xb6 },
	{ "middot", 0xb7 },
	{ "raquo", 0xbb },
	{ "times", 0xd7 },
	{ "szlig", 0xdf },
	{ "aelig", 0xe6 },
	{ "oslash", 0xf8 },
	{ "ensp", 0x2002 },
	{ "emsp", 0x2003 },
	{ "thinsp", 0x2009 },
	{ "zwnj", 0x200c },
	{ "zwj", 0x200d },
	{ "ndash", 0x2013 },
	{ "mdash", 0x2014 },
	{ "lsquo", 0x2018 },
	{ "rsquo", 0x2019 },
	{ "ldquo", 0x201c },
	{ "rdquo", 0x201d },
	{ "bull", 0x2022 },
	{ "hellip", 0x2026 },
	{ "prime", 0x2032 },
	{ "euro", 0x20ac },
	{ "trade", 0x2122 },
	{ "rarr", 0x2192 },
	{ "minus", 0x2212 },
};

/* "eacute" is a letter with an accent, and words are read without. */
static uint32_t
accented(const char *name, size_t len)
{
	static const char *const accents[] = { "acute", "grave", "circ", "uml",
		"tilde", "cedil", "ring", "caron" };

	for (size_t i = 0; i < COUNT(accents); i++)
		if (len > 1 && same(accents[i], name + 1, len - 1))
			return (unsigned char)name[0];
	return 0;
}

static uint32_t
numbered(const char *text, size_t len)
{
	unsigned base = 10;
	uint32_t c = 0;

	if (len > 0 && (*text | 0x20) == 'x') {
		base = 16;
		text++;
		len--;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - '0';

		if (digit > 9)
			digit = ((unsigned char)text[i] | 0x20u) - 'a' + 10;
		if (digit >= base || c > 0x10ffff)
			return 0;
		c = base * c + digit;
	}
	return c > 0x10ffff || c - 0xd800 < 0x800 ? 0 : c;
}

uint32_t
license_entity(const char *at, size_t *bytes)
{
	size_t len = 0;

	at++;
	while (len < 10 && at[len] != ';') {
		char c = at[len];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		    !(c >= '0' && c <= '9') && !(c == '#' && len == 0))
			return 0;
		len++;
	}
	if (at[len] != ';' || len < 2)
		return 0;
	*bytes = len + 2;
	if (at[0] == '#')
		return numbered(at + 1, len - 1);
	for (size_t i = 0; i < COUNT(entities); i++)
		if (same(entities[i].name, at, len))
			return entities[i].character;
	return accented(at, len);
}
