/* SPDX's marks and patterns, and what a template has of them; the texts are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../proto/license/pack_make.h"
#include "../../../proto/license/template.h"
#include "check.h"

/* --- patterns ----------------------------------------------------------------- */

static const struct pattern_row {
	const char *label, *match;
	const char
	    *texts; /* between '|', '_' for any words; "" any words at all */
	bool numbers;
} patterns[] = {
	{ "a text", "software", "software", false },
	{ "two", "Library|Lesser", "Library|Lesser", false },
	{ "groups", "(SOFTWARE)|(THEME)", "SOFTWARE|THEME", false },
	{ "a group inside", "names of (its|their) helpers",
	    "names of its helpers|names of their helpers", false },
	{ "a letter that may be", "names?", "names|name", false },
	{ "a group that may be", "EXPRESS(ED)?", "EXPRESSED|EXPRESS", false },
	{ "nothing or something", "()|( of the theme)", "| of the theme",
	    false },
	{ "nothing behind a bar", "General|", "General|", false },
	{ "blanks", "this\\s+source\\s*file",
	    "this source file|this sourcefile", false },
	{ "a class of blanks", "CC-[ \\t\\r\\n\\f]{0,10}licensed",
	    "CC- licensed|CC-licensed", false },
	{ "a class of signs", "by[\\[\\(]us[\\]\\)]", "by[us]", false },
	{ "signs that may be", "end\\.?\\)?", "end.)", false },
	{ "a blank that may be", "royalty- ?free", "royalty- free|royalty-free",
	    false },
	{ "a dash at its end", "BSD Zero[ -]Clause",
	    "BSD Zero Clause|BSD Zero-Clause", false },
	{ "a range", "1\\.[0-2]", "1._", false },
	{ "no ASCII in a class",
	    "CeCILL[\xc2\xb9"
	    "1]?",
	    "CeCILL_|CeCILL", false },
	{ "a class", "[oO]f", "of|Of", false },
	{ "escaped", "file\\(s\\)", "file(s)", false },
	{ "a dot nobody escaped", "Makefile.in", "Makefile.in", false },
	{ "any words inside", "The name of.+may not", "The name of_may not",
	    false },
	{ "any words at both ends", ".+disclaims", "_disclaims", false },
	{ "punctuation, often", "-{1,2}", "-", false },
	{ "any words", ".+", "", false },
	{ "none or any", ".*", "", false },
	{ "an address", ".{54,64}", "", true },
	{ "a version", "(([0-9]+)\\.([0-9]+))?", "", true },
	{ "any words beside a text", "foo|.+", "", false },
	{ "all but a letter", "[^.]+", "", false },
	{ "too many", "(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)", "", false },
	{ "a group that does not close", "(a|b", "", false },
	{ "a class that does not close", "[ab", "", false },
	{ "a group too much", "a)b", "", false },
	{ "an empty class", "[]", "", false },
	{ "a backslash at the end", "a\\", "", false },
	{ "too deep", "((((((((((a))))))))))", "", false },
	{ "empty", "", "", false },
};

static void
join_texts(const struct license_pattern *p, char *out, size_t room)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < p->ntexts; i++)
		len += (size_t)snprintf(out + len, room - len, "%s%s",
		    i == 0 ? "" : "|", p->texts[i]);
	for (char *c = out; *c != '\0'; c++)
		if (*c == PATTERN_ANY)
			*c = '_';
}

static void
test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct pattern_row *row = &patterns[i];
		struct license_pattern p;
		char texts[4096];

		check_code(row->label,
		    license_pattern_read(&p, row->match, strlen(row->match),
			NULL),
		    WEIGH_OK);
		join_texts(&p, texts, sizeof(texts));
		check_str(row->label, texts, row->texts);
		check_true(row->label, p.numbers == row->numbers);
		license_pattern_free(&p);
	}
}

/* --- templates ---------------------------------------------------------------- */

#define OPT(text) "<<beginOptional>>" text "<<endOptional>>"
#define TITLE(text) "<<beginOptional;name=\"title\">>" text "<<endOptional>>"
#define VAR(original, match) \
	"<<var;name=\"v\";original=\"" original "\";match=\"" match "\">>"
#define HOLDER(original) \
	"<<var;name=\"copyright\";original=\"" original "\";match=\".+\">>"

/*
 * Spans as FROM-TO KIND PARENT: o optional, a any, 1 one of, t title, c copyright;
 * alternatives follow as numbers of words, '+' for any words.
 */
static const struct template_row {
	const char *label, *text;
	enum weigh_code rc;
	uint32_t words, required;
	const char *spans;
	bool vendor;
} templates[] = {
	{ "words", "you may use this gizmo", WEIGH_OK, 5, 5, "", false },
	{ "none", " ... \n", WEIGH_MALFORMED, 0, 0, "", false },
	{ "nothing", "", WEIGH_MALFORMED, 0, 0, "", false },
	{ "optional", "use " OPT("and even sell ") "this gizmo", WEIGH_OK, 6, 3,
	    "1-4o", false },
	{ "in each other", "use " OPT("and " OPT("even ") "sell ") "this gizmo",
	    WEIGH_OK, 6, 3, "1-4o 2-3o<0", false },
	{ "optional nothing", "use " OPT(" ") "this", WEIGH_OK, 2, 2, "",
	    false },
	{ "a title", TITLE("Gizmo License\n\n") "use this gizmo", WEIGH_OK, 5,
	    3, "0-2t", false },
	{ "a vendor's title", TITLE("Gizmo License\n\n") "use this gizmo",
	    WEIGH_OK, 5, 5, "0-2t", true },
	{ "any words", "sold by " VAR("the makers", ".+") " here", WEIGH_OK, 5,
	    3, "2-4a", false },
	{ "any words where none are", "sold " VAR("", ".*") "here", WEIGH_OK, 2,
	    2, "1-1a", false },
	{ "numbers too", "sold at " VAR("51 Gizmo Street", ".{5,64}") " here",
	    WEIGH_OK, 6, 3, "2-5c", false },
	{ "a notice", HOLDER("Made 2001 by Ann") "\n\nuse it here", WEIGH_OK, 7,
	    3, "0-4c", false },
	{ "one of", "the " VAR("Gizmo", "Gizmo|Gadget|big thing") " works",
	    WEIGH_OK, 3, 3, "1-21{1,2}", false },
	{ "one of one", "the " VAR("Gizmo", "gizmo|GIZMO") " works", WEIGH_OK,
	    3, 3, "", false },
	{ "one of, or none", "the " VAR("big ", "(big )?") "gizmo works",
	    WEIGH_OK, 4, 4, "1-21{0}", false },
	{ "none, or one", "the " VAR("", "(big)?") " gizmo works", WEIGH_OK, 3,
	    3, "1-11{1}", false },
	{ "any words in one of",
	    VAR("No name may",
		"(No name may)|(The name of.+may not)") " be used",
	    WEIGH_OK, 5, 5, "0-31{6+}", false },
	{ "a part of a word", "re" VAR("gizmo", "gizmo|gadget") "s work",
	    WEIGH_OK, 2, 2, "0-11{1}", false },
	{ "one of inside of optional",
	    "use " OPT("the " VAR("red", "red|blue") " one ") "now", WEIGH_OK,
	    5, 2, "1-4o 2-31<0{1}", false },
	{ "a quote inside", "the " VAR("one \"gizmo\" thing", ".+") " works",
	    WEIGH_OK, 5, 2, "1-4a", false },
	{ "a mark that is none", "a << b and c >> d", WEIGH_OK, 5, 5, "",
	    false },
	{ "title and notice of a text without marks",
	    "Gizmo License\n\nCopyright (c) 2001 Ann Smith\n\n"
	    "You may use this gizmo as you like.\n",
	    WEIGH_OK, 14, 8, "0-2t 2-6c", false },
	{ "a notice inside of an optional part",
	    OPT("Copyright (c) 2001 Ann Smith\n\n") "You may use it.\n",
	    WEIGH_OK, 8, 4, "0-4o 0-4c<0", false },
	{ "furniture", "You may use it.\n\nEND OF TERMS AND CONDITIONS\n",
	    WEIGH_OK, 9, 4, "4-9o", false },
	{ "optional does not close", "use <<beginOptional>>this",
	    WEIGH_MALFORMED, 0, 0, "", false },
	{ "optional closes twice", "use <<endOptional>>this", WEIGH_MALFORMED,
	    0, 0, "", false },
	{ "a mark does not close", "use <<beginOptional;name=\"x\"this",
	    WEIGH_MALFORMED, 0, 0, "", false },
	{ "var without match", "use <<var;name=\"x\";original=\"y\">> this",
	    WEIGH_MALFORMED, 0, 0, "", false },
	{ "var does not close", "use <<var;original=\"x\";match=\"y\" this",
	    WEIGH_MALFORMED, 0, 0, "", false },
	{ "var with something else",
	    "use <<var;color=\"x\";original=\"x\";match=\"y\">> this",
	    WEIGH_MALFORMED, 0, 0, "", false },
};

static size_t
print_alternatives(const struct made_template *t, const struct license_span *s,
    char *out, size_t room)
{
	size_t len = (size_t)snprintf(out, room, "{");

	for (uint32_t i = 0; i < s->nalternatives; i++) {
		const struct license_alternative *a =
		    &t->alternatives[s->alternatives + i];
		bool any = false;

		for (uint32_t k = 0; k < a->count; k++)
			any |= t->alternative_words[a->from + k] ==
			    MADE_ANY_WORDS;
		len += (size_t)snprintf(out + len, room - len, "%s%u%s",
		    i == 0 ? "" : ",", a->count, any ? "+" : "");
	}
	return len + (size_t)snprintf(out + len, room - len, "}");
}

static void
print_spans(const struct made_template *t, char *out, size_t room)
{
	size_t len = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < t->nspans; i++) {
		const struct license_span *s = &t->spans[i];

		len += (size_t)snprintf(out + len, room - len, "%s%u-%u%c",
		    i == 0 ? "" : " ", s->from, s->to, "oa1tc"[s->kind]);
		if (s->parent != LICENSE_NO_SPAN)
			len += (size_t)snprintf(out + len, room - len, "<%u",
			    s->parent);
		if (s->nalternatives > 0)
			len += print_alternatives(t, s, out + len, room - len);
	}
}

static void
words_free(struct made_words *w)
{
	free(w->hashes);
	free(w->strong);
	free(w->slots);
}

static void
test_templates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		const struct template_row *row = &templates[i];
		struct made_words words = { .n = 0 };
		struct made_template t;
		char spans[1024];

		check_code(row->label,
		    license_made_read(&t, &words, row->text, strlen(row->text),
			NULL),
		    row->rc);
		if (row->rc == WEIGH_OK) {
			print_spans(&t, spans, sizeof(spans));
			check_str(row->label, spans, row->spans);
			check_u64(row->label, t.nwords, row->words);
			check_u64(row->label,
			    license_made_required(&t, row->vendor),
			    row->required);
		}
		license_made_free(&t);
		words_free(&words);
	}
}

/* A clause begins where its label stood; the labels are no words. */
static void
test_clauses(void **state)
{
	static const char text[] = "Anybody may.\n\n1. You may use it.\n\n"
				   "2. You may sell it\n   a) here and\n"
				   "   b) there.\n";
	static const struct {
		uint32_t word;
		const char *label;
	} rows[] = { { 2, "1" }, { 6, "2" }, { 10, "2.a" }, { 12, "2.b" } };
	struct made_words words = { .n = 0 };
	struct made_template t;

	(void)state;
	check_code("read",
	    license_made_read(&t, &words, text, strlen(text), NULL), WEIGH_OK);
	check_u64("words", t.nwords, 13);
	check_u64("clauses", t.nclauses, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < t.nclauses; i++) {
		check_str("label", t.clauses[i].label, rows[i].label);
		check_u64(rows[i].label, t.clauses[i].word, rows[i].word);
	}
	license_made_free(&t);
	words_free(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_clauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
