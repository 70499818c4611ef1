/*
 * consent: what is said about terms, and what the journal says of it again.
 *
 * (1) A line stands in the journal before its row counts.  A kill between the two
 *     leaves a line that nobody was answered for; a catalog made again believes it.
 * (2) What is accepted are the terms of the moment: of HEAD's revision.
 * (3) What would change nothing is not said again.
 *
 * Threads and blocking: as gate.h.
 */
#ifndef GATE_CONSENT_H
#define GATE_CONSENT_H

#include <weigh/consent.h>

#include "gate/gate.h"

struct gate_saying {
	struct weigh_repo
	    repo;          /* held, spelled so; its terms are to be accepted */
	const char *token; /* whom it is about: an id */
	enum weigh_consent_act act;
	/* ACCEPT: the terms that were shown; others than those of now are refused.
	 * NULL: whichever they are. */
	const struct weigh_oid *shown;
	const char *origin; /* who says so: "token 3f2a (ci) at …" */
	const char *why;    /* "" */
	/* out */
	struct weigh_consent now;
	bool changed; /* it was not so before (3) */
};

/* WEIGH_STALE: the terms are others than those shown.  WEIGH_FORBIDDEN: an approver
 * refused, and that is not undone by accepting. */
enum weigh_code gate_say_consent(struct gate *g, struct gate_saying *s,
    struct weigh_err *err);

/* The catalog gets all that the journal says of consent; it has nothing of it yet.  On
 * the writer thread. */
enum weigh_code gate_consents_again(struct catalog *catalog,
    const struct audit_ledger *ledger, struct weigh_err *err);

#endif
