/* check: local files against their SHA-256, on several threads. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <weigh/midstate.h>

#include "beneath.h"
#include "check.h"
#include "stop.h"

#define PIECE ((size_t)1 << 20)
#define THREADS_MAX 64
#define LOOK_MS 100

struct crew {
	int dir;
	struct check_item *items;
	size_t n;
	atomic_size_t next; /* the first item that nobody has taken */
	_Atomic uint64_t bytes;
	pthread_mutex_t lock;
	pthread_cond_t change;
	unsigned working; /* under lock */
	bool nomem;       /* under lock */
};

const char *
check_problem(const struct check_item *item)
{
	switch (item->verdict) {
	case CHECK_UNKNOWN:
		return "was not checked";
	case CHECK_RIGHT:
		return "";
	case CHECK_MISSING:
		return "is missing";
	case CHECK_NOT_FILE:
		return "is not a regular file";
	case CHECK_SIZE:
		return "has another size";
	case CHECK_DIGEST:
		return "has another SHA-256";
	case CHECK_UNREADABLE:
		return "cannot be read";
	}
	return "";
}

static enum check_verdict
verdict_of_errno(int errnum)
{
	if (errnum == ENOENT)
		return CHECK_MISSING;
	if (errnum == ELOOP || errnum == ENOTDIR || errnum == EXDEV)
		return CHECK_NOT_FILE;
	return CHECK_UNREADABLE;
}

/* Hash the open file to its end; it must have exactly item->size bytes. */
static enum check_verdict
hash_file(struct crew *crew, struct check_item *item, int fd,
    struct weigh_hasher *h, char *piece)
{
	struct weigh_oid got;
	uint64_t at = 0;
	ssize_t n;

	weigh_hasher_reset(h);
	while ((n = pread(fd, piece, PIECE, (off_t)at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			item->errnum = errno;
			return CHECK_UNREADABLE;
		}
		at += (uint64_t)n;
		if (stop_asked())
			return CHECK_UNKNOWN;
		if (at > item->size)
			return CHECK_SIZE; /* it grew */
		if (!weigh_hasher_update(h, piece, (size_t)n)) {
			item->errnum = ENOMEM;
			return CHECK_UNREADABLE;
		}
		atomic_fetch_add(&crew->bytes, (uint64_t)n);
	}
	if (at != item->size)
		return CHECK_SIZE;
	if (!weigh_hasher_final(h, &got)) {
		item->errnum = ENOMEM;
		return CHECK_UNREADABLE;
	}
	return weigh_oid_equal(&got, &item->oid) ? CHECK_RIGHT : CHECK_DIGEST;
}

static void
check_one(struct crew *crew, struct check_item *item, struct weigh_hasher *h,
    char *piece)
{
	struct stat st;
	int fd = beneath_open(crew->dir, item->path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0 || fstat(fd, &st) != 0) {
		item->errnum = errno;
		item->verdict = verdict_of_errno(errno);
	} else if (!S_ISREG(st.st_mode)) {
		item->verdict = CHECK_NOT_FILE;
	} else if ((uint64_t)st.st_size != item->size) {
		item->size = (uint64_t)st.st_size;
		item->verdict = CHECK_SIZE;
	} else {
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		item->verdict = hash_file(crew, item, fd, h, piece);
	}
	if (fd >= 0)
		close(fd);
}

static void *
work(void *arg)
{
	struct crew *crew = arg;
	struct weigh_hasher *h = weigh_hasher_new();
	char *piece = malloc(PIECE);
	bool nomem = h == NULL || piece == NULL;
	size_t i;

	while (!nomem && !stop_asked() &&
	    (i = atomic_fetch_add(&crew->next, 1)) < crew->n)
		check_one(crew, &crew->items[i], h, piece);
	free(piece);
	weigh_hasher_free(h);
	pthread_mutex_lock(&crew->lock);
	crew->nomem |= nomem;
	crew->working--;
	pthread_cond_signal(&crew->change);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

/* Draw until the last one is done. */
static void
watch(struct crew *crew, struct bars *bars)
{
	struct timespec until;

	pthread_mutex_lock(&crew->lock);
	while (crew->working > 0) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_MS * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_nsec -= 1000000000L;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&crew->change, &crew->lock, &until);
		if (bars != NULL) {
			bars_total(bars, atomic_load(&crew->bytes));
			bars_draw(bars);
		}
	}
	pthread_mutex_unlock(&crew->lock);
}

enum weigh_code
check_files(int dir, struct check_item *items, size_t n, unsigned threads,
    struct bars *bars, struct weigh_err *err)
{
	struct crew crew = { .dir = dir, .items = items, .n = n };
	pthread_t thread[THREADS_MAX];
	unsigned begun = 0, i;

	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	if (threads > n)
		threads = (unsigned)n;
	pthread_mutex_init(&crew.lock, NULL);
	pthread_cond_init(&crew.change, NULL);
	crew.working = threads;
	while (begun < threads &&
	    pthread_create(&thread[begun], NULL, work, &crew) == 0)
		begun++;
	pthread_mutex_lock(&crew.lock);
	crew.working -= threads - begun;
	pthread_mutex_unlock(&crew.lock);
	watch(&crew, bars);
	for (i = 0; i < begun; i++)
		pthread_join(thread[i], NULL);
	pthread_cond_destroy(&crew.change);
	pthread_mutex_destroy(&crew.lock);
	if (stop_asked())
		return stop_fail(err);
	if (crew.nomem || (begun == 0 && n > 0))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory or threads");
	return WEIGH_OK;
}
