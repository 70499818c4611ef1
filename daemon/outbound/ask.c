/*
 * ask: a question and its answer on the asker's thread: hop after hop, as far as
 * redirects may be followed, and the body as it comes.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "priv.h"

/* --- while a hop is under way ---------------------------------------------------------- */

static void
wait_ms(struct hop *h, int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += (long)ms * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	pthread_cond_timedwait(&h->news, &h->lock, &t);
}

/* The same words whoever runs into it. */
static enum weigh_code
refuse_offline(struct weigh_err *err)
{
	(void)weigh_fail(err, WEIGH_DENIED, "this mirror is offline");
	weigh_fix(err, "set [mirror] offline = no in weighd.conf and reload");
	return WEIGH_DENIED;
}

static enum weigh_code
wanted_no_more(const struct hop *h, struct weigh_err *err)
{
	if (h->r->cancel != NULL && atomic_load(h->r->cancel))
		return weigh_fail(err, WEIGH_CANCELED, "nobody waits for it");
	if (atomic_load(&h->o->stopping))
		return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
	if (atomic_load(&h->o->offline))
		return refuse_offline(err);
	return WEIGH_OK;
}

/* Wait for the head, or the end; h->lock is held. */
static enum weigh_code
await_head(struct hop *h, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	while (rc == WEIGH_OK && !h->head_done && !h->over) {
		wait_ms(h, LOOK_MS);
		rc = wanted_no_more(h, err);
	}
	return rc;
}

/* Wait for a block that is worth it, or the end; h->lock is held. */
static enum weigh_code
await_block(struct hop *h, struct weigh_err *err)
{
	enum weigh_code rc = wanted_no_more(h, err);
	bool grace;

	h->wants = ENOUGH;
	while (rc == WEIGH_OK && h->ring.len < ENOUGH && !h->over && !h->full) {
		grace = h->wants > 1;
		wait_ms(h, grace ? GRACE_MS : LOOK_MS);
		rc = wanted_no_more(h, err);
		if (grace && h->ring.len > 0)
			break;
		/* Silence: the first byte wakes us, and begins another grace. */
		h->wants = h->ring.len > 0 ? ENOUGH : 1;
	}
	return rc;
}

/* There is room again: let it go on; h->lock is held. */
static void
make_room(struct hop *h, size_t len)
{
	ring_drop(&h->ring, len);
	if (h->full && !h->over && !h->resuming && h->ring.len <= RING / 2) {
		h->full = false;
		wire_resume(h);
	}
}

/* Hand the body over as it comes; h->lock is held, but not around block(). */
static enum weigh_code
take_body(struct hop *h, struct weigh_err *err)
{
	const struct outbound_request *r = h->r;
	enum weigh_code rc;
	const char *data;
	size_t len;

	for (;;) {
		if ((rc = await_block(h, err)) != WEIGH_OK)
			return rc;
		if (h->ring.len == 0)
			return WEIGH_OK;
		len = ring_front(&h->ring, &data);
		pthread_mutex_unlock(&h->lock);
		rc = r->block(r->ctx, data, len, err);
		pthread_mutex_lock(&h->lock);
		if (rc != WEIGH_OK)
			return rc;
		make_room(h, len);
	}
}

/* Fill in what the hop alone knows. */
static void
finish_head(struct hop *h)
{
	struct outbound_head *told = &h->head.told;
	char next[WEIGH_URL_MAX];

	snprintf(told->url, sizeof(told->url), "%s", h->text);
	if (told->next[0] == '\0')
		return;
	if (weigh_url_resolve(next, &h->url, told->next, NULL) != WEIGH_OK)
		next[0] = '\0';
	snprintf(told->next, sizeof(told->next), "%s", next);
}

/* Until the hop is over, or we do not want it any more; h->lock is held. */
static enum weigh_code
follow_along(struct hop *h, struct outbound_head *head, struct weigh_err *err)
{
	const struct outbound_request *r = h->r;
	enum weigh_code rc = await_head(h, err);

	if (rc != WEIGH_OK || !h->head_done)
		return rc;
	finish_head(h);
	*head = h->head.told;
	if (!(h->follows && head_redirects(&h->head)) && r->head != NULL) {
		pthread_mutex_unlock(&h->lock);
		rc = r->head(r->ctx, head, err);
		pthread_mutex_lock(&h->lock);
	}
	return rc == WEIGH_OK ? take_body(h, err) : rc;
}

/* One request, one answer.  Afterwards the loop knows nothing of the hop. */
static enum weigh_code
carry(struct hop *h, struct outbound_head *head, struct weigh_err *err)
{
	enum weigh_code rc;

	pthread_mutex_lock(&h->lock);
	wire_begin(h);
	rc = follow_along(h, head, err);
	if (!h->over)
		wire_end(h);
	while (!h->over || h->posted > 0)
		pthread_cond_wait(&h->news, &h->lock);
	pthread_mutex_unlock(&h->lock);
	return rc == WEIGH_OK ? hop_judge(h, err) : rc;
}

/* --- from hop to hop ------------------------------------------------------------------- */

/* Where the answer of `h` sends us, into `url`; WEIGH_DENIED if we do not go. */
static enum weigh_code
redirect(const struct hop *h, char url[WEIGH_URL_MAX], unsigned followed,
    struct weigh_err *err)
{
	const struct outbound_request *r = h->r;
	struct weigh_url to;
	struct weigh_redirect_facts facts = {
		.from = &h->url,
		.to = &to,
		.status = h->head.told.status,
		.post = r->body != NULL,
		.followed = followed,
		.most = r->redirects,
	};
	enum weigh_redirect verdict;
	enum weigh_code rc;

	rc = weigh_url_resolve(url, &h->url, h->head.location, err);
	if (rc == WEIGH_OK)
		rc = weigh_url_parse(&to, url, err);
	if (rc != WEIGH_OK) {
		if (err != NULL)
			err->code = WEIGH_DENIED;
		return weigh_context(err, WEIGH_DENIED, "'%s'", h->url.host);
	}
	facts.configured = hop_configured(h->o, r, &to);
	verdict = weigh_redirect_judge(&facts);
	if (verdict == WEIGH_REDIRECT_FOLLOW || verdict == WEIGH_REDIRECT_BARE)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_DENIED, "'%s' answered with %s, '%s'",
	    h->url.host, weigh_redirect_why(verdict), to.host);
}

/* One hop; *again says that `url` is now where it leads. */
static enum weigh_code
ask_once(struct outbound *o, const struct outbound_request *r,
    const struct weigh_url *origin, char url[WEIGH_URL_MAX], unsigned followed,
    bool *again, struct outbound_head *head, struct weigh_err *err)
{
	struct hop *h = calloc(1, sizeof(*h));
	enum weigh_code rc;

	*again = false;
	if (h == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = hop_init(h, o, r, url, origin, err);
	if (rc == WEIGH_OK)
		rc = carry(h, head, err);
	if (rc == WEIGH_OK && h->follows && head_redirects(&h->head)) {
		rc = redirect(h, url, followed, err);
		*again = rc == WEIGH_OK;
	}
	if (rc == WEIGH_DENIED || h->code == CURLE_PEER_FAILED_VERIFICATION)
		atomic_fetch_add(&o->counters.refused, 1);
	else if (rc == WEIGH_NETWORK)
		atomic_fetch_add(&o->counters.failed, 1);
	hop_free(h);
	free(h);
	return rc;
}

enum weigh_code
outbound_ask(struct outbound *o, const struct outbound_request *r,
    struct outbound_head *head, struct weigh_err *err)
{
	struct outbound_head unheeded;
	struct weigh_url origin;
	char url[WEIGH_URL_MAX];
	unsigned followed = 0;
	enum weigh_code rc;
	bool again;

	if (head == NULL)
		head = &unheeded;
	*head = (struct outbound_head){
		.retry_after = -1, .left = -1, .reset = -1
	};
	if ((rc = weigh_url_parse(&origin, r->url, err)) != WEIGH_OK)
		return rc;
	snprintf(url, sizeof(url), "%s", r->url);
	do {
		if (outbound_offline(o))
			return refuse_offline(err);
		if (atomic_load(&o->stopping))
			return weigh_fail(err, WEIGH_CANCELED,
			    "weighd is stopping");
		rc = ask_once(o, r, &origin, url, followed++, &again, head,
		    err);
	} while (again);
	return rc;
}

/* --- collected ---------------------------------------------------------------------------- */

static enum weigh_code
collect(void *ctx, const void *data, size_t len, struct weigh_err *err)
{
	if (!weigh_buf_add(ctx, data, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

enum weigh_code
outbound_collect(struct outbound *o, struct outbound_request *r,
    struct outbound_head *head, struct weigh_buf *out, struct weigh_err *err)
{
	r->block = collect;
	r->ctx = out;
	if (r->max > out->max)
		r->max = out->max;
	return outbound_ask(o, r, head, err);
}
