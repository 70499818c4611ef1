/* grove: see grove.h. */
#include "grove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "gitrun.h"

void
grove_open(struct grove *g)
{
	struct weigh_repo name = { WEIGH_MODEL, "acme/demo" };
	struct weigh_err err = { .code = WEIGH_OK };
	char root[300];

	tmpdir_make(&g->dir);
	check_true("mkdir", mkdirat(g->dir.fd, "repos", 0755) == 0);
	snprintf(root, sizeof(root), "%s/repos", g->dir.path);
	snprintf(g->path, sizeof(g->path), "%s/repos/models/acme/demo.git",
	    g->dir.path);
	weigh_buf_init(&g->out, 64 << 20);
	check_code("repo_init", repo_init(&err), WEIGH_OK);
	check_code("repo_root_open", repo_root_open(&g->root, root, &err),
	    WEIGH_OK);
	check_code("repo_open", repo_open(g->root, &name, true, &g->repo, &err),
	    WEIGH_OK);
}

void
grove_close(struct grove *g)
{
	repo_close(g->repo);
	repo_root_close(g->root);
	repo_shutdown();
	weigh_buf_free(&g->out);
	tmpdir_remove(&g->dir);
}

/* The texts travel as ctx; a file is found by its path. */
static enum weigh_code
open_text(void *ctx, const struct repo_file *file, int *fd,
    struct weigh_err *err)
{
	const struct grove_texts *texts = ctx;

	(void)err;
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->files[i].text;
		size_t len = strlen(text);

		if (strcmp(texts->files[i].path, file->path) != 0)
			continue;
		*fd = memfd_create("text", MFD_CLOEXEC);
		check_true("memfd", *fd >= 0);
		check_true("write", write(*fd, text, len) == (ssize_t)len);
		return WEIGH_OK;
	}
	return WEIGH_NOT_FOUND;
}

void
grove_prepare(struct grove_texts *texts, const struct weigh_gitid *parent,
    const struct grove_file *files, size_t nfiles, struct repo_commit *c)
{
	*texts = (struct grove_texts){ files, nfiles };
	*c = (struct repo_commit){
		.author = "A U Thor",
		.email = "author@example.com",
		.date = 1234567890,
		.message = "a title\n\nand more",
		.nfiles = nfiles,
		.open = open_text,
		.ctx = texts,
	};
	if (parent != NULL)
		c->parent = *parent;
	c->files = calloc(nfiles + 1, sizeof(*c->files));
	check_true("memory", c->files != NULL);
	for (size_t i = 0; i < nfiles; i++) {
		size_t len = strlen(files[i].text);

		c->files[i].path = files[i].path;
		c->files[i].size = len;
		c->files[i].lfs = files[i].lfs;
		check_true("sha-256",
		    weigh_oid_of(&c->files[i].oid, files[i].text, len));
	}
}

enum weigh_code
grove_write(struct grove *g, const struct weigh_gitid *parent,
    const struct grove_file *files, size_t nfiles, struct repo_commit *c,
    struct weigh_err *err)
{
	struct grove_texts texts;
	enum weigh_code rc;

	grove_prepare(&texts, parent, files, nfiles, c);
	rc = repo_write(g->repo, c, err);
	c->ctx = NULL;
	return rc;
}

void
grove_free(struct repo_commit *c)
{
	repo_commit_free(c);
	free(c->files);
	c->files = NULL;
}

struct weigh_gitid
grove_publish(struct grove *g, const char *branch,
    const struct grove_file *files, size_t nfiles)
{
	struct weigh_gitid old = { { 0 } };
	struct weigh_err err = { .code = WEIGH_OK };
	struct repo_commit c;
	char ref[300];

	snprintf(ref, sizeof(ref), "refs/heads/%s", branch);
	(void)repo_ref(g->repo, ref, &old, NULL, NULL);
	check_code("repo_write", grove_write(g, &old, files, nfiles, &c, &err),
	    WEIGH_OK);
	check_code("repo_move_ref",
	    repo_move_ref(g->repo, ref, &old, &c.id, &err), WEIGH_OK);
	grove_free(&c);
	return c.id;
}

void
grove_fsck(struct grove *g, const char *label)
{
	int status = gitrun(&g->out, g->path, "fsck", "--strict", "--full",
	    "--no-dangling", "--no-progress", NULL);

	check_str(label, g->out.data, "");
	check_u64(label, (uint64_t)status, 0);
}

static void
unswept(void *ctx, const struct weigh_repo *repo, const struct weigh_err *err)
{
	(void)ctx;
	check_str(repo->name, err->why, "");
}

static bool
nobodys(void *ctx, const struct weigh_repo *repo)
{
	(void)ctx;
	(void)repo;
	return true;
}

const struct repo_sweeping grove_sweeping = { nobodys, unswept, NULL };
