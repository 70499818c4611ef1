/* A table of terms: (1) unknown stays unknown, (2) values of closed lists, (3) clauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <weigh/licenseterms.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define ROW "[LicenseRef-A]\nevidence = text\n"

/* --- what is refused ------------------------------------------------------------ */

static const struct refused {
	const char *label, *text, *why, *fix;
} refused[] = {
	{ "no section", "commercial = yes\n",
	    "t:1: 'commercial' stands before the first [ID]", NULL },
	{ "neither", ROW "commercial yes\n",
	    "t:3: 'commercial yes' is neither [ID] nor fact = value", NULL },
	{ "an id with a blank", "[A B]\n",
	    "t:1: 'A B' is no id: letters, digits, '.', '-' and '+'", NULL },
	{ "an empty id", "[]\n",
	    "t:1: '' is no id: letters, digits, '.', '-' and '+'", NULL },
	{ "an id twice", ROW "[licenseref-a]\n",
	    "t:3: 'licenseref-a' has a row already", NULL },
	{ "no evidence", "[A]\ncommercial = yes\n[B]\n",
	    "t:1: 'A' tells no evidence",
	    "write 'evidence = text' if the license was read, else secondary "
	    "or likely" },
	{ "no evidence at the end", "\n[A]\ncommercial = yes\n",
	    "t:2: 'A' tells no evidence",
	    "write 'evidence = text' if the license was read, else secondary "
	    "or likely" },
	{ "no such evidence", "[A]\nevidence = texts\n",
	    "t:2: 'texts' is none of its values",
	    "the nearest known word is 'text'" },
	{ "unknown is no evidence", "[A]\nevidence = unknown\n",
	    "t:2: 'unknown' is none of its values", NULL },
	{ "a fact misspelled", ROW "comercial = yes\n",
	    "t:3: 'comercial' is no fact",
	    "the nearest known word is 'commercial'" },
	{ "a fact twice", ROW "commercial = yes\ncommercial = no\n",
	    "t:4: 'no' is said a second time", NULL },
	{ "a word of another fact", ROW "commercial = territory\n",
	    "t:3: 'territory' is none of its values", NULL },
	{ "a word misspelled", ROW "redistribution = teritory\n",
	    "t:3: 'teritory' is none of its values",
	    "the nearest known word is 'territory'" },
	{ "case counts in values", ROW "commercial = Yes\n",
	    "t:3: 'Yes' is none of its values",
	    "the nearest known word is 'yes'" },
	{ "no value", ROW "commercial =\n", "t:3: '' is empty", NULL },
	{ "no value but a clause", ROW "commercial = (2)\n",
	    "t:3: '(2)' is none of its values", NULL },
	{ "a list where one word is meant", ROW "commercial = yes, no\n",
	    "t:3: 'yes, no' is none of its values", NULL },
	{ "a word twice in a list", ROW "aup = file, file\n",
	    "t:3: 'file, file' says a word twice", NULL },
	{ "none beside others", ROW "aup = file, none\n",
	    "t:3: 'file, none' has a word that stands alone or not at all",
	    NULL },
	{ "a comma at the end", ROW "aup = file,\n",
	    "t:3: 'file,' ends with a comma", NULL },
	{ "a bracket that stays open", ROW "commercial = yes (2\n",
	    "t:3: '(2' is not closed", NULL },
	{ "words behind the clause", ROW "commercial = yes (2) or so\n",
	    "t:3: 'or so' stands behind the value: (clause) [evidence] -- note",
	    NULL },
	{ "a fact's own evidence", ROW "commercial = yes [likly]\n",
	    "t:3: 'likly' is none of its values",
	    "the nearest known word is 'likely'" },
	{ "a threshold without operator", ROW "threshold.mau = 1000\n",
	    "t:3: '1000' does not begin with '> ' or '>= '", NULL },
	{ "a threshold from below", ROW "threshold.mau = < 1000\n",
	    "t:3: '< 1000' does not begin with '> ' or '>= '", NULL },
	{ "separators", ROW "threshold.mau = > 1.000\n",
	    "t:3: '> 1.000' has no currency of three capitals behind the "
	    "number",
	    NULL },
	{ "a number too large", ROW "threshold.mau = > 9223372036854775808\n",
	    "t:3: '> 9223372036854775808' has no number: digits only, without "
	    "separators",
	    NULL },
	{ "users have no currency", ROW "threshold.mau = > 10 USD\n",
	    "t:3: '> 10 USD' names a currency for users", NULL },
	{ "money has one", ROW "threshold.revenue-year = > 10\n",
	    "t:3: '> 10' names no currency", NULL },
	{ "a currency in small letters",
	    ROW "threshold.revenue-year = > 10 usd\n",
	    "t:3: '> 10 usd' has no currency of three capitals behind the "
	    "number",
	    NULL },
	{ "a word no threshold has", ROW "threshold.mau = > 10, rollin\n",
	    "t:3: '> 10, rollin' has a word that no threshold has",
	    "the nearest known word is 'rolling'" },
	{ "two effects", ROW "threshold.mau = > 10, paid, ends\n",
	    "t:3: '> 10, paid, ends' says two words for one thing", NULL },
	{ "all thresholds are only ever none", ROW "threshold.* = > 10\n",
	    "t:3: '> 10' is none of its values", NULL },
	{ "a place in words", ROW "territory-excludes = EU, Korea\n",
	    "t:3: 'EU, Korea' has a place that is neither EU, EEA nor a "
	    "country code of two capitals",
	    NULL },
	{ "a place twice", ROW "territory-excludes = EU, EU\n",
	    "t:3: 'EU, EU' says a place twice", NULL },
	{ "words without quotes", ROW "display = Built with Acme\n",
	    "t:3: 'Built with Acme' is neither none nor words in double "
	    "quotes",
	    NULL },
	{ "a quote not doubled", ROW "display = \"a \"b\" c\"\n",
	    "t:3: '\"a \"b\" c\"' has a quote that is not doubled", NULL },
	{ "a quote not closed", ROW "display = \"a\n",
	    "t:3: '\"a' is neither none nor words in double quotes", NULL },
	{ "no date", ROW "release-date = 18 April 2024\n",
	    "t:3: '18 April 2024' is no date like 2024-09-25", NULL },
	{ "no day", ROW "release-date = 2024-13-01\n",
	    "t:3: '2024-13-01' is no day of the calendar", NULL },
	{ "a control character", ROW "name = a\033[31mb\n",
	    "t:3: not UTF-8, or a control character in it", NULL },
	{ "no UTF-8", ROW "name = \xff\n",
	    "t:3: not UTF-8, or a control character in it", NULL },
	{ "a family misspelled", ROW "family = permisive\n",
	    "t:3: 'permisive' is none of its values",
	    "the nearest known word is 'permissive'" },
	{ "a tag twice", "[hub]\nmit = MIT, exact\nMIT = MIT, exact\n",
	    "t:3: 'MIT' is said a second time", NULL },
	{ "a tag without precision", "[hub]\nmit = MIT\n",
	    "t:2: 'MIT' is neither 'ID, exact', 'ID, version-not-told', "
	    "family nor none",
	    NULL },
	{ "a family with an id", "[hub]\ngpl = GPL, family\n",
	    "t:2: 'GPL, family' is neither 'ID, exact', 'ID, "
	    "version-not-told', family nor none",
	    NULL },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		const struct refused *row = &refused[i];
		struct weigh_terms *t = NULL;
		struct weigh_err err = { 0 };

		check_code(row->label,
		    weigh_terms_read(&t, "t", row->text, strlen(row->text),
			&err),
		    WEIGH_MALFORMED);
		check_true(row->label, t == NULL);
		check_str(row->label, err.why, row->why);
		check_str(row->label, err.fix,
		    row->fix != NULL ? row->fix : "");
		weigh_terms_free(t);
	}
}

/* --- what is read --------------------------------------------------------------- */

static struct weigh_terms *
read_table(const char *text)
{
	struct weigh_terms *t = NULL;
	struct weigh_err err = { 0 };

	if (weigh_terms_read(&t, "t", text, strlen(text), &err) != WEIGH_OK)
		fail_msg("%s", err.why);
	return t;
}

static struct weigh_license_terms *
find(const struct weigh_terms *t, const char *id)
{
	struct weigh_license_terms *l = NULL;
	struct weigh_err err = { 0 };

	if (weigh_terms_find(&l, &t, 1, id, &err) != WEIGH_OK)
		fail_msg("%s", err.why);
	return l;
}

static const struct taken {
	const char *label, *line, *fact, *value, *clause, *evidence, *note;
} taken[] = {
	{ "a word", "commercial = yes", "commercial", "yes", "", "text", "" },
	{ "blanks and a carriage return", " commercial\t=  yes \r",
	    "commercial", "yes", "", "text", "" },
	{ "a clause", "commercial = no (2.a, 3)", "commercial", "no", "2.a, 3",
	    "text", "" },
	{ "brackets in a clause", "commercial = no (1(b)(iii), 2)",
	    "commercial", "no", "1(b)(iii), 2", "text", "" },
	{ "all of it", "commercial = no (2) [likely] -- (so) they say",
	    "commercial", "no", "2", "likely", "(so) they say" },
	{ "a note alone", "commercial = no -- so = so", "commercial", "no", "",
	    "text", "so = so" },
	{ "a list", "aup = file,url (3)", "aup", "file, url", "3", "text", "" },
	{ "unclear is known", "commercial = unclear (2, 4)", "commercial",
	    "unclear", "2, 4", "text", "" },
	{ "none is known", "territory-excludes = none", "territory-excludes",
	    "none", "", "text", "" },
	{ "a threshold", "threshold.mau = >  5", NULL, NULL, NULL, NULL, NULL },
	{ "users", "threshold.mau = > 700000000, affiliates, no-rights (2)",
	    "threshold.mau", "> 700000000, affiliates, no-rights", "2", "text",
	    "" },
	{ "money", "threshold.revenue-year = >= 10000000 USD,paid (2)",
	    "threshold.revenue-year", ">= 10000000 USD, paid", "2", "text",
	    "" },
	{ "places", "territory-excludes = EU,GB, KR", "territory-excludes",
	    "EU, GB, KR", "", "text", "" },
	{ "words", "display = \"Built (with) -- A\" (1)", "display",
	    "Built (with) -- A", "1", "text", "" },
	{ "words with quotes", "display = \"a \"\"b\"\" c\" (1)", "display",
	    "a \"b\" c", "1", "text", "" },
	{ "words with a quote at the end", "display = \"a \"\"b\"\"\"",
	    "display", "a \"b\"", "", "text", "" },
	{ "a date", "release-date = 2024-09-25", "release-date", "2024-09-25",
	    "", "text", "" },
};

static void
test_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(taken); i++) {
		const struct taken *row = &taken[i];
		struct weigh_license_terms *l = NULL;
		struct weigh_terms *t = NULL;
		struct weigh_err err = { 0 };
		char text[256];
		const struct weigh_term *term;

		strcpy(text, ROW);
		strcat(text, row->line);
		if (row->fact == NULL) {
			check_code(row->label,
			    weigh_terms_read(&t, "t", text, strlen(text), &err),
			    WEIGH_MALFORMED);
			continue;
		}
		t = read_table(text);
		l = find(t, "LicenseRef-A");
		check_u64(row->label, l->nterms, 1);
		term = &l->terms[0];
		check_str(row->label, term->fact, row->fact);
		check_str(row->label, term->value, row->value);
		check_str(row->label, term->clause, row->clause);
		check_str(row->label, term->evidence, row->evidence);
		check_str(row->label, term->note, row->note);
		weigh_license_terms_free(l);
		weigh_terms_free(t);
	}
}

/* (1): what is not written, or written as unknown, is not there. */
static void
test_unknown(void **state)
{
	struct weigh_terms *t = read_table(ROW
	    "commercial = unknown (2)\nmodification = yes\n"
	    "threshold.muu = unknown\nthreshold.mau = > 5\n"
	    "threshold.* = none (all)\n");
	struct weigh_license_terms *l = find(t, "LicenseRef-A");

	(void)state;
	check_true("written as unknown",
	    weigh_license_term(l, "commercial") == NULL);
	check_true("not written",
	    weigh_license_term(l, "redistribution") == NULL);
	check_true("written", weigh_license_term(l, "modification") != NULL);
	check_str("one limit", weigh_license_term(l, "threshold.mau")->value,
	    "> 5");
	check_str("no other limit",
	    weigh_license_term(l, "threshold.revenue-year")->value, "none");
	check_str("its clause",
	    weigh_license_term(l, "threshold.revenue-year")->clause, "all");
	check_true("but for the one not known",
	    weigh_license_term(l, "threshold.muu") == NULL);
	check_u64("and nothing else", l->nterms, 4);
	weigh_license_terms_free(l);
	weigh_terms_free(t);
}

static void
test_threshold(void **state)
{
	struct weigh_threshold t;

	(void)state;
	check_true("read",
	    weigh_threshold_read(&t,
		">= 20000000 USD, product, rolling, display"));
	check_str("operator", t.op, ">=");
	check_true("number", t.number == 20000000);
	check_str("currency", t.currency, "USD");
	check_str("scope", t.scope, "product");
	check_str("moment", t.moment, "rolling");
	check_str("effect", t.effect, "display");
	check_true("without words", weigh_threshold_read(&t, "> 5"));
	check_str("then they are not told", t.effect, "");
	check_true("none is no threshold", !weigh_threshold_read(&t, "none"));
}

/* --- which row ------------------------------------------------------------------ */

static const char ids[] = "[GPL-3.0]\nevidence = text\nname = three\n"
			  "[GPL-2.0-only]\nevidence = text\nname = only\n"
			  "[LicenseRef-Acme-1.0]\nevidence = secondary\n"
			  "also = LicenseRef-x-acme, LicenseRef-y-acme\n"
			  "name = acme\n"
			  "[my]\nevidence = likely\n"
			  "[hub]\ngpl-3.0 = GPL-3.0-only, version-not-told\n"
			  "acme = LicenseRef-Acme-1.0, exact\ngpl = family\n"
			  "other = none\n";

static const struct which {
	const char *label, *id, *name, *hub;
} which[] = {
	{ "itself", "GPL-3.0", "three", "gpl-3.0" },
	{ "case ignored", "gpl-3.0", "three", "gpl-3.0" },
	{ "only", "GPL-3.0-only", "three", "gpl-3.0" },
	{ "or later", "GPL-3.0-or-later", "three", "gpl-3.0" },
	{ "plus", "GPL-3.0+", "three", "gpl-3.0" },
	{ "a row of its own", "GPL-2.0-only", "only", "" },
	{ "not the other way", "GPL-2.0-or-later", NULL, NULL },
	{ "another name", "licenseref-Y-acme", "acme", "acme" },
	{ "half a name", "LicenseRef-y", NULL, NULL },
	{ "unheard", "MIT", NULL, NULL },
};

static void
test_which(void **state)
{
	struct weigh_terms *t = read_table(ids);

	(void)state;
	for (size_t i = 0; i < COUNT(which); i++) {
		const struct which *row = &which[i];
		struct weigh_license_terms *l = NULL;
		const struct weigh_terms *table = t;
		enum weigh_code rc = weigh_terms_find(&l, &table, 1, row->id,
		    NULL);

		check_code(row->label, rc,
		    row->name != NULL ? WEIGH_OK : WEIGH_NOT_FOUND);
		if (rc == WEIGH_OK) {
			check_str(row->label, l->name, row->name);
			check_str(row->label, l->hub, row->hub);
		}
		weigh_license_terms_free(l);
	}
	weigh_terms_free(t);
}

static void
test_nearest(void **state)
{
	struct weigh_terms *t = read_table(ids);
	const struct weigh_terms *table = t;
	struct weigh_license_terms *l = NULL;
	struct weigh_err err = { 0 };

	(void)state;
	check_code("an id misspelled",
	    weigh_terms_find(&l, &table, 1, "LicenseRef-Acmee-1.0", &err),
	    WEIGH_NOT_FOUND);
	check_str("what", err.why,
	    "nothing is known of the terms of 'LicenseRef-Acmee-1.0'");
	check_str("fix", err.fix,
	    "the nearest that is known is 'LicenseRef-Acme-1.0'");
	weigh_terms_find(&l, &table, 1, "LicenseRef-Quite-Another", &err);
	check_str("nothing near", err.fix,
	    "weigh license terms lists all that are known; "
	    "weigh license learn adds one");
	weigh_terms_find(&l, &table, 1, "m", &err);
	check_str("an id of two letters", err.fix,
	    "the nearest that is known is 'my'");
	weigh_terms_free(t);
}

/* A site's table may say more; the first table that has the id wins. */
static void
test_two_tables(void **state)
{
	struct weigh_terms *a = read_table(ids);
	struct weigh_terms *b = read_table(
	    "[GPL-3.0]\nevidence = likely\n[X]\nevidence = likely\n");
	const struct weigh_terms *tables[] = { a, b };
	struct weigh_license_terms *l = NULL;
	char id[WEIGH_LICENSE_ID];

	(void)state;
	check_code("in both", weigh_terms_find(&l, tables, 2, "GPL-3.0", NULL),
	    WEIGH_OK);
	check_str("the first", l->evidence, "text");
	weigh_license_terms_free(l);
	check_code("in the second", weigh_terms_find(&l, tables, 2, "x", NULL),
	    WEIGH_OK);
	check_str("its id as written", l->id, "X");
	weigh_license_terms_free(l);
	check_u64("exact", weigh_terms_hub(tables, 2, "Acme", id),
	    WEIGH_HUB_EXACT);
	check_str("its id", id, "LicenseRef-Acme-1.0");
	check_u64("version", weigh_terms_hub(tables, 2, "gpl-3.0", id),
	    WEIGH_HUB_VERSION);
	check_u64("family", weigh_terms_hub(tables, 2, "gpl", id),
	    WEIGH_HUB_FAMILY);
	check_str("no id", id, "");
	check_u64("none", weigh_terms_hub(tables, 2, "other", id),
	    WEIGH_HUB_NONE);
	check_u64("unheard", weigh_terms_hub(tables, 2, "oth", id),
	    WEIGH_HUB_UNHEARD);
	weigh_terms_free(a);
	weigh_terms_free(b);
}

static void
test_limits(void **state)
{
	struct weigh_terms *t = NULL;
	size_t size = WEIGH_TERMS_MAX + 1;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', size);
	check_code("too long", weigh_terms_read(&t, "t", text, size, NULL),
	    WEIGH_TOO_BIG);
	check_code("just not", weigh_terms_read(&t, "t", text, size - 1, NULL),
	    WEIGH_OK);
	check_u64("and empty", weigh_terms_count(t), 0);
	weigh_terms_free(t);
	free(text);
}

/* --- the table that is built in ------------------------------------------------- */

static void
test_builtin(void **state)
{
	struct weigh_terms *t = NULL;
	struct weigh_err err = { 0 };
	const char *text;
	size_t len;

	(void)state;
	weigh_terms_builtin(&text, &len);
	if (weigh_terms_read(&t, "licenses.terms", text, len, &err) != WEIGH_OK)
		fail_msg("%s (%s)", err.why, err.fix);
	check_true("rows", weigh_terms_count(t) > 60);
	for (size_t i = 0; i < weigh_terms_count(t); i++) {
		const char *id = weigh_terms_id(t, i);
		struct weigh_license_terms *l = find(t, id);

		check_str(id, l->id, id);
		check_true(id, l->name[0] != '\0' && l->family[0] != '\0');
		weigh_license_terms_free(l);
	}
	weigh_terms_free(t);
}

static const struct known {
	const char *id, *fact, *value, *clause;
} known[] = {
	{ "MIT", "commercial", "yes", "para 1" },
	{ "LicenseRef-Llama-3.1-Community", "threshold.mau",
	    "> 700000000, affiliates, release-date, no-rights", "2" },
	{ "LicenseRef-Llama-3.1-Community", "display", "Built with Llama",
	    "1.b.i.B" },
	{ "LicenseRef-Llama-3.2-Community", "territory-excludes", "EU",
	    "policy, last part" },
	{ "LicenseRef-Kimi-K2-Modified-MIT", "threshold.revenue-month",
	    "> 20000000 USD, product, rolling, display", "last para" },
	{ "LicenseRef-Tencent-Hunyuan3D-2.0-Community", "threshold.mau",
	    "> 1000000, licensee, release-date, no-rights", "4" },
	{ "LicenseRef-Stability-Community-2024", "threshold.revenue-year",
	    "> 1000000 USD, affiliates, rolling, ends", "I, III" },
	{ "LicenseRef-EXAONE-1.1-NC", "redistribution", "unclear",
	    "2.1.d, 2.2" },
	{ "LicenseRef-MS-Research-License-Terms", "redistribution", "no",
	    "1.a, 1.b, 1.c, 2.e" },
	{ "LicenseRef-Kimi-K3", "redistribution", NULL, NULL },
	{ "AGPL-3.0-or-later", "flowdown", "same-license, network", "5.c, 13" },
	{ "LicenseRef-CreativeML-OpenRAIL-plusplus-M", "aup-flowdown", "yes",
	    "4.a" },
};

static void
test_known(void **state)
{
	struct weigh_terms *t = NULL;
	const char *text;
	size_t len;

	(void)state;
	weigh_terms_builtin(&text, &len);
	assert_int_equal(weigh_terms_read(&t, "", text, len, NULL), WEIGH_OK);
	for (size_t i = 0; i < COUNT(known); i++) {
		const struct known *row = &known[i];
		struct weigh_license_terms *l = find(t, row->id);
		const struct weigh_term *term = weigh_license_term(l,
		    row->fact);

		check_true(row->id, (term != NULL) == (row->value != NULL));
		if (term != NULL && row->value != NULL) {
			check_str(row->id, term->value, row->value);
			check_str(row->id, term->clause, row->clause);
		}
		weigh_license_terms_free(l);
	}
	weigh_terms_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_two_tables),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_builtin),
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
