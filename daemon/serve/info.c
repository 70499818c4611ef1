/* info: what a repository is: model info, refs, who am I. */
#include <stdio.h>
#include <string.h>

#include <weigh/hub.h>

#include "priv.h"

#define PAGE 1000 /* entries read from the catalog at a time */
#define WEIGHTS ((uint32_t)(WEIGH_INFO_SAFETENSORS | WEIGH_INFO_GGUF))

/* --- a repository at a revision ------------------------------------------------- */

struct siblings {
	struct weigh_jw *w;
	bool blobs;
	bool brings;    /* what is not held is listed */
	unsigned seen;  /* entries of this page */
	unsigned files; /* of all */
	char last[WEIGH_PATH_MAX + 1];
};

static void
write_sibling(void *ctx, const struct catalog_entry *e)
{
	struct siblings *s = ctx;
	struct weigh_hub_entry entry = {
		.path = e->path,
		.git = e->git,
		.size = e->size,
		.lfs = e->lfs,
		.oid = e->oid,
		.pointer_size = e->pointer_size,
	};

	s->seen++;
	snprintf(s->last, sizeof(s->last), "%s", e->path);
	if (e->directory || (e->absent && !s->brings))
		return;
	s->files++;
	weigh_hub_sibling(s->w, &entry, s->blobs);
}

enum weigh_code
serve_siblings(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit, bool blobs, struct weigh_jw *w,
    unsigned *files, struct weigh_err *err)
{
	struct siblings s = {
		.w = w,
		.blobs = blobs,
		.brings = ask_brings(ask, reader, repo),
	};
	enum weigh_code rc;

	weigh_jw_key(w, "siblings");
	weigh_jw_array(w);
	do {
		s.seen = 0;
		rc = catalog_tree(reader, repo, commit, "", true, s.last, PAGE,
		    write_sibling, &s, err);
	} while (rc == WEIGH_OK && s.seen == PAGE);
	weigh_jw_array_end(w);
	*files = s.files;
	return rc;
}

uint32_t
serve_expand(const struct ask *ask, bool *expanded)
{
	struct weigh_span query = http_head(ask->task.x)->query;
	char key[64], name[64];
	uint32_t members = 0;
	int rc;

	while ((rc = weigh_http_query_next(&query, key, sizeof(key), name,
		    sizeof(name))) != 0) {
		if (rc < 0 ||
		    (strcmp(key, "expand") != 0 &&
			strcmp(key, "expand[]") != 0))
			continue;
		members |= weigh_hub_member(name);
	}
	*expanded = members != 0;
	return members;
}

/* What is asked for, and the answer while it is written. */
struct info {
	struct ask *ask;
	struct weigh_jw w;
	uint32_t members;
	bool expanded;
	enum weigh_code rc;
};

/* The members that the catalog's row tells. */
static void
write_about(void *ctx, const struct catalog_about *a)
{
	struct info *i = ctx;
	struct weigh_hub_info about = {
		.members = i->members,
		.expanded = i->expanded,
		.repo = &i->ask->match.repo,
		.visibility = a->visibility,
		.sha = i->ask->commit,
		.created = a->created,
		.modified = a->date,
		.bytes = a->bytes,
		.card = a->card,
		.config = a->config,
	};
	struct weigh_model model;

	if (!weigh_model_has_weights(a->marks))
		i->members &= ~WEIGHTS;
	if (weigh_model_read(&model, about.repo->kind, a->card, a->config,
		a->marks, a->license)) {
		about.model = &model;
		weigh_hub_info_begin(&i->w, &about);
	} else {
		i->rc = weigh_fail(&i->ask->task.reply.err, WEIGH_NOMEM,
		    "out of memory");
	}
	weigh_model_free(&model);
}

/* The members that the rows of its files tell. */
static enum weigh_code
write_files(struct info *i, struct catalog_reader *reader)
{
	struct ask *ask = i->ask;
	const struct weigh_repo *repo = &ask->match.repo;
	struct weigh_err *err = &ask->task.reply.err;
	enum weigh_code rc = WEIGH_OK;
	unsigned files;

	if (repo->kind == WEIGH_MODEL && (i->members & WEIGHTS) != 0)
		rc = serve_weights(ask->serve, reader, repo, &ask->commit,
		    SERVE_HEADERS_NOW, &i->w, err);
	if (rc == WEIGH_OK && (i->members & WEIGH_INFO_SIBLINGS) != 0)
		rc = serve_siblings(ask, reader, repo, &ask->commit,
		    ask_flag(ask, "blobs"), &i->w, &files, err);
	return rc;
}

void
serve_info(struct ask *ask, struct catalog_reader *reader)
{
	struct info i = { .ask = ask };
	enum weigh_code rc;

	if (!ask_revision(ask, reader))
		return;
	ask_notices(ask, reader);
	i.members = serve_expand(ask, &i.expanded);
	if (!i.expanded)
		i.members = WEIGH_INFO_ALL;
	if (!i.expanded && ask_flag(ask, "securityStatus"))
		i.members |= WEIGH_INFO_SECURITY;
	weigh_jw_init(&i.w, &ask->task.reply.body);
	rc = catalog_about(reader, &ask->match.repo, &ask->commit, write_about,
	    &i, &ask->task.reply.err);
	if (rc == WEIGH_OK && (rc = i.rc) == WEIGH_OK)
		rc = write_files(&i, reader);
	weigh_jw_object_end(&i.w);
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
	snprintf(full, sizeof(full), "%s%s", catalog_ref_prefix(kind), name);
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
		ask_lacks(ask, rc, WEIGH_HUB_NO_REPO);
		return;
	}
	weigh_jw_init(&refs.w, &ask->task.reply.body);
	weigh_jw_object(&refs.w);
	rc = write_refs(ask, reader, &refs, CATALOG_BRANCH, "branches");
	write_empty(&refs.w, "converts");
	if (rc == WEIGH_OK)
		rc = write_refs(ask, reader, &refs, CATALOG_TAG, "tags");
	if (rc == WEIGH_OK && ask_flag(ask, "include_prs"))
		rc = write_refs(ask, reader, &refs, CATALOG_PULL,
		    "pullRequests");
	weigh_jw_object_end(&refs.w);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}

/* --- who am I ----------------------------------------------------------------------- */

static void
write_token(struct weigh_jw *w, const struct weigh_who *who)
{
	weigh_jw_key(w, "auth");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "access_token");
	weigh_jw_key(w, "accessToken");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "displayName", who->name);
	weigh_jw_kstr(w, "role", weigh_role_hub_name(who->role));
	weigh_hub_kdate(w, "createdAt", who->created);
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
