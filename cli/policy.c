/* policy: the policy of acceptable use that a license incorporates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/evidence.h>

#include "policy.h"

static bool
is_known(const struct packs *packs, const char *id)
{
	size_t i;

	for (i = 0; i < packs->n; i++)
		if (weigh_licensepack_find(packs->pack[i], id) != SIZE_MAX)
			return true;
	return false;
}

/* A text of it, changed or not: that it is changed is told with the text itself. */
static bool
is_text(const struct weigh_license_match *m)
{
	return !m->pointer &&
	    (m->kind == WEIGH_LICENSE_EXACT ||
		m->kind == WEIGH_LICENSE_MODIFIED);
}

/* (1) `id` NULL: nobody knows its text. */
static bool
has_policy(const struct scanned *f, const char *id)
{
	const struct weigh_license_result *r = f->result;
	size_t i;

	if (id == NULL && weigh_evidence_policy(f->path))
		return true;
	for (i = 0; i < r->nmatches; i++)
		if (is_text(&r->matches[i]) &&
		    (id != NULL ? strcmp(r->matches[i].id, id) == 0 :
				  r->matches[i].policy))
			return true;
	return false;
}

static bool
is_held(const struct scanned *files, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (has_policy(&files[i], id))
			return true;
	return false;
}

static enum weigh_code
note_unheld(struct scanned *f, const struct scanned_unheld *what,
    struct weigh_err *err)
{
	struct scanned_unheld *list = reallocarray(f->unheld, f->nunheld + 1,
	    sizeof(*list));

	if (list == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	f->unheld = list;
	list[f->nunheld++] = *what;
	return WEIGH_OK;
}

/* What the license of one part needs beside it. */
static enum weigh_code
look_for(struct scanned *f, const char *id, const struct scanned *files,
    size_t n, struct packs *packs, struct weigh_err *err)
{
	struct weigh_license_terms *t = NULL;
	struct scanned_unheld what = { .id = "" };
	const struct weigh_term *aup;
	enum weigh_code rc = packs_terms(packs, id, &t, err);

	if (rc != WEIGH_OK)
		return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
	aup = weigh_license_term(t, "aup");
	if (aup != NULL && weigh_terms_policy_file(aup->value)) {
		snprintf(what.id, sizeof(what.id), "%s", id);
		snprintf(what.clause, sizeof(what.clause), "%s", aup->clause);
		if (!weigh_terms_policy(id, what.policy) ||
		    !is_known(packs, what.policy))
			what.policy[0] = '\0';
		if (!is_held(files, n,
			what.policy[0] != '\0' ? what.policy : NULL))
			rc = note_unheld(f, &what, err);
	}
	weigh_license_terms_free(t);
	return rc;
}

/* Did a part before this one have the same license? */
static bool
is_repeated(const struct weigh_license_result *r, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (is_text(&r->matches[k]) &&
		    strcmp(r->matches[k].id, r->matches[i].id) == 0)
			return true;
	return false;
}

enum weigh_code
policy_look(struct scanned *files, size_t n, struct packs *packs,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct weigh_license_result *r = files[i].result;

		for (k = 0; k < r->nmatches && rc == WEIGH_OK; k++)
			if (is_text(&r->matches[k]) && !is_repeated(r, k))
				rc = look_for(&files[i], r->matches[k].id,
				    files, n, packs, err);
	}
	return rc;
}
