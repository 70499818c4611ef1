/* json/write: the writer; see weigh/json.h. */
#include <inttypes.h>
#include <string.h>

#include <weigh/json.h>

#include "../utf8.h"

#define DEPTH_MAX 64 /* bits of has_item */

void
weigh_jw_init(struct weigh_jw *w, struct weigh_buf *out)
{
	*w = (struct weigh_jw){ .out = out };
}

/* The comma in front of an item, where one is due. */
static void
separate(struct weigh_jw *w)
{
	uint64_t bit;

	if (w->after_key || w->depth == 0) {
		w->after_key = false;
		return;
	}
	bit = (uint64_t)1 << (w->depth - 1);
	if ((w->has_item & bit) != 0)
		weigh_buf_addc(w->out, ',');
	w->has_item |= bit;
}

static void
open_level(struct weigh_jw *w, char c)
{
	if (w->depth == DEPTH_MAX) {
		w->out->failed = true;
		return;
	}
	separate(w);
	weigh_buf_addc(w->out, c);
	w->has_item &= ~((uint64_t)1 << w->depth);
	w->depth++;
}

static void
close_level(struct weigh_jw *w, char c)
{
	if (w->depth == 0) {
		w->out->failed = true;
		return;
	}
	weigh_buf_addc(w->out, c);
	w->depth--;
}

void
weigh_jw_object(struct weigh_jw *w)
{
	open_level(w, '{');
}

void
weigh_jw_object_end(struct weigh_jw *w)
{
	close_level(w, '}');
}

void
weigh_jw_array(struct weigh_jw *w)
{
	open_level(w, '[');
}

void
weigh_jw_array_end(struct weigh_jw *w)
{
	close_level(w, ']');
}

/* The letter behind the backslash, 'u' for \u00XX, 0 if `c` stands as it is. */
static char
escape_of(unsigned char c)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; letters[i] != '\0'; i += 2)
		if ((unsigned char)letters[i] == c)
			return letters[i + 1];
	return c < 0x20 ? 'u' : '\0';
}

static void
add_escaped(struct weigh_buf *out, unsigned char c)
{
	char letter = escape_of(c);

	if (letter == 'u')
		weigh_buf_addf(out, "\\u%04x", c);
	else
		weigh_buf_addf(out, "\\%c", letter);
}

/* Bytes from `text` on that can be copied as they are. */
static size_t
plain_run(const char *text, size_t len)
{
	size_t i = 0, step;

	while (i < len && escape_of((unsigned char)text[i]) == '\0') {
		if ((step = weigh_utf8_char(text + i, len - i)) == 0)
			break;
		i += step;
	}
	return i;
}

static void
add_string(struct weigh_buf *out, const char *text, size_t len)
{
	weigh_buf_addc(out, '"');
	while (len > 0) {
		size_t run = plain_run(text, len);

		weigh_buf_add(out, text, run);
		text += run;
		len -= run;
		if (len == 0)
			break;
		if (escape_of((unsigned char)*text) != '\0')
			add_escaped(out, (unsigned char)*text);
		else
			weigh_buf_adds(out, "\xef\xbf\xbd"); /* U+FFFD */
		text++;
		len--;
	}
	weigh_buf_addc(out, '"');
}

void
weigh_jw_key_text(struct weigh_jw *w, const char *key, size_t len)
{
	separate(w);
	add_string(w->out, key, len);
	weigh_buf_addc(w->out, ':');
	w->after_key = true;
}

void
weigh_jw_key(struct weigh_jw *w, const char *key)
{
	weigh_jw_key_text(w, key, strlen(key));
}

void
weigh_jw_text(struct weigh_jw *w, const char *text, size_t len)
{
	separate(w);
	add_string(w->out, text, len);
}

void
weigh_jw_str(struct weigh_jw *w, const char *text)
{
	weigh_jw_text(w, text, strlen(text));
}

void
weigh_jw_u64(struct weigh_jw *w, uint64_t n)
{
	separate(w);
	weigh_buf_addf(w->out, "%" PRIu64, n);
}

void
weigh_jw_i64(struct weigh_jw *w, int64_t n)
{
	separate(w);
	weigh_buf_addf(w->out, "%" PRId64, n);
}

void
weigh_jw_bool(struct weigh_jw *w, bool b)
{
	separate(w);
	weigh_buf_adds(w->out, b ? "true" : "false");
}

void
weigh_jw_null(struct weigh_jw *w)
{
	separate(w);
	weigh_buf_adds(w->out, "null");
}

void
weigh_jw_raw(struct weigh_jw *w, const char *json, size_t len)
{
	separate(w);
	weigh_buf_add(w->out, json, len);
}

void
weigh_jw_kstr(struct weigh_jw *w, const char *key, const char *text)
{
	weigh_jw_key(w, key);
	weigh_jw_str(w, text);
}

void
weigh_jw_ku64(struct weigh_jw *w, const char *key, uint64_t n)
{
	weigh_jw_key(w, key);
	weigh_jw_u64(w, n);
}

void
weigh_jw_kbool(struct weigh_jw *w, const char *key, bool b)
{
	weigh_jw_key(w, key);
	weigh_jw_bool(w, b);
}
