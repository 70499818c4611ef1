/* The verdict: (1), (2), (4), (5) and (6) of weigh/policy.h. */
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
#define OTHER "f123456789abcdef0123456789abcdef01234567"
#define PURPOSES \
	"[purpose warns]\nquestion = mirror\ndefault = allow\n" \
	"on_review = warn\n" \
	"[purpose holds]\nquestion = mirror\ndefault = review\n" \
	"on_review = hold\n" \
	"[purpose denies]\nquestion = use\ndefault = deny\n"
#define RULE(id, when, then) \
	"[rule " id "]\nwhen = " when "\nthen = " then "\nreason = why " id "\n"

static const char *const rulings[] = { "allow", "review", "deny" };

static void
check_ruling(const char *label, const struct court *c, enum weigh_ruling want)
{
	check_str(label, weigh_ruling_name(c->decision.ruling), rulings[want]);
}

/* --- which rule wins ------------------------------------------------------------------ */

/* `signed:yes` is true, `signed:no` false, `finding:x` unknown. */
static const struct strictest {
	const char *label, *rules, *purpose;
	enum weigh_ruling ruling;
	const char *rule;
} strictest[] = {
	{ "no rule", "", "warns", WEIGH_RULING_ALLOW, "" },
	{ "no rule", "", "holds", WEIGH_RULING_REVIEW, "" },
	{ "no rule", "", "denies", WEIGH_RULING_DENY, "" },
	{ "a false deny", RULE("D", "signed:no", "deny"), "warns",
	    WEIGH_RULING_ALLOW, "" },
	{ "a true deny", RULE("D", "signed:yes", "deny"), "warns",
	    WEIGH_RULING_DENY, "D" },
	{ "an unknown deny is a review", RULE("D", "finding:x", "deny"),
	    "warns", WEIGH_RULING_REVIEW, "D" },
	{ "an unknown review", RULE("R", "finding:x", "review"), "warns",
	    WEIGH_RULING_REVIEW, "R" },
	{ "a true review", RULE("R", "signed:yes", "review"), "warns",
	    WEIGH_RULING_REVIEW, "R" },
	{ "a true allow goes before the default",
	    RULE("A", "signed:yes", "allow"), "denies", WEIGH_RULING_ALLOW,
	    "A" },
	{ "an unknown allow does not count", RULE("A", "finding:x", "allow"),
	    "denies", WEIGH_RULING_DENY, "" },
	{ "a false allow", RULE("A", "signed:no", "allow"), "holds",
	    WEIGH_RULING_REVIEW, "" },
	{ "review goes before allow",
	    RULE("A", "signed:yes", "allow") RULE("R", "finding:x", "review"),
	    "warns", WEIGH_RULING_REVIEW, "R" },
	{ "deny goes before review",
	    RULE("R", "signed:yes", "review") RULE("D", "signed:yes", "deny"),
	    "warns", WEIGH_RULING_DENY, "D" },
	{ "a rule goes before a stricter default",
	    RULE("R", "signed:yes", "review"), "denies", WEIGH_RULING_REVIEW,
	    "R" },
	{ "of equals the first by id",
	    RULE("R2", "signed:yes", "deny") RULE("R1", "signed:yes", "deny"),
	    "warns", WEIGH_RULING_DENY, "R1" },
	{ "a true deny goes before one that is unknown",
	    RULE("D1", "finding:x", "deny") RULE("D2", "signed:yes", "deny"),
	    "warns", WEIGH_RULING_DENY, "D2" },
};

static void
test_strictest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strictest); i++) {
		const struct strictest *row = &strictest[i];
		struct court c;
		char text[2048];

		snprintf(text, sizeof(text), PURPOSES "%s", row->rules);
		court_open(&c, text);
		court_part(&c, "MIT", "permissive", "");
		c.facts.signedby = "yes";
		court_decide(&c, row->purpose);
		check_ruling(row->label, &c, row->ruling);
		check_str(row->label, c.decision.rule, row->rule);
		check_true(row->label,
		    c.decision.held ==
			(row->ruling == WEIGH_RULING_REVIEW &&
			    strcmp(row->purpose, "warns") != 0));
		court_close(&c);
	}
}

/* (1): all orders of six rules, for each way that they may come out. */
static void
test_order(void **state)
{
	static const char *const rules[] = {
		RULE("A1", "signed:yes", "allow"),
		RULE("A2", "code:remote", "allow"),
		RULE("R1", "signed:no", "review"),
		RULE("R2", "code:remote", "review"),
		RULE("D1", "finding:x", "deny"),
		RULE("D2", "signed:partly and code:remote", "deny"),
	};
	static const char *const signs[] = { "yes", "partly", "no", "" };
	struct weigh_decision first[8];

	(void)state;
	for (unsigned order = 0; order < 720; order++) {
		unsigned left = order, taken = 0;
		struct court c;
		char text[2048] = PURPOSES;

		for (unsigned k = 6; k > 0; k--) {
			unsigned nth = left % k, at = 0;

			for (;; at++)
				if ((taken & 1u << at) == 0 && nth-- == 0)
					break;
			taken |= 1u << at;
			left /= k;
			strcat(text, rules[at]);
		}
		court_open(&c, text);
		court_part(&c, "MIT", "permissive", "");
		for (unsigned how = 0; how < 8; how++) {
			c.facts.signedby = signs[how / 2];
			c.record.remote_code = how % 2;
			c.facts.inspected = how % 2;
			court_decide(&c, "warns");
			if (order == 0)
				first[how] = c.decision;
			check_ruling("ruling", &c, first[how].ruling);
			check_str("because", c.decision.because,
			    first[how].because);
		}
		court_close(&c);
	}
}

/* --- why ------------------------------------------------------------------------------ */

#define LLAMA \
	"commercial = conditional (2); threshold.mau = > 700000000, " \
	"affiliates (2); redistribution = unclear (2.1, 2.2); " \
	"territory-excludes = EU (policy)"

static const struct because {
	const char *when, *because;
} becauses[] = {
	{ "question:mirror and fact:commercial=conditional",
	    "commercial = conditional (2) [text] of Llama" },
	{ "fact:redistribution=no",
	    "cannot tell: redistribution = unclear (2.1, 2.2) [text] of Llama" },
	{ "fact:modification=no",
	    "cannot tell: modification is not known of Llama" },
	{ "threshold:mau<=site.mau",
	    "threshold.mau = > 700000000, affiliates (2) [text] of Llama; "
	    "site.mau = 800000000" },
	{ "threshold:mau<=site.muu",
	    "cannot tell: threshold.mau = > 700000000, affiliates (2) [text] of "
	    "Llama; the policy has no site.muu" },
	{ "fact:territory-excludes=site.territory",
	    "territory-excludes = EU (policy) [text] of Llama; site.territory "
	    "= DE" },
	{ "id:llama", "Llama" },
	{ "kind:exact", "kind exact of Llama, LICENSE" },
	{ "family:vendor-community", "family vendor-community of Llama" },
	{ "state:text", "state text" },
	{ "conflict:*", "tag-vs-base: so it is (3)" },
	{ "conflict:tag-vs-base", "tag-vs-base: so it is (3)" },
	{ "not conflict:cycle", "no finding cycle" },
	{ "purpose:warns", "purpose warns" },
	{ "question:mirror", "question mirror" },
	{ "repo:org/*", "repository org/name" },
	{ "format:gguf", "formats: gguf" },
	{ "code:remote", "it has program text that loading it can run" },
	{ "finding:pkl.*", "found in its files: pkl.build" },
	{ "not finding:x", "cannot tell: its files have not been inspected" },
	{ "signed:partly", "signed: partly" },
	{ "signed:partly and state:text and not fact:commercial=yes",
	    "commercial = conditional (2) [text] of Llama" },
	{ "signed:yes or state:text", "state text" },
	{ "fact:commercial=no or state:text", "state text" },
};

static void
test_because(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(becauses); i++) {
		const struct because *row = &becauses[i];
		struct court c;
		char text[2048];

		snprintf(text, sizeof(text),
		    "[site]\nterritory = DE\nmau = 800000000\n" PURPOSES
			RULE("D", "%s", "deny"),
		    row->when);
		court_open(&c, text);
		court_part(&c, "Llama", "vendor-community", LLAMA);
		court_finding(&c, WEIGH_FINDING_THRESHOLD);
		court_finding(&c, WEIGH_FINDING_TAG_VS_BASE);
		c.record.formats = "gguf";
		c.record.remote_code = true;
		c.facts.dangers = strstr(row->when, "finding:x") ? "" :
								   "pkl.build";
		c.facts.signedby = "partly";
		court_decide(&c, "warns");
		check_str(row->when, c.decision.rule, "D");
		check_str(row->when, c.decision.because, row->because);
		check_str(row->when, c.decision.reason, "why D");
		court_close(&c);
	}
}

static void
test_because_base(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, PURPOSES RULE("D", "fact:commercial=no", "deny"));
	court_part(&c, "MIT", "permissive", "commercial = yes");
	court_part(&c, "CC-BY-NC-4.0", "noncommercial", "commercial = no (2)")
	    ->from = "acme/base";
	court_decide(&c, "warns");
	check_str("the license of a base", c.decision.because,
	    "commercial = no (2) [text] of CC-BY-NC-4.0 from acme/base");
	c.facts.record = NULL;
	court_decide(&c, "warns");
	check_str("none was looked at", c.decision.because,
	    "cannot tell: commercial is not known of the license, which has "
	    "not been looked at yet");
	court_close(&c);
}

/* It ends in front of a character that no longer fits: of two bytes here, behind "cycle: ". */
static void
test_because_long(void **state)
{
	struct court c;
	char what[800] = "a";

	(void)state;
	for (size_t i = 0; i < 399; i++)
		memcpy(what + 1 + 2 * i, "\xc3\xa4", 3);
	court_open(&c, PURPOSES RULE("D", "conflict:cycle", "deny"));
	court_part(&c, "MIT", "permissive", "");
	court_finding(&c, WEIGH_FINDING_CYCLE);
	c.findings[0].what = what + 1;
	court_decide(&c, "warns");
	check_u64("all of it is full", strlen(c.decision.because), 399);
	c.findings[0].what = what;
	court_decide(&c, "warns");
	check_u64("one does not fit", strlen(c.decision.because), 398);
	court_close(&c);
}

static void
test_trace(void **state)
{
	struct court c;

	(void)state;
	court_open(&c,
	    PURPOSES RULE("D2", "finding:x", "deny")
		RULE("A", "signed:yes", "allow") RULE("D1", "signed:no", "deny")
		    RULE("R", "state:text and signed:yes", "review"));
	court_part(&c, "MIT", "permissive", "");
	c.facts.signedby = "yes";
	court_decide(&c, "warns");
	check_str("by id", c.trace[0].id, "A");
	check_str("by id", c.trace[3].id, "R");
	check_str("when", c.trace[3].when, "state:text and signed:yes");
	check_str("reason", c.trace[3].reason, "why R");
	check_u64("then", c.trace[3].then, WEIGH_RULING_REVIEW);
	check_u64("true", court_rule(&c, "A")->truth, WEIGH_TRUE);
	check_true("but not decisive", !court_rule(&c, "A")->counts);
	check_u64("false", court_rule(&c, "D1")->truth, WEIGH_FALSE);
	check_true("does not count", !court_rule(&c, "D1")->counts);
	check_str("and says why", court_rule(&c, "D1")->because, "signed: yes");
	check_u64("unknown", court_rule(&c, "D2")->truth, WEIGH_UNKNOWN);
	check_true("counts as review", court_rule(&c, "D2")->counts);
	check_true("counts too", court_rule(&c, "R")->counts);
	check_ruling("review", &c, WEIGH_RULING_REVIEW);
	court_close(&c);
}

/* --- options -------------------------------------------------------------------------- */

#define TRADE \
	RULE("D", "fact:commercial=no", "deny") \
	RULE("A", "family:permissive", "allow")

static const struct option {
	const char *label, *first, *second;
	enum weigh_ruling ruling;
	uint32_t option;
} options[] = {
	{ "the second is better", "commercial = no", "commercial = yes",
	    WEIGH_RULING_ALLOW, 1 },
	{ "the first is better", "commercial = yes", "commercial = no",
	    WEIGH_RULING_ALLOW, 0 },
	{ "equal: the first", "commercial = no", "commercial = no",
	    WEIGH_RULING_DENY, 0 },
	{ "one is not known", "commercial = no", "", WEIGH_RULING_REVIEW, 1 },
	{ "not known is worse", "", "commercial = yes", WEIGH_RULING_ALLOW, 1 },
};

/* (4): and what applies in both counts in both. */
static void
test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *row = &options[i];
		struct court c;

		court_open(&c, PURPOSES TRADE);
		court_part(&c, "A", "permissive", row->first)->options = 1;
		court_part(&c, "B", "permissive", row->second)->options = 2;
		c.record.noptions = 2;
		court_decide(&c, "warns");
		check_ruling(row->label, &c, row->ruling);
		check_u64(row->label, c.decision.option, row->option);
		check_has(row->label, c.decision.because,
		    row->option == 1 ? "B" : "A");
		court_part(&c, "C", "copyleft", "commercial = no")->options = 3;
		court_decide(&c, "warns");
		check_ruling("and a base that forbids", &c, WEIGH_RULING_DENY);
		court_close(&c);
	}
}

/* --- waivers -------------------------------------------------------------------------- */

#define WAIVABLE \
	PURPOSES RULE("D", "signed:no", "deny") RULE("E", "signed:no", "deny") \
	    RULE("F", "signed:no", "deny") "waivable = no\n" RULE("A", \
		"signed:no", "allow")

static struct weigh_act
an_act(enum weigh_act_kind kind, const char *rule)
{
	struct weigh_act act = { .number = 1,
		.kind = kind,
		.repo = "org/name",
		.commit = COURT_COMMIT,
		.rule = rule,
		.purpose = "",
		.by = "a",
		.why = "b",
		.ticket = "",
		.at = 500,
		.until = 2000 };

	return act;
}

static const struct waived {
	const char *label, *rule, *repo, *commit;
	int64_t at, until, now;
	bool stands;
	int64_t changes; /* decision.until */
} waived[] = {
	{ "it stands", "D", "org/name", COURT_COMMIT, 500, 2000, 1000, true,
	    2000 },
	{ "without an end", "D", "org/name", COURT_COMMIT, 500, 0, 1000, true,
	    0 },
	{ "its last second", "D", "org/name", COURT_COMMIT, 500, 2000, 1999,
	    true, 2000 },
	{ "it has ended", "D", "org/name", COURT_COMMIT, 500, 2000, 2000, false,
	    0 },
	{ "it begins", "D", "org/name", COURT_COMMIT, 1000, 2000, 1000, true,
	    2000 },
	{ "it has not begun", "D", "org/name", COURT_COMMIT, 1001, 2000, 1000,
	    false, 1001 },
	{ "another revision", "D", "org/name", OTHER, 500, 2000, 1000, false,
	    0 },
	{ "another repository", "D", "org/nam", COURT_COMMIT, 500, 2000, 1000,
	    false, 0 },
	{ "another rule", "E", "org/name", COURT_COMMIT, 500, 2000, 1000, false,
	    2000 },
	{ "a rule of nobody", "G", "org/name", COURT_COMMIT, 500, 2000, 1000,
	    false, 0 },
	{ "a rule that is never waived", "F", "org/name", COURT_COMMIT, 500,
	    2000, 1000, false, 0 },
	{ "a rule that allows", "A", "org/name", COURT_COMMIT, 500, 2000, 1000,
	    false, 0 },
};

/* (5): a waiver silences its rule, no other, for its revision, until its end. */
static void
test_waivers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(waived); i++) {
		const struct waived *row = &waived[i];
		struct weigh_act act = an_act(WEIGH_ACT_WAIVER, row->rule);
		struct court c;

		court_open(&c, WAIVABLE);
		court_part(&c, "MIT", "permissive", "");
		c.facts.signedby = "no";
		act.repo = row->repo;
		act.commit = row->commit;
		act.at = row->at;
		act.until = row->until;
		c.facts.acts = &act;
		c.facts.nacts = 1;
		c.facts.now = row->now;
		court_decide(&c, "warns");
		check_true(row->label,
		    (court_rule(&c, "D")->waived == &act) == row->stands);
		check_true(row->label,
		    court_rule(&c, "D")->counts == !row->stands);
		check_str(row->label, c.decision.rule, row->stands ? "E" : "D");
		check_u64(row->label, (uint64_t)c.decision.until,
		    (uint64_t)row->changes);
		court_close(&c);
	}
}

/* One that took no part does not end anything; the one that lasts longest counts. */
static void
test_waivers_several(void **state)
{
	struct weigh_act acts[3] = { an_act(WEIGH_ACT_WAIVER, "D"),
		an_act(WEIGH_ACT_WAIVER, "D"), an_act(WEIGH_ACT_WAIVER, "E") };
	struct court c;

	(void)state;
	court_open(&c,
	    PURPOSES RULE("D", "signed:no", "deny")
		RULE("E", "signed:yes", "deny"));
	court_part(&c, "MIT", "permissive", "");
	c.facts.signedby = "no";
	acts[1].until = 3000;
	acts[2].until = 1500;
	c.facts.acts = acts;
	c.facts.nacts = 3;
	court_decide(&c, "warns");
	check_ruling("the default", &c, WEIGH_RULING_ALLOW);
	check_str("of no rule", c.decision.rule, "");
	check_true("the longer one", court_rule(&c, "D")->waived == &acts[1]);
	check_u64("until", (uint64_t)c.decision.until, 3000);
	acts[0].until = 0;
	court_decide(&c, "warns");
	check_u64("without an end", (uint64_t)c.decision.until, 0);
	c.facts.signedby = "yes";
	court_decide(&c, "warns");
	check_true("a rule that is false needs no waiver",
	    court_rule(&c, "D")->waived == NULL);
	check_u64("but the other", (uint64_t)c.decision.until, 1500);
	court_close(&c);
}

static void
test_revoked(void **state)
{
	struct weigh_act acts[2] = { an_act(WEIGH_ACT_WAIVER, "D"),
		an_act(WEIGH_ACT_REVOKED, "") };
	struct court c;

	(void)state;
	court_open(&c, PURPOSES RULE("D", "signed:no", "deny"));
	court_part(&c, "MIT", "permissive", "");
	c.facts.signedby = "no";
	acts[1].number = 2;
	acts[1].revokes = 1;
	acts[1].at = 1000;
	c.facts.acts = acts;
	c.facts.nacts = 2;
	court_decide(&c, "warns");
	check_ruling("taken back", &c, WEIGH_RULING_DENY);
	acts[1].at = 1001;
	court_decide(&c, "warns");
	check_ruling("not yet", &c, WEIGH_RULING_ALLOW);
	check_u64("then", (uint64_t)c.decision.until, 1001);
	acts[1].at = 1000;
	acts[1].revokes = 3;
	court_decide(&c, "warns");
	check_ruling("another was", &c, WEIGH_RULING_ALLOW);
	court_close(&c);
}

/* Those of the file, among many of other revisions. */
static void
test_waivers_of_file(void **state)
{
	char text[8192] = PURPOSES RULE("D", "signed:no", "deny")
	    RULE("E", "signed:no", "deny");
	struct court c;

	(void)state;
	for (unsigned i = 0; i < 16; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "[waiver W%u]\nmodel = org/name@%x%s\nrule = %s\nby = a\n"
		    "until = 1970-01-%02u\nreason = b\n",
		    i, i, &COURT_COMMIT[1], i == 2 ? "E" : "D", i + 2);
	strcat(text,
	    "[waiver X]\nmodel = org/name@" COURT_COMMIT
	    "\nrule = E\nby = a\nuntil = 1970-01-09\nreason = b\n");
	court_open(&c, text);
	court_part(&c, "MIT", "permissive", "");
	c.facts.signedby = "no";
	court_decide(&c, "warns");
	check_ruling("both are waived", &c, WEIGH_RULING_ALLOW);
	check_u64("until the first ends", (uint64_t)c.decision.until, 86400);
	c.facts.now = 86400;
	court_decide(&c, "warns");
	check_str("one has ended", c.decision.rule, "D");
	check_u64("until the other does", (uint64_t)c.decision.until,
	    8 * 86400);
	c.facts.commit = "a123456789abcdef0123456789abcdef01234567";
	court_decide(&c, "warns");
	check_str("another revision's", c.decision.rule, "E");
	check_u64("until it ends", (uint64_t)c.decision.until, 11 * 86400);
	court_close(&c);
}

/* --- approvals ------------------------------------------------------------------------ */

static const struct approved {
	const char *label, *purpose;
	const char *rules;
	int64_t until, now;
	bool same_basis, stands;
} approved[] = {
	{ "every purpose", "", RULE("R", "signed:no", "review"), 2000, 1000,
	    true, true },
	{ "this purpose", "holds", RULE("R", "signed:no", "review"), 2000, 1000,
	    true, true },
	{ "another purpose", "warns", RULE("R", "signed:no", "review"), 2000,
	    1000, true, false },
	{ "a default of review", "", "", 2000, 1000, true, true },
	{ "an unknown deny", "", RULE("D", "finding:x", "deny"), 2000, 1000,
	    true, true },
	{ "never a deny", "", RULE("D", "signed:no", "deny"), 2000, 1000, true,
	    false },
	{ "another text or term", "", RULE("R", "signed:no", "review"), 2000,
	    1000, false, false },
	{ "it has ended", "", RULE("R", "signed:no", "review"), 2000, 2000,
	    true, false },
	{ "without an end", "", RULE("R", "signed:no", "review"), 0, 5000, true,
	    true },
	{ "nothing to approve", "", RULE("A", "signed:no", "allow"), 2000, 1000,
	    true, false },
};

/* (5): an approval is of one text and its terms, turns review into allow, and ends. */
static void
test_approvals(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(approved); i++) {
		const struct approved *row = &approved[i];
		struct weigh_act act = an_act(WEIGH_ACT_APPROVAL, "");
		struct court c;
		char text[2048];

		snprintf(text, sizeof(text), PURPOSES "%s", row->rules);
		court_open(&c, text);
		court_part(&c, "MIT", "permissive", "commercial = yes");
		c.facts.signedby = "no";
		act.purpose = row->purpose;
		act.until = row->until;
		weigh_record_basis(&c.record, &act.basis);
		if (!row->same_basis)
			act.basis.b[31] ^= 1;
		c.facts.acts = &act;
		c.facts.nacts = 1;
		c.facts.now = row->now;
		court_decide(&c, "holds");
		check_true(row->label,
		    (c.decision.approved == &act) == row->stands);
		if (row->stands) {
			check_ruling(row->label, &c, WEIGH_RULING_ALLOW);
			check_u64(row->label, (uint64_t)c.decision.until,
			    (uint64_t)row->until);
		} else {
			check_true(row->label,
			    c.decision.held ==
				(c.decision.ruling == WEIGH_RULING_REVIEW));
			check_u64(row->label, (uint64_t)c.decision.until, 0);
		}
		court_close(&c);
	}
}

/* Nothing was looked at: there is no text to bind to. */
static void
test_approval_of_nothing(void **state)
{
	struct weigh_act act = an_act(WEIGH_ACT_APPROVAL, "");
	struct court c;

	(void)state;
	court_open(&c, PURPOSES);
	c.facts.record = NULL;
	c.facts.acts = &act;
	c.facts.nacts = 1;
	court_decide(&c, "holds");
	check_true("not approved", c.decision.approved == NULL);
	check_true("held", c.decision.held);
	court_close(&c);
}

/* Both took part: the first that ends tells when to ask again. */
static void
test_until(void **state)
{
	struct weigh_act acts[2] = { an_act(WEIGH_ACT_WAIVER, "D"),
		an_act(WEIGH_ACT_APPROVAL, "") };
	struct court c;

	(void)state;
	court_open(&c, PURPOSES RULE("D", "signed:no", "deny"));
	court_part(&c, "MIT", "permissive", "");
	c.facts.signedby = "no";
	weigh_record_basis(&c.record, &acts[1].basis);
	acts[0].until = 1800;
	c.facts.acts = acts;
	c.facts.nacts = 2;
	court_decide(&c, "holds");
	check_true("approved", c.decision.approved == &acts[1]);
	check_u64("the waiver's", (uint64_t)c.decision.until, 1800);
	acts[0].until = 0;
	court_decide(&c, "holds");
	check_u64("the approval's", (uint64_t)c.decision.until, 2000);
	court_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strictest),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_because),
		cmocka_unit_test(test_because_base),
		cmocka_unit_test(test_because_long),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_waivers),
		cmocka_unit_test(test_waivers_several),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_waivers_of_file),
		cmocka_unit_test(test_approvals),
		cmocka_unit_test(test_approval_of_nothing),
		cmocka_unit_test(test_until),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
