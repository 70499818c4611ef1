/*
 * events: what happened to repositories that come from elsewhere, as rows of the
 * catalog's table and lines of the log.
 *
 * (1) An event is told after what it tells of: it may be lost in a crash, and never
 *     tells of what was not.
 *
 * Threads: all run where a catalog's reader is at hand, and block for a write.
 */
#ifndef FETCH_EVENTS_H
#define FETCH_EVENTS_H

#include <weigh/follow.h>

#include "gate/gate.h"

/* Note so many events about a repository. */
enum weigh_code events_note(struct gate *g, const struct weigh_repo *repo,
    const struct weigh_event *events, size_t n, struct weigh_err *err);

/* A revision was admitted from `source`: "mirrored"; and if another one of the same
 * ref was here `before` (zero: none), "license" and "card" where they differ. */
enum weigh_code events_mirrored(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const char *source,
    const struct weigh_gitid *before, const struct weigh_gitid *after,
    struct weigh_err *err);

/* A job ended without it. */
enum weigh_code events_failed(struct gate *g, const struct weigh_repo *repo,
    const struct weigh_err *why, struct weigh_err *err);

#endif
