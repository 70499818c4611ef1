/* window: the files of one job that are under way at once, until all are held. */
#include <string.h>

#include "fetch/priv.h"

#define WINDOW 64 /* files under way at most */

/* Files under way; with the lock held whatever of it others count. */
struct window {
	size_t at[WINDOW]; /* numbers in the listing */
	unsigned n;
	size_t next;          /* the first that was not begun */
	struct weigh_err err; /* the first failure */
	int64_t wait;
};

void
work_count(struct work *w, const struct listed *file)
{
	w->held_files++;
	w->held_bytes += file->size;
}

/* --- into the window ----------------------------------------------------- */

static enum weigh_code
want(struct fetch *f, struct work *w, struct listed *file,
    struct weigh_err *err)
{
	struct origin o = {
		.at = w->step.at,
		.repo = w->rev.repo,
		.rev = w->rev,
		.path = strdup(file->path),
	};

	if (o.path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	fetch_token(o.token, &w->job.order.repo, w->list.visibility);
	o.places = places_hold(w->places);
	file->file = file_want(f, &file->oid, file->size, w->job.order.priority,
	    &o);
	return file->file != NULL ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* Begin as many as may be under way.  The lock is taken for each. */
static void
fill(struct fetch *f, struct catalog_reader *reader, struct work *w,
    struct window *win)
{
	unsigned most;

	pthread_mutex_lock(&f->lock);
	most = f->settings.files < WINDOW ? f->settings.files : WINDOW;
	pthread_mutex_unlock(&f->lock);
	for (; win->n < most && win->next < w->list.n; win->next++) {
		struct listed *file = &w->list.files[win->next];
		enum weigh_code rc;

		if (!file->wanted || file->held)
			continue;
		if (fetch_may_use(f, reader, &w->job.order.repo,
			w->list.visibility,
			&file->oid)) { /* it came by another */
			pthread_mutex_lock(&f->lock);
			file->held = true;
			work_count(w, file);
			pthread_mutex_unlock(&f->lock);
			continue;
		}
		pthread_mutex_lock(&f->lock);
		rc = want(f, w, file, &win->err);
		if (rc == WEIGH_OK)
			win->at[win->n++] = win->next;
		pthread_mutex_unlock(&f->lock);
		if (rc != WEIGH_OK)
			return;
	}
}

/* --- and out of it ------------------------------------------------------- */

/* Take those that ended out of the window; with the lock held. */
static void
reap(struct fetch *f, struct work *w, struct window *win)
{
	for (unsigned i = 0; i < win->n;) {
		struct listed *file = &w->list.files[win->at[i]];

		if (!file->file->ended) {
			i++;
			continue;
		}
		if (file->file->err.code == WEIGH_OK) {
			const struct step_event e = { .kind = STEP_PROGRESS };

			file->held = true;
			work_count(w, file);
			(void)step_next(&w->step, &e);
		} else if (win->err.code == WEIGH_OK) {
			win->err = file->file->err;
			win->wait = file->file->wait;
		}
		win->at[i] = win->at[--win->n];
		file_release(f, file->file);
		file->file = NULL;
	}
}

uint64_t
work_came(const struct work *w)
{
	const struct window *win = w->window;
	uint64_t bytes = w->held_bytes;

	if (win == NULL)
		return atomic_load(&w->done_bytes);
	for (unsigned i = 0; i < win->n; i++) {
		const struct file *file = w->list.files[win->at[i]].file;

		if (file->sealing ||
		    (file->ended && file->err.code == WEIGH_OK))
			bytes += file->size;
		else if (file->part != NULL)
			bytes += store_part_held(file->part);
	}
	return bytes;
}

/* How far it is, and how fast; with the lock held. */
static void
measure(struct work *w)
{
	const uint64_t bytes = work_came(w);
	const int64_t now = fetch_ms();

	atomic_store(&w->done_files, w->held_files);
	atomic_store(&w->done_bytes, bytes);
	if (now - w->seen_at < 1000)
		return;
	if (w->seen_at != 0 && bytes >= w->seen_bytes)
		atomic_store(&w->rate,
		    (bytes - w->seen_bytes) * 1000 /
			(uint64_t)(now - w->seen_at));
	w->seen_at = now;
	w->seen_bytes = bytes;
}

/* Is it worth going on with the others after this failure? */
static bool
others_may_come(enum weigh_code code)
{
	return code == WEIGH_OK || code == WEIGH_NOT_FOUND ||
	    code == WEIGH_MISMATCH || code == WEIGH_MALFORMED ||
	    code == WEIGH_FORBIDDEN || code == WEIGH_TOO_BIG;
}

static bool
is_told(const struct fetch *f, const struct work *w)
{
	return w->word != STEP_KINDS || atomic_load(&f->stop);
}

enum weigh_code
work_bring(struct fetch *f, struct catalog_reader *reader, struct work *w,
    struct weigh_err *err)
{
	struct window win = { .wait = -1 };
	bool more = true;

	w->seen_at = 0;
	pthread_mutex_lock(&f->lock);
	w->window = &win;
	pthread_mutex_unlock(&f->lock);
	while (more) {
		if (win.err.code == WEIGH_OK || others_may_come(win.err.code))
			fill(f, reader, w, &win);
		pthread_mutex_lock(&f->lock);
		reap(f, w, &win);
		measure(w);
		more = !is_told(f, w) && others_may_come(win.err.code) &&
		    (win.n > 0 || win.next < w->list.n);
		if (more && win.n > 0)
			fetch_wait(f, &f->moved, 1000);
		pthread_mutex_unlock(&f->lock);
	}
	pthread_mutex_lock(&f->lock);
	w->window = NULL;
	for (unsigned i = 0; i < win.n; i++) {
		file_release(f, w->list.files[win.at[i]].file);
		w->list.files[win.at[i]].file = NULL;
	}
	pthread_mutex_unlock(&f->lock);
	atomic_store(&w->rate, 0);
	w->wait = win.wait;
	if (win.err.code != WEIGH_OK)
		*err = win.err;
	return win.err.code;
}
