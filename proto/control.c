/* control: see weigh/control.h. */
#include <string.h>

#include <weigh/control.h>

#include "utf8.h"

/* What could not be done; an error that was given no headline says why. */
static const char *
headline(const struct weigh_err *err)
{
	if (err->what[0] != '\0')
		return err->what;
	return err->why[0] != '\0' ? err->why :
				     weigh_code_info(err->code)->name;
}

void
weigh_control_error(struct weigh_jw *w, const struct weigh_err *err)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "code", weigh_code_info(err->code)->name);
	weigh_jw_kstr(w, "what", headline(err));
	weigh_jw_kstr(w, "why", err->why);
	weigh_jw_kstr(w, "fix", weigh_err_fix(err));
	weigh_jw_object_end(w);
}

void
weigh_control_error_body(struct weigh_buf *out, const struct weigh_err *err)
{
	struct weigh_jw w;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "error", headline(err));
	weigh_jw_key(&w, "weigh");
	weigh_control_error(&w, err);
	weigh_jw_object_end(&w);
}

void
weigh_control_error_document(struct weigh_buf *out, const struct weigh_err *err)
{
	struct weigh_jw w;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.error/1");
	weigh_jw_key(&w, "error");
	weigh_control_error(&w, err);
	weigh_jw_object_end(&w);
}

/* What an answer means that says no more than its status. */
static enum weigh_code
code_of_status(int status)
{
	static const struct {
		int status;
		enum weigh_code code;
	} rows[] = {
		{ 400, WEIGH_MALFORMED },
		{ 401, WEIGH_UNAUTHORIZED },
		{ 403, WEIGH_DENIED },
		{ 404, WEIGH_NOT_FOUND },
		{ 408, WEIGH_NOT_YET },
		{ 409, WEIGH_CONFLICT },
		{ 413, WEIGH_TOO_BIG },
		{ 422, WEIGH_MISMATCH },
		{ 429, WEIGH_NOT_YET },
		{ 451, WEIGH_DENIED },
		{ 503, WEIGH_NOT_YET },
		{ 507, WEIGH_FULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].code;
	return WEIGH_NETWORK;
}

/*
 * Take words that a server sent.  They will stand on somebody's terminal:
 * control characters (C0, DEL, C1) become '?'.  What does not fit is left off,
 * whole characters at a time.
 */
static void
take_words(char *out, size_t size, const struct weigh_json *j)
{
	size_t len, n = 0, step;
	const char *text = weigh_json_text(j, &len);

	for (size_t i = 0; i < len; i += step) {
		const unsigned char *c = (const unsigned char *)text + i;
		bool control = *c < 0x20 || *c == 0x7f;

		step = weigh_utf8_char(text + i, len - i);
		if (step == 2 && c[0] == 0xc2 && c[1] < 0xa0)
			control = true;
		if (step == 0 || n + step >= size)
			break;
		if (control)
			out[n++] = '?';
		else
			memcpy(out + n, c, step);
		n += control ? 0 : step;
	}
	out[n] = '\0';
}

/* The members of our error object; false if it is not that. */
static bool
read_error(struct weigh_json *j, struct weigh_err *err)
{
	enum weigh_json_token t;
	bool coded = false;
	size_t len;

	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		const char *key = weigh_json_text(j, NULL);
		const struct {
			const char *key;
			char *words;
			size_t size;
		} rows[] = {
			{ "what", err->what, sizeof(err->what) },
			{ "why", err->why, sizeof(err->why) },
			{ "fix", err->fix, sizeof(err->fix) },
		};
		size_t row = 0;
		bool is_code = strcmp(key, "code") == 0;

		while (row < 3 && strcmp(key, rows[row].key) != 0)
			row++;
		t = weigh_json_next(j);
		if (t == WEIGH_JSON_STRING && is_code) {
			key = weigh_json_text(j, &len);
			err->code = weigh_code_named(key, len);
			coded = true;
		} else if (t == WEIGH_JSON_STRING && row < 3) {
			take_words(rows[row].words, rows[row].size, j);
		} else if (!weigh_json_skip(j, t)) {
			return false;
		}
	}
	return t == WEIGH_JSON_OBJECT_END && coded && err->code != WEIGH_OK;
}

/* `{…,"weigh":{…},…}` and nothing else. */
static bool
read_body(struct weigh_json *j, struct weigh_err *err)
{
	enum weigh_json_token t;
	bool found = false;

	if (weigh_json_next(j) != WEIGH_JSON_OBJECT)
		return false;
	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		bool ours = strcmp(weigh_json_text(j, NULL), "weigh") == 0;

		t = weigh_json_next(j);
		if (ours && t == WEIGH_JSON_OBJECT)
			found = read_error(j, err);
		else if (!weigh_json_skip(j, t))
			return false;
	}
	return found && t == WEIGH_JSON_OBJECT_END &&
	    weigh_json_next(j) == WEIGH_JSON_END;
}

void
weigh_control_error_read(struct weigh_err *err, int http_status,
    const char *body, size_t len)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_small);
	bool ours = false;

	if (err == NULL) {
		weigh_json_free(j);
		return;
	}
	weigh_err_clear(err);
	if (j != NULL) {
		weigh_json_feed(j, body, len, true);
		ours = read_body(j, err);
		weigh_json_free(j);
	}
	/* A code of a later version: the status still says of which kind. */
	if (ours && err->code == WEIGH_BUG && http_status != 500)
		err->code = code_of_status(http_status);
	if (!ours)
		(void)weigh_fail(err, code_of_status(http_status),
		    "the server answered with HTTP status %d and no reason "
		    "that weigh understands",
		    http_status);
}
