/* What the outside asks: which license, what differs from that one, which words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/near.h>

#include "facts.h"
#include "match.h"
#include "zones.h"

#define RELATIVE 0.5 /* of it is there: what differs is worth telling */

static enum weigh_code
no_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* What is true of the text whatever it is. */
static void
describe(struct weigh_license_result *r, const struct license_text *x,
    const void *bytes, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks)
{
	memcpy(r->encoding, x->encoding, sizeof(r->encoding));
	r->html = x->html;
	r->unscanned = x->unscanned;
	r->bytes = len;
	r->words = (uint32_t)x->ntokens;
	r->nfacts = license_facts(x, r->facts, WEIGH_LICENSE_FACTS);
	r->nrefs = license_references(x, bytes, len, packs, npacks, r->refs,
	    WEIGH_LICENSE_REFERENCES);
}

/* The pack and the entry of an id. */
static bool
find_id(const struct weigh_license_pack *const *packs, size_t npacks,
    const char *id, uint32_t *pack, size_t *entry)
{
	for (uint32_t p = 0; p < npacks; p++) {
		size_t i = weigh_licensepack_find(packs[p], id);

		if (i != SIZE_MAX) {
			*pack = p;
			*entry = i;
			return true;
		}
	}
	return false;
}

/* How the text, or words [from, to) of it, differ from the license `id`, as passages of
 * match number `match`. */
static enum weigh_code
differ_from(struct weigh_license_result *r, const struct license_scan *s,
    const char *id, uint32_t from, uint32_t to, unsigned match,
    struct weigh_err *err)
{
	struct license_scan other;
	uint32_t pack;
	size_t entry;
	enum weigh_code rc;

	if (!find_id(s->packs, s->npacks, id, &pack, &entry))
		return WEIGH_OK;
	rc = license_scan_begin(&other, s->text, s->packs, s->npacks, err);
	if (rc == WEIGH_OK)
		rc = license_scan_entry(&other, pack, entry, err);
	if (rc == WEIGH_OK && other.nfound > 0)
		license_differences(r, &other, &other.found[0], from, to,
		    match);
	license_scan_end(&other);
	return rc;
}

/* A license that is known as a change of another one is exact, and still told as that
 * change. */
static enum weigh_code
tell_bases(struct weigh_license_result *r, const struct license_scan *s,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	unsigned match = 0;

	for (uint32_t i = 0; i < s->nfound && rc == WEIGH_OK; i++) {
		const struct license_found *f = &s->found[i];

		if (f->entry.what == WEIGH_WHAT_HEADER ||
		    f->entry.what == WEIGH_WHAT_HARMLESS)
			continue;
		if (match < r->nmatches &&
		    r->matches[match].kind == WEIGH_LICENSE_EXACT &&
		    f->entry.based_on[0] != '\0')
			rc = differ_from(r, s, f->entry.based_on, f->a.start,
			    f->a.end, match, err);
		match++;
	}
	return rc;
}

/* What is unknown is told as it differs from its nearest relative. */
static enum weigh_code
tell_relative(struct weigh_license_result *r, const struct license_scan *s,
    struct weigh_err *err)
{
	if (r->kind != WEIGH_LICENSE_UNKNOWN || r->nmatches > 0 ||
	    r->nnearest == 0 || r->nearest[0].containment < RELATIVE)
		return WEIGH_OK;
	r->npassages = 0;
	r->more_passages = 0;
	return differ_from(r, s, r->nearest[0].id, 0, s->seen[0].n, UINT32_MAX,
	    err);
}

static enum weigh_code
scan_words(struct weigh_license_result *r, const struct license_text *x,
    const void *bytes, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err)
{
	struct license_scan s;
	enum weigh_code rc = license_scan_begin(&s, x, packs, npacks, err);

	if (rc == WEIGH_OK)
		rc = license_scan_all(&s, err);
	if (rc == WEIGH_OK)
		rc = license_account(r, &s, bytes, len, err);
	if (rc == WEIGH_OK)
		rc = tell_bases(r, &s, err);
	if (rc == WEIGH_OK)
		rc = tell_relative(r, &s, err);
	if (rc == WEIGH_OK)
		license_result_sort(r);
	license_scan_end(&s);
	return rc;
}

/* Begin a result: its text, and an empty one with what is true whatever it is. */
static enum weigh_code
begin(struct weigh_license_result **r, struct license_text **x,
    const void *bytes, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if (npacks == 0 || npacks > WEIGH_LICENSE_PACKS)
		return weigh_fail(err, WEIGH_USAGE,
		    "%zu packs of licenses, 1 to %d allowed", npacks,
		    WEIGH_LICENSE_PACKS);
	rc = license_text_read(x, bytes, len, err);
	if (rc != WEIGH_OK)
		return rc;
	license_zones_narrow(*x);
	*r = license_result_new();
	if (*r == NULL)
		return no_memory(err);
	describe(*r, *x, bytes, len, packs, npacks);
	return WEIGH_OK;
}

enum weigh_code
weigh_license_scan(struct weigh_license_result **out, const void *bytes,
    size_t len, const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err)
{
	struct weigh_license_result *r = NULL;
	struct license_text *x = NULL;
	enum weigh_code rc;

	rc = begin(&r, &x, bytes, len, packs, npacks, err);
	if (rc != WEIGH_OK)
		goto out;
	if (x->binary) {
		(void)snprintf(r->reason, sizeof(r->reason), "not text");
	} else {
		rc = scan_words(r, x, bytes, len, packs, npacks, err);
		if (rc != WEIGH_OK)
			goto out;
	}
	license_result_trim(r);
	*out = r;
	r = NULL; /* the caller's now */
out:
	license_text_free(x);
	weigh_license_result_free(r);
	return rc;
}

/* --- against one license ------------------------------------------------------------ */

/* The id that was meant, of all packs. */
static enum weigh_code
not_known(const char *id, const struct weigh_license_pack *const *packs,
    size_t npacks, struct weigh_err *err)
{
	struct weigh_licensepack_entry e;
	const char *best = NULL;

	for (size_t p = 0; p < npacks; p++)
		for (size_t i = 0; i < weigh_licensepack_count(packs[p]); i++) {
			const char *two[2];

			weigh_licensepack_entry(packs[p], i, &e);
			two[0] = best ? best : e.id;
			two[1] = e.id;
			best = weigh_nearest(id, two, 2);
		}
	(void)weigh_fail(err, WEIGH_NOT_FOUND, "no license has the id '%s'",
	    id);
	if (best != NULL)
		weigh_fix(err, "did you mean '%s'?", best);
	else
		weigh_fix(err,
		    "weigh license scan FILE names the nearest licenses");
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
compare_words(struct weigh_license_result *r, const struct license_text *x,
    const void *bytes, size_t len, uint32_t pack, size_t entry,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err)
{
	struct license_scan s;
	enum weigh_code rc = license_scan_begin(&s, x, packs, npacks, err);

	if (rc == WEIGH_OK)
		rc = license_scan_entry(&s, pack, entry, err);
	if (rc == WEIGH_OK)
		rc = license_account(r, &s, bytes, len, err);
	license_scan_end(&s);
	return rc;
}

enum weigh_code
weigh_license_compare(struct weigh_license_result **out, const void *bytes,
    size_t len, const char *id, const struct weigh_license_pack *const *packs,
    size_t npacks, struct weigh_err *err)
{
	struct weigh_license_result *r = NULL;
	struct license_text *x = NULL;
	uint32_t pack = 0;
	size_t entry = 0;
	enum weigh_code rc;

	rc = begin(&r, &x, bytes, len, packs, npacks, err);
	if (rc != WEIGH_OK)
		goto out;
	if (!find_id(packs, npacks, id, &pack, &entry)) {
		rc = not_known(id, packs, npacks, err);
		goto out;
	}
	rc = compare_words(r, x, bytes, len, pack, entry, packs, npacks, err);
	if (rc != WEIGH_OK)
		goto out;
	license_result_trim(r);
	*out = r;
	r = NULL; /* the caller's now */
out:
	license_text_free(x);
	weigh_license_result_free(r);
	return rc;
}

/* --- the words themselves ------------------------------------------------------------ */

/* The bytes of words [from, to) of what was found, if all that must be there is. */
static bool
words_of(const struct license_found *f, const struct license_text *x,
    uint32_t from, uint32_t to, uint32_t *start, uint32_t *end)
{
	bool any = false;

	for (uint32_t t = from; t < to && t < f->t.nwords; t++) {
		if (f->a.at[t] == WORD_GONE)
			return false;
		if (f->a.at[t] >= WORD_FIRST)
			continue;
		if (!any)
			*start = x->tokens[f->a.at[t]].start;
		*end = x->tokens[f->a.at[t]].end;
		any = true;
	}
	return any;
}

enum weigh_code
weigh_license_words(const struct weigh_license_passage *p, const char *id,
    const void *copy, size_t len, const struct weigh_license_pack *const *packs,
    size_t npacks, uint32_t *start, uint32_t *end, struct weigh_err *err)
{
	struct license_text *x = NULL;
	struct license_scan s = { 0 };
	uint32_t pack = 0;
	size_t entry = 0;
	enum weigh_code rc;

	if (!find_id(packs, npacks, id, &pack, &entry) ||
	    p->template >= license_pack_templates(packs[pack]))
		return not_known(id, packs, npacks, err);
	rc = license_text_read(&x, copy, len, err);
	if (rc != WEIGH_OK)
		return rc;
	rc = license_scan_begin(&s, x, packs, npacks, err);
	if (rc == WEIGH_OK)
		rc = license_scan_template(&s, pack, p->template, err);
	if (rc == WEIGH_OK &&
	    (s.nfound == 0 ||
		!words_of(&s.found[0], x, p->from, p->to, start, end)))
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "the text does not have these words");
	license_scan_end(&s);
	license_text_free(x);
	return rc;
}
