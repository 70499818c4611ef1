/* declared_json: other people's JSON, of which nothing has to be what it should be. */
#include <string.h>

#include "declaring.h"

enum weigh_code
license_no_memory(const struct declaring *d)
{
	return weigh_fail(d->err, WEIGH_NOMEM, "out of memory");
}

/* Read twice: the first time nothing is taken, so that a text that breaks off says
 * nothing at all ((4) of weigh/declared.h). */
enum weigh_code
license_json_object(struct declaring *d, const char *text, size_t len,
    const struct weigh_json_member *rows, size_t n)
{
	enum weigh_code rc;

	if (text == NULL || len == 0)
		return WEIGH_OK;
	rc = weigh_json_read_object(text, len, NULL, 0, NULL, d->err);
	if (rc == WEIGH_OK)
		rc = weigh_json_read_object(text, len, rows, n, d, d->err);
	if (rc != WEIGH_OK && rc != WEIGH_NOMEM) {
		weigh_err_clear(d->err);
		rc = WEIGH_OK;
	}
	return rc;
}

enum weigh_code
license_json_string(struct weigh_json *j, enum weigh_json_token first,
    struct cursor *out, struct weigh_err *err)
{
	*out = (struct cursor){ "", 0 };
	if (first == WEIGH_JSON_STRING) {
		out->p = weigh_json_text(j, &out->len);
		return WEIGH_OK;
	}
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

struct strings {
	enum weigh_code (*take)(void *out, struct cursor text, size_t at);
	void *out;
	size_t at;
};

static enum weigh_code
read_one(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct strings *s = out;
	struct cursor text;
	enum weigh_code rc = license_json_string(j, first, &text, err);

	if (rc == WEIGH_OK && text.len > 0)
		rc = s->take(s->out, text, s->at);
	s->at++;
	return rc;
}

enum weigh_code
license_json_strings(struct weigh_json *j, enum weigh_json_token first,
    enum weigh_code (*take)(void *out, struct cursor text, size_t at),
    void *out, struct weigh_err *err)
{
	struct strings s = { take, out, 0 };

	if (first == WEIGH_JSON_ARRAY)
		return weigh_json_elements(j, first, read_one, &s, err);
	return read_one(j, first, &s, err);
}
