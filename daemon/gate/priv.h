/* priv: what the files of gate/ share. */
#ifndef GATE_PRIV_H
#define GATE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "gate/gate.h"
#include "gate/listing.h"

#define GATE_SUSPECTS 64  /* blobs being checked at once */
#define GATE_READINGS 256 /* readings not yet written down */
#define GATE_UNREAD 64    /* texts that could not be read and were told of */

struct gate {
	struct gate_parts parts;
	struct pool *writer; /* NULL before gate_start */
	struct pool *checkers;
	void *home;
	atomic_uint_fast64_t generation;
	atomic_bool inspecting; /* headers are being read in the background */
	const struct inspect_judge *judge; /* NULL: texts are not read */
	atomic_bool reading_texts;         /* in the background */
	atomic_bool texts_wait;            /* noted since that began */
	atomic_bool doubt;          /* catalog or journal wait for a restart */
	pthread_mutex_t publishing; /* one change, or condemnation, at a time */
	bool unsettled;             /* a failed one left an intent; under it */
	pthread_mutex_t lock;       /* of what follows */
	struct weigh_oid suspects[GATE_SUSPECTS];
	unsigned nsuspects;
	pthread_cond_t cleared; /* one is a suspect no more */
	struct catalog_blob readings[GATE_READINGS];
	unsigned nreadings;
	struct weigh_oid unread[GATE_UNREAD];
	unsigned nunread;
	struct store_progress background; /* of their checks: to cancel them */
};

/* Run `fn` on the writer thread and wait for it.  From a worker only; or, before
 * the pools run (no writer yet), right here. */
enum weigh_code gate_on_writer(struct gate *g,
    enum weigh_code (*fn)(struct gate *g, void *ctx, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* commit.c: one commit of a repository. */
struct gate_found {
	const struct weigh_repo *name;
	struct repo *repo;
	const struct repo_history *history;
	const char *ref;    /* full; NULL: none leads to it */
	const char *origin; /* if the journal does not know better */
	int64_t intent;     /* which it ends; 0: none */
	/* Of its repository: who may see it, if it is new, and whether files of this
	 * revision may be not held.  NULL: nothing was said. */
	const struct weigh_repofile *facts;
	/* What the caller knows of its blobs, sorted by name; NULL: nothing, and of a
	 * partial revision those without a file are not held. */
	struct catalog_blob *blobs;
	size_t nblobs;
	bool fresh; /* a new line for the journal, whatever it says */
	/* What the journal says; then new lines wait for audit_sync.  NULL: ask it,
	 * and each line lasts. */
	const struct audit_ledger *ledger;
	/* out */
	struct weigh_oid manifest;
	uint64_t bytes; /* of its files */
	bool journaled; /* the journal has its line */
	bool ours;      /* a failure lies with catalog, journal or memory */
};
/* Make it visible, from what git holds: its entries, and its blobs as not yet
 * verified.  On the writer thread. */
enum weigh_code gate_admit_commit(struct gate *g, struct gate_found *c,
    struct weigh_err *err);

/* kept.c: the catalog says of a repository what its facts say: where it comes from,
 * how it is followed, what upstream calls its revisions, what is pinned.  What they
 * say of revisions that are not held is passed over.  On the writer thread. */
enum weigh_code gate_note_facts(struct catalog *catalog,
    const struct weigh_repo *repo, const struct weigh_repofile *facts,
    struct weigh_err *err);

/* again.c: one repository, all of its branches and tags, or nothing of it. */
struct gate_readmission {
	struct gate *gate;
	const struct audit_ledger *ledger;
	const atomic_bool *cancel; /* set to stop: WEIGH_CANCELED; or NULL */
	struct repo *repo;
	const struct weigh_repo *name;
	const char *ref;
	struct weigh_repofile facts;
	uint64_t revisions, bytes; /* so far, of all repositories */
	bool ours;                 /* as in gate_found */
};
enum weigh_code gate_readmit(struct gate_readmission *r,
    const struct weigh_repo *name, struct weigh_err *err);
/* A revision of the journal that no ref leads to, if git has it still: with its
 * history, and without a ref.  *held: the catalog knows it. */
enum weigh_code gate_readmit_lost(struct gate_readmission *r,
    const struct weigh_repo *name, const struct weigh_gitid *revision,
    bool *held, struct weigh_err *err);

/* receive.c: is this blob held, and are its bytes right?  If so, its stamp is how
 * it looks; one that is wrong goes to quarantine.  While the gate is held. */
enum weigh_code gate_holds(struct gate *g, struct catalog_reader *reader,
    struct catalog_blob *blob, bool *held, struct weigh_err *err);

/* refs.c: can git keep a branch or tag of this name beside the refs that are there?
 * `may_be`: it may be there already. */
enum weigh_code gate_check_ref(struct catalog_reader *reader,
    const struct weigh_repo *repo, enum catalog_ref_kind kind, const char *name,
    bool may_be, struct weigh_err *err);

/* kept.c: may a branch of it be changed here?  WEIGH_EXISTS: it follows somebody else,
 * and the next look would move the branch away. */
enum weigh_code gate_check_ours(struct catalog_reader *reader,
    const struct weigh_repo *repo, struct weigh_err *err);

/* acts.c: the catalog has every act of the journal, and if asked every decision; on the
 * writer thread, in a transaction.  And: what an intent of an act left behind is finished. */
enum weigh_code gate_recall_acts(struct gate *g, bool decisions,
    struct weigh_err *err);
enum weigh_code gate_settle_act(struct gate *g,
    const struct catalog_intent *intent, struct weigh_err *err);

/* Quarantine a blob, mark it bad, write it into the journal. */
enum weigh_code gate_condemn(struct gate *g, const struct weigh_oid *oid,
    uint64_t size, const struct store_finding *f, struct weigh_err *err);

void gate_changed(struct gate *g);

/* Take back what a failed publication could not at the time.  From a worker that
 * holds `publishing`; does nothing while the catalog is in doubt, but fails. */
enum weigh_code gate_settle(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err);

#endif
