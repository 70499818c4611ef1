/* terms_find: a row of a table, put together for whoever asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/near.h>

#include "terms.h"

static struct cursor
span(const char *text)
{
	return (struct cursor){ text, strlen(text) };
}

static void
copy(char *out, size_t size, struct cursor s)
{
	snprintf(out, size, "%.*s", (int)(s.len < size ? s.len : size - 1),
	    s.p != NULL ? s.p : "");
}

size_t
weigh_terms_count(const struct weigh_terms *t)
{
	return t->nrows;
}

const char *
weigh_terms_id(const struct weigh_terms *t, size_t i)
{
	return t->rows[i].name;
}

/* --- which row ------------------------------------------------------------------ */

static bool
goes_by(const struct terms_row *row, struct cursor id)
{
	struct cursor also = row->about[TERMS_ALSO];

	while (also.len > 0)
		if (weigh_terms_same(weigh_ini_trim(weigh_ini_cut(&also, ',')),
			id))
			return true;
	return false;
}

static const struct terms_row *
row_of(const struct weigh_terms *const *tables, size_t ntables,
    struct cursor id, const struct weigh_terms **where)
{
	for (size_t k = 0; k < 2; k++)
		for (size_t t = 0; t < ntables; t++)
			for (size_t i = 0; i < tables[t]->nrows; i++) {
				const struct terms_row *row =
				    &tables[t]->rows[i];

				*where = tables[t];
				if (k == 0 ? weigh_terms_same(row->id, id) :
					     goes_by(row, id))
					return row;
			}
	return NULL;
}

/* Without -only, -or-later or +: false if it has none of them. */
static bool
cut_version(struct cursor *id)
{
	static const char *const ends[] = { "-only", "-or-later", "+" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);
		struct cursor end = { id->p + id->len - n, n };

		if (id->len <= n || !weigh_terms_same(end, span(ends[i])))
			continue;
		id->len -= n;
		return true;
	}
	return false;
}

/* What all ids of its kind begin with says nothing of how near they are. */
static const char *
own_part(const char *id)
{
	static const char ref[] = "LicenseRef-";

	return strncmp(id, ref, strlen(ref)) == 0 ? id + strlen(ref) : id;
}

/* The nearer of the best so far, in `best`, and `id`; "" is near to nothing. */
static void
keep_nearer(const char *want, const char *id, char best[WEIGH_LICENSE_ID])
{
	const char *names[2] = { own_part(best), own_part(id) };
	size_t first = best[0] == '\0' ? 1 : 0;

	if (weigh_nearest(own_part(want), names + first, 2 - first) == names[1])
		snprintf(best, WEIGH_LICENSE_ID, "%s", id);
}

static enum weigh_code
not_found(const struct weigh_terms *const *tables, size_t ntables,
    const char *want, struct weigh_err *err)
{
	char best[WEIGH_LICENSE_ID] = "";

	weigh_fail(err, WEIGH_NOT_FOUND,
	    "nothing is known of the terms of '%.*s'", WEIGH_LICENSE_ID, want);
	for (size_t t = 0; t < ntables; t++)
		for (size_t i = 0; i < tables[t]->nrows; i++)
			keep_nearer(want, tables[t]->rows[i].name, best);
	if (best[0] != '\0')
		weigh_fix(err, "the nearest that is known is '%s'", best);
	else
		weigh_fix(err,
		    "weigh license terms lists all that are known; "
		    "weigh license learn adds one");
	return WEIGH_NOT_FOUND;
}

/* --- a row as terms --------------------------------------------------------------- */

static void
put_term(struct weigh_license_terms *out, const struct weigh_term_kind *kind,
    const struct terms_fact *f)
{
	struct weigh_term *term = &out->terms[out->nterms];
	struct terms_complaint bad;

	if (!weigh_term_check(kind, f->value, term->value, sizeof(term->value),
		&bad) ||
	    strcmp(term->value, "unknown") == 0)
		return;
	term->fact = kind->fact;
	copy(term->clause, sizeof(term->clause), f->clause);
	copy(term->note, sizeof(term->note), f->note);
	if (f->evidence.len > 0)
		copy(term->evidence, sizeof(term->evidence), f->evidence);
	else
		memcpy(term->evidence, out->evidence, sizeof(term->evidence));
	out->nterms++;
}

static const struct terms_fact *
fact_of(const struct weigh_terms *t, const struct terms_row *row,
    const struct weigh_term_kind *kind)
{
	for (size_t i = 0; i < row->nfacts; i++)
		if (t->facts[row->first + i].kind == kind)
			return &t->facts[row->first + i];
	if (kind->type == WEIGH_TERM_THRESHOLD && row->no_other_limit)
		return &row->others;
	return NULL;
}

/* The tag that stands for this id, and how well, if the row does not say it. */
static void
put_hub(struct weigh_license_terms *out,
    const struct weigh_terms *const *tables, size_t ntables)
{
	for (size_t t = 0; t < ntables; t++)
		for (size_t i = 0; i < tables[t]->ntags; i++) {
			const struct terms_tag *tag = &tables[t]->tags[i];
			struct cursor id = tag->id;

			if (out->hub[0] != '\0')
				return;
			if (!weigh_terms_same(id, span(out->id)) &&
			    !(cut_version(&id) &&
				weigh_terms_same(id, span(out->id))))
				continue;
			copy(out->hub, sizeof(out->hub), tag->tag);
		}
}

static enum weigh_code
build(struct weigh_license_terms **out, const struct weigh_terms *t,
    const struct terms_row *row, struct weigh_err *err)
{
	struct weigh_license_terms *l = calloc(1, sizeof(*l));

	*out = NULL;
	if (l != NULL)
		l->terms = calloc(weigh_term_nkinds, sizeof(*l->terms));
	if (l == NULL || l->terms == NULL) {
		free(l);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	copy(l->id, sizeof(l->id), row->id);
	for (size_t i = 0; i < TERMS_ABOUTS; i++)
		copy((char *)l + weigh_terms_abouts[i].offset,
		    weigh_terms_abouts[i].size, row->about[i]);
	for (size_t i = 0; i < weigh_term_nkinds; i++) {
		const struct terms_fact *f = fact_of(t, row,
		    &weigh_term_kinds[i]);

		if (f != NULL)
			put_term(l, &weigh_term_kinds[i], f);
	}
	*out = l;
	return WEIGH_OK;
}

enum weigh_code
weigh_terms_find(struct weigh_license_terms **out,
    const struct weigh_terms *const *tables, size_t ntables, const char *id,
    struct weigh_err *err)
{
	struct cursor want = span(id);
	const struct weigh_terms *where = NULL;
	const struct terms_row *row;
	enum weigh_code rc;

	*out = NULL;
	row = row_of(tables, ntables, want, &where);
	if (row == NULL && cut_version(&want))
		row = row_of(tables, ntables, want, &where);
	if (row == NULL)
		return not_found(tables, ntables, id, err);
	if ((rc = build(out, where, row, err)) == WEIGH_OK)
		put_hub(*out, tables, ntables);
	return rc;
}

void
weigh_license_terms_free(struct weigh_license_terms *t)
{
	if (t == NULL)
		return;
	free(t->terms);
	free(t);
}

const struct weigh_term *
weigh_license_term(const struct weigh_license_terms *t, const char *fact)
{
	for (size_t i = 0; i < t->nterms; i++)
		if (strcmp(t->terms[i].fact, fact) == 0)
			return &t->terms[i];
	return NULL;
}

/* --- policies ---------------------------------------------------------------------- */

bool
weigh_terms_policy_file(const char *aup)
{
	struct cursor rest = span(aup);

	while (rest.len > 0)
		if (weigh_terms_same(weigh_ini_trim(weigh_ini_cut(&rest, ',')),
			span("file")))
			return true;
	return false;
}

bool
weigh_terms_policy(const char *license, char policy[WEIGH_LICENSE_ID])
{
	int n = snprintf(policy, WEIGH_LICENSE_ID, "%s-AUP", license);

	return n > 0 && n < WEIGH_LICENSE_ID;
}

enum weigh_hub_precision
weigh_terms_hub(const struct weigh_terms *const *tables, size_t ntables,
    const char *tag, char id[WEIGH_LICENSE_ID])
{
	id[0] = '\0';
	for (size_t t = 0; t < ntables; t++)
		for (size_t i = 0; i < tables[t]->ntags; i++) {
			const struct terms_tag *row = &tables[t]->tags[i];

			if (!weigh_terms_same(row->tag, span(tag)))
				continue;
			copy(id, WEIGH_LICENSE_ID, row->id);
			return row->precision;
		}
	return WEIGH_HUB_UNHEARD;
}
