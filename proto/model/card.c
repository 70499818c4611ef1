/* card: see include/weigh/card.h. */
#include <string.h>

#include <weigh/card.h>
#include <weigh/json.h>

#include "matter.h"

/* --- front matter -------------------------------------------------------- */

bool
weigh_card_front(const char *text, size_t len, const char **from,
    size_t *length)
{
	const char *end;
	size_t skip;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (len < 4 || memcmp(text, "---", 3) != 0 ||
	    (text[3] != '\n' && text[3] != '\r'))
		return false;
	skip = text[3] == '\r' && len > 4 && text[4] == '\n' ? 5 : 4;
	text += skip;
	len -= skip;
	if (len > WEIGH_CARD_MAX)
		len = WEIGH_CARD_MAX;
	end = memmem(text, len, "\n---", 4);
	if (end == NULL)
		return false;
	*from = text;
	*length = (size_t)(end - text) + 1;
	return true;
}

enum weigh_code
weigh_card_read(struct matter *m, const char *text, size_t len,
    struct weigh_err *err)
{
	const char *from;
	size_t length;
	enum weigh_code rc;

	*m = (struct matter){ 0 };
	if (text == NULL || !weigh_card_front(text, len, &from, &length))
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "the card has no front matter");
	if ((rc = weigh_matter_read(m, from, length, err)) != WEIGH_OK)
		return weigh_context(err, rc, "front matter");
	if (m->count == 1 || m->values[1].kind == MATTER_NULL)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "the front matter is empty");
	if (m->values[1].kind != MATTER_MAP)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "front matter: it is no mapping of keys to values");
	return WEIGH_OK;
}

/* --- the license --------------------------------------------------------- */

/* The scalar behind a top-level key: visible ASCII of less than `size` bytes, or
 * "". */
static void
take_word(const struct matter *m, const char *key, char *out, size_t size)
{
	const struct matter_value *v = weigh_matter_at(m,
	    weigh_matter_find(m, &m->values[1], key));
	size_t i;

	out[0] = '\0';
	if (v == m->values || !weigh_matter_is_scalar(v) || v->len >= size)
		return;
	for (i = 0; i < v->len; i++) {
		unsigned char c = (unsigned char)weigh_matter_text(m, v)[i];

		if (c <= 0x20 || c >= 0x7f)
			return;
	}
	memcpy(out, weigh_matter_text(m, v), v->len + 1);
}

bool
weigh_card_license(const char *text, size_t len, char *out, size_t size)
{
	char license[128], name[128];
	const char *found = license;
	struct matter m;

	out[0] = license[0] = name[0] = '\0';
	if (weigh_card_read(&m, text, len, NULL) == WEIGH_OK) {
		take_word(&m, "license", license, sizeof(license));
		take_word(&m, "license_name", name, sizeof(name));
	}
	weigh_matter_free(&m);
	if (strcmp(license, "other") == 0 && name[0] != '\0')
		found = name;
	if (found[0] == '\0' || strlen(found) >= size)
		return false;
	memcpy(out, found, strlen(found) + 1);
	return true;
}

/* --- where ---------------------------------------------------------------- */

static size_t
take_lines(const struct matter *m, const char *key, uint32_t *lines,
    size_t room)
{
	uint32_t at = weigh_matter_find(m, &m->values[1], key);
	const struct matter_value *v = weigh_matter_at(m, at);
	size_t n = 0;

	if (at == 0 || room == 0)
		return 0;
	if (v->kind != MATTER_LIST) {
		lines[0] = m->values[at].line;
		return 1;
	}
	for (at = v->first; at != 0 && n < room; at = m->values[at].next)
		lines[n++] = m->values[at].line;
	return n;
}

size_t
weigh_card_lines(const char *text, size_t len, const char *key, uint32_t *lines,
    size_t room)
{
	struct matter m;
	size_t n = 0;

	if (weigh_card_read(&m, text, len, NULL) == WEIGH_OK)
		n = take_lines(&m, key, lines, room);
	weigh_matter_free(&m);
	return n;
}

/* --- as JSON ------------------------------------------------------------- */

#define STEPS \
	(4u << 20) /* values and keys looked at; aliases can multiply them */

struct printer {
	struct weigh_jw w;
	const struct matter *m;
	unsigned *left; /* steps, of all printers of a card */
};

static void print_value(struct printer *p, uint32_t value);

static bool
may_go_on(struct printer *p)
{
	if (*p->left == 0)
		p->w.out->failed = true;
	else
		--*p->left;
	return !p->w.out->failed;
}

static void
print_number(struct printer *p, const struct matter_value *v)
{
	struct weigh_buf number;

	weigh_buf_init(&number, 256);
	if (weigh_matter_number(&number, weigh_matter_text(p->m, v), v->len) &&
	    !number.failed)
		weigh_jw_raw(&p->w, number.data, number.len);
	else
		weigh_jw_null(&p->w);
	weigh_buf_free(&number);
}

static void
print_list(struct printer *p, const struct matter_value *v)
{
	uint32_t i;

	weigh_jw_array(&p->w);
	for (i = v->first; i != 0 && may_go_on(p); i = p->m->values[i].next)
		print_value(p, i);
	weigh_jw_array_end(&p->w);
}

/* Does this key stand for its value: a scalar that does not come again? */
static bool
counts(struct printer *p, uint32_t key)
{
	const struct matter *m = p->m;
	const struct matter_value *v = weigh_matter_at(m, key);
	uint32_t k = key;

	if (!weigh_matter_is_scalar(v))
		return false;
	while ((k = m->values[m->values[k].next].next) != 0 && may_go_on(p))
		if (weigh_matter_same(m, v, weigh_matter_at(m, k)))
			return false;
	return true;
}

/* A key may hold any character, a NUL too. */
static void
print_key(struct printer *p, uint32_t key)
{
	const struct matter_value *v = weigh_matter_at(p->m, key);

	weigh_jw_key_text(&p->w, weigh_matter_text(p->m, v), v->len);
}

static void
print_map(struct printer *p, const struct matter_value *v)
{
	uint32_t k, value;

	weigh_jw_object(&p->w);
	for (k = v->first; k != 0 && may_go_on(p);
	     k = p->m->values[value].next) {
		value = p->m->values[k].next;
		if (!counts(p, k))
			continue;
		print_key(p, k);
		print_value(p, value);
	}
	weigh_jw_object_end(&p->w);
}

/* Aliases can nest deeper than what was written: the writer's depth ends it, as
 * the steps and the buffer's ceiling do. */
static void
print_value(struct printer *p, uint32_t value)
{
	const struct matter_value *v = weigh_matter_at(p->m, value);

	switch (v->kind) {
	case MATTER_STRING:
		weigh_jw_text(&p->w, weigh_matter_text(p->m, v), v->len);
		break;
	case MATTER_TRUE:
	case MATTER_FALSE:
		weigh_jw_bool(&p->w, v->kind == MATTER_TRUE);
		break;
	case MATTER_NUMBER:
		print_number(p, v);
		break;
	case MATTER_LIST:
		print_list(p, v);
		break;
	case MATTER_MAP:
		print_map(p, v);
		break;
	case MATTER_NULL:
	case MATTER_ALIAS: /* never: weigh_matter_at follows it */
		weigh_jw_null(&p->w);
		break;
	}
}

/* The top-level mapping, without values that are too long: each is printed aside
 * first. */
static void
print_card(struct weigh_buf *out, const struct matter *m)
{
	unsigned left = STEPS;
	struct weigh_buf aside;
	struct printer whole = { .m = m, .left = &left }, one = whole;
	uint32_t k, value;

	weigh_buf_init(&aside, WEIGH_CARD_VALUE_MAX);
	weigh_jw_init(&whole.w, out);
	weigh_jw_object(&whole.w);
	for (k = m->values[1].first; k != 0; k = m->values[value].next) {
		value = m->values[k].next;
		if (!counts(&whole, k))
			continue;
		weigh_buf_reset(&aside);
		weigh_jw_init(&one.w, &aside);
		print_value(&one, value);
		if (aside.failed)
			continue;
		print_key(&whole, k);
		weigh_jw_raw(&whole.w, aside.data, aside.len);
	}
	weigh_jw_object_end(&whole.w);
	weigh_buf_free(&aside);
}

enum weigh_code
weigh_card_json(const char *text, size_t len, struct weigh_buf *out,
    struct weigh_err *err)
{
	struct weigh_buf whole;
	enum weigh_code rc;
	struct matter m;

	weigh_buf_init(&whole, out->max - out->len);
	rc = weigh_card_read(&m, text, len, err);
	if (rc == WEIGH_OK)
		print_card(&whole, &m);
	if (rc == WEIGH_OK && whole.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "front matter: it is too large");
	if (rc == WEIGH_OK && !weigh_buf_add(out, whole.data, whole.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&whole);
	weigh_matter_free(&m);
	return rc;
}
