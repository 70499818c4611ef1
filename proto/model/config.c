/* config: the small files that libraries load first.  See weigh/model.h. */
#include <string.h>

#include <weigh/json.h>
#include <weigh/model.h>

#define ITEMS_MAX 16             /* of a list */
#define WORD_MAX 256             /* bytes of a name */
#define TEMPLATE_MAX (32u << 10) /* bytes of a chat template */

const char *const weigh_model_file[WEIGH_FILES] = {
	[WEIGH_FILE_CARD] = "README.md",
	[WEIGH_FILE_CONFIG] = "config.json",
	[WEIGH_FILE_TOKENIZER] = "tokenizer_config.json",
	[WEIGH_FILE_TEMPLATE] = "chat_template.jinja",
	[WEIGH_FILE_PIPELINE] = "model_index.json",
};

/* Write the string that was just read under its key, if it is short enough. */
static void
put_string(struct weigh_jw *w, const char *key, const struct weigh_json *j,
    size_t max)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (len > max)
		return;
	weigh_jw_key(w, key);
	weigh_jw_text(w, text, len);
}

/* --- one value each: the reader stands behind its first token ----------------- */

static bool
put_word(struct weigh_jw *w, const char *key, struct weigh_json *j,
    enum weigh_json_token first)
{
	if (first != WEIGH_JSON_STRING)
		return weigh_json_skip(j, first);
	put_string(w, key, j, WORD_MAX);
	return true;
}

static bool
put_template(struct weigh_jw *w, const char *key, struct weigh_json *j,
    enum weigh_json_token first)
{
	if (first != WEIGH_JSON_STRING)
		return weigh_json_skip(j, first);
	put_string(w, key, j, TEMPLATE_MAX);
	return true;
}

static bool
put_words(struct weigh_jw *w, const char *key, struct weigh_json *j,
    enum weigh_json_token first)
{
	enum weigh_json_token t;
	unsigned n = 0;

	if (first != WEIGH_JSON_ARRAY)
		return weigh_json_skip(j, first);
	weigh_jw_key(w, key);
	weigh_jw_array(w);
	while ((t = weigh_json_next(j)) != WEIGH_JSON_ARRAY_END) {
		const char *text;
		size_t len;

		if (t != WEIGH_JSON_STRING) {
			if (!weigh_json_skip(j, t))
				return false;
			continue;
		}
		text = weigh_json_text(j, &len);
		if (len <= WORD_MAX && n++ < ITEMS_MAX)
			weigh_jw_text(w, text, len);
	}
	weigh_jw_array_end(w);
	return true;
}

/* Of an object one member, a string, under `key`. */
static bool
put_member(struct weigh_jw *w, const char *key, const char *member,
    struct weigh_json *j)
{
	enum weigh_json_token t;
	const char *name;
	size_t len;

	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		bool wanted;

		name = weigh_json_text(j, &len);
		wanted = len == strlen(member) && strcmp(name, member) == 0;
		t = weigh_json_next(j);
		if (wanted && t == WEIGH_JSON_STRING)
			put_string(w, key, j, WORD_MAX);
		else if (!weigh_json_skip(j, t))
			return false;
	}
	return t == WEIGH_JSON_OBJECT_END;
}

/* A special token: its text, or an object with its "content". */
static bool
put_token(struct weigh_jw *w, const char *key, struct weigh_json *j,
    enum weigh_json_token first)
{
	if (first == WEIGH_JSON_OBJECT)
		return put_member(w, key, "content", j);
	return put_word(w, key, j, first);
}

static bool
put_quantization(struct weigh_jw *w, const char *key, struct weigh_json *j,
    enum weigh_json_token first)
{
	bool ok;

	if (first != WEIGH_JSON_OBJECT)
		return weigh_json_skip(j, first);
	weigh_jw_key(w, key);
	weigh_jw_object(w);
	ok = put_member(w, "quant_method", "quant_method", j);
	weigh_jw_object_end(w);
	return ok;
}

/* --- files ---------------------------------------------------------------------- */

typedef bool put_fn(struct weigh_jw *w, const char *key, struct weigh_json *j,
    enum weigh_json_token first);

struct row {
	const char *key;
	put_fn *put;
};

static const struct row config_rows[] = {
	{ "architectures", put_words },
	{ "model_type", put_word },
	{ "quantization_config", put_quantization },
	{ NULL, NULL },
};
static const struct row tokenizer_rows[] = {
	{ "chat_template", put_template },
	{ "bos_token", put_token },
	{ "eos_token", put_token },
	{ "pad_token", put_token },
	{ "unk_token", put_token },
	{ NULL, NULL },
};
static const struct row pipeline_rows[] = {
	{ "_class_name", put_word },
	{ NULL, NULL },
};

static bool
put_members(struct weigh_jw *w, const struct row *rows, struct weigh_json *j)
{
	enum weigh_json_token t;
	const struct row *row;
	size_t len;

	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		const char *name = weigh_json_text(j, &len);
		bool ok;

		for (row = rows; row->key != NULL; row++)
			if (strlen(row->key) == len &&
			    strcmp(name, row->key) == 0)
				break;
		t = weigh_json_next(j);
		ok = row->key != NULL ? row->put(w, row->key, j, t) :
					weigh_json_skip(j, t);
		if (!ok)
			return false;
	}
	return t == WEIGH_JSON_OBJECT_END &&
	    weigh_json_next(j) == WEIGH_JSON_END;
}

/* The rows of a file as members of an object, into `out`; false when it is no
 * JSON object, or says nothing of it. */
static bool
read_file(const struct weigh_text *text, const struct row *rows,
    struct weigh_buf *out)
{
	struct weigh_json *j;
	struct weigh_jw w;
	bool ok;

	weigh_buf_reset(out);
	if (text->p == NULL || (j = weigh_json_new(&weigh_json_small)) == NULL)
		return false;
	weigh_json_feed(j, text->p, text->len, true);
	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	ok = weigh_json_next(j) == WEIGH_JSON_OBJECT &&
	    put_members(&w, rows, j);
	weigh_jw_object_end(&w);
	weigh_json_free(j);
	return ok && !out->failed && out->len > 2;
}

/* Add a file's object: its members to ours, or the whole under `key`. */
static void
add_file(struct weigh_jw *w, const char *key, const struct weigh_text *text,
    const struct row *rows)
{
	struct weigh_buf one;

	weigh_buf_init(&one, WEIGH_CONFIG_MAX);
	if (read_file(text, rows, &one)) {
		if (key != NULL) {
			weigh_jw_key(w, key);
			weigh_jw_raw(w, one.data, one.len);
		} else {
			weigh_jw_raw(w, one.data + 1, one.len - 2);
		}
	}
	weigh_buf_free(&one);
}

bool
weigh_model_config(const struct weigh_text texts[WEIGH_FILES],
    struct weigh_buf *out)
{
	const struct weigh_text *template = &texts[WEIGH_FILE_TEMPLATE];
	struct weigh_buf whole;
	struct weigh_jw w;
	bool ok;

	weigh_buf_init(&whole, WEIGH_CONFIG_MAX);
	weigh_jw_init(&w, &whole);
	weigh_jw_object(&w);
	add_file(&w, NULL, &texts[WEIGH_FILE_CONFIG], config_rows);
	add_file(&w, "tokenizer_config", &texts[WEIGH_FILE_TOKENIZER],
	    tokenizer_rows);
	add_file(&w, "diffusers", &texts[WEIGH_FILE_PIPELINE], pipeline_rows);
	if (template->p != NULL && template->len <= TEMPLATE_MAX) {
		weigh_jw_key(&w, "chat_template_jinja");
		weigh_jw_text(&w, template->p, template->len);
	}
	weigh_jw_object_end(&w);
	ok = !whole.failed && whole.len > 2 &&
	    weigh_buf_add(out, whole.data, whole.len);
	weigh_buf_free(&whole);
	return ok;
}
