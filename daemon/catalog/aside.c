/*
 * aside: a damaged catalog makes room for one that is made again.  Nothing of it
 * is deleted; but the next start does not ask anybody, because all of it can be
 * made again and a mirror that stays down helps nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "db.h"

#define PATH_MAX_HERE 4200
#define GIVEN_UP "-given-up"

/* The folder of a path, opened; *name is what it is called there. */
static enum weigh_code
open_parent(const char *path, int *dir, const char **name,
    struct weigh_err *err)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX_HERE];

	*name = slash != NULL ? slash + 1 : path;
	if (slash == NULL || slash == path)
		snprintf(folder, sizeof(folder), "%s", slash ? "/" : ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
		    path);
	*dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return weigh_fail_errno(err, errno, "cannot open '%s'", folder);
	return WEIGH_OK;
}

/* The file first: without it, SQLite takes what belongs to it for litter. */
static const char *const parts[] = { "", "-wal", "-shm" };

static enum weigh_code
rename_parts(int dir, const char *name, const char *aside,
    struct weigh_err *err)
{
	char from[300], to[400];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", name, parts[i]);
		snprintf(to, sizeof(to), "%s%s", aside, parts[i]);
		if (renameat(dir, from, dir, to) != 0 && errno != ENOENT)
			return weigh_fail_errno(err, errno,
			    "cannot rename '%s'", from);
	}
	return WEIGH_OK;
}

/* Aside, and then the note that asked for it, so that a kill repeats it. */
static enum weigh_code
set_aside(const char *path, char *aside, size_t size, struct weigh_err *err)
{
	char to[300], note[300], when[32];
	time_t now = time(NULL);
	const char *name;
	enum weigh_code rc;
	struct tm tm;
	int dir = -1;

	if (gmtime_r(&now, &tm) == NULL)
		return weigh_fail_errno(err, errno, "a time no clock shows");
	if ((rc = open_parent(path, &dir, &name, err)) != WEIGH_OK)
		return rc;
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(to, sizeof(to), "%.200s.damaged-%s", name, when);
	snprintf(note, sizeof(note), "%s" GIVEN_UP, name);
	rc = rename_parts(dir, name, to, err);
	if (rc == WEIGH_OK)
		rc = fd_sync(dir, err);
	if (rc == WEIGH_OK && unlinkat(dir, note, 0) != 0 && errno != ENOENT)
		rc = weigh_fail_errno(err, errno, "cannot remove '%s'", note);
	if (rc == WEIGH_OK)
		rc = fd_sync(dir, err);
	snprintf(aside, size, "%s", to);
	fd_close(&dir);
	return weigh_context(err, rc, "setting a damaged catalog aside");
}

enum weigh_code
catalog_give_up(struct catalog *c, struct weigh_err *err)
{
	static const char text[] = "the next start sets it aside\n";
	const char *path = sqlite3_db_filename(c->db.sqlite, "main");
	char note[300];
	const char *name;
	enum weigh_code rc;
	int dir = -1;

	if ((rc = open_parent(path, &dir, &name, err)) != WEIGH_OK)
		return rc;
	snprintf(note, sizeof(note), "%s" GIVEN_UP, name);
	rc = fd_replace_file(dir, ".", note, text, strlen(text), 0644, err);
	fd_close(&dir);
	return rc;
}

static bool
is_given_up(const char *path)
{
	char note[PATH_MAX_HERE + 16];

	snprintf(note, sizeof(note), "%s" GIVEN_UP, path);
	return access(note, F_OK) == 0;
}

enum weigh_code
catalog_open_anew(struct catalog **out, const char *path, char *aside,
    size_t size, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_MALFORMED;

	aside[0] = '\0';
	if (!is_given_up(path))
		rc = catalog_open(out, path, err);
	if (rc != WEIGH_MALFORMED)
		return rc;
	if ((rc = set_aside(path, aside, size, err)) != WEIGH_OK)
		return rc;
	return catalog_open(out, path, err);
}
