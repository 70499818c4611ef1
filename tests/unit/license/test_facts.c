/* What a text says of itself: sentences of many shapes, and what is read from each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../proto/license/facts.h"
#include "../../../proto/license/look.h"
#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* `want`: each fact as "name op value currency;", what is empty left out. */
static const struct row {
	const char *label, *text, *want;
} rows[] = {
	/* --- numbers of users --- */
	{ "a number with its scale",
	    "products with more than 700 million monthly active users",
	    "threshold.mau > 700000000;" },
	{ "digits with commas", "over 1,000,000 monthly active users",
	    "threshold.mau > 1000000;" },
	{ "digits with points", "exceeding 1.000.000 monthly active users",
	    "threshold.mau > 1000000;" },
	{ "a short scale", "at least 10M MAU", "threshold.mau >= 10000000;" },
	{ "number words", "more than one hundred million monthly active users",
	    "threshold.mau > 100000000;" },
	{ "a hundred and fifty",
	    "exceeds one hundred and fifty thousand monthly active users",
	    "threshold.mau > 150000;" },
	{ "a million", "more than a million monthly active users",
	    "threshold.mau > 1000000;" },
	{ "a decimal with a scale",
	    "more than 1.5 million monthly active users",
	    "threshold.mau > 1500000;" },
	{ "words and digits, one fact",
	    "more than one million (1,000,000) monthly active users",
	    "threshold.mau > 1000000;" },
	{ "the unit before the number",
	    "if the monthly active users of your services is greater than 5 "
	    "million in the preceding calendar month",
	    "threshold.mau > 5000000;" },
	{ "the unit on both sides",
	    "the monthly active users of the products made available by or for "
	    "Licensee is greater than 700 million monthly active users",
	    "threshold.mau > 700000000;" },
	{ "users of a month, said apart",
	    "more than 20,000 active users in any calendar month",
	    "threshold.mau > 20000;" },
	{ "unique users", "more than 1 million monthly unique users",
	    "threshold.muu > 1000000;" },
	{ "unique visitors in a month",
	    "with 30,000 or more unique visitors each month",
	    "threshold.muu >= 30000;" },
	{ "a version is no limit",
	    "If, on the Acme 2 version release date, the monthly active users "
	    "of the products is greater than 9 million monthly active users",
	    "threshold.mau > 9000000;" },
	{ "ideographs", "月活跃用户超过1亿的产品",
	    "threshold.mau > 100000000;" },
	{ "ideographs, in words", "月活跃用户数超过一千万",
	    "threshold.mau > 10000000;" },
	/* --- operators --- */
	{ "no less than", "no less than 500,000 monthly active users",
	    "threshold.mau >= 500000;" },
	{ "not exceed", "does not exceed 500,000 monthly active users",
	    "threshold.mau <= 500000;" },
	{ "no more than", "with no more than 500,000 monthly active users",
	    "threshold.mau <= 500000;" },
	{ "fewer than", "fewer than 500,000 monthly active users",
	    "threshold.mau < 500000;" },
	{ "up to", "up to 500,000 monthly active users",
	    "threshold.mau <= 500000;" },
	{ "or more behind", "500,000 or more monthly active users",
	    "threshold.mau >= 500000;" },
	{ "greater than or equal to",
	    "greater than or equal to 500,000 monthly active users",
	    "threshold.mau >= 500000;" },
	{ "another limit begins behind",
	    "for 500,000 monthly active users or more than $5,000,000 in annual "
	    "revenue",
	    "threshold.mau 500000;threshold.revenue-year > 5000000 USD;" },
	{ "none", "for 500,000 monthly active users", "threshold.mau 500000;" },
	{ "不超过", "月活跃用户不超过500万", "threshold.mau <= 5000000;" },
	/* --- money --- */
	{ "a dollar sign", "annual revenues of at least $10,000,000",
	    "threshold.revenue-year >= 10000000 USD;" },
	{ "whose dollar", "annual revenue of less than US $1,000,000",
	    "threshold.revenue-year < 1000000 USD;" },
	{ "the code and the sign",
	    "generate more than USD $1,000,000 in annual revenue",
	    "threshold.revenue-year > 1000000 USD;" },
	{ "the currency behind",
	    "more than 20 million US dollars (or equivalent in other "
	    "currencies) in monthly revenue",
	    "threshold.revenue-month > 20000000 USD;" },
	{ "RMB", "annual revenue exceeding RMB 1 billion",
	    "threshold.revenue-year > 1000000000 CNY;" },
	{ "euros", "a turnover of more than €50 million per year",
	    "threshold.revenue-year > 50000000 EUR;" },
	{ "ideographs", "年收入超过人民币10亿元",
	    "threshold.revenue-year > 1000000000 CNY;" },
	{ "two limits in one sentence",
	    "more than 100 million monthly active users, or more than 20 "
	    "million US dollars in monthly revenue",
	    "threshold.mau > 100000000;threshold.revenue-month > 20000000 "
	    "USD;" },
	{ "no period", "revenue of more than $5,000,000",
	    "threshold.revenue > 5000000 USD;" },
	{ "an amount of nothing", "damages up to $500", "money <= 500 USD;" },
	{ "of which year's money",
	    "less than 1,000,000 USD (2019) total revenue in the prior tax year",
	    "threshold.revenue-year < 1000000 USD;" },
	{ "a year far away is not the period",
	    "In any year since it was founded and for as long as it lasts the "
	    "company may have monthly revenue above $5,000,000",
	    "threshold.revenue-month > 5000000 USD;" },
	/* --- percent, days, nothing --- */
	{ "percent", "more than 50% of the shares", "percent > 50;" },
	{ "percent twice", "fifty percent (50%) or more", "percent >= 50;" },
	{ "days", "within 30 days after the notice", "days 30;" },
	{ "a number that counts nothing", "Sections 3, 4 and 7 shall survive",
	    "" },
	{ "millions of them", "used by millions of monthly active users", "" },
	{ "too large a number",
	    "more than 99999999999999999999999 monthly active users", "" },
	/* --- places --- */
	{ "does not apply in",
	    "THIS AGREEMENT DOES NOT APPLY IN THE EUROPEAN UNION, UNITED "
	    "KINGDOM AND SOUTH KOREA AND IS LIMITED TO THE TERRITORY",
	    "territory-excludes EU;territory-excludes GB;territory-excludes "
	    "KR;" },
	{ "excluding the territory of",
	    "the worldwide territory, excluding the territory of the European "
	    "Union and mainland China",
	    "territory-excludes EU;territory-excludes CN;" },
	{ "rights not granted to a seat",
	    "the rights are not being granted to you if you are an individual "
	    "domiciled in, or a company with a principal place of business in, "
	    "the European Union",
	    "territory-excludes EU;" },
	{ "is excluded", "The United States is excluded.",
	    "territory-excludes US;" },
	{ "may not be used in", "The model may not be used in Japan.",
	    "territory-excludes JP;" },
	{ "ideographs", "本协议不适用于欧盟、英国和韩国",
	    "territory-excludes EU;territory-excludes GB;territory-excludes "
	    "KR;" },
	{ "the law that governs",
	    "governed by the laws of China, and the UN Convention does not "
	    "apply to this Agreement",
	    "" },
	{ "which company it is",
	    "Acme Ireland Limited if your principal place of business is in "
	    "the EEA or Switzerland",
	    "" },
	{ "who reads a section",
	    "If you live in, or are a business with a principal place of "
	    "business in, the United States, please read the section below",
	    "" },
	{ "a country other than one",
	    "work created in a country other than the United States", "" },
	{ "a seat, then something else that is not permitted",
	    "If you are located abroad, you are not permitted to say that you "
	    "are from Japan",
	    "" },
	{ "us is no place", "You may not use the name of us", "" },
	/* --- dates --- */
	{ "month first", "Release Date: July 18, 2023",
	    "release-date 2023-07-18;" },
	{ "day first", "Version 1.0, 23 October 2023",
	    "version 1.0;version-date 2023-10-23;" },
	{ "the year first", "Last modified: 2024-09-25",
	    "last-modified 2024-09-25;" },
	{ "a short month", "Last updated Nov 20, 2022",
	    "last-modified 2022-11-20;" },
	{ "an ordinal", "dated August 30th, 2023", "version-date 2023-08-30;" },
	{ "no day", "Version 2.0, January 2004",
	    "version 2.0;version-date 2004-01;" },
	{ "an effective date", "Effective Date: April 5, 2025",
	    "effective-date 2025-04-05;" },
	{ "ideographs", "发布日期：2023 年 7 月 18 日", "date 2023-07-18;" },
	{ "a heading above", "Last Updated\n\nAugust 5, 2025",
	    "last-modified 2025-08-05;" },
	{ "no day of a month", "July 32, 2023", "" },
	{ "may is a verb", "you may 2 times", "" },
	{ "a notice of copyright", "Copyright (c) May 2023 Acme", "" },
	/* --- purposes, fields --- */
	{ "purposes only", "FOR NON-COMMERCIAL PURPOSES ONLY",
	    "purpose noncommercial;" },
	{ "solely for research", "solely for your research purposes",
	    "purpose research-only;" },
	{ "not for commercial purposes",
	    "shall not use the model for any commercial purposes",
	    "purpose noncommercial;" },
	{ "commercial use is free",
	    "You may use it for any commercial purposes", "" },
	{ "names, not the work",
	    "nor you shall use the name of the other for commercial purposes",
	    "" },
	{ "research is spoken of", "promote research and its use", "" },
	{ "military", "For military use in any way", "field military;" },
	{ "two fields", "for purposes of surveillance, or biometric processing",
	    "field surveillance;field biometric;" },
	/* --- outputs, names, policies --- */
	{ "outputs may not teach",
	    "You will not use any output or results of the model to improve "
	    "any other model",
	    "output-training barred;" },
	{ "outputs that teach bring a duty",
	    "If you use outputs of the model to train an AI model, you shall "
	    "prominently display “Built with Acme” on a related website",
	    "output-training told;display built with acme;" },
	{ "a name's beginning",
	    "you shall also include “Acme” at the beginning of any such name",
	    "name-prefix acme;" },
	{ "a policy",
	    "adhere to the Acceptable Use Policy, which is hereby incorporated "
	    "by reference into this Agreement",
	    "incorporates acceptable use policy;" },
	{ "a library is no policy", "software incorporated into a product",
	    "" },
	{ "nothing", "", "" },
};

static void
print(char *out, size_t size, const struct weigh_license_fact *f, size_t n)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s%s %s%s%s;",
		    f[i].name, f[i].op[0] != '\0' ? " " : "", f[i].op,
		    f[i].value, f[i].currency[0] != '\0' ? " " : "",
		    f[i].currency);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct license_text *t = wording_of_text(rows[i].text);
		struct weigh_license_fact f[8];
		char got[512];

		print(got, sizeof(got), f, license_facts(t, f, COUNT(f)));
		check_str(rows[i].label, got, rows[i].want);
		license_text_free(t);
	}
}

/* (5) of weigh/license.h: each fact tells the bytes that it was read from. */
static void
test_place(void **state)
{
	static const char text[] =
	    "2. Terms\n\nMore than US $1,000,000 in annual "
	    "revenue ends it.\n";
	struct license_text *t = wording_of_text(text);
	struct weigh_license_fact f[2];

	(void)state;
	check_u64("one", license_facts(t, f, 2), 1);
	check_bytes("its bytes", text + f[0].start, f[0].end - f[0].start,
	    "US $1,000,000", 13);
	check_u64("its line", f[0].line, 3);
	check_u64("its number", f[0].number, 1000000);
	check_u64("its unit", f[0].unit, WEIGH_UNIT_REVENUE_YEAR);
	license_text_free(t);
}

static void
test_room(void **state)
{
	struct license_text *t =
	    wording_of_text("30 days, 31 days and 32 days");
	struct weigh_license_fact f[3];

	(void)state;
	check_u64("room for two", license_facts(t, f, 2), 2);
	check_u64("no room", license_facts(t, f, 0), 0);
	license_text_free(t);
}

/* Phrases at, before, and in the words around a word. */
static void
test_look(void **state)
{
	static const char *const list[] = { "one two", "three", NULL };
	struct license_text *t = wording_of_text("zero one two three four");

	(void)state;
	check_u64("at", license_phrase_at(t, 1, "one two"), 2);
	check_u64("not at", license_phrase_at(t, 1, "one three"), 0);
	check_u64("half a word", license_phrase_at(t, 1, "on"), 0);
	check_u64("behind the end", license_phrase_at(t, 4, "four five"), 0);
	check_u64("before", license_phrase_before(t, 3, "one two"), 2);
	check_u64("not before", license_phrase_before(t, 2, "one two"), 0);
	check_u64("before the beginning",
	    license_phrase_before(t, 1, "nil zero"), 0);
	check_u64("ahead", license_any_ahead(t, 0, 2, list), 1);
	check_u64("too far ahead", license_any_ahead(t, 0, 1, list), SIZE_MAX);
	check_u64("the nearest back", license_any_back(t, 4, 4, list), 3);
	check_u64("wholly before", license_any_back(t, 3, 3, list), 1);
	check_u64("not half before", license_any_back(t, 2, 2, list), SIZE_MAX);
	check_u64("too far back", license_any_back(t, 3, 1, list), SIZE_MAX);
	license_text_free(t);
}

/* --- law ------------------------------------------------------------------------- */

static const struct law {
	const char *label, *text;
	bool want;
} laws[] = {
	{ "a license", "Permission is hereby granted, free of charge", true },
	{ "a header", "Licensed under the Apache License", true },
	{ "a warranty", "provided as is, without warranty of any kind", true },
	{ "weak words together",
	    "The licensor is not liable for patent claims.", true },
	{ "a short one", "You can do what you want with it.", true },
	{ "copies", "This document may be copied in whole or in part.", true },
	{ "a purpose", "Non-commercial use only.", true },
	{ "a purpose left out", "Not for commercial use.", true },
	{ "research", "For research purposes only.", true },
	{ "a purpose of another kind", "For use in a commercial kitchen.",
	    false },
	{ "a recipe", "Stir the flour into the butter and let it rest.",
	    false },
	{ "one weak word", "The warranty card is in the box.", false },
	{ "code", "int main(void) { return grant(terms); }", false },
	{ "ideographs", "本软件许可证", true },
	{ "nothing", "", false },
};

static void
test_legal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(laws); i++) {
		struct license_text *t = wording_of_text(laws[i].text);

		check_true(laws[i].label, license_legal(t) == laws[i].want);
		license_text_free(t);
	}
}

/* The clause of the last word. */
static const struct {
	const char *label, *text, *want;
} clauses[] = {
	{ "an item", "1. One\n2. Two here", "2" },
	{ "a paragraph behind a list", "Do not:\n1. One\n2. Two\n\nThen here",
	    "" },
	{ "a paragraph of an item", "1. One\n\n2. Two\n\nThen here", "2" },
	{ "behind a list below an item",
	    "4. Four\n\nYou may (a) sell, or (b) lend.\n\nThen here", "4" },
	{ "no list", "Then here", "" },
};

static void
test_clauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(clauses); i++) {
		struct license_text *t = NULL;
		char label[24];

		assert_int_equal(license_text_read(&t, clauses[i].text,
				     strlen(clauses[i].text), NULL),
		    WEIGH_OK);
		license_clause(t, t->ntokens - 1, label);
		check_str(clauses[i].label, label, clauses[i].want);
		license_text_free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_legal),
		cmocka_unit_test(test_clauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
