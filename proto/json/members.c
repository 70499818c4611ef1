/* json/members: objects of other people's clients, by table; see weigh/json.h. */
#include <string.h>

#include <weigh/json.h>

static const struct weigh_json_member *
find_member(const struct weigh_json *j, const struct weigh_json_member *rows,
    size_t n)
{
	size_t len, i;
	const char *key = weigh_json_text(j, &len);

	for (i = 0; i < n; i++)
		if (strlen(rows[i].key) == len &&
		    memcmp(rows[i].key, key, len) == 0)
			return &rows[i];
	return NULL;
}

/* The token was not what must stand here: bad JSON, or another kind of value. */
static enum weigh_code
not_this(const struct weigh_json *j, enum weigh_json_token t, const char *want,
    struct weigh_err *err)
{
	if (t == WEIGH_JSON_BAD)
		return weigh_json_error(j, err);
	return weigh_fail(err, WEIGH_MALFORMED, "%s is expected", want);
}

static enum weigh_code
read_member(struct weigh_json *j, const struct weigh_json_member *row,
    void *out, struct weigh_err *err)
{
	enum weigh_json_token t = weigh_json_next(j);
	enum weigh_code rc;

	if (t == WEIGH_JSON_BAD)
		return weigh_json_error(j, err);
	if (t == WEIGH_JSON_NULL)
		return WEIGH_OK;
	if (row == NULL)
		return weigh_json_skip(j, t) ? WEIGH_OK :
					       weigh_json_error(j, err);
	rc = row->read(j, t, out, err);
	return weigh_context(err, rc, "field '%s'", row->key);
}

enum weigh_code
weigh_json_members(struct weigh_json *j, enum weigh_json_token first,
    const struct weigh_json_member *rows, size_t n, void *out,
    struct weigh_err *err)
{
	enum weigh_json_token t;
	enum weigh_code rc;

	if (first != WEIGH_JSON_OBJECT)
		return not_this(j, first, "an object", err);
	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		rc = read_member(j, find_member(j, rows, n), out, err);
		if (rc != WEIGH_OK)
			return rc;
	}
	return t == WEIGH_JSON_OBJECT_END ? WEIGH_OK : weigh_json_error(j, err);
}

enum weigh_code
weigh_json_elements(struct weigh_json *j, enum weigh_json_token first,
    enum weigh_code (*read)(struct weigh_json *j, enum weigh_json_token first,
	void *out, struct weigh_err *err),
    void *out, struct weigh_err *err)
{
	enum weigh_json_token t;
	enum weigh_code rc;

	if (first != WEIGH_JSON_ARRAY)
		return not_this(j, first, "a list", err);
	while ((t = weigh_json_next(j)) != WEIGH_JSON_ARRAY_END) {
		if (t == WEIGH_JSON_BAD)
			return weigh_json_error(j, err);
		if ((rc = read(j, t, out, err)) != WEIGH_OK)
			return rc;
	}
	return WEIGH_OK;
}

enum weigh_code
weigh_json_copy(struct weigh_json *j, enum weigh_json_token first, char *out,
    size_t size, struct weigh_err *err)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (first != WEIGH_JSON_STRING)
		return not_this(j, first, "a string", err);
	if (len >= size)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a string of at most %zu bytes is expected", size - 1);
	if (memchr(text, '\0', len) != NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a string without NUL is expected");
	memcpy(out, text, len + 1);
	return WEIGH_OK;
}

enum weigh_code
weigh_json_size(struct weigh_json *j, enum weigh_json_token first,
    uint64_t *out, struct weigh_err *err)
{
	if (first == WEIGH_JSON_NUMBER && weigh_json_u64(j, out) &&
	    *out <= INT64_MAX)
		return WEIGH_OK;
	return not_this(j, first, "a whole number, not negative,", err);
}

enum weigh_code
weigh_json_read_object(const char *data, size_t len,
    const struct weigh_json_member *rows, size_t n, void *out,
    struct weigh_err *err)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_small);
	enum weigh_code rc;

	if (j == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "no memory to read JSON");
	weigh_json_feed(j, data, len, true);
	rc = weigh_json_members(j, weigh_json_next(j), rows, n, out, err);
	if (rc == WEIGH_OK && weigh_json_next(j) != WEIGH_JSON_END)
		rc = weigh_json_error(j, err);
	weigh_json_free(j);
	return rc;
}
