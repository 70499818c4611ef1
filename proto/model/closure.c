/* closure: repositories that a model's files name; see weigh/closure.h. */
#include <string.h>

#include <weigh/card.h>
#include <weigh/closure.h>

static const char *const whys[WEIGH_CLOSURE_WHYS] = {
	[WEIGH_CLOSURE_CODE] = "its code is loaded with this one's (auto_map)",
	[WEIGH_CLOSURE_ADAPTED] = "the weights here are changes to its own",
	[WEIGH_CLOSURE_BASE] = "this one was made from it (base_model)",
};

const char *
weigh_closure_why_text(enum weigh_closure_why why)
{
	return (unsigned)why < WEIGH_CLOSURE_WHYS ? whys[why] : "";
}

void
weigh_closure_init(struct weigh_closure *c, const struct weigh_repo *self)
{
	c->self = *self;
	c->count = 0;
}

/* (1), (2), (3); the first reason stays. */
static void
add(struct weigh_closure *c, const char *name, size_t len, const char *rev,
    enum weigh_closure_why why)
{
	struct weigh_closure_row *r = &c->rows[c->count];
	struct weigh_repo repo;

	if (c->count == WEIGH_CLOSURE_ROWS ||
	    weigh_repo_parse(&repo, WEIGH_MODEL, name, len, NULL) != WEIGH_OK)
		return;
	if (c->self.kind == WEIGH_MODEL && strcmp(c->self.name, repo.name) == 0)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->rows[i].repo.name, repo.name) == 0)
			return;
	len = strlen(rev);
	*r = (struct weigh_closure_row){ .repo = repo, .why = why };
	if (weigh_rev_ok(rev, len))
		memcpy(r->rev, rev, len + 1);
	c->count++;
}

/* A string, or what is read over; *text is "" then. */
static enum weigh_code
read_text(struct weigh_json *j, enum weigh_json_token first, char *text,
    size_t size, struct weigh_err *err)
{
	text[0] = '\0';
	if (first == WEIGH_JSON_STRING) {
		if (weigh_json_copy(j, first, text, size, NULL) != WEIGH_OK)
			text[0] = '\0';
		return WEIGH_OK;
	}
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

/* --- auto_map ------------------------------------------------------------ */

/* "ORG/NAME--MODULE.CLASS"; without "--" the code is the repository's own. */
static enum weigh_code
read_class(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	char text[WEIGH_NAME_MAX + 512];
	enum weigh_code rc = read_text(j, first, text, sizeof(text), err);
	const char *end = strstr(text, "--");

	if (rc == WEIGH_OK && end != NULL)
		add(out, text, (size_t)(end - text), "", WEIGH_CLOSURE_CODE);
	return rc;
}

/* The members of "auto_map" have any name; a value may be a list of classes. */
static enum weigh_code
read_auto_map(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	enum weigh_json_token t;

	if (first != WEIGH_JSON_OBJECT)
		return read_class(j, first, out, err);
	while (rc == WEIGH_OK &&
	    (t = weigh_json_next(j)) != WEIGH_JSON_OBJECT_END) {
		if (t != WEIGH_JSON_KEY)
			return weigh_json_error(j, err);
		t = weigh_json_next(j);
		rc = t == WEIGH_JSON_ARRAY ?
		    weigh_json_elements(j, t, read_class, out, err) :
		    read_class(j, t, out, err);
	}
	return rc;
}

static const struct weigh_json_member config_rows[] = {
	{ "auto_map", read_auto_map },
};

static enum weigh_code
read_config(struct weigh_closure *c, const char *text, size_t len,
    struct weigh_err *err)
{
	return weigh_json_read_object(text, len, config_rows, 1, c, err);
}

/* --- adapters ------------------------------------------------------------ */

struct adapter {
	char base[WEIGH_NAME_MAX + 1];
	char rev[WEIGH_REV_MAX + 1];
};

static enum weigh_code
read_base_path(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct adapter *a = out;

	return read_text(j, first, a->base, sizeof(a->base), err);
}

static enum weigh_code
read_revision(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct adapter *a = out;

	return read_text(j, first, a->rev, sizeof(a->rev), err);
}

static const struct weigh_json_member adapter_rows[] = {
	{ "base_model_name_or_path", read_base_path },
	{ "revision", read_revision },
};

static enum weigh_code
read_adapter(struct weigh_closure *c, const char *text, size_t len,
    struct weigh_err *err)
{
	struct adapter a = { .base = "" };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, adapter_rows,
	    sizeof(adapter_rows) / sizeof(adapter_rows[0]), &a, err);
	if (rc == WEIGH_OK)
		add(c, a.base, strlen(a.base), a.rev, WEIGH_CLOSURE_ADAPTED);
	return rc;
}

/* --- the card ------------------------------------------------------------ */

static enum weigh_code
read_name(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	char text[WEIGH_NAME_MAX + 1];
	enum weigh_code rc = read_text(j, first, text, sizeof(text), err);

	if (rc == WEIGH_OK)
		add(out, text, strlen(text), "", WEIGH_CLOSURE_BASE);
	return rc;
}

static enum weigh_code
read_names(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	if (first == WEIGH_JSON_ARRAY)
		return weigh_json_elements(j, first, read_name, out, err);
	return read_name(j, first, out, err);
}

static const struct weigh_json_member card_rows[] = {
	{ "base_model", read_names },
};

static enum weigh_code
read_card(struct weigh_closure *c, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_buf json;
	enum weigh_code rc;

	weigh_buf_init(&json, WEIGH_CARD_JSON_MAX);
	rc = weigh_card_json(text, len, &json, err);
	if (rc == WEIGH_OK)
		rc = weigh_json_read_object(json.data, json.len, card_rows, 1,
		    c, err);
	weigh_buf_free(&json);
	return rc;
}

/* --- files --------------------------------------------------------------- */

static const struct file {
	const char *path;
	enum weigh_code (*read)(struct weigh_closure *c, const char *text,
	    size_t len, struct weigh_err *err);
} files[] = {
	{ "README.md", read_card },
	{ "adapter_config.json", read_adapter },
	{ "config.json", read_config },
	{ "preprocessor_config.json", read_config },
	{ "processor_config.json", read_config },
	{ "tokenizer_config.json", read_config },
	{ "video_preprocessor_config.json", read_config },
};

static const struct file *
find_file(const char *path)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

bool
weigh_closure_tells(const char *path)
{
	return find_file(path) != NULL;
}

enum weigh_code
weigh_closure_read(struct weigh_closure *c, const char *path, const char *text,
    size_t len, struct weigh_err *err)
{
	const struct file *f = find_file(path);
	enum weigh_code rc;

	if (f == NULL || len == 0 || len > WEIGH_CLOSURE_FILE)
		return WEIGH_OK;
	rc = f->read(c, text, len, err);
	if (rc != WEIGH_NOMEM && rc != WEIGH_OK) { /* (2) */
		weigh_err_clear(err);
		rc = WEIGH_OK;
	}
	return rc;
}

void
weigh_closure_print(struct weigh_jw *w, const struct weigh_closure *c)
{
	weigh_jw_array(w);
	for (size_t i = 0; i < c->count; i++) {
		const struct weigh_closure_row *r = &c->rows[i];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "name", r->repo.name);
		if (r->rev[0] != '\0')
			weigh_jw_kstr(w, "revision", r->rev);
		weigh_jw_kstr(w, "why", weigh_closure_why_text(r->why));
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}
