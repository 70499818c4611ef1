/* license: see license.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/evidence.h>
#include <weigh/licensepack.h>

#include "base/fd.h"
#include "license.h"

#define PACKS 2 /* built in, and the site's */

struct inspect_judge {
	struct weigh_license_pack *packs[PACKS];
	size_t n;
	struct weigh_buf site; /* the bytes of packs[1] */
	struct inspect_terms *terms;
	struct weigh_oid name;
};

/* --- fingerprints ---------------------------------------------------------------- */

static enum weigh_code
open_builtin(struct inspect_judge *j, struct weigh_err *err)
{
	const void *bytes;
	enum weigh_code rc;
	size_t len;

	weigh_licensepack_builtin(&bytes, &len);
	rc = weigh_licensepack_open(&j->packs[0], bytes, len, err);
	j->n = rc == WEIGH_OK;
	return rc;
}

/* WEIGH_NOT_FOUND: there is none. */
static enum weigh_code
open_site(struct inspect_judge *j, const char *folder, struct weigh_err *err)
{
	struct weigh_license_pack *p = NULL;
	enum weigh_code rc;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	weigh_buf_init(&j->site, WEIGH_LICENSEPACK_MAX);
	rc = fd < 0 ? weigh_fail_errno(err, errno, "%.200s", folder) :
		      fd_read_file(fd, WEIGH_LICENSEPACK_FILE, &j->site, err);
	fd_close(&fd);
	if (rc == WEIGH_OK)
		rc = weigh_licensepack_open(&p, j->site.data, j->site.len, err);
	if (rc == WEIGH_OK && !weigh_licensepack_current(p)) {
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "another version of weigh made it; weigh license learn, "
		    "with a text of that folder, makes it again");
		weigh_licensepack_close(p);
	}
	if (rc == WEIGH_OK)
		j->packs[j->n++] = p;
	return rc;
}

/* (1) */
static bool
name_judge(struct inspect_judge *j)
{
	struct weigh_buf text;
	bool ok;
	size_t i;

	weigh_buf_init(&text, 1024);
	weigh_buf_addf(&text, "engine %u\n", WEIGH_LICENSE_ENGINE);
	for (i = 0; i < j->n; i++)
		weigh_buf_addf(&text, "%s\n",
		    weigh_licensepack_sha256(j->packs[i]));
	ok = !text.failed && weigh_oid_of(&j->name, text.data, text.len);
	weigh_buf_free(&text);
	return ok;
}

enum weigh_code
inspect_judge_open(struct inspect_judge **out, const char *site, char note[256],
    struct weigh_err *err)
{
	struct inspect_judge *j = calloc(1, sizeof(*j));
	struct weigh_err why = { 0 };
	enum weigh_code rc;

	note[0] = '\0';
	if (j == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = open_builtin(j, err);
	if (rc == WEIGH_OK && site[0] != '\0' &&
	    open_site(j, site, &why) != WEIGH_OK && why.code != WEIGH_NOT_FOUND)
		snprintf(note, 256, "%.255s", why.why);
	if (rc == WEIGH_OK)
		rc = inspect_terms_open(&j->terms, j->n > 1 ? site : NULL,
		    j->n > 1 ? j->packs[1] : NULL, note, err);
	if (rc == WEIGH_OK && !name_judge(j))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc != WEIGH_OK)
		inspect_judge_close(j);
	else
		*out = j;
	return rc;
}

void
inspect_judge_close(struct inspect_judge *j)
{
	if (j == NULL)
		return;
	while (j->n > 0)
		weigh_licensepack_close(j->packs[--j->n]);
	weigh_buf_free(&j->site);
	inspect_terms_close(j->terms);
	free(j);
}

const struct weigh_oid *
inspect_judge_name(const struct inspect_judge *j)
{
	return &j->name;
}

const struct inspect_terms *
inspect_judge_terms(const struct inspect_judge *j)
{
	return j->terms;
}

/* --- one text ---------------------------------------------------------------------- */

enum weigh_code
inspect_license_text(const struct inspect_judge *j, const char *text,
    size_t len, struct weigh_license_result **out, struct weigh_err *err)
{
	*out = NULL;
	if (len > WEIGH_EVIDENCE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it is longer than texts that are looked at");
	return weigh_license_scan(out, text, len,
	    (const struct weigh_license_pack *const *)j->packs, j->n, err);
}

enum weigh_code
inspect_license(const struct inspect_judge *j, int fd, uint64_t size,
    struct weigh_license_result **out, struct weigh_err *err)
{
	enum weigh_code rc;
	char *text;

	*out = NULL;
	if (size > WEIGH_EVIDENCE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it is longer than texts that are looked at");
	if ((text = malloc(size + 1)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = fd_pread_all(fd, text, (size_t)size, 0, err);
	if (rc == WEIGH_OK)
		rc = inspect_license_text(j, text, (size_t)size, out, err);
	free(text);
	return rc;
}
