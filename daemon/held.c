/*
 * What is held: the folder and the parts that live in it, opened, and what an
 * earlier run left half done, finished or taken back.
 */
#include <stdio.h>
#include <time.h>

#include "base/fd.h"
#include "gate/texts.h"
#include "house.h"
#include "log/log.h"

enum weigh_code
house_open_folder(struct house *h, struct weigh_err *err)
{
	return folder_open(&h->folder, h->options.data, err);
}

enum weigh_code
house_open_parts(struct house *h, struct weigh_err *err)
{
	const struct store_options store_options = {
		.keep_free = config_number(h->config, PARAM_store_keep_free),
	};
	char repos[FOLDER_PATH + 16];
	bool cut = false;
	enum weigh_code rc;

	snprintf(repos, sizeof(repos), "%s/repos", h->folder.path);
	snprintf(h->catalog_path, sizeof(h->catalog_path), "%s/catalog.db",
	    h->folder.path);
	if ((rc = repo_init(err)) != WEIGH_OK)
		return rc;
	rc = catalog_open_anew(&h->catalog, h->catalog_path, h->aside,
	    sizeof(h->aside), err);
	if (rc == WEIGH_OK)
		rc = audit_open(&h->audit, h->folder.dirfd, &cut, err);
	if (rc == WEIGH_OK)
		rc = store_open(&h->store, h->folder.dirfd, &store_options,
		    err);
	if (rc == WEIGH_OK)
		rc = fd_make_dirs(h->folder.dirfd, "repos", 0750, err);
	if (rc == WEIGH_OK)
		rc = repo_root_open(&h->repos, repos, err);
	if (rc == WEIGH_OK)
		rc = key_open(&h->key, h->folder.dirfd, err);
	if (rc == WEIGH_OK)
		rc = tokens_open(&h->tokens, h->folder.dirfd, err);
	if (rc == WEIGH_OK)
		rc = upload_key_read(h->upload_key, h->folder.dirfd, err);
	if (cut)
		log_event(LOG_WARN_LEVEL, "journal-cut", "why",
		    "the last line was torn by a crash and is gone", NULL);
	return rc;
}

/* A damaged catalog is no reason to stay down: all of it can be made again.  But
 * it is said, in the log and in the journal. */
static enum weigh_code
tell_remade(struct house *h, unsigned revisions, struct weigh_err *err)
{
	char why[256];
	const struct audit_entry entry = {
		.event = AUDIT_REBUILD,
		.time = time(NULL),
		.why = why,
	};

	if (h->aside[0] == '\0')
		return WEIGH_OK;
	snprintf(why, sizeof(why),
	    "catalog.db was damaged; it is now '%s', and a new one was made "
	    "from the repositories: %u revisions",
	    h->aside, revisions);
	log_event(LOG_ERROR_LEVEL, "catalog-made-again", "why", why, "fix",
	    "check the disk; run weigh verify, or let scrub read everything; "
	    "delete the old file when nobody wants to look at it",
	    NULL);
	return audit_append(h->audit, &entry, err);
}

/* Who recognizes licenses.  What the site learned and cannot be used is said, and no
 * reason to stay down. */
static enum weigh_code
appoint_judge(struct house *h, struct weigh_err *err)
{
	const char *site = config_text(h->config, PARAM_license_site);
	char note[256];
	enum weigh_code rc = inspect_judge_open(&h->judge, site, note, err);

	if (rc == WEIGH_OK && note[0] != '\0')
		log_event(LOG_WARN_LEVEL, "licenses-not-used", "folder", site,
		    "why", note, NULL);
	if (rc == WEIGH_OK)
		rc = gate_take_judge(h->gate, h->judge, err);
	return rc;
}

enum weigh_code
house_recover(struct house *h, struct weigh_err *err)
{
	const struct gate_parts parts = {
		.store = h->store,
		.catalog = h->catalog,
		.audit = h->audit,
		.repos = h->repos,
		.verify_threads = house_cores(),
	};
	struct catalog_reader *reader = NULL;
	unsigned restored = 0;
	char count[16];
	enum weigh_code rc;

	rc = gate_new(&h->gate, &parts, err);
	if (rc == WEIGH_OK)
		rc = catalog_reader_open(&reader, h->catalog_path, err);
	if (rc == WEIGH_OK)
		rc = gate_recover(h->gate, reader, &restored, err);
	catalog_reader_close(reader);
	if (rc == WEIGH_MALFORMED &&
	    catalog_give_up(h->catalog, NULL) == WEIGH_OK)
		weigh_fix(err,
		    "start weighd again: it sets the damaged catalog aside and "
		    "makes it again");
	if (rc == WEIGH_OK)
		rc = tell_remade(h, restored, err);
	if (rc == WEIGH_OK)
		rc = appoint_judge(h, err);
	if (restored > 0) {
		snprintf(count, sizeof(count), "%u", restored);
		log_event(LOG_INFO_LEVEL, "recovered", "revisions", count,
		    NULL);
	}
	return rc;
}
