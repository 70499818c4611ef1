/* file: blobs on their way; see priv.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "fetch/priv.h"
#include "log/log.h"

#define TRIES 3         /* of one origin without anything coming */
#define LIES_OF_ONE 2   /* of one origin */
#define PAUSE_MS 500    /* after a failure; doubled */
#define PAUSE_MOST 8000 /* ms */
#define PATIENCE 10     /* seconds that a file waits for its only origin */

/* --- who wants it ------------------------------------------------------------------- */

struct file *
file_find(struct fetch *f, const struct weigh_oid *oid)
{
	struct file *file = f->files;

	while (file != NULL && !weigh_oid_equal(&file->oid, oid))
		file = file->next;
	return file;
}

static struct file *
find_own(struct fetch *f, const struct weigh_oid *oid, const char *token)
{
	struct file *file = f->files;

	while (file != NULL &&
	    (!weigh_oid_equal(&file->oid, oid) ||
		strcmp(file->token, token) != 0))
		file = file->next;
	return file;
}

static void
free_origin(struct origin *o)
{
	places_drop(o->places);
	free(o->path);
}

static bool
knows_origin(const struct file *file, const struct origin *o)
{
	for (unsigned i = 0; i < file->norigins; i++) {
		const struct origin *have = &file->origins[i];

		if (have->places->list[have->at].kind ==
			o->places->list[o->at].kind &&
		    strcmp(have->places->list[have->at].name,
			o->places->list[o->at].name) == 0 &&
		    strcmp(have->path, o->path) == 0 &&
		    weigh_gitid_equal(&have->rev.commit, &o->rev.commit))
			return true;
	}
	return false;
}

static void
add_origin(struct file *file, struct origin *origin)
{
	if (file->norigins == ORIGINS || knows_origin(file, origin))
		free_origin(origin);
	else
		file->origins[file->norigins++] = *origin;
	memset(origin, 0, sizeof(*origin));
}

struct file *
file_want(struct fetch *f, const struct weigh_oid *oid, uint64_t size,
    int priority, struct origin *origin)
{
	struct file *file = find_own(f, oid, origin->token);

	if (file == NULL && (file = calloc(1, sizeof(*file))) != NULL) {
		file->fetch = f;
		file->oid = *oid;
		file->size = size;
		memcpy(file->token, origin->token, sizeof(file->token));
		file->number = f->numbers++;
		file->priority = priority;
		file->wait = -1;
		file->next = f->files;
		f->files = file;
	}
	if (file == NULL) {
		free_origin(origin);
		return NULL;
	}
	file->holders++;
	if (priority > file->priority)
		file->priority = priority;
	add_origin(file, origin);
	workers_wake(f);
	return file;
}

/* Nobody holds it, and no worker is at it: what it has is kept for another time. */
static void
free_file(struct file *file)
{
	store_part_close(file->part);
	for (unsigned i = 0; i < file->norigins; i++)
		free_origin(&file->origins[i]);
	free(file->located);
	free(file);
}

static void
unlink_file(struct fetch *f, struct file *file)
{
	struct file **at = &f->files;

	while (*at != NULL && *at != file)
		at = &(*at)->next;
	if (*at != NULL)
		*at = file->next;
}

static void
drop_if_alone(struct fetch *f, struct file *file)
{
	if (file->holders > 0 || file->active > 0 || file->opening)
		return;
	if (!file->ended)
		unlink_file(f, file);
	/* Closing syncs: not under the lock, and nobody else knows it any more. */
	pthread_mutex_unlock(&f->lock);
	free_file(file);
	pthread_mutex_lock(&f->lock);
	pthread_cond_broadcast(&f->moved);
}

void
file_release(struct fetch *f, struct file *file)
{
	if (--file->holders == 0 && !file->ended)
		atomic_store(&file->cancel, true);
	drop_if_alone(f, file);
}

void
file_leave(struct fetch *f, struct file *file)
{
	file->active--;
	if (file->active == 0 && file->holders > 0 && !atomic_load(&f->stop))
		atomic_store(&file->cancel, false);
	drop_if_alone(f, file);
}

/* --- who reads it -------------------------------------------------------------------- */

void
file_cut(struct file *file, const struct weigh_err *err)
{
	struct flow *flow = file->flow;

	if (flow == NULL)
		return;
	if (err->code == WEIGH_OK)
		flow_whole(flow);
	else
		flow_failed(flow, err);
	flow_unfeed(flow);
	flow_drop(flow);
	file->flow = NULL;
	file->holders--;
}

void
file_arrived(struct fetch *f, struct file *file, uint64_t first, uint64_t len,
    bool full)
{
	const struct origin *o;

	pthread_mutex_lock(&f->lock);
	if (file->flow != NULL)
		flow_arrived(file->flow, first, len);
	o = &file->origins[file->at];
	if (file->size >= RUN_LEAST && !file->whole &&
	    governor_came(f, &o->places->list[o->at], len, full))
		workers_wake(f);
	pthread_mutex_unlock(&f->lock);
}

/* --- how it ends ---------------------------------------------------------------------- */

void
file_end(struct fetch *f, struct file *file, const struct weigh_err *err)
{
	file->err = *err;
	file->ended = true;
	atomic_store(&file->cancel, true);
	unlink_file(f, file);
	file_cut(file, err);
	pthread_cond_broadcast(&f->moved);
}

/* What an origin's failure says: is it over with it? */
static bool
is_over(struct origin *o, const struct file *file, enum weigh_code code)
{
	o->losses++;
	if (code == WEIGH_MISMATCH && file->misses > 0 &&
	    file->misses < FILE_MISSES) /* one segment comes again */
		return o->losses >= TRIES;
	if (code == WEIGH_MISMATCH || code == WEIGH_MALFORMED)
		return ++o->lies >= LIES_OF_ONE;
	/* A no is meant, unless an address has only become too old. */
	if (code == WEIGH_NETWORK || code == WEIGH_NOT_YET ||
	    code == WEIGH_CHANGED || file->worked)
		return o->losses >= TRIES;
	return true;
}

static bool
is_ours(enum weigh_code code)
{
	return code == WEIGH_FULL || code == WEIGH_IO || code == WEIGH_NOMEM ||
	    code == WEIGH_BUG;
}

/* The next origin that is not over; false: there is none. */
static bool
next_origin(struct file *file, unsigned from)
{
	for (unsigned i = 0; i < file->norigins; i++) {
		unsigned at = (from + i) % file->norigins;

		if (!file->origins[at].over) {
			file->at = at;
			return true;
		}
	}
	return false;
}

/* What is known of the origin in use is not true of another. */
static void
forget_origin(struct file *file)
{
	free(file->located);
	file->located = NULL;
	file->worked = false;
	file->whole = false;
	file->listed = false;
	file->misses = 0;
	file->etag[0] = '\0';
}

static void
log_failure(const struct file *file, const struct origin *o,
    const struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&file->oid, hex);
	log_event(err->code == WEIGH_MISMATCH ? LOG_ERROR_LEVEL :
						LOG_WARN_LEVEL,
	    "fetch-failed", "repo", o->repo.name, "path", o->path, "blob", hex,
	    "source", o->places->list[o->at].name, "why", err->why, NULL);
}

void
file_failed(struct fetch *f, struct file *file, unsigned at,
    const struct weigh_err *err, int64_t wait)
{
	struct origin *o = &file->origins[at];
	struct weigh_err said = *err;

	if (file->ended || err->code == WEIGH_CANCELED)
		return;
	log_failure(file, o, err);
	if (err->code == WEIGH_MISMATCH) {
		atomic_fetch_add(&f->counters.mismatches, 1);
		file_cut(file, err);
	}
	(void)weigh_context(&said, said.code, "'%.300s' from %.200s", o->path,
	    o->places->list[o->at].name);
	file->wait = wait;
	if (is_ours(err->code)) {
		file_end(f, file, &said);
		return;
	}
	o->over = o->over || is_over(o, file, err->code);
	if (at != file->at)
		return; /* somebody went on already */
	free(file->located);
	file->located = NULL;
	if (!next_origin(file, o->over || wait > PATIENCE ? at + 1 : at) ||
	    (file->at == at && wait > PATIENCE)) {
		file_end(f, file, &said);
		return;
	}
	if (file->at != at)
		forget_origin(file);
	else
		file->not_before = fetch_ms() +
		    (wait > 0 ? wait * 1000 :
				(int64_t)weigh_backoff_ms(o->losses > 0 ?
					o->losses :
					1,
				    PAUSE_MS, PAUSE_MOST, fetch_chance()));
	pthread_cond_broadcast(&f->work);
}

enum weigh_code
file_ask(struct fetch *f, const struct file *file, const struct place *p,
    struct weigh_err *err)
{
	struct place own = *p;

	pthread_mutex_lock(&f->lock);
	if (file->flow != NULL && file->holders == 1) /* the flow's */
		own.asker = PLACE_READER;
	pthread_mutex_unlock(&f->lock);
	return governor_ask(f, &own, &file->cancel, err);
}

/* --- its part ------------------------------------------------------------------------- */

/* Who had it before may still be about to close it. */
static enum weigh_code
wait_for_part(struct fetch *f, const struct file *file, struct store_part **out,
    struct weigh_err *err)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	enum weigh_code rc = WEIGH_CONFLICT;

	for (unsigned i = 0; rc == WEIGH_CONFLICT && i < 200; i++) {
		if (i > 0)
			nanosleep(&nap, NULL);
		rc = store_part_open(f->parts.store, &file->oid, file->size,
		    out, err);
	}
	return rc;
}

/* What does not fit may find room in the cache. */
static enum weigh_code
open_part(struct fetch *f, struct catalog_reader *reader,
    const struct file *file, struct store_part **out, struct weigh_err *err)
{
	enum weigh_code rc = wait_for_part(f, file, out, err);

	if (rc == WEIGH_FULL && f->parts.make_room != NULL &&
	    f->parts.make_room(f->parts.ctx, reader, file->size))
		rc = wait_for_part(f, file, out, err);
	return rc;
}

/* Who brings it: for which repository of several does not matter. */
static void
self_of(const struct file *file, struct fetch_self *out)
{
	const struct weigh_repo nobodys = { .name = "" };

	fetch_self(out, &nobodys, WEIGH_PUBLIC);
	memcpy(out->token, file->token, sizeof(out->token));
}

/* A kill came between a blob's name and its row: its bytes are here, and only have to
 * be checked again. */
static bool
adopt(struct fetch *f, struct catalog_reader *reader, const struct file *file)
{
	struct store_blob blob = { .oid = file->oid, .size = file->size };
	struct store_finding found;
	struct fetch_self self;
	uint64_t size;
	int fd = -1;

	/* What others brought has to come from upstream, too. */
	self_of(file, &self);
	if (fetch_holds(reader, &file->oid) &&
	    gate_may_use(f->parts.gate, reader, &file->oid, &self.who, &size,
		NULL) != WEIGH_OK)
		return false;
	if (store_open_blob(f->parts.store, &file->oid, &fd, &blob.stamp,
		NULL) != WEIGH_OK)
		return false;
	fd_close(&fd);
	return store_verify(f->parts.store, &file->oid, file->size, 1, NULL,
		   &found, NULL) == WEIGH_OK &&
	    found.ok &&
	    gate_arrived(f->parts.gate, reader, NULL, &blob, &self.who, NULL) ==
	    WEIGH_OK;
}

enum weigh_code
file_open(struct fetch *f, struct catalog_reader *reader, struct file *file,
    struct weigh_err *err)
{
	struct store_part *part = NULL;
	enum weigh_code rc = WEIGH_OK;
	bool here;

	pthread_mutex_lock(&f->lock);
	while (file->opening || file->sealing)
		fetch_wait(f, &f->moved, 1000);
	if (file->part == NULL && !file->ended) {
		file->opening = true;
		pthread_mutex_unlock(&f->lock);
		here = adopt(f, reader, file);
		if (here)
			(void)store_drop_part(f->parts.store, &file->oid, NULL);
		else
			rc = open_part(f, reader, file, &part, err);
		pthread_mutex_lock(&f->lock);
		file->part = part;
		file->opening = false;
		if (here)
			file_end(f, file, &(struct weigh_err){ .why = "" });
		pthread_cond_broadcast(&f->moved);
	} else if (file->ended) {
		rc = file->err.code;
		*err = file->err;
	}
	pthread_mutex_unlock(&f->lock);
	return rc;
}

void
file_seal(struct fetch *f, struct catalog_reader *reader, struct file *file)
{
	struct store_writer *writer = NULL;
	struct fetch_self self;
	struct store_blob blob;
	struct weigh_err err;
	enum weigh_code rc;
	unsigned at = file->at;

	weigh_err_clear(&err);
	rc = store_part_seal(file->part, &writer, &blob, &err);
	if (rc == WEIGH_MISMATCH) {
		lie_note(f, &file->oid);
		atomic_fetch_add(&f->counters.refetched, file->size);
	}
	pthread_mutex_lock(&f->lock);
	if (rc == WEIGH_OK) {
		file->part = NULL; /* the writer's */
		pthread_mutex_unlock(&f->lock);
		self_of(file, &self);
		rc = gate_arrived(f->parts.gate, reader, writer, &blob,
		    &self.who, &err);
		if (rc ==
		    WEIGH_OK) /* on the way something may have been said */
			weigh_err_clear(&err);
		pthread_mutex_lock(&f->lock);
		file_end(f, file, &err);
	} else if (rc == WEIGH_CHANGED || rc == WEIGH_NOT_YET) {
		file_cut(file, &err); /* readers may have had these bytes */
	} else {
		file_failed(f, file, at, &err, -1);
	}
	file->sealing = file->drained = false;
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
}
