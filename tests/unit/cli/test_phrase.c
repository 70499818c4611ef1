/* What was found, as words (cli/phrase.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/phrase.c"
#include "../../../cli/text.c"

#include "check.h"

static const struct {
	uint64_t n;
	const char *want;
} numbers[] = {
	{ 0, "0" },
	{ 999, "999" },
	{ 1000, "1,000" },
	{ 20000000, "20,000,000" },
	{ UINT64_MAX, "18,446,744,073,709,551,615" },
};

static void
test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 256);
		phrase_number(&b, numbers[i].n);
		check_str(numbers[i].want, b.data, numbers[i].want);
		weigh_buf_free(&b);
	}
}

static const struct {
	struct weigh_license_fact fact;
	const char *want;
} fact_rows[] = {
	{ { .name = "threshold.mau",
	      .number = 100000000,
	      .op = ">",
	      .value = "100000000",
	      .unit = WEIGH_UNIT_MAU },
	    "more than 100,000,000 users active in a month" },
	{ { .name = "threshold.revenue-month",
	      .number = 20000000,
	      .op = ">=",
	      .value = "20000000",
	      .currency = "USD",
	      .unit = WEIGH_UNIT_REVENUE_MONTH },
	    "at least 20,000,000 USD revenue in a month" },
	{ { .name = "money",
	      .number = 50,
	      .value = "50",
	      .currency = "EUR",
	      .unit = WEIGH_UNIT_MONEY },
	    "50 EUR" },
	{ { .name = "territory-excludes", .value = "EU, GB" },
	    "EU, GB left out" },
	{ { .name = "release-date",
	      .value = "2024-09-25",
	      .number = 20240925,
	      .unit = WEIGH_UNIT_DATE },
	    "release-date 2024-09-25" },
	{ { .name = "display", .value = "a\x1b[2Jb" }, "display a\\x1b[2Jb" },
};

/* (2), and no control character (1). */
static void
test_facts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fact_rows) / sizeof(fact_rows[0]); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 1024);
		phrase_fact(&fact_rows[i].fact, &b);
		check_str(fact_rows[i].want, b.data, fact_rows[i].want);
		weigh_buf_free(&b);
	}
}

static const struct {
	struct weigh_license_passage passage;
	const char *want;
} passage_rows[] = {
	{ { .line = 22,
	      .words = 83,
	      .strong = WEIGH_STRONG_NUMBER | WEIGH_STRONG_SCOPE },
	    "line 22: 83 words added (number, scope)" },
	{ { .removed = true, .line = 3, .words = 1, .clause = "4.a" },
	    "line 3: 1 word missing, clause 4.a" },
	{ { .removed = true,
	      .truncated = true,
	      .line = 9,
	      .words = 400,
	      .strong = WEIGH_STRONG_OTHER },
	    "line 9: 400 words missing, where the file is cut off (other)" },
};

static void
test_passages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(passage_rows) / sizeof(passage_rows[0]);
	     i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 1024);
		phrase_passage(&passage_rows[i].passage, &b);
		check_str(passage_rows[i].want, b.data, passage_rows[i].want);
		weigh_buf_free(&b);
	}
}

static const struct {
	const char *text, *want;
} texts[] = {
	{ "one two", "one two" },
	{ "  one\r\n\ttwo \f\n", "one two" },
	{ "caf\xc3\xa9\n\xe5\x95\x86", "caf\xc3\xa9 \xe5\x95\x86" },
	{ "a\x1b[31m\x07", "a\\x1b[31m\\x07" },
	{ " \n", "" },
};

/* (1) */
static void
test_squeeze(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 1024);
		phrase_squeeze(&b, texts[i].text, strlen(texts[i].text));
		check_str(texts[i].want, b.data != NULL ? b.data : "",
		    texts[i].want);
		weigh_buf_free(&b);
	}
}

static void
test_sum(void **state)
{
	struct weigh_license_passage passages[] = { { .words = 1 },
		{ .words = 2, .removed = true }, { .words = 3 } };
	struct weigh_license_result r = { .passages = passages };
	static const char *const want[] = { "", "1 passage added",
		"1 passage added, 1 passage missing",
		"2 passages added, 1 passage missing" };

	(void)state;
	for (r.npassages = 0; r.npassages < 4; r.npassages++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 1024);
		phrase_sum(&r, &b);
		check_str("sum", b.data != NULL ? b.data : "",
		    want[r.npassages]);
		weigh_buf_free(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_passages),
		cmocka_unit_test(test_squeeze),
		cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests_name("cli phrase", tests, NULL, NULL);
}
