/*
 * Conditions: three values for every operator, and what each term comes to.  (2), (3) and
 * (4) of weigh/policy.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "court.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define F WEIGH_FALSE
#define U WEIGH_UNKNOWN
#define T WEIGH_TRUE

static const char *const words[] = { "false", "unknown", "true" };

/* A policy with one rule. */
static const char *
policy_of(const char *site, const char *when, const char *then)
{
	static char text[4096];

	snprintf(text, sizeof(text),
	    "[site]\n%s\n[purpose p]\nquestion = mirror\ndefault = allow\n"
	    "[purpose q]\nquestion = use\ndefault = allow\n"
	    "[rule R]\nwhen = %s\nthen = %s\nreason = so\n",
	    site, when, then);
	return text;
}

static void
check_truth(const char *label, const struct court *c, enum weigh_truth want)
{
	check_str(label, words[court_rule(c, "R")->truth], words[want]);
}

/* --- operators ---------------------------------------------------------------------- */

/* `signed:yes` is a, `finding:x` is b, `code:remote` is c. */
static void
set_truths(struct court *c, enum weigh_truth a, enum weigh_truth b,
    enum weigh_truth remote)
{
	static const char *const signs[] = { "no", "", "yes" };

	c->facts.signedby = signs[a];
	c->facts.inspected = b == F;
	c->facts.dangers = b == T ? "y x" : "y";
	c->record.remote_code = remote == T;
	c->facts.record = remote == U ? NULL : &c->record;
}

static const struct two {
	const char *when;
	enum weigh_truth answers[3][3]; /* by a, by b */
} twos[] = {
	{ "signed:yes and finding:x",
	    { { F, F, F }, { F, U, U }, { F, U, T } } },
	{ "signed:yes or finding:x",
	    { { F, U, T }, { U, U, T }, { T, T, T } } },
	{ "not signed:yes", { { T, T, T }, { U, U, U }, { F, F, F } } },
	{ "not not signed:yes", { { F, F, F }, { U, U, U }, { T, T, T } } },
	{ "not (signed:yes and finding:x)",
	    { { T, T, T }, { T, U, U }, { T, U, F } } },
	{ "not (signed:yes or finding:x)",
	    { { T, U, F }, { U, U, F }, { F, F, F } } },
	{ "not signed:yes and finding:x",
	    { { F, U, T }, { F, U, U }, { F, F, F } } },
	{ "not signed:yes or not finding:x",
	    { { T, T, T }, { T, U, U }, { T, U, F } } },
};

static void
test_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(twos) * 9; i++) {
		const struct two *row = &twos[i / 9];
		enum weigh_truth a = (enum weigh_truth)(i / 3 % 3);
		enum weigh_truth b = (enum weigh_truth)(i % 3);
		struct court c;
		char label[128];

		snprintf(label, sizeof(label), "%s: %s, %s", row->when,
		    words[a], words[b]);
		court_open(&c, policy_of("", row->when, "deny"));
		set_truths(&c, a, b, F);
		court_decide(&c, "p");
		check_truth(label, &c, row->answers[a][b]);
		court_close(&c);
	}
}

static enum weigh_truth
least(enum weigh_truth a, enum weigh_truth b)
{
	return a < b ? a : b;
}

static enum weigh_truth
most(enum weigh_truth a, enum weigh_truth b)
{
	return a > b ? a : b;
}

/* `and` binds tighter, on either side; parentheses bind tighter than that. */
static void
test_three(void **state)
{
	static const char *const whens[] = {
		"signed:yes or finding:x and code:remote",
		"finding:x and code:remote or signed:yes",
		"(signed:yes or finding:x) and code:remote",
		"code:remote and(finding:x or signed:yes)",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(whens) * 27; i++) {
		enum weigh_truth a = (enum weigh_truth)(i / 9 % 3);
		enum weigh_truth b = (enum weigh_truth)(i / 3 % 3);
		enum weigh_truth d = (enum weigh_truth)(i % 3);
		const char *when = whens[i / 27];
		struct court c;
		char label[128];

		snprintf(label, sizeof(label), "%s: %s, %s, %s", when, words[a],
		    words[b], words[d]);
		court_open(&c, policy_of("", when, "deny"));
		set_truths(&c, a, b, d);
		court_decide(&c, "p");
		check_truth(label, &c,
		    i / 27 < 2 ? most(a, least(b, d)) : least(most(a, b), d));
		court_close(&c);
	}
}

/* --- terms ------------------------------------------------------------------------ */

static const struct term {
	const char *when, *site, *id, *family, *terms;
	enum weigh_truth truth;
} terms[] = {
	{ "id:MIT", "", "MIT", "", "", T },
	{ "id:mit", "", "MIT", "", "", T },
	{ "id:LicenseRef-Llama-*", "", "LicenseRef-Llama-3.1-Community", "", "",
	    T },
	{ "id:llama*", "", "LicenseRef-Llama-3.1-Community", "", "", F },
	{ "id:MIT", "", "MIT-0", "", "", F },
	{ "family:permissive", "", "MIT", "permissive", "", T },
	{ "family:permissive", "", "MIT", "permissive-plus", "", F },
	{ "family:permissive", "", "X", "", "", U },
	/* words */
	{ "fact:commercial=no", "", "X", "", "commercial = no (2)", T },
	{ "fact:commercial=no", "", "X", "", "commercial = yes", F },
	{ "fact:commercial=no", "", "X", "", "", U },
	{ "fact:commercial=no", "", "X", "", "commercial = unclear (2, 4)", U },
	{ "fact:commercial = no", "", "X", "", "commercial = no", T },
	{ "fact:aup=file", "", "X", "", "aup = in-text, file", T },
	{ "fact:aup=in-text", "", "X", "", "aup = in-text, file", T },
	{ "fact:aup=url", "", "X", "", "aup = in-text, file", F },
	{ "fact:aup=none", "", "X", "", "aup = none", T },
	{ "fact:display=\"Built with Llama\"", "", "X", "",
	    "display = Built with Llama", T },
	{ "fact:display=\"Built with Llama\"", "", "X", "", "display = none",
	    F },
	{ "fact:release-date=2024-09-25", "", "X", "",
	    "release-date = 2024-09-25", T },
	/* places: (3), membership */
	{ "fact:territory-excludes=site.territory", "territory = DE", "X", "",
	    "territory-excludes = EU, GB", T },
	{ "fact:territory-excludes=site.territory", "territory = NO", "X", "",
	    "territory-excludes = EU, GB", F },
	{ "fact:territory-excludes=site.territory", "territory = NO", "X", "",
	    "territory-excludes = EEA", T },
	{ "fact:territory-excludes=site.territory", "territory = AT", "X", "",
	    "territory-excludes = EEA", T },
	{ "fact:territory-excludes=site.territory", "territory = CH", "X", "",
	    "territory-excludes = EU, EEA", F },
	{ "fact:territory-excludes=site.territory", "territory = GB", "X", "",
	    "territory-excludes = EU, GB, KR", T },
	{ "fact:territory-excludes=site.territory", "territory = GB", "X", "",
	    "territory-excludes = EU", F },
	{ "fact:territory-excludes=site.territory", "territory = RE", "X", "",
	    "territory-excludes = EU", T },
	{ "fact:territory-excludes=site.territory", "territory = GL", "X", "",
	    "territory-excludes = EU", F },
	{ "fact:territory-excludes=site.territory", "territory = SJ", "X", "",
	    "territory-excludes = EEA", F },
	{ "fact:territory-excludes=site.territory", "territory = DE", "X", "",
	    "territory-excludes = none", F },
	{ "fact:territory-excludes=site.territory", "territory = DE", "X", "",
	    "", U },
	{ "fact:territory-excludes=site.territory", "", "X", "",
	    "territory-excludes = EU", U },
	{ "fact:territory-excludes=site.territory", "", "X", "",
	    "territory-excludes = none", F },
	{ "fact:territory-excludes=EU", "", "X", "", "territory-excludes = EEA",
	    T },
	{ "fact:territory-excludes=EU", "", "X", "", "territory-excludes = DE",
	    F },
	{ "fact:territory-excludes=none", "", "X", "",
	    "territory-excludes = none", T },
	{ "fact:territory-excludes=EU", "", "X", "",
	    "territory-excludes = EU; territory-scope = all", T },
	{ "fact:territory-excludes=EU", "", "X", "",
	    "territory-excludes = EU; territory-scope = multimodal", F },
	/* fields of use */
	{ "fact:field-excludes=military", "", "X", "",
	    "field-excludes = military, surveillance", T },
	{ "fact:field-excludes=site.sector", "sector = hospital", "X", "",
	    "field-excludes = military, medical", U },
	{ "fact:field-excludes=site.sector", "sector = hospital", "X", "",
	    "field-excludes = military", F },
	{ "fact:field-excludes=site.sector", "sector = law-enforcement", "X",
	    "", "field-excludes = public-administration", T },
	{ "fact:field-excludes=site.sector", "sector = university", "X", "",
	    "field-excludes = public-administration", F },
	{ "fact:field-excludes=site.sector", "", "X", "",
	    "field-excludes = military", U },
	{ "fact:field-excludes=site.sector", "", "X", "",
	    "field-excludes = none", F },
	/* thresholds: (3), operators, currencies */
	{ "threshold:mau<=site.mau", "mau = 100", "X", "",
	    "threshold.mau = > 100, affiliates", F },
	{ "threshold:mau<=site.mau", "mau = 101", "X", "",
	    "threshold.mau = > 100, affiliates", T },
	{ "threshold:mau<=site.mau", "mau = 100", "X", "",
	    "threshold.mau = >= 100, affiliates", T },
	{ "threshold:mau<=site.mau", "mau = 99", "X", "",
	    "threshold.mau = >= 100", F },
	{ "threshold:mau<=site.mau", "mau = 99", "X", "",
	    "threshold.mau = none", F },
	{ "threshold:mau<=site.mau", "mau = 99", "X", "", "", U },
	{ "threshold:mau<=site.mau", "mau = 99", "X", "",
	    "threshold.mau = unclear", U },
	{ "threshold:mau<=site.mau", "", "X", "", "threshold.mau = > 100", U },
	{ "threshold:mau<=site.mau", "", "X", "", "threshold.mau = none", F },
	{ "threshold:muu<=site.mau", "mau = 200", "X", "",
	    "threshold.muu = > 100", T },
	{ "threshold:mau <= 1000000", "", "X", "", "threshold.mau = >= 1000000",
	    T },
	{ "threshold:mau < 1000000", "", "X", "", "threshold.mau = >= 1000000",
	    F },
	{ "threshold:mau >= 1000000", "", "X", "", "threshold.mau = >= 1000000",
	    T },
	{ "threshold:mau > 1000000", "", "X", "", "threshold.mau = >= 1000000",
	    F },
	{ "threshold:mau > 1000000", "", "X", "", "threshold.mau = > 1000000",
	    T },
	{ "threshold:revenue-year<=site.revenue_year", "revenue_year = 2 USD",
	    "X", "", "threshold.revenue-year = >= 2 USD, rolling", T },
	{ "threshold:revenue-year<=site.revenue_year", "revenue_year = 1 USD",
	    "X", "", "threshold.revenue-year = >= 2 USD, rolling", F },
	{ "threshold:revenue-year<=site.revenue_year", "revenue_year = 0 EUR",
	    "X", "", "threshold.revenue-year = >= 2 USD, rolling", U },
	{ "threshold:revenue-year<=site.revenue_year",
	    "revenue_year = 0 EUR, 0 USD", "X", "",
	    "threshold.revenue-year = >= 2 USD, rolling", F },
	{ "threshold:revenue-month <= 20000000 USD", "", "X", "",
	    "threshold.revenue-month = > 20000000 USD", F },
	{ "threshold:revenue-month <= 20000001 USD", "", "X", "",
	    "threshold.revenue-month = > 20000000 USD", T },
	{ "threshold:revenue-month <= 20000001 EUR", "", "X", "",
	    "threshold.revenue-month = > 20000000 USD", U },
	{ "fact:threshold.mau=none", "", "X", "", "threshold.mau = none", T },
	{ "fact:threshold.mau=none", "", "X", "", "threshold.mau = > 5", F },
	/* what is no license's */
	{ "state:text", "", "X", "", "", T },
	{ "state:tag-only", "", "X", "", "", F },
	{ "kind:exact", "", "X", "", "", T },
	{ "kind:modified", "", "X", "", "", F },
	{ "conflict:*", "", "X", "", "", F },
	{ "conflict:tag-vs-base", "", "X", "", "", F },
	{ "purpose:p", "", "X", "", "", T },
	{ "purpose:q", "", "X", "", "", F },
	{ "question:mirror", "", "X", "", "", T },
	{ "question:use", "", "X", "", "", F },
	{ "repo:org/*", "", "X", "", "", T },
	{ "repo:Org/*", "", "X", "", "", F },
	{ "format:gguf", "", "X", "", "", F },
	{ "code:remote", "", "X", "", "", F },
	{ "finding:pkl.*", "", "X", "", "", U },
	{ "signed:no", "", "X", "", "", U },
};

static void
test_terms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(terms); i++) {
		const struct term *row = &terms[i];
		struct court c;
		char label[256];

		snprintf(label, sizeof(label), "%s (%s; %s %s: %s)", row->when,
		    row->site, row->id, row->family, row->terms);
		court_open(&c, policy_of(row->site, row->when, "deny"));
		court_part(&c, row->id, row->family, row->terms);
		court_decide(&c, "p");
		check_truth(label, &c, row->truth);
		court_close(&c);
	}
}

/* A text that was changed, or that nobody knows, may be anything. */
static void
test_uncertain(void **state)
{
	static const struct {
		const char *when;
		enum weigh_license_kind kind;
		enum weigh_truth truth;
	} rows[] = {
		{ "id:MIT", WEIGH_LICENSE_MODIFIED, U },
		{ "id:MIT", WEIGH_LICENSE_UNKNOWN, U },
		{ "not id:AGPL*", WEIGH_LICENSE_MODIFIED, U },
		{ "id:LicenseRef-x-*", WEIGH_LICENSE_MODIFIED, T },
		{ "kind:modified", WEIGH_LICENSE_MODIFIED, T },
		{ "kind:unknown", WEIGH_LICENSE_UNKNOWN, T },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct court c;

		court_open(&c, policy_of("", rows[i].when, "deny"));
		court_part(&c, "LicenseRef-x-0123", "", "")->kind =
		    rows[i].kind;
		court_decide(&c, "p");
		check_truth(rows[i].when, &c, rows[i].truth);
		court_close(&c);
	}
}

/* Nothing is known: no record, no license that is known; and that there is none is known. */
static void
test_nothing(void **state)
{
	static const struct {
		const char *when;
		enum weigh_truth no_record, not_known, none;
	} rows[] = {
		{ "id:MIT", U, U, F },
		{ "id:*", U, U, F },
		{ "family:permissive", U, U, F },
		{ "family:none", U, U, T },
		{ "kind:exact", U, U, F },
		{ "kind:none", U, U, T },
		{ "fact:commercial=no", U, U, U },
		{ "threshold:mau<=5", U, U, U },
		{ "state:none", U, F, T },
		{ "conflict:*", U, F, F },
		{ "format:gguf", U, F, F },
		{ "code:remote", U, F, F },
		{ "repo:org/name", T, T, T },
		{ "purpose:p", T, T, T },
		{ "question:use", F, F, F },
		{ "signed:no", U, U, U },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct court c;

		court_open(&c, policy_of("", rows[i].when, "deny"));
		c.facts.record = NULL;
		court_decide(&c, "p");
		check_truth(rows[i].when, &c, rows[i].no_record);
		c.facts.record = &c.record;
		c.record.concluded = "NOASSERTION";
		c.record.state = WEIGH_STATE_TAG_ONLY;
		court_decide(&c, "p");
		check_truth(rows[i].when, &c, rows[i].not_known);
		c.record.concluded = "NONE";
		c.record.state = WEIGH_STATE_NONE;
		court_decide(&c, "p");
		check_truth(rows[i].when, &c, rows[i].none);
		court_close(&c);
	}
}

/* Of two licenses one is not known: what holds of none of the others is unknown. */
static void
test_half_known(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, policy_of("", "fact:commercial=no", "deny"));
	court_part(&c, "A", "", "commercial = yes");
	c.record.concluded = "A AND NOASSERTION";
	court_decide(&c, "p");
	check_truth("one is not known", &c, U);
	c.record.concluded = "A";
	court_decide(&c, "p");
	check_truth("all are", &c, F);
	court_close(&c);
}

static void
test_revision(void **state)
{
	static const struct {
		const char *when;
		bool set;
		enum weigh_truth truth;
	} rows[] = {
		{ "format:gguf", true, T },
		{ "format:safetensors", true, T },
		{ "format:tensors", true, F },
		{ "code:remote", true, T },
		{ "finding:pkl.*", true, T },
		{ "finding:danger", true, T },
		{ "finding:code.native", true, F },
		{ "signed:partly", true, T },
		{ "signed:yes", true, F },
		{ "conflict:tag-vs-base", true, T },
		{ "conflict:*", true, T },
		{ "conflict:text-missing", true, F },
		{ "conflict:threshold", true, T },
		{ "fact:territory-excludes=FR", true, T },
		{ "fact:territory-excludes=KR", true, U },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct court c;

		court_open(&c, policy_of("", rows[i].when, "deny"));
		court_part(&c, "X", "", "");
		court_finding(&c, WEIGH_FINDING_THRESHOLD);
		court_finding(&c, WEIGH_FINDING_TAG_VS_BASE);
		c.record.formats = "gguf safetensors";
		c.record.remote_code = true;
		c.record.eu_disallowed = true;
		c.facts.dangers = "danger pkl.global-danger";
		c.facts.inspected = true;
		c.facts.signedby = "partly";
		court_decide(&c, "p");
		check_truth(rows[i].when, &c, rows[i].truth);
		court_close(&c);
	}
}

/* A limit that merely exists is no conflict. */
static void
test_no_conflict(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, policy_of("", "conflict:*", "deny"));
	court_part(&c, "X", "", "");
	court_finding(&c, WEIGH_FINDING_THRESHOLD);
	court_finding(&c, WEIGH_FINDING_TERRITORY);
	court_decide(&c, "p");
	check_truth("limits", &c, F);
	court_close(&c);
}

/* What is left out of multimodal models alone. */
static void
test_multimodal(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, policy_of("", "fact:territory-excludes=EU", "deny"));
	court_part(&c, "X", "",
	    "territory-excludes = EU; territory-scope = multimodal");
	c.record.multimodal = true;
	court_decide(&c, "p");
	check_truth("one that sees", &c, T);
	c.record.multimodal = false;
	court_decide(&c, "p");
	check_truth("one that does not", &c, F);
	court_close(&c);
}

/* (4): deny and review hold if they hold of one license, allow only of all. */
static const struct of_many {
	const char *when, *then, *first, *second;
	enum weigh_truth truth;
} of_many[] = {
	{ "fact:commercial=no", "deny", "commercial = yes", "commercial = no",
	    T },
	{ "fact:commercial=no", "deny", "commercial = no", "", T },
	{ "fact:commercial=no", "deny", "commercial = yes", "", U },
	{ "fact:commercial=no", "review", "commercial = yes",
	    "commercial = yes", F },
	{ "not fact:commercial=yes", "deny", "commercial = yes",
	    "commercial = no", T },
	{ "fact:commercial=yes", "allow", "commercial = yes", "commercial = no",
	    F },
	{ "fact:commercial=yes", "allow", "commercial = yes", "", U },
	{ "fact:commercial=yes", "allow", "commercial = yes",
	    "commercial = yes", T },
	{ "fact:commercial=yes or fact:commercial=conditional", "allow",
	    "commercial = yes", "commercial = conditional", T },
	{ "fact:commercial=no and fact:modification=no", "deny",
	    "commercial = no; modification = yes",
	    "commercial = yes; modification = no", F },
};

static void
test_of_many(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(of_many) * 2; i++) {
		const struct of_many *row = &of_many[i / 2];
		struct court c;

		court_open(&c, policy_of("", row->when, row->then));
		court_part(&c, "A", "", i % 2 ? row->first : row->second);
		court_part(&c, "B", "", i % 2 ? row->second : row->first);
		court_decide(&c, "p");
		check_truth(row->when, &c, row->truth);
		court_close(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_three),
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_uncertain),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_half_known),
		cmocka_unit_test(test_revision),
		cmocka_unit_test(test_no_conflict),
		cmocka_unit_test(test_multimodal),
		cmocka_unit_test(test_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
