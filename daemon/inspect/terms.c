/* terms: see terms.h. */
#include "terms.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

#define FILE_MAX (256u << 10) /* bytes of the terms of one license */
#define TABLES 2              /* built in, and the site's */

struct inspect_terms {
	struct weigh_terms *tables[TABLES];
	size_t n;
	struct weigh_buf site; /* the text of tables[1] */
	struct weigh_oid name;
};

/* --- the site's ---------------------------------------------------------------- */

/* Does it hold the terms of this license, and of no other? */
static enum weigh_code
check_file(const char *name, const char *id, const struct weigh_buf *text,
    struct weigh_err *err)
{
	struct weigh_terms *t = NULL;
	enum weigh_code rc = weigh_terms_read(&t, name, text->data, text->len,
	    err);

	if (rc == WEIGH_OK &&
	    (weigh_terms_count(t) != 1 ||
		strcmp(weigh_terms_id(t, 0), id) != 0))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' says other things than what '%s' demands", name, id);
	weigh_terms_free(t);
	return rc;
}

static enum weigh_code
add_file(struct inspect_terms *t, int dirfd, const char *id,
    struct weigh_err *err)
{
	char name[WEIGH_LICENSE_ID + 16];
	struct weigh_buf text;
	enum weigh_code rc;

	snprintf(name, sizeof(name), "%s.terms", id);
	weigh_buf_init(&text, FILE_MAX);
	rc = fd_read_file(dirfd, name, &text, err);
	if (rc == WEIGH_OK)
		rc = check_file(name, id, &text, err);
	if (rc == WEIGH_OK &&
	    (!weigh_buf_add(&t->site, text.data, text.len) ||
		!weigh_buf_addc(&t->site, '\n')))
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "there is no room for '%s' among the terms", name);
	weigh_buf_free(&text);
	return rc;
}

/* (2) */
static void
read_site(struct inspect_terms *t, const char *folder,
    const struct weigh_license_pack *pack, char note[INSPECT_TERMS_NOTE])
{
	struct weigh_licensepack_entry e;
	struct weigh_err err;
	char path[PATH_MAX];
	int dirfd;

	snprintf(path, sizeof(path), "%s/terms", folder);
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0) {
		if (errno != ENOENT)
			snprintf(note, INSPECT_TERMS_NOTE, "%.200s: %s", path,
			    strerror(errno));
		return;
	}
	for (size_t i = 0; i < weigh_licensepack_count(pack); i++) {
		const char *before = i > 0 ? e.id : "";
		enum weigh_code rc;

		weigh_licensepack_entry(pack, i, &e);
		if (strcmp(e.id, before) == 0) /* its notice */
			continue;
		weigh_err_clear(&err);
		rc = add_file(t, dirfd, e.id, &err);
		if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
			snprintf(note, INSPECT_TERMS_NOTE, "%.255s", err.why);
	}
	fd_close(&dirfd);
}

/* --- the whole ------------------------------------------------------------------ */

static enum weigh_code
read_table(struct inspect_terms *t, const char *name, const char *text,
    size_t len, struct weigh_err *err)
{
	enum weigh_code rc = weigh_terms_read(&t->tables[t->n], name, text, len,
	    err);

	t->n += rc == WEIGH_OK;
	return rc;
}

/* (3) */
static bool
name_terms(struct inspect_terms *t, const char *builtin, size_t len)
{
	struct weigh_oid part;
	struct weigh_buf text;
	bool ok = weigh_oid_of(&part, builtin, len);

	weigh_buf_init(&text, 2 * sizeof(part));
	ok = ok && weigh_buf_add(&text, part.b, sizeof(part.b));
	if (ok && t->site.len > 0)
		ok = weigh_oid_of(&part, t->site.data, t->site.len) &&
		    weigh_buf_add(&text, part.b, sizeof(part.b));
	ok = ok && weigh_oid_of(&t->name, text.data, text.len);
	weigh_buf_free(&text);
	return ok;
}

enum weigh_code
inspect_terms_open(struct inspect_terms **out, const char *folder,
    const struct weigh_license_pack *pack, char note[INSPECT_TERMS_NOTE],
    struct weigh_err *err)
{
	struct inspect_terms *t = calloc(1, sizeof(*t));
	const char *text;
	enum weigh_code rc;
	size_t len;

	*out = NULL;
	if (t == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_init(&t->site, WEIGH_TERMS_MAX);
	weigh_terms_builtin(&text, &len);
	rc = read_table(t, "the terms built in", text, len, err);
	if (rc == WEIGH_OK && folder != NULL)
		read_site(t, folder, pack, note);
	if (rc == WEIGH_OK && t->site.len > 0)
		rc = read_table(t, "the site's terms", t->site.data,
		    t->site.len, err);
	if (rc == WEIGH_OK && !name_terms(t, text, len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		*out = t;
	else
		inspect_terms_close(t);
	return rc;
}

void
inspect_terms_close(struct inspect_terms *t)
{
	if (t == NULL)
		return;
	while (t->n > 0)
		weigh_terms_free(t->tables[--t->n]);
	weigh_buf_free(&t->site);
	free(t);
}

const struct weigh_terms *const *
inspect_terms_tables(const struct inspect_terms *t, size_t *n)
{
	*n = t->n;
	return (const struct weigh_terms *const *)t->tables;
}

const struct weigh_oid *
inspect_terms_name(const struct inspect_terms *t)
{
	return &t->name;
}
