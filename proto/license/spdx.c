/*
 * spdx: license expressions, read strictly:
 *
 *     expression = part { ("AND" | "OR") part }
 *     part       = "(" expression ")" | id ["+"] [ "WITH" id ]
 *
 * Operators count in capitals and in small letters.  What follows the longest expression
 * is the caller's to judge.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/buf.h>

#include "spdx.h"

#define DEPTH 16 /* parentheses in parentheses */

struct word {
	const char *p;
	size_t len;
};

struct parser {
	const char *p, *end;
	const struct weigh_license_pack *const *packs;
	size_t npacks;
	struct weigh_buf out;
};

static bool
id_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
}

static void
skip_blanks(struct parser *p)
{
	while (p->p < p->end && (*p->p == ' ' || *p->p == '\t'))
		p->p++;
}

/* The word at the cursor, not taken yet. */
static struct word
peek(struct parser *p)
{
	struct word w;

	skip_blanks(p);
	w = (struct word){ p->p, 0 };
	while (w.p + w.len < p->end && id_char(w.p[w.len]))
		w.len++;
	return w;
}

static bool
is(struct word w, const char *capitals)
{
	bool upper = true, lower = true;

	if (w.len != strlen(capitals))
		return false;
	for (size_t i = 0; i < w.len; i++) {
		upper = upper && w.p[i] == capitals[i];
		lower = lower && w.p[i] == (capitals[i] | 0x20);
	}
	return upper || lower;
}

static bool
operator(struct word w)
{
	return is(w, "AND") || is(w, "OR") || is(w, "WITH");
}

void
license_id_known(const char *id, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    char out[WEIGH_LICENSE_ID])
{
	snprintf(out, WEIGH_LICENSE_ID, "%.*s", (int)len, id);
	for (size_t i = 0; i < npacks; i++) {
		struct weigh_licensepack_entry entry;
		size_t at = weigh_licensepack_find(packs[i], out);

		if (at == SIZE_MAX)
			continue;
		weigh_licensepack_entry(packs[i], at, &entry);
		snprintf(out, WEIGH_LICENSE_ID, "%s", entry.id);
		return;
	}
}

/* An id in front: copied as it is known. */
static bool
take_id(struct parser *p)
{
	struct word w = peek(p);
	char id[WEIGH_LICENSE_ID];

	/* A full stop behind it is the sentence's. */
	while (w.len > 0 && strchr(".:-", w.p[w.len - 1]) != NULL)
		w.len--;
	if (w.len == 0 || w.len >= WEIGH_LICENSE_ID || operator(w))
		return false;
	license_id_known(w.p, w.len, p->packs, p->npacks, id);
	weigh_buf_adds(&p->out, id);
	p->p = w.p + w.len;
	if (p->p < p->end && *p->p == '+') {
		weigh_buf_addc(&p->out, '+');
		p->p++;
	}
	return true;
}

static bool
take_char(struct parser *p, char c)
{
	skip_blanks(p);
	if (p->p == p->end || *p->p != c)
		return false;
	p->p++;
	weigh_buf_addc(&p->out, c);
	return true;
}

/* `word` and what has to follow it; else the cursor stays. */
static bool
take_with(struct parser *p)
{
	const char *start = p->p;
	size_t len = p->out.len;
	struct word w = peek(p);

	if (!is(w, "WITH")) {
		p->p = start;
		return true;
	}
	p->p += w.len;
	weigh_buf_adds(&p->out, " WITH ");
	if (take_id(p))
		return true;
	p->p = start;
	p->out.len = len;
	return false;
}

static bool take_parts(struct parser *p, unsigned depth);

static bool
take_part(struct parser *p, unsigned depth)
{
	if (take_char(p, '('))
		return depth < DEPTH && take_parts(p, depth + 1) &&
		    take_char(p, ')');
	return take_id(p) && take_with(p);
}

/* Parts as long as operators join them; an operator without a part behind it is not of
 * it, so that the parenthesis around it does not close. */
static bool
take_parts(struct parser *p, unsigned depth)
{
	if (!take_part(p, depth))
		return false;
	for (;;) {
		const char *start = p->p;
		size_t len = p->out.len;
		struct word w = peek(p);

		if (!is(w, "AND") && !is(w, "OR")) {
			p->p = start;
			return true;
		}
		weigh_buf_adds(&p->out, is(w, "OR") ? " OR " : " AND ");
		p->p += w.len;
		if (take_part(p, depth))
			continue;
		p->p = start;
		p->out.len = len;
		return true;
	}
}

size_t
license_expression(const char *text, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    char out[WEIGH_LICENSE_EXPR])
{
	struct parser p = {
		.p = text, .end = text + len, .packs = packs, .npacks = npacks
	};
	size_t taken = 0;

	weigh_buf_init(&p.out, WEIGH_LICENSE_EXPR - 1);
	if (take_parts(&p, 0) && !p.out.failed && p.out.len > 0) {
		memcpy(out, p.out.data, p.out.len);
		out[p.out.len] = '\0';
		taken = (size_t)(p.p - text);
	}
	weigh_buf_free(&p.out);
	return taken;
}

static bool
listed(struct word w, const struct weigh_license_pack *const *packs,
    size_t npacks)
{
	char id[WEIGH_LICENSE_ID];

	if (w.len >= sizeof(id))
		return false;
	snprintf(id, sizeof(id), "%.*s", (int)w.len, w.p);
	for (size_t i = 0; i < npacks; i++)
		if (weigh_licensepack_find(packs[i], id) != SIZE_MAX)
			return true;
	return false;
}

bool
license_expression_listed(const char *expression,
    const struct weigh_license_pack *const *packs, size_t npacks)
{
	static const char between[] = " ()";
	const char *at = expression;

	while (npacks > 0 && *(at += strspn(at, between)) != '\0') {
		struct word w = { at, strcspn(at, between) };
		struct word stem = w;

		at += w.len;
		while (stem.len > 0 && stem.p[stem.len - 1] == '+')
			stem.len--;
		if (!operator(w) && !listed(w, packs, npacks) &&
		    !listed(stem, packs, npacks))
			return false;
	}
	return true;
}
