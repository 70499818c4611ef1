/* small: see small.h. */
#include "fetch/small.h"

#include <stdlib.h>
#include <string.h>

#include <weigh/upstream.h>

#include "base/fd.h"

#define REDIRECTS 5
#define WORDS_MOST 16384 /* bytes of a refusal, however small the file */
#define HELPERS 64
#define LOOK_MS 100 /* how often the job's own word is looked at */

/* Those that are to come, and the threads at it. */
struct round {
	struct told *t;
	const struct listed **files;
	size_t n;
	pthread_mutex_t stage; /* it is one thread's at a time */
	atomic_bool cancel;    /* the job's word, or a failure */

	/* The fetch's lock. */
	size_t next;
	unsigned helpers;
	int64_t wait;
	struct weigh_err err; /* the first failure */
};

/* --- which --------------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	const struct listed *const *x = a, *const *y = b;

	return memcmp(&(*x)->git, &(*y)->git, sizeof((*x)->git));
}

/* The small files of the listing that `wants`, each content once; the caller frees. */
static enum weigh_code
choose(const struct listing *l, bool (*wants)(const struct listed *file),
    const struct listed ***out, size_t *n, struct weigh_err *err)
{
	const struct listed **files = calloc(l->n + 1, sizeof(const void *));
	size_t all = 0, kept = 0;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < l->n; i++)
		if (!l->files[i].lfs && (wants == NULL || wants(&l->files[i])))
			files[all++] = &l->files[i];
	qsort(files, all, sizeof(const void *), by_id);
	for (size_t i = 0; i < all; i++)
		if (kept == 0 || by_id(&files[kept - 1], &files[i]) != 0)
			files[kept++] = files[i];
	*out = files;
	*n = kept;
	return WEIGH_OK;
}

/* What the stage has from an earlier run needs nobody. */
static void
leave_staged(struct round *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++)
		if (!stage_has_blob(r->t->l->stage, &r->files[i]->git))
			r->files[kept++] = r->files[i];
	r->n = kept;
}

enum weigh_code
small_count(const struct listing *l, uint64_t *out, struct weigh_err *err)
{
	const struct listed **files = NULL;
	size_t n = 0;
	enum weigh_code rc = choose(l, NULL, &files, &n, err);

	*out = n;
	free(files);
	return rc;
}

/* --- one ----------------------------------------------------------------- */

/* Its bytes, from a folder of this machine. */
static enum weigh_code
read_small(int fd, uint64_t size, struct weigh_buf *out, struct weigh_err *err)
{
	char *room = weigh_buf_room(out, size);
	enum weigh_code rc;

	if (room == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = fd_pread_all(fd, room, size, 0, err);
	if (rc == WEIGH_OK)
		out->len += size;
	return rc;
}

static enum weigh_code
ask(struct round *r, const struct listed *file,
    const struct source_bytes *bytes, struct weigh_buf *out, int64_t *wait,
    struct weigh_err *err)
{
	struct told *t = r->t;
	struct outbound_head head;
	struct outbound_request q = {
		.site = &bytes->site,
		.kind = OUTBOUND_SMALL,
		.method = "GET",
		.url = bytes->url,
		.fields = bytes->fields,
		.redirects = REDIRECTS,
		.max = file->size > WORDS_MOST ? file->size : WORDS_MOST,
		.cancel = &r->cancel,
	};
	enum weigh_code rc = governor_ask(t->f, t->place, &r->cancel, err);

	if (rc == WEIGH_OK)
		rc = outbound_collect(t->at.outbound, &q, &head, out, err);
	if (rc != WEIGH_OK)
		return rc;
	governor_told(t->f, t->place, &head);
	*wait = head.retry_after;
	return weigh_upstream_refusal(head.status, head.error_code, err);
}

static enum weigh_code
refuse_size(const struct listed *file, struct weigh_err *err)
{
	(void)weigh_fail(err, WEIGH_TOO_BIG,
	    "it has %llu MiB: over %u MiB a file must be kept by LFS there",
	    (unsigned long long)(file->size >> 20), SMALL_MOST >> 20);
	weigh_fix(err,
	    "ask its owner to move it into LFS: git lfs migrate "
	    "import --above=%uMiB",
	    SMALL_MOST >> 20);
	return WEIGH_TOO_BIG;
}

static enum weigh_code
bring(struct round *r, const struct listed *file, struct weigh_buf *out,
    int64_t *wait, struct weigh_err *err)
{
	struct told *t = r->t;
	const struct source_file wanted = {
		.path = file->path,
		.size = file->size,
		.git = file->git,
	};
	struct source_place at = t->at;
	struct source_bytes bytes = { .fd = -1 };
	enum weigh_code rc;

	if (file->size > SMALL_MOST)
		return refuse_size(file, err);
	at.cancel = &r->cancel;
	rc = t->place->kind->locate(&at, t->repo, t->rev, &wanted, 1, &bytes,
	    wait, err);
	if (rc == WEIGH_OK && bytes.fd >= 0)
		rc = read_small(bytes.fd, file->size, out, err);
	else if (rc == WEIGH_OK)
		rc = ask(r, file, &bytes, out, wait, err);
	fd_close(&bytes.fd);
	return rc;
}

static enum weigh_code
stage_one(struct round *r, const struct listed *file, int64_t *wait,
    struct weigh_err *err)
{
	struct weigh_buf bytes;
	enum weigh_code rc;

	weigh_buf_init(&bytes, SMALL_MOST);
	rc = bring(r, file, &bytes, wait, err);
	if (rc == WEIGH_OK) {
		pthread_mutex_lock(&r->stage);
		rc = stage_put_blob(r->t->l->stage, &file->git,
		    bytes.data != NULL ? bytes.data : "", bytes.len, err);
		pthread_mutex_unlock(&r->stage);
	}
	weigh_buf_free(&bytes);
	return weigh_context(err, rc, "'%.300s'", file->path);
}

/* --- several at once ----------------------------------------------------- */

/* With the lock held; what follows from the first failure is none. */
static void
note_failure(struct round *r, const struct weigh_err *err, int64_t wait)
{
	if (r->err.code == WEIGH_OK) {
		r->err = *err;
		r->wait = wait;
	}
	atomic_store(&r->cancel, true);
}

static void *
help(void *arg)
{
	struct round *r = arg;
	struct fetch *f = r->t->f;
	const struct listed *file;
	struct weigh_err err;
	enum weigh_code rc;
	int64_t wait;

	pthread_mutex_lock(&f->lock);
	while (r->next < r->n && !atomic_load(&r->cancel)) {
		file = r->files[r->next++];
		pthread_mutex_unlock(&f->lock);
		weigh_err_clear(&err);
		wait = -1;
		rc = stage_one(r, file, &wait, &err);
		pthread_mutex_lock(&f->lock);
		if (rc != WEIGH_OK)
			note_failure(r, &err, wait);
	}
	r->helpers--;
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* With the lock held: until nobody is at it, passing on the job's word. */
static void
wait_for_helpers(struct round *r)
{
	struct fetch *f = r->t->f;

	while (r->helpers > 0) {
		if (atomic_load(r->t->at.cancel) && !atomic_load(&r->cancel)) {
			struct weigh_err err;

			(void)weigh_fail(&err, WEIGH_CANCELED,
			    "it was told to stop");
			note_failure(r, &err, -1);
		}
		fetch_wait(f, &f->moved, LOOK_MS);
	}
}

static enum weigh_code
run(struct round *r, struct weigh_err *err)
{
	struct fetch *f = r->t->f;
	pthread_t helpers[HELPERS];
	unsigned begun = 0;

	pthread_mutex_lock(&f->lock);
	while (begun < HELPERS && begun < f->settings.files && begun < r->n &&
	    pthread_create(&helpers[begun], NULL, help, r) == 0)
		begun++;
	r->helpers = begun;
	wait_for_helpers(r);
	pthread_mutex_unlock(&f->lock);
	for (unsigned i = 0; i < begun; i++)
		pthread_join(helpers[i], NULL);
	if (begun == 0)
		return weigh_fail(err, WEIGH_NOMEM,
		    "no thread could be started");
	if (r->err.code != WEIGH_OK && err != NULL)
		*err = r->err;
	*r->t->wait = r->wait;
	return r->err.code;
}

enum weigh_code
small_bring(struct told *t, bool (*wants)(const struct listed *file),
    struct weigh_err *err)
{
	struct round r = { .t = t, .wait = -1 };
	enum weigh_code rc = choose(t->l, wants, &r.files, &r.n, err);

	if (rc != WEIGH_OK)
		return rc;
	leave_staged(&r);
	pthread_mutex_init(&r.stage, NULL);
	weigh_err_clear(&r.err);
	if (r.n > 0)
		rc = run(&r, err);
	pthread_mutex_destroy(&r.stage);
	free(r.files);
	return rc;
}
