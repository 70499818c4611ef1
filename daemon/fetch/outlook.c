/* outlook: what would be asked of whom, and how upstreams answer now; for the doctor. */
#include "fetch/priv.h"

#define LOOK_MAX (1u << 20) /* bytes of an answer; more is an answer, too */

void
fetch_outlook(struct fetch *f, struct fetch_outlook *out)
{
	*out = (struct fetch_outlook){
		.offline = outbound_offline(f->parts.outbound),
	};
	pthread_mutex_lock(&f->lock);
	out->upstreams = f->places != NULL ? f->places->n : 0;
	out->through = f->settings.through;
	pthread_mutex_unlock(&f->lock);
}

/* Does a token that we have, or none, get us in? */
static enum weigh_code
judge_status(int status, struct weigh_err *err)
{
	if (status == 401 || status == 403)
		return weigh_fail(err, WEIGH_FORBIDDEN,
		    "it does not let us in (HTTP %d)", status);
	if (status >= 500 || status == 429)
		return weigh_fail(err, WEIGH_NETWORK,
		    "it answers with its own trouble (HTTP %d)", status);
	return WEIGH_OK;
}

/* One small question; a folder of this machine was opened when it was read. */
static enum weigh_code
look_at(struct fetch *f, const struct place *p, const atomic_bool *cancel,
    struct weigh_err *err)
{
	const struct outbound_request r = {
		.site = &p->at.site,
		.method = "GET",
		.url = p->at.site.base,
		.redirects = 5,
		.max = LOOK_MAX,
		.cancel = cancel,
		.basic = p->kind == &source_git,
	};
	struct outbound_head head = { .status = 0 };
	enum weigh_code rc;

	if (p->at.dirfd >= 0)
		return WEIGH_OK;
	rc = governor_ask(f, p, cancel, err);
	if (rc == WEIGH_OK)
		rc = outbound_ask(f->parts.outbound, &r, &head, err);
	if (rc == WEIGH_TOO_BIG)
		rc = WEIGH_OK;
	return rc == WEIGH_OK ? judge_status(head.status, err) : rc;
}

enum weigh_code
fetch_check(struct fetch *f, const atomic_bool *cancel,
    void (*each)(void *ctx, const char *place, const struct weigh_err *why),
    void *ctx, struct weigh_err *err)
{
	struct places *places = NULL;
	struct weigh_err why;
	enum weigh_code rc = WEIGH_OK;

	if (outbound_offline(f->parts.outbound))
		return WEIGH_OK;
	pthread_mutex_lock(&f->lock);
	if (f->places != NULL)
		places = places_hold(f->places);
	pthread_mutex_unlock(&f->lock);
	for (unsigned i = 0; places != NULL && i < places->n; i++) {
		const struct place *p = &places->list[i];

		weigh_err_clear(&why);
		rc = look_at(f, p, cancel, &why);
		if (rc == WEIGH_CANCELED)
			break;
		each(ctx, p->name, rc == WEIGH_OK ? NULL : &why);
	}
	places_drop(places);
	return rc == WEIGH_CANCELED ?
	    weigh_fail(err, WEIGH_CANCELED, "weighd is stopping") :
	    WEIGH_OK;
}
