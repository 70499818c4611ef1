/*
 * change: what happens to a repository after it was published once: commits on top
 * of a parent, branches and tags, who may see it, its name, its end; and bytes that
 * came before the commit which names them.
 *
 * gate.h's promises hold here too: all or nothing, also after a kill (2), by an
 * intent, the lasting step, journal, catalog (3).
 *
 * (7) A commit takes from its parent what it does not change, without reading or
 *     hashing it again: a file whose blob was found bad is bad in the new revision
 *     too, and hinders nothing.
 * (8) Bytes that were received are named by no revision, so no door opens them,
 *     until a commit of somebody names them who sent them, or may read them where
 *     they are named already.
 * (9) A revision that no ref leads to any more can still be read by its id.
 * (10) Who may do what is asked before, by the caller; what is done is done in the
 *     name of `who`, and the journal says so.
 *
 * Threads: all run on pool workers and block.  `reader` is the worker's own.
 */
#ifndef GATE_CHANGE_H
#define GATE_CHANGE_H

#include <weigh/repofile.h>

#include "gate/gate.h"

/* On whose behalf.  Texts are borrowed, UTF-8, one line. */
struct gate_who {
	const char *token;  /* its id; "": the mirror's own user */
	const char *author; /* of the git commit: "ci-bot"; NULL: "weighd" */
	const char *email;  /* "3f2a@token"; NULL: "weighd@localhost" */
	const char *origin; /* "published by token 3f2a (ci-bot)" */
	/* May it read the content of this repository?  NULL: of every one.  Asked
	 * within a question to `reader`, which is the caller's: see
	 * catalog/consents.h. */
	bool (*may_read)(void *ctx, struct catalog_reader *reader,
	    const struct weigh_repo *repo, enum weigh_visibility visibility);
	void *ctx;
};

/* --- bytes before their commit --------------------------------------------- */

/* Take sealed bytes (the writer is consumed, also on failure), and remember that
 * `who` had them.  *out says what they are. */
enum weigh_code gate_receive(struct gate *g, struct catalog_reader *reader,
    struct store_writer *writer, const struct store_blob *blob,
    const struct gate_who *who, struct weigh_err *err);

/* The same for several: `writers` are those of `blobs`, all consumed (NULL).  All of
 * them are received, or none. */
enum weigh_code gate_receive_many(struct gate *g, struct catalog_reader *reader,
    struct store_writer **writers, const struct store_blob *blobs, size_t n,
    const struct gate_who *who, struct weigh_err *err);

/* May `who` name this blob in a commit: it is held and not bad, and was received
 * from this very token, or is named in a repository that it may read?  *size then
 * tells its bytes.  WEIGH_NOT_FOUND: no, or it is not held: who may not read it
 * shall not learn which.  Looks at no more than GATE_USES_MAX uses. */
#define GATE_USES_MAX 10000
enum weigh_code gate_may_use(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, const struct gate_who *who, uint64_t *size,
    struct weigh_err *err);

/* --- a commit ------------------------------------------------------------------ */

enum gate_change_kind {
	GATE_PUT,      /* a file whose bytes come along */
	GATE_PUT_HELD, /* a file (LFS) whose blob is held */
	GATE_COPY,     /* a file as it is elsewhere */
	GATE_DELETE_FILE,
	GATE_DELETE_FOLDER /* with all that lies below it */
};

struct gate_change {
	enum gate_change_kind kind;
	const char *path; /* of a folder without '/' at its end */
	/* GATE_PUT: sealed, and what it is.  The gate takes the writer (NULL
	 * afterwards) or leaves it to the caller to abandon. */
	struct store_writer *writer;
	struct store_blob blob; /* GATE_PUT_HELD: oid and size are looked at */
	const char *from;       /* GATE_COPY: its path there */
	const char *from_rev;   /* GATE_COPY: any revision's name of this
				    repository; NULL: the parent */
};

/* What was it that was not found? */
enum gate_missing {
	GATE_MISSING_NOTHING,
	GATE_MISSING_REPO,
	GATE_MISSING_REVISION,
	GATE_MISSING_ENTRY
};

struct gate_commit {
	struct weigh_repo repo;
	const char *branch; /* "main", or "refs/pr/1" */
	bool pull;          /* leave the branch, make the next refs/pr/N */
	/* Where the branch must stand; zero: anywhere. */
	struct weigh_gitid parent;
	const char *message;
	const struct gate_who *who;
	struct gate_change *changes; /* in order: a later one wins */
	size_t nchanges;
	/* out */
	struct weigh_gitid commit;
	uint64_t bytes;  /* of blobs that were not held before */
	bool unchanged;  /* nothing differs: `commit` is the branch's tip */
	unsigned number; /* pull: N */
	enum gate_missing missing; /* with WEIGH_NOT_FOUND */
};
/* Files whose bytes come along are kept as the rules of .gitattributes say; those
 * of GATE_PUT_HELD as LFS.  An LFS file that the rules do not know gets a line
 * there, so that git's own clients see it as one.  WEIGH_STALE: the branch is not
 * where `parent` says.  WEIGH_EXISTS: the repository follows somebody else's, whose
 * branches it has (a pull request may be made).  WEIGH_USAGE names a path whose blob is not held, may not be
 * used, or has another size. */
enum weigh_code gate_commit(struct gate *g, struct catalog_reader *reader,
    struct gate_commit *c, struct weigh_err *err);

/* --- repositories ---------------------------------------------------------------- */

struct gate_creation {
	struct weigh_repo repo;
	enum weigh_visibility visibility;
	const struct gate_who *who;
	/* out */
	struct weigh_gitid commit;
};
/* Make a repository whose first commit on main is a .gitattributes with the Hub's
 * list of what is LFS.  WEIGH_EXISTS: a repository has the name (a former name is
 * free).  */
enum weigh_code gate_create(struct gate *g, struct catalog_reader *reader,
    struct gate_creation *c, struct weigh_err *err);

/* Take a repository away: it can be read no more, its name is free, gc takes what
 * only it named.  Also one that cannot be read, or whose folder is lost.
 * WEIGH_NOT_FOUND: there never was one, or it was deleted. */
enum weigh_code gate_delete_repo(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct gate_who *who,
    struct weigh_err *err);

/* Give it another name, of the same kind.  The old one leads to it until somebody
 * takes that.  WEIGH_EXISTS: the new name is taken (but for its own in another
 * case). */
enum weigh_code gate_move_repo(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *from, const struct weigh_repo *to,
    const struct gate_who *who, struct weigh_err *err);

enum weigh_code gate_set_visibility(struct gate *g,
    struct catalog_reader *reader, const struct weigh_repo *repo,
    enum weigh_visibility visibility, const struct gate_who *who,
    struct weigh_err *err);

/* --- refs -------------------------------------------------------------------------- */

struct gate_ref {
	struct weigh_repo repo;
	enum catalog_ref_kind kind; /* branch or tag */
	const char *name;
	/* gate_make_ref: */
	const char *at; /* any revision's name; NULL or "": main */
	bool replace;   /* a branch that is there is led to it, in one step */
	/* A tag with one is an object of its own; or NULL. */
	const char *message;
	const struct gate_who *who;
	/* out */
	struct weigh_gitid commit;
	enum gate_missing missing;
};
/* WEIGH_EXISTS: there is one, or a name that git cannot keep beside it.
 * WEIGH_DENIED: `replace` of main, which only commits move. */
enum weigh_code gate_make_ref(struct gate *g, struct catalog_reader *reader,
    struct gate_ref *ref, struct weigh_err *err);
/* Take a branch or tag away; what it led to stays (9).  WEIGH_DENIED: main, or the
 * last branch: every repository has one. */
enum weigh_code gate_drop_ref(struct gate *g, struct catalog_reader *reader,
    struct gate_ref *ref, struct weigh_err *err);

#endif
