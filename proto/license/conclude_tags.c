/*
 * conclude_tags: what is declared, and whether the texts agree with it.
 *
 * They agree when ids are equal, when the tag is a family that has the id, and when one is
 * -only or -or-later of the other.  A license_name is a hint: it stands for a license if a
 * row of the tables has that name, and says nothing against a text that no table knows.
 */
#include <stdio.h>
#include <string.h>

#include "../ini.h"
#include "conclude.h"
#include "terms.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define NAMED 8u /* licenses of one name */

static struct cursor
span(const char *text)
{
	return (struct cursor){ text, strlen(text) };
}

/* --- license_name ------------------------------------------------------------------------------ */

struct named {
	const char *id[NAMED]; /* the tables', or `tag` */
	char tag[WEIGH_LICENSE_ID];
	unsigned n;
};

/* Does a row go by this name?  "other, license_name acme, license_name acme-1" */
static bool
has_name(struct cursor hub, struct cursor name)
{
	static const char key[] = "license_name ";

	while (hub.len > 0) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&hub, ','));

		if (one.len > sizeof(key) - 1 &&
		    memcmp(one.p, key, sizeof(key) - 1) == 0) {
			cursor_skip(&one, sizeof(key) - 1);
			if (weigh_terms_same(one, name))
				return true;
		}
	}
	return false;
}

/* The licenses that a name may stand for. */
static void
find_named(const struct conclude *c, struct named *out)
{
	struct cursor name = weigh_ini_trim(span(c->r->license_name));

	out->n = 0;
	if (name.len == 0)
		return;
	if (weigh_terms_hub(c->tables, c->ntables, c->r->license_name,
		out->tag) >= WEIGH_HUB_VERSION)
		out->id[out->n++] = out->tag;
	for (size_t t = 0; t < c->ntables; t++)
		for (size_t i = 0; i < c->tables[t]->nrows; i++) {
			const struct terms_row *row = &c->tables[t]->rows[i];

			if (out->n < NAMED &&
			    (weigh_terms_same(row->id, name) ||
				has_name(row->about[TERMS_HUB], name)))
				out->id[out->n++] = row->name;
		}
}

/* --- what is declared ------------------------------------------------------------------------------ */

bool
conclude_tagged(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->nclaims; i++)
		if (c->r->claims[i].id[0] != '\0')
			return true;
	return false;
}

/* The first source that names a license, or NULL. */
static const char *
source_of(const struct weigh_record *r)
{
	for (uint32_t i = 0; i < r->nclaims; i++)
		if (r->claims[i].id[0] != '\0')
			return r->claims[i].source;
	return NULL;
}

static struct choice
no_id(void *arg, const char *id)
{
	(void)arg;
	(void)id;
	return choice_empty();
}

static void
put_claim(struct weigh_buf *b, const char *id)
{
	bool enclosed = strstr(id, " OR ") != NULL ||
	    strstr(id, " or ") != NULL;

	weigh_buf_adds(b, b->len > 0 ? " AND " : "");
	weigh_buf_adds(b, enclosed ? "(" : "");
	for (; *id != '\0'; id++)
		if (*id == '+')
			weigh_buf_adds(b, "plus");
		else
			weigh_buf_addc(b, *id);
	weigh_buf_adds(b, enclosed ? ")" : "");
}

/* Was the same said before by this source? */
static bool
is_repeated(const struct weigh_record *r, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (strcmp(r->claims[k].source, r->claims[i].source) == 0 &&
		    strcmp(r->claims[k].id, r->claims[i].id) == 0)
			return true;
	return false;
}

const char *
conclude_declared(struct conclude *c)
{
	const struct weigh_record *r = c->r;
	const char *source = source_of(r), *text = "";
	struct choice unused;
	struct named named;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_RECORD_CLAIMS * 1024);
	for (uint32_t i = 0; source != NULL && i < r->nclaims; i++)
		if (strcmp(r->claims[i].source, source) == 0 &&
		    r->claims[i].id[0] != '\0' && !is_repeated(r, i) &&
		    choice_read(&unused, r->claims[i].id, no_id, NULL))
			put_claim(&b, r->claims[i].id);
	find_named(c, &named);
	if (source == NULL && named.n == 1)
		put_claim(&b, named.id[0]);
	if (!b.failed && b.len > 0)
		text = weigh_record_keep(c->r, b.data, b.len);
	weigh_buf_free(&b);
	if (text == NULL)
		c->failed = true;
	return text != NULL ? text : "";
}

/* --- parts by the tag ---------------------------------------------------------------------------- */

struct taking {
	struct conclude *c;
	const char *path;
};

static struct choice
take_id(void *arg, const char *id)
{
	struct taking *in = arg;
	uint32_t i = conclude_part(in->c, id, "");
	struct weigh_record_part *p = &in->c->r->parts[i];

	if (p->why[0] == '\0') {
		p->why = "tag";
		p->path = in->path;
	}
	return choice_of(i);
}

static void
take(struct conclude *c, const char *id, const char *path)
{
	struct taking in = { c, path };
	struct choice one;

	if (!choice_read(&one, id, take_id, &in))
		one = take_id(&in, CONCLUDE_NOTHING_SAID);
	choice_and(&c->choice, &one);
}

/* What a claim says, for people. */
static void
tell_claim(struct conclude *c, const struct weigh_record_claim *claim)
{
	static const char *const nothing[] = {
		[WEIGH_HUB_UNHEARD] = "which is no license that is known",
		[WEIGH_HUB_NONE] = "which names no license",
		[WEIGH_HUB_FAMILY] = "a group of licenses, and no single one",
	};

	if (claim->id[0] != '\0')
		conclude_say(c, "%s says '%.100s'%s %s, by the tag",
		    claim->path, claim->value,
		    claim->precision == WEIGH_HUB_VERSION ?
			", which leaves the version open and is taken as" :
			", which is",
		    claim->id);
	else
		conclude_say(c, "%s says '%.100s', %s", claim->path,
		    claim->value,
		    nothing[claim->precision <= WEIGH_HUB_FAMILY ?
			    claim->precision :
			    WEIGH_HUB_UNHEARD]);
}

static bool
take_named(struct conclude *c)
{
	struct named named;

	find_named(c, &named);
	if (c->r->license_name[0] == '\0')
		return false;
	if (named.n == 1) {
		take(c, named.id[0], "README.md");
		conclude_say(c,
		    "the card calls its license '%.100s', which stands for %s",
		    c->r->license_name, named.id[0]);
	} else {
		conclude_say(c, "the card calls its license '%.100s', %s",
		    c->r->license_name,
		    named.n > 1 ? "which more than one license is called" :
				  "which is no name that is known");
	}
	return named.n == 1;
}

bool
conclude_by_tag(struct conclude *c)
{
	const struct weigh_record *r = c->r;
	const char *source = source_of(r);

	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct weigh_record_claim *claim = &r->claims[i];

		tell_claim(c, claim);
		if (source == NULL || strcmp(claim->source, source) != 0)
			continue;
		/* One of a list that is not known leaves the whole unknown. */
		if (claim->id[0] != '\0')
			take(c, claim->id, claim->path);
		else if (claim->precision != WEIGH_HUB_NONE)
			take(c, CONCLUDE_NOTHING_SAID, claim->path);
	}
	return source != NULL || take_named(c);
}

/* --- do they agree ----------------------------------------------------------------------------------- */

/* What ids of a family begin with, or have in them. */
static const struct {
	const char *tag, *part;
	bool begins;
} families[] = {
	{ "openrail", "RAIL", false },
	{ "bsd", "BSD-", true },
	{ "bsd", "0BSD", true },
	{ "cc", "CC-", true },
	{ "cc", "CC0-", true },
	{ "gpl", "GPL-", true },
	{ "lgpl", "LGPL-", true },
	{ "gfdl", "GFDL-", true },
};

static bool
is_of_family(const char *tag, const char *id)
{
	for (size_t i = 0; i < COUNT(families); i++) {
		const char *at = strstr(id, families[i].part);

		if (weigh_terms_same(span(tag), span(families[i].tag)) &&
		    at != NULL && (!families[i].begins || at == id))
			return true;
	}
	return false;
}

struct agreeing {
	struct conclude *c;
	const char *id;
	bool open; /* the version is not told */
	bool yes;
};

static struct choice
agree_id(void *arg, const char *claimed)
{
	struct agreeing *a = arg;
	size_t n = strlen(claimed);

	if (conclude_same(a->c, claimed, a->id) ||
	    (a->open && strncmp(a->id, claimed, n) == 0 && a->id[n] == '-'))
		a->yes = true;
	return choice_empty();
}

static bool
agrees(struct conclude *c, const struct weigh_record_claim *claim,
    const struct weigh_record_part *p)
{
	struct agreeing a = { .c = c,
		.id = p->id,
		.open = claim->precision == WEIGH_HUB_VERSION };
	struct choice unused;

	if (claim->id[0] == '\0')
		return claim->precision == WEIGH_HUB_FAMILY &&
		    is_of_family(claim->value, p->id);
	return choice_read(&unused, claim->id, agree_id, &a) && a.yes;
}

/* Does it say something that a text may disagree with? */
static bool
is_statement(const struct weigh_record_claim *claim)
{
	return claim->id[0] != '\0' || claim->precision == WEIGH_HUB_FAMILY;
}

/* One option of what was found, against what a source says. */
struct dispute {
	const struct weigh_record_claim *claim;
	const struct weigh_record_part *part;
};

static bool
claims_part(struct conclude *c, const char *source,
    const struct weigh_record_part *p, struct dispute *d)
{
	bool open = false;

	for (uint32_t i = 0; i < c->r->nclaims; i++) {
		const struct weigh_record_claim *claim = &c->r->claims[i];

		if (strcmp(claim->source, source) != 0)
			continue;
		if (!is_statement(claim))
			open = true;
		else if (agrees(c, claim, p))
			return true;
		else
			*d = (struct dispute){ claim, p };
	}
	return open;
}

static bool
has_claimed(struct conclude *c, uint32_t mask,
    const struct weigh_record_claim *claim, struct dispute *d)
{
	for (uint32_t i = 0; i < c->nown; i++) {
		if ((mask & (UINT32_C(1) << i)) == 0)
			continue;
		if (agrees(c, claim, &c->r->parts[i]))
			return true;
		*d = (struct dispute){ claim, &c->r->parts[i] };
	}
	return false;
}

/* Parts that a text or a pointer stands for. */
static uint32_t
found_parts(const struct conclude *c)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < c->nown; i++)
		if (c->r->parts[i].why[0] != '\0' &&
		    strcmp(c->r->parts[i].why, "tag") != 0 &&
		    strcmp(c->r->parts[i].id, CONCLUDE_NOTHING_SAID) != 0)
			mask |= UINT32_C(1) << i;
	return mask;
}

static bool
option_agrees(struct conclude *c, const char *source, uint32_t mask,
    struct dispute *d)
{
	for (uint32_t i = 0; i < c->nown; i++)
		if ((mask & (UINT32_C(1) << i)) != 0 &&
		    !claims_part(c, source, &c->r->parts[i], d))
			return false;
	for (uint32_t i = 0; i < c->r->nclaims; i++) {
		const struct weigh_record_claim *claim = &c->r->claims[i];

		if (strcmp(claim->source, source) == 0 && is_statement(claim) &&
		    !has_claimed(c, mask, claim, d))
			return false;
	}
	return true;
}

static void
compare_source(struct conclude *c, const char *source, uint32_t found)
{
	struct dispute d = { NULL, NULL };

	for (uint32_t k = 0; k < c->choice.n; k++)
		if (option_agrees(c, source, c->choice.mask[k] & found, &d))
			return;
	if (d.claim != NULL)
		conclude_find(c, WEIGH_FINDING_TAG_VS_TEXT, d.part, "",
		    "%s says '%.100s', and '%s' %s %s", d.claim->path,
		    d.claim->value, d.part->path,
		    strcmp(d.part->why, "reference") == 0 ? "points to" : "is",
		    d.part->id);
}

/* A known name, and only texts that are known, too. */
static void
compare_name(struct conclude *c, uint32_t found)
{
	const struct weigh_record_part *other = NULL;
	struct named named;

	find_named(c, &named);
	for (uint32_t i = 0; named.n > 0 && i < c->nown; i++) {
		const struct weigh_record_part *p = &c->r->parts[i];
		bool same = false;

		if ((found & (UINT32_C(1) << i)) == 0)
			continue;
		if (p->kind == WEIGH_LICENSE_MODIFIED ||
		    p->kind == WEIGH_LICENSE_UNKNOWN)
			return;
		for (unsigned k = 0; k < named.n; k++)
			same = same || conclude_same(c, named.id[k], p->id);
		if (same)
			return;
		other = p;
	}
	if (other != NULL)
		conclude_find(c, WEIGH_FINDING_TAG_VS_TEXT, other, "",
		    "the card calls its license '%.100s', which is %s, and "
		    "'%s' is %s",
		    c->r->license_name, named.id[0], other->path, other->id);
}

void
conclude_disagree(struct conclude *c)
{
	uint32_t found = found_parts(c);

	if (found == 0)
		return;
	for (uint32_t i = 0; i < c->r->nclaims; i++) {
		const char *source = c->r->claims[i].source;
		bool before = false;

		for (uint32_t k = 0; k < i; k++)
			before = before ||
			    strcmp(c->r->claims[k].source, source) == 0;
		if (!before)
			compare_source(c, source, found);
	}
	compare_name(c, found);
}
