/*
 * The JSON reader.  The first byte says how the rest is cut; invariants (1) and
 * (4) of weigh/json.h must hold: every cutting says the same, and what the
 * writer makes of an accepted text is accepted, with the same tokens.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/json.h>

static const struct weigh_json_limits limits = { 16, 256, 64, 1 << 16 };

/* What was said, folded into one number (FNV-1a). */
static void
fold(uint64_t *sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		*sum = (*sum ^ p[i]) * 0x100000001b3;
}

static bool
has_text(enum weigh_json_token t)
{
	return t == WEIGH_JSON_KEY || t == WEIGH_JSON_STRING ||
	    t == WEIGH_JSON_NUMBER;
}

static void
fold_token(uint64_t *sum, const struct weigh_json *j, enum weigh_json_token t)
{
	struct weigh_err err = { 0 };
	const char *text;
	size_t len;

	fold(sum, &t, sizeof(t));
	if (has_text(t)) {
		text = weigh_json_text(j, &len);
		fold(sum, text, len);
	}
	if (t == WEIGH_JSON_BAD) {
		(void)weigh_json_error(j, &err);
		fold(sum, err.why, strlen(err.why));
	}
}

/* Write a token again; NULL: only read. */
static void
write_token(struct weigh_jw *w, const struct weigh_json *j,
    enum weigh_json_token t)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (t == WEIGH_JSON_OBJECT)
		weigh_jw_object(w);
	else if (t == WEIGH_JSON_OBJECT_END)
		weigh_jw_object_end(w);
	else if (t == WEIGH_JSON_ARRAY)
		weigh_jw_array(w);
	else if (t == WEIGH_JSON_ARRAY_END)
		weigh_jw_array_end(w);
	else if (t == WEIGH_JSON_KEY && memchr(text, '\0', len) == NULL)
		weigh_jw_key(w, text);
	else if (t == WEIGH_JSON_KEY)
		w->out->failed = true; /* keys of ours are C strings */
	else if (t == WEIGH_JSON_STRING)
		weigh_jw_text(w, text, len);
	else if (t == WEIGH_JSON_NUMBER)
		weigh_jw_raw(w, text, len);
	else if (t == WEIGH_JSON_NULL)
		weigh_jw_null(w);
	else if (t == WEIGH_JSON_TRUE || t == WEIGH_JSON_FALSE)
		weigh_jw_bool(w, t == WEIGH_JSON_TRUE);
}

/* Read all of it in pieces; the last token is returned. */
static enum weigh_json_token
read_all(const char *data, size_t len, size_t piece, uint64_t *sum,
    struct weigh_jw *w)
{
	struct weigh_json *j = weigh_json_new(&limits);
	enum weigh_json_token t = WEIGH_JSON_MORE;

	if (j == NULL)
		abort();
	while (t == WEIGH_JSON_MORE) {
		size_t take = piece < len ? piece : len;

		len -= take;
		weigh_json_feed(j, data, take, len == 0);
		data += take;
		do {
			t = weigh_json_next(j);
			if (t != WEIGH_JSON_MORE)
				fold_token(sum, j, t);
			if (w != NULL)
				write_token(w, j, t);
		} while (t > WEIGH_JSON_BAD);
	}
	weigh_json_free(j);
	return t;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole = 0, cut = 0, again = 0;
	const char *text = (const char *)data + 1;
	enum weigh_json_token t;
	struct weigh_buf b;
	struct weigh_jw w;

	if (size == 0)
		return 0;
	size--;
	weigh_buf_init(&b, 1 << 20);
	weigh_jw_init(&w, &b);
	t = read_all(text, size, size, &whole, &w);
	(void)read_all(text, size, data[0] % 16u + 1, &cut, NULL);
	if (whole != cut)
		abort();
	if (t == WEIGH_JSON_END && !b.failed && b.len <= limits.bytes) {
		if (read_all(b.data, b.len, b.len, &again, NULL) != t ||
		    again != whole)
			abort();
	}
	weigh_buf_free(&b);
	return 0;
}
