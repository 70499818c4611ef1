/* consent: see consent.h. */
#include "consent.h"

#include <time.h>

#include "catalog/consents.h"
#include "priv.h"

static const struct act {
	enum audit_event event;
	enum weigh_answer ruling; /* that it leads to */
} acts[WEIGH_CONSENT_ACTS] = {
	[WEIGH_CONSENT_ACCEPT] = { AUDIT_ACCEPT, WEIGH_ANSWER_NONE },
	[WEIGH_CONSENT_GRANT] = { AUDIT_GRANT, WEIGH_ANSWER_GRANTED },
	[WEIGH_CONSENT_REFUSE] = { AUDIT_REFUSE, WEIGH_ANSWER_REFUSED },
	[WEIGH_CONSENT_REOPEN] = { AUDIT_REOPEN, WEIGH_ANSWER_NONE },
	[WEIGH_CONSENT_END] = { AUDIT_EVENTS, WEIGH_ANSWER_NONE },
};

/* --- saying -------------------------------------------------------------- */

/* May the terms of now be accepted, and are they not yet? */
static enum weigh_code
look_at_terms(struct gate_saying *s, struct catalog *catalog,
    struct weigh_consent *with, struct weigh_err *err)
{
	struct catalog_gating now;
	enum weigh_code rc = catalog_own_gating(catalog, &s->repo, &now, err);

	if (rc != WEIGH_OK)
		return rc;
	if (s->shown != NULL && !weigh_oid_equal(s->shown, &now.terms)) {
		weigh_fail(err, WEIGH_STALE,
		    "the terms of '%s' are others than those that were shown",
		    s->repo.name);
		weigh_fix(err, "look at them again, then accept them");
		return WEIGH_STALE;
	}
	if (s->now.ruling == WEIGH_ANSWER_REFUSED) {
		weigh_fail(err, WEIGH_FORBIDDEN,
		    "an approver of this mirror refused access to '%s'",
		    s->repo.name);
		weigh_fix(err, "ask an approver of this mirror why");
		return WEIGH_FORBIDDEN;
	}
	*with = (struct weigh_consent){
		.terms = now.terms,
		.card = now.card,
		.commit = now.commit,
	};
	s->changed = !s->now.accepted ||
	    !weigh_oid_equal(&s->now.terms, &now.terms);
	return WEIGH_OK;
}

static enum weigh_code
write_down(const struct gate_saying *s, const struct weigh_consent *with,
    struct catalog *catalog, struct audit *audit, struct weigh_err *err)
{
	const struct audit_entry entry = {
		.event = acts[s->act].event,
		.time = time(NULL),
		.repo = &s->repo,
		.token = s->token,
		.revision = with->commit,
		.terms = with->terms,
		.card = with->card,
		.origin = s->origin,
		.why = s->why,
	};
	const struct catalog_consent said = {
		.repo = s->repo,
		.token = s->token,
		.act = s->act,
		.by = s->origin,
		.why = s->why,
		.time = entry.time,
		.now = s->now,
	};
	enum weigh_code rc = audit_append(audit, &entry, err);

	return rc == WEIGH_OK ? catalog_say_consent(catalog, &said, err) : rc;
}

static enum weigh_code
say(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct gate_saying *s = ctx;
	struct catalog *catalog = g->parts.catalog;
	struct weigh_consent with = { .accepted = false };
	enum weigh_code rc;

	rc = catalog_own_consent(catalog, &s->repo, s->token, &s->now, err);
	s->changed = s->now.ruling != acts[s->act].ruling;
	if (rc == WEIGH_OK && s->act == WEIGH_CONSENT_ACCEPT)
		rc = look_at_terms(s, catalog, &with, err);
	if (rc != WEIGH_OK || !s->changed)
		return rc;
	weigh_consent_apply(&s->now, s->act, &with);
	rc = write_down(s, &with, catalog, g->parts.audit, err);
	gate_changed(g);
	return rc;
}

enum weigh_code
gate_say_consent(struct gate *g, struct gate_saying *s, struct weigh_err *err)
{
	if (acts[s->act].event == AUDIT_EVENTS)
		return weigh_fail(err, WEIGH_BUG, "nobody says that");
	return gate_on_writer(g, say, s, err);
}

/* --- again --------------------------------------------------------------- */

static bool
act_of(enum audit_event event, enum weigh_consent_act *act)
{
	for (unsigned i = 0; i < WEIGH_CONSENT_ACTS; i++) {
		if (acts[i].event == event) {
			*act = (enum weigh_consent_act)i;
			return true;
		}
	}
	return false;
}

static enum weigh_code
say_again(void *ctx, const struct audit_consent *line, struct weigh_err *err)
{
	const struct weigh_consent with = {
		.terms = line->terms,
		.card = line->card,
		.commit = line->revision,
	};
	struct catalog_consent said = {
		.repo = line->repo,
		.token = line->token,
		.by = line->origin,
		.why = line->why,
		.time = line->time,
	};
	struct catalog *catalog = ctx;
	enum weigh_code rc;

	if (!act_of(line->event, &said.act))
		return catalog_end_consents(catalog, &line->repo,
		    line->event == AUDIT_MOVE ? &line->target : NULL,
		    line->time, err);
	rc = catalog_own_consent(catalog, &line->repo, line->token, &said.now,
	    err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_consent_apply(&said.now, said.act, &with);
	return catalog_say_consent(catalog, &said, err);
}

enum weigh_code
gate_consents_again(struct catalog *catalog, const struct audit_ledger *ledger,
    struct weigh_err *err)
{
	return audit_ledger_each_consent(ledger, say_again, catalog, err);
}
