/*
 * repo: bare git repositories, by libgit2, one per model.  They hold the history
 * of revisions: commits, trees, small files, and LFS pointers for big ones.
 *
 * (1) What is written here passes `git fsck --strict`.
 * (2) Objects are on disk before the ref that leads to them; a ref moves by
 *     compare-and-swap only.
 * (3) Nothing from outside reaches git_revparse or an index: ids are 40 hex,
 *     names pass weigh_rev_ok, trees are built from checked paths.
 * (4) No configuration but our own is read; no hook, filter or driver runs.
 * (5) A small file's bytes have the SHA-256 they were given with, and are not
 *     themselves an LFS pointer: read back, they would promise other bytes.
 * (6) What a ref, or one of the roots that repo_collect is given, leads to is
 *     never taken away; if any of it cannot be read, nothing is.
 *
 * Threads: a `struct repo` belongs to one thread.  Blocking: all but the init.
 */
#ifndef REPO_REPO_H
#define REPO_REPO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

/* libgit2 for the whole process: fsync on, no foreign configuration, caches
 * bounded.  Once, from main. */
enum weigh_code repo_init(struct weigh_err *err);
void repo_shutdown(void);

/* A folder of repositories: `path`/KIND/[ORG/]NAME.git (the data folder's
 * "repos", absolute).  The path is copied. */
struct repo_root;
enum weigh_code repo_root_open(
    struct repo_root **out, const char *path, struct weigh_err *err);
void repo_root_close(struct repo_root *root);

/* Who knows what the repositories are for. */
struct repo_sweeping {
	/* This one has no ref.  Does nobody else know of revisions of it? */
	bool (*unclaimed)(void *ctx, const struct weigh_repo *repo);
	/* This one cannot be swept, and is left as it is. */
	void (*tell)(void *ctx, const struct weigh_repo *repo,
	    const struct weigh_err *err);
	void *ctx;
};
/* Remove what a killed run left in all repositories: *.lock, tmp_obj_*,
 * temporary and half packs, and repositories without any ref that are unclaimed.
 * A ref that cannot be read is one too.  Nothing else may be open. */
enum weigh_code repo_root_sweep(struct repo_root *root,
    const struct repo_sweeping *how, struct weigh_err *err);

/* Every repository, in no order. */
enum weigh_code repo_root_each(struct repo_root *root,
    enum weigh_code (*each)(
	void *ctx, const struct weigh_repo *repo, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Does a folder of this name lie there, whatever is in it? */
bool repo_is_there(struct repo_root *root, const struct weigh_repo *name);

struct repo;
/* Open; with `create`, make it (bare, sha1, HEAD -> refs/heads/main) durably. */
enum weigh_code repo_open(struct repo_root *root, const struct weigh_repo *name,
    bool create, struct repo **out, struct weigh_err *err);
void repo_close(struct repo *r);
/* Take a whole repository away (one that never became visible). */
enum weigh_code repo_remove(struct repo_root *root,
    const struct weigh_repo *name, struct weigh_err *err);

/* --- what belongs to a repository and is not in git ------------------------- */

/* The file `weighhouse` in its folder; as by default without one; to be freed.
 * WEIGH_MALFORMED: it cannot be believed. */
enum weigh_code repo_read_facts(struct repo_root *root,
    const struct weigh_repo *name, struct weigh_repofile *out,
    struct weigh_err *err);
enum weigh_code repo_write_facts(struct repo_root *root,
    const struct weigh_repo *name, const struct weigh_repofile *facts,
    struct weigh_err *err);

/* Another name.  Durable when it returns; WEIGH_EXISTS when there is something. */
enum weigh_code repo_rename(struct repo_root *root,
    const struct weigh_repo *from, const struct weigh_repo *to,
    struct weigh_err *err);

/* Taking one away is a step that lasts, and then the work: set it aside, where it is
 * no repository any more; sweep that place.  Fine if it is not there. */
enum weigh_code repo_set_aside(struct repo_root *root,
    const struct weigh_repo *name, struct weigh_err *err);
enum weigh_code repo_bring_back(struct repo_root *root,
    const struct weigh_repo *name, struct weigh_err *err);
enum weigh_code repo_sweep_aside(struct repo_root *root, struct weigh_err *err);

/* --- which files are LFS ------------------------------------------------ */

struct repo_attributes; /* the rules of one .gitattributes file */
/* Parse the root's .gitattributes: `pattern attr…` lines, of which only those
 * count that set or unset `filter`; gitignore(5)-style patterns without
 * negation; the last line that matches wins.  NULL text: no file, the Hub's
 * default list of patterns decides.  At most 1 MiB and 10,000 such lines. */
enum weigh_code repo_attributes_parse(struct repo_attributes **out,
    const char *text, size_t len, struct weigh_err *err);
void repo_attributes_free(struct repo_attributes *a);
/* Is this file kept as LFS?  Over 10 MiB always; an empty one and `.gitattributes`
 * itself never; else the rules; without a file of rules, over 1 MiB or a name on the default
 * list. */
bool repo_attributes_lfs(
    const struct repo_attributes *a, const char *path, uint64_t size);

/* Append the file that Hub repositories are made with: a line for each pattern of
 * the default list. */
bool repo_attributes_default(struct weigh_buf *out);
/* Append a line that makes this one file LFS.  False: no line that git would take
 * can say it (or out->failed). */
bool repo_attributes_add(struct weigh_buf *out, const char *path);

/* --- writing ------------------------------------------------------------ */

/* One file of a revision to be written.  For small ones the bytes are read from
 * what repo_commit.open answers; for lfs the pointer is made from oid; of a known
 * one nothing is read or made. */
struct repo_file {
	const char *path;
	uint64_t size;
	struct weigh_oid oid;
	bool lfs;
	bool known;             /* `git` and pointer_size are given: it is there */
	struct weigh_gitid git; /* out: the blob written */
	unsigned pointer_size;  /* out, lfs only */
	void *mine;             /* the caller's */
};
/* A directory of the written tree. */
struct repo_dir {
	char *path;
	struct weigh_gitid git;
};

struct repo_commit {
	struct weigh_gitid parent; /* zero: none */
	const char *author;        /* "name" and "e-mail" of author and committer */
	const char *email;
	int64_t date;              /* seconds since 1970, UTC */
	const char *message;
	struct repo_file *files;   /* sorted by path */
	size_t nfiles;
	/* Open the bytes of a file that is not lfs (offset 0, file->size bytes); one
	 * at a time, closed here before the next is asked for. */
	enum weigh_code (*open)(void *ctx, const struct repo_file *file, int *fd,
	    struct weigh_err *err);
	void *ctx;
	/* out */
	struct weigh_gitid id;
	struct weigh_gitid tree;
	struct repo_dir *dirs;     /* sorted by path; repo_commit_free */
	size_t ndirs;
};
/* Write blobs, pointers, trees and the commit; no ref moves.  If the tree is the
 * parent's tree, no commit is made: id is the parent's, and WEIGH_EXISTS (all
 * outputs are filled).  Refused as WEIGH_MALFORMED: paths against the grammar,
 * out of order, twice, or file and folder in one; `.gitmodules`; lines in
 * `.gitattributes` that git does not take; a pointer as a small file.  As
 * WEIGH_MISMATCH: bytes without the SHA-256 given.  After a failure `dirs` is
 * empty.  Memory: one small file and up to 32 MiB of objects. */
enum weigh_code repo_write(
    struct repo *r, struct repo_commit *c, struct weigh_err *err);
void repo_commit_free(struct repo_commit *c); /* dirs only */

/* The commit a full ref ("refs/heads/main") leads to; WEIGH_NOT_FOUND.  An annotated
 * tag is an object of its own: `object` is what the ref itself points to (NULL: not
 * wanted). */
enum weigh_code repo_ref(struct repo *r, const char *ref,
    struct weigh_gitid *out, struct weigh_gitid *object, struct weigh_err *err);
/* Move a full ref from `old` (zero: must not exist) to `new` (zero: delete it);
 * WEIGH_CONFLICT when it is not at `old`.  Durable, and the ref's lock is gone, when
 * it returns WEIGH_OK; after another failure it may have moved all the same. */
enum weigh_code repo_move_ref(struct repo *r, const char *ref,
    const struct weigh_gitid *old, const struct weigh_gitid *new,
    struct weigh_err *err);
/* A commit that no branch or tag shall lead to is kept by "refs/kept/" and its id in
 * hex. */
#define REPO_KEPT "refs/kept/"
/* Every ref of ours, in no order: branches, tags, pull requests, what is kept, each
 * with the commit it leads to. */
enum weigh_code repo_each_ref(struct repo *r,
    enum weigh_code (*each)(void *ctx, const char *ref,
	const struct weigh_gitid *id, struct weigh_err *err),
    void *ctx, struct weigh_err *err);
/* The same, also with what the ref itself points to. */
enum weigh_code repo_each_target(struct repo *r,
    enum weigh_code (*each)(void *ctx, const char *ref,
	const struct weigh_gitid *object, const struct weigh_gitid *commit,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Write a tag object: `name` ("v1") for `commit`, by whom, when (seconds since 1970)
 * and why.  On disk when it returns; no ref moves. */
struct repo_tag {
	const char *name;
	struct weigh_gitid commit;
	const char *author, *email, *message;
	int64_t date;
};
enum weigh_code repo_write_tag(struct repo *r, const struct repo_tag *tag,
    struct weigh_gitid *out, struct weigh_err *err);

/* Every commit that a ref, whatever it is called, or HEAD leads to, by all parents,
 * in no order.  A failure when a ref or a commit cannot be read, or a ref leads to
 * no commit. */
enum weigh_code repo_each_reached(struct repo *r,
    enum weigh_code (*each)(void *ctx, const struct weigh_gitid *commit,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* --- taking away ---------------------------------------------------------- */

struct repo_collecting {
	/* Commits that stay with all they lead to, besides those of all refs. */
	const struct weigh_gitid *roots;
	size_t nroots;
	int64_t now;   /* seconds since 1970 */
	int64_t grace; /* seconds: what is younger stays */
	bool dry;      /* only count */
	const atomic_bool *cancel; /* set to stop: WEIGH_CANCELED; or NULL */
	/* out */
	uint64_t objects; /* taken away: nothing leads to them */
	uint64_t bytes;   /* of the disk, given back */
	uint64_t young;   /* objects that nothing leads to, not taken yet */
	uint64_t packs;   /* made again without what went */
};
/* Remove the objects of a repository that nothing leads to: loose ones one by
 * one; a pack that holds some of them is written anew with the others, read
 * back, and only then removed.  A kill at any moment leaves every object that
 * something leads to.  Nothing goes while a ref, or what is led to, cannot be
 * read.  Nobody may write to the repository meanwhile (unless
 * `dry`, whose count is then too high).  Packs with a .keep stay, as for git. */
enum weigh_code repo_collect(
    struct repo *r, struct repo_collecting *c, struct weigh_err *err);

/* --- reading again ------------------------------------------------------- */

/* Read every object again, also those that nothing leads to: does each have its
 * hash, is what it names there, does every ref that git can read lead to one?  *problem is "" if
 * all is right, else what the first one is.  `each` is told the bytes of every
 * object; it may block, and ends the reading by an answer that is not WEIGH_OK.
 * A publication under way may look like damage: look twice. */
enum weigh_code repo_verify(struct repo *r,
    enum weigh_code (*each)(void *ctx, size_t bytes, struct weigh_err *err),
    void *ctx, char *problem, size_t size, struct weigh_err *err);

/* --- reading back -------------------------------------------------------- */

/* What stands in a commit, for making the catalog again. */
struct repo_history {
	struct weigh_gitid id;
	struct weigh_gitid parent; /* zero: none */
	int64_t date;
	const char *title;
};
/* The commits from `tip` back along first parents, oldest first; at most
 * 1,000,000. */
enum weigh_code repo_each_commit(struct repo *r, const struct weigh_gitid *tip,
    enum weigh_code (*each)(
	void *ctx, const struct repo_history *h, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Who made a commit, and its message behind the first line, without the blank
 * lines around it.  Both are cut to what fits, and need not be UTF-8. */
struct repo_words {
	char author[128];
	char body[4096];
};
enum weigh_code repo_commit_words(struct repo *r,
    const struct weigh_gitid *commit, struct repo_words *out,
    struct weigh_err *err);

/* One entry of a commit's tree, paths in byte order of whole paths. */
struct repo_entry {
	const char *path;
	bool directory;
	struct weigh_gitid git;
	uint64_t size;
	bool lfs;             /* a pointer: oid and size are what it promises */
	struct weigh_oid oid; /* not lfs: of the content, hashed here */
	unsigned pointer_size;
};
/* What a commit holds, checked while walking: sizes before inflating, names,
 * order, modes (files and folders only), depth, at most 1,000,000 entries. */
enum weigh_code repo_each_entry(struct repo *r,
    const struct weigh_gitid *commit,
    enum weigh_code (*each)(
	void *ctx, const struct repo_entry *e, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

#endif
