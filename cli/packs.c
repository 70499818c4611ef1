/* packs: the licenses that are known here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weigh/buf.h>

#include "beneath.h"
#include "packs.h"
#include "site.h"

#define ROOTS "/etc/weighhouse/licenses"
#define PIECE 65536u

/* --- folders ---------------------------------------------------------------------- */

/* The person's own.  WEIGH_NOT_FOUND: nobody can say where that is.  WEIGH_USAGE: what
 * says it is too long; another folder's licenses are none of this person's. */
static enum weigh_code
persons(char out[PACKS_DIR], struct weigh_err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int len;

	if (config != NULL && config[0] == '/')
		len = snprintf(out, PACKS_DIR, "%s/weigh/licenses", config);
	else if (home != NULL && home[0] == '/')
		len = snprintf(out, PACKS_DIR, "%s/.config/weigh/licenses",
		    home);
	else
		return weigh_fail(err, WEIGH_NOT_FOUND, "HOME is not set");
	if (len >= 0 && len < PACKS_DIR)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_USAGE,
	    "XDG_CONFIG_HOME or HOME is longer than %d bytes", PACKS_DIR);
	weigh_fix(err, "name the folder with --dir");
	return WEIGH_USAGE;
}

enum weigh_code
packs_own(char out[PACKS_DIR], const struct opts *opts, struct weigh_err *err)
{
	const char *given = opts_value(opts, OPT_DIR, NULL);
	enum weigh_code rc;

	if (given != NULL && (given[0] == '\0' || strlen(given) >= PACKS_DIR))
		return weigh_fail(err, WEIGH_USAGE, "--dir names no folder");
	if (given != NULL) {
		snprintf(out, PACKS_DIR, "%s", given);
		return WEIGH_OK;
	}
	if (geteuid() == 0) {
		snprintf(out, PACKS_DIR, "%s", ROOTS);
		return WEIGH_OK;
	}
	rc = persons(out, err);
	if (rc != WEIGH_NOT_FOUND)
		return rc;
	weigh_fail(err, WEIGH_USAGE, "HOME is not set");
	weigh_fix(err, "name the folder with --dir");
	return WEIGH_USAGE;
}

void
packs_path(char out[PACKS_PATH], const char *dir, const char *what,
    const char *id, const char *extension)
{
	snprintf(out, PACKS_PATH, "%s/%s/%s.%s", dir, what, id, extension);
}

/* --- files ------------------------------------------------------------------------ */

static enum weigh_code
read_all(int fd, const char *path, struct weigh_buf *out, struct weigh_err *err)
{
	ssize_t n = 1;
	char *room;

	while (n != 0 && (room = weigh_buf_room(out, PIECE)) != NULL) {
		n = read(fd, room, PIECE);
		if (n > 0)
			out->len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			return weigh_fail_errno(err, errno, "%.300s", path);
	}
	return WEIGH_OK;
}

enum weigh_code
packs_read(const char *path, struct weigh_buf *out, struct weigh_err *err)
{
	size_t most = out->max;
	enum weigh_code rc;
	struct stat st;
	int fd = beneath_openat(AT_FDCWD, path,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

	if (fd < 0 || fstat(fd, &st) != 0) {
		rc = weigh_fail_errno(err, errno, "%.300s", path);
	} else if (!S_ISREG(st.st_mode)) {
		rc = weigh_fail(err, WEIGH_IO, "%.300s is no regular file",
		    path);
	} else {
		out->max += PIECE; /* room to see that it ends */
		rc = read_all(fd, path, out, err);
		out->max = most;
		if (rc == WEIGH_OK && (out->failed || out->len > most))
			rc = weigh_fail(err, WEIGH_TOO_BIG,
			    "%.300s has more than %zu bytes", path, most);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* --- packs ------------------------------------------------------------------------ */

static enum weigh_code
open_bytes(struct packs *p, struct weigh_err *err)
{
	const struct weigh_buf *b = &p->bytes[p->n];

	return weigh_licensepack_open(&p->pack[p->n], b->data, b->len, err);
}

/* (4) of site.h. */
static enum weigh_code
open_again(struct packs *p, const char *dir, struct weigh_err *err)
{
	enum weigh_code rc;

	weigh_licensepack_close(p->pack[p->n]);
	weigh_buf_reset(&p->bytes[p->n]);
	rc = site_build(dir, NULL, NULL, &p->bytes[p->n], err);
	return rc == WEIGH_OK ? open_bytes(p, err) : rc;
}

enum weigh_code
packs_add(struct packs *p, const char *dir, struct weigh_err *err)
{
	struct weigh_buf *bytes = &p->bytes[p->n];
	char path[PACKS_PATH];
	enum weigh_code rc;

	snprintf(path, sizeof(path), "%s/" WEIGH_LICENSEPACK_FILE, dir);
	weigh_buf_init(bytes, WEIGH_LICENSEPACK_MAX);
	rc = packs_read(path, bytes, err);
	if (rc == WEIGH_OK)
		rc = open_bytes(p, err);
	if (rc == WEIGH_OK && !weigh_licensepack_current(p->pack[p->n]))
		rc = open_again(p, dir, err);
	if (rc == WEIGH_OK) {
		snprintf(p->dir[p->n++], PACKS_DIR, "%s", dir);
		return WEIGH_OK;
	}
	weigh_buf_free(bytes);
	if (rc == WEIGH_NOT_FOUND)
		return rc;
	weigh_context(err, rc, "the site's licenses, %.300s", path);
	weigh_fix(err,
	    "make it again: weigh license learn, with a text of "
	    "that folder");
	return rc;
}

static enum weigh_code
open_given(struct packs *p, const char *dir, struct weigh_err *err)
{
	enum weigh_code rc;

	if (strlen(dir) >= PACKS_DIR)
		return weigh_fail(err, WEIGH_USAGE, "--dir names no folder");
	rc = packs_add(p, dir, err);
	if (rc == WEIGH_NOT_FOUND)
		weigh_fix(err,
		    "weigh license learn FILE --id ID --terms FILE "
		    "--dir DIR makes one");
	return rc;
}

enum weigh_code
packs_builtin(struct packs *p, struct weigh_err *err)
{
	const void *bytes;
	enum weigh_code rc;
	size_t len;

	*p = (struct packs){ .n = 0 };
	weigh_licensepack_builtin(&bytes, &len);
	rc = weigh_licensepack_open(&p->pack[0], bytes, len, err);
	if (rc != WEIGH_OK)
		return weigh_context(err, rc, "the licenses built in");
	p->n = 1;
	return WEIGH_OK;
}

enum weigh_code
packs_open(struct packs *p, const struct opts *opts, struct weigh_err *err)
{
	const char *given = opts_value(opts, OPT_DIR, NULL);
	char own[PACKS_DIR];
	enum weigh_code rc = packs_builtin(p, err);

	if (rc != WEIGH_OK)
		return rc;
	if (given != NULL)
		return open_given(p, given, err);
	rc = packs_add(p, ROOTS, err);
	if (rc == WEIGH_OK || rc == WEIGH_NOT_FOUND)
		rc = persons(own, err);
	if (rc == WEIGH_OK)
		rc = packs_add(p, own, err);
	if (rc != WEIGH_NOT_FOUND)
		return rc;
	weigh_err_clear(err);
	return WEIGH_OK;
}

void
packs_close(struct packs *p)
{
	while (p->n > 0) {
		p->n--;
		weigh_licensepack_close(p->pack[p->n]);
		weigh_buf_free(&p->bytes[p->n]);
	}
	weigh_terms_free(p->terms);
	p->terms = NULL;
}

const struct weigh_license_pack *const *
packs_list(const struct packs *p)
{
	return (const struct weigh_license_pack *const *)p->pack;
}

/* --- terms ------------------------------------------------------------------------ */

enum weigh_code
packs_table(struct packs *p, const struct weigh_terms **out,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	const char *text;
	size_t len;

	weigh_terms_builtin(&text, &len);
	if (p->terms == NULL)
		rc = weigh_terms_read(&p->terms, "the terms built in", text,
		    len, err);
	*out = p->terms;
	return rc;
}

static enum weigh_code
find_at(const char *dir, const char *id, struct weigh_license_terms **out,
    struct weigh_err *err)
{
	const struct weigh_terms *tables[1];
	struct weigh_terms *t = NULL;
	char path[PACKS_PATH];
	struct weigh_buf text;
	enum weigh_code rc;

	packs_path(path, dir, "terms", id, "terms");
	weigh_buf_init(&text, PACKS_TERMS_MAX);
	rc = packs_read(path, &text, err);
	if (rc == WEIGH_OK)
		rc = weigh_terms_read(&t, path, text.data, text.len, err);
	tables[0] = t;
	if (rc == WEIGH_OK)
		rc = weigh_terms_find(out, tables, 1, id, err);
	weigh_terms_free(t);
	weigh_buf_free(&text);
	return rc;
}

enum weigh_code
packs_terms(struct packs *p, const char *id, struct weigh_license_terms **out,
    struct weigh_err *err)
{
	struct weigh_licensepack_entry e;
	const struct weigh_terms *table;
	enum weigh_code rc = packs_table(p, &table, err);
	size_t i, k;

	if (rc == WEIGH_OK)
		rc = weigh_terms_find(out, &table, 1, id, err);
	for (i = 1; i < p->n && rc == WEIGH_NOT_FOUND; i++) {
		k = weigh_licensepack_find(p->pack[i], id);
		if (k == SIZE_MAX)
			continue;
		/* The file is named by the id as it was learned. */
		weigh_licensepack_entry(p->pack[i], k, &e);
		rc = find_at(p->dir[i], e.id, out, err);
	}
	return rc;
}
