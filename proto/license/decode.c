/* decode: bytes of a file as UTF-8; see work.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/license.h>
#include <weigh/name.h>

#include "encodings.h"
#include "fold.h"
#include "work.h"

void
license_work_free(struct work *w)
{
	free(w->text);
	free(w->origin);
	for (size_t i = 0; i < w->ntargets; i++)
		free(w->targets[i].text);
	free(w->targets);
	*w = (struct work){ 0 };
}

static bool
copy(struct work *w, const unsigned char *p, size_t len)
{
	if ((w->text = malloc(len + WORK_SLACK)) == NULL)
		return false;
	if (len > 0)
		memcpy(w->text, p, len);
	memset(w->text + len, 0, WORK_SLACK);
	w->len = len;
	return true;
}

/* Bytes of UTF-8 that these are. */
static size_t
measure(const struct encoding *e, const unsigned char *p, size_t len)
{
	size_t sum = 0;

	for (size_t at = 0; at < len;) {
		char utf8[4];
		uint32_t c;

		at += e->next(p + at, len - at, &c);
		sum += utf8_put(utf8, c);
	}
	return sum;
}

static bool
convert(struct work *w, const struct encoding *e, const unsigned char *p,
    size_t len, size_t skip)
{
	size_t room = measure(e, p + skip, len - skip);

	w->text = malloc(room + WORK_SLACK);
	w->origin = malloc((room + 1) * sizeof(*w->origin));
	if (w->text == NULL || w->origin == NULL)
		return false;
	for (size_t at = skip; at < len;) {
		uint32_t c;
		size_t from = at, n;

		at += e->next(p + at, len - at, &c);
		n = utf8_put(w->text + w->len, c);
		for (size_t i = 0; i < n; i++)
			w->origin[w->len + i] = (uint32_t)from;
		w->len += n;
	}
	memset(w->text + w->len, 0, WORK_SLACK);
	w->origin[w->len] = (uint32_t)len;
	return true;
}

/* A limit may fall into a character. */
static size_t
whole(const unsigned char *p, size_t len)
{
	size_t back = 0;

	while (back < 3 && back < len && (p[len - back - 1] & 0xc0) == 0x80)
		back++;
	if (back < len && p[len - back - 1] >= 0xc0 &&
	    !weigh_utf8_ok((const char *)p + len - back - 1, back + 1))
		return len - back - 1;
	return len;
}

bool
license_decode(struct work *w, const void *bytes, size_t len)
{
	const struct encoding *e;
	const unsigned char *p = bytes;
	size_t skip;

	*w = (struct work){ .unscanned = len > WEIGH_LICENSE_MAX };
	if (w->unscanned)
		len = whole(p, WEIGH_LICENSE_MAX);
	e = license_encoding_of(p, len, &skip);
	w->encoding = e->name;
	if (skip == 0 && strcmp(e->name, "utf-8") == 0)
		return copy(w, p, len);
	return convert(w, e, p, len, skip);
}

enum weigh_code
weigh_license_utf8(struct weigh_buf *out, const char *encoding,
    const void *bytes, size_t len, struct weigh_err *err)
{
	const struct encoding *e = license_encoding_named(encoding);
	const unsigned char *p = bytes;

	if (e == NULL)
		return weigh_fail(err, WEIGH_USAGE,
		    "no encoding is called '%s'", encoding);
	for (size_t at = 0; at < len;) {
		char utf8[4];
		uint32_t c;

		at += e->next(p + at, len - at, &c);
		if (c != 0)
			weigh_buf_add(out, utf8, utf8_put(utf8, c));
	}
	return out->failed ?
	    weigh_fail(err, WEIGH_TOO_BIG, "no room for a passage") :
	    WEIGH_OK;
}
