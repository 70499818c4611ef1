/* libgit2 for the whole process, its errors and its ids in our words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

/* --- once ---------------------------------------------------------------- */

struct option {
	int name; /* git_libgit2_opt_t */
	size_t value;
};

static const struct option switches[] = {
	{ GIT_OPT_ENABLE_FSYNC_GITDIR, 1 },
	{ GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 1 },
	{ GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1 },
	{ GIT_OPT_ENABLE_STRICT_SYMBOLIC_REF_CREATION, 1 },
	/* Whose a folder is matters to who runs hooks and filters of its
	 * configuration; here none is.  A mirror reads what others own. */
	{ GIT_OPT_SET_OWNER_VALIDATION, 0 },
};

static const struct option sizes[] = {
	{ GIT_OPT_SET_PACK_MAX_OBJECTS, 4u << 20 },
	{ GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, REPO_TREE_MAX },
	{ GIT_OPT_SET_MWINDOW_SIZE, 1u << 20 },
	{ GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, 64u << 20 },
	{ GIT_OPT_SET_MWINDOW_FILE_LIMIT, 64 },
	{ GIT_OPT_SET_CACHE_MAX_SIZE, 16u << 20 },
};

/* No file outside the repository is read for configuration. */
static const int foreign[] = {
	GIT_CONFIG_LEVEL_PROGRAMDATA,
	GIT_CONFIG_LEVEL_SYSTEM,
	GIT_CONFIG_LEVEL_XDG,
	GIT_CONFIG_LEVEL_GLOBAL,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
set_options(void)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT(switches); i++)
		rc = git_libgit2_opts(switches[i].name, (int)switches[i].value);
	for (size_t i = 0; rc == 0 && i < COUNT(sizes); i++)
		rc = git_libgit2_opts(sizes[i].name, sizes[i].value);
	for (size_t i = 0; rc == 0 && i < COUNT(foreign); i++)
		rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, foreign[i], "");
	return rc;
}

enum weigh_code
repo_init(struct weigh_err *err)
{
	enum weigh_code rc;
	int git_rc = git_libgit2_init();

	if (git_rc < 0)
		return repo_fail(err, git_rc, "cannot start libgit2");
	if ((git_rc = set_options()) == 0)
		return WEIGH_OK;
	rc = repo_fail(err, git_rc, "cannot set an option of libgit2");
	repo_shutdown();
	return rc;
}

void
repo_shutdown(void)
{
	git_libgit2_shutdown();
}

/* --- errors -------------------------------------------------------------- */

static const struct {
	int git;
	enum weigh_code code;
} meanings[] = {
	{ GIT_ENOTFOUND, WEIGH_NOT_FOUND },
	{ GIT_EEXISTS, WEIGH_EXISTS },
	{ GIT_EMODIFIED, WEIGH_CONFLICT },
	{ GIT_ELOCKED, WEIGH_CONFLICT },
	{ GIT_EINVALIDSPEC, WEIGH_MALFORMED },
	{ GIT_EINVALID, WEIGH_MALFORMED },
	{ GIT_EMISMATCH, WEIGH_MALFORMED }, /* an object's hash */
	{ GIT_EOWNER, WEIGH_DENIED },
};

/* libgit2 keeps the system's words, not its number. */
static bool
disk_is_full(const char *message)
{
	return strstr(message, strerrordesc_np(ENOSPC)) != NULL ||
	    strstr(message, strerrordesc_np(EDQUOT)) != NULL;
}

static enum weigh_code
meaning_of(int git_rc, const git_error *e)
{
	if (e != NULL && e->klass == GIT_ERROR_NOMEMORY)
		return WEIGH_NOMEM;
	if (e != NULL && e->klass == GIT_ERROR_OS && disk_is_full(e->message))
		return WEIGH_FULL;
	for (size_t i = 0; i < COUNT(meanings); i++)
		if (meanings[i].git == git_rc)
			return meanings[i].code;
	if (e != NULL &&
	    (e->klass == GIT_ERROR_INVALID || e->klass == GIT_ERROR_TREE))
		return WEIGH_MALFORMED;
	return WEIGH_IO;
}

enum weigh_code
repo_fail(struct weigh_err *err, int git_rc, const char *doing)
{
	const git_error *e = git_error_last();

	return weigh_fail(err, meaning_of(git_rc, e), "%s: %s", doing,
	    e != NULL && e->message != NULL ? e->message : "no reason given");
}

/* --- ids and objects ----------------------------------------------------- */

git_oid
repo_git_oid(const struct weigh_gitid *id)
{
	git_oid oid = { { 0 } };

	memcpy(oid.id, id->b, sizeof(oid.id));
	return oid;
}

struct weigh_gitid
repo_gitid(const git_oid *oid)
{
	struct weigh_gitid id = { { 0 } };

	memcpy(id.b, oid->id, sizeof(id.b));
	return id;
}

enum weigh_code
repo_check_object(git_odb *odb, const git_oid *id, git_object_t type,
    size_t max, size_t *size, struct weigh_err *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	git_object_t found;
	int rc = git_odb_read_header(size, &found, odb, id);

	if (rc != 0)
		return repo_fail(err, rc, "cannot read a git object");
	git_oid_tostr(hex, sizeof(hex), id);
	if (found != type)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "git object %s is a %s, not a %s", hex,
		    git_object_type2string(found),
		    git_object_type2string(type));
	if (*size > max)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "git object %s has %zu bytes, at most %zu allowed", hex,
		    *size, max);
	return WEIGH_OK;
}
