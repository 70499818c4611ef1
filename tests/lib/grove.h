/*
 * grove: a folder of repositories, and revisions made of paths and texts.
 */
#ifndef TESTS_GROVE_H
#define TESTS_GROVE_H

#include <weigh/buf.h>

#include "repo/repo.h"
#include "tmpdir.h"

struct grove {
	struct tmpdir dir; /* "repos" below it is the root */
	char path[300];    /* of the repository acme/demo */
	struct repo_root *root;
	struct repo *repo;    /* acme/demo, made */
	struct weigh_buf out; /* of gitrun */
};

void grove_open(struct grove *g);
void grove_close(struct grove *g);

struct grove_file {
	const char *path;
	const char *text;
	bool lfs;
};

/* Fill *c for repo_write: `files` with fixed author, date and message.  `texts`
 * and `files` must outlive it. */
struct grove_texts {
	const struct grove_file *files;
	size_t count;
};
void grove_prepare(struct grove_texts *texts, const struct weigh_gitid *parent,
    const struct grove_file *files, size_t nfiles, struct repo_commit *c);

/* Prepare and repo_write; the result stands in *c until grove_free. */
enum weigh_code grove_write(struct grove *g, const struct weigh_gitid *parent,
    const struct grove_file *files, size_t nfiles, struct repo_commit *c,
    struct weigh_err *err);
/* Free files and dirs. */
void grove_free(struct repo_commit *c);

/* grove_write and move `branch` ("main") to it from where it is. */
struct weigh_gitid grove_publish(struct grove *g, const char *branch,
    const struct grove_file *files, size_t nfiles);

/* How tests sweep: a repository is nobody's, and none resists. */
extern const struct repo_sweeping grove_sweeping;

/* `git fsck --strict` has nothing to say: silent, and exit status 0. */
void grove_fsck(struct grove *g, const char *label);

#endif
