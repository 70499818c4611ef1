/* Duties: what licenses want, and whether the files tell that it was done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "press.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define ID "LicenseRef-Acme"

/* One license with one term, in a repository with one text, made from one base. */
static const struct duty_row {
	const char *label;
	const char *fact, *value;
	const char *text; /* license of a text, NULL: there is none */
	enum weigh_record_scope scope;
	const char *from; /* the license is a base's */
	const char *repo;
	const char *want; /* "kind fulfilled: what", ';' between; "" none */
} rows[] = {
	{ "none is none", "display", "none", NULL, 0, "", "a/b", "" },
	{ "unknown is no duty", "display", "unknown", NULL, 0, "", "a/b", "" },
	{ "a copy that is there", "agreement-copy", "yes", ID, 0, "", "a/b",
	    "copy yes: a copy of the license goes with every copy" },
	{ "one among others", "agreement-copy", "yes", "MIT AND " ID, 0, "",
	    "a/b", "copy yes: a copy of the license goes with every copy" },
	{ "a longer name is another", "agreement-copy", "yes", ID "-2", 0, "",
	    "a/b", "copy no: a copy of the license goes with every copy" },
	{ "no copy", "agreement-copy", "yes", NULL, 0, "", "a/b",
	    "copy no: a copy of the license goes with every copy" },
	{ "copies are free", "agreement-copy", "no", NULL, 0, "", "a/b", "" },
	{ "no notice", "notice-file", "yes", NULL, 0, "", "a/b",
	    "notice no: a notice file goes with every copy" },
	{ "a notice of something", "notice-file", "yes", "", WEIGH_SCOPE_NOTICE,
	    "", "a/b",
	    "notice not checkable: a notice file goes with every copy" },
	{ "its notice", "notice-file", "yes", ID, WEIGH_SCOPE_NOTICE, "", "a/b",
	    "notice yes: a notice file goes with every copy" },
	{ "a line with quotes", "notice-line", "\"Say \"\"Acme\"\"\"", NULL, 0,
	    "", "a/b",
	    "notice no: the notice has this line: \"Say \"Acme\"\"" },
	{ "a name that it has", "name-prefix", "\"Llama\"", NULL, 0, "m/L",
	    "acme/llama-tuned",
	    "name yes: the name of a model made from it begins with \"Llama\"" },
	{ "a name that it has not", "name-prefix", "\"Llama\"", NULL, 0, "m/L",
	    "llama/tuned",
	    "name no: the name of a model made from it begins with \"Llama\"" },
	{ "its own name", "name-prefix", "\"Llama\"", NULL, 0, "", "m/other",
	    "name not checkable: the name of a model made from it begins with "
	    "\"Llama\"" },
	{ "a policy that is there", "aup", "file", "", WEIGH_SCOPE_POLICY, "",
	    "a/b",
	    "use yes: a policy of acceptable use is part of the license "
	    "(file)" },
	{ "a policy that is not", "aup", "file", NULL, 0, "", "a/b",
	    "use no: a policy of acceptable use is part of the license "
	    "(file)" },
	{ "a policy on the web", "aup", "url", NULL, 0, "", "a/b",
	    "use not checkable: a policy of acceptable use is part of the "
	    "license (url)" },
	{ "a limit", "threshold.mau",
	    "> 700000000, affiliates, release-date, no-rights", NULL, 0, "",
	    "a/b",
	    "threshold not checkable: a limit: more than 700,000,000 users "
	    "active in a month of the licensee and affiliates, before the "
	    "release date: no rights until they are granted" },
	{ "revenue", "threshold.revenue-year", ">= 10000000 USD, paid", NULL, 0,
	    "", "a/b",
	    "threshold not checkable: a limit: from 10,000,000 USD revenue in "
	    "a year: a paid license is needed" },
	{ "several at once", "flowdown", "restrictions, agreement", NULL, 0, "",
	    "a/b",
	    "pass-on not checkable: derivatives carry the restrictions of use "
	    "on;pass-on not checkable: derivatives are under the same "
	    "agreement" },
	{ "places", "territory-excludes", "EU, GB", NULL, 0, "", "a/b",
	    "use not checkable: no rights in: EU, GB" },
	{ "a contradiction", "redistribution", "unclear", NULL, 0, "", "a/b",
	    "watch not checkable: the license contradicts itself about this: "
	    "redistribution" },
	{ "a fact without a duty", "patent-grant", "yes", NULL, 0, "", "a/b",
	    "" },
};

static void
tell(char *out, size_t room, const struct weigh_record *r)
{
	struct weigh_duty d[8];
	size_t n = weigh_duties(r, d, COUNT(d)), len = 0;
	struct weigh_buf b;

	out[0] = '\0';
	weigh_buf_init(&b, 4096);
	for (size_t i = 0; i < n; i++) {
		weigh_duty_what(&b, &d[i]);
		len += (size_t)snprintf(out + len, room - len, "%s%s %s: %s",
		    i > 0 ? ";" : "", weigh_duty_name(d[i].kind),
		    weigh_fulfilled_name(d[i].fulfilled), b.data);
		weigh_buf_reset(&b);
		weigh_duty_how(&b, &d[i]);
		check_true("how", b.len > 0);
		weigh_buf_reset(&b);
	}
	weigh_buf_free(&b);
}

static void
test_duties(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_record_term term = { rows[i].fact, rows[i].value,
			"1", "text" };
		struct weigh_record_part part = { .id = ID,
			.name = "",
			.family = "",
			.from = rows[i].from,
			.why = "tag",
			.path = "",
			.terms = &term,
			.nterms = 1 };
		struct weigh_record_text text = { .path = "F",
			.scope = rows[i].scope,
			.kind = WEIGH_LICENSE_EXACT,
			.license = rows[i].text,
			.based_on = "",
			.encoding = "" };
		struct weigh_record r = { .repo = rows[i].repo,
			.commit = "",
			.texts = &text,
			.ntexts = rows[i].text != NULL,
			.parts = &part,
			.nparts = 1 };
		char got[1024];

		tell(got, sizeof(got), &r);
		check_str(rows[i].label, got, rows[i].want);
	}
}

/* The same of the same license is told once, however often it applies; another value is
 * another duty. */
static void
test_once(void **state)
{
	struct weigh_record_term terms[] = {
		{ "agreement-copy", "yes", "1", "text" },
		{ "display", "\"A\"", "2", "text" },
		{ "display", "\"B\"", "2", "text" },
	};
	struct weigh_record_part parts[] = {
		{ .id = ID, .from = "", .terms = terms, .nterms = 2 },
		{ .id = ID, .from = "m/L", .terms = terms, .nterms = 3 },
		{ .id = "MIT", .from = "", .terms = terms, .nterms = 1 },
	};
	struct weigh_record r = { .repo = "a/b", .parts = parts, .nparts = 3 };
	struct weigh_duty d[8];
	struct weigh_buf b;

	(void)state;
	check_u64("four", weigh_duties(&r, d, COUNT(d)), 4);
	check_u64("room for two", weigh_duties(&r, d, 2), 2);
	weigh_duties(&r, d, COUNT(d));
	weigh_buf_init(&b, 100);
	check_true("no words", !weigh_duty_words(&b, &d[0]) && b.len == 0);
	check_true("words", weigh_duty_words(&b, &d[2]));
	check_str("the words", b.data, "B");
	weigh_buf_free(&b);
}

/* What the built-in table says of real licenses becomes duties. */
static void
test_table(void **state)
{
	const char *text;
	size_t len, n = 0;
	struct weigh_terms *t;
	const struct weigh_terms *table;

	(void)state;
	weigh_terms_builtin(&text, &len);
	check_code("terms", weigh_terms_read(&t, "built in", text, len, NULL),
	    WEIGH_OK);
	table = t;
	for (size_t i = 0; i < weigh_terms_count(t); i++) {
		struct weigh_license_terms *row;
		struct weigh_record_part part = { .from = "" };
		struct weigh_record r = {
			.repo = "a/b", .parts = &part, .nparts = 1
		};
		struct weigh_duty d[WEIGH_DUTIES_MAX / 8];
		struct weigh_record_term one[64];

		check_code("row",
		    weigh_terms_find(&row, &table, 1, weigh_terms_id(t, i),
			NULL),
		    WEIGH_OK);
		for (size_t k = 0; k < row->nterms && k < COUNT(one); k++)
			one[k] = (struct weigh_record_term){ row->terms[k].fact,
				row->terms[k].value, row->terms[k].clause,
				row->terms[k].evidence };
		part.id = row->id;
		part.terms = one;
		part.nterms = (uint32_t)row->nterms;
		n += weigh_duties(&r, d, COUNT(d));
		weigh_license_terms_free(row);
	}
	check_true("duties of all licenses", n > 200);
	weigh_terms_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_duties),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
