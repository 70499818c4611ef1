/*
 * turn: one change of a repository or ref that is no new revision: its intent, the
 * step that lasts, journal, catalog; and what a start makes of an intent that was
 * left.
 *
 *     verb        the step that lasts                      taken back by
 *     make ref    (the tag's object;) the ref              the ref goes, or back
 *     drop ref    the ref goes                             the ref
 *     delete      the folder is renamed aside              renamed back
 *     move        the folder is renamed                    renamed back
 *     show        the file `weighhouse` is replaced        and back
 *     keep        the same, for all else it says           and back
 *
 * (1) Until the journal has its line, a failure is taken back (keep has none: until
 *     the catalog has it). After it, the change
 *     is done: what the catalog could not write is written before the next change,
 *     or at the next start.
 * (2) At a start the lasting step tells: done, it is finished; not, forgotten.
 */
#ifndef GATE_TURN_H
#define GATE_TURN_H

#include "gate/change.h"
#include "priv.h"

struct turn {
	struct gate *gate;
	struct catalog_reader *reader;
	enum catalog_verb verb;
	struct weigh_repo repo;
	char ref[WEIGH_REV_MAX + 12]; /* of a ref: full */
	struct weigh_gitid commit;    /* where the ref leads */
	struct weigh_gitid object;    /* what it points to itself */
	struct weigh_gitid from;      /* make: where it was; zero: nowhere */
	const struct repo_tag *tag;   /* make: an object of its own; or NULL */
	struct weigh_repo target;     /* move */
	enum weigh_visibility visibility;  /* show */
	const struct weigh_repofile *keep; /* keep: what shall be said */
	const char *origin;
	/* while it runs */
	int64_t intent;
	struct weigh_repofile facts; /* as they were */
	bool read;                   /* they are known */
	bool said;      /* the journal has its line from the run before */
	bool journaled; /* the journal has its line */
	bool doubt;     /* whether the catalog has it shows at the next start */
};

/* While the gate is held. */
enum weigh_code turn_run(struct turn *t, struct weigh_err *err);

/* Finish what was begun, or forget it; on the writer thread.  *finished tells. */
enum weigh_code turn_settle(struct gate *g, struct catalog_reader *reader,
    const struct catalog_intent *intent, bool *finished, struct weigh_err *err);

#endif
