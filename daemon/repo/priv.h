/* What the files of repo/ share, and nobody else sees. */
#ifndef REPO_PRIV_H
#define REPO_PRIV_H

#include <git2.h>

#include "idset.h"
#include "repo.h"

#define REPO_SMALL_MAX (10u << 20)   /* bytes of a file that we keep in git */
#define REPO_BLOB_MAX (64u << 20)    /* … and of one that others kept so */
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
	int fd;               /* its folder */
	struct idset shallow; /* see shallow.c */
	bool shallow_read;
};

/* Make and open a bare repository in the folder `folder` below `dirfd`, whose path
 * is `above`. */
enum weigh_code repo_make_at(int dirfd, const char *folder,
    struct weigh_err *err);
bool repo_made_at(int dirfd, const char *folder);
enum weigh_code repo_open_at(int dirfd, const char *above, const char *folder,
    struct repo **out, struct weigh_err *err);

/* What may be written of a file: its name (no submodules), the text that git itself
 * reads (`.gitattributes`), and of one that is not LFS that it is no pointer. */
enum weigh_code repo_check_name(const char *path, struct weigh_err *err);
bool repo_is_attributes(const char *path);
enum weigh_code repo_check_text(const char *path, const char *text, size_t len,
    struct weigh_err *err);
enum weigh_code repo_check_plain(const char *path, const char *text, size_t len,
    struct weigh_err *err);

/* A shallow commit has no parents here, whatever it says: they never came.  git's
 * file `shallow` names them, gitrepository-layout(5). */
enum weigh_code repo_is_shallow(struct repo *r, const git_oid *id, bool *yes,
    struct weigh_err *err);
enum weigh_code repo_has_shallow(struct repo *r, bool *some,
    struct weigh_err *err);
enum weigh_code repo_note_shallow(struct repo *r, const git_oid *id,
    struct weigh_err *err);
/* Forget those of which `stays` says no. */
enum weigh_code repo_sift_shallow(struct repo *r,
    bool (*stays)(void *ctx, const git_oid *id), void *ctx,
    struct weigh_err *err);

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
