/* places: upstreams as they are configured, and how often each may be asked. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "fetch/keyring.h"
#include "fetch/priv.h"

/* What the public Hub promises an address that shows no token. */
#define CALLS 3000
#define CALLS_SECONDS 300
#define CLIENT_SECONDS 2 /* that a client's question waits for its turn */

/* --- reading ------------------------------------------------------------- */

static const struct source *const kinds[] = {
	[WEIGH_SOURCE_HUB] = &source_hub,
	[WEIGH_SOURCE_GIT] = &source_git,
	[WEIGH_SOURCE_DIR] = &source_dir,
};

static enum weigh_code
open_place(struct place *p, const struct places *list,
    const struct weigh_source *source, struct outbound *outbound,
    struct weigh_err *err)
{
	p->kind = kinds[source->kind];
	p->name = source->text;
	p->at.outbound = outbound;
	p->at.site = (struct outbound_site){
		.base = source->base,
		.token = weigh_source_token(list->tokens, source->base),
		.ca_file = list->ca_file,
		/* Its line said so (weigh/source.h, 6). */
		.plain_token = true,
	};
	p->at.dirfd = -1;
	if (source->local &&
	    (p->at.dirfd = open(source->base,
		 O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return weigh_fail_errno(err, errno, "cannot open '%s'",
		    source->base);
	return WEIGH_OK;
}

static enum weigh_code
open_places(struct places *p, struct fetch *f, const char *text,
    const char *tokens, bool configured, struct weigh_err *err)
{
	enum weigh_code rc = keyring_read(&p->tokens, tokens, err);
	size_t n = 0;

	if (rc == WEIGH_OK && configured)
		rc = weigh_source_list(p->sources, STEP_SOURCES, &n, text, err);
	else if (rc == WEIGH_OK)
		rc = weigh_source_parse(&p->sources[n++], text,
		    WEIGH_SOURCE_ORDERED, err);
	for (size_t i = 0; i < n && rc == WEIGH_OK; i++)
		rc = open_place(&p->list[p->n++], p, &p->sources[i],
		    f->parts.outbound, err);
	return rc;
}

enum weigh_code
places_read(struct places **out, struct fetch *f, const char *text,
    bool configured, struct weigh_err *err)
{
	struct places *p = calloc(1, sizeof(*p));
	enum weigh_code rc;
	char *tokens;

	if (p == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	atomic_init(&p->refs, 1);
	for (size_t i = 0; i < STEP_SOURCES; i++)
		p->list[i].at.dirfd = -1;
	pthread_mutex_lock(&f->lock);
	p->ca_file = strdup(f->settings.ca_file);
	tokens = strdup(f->settings.tokens);
	pthread_mutex_unlock(&f->lock);
	rc = p->ca_file == NULL || tokens == NULL ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    open_places(p, f, text, tokens, configured, err);
	free(tokens);
	if (rc == WEIGH_OK)
		*out = p;
	else
		places_drop(p);
	return rc;
}

enum weigh_code
places_for(struct fetch *f, const struct weigh_fetch_order *order,
    struct places **out, struct weigh_err *err)
{
	bool configured;

	if (order->source[0] == '\0') {
		pthread_mutex_lock(&f->lock);
		*out = places_hold(f->places);
		pthread_mutex_unlock(&f->lock);
		return WEIGH_OK;
	}
	pthread_mutex_lock(&f->lock);
	configured = places_have(f->places, order->source);
	pthread_mutex_unlock(&f->lock);
	return places_read(out, f, order->source, configured, err);
}

bool
places_have(const struct places *p, const char *text)
{
	struct weigh_source source;

	if (weigh_source_parse(&source, text, WEIGH_SOURCE_CONFIGURED, NULL) !=
	    WEIGH_OK)
		return false;
	for (unsigned i = 0; i < p->n; i++)
		if (strcmp(p->list[i].name, source.text) == 0)
			return true;
	return false;
}

struct places *
places_hold(struct places *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

void
places_drop(struct places *p)
{
	if (p == NULL || atomic_fetch_sub(&p->refs, 1) > 1)
		return;
	for (unsigned i = 0; i < p->n; i++)
		fd_close(&p->list[i].at.dirfd);
	weigh_source_tokens_free(p->tokens);
	free(p->ca_file);
	free(p);
}

bool
places_reached(const struct fetch *f, const struct places *p)
{
	bool any = !outbound_offline(f->parts.outbound);

	for (unsigned i = 0; i < p->n && !any; i++)
		any = p->sources[i].local;
	return any;
}

/* --- asking one after the other ------------------------------------------ */

enum weigh_code
places_ask(const struct places *p, place_fn *ask, void *ctx, int64_t *wait,
    struct weigh_err *err)
{
	struct weigh_err said = { .code = WEIGH_OK }, now;
	enum weigh_code rc;
	int64_t now_wait;

	*wait = -1;
	if (p->n == 0)
		return step_nobody(err);
	for (unsigned i = 0; i < p->n; i++) {
		weigh_err_clear(&now);
		now_wait = -1;
		rc = ask(ctx, &p->list[i], &now_wait, &now);
		if (rc == WEIGH_OK)
			return rc;
		now.code = rc;
		if (step_says_more(&said, &now) || rc == WEIGH_CANCELED) {
			said = now;
			*wait = now_wait;
		}
		if (rc == WEIGH_CANCELED)
			break;
	}
	if (err != NULL)
		*err = said;
	return said.code;
}

/* --- how often ----------------------------------------------------------- */

/* Of one that is not counted yet. */
static void
begin_count(struct governor *g, const struct place *p)
{
	*g = (struct governor){ .used = 0 };
	snprintf(g->base, sizeof(g->base), "%s", p->at.site.base);
	weigh_budget_init(&g->budget, p->at.site.token[0] != '\0' ? 0 : CALLS,
	    CALLS_SECONDS);
}

/* With its lock held.  Orders may name any number of upstreams: when there are too many,
 * the one that nobody asked for longest is counted no more. */
static struct governor *
governor_of(struct fetch *f, const struct place *p)
{
	struct governor *g = f->governors, *oldest = g;
	unsigned i;

	for (i = 0; i < f->ngovernors; i++) {
		g = &f->governors[i];
		if (strcmp(g->base, p->at.site.base) == 0)
			break;
		if (g->used < oldest->used)
			oldest = g;
	}
	if (i == f->ngovernors) {
		g = i < GOVERNORS ? &f->governors[f->ngovernors++] : oldest;
		begin_count(g, p);
	}
	g->used = fetch_ms();
	return g;
}

/* With its lock held. */
static int64_t
take_call(struct governor *g, enum place_asker asker)
{
	int64_t now = fetch_ms() / 1000;

	return asker == PLACE_JOB ? weigh_budget_ask(&g->budget, now) :
				    weigh_budget_ask_guest(&g->budget, now);
}

enum weigh_code
governor_ask(struct fetch *f, const struct place *p, const atomic_bool *cancel,
    struct weigh_err *err)
{
	const struct timespec nap = { .tv_nsec = 200000000 };
	int64_t wait;

	do {
		pthread_mutex_lock(&f->governor_lock);
		wait = take_call(governor_of(f, p), p->asker);
		pthread_mutex_unlock(&f->governor_lock);
		if (atomic_load(&f->stop) ||
		    (cancel != NULL && atomic_load(cancel)))
			return weigh_fail(err, WEIGH_CANCELED,
			    "it was told to stop");
		if (p->asker == PLACE_CLIENT && wait > CLIENT_SECONDS)
			return weigh_fail(err, WEIGH_NOT_YET,
			    "upstream is asked as often as it allows: again "
			    "in %lld seconds",
			    (long long)wait);
		if (wait > 0)
			nanosleep(&nap, NULL);
	} while (wait > 0);
	return WEIGH_OK;
}

void
governor_told(struct fetch *f, const struct place *p,
    const struct outbound_head *head)
{
	pthread_mutex_lock(&f->governor_lock);
	weigh_budget_told(&governor_of(f, p)->budget, fetch_ms() / 1000,
	    head->status, head->retry_after, head->left, head->reset);
	pthread_mutex_unlock(&f->governor_lock);
}

void
governor_trust(struct fetch *f, const struct place *p)
{
	pthread_mutex_lock(&f->governor_lock);
	governor_of(f, p)->budget.most = 0;
	pthread_mutex_unlock(&f->governor_lock);
}

/* --- by how many connections ----------------------------------------------- */

bool
governor_came(struct fetch *f, const struct place *p, uint64_t bytes, bool full)
{
	bool changed;

	pthread_mutex_lock(&f->governor_lock);
	changed = pace_came(&governor_of(f, p)->pace, bytes, full,
	    f->settings.ranges, fetch_ms());
	pthread_mutex_unlock(&f->governor_lock);
	return changed;
}

unsigned
governor_width(struct fetch *f, const struct place *p, unsigned *sure)
{
	const struct pace *pace;
	unsigned width;

	pthread_mutex_lock(&f->governor_lock);
	pace = &governor_of(f, p)->pace;
	width = pace_width(pace, f->settings.ranges);
	*sure = pace_sure(pace, f->settings.ranges);
	pthread_mutex_unlock(&f->governor_lock);
	return width;
}
