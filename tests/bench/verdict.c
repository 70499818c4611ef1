/*
 * verdict RULES: how long one verdict takes by a policy of so many rules, as a line of JSON:
 * the middle of a thousand times a thousand, over three revisions in turn.  The rules ask
 * for everything that rules can ask for; none of them denies, so none is spared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/buf.h>
#include <weigh/licenseterms.h>
#include <weigh/policy.h>

#define TIMES 1000
#define ROUNDS 1000
#define COMMIT "0123456789abcdef0123456789abcdef01234567"

static const char head[] = "[site]\nterritory = CH\nsector = university\n"
			   "mau = 40000\nrevenue_year = 0 EUR, 0 USD\n"
			   "[purpose mirror]\nquestion = mirror\n"
			   "default = review\n";

static const char *const conditions[] = {
	"kind:modified or kind:unknown or kind:multiple",
	"fact:redistribution=no and question:mirror",
	"fact:territory-excludes=site.territory",
	"fact:commercial=no and purpose:mirror",
	"threshold:mau <= site.mau or threshold:muu <= site.mau",
	"family:permissive and state:text and not conflict:*",
	"conflict:tag-vs-base",
	"threshold:revenue-year <= site.revenue_year",
	"fact:field-excludes=site.sector and not repo:trusted/*",
	"code:remote and not (id:MIT or id:LicenseRef-Llama-*)",
};
#define CONDITIONS (sizeof(conditions) / sizeof(conditions[0]))

/* Licenses as the table of terms has them. */
static const char *const ids[] = { "MIT", "LicenseRef-Llama-3.1-Community",
	"CC-BY-NC-4.0" };
#define IDS (sizeof(ids) / sizeof(ids[0]))

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct weigh_policy *
policy(unsigned rules)
{
	struct weigh_policy *p = NULL;
	struct weigh_err err = { 0 };
	struct weigh_buf text;

	weigh_buf_init(&text, WEIGH_POLICY_FILE);
	weigh_buf_adds(&text, head);
	for (unsigned i = 0; i < rules; i++)
		weigh_buf_addf(&text,
		    "[rule R%03u]\nwhen = %s\nthen = review\nreason = so\n", i,
		    conditions[i % CONDITIONS]);
	if (text.failed ||
	    weigh_policy_read(&p, "verdict", text.data, text.len, &err) !=
		WEIGH_OK)
		fprintf(stderr, "verdict: %s\n", err.why);
	weigh_buf_free(&text);
	return p;
}

/* The part of one license; its terms are those of the table and never given back. */
static bool
make_part(struct weigh_record_part *part, const struct weigh_terms *table,
    const char *id)
{
	struct weigh_license_terms *l = NULL;
	struct weigh_record_term *terms;

	if (weigh_terms_find(&l, &table, 1, id, NULL) != WEIGH_OK ||
	    (terms = calloc(l->nterms, sizeof(*terms))) == NULL)
		return false;
	for (size_t i = 0; i < l->nterms; i++)
		terms[i] = (struct weigh_record_term){ l->terms[i].fact,
			l->terms[i].value, l->terms[i].clause, "text" };
	*part = (struct weigh_record_part){ .id = id,
		.name = l->name,
		.family = l->family,
		.from = "",
		.why = "text",
		.path = "LICENSE",
		.kind = WEIGH_LICENSE_EXACT,
		.options = 1,
		.terms = terms,
		.nterms = (uint32_t)l->nterms };
	return true;
}

static bool
make_records(struct weigh_record records[IDS],
    struct weigh_record_part parts[IDS])
{
	struct weigh_terms *t = NULL;
	const char *text;
	size_t len;

	weigh_terms_builtin(&text, &len);
	if (weigh_terms_read(&t, "", text, len, NULL) != WEIGH_OK)
		return false;
	for (size_t i = 0; i < IDS; i++) {
		if (!make_part(&parts[i], t, ids[i]))
			return false;
		records[i] = (struct weigh_record){ .repo = "org/name",
			.commit = COMMIT,
			.formats = "safetensors",
			.state = WEIGH_STATE_TEXT,
			.concluded = ids[i],
			.noptions = 1,
			.parts = &parts[i],
			.nparts = 1 };
	}
	weigh_terms_free(t);
	return true;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	unsigned rules = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 20;
	struct weigh_policy *p = policy(rules);
	struct weigh_record records[IDS];
	struct weigh_record_part parts[IDS];
	struct weigh_policy_facts facts = { .repo = "org/name",
		.commit = COMMIT,
		.dangers = "",
		.signedby = "" };
	struct weigh_decision d = { .ruling = WEIGH_RULINGS };
	static double took[ROUNDS];
	unsigned seen[WEIGH_RULINGS] = { 0 };

	if (p == NULL || !make_records(records, parts))
		return 1;
	for (size_t i = 0; i < ROUNDS; i++) {
		double begun = seconds();

		for (size_t k = 0; k < TIMES; k++) {
			facts.record = &records[k % IDS];
			weigh_policy_decide(&d, p, weigh_policy_door(p), &facts,
			    NULL);
			seen[d.ruling]++;
		}
		took[i] = (seconds() - begun) / TIMES;
	}
	qsort(took, ROUNDS, sizeof(took[0]), by_size);
	printf("{\"rules\":%u,\"us\":%.4f,\"reviews\":%u}\n", rules,
	    took[ROUNDS / 2] * 1e6, seen[WEIGH_RULING_REVIEW]);
	weigh_policy_free(p);
	return seen[WEIGH_RULING_REVIEW] == 0;
}
