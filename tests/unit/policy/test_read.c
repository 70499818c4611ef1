/* Policies as files: (7) of weigh/policy.h, and what is read of one that is understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/policy.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HEX "0123456789abcdef0123456789abcdef01234567"
#define RULE(when) "[rule R1]\nwhen = " when "\nthen = deny\nreason = \"so\"\n"
#define PURPOSE(id) "[purpose " id "]\nquestion = mirror\ndefault = allow\n"
#define WAIVER(model, rule, until) \
	"[waiver W1]\nmodel = " model "\nrule = " rule \
	"\nby = a@b\nreason = so\nuntil = " until "\n"

/* --- what is refused -------------------------------------------------------------- */

static const struct refused {
	const char *label, *text, *why, *fix;
} refused[] = {
	{ "no section", "mau = 1\n",
	    "t:1: 'mau' stands before the first [section]", NULL },
	{ "no pair", "[site]\nmau\n",
	    "t:2: 'mau' is neither [section] nor key = value", NULL },
	{ "a control character", "[site]\n# a\033\n",
	    "t:2: not UTF-8, or a control character in it", NULL },
	{ "no UTF-8", "[site]\nsector = \xff\n",
	    "t:2: not UTF-8, or a control character in it", NULL },
	{ "a section misspelled", "\n[purpos x]\n",
	    "t:2: 'purpos' is no section: site, purpose NAME, rule ID, waiver "
	    "ID",
	    "the nearest known word is 'purpose'" },
	{ "two sites", "[site]\nmau = 1\n[site]\n",
	    "t:3: 'site' is a second [site]", NULL },
	{ "a site with a name", "[site here]\n",
	    "t:1: 'here' stands behind [site], which has no name", NULL },
	{ "a rule without a name", "[rule]\n",
	    "t:1: '' is no name: letters, digits, '-', '_' and '.', at most 63",
	    NULL },
	{ "a name of two words", "[rule R 1]\n",
	    "t:1: 'R 1' is no name: letters, digits, '-', '_' and '.', at most "
	    "63",
	    NULL },
	/* [site] */
	{ "a key of the site misspelled", "[site]\nteritory = DE\n",
	    "t:2: 'teritory' is no key of [site]",
	    "the nearest known word is 'territory'" },
	{ "a key of the site twice", "[site]\nmau = 1\nmau = 1\n",
	    "t:3: 'mau' is said a second time", NULL },
	{ "no country", "[site]\nterritory = Germany\n",
	    "t:2: 'Germany' is no country of ISO 3166-1: two capitals, as in "
	    "DE",
	    NULL },
	{ "a country of nobody", "[site]\nterritory = UK\n",
	    "t:2: 'UK' is no country of ISO 3166-1",
	    "the nearest known word is 'GB'" },
	{ "a union is no country", "[site]\nterritory = EU\n",
	    "t:2: 'EU' is no country of ISO 3166-1: two capitals, as in DE",
	    NULL },
	{ "an audience misspelled", "[site]\naudience = afiliates\n",
	    "t:2: 'afiliates' is none of self, affiliates, public",
	    "the nearest known word is 'affiliates'" },
	{ "a sector misspelled", "[site]\nsector = hospitals\n",
	    "t:2: 'hospitals' is none of individual, company, nonprofit, "
	    "school, university, public-research, hospital, "
	    "public-administration, law-enforcement, military",
	    "the nearest known word is 'hospital'" },
	{ "users with separators", "[site]\nmau = 40,000\n",
	    "t:2: '40,000' is no number: digits only, without separators",
	    NULL },
	{ "users in money", "[site]\nmuu = 4 EUR\n",
	    "t:2: '4 EUR' is no number: digits only, without separators",
	    NULL },
	{ "money without a currency", "[site]\nrevenue_year = 5\n",
	    "t:2: '5' is no amount of money like '250000 EUR', or several with "
	    "',' between",
	    NULL },
	{ "a currency in small letters", "[site]\nrevenue_month = 5 eur\n",
	    "t:2: '5 eur' is no amount of money like '250000 EUR', or several "
	    "with ',' between",
	    NULL },
	{ "a currency twice", "[site]\nrevenue_year = 5 EUR, 6 EUR\n",
	    "t:2: '5 EUR, 6 EUR' says a currency twice", NULL },
	/* [purpose] */
	{ "a purpose twice", PURPOSE("p") PURPOSE("p"),
	    "t:4: 'p' is the name of two purposes", NULL },
	{ "a purpose without a question", "[purpose p]\ndefault = allow\n\n",
	    "t:1: this [purpose] has no 'question'", NULL },
	{ "a purpose without a default",
	    "[purpose p]\nquestion = use\n" RULE("kind:exact"),
	    "t:1: this [purpose] has no 'default'", NULL },
	{ "a key of a purpose misspelled", "[purpose p]\nquestions = use\n",
	    "t:2: 'questions' is no key of this section",
	    "the nearest known word is 'question'" },
	{ "no question", "[purpose p]\nquestion = mirrors\n",
	    "t:2: 'mirrors' is no question: use or mirror",
	    "the nearest known word is 'mirror'" },
	{ "no ruling", "[purpose p]\ndefault = denny\n",
	    "t:2: 'denny' is none of allow, review, deny",
	    "the nearest known word is 'deny'" },
	{ "neither warned nor held", "[purpose p]\non_review = wait\n",
	    "t:2: 'wait' is neither warn nor hold",
	    "the nearest known word is 'warn'" },
	{ "the built-in name, taken",
	    "[purpose mirror]\nquestion = use\ndefault = allow\n",
	    "t: no purpose asks 'mirror', and the name of the one that is "
	    "built in, 'mirror', asks 'use'",
	    NULL },
	/* [rule] */
	{ "a rule twice", RULE("kind:exact") RULE("kind:exact"),
	    "t:5: 'R1' is the name of two rules", NULL },
	{ "a key twice", "[rule R1]\nthen = deny\nthen = deny\n",
	    "t:3: 'then' is said a second time", NULL },
	{ "a rule without a reason",
	    "[rule R1]\nthen = deny\nwhen = kind:exact",
	    "t:1: this [rule] has no 'reason'", NULL },
	{ "no value", "[rule R1]\nthen =\n", "t:2: 'then' has no value", NULL },
	{ "a reason of nothing", "[rule R1]\nreason = \"\"\n",
	    "t:2: '\"\"' is empty, or too long", NULL },
	{ "a quote that is not doubled", "[rule R1]\nreason = \"a \"b\" c\"\n",
	    "t:2: '\"a \"b\" c\"' has a double quote that is not around it or "
	    "doubled",
	    NULL },
	{ "neither yes nor no", "[rule R1]\nwaivable = never\n",
	    "t:2: 'never' is neither yes nor no", NULL },
	/* conditions */
	{ "no term", RULE("kinds:exact"),
	    "t:2: 'kinds' is no term of a condition",
	    "the nearest known word is 'kind'" },
	{ "a bare word", RULE("kind"),
	    "t:2: 'kind' has no ':' and a value behind it", NULL },
	{ "a term without a value", RULE("kind: and kind:exact"),
	    "t:2: 'kind' has no ':' and a value behind it", NULL },
	{ "no kind", RULE("kind:exakt"), "t:2: 'exakt' is no kind of text",
	    "the nearest known word is 'exact'" },
	{ "no state", RULE("state:tagonly"), "t:2: 'tagonly' is no state",
	    "the nearest known word is 'tag-only'" },
	{ "no family", RULE("family:permisive"),
	    "t:2: 'permisive' is no family",
	    "the nearest known word is 'permissive'" },
	{ "no finding", RULE("conflict:tag-vs-txt"),
	    "t:2: 'tag-vs-txt' is no finding",
	    "the nearest known word is 'tag-vs-text'" },
	{ "no question to ask", RULE("question:user"),
	    "t:2: 'user' is no question", "the nearest known word is 'use'" },
	{ "no purpose", PURPOSE("campus") RULE("purpose:kampus"),
	    "t:5: 'kampus' is no purpose",
	    "the nearest known word is 'campus'" },
	{ "other code", RULE("code:local"), "t:2: 'local' is not remote",
	    NULL },
	{ "signed at times", RULE("signed:party"),
	    "t:2: 'party' is none of yes, partly, no",
	    "the nearest known word is 'partly'" },
	{ "no fact", RULE("fact:comercial=no"), "t:2: 'comercial' is no fact",
	    "the nearest known word is 'commercial'" },
	{ "a fact without a value", RULE("fact:commercial"),
	    "t:2: 'commercial' has no '=' and a value behind it", NULL },
	{ "no value of the fact", RULE("fact:commercial=non"),
	    "t:2: 'non' is none of its values",
	    "the nearest known word is 'no'" },
	{ "two values", RULE("fact:aup=file,url"),
	    "t:2: 'file,url' is more than one value", NULL },
	{ "what is never true", RULE("fact:commercial=unclear"),
	    "t:2: 'unclear' is never true: what is unclear or not known makes "
	    "any condition on it unknown",
	    NULL },
	{ "no place", RULE("fact:territory-excludes=UK"),
	    "t:2: 'UK' is no country of ISO 3166-1",
	    "the nearest known word is 'GB'" },
	{ "a threshold as a fact", RULE("fact:threshold.mau=5"),
	    "t:2: '5' is not none: numbers are compared by threshold:", NULL },
	{ "no key of the site", RULE("fact:territory-excludes=site.place"),
	    "t:2: 'place' is no key of [site]", NULL },
	{ "a key that does not fit", RULE("fact:commercial=site.sector"),
	    "t:2: 'site.sector' cannot be compared with this fact", NULL },
	{ "no threshold", RULE("threshold:mua<=site.mau"),
	    "t:2: 'mua' is no threshold", "the nearest known word is 'mau'" },
	{ "no order", RULE("threshold:mau=5"),
	    "t:2: 'mau' has none of < <= > >= behind it", NULL },
	{ "no number", RULE("threshold:mau<=many"),
	    "t:2: 'many' is neither site.KEY nor a number", NULL },
	{ "a limit of money without one", RULE("threshold:revenue-year<=5"),
	    "t:2: '5' is neither site.KEY nor an amount like 1000000 EUR",
	    NULL },
	{ "users against money", RULE("threshold:mau<=site.revenue_year"),
	    "t:2: 'site.revenue_year' cannot be compared with this fact",
	    NULL },
	{ "a year against a month",
	    RULE("threshold:revenue-year<=site.revenue_month"),
	    "t:2: 'site.revenue_month' cannot be compared with this fact",
	    NULL },
	{ "nothing behind and", RULE("kind:exact and"),
	    "t:2: 'kind:exact and' ends where a term is wanted", NULL },
	{ "nothing between", RULE("kind:exact kind:none"),
	    "t:2: 'kind:none' stands where 'and', 'or' or the end is wanted",
	    NULL },
	{ "and misspelled", RULE("kind:exact annd kind:none"),
	    "t:2: 'annd' stands where 'and', 'or' or the end is wanted",
	    "the nearest known word is 'and'" },
	{ "not closed", RULE("(kind:exact or kind:none"),
	    "t:2: '(kind:exact or kind:none' has a parenthesis that is not "
	    "closed",
	    NULL },
	{ "closed twice", RULE("kind:exact)"),
	    "t:2: ')' stands where 'and', 'or' or the end is wanted", NULL },
	{ "nothing inside", RULE("()"), "t:2: '()' is no term of a condition",
	    NULL },
	{ "too deep", RULE("((((((((((((((((kind:exact))))))))))))))))"),
	    "t:2: 'kind:exact))))))))))))))))' is nested too deep", NULL },
	/* [waiver] */
	{ "a branch is waived", WAIVER("org/name@main", "R1", "2027-01-01"),
	    "t:2: 'org/name@main' is no org/name@COMMIT with the 40 hex digits "
	    "of a commit, never a branch",
	    NULL },
	{ "a waiver without an end",
	    "[waiver W1]\nmodel = org/name@" HEX
	    "\nrule = R1\nby = a\nreason = b\n",
	    "t:1: this [waiver] has no 'until'", NULL },
	{ "no day", WAIVER("org/name@" HEX, "R1", "2027-02-29"),
	    "t:6: '2027-02-29' is no day of the calendar like 2027-01-31",
	    NULL },
	{ "no such rule",
	    RULE("kind:none") WAIVER("org/name@" HEX, "R2", "2027-01-01"),
	    "t:7: 'R2' is no rule", "the nearest known word is 'R1'" },
	{ "not to be waived",
	    RULE("kind:none") "waivable = no\n" WAIVER("org/name@" HEX, "R1",
		"2027-01-01"),
	    "t:8: 'R1' may not be waived: its rule says waivable = no", NULL },
	{ "nothing to waive",
	    "[rule R1]\nwhen = kind:exact\nthen = allow\nreason = so\n" WAIVER(
		"org/name@" HEX, "R1", "2027-01-01"),
	    "t:7: 'R1' is a rule that allows: there is nothing to waive",
	    NULL },
	{ "a waiver twice",
	    WAIVER("org/name@" HEX, "R1", "2027-01-01") "[waiver W1]\n",
	    "t:7: 'W1' is the name of two waivers", NULL },
};

/* (7), and that nothing of it is left. */
static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		const struct refused *row = &refused[i];
		struct weigh_policy *p = NULL;
		struct weigh_err err = { 0 };

		check_code(row->label,
		    weigh_policy_read(&p, "t", row->text, strlen(row->text),
			&err),
		    WEIGH_MALFORMED);
		check_true(row->label, p == NULL);
		check_str(row->label, err.why, row->why);
		check_str(row->label, err.fix,
		    row->fix != NULL ? row->fix : "");
	}
}

/* --- what is read ------------------------------------------------------------------- */

static struct weigh_policy *
read_policy(const char *text)
{
	struct weigh_policy *p = NULL;
	struct weigh_err err = { 0 };

	if (weigh_policy_read(&p, "t", text, strlen(text), &err) != WEIGH_OK)
		fail_msg("%s (%s)", err.why, err.fix);
	return p;
}

static const char whole[] =
    "# a policy\n"
    "  [site]   # who we are\r\n"
    "territory = DE                 # ISO 3166-1\r\n"
    "audience=affiliates\n"
    "\tsector = public-research\n"
    "mau = 40000\n"
    "revenue_year = 0 EUR, 10  USD\n"
    "[purpose use]\nquestion = use\ndefault = review\n"
    "[purpose campus]\nquestion = mirror\ndefault = review\n"
    "on_review = warn\n"
    "[purpose other]\nquestion = mirror\ndefault = deny\n"
    "; the rules\n"
    "[rule R2]\nwhen = not(kind:exact)or(question:use)  # no more\n"
    "then = review\n"
    "reason = \"a \"\"quoted\"\" # word\"  # said\n"
    "[rule R1]\nwhen = fact:display = \"Built with \"\"A\"\" (b)\" and "
    "threshold:revenue-year <= 1000000 USD and threshold:mau > 5\n"
    "then = deny\nreason = so\n"
    "[waiver W2]\nmodel = org/b@f123456789abcdef0123456789abcdef01234567\n"
    "rule = R2\nby = c\nuntil = 2027-01-01\nreason = d\n"
    "[waiver W1]\nmodel = datasets/org/a@" HEX "\nrule = R1\n"
    "by = legal@example.org\nticket = L-17\nuntil = 1970-01-02\n"
    "reason = \"long since\"\n";

static void
test_whole(void **state)
{
	struct weigh_policy *p = read_policy(whole);
	const struct weigh_act *act;
	struct weigh_oid name;

	(void)state;
	weigh_oid_of(&name, whole, strlen(whole));
	check_true("its name", weigh_oid_equal(&name, weigh_policy_name(p)));
	check_str("territory", weigh_policy_site(p, "territory"), "DE");
	check_str("money", weigh_policy_site(p, "revenue_year"),
	    "0 EUR, 10  USD");
	check_true("what is not said", weigh_policy_site(p, "muu") == NULL);
	check_true("what is no key", weigh_policy_site(p, "x") == NULL);
	check_u64("purposes", weigh_policy_purposes(p), 3);
	check_str("in the order of the file", weigh_policy_purpose(p, 0)->id,
	    "use");
	check_true("a review holds, if nothing is said",
	    weigh_policy_purpose(p, 0)->hold);
	check_true("or warns", !weigh_policy_purpose(p, 1)->hold);
	check_true("no more", weigh_policy_purpose(p, 3) == NULL);
	check_str("the doors ask for the first that mirrors",
	    weigh_policy_door(p)->id, "campus");
	check_u64("its default", weigh_policy_door(p)->otherwise,
	    WEIGH_RULING_REVIEW);
	check_u64("rules", weigh_policy_rules(p), 2);
	check_u64("waivers", weigh_policy_acts(p), 2);
	act = weigh_policy_act(p, 0);
	check_str("by commit", act->commit, HEX);
	check_str("repository", act->repo, "datasets/org/a");
	check_str("rule", act->rule, "R1");
	check_str("by", act->by, "legal@example.org");
	check_str("ticket", act->ticket, "L-17");
	check_str("why", act->why, "long since");
	check_u64("until", (uint64_t)act->until, 86400);
	check_u64("kind", act->kind, WEIGH_ACT_WAIVER);
	check_u64("of the file", (uint64_t)act->number, 0);
	check_str("no ticket", weigh_policy_act(p, 1)->ticket, "");
	weigh_policy_free(p);
}

static void
test_purposes(void **state)
{
	struct weigh_policy *p = read_policy(whole);
	struct weigh_err err = { 0 };

	(void)state;
	check_str("found", weigh_policy_find_purpose(p, "other", &err)->id,
	    "other");
	check_true("misspelled",
	    weigh_policy_find_purpose(p, "othr", &err) == NULL);
	check_code("code", err.code, WEIGH_NOT_FOUND);
	check_str("why", err.why, "the policy has no purpose 'othr'");
	check_str("fix", err.fix, "the nearest is 'other'");
	check_true("unheard",
	    weigh_policy_find_purpose(p, "commercial", &err) == NULL);
	check_str("all", err.fix, "its purposes: use, campus, other");
	check_true("err may be NULL",
	    weigh_policy_find_purpose(p, "x", NULL) == NULL);
	weigh_policy_free(p);
}

/* A file without a purpose of the doors gets the built-in one. */
static void
test_door(void **state)
{
	struct weigh_policy *p = read_policy("");

	(void)state;
	check_u64("purposes", weigh_policy_purposes(p), 1);
	check_str("name", weigh_policy_door(p)->id, "mirror");
	check_u64("default", weigh_policy_door(p)->otherwise,
	    WEIGH_RULING_ALLOW);
	check_true("warns", !weigh_policy_door(p)->hold);
	weigh_policy_free(p);
	p = read_policy("[purpose a]\nquestion = use\ndefault = deny\n" RULE(
	    "purpose:mirror"));
	check_str("beside others", weigh_policy_door(p)->id, "mirror");
	weigh_policy_free(p);
}

/* The same text without its last bytes never has more than it says. */
static void
test_cut(void **state)
{
	(void)state;
	for (size_t n = 0; n < strlen(whole); n++) {
		struct weigh_policy *p = NULL;
		struct weigh_err err = { 0 };
		char *text = malloc(n > 0 ? n : 1);

		assert_non_null(text);
		memcpy(text, whole, n);
		if (weigh_policy_read(&p, "t", text, n, &err) != WEIGH_OK)
			check_true("says why", err.why[0] != '\0' && p == NULL);
		weigh_policy_free(p);
		free(text);
	}
}

/* --- limits ----------------------------------------------------------------------- */

static char *
many(size_t n, const char *fmt, size_t *len)
{
	size_t size = n * 256 + 1;
	char *text = malloc(size);

	assert_non_null(text);
	*len = 0;
	for (size_t i = 0; i < n; i++) {
		const char *p = fmt;

		for (; *p != '\0'; p++)
			if (*p == '@')
				*len += (size_t)sprintf(text + *len, "%zu", i);
			else
				text[(*len)++] = *p;
	}
	text[*len] = '\0';
	return text;
}

static const struct limit {
	const char *label, *section;
	size_t most;
	const char *why;
} limits[] = {
	{ "rules", "[rule R@]\nwhen = kind:exact\nthen = deny\nreason = so\n",
	    WEIGH_POLICY_RULES, "t:2049: more than 512 rules" },
	{ "purposes", "[purpose p@]\nquestion = mirror\ndefault = deny\n",
	    WEIGH_POLICY_PURPOSES, "t:97: more than 32 purposes" },
};

static void
test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		const struct limit *row = &limits[i];
		struct weigh_policy *p = NULL;
		struct weigh_err err = { 0 };
		size_t len;
		char *text = many(row->most, row->section, &len);

		check_code(row->label,
		    weigh_policy_read(&p, "t", text, len, &err), WEIGH_OK);
		weigh_policy_free(p);
		free(text);
		text = many(row->most + 1, row->section, &len);
		check_code(row->label,
		    weigh_policy_read(&p, "t", text, len, &err), WEIGH_TOO_BIG);
		check_str(row->label, err.why, row->why);
		free(text);
	}
}

static void
test_file_size(void **state)
{
	struct weigh_policy *p = NULL;
	size_t size = WEIGH_POLICY_FILE + 1;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', size);
	check_code("too long", weigh_policy_read(&p, "t", text, size, NULL),
	    WEIGH_TOO_BIG);
	check_code("just not", weigh_policy_read(&p, "t", text, size - 1, NULL),
	    WEIGH_OK);
	weigh_policy_free(p);
	free(text);
}

/* A condition has at most 128 nodes: 64 terms and the 63 words between. */
static void
test_condition_size(void **state)
{
	char text[4096] =
	    "[rule R1]\nthen = deny\nreason = so\nwhen = kind:exact";
	struct weigh_policy *p = NULL;
	struct weigh_err err = { 0 };

	(void)state;
	for (size_t i = 1; i < 64; i++)
		strcat(text, " or kind:exact");
	check_code("as many as fit",
	    weigh_policy_read(&p, "t", text, strlen(text), &err), WEIGH_OK);
	weigh_policy_free(p);
	strcat(text, " or kind:exact");
	check_code("one more",
	    weigh_policy_read(&p, "t", text, strlen(text), &err),
	    WEIGH_MALFORMED);
	check_has("why", err.why, "is more than a condition may have");
}

static void
test_names(void **state)
{
	enum weigh_ruling ruling;

	(void)state;
	for (unsigned i = 0; i < WEIGH_RULINGS; i++) {
		const char *name = weigh_ruling_name((enum weigh_ruling)i);

		check_true(name,
		    weigh_ruling_parse(&ruling, name, strlen(name)));
		check_u64(name, ruling, i);
	}
	check_true("none", !weigh_ruling_parse(&ruling, "den", 3));
	check_str("use", weigh_question_name(WEIGH_QUESTION_USE), "use");
	check_str("mirror", weigh_question_name(WEIGH_QUESTION_MIRROR),
	    "mirror");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_purposes),
		cmocka_unit_test(test_door),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_file_size),
		cmocka_unit_test(test_condition_size),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
