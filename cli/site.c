/* site: the folder that a site's own licenses are learned into. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "note.h"
#include "site.h"

#define PREFIX "LicenseRef-"
#define TEXT_END ".txt"

/* --- ids --------------------------------------------------------------------------- */

enum weigh_code
site_check_id(const char *id, struct weigh_err *err)
{
	static const char *const ours[] = { PREFIX "modified-",
		PREFIX "text-" };
	size_t len = strlen(PREFIX), i;
	const char *p = id + len;

	if (strncmp(id, PREFIX, len) != 0 || *p == '\0' ||
	    strlen(id) >= WEIGH_LICENSE_ID ||
	    p[strspn(p,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789.-")] != '\0') {
		weigh_fail(err, WEIGH_USAGE,
		    "'%.100s' is no id for a site's own license", id);
		weigh_fix(err,
		    "take LicenseRef- and letters, digits, '.' and '-', as in "
		    "LicenseRef-Acme-1.0");
		return WEIGH_USAGE;
	}
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strncasecmp(id, ours[i], strlen(ours[i])) == 0)
			return weigh_fail(err, WEIGH_USAGE,
			    "weigh gives ids that begin with %s itself",
			    ours[i]);
	return WEIGH_OK;
}

/* --- the folder -------------------------------------------------------------------- */

/* Make it and what leads to it. */
static enum weigh_code
make_folders(const char *dir, struct weigh_err *err)
{
	char path[PACKS_DIR];
	size_t i, len = strlen(dir);

	memcpy(path, dir, len + 1);
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return weigh_fail_errno(err, errno, "%.300s", path);
		path[i] = dir[i];
	}
	return WEIGH_OK;
}

enum weigh_code
site_open(struct site *s, const char *dir, struct weigh_err *err)
{
	enum weigh_code rc;

	*s = (struct site){ .fd = -1 };
	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	rc = make_folders(dir, err);
	if (rc != WEIGH_OK)
		return rc;
	s->fd = beneath_openat(AT_FDCWD, dir,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (s->fd < 0)
		return weigh_fail_errno(err, errno, "%.300s", dir);
	if (flock(s->fd, LOCK_EX | LOCK_NB) == 0)
		return WEIGH_OK;
	if (errno == EWOULDBLOCK)
		return weigh_fail(err, WEIGH_CONFLICT,
		    "another weigh is learning into %.300s", dir);
	return weigh_fail_errno(err, errno, "cannot lock %.300s", dir);
}

void
site_close(struct site *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

enum weigh_code
site_text(const char *dir, const char *id, struct weigh_buf *out,
    struct weigh_err *err)
{
	char path[PACKS_PATH];

	packs_path(path, dir, "texts", id, "txt");
	return packs_read(path, out, err);
}

/* --- the pack ---------------------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "LicenseRef-Acme-1.0.txt": is it a text that was learned? */
static bool
take_id(const char *name, char id[WEIGH_LICENSE_ID])
{
	size_t len = strlen(name), end = strlen(TEXT_END);

	if (len <= end || strcmp(name + len - end, TEXT_END) != 0 ||
	    len - end >= WEIGH_LICENSE_ID)
		return false;
	memcpy(id, name, len - end);
	id[len - end] = '\0';
	return site_check_id(id, NULL) == WEIGH_OK;
}

struct ids {
	char *id[SITE_MAX];
	size_t n;
};

static enum weigh_code
add_id(struct ids *ids, const char *id, struct weigh_err *err)
{
	if (ids->n == SITE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d licenses were learned there", SITE_MAX);
	ids->id[ids->n] = strdup(id);
	if (ids->id[ids->n] == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	ids->n++;
	return WEIGH_OK;
}

/* Ids are the same whatever their case, and are spelled in one way. */
static enum weigh_code
check_spelling(const char *id, const char *own, struct weigh_err *err)
{
	if (strcasecmp(id, own) != 0)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_EXISTS, "it is spelled %s there", id);
	weigh_fix(err, "say --id %s, or choose another id", id);
	return WEIGH_EXISTS;
}

/* A folder that could be read in part would make a pack that forgets. */
static enum weigh_code
read_ids(DIR *d, const char *own, const char *without, struct ids *ids,
    struct weigh_err *err)
{
	char id[WEIGH_LICENSE_ID];
	enum weigh_code rc = WEIGH_OK;
	struct dirent *e;

	for (errno = 0; rc == WEIGH_OK && (e = readdir(d)) != NULL; errno = 0)
		if (take_id(e->d_name, id) && strcmp(id, own) != 0 &&
		    strcmp(id, without) != 0 &&
		    (rc = check_spelling(id, own, err)) == WEIGH_OK)
			rc = add_id(ids, id, err);
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list the texts");
	return rc;
}

/* Those whose texts are there but `without`, and `own`; sorted. */
static enum weigh_code
list_ids(const char *dir, const char *own, const char *without, struct ids *ids,
    struct weigh_err *err)
{
	char path[PACKS_PATH];
	enum weigh_code rc = own[0] != '\0' ? add_id(ids, own, err) : WEIGH_OK;
	DIR *d;

	snprintf(path, sizeof(path), "%s/texts", dir);
	d = opendir(path);
	if (rc == WEIGH_OK && d == NULL && errno != ENOENT)
		rc = weigh_fail_errno(err, errno, "%.300s", path);
	if (rc == WEIGH_OK && d != NULL)
		rc = read_ids(d, own, without, ids, err);
	if (d != NULL)
		closedir(d);
	if (rc == WEIGH_OK)
		qsort(ids->id, ids->n, sizeof(ids->id[0]), by_id);
	return rc;
}

static enum weigh_code
add_text(struct weigh_licensepack_make *m, const char *id, const char *name,
    const char *based_on, const struct weigh_buf *text, struct weigh_err *err)
{
	const struct weigh_licensepack_entry e = {
		.id = id,
		.name = name,
		.based_on = based_on,
		.what = WEIGH_WHAT_LICENSE,
		.vendor = true,
	};
	enum weigh_code rc = weigh_licensepack_make_add(m, &e, text->data,
	    text->len, err);

	return weigh_context(err, rc, "the text of %s", id);
}

/* One that was learned before: its text, and its name from its terms. */
static enum weigh_code
add_learned(struct weigh_licensepack_make *m, const char *dir, const char *id,
    struct weigh_err *err)
{
	const struct weigh_terms *tables[1];
	struct weigh_license_terms *row = NULL;
	struct weigh_terms *t = NULL;
	char path[PACKS_PATH];
	struct weigh_buf text, terms;
	enum weigh_code rc;

	weigh_buf_init(&text, PACKS_TEXT_MAX);
	weigh_buf_init(&terms, PACKS_TERMS_MAX);
	packs_path(path, dir, "terms", id, "terms");
	rc = packs_read(path, &terms, err);
	if (rc == WEIGH_OK)
		rc = weigh_terms_read(&t, path, terms.data, terms.len, err);
	tables[0] = t;
	if (rc == WEIGH_OK)
		rc = weigh_terms_find(&row, tables, 1, id, err);
	if (rc == WEIGH_OK)
		rc = site_text(dir, id, &text, err);
	if (rc == WEIGH_OK)
		rc = add_text(m, id, row->name, row->based_on, &text, err);
	weigh_license_terms_free(row);
	weigh_terms_free(t);
	weigh_buf_free(&text);
	weigh_buf_free(&terms);
	return rc;
}

enum weigh_code
site_build(const char *dir, const struct site_license *l, const char *without,
    struct weigh_buf *pack, struct weigh_err *err)
{
	const char *own = l != NULL ? l->id : "";
	char version[64];
	struct weigh_licensepack_make *m = NULL;
	struct ids *ids = calloc(1, sizeof(*ids));
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	if (ids == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	snprintf(version, sizeof(version), WEIGH_LICENSEPACK_SITE,
	    WEIGH_LICENSE_ENGINE);
	rc = list_ids(dir, own, without != NULL ? without : "", ids, err);
	if (rc == WEIGH_OK)
		rc = weigh_licensepack_make_new(&m, version, err);
	for (i = 0; i < ids->n && rc == WEIGH_OK; i++)
		rc = l != NULL && strcmp(ids->id[i], own) == 0 ?
		    add_text(m, own, l->name, l->based_on, &l->text, err) :
		    add_learned(m, dir, ids->id[i], err);
	if (rc == WEIGH_OK && (ids->n > 0 || without == NULL))
		rc = weigh_licensepack_make_end(m, pack, err);
	weigh_licensepack_make_free(m);
	for (i = 0; i < ids->n; i++)
		free(ids->id[i]);
	free(ids);
	return rc;
}

/* --- storing ----------------------------------------------------------------------- */

/* One file of a folder below, which is made if it is not there. */
static enum weigh_code
store(const struct site *s, const char *folder, const char *name,
    const struct weigh_buf *bytes, struct weigh_err *err)
{
	enum weigh_code rc;
	int fd;

	if (mkdirat(s->fd, folder, 0777) != 0 && errno != EEXIST)
		return weigh_fail_errno(err, errno, "%.300s/%s", s->dir,
		    folder);
	fd = beneath_open(s->fd, folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return weigh_fail_errno(err, errno, "%.300s/%s", s->dir,
		    folder);
	rc = note_write(fd, name, bytes, err);
	if (rc == WEIGH_OK && fsync(fd) != 0)
		rc = weigh_fail_errno(err, errno, "cannot write to disk");
	close(fd);
	return rc;
}

enum weigh_code
site_store(const struct site *s, const struct site_license *l,
    const struct weigh_buf *pack, struct weigh_err *err)
{
	char name[WEIGH_LICENSE_ID + 8];
	enum weigh_code rc;

	snprintf(name, sizeof(name), "%s.terms", l->id);
	rc = store(s, "terms", name, &l->terms, err);
	snprintf(name, sizeof(name), "%s" TEXT_END, l->id);
	if (rc == WEIGH_OK)
		rc = store(s, "texts", name, &l->text, err);
	if (rc == WEIGH_OK)
		rc = store(s, ".", WEIGH_LICENSEPACK_FILE, pack, err);
	return weigh_context(err, rc, "%.300s", s->dir);
}

/* --- removing ---------------------------------------------------------------------- */

/* A file of the folder, which may be gone already; its name does not come back. */
static enum weigh_code
drop(const struct site *s, const char *folder, const char *name,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	int fd = beneath_open(s->fd, folder, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0 && errno == ENOENT)
		return WEIGH_OK;
	if (fd < 0 || (unlinkat(fd, name, 0) != 0 && errno != ENOENT) ||
	    fsync(fd) != 0)
		rc = weigh_fail_errno(err, errno, "%.200s", name);
	if (fd >= 0)
		close(fd);
	return rc;
}

enum weigh_code
site_remove(const struct site *s, const char *id, const struct weigh_buf *pack,
    struct weigh_err *err)
{
	char name[WEIGH_LICENSE_ID + 8];
	enum weigh_code rc;

	rc = pack->len > 0 ? store(s, ".", WEIGH_LICENSEPACK_FILE, pack, err) :
			     drop(s, ".", WEIGH_LICENSEPACK_FILE, err);
	snprintf(name, sizeof(name), "%s" TEXT_END, id);
	if (rc == WEIGH_OK)
		rc = drop(s, "texts", name, err);
	snprintf(name, sizeof(name), "%s.terms", id);
	if (rc == WEIGH_OK)
		rc = drop(s, "terms", name, err);
	return weigh_context(err, rc, "%.300s", s->dir);
}
