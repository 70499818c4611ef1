/*
 * conclude_expr: an expression of licenses as the options that it leaves.
 *
 *     expression = all { "OR" all }
 *     all        = part { "AND" part }
 *     part       = "(" expression ")" | id [ "WITH" id ]
 *
 * An id is whatever stands between blanks and parentheses: some of ours have a plus sign.
 */
#include <stdio.h>
#include <string.h>

#include "conclude.h"
#include "terms.h"

#define DEPTH 16 /* parentheses in parentheses */

struct choice
choice_empty(void)
{
	return (struct choice){ .n = 1 };
}

struct choice
choice_of(uint32_t part)
{
	return (struct choice){ .mask = { UINT32_C(1) << part }, .n = 1 };
}

uint32_t
choice_all(const struct choice *c)
{
	uint32_t all = 0;

	for (uint32_t i = 0; i < c->n; i++)
		all |= c->mask[i];
	return all;
}

/* One more option; false: there is no room. */
static bool
put(struct choice *c, uint32_t mask)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->mask[i] == mask)
			return true;
	if (c->n == WEIGH_RECORD_OPTIONS)
		return false;
	c->mask[c->n++] = mask;
	return true;
}

static void
keep_all(struct choice *into, uint32_t all)
{
	*into = (struct choice){ .mask = { all }, .n = 1 };
}

void
choice_and(struct choice *into, const struct choice *more)
{
	uint32_t all = choice_all(into) | choice_all(more);
	struct choice out = { .n = 0 };
	bool room = true;

	for (uint32_t i = 0; i < into->n; i++)
		for (uint32_t k = 0; k < more->n; k++)
			room = put(&out, into->mask[i] | more->mask[k]) && room;
	*into = out;
	if (!room)
		keep_all(into, all);
}

void
choice_or(struct choice *into, const struct choice *more)
{
	uint32_t all = choice_all(into) | choice_all(more);
	bool room = true;

	for (uint32_t k = 0; k < more->n; k++)
		room = put(into, more->mask[k]) && room;
	if (!room)
		keep_all(into, all);
}

/* --- reading ------------------------------------------------------------------------------ */

struct reader {
	const char *at;
	struct choice (*id)(void *arg, const char *id);
	void *arg;
	unsigned depth;
};

static size_t
word(struct reader *in)
{
	in->at += strspn(in->at, " \t");
	return strcspn(in->at, " \t()");
}

static bool
take(struct reader *in, const char *operator)
{
	size_t len = word(in);
	struct cursor front = { in->at, len };

	if (!weigh_terms_same(front,
		(struct cursor){ operator, strlen(operator) }))
		return false;
	in->at += front.len;
	return true;
}

static bool read_any(struct reader *in, struct choice *out);

static bool
take_id(struct reader *in, char *out, size_t room)
{
	static const char *const operators[] = { "AND", "OR", "WITH" };
	size_t len = word(in);
	const char *id = in->at;

	if (len == 0 || len >= room)
		return false;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (take(in, operators[i]))
			return false;
	snprintf(out, room, "%.*s", (int)len, id);
	in->at += len;
	return true;
}

static bool
read_part(struct reader *in, struct choice *out)
{
	char id[2 * WEIGH_LICENSE_ID + 8];
	size_t len;

	if (word(in) == 0) {
		if (*in->at != '(' || in->depth == DEPTH)
			return false;
		in->at++;
		in->depth++;
		if (!read_any(in, out) || word(in) != 0 || *in->at != ')')
			return false;
		in->at++;
		in->depth--;
		return true;
	}
	if (!take_id(in, id, WEIGH_LICENSE_ID))
		return false;
	if (take(in, "WITH")) {
		len = strlen(id);
		memcpy(id + len, " WITH ", 7);
		if (!take_id(in, id + len + 6, WEIGH_LICENSE_ID))
			return false;
	}
	*out = in->id(in->arg, id);
	return true;
}

static bool
read_all(struct reader *in, struct choice *out)
{
	struct choice more;

	if (!read_part(in, out))
		return false;
	while (take(in, "AND")) {
		if (!read_part(in, &more))
			return false;
		choice_and(out, &more);
	}
	return true;
}

static bool
read_any(struct reader *in, struct choice *out)
{
	struct choice more;

	if (!read_all(in, out))
		return false;
	while (take(in, "OR")) {
		if (!read_all(in, &more))
			return false;
		choice_or(out, &more);
	}
	return true;
}

bool
choice_read(struct choice *out, const char *expression,
    struct choice (*id)(void *arg, const char *id), void *arg)
{
	struct reader in = { .at = expression, .id = id, .arg = arg };

	return read_any(&in, out) && word(&in) == 0 && *in.at == '\0';
}
