/*
 * record_changes: what is another license, text, term or lineage than it was; and the one
 * digest of all that an approval binds to.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/policy.h>
#include <weigh/record.h>

#include "record_rows.h"

/* --- changes --------------------------------------------------------------------------------- */

struct changes {
	struct weigh_record *now;
	const char **out;
	size_t n, room;
};

static void tell(struct changes *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
tell(struct changes *c, const char *fmt, ...)
{
	const char *text;
	va_list args;

	if (c->n == c->room)
		return;
	va_start(args, fmt);
	text = record_vprintf(c->now, fmt, args);
	va_end(args);
	/* Without memory that something changed is still told. */
	c->out[c->n++] = text != NULL ? text : "the license is another";
}

static const char *
said(const char *value)
{
	return value[0] != '\0' ? value : "nothing";
}

static void
compare_conclusion(struct changes *c, const struct weigh_record *then)
{
	static const struct {
		const char *what;
		size_t offset;
	} rows[] = {
		{ "the license declared",
		    offsetof(struct weigh_record, declared) },
		{ "the license found",
		    offsetof(struct weigh_record, detected) },
		{ "the license concluded",
		    offsetof(struct weigh_record, concluded) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *a, *b;

		memcpy(&a, (const char *)then + rows[i].offset, sizeof(a));
		memcpy(&b, (const char *)c->now + rows[i].offset, sizeof(b));
		if (strcmp(a, b) != 0)
			tell(c, "%s was %s and is %s", rows[i].what, said(a),
			    said(b));
	}
	if (then->state != c->now->state)
		tell(c, "its state was %s and is %s",
		    weigh_state_name(then->state),
		    weigh_state_name(c->now->state));
}

static const struct weigh_record_text *
text_of(const struct weigh_record *r, const char *path)
{
	for (uint32_t i = 0; i < r->ntexts; i++)
		if (strcmp(r->texts[i].path, path) == 0)
			return &r->texts[i];
	return NULL;
}

/* Has it anything of law?  A card is edited every day. */
static bool
is_law(const struct weigh_record_text *t)
{
	return t->kind != WEIGH_LICENSE_NONE;
}

static void
compare_texts(struct changes *c, const struct weigh_record *then)
{
	const struct weigh_record_text *a, *b;

	for (uint32_t i = 0; i < then->ntexts; i++) {
		a = &then->texts[i];
		b = text_of(c->now, a->path);
		if (b == NULL && is_law(a))
			tell(c, "'%s' is gone", a->path);
		else if (b != NULL && (is_law(a) || is_law(b)) &&
		    !weigh_oid_equal(&a->oid, &b->oid))
			tell(c, "'%s' is another text", a->path);
	}
	for (uint32_t i = 0; i < c->now->ntexts; i++)
		if (is_law(&c->now->texts[i]) &&
		    text_of(then, c->now->texts[i].path) == NULL)
			tell(c, "'%s' is new", c->now->texts[i].path);
}

static const struct weigh_record_part *
part_of(const struct weigh_record *r, const struct weigh_record_part *like)
{
	for (uint32_t i = 0; i < r->nparts; i++)
		if (strcmp(r->parts[i].id, like->id) == 0 &&
		    strcmp(r->parts[i].from, like->from) == 0)
			return &r->parts[i];
	return NULL;
}

static const char *
value_of(const struct weigh_record_part *p, const char *fact)
{
	for (uint32_t i = 0; i < p->nterms; i++)
		if (strcmp(p->terms[i].fact, fact) == 0)
			return p->terms[i].value;
	return "unknown";
}

static void
compare_term(struct changes *c, const struct weigh_record_part *p,
    const char *fact, const char *a, const char *b)
{
	if (strcmp(a, b) != 0)
		tell(c, "%s of %s was %s and is %s", fact, p->id, a, b);
}

static void
compare_parts(struct changes *c, const struct weigh_record *then)
{
	const struct weigh_record_part *a, *b;

	for (uint32_t i = 0; i < then->nparts; i++) {
		a = &then->parts[i];
		if ((b = part_of(c->now, a)) == NULL) {
			if (a->from[0] != '\0')
				tell(c, "%s of %s applies no more", a->id,
				    a->from);
			continue;
		}
		for (uint32_t k = 0; k < a->nterms; k++)
			compare_term(c, a, a->terms[k].fact, a->terms[k].value,
			    value_of(b, a->terms[k].fact));
		for (uint32_t k = 0; k < b->nterms; k++)
			if (strcmp(value_of(a, b->terms[k].fact), "unknown") ==
			    0)
				compare_term(c, a, b->terms[k].fact, "unknown",
				    b->terms[k].value);
	}
	for (uint32_t i = 0; i < c->now->nparts; i++) {
		b = &c->now->parts[i];
		if (b->from[0] != '\0' && part_of(then, b) == NULL)
			tell(c, "%s of %s applies, too", b->id, b->from);
	}
}

static const struct weigh_record_base *
base_of(const struct weigh_record *r, const char *name)
{
	for (uint32_t i = 0; i < r->nbases; i++)
		if (strcmp(r->bases[i].name, name) == 0)
			return &r->bases[i];
	return NULL;
}

static void
compare_bases(struct changes *c, const struct weigh_record *then)
{
	const struct weigh_record_base *a, *b;

	for (uint32_t i = 0; i < then->nbases; i++) {
		a = &then->bases[i];
		if (a->weak)
			continue;
		if ((b = base_of(c->now, a->name)) == NULL)
			tell(c, "%s is no base of it any more", a->name);
		else if (a->relation != b->relation)
			tell(c, "to %s its relation was %s and is %s", a->name,
			    weigh_relation_name(a->relation),
			    weigh_relation_name(b->relation));
		else if (strcmp(a->commit, b->commit) != 0)
			tell(c, "its base %s was looked at as %s and is as %s",
			    a->name, said(a->commit), said(b->commit));
	}
	for (uint32_t i = 0; i < c->now->nbases; i++)
		if (!c->now->bases[i].weak &&
		    base_of(then, c->now->bases[i].name) == NULL)
			tell(c, "%s is a base of it, too",
			    c->now->bases[i].name);
}

size_t
weigh_record_changes(struct weigh_record *now, const struct weigh_record *then,
    const char **out, size_t room)
{
	struct changes c = { .now = now, .out = out, .room = room };

	compare_conclusion(&c, then);
	compare_texts(&c, then);
	compare_parts(&c, then);
	compare_bases(&c, then);
	return c.n;
}

/* --- what an approval binds to ------------------------------------------------------------------- */

/* The digest of all before and of what comes next, a block at a time: nothing has to be put
 * together, so nothing can fail for lack of room.  Each string ends with its NUL. */
struct chain {
	uint8_t block[4096]; /* begins with the digest of the blocks before */
	size_t used;
	bool failed;
};

static void
flush(struct chain *c)
{
	struct weigh_oid oid;

	if (!weigh_oid_of(&oid, c->block, c->used))
		c->failed = true;
	else
		memcpy(c->block, oid.b, WEIGH_OID_SIZE);
	c->used = WEIGH_OID_SIZE;
}

static void
take_text(struct chain *c, const char *text)
{
	size_t len = strlen(text) + 1, n;

	for (; len > 0; len -= n, text += n) {
		if (c->used == sizeof(c->block))
			flush(c);
		n = sizeof(c->block) - c->used;
		n = len < n ? len : n;
		memcpy(c->block + c->used, text, n);
		c->used += n;
	}
}

static void
take_oid(struct chain *c, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	take_text(c, hex);
}

static void
take_part(struct chain *c, const struct weigh_record_part *p)
{
	char number[24];

	snprintf(number, sizeof(number), "%u %u", p->options, p->nterms);
	take_text(c, number);
	take_text(c, p->id);
	take_text(c, p->from);
	take_oid(c, &p->oid);
	for (uint32_t i = 0; i < p->nterms; i++) {
		take_text(c, p->terms[i].fact);
		take_text(c, p->terms[i].value);
	}
}

void
weigh_record_basis(const struct weigh_record *r, struct weigh_oid *out)
{
	struct chain c = { .used = WEIGH_OID_SIZE };

	take_text(&c, "weigh.basis/1");
	take_text(&c, r->concluded);
	for (uint32_t i = 0; i < r->nparts; i++)
		take_part(&c, &r->parts[i]);
	for (uint32_t i = 0; i < r->ntexts; i++)
		if (r->texts[i].scope == WEIGH_SCOPE_POLICY &&
		    r->texts[i].kind != WEIGH_LICENSE_NONE)
			take_oid(&c, &r->texts[i].oid);
	flush(&c);
	memcpy(out->b, c.block, WEIGH_OID_SIZE);
	/* A digest that could not be made is no approval's. */
	if (c.failed)
		memset(out, 0xff, sizeof(*out));
}
