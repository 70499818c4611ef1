/*
 * acts: what people decide about the license of a revision (approvals, waivers, and
 * taking one back), and what the policy came to.
 *
 * (1) An act is in the journal before it counts: intent, the line, catalog.  What a kill
 *     interrupts is finished at the next start if the line is there, and was nothing if
 *     not; a catalog made again has every act of the journal.
 * (2) Acts are never changed nor taken away: another one follows.
 * (3) A decision is journaled when it turns what may be done with a revision, and these a
 *     catalog made again has; one that is lost is only decided again.
 * (4) Who may act is asked before, by the caller.
 *
 * Threads: pool workers; blocking.  `reader` is the worker's own.
 */
#ifndef GATE_ACTS_H
#define GATE_ACTS_H

#include "catalog/records.h"
#include "gate/gate.h"

#define GATE_ACT_WHY 1000 /* bytes of why, at most; of `by` and `ticket`: */
#define GATE_ACT_WORD 250

/* Do it.  `number` and `at` are filled here; `repo` as weigh_repo_text has it; REVOKED:
 * rule, purpose, until and basis are not looked at.  WEIGH_USAGE: no reason is given, a
 * text is too long, no rule is named, the end is past; WEIGH_NOT_FOUND: no such revision
 * is held, or there is no act `revokes` about it; WEIGH_EXISTS: that was taken back
 * before. */
enum weigh_code gate_act(struct gate *g, struct catalog_reader *reader,
    struct weigh_act *act, struct weigh_err *err);

/* Keep what the policy decided, those that are news (3). */
enum weigh_code gate_decided(struct gate *g,
    const struct catalog_decision *decisions, size_t n, struct weigh_err *err);

#endif
