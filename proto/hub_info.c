/* hub_info: what a repository is, for infos and lists.  See weigh/hub.h. */
#include <string.h>

#include <weigh/hub.h>

bool
weigh_hub_id(const struct weigh_repo *repo, char out[WEIGH_HUB_ID])
{
	char text[WEIGH_REPO_TEXT], hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;

	weigh_repo_text(repo, text);
	if (!weigh_oid_of(&oid, text, strlen(text)))
		return false;
	weigh_oid_hex(&oid, hex);
	memcpy(out, hex, WEIGH_HUB_ID - 1);
	out[WEIGH_HUB_ID - 1] = '\0';
	return true;
}

static void
key_id(struct weigh_jw *w, const struct weigh_repo *repo)
{
	char id[WEIGH_HUB_ID];

	if (weigh_hub_id(repo, id))
		weigh_jw_kstr(w, "_id", id);
	else
		w->out->failed = true;
}

static bool
is_known(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void
key_text(struct weigh_jw *w, const char *key, const char *text)
{
	if (is_known(text))
		weigh_jw_kstr(w, key, text);
}

static void
key_json(struct weigh_jw *w, const char *key, const char *json)
{
	if (!is_known(json))
		return;
	weigh_jw_key(w, key);
	weigh_jw_raw(w, json, strlen(json));
}

/* --- members: each writes its own key, or nothing ------------------------------- */

static void
put_author(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	const char *slash = strchr(i->repo->name, '/');

	if (slash == NULL)
		return;
	weigh_jw_key(w, key);
	weigh_jw_text(w, i->repo->name, (size_t)(slash - i->repo->name));
}

static void
put_sha(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(&i->sha, hex);
	weigh_jw_kstr(w, key, hex);
}

static void
put_modified(struct weigh_jw *w, const char *key,
    const struct weigh_hub_info *i)
{
	weigh_hub_kdate(w, key, i->modified);
}

static void
put_created(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	weigh_hub_kdate(w, key, i->created);
}

static void
put_private(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	weigh_jw_kbool(w, key, i->visibility == WEIGH_PRIVATE);
}

/* false, or who lets people in: themselves, by accepting the terms, or a person. */
static void
put_gated(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	if (weigh_visibility_gated(i->visibility))
		weigh_jw_kstr(w, key,
		    i->visibility == WEIGH_GATED_AUTO ? "auto" : "manual");
	else
		weigh_jw_kbool(w, key, false);
}

static void
put_false(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	(void)i;
	weigh_jw_kbool(w, key, false);
}

/* What a mirror does not count. */
static void
put_zero(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	(void)i;
	weigh_jw_ku64(w, key, 0);
}

static void
put_tags(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	const char *tag = NULL;

	if (i->model == NULL) {
		key_json(w, key, is_known(i->tags) ? i->tags : "[]");
		return;
	}
	weigh_jw_key(w, key);
	weigh_jw_array(w);
	while ((tag = weigh_model_tag(i->model, tag)) != NULL)
		weigh_jw_str(w, tag);
	weigh_jw_array_end(w);
}

static void
put_task(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	key_text(w, key, i->model != NULL ? i->model->task : i->task);
}

static void
put_library(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	key_text(w, key, i->model != NULL ? i->model->library : i->library);
}

static void
put_sdk(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	if (i->model != NULL)
		key_text(w, key, i->model->sdk);
}

static void
put_card(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	key_json(w, key, i->card);
}

static void
put_config(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	key_json(w, key, i->config);
}

static void
put_transformers(struct weigh_jw *w, const char *key,
    const struct weigh_hub_info *i)
{
	const struct weigh_model *m = i->model;

	if (m == NULL || m->auto_model[0] == '\0')
		return;
	weigh_jw_key(w, key);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "auto_model", m->auto_model);
	key_text(w, "pipeline_tag", m->task);
	key_text(w, "processor", m->processor);
	weigh_jw_object_end(w);
}

static void
put_storage(struct weigh_jw *w, const char *key, const struct weigh_hub_info *i)
{
	weigh_jw_ku64(w, key, i->bytes);
}

/* No scanner looks at files here. */
static void
put_security(struct weigh_jw *w, const char *key,
    const struct weigh_hub_info *i)
{
	(void)i;
	weigh_jw_key(w, key);
	weigh_jw_object(w);
	weigh_jw_kbool(w, "scansDone", false);
	weigh_jw_key(w, "filesWithIssues");
	weigh_jw_array(w);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}

#define OF(kind) (1u << (kind))
#define ALL (OF(WEIGH_MODEL) | OF(WEIGH_DATASET) | OF(WEIGH_SPACE))

/* In the order of the Hub's answers. */
static const struct row {
	uint32_t member;
	const char *name; /* in `expand` */
	const char *key;  /* in the answer */
	unsigned kinds;
	void (*put)(struct weigh_jw *w, const char *key,
	    const struct weigh_hub_info *i); /* NULL: the caller's */
} rows[] = {
#define X(member, name, kinds, put) \
	{ \
		WEIGH_INFO_##member, name, name, kinds, put \
	}
	X(AUTHOR, "author", ALL, put_author),
	X(SHA, "sha", ALL, put_sha),
	X(MODIFIED, "lastModified", ALL, put_modified),
	X(CREATED, "createdAt", ALL, put_created),
	X(PRIVATE, "private", ALL, put_private),
	X(GATED, "gated", ALL & ~OF(WEIGH_SPACE), put_gated),
	X(DISABLED, "disabled", ALL, put_false),
	X(DOWNLOADS, "downloads", ALL & ~OF(WEIGH_SPACE), put_zero),
	X(ALL_DOWNLOADS, "downloadsAllTime", ALL & ~OF(WEIGH_SPACE), put_zero),
	X(LIKES, "likes", ALL, put_zero),
	X(TRENDING, "trendingScore", ALL, put_zero),
	X(TAGS, "tags", ALL, put_tags),
	X(TASK, "pipeline_tag", OF(WEIGH_MODEL), put_task),
	X(LIBRARY, "library_name", OF(WEIGH_MODEL), put_library),
	X(SDK, "sdk", OF(WEIGH_SPACE), put_sdk),
	X(CARD, "cardData", ALL, put_card),
	X(CONFIG, "config", OF(WEIGH_MODEL), put_config),
	X(TRANSFORMERS, "transformersInfo", OF(WEIGH_MODEL), put_transformers),
	X(STORAGE, "usedStorage", ALL, put_storage),
	{ WEIGH_INFO_SECURITY, "securityStatus", "securityRepoStatus",
	    OF(WEIGH_MODEL), put_security },
	X(SAFETENSORS, "safetensors", OF(WEIGH_MODEL), NULL),
	X(GGUF, "gguf", OF(WEIGH_MODEL), NULL),
	X(SIBLINGS, "siblings", ALL, NULL),
#undef X
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))

uint32_t
weigh_hub_member(const char *name)
{
	size_t n;

	for (n = 0; n < NROWS; n++)
		if (strcmp(rows[n].name, name) == 0)
			return rows[n].member;
	return 0;
}

void
weigh_hub_info_begin(struct weigh_jw *w, const struct weigh_hub_info *i)
{
	size_t n;

	weigh_jw_object(w);
	key_id(w, i->repo);
	weigh_jw_kstr(w, "id", i->repo->name);
	if (i->repo->kind == WEIGH_MODEL && !i->expanded)
		weigh_jw_kstr(w, "modelId", i->repo->name);
	for (n = 0; n < NROWS; n++)
		if ((i->members & rows[n].member) != 0 &&
		    (rows[n].kinds & OF(i->repo->kind)) != 0 &&
		    rows[n].put != NULL)
			rows[n].put(w, rows[n].key, i);
}
