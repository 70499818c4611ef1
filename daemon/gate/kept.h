/*
 * kept: what a repository's file `weighhouse` says of it, changed together with the
 * catalog.  Private to gate/.
 */
#ifndef GATE_KEPT_H
#define GATE_KEPT_H

#include "gate/mirror.h"
#include "priv.h"

/* The file says this from now on, and so does the catalog: both or neither, also after
 * a kill.  While the gate is held. */
enum weigh_code kept_change(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_repofile *facts,
    struct weigh_err *err);

/* It comes from there.  `through`: only because a client asked; what was once asked for
 * otherwise stays so. */
enum weigh_code kept_set_source(struct weigh_repofile *facts,
    const char *source, bool through, struct weigh_err *err);

#endif
