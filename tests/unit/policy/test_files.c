/*
 * The policies that come with the house: the built-in one, and packaging/policy/strict.conf,
 * read from the top folder, asked about licenses as the table of terms has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/licenseterms.h>

#include "check.h"
#include "court.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define STRICT "packaging/policy/strict.conf"
#define MANUAL "packaging/man/weighhouse-policy.5.scd"

static char strict[32768];

static int
read_strict(void **state)
{
	FILE *f = fopen(STRICT, "r");

	(void)state;
	if (f == NULL)
		fail_msg("cannot read %s: run this from the top folder",
		    STRICT);
	strict[fread(strict, 1, sizeof(strict) - 1, f)] = '\0';
	(void)fclose(f);
	return 0;
}

static void
open_builtin(struct court *c)
{
	const char *text;
	size_t len;

	weigh_policy_builtin(&text, &len);
	check_u64("ends where it says", strlen(text), len);
	court_open(c, text);
}

/* A license by its id, with the terms that the built-in table has. */
static struct weigh_record_part *
known_part(struct court *c, const char *id)
{
	struct weigh_license_terms *l = NULL;
	struct weigh_terms *t = NULL;
	const struct weigh_terms *table;
	struct weigh_record_part *part;
	struct weigh_err err = { 0 };
	const char *text;
	size_t len;

	weigh_terms_builtin(&text, &len);
	if (weigh_terms_read(&t, "", text, len, &err) != WEIGH_OK)
		fail_msg("%s", err.why);
	table = t;
	if (weigh_terms_find(&l, &table, 1, id, &err) != WEIGH_OK)
		fail_msg("%s", err.why);
	part = court_part(c, id, "", "");
	part->family = court_keep(c, l->family);
	for (size_t i = 0; i < l->nterms; i++)
		part->terms[part->nterms++] = (struct weigh_record_term){
			.fact = l->terms[i].fact,
			.value = court_keep(c, l->terms[i].value),
			.clause = court_keep(c, l->terms[i].clause),
			.evidence = "text",
		};
	weigh_license_terms_free(l);
	weigh_terms_free(t);
	return part;
}

/* --- the built-in policy ---------------------------------------------------------- */

static void
test_builtin(void **state)
{
	struct court c;

	(void)state;
	open_builtin(&c);
	check_u64("one purpose", weigh_policy_purposes(c.policy), 1);
	check_str("its name", weigh_policy_door(c.policy)->id, "mirror");
	check_true("nothing is held", !weigh_policy_door(c.policy)->hold);
	known_part(&c, "MIT");
	court_decide(&c, "mirror");
	check_u64("a license that is known", c.decision.ruling,
	    WEIGH_RULING_ALLOW);
	c.record.state = WEIGH_STATE_TAG_ONLY;
	c.parts[0].kind = WEIGH_LICENSE_NONE;
	court_decide(&c, "mirror");
	check_u64("a tag is the usual case", c.decision.ruling,
	    WEIGH_RULING_ALLOW);
	court_close(&c);
}

/* What is warned about, and that none of it is refused or held. */
static void
test_builtin_warns(void **state)
{
	static const struct {
		const char *label, *concluded, *rule;
		enum weigh_record_state state;
		enum weigh_license_kind kind; /* NONE: no part */
		enum weigh_finding finding;   /* WEIGH_FINDINGS: none */
	} rows[] = {
		{ "no license", "NONE", "no-license", WEIGH_STATE_NONE,
		    WEIGH_LICENSE_NONE, WEIGH_FINDINGS },
		{ "one that is not known", "NOASSERTION", "unknown",
		    WEIGH_STATE_TAG_ONLY, WEIGH_LICENSE_NONE, WEIGH_FINDINGS },
		{ "a text that is not known", "LicenseRef-text-x", "unknown",
		    WEIGH_STATE_TEXT, WEIGH_LICENSE_UNKNOWN, WEIGH_FINDINGS },
		{ "a conflict", "MIT", "conflict", WEIGH_STATE_TEXT,
		    WEIGH_LICENSE_EXACT, WEIGH_FINDING_TAG_VS_TEXT },
		{ "not to be passed on", "X", "not-passed-on", WEIGH_STATE_TEXT,
		    WEIGH_LICENSE_EXACT,
		    WEIGH_FINDING_REDISTRIBUTION_FORBIDDEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct court c;

		open_builtin(&c);
		if (rows[i].kind != WEIGH_LICENSE_NONE)
			court_part(&c, rows[i].concluded, "", "")->kind =
			    rows[i].kind;
		c.record.concluded = rows[i].concluded;
		c.record.state = rows[i].state;
		if (rows[i].finding != WEIGH_FINDINGS)
			court_finding(&c, rows[i].finding);
		court_decide(&c, "mirror");
		check_u64(rows[i].label, c.decision.ruling,
		    WEIGH_RULING_REVIEW);
		check_true(rows[i].label, !c.decision.held);
		check_str(rows[i].label, c.decision.rule, rows[i].rule);
		court_close(&c);
	}
}

static void
test_builtin_not_looked_at(void **state)
{
	struct court c;

	(void)state;
	open_builtin(&c);
	c.facts.record = NULL;
	court_decide(&c, "mirror");
	check_u64("warned about", c.decision.ruling, WEIGH_RULING_REVIEW);
	check_true("and served", !c.decision.held);
	court_close(&c);
}

/* --- the strict one --------------------------------------------------------------- */

static const struct strictly {
	const char *id, *purpose;
	enum weigh_ruling ruling;
	const char *rule;
} strictly[] = {
	{ "MIT", "mirror", WEIGH_RULING_ALLOW, "permissive" },
	{ "Apache-2.0", "commercial", WEIGH_RULING_ALLOW, "permissive" },
	{ "LicenseRef-MS-Research-License-Terms", "mirror", WEIGH_RULING_DENY,
	    "not-passed-on" },
	{ "LicenseRef-Tencent-Hunyuan3D-2.0-Community", "mirror",
	    WEIGH_RULING_DENY, "place-excluded" },
	{ "CC-BY-NC-4.0", "commercial", WEIGH_RULING_DENY, "not-commercial" },
	{ "CC-BY-NC-4.0", "mirror", WEIGH_RULING_REVIEW, "only-some-copies" },
	{ "LicenseRef-EXAONE-1.1-NC", "mirror", WEIGH_RULING_REVIEW,
	    "not-passed-on" },
	{ "AGPL-3.0-or-later", "mirror", WEIGH_RULING_ALLOW,
	    "copyleft-passed-on" },
	{ "LicenseRef-Llama-3.1-Community", "mirror", WEIGH_RULING_REVIEW, "" },
};

static void
test_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strictly); i++) {
		const struct strictly *row = &strictly[i];
		struct court c;

		court_open(&c, strict);
		known_part(&c, row->id);
		court_decide(&c, row->purpose);
		check_str(row->id, c.decision.rule, row->rule);
		check_u64(row->id, c.decision.ruling, row->ruling);
		check_true(row->id,
		    c.decision.held == (row->ruling == WEIGH_RULING_REVIEW));
		court_close(&c);
	}
}

static const struct strictly_not {
	const char *label;
	enum weigh_record_state state;
	enum weigh_license_kind kind;
	enum weigh_finding finding;
	bool remote;
	enum weigh_ruling ruling;
	const char *rule;
} strictly_not[] = {
	{ "all is well", WEIGH_STATE_TEXT, WEIGH_LICENSE_EXACT, WEIGH_FINDINGS,
	    false, WEIGH_RULING_ALLOW, "permissive" },
	{ "a tag alone", WEIGH_STATE_TAG_ONLY, WEIGH_LICENSE_NONE,
	    WEIGH_FINDINGS, false, WEIGH_RULING_REVIEW, "no-text" },
	{ "a text that was changed", WEIGH_STATE_TEXT, WEIGH_LICENSE_MODIFIED,
	    WEIGH_FINDINGS, false, WEIGH_RULING_REVIEW, "text-unknown" },
	{ "a base that is stricter", WEIGH_STATE_TEXT, WEIGH_LICENSE_EXACT,
	    WEIGH_FINDING_TAG_VS_BASE, false, WEIGH_RULING_DENY,
	    "base-is-stricter" },
	{ "another conflict", WEIGH_STATE_TEXT, WEIGH_LICENSE_EXACT,
	    WEIGH_FINDING_TAG_VS_TEXT, false, WEIGH_RULING_REVIEW,
	    "disagreement" },
	{ "program text", WEIGH_STATE_TEXT, WEIGH_LICENSE_EXACT, WEIGH_FINDINGS,
	    true, WEIGH_RULING_REVIEW, "runs-code" },
};

/* The same license, MIT, with something beside it. */
static void
test_strict_beside(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strictly_not); i++) {
		const struct strictly_not *row = &strictly_not[i];
		struct court c;

		court_open(&c, strict);
		known_part(&c, "MIT")->kind = row->kind;
		c.record.state = row->state;
		c.record.remote_code = row->remote;
		if (row->finding != WEIGH_FINDINGS)
			court_finding(&c, row->finding);
		court_decide(&c, "mirror");
		check_str(row->label, c.decision.rule, row->rule);
		check_u64(row->label, c.decision.ruling, row->ruling);
		court_close(&c);
	}
}

/* What the manual page shows is a policy: all between the first ``` behind EXAMPLES and the
 * next. */
static void
test_manual(void **state)
{
	static char text[65536];
	struct court c;
	FILE *f = fopen(MANUAL, "r");
	char *from, *end;

	(void)state;
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	assert_non_null(from = strstr(text, "# EXAMPLES"));
	assert_non_null(from = strstr(from, "```\n"));
	assert_non_null(end = strstr(from + 4, "```\n"));
	*end = '\0';
	court_open(&c, from + 4);
	check_u64("rules", weigh_policy_rules(c.policy), 7);
	check_str("doors", weigh_policy_door(c.policy)->id, "campus-mirror");
	court_close(&c);
}

/* The waiver that it shows, with its '#' taken away, is one. */
static void
test_strict_waiver(void **state)
{
	char text[32768];
	struct court c;
	char *waiver;

	(void)state;
	strcpy(text, strict);
	waiver = strstr(text, "# [waiver W1]");
	assert_non_null(waiver);
	for (; (waiver = strstr(waiver, "# ")) != NULL; waiver++)
		memcpy(waiver, "  ", 2);
	court_open(&c, text);
	check_u64("a waiver", weigh_policy_acts(c.policy), 1);
	court_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builtin),
		cmocka_unit_test(test_builtin_warns),
		cmocka_unit_test(test_builtin_not_looked_at),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_strict_beside),
		cmocka_unit_test(test_strict_waiver),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, read_strict, NULL);
}
