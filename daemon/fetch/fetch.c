/* fetch: its making and its end; see fetch.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "fetch/priv.h"
#include "log/log.h"

#define READER_MS 1000 /* until a thread asks again for a reader */

static const struct gate_who fetch_who = {
	.token = "job",
	.author = NULL,
	.email = NULL,
	.origin = "mirrored",
	.may_read = NULL,
	.ctx = NULL,
};

/* --- small things ----------------------------------------------------------------- */

int64_t
fetch_now(void)
{
	return time(NULL);
}

int64_t
fetch_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint32_t
fetch_chance(void)
{
	uint32_t chance = 0;

	if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
		chance = (uint32_t)fetch_ms();
	return chance;
}

void
fetch_wait(struct fetch *f, pthread_cond_t *cond, int64_t ms)
{
	int64_t until = fetch_ms() + ms;
	const struct timespec at = {
		.tv_sec = (time_t)(until / 1000),
		.tv_nsec = (long)(until % 1000) * 1000000,
	};

	(void)pthread_cond_timedwait(cond, &f->lock, &at);
}

struct catalog_reader *
fetch_reader(struct fetch *f)
{
	struct catalog_reader *reader = NULL;
	struct weigh_err err = { .code = WEIGH_OK };
	bool said = false;

	while (!atomic_load(&f->stop) &&
	    catalog_reader_open(&reader, f->parts.catalog_path, &err) !=
		WEIGH_OK) {
		if (!said)
			log_event(LOG_WARN_LEVEL, "fetch-thread-waits", "why",
			    err.why, NULL);
		said = true;
		pthread_mutex_lock(&f->lock);
		if (!atomic_load(&f->stop))
			fetch_wait(f, &f->moved, READER_MS);
		pthread_mutex_unlock(&f->lock);
	}
	if (said && reader != NULL)
		log_event(LOG_INFO_LEVEL, "fetch-thread-goes-on", NULL);
	return reader;
}

void
fetch_ref(const struct source_revision *rev, char out[WEIGH_FETCH_REF])
{
	const char *folder = rev->tag ? "refs/tags/" : "refs/heads/";

	snprintf(out, WEIGH_FETCH_REF, "%s%s",
	    rev->branch[0] != '\0' ? folder : "", rev->branch);
}

bool
fetch_holds(struct catalog_reader *reader, const struct weigh_oid *oid)
{
	struct catalog_blob blob;
	enum catalog_blob_state state;

	return catalog_known_blob(reader, oid, &blob, &state, NULL) ==
	    WEIGH_OK &&
	    state == CATALOG_GOOD && !blob.absent;
}

/* What everybody may read here, or who reads this repository already can. */
static bool
is_open(void *repo, struct catalog_reader *reader, const struct weigh_repo *of,
    enum weigh_visibility visibility)
{
	const struct weigh_repo *own = repo;

	(void)reader;
	return visibility == WEIGH_PUBLIC ||
	    (of->kind == own->kind && strcmp(of->name, own->name) == 0);
}

void
fetch_token(char out[FETCH_TOKEN], const struct weigh_repo *repo,
    enum weigh_visibility shown)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, name);
	snprintf(out, FETCH_TOKEN, "%s%s%s", fetch_who.token,
	    shown == WEIGH_PUBLIC ? "" : " ",
	    shown == WEIGH_PUBLIC ? "" : name);
}

void
fetch_self(struct fetch_self *out, const struct weigh_repo *repo,
    enum weigh_visibility shown)
{
	out->repo = *repo;
	fetch_token(out->token, repo, shown);
	out->who = fetch_who;
	out->who.token = out->token;
	out->who.may_read = is_open;
	out->who.ctx = &out->repo;
}

bool
fetch_may_use(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility shown,
    const struct weigh_oid *oid)
{
	struct fetch_self self;
	uint64_t size;

	fetch_self(&self, repo, shown);
	return fetch_holds(reader, oid) &&
	    gate_may_use(f->parts.gate, reader, oid, &self.who, &size, NULL) ==
	    WEIGH_OK;
}

/* --- settings --------------------------------------------------------------------- */

static void
free_texts(char *texts[TEXTS])
{
	for (size_t i = 0; i < TEXTS; i++)
		free(texts[i]);
}

/* Settings with texts of their own. */
static bool
copy_settings(struct fetch_settings *out, char *texts[TEXTS],
    const struct fetch_settings *in)
{
	*out = *in;
	out->upstream = texts[0] = strdup(in->upstream);
	out->tokens = texts[1] = strdup(in->tokens);
	out->ca_file = texts[2] = strdup(in->ca_file);
	out->listed = texts[3] = strdup(in->listed);
	return texts[0] != NULL && texts[1] != NULL && texts[2] != NULL &&
	    texts[3] != NULL;
}

/* Put these settings in the place of those, and those in theirs; with the lock held. */
static void
swap_settings(struct fetch *f, struct fetch_settings *s, char *texts[TEXTS])
{
	struct fetch_settings old = f->settings;

	f->settings = *s;
	*s = old;
	for (size_t i = 0; i < TEXTS; i++) {
		char *text = f->texts[i];

		f->texts[i] = texts[i];
		texts[i] = text;
	}
}

enum weigh_code
fetch_set(struct fetch *f, const struct fetch_settings *settings,
    struct weigh_err *err)
{
	char *texts[TEXTS] = { NULL };
	struct fetch_settings fresh;
	struct places *places = NULL;
	enum weigh_code rc;

	if (!copy_settings(&fresh, texts, settings)) {
		free_texts(texts);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	pthread_mutex_lock(&f->lock);
	swap_settings(f, &fresh, texts);
	pthread_mutex_unlock(&f->lock);
	rc = places_read(&places, f, settings->upstream, true, err);
	pthread_mutex_lock(&f->lock);
	if (rc == WEIGH_OK) {
		struct places *before = f->places;

		f->places = places;
		places = before;
	} else { /* a configuration is used whole or not at all */
		swap_settings(f, &fresh, texts);
	}
	job_threads(f);
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	places_drop(places);
	free_texts(texts);
	return rc;
}

/* --- from the ground up, and down again --------------------------------------------- */

uint64_t
fetch_cache(struct fetch *f)
{
	uint64_t cache;

	pthread_mutex_lock(&f->lock);
	cache = f->settings.cache;
	pthread_mutex_unlock(&f->lock);
	return cache;
}

enum weigh_code
fetch_new(struct fetch **out, const struct fetch_parts *parts,
    const struct fetch_settings *settings, struct weigh_err *err)
{
	struct fetch *f = calloc(1, sizeof(*f));
	pthread_condattr_t attr;
	enum weigh_code rc;

	if (f == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	f->parts = *parts;
	pthread_mutex_init(&f->lock, NULL);
	pthread_mutex_init(&f->reads_lock, NULL);
	pthread_mutex_init(&f->reader_lock, NULL);
	pthread_mutex_init(&f->order_lock, NULL);
	pthread_mutex_init(&f->row_lock, NULL);
	pthread_mutex_init(&f->governor_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->work, &attr);
	pthread_cond_init(&f->moved, &attr);
	pthread_cond_init(&f->asked, &attr);
	pthread_condattr_destroy(&attr);
	rc = fetch_set(f, settings, err);
	if (rc != WEIGH_OK) {
		fetch_free(f);
		return rc;
	}
	*out = f;
	return WEIGH_OK;
}

static void
join(pthread_t *threads, unsigned *n)
{
	for (unsigned i = 0; i < *n; i++)
		pthread_join(threads[i], NULL);
	*n = 0;
}

void
fetch_stop(struct fetch *f)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	atomic_store(&f->stop, true);
	for (struct work *w = f->works; w != NULL; w = w->next)
		atomic_store(&w->cancel, true);
	for (struct file *file = f->files; file != NULL; file = file->next)
		atomic_store(&file->cancel, true);
	pthread_cond_broadcast(&f->work);
	pthread_cond_broadcast(&f->moved);
	pthread_cond_broadcast(&f->asked);
	pthread_mutex_unlock(&f->lock);
	know_stop(f);
	join(f->jobs, &f->njobs);
	join(f->knowers, &f->nknowers);
	join(f->workers, &f->nworkers);
}

/* Clients held them: their answers are over. */
static void
end_files(struct fetch *f)
{
	const struct weigh_err err = { .code = WEIGH_CANCELED,
		.why = "weighd is stopping" };
	struct file *file;

	pthread_mutex_lock(&f->lock);
	while ((file = f->files) != NULL) {
		file->active++; /* it stays until it is left */
		file_end(f, file, &err);
		file_leave(f, file);
	}
	pthread_mutex_unlock(&f->lock);
}

void
fetch_free(struct fetch *f)
{
	struct work *w, *next;

	if (f == NULL)
		return;
	fetch_stop(f);
	know_free(f);
	end_files(f);
	for (w = f->works; w != NULL; w = next) {
		next = w->next;
		work_free(w);
	}
	places_drop(f->places);
	free_texts(f->texts);
	catalog_reader_close(f->reader);
	pthread_cond_destroy(&f->work);
	pthread_cond_destroy(&f->moved);
	pthread_cond_destroy(&f->asked);
	pthread_mutex_destroy(&f->lock);
	pthread_mutex_destroy(&f->reads_lock);
	pthread_mutex_destroy(&f->order_lock);
	pthread_mutex_destroy(&f->row_lock);
	pthread_mutex_destroy(&f->reader_lock);
	pthread_mutex_destroy(&f->governor_lock);
	free(f);
}

const struct fetch_counters *
fetch_counters(const struct fetch *f)
{
	return &f->counters;
}
