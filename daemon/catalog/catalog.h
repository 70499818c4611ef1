/*
 * catalog: the index of what is held, in SQLite (catalog.db): repositories, refs,
 * revisions, their entries, blobs, and where each came from.
 *
 * (1) It is an index: everything in it can be made again from repos/, blobs/ and
 *     audit/.
 * (2) What a function here acknowledged is on disk (WAL, synchronous=FULL).
 * (3) One transaction makes a revision visible, with its ref, entries and blobs;
 *     nobody ever sees half of it.
 * (4) A catalog with a newer schema is refused, an older one is migrated forward.
 * (5) SQL is only ever prepared, never built by printing, and no query scans.
 *
 * (6) An entry's bytes were hashed here: its blob is among those admitted with
 *     it or recorded before, with the same size; or it says that they are absent.
 * (7) After a failed sync nothing more is written until a restart.
 *
 * Threads: `struct catalog` writes and belongs to one thread (the pool of one);
 * every other thread has its own `struct catalog_reader`.  Blocking: all.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

#include "base/stamp.h"

#define CATALOG_SCHEMA 8 /* PRAGMA user_version of what this code writes */

struct catalog;
struct catalog_reader;

/* Open for writing, create or migrate.  `path` is NUL-terminated.  A newer
 * schema and another program's database are WEIGH_EXISTS, a damaged file is
 * WEIGH_MALFORMED; each is left as it was. */
enum weigh_code catalog_open(struct catalog **out, const char *path,
    struct weigh_err *err);
void catalog_close(struct catalog *c);

/* The same at start: a damaged catalog, and one that catalog_give_up was asked
 * about, is renamed to catalog.db.damaged-TIME, with what belongs to it, and an
 * empty one begun.  `aside`: its new name, or "". */
enum weigh_code catalog_open_anew(struct catalog **out, const char *path,
    char *aside, size_t size, struct weigh_err *err);
/* The next start is to set the catalog aside, though it opens: damage was found
 * in the middle of it.  Durable. */
enum weigh_code catalog_give_up(struct catalog *c, struct weigh_err *err);

/* A sync failed: whether the transaction it was for lasts, only the next start
 * will tell, and until then nothing more is written. */
bool catalog_in_doubt(const struct catalog *c);

/* Open another connection, read-only, for one thread.  WEIGH_NOT_YET when no
 * writer has created or migrated the tables. */
enum weigh_code catalog_reader_open(struct catalog_reader **out,
    const char *path, struct weigh_err *err);
void catalog_reader_close(struct catalog_reader *r);

/* --- what is kept ------------------------------------------------------ */

/* A pull request's name is its number: refs/pr/1 is "1". */
enum catalog_ref_kind {
	CATALOG_BRANCH,
	CATALOG_TAG,
	CATALOG_PULL
};
/* "refs/heads/", "refs/tags/", "refs/pr/". */
const char *catalog_ref_prefix(enum catalog_ref_kind kind);
/* Split "refs/heads/main" or "refs/tags/v1" or "refs/pr/1"; NULL for others. */
const char *catalog_ref_short(const char *full, enum catalog_ref_kind *kind);

/* One file or directory of a revision. */
struct catalog_entry {
	const char *path;
	bool directory;
	struct weigh_gitid git; /* blob (lfs: pointer) or tree */
	uint64_t size;          /* 0 for directories */
	struct weigh_oid oid;   /* zero for directories */
	bool lfs;
	unsigned pointer_size; /* lfs only */
	/* The commit that last changed it.  catalog_admit: ignored, it is worked
	 * out from the parent.  Readers: filled. */
	struct weigh_gitid last_commit;
	const char *last_title;
	int64_t last_date; /* seconds since 1970 */
	bool bad;          /* its blob was found bad; readers */
	bool absent;       /* listed, and not held (mirrors.h); readers */
};

struct catalog_revision {
	struct weigh_gitid commit;
	struct weigh_gitid parent; /* zero: none */
	struct weigh_oid manifest;
	int64_t date;        /* of the commit, seconds since 1970 */
	const char *title;   /* first line of its message */
	const char *origin;  /* where it came from: "published by uid 0" */
	const char *license; /* as the model card declares it, or "" */
	const char *card; /* its front matter as JSON, "" none; catalog_admit */
	const char *config; /* weigh_model_config's, "" none; catalog_admit */
	uint64_t files;     /* count, without directories */
	uint64_t bytes;
	uint64_t bad; /* files whose blobs were found bad; readers */
	uint64_t absent, absent_bytes;    /* files not held; readers */
	enum weigh_visibility visibility; /* of its repository; catalog_list */
};

/* A blob whose bytes were hashed by us, and how its file looked then.  A stamp
 * of zeros, which no file has: not hashed yet; that is recorded for a blob that
 * is new here, and changes nothing for one that is held.  An absent one is listed
 * and not held (mirrors.h): its bytes were never here, its size is what the pointer
 * says; recorded, it changes nothing for one that is known. */
struct catalog_blob {
	struct weigh_oid oid;
	uint64_t size;
	struct stamp stamp;
	bool absent;
};

enum catalog_blob_state {
	CATALOG_GOOD,
	CATALOG_BAD
};

/* --- writing ----------------------------------------------------------- */

/* Several writes at once, which last together or not at all: begin, write, end
 * with their outcome.  They nest; readers see nothing until the outermost end. */
enum weigh_code catalog_begin(struct catalog *c, struct weigh_err *err);
enum weigh_code catalog_end(struct catalog *c, enum weigh_code rc,
    struct weigh_err *err);

/* Forget everything but intents.  Within a transaction, to fill it again. */
enum weigh_code catalog_empty(struct catalog *c, struct weigh_err *err);

/* Forget a blob, if no entry names it; *dropped tells. */
enum weigh_code catalog_drop_blob(struct catalog *c,
    const struct weigh_oid *oid, bool *dropped, struct weigh_err *err);

/* Record a blob that came without a revision, and from whom. */
enum weigh_code catalog_receive(struct catalog *c,
    const struct catalog_blob *blob, const char *token, int64_t now,
    struct weigh_err *err);

/* What the header of a held file of weights says, as JSON. */
enum weigh_code catalog_keep_weights(struct catalog *c,
    const struct weigh_oid *oid, const char *facts, struct weigh_err *err);
/* A blob that the mirror made from a held one, and what for: recorded, and named
 * as long as its source is.  WEIGH_NOT_FOUND: there is no such source. */
enum weigh_code catalog_keep_made(struct catalog *c,
    const struct weigh_oid *source, const char *kind,
    const struct catalog_blob *blob, int64_t now, struct weigh_err *err);

/* What is about to be done, written down before the first lasting step, so that
 * the next start can finish it or take it back. */
enum catalog_verb {
	CATALOG_COMMIT, /* a revision, and the ref moves to it */
	CATALOG_MAKE_REF,
	CATALOG_DROP_REF,
	CATALOG_DELETE, /* a repository is taken away */
	CATALOG_MOVE,   /* … gets another name, `target` */
	CATALOG_SHOW,   /* … is visible to others than before */
	CATALOG_KEEP,   /* … is known for other facts than before */
	CATALOG_ACT, /* somebody answers for its license: catalog/records.h */
	CATALOG_VERBS
};
struct catalog_intent {
	int64_t id; /* filled by catalog_intend */
	enum catalog_verb verb;
	struct weigh_repo repo;
	char ref[WEIGH_REV_MAX + 12]; /* full: "refs/heads/main"; "": all */
	struct weigh_gitid old;       /* zero: the ref did not exist */
	struct weigh_repo target;     /* of CATALOG_MOVE; of the same kind */
	char origin[256];
	const struct weigh_oid *blobs; /* about to get their names */
	size_t nblobs;
};
enum weigh_code catalog_intend(struct catalog *c, struct catalog_intent *intent,
    struct weigh_err *err);
/* Forget an intent that was taken back. */
enum weigh_code catalog_unintend(struct catalog *c, int64_t id,
    struct weigh_err *err);
/* Every intent that was left, oldest first.  `blobs` live during the call, which
 * may admit or forget the intent. */
enum weigh_code catalog_intents(struct catalog *c,
    enum weigh_code (*each)(void *ctx, const struct catalog_intent *intent,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Make a revision visible (3): repository if new, revision, entries, blobs, the
 * ref, and forget the intent (0: there was none), in one transaction.  A revision
 * already there only moves the ref.  WEIGH_EXISTS when the repository's name
 * differs from a held one only in case. */
struct catalog_admission {
	struct weigh_repo repo;
	enum catalog_ref_kind ref_kind;
	const char *ref; /* short: "main"; NULL: no ref points to it */
	const struct catalog_revision *revision;
	const struct catalog_entry *entries; /* sorted by path */
	size_t nentries;
	const struct catalog_blob *blobs;
	size_t nblobs;
	int64_t intent;
	int64_t now;                      /* seconds since 1970 */
	enum weigh_visibility visibility; /* of a repository that is new */
	const char *source;      /* it comes from there; NULL: from here */
	bool through;            /* … and only because a client asked */
	struct weigh_gitid told; /* what upstream calls it, if another; zero */
};
enum weigh_code catalog_admit(struct catalog *c,
    const struct catalog_admission *a, struct weigh_err *err);

/* --- writing: what else happens to repositories and refs.  WEIGH_NOT_FOUND when
 * the catalog does not know the repository; catalog_delete: then it is done. */

/* The ref leads to a revision that is known, wherever it led before. */
enum weigh_code catalog_set_ref(struct catalog *c,
    const struct weigh_repo *repo, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit, struct weigh_err *err);
/* It is there no more; its revisions stay. */
enum weigh_code catalog_drop_ref(struct catalog *c,
    const struct weigh_repo *repo, enum catalog_ref_kind kind, const char *name,
    struct weigh_err *err);
/* Take a repository away with its refs, revisions and entries; blobs stay. */
enum weigh_code catalog_delete(struct catalog *c, const struct weigh_repo *repo,
    struct weigh_err *err);
/* Another name of the same kind; the old one leads to it from now on.  WEIGH_EXISTS:
 * a repository has it. */
enum weigh_code catalog_move(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_repo *target, struct weigh_err *err);
/* It had this name once: that leads to it, unless a repository has it now. */
enum weigh_code catalog_formerly(struct catalog *c,
    const struct weigh_repo *repo, const struct weigh_repo *name,
    struct weigh_err *err);
enum weigh_code catalog_show(struct catalog *c, const struct weigh_repo *repo,
    enum weigh_visibility visibility, struct weigh_err *err);

/* What a reading of all bytes of a blob found. */
struct catalog_check {
	/* Good: with the stamp it was hashed under; bad: the stamp is not looked
	 * at. */
	struct catalog_blob blob;
	enum catalog_blob_state state;
	int64_t time;         /* of the reading, seconds since 1970 */
	const char *problem;  /* bad: in words */
	const char *segments; /* bad: their numbers, separated by blanks */
};
/* Record it.  A blob not recorded yet is recorded: so a catalog made again can
 * admit a revision one of whose blobs was found bad. */
enum weigh_code catalog_mark_blob(struct catalog *c,
    const struct catalog_check *check, struct weigh_err *err);

/* Blobs that were read, all bytes right, at `now`: noted for those that are good
 * under that very stamp, the others are passed over.  In one transaction. */
enum weigh_code catalog_mark_read(struct catalog *c,
    const struct catalog_blob *blobs, size_t n, int64_t now,
    struct weigh_err *err);

/* --- scrub's memory ----------------------------------------------------- */

/*
 * A round reads every blob once.  It began at a time that is above that of every
 * reading before it and not above that of any since; so a blob was read in this
 * round if and only if it was read at or after `began`, and the round is over when
 * the one read longest ago was.
 */
struct catalog_scrub {
	int64_t began; /* 0: there was no round yet */
	int64_t ended; /* 0: it is under way */
	uint64_t done; /* bytes of the good blobs read since it began */
	int64_t
	    catalog; /* when it was last read whole and found good; 0: never */
	int64_t journal;
};

/* Begin a round.  Readings from the future (the clock was wrong) are forgotten. */
enum weigh_code catalog_scrub_begin(struct catalog *c, int64_t now,
    struct weigh_err *err);
/* The round is over. */
enum weigh_code catalog_scrub_end(struct catalog *c, int64_t now,
    struct weigh_err *err);

/* Where in a blob the reading stopped: enough to go on there. */
struct catalog_place {
	struct weigh_oid oid;
	uint64_t offset;    /* a multiple of WEIGH_SEGMENT, above 0 */
	uint8_t chain[32];  /* SHA-256's chaining value there */
	struct stamp stamp; /* of the file when it was begun */
};
/* Keep the place; NULL: there is none. */
enum weigh_code catalog_scrub_keep(struct catalog *c,
    const struct catalog_place *place, struct weigh_err *err);

/* The catalog or the journal was read whole and is good. */
enum catalog_whole {
	CATALOG_ITSELF,
	CATALOG_JOURNAL
};
enum weigh_code catalog_scrub_whole(struct catalog *c, enum catalog_whole what,
    int64_t now, struct weigh_err *err);

/* All objects of a repository were read; `problem` is "" if they are good. */
enum weigh_code catalog_scrub_repo(struct catalog *c,
    const struct weigh_repo *repo, int64_t now, const char *problem,
    struct weigh_err *err);

/* --- reading ----------------------------------------------------------- */
/* Texts that readers hand to callbacks live during the callback only, and a
 * callback asks nothing of the same reader: its statement is in use. */

/* The held repository whose name equals `repo` but for case: its own spelling
 * in *out.  WEIGH_NOT_FOUND otherwise. */
enum weigh_code catalog_find_repo(struct catalog_reader *r,
    const struct weigh_repo *repo, struct weigh_repo *out,
    struct weigh_err *err);

/* The same, and who may read it. */
enum weigh_code catalog_visibility(struct catalog_reader *r,
    const struct weigh_repo *repo, struct weigh_repo *out,
    enum weigh_visibility *visibility, struct weigh_err *err);

/* What `rev` means in `repo`: a branch, a tag, refs/heads/…, refs/tags/…, 40 hex
 * of an admitted commit, or by which upstream calls it, or "" or "HEAD" for main
 * (else the only branch).
 * WEIGH_NOT_FOUND with err->why naming repository or revision: *repo_known tells
 * which. */
enum weigh_code catalog_resolve(struct catalog_reader *r,
    const struct weigh_repo *repo, const char *rev, struct weigh_gitid *commit,
    bool *repo_known, struct weigh_err *err);

/* The same for people, who paste what weigh prints: if nothing is called `rev`, the
 * one commit that begins with it, of at least CATALOG_SHORT digits; by which
 * upstream calls it counts too.  WEIGH_USAGE: several do. */
#define CATALOG_SHORT 7
enum weigh_code catalog_resolve_short(struct catalog_reader *r,
    const struct weigh_repo *repo, const char *rev, struct weigh_gitid *commit,
    struct weigh_err *err);

/* As catalog_resolve where a path may follow: the longest name of a revision that
 * `text` ("refs/pr/1/config.json") begins with, up to a '/' or its end; with `whole`
 * it may be all of it.  *used is its length. */
enum weigh_code catalog_resolve_prefix(struct catalog_reader *r,
    const struct weigh_repo *repo, const char *text, bool whole,
    struct weigh_gitid *commit, size_t *used, bool *repo_known,
    struct weigh_err *err);

/* What the repository that once had this name is called now.  WEIGH_NOT_FOUND:
 * there is none. */
enum weigh_code catalog_renamed(struct catalog_reader *r,
    const struct weigh_repo *old, struct weigh_repo *now,
    struct weigh_err *err);

/* A revision and those before it, each the parent of the one before, from number
 * `skip` on, at most `limit`.  *total: how many there are in all, of which at most
 * CATALOG_HISTORY are walked, and counted. */
#define CATALOG_HISTORY 10000
struct catalog_step {
	struct weigh_gitid commit;
	int64_t date; /* seconds since 1970 */
	const char *title;
	const char *origin;
};
enum weigh_code catalog_history(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    unsigned skip, unsigned limit,
    void (*each)(void *ctx, const struct catalog_step *step), void *ctx,
    unsigned *total, struct weigh_err *err);

/* One row: a revision.  `each` gets it once. */
enum weigh_code catalog_revision(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    void (*each)(void *ctx, const struct catalog_revision *rev), void *ctx,
    struct weigh_err *err);

/* What a revision says of itself, with what its repository is.  `each` gets it once;
 * WEIGH_NOT_FOUND. */
struct catalog_about {
	enum weigh_visibility visibility;
	int64_t created; /* the repository; seconds since 1970 */
	int64_t date;    /* of the commit */
	const char *license;
	const char *card, *config; /* JSON, or "" */
	uint32_t marks;            /* weigh_model_mark of its files */
	uint64_t bytes;
};
enum weigh_code catalog_about(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    void (*each)(void *ctx, const struct catalog_about *about), void *ctx,
    struct weigh_err *err);

/* One entry of a revision. */
enum weigh_code catalog_entry(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *path,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    struct weigh_err *err);

/* Those of its entries that have one of these paths, in the order of `paths`;
 * what does not exist is passed over. */
enum weigh_code catalog_paths(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *const *paths, size_t n,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    struct weigh_err *err);

/* Entries below `folder` ("" is the root) in the order of their paths, beginning
 * after the path `after` ("" from the first), at most `limit`.  `recursive`:
 * everything below, else only direct children.  WEIGH_NOT_FOUND when the folder
 * does not exist. */
enum weigh_code catalog_tree(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *folder, bool recursive, const char *after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    struct weigh_err *err);

enum weigh_code catalog_refs(struct catalog_reader *r,
    const struct weigh_repo *repo,
    void (*each)(void *ctx, enum catalog_ref_kind kind, const char *name,
	const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err);

/* Repositories in the order of kind and name (case aside), beginning after
 * `after` (NULL: the first), at most `limit`, each with the revision that HEAD
 * means; its newest one when HEAD means none (several branches, no main). */
enum weigh_code catalog_list(struct catalog_reader *r,
    const struct weigh_repo *after, unsigned limit,
    void (*each)(void *ctx, const struct weigh_repo *repo,
	const struct catalog_revision *head),
    void *ctx, struct weigh_err *err);

/* When a repository was created: the earliest date of its revisions. */
enum weigh_code catalog_created(struct catalog_reader *r,
    const struct weigh_repo *repo, int64_t *date, struct weigh_err *err);

/* What is recorded about a blob.  WEIGH_NOT_FOUND: no admitted revision names it,
 * nor one that it was made from. */
enum weigh_code catalog_blob(struct catalog_reader *r,
    const struct weigh_oid *oid, struct catalog_blob *out,
    enum catalog_blob_state *state, struct weigh_err *err);

/* The same, whoever names it.  For those who look after bytes; no door asks
 * this. */
enum weigh_code catalog_known_blob(struct catalog_reader *r,
    const struct weigh_oid *oid, struct catalog_blob *out,
    enum catalog_blob_state *state, struct weigh_err *err);

/* When this token sent this blob, and when anybody did last; 0: never. */
enum weigh_code catalog_received(struct catalog_reader *r,
    const struct weigh_oid *oid, const char *token, int64_t *time,
    int64_t *last, struct weigh_err *err);

/* The repositories that name a blob, each perhaps many times, until `each` answers
 * false; of at most `limit` uses. */
enum weigh_code catalog_uses(struct catalog_reader *r,
    const struct weigh_oid *oid, unsigned limit,
    bool (*each)(void *ctx, const struct weigh_repo *repo,
	enum weigh_visibility visibility),
    void *ctx, struct weigh_err *err);

/* What is recorded of a file's header, appended to `out`.  WEIGH_NOT_FOUND: it was
 * not looked at. */
enum weigh_code catalog_weights(struct catalog_reader *r,
    const struct weigh_oid *oid, struct weigh_buf *out, struct weigh_err *err);
/* The blob that was made from `source` for this.  WEIGH_NOT_FOUND: none yet. */
enum weigh_code catalog_made(struct catalog_reader *r,
    const struct weigh_oid *source, const char *kind, struct weigh_oid *oid,
    uint64_t *size, struct weigh_err *err);
/* Was anything made from `source` for something of these words ("word …")? */
enum weigh_code catalog_made_any(struct catalog_reader *r,
    const struct weigh_oid *source, const char *word, bool *any,
    struct weigh_err *err);
/* Does a revision of this repository name the blob, or one that it was made from?
 * Then its size and what it was made for ("": it was not made), else
 * WEIGH_NOT_FOUND.  What was made for something has the words of that: "common …"
 * any repository has, being the same for many and saying nothing of what it was
 * made from; else one of the words is the only repository that has it.  Looks at
 * as many revisions as the repository has. */
enum weigh_code catalog_has(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_oid *oid, uint64_t *size,
    char *kind, size_t kind_size, struct weigh_err *err);

/* Blobs in the order of their names, beginning after `after` (zero: the first),
 * at most `limit`; `named`: as of catalog_blob.  For upkeep: also those are told
 * that catalog_blob does not know. */
struct catalog_row {
	struct catalog_blob blob;
	enum catalog_blob_state state;
	bool named;
	int64_t checked; /* as of struct catalog_turn */
};
enum weigh_code catalog_rows(struct catalog_reader *r,
    const struct weigh_oid *after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_row *row), void *ctx,
    struct weigh_err *err);
/* Every row, page by page; `each` may ask the catalog and write to it.  Stops at
 * the first answer that is not WEIGH_OK and returns it. */
typedef enum weigh_code catalog_row_fn(void *ctx, const struct catalog_row *row,
    struct weigh_err *err);
enum weigh_code catalog_each_row(struct catalog_reader *r, catalog_row_fn *each,
    void *ctx, struct weigh_err *err);
/* The same as the writer sees it, in the middle of a transaction. */
enum weigh_code catalog_own_each_row(struct catalog *c, catalog_row_fn *each,
    void *ctx, struct weigh_err *err);

/* Is this blob about to get its name?  *left: how many intents there are. */
enum weigh_code catalog_intended(struct catalog_reader *r,
    const struct weigh_oid *oid, bool *intended, unsigned *left,
    struct weigh_err *err);

/* The commits of a repository in the order of their ids, beginning after `after`
 * (zero: the first), at most `limit`. */
enum weigh_code catalog_commits(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *after,
    unsigned limit, void (*each)(void *ctx, const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err);

/* Does the writer see this repository, by this very name? */
enum weigh_code catalog_knows(struct catalog *c, const struct weigh_repo *repo,
    bool *known, struct weigh_err *err);
/* Does the writer see this revision, in the middle of a transaction? */
enum weigh_code catalog_holds(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, bool *held, struct weigh_err *err);

/* Does the writer see this ref (full: "refs/heads/main"), in the middle of a
 * transaction?  `known`: the repository, under this very name. */
enum weigh_code catalog_has_ref(struct catalog *c,
    const struct weigh_repo *repo, const char *ref, bool *known, bool *there,
    struct weigh_err *err);

/* Is the file that is open no longer the one with the catalog's name: deleted,
 * or another one put there?  What is written then is lost with this process. */
bool catalog_has_moved(struct catalog_reader *r);

/* Each (repository, path) of the current refs that uses a blob, at most `limit`. */
enum weigh_code catalog_users(struct catalog_reader *r,
    const struct weigh_oid *oid, unsigned limit,
    void (*each)(void *ctx, const struct weigh_repo *repo,
	const struct weigh_gitid *commit, const char *path),
    void *ctx, struct weigh_err *err);

struct catalog_totals {
	uint64_t repos; /* models, datasets and spaces */
	uint64_t revisions;
	uint64_t blobs;
	uint64_t bytes; /* of blobs, each once */
	uint64_t bad;
	uint64_t bad_bytes; /* of these blobs; part of `bytes` */
	uint64_t
	    absent; /* blobs that are listed and not held; not among `blobs` */
	uint64_t absent_bytes;
};
/* Kept by the writer, not counted here. */
enum weigh_code catalog_totals(struct catalog_reader *r,
    struct catalog_totals *out, struct weigh_err *err);

/* --- reading, for scrub ------------------------------------------------- */

enum weigh_code catalog_scrub(struct catalog_reader *r,
    struct catalog_scrub *out, struct weigh_err *err);
/* WEIGH_NOT_FOUND: none is kept. */
enum weigh_code catalog_scrub_place(struct catalog_reader *r,
    struct catalog_place *out, struct weigh_err *err);

/* One good blob, or one repository, in scrub's order. */
struct catalog_turn {
	int64_t id;
	int64_t
	    checked; /* last read then; below 0: never, but written then, with
			  * a minus; 0: never, and written nobody knows when */
	struct catalog_blob blob;
	struct weigh_repo repo;
};
/* The next good blob behind `after` (NULL: the first) among those that are named
 * and whose `checked` is below `before`; WEIGH_NOT_FOUND: there is none. */
enum weigh_code catalog_scrub_next(struct catalog_reader *r,
    const struct catalog_turn *after, int64_t before, struct catalog_turn *out,
    struct weigh_err *err);
enum weigh_code catalog_scrub_next_repo(struct catalog_reader *r,
    const struct catalog_turn *after, struct catalog_turn *out,
    struct weigh_err *err);
/* Bytes of the good blobs whose `checked` is below `before`.  Looks at each of
 * them: for those who are going to read them. */
enum weigh_code catalog_scrub_bytes(struct catalog_reader *r, int64_t before,
    uint64_t *out, struct weigh_err *err);

/* Since when the good blob that was verified longest ago has not been: read back,
 * or hashed on its way in.  0: nobody knows.  WEIGH_NOT_FOUND: there is none. */
enum weigh_code catalog_scrub_oldest(struct catalog_reader *r, int64_t *since,
    struct weigh_err *err);

struct catalog_finding {
	struct weigh_oid oid;
	uint64_t size;
	int64_t time; /* 0: before such things were written down */
	const char *problem;
	const char *segments; /* numbers, separated by blanks */
};
/* Blobs that are bad, in the order of their names, behind `after` (zero: from
 * the first), at most `limit`. */
enum weigh_code catalog_findings(struct catalog_reader *r,
    const struct weigh_oid *after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_finding *f), void *ctx,
    struct weigh_err *err);
/* The one about a blob; none if it is not bad. */
enum weigh_code catalog_finding(struct catalog_reader *r,
    const struct weigh_oid *oid,
    void (*each)(void *ctx, const struct catalog_finding *f), void *ctx,
    struct weigh_err *err);
/* Repositories whose objects were found bad, behind `after` (NULL: from the
 * first), at most `limit`. */
enum weigh_code catalog_repo_findings(struct catalog_reader *r,
    const struct weigh_repo *after, unsigned limit,
    void (*each)(void *ctx, const struct weigh_repo *repo, int64_t time,
	const char *problem),
    void *ctx, struct weigh_err *err);

/* Read the whole catalog and see whether it holds together (PRAGMA quick_check).
 * *problem is "" if it does.  Stops when *cancel is set: WEIGH_CANCELED. */
enum weigh_code catalog_quick_check(struct catalog_reader *r,
    atomic_bool *cancel, char *problem, size_t size, struct weigh_err *err);

#endif
