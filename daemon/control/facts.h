/*
 * facts: what the doctor is told about this process and its house.  Nothing is
 * judged here; see weigh/doctor.h.
 *
 * Blocking: on a worker.
 */
#ifndef CONTROL_FACTS_H
#define CONTROL_FACTS_H

#include <weigh/doctor.h>

#include "control/control.h"

struct facts {
	struct weigh_house_facts house; /* its texts lie below */
	char write_problem[160];
	char catalog_problem[768];
	char journal_problem[768];
	char listening[1024];
};

/* All facts that cost no more than milliseconds. */
void facts_gather(struct facts *f, const struct control_parts *parts,
    struct catalog_reader *reader);

/* Read catalog and journal whole.  WEIGH_CANCELED by *cancel. */
enum weigh_code facts_read_whole(struct facts *f,
    const struct control_parts *parts, struct catalog_reader *reader,
    atomic_bool *cancel, struct weigh_err *err);

/* The parts that ask the machine. */
void facts_process(struct weigh_house_facts *h);
void facts_kernel(struct weigh_house_facts *h);

#endif
