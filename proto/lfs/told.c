/* lfs/told: what a mirror asks an LFS server, and its answer; see weigh/lfs.h. */
#include <stdio.h>
#include <string.h>

#include <weigh/http.h>
#include <weigh/lfs.h>
#include <weigh/url.h>

#include "priv.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FIELD_NAME 64

/* --- the question -------------------------------------------------------- */

void
weigh_lfs_ask(struct weigh_jw *w, const struct weigh_lfs_object *objects,
    size_t n)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_jw_object(w);
	weigh_jw_kstr(w, "operation", "download");
	weigh_jw_key(w, "transfers");
	weigh_jw_array(w);
	weigh_jw_str(w, "basic");
	weigh_jw_array_end(w);
	weigh_jw_key(w, "objects");
	weigh_jw_array(w);
	for (size_t i = 0; i < n; i++) {
		weigh_oid_hex(&objects[i].oid, hex);
		weigh_jw_object(w);
		weigh_jw_kstr(w, "oid", hex);
		weigh_jw_ku64(w, "size", objects[i].size);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	weigh_jw_kstr(w, "hash_algo", "sha256");
	weigh_jw_object_end(w);
}

/* --- fields of one download ---------------------------------------------- */

/* These are the connection's, or say which bytes: nobody else sets them. */
static const char *const ours[] = { "Host", "Connection", "Content-Length",
	"Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Range",
	"If-Range", "Accept-Encoding", "Proxy-Authorization",
	"Proxy-Connection", "Cookie" };

static bool
is_called(const char *name, const char *want)
{
	return weigh_span_is_nocase((struct weigh_span){ name, strlen(name) },
	    want);
}

static bool
is_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 ||
	    strspn(text,
		"0123456789-_abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ") != len)
		return false;
	for (size_t i = 0; i < COUNT(ours); i++)
		if (is_called(text, ours[i]))
			return false;
	return true;
}

static bool
is_value(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static enum weigh_code
add_field(struct weigh_lfs_told *t, const char *name, const char *value,
    struct weigh_err *err)
{
	size_t len = strlen(t->fields);
	int n;

	if (!is_name(name) || !is_value(value))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a field that a download may not have");
	n = snprintf(t->fields + len, sizeof(t->fields) - len, "%s: %s\r\n",
	    name, value);
	if (n < 0 || (size_t)n >= sizeof(t->fields) - len)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the fields of a download are too long");
	t->authorized |= is_called(name, "Authorization");
	return WEIGH_OK;
}

/* An object of any names, each with a string. */
static enum weigh_code
read_header(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	char name[FIELD_NAME], value[WEIGH_LFS_HREF];
	enum weigh_json_token t;
	enum weigh_code rc;

	if (first != WEIGH_JSON_OBJECT)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "an object is expected");
	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		size_t len;
		const char *key = weigh_json_text(j, &len);

		if (len >= sizeof(name) || memchr(key, '\0', len) != NULL)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "a field's name is too long");
		memcpy(name, key, len + 1);
		rc = weigh_json_copy(j, weigh_json_next(j), value,
		    sizeof(value), err);
		if (rc == WEIGH_OK)
			rc = add_field(out, name, value, err);
		if (rc != WEIGH_OK)
			return rc;
	}
	return t == WEIGH_JSON_OBJECT_END ? WEIGH_OK : weigh_json_error(j, err);
}

/* --- one object ---------------------------------------------------------- */

static enum weigh_code
read_oid(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_lfs_told *t = out;

	return weigh_lfs_read_oid(j, first, &t->oid, err);
}

static enum weigh_code
read_href(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_lfs_told *t = out;
	struct weigh_url url;
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, t->href, sizeof(t->href), err);
	return rc == WEIGH_OK ? weigh_url_parse(&url, t->href, err) : rc;
}

static enum weigh_code
read_download(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "href", read_href },
		{ "header", read_header },
	};

	return weigh_json_members(j, first, rows, COUNT(rows), out, err);
}

static enum weigh_code
read_actions(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "download", read_download },
	};

	return weigh_json_members(j, first, rows, COUNT(rows), out, err);
}

static enum weigh_code
read_code(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_lfs_told *t = out;

	return weigh_json_size(j, first, &t->error, err);
}

/* As much of it as fits. */
static enum weigh_code
read_message(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_lfs_told *t = out;
	const char *text;
	size_t len, n;

	if (first != WEIGH_JSON_STRING)
		return weigh_fail(err, WEIGH_MALFORMED, "a text is expected");
	text = weigh_json_text(j, &len);
	n = len < sizeof(t->message) - 1 ? len : sizeof(t->message) - 1;
	for (size_t i = 0; i < n; i++)
		t->message[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] :
								   '?';
	t->message[n] = '\0';
	return WEIGH_OK;
}

static enum weigh_code
read_error(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "code", read_code },
		{ "message", read_message },
	};
	struct weigh_lfs_told *t = out;
	enum weigh_code rc;

	rc = weigh_json_members(j, first, rows, COUNT(rows), out, err);
	if (rc == WEIGH_OK && t->error == 0)
		t->error = 500; /* it does not say which */
	return rc;
}

/* --- the answer ---------------------------------------------------------- */

struct told {
	enum weigh_code (*each)(void *ctx, const struct weigh_lfs_told *told,
	    struct weigh_err *err);
	void *ctx;
	size_t count;
	bool has_objects;
};

static enum weigh_code
read_object(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "oid", read_oid },
		{ "actions", read_actions },
		{ "error", read_error },
	};
	struct weigh_lfs_told t = { .error = 0 };
	struct told *all = out;
	enum weigh_code rc;

	if (++all->count > WEIGH_LFS_OBJECTS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d objects in one answer", WEIGH_LFS_OBJECTS);
	rc = weigh_json_members(j, first, rows, COUNT(rows), &t, err);
	if (rc == WEIGH_OK && (t.href[0] != '\0') == (t.error != 0))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "an object has a download or an error");
	return rc == WEIGH_OK ? all->each(all->ctx, &t, err) : rc;
}

static enum weigh_code
read_objects(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct told *t = out;

	t->has_objects = true;
	return weigh_json_elements(j, first, read_object, out, err);
}

static enum weigh_code
read_word(struct weigh_json *j, enum weigh_json_token first, const char *want,
    struct weigh_err *err)
{
	char word[32];
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	if (rc == WEIGH_OK && strcmp(word, want) != 0)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' is the only one that was offered", want);
	return rc;
}

static enum weigh_code
read_transfer(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	(void)out;
	return read_word(j, first, "basic", err);
}

static enum weigh_code
read_hash(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	(void)out;
	return read_word(j, first, "sha256", err);
}

enum weigh_code
weigh_lfs_told_parse(const char *text, size_t len,
    enum weigh_code (*each)(void *ctx, const struct weigh_lfs_told *told,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "transfer", read_transfer },
		{ "hash_algo", read_hash },
		{ "objects", read_objects },
	};
	struct told t = { .each = each, .ctx = ctx };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &t, err);
	if (rc == WEIGH_OK && !t.has_objects)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "the answer to a batch has 'objects'");
	return rc;
}
