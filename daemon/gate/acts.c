/* acts: see acts.h. */
#include "gate/acts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log/log.h"
#include "priv.h"

/* --- may it be? ------------------------------------------------------------ */

static enum weigh_code
check_text(const char *what, const char *text, size_t most,
    struct weigh_err *err)
{
	size_t len = strlen(text);

	if (len <= most && weigh_utf8_ok(text, len))
		return WEIGH_OK;
	(void)weigh_fail(err, WEIGH_USAGE,
	    "%s is not UTF-8 of at most %zu bytes", what, most);
	weigh_fix(err, "say it shorter, and the rest in a ticket");
	return WEIGH_USAGE;
}

static enum weigh_code
check_texts(const struct weigh_act *act, struct weigh_err *err)
{
	enum weigh_code rc = check_text("why", act->why, GATE_ACT_WHY, err);

	if (rc == WEIGH_OK)
		rc = check_text("who does it", act->by, GATE_ACT_WORD, err);
	if (rc == WEIGH_OK)
		rc = check_text("the ticket", act->ticket, GATE_ACT_WORD, err);
	if (rc == WEIGH_OK)
		rc = check_text("the rule", act->rule, WEIGH_POLICY_ID - 1,
		    err);
	if (rc == WEIGH_OK)
		rc = check_text("the purpose", act->purpose,
		    WEIGH_POLICY_ID - 1, err);
	if (rc != WEIGH_OK || act->why[strspn(act->why, " \t")] != '\0')
		return rc;
	(void)weigh_fail(err, WEIGH_USAGE, "no reason was given");
	weigh_fix(err, "say why: who reads it in a year shall understand it");
	return WEIGH_USAGE;
}

static void
see_revision(void *ctx, const struct catalog_revision *rev)
{
	(void)rev;
	*(bool *)ctx = true;
}

/* An approval, or a waiver. */
static enum weigh_code
check_grant(struct catalog_reader *reader, const struct weigh_act *act,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	bool seen = false;

	if (act->until != 0 && act->until <= act->at)
		return weigh_fail(err, WEIGH_USAGE, "its end is past already");
	if (act->kind == WEIGH_ACT_WAIVER && act->rule[0] == '\0')
		return weigh_fail(err, WEIGH_USAGE,
		    "which rule is waived was not said");
	return catalog_revision(reader, repo, commit, see_revision, &seen, err);
}

struct revoking {
	int64_t number;
	bool there, revoked;
};

static void
see_act(void *ctx, const struct weigh_act *act)
{
	struct revoking *r = ctx;

	if (act->kind == WEIGH_ACT_REVOKED)
		r->revoked = r->revoked || act->revokes == r->number;
	else
		r->there = r->there || act->number == r->number;
}

static enum weigh_code
check_revoke(struct catalog_reader *reader, const struct weigh_act *act,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	struct revoking r = { .number = act->revokes };
	enum weigh_code rc;

	rc = catalog_acts(reader, repo, commit, see_act, &r, err);
	if (rc == WEIGH_OK && !r.there)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "there is no approval or waiver number %lld of '%s'",
		    (long long)act->revokes, act->repo);
	if (rc == WEIGH_OK && r.revoked)
		return weigh_fail(err, WEIGH_EXISTS,
		    "number %lld was taken back before",
		    (long long)act->revokes);
	return rc;
}

/* --- intent, journal, catalog ------------------------------------------------ */

struct acting {
	struct weigh_act *act;
	struct weigh_ref ref;
	struct weigh_gitid commit;
	int64_t intent;
	bool
	    doubt; /* whether the journal has its line shows at the next start */
};

static enum weigh_code
intend(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct acting *a = ctx;
	struct catalog_intent intent = {
		.verb = CATALOG_ACT,
		.repo = a->ref.repo,
	};
	enum weigh_code rc = catalog_intend(g->parts.catalog, &intent, err);

	a->intent = intent.id;
	return rc;
}

static enum weigh_code
unintend(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct acting *a = ctx;

	return catalog_unintend(g->parts.catalog, a->intent, err);
}

static enum weigh_code
journal(struct gate *g, void *ctx, struct weigh_err *err)
{
	static const enum audit_event events[] = {
		[WEIGH_ACT_APPROVAL] = AUDIT_APPROVE,
		[WEIGH_ACT_WAIVER] = AUDIT_WAIVE,
		[WEIGH_ACT_REVOKED] = AUDIT_REVOKE,
	};
	struct acting *a = ctx;
	struct weigh_act *act = a->act;
	const struct audit_entry entry = {
		.event = events[act->kind],
		.time = act->at,
		.repo = &a->ref.repo,
		.revision = a->commit,
		.origin = act->by,
		.why = act->why,
		.ticket = act->ticket,
		.rule = act->rule,
		.purpose = act->purpose,
		.until = act->until,
		.basis = act->basis,
		.revokes = (uint64_t)act->revokes,
	};
	enum weigh_code rc = audit_append(g->parts.audit, &entry, err);

	a->doubt = audit_in_doubt(g->parts.audit);
	if (rc == WEIGH_OK)
		act->number = (int64_t)audit_number(g->parts.audit);
	return rc;
}

static enum weigh_code
note(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	struct acting *a = ctx;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc != WEIGH_OK)
		return rc;
	rc = catalog_add_act(catalog, a->act, err);
	if (rc == WEIGH_OK)
		rc = unintend(g, a, err);
	rc = catalog_end(catalog, rc, err);
	gate_changed(g);
	return rc;
}

/* (1): what the journal may have stays to be settled, by the next change or start. */
static void
leave(struct gate *g, struct acting *a)
{
	if (a->act->number == 0 && !a->doubt &&
	    gate_on_writer(g, unintend, a, NULL) == WEIGH_OK)
		return;
	g->unsettled = true;
	log_event(LOG_WARN_LEVEL, "left-unsettled", "repo", a->act->repo, "why",
	    "the catalog could not be written", NULL);
}

/* While the gate is held. */
static enum weigh_code
act_held(struct gate *g, struct catalog_reader *reader, struct acting *a,
    struct weigh_err *err)
{
	enum weigh_code rc = gate_tidy_held(g, reader, err);

	if (rc == WEIGH_OK)
		rc = a->act->kind == WEIGH_ACT_REVOKED ?
		    check_revoke(reader, a->act, &a->ref.repo, &a->commit,
			err) :
		    check_grant(reader, a->act, &a->ref.repo, &a->commit, err);
	if (rc == WEIGH_OK)
		rc = gate_on_writer(g, intend, a, err);
	if (rc == WEIGH_OK)
		rc = gate_on_writer(g, journal, a, err);
	if (rc == WEIGH_OK)
		rc = gate_on_writer(g, note, a, err);
	if (rc != WEIGH_OK && a->intent != 0)
		leave(g, a);
	return rc;
}

enum weigh_code
gate_act(struct gate *g, struct catalog_reader *reader, struct weigh_act *act,
    struct weigh_err *err)
{
	struct acting a = { .act = act };
	enum weigh_code rc = weigh_ref_parse(&a.ref, act->repo, err);

	act->number = 0;
	act->at = time(NULL);
	if (rc == WEIGH_OK &&
	    !weigh_gitid_parse(&a.commit, act->commit, strlen(act->commit)))
		rc = weigh_fail(err, WEIGH_USAGE,
		    "a commit is 40 hex digits, never a branch");
	if (rc == WEIGH_OK)
		rc = check_texts(act, err);
	if (rc != WEIGH_OK)
		return rc;
	gate_hold(g);
	rc = act_held(g, reader, &a, err);
	gate_release(g);
	return rc;
}

/* --- decisions -------------------------------------------------------------- */

/* The journal's words. */
static const struct {
	const char *word;
	enum weigh_ruling ruling;
	bool held;
} rulings[] = {
	{ "allow", WEIGH_RULING_ALLOW, false },
	{ "review", WEIGH_RULING_REVIEW, false },
	{ "hold", WEIGH_RULING_REVIEW, true },
	{ "deny", WEIGH_RULING_DENY, false },
};
#define NRULINGS (sizeof(rulings) / sizeof(rulings[0]))

static const char *
ruling_word(const struct catalog_decision *d)
{
	size_t i = 0;

	while (i < NRULINGS - 1 &&
	    (rulings[i].ruling != d->ruling ||
		(d->ruling == WEIGH_RULING_REVIEW &&
		    rulings[i].held != d->held)))
		i++;
	return rulings[i].word;
}

/* False: a word of a weighd that knows more. */
static bool
read_ruling(struct catalog_decision *d, const char *word)
{
	for (size_t i = 0; i < NRULINGS; i++) {
		if (strcmp(rulings[i].word, word) != 0)
			continue;
		d->ruling = rulings[i].ruling;
		d->held = rulings[i].held;
		return true;
	}
	return false;
}

static enum weigh_code
journal_decision(struct gate *g, const struct catalog_decision *d,
    struct weigh_err *err)
{
	const struct audit_entry entry = {
		.event = AUDIT_DECIDE,
		.time = d->at,
		.repo = &d->repo,
		.revision = d->commit,
		.origin = "the policy",
		.rule = d->rule,
		.purpose = d->purpose,
		.ruling = ruling_word(d),
		.option = d->option,
		.reason = d->reason,
		.because = d->because,
		.policy = d->policy,
		.record = d->record,
		.approved = (uint64_t)d->approved,
		.until = d->until,
	};

	return audit_append_unsynced(g->parts.audit, &entry, err);
}

struct deciding {
	const struct catalog_decision *decisions;
	size_t n;
};

static enum weigh_code
keep_decisions(struct gate *g, const struct deciding *d, struct weigh_err *err)
{
	bool fresh, turned, any = false;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < d->n; i++) {
		rc = catalog_keep_decision(g->parts.catalog, &d->decisions[i],
		    &fresh, &turned, err);
		if (rc == WEIGH_OK && turned)
			rc = journal_decision(g, &d->decisions[i], err);
		any = any || turned;
	}
	if (rc == WEIGH_OK && any)
		rc = audit_sync(g->parts.audit, err);
	return rc;
}

static enum weigh_code
write_decisions(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	enum weigh_code rc = catalog_begin(catalog, err);

	return rc != WEIGH_OK ?
	    rc :
	    catalog_end(catalog, keep_decisions(g, ctx, err), err);
}

enum weigh_code
gate_decided(struct gate *g, const struct catalog_decision *decisions, size_t n,
    struct weigh_err *err)
{
	struct deciding d = { decisions, n };

	return n == 0 ? WEIGH_OK : gate_on_writer(g, write_decisions, &d, err);
}

/* --- from the journal --------------------------------------------------------- */

struct recalling {
	struct gate *gate;
	bool decisions; /* them too */
};

static enum weigh_code
recall_act(struct gate *g, uint64_t number, const struct audit_entry *entry,
    struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	const struct weigh_act act = {
		.number = (int64_t)number,
		.kind = entry->event == AUDIT_APPROVE ? WEIGH_ACT_APPROVAL :
		    entry->event == AUDIT_WAIVE       ? WEIGH_ACT_WAIVER :
							WEIGH_ACT_REVOKED,
		.repo = name,
		.commit = hex,
		.rule = entry->rule,
		.purpose = entry->purpose,
		.by = entry->origin,
		.why = entry->why,
		.ticket = entry->ticket,
		.at = entry->time,
		.until = entry->until,
		.basis = entry->basis,
		.revokes = (int64_t)entry->revokes,
	};

	weigh_repo_text(entry->repo, name);
	weigh_gitid_hex(&entry->revision, hex);
	return catalog_add_act(g->parts.catalog, &act, err);
}

static enum weigh_code
recall_decision(struct gate *g, const struct audit_entry *entry,
    struct weigh_err *err)
{
	struct catalog_decision d = {
		.repo = *entry->repo,
		.commit = entry->revision,
		.purpose = entry->purpose,
		.option = (uint32_t)entry->option,
		.rule = entry->rule,
		.reason = entry->reason,
		.because = entry->because,
		.policy = entry->policy,
		.record = entry->record,
		.approved = (int64_t)entry->approved,
		.at = entry->time,
		.until = entry->until,
	};
	bool fresh, turned;

	if (!read_ruling(&d, entry->ruling))
		return WEIGH_OK;
	return catalog_keep_decision(g->parts.catalog, &d, &fresh, &turned,
	    err);
}

static enum weigh_code
recall(void *ctx, uint64_t number, const struct audit_entry *entry,
    struct weigh_err *err)
{
	const struct recalling *r = ctx;

	if (entry->event != AUDIT_DECIDE)
		return recall_act(r->gate, number, entry, err);
	return r->decisions ? recall_decision(r->gate, entry, err) : WEIGH_OK;
}

enum weigh_code
gate_recall_acts(struct gate *g, bool decisions, struct weigh_err *err)
{
	struct recalling r = { g, decisions };

	return audit_each_act(g->parts.audit, recall, &r, err);
}

enum weigh_code
gate_settle_act(struct gate *g, const struct catalog_intent *intent,
    struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc != WEIGH_OK)
		return rc;
	rc = gate_recall_acts(g, false, err);
	if (rc == WEIGH_OK)
		rc = catalog_unintend(catalog, intent->id, err);
	rc = catalog_end(catalog, rc, err);
	gate_changed(g);
	return rc;
}
