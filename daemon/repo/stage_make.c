/*
 * stage_make: a commit of what upstream told, where it offers no git.  See stage.h.
 *
 * Whoever is told the same makes the same: the author is a fixed one, the date that of
 * upstream's commit, and there is no parent.
 */
#include <stdlib.h>
#include <string.h>

#include "stage_priv.h"

#define AUTHOR "weighd"
#define EMAIL "weighd@localhost"

/* A file that is not LFS: its bytes are here, and are what they may be. */
static enum weigh_code
check_small(struct stage *s, const struct repo_file *f, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, REPO_BLOB_MAX);
	rc = stage_blob(s, &f->git, &text, err);
	if (rc == WEIGH_OK && text.len != f->size)
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "it has %zu bytes, not the %llu that were told", text.len,
		    (unsigned long long)f->size);
	if (rc == WEIGH_OK)
		rc = repo_check_plain(f->path,
		    text.data != NULL ? text.data : "", text.len, err);
	weigh_buf_free(&text);
	return weigh_context(err, rc, "'%s'", f->path);
}

enum weigh_code
stage_make(struct stage *s, struct stage_told *told, struct weigh_err *err)
{
	struct repo_file *files = calloc(told->nfiles + 1, sizeof(*files));
	struct repo_commit c = {
		.author = AUTHOR,
		.email = EMAIL,
		.date = told->date,
		.message = told->message,
		.files = files,
		.nfiles = told->nfiles,
	};
	enum weigh_code rc = WEIGH_OK;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; rc == WEIGH_OK && i < told->nfiles; i++) {
		files[i] = told->files[i];
		files[i].known = !files[i].lfs;
		if (!files[i].lfs)
			rc = check_small(s, &files[i], err);
	}
	if (rc == WEIGH_OK)
		rc = repo_write(s->repo, &c, err);
	if (rc == WEIGH_OK)
		told->commit = c.id;
	repo_commit_free(&c);
	free(files);
	return rc;
}
