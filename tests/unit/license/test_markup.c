/* text (3): what dresses a text changes none of its words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct row {
	const char *label, *text, *want;
} rows[] = {
	{ "a page",
	    "<!DOCTYPE html><html><head><title>T</title><style>p {}</style></head>"
	    "<body><h1>Some Terms</h1><p>You <b>may</b>\nuse&nbsp;it.</p></body></html>",
	    "t some terms you may use it" },
	{ "script and comment",
	    "<html><script>if (a<b) may();</script>you<!-- may -->not</html>",
	    "you not" },
	{ "inside of a word", "<html><p>lic<i>en</i>se</html>", "license" },
	{ "blocks part words", "<html>one<p>two<br>three<td>four</html>",
	    "one two three four" },
	{ "entities",
	    "<p>&ldquo;AS&#32;IS&rdquo; &copy; 2024 &amp; &lt;b&gt; na&iuml;ve &#x4E2D;</p><br><br>",
	    "as is copyright 2024 and b naive \xe4\xb8\xad" },
	{ "an escaped entity", "it\\&quot;s &quot;it\\&quot;", "its it" },
	{ "lines of a page",
	    "<html><p>Copyright 2024 A. Maker\nYou may use it.\n\n<b>5</b>\n% of it",
	    "copyright 2024 a maker you may use it 5 of it" },
	{ "no entity", "AT&T; &unknown; &", "at and t and unknown and" },
	{ "a comment at the head",
	    "<?xml version=\"1.0\"?>\n<!-- You may use it. -->\n<a><b>c</b></a>",
	    "you may use it c" },
	{ "no page", "a <b and c> d <year> <name>", "a b and c d year name" },
	{ "a comment without end", "<html>one <!-- two", "one two" },
	{ "a page's marks", "<html><ol><li>1. one<li>2. two</ol></html>",
	    "one two" },
	{ "emphasis and headings", "## Some *Terms*\n\nYou **may** `use` it",
	    "some terms you may use it" },
	{ "an escape", "1\\. one\n\n2\\. two \\*three\\*", "one two three" },
	{ "a link", "see [the terms](https://example.com/terms \"T\").",
	    "see the terms" },
	{ "a link's title that says more", "[it](#x \"but not you\")",
	    "it but not you" },
	{ "a definition that says more", "one\n[not you]: https://x.org/a\n",
	    "one not you x.org/a" },
	{ "a definition of one word that decides",
	    "one\n[not]: http://x.org\n[up]: http://x.org/b\n",
	    "one not x.org" },
	{ "a target that says more", "[it](#you-may-not-sell) or [it](#not)",
	    "it youmaynotsell or it" },
	{ "a fence that says more", "```nosale\nyou may\n```\n",
	    "nosale you may" },
	{ "no page: script", "one <script>not</script> two", "one not two" },
	{ "no page: comment", "<br>one<br>two<br><!-- not -->three",
	    "one two not three" },
	{ "no page: attributes", "one <p note=\"you may not\"> two",
	    "one p note you may not two" },
	{ "no page: nothing inside of an attribute",
	    "one <a href=\"x.ht\xe2\x80\x8bml\">two</a> three",
	    "one two three" },
	{ "no page: an attribute of one word that decides",
	    "one <a name=\"not\"> two <a name=\"top\"> three",
	    "one a name not two three" },
	{ "no link", "see [one](two) and [2] (it)", "see one two and 2 it" },
	{ "an image in a link",
	    "[![License](https://x.org/b.svg)](LICENSE.md) it", "license it" },
	{ "a definition", "see [it][1]\n\n[1]: https://example.com/x\n",
	    "see it 1" },
	{ "a fence", "```text\nyou may\n```\n", "you may" },
	{ "quoted, in angles", "> between <CODE\n> BEGINS> and <CODE ENDS>",
	    "between code begins and code ends" },
	{ "what is no fence", "``` you may use\n", "you may use" },
	{ "quoted", "> you may\n> use it\n", "you may use it" },
	{ "C", "/*\n * you may distri-\n * bute it\n */",
	    "you may distribute it" },
	{ "shell", "# you may distri-\n# bute it", "you may distribute it" },
	{ "TeX", "% you may\n%% use\n%\n% it", "you may use it" },
	{ "percents", "50% or 5 % of it", "50 percent or 5 percent of it" },
	{ "m4", "dnl you may\ndnl use\ndnl\ndnl it", "you may use it" },
	{ "DOS, one line", "\nREM you may use it\n\n", "you may use it" },
	{ "not all of it", "REM you may use it\n\nREMnot",
	    "rem you may use it remnot" },
	{ "DOS", "REM you may\nREM use it", "you may use it" },
	{ "Fortran", "C you may\nC use\nC\nC it", "you may use it" },
	{ "no Fortran", "C you may\nuse C\n", "c you may use c" },
	{ "a table", "| you | may |\n|---|---|\n| use | it |",
	    "you may use it" },
	{ "underlined", "Title\n=====\n\nyou may", "title you may" },
};

static void
test_words(void **state)
{
	char out[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct license_text *t = wording_of_text(rows[i].text);

		check_str(rows[i].label, wording_words(t, out, sizeof(out)),
		    rows[i].want);
		license_text_free(t);
	}
}

/* Targets are kept apart, and lines are those of the file. */
static void
test_targets(void **state)
{
	static const char text[] =
	    "see [it](LICENSE.md)\nor\n[1]: https://x.org/a\n";
	static const char page[] =
	    "<html>\n<p>one\ntwo\n<a\nhref=\"b.html\">three</a></html>";
	struct license_text *t = wording_of_text(text);

	(void)state;
	assert_int_equal(t->ntargets, 2);
	assert_string_equal(t->words + t->targets[0].word, "LICENSE.md");
	assert_memory_equal(text + t->targets[0].start, "LICENSE.md", 10);
	assert_string_equal(t->words + t->targets[1].word, "https://x.org/a");
	assert_int_equal(t->targets[1].line, 3);
	assert_true(t->markdown);
	license_text_free(t);

	t = wording_of_text(page);
	assert_true(t->html);
	assert_int_equal(t->ntokens, 3);
	assert_int_equal(t->tokens[0].line, 2);
	assert_int_equal(t->tokens[1].line, 3);
	assert_int_equal(t->tokens[2].line, 5);
	assert_true(t->tokens[0].flags & TOKEN_PARAGRAPH);
	assert_true(t->tokens[1].flags & TOKEN_LINE);
	assert_false(t->tokens[1].flags & TOKEN_PARAGRAPH);
	assert_string_equal(t->words + t->targets[0].word, "b.html");
	license_text_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
