/* list: models, datasets, spaces: which are here, of what kind, by what name. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/hub.h>

#include "catalog/search.h"
#include "priv.h"

#define PAGE_FILES 20000      /* files of siblings; then a page ends */
#define PAGE_BYTES (8u << 20) /* of JSON; then a page ends */
#define VALUE_MAX 512         /* bytes of a parameter */
#define WORDS_MAX 4096        /* bytes of all that is asked for */

struct list {
	struct ask *ask;
	struct catalog_reader *reader;
	struct weigh_jw w;
	struct catalog_search s;
	struct weigh_buf words; /* what `s` points to, each with a NUL */
	uint32_t members;
	bool expanded;
	unsigned files;   /* of siblings, so far */
	unsigned headers; /* of weights that were waited for, so far */
	enum weigh_code rc;
};

/* --- parameters --------------------------------------------------------------------- */

/* A copy that stays; NULL: there is too much of it. */
static const char *
keep(struct list *l, const char *text, size_t len)
{
	size_t at = l->words.len;

	if (l->words.max - at <= len)
		return NULL;
	weigh_buf_add(&l->words, text, len);
	weigh_buf_addc(&l->words, '\0');
	return l->words.failed ? NULL : l->words.data + at;
}

/* Keep it in *place, unless it is empty. */
static bool
keep_in(struct list *l, const char **place, const char *value)
{
	if (value[0] == '\0')
		return true;
	*place = keep(l, value, strlen(value));
	return *place != NULL;
}

static bool
take_text(struct list *l, const char *value)
{
	return keep_in(l, &l->s.text, value);
}

static bool
take_author(struct list *l, const char *value)
{
	return keep_in(l, &l->s.author, value);
}

static bool
take_task(struct list *l, const char *value)
{
	return keep_in(l, &l->s.task, value);
}

/* One tag, or several between commas; all must be there. */
static bool
take_tags(struct list *l, const char *value)
{
	while (value[0] != '\0') {
		size_t len = strcspn(value, ",");
		const char *tag = keep(l, value, len);

		if (len > 0 &&
		    (tag == NULL || l->s.ntags == CATALOG_SEARCH_TAGS))
			return false;
		if (len > 0)
			l->s.tags[l->s.ntags++] = tag;
		value += len + (value[len] == ',');
	}
	return true;
}

/* What is not counted here is equal everywhere: then the newest come first. */
static bool
take_sort(struct list *l, const char *value)
{
	l->s.by_created = strcmp(value, "createdAt") == 0 ||
	    strcmp(value, "created_at") == 0;
	return true;
}

static bool
take_direction(struct list *l, const char *value)
{
	l->s.ascending = strcmp(value, "1") == 0;
	return true;
}

static bool
take_limit(struct list *l, const char *value)
{
	unsigned long n = 0;

	if (value[strspn(value, "0123456789")] == '\0' && strlen(value) < 9)
		n = strtoul(value, NULL, 10);
	if (n > 0 && n < CATALOG_SEARCH_PAGE)
		l->s.limit = (unsigned)n;
	return true;
}

static bool
take_cursor(struct list *l, const char *value)
{
	if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0' ||
	    strlen(value) > 18)
		return false;
	l->s.after = strtoll(value, NULL, 10);
	return true;
}

static bool
is_true(const char *value)
{
	return strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

/* Unlike those of models, full datasets have their cards. */
static bool
take_full(struct list *l, const char *value)
{
	if (is_true(value))
		l->members |= WEIGH_INFO_SIBLINGS |
		    (l->s.kind == WEIGH_MODEL ? 0 : WEIGH_INFO_CARD);
	return true;
}

static bool
take_card(struct list *l, const char *value)
{
	if (is_true(value))
		l->members |= WEIGH_INFO_CARD;
	return true;
}

static bool
take_config(struct list *l, const char *value)
{
	if (is_true(value))
		l->members |= WEIGH_INFO_CONFIG;
	return true;
}

static const struct parameter {
	const char *key;
	/* False: it cannot be read. */
	bool (*take)(struct list *l, const char *value);
} parameters[] = {
	{ "search", take_text },
	{ "author", take_author },
	{ "filter", take_tags },
	{ "tags", take_tags },
	{ "library", take_tags },
	{ "pipeline_tag", take_task },
	{ "sort", take_sort },
	{ "direction", take_direction },
	{ "limit", take_limit },
	{ "cursor", take_cursor },
	{ "full", take_full },
	{ "cardData", take_card },
	{ "config", take_config },
};

static bool
take_parameter(struct list *l, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strcmp(parameters[i].key, key) == 0)
			return parameters[i].take(l, value);
	return true; /* the Hub knows more */
}

static enum weigh_code
take_query(struct list *l)
{
	struct weigh_span query = http_head(l->ask->task.x)->query;
	struct weigh_err *err = &l->ask->task.reply.err;
	char key[64], value[VALUE_MAX];
	int rc;

	while ((rc = weigh_http_query_next(&query, key, sizeof(key), value,
		    sizeof(value))) != 0) {
		if (rc < 0)
			return weigh_fail(err, WEIGH_USAGE,
			    "a parameter is malformed or too long");
		if (!take_parameter(l, key, value))
			return weigh_fail(err, WEIGH_USAGE,
			    "'%s' has no such value, or too many", key);
	}
	return WEIGH_OK;
}

/* --- items ------------------------------------------------------------------------------ */

/* What only the card and the config tell is read from them when it is asked for. */
#define FROM_MODEL (WEIGH_INFO_SDK | WEIGH_INFO_TRANSFORMERS)

/* Unasked, only a space's item has such a member. */
static bool
reads_model(const struct list *l)
{
	return (l->members & FROM_MODEL) != 0 &&
	    (l->s.kind == WEIGH_SPACE || l->expanded);
}

static void
write_members(struct list *l, const struct catalog_listed *at)
{
	struct weigh_hub_info about = {
		.members = l->members,
		.expanded = l->expanded,
		.repo = &at->repo,
		.visibility = at->visibility,
		.sha = at->commit,
		.created = at->created,
		.modified = at->modified,
		.bytes = at->bytes,
		.card = at->card,
		.config = at->config,
		.task = at->task,
		.library = at->library,
		.tags = at->tags,
	};
	struct weigh_model model;
	bool read = reads_model(l);

	if (read &&
	    weigh_model_read(&model, at->repo.kind, at->card, at->config,
		at->marks, at->license))
		about.model = &model;
	weigh_hub_info_begin(&l->w, &about);
	if (read)
		weigh_model_free(&model);
}

/* For catalog_search: one item; false when the page has enough. */
static bool
write_item(void *ctx, const struct catalog_listed *at)
{
	struct list *l = ctx;
	struct weigh_err *err = &l->ask->task.reply.err;
	unsigned files = 0;

	write_members(l, at);
	if (at->repo.kind == WEIGH_MODEL && l->expanded &&
	    (l->members & (WEIGH_INFO_SAFETENSORS | WEIGH_INFO_GGUF)) != 0 &&
	    weigh_model_has_weights(at->marks))
		l->rc = serve_weights(l->ask->serve, l->reader, &at->repo,
		    &at->commit, l->headers++ < SERVE_HEADERS_NOW ? 1 : 0,
		    &l->w, err);
	if (l->rc == WEIGH_OK && (l->members & WEIGH_INFO_SIBLINGS) != 0)
		l->rc = serve_siblings(l->ask, l->reader, &at->repo, &at->commit, false,
		    &l->w, &files, err);
	weigh_jw_object_end(&l->w);
	l->files += files;
	return l->rc == WEIGH_OK && l->files < PAGE_FILES &&
	    l->w.out->len < PAGE_BYTES;
}

static bool
sees(void *ctx, const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	const struct list *l = ctx;

	return ask_sees(l->ask, repo, visibility);
}

/* --- the page ----------------------------------------------------------------------------- */

/* The same question with another cursor: absolute, on the host the client used. */
static void
add_link(struct list *l)
{
	const struct weigh_http_head *head = http_head(l->ask->task.x);
	struct weigh_span query = head->query;
	char key[64], value[VALUE_MAX];
	struct weigh_buf link;

	weigh_buf_init(&link, 32 << 10);
	weigh_buf_addc(&link, '<');
	http_base_url(l->ask->task.x, &link);
	weigh_buf_add(&link, head->path.p, head->path.len);
	weigh_buf_addc(&link, '?');
	while (weigh_http_query_next(&query, key, sizeof(key), value,
		   sizeof(value)) != 0) {
		if (strcmp(key, "cursor") == 0)
			continue;
		weigh_http_escape(&link, key, false);
		weigh_buf_addc(&link, '=');
		weigh_http_escape(&link, value, false);
		weigh_buf_addc(&link, '&');
	}
	weigh_buf_addf(&link, "cursor=%" PRId64 ">; rel=\"next\"", l->s.next);
	if (link.failed)
		l->rc = weigh_fail(&l->ask->task.reply.err, WEIGH_TOO_BIG,
		    "the address of the next page is too long");
	else
		http_reply_field(&l->ask->task.reply, "Link", "%s", link.data);
	weigh_buf_free(&link);
}

static enum weigh_code
write_page(struct list *l)
{
	enum weigh_code rc;

	weigh_jw_init(&l->w, &l->ask->task.reply.body);
	weigh_jw_array(&l->w);
	rc = catalog_search(l->reader, &l->s, write_item, l,
	    &l->ask->task.reply.err);
	weigh_jw_array_end(&l->w);
	if (rc != WEIGH_OK || l->rc != WEIGH_OK)
		return rc != WEIGH_OK ? rc : l->rc;
	if (l->s.next != 0)
		add_link(l);
	return l->rc;
}

void
serve_list(struct ask *ask, struct catalog_reader *reader)
{
	struct list l = {
		.ask = ask,
		.reader = reader,
		.members = WEIGH_INFO_ITEM,
		.s = {
			.kind = ask->match.repo.kind,
			.limit = CATALOG_SEARCH_PAGE,
			.sees = sees,
		},
	};
	uint32_t expand = serve_expand(ask, &l.expanded);
	enum weigh_code rc;

	l.s.ctx = &l;
	weigh_buf_init(&l.words, WORDS_MAX);
	/* Its texts are pointed to: it must not move. */
	(void)weigh_buf_room(&l.words, WORDS_MAX - 1);
	if ((rc = take_query(&l)) == WEIGH_OK) {
		if (l.expanded)
			l.members = expand;
		l.s.cards = reads_model(&l) ||
		    (l.members & (WEIGH_INFO_CARD | WEIGH_INFO_CONFIG)) != 0;
		rc = write_page(&l);
	}
	weigh_buf_free(&l.words);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}
