/* record_bases: what other repositories say of a revision's license: a text that it points
 * to, and the models that it was made from. */
#include <stdio.h>
#include <string.h>

#include <weigh/evidence.h>

#include "gate/about.h"
#include "recording.h"

static enum weigh_code
no_memory(struct recording *k)
{
	return weigh_fail(k->err, WEIGH_NOMEM, "out of memory");
}

void
recording_need(struct recording *k, const char *name)
{
	for (size_t i = 0; i < k->nneeds; i++)
		if (strcmp(k->needs[i], name) == 0)
			return;
	if (k->nneeds < RECORDING_NEEDS)
		k->needs[k->nneeds++] = name;
}

/* (4) */
static bool
may_look_into(const struct recording *k, enum weigh_visibility visibility)
{
	return visibility != WEIGH_PRIVATE ||
	    k->of->visibility == WEIGH_PRIVATE;
}

/* --- links ------------------------------------------------------------------------ */

/* A file of some revision that is held. */
struct target {
	struct weigh_repo repo;
	struct weigh_gitid commit;
	char path[WEIGH_PATH_MAX + 1];
	/* out */
	struct weigh_oid oid;
	uint64_t size;
	bool held;
};

static void
take_target(void *ctx, const struct catalog_entry *e)
{
	struct target *t = ctx;

	t->oid = e->oid;
	t->size = e->size;
	t->held = !e->directory && !e->absent && !e->bad;
}

static bool
is_known_text(const struct recording *k, const struct weigh_oid *oid)
{
	for (uint32_t i = 0; i < k->r->ntexts; i++)
		if (weigh_oid_equal(&k->r->texts[i].oid, oid))
			return true;
	return false;
}

/* The text is here: told by its SHA-256, and judged like the revision's own. */
static enum weigh_code
freeze(struct recording *k, struct weigh_record_link *l, const char *path,
    const struct target *t, int64_t when)
{
	struct weigh_buf text;
	enum weigh_code rc = WEIGH_OK;

	l->frozen = true;
	l->oid = t->oid;
	l->when = when;
	if (is_known_text(k, &t->oid) || t->size > WEIGH_EVIDENCE_MAX)
		return WEIGH_OK;
	weigh_buf_init(&text, WEIGH_EVIDENCE_MAX);
	if (recording_bytes(k, &t->oid, t->size, &text))
		rc = recording_add_text(k, path, &t->oid, text.data, text.len);
	weigh_buf_free(&text);
	return rc;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "Model%20License?download=1" as the file is called; false: it can be none. */
static bool
take_path(char out[WEIGH_PATH_MAX + 1], const char *text)
{
	size_t n = 0, len = strcspn(text, "?#");

	for (size_t i = 0; i < len && n < WEIGH_PATH_MAX; i++) {
		int high = text[i] == '%' && i + 2 < len ?
		    hex_value(text[i + 1]) :
		    -1;
		int low = high >= 0 ? hex_value(text[i + 2]) : -1;

		out[n++] = (char)(low >= 0 ? high << 4 | low : text[i]);
		i += low >= 0 ? 2 : 0;
	}
	out[n] = '\0';
	return weigh_path_check(out, n, NULL) == WEIGH_OK;
}

/* "…/ORG/NAME/blob/COMMIT/PATH", whatever stands in front. */
static bool
read_pinned(struct target *t, const char *url)
{
	static const char *const verbs[] = { "/blob/", "/resolve/", "/raw/" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		const char *verb = strstr(url, verbs[i]), *name, *commit;

		if (verb == NULL)
			continue;
		for (name = verb; name > url && name[-1] != '/'; name--)
			;
		for (name -= name > url; name > url && name[-1] != '/'; name--)
			;
		commit = verb + strlen(verbs[i]);
		if (strlen(commit) > WEIGH_GITID_HEX &&
		    commit[WEIGH_GITID_HEX] == '/' &&
		    weigh_gitid_parse(&t->commit, commit, WEIGH_GITID_HEX) &&
		    weigh_repo_parse(&t->repo, WEIGH_MODEL, name,
			(size_t)(verb - name), NULL) == WEIGH_OK &&
		    take_path(t->path, commit + WEIGH_GITID_HEX + 1))
			return true;
	}
	return false;
}

static void
take_date(void *ctx, const struct catalog_revision *v)
{
	*(int64_t *)ctx = v->date;
}

static enum weigh_code
follow_pinned(struct recording *k, struct weigh_record_link *l)
{
	enum weigh_visibility visibility;
	struct target t = { .held = false };
	struct weigh_repo held;
	struct weigh_gitid current;
	const char *name;
	int64_t when = 0;

	if (!read_pinned(&t, l->url))
		return WEIGH_OK;
	name = weigh_record_keep(k->r, t.repo.name, strlen(t.repo.name));
	if (name == NULL)
		return no_memory(k);
	recording_need(k, name);
	if (catalog_current(k->reader, &t.repo, k->of->date, &held, &visibility,
		&current, NULL) != WEIGH_OK ||
	    !may_look_into(k, visibility) ||
	    catalog_revision(k->reader, &held, &t.commit, take_date, &when,
		NULL) != WEIGH_OK ||
	    catalog_entry(k->reader, &held, &t.commit, t.path, take_target, &t,
		NULL) != WEIGH_OK ||
	    !t.held)
		return WEIGH_OK;
	return freeze(k, l, l->url, &t, when);
}

static enum weigh_code
follow_file(struct recording *k, struct weigh_record_link *l)
{
	struct target t = { .held = false };

	if (l->file[0] == '\0' ||
	    catalog_entry(k->reader, &k->of->repo, &k->of->commit, l->file,
		take_target, &t, NULL) != WEIGH_OK ||
	    !t.held)
		return WEIGH_OK;
	return freeze(k, l, l->file, &t, k->of->date);
}

enum weigh_code
recording_links(struct recording *k)
{
	enum weigh_code rc = WEIGH_OK;

	for (uint32_t i = 0; rc == WEIGH_OK && i < k->r->nlinks; i++) {
		struct weigh_record_link *l = &k->r->links[i];

		if (l->kind == WEIGH_LINK_FILE)
			rc = follow_file(k, l);
		else if (l->kind == WEIGH_LINK_PINNED)
			rc = follow_pinned(k, l);
	}
	return rc;
}

/* --- bases ------------------------------------------------------------------------- */

static bool
same_name(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* How many stand between base `i` and the model; *cycle: one of them is `i` again. */
static unsigned
depth_of(const struct recording *k, uint32_t i, bool *cycle)
{
	const struct weigh_record_base *b = &k->r->bases[i];
	const char *name = b->name;
	unsigned depth = 0;

	*cycle = same_name(name, k->of->repo.name);
	for (; b->child != UINT32_MAX; depth++) {
		b = &k->r->bases[b->child];
		*cycle = *cycle || same_name(name, b->name);
	}
	return depth;
}

static bool
keep(struct recording *k, const char **out, const char *text)
{
	const char *kept = weigh_record_keep(k->r, text, strlen(text));

	if (kept != NULL)
		*out = kept;
	return kept != NULL;
}

struct reading {
	struct recording *k;
	uint32_t i; /* of the base */
	enum weigh_code rc;
};

/* (3): one that was made from what is recorded now says nothing of it. */
static bool
knows_us(const struct recording *k, const struct weigh_record *base)
{
	for (uint32_t i = 0; i < base->nbases; i++)
		if (!base->bases[i].weak &&
		    same_name(base->bases[i].name, k->of->repo.name))
			return true;
	return false;
}

static void
take_record(void *ctx, const struct catalog_record *rec)
{
	struct reading *in = ctx;
	struct recording *k = in->k;
	struct weigh_record *base = NULL;

	in->rc = weigh_record_read(&base, rec->json, strlen(rec->json), k->err);
	k->bases[in->i] = base;
	if (in->rc != WEIGH_OK || knows_us(k, base))
		return;
	if (!keep(k, &k->r->bases[in->i].concluded, base->concluded) ||
	    !keep(k, &k->r->bases[in->i].state,
		weigh_state_name(base->state)) ||
	    !keep(k, &k->r->bases[in->i].family, base->family))
		in->rc = no_memory(k);
}

/* The models that base `i` was made from, behind all that are there. */
static enum weigh_code
add_ancestors(struct recording *k, uint32_t i)
{
	const struct weigh_record *base = k->bases[i];

	for (uint32_t n = 0; n < base->nbases; n++) {
		const struct weigh_record_base *from = &base->bases[n];
		struct weigh_record_base *to;

		if (from->child != UINT32_MAX || from->weak ||
		    (to = weigh_record_base(k->r)) == NULL)
			continue;
		if (!keep(k, &to->name, from->name) ||
		    !keep(k, &to->evidence, from->evidence) ||
		    !keep(k, &to->path, from->path))
			return no_memory(k);
		to->relation = from->relation;
		to->inferred = from->inferred;
		to->child = i;
	}
	return WEIGH_OK;
}

static enum weigh_code
read_base_record(struct recording *k, uint32_t i, const struct weigh_repo *held,
    const struct weigh_gitid *commit)
{
	struct reading in = { k, i, WEIGH_OK };
	enum weigh_code rc = catalog_record(k->reader, held, commit, 0,
	    take_record, &in, k->err);

	if (rc == WEIGH_NOT_FOUND) /* not made yet: then it is made again */
		rc = WEIGH_OK;
	return rc == WEIGH_OK ? in.rc : rc;
}

/* Look base `i` up; what it was made from comes behind it. */
static enum weigh_code
follow_base(struct recording *k, uint32_t i)
{
	char hex[WEIGH_GITID_HEX + 1];
	enum weigh_visibility visibility = WEIGH_PRIVATE;
	struct weigh_repo repo, held;
	struct weigh_gitid commit;
	enum weigh_code rc;
	unsigned depth;
	bool cycle;

	recording_need(k, k->r->bases[i].name);
	depth = depth_of(k, i, &cycle);
	rc = weigh_repo_parse(&repo, WEIGH_MODEL, k->r->bases[i].name,
	    strlen(k->r->bases[i].name), NULL);
	if (rc == WEIGH_OK)
		rc = catalog_current(k->reader, &repo, k->of->date, &held,
		    &visibility, &commit, NULL);
	if (rc != WEIGH_OK || !may_look_into(k, visibility))
		return WEIGH_OK; /* not held, as far as anybody may know */
	weigh_gitid_hex(&commit, hex);
	k->r->bases[i].held = true;
	k->r->bases[i].cycle = cycle;
	if (!keep(k, &k->r->bases[i].commit, hex))
		return no_memory(k);
	if (cycle || k->r->bases[i].weak)
		return WEIGH_OK;
	rc = read_base_record(k, i, &held, &commit);
	if (rc == WEIGH_OK && k->bases[i] != NULL &&
	    depth + 1 < WEIGH_RECORD_DEPTH)
		rc = add_ancestors(k, i);
	if (k->bases[i] != NULL && knows_us(k, k->bases[i])) {
		weigh_record_free(k->bases[i]);
		k->bases[i] = NULL;
	}
	return rc;
}

enum weigh_code
recording_bases(struct recording *k)
{
	enum weigh_code rc = WEIGH_OK;

	for (uint32_t i = 0; rc == WEIGH_OK && i < k->r->nbases; i++)
		rc = follow_base(k, i);
	return rc;
}
