/*
 * A policy.  (7) of weigh/policy.h: it is understood as a whole, or refused with a reason.
 * Of one that is understood each purpose is asked about revisions of several sorts: (6) the
 * same twice, with a trace and without; and (1) and (2), said again in other words, from the
 * trace.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>
#include <weigh/policy.h>

#define COMMIT "0123456789abcdef0123456789abcdef01234567"

static struct weigh_record_term terms[] = {
	{ "commercial", "conditional", "2", "text" },
	{ "threshold.mau", "> 700000000, affiliates, release-date", "2",
	    "text" },
	{ "threshold.revenue-year", ">= 1000000 USD, rolling", "", "likely" },
	{ "redistribution", "unclear", "2.1, 2.2", "text" },
	{ "display", "Built with \"A\"", "", "text" },
	{ "aup", "in-text, file", "", "text" },
	{ "territory-excludes", "EU, GB", "3", "text" },
	{ "field-excludes", "military, medical", "", "text" },
	{ "flowdown", "none", "", "text" },
};
static struct weigh_record_part parts[] = {
	{ .id = "LicenseRef-A",
	    .name = "",
	    .family = "vendor-community",
	    .from = "",
	    .why = "text",
	    .path = "LICENSE",
	    .kind = WEIGH_LICENSE_EXACT,
	    .options = 1,
	    .terms = terms,
	    .nterms = sizeof(terms) / sizeof(terms[0]) },
	{ .id = "LicenseRef-modified-MIT-0123",
	    .name = "",
	    .family = "",
	    .from = "acme/base",
	    .why = "base",
	    .path = "",
	    .kind = WEIGH_LICENSE_MODIFIED,
	    .options = 2 },
};
static struct weigh_record_finding findings[] = {
	{ .finding = WEIGH_FINDING_TAG_VS_BASE,
	    .what = "so it is",
	    .clause = "2",
	    .path = "",
	    .from = "" },
};

static struct weigh_record
record(const char *concluded, uint32_t nparts, uint32_t noptions)
{
	return (struct weigh_record){ .repo = "org/name",
		.commit = COMMIT,
		.license_name = "",
		.formats = "gguf safetensors",
		.declared = "",
		.detected = "",
		.concluded = concluded,
		.family = "",
		.state = WEIGH_STATE_TEXT,
		.noptions = noptions,
		.parts = parts,
		.nparts = nparts,
		.findings = findings,
		.nfindings = nparts > 0 };
}

/* What one row of a trace says; -1: nothing. */
static int
said(const struct weigh_rule_trace *t)
{
	if (t->truth == WEIGH_FALSE || t->waived != NULL)
		return -1;
	if (t->truth == WEIGH_TRUE)
		return (int)t->then;
	return t->then == WEIGH_RULING_ALLOW ? -1 : (int)WEIGH_RULING_REVIEW;
}

static void
judge(const struct weigh_policy *p, const struct weigh_purpose *purpose,
    const struct weigh_record *r)
{
	static struct weigh_rule_trace trace[WEIGH_POLICY_RULES];
	struct weigh_policy_facts facts = { .record = r,
		.repo = "org/name",
		.commit = COMMIT,
		.dangers = "danger pkl.build",
		.signedby = r != NULL ? "" : "no",
		.now = 1700000000 };
	struct weigh_decision with, without;
	int strictest = -1;

	weigh_policy_decide(&with, p, purpose, &facts, trace);
	weigh_policy_decide(&without, p, purpose, &facts, NULL);
	if (with.ruling != without.ruling || with.held != without.held ||
	    with.option != without.option || with.until != without.until ||
	    strcmp(with.rule, without.rule) != 0 ||
	    strcmp(with.because, without.because) != 0)
		abort();
	for (size_t i = 0; i < weigh_policy_rules(p); i++) {
		if (!weigh_utf8_ok(trace[i].because, strlen(trace[i].because)))
			abort();
		if (said(&trace[i]) > strictest)
			strictest = said(&trace[i]);
		if (trace[i].counts != (said(&trace[i]) == (int)with.ruling))
			abort();
	}
	if ((int)with.ruling !=
	    (strictest < 0 ? (int)purpose->otherwise : strictest))
		abort();
	if (with.held != (with.ruling == WEIGH_RULING_REVIEW && purpose->hold))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct weigh_record records[] = { record("LicenseRef-A", 1, 1),
		record("LicenseRef-A OR LicenseRef-B", 2, 2),
		record("LicenseRef-A AND LicenseRef-B", 2, 1),
		record("NONE", 0, 1), record("NOASSERTION", 0, 1) };
	struct weigh_policy *p = NULL;
	struct weigh_err err = { 0 };

	if (weigh_policy_read(&p, "t", (const char *)data, size, &err) !=
	    WEIGH_OK) {
		if (p != NULL || err.code == WEIGH_OK || err.why[0] == '\0')
			abort();
		return 0;
	}
	if (weigh_policy_door(p)->question != WEIGH_QUESTION_MIRROR)
		abort();
	for (size_t i = 0; i < weigh_policy_purposes(p); i++) {
		for (size_t k = 0; k < sizeof(records) / sizeof(records[0]);
		     k++)
			judge(p, weigh_policy_purpose(p, i), &records[k]);
		judge(p, weigh_policy_purpose(p, i), NULL);
	}
	weigh_policy_free(p);
	return 0;
}
