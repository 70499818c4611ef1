/*
 * shown: what everybody can read here comes by a token of ours only while upstream shows
 * it to everybody (fetch.h, 7).  A revision that was listed while it was open lists files
 * that are not held; once upstream has shut the repository, their bytes would be ours
 * alone.
 */
#include <string.h>

#include "fetch/priv.h"

#define SHOWN_MS (SHOWN_SECONDS * INT64_C(1000))
#define ASKING_MS 10000 /* for the answer of who asks */

static bool
is_of(const struct shown_note *n, const struct place *p,
    const struct weigh_repo *repo)
{
	return n->repo.kind == repo->kind &&
	    strcmp(n->repo.name, repo->name) == 0 &&
	    strcmp(n->base, p->at.site.base) == 0;
}

/* With the lock held: the note of this repository there, or the oldest. */
static struct shown_note *
find_note(struct fetch *f, const struct place *p, const struct weigh_repo *repo)
{
	struct shown_note *oldest = &f->shown[0];

	for (unsigned i = 0; i < SHOWN; i++) {
		if (is_of(&f->shown[i], p, repo))
			return &f->shown[i];
		if (f->shown[i].until < oldest->until)
			oldest = &f->shown[i];
	}
	return oldest;
}

/* When what was told becomes too old one asks, and the others go on with it meanwhile. */
static bool
is_told(struct fetch *f, const struct place *p, const struct weigh_repo *repo,
    bool *open)
{
	int64_t now = fetch_ms();
	struct shown_note *n;
	bool told;

	pthread_mutex_lock(&f->lock);
	n = find_note(f, p, repo);
	told = is_of(n, p, repo) &&
	    (n->until > now || (n->until + SHOWN_MS > now && n->asking > now));
	*open = n->open;
	if (!told && is_of(n, p, repo))
		n->asking = now + ASKING_MS;
	pthread_mutex_unlock(&f->lock);
	return told;
}

static void
note(struct fetch *f, const struct place *p, const struct weigh_repo *repo,
    bool open)
{
	struct shown_note *n;

	if (strlen(p->at.site.base) >= sizeof(n->base))
		return;
	pthread_mutex_lock(&f->lock);
	n = find_note(f, p, repo);
	memcpy(n->base, p->at.site.base, strlen(p->at.site.base) + 1);
	n->repo = *repo;
	n->open = open;
	n->until = fetch_ms() + SHOWN_MS;
	n->asking = 0;
	pthread_mutex_unlock(&f->lock);
}

static bool
is_open(const struct source_revision *rev)
{
	return !rev->private_ && !rev->gated;
}

void
shown_note(struct fetch *f, const struct place *p,
    const struct source_revision *rev)
{
	note(f, p, &rev->repo, is_open(rev));
}

static enum weigh_code
ask(struct fetch *f, const struct file *file, const struct origin *o,
    bool *open, int64_t *wait, struct weigh_err *err)
{
	const struct place *p = &o->places->list[o->at];
	struct source_place at = p->at;
	struct source_revision rev;
	char hex[WEIGH_GITID_HEX + 1];
	enum weigh_code rc;

	at.cancel = &file->cancel;
	weigh_gitid_hex(&o->rev.commit, hex);
	rc = file_ask(f, file, p, err);
	if (rc == WEIGH_OK)
		rc = p->kind->resolve(&at, &o->repo, hex, "", &rev, wait, err);
	if (rc != WEIGH_OK)
		return rc;
	*open = is_open(&rev);
	note(f, p, &o->repo, *open);
	return WEIGH_OK;
}

enum weigh_code
shown_check(struct fetch *f, const struct file *file, const struct origin *o,
    int64_t *wait, struct weigh_err *err)
{
	const struct place *p = &o->places->list[o->at];
	char open_token[FETCH_TOKEN];
	enum weigh_code rc = WEIGH_OK;
	bool open = true;

	fetch_token(open_token, &o->repo, WEIGH_PUBLIC);
	if (strcmp(file->token, open_token) != 0 || !source_shows_token(&p->at))
		return WEIGH_OK;
	if (!is_told(f, p, &o->repo, &open))
		rc = ask(f, file, o, &open, wait, err);
	if (rc != WEIGH_OK || open)
		return rc;
	(void)weigh_fail(err, WEIGH_FORBIDDEN,
	    "upstream does not show '%s' to everybody any more", o->repo.name);
	weigh_fix(err,
	    "weigh mirror %s takes it in as it is shown now, and shuts it "
	    "here",
	    o->repo.name);
	return WEIGH_FORBIDDEN;
}
