/* git_local: see git_local.h. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "git_local.h"
#include "repo/foreign.h"

#define FOLDER_MAX (WEIGH_REPO_TEXT + 8)
#define LFS_MAX (FOLDER_MAX + WEIGH_OID_HEX + 32)

/* --- repositories -------------------------------------------------------- */

/* How people lay them out; the first that is one. */
static enum weigh_code
open_local(const struct source_place *p, const struct weigh_repo *repo,
    struct foreign **out, char folder[FOLDER_MAX], struct weigh_err *err)
{
	static const char *const ends[] = { ".git", "/.git", "" };
	char name[WEIGH_REPO_TEXT];
	enum weigh_code rc = WEIGH_NOT_FOUND;

	weigh_repo_text(repo, name);
	for (size_t i = 0;
	     rc == WEIGH_NOT_FOUND && i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(folder, FOLDER_MAX, "%s%s", name, ends[i]);
		rc = foreign_open(out, p->dirfd, p->site.base, folder, err);
	}
	return rc;
}

/* --- which commit -------------------------------------------------------- */

static enum weigh_code
look_up(struct foreign *l, const char *before, const char *rev,
    struct weigh_git_pick *out, struct weigh_err *err)
{
	char ref[WEIGH_REV_MAX + 16], branch[256];
	enum weigh_code rc;

	(void)snprintf(ref, sizeof(ref), "%s%s", before, rev);
	rc = foreign_ref(l, ref, &out->commit, branch, err);
	out->found = rc == WEIGH_OK;
	if (out->found && (before[0] != '\0' || branch[0] != '\0'))
		(void)snprintf(out->branch, sizeof(out->branch), "%s",
		    before[0] != '\0' ? rev : branch);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* A branch before a tag, as weigh_git_pick_ref. */
static enum weigh_code
pick_name(struct foreign *l, const char *rev, struct weigh_git_pick *out,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if (rev[0] == '\0' || strcmp(rev, "HEAD") == 0)
		return look_up(l, "", "HEAD", out, err);
	if (!weigh_rev_ok(rev, strlen(rev)))
		return WEIGH_OK; /* nothing is called so */
	if (strncmp(rev, "refs/heads/", 11) == 0)
		return look_up(l, "refs/heads/", rev + 11, out, err);
	if (strncmp(rev, "refs/tags/", 10) == 0) {
		out->tag = true;
		return look_up(l, "refs/tags/", rev + 10, out, err);
	}
	if (strncmp(rev, "refs/", 5) == 0)
		return look_up(l, "", rev, out, err);
	rc = look_up(l, "refs/heads/", rev, out, err);
	if (rc == WEIGH_OK && !out->found) {
		out->tag = true;
		rc = look_up(l, "refs/tags/", rev, out, err);
	}
	return rc;
}

enum weigh_code
git_local_pick(const struct source_place *p, const struct weigh_repo *repo,
    const char *rev, struct weigh_git_pick *out, struct weigh_err *err)
{
	char folder[FOLDER_MAX];
	struct foreign *l = NULL;
	enum weigh_code rc = open_local(p, repo, &l, folder, err);

	*out = (struct weigh_git_pick){ .found = false };
	if (rc == WEIGH_OK) {
		out->found = weigh_gitid_parse(&out->commit, rev, strlen(rev));
		if (!out->found)
			rc = pick_name(l, rev, out, err);
	}
	foreign_close(l);
	return rc;
}

enum weigh_code
git_local_bring(const struct source_place *p, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, struct stage *stage,
    struct weigh_err *err)
{
	char folder[FOLDER_MAX];
	struct foreign *l = NULL;
	enum weigh_code rc = open_local(p, repo, &l, folder, err);

	if (rc == WEIGH_OK)
		rc = foreign_take(l, commit, stage, err);
	foreign_close(l);
	return rc;
}

/* --- large files --------------------------------------------------------- */

static enum weigh_code
open_object(const struct source_place *p, const char *folder,
    const struct source_file *f, int *fd, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1], path[LFS_MAX];

	weigh_oid_hex(&f->oid, hex);
	(void)snprintf(path, sizeof(path), "%s/lfs/objects/%.2s/%.2s/%s",
	    folder, hex, hex + 2, hex);
	*fd = fd_open_beneath(p->dirfd, path, O_RDONLY, 0);
	return *fd >= 0 ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOT_FOUND,
		"'%.200s' is not among the LFS objects there", f->path);
}

enum weigh_code
git_local_locate(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_file *files, size_t n, struct source_bytes *out,
    struct weigh_err *err)
{
	char folder[FOLDER_MAX];
	struct foreign *l = NULL;
	enum weigh_code rc = open_local(p, repo, &l, folder, err);

	for (size_t i = 0; rc == WEIGH_OK && i < n; i++)
		rc = open_object(p, folder, &files[i], &out[i].fd, err);
	for (size_t i = 0; rc != WEIGH_OK && i < n; i++)
		fd_close(&out[i].fd); /* all or none */
	foreign_close(l);
	return rc;
}
