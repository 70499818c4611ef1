/* declared_base: the models that a model was made from, strongest evidence first. */
#include <string.h>

#include <weigh/name.h>

#include "declaring.h"
#include "terms.h"

/* (2) of weigh/declared.h, in its order. */
static const struct {
	const char *evidence;
	bool weak;
} strengths[] = {
	{ "card", false },
	{ "adapter", false },
	{ "gguf", false },
	{ "auto_map", true },
	{ "config", true },
};
#define STRENGTHS (sizeof(strengths) / sizeof(strengths[0]))

static size_t
strength(const char *evidence)
{
	size_t i = 0;

	while (i + 1 < STRENGTHS &&
	    strcmp(strengths[i].evidence, evidence) != 0)
		i++;
	return i;
}

static struct cursor
span(const char *text)
{
	return (struct cursor){ text, strlen(text) };
}

static bool
same(const char *a, const char *b)
{
	return weigh_terms_same(span(a), span(b));
}

/* --- which model ------------------------------------------------------------------------ */

/* What may stand behind the name in the address of a page of a model. */
static const char *const pages[] = { "", "tree", "blob", "resolve", "raw",
	"commit" };

static bool
is_page(struct cursor part)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (weigh_terms_same(part, span(pages[i])))
			return true;
	return false;
}

static bool
is_name(struct weigh_repo *out, struct cursor name)
{
	return weigh_repo_parse(out, WEIGH_MODEL, name.p, name.len, NULL) ==
	    WEIGH_OK;
}

static bool
read_name(struct weigh_repo *out, struct cursor text)
{
	struct cursor path, org, name;

	text = license_trim(text);
	if (!license_url_path(text, &path))
		return is_name(out, text);
	org = license_url_part(&path);
	name = license_url_part(&path);
	return name.len > 0 && is_page(license_url_part(&path)) &&
	    is_name(out,
		(struct cursor){ org.p, (size_t)(name.p + name.len - org.p) });
}

/* --- rows ------------------------------------------------------------------------------- */

static struct weigh_record_base *
find(struct weigh_record *r, const char *name)
{
	for (uint32_t i = 0; i < r->nbases; i++)
		if (r->bases[i].child == UINT32_MAX &&
		    same(r->bases[i].name, name))
			return &r->bases[i];
	return NULL;
}

/* Stronger ones go in front, those of one strength in the order they came. */
static void
move_up(struct weigh_record *r, struct weigh_record_base *b)
{
	for (; b > r->bases && strength(b[-1].evidence) > strength(b->evidence);
	     b--) {
		struct weigh_record_base other = b[-1];

		b[-1] = b[0];
		b[0] = other;
	}
}

enum weigh_code
license_add_base(struct declaring *d, const char *evidence, const char *path,
    struct cursor text)
{
	struct weigh_record *r = d->r;
	struct weigh_record_base *b;
	struct weigh_repo repo;
	const char *name;

	if (!read_name(&repo, text) || same(repo.name, r->repo))
		return WEIGH_OK;
	b = find(r, repo.name);
	if (b != NULL ? strength(b->evidence) <= strength(evidence) :
			r->nbases == WEIGH_RECORD_BASES)
		return WEIGH_OK;
	name = weigh_record_keep(r, repo.name, strlen(repo.name));
	evidence = weigh_record_keep(r, evidence, strlen(evidence));
	path = weigh_record_keep(r, path, strlen(path));
	if (name == NULL || evidence == NULL || path == NULL ||
	    (b == NULL && (b = weigh_record_base(r)) == NULL))
		return license_no_memory(d);
	b->name = name;
	b->evidence = evidence;
	b->path = path;
	b->child = UINT32_MAX;
	b->weak = strengths[strength(evidence)].weak;
	move_up(r, b);
	return WEIGH_OK;
}

/* --- relation --------------------------------------------------------------------------- */

static void
set_relation(struct weigh_record *r, enum weigh_relation relation,
    bool inferred)
{
	for (uint32_t i = 0; i < r->nbases; i++) {
		if (r->bases[i].child != UINT32_MAX)
			continue;
		r->bases[i].relation = relation;
		r->bases[i].inferred = inferred;
	}
}

static unsigned
decisive(const struct weigh_record *r)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < r->nbases; i++)
		n += !r->bases[i].weak && r->bases[i].child == UINT32_MAX;
	return n;
}

/* (3) of weigh/declared.h, in its order. */
void
license_relate_bases(struct declaring *d)
{
	enum weigh_relation relation = WEIGH_RELATION_FINETUNE;

	if (d->said)
		relation = d->relation;
	else if (d->adapter)
		relation = WEIGH_RELATION_ADAPTER;
	else if (d->gguf || d->quantized)
		relation = WEIGH_RELATION_QUANTIZED;
	else if (decisive(d->r) > 1)
		relation = WEIGH_RELATION_MERGE;
	set_relation(d->r, relation, !d->said);
}

void
license_recall_relation(struct declaring *d)
{
	const struct weigh_record *r = d->r;

	for (uint32_t i = 0; i < r->nbases; i++) {
		const struct weigh_record_base *b = &r->bases[i];

		if (b->child != UINT32_MAX)
			continue;
		d->said = d->said || !b->inferred;
		d->relation = b->relation;
		d->adapter = d->adapter ||
		    b->relation == WEIGH_RELATION_ADAPTER;
	}
}
