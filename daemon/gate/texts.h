/*
 * texts: which license each held text is, that could be one by its name.
 *
 * (1) A text is read from what gate_open gave, once for each judge (inspect/license.h),
 *     and what it is found to be is kept in the catalog (catalog/texts.h).
 * (2) In the background, one job at a time, between a batch of texts and the next it can
 *     be stopped.  What cannot be read now waits for the next time; a text costs at most
 *     WEIGH_EVIDENCE_MAX bytes of reading and the time that the engine takes for them.
 * (3) A text that fails is logged once, not at each reading, and nobody waits for it;
 *     this is remembered of GATE_UNREAD of them.
 *
 * gate_read_texts: any thread, does not block; the others: a worker, blocking.
 */
#ifndef GATE_TEXTS_H
#define GATE_TEXTS_H

#include "gate/gate.h"
#include "inspect/license.h"

/* From now on `judge` (borrowed) decides; what another one found waits again.  At start,
 * before the pools run, on the thread that owns the catalog then. */
enum weigh_code gate_take_judge(struct gate *g,
    const struct inspect_judge *judge, struct weigh_err *err);

/* There may be texts that wait, or records (gate/record.h): read the ones and make the
 * others when there is a thread for it. */
void gate_read_texts(struct gate *g);
/* Does any wait that has not failed (3)?  If not, all that was found is in the catalog. */
enum weigh_code gate_texts_left(struct gate *g, struct catalog_reader *reader,
    bool *left, struct weigh_err *err);

/* Read those that wait, here. */
enum weigh_code gate_look_at_texts(struct gate *g,
    struct catalog_reader *reader, struct weigh_err *err);

#endif
