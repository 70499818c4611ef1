/* list: what a revision holds, into a stage, and what of it is wanted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/closure.h>

#include "fetch/small.h"
#include "log/log.h"

/* --- files ------------------------------------------------------------------------- */

static void
free_files(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->files[i].path);
	free(l->files);
	l->files = NULL;
	l->n = l->room = 0;
}

void
listing_close(struct listing *l)
{
	free_files(l);
	stage_close(l->stage);
	l->stage = NULL;
}

static enum weigh_code
add_file(struct listing *l, const char *path, const struct listed *file,
    struct weigh_err *err)
{
	size_t room = l->room > 0 ? 2 * l->room : 64;
	struct listed *more = l->files;

	if (l->n == l->room) {
		more = realloc(l->files, room * sizeof(*more));
		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		l->files = more;
		l->room = room;
	}
	more[l->n] = *file;
	if ((more[l->n].path = strdup(path)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	l->n++;
	return WEIGH_OK;
}

static enum weigh_code
take_entry(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	struct listed file = {
		.size = e->size,
		.lfs = e->lfs,
		.wanted = true,
		.git = e->git,
		.held = !e->lfs, /* the stage has it */
	};

	if (e->lfs)
		file.oid = e->oid;
	return e->directory ? WEIGH_OK : add_file(ctx, e->path, &file, err);
}

static enum weigh_code
take_told(void *ctx, const struct source_file *f, struct weigh_err *err)
{
	const struct listed file = {
		.size = f->size,
		.lfs = f->lfs,
		.wanted = true,
		.oid = f->oid,
		.git = f->git,
	};

	return add_file(ctx, f->path, &file, err);
}

/* --- as told: where no git is offered --------------------------------------------------- */

/* Is it worth asking for, only to look?  Cards, configs, and indexes of weights. */
static bool
tells(const struct listed *file)
{
	return strstr(file->path, ".safetensors.index") != NULL ||
	    (file->size <= WEIGH_CLOSURE_FILE &&
		weigh_closure_tells(file->path));
}

/* The SHA-256 of a small file of the stage. */
static enum weigh_code
hash_small(struct listing *l, const struct listed *file, struct weigh_oid *oid,
    struct weigh_err *err)
{
	struct weigh_buf bytes;
	enum weigh_code rc;

	weigh_buf_init(&bytes, SMALL_MOST);
	rc = stage_blob(l->stage, &file->git, &bytes, err);
	if (rc == WEIGH_OK && bytes.len != file->size)
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "it has %zu bytes, not the %llu that upstream lists",
		    bytes.len, (unsigned long long)file->size);
	if (rc == WEIGH_OK &&
	    !weigh_oid_of(oid, bytes.data != NULL ? bytes.data : "", bytes.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&bytes);
	return weigh_context(err, rc, "'%.300s'", file->path);
}

/* The commit that these files make, the same wherever it is made. */
static enum weigh_code
make_told(struct told *t, struct weigh_err *err)
{
	struct listing *l = t->l;
	struct repo_file *files = calloc(l->n + 1, sizeof(*files));
	char hex[WEIGH_GITID_HEX + 1], message[128];
	struct stage_told told = {
		.message = message,
		.date = t->rev->date,
		.files = files,
		.nfiles = l->n,
	};
	enum weigh_code rc = WEIGH_OK;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_gitid_hex(&t->rev->commit, hex);
	snprintf(message, sizeof(message), "As told by upstream: %s\n", hex);
	for (size_t i = 0; i < l->n && rc == WEIGH_OK; i++) {
		files[i].path = l->files[i].path;
		files[i].size = l->files[i].size;
		files[i].lfs = l->files[i].lfs;
		files[i].known = !l->files[i].lfs;
		files[i].oid = l->files[i].oid;
		files[i].git = l->files[i].git;
		if (!files[i].lfs)
			rc = hash_small(l, &l->files[i], &files[i].oid, err);
	}
	if (rc == WEIGH_OK)
		rc = stage_make(l->stage, &told, err);
	free(files);
	l->commit = told.commit;
	l->told = t->rev->commit;
	return rc;
}

static enum weigh_code
list_told(struct told *t, struct weigh_err *err)
{
	enum weigh_code rc;

	if (t->place->kind->list == NULL)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "upstream neither offers git nor lists its files");
	rc = governor_ask(t->f, t->place, t->at.cancel, err);
	if (rc == WEIGH_OK)
		rc = t->place->kind->list(&t->at, t->repo, t->rev, take_told,
		    t->l, t->wait, err);
	return rc;
}

static enum weigh_code
bring_told(struct told *t, struct weigh_err *err)
{
	enum weigh_code rc = list_told(t, err);

	if (rc == WEIGH_OK)
		rc = small_bring(t, NULL, err);
	if (rc == WEIGH_OK)
		rc = make_told(t, err);
	free_files(t->l);
	if (rc == WEIGH_OK)
		rc = stage_each_entry(t->l->stage, &t->l->commit, take_entry,
		    t->l, err);
	return rc;
}

static enum weigh_code
look_told(struct told *t, struct weigh_err *err)
{
	enum weigh_code rc = list_told(t, err);

	return rc == WEIGH_OK ? small_bring(t, tells, err) : rc;
}

/* --- by git ------------------------------------------------------------------------------ */

static enum weigh_code
bring_objects(struct told *t, struct weigh_err *err)
{
	const struct source *kind = t->place->kind;
	bool whole = false;
	enum weigh_code rc;

	rc = stage_has(t->l->stage, &t->rev->commit, &whole, err);
	if (rc == WEIGH_OK && !whole) {
		rc = kind->objects == NULL ?
		    weigh_fail(err, WEIGH_NOT_FOUND, "git is not offered") :
		    governor_ask(t->f, t->place, t->at.cancel, err);
		if (rc == WEIGH_OK)
			rc = kind->objects(&t->at, t->repo, t->rev, t->l->stage,
			    t->wait, err);
	}
	if (rc == WEIGH_TOO_BIG)
		weigh_fix(err,
		    "a file over 64 MiB must be kept by LFS there: ask its "
		    "owner for git lfs migrate import --above=64MiB");
	if (rc == WEIGH_OK) {
		t->l->commit = t->rev->commit;
		memset(&t->l->told, 0, sizeof(t->l->told));
		t->l->proved = true;
	}
	return rc;
}

/* Nobody can check the commit from its id down, and why. */
static void
say_told(const struct told *t, const struct weigh_err *why)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(t->repo, name);
	log_event(LOG_INFO_LEVEL, "as-told", "repo", name, "source",
	    t->place->name, "why", why != NULL ? why->why : NULL, NULL);
}

/* By git, or else by `told`. */
static enum weigh_code
bring(struct told *t, const struct source_revision *rev,
    enum weigh_code (*told)(struct told *t, struct weigh_err *err),
    struct weigh_err *err)
{
	struct listing *l = t->l;
	enum weigh_code rc = WEIGH_OK;

	free_files(l);
	l->proved = false;
	l->visibility = rev->private_ ? WEIGH_PRIVATE :
	    rev->gated                ? WEIGH_GATED :
					WEIGH_PUBLIC;
	if (l->stage == NULL)
		rc = stage_open(&l->stage, t->f->parts.dirfd, t->f->parts.data,
		    l->stage_name, err);
	if (rc == WEIGH_OK)
		rc = bring_objects(t, err);
	if (rc == WEIGH_OK)
		return stage_each_entry(l->stage, &l->commit, take_entry, l,
		    err);
	if (rc == WEIGH_NOT_FOUND && l->stage != NULL) {
		say_told(t, err);
		weigh_err_clear(err);
		rc = told(t, err);
	}
	return rc;
}

enum weigh_code
listing_bring(struct fetch *f, struct listing *l, const struct place *place,
    const atomic_bool *cancel, const struct weigh_repo *repo,
    const struct source_revision *rev, int64_t *wait, struct weigh_err *err)
{
	struct told t = { f, l, place->at, place, repo, rev, wait };

	t.at.cancel = cancel;
	return bring(&t, rev, bring_told, err);
}

enum weigh_code
listing_look(struct fetch *f, struct listing *l, const struct place *place,
    const struct weigh_repo *repo, const struct source_revision *rev,
    int64_t *wait, struct weigh_err *err)
{
	struct told t = { f, l, place->at, place, repo, rev, wait };

	t.at.cancel = &f->stop;
	return bring(&t, rev, look_told, err);
}

/* --- what of it --------------------------------------------------------------------------- */

static int
by_path(const void *key, const void *file)
{
	return strcmp(key, ((const struct listed *)file)->path);
}

static struct listed *
find(const struct listing *l, const char *path)
{
	return bsearch(path, l->files, l->n, sizeof(*l->files), by_path);
}

static enum weigh_code
read_index(void *ctx, const struct weigh_select_file *file,
    struct weigh_buf *out, struct weigh_err *err)
{
	struct listing *l = ctx;
	const struct listed *found = find(l, file->path);

	if (found == NULL || found->lfs)
		return WEIGH_OK; /* it cannot be had */
	return stage_blob(l->stage, &found->git, out, err);
}

enum weigh_code
listing_select(struct fetch *f, struct catalog_reader *reader,
    struct listing *l, const struct weigh_repo *repo,
    const struct weigh_select *select, struct weigh_err *err)
{
	struct weigh_select_file *files = calloc(l->n + 1, sizeof(*files));
	enum weigh_code rc;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < l->n; i++) {
		files[i].path = l->files[i].path;
		files[i].size = l->files[i].size;
	}
	rc = weigh_select_decide(select, files, l->n, read_index, l, err);
	for (size_t i = 0; i < l->n; i++) {
		l->files[i].why = files[i].why;
		l->files[i].wanted = files[i].why == WEIGH_SELECT_WANTED;
		if (l->files[i].lfs)
			l->files[i].held = fetch_may_use(f, reader, repo,
			    l->visibility, &l->files[i].oid);
	}
	free(files);
	return rc;
}

/* --- in --------------------------------------------------------------------------------------- */

static bool
is_selected(void *ctx, const char *path, uint64_t size)
{
	const struct listed *found = find(ctx, path);

	(void)size;
	return found != NULL && found->wanted;
}

#define ORIGIN_TEXT (WEIGH_FETCH_SOURCE + 32)

static void
print_origin(char out[ORIGIN_TEXT], const struct place *place)
{
	snprintf(out, ORIGIN_TEXT, "mirrored from %.1000s", place->name);
}

static bool
lacks_any(const struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->files[i].wanted && !l->files[i].held)
			return true;
	return false;
}

enum weigh_code
listing_shut(struct fetch *f, struct catalog_reader *reader,
    const struct listing *l, const struct weigh_repo *repo,
    const struct place *place, struct weigh_err *err)
{
	char origin[ORIGIN_TEXT];
	enum weigh_visibility now;
	struct fetch_self self;
	struct weigh_repo held;

	if (!lacks_any(l) ||
	    catalog_visibility(reader, repo, &held, &now, NULL) != WEIGH_OK ||
	    now >= l->visibility || !fetch_is_mirror(reader, repo))
		return WEIGH_OK;
	fetch_self(&self, repo, l->visibility);
	print_origin(origin, place);
	self.who.origin = origin;
	return gate_set_visibility(f->parts.gate, reader, repo, l->visibility,
	    &self.who, err);
}

enum weigh_code
listing_admit(struct fetch *f, struct catalog_reader *reader, struct listing *l,
    const struct weigh_repo *repo, const char *ref, const struct place *place,
    bool partial, struct weigh_err *err)
{
	char origin[ORIGIN_TEXT];
	struct fetch_self self;
	struct gate_mirrored m = {
		.repo = *repo,
		.stage = l->stage,
		.commit = l->commit,
		.told = l->told,
		.proof = l->proved ? GATE_PROVED : GATE_TOLD,
		.source = place->name,
		.selected = is_selected,
		.ctx = l,
		.partial = partial,
		.visibility = l->visibility,
		.who = &self.who,
	};

	fetch_self(&self, repo, l->visibility);
	print_origin(origin, place);
	self.who.origin = origin;
	if (ref[0] != '\0')
		m.ref = catalog_ref_short(ref, &m.ref_kind);
	return gate_mirror(f->parts.gate, reader, &m, err);
}
