/* hub_paths: see weigh/hub_paths.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/hub_paths.h>
#include <weigh/json.h>
#include <weigh/name.h>

/* The text that was put behind what is used becomes a path, if it may be one. */
static enum weigh_code
take_path(struct weigh_hub_paths *p, size_t len, struct weigh_err *err)
{
	const char *path = p->text + p->used;

	if (weigh_path_check(path, len, NULL) != WEIGH_OK)
		return WEIGH_OK; /* (1) */
	if (p->count == WEIGH_HUB_PATHS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d paths in one question", WEIGH_HUB_PATHS_MAX);
	if (p->count == p->room) {
		size_t room = p->room == 0 ? 16 : 2 * p->room;
		const char **more = realloc(p->path, room * sizeof(*more));

		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		p->path = more;
		p->room = room;
	}
	p->path[p->count++] = path;
	p->used += len + 1;
	return WEIGH_OK;
}

/* --- a form ------------------------------------------------------------------ */

static bool
is_true(const char *text)
{
	return strcmp(text, "True") == 0 || strcmp(text, "true") == 0 ||
	    strcmp(text, "1") == 0;
}

/* The values are read where they will stay, or be overwritten by the next. */
static enum weigh_code
read_form(struct weigh_hub_paths *p, struct weigh_span form,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char key[16], *value;
	int got = 1;

	while (rc == WEIGH_OK && got != 0) {
		value = p->text + p->used;
		got = weigh_http_query_next(&form, key, sizeof(key), value,
		    WEIGH_PATH_MAX + 1);
		if (got == 1 && strcmp(key, "paths") == 0)
			rc = take_path(p, strlen(value), err);
		else if (got == 1 && strcmp(key, "expand") == 0)
			p->expand = is_true(value);
	}
	return rc;
}

/* --- JSON ----------------------------------------------------------------------- */

static enum weigh_code
read_path(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_hub_paths *p = out;
	const char *text;
	size_t len;

	if (first != WEIGH_JSON_STRING)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'paths' holds something else than strings");
	text = weigh_json_text(j, &len);
	if (len > WEIGH_PATH_MAX || memchr(text, '\0', len) != NULL)
		return WEIGH_OK; /* (1) */
	memcpy(p->text + p->used, text, len + 1);
	return take_path(p, len, err);
}

static enum weigh_code
read_paths(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	if (first == WEIGH_JSON_STRING)
		return read_path(j, first, out, err);
	return weigh_json_elements(j, first, read_path, out, err);
}

static enum weigh_code
read_expand(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_hub_paths *p = out;

	p->expand = first == WEIGH_JSON_TRUE;
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

static const struct weigh_json_member members[] = {
	{ "paths", read_paths },
	{ "expand", read_expand },
};

enum weigh_code
weigh_hub_paths_parse(struct weigh_hub_paths *out, struct weigh_span type,
    const char *body, size_t len, struct weigh_err *err)
{
	static const char json[] = "application/json";

	*out = (struct weigh_hub_paths){ .count = 0 };
	/* No path is longer decoded than as it came; a NUL each takes the place of
	 * what stood between them.  One that is too long is cut off here. */
	out->text = malloc(len + WEIGH_PATH_MAX + 2);
	if (out->text == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (type.len >= strlen(json) &&
	    weigh_span_is_nocase((struct weigh_span){ type.p, strlen(json) },
		json))
		return weigh_json_read_object(body, len, members,
		    sizeof(members) / sizeof(members[0]), out, err);
	return read_form(out, (struct weigh_span){ body, len }, err);
}

void
weigh_hub_paths_free(struct weigh_hub_paths *paths)
{
	free(paths->path);
	free(paths->text);
	*paths = (struct weigh_hub_paths){ .count = 0 };
}
