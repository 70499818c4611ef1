/* info: what a repository is: model info, refs, who am I. */
#include <stdio.h>
#include <string.h>

#include <weigh/hub.h>

#include "priv.h"

#define PAGE 1000 /* entries read from the catalog at a time */

/* --- model info ----------------------------------------------------------------- */

struct info {
	struct ask *ask;
	struct weigh_jw w;
	struct weigh_hub_info about;
	char license[128];
	bool blobs;
	unsigned seen; /* entries of this page */
	char last[WEIGH_PATH_MAX + 1];
};

static void
keep_revision(void *ctx, const struct catalog_revision *rev)
{
	struct info *i = ctx;

	i->about.sha = rev->commit;
	i->about.modified = rev->date;
	snprintf(i->license, sizeof(i->license), "%s", rev->license);
	i->about.license = i->license;
}

static void
write_sibling(void *ctx, const struct catalog_entry *e)
{
	struct info *i = ctx;
	struct weigh_hub_entry entry = {
		.path = e->path,
		.git = e->git,
		.size = e->size,
		.lfs = e->lfs,
		.oid = e->oid,
		.pointer_size = e->pointer_size,
	};

	i->seen++;
	snprintf(i->last, sizeof(i->last), "%s", e->path);
	if (!e->directory)
		weigh_hub_sibling(&i->w, &entry, i->blobs);
}

static enum weigh_code
write_siblings(struct info *i, struct catalog_reader *reader)
{
	struct ask *ask = i->ask;
	enum weigh_code rc;

	do {
		i->seen = 0;
		rc = catalog_tree(reader, &ask->match.repo, &ask->commit, "",
		    true, i->last, PAGE, write_sibling, i,
		    &ask->task.reply.err);
	} while (rc == WEIGH_OK && i->seen == PAGE);
	return rc;
}

void
serve_info(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct info i = { .ask = ask, .blobs = ask_flag(ask, "blobs") };
	int64_t created = 0;
	enum weigh_code rc;

	if (!ask_revision(ask, reader))
		return;
	i.about.repo = &ask->match.repo;
	rc = catalog_revision(reader, &ask->match.repo, &ask->commit,
	    keep_revision, &i, &r->err);
	if (rc == WEIGH_OK)
		rc = catalog_created(reader, &ask->match.repo, &created,
		    &r->err);
	i.about.created = created;
	if (rc == WEIGH_OK) {
		weigh_jw_init(&i.w, &r->body);
		weigh_hub_info_begin(&i.w, &i.about);
		rc = write_siblings(&i, reader);
		weigh_hub_info_end(&i.w);
	}
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}

/* --- refs -------------------------------------------------------------------------- */

struct refs {
	struct weigh_jw w;
	enum catalog_ref_kind kind;
};

static void
write_ref(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct refs *refs = ctx;
	char hex[WEIGH_GITID_HEX + 1], full[WEIGH_REV_MAX + 12];

	if (kind != refs->kind)
		return;
	weigh_gitid_hex(commit, hex);
	snprintf(full, sizeof(full), "refs/%s/%s",
	    kind == CATALOG_BRANCH ? "heads" : "tags", name);
	weigh_jw_object(&refs->w);
	weigh_jw_kstr(&refs->w, "name", name);
	weigh_jw_kstr(&refs->w, "ref", full);
	weigh_jw_kstr(&refs->w, "targetCommit", hex);
	weigh_jw_object_end(&refs->w);
}

static enum weigh_code
write_refs(struct ask *ask, struct catalog_reader *reader, struct refs *refs,
    enum catalog_ref_kind kind, const char *key)
{
	enum weigh_code rc;

	refs->kind = kind;
	weigh_jw_key(&refs->w, key);
	weigh_jw_array(&refs->w);
	rc = catalog_refs(reader, &ask->match.repo, write_ref, refs,
	    &ask->task.reply.err);
	weigh_jw_array_end(&refs->w);
	return rc;
}

static void
write_empty(struct weigh_jw *w, const char *key)
{
	weigh_jw_key(w, key);
	weigh_jw_array(w);
	weigh_jw_array_end(w);
}

void
serve_refs(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_repo held;
	struct refs refs;
	enum weigh_code rc;

	rc = catalog_find_repo(reader, &ask->match.repo, &held,
	    &ask->task.reply.err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc,
		    rc == WEIGH_NOT_FOUND ? "RepoNotFound" : NULL);
		return;
	}
	weigh_jw_init(&refs.w, &ask->task.reply.body);
	weigh_jw_object(&refs.w);
	rc = write_refs(ask, reader, &refs, CATALOG_BRANCH, "branches");
	write_empty(&refs.w, "converts");
	if (rc == WEIGH_OK)
		rc = write_refs(ask, reader, &refs, CATALOG_TAG, "tags");
	if (ask_flag(ask, "include_prs"))
		write_empty(&refs.w, "pullRequests");
	weigh_jw_object_end(&refs.w);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}

/* --- who am I ----------------------------------------------------------------------- */

static void
write_token(struct weigh_jw *w, const struct weigh_who *who)
{
	char created[WEIGH_HUB_DATE];

	weigh_hub_date(who->created, created);
	weigh_jw_key(w, "auth");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "access_token");
	weigh_jw_key(w, "accessToken");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "displayName", who->name);
	weigh_jw_kstr(w, "role", weigh_role_hub_name(who->role));
	weigh_jw_kstr(w, "createdAt", created);
	weigh_jw_object_end(w);
	weigh_jw_object_end(w);
}

/* Who shows no token is told so in the words of one that is not good: clients
 * look for them. */
void
serve_whoami(struct ask *ask, struct catalog_reader *reader)
{
	const struct weigh_who *who = &ask->who;
	struct weigh_jw w;

	(void)reader;
	if (who->role == WEIGH_ROLE_NOBODY) {
		ask_refuse(ask, WEIGH_HUB_BAD_TOKEN);
		return;
	}
	weigh_jw_init(&w, &ask->task.reply.body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "type", "user");
	weigh_jw_kstr(&w, "name", who->local ? "mirror" : who->name);
	weigh_jw_key(&w, "orgs");
	weigh_jw_array(&w);
	weigh_jw_array_end(&w);
	write_token(&w, who);
	weigh_jw_object_end(&w);
}
