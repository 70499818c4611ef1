/*
 * through: bytes that flow to clients while they come: one file for each blob, however
 * many wait.  For which repositories that is allowed, and which blobs an upstream sent
 * other bytes for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/priv.h"

/* --- may it ------------------------------------------------------------------------- */

static bool
is_listed(const char *globs, const struct weigh_repo *repo)
{
	char name[WEIGH_REPO_TEXT], glob[WEIGH_SELECT_GLOB];

	weigh_repo_text(repo, name);
	while (*globs != '\0') {
		size_t len;

		globs += strspn(globs, " \t");
		len = strcspn(globs, " \t");
		if (len > 0 && len < sizeof(glob)) {
			memcpy(glob, globs, len);
			glob[len] = '\0';
			if (weigh_glob_match(glob, name))
				return true;
		}
		globs += len;
	}
	return false;
}

static void
note_source(void *ctx, const struct catalog_mirror *m)
{
	(void)m;
	*(bool *)ctx = true;
}

bool
fetch_is_mirror(struct catalog_reader *reader, const struct weigh_repo *repo)
{
	bool mirrored = false;

	(void)catalog_mirror(reader, repo, note_source, &mirrored, NULL);
	return mirrored;
}

bool
fetch_through_allows(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo)
{
	struct weigh_repo held;
	bool listed, any;

	pthread_mutex_lock(&f->lock);
	any = f->settings.through == FETCH_THROUGH_ANY;
	listed = f->settings.through == FETCH_THROUGH_LISTED &&
	    is_listed(f->settings.listed, repo);
	if (f->settings.through == FETCH_THROUGH_OFF || f->places->n == 0) {
		pthread_mutex_unlock(&f->lock);
		return false;
	}
	pthread_mutex_unlock(&f->lock);
	if (fetch_is_mirror(reader, repo))
		return true;
	/* What was published here is nobody else's to add to. */
	return (any || listed) &&
	    catalog_find_repo(reader, repo, &held, NULL) == WEIGH_NOT_FOUND;
}

/* --- bytes that flow ----------------------------------------------------------------------- */

static void
on_wanted(void *ctx, uint64_t offset)
{
	struct file *file = ctx;

	(void)offset; /* flow_waits tells of all */
	atomic_store(&file->wanted, true);
	pthread_cond_broadcast(&file->fetch->work);
}

static void
on_readers(void *ctx, unsigned readers)
{
	struct file *file = ctx;
	int_fast64_t none = 0;

	/* Holds that come and go do not begin the time anew. */
	if (readers > 0)
		atomic_store(&file->left, 0);
	else
		atomic_compare_exchange_strong(&file->left, &none, fetch_ms());
}

/* Every upstream may have it. */
static enum weigh_code
want_from_all(struct fetch *f, const struct weigh_repo *repo,
    enum weigh_visibility shown, const struct source_revision *rev,
    const char *path, const struct weigh_oid *oid, uint64_t size,
    struct file **out, struct weigh_err *err)
{
	struct file *file = NULL;

	for (unsigned i = 0; i < f->places->n; i++) {
		struct origin o = {
			.at = i,
			.repo = *repo,
			.rev = *rev,
			.path = strdup(path),
		};

		if (o.path == NULL)
			break;
		fetch_token(o.token, repo, shown);
		o.places = places_hold(f->places);
		if ((file = file_want(f, oid, size, 0, &o)) == NULL)
			break;
		if (i > 0)
			file->holders--; /* one holder, many origins */
	}
	*out = file;
	if (file == NULL)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "no upstream is configured");
	return WEIGH_OK;
}

/* What came before there was a flow. */
static void
tell_held(struct file *file, struct flow *flow)
{
	uint64_t at = 0, run;

	while (at < file->size) {
		run = store_part_run(file->part, at);
		if (run > 0)
			flow_arrived(flow, at, run);
		at += run;
		at += WEIGH_SEGMENT - at % WEIGH_SEGMENT;
	}
}

/* The flow of a file whose part is open, made if there is none; a hold of it. */
static enum weigh_code
flow_of(struct file *file, struct flow **out, struct weigh_err *err)
{
	const struct flow_feeder feeder = {
		.wanted = on_wanted,
		.readers = on_readers,
		.ctx = file,
	};
	uint64_t last = weigh_segment_count(file->size) - 1;
	enum weigh_code rc = WEIGH_OK;
	int fd = -1;

	if (file->ended) {
		*err = file->err;
		return err->code == WEIGH_OK ?
		    weigh_fail(err, WEIGH_EXISTS, "it is here now") :
		    err->code;
	}
	if (file->flow == NULL) {
		rc = store_part_fd(file->part, &fd, err);
		if (rc == WEIGH_OK)
			rc = flow_new(&file->flow, fd, file->size,
			    weigh_segment_length(file->size, last), &feeder,
			    err);
		if (rc != WEIGH_OK)
			return rc;
		file->holders++; /* the flow's */
		tell_held(file, file->flow);
	}
	*out = flow_hold(file->flow);
	atomic_store(&file->left, 0);
	return WEIGH_OK;
}

/* What upstream calls this commit, and how it told of it. */
static void
revision_of(struct catalog_reader *reader, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, struct source_revision *out)
{
	struct weigh_gitid told;

	*out = (struct source_revision){ .commit = *commit, .repo = *repo };
	if (catalog_told(reader, repo, commit, &told, NULL) == WEIGH_OK &&
	    !weigh_gitid_is_zero(&told))
		out->commit = told;
}

enum weigh_code
fetch_flow(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *path, const struct weigh_oid *oid, uint64_t size,
    struct flow **out, struct weigh_err *err)
{
	enum weigh_visibility shown;
	struct source_revision rev;
	struct weigh_repo held;
	struct file *file;
	enum weigh_code rc;

	if (fetch_holds(reader, oid))
		return weigh_fail(err, WEIGH_EXISTS, "it is here now");
	if (outbound_offline(f->parts.outbound))
		return weigh_fail(err, WEIGH_DENIED,
		    "this mirror is offline, and does not hold these bytes");
	rc = catalog_visibility(reader, repo, &held, &shown, err);
	if (rc != WEIGH_OK)
		return rc;
	revision_of(reader, repo, commit, &rev);
	pthread_mutex_lock(&f->lock);
	rc = want_from_all(f, repo, shown, &rev, path, oid, size, &file, err);
	pthread_mutex_unlock(&f->lock);
	if (rc != WEIGH_OK)
		return rc;
	rc = file_open(f, reader, file, err);
	pthread_mutex_lock(&f->lock);
	while (file->opening || file->sealing)
		fetch_wait(f, &f->moved, 1000);
	if (rc == WEIGH_OK)
		rc = flow_of(file, out, err);
	if (rc == WEIGH_OK)
		workers_wake(f); /* there are some for clients alone */
	file_release(f, file);
	pthread_mutex_unlock(&f->lock);
	return rc;
}

/* --- lies ------------------------------------------------------------------------------------ */

static void
keep_lie(struct fetch *f, const struct weigh_oid *oid, int64_t until)
{
	unsigned at = 0;

	while (at < f->nlies && !weigh_oid_equal(&f->lies[at].oid, oid))
		at++;
	if (at == LIES) { /* the one that is over first makes place */
		at = 0;
		for (unsigned i = 1; i < LIES; i++)
			if (f->lies[i].until < f->lies[at].until)
				at = i;
	}
	if (at == f->nlies)
		f->nlies++;
	f->lies[at] = (struct lie){ .oid = *oid, .until = until };
}

void
lie_take(void *fetch, const struct weigh_oid *oid, int64_t until)
{
	struct fetch *f = fetch;

	pthread_mutex_lock(&f->lock);
	keep_lie(f, oid, until);
	pthread_mutex_unlock(&f->lock);
}

struct lie_row {
	const struct weigh_oid *oid;
	int64_t now, until;
};

static enum weigh_code
write_lie(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct lie_row *row = ctx;

	(void)audit;
	return catalog_lie(catalog, row->oid, row->now, row->until, err);
}

void
lie_note(struct fetch *f, const struct weigh_oid *oid)
{
	struct lie_row row = { .oid = oid, .now = fetch_now() };

	pthread_mutex_lock(&f->lock);
	row.until = row.now + f->settings.lied_seconds;
	keep_lie(f, oid, row.until);
	pthread_mutex_unlock(&f->lock);
	(void)gate_write(f->parts.gate, write_lie, &row, NULL);
}

bool
fetch_lied(struct fetch *f, const struct weigh_oid *oid)
{
	int64_t now = fetch_now();
	bool lied = false;

	pthread_mutex_lock(&f->lock);
	for (unsigned i = 0; i < f->nlies && !lied; i++)
		lied = weigh_oid_equal(&f->lies[i].oid, oid) &&
		    f->lies[i].until > now;
	pthread_mutex_unlock(&f->lock);
	return lied;
}
