/*
 * store: many small blobs sealed at once.  A sync waits for the disk, and syncs
 * that wait together are mostly one for the disk; so a few threads wait.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "store/priv.h"

#define THREADS 4
#define FEW 8 /* for so many no thread is worth its while */

struct sealing {
	struct store_writer **writers;
	struct store_blob *blobs;
	size_t n;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t lock;
	enum weigh_code rc; /* the first failure, under the lock */
	struct weigh_err err;
};

static void
keep_failure(struct sealing *s, enum weigh_code rc, const struct weigh_err *err)
{
	pthread_mutex_lock(&s->lock);
	if (s->rc == WEIGH_OK) {
		s->rc = rc;
		s->err = *err;
	}
	pthread_mutex_unlock(&s->lock);
	atomic_store(&s->failed, true);
}

static void *
seal_some(void *ctx)
{
	struct sealing *s = ctx;
	struct weigh_err err;
	enum weigh_code rc;
	size_t i;

	weigh_err_clear(&err);
	while (!atomic_load(&s->failed) &&
	    (i = atomic_fetch_add(&s->next, 1)) < s->n) {
		rc = store_seal(s->writers[i], NULL, &s->blobs[i], &err);
		if (rc != WEIGH_OK)
			keep_failure(s, rc, &err);
	}
	return NULL;
}

enum weigh_code
store_seal_many(struct store_writer **writers, size_t n,
    struct store_blob *blobs, struct weigh_err *err)
{
	struct sealing s = { .writers = writers, .blobs = blobs, .n = n };
	pthread_t threads[THREADS - 1];
	unsigned started = 0;

	pthread_mutex_init(&s.lock, NULL);
	while (n > FEW && started < THREADS - 1 &&
	    pthread_create(&threads[started], NULL, seal_some, &s) == 0)
		started++;
	(void)seal_some(&s);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_mutex_destroy(&s.lock);
	if (s.rc != WEIGH_OK && err != NULL)
		*err = s.err;
	return s.rc;
}
