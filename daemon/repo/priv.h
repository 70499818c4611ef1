/* What the files of repo/ share, and nobody else sees. */
#ifndef REPO_PRIV_H
#define REPO_PRIV_H

#include <git2.h>

#include "repo.h"

#define REPO_SMALL_MAX (10u << 20)   /* bytes of a file kept in git itself */
#define REPO_COMMIT_MAX (1u << 20)   /* bytes of a commit object */
#define REPO_TREE_MAX (64u << 20)    /* bytes of a tree object */
#define REPO_ENTRIES_MAX 1000000     /* of a revision, directories included */
#define REPO_COMMITS_MAX 1000000     /* of a history */
#define REPO_DEPTH_MAX 128           /* of directories */
#define REPO_MESSAGE_MAX (64u << 10) /* bytes of a commit's message */
#define REPO_IDENTITY_MAX 255        /* bytes of an author's name or e-mail */

struct repo_root {
	char *path; /* absolute: libgit2 wants it */
	int fd;
};

struct repo {
	git_repository *git;
	git_odb *odb;
	char *path;
	int fd; /* its folder */
};

/* `KIND/[ORG/]NAME.git` below the root. */
#define REPO_FOLDER_MAX (WEIGH_NAME_MAX + 16)
enum weigh_code repo_folder(const struct weigh_repo *name,
    char out[REPO_FOLDER_MAX], struct weigh_err *err);

/* The folder of an organization goes with its last repository. */
enum weigh_code repo_remove_empty_org(struct repo_root *root,
    const char *folder, struct weigh_err *err);

/* Say why the libgit2 call that answered `git_rc` just now failed. */
enum weigh_code repo_fail(struct weigh_err *err, int git_rc, const char *doing);

/* libgit2's ids and ours are the same 20 bytes. */
git_oid repo_git_oid(const struct weigh_gitid *id);
struct weigh_gitid repo_gitid(const git_oid *oid);

/* Tell of each ref of ours, and what it points to, whether that is there or not. */
typedef enum weigh_code repo_raw_ref_fn(void *ctx, const char *ref,
    const git_oid *at, struct weigh_err *err);
enum weigh_code repo_each_raw_ref(struct repo *r, repo_raw_ref_fn *each,
    void *ctx, struct weigh_err *err);

/* Tell of the object that each ref leads to, whatever it is called, and HEAD; of
 * one to which two lead, twice.  A ref that cannot be read is a failure. */
typedef enum weigh_code repo_tip_fn(struct repo *r, void *ctx,
    const git_oid *id, struct weigh_err *err);
enum weigh_code repo_each_tip(struct repo *r, repo_tip_fn *each, void *ctx,
    struct weigh_err *err);

/* Does an object have this type and at most `max` bytes?  Asked before any
 * object is inflated. */
enum weigh_code repo_check_object(git_odb *odb, const git_oid *id,
    git_object_t type, size_t max, size_t *size, struct weigh_err *err);

#endif
