/* admission: what a job brought becomes ours, and is followed. */
#include <stdio.h>

#include "fetch/events.h"
#include "fetch/priv.h"

/* --- what is followed ---------------------------------------------------- */

/* The order that is followed, and where: an order for once does not end that. */
struct followed {
	char source[WEIGH_FETCH_SOURCE];
	struct weigh_buf request;
};

static void
keep_followed(void *ctx, const struct catalog_mirror *m)
{
	struct followed *k = ctx;

	if (!m->follow)
		return;
	snprintf(k->source, sizeof(k->source), "%s", m->source);
	weigh_buf_adds(&k->request, m->request);
}

static enum weigh_code
read_followed(struct catalog_reader *reader, const struct weigh_repo *repo,
    struct followed *k, struct weigh_err *err)
{
	struct weigh_err why = { .code = WEIGH_OK };
	enum weigh_code rc;

	rc = catalog_mirror(reader, repo, keep_followed, k, &why);
	if (rc == WEIGH_OK || rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (err != NULL)
		*err = why;
	return rc;
}

/* What is kept of it beside its revisions: where it is from, and what is followed. */
static enum weigh_code
follow(struct fetch *f, struct catalog_reader *reader, const struct work *w,
    struct weigh_err *err)
{
	const struct weigh_fetch_order *order = &w->job.order;
	struct followed k = { .source = "" };
	struct catalog_mirror m = {
		.repo = order->repo,
		.source = work_place(w)->name,
		.used = fetch_now(),
	};
	struct weigh_jw jw;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(&k.request, WEIGH_FETCH_ORDER_MAX);
	if (order->follow) {
		weigh_jw_init(&jw, &k.request);
		weigh_fetch_order_write(&jw, order);
	} else {
		rc = read_followed(reader, &order->repo, &k, err);
	}
	if (rc == WEIGH_OK && k.request.failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK) {
		m.follow = k.request.len > 0;
		m.request = m.follow ? k.request.data : "";
		if (k.source[0] != '\0')
			m.source = k.source;
		rc = gate_follow(f->parts.gate, reader, &m, err);
	}
	weigh_buf_free(&k.request);
	return rc;
}

/* --- what came ------------------------------------------------------------ */

/* What is known of a revision, to see whether anything is new beside bytes that came
 * (count_files). */
struct held {
	bool known;
	struct weigh_gitid at; /* where its branch or tag leads */
};

static void
see_held(void *ctx, const struct catalog_revision *revision)
{
	struct held *h = ctx;

	(void)revision;
	h->known = true;
}

static struct held
look_held(struct catalog_reader *reader, const struct work *w)
{
	const struct weigh_repo *repo = &w->job.order.repo;
	struct held h = { .known = false };
	bool known;

	(void)catalog_revision(reader, repo, &w->list.commit, see_held, &h,
	    NULL);
	if (w->job.ref[0] != '\0')
		(void)catalog_resolve(reader, repo, w->job.ref, &h.at, &known,
		    NULL);
	return h;
}

static void
note_change(struct fetch *f, struct work *w)
{
	pthread_mutex_lock(&f->lock);
	w->job.unchanged = false;
	pthread_mutex_unlock(&f->lock);
}

enum weigh_code
work_admit(struct fetch *f, struct catalog_reader *reader, struct work *w,
    struct weigh_err *err)
{
	const struct weigh_repo *repo = &w->job.order.repo;
	struct held before = look_held(reader, w), now;
	enum weigh_code rc;

	rc = listing_admit(f, reader, &w->list, repo, w->job.ref, work_place(w),
	    false, err);
	if (rc == WEIGH_OK)
		rc = follow(f, reader, w, err);
	if (rc != WEIGH_OK)
		return rc;
	now = look_held(reader, w);
	if (!before.known || !weigh_gitid_equal(&before.at, &now.at))
		note_change(f, w);
	if (!w->job.unchanged)
		(void)events_mirrored(f->parts.gate, reader, repo,
		    work_place(w)->name, &before.at, &w->list.commit, NULL);
	return WEIGH_OK;
}
