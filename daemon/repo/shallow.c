/*
 * shallow: commits whose parents never came here, as git notes them: the file
 * `shallow` in the repository's folder, an id in hex a line.  gitrepository-layout(5).
 *
 * It is written before the commit: a line for one that is not there harms nothing, a
 * commit whose parents are missing without a line would look like damage.
 */
#include <string.h>

#include "base/fd.h"
#include "priv.h"

#define FILE_NAME "shallow"
#define LINE (GIT_OID_HEXSZ + 1)
#define FILE_MAX ((size_t)REPO_COMMITS_MAX * LINE)

static enum weigh_code
take_lines(struct repo *r, const char *text, size_t len, struct weigh_err *err)
{
	struct weigh_gitid id;
	git_oid oid;
	bool fresh;

	for (; len > 0; text += LINE, len -= LINE) {
		if (len < LINE || text[LINE - 1] != '\n' ||
		    !weigh_gitid_parse(&id, text, GIT_OID_HEXSZ))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "the file '" FILE_NAME "' of a repository is not "
			    "made of ids");
		oid = repo_git_oid(&id);
		if (!idset_add(&r->shallow, &oid, &fresh))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	return WEIGH_OK;
}

static enum weigh_code
read_once(struct repo *r, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	if (r->shallow_read)
		return WEIGH_OK;
	weigh_buf_init(&text, FILE_MAX);
	rc = fd_read_file(r->fd, FILE_NAME, &text, err);
	if (rc == WEIGH_NOT_FOUND)
		rc = WEIGH_OK;
	else if (rc == WEIGH_OK)
		rc = take_lines(r, text.data, text.len, err);
	weigh_buf_free(&text);
	r->shallow_read = rc == WEIGH_OK;
	return rc;
}

enum weigh_code
repo_is_shallow(struct repo *r, const git_oid *id, bool *yes,
    struct weigh_err *err)
{
	enum weigh_code rc = read_once(r, err);

	*yes = rc == WEIGH_OK && idset_has(&r->shallow, id);
	return rc;
}

enum weigh_code
repo_has_shallow(struct repo *r, bool *some, struct weigh_err *err)
{
	enum weigh_code rc = read_once(r, err);

	*some = rc == WEIGH_OK && r->shallow.count > 0;
	return rc;
}

/* --- changing it --------------------------------------------------------- */

static void
add_line(struct weigh_buf *text, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	weigh_buf_addf(text, "%s\n", hex);
}

/* Write the set with this one more (or NULL); in the order of slots: git sorts it
 * itself. */
static enum weigh_code
write_all(struct repo *r, const git_oid *more, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, FILE_MAX);
	for (size_t i = 0; i < r->shallow.room; i++)
		if (!git_oid_is_zero(&r->shallow.slots[i]))
			add_line(&text, &r->shallow.slots[i]);
	if (more != NULL)
		add_line(&text, more);
	rc = text.failed ? weigh_fail(err, WEIGH_TOO_BIG,
			       "too many commits without their parents") :
			   fd_replace_file(r->fd, ".", FILE_NAME, text.data,
			       text.len, 0644, err);
	weigh_buf_free(&text);
	return rc;
}

enum weigh_code
repo_note_shallow(struct repo *r, const git_oid *id, struct weigh_err *err)
{
	enum weigh_code rc = read_once(r, err);
	bool fresh;

	if (rc != WEIGH_OK || idset_has(&r->shallow, id))
		return rc;
	rc = write_all(r, id, err);
	if (rc == WEIGH_OK && !idset_add(&r->shallow, id, &fresh))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return rc;
}

enum weigh_code
repo_sift_shallow(struct repo *r, bool (*stays)(void *ctx, const git_oid *id),
    void *ctx, struct weigh_err *err)
{
	struct idset rest = { 0 }, all;
	enum weigh_code rc = read_once(r, err);
	bool fresh;

	for (size_t i = 0; rc == WEIGH_OK && i < r->shallow.room; i++) {
		const git_oid *id = &r->shallow.slots[i];

		if (!git_oid_is_zero(id) && stays(ctx, id) &&
		    !idset_add(&rest, id, &fresh))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	if (rc != WEIGH_OK || rest.count == r->shallow.count) {
		idset_free(&rest);
		return rc;
	}
	all = r->shallow;
	r->shallow = rest;
	idset_free(&all);
	return write_all(r, NULL, err);
}
