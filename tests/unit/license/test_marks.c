/* text: list marks are labels, not words; zones are lines that say nothing of law. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Words with the label of their clause before each first one: "[4.a] you may". */
static const struct row {
	const char *label, *text, *want;
} rows[] = {
	{ "numbers", "1. one\n\n2. two", "[1] one [2] two" },
	{ "letters below numbers",
	    "4. four\n\n  (a) one; and\n\n  (b) two\n\n5. five",
	    "[4] four [4.a] one and [4.b] two [5] five" },
	{ "three deep", "1. x\n\na. y\n\niii. z", "[1] x [1.a] y [1.a.iii] z" },
	{ "inside of a sentence", "either (i) one or (ii) two",
	    "either [i] one or [ii] two" },
	{ "i after h is a letter", "(h) x\n(i) y", "[h] x [i] y" },
	{ "in one line", "Do this. 1. one. 2. two", "do this [1] one [2] two" },
	{ "after a line end as in the line", "keep: (a)\none and\n(b) two",
	    "keep [a] one and [b] two" },
	{ "a reference stays", "under section 4(a) or\n(b) of this",
	    "under section 4 a or b of this" },
	{ "an attachment stays", "set forth in Attachment\nA.\n\n5. Sharing",
	    "set forth in attachment a [5] sharing" },
	{ "a German section stays", "die in Abschnitt\n4.b) genannten",
	    "die in abschnitt 4 b genannten" },
	{ "a version stays", "Apache License, Version\n2. Then",
	    "apache license version 2 then" },
	{ "a number in words stays", "thirty (30) days, one (1) year",
	    "thirty 30 days one 1 year" },
	{ "a number that begins a line stays", "not more than\n2. Then",
	    "not more than 2 then" },
	{ "years are no marks", "2004. Foo", "2004 foo" },
	{ "dotted", "1.1 Foo is\n\n1.2. Bar is", "[1.1] foo is [1.2] bar is" },
	{ "versions are not dotted", "2.0 License", "2.0 license" },
	{ "sections", "Section 3: Grant", "[3] grant" },
	{ "bare", "1 Definitions\n\n2 Grant", "[1] definitions [2] grant" },
	{ "a letter with one parenthesis", "a) one\nb) two",
	    "[a] one [b] two" },
	{ "inside of parentheses", "(see 1) (or b) it", "see 1 or b it" },
	{ "c of a list", "(a) x\n(b) y\n(c) z", "[a] x [b] y [c] z" },
	{ "no c of a list", "(c) Foo", "copyright foo" },
	{ "plural", "license(s)", "license s" },
	{ "from zero", "0. x\n\n1. y", "[0] x [1] y" },
	{ "behind a version and a colon",
	    "the Modified Version:\n\nA. Use it.\nB. List it.",
	    "the modified version [A] use it [B] list it" },
	{ "iii in a line", "i. x; ii. y; and iii. z",
	    "[i] x [ii] y and [iii] z" },
	{ "in a line without a stop", "1. One thing 2. Another thing",
	    "[1] one thing [2] another thing" },
	{ "escaped", "1\\. One\n\n2\\. Two", "[1] one [2] two" },
	{ "a version that begins a line", "3. Llama\n3.1 Community",
	    "[3] llama 3.1 community" },
	{ "an article", "ARTICLE \t1 - TERMS", "[1] terms" },
	{ "a paragraph of a code", "at 48 C.F.R. \xc2\xa7 252.227 it",
	    "at 48 cfr section 252.227 it" },
	{ "a part of a section", "This rule\n4.a) is", "this rule [4.a] is" },
	{ "a number of a code", "of C.F.R.\n12.212 (June)",
	    "of cfr 12.212 june" },
	{ "marks in a row", "4. (a)(i) one", "[4.a.i] one" },
	{ "abbreviations are no marks", "you wrote it.\nI.E. the above",
	    "you wrote it ie the above" },
	{ "in Lisp's comment", ";; 1. One\n;; 1.1 Model\n;; 2. Two",
	    "[1] one 1.1 model [2] two" },
	{ "a letter in a line without a stop", "Rights a) one and b) two",
	    "rights [a] one and [b] two" },
	{ "a number of the sentence before", "at least three\n\n30. years on",
	    "at least three 30 years on" },
	{ "an item in lower case", "as follows\n\n1. one\n\n2. two",
	    "as follows [1] one [2] two" },
	{ "a number behind a mark", "1. One\n\n2. 100. Copies",
	    "[1] one [2] 100 copies" },
	{ "the first of a list behind a mark", "2. 1. Copies", "[1] copies" },
	{ "an initial", "by John A. Smith", "by john a smith" },
};

static void
test_marks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct license_text *t = wording_of_text(rows[i].text);
		char out[256] = "";
		size_t used = 0;

		for (size_t k = 0; k < t->ntokens; k++) {
			const char *clause = t->clauses[t->tokens[k].clause];
			bool first = t->tokens[k].clause !=
			    (k == 0 ? 0 : t->tokens[k - 1].clause);

			used += (size_t)snprintf(out + used, sizeof(out) - used,
			    "%s%s%s%s%s", k > 0 ? " " : "", first ? "[" : "",
			    first ? clause : "", first ? "] " : "",
			    license_word(t, k));
		}
		check_str(rows[i].label, out, rows[i].want);
		license_text_free(t);
	}
}

/* Which words stand in a zone: c of a notice of copyright, t of a title, f of furniture. */
static const struct row zones[] = {
	{ "a notice", "Copyright (c) 2024 Jane Roe", "cccc" },
	{ "a notice that goes on",
	    "Copyright 1999 The Regents of\nCalifornia. All rights reserved.",
	    "ccccccccc" },
	{ "a notice before a sentence",
	    "Copyright 2024 Foo. All rights reserved. You may use it.",
	    "cccccc...." },
	{ "a rider is no notice", "Copyright 2024 Foo. No commercial use.",
	    "......" },
	{ "a duty is no notice", "Copyright 2024 Foo, you must pay", "......" },
	{ "a number is no year", "Copyright 2024 Foo 1000000 users", "....." },
	{ "a sentence of copyright", "Copyright notices of Foo", "...." },
	{ "a sentence behind a notice", "Copyright 2024 Foo. Outputs are ours",
	    "......" },
	{ "a sentence behind a name",
	    "(C) THE FOO COMPANY 2003 Outputs belong to the licensor.",
	    ".........." },
	{ "a company",
	    "Copyright 2024 Foo Inc. and Bar Ltd. All rights reserved.",
	    "cccccccccc" },
	{ "an address", "Copyright (c) 2024 Jane Doe <jane.doe@example.org>",
	    "cccccccc" },
	{ "words in an address",
	    "Copyright 2024 A B <a@users.x.no>, Foo and its affiliates",
	    "cccccccccccc" },
	{ "a page of somebody", "Copyright 2024 Jane Doe (https://x.org/)",
	    "ccccc" },
	{ "a title and a sentence",
	    "Outputs are ours. Some License\n\nYou may use it.", "........." },
	{ "the FSF", "Copyright (C) 1989, 1991 Free Software Foundation, Inc.",
	    "ccccccc" },
	{ "a title", "Some License\n\nYou may use it.", "tt...." },
	{ "a sentence is no title", "This is a license.\n\nYou may use it.",
	    "........" },
	{ "a duty is no title", "Users must buy a license\n\nYou may use it.",
	    "........." },
	{ "a page", "one\n\nPage 3 of 7\n\ntwo", ".ffff." },
	{ "a page number", "One.\n\n- 3 -\n\nTwo", ".f." },
	{ "a page number in a sentence", "at least three\n\n30\n\nyears",
	    "....." },
	{ "a page number behind a sentence", "at least three.\n\n30\n\nYears",
	    "...f." },
	{ "a number that a sentence begins with",
	    "Three copies.\n\n5\n\ncopies are sold", "......" },
	{ "the end", "one\n\nEND OF TERMS AND CONDITIONS\n\ntwo", ".fffff." },
	{ "not the end", "one\n\nEnd of commercial use\n\ntwo", "......" },
};

static void
test_zones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		struct license_text *t = wording_of_text(zones[i].text);
		char out[64] = "";

		for (size_t k = 0; k < t->ntokens; k++) {
			unsigned flags = t->tokens[k].flags;

			out[k] = flags & TOKEN_COPYRIGHT ? 'c' :
			    flags & TOKEN_TITLE          ? 't' :
			    flags & TOKEN_FURNITURE      ? 'f' :
							   '.';
		}
		check_str(zones[i].label, out, zones[i].want);
		license_text_free(t);
	}
}

/* Numbers of pages, in the midst of sentences: `count` of them, `words` apart. */
static unsigned
pages(unsigned first, unsigned step, unsigned count, unsigned words)
{
	struct license_text *t;
	struct weigh_buf text;
	unsigned found = 0;

	weigh_buf_init(&text, 1 << 16);
	for (unsigned page = 0; page < count; page++) {
		for (unsigned i = 0; i < words; i++)
			(void)weigh_buf_adds(&text, "of ");
		(void)weigh_buf_addf(&text, "\n\n%u\n\nby ",
		    first + page * step);
	}
	t = wording_of_text(text.data);
	for (size_t i = 0; i < t->ntokens; i++)
		found += (t->tokens[i].flags & TOKEN_FURNITURE) != 0;
	license_text_free(t);
	weigh_buf_free(&text);
	return found;
}

static void
test_pages(void **state)
{
	(void)state;
	check_u64("a row", pages(2, 1, 4, 150), 4);
	check_u64("three", pages(2, 1, 3, 150), 3);
	check_u64("two are no row", pages(2, 1, 2, 150), 0);
	check_u64("numbers left out", pages(2, 2, 4, 150), 0);
	check_u64("too near", pages(2, 1, 4, 50), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
