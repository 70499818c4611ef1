/* doc: JSON answers as a small tree. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"

/* The largest answer is a plan of very many files. */
static const struct weigh_json_limits limits = { 64, 1 << 20, 4000000,
	64u << 20 };

struct doc *
doc_new(enum weigh_json_token type, const char *key)
{
	size_t len = strlen(key);
	struct doc *d = calloc(1, sizeof(*d) + len + 1);

	if (d == NULL)
		return NULL;
	d->type = type;
	memcpy(d->key, key, len);
	return d;
}

/* Trees are at most as deep as the reader's limit, so recursion is fine. */
void
doc_free(struct doc *d)
{
	while (d != NULL) {
		struct doc *next = d->next;

		doc_free(d->first);
		free(d->text);
		free(d);
		d = next;
	}
}

static enum weigh_code read_value(struct weigh_json *j,
    enum weigh_json_token token, const char *key, struct doc **out,
    struct weigh_err *err);

/* The members of an object, or the items of an array, up to its end. */
static enum weigh_code
read_children(struct weigh_json *j, struct doc *d, struct weigh_err *err)
{
	struct doc **tail = &d->first;
	enum weigh_json_token token;

	while ((token = weigh_json_next(j)) != WEIGH_JSON_OBJECT_END &&
	    token != WEIGH_JSON_ARRAY_END) {
		char *key = NULL;
		size_t len;
		enum weigh_code rc;

		if (token == WEIGH_JSON_KEY) {
			key = strdup(weigh_json_text(j, &len));
			if (key == NULL)
				return weigh_fail(err, WEIGH_NOMEM,
				    "out of memory");
			token = weigh_json_next(j);
		}
		rc = read_value(j, token, key != NULL ? key : "", tail, err);
		free(key);
		if (rc != WEIGH_OK)
			return rc;
		tail = &(*tail)->next;
	}
	return WEIGH_OK;
}

static bool
keep_text(struct doc *d, const struct weigh_json *j)
{
	const char *text = weigh_json_text(j, &d->len);

	d->text = malloc(d->len + 1);
	if (d->text == NULL)
		return false;
	memcpy(d->text, text, d->len);
	d->text[d->len] = '\0';
	return true;
}

static enum weigh_code
read_value(struct weigh_json *j, enum weigh_json_token token, const char *key,
    struct doc **out, struct weigh_err *err)
{
	struct doc *d;

	if (token == WEIGH_JSON_BAD)
		return weigh_json_error(j, err);
	if (token < WEIGH_JSON_OBJECT)
		return weigh_fail(err, WEIGH_MALFORMED, "the JSON is cut off");
	d = doc_new(token, key);
	if (d == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	*out = d; /* the tree's now, also after a failure below */
	if (token == WEIGH_JSON_OBJECT || token == WEIGH_JSON_ARRAY)
		return read_children(j, d, err);
	if ((token == WEIGH_JSON_STRING || token == WEIGH_JSON_NUMBER) &&
	    !keep_text(d, j))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

enum weigh_code
doc_parse(struct doc **out, const char *json, size_t len, struct weigh_err *err)
{
	struct weigh_json *j = weigh_json_new(&limits);
	struct doc *d = NULL;
	enum weigh_code rc;

	*out = NULL;
	if (j == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_json_feed(j, json, len, true);
	rc = read_value(j, weigh_json_next(j), "", &d, err);
	if (rc == WEIGH_OK && weigh_json_next(j) != WEIGH_JSON_END)
		rc = weigh_json_error(j, err);
	if (rc == WEIGH_OK) {
		*out = d;
		d = NULL;
	}
	doc_free(d);
	weigh_json_free(j);
	return weigh_context(err, rc, "the server's answer");
}

struct doc *
doc_get(const struct doc *d, const char *key)
{
	struct doc *child;

	if (d == NULL || d->type != WEIGH_JSON_OBJECT)
		return NULL;
	for (child = d->first; child != NULL; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

const char *
doc_str(const struct doc *d, const char *key)
{
	const struct doc *v = doc_get(d, key);

	return v != NULL && v->type == WEIGH_JSON_STRING ? v->text : "";
}

uint64_t
doc_u64(const struct doc *d, const char *key)
{
	const struct doc *v = doc_get(d, key);
	unsigned long long n;
	char *end;

	if (v == NULL || v->type != WEIGH_JSON_NUMBER || v->text[0] == '-')
		return 0;
	errno = 0;
	n = strtoull(v->text, &end, 10);
	return *end == '\0' && errno == 0 ? n : 0;
}

bool
doc_bool(const struct doc *d, const char *key)
{
	const struct doc *v = doc_get(d, key);

	return v != NULL && v->type == WEIGH_JSON_TRUE;
}

size_t
doc_count(const struct doc *d)
{
	const struct doc *child;
	size_t n = 0;

	for (child = d != NULL ? d->first : NULL; child; child = child->next)
		n++;
	return n;
}

enum weigh_code
doc_schema(const struct doc *d, const char *schema, struct weigh_err *err)
{
	const char *got = doc_str(d, "schema");

	if (strcmp(got, schema) == 0)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_MALFORMED,
	    "the server answered '%.60s' where '%s' was expected", got, schema);
}

void
doc_write(struct weigh_jw *w, const struct doc *d)
{
	const struct doc *child;
	bool object = d->type == WEIGH_JSON_OBJECT;

	if (object || d->type == WEIGH_JSON_ARRAY) {
		object ? weigh_jw_object(w) : weigh_jw_array(w);
		for (child = d->first; child != NULL; child = child->next) {
			if (object)
				weigh_jw_key(w, child->key);
			doc_write(w, child);
		}
		object ? weigh_jw_object_end(w) : weigh_jw_array_end(w);
	} else if (d->type == WEIGH_JSON_STRING)
		weigh_jw_text(w, d->text, d->len);
	else if (d->type == WEIGH_JSON_NUMBER)
		weigh_jw_raw(w, d->text, d->len);
	else if (d->type == WEIGH_JSON_NULL)
		weigh_jw_null(w);
	else
		weigh_jw_bool(w, d->type == WEIGH_JSON_TRUE);
}

bool
doc_put(struct doc *d, struct doc *member)
{
	struct doc **tail = &d->first;

	if (member == NULL)
		return false;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = member;
	return true;
}

static bool
put_text(struct doc *d, enum weigh_json_token type, const char *key,
    const char *text)
{
	struct doc *v = doc_new(type, key);

	if (v != NULL && (v->text = strdup(text)) == NULL) {
		doc_free(v);
		v = NULL;
	}
	if (v != NULL)
		v->len = strlen(text);
	return doc_put(d, v);
}

bool
doc_put_str(struct doc *d, const char *key, const char *text)
{
	return put_text(d, WEIGH_JSON_STRING, key, text);
}

bool
doc_put_u64(struct doc *d, const char *key, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	return put_text(d, WEIGH_JSON_NUMBER, key, text);
}

bool
doc_put_bool(struct doc *d, const char *key, bool value)
{
	return put_text(d, value ? WEIGH_JSON_TRUE : WEIGH_JSON_FALSE, key,
	    value ? "true" : "false");
}

bool
doc_rows(struct doc *list, size_t n, doc_fill *fill, const void *from)
{
	struct doc **tail = &list->first;
	size_t i;

	while (*tail != NULL)
		tail = &(*tail)->next;
	for (i = 0; i < n; i++) {
		*tail = doc_new(WEIGH_JSON_OBJECT, "");
		if (*tail == NULL || !fill(*tail, from, i))
			return false;
		tail = &(*tail)->next;
	}
	return true;
}

void
doc_move(struct doc *to, struct doc *from)
{
	struct doc **tail = &to->first;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = from->first;
	from->first = NULL;
}

void
doc_drop(struct doc *d, const char *key)
{
	struct doc **at = &d->first;

	for (; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->key, key) == 0) {
			struct doc *gone = *at;

			*at = gone->next;
			gone->next = NULL;
			doc_free(gone);
			return;
		}
}
