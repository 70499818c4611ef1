/* turns: what the thread reads next, and what comes of it.  See scrub.h. */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "log/log.h"
#include "upkeep/others.h"
#include "upkeep/reading.h"
#include "upkeep/scrub_priv.h"

/* A place is kept soon after a blob was begun, so that a weighd that is killed
 * again and again gets on all the same, and then now and then. */
#define KEEP_FIRST SCRUB_SECOND
#define KEEP_AGAIN (30 * SCRUB_SECOND)

#define WEEK (7 * SCRUB_DAY)
#define TRY_AGAIN INT64_C(3600)   /* seconds until what failed is tried again */
#define PAUSE (10 * SCRUB_SECOND) /* after a failure */
#define USERS 100                 /* of a bad blob that are logged */

static void
warn(struct scrub *s, const char *what, const char *which,
    const struct weigh_err *err)
{
	atomic_fetch_add(&s->failed, 1);
	log_event(LOG_WARN_LEVEL, "scrub-failed", what, which, "why", err->why,
	    NULL);
	scrub_nap(s, PAUSE);
}

static void
set_reading(struct scrub *s, bool reading)
{
	s->reading = reading;
	pthread_mutex_lock(&s->lock);
	s->status.state = reading ? SCRUB_READING : SCRUB_RESTING;
	pthread_mutex_unlock(&s->lock);
}

/* --- the place ------------------------------------------------------------------- */

static enum weigh_code
write_place(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)audit;
	return catalog_scrub_keep(catalog, ctx, err);
}

static void
keep_place(struct scrub *s)
{
	struct weigh_err err = { .code = WEIGH_OK };

	s->place_at = scrub_clock();
	if (gate_write(s->parts.gate, write_place,
		s->place.offset > 0 ? &s->place : NULL, &err) != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "scrub-failed", "what",
		    "cannot keep the place", "why", err.why, NULL);
}

static void
forget_place(struct scrub *s)
{
	if (s->place.offset == 0)
		return;
	s->place.offset = 0;
	s->place_first = false;
	keep_place(s);
}

void
scrub_recall_place(struct scrub *s)
{
	s->place_first = catalog_scrub_place(s->reader, &s->place, NULL) ==
	    WEIGH_OK;
	if (!s->place_first)
		s->place.offset = 0;
}

static struct store_place
store_place_of(const struct catalog_place *place)
{
	struct store_place out = { .offset = place->offset,
		.stamp = place->stamp };

	memcpy(out.chain, place->chain, sizeof(out.chain));
	return out;
}

/* --- a blob ------------------------------------------------------------------------ */

/* After each piece of a blob. */
static enum weigh_code
pace_blob(void *ctx, size_t len, const struct store_place *place,
    struct weigh_err *err)
{
	struct scrub *s = ctx;
	uint64_t now = scrub_clock();
	enum weigh_code rc;
	bool again = s->place.offset > 0;

	atomic_fetch_add(&s->read_bytes, len);
	pthread_mutex_lock(&s->lock);
	if (s->status.offset < s->status.size)
		s->status.offset += len;
	pthread_mutex_unlock(&s->lock);
	rc = scrub_keep_pace(s, len, err);
	if (place == NULL || place->offset == s->place.offset)
		return rc;
	if (rc != WEIGH_OK ||
	    now - s->place_at >= (again ? KEEP_AGAIN : KEEP_FIRST)) {
		s->place.offset = place->offset;
		s->place.stamp = place->stamp;
		memcpy(s->place.chain, place->chain, sizeof(place->chain));
		keep_place(s);
	}
	return rc;
}

static void
log_user(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *path)
{
	char name[WEIGH_REPO_TEXT], revision[WEIGH_GITID_HEX + 1];

	weigh_repo_text(repo, name);
	weigh_gitid_hex(commit, revision);
	log_event(LOG_ERROR_LEVEL, "scrub-found", "sha256", (const char *)ctx,
	    "name", name, "revision", revision, "path", path, NULL);
}

static void
tell_found(struct scrub *s, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	atomic_fetch_add(&s->found, 1);
	weigh_oid_hex(oid, hex);
	(void)catalog_users(s->reader, oid, USERS, log_user, hex, NULL);
}

static void
show_blob(struct scrub *s, const struct catalog_blob *blob, uint64_t offset)
{
	pthread_mutex_lock(&s->lock);
	s->status.oid = blob->oid;
	s->status.size = blob->size;
	s->status.offset = s->status.began_at = offset;
	pthread_mutex_unlock(&s->lock);
}

static void
read_blob(struct scrub *s, const struct catalog_blob *blob)
{
	const struct catalog_blob none = { .size = 0 };
	const struct reading r = { s->parts.gate, s->parts.store, s->reader,
		&s->progress, pace_blob, s };
	bool placed = s->place.offset > 0 &&
	    weigh_oid_equal(&s->place.oid, &blob->oid);
	struct store_place from = store_place_of(&s->place);
	struct weigh_err err = { .code = WEIGH_OK };
	char hex[WEIGH_OID_HEX + 1];
	struct store_finding found;
	enum weigh_code rc;

	if (!placed)
		forget_place(s);
	s->place.oid = blob->oid;
	s->place_at = scrub_clock();
	show_blob(s, blob, placed ? from.offset : 0);
	rc = reading_blob(&r, blob, placed ? &from : NULL, &found, &err);
	show_blob(s, &none, 0);
	if (rc == WEIGH_CANCELED) /* its place is kept */
		return;
	forget_place(s);
	weigh_oid_hex(&blob->oid, hex);
	if (rc == WEIGH_OK)
		atomic_fetch_add(&s->read_blobs, 1);
	else if (rc != WEIGH_NOT_FOUND)
		warn(s, "sha256", hex, &err);
	if (rc == WEIGH_OK && !found.ok)
		tell_found(s, &blob->oid);
}

static enum weigh_code
write_round(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	bool begin = *(bool *)ctx;

	(void)audit;
	return begin ? catalog_scrub_begin(catalog, time(NULL), err) :
		       catalog_scrub_end(catalog, time(NULL), err);
}

/* The next blob of the list, which begins anew when something was admitted. */
static bool
next_blob(struct scrub *s, struct catalog_turn *out)
{
	uint64_t generation = gate_generation(s->parts.gate);

	if (generation != s->generation) {
		(void)gate_write_readings(s->parts.gate, NULL);
		s->generation = generation;
		s->any_after = false;
	}
	return catalog_scrub_next(s->reader, s->any_after ? &s->after : NULL,
		   INT64_MAX, out, NULL) == WEIGH_OK;
}

/* Was it read in the round that is under way, or is it not its time? */
static bool
can_wait(struct scrub *s, const struct catalog_turn *turn)
{
	const struct scrub_status *st = &s->seen;
	bool in_round = st->round.began > 0 && st->round.ended == 0;

	if (in_round && turn->checked >= st->round.began)
		return true;
	return !pace_is_due(&st->plan, turn->checked, time(NULL));
}

/* Nothing of the list is due.  Seen from its beginning, is the round over? */
static void
end_list(struct scrub *s)
{
	struct catalog_turn first;
	struct catalog_scrub round;
	bool begin = false;

	(void)gate_write_readings(s->parts.gate, NULL);
	s->any_after = false;
	if (catalog_scrub(s->reader, &round, NULL) != WEIGH_OK ||
	    round.began == 0 || round.ended != 0)
		return;
	if (catalog_scrub_next(s->reader, NULL, INT64_MAX, &first, NULL) ==
		WEIGH_OK &&
	    first.checked < round.began)
		return;
	if (gate_write(s->parts.gate, write_round, &begin, NULL) == WEIGH_OK)
		log_event(LOG_INFO_LEVEL, "scrubbed", NULL);
}

static bool
begin_round(struct scrub *s)
{
	struct catalog_scrub round;
	bool begin = true;

	if (catalog_scrub(s->reader, &round, NULL) != WEIGH_OK)
		return false;
	if (round.began != 0 && round.ended == 0)
		return true;
	return gate_write(s->parts.gate, write_round, &begin, NULL) == WEIGH_OK;
}

/* The blob that the last run stopped in. */
static bool
finish_place(struct scrub *s)
{
	enum catalog_blob_state state;
	struct catalog_blob blob;

	if (!s->place_first)
		return false;
	s->place_first = false;
	if (catalog_known_blob(s->reader, &s->place.oid, &blob, &state, NULL) !=
		WEIGH_OK ||
	    state != CATALOG_GOOD) {
		forget_place(s);
		return false;
	}
	set_reading(s, true);
	read_blob(s, &blob);
	set_reading(s, false);
	s->place_first = s->place.offset > 0; /* canceled once more */
	return true;
}

bool
scrub_turn_blob(struct scrub *s)
{
	struct catalog_turn turn;
	bool any;

	if (finish_place(s))
		return true;
	any = next_blob(s, &turn) && !can_wait(s, &turn);
	if (!any && s->any_after) { /* look once from the beginning */
		end_list(s);
		any = next_blob(s, &turn) && !can_wait(s, &turn);
	}
	if (!any) {
		end_list(s);
		return false;
	}
	if (!begin_round(s)) {
		scrub_nap(s, PAUSE);
		return false;
	}
	set_reading(s, true);
	read_blob(s, &turn.blob);
	set_reading(s, false);
	s->place_first = s->place.offset > 0;
	s->after = turn;
	s->any_after = true;
	return true;
}

/* --- what is no blob ------------------------------------------------------------- */

static enum weigh_code
pace_others(void *ctx, size_t bytes, struct weigh_err *err)
{
	struct scrub *s = ctx;

	atomic_fetch_add(&s->read_bytes, bytes);
	return scrub_keep_pace(s, bytes, err);
}

/* Read it as the thread does: gently. */
static void
read_other(struct scrub *s, enum others_kind kind,
    const struct weigh_repo *repo)
{
	const struct others o = { s, s->reader, &s->progress.cancel,
		pace_others, s };
	struct weigh_err err = { .code = WEIGH_OK };
	char problem[SCRUB_PROBLEM], name[OTHERS_NAME];
	enum weigh_code rc;

	others_name(kind, repo, name);
	set_reading(s, true);
	rc = others_read(&o, kind, repo, problem, &err);
	set_reading(s, false);
	if (rc != WEIGH_OK && rc != WEIGH_CANCELED)
		warn(s, "name", name, &err);
}

bool
scrub_turn_repo(struct scrub *s)
{
	const int64_t days = s->seen.pace.days;
	struct catalog_turn turn;

	if (catalog_scrub_next_repo(s->reader,
		s->any_after_repo ? &s->after_repo : NULL, &turn,
		NULL) != WEIGH_OK ||
	    (turn.checked > 0 &&
		pace_age(turn.checked, time(NULL)) <
		    days * SCRUB_DAY / 10 * 9)) {
		s->any_after_repo = false;
		return false;
	}
	read_other(s, OTHERS_REPO, &turn.repo);
	s->after_repo = turn;
	s->any_after_repo = true;
	return true;
}

/* Every week; what was found bad, or could not be read, again in an hour. */
static bool
whole_is_due(int64_t checked, int64_t *tried)
{
	int64_t now = time(NULL);

	if (checked > 0 && checked <= now && now - checked < WEEK / 10 * 9)
		return false;
	if (*tried > 0 && *tried <= now && now - *tried < TRY_AGAIN)
		return false;
	*tried = now;
	return true;
}

bool
scrub_turn_catalog(struct scrub *s)
{
	if (!whole_is_due(s->seen.round.catalog, &s->catalog_tried))
		return false;
	read_other(s, OTHERS_CATALOG, NULL);
	return true;
}

bool
scrub_turn_journal(struct scrub *s)
{
	if (!whole_is_due(s->seen.round.journal, &s->journal_tried))
		return false;
	read_other(s, OTHERS_JOURNAL, NULL);
	return true;
}
