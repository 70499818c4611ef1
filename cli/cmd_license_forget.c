/* weigh license forget: take back what weigh license learn made known here. */
#include <stdio.h>
#include <sys/stat.h>

#include <weigh/licensepack.h>

#include "cmds.h"
#include "consent.h"
#include "site.h"

static const struct out_column columns[] = {
	{ "license", "license", OUT_TEXT, false },
	{ "folder", "dir", OUT_TEXT, false },
};

/* Is it learned there?  Its text says so. */
static enum weigh_code
check_learned(const char *dir, const char *id, struct weigh_err *err)
{
	char path[PACKS_PATH];
	struct stat st;

	packs_path(path, dir, "texts", id, "txt");
	if (lstat(path, &st) == 0)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_NOT_FOUND, "%.96s was not learned in %.200s", id,
	    dir);
	weigh_fix(err,
	    "weigh license terms lists what is known; --dir names "
	    "another folder");
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
forget(struct site *site, const char *id, struct weigh_err *err)
{
	struct weigh_buf pack;
	enum weigh_code rc;

	weigh_buf_init(&pack, WEIGH_LICENSEPACK_MAX);
	rc = site_build(site->dir, NULL, id, &pack, err);
	if (rc == WEIGH_OK)
		rc = site_remove(site, id, &pack, err);
	weigh_buf_free(&pack);
	return rc;
}

static enum weigh_code
print(const struct call *c, const char *id, const char *dir,
    struct weigh_err *err)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	enum weigh_code rc;

	rc = d != NULL && doc_put_str(d, "schema", "weigh.license-forget/1") &&
		doc_put_str(d, "license", id) && doc_put_str(d, "dir", dir) ?
	    call_print(c, d, columns, sizeof(columns) / sizeof(columns[0]),
		err) :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
	doc_free(d);
	return rc;
}

enum weigh_code
cmd_license_forget(const struct call *c, struct weigh_err *err)
{
	struct site site = { .fd = -1 };
	char dir[PACKS_DIR], question[PACKS_PATH + 64];
	const char *id = c->args[0];
	enum weigh_code rc = site_check_id(id, err);

	if (rc == WEIGH_OK)
		rc = packs_own(dir, c->opts, err);
	if (rc == WEIGH_OK)
		rc = check_learned(dir, id, err);
	if (rc == WEIGH_OK) {
		snprintf(question, sizeof(question),
		    "forget %s, with its text and terms in %s?", id, dir);
		rc = consent(c, question, err);
	}
	if (rc == WEIGH_OK)
		rc = site_open(&site, dir, err);
	if (rc == WEIGH_OK)
		rc = forget(&site, id, err);
	if (rc == WEIGH_OK)
		rc = print(c, id, dir, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot forget %.96s", id);
	site_close(&site);
	return rc;
}
