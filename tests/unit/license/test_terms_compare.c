/* What a text says against what its row says: limits, places, the date of the head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/licenseterms.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What a text says, as a fact of it. */
struct said {
	const char *name, *value;
	uint64_t number;
	const char *op, *currency;
};

static const struct row {
	const char *label, *line;
	struct said said[3];
	const char *want; /* fact|table|text; each difference */
} rows[] = {
	{ "the same limit", "threshold.mau = > 700 (2)",
	    { { "threshold.mau", "700", 700, ">", "" } }, "" },
	{ "said twice", "threshold.mau = > 700 (2)",
	    { { "threshold.mau", "700", 700, ">", "" },
		{ "threshold.mau", "700", 700, ">", "" } },
	    "" },
	{ "another number", "threshold.mau = > 700 (2)",
	    { { "threshold.mau", "1", 1, ">", "" } },
	    "threshold.mau|> 700|> 1;" },
	{ "a second limit", "threshold.mau = > 700 (2)",
	    { { "threshold.mau", "700", 700, ">", "" },
		{ "threshold.mau", "1", 1, ">", "" } },
	    "threshold.mau|> 700|> 1;" },
	{ "a limit that is gone", "threshold.mau = > 700 (2)",
	    { { NULL, "", 0, "", "" } }, "threshold.mau|> 700|;" },
	{ "no limit known, one found", "threshold.mau = none",
	    { { "threshold.mau", "5", 5, ">", "" } },
	    "threshold.mau|none|> 5;" },
	{ "a limit in the policy may be missing",
	    "threshold.mau = > 700 (policy 2)", { { NULL, "", 0, "", "" } },
	    "" },
	{ "the row does not know", "commercial = yes",
	    { { "threshold.mau", "5", 5, ">", "" } }, "" },
	{ "unclear differs from nothing", "threshold.mau = unclear",
	    { { "threshold.mau", "5", 5, ">", "" } }, "" },
	{ "at least is not more than", "threshold.revenue-year = >= 10 USD (2)",
	    { { "threshold.revenue-year", "10", 10, ">", "USD" } },
	    "threshold.revenue-year|>= 10 USD|> 10 USD;" },
	{ "no operator in the text", "threshold.revenue-year = >= 10 USD (2)",
	    { { "threshold.revenue-year", "10", 10, "", "USD" } }, "" },
	{ "less than is the same limit from below",
	    "threshold.revenue-year = > 10 USD (2)",
	    { { "threshold.revenue-year", "10", 10, "<", "USD" } }, "" },
	{ "another currency", "threshold.revenue-year = >= 10 USD (2)",
	    { { "threshold.revenue-year", "10", 10, ">=", "EUR" } },
	    "threshold.revenue-year|>= 10 USD|>= 10 EUR;" },
	{ "the same places", "territory-excludes = EU, GB (1)",
	    { { "territory-excludes", "GB", 0, "", "" },
		{ "territory-excludes", "EU", 0, "", "" },
		{ "territory-excludes", "EU", 0, "", "" } },
	    "" },
	{ "a place more", "territory-excludes = EU (1)",
	    { { "territory-excludes", "EU", 0, "", "" },
		{ "territory-excludes", "KR", 0, "", "" } },
	    "territory-excludes|EU|KR;" },
	{ "a place less", "territory-excludes = EU, GB (1)",
	    { { "territory-excludes", "EU", 0, "", "" } },
	    "territory-excludes|GB|;" },
	{ "none known, one found", "territory-excludes = none",
	    { { "territory-excludes", "EU", 0, "", "" } },
	    "territory-excludes|none|EU;" },
	{ "places of the policy", "territory-excludes = EU (policy, last part)",
	    { { NULL, "", 0, "", "" } }, "" },
	{ "the same date", "release-date = 2024-07-23",
	    { { "release-date", "2024-07-23", 0, "", "" } }, "" },
	{ "another date", "release-date = 2024-07-23",
	    { { "release-date", "2024-04-18", 0, "", "" } },
	    "release-date|2024-07-23|2024-04-18;" },
	{ "a release goes before a change", "release-date = 2025-01-21",
	    { { "last-modified", "2024-11-05", 0, "", "" },
		{ "release-date", "2025-01-21", 0, "", "" } },
	    "" },
	{ "a change where no release is told", "release-date = 2025-03-24",
	    { { "last-modified", "2024-04-01", 0, "", "" } },
	    "release-date|2025-03-24|2024-04-01;" },
	{ "the date of effect", "release-date = 2025-04-05",
	    { { "last-modified", "2024-01-01", 0, "", "" },
		{ "effective-date", "2025-04-05", 0, "", "" } },
	    "" },
	{ "the same words to show", "display = \"Built with Acme 2\" (3)",
	    { { "display", "built with acme 2", 0, "", "" } }, "" },
	{ "or others", "display = \"Built with Acme\" (3)",
	    { { "display", "built with acme or made by acme", 0, "", "" } },
	    "" },
	{ "another name to show", "display = \"Acme K2\" (3)",
	    { { "display", "acme k9", 0, "", "" } },
	    "display|Acme K2|acme k9;" },
	{ "a longer name to show", "display = \"Acme K2\" (3)",
	    { { "display", "acme k2.5", 0, "", "" } },
	    "display|Acme K2|acme k2.5;" },
	{ "a shorter one", "name-prefix = \"Acme 3\" (3)",
	    { { "name-prefix", "acme", 0, "", "" } },
	    "name-prefix|Acme 3|acme;" },
	{ "no duty known", "display = none",
	    { { "display", "acme", 0, "", "" } }, "" },
	{ "a duty that is not understood", "display = \"Acme\" (3)",
	    { { NULL, "", 0, "", "" } }, "" },
	{ "no date at all", "release-date = 2025-03-24",
	    { { NULL, "", 0, "", "" } }, "" },
};

/* The facts of a row, up to the one without a name. */
static size_t
say(const struct said *said, size_t n, struct weigh_license_fact *out)
{
	size_t i = 0;

	for (; i < n && said[i].name != NULL; i++) {
		out[i] = (struct weigh_license_fact){
			.number = said[i].number,
			.clause = "2",
			.start = 10,
			.end = 20,
		};
		snprintf(out[i].name, sizeof(out[i].name), "%s", said[i].name);
		snprintf(out[i].value, sizeof(out[i].value), "%s",
		    said[i].value);
		snprintf(out[i].op, sizeof(out[i].op), "%s", said[i].op);
		snprintf(out[i].currency, sizeof(out[i].currency), "%s",
		    said[i].currency);
	}
	return i;
}

static void
print(char *out, size_t size, const struct weigh_terms_difference *d, size_t n)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s|%s|%s;",
		    d[i].fact, d[i].table, d[i].text);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct weigh_license_fact facts[3];
		struct weigh_license_result r = { .facts = facts };
		struct weigh_terms_difference found[4];
		struct weigh_license_terms *l = NULL;
		struct weigh_terms *t = NULL;
		const struct weigh_terms *table;
		char text[256], got[512];

		r.nfacts = say(row->said, COUNT(row->said), facts);
		snprintf(text, sizeof(text), "[A]\nevidence = text\n%s\n",
		    row->line);
		check_code(row->label,
		    weigh_terms_read(&t, "t", text, strlen(text), NULL),
		    WEIGH_OK);
		table = t;
		check_code(row->label,
		    weigh_terms_find(&l, &table, 1, "A", NULL), WEIGH_OK);
		print(got, sizeof(got), found,
		    weigh_terms_compare(l, &r, found, COUNT(found)));
		check_str(row->label, got, row->want);
		weigh_license_terms_free(l);
		weigh_terms_free(t);
	}
}

/* Where it stands, and no more than there is room for. */
static void
test_place(void **state)
{
	static const char text[] =
	    "[A]\nevidence = text\nthreshold.mau = none\n";
	static const struct said limits[] = {
		{ "threshold.mau", "1", 1, ">", "" },
		{ "threshold.mau", "2", 2, ">", "" },
	};
	struct weigh_license_fact facts[2];
	struct weigh_license_result r = { .facts = facts,
		.nfacts = say(limits, 2, facts) };
	struct weigh_terms_difference d;
	struct weigh_license_terms *l = NULL;
	struct weigh_terms *t = NULL;
	const struct weigh_terms *table;

	(void)state;
	assert_int_equal(weigh_terms_read(&t, "t", text, strlen(text), NULL),
	    WEIGH_OK);
	table = t;
	assert_int_equal(weigh_terms_find(&l, &table, 1, "A", NULL), WEIGH_OK);
	check_u64("room for one", weigh_terms_compare(l, &r, &d, 1), 1);
	check_u64("start", d.start, 10);
	check_u64("end", d.end, 20);
	check_str("clause", d.clause, "2");
	check_u64("no room", weigh_terms_compare(l, &r, NULL, 0), 0);
	weigh_license_terms_free(l);
	weigh_terms_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
