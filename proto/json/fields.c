/* json/fields: a flat object into a struct, by table; see weigh/json.h. */
#include <string.h>

#include <weigh/json.h>

#define ROWS_MAX 64

/* Where each type's value is read, and what it must be. */
struct target {
	const struct weigh_json_field *row;
	char *place;
};

static bool
put_string(const struct weigh_json *j, const struct target *t)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (len >= t->row->size || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(t->place, text, len + 1);
	return true;
}

static bool
put_u64(const struct weigh_json *j, const struct target *t)
{
	uint64_t n;

	if (!weigh_json_u64(j, &n))
		return false;
	memcpy(t->place, &n, sizeof(n));
	return true;
}

static enum weigh_code
put(const struct weigh_json *j, enum weigh_json_token token,
    const struct target *t, struct weigh_err *err)
{
	bool yes = token == WEIGH_JSON_TRUE;
	const char *want = "";

	switch (t->row->type) {
	case WEIGH_JSON_T_STRING:
		if (token == WEIGH_JSON_STRING && put_string(j, t))
			return WEIGH_OK;
		return weigh_fail(err, WEIGH_MALFORMED,
		    "field '%s' must be a string of at most %zu bytes",
		    t->row->key, t->row->size - 1);
	case WEIGH_JSON_T_U64:
		if (token == WEIGH_JSON_NUMBER && put_u64(j, t))
			return WEIGH_OK;
		want = "a whole number, not negative";
		break;
	case WEIGH_JSON_T_BOOL:
		if (yes || token == WEIGH_JSON_FALSE) {
			memcpy(t->place, &yes, sizeof(yes));
			return WEIGH_OK;
		}
		want = "true or false";
		break;
	}
	return weigh_fail(err, WEIGH_MALFORMED, "field '%s' must be %s",
	    t->row->key, want);
}

static size_t
find_row(const struct weigh_json *j, const struct weigh_json_field *rows,
    size_t n)
{
	size_t len, i;
	const char *key = weigh_json_text(j, &len);

	for (i = 0; i < n; i++)
		if (strlen(rows[i].key) == len &&
		    memcmp(rows[i].key, key, len) == 0)
			break;
	return i;
}

/* Read the members of an object that was just opened; a bit per row given. */
static enum weigh_code
read_members(struct weigh_json *j, const struct weigh_json_field *rows,
    size_t n, char *out, uint64_t *given, struct weigh_err *err)
{
	enum weigh_json_token t;
	enum weigh_code rc;

	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		size_t i = find_row(j, rows, n);
		struct target target;

		if (i == n)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "there is an unknown field");
		if ((t = weigh_json_next(j)) == WEIGH_JSON_BAD)
			return weigh_json_error(j, err);
		target.row = &rows[i];
		target.place = out + rows[i].offset;
		if ((rc = put(j, t, &target, err)) != WEIGH_OK)
			return rc;
		*given |= (uint64_t)1 << i;
	}
	if (t != WEIGH_JSON_OBJECT_END || weigh_json_next(j) != WEIGH_JSON_END)
		return weigh_json_error(j, err);
	return WEIGH_OK;
}

static enum weigh_code
read_object(struct weigh_json *j, const struct weigh_json_field *rows, size_t n,
    char *out, struct weigh_err *err)
{
	uint64_t given = 0;
	enum weigh_json_token t = weigh_json_next(j);
	enum weigh_code rc;

	if (t == WEIGH_JSON_BAD)
		return weigh_json_error(j, err);
	if (t != WEIGH_JSON_OBJECT)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a JSON object is expected");
	if ((rc = read_members(j, rows, n, out, &given, err)) != WEIGH_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (rows[i].required && (given >> i & 1) == 0)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "field '%s' is missing", rows[i].key);
	return WEIGH_OK;
}

enum weigh_code
weigh_json_read_fields(const char *data, size_t len,
    const struct weigh_json_field *rows, size_t n, void *out,
    struct weigh_err *err)
{
	struct weigh_json *j;
	enum weigh_code rc;

	if (n > ROWS_MAX)
		return weigh_fail(err, WEIGH_BUG, "more than 64 fields");
	if ((j = weigh_json_new(&weigh_json_small)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "no memory to read JSON");
	weigh_json_feed(j, data, len, true);
	rc = read_object(j, rows, n, out, err);
	weigh_json_free(j);
	return rc;
}
