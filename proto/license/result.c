/* Results: their names, their memory, and the ids that we give to what has none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

const char *
weigh_license_kind_name(enum weigh_license_kind kind)
{
	static const char *const names[WEIGH_LICENSE_KINDS] = {
		[WEIGH_LICENSE_NONE] = "none",
		[WEIGH_LICENSE_UNKNOWN] = "unknown",
		[WEIGH_LICENSE_REFERENCE] = "reference",
		[WEIGH_LICENSE_MULTIPLE] = "multiple",
		[WEIGH_LICENSE_MODIFIED] = "modified",
		[WEIGH_LICENSE_EXACT] = "exact",
	};

	return (unsigned)kind < WEIGH_LICENSE_KINDS ? names[kind] : "";
}

const char *
weigh_license_unit_name(enum weigh_license_fact_unit unit)
{
	static const char *const names[WEIGH_UNITS] = {
		[WEIGH_UNIT_NONE] = "",
		[WEIGH_UNIT_MAU] = "mau",
		[WEIGH_UNIT_MUU] = "muu",
		[WEIGH_UNIT_REVENUE_YEAR] = "revenue-year",
		[WEIGH_UNIT_REVENUE_MONTH] = "revenue-month",
		[WEIGH_UNIT_DATE] = "date",
		[WEIGH_UNIT_DAYS] = "days",
		[WEIGH_UNIT_PERCENT] = "percent",
		[WEIGH_UNIT_MONEY] = "money",
	};

	return (unsigned)unit < WEIGH_UNITS ? names[unit] : "";
}

const char *
weigh_license_ref_name(enum weigh_license_ref_kind kind)
{
	static const char *const names[WEIGH_LICENSE_REFS] = {
		[WEIGH_LICENSE_REF_SPDX] = "spdx",
		[WEIGH_LICENSE_REF_HEADER] = "header",
		[WEIGH_LICENSE_REF_URL] = "url",
		[WEIGH_LICENSE_REF_FILE] = "file",
		[WEIGH_LICENSE_REF_NAME] = "name",
	};

	return (unsigned)kind < WEIGH_LICENSE_REFS ? names[kind] : "";
}

const char *
weigh_license_doubt_name(enum weigh_license_doubt doubt)
{
	static const char *const names[WEIGH_LICENSE_DOUBTS] = {
		[WEIGH_LICENSE_DOUBT_NONE] = "",
		[WEIGH_LICENSE_DOUBT_UNLISTED] = "unlisted",
		[WEIGH_LICENSE_DOUBT_BROKEN] = "broken",
		[WEIGH_LICENSE_DOUBT_LIMITED] = "limited",
		[WEIGH_LICENSE_DOUBT_MORE] = "more",
	};

	return (unsigned)doubt < WEIGH_LICENSE_DOUBTS ? names[doubt] : "";
}

struct weigh_license_result *
license_result_new(void)
{
	struct weigh_license_result *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->matches = malloc(WEIGH_LICENSE_MATCHES * sizeof(*r->matches));
	r->passages = malloc(WEIGH_LICENSE_PASSAGES * sizeof(*r->passages));
	r->facts = malloc(WEIGH_LICENSE_FACTS * sizeof(*r->facts));
	r->refs = malloc(WEIGH_LICENSE_REFERENCES * sizeof(*r->refs));
	if (r->matches == NULL || r->passages == NULL || r->facts == NULL ||
	    r->refs == NULL) {
		weigh_license_result_free(r);
		return NULL;
	}
	return r;
}

/* A smaller block for what is used; if there is none, the larger one stays. */
static void *
shrink(void *all, size_t n, size_t size)
{
	void *less = realloc(all, n > 0 ? n * size : 1);

	return less != NULL ? less : all;
}

void
license_result_trim(struct weigh_license_result *r)
{
	r->matches = shrink(r->matches, r->nmatches, sizeof(*r->matches));
	r->passages = shrink(r->passages, r->npassages, sizeof(*r->passages));
	r->facts = shrink(r->facts, r->nfacts, sizeof(*r->facts));
	r->refs = shrink(r->refs, r->nrefs, sizeof(*r->refs));
}

void
weigh_license_result_free(struct weigh_license_result *r)
{
	if (r == NULL)
		return;
	free(r->matches);
	free(r->passages);
	free(r->facts);
	free(r->refs);
	free(r);
}

struct weigh_license_match *
license_result_match(struct weigh_license_result *r)
{
	struct weigh_license_match *m;

	if (r->nmatches == WEIGH_LICENSE_MATCHES)
		return NULL;
	m = &r->matches[r->nmatches++];
	memset(m, 0, sizeof(*m));
	return m;
}

struct weigh_license_passage *
license_result_passage(struct weigh_license_result *r)
{
	struct weigh_license_passage *p;

	if (r->npassages == WEIGH_LICENSE_PASSAGES) {
		r->more_passages++;
		return NULL;
	}
	p = &r->passages[r->npassages++];
	memset(p, 0, sizeof(*p));
	return p;
}

/* In an expression `+` is an operator; of an expression no sign may be in a name. */
static void
spell(char *out, size_t room, const char *id)
{
	size_t n = 0;

	for (; *id != '\0' && n + 5 < room; id++) {
		if (*id == '+') {
			memcpy(out + n, "plus", 4);
			n += 4;
		} else {
			out[n++] = strchr(" ()", *id) != NULL ? '-' : *id;
		}
	}
	out[n] = '\0';
}

void
license_part_name(char *out, size_t room, const struct weigh_license_match *m,
    const char *digits)
{
	static const char ours[] = "LicenseRef-";
	const char *id = m->id;
	char spelled[4 * WEIGH_LICENSE_ID];

	switch (m->kind) {
	case WEIGH_LICENSE_MODIFIED:
		if (strncmp(id, ours, sizeof(ours) - 1) == 0)
			id += sizeof(ours) - 1;
		spell(spelled, sizeof(spelled), id);
		(void)snprintf(out, room, "%smodified-%s-%s", ours, spelled,
		    digits);
		break;
	case WEIGH_LICENSE_UNKNOWN:
		(void)snprintf(out, room, "%stext-%s", ours, digits);
		break;
	case WEIGH_LICENSE_NONE:
	case WEIGH_LICENSE_REFERENCE:
	case WEIGH_LICENSE_MULTIPLE:
	case WEIGH_LICENSE_EXACT:
	case WEIGH_LICENSE_KINDS:
		(void)snprintf(out, room, "%s", id);
		break;
	}
}
