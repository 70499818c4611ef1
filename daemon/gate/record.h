/*
 * record: what is known of the license of each revision, made in the background and kept.
 *
 * (1) A record is made of what is held: the card and a few small files, headers of weights,
 *     what the texts were found to be, a text that a link leads to, and the records of its
 *     bases.  The same things give the same record, in whatever order they came.
 * (2) Which revisions wait is the catalog's to say (catalog/records.h).  One whose texts
 *     are still to be looked at, or whose files are being checked, waits on; a text that
 *     cannot be read is not waited for.
 * (3) A base is what a model of that name was at the date of the commit, else now.  A model
 *     that is among its own ancestors is told, and what it would say is not believed.
 * (4) What is private is looked into only for what is private itself: no record tells of
 *     more than those who may read it can know.
 *
 * They are made behind the texts, by the same job (gate/texts.h).  A worker; blocking.
 */
#ifndef GATE_RECORD_H
#define GATE_RECORD_H

#include "gate/gate.h"

/* Make those that wait, here, until none is left that can be made, or weighd stops. */
enum weigh_code gate_make_records(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err);

#endif
