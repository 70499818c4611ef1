/* ledger: the journal read once, to be asked often.  See audit.h. */
#include <stdlib.h>
#include <string.h>

#include "audit/line.h"

/* The last word about one revision of one repository. */
struct item {
	uint64_t n; /* the line's number: a later one wins */
	struct weigh_gitid revision;
	enum weigh_kind kind;
	const char *name;   /* interned */
	const char *origin; /* interned; NULL: withdrawn */
};

/* The last word about one ref. */
struct ref_item {
	uint64_t n;
	struct weigh_gitid revision;
	enum weigh_kind kind;
	const char *name; /* interned; NULL: its repository is gone */
	const char *ref;  /* interned; full */
	bool gone;
};

/* What was said of consent; texts are interned. */
struct consent_list {
	struct audit_consent *said; /* in the order of the journal */
	size_t n, room;
};

struct audit_ledger {
	struct consent_list consents;
	struct item *items; /* sorted by revision, kind, name */
	size_t count, room;
	struct ref_item *refs; /* sorted by kind, name, ref */
	size_t nrefs, refs_room;
	struct weigh_oid *bad; /* sorted */
	size_t nbad, bad_room;
	char **texts; /* interned */
	size_t ntexts, texts_room;
};

/* --- reading ------------------------------------------------------------ */

/* The list with room for one more; NULL: no memory, and the list is as it was. */
static void *
grow(void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : 2 * *room;
	void *bigger;

	if (count < *room)
		return list;
	if ((bigger = reallocarray(list, more, size)) != NULL)
		*room = more;
	return bigger;
}

/* A copy that lives as long as the ledger.  Neighbors in the journal mostly say
 * the same words, so the last two are looked at. */
static const char *
intern(struct audit_ledger *l, const char *text)
{
	size_t first = l->ntexts > 2 ? l->ntexts - 2 : 0;
	char **more;

	for (size_t i = first; i < l->ntexts; i++)
		if (strcmp(l->texts[i], text) == 0)
			return l->texts[i];
	more = grow(l->texts, l->ntexts, &l->texts_room, sizeof(*more));
	if (more == NULL)
		return NULL;
	l->texts = more;
	if ((l->texts[l->ntexts] = strdup(text)) == NULL)
		return NULL;
	return l->texts[l->ntexts++];
}

static bool
take_revision(struct audit_ledger *l, const struct audit_line *line)
{
	struct item *more,
	    item = {
		    .n = line->n,
		    .revision = line->revision,
		    .kind = line->repo.kind,
		    .name = intern(l, line->repo.name),
	    };

	if (line->event == AUDIT_ADMIT)
		item.origin = intern(l, line->origin);
	if (item.name == NULL ||
	    (line->event == AUDIT_ADMIT && item.origin == NULL))
		return false;
	more = grow(l->items, l->count, &l->room, sizeof(*more));
	if (more == NULL)
		return false;
	l->items = more;
	l->items[l->count++] = item;
	return true;
}

/* Of a revision that is kept by its id alone there is none. */
static bool
take_ref(struct audit_ledger *l, const struct audit_line *line, bool gone)
{
	struct ref_item *more,
	    item = {
		    .n = line->n,
		    .revision = line->revision,
		    .kind = line->repo.kind,
		    .name = intern(l, line->repo.name),
		    .ref = intern(l, line->ref),
		    .gone = gone,
	    };

	if (line->ref[0] == '\0')
		return true;
	if (item.name == NULL || item.ref == NULL)
		return false;
	more = grow(l->refs, l->nrefs, &l->refs_room, sizeof(*more));
	if (more == NULL)
		return false;
	l->refs = more;
	l->refs[l->nrefs++] = item;
	return true;
}

/* All revisions of a repository so far: their name is `name` now; NULL: they are
 * gone.  Such lines are rare, so the list is walked. */
static void
rename_revisions(struct audit_ledger *l, const struct weigh_repo *repo,
    const char *name, uint64_t n)
{
	for (size_t i = 0; i < l->count; i++) {
		struct item *item = &l->items[i];

		if (item->kind != repo->kind ||
		    strcmp(item->name, repo->name) != 0)
			continue;
		item->n = n;
		if (name != NULL)
			item->name = name;
		else
			item->origin = NULL;
	}
	for (size_t i = 0; i < l->nrefs; i++)
		if (l->refs[i].kind == repo->kind && l->refs[i].name != NULL &&
		    strcmp(l->refs[i].name, repo->name) == 0)
			l->refs[i].name = name;
}

static bool
take_move(struct audit_ledger *l, const struct audit_line *line)
{
	const char *name = intern(l, line->target.name);

	if (name != NULL)
		rename_revisions(l, &line->repo, name, line->n);
	return name != NULL;
}

static bool
take_consent(struct audit_ledger *l, const struct audit_line *line)
{
	struct consent_list *list = &l->consents;
	struct audit_consent *more,
	    said = {
		    .event = line->event,
		    .time = line->time,
		    .repo = line->repo,
		    .target = line->target,
		    .revision = line->revision,
		    .terms = line->terms,
		    .card = line->card,
		    .origin = intern(l, line->origin),
		    .why = intern(l, line->why),
	    };

	if (said.origin == NULL || said.why == NULL)
		return false;
	memcpy(said.token, line->token, sizeof(said.token));
	more = grow(list->said, list->n, &list->room, sizeof(*more));
	if (more == NULL)
		return false;
	list->said = more;
	list->said[list->n++] = said;
	return true;
}

/* A repository's move or end concerns consent if any was ever said. */
static bool
note_fate(struct audit_ledger *l, const struct audit_line *line)
{
	return l->consents.n == 0 || take_consent(l, line);
}

static bool
take_bad(struct audit_ledger *l, const struct weigh_oid *blob)
{
	struct weigh_oid *more;

	more = grow(l->bad, l->nbad, &l->bad_room, sizeof(*more));
	if (more == NULL)
		return false;
	l->bad = more;
	l->bad[l->nbad++] = *blob;
	return true;
}

static enum weigh_code
take_line(void *ctx, const struct audit_line *line, struct weigh_err *err)
{
	struct audit_ledger *l = ctx;
	bool kept = true;

	switch (line->event) {
	case AUDIT_ADMIT:
	case AUDIT_WITHDRAW:
		kept = take_revision(l, line) &&
		    take_ref(l, line, line->event == AUDIT_WITHDRAW);
		break;
	case AUDIT_QUARANTINE:
		kept = take_bad(l, &line->blob);
		break;
	case AUDIT_DELETE:
		rename_revisions(l, &line->repo, NULL, line->n);
		kept = note_fate(l, line);
		break;
	case AUDIT_MOVE:
		kept = take_move(l, line) && note_fate(l, line);
		break;
	case AUDIT_ACCEPT:
	case AUDIT_GRANT:
	case AUDIT_REFUSE:
	case AUDIT_REOPEN:
		kept = take_consent(l, line);
		break;
	case AUDIT_MAKE_REF: /* of a revision that was admitted */
	case AUDIT_DROP_REF: /* what it led to is still held */
		kept = take_ref(l, line, line->event == AUDIT_DROP_REF);
		break;
	case AUDIT_APPROVE: /* these are read line by line: audit_each_act */
	case AUDIT_WAIVE:
	case AUDIT_REVOKE:
	case AUDIT_DECIDE:
	case AUDIT_SHOW:
	case AUDIT_DISCARD:
	case AUDIT_COLLECT:
	case AUDIT_REBUILD:
	case AUDIT_TOKEN_MADE:
	case AUDIT_TOKEN_REMOVED:
	case AUDIT_EVENTS:
		break;
	}
	return kept ? WEIGH_OK : weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* --- order ---------------------------------------------------------------- */

static int
compare_revisions(const struct item *x, const struct item *y)
{
	int order = memcmp(&x->revision, &y->revision, sizeof(x->revision));

	if (order == 0)
		order = (x->kind > y->kind) - (x->kind < y->kind);
	return order != 0 ? order : strcmp(x->name, y->name);
}

static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = compare_revisions(x, y);

	return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

static int
compare_ref_names(const struct ref_item *x, const struct ref_item *y)
{
	int order = (x->kind > y->kind) - (x->kind < y->kind);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order != 0 ? order : strcmp(x->ref, y->ref);
}

static int
compare_refs(const void *a, const void *b)
{
	const struct ref_item *x = a, *y = b;
	int order = compare_ref_names(x, y);

	return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

static int
compare_oids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct weigh_oid));
}

/* Sorted; of several words about one ref the last stays. */
static void
settle_refs(struct audit_ledger *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->nrefs; i++)
		if (l->refs[i].name != NULL)
			l->refs[kept++] = l->refs[i];
	l->nrefs = kept;
	if (l->nrefs > 1)
		qsort(l->refs, l->nrefs, sizeof(*l->refs), compare_refs);
	kept = 0;
	for (size_t i = 0; i < l->nrefs; i++) {
		if (kept > 0 &&
		    compare_ref_names(&l->refs[kept - 1], &l->refs[i]) == 0)
			kept--;
		l->refs[kept++] = l->refs[i];
	}
	l->nrefs = kept;
}

/* Sorted; of several words about one revision the last stays. */
static void
settle(struct audit_ledger *l)
{
	size_t kept = 0;

	if (l->count > 1)
		qsort(l->items, l->count, sizeof(*l->items), compare_items);
	for (size_t i = 0; i < l->count; i++) {
		if (kept > 0 &&
		    compare_revisions(&l->items[kept - 1], &l->items[i]) == 0)
			kept--;
		l->items[kept++] = l->items[i];
	}
	l->count = kept;
	if (l->nbad > 1)
		qsort(l->bad, l->nbad, sizeof(*l->bad), compare_oids);
}

enum weigh_code
audit_ledger_read(struct audit *a, struct audit_ledger **out,
    struct weigh_err *err)
{
	struct audit_ledger *l = calloc(1, sizeof(*l));
	enum weigh_code rc;

	*out = NULL;
	if (l == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = audit_each_line(a, take_line, l, err)) != WEIGH_OK) {
		audit_ledger_free(l);
		return rc;
	}
	settle(l);
	settle_refs(l);
	*out = l;
	return WEIGH_OK;
}

void
audit_ledger_free(struct audit_ledger *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->ntexts; i++)
		free(l->texts[i]);
	free(l->texts);
	free(l->items);
	free(l->refs);
	free(l->bad);
	free(l->consents.said);
	free(l);
}

/* --- asking ------------------------------------------------------------------ */

static int
find_item(const void *key, const void *item)
{
	return compare_revisions(key, item);
}

const char *
audit_ledger_origin(const struct audit_ledger *l, const struct weigh_repo *repo,
    const struct weigh_gitid *revision)
{
	const struct item key = {
		.revision = *revision,
		.kind = repo->kind,
		.name = repo->name,
	};
	const struct item *found;

	if (l->count == 0)
		return NULL;
	found = bsearch(&key, l->items, l->count, sizeof(key), find_item);
	return found != NULL ? found->origin : NULL;
}

bool
audit_ledger_knows(const struct audit_ledger *l, const struct weigh_repo *repo)
{
	size_t i = 0;

	while (i < l->count &&
	    (l->items[i].origin == NULL || l->items[i].kind != repo->kind ||
		strcmp(l->items[i].name, repo->name) != 0))
		i++;
	return i < l->count;
}

bool
audit_ledger_bad(const struct audit_ledger *l, const struct weigh_oid *blob)
{
	return l->nbad > 0 &&
	    bsearch(blob, l->bad, l->nbad, sizeof(*blob), compare_oids) != NULL;
}

/* It came from a struct of the same size. */
static void
name_repo(struct weigh_repo *repo, const char *name)
{
	memcpy(repo->name, name, strlen(name) + 1);
}

enum weigh_code
audit_ledger_each(const struct audit_ledger *l,
    enum weigh_code (*each)(void *ctx, const struct weigh_repo *repo,
	const struct weigh_gitid *revision, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < l->count; i++) {
		struct weigh_repo repo = { .kind = l->items[i].kind };

		if (l->items[i].origin == NULL)
			continue;
		name_repo(&repo, l->items[i].name);
		rc = each(ctx, &repo, &l->items[i].revision, err);
	}
	return rc;
}

enum weigh_code
audit_ledger_each_ref(const struct audit_ledger *l,
    enum weigh_code (*each)(void *ctx, const struct weigh_repo *repo,
	const char *ref, const struct weigh_gitid *revision,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < l->nrefs; i++) {
		const struct ref_item *item = &l->refs[i];
		struct weigh_repo repo = { .kind = item->kind };

		if (item->gone)
			continue;
		name_repo(&repo, item->name);
		rc = each(ctx, &repo, item->ref, &item->revision, err);
	}
	return rc;
}

enum weigh_code
audit_ledger_each_consent(const struct audit_ledger *l,
    enum weigh_code (*each)(void *ctx, const struct audit_consent *said,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < l->consents.n; i++)
		rc = each(ctx, &l->consents.said[i], err);
	return rc;
}
