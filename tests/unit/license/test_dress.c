/*
 * text (3), by mutation: a made-up license, dressed in every way that people send licenses
 * about, has the same words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>

#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define ROOM 65536

/* Made up for this test; paragraphs are one line each. */
static const char text[] =
    "Gizmo Weights Agreement\n"
    "\n"
    "Version 2.0, released 3 May 2024\n"
    "\n"
    "Copyright (c) 2024 Gizmo Works Inc. All rights reserved.\n"
    "\n"
    "1. Definitions. \"Gizmo\" means the licensor's weights, as found at https://www.example.com/gizmo-weights/.\n"
    "\n"
    "2. Grant. You get a non-exclusive, world-wide and royalty free license to use the Gizmo if you (a) keep this notice, (b) have fewer than 1,000,000 users & (c) earn less than 5% of your revenue, or $20,000,000, with it.\n"
    "\n"
    "3. Limits. You shall not, except as section 2(b) or\n(c) permits, sub-license it to a third-party.\n"
    "\n"
    "  i. nobody is owed support; and\n"
    "\n"
    "  ii. the Gizmo is provided \"AS IS\".\n";

/* Each character of `in` as one of these may be: NULL leaves it. */
typedef const char *change(char c, const char *before);

static const char *
typographic(char c, const char *before)
{
	if (c == '"')
		return before[-1] == ' ' ? "\xe2\x80\x9c" : "\xe2\x80\x9d";
	return c == '\'' ? "\xe2\x80\x99" : NULL;
}

static const char *
dos(char c, const char *before)
{
	(void)before;
	return c == '\n' ? "\r\n" : NULL;
}

static const char *
unbroken(char c, const char *before)
{
	return c == ' ' && before[-1] != '\n' && before[-1] != ' ' ?
	    "\xc2\xa0" :
	    NULL;
}

static const char *
spread(char c, const char *before)
{
	(void)before;
	return c == ' ' ? " \t  " : NULL;
}

static const char *
shell(char c, const char *before)
{
	(void)before;
	return c == '\n' ? "\n# " : NULL;
}

static const char *
block(char c, const char *before)
{
	(void)before;
	return c == '\n' ? "\n   * " : NULL;
}

static const char *
macro(char c, const char *before)
{
	(void)before;
	return c == '\n' ? "\ndnl " : NULL;
}

static const char *
tex(char c, const char *before)
{
	(void)before;
	return c == '\n' ? "\n%% " : NULL;
}

static const char *
page(char c, const char *before)
{
	if (c == '\n')
		return before[-1] == '\n' ? "<p>\n" : "\n";
	return c == '&' ? "&amp;" : c == '"' ? "&quot;" : NULL;
}

static const char *
escaped(char c, const char *before)
{
	(void)before;
	return c == '.' ? "\\." : c == '(' ? "\\(" : c == ')' ? "\\)" : NULL;
}

static const char *
quoted(char c, const char *before)
{
	(void)before;
	return c == '\n' ? "\n> " : NULL;
}

static const struct dress {
	const char *label, *head;
	change *with;
	const char *foot;
} dresses[] = {
	{ "typographic quotes", "", typographic, "" },
	{ "CR LF", "", dos, "" },
	{ "no-break spaces", "", unbroken, "" },
	{ "tabs", "", spread, "" },
	{ "a shell's comment", "# ", shell, "" },
	{ "C's comment", "/* ", block, "\n   */\n" },
	{ "m4's comment", "dnl ", macro, "" },
	{ "TeX's comment", "% ", tex, "" },
	{ "HTML", "<!DOCTYPE html><html><body><p>", page, "</body></html>" },
	{ "Markdown", "", escaped, "" },
	{ "a quotation", "> ", quoted, "" },
};

static void
put_on(struct weigh_buf *out, const struct dress *d, const char *in)
{
	weigh_buf_reset(out);
	weigh_buf_adds(out, d->head);
	for (const char *p = in; *p != '\0'; p++) {
		const char *other = d->with(*p, p);

		if (other != NULL)
			weigh_buf_adds(out, other);
		else
			weigh_buf_addc(out, *p);
	}
	weigh_buf_adds(out, d->foot);
	assert_false(out->failed);
}

/* Paragraphs filled to `width` columns; words are broken behind hyphens, as editors do. */
static void
wrap(struct weigh_buf *out, const char *in, size_t width)
{
	size_t column = 0;

	weigh_buf_reset(out);
	while (*in != '\0') {
		size_t word = strcspn(in, " \n");
		size_t hyphen = strcspn(in, "- \n");

		if (in[hyphen] == '-' && column + word > width)
			word = hyphen + 1;
		if (column > 0 && column + word > width) {
			weigh_buf_addc(out, '\n');
			column = 0;
		}
		weigh_buf_add(out, in, word);
		column += word;
		in += word;
		if (in[0] == '\n' && in[1] == '\n') {
			weigh_buf_adds(out, "\n\n");
			column = 0;
			in += 2;
		} else if (*in != '\0' && in[-1] != '-') {
			weigh_buf_addc(out, ' ');
			column++;
		}
		in += strspn(in, " \n");
	}
	assert_false(out->failed);
}

/* The same in 16 bits a character; everything above is ASCII. */
static void
widen(struct weigh_buf *out, const char *in)
{
	weigh_buf_reset(out);
	for (; *in != '\0'; in++) {
		weigh_buf_addc(out, *in);
		weigh_buf_addc(out, '\0');
	}
	assert_false(out->failed);
}

static void
check_same(const char *label, const void *bytes, size_t len,
    const struct license_text *want)
{
	struct license_text *t = wording_of(bytes, len);

	for (size_t i = 0; i < t->ntokens && i < want->ntokens; i++)
		check_str(label, license_word(t, i), license_word(want, i));
	check_u64(label, t->ntokens, want->ntokens);
	license_text_free(t);
}

static void
test_dresses(void **state)
{
	struct license_text *want = wording_of(text, sizeof(text) - 1);
	struct weigh_buf out;

	(void)state;
	weigh_buf_init(&out, ROOM);
	for (size_t i = 0; i < COUNT(dresses); i++) {
		put_on(&out, &dresses[i], text);
		check_same(dresses[i].label, out.data, out.len, want);
	}
	widen(&out, text);
	check_same("UTF-16", out.data, out.len, want);
	license_text_free(want);
	weigh_buf_free(&out);
}

/* Wherever lines are broken. */
static void
test_widths(void **state)
{
	struct license_text *want = wording_of(text, sizeof(text) - 1);
	struct weigh_buf out;
	char label[32];

	(void)state;
	weigh_buf_init(&out, ROOM);
	for (size_t width = 12; width < 250; width++) {
		snprintf(label, sizeof(label), "%zu columns", width);
		wrap(&out, text, width);
		check_same(label, out.data, out.len, want);
	}
	license_text_free(want);
	weigh_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dresses),
		cmocka_unit_test(test_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
