/* pack_made: words and templates of a pack while it is made; see pack_make.h. */
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "pack_make.h"

#define FIRST_ROOM 1024

void *
license_made_grow(void *list, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 8 : 2 * *room;

	if (n < *room)
		return list;
	if ((list = realloc(list, more * size)) != NULL)
		*room = more;
	return list;
}

/* --- words -------------------------------------------------------------------- */

/* The slot that has `hash`, or the empty one where it would stand. */
static uint32_t *
find_slot(const struct made_words *w, uint64_t hash)
{
	size_t mask = 2 * (size_t)w->room - 1, at = (size_t)hash & mask;

	while (w->slots[at] != 0 && w->hashes[w->slots[at] - 1] != hash)
		at = (at + 1) & mask;
	return &w->slots[at];
}

static bool
grow(struct made_words *w)
{
	uint32_t room = w->room == 0 ? FIRST_ROOM : 2 * w->room;
	uint64_t *hashes = realloc(w->hashes, room * sizeof(*hashes));
	uint32_t *slots;
	uint8_t *strong;

	if (hashes == NULL)
		return false;
	w->hashes = hashes;
	if ((strong = realloc(w->strong, room)) == NULL)
		return false;
	w->strong = strong;
	if ((slots = calloc(2 * (size_t)room, sizeof(*slots))) == NULL)
		return false;
	free(w->slots);
	w->slots = slots;
	w->room = room;
	for (uint32_t i = 0; i < w->n; i++)
		*find_slot(w, w->hashes[i]) = i + 1;
	return true;
}

uint32_t
license_made_word(struct made_words *w, uint64_t hash, unsigned strong)
{
	uint32_t *slot;

	if (w->n == w->room && (w->room > UINT32_MAX / 4 || !grow(w)))
		return UINT32_MAX;
	slot = find_slot(w, hash);
	if (*slot == 0) {
		w->hashes[w->n] = hash;
		w->strong[w->n] = 0;
		*slot = ++w->n;
	}
	w->strong[*slot - 1] |= (uint8_t)strong;
	return *slot - 1;
}

/* --- templates ---------------------------------------------------------------- */

uint32_t
license_made_required(const struct made_template *t, bool vendor)
{
	struct license_template view = { .nwords = t->nwords,
		.spans = t->spans,
		.nspans = t->nspans,
		.vendor = vendor };

	return license_required(&view, 0, view.nwords);
}

void
license_made_free(struct made_template *t)
{
	free(t->words);
	free(t->alternative_words);
	free(t->spans);
	free(t->alternatives);
	free(t->clauses);
	*t = (struct made_template){ .words = NULL };
}

static bool
same(const void *a, const void *b, uint32_t na, uint32_t nb, size_t size)
{
	return na == nb && (na == 0 || memcmp(a, b, na * size) == 0);
}

/* Clause labels are not asked: they are the same where the words are. */
bool
license_made_equal(const struct made_template *a, const struct made_template *b)
{
	return same(a->words, b->words, a->nwords, b->nwords,
		   sizeof(*a->words)) &&
	    same(a->spans, b->spans, a->nspans, b->nspans, sizeof(*a->spans)) &&
	    same(a->alternatives, b->alternatives, a->nalternatives,
		b->nalternatives, sizeof(*a->alternatives)) &&
	    same(a->alternative_words, b->alternative_words,
		a->nalternative_words, b->nalternative_words,
		sizeof(*a->alternative_words));
}

/* Words of a pack as words of `to`; the caller's.  NULL: no memory, or none to copy. */
static uint32_t *
copy_words(struct made_words *to, const struct weigh_license_pack *p,
    const uint16_t *words, uint32_t n)
{
	uint32_t *out = calloc((size_t)n + 1, sizeof(*out));

	for (uint32_t i = 0; out != NULL && i < n; i++) {
		if (words[i] == LICENSE_ANY_WORDS) {
			out[i] = MADE_ANY_WORDS;
			continue;
		}
		out[i] = license_made_word(to, p->vocabulary[words[i]],
		    p->strong[words[i]]);
		if (out[i] == UINT32_MAX) {
			free(out);
			out = NULL;
		}
	}
	return out;
}

static void *
copy_list(const void *list, uint32_t n, size_t size)
{
	void *out = calloc((size_t)n + 1, size);

	if (out != NULL && n > 0)
		memcpy(out, list, n * size);
	return out;
}

static struct made_clause *
copy_clauses(const struct weigh_license_pack *p, const struct pack_part *part)
{
	struct made_clause *out = calloc((size_t)part->count + 1, sizeof(*out));

	for (uint32_t i = 0; out != NULL && i < part->count; i++) {
		const struct pack_clause *c = &p->clauses[part->first + i];
		const char *label = p->strings + c->label;

		out[i].word = c->word;
		memcpy(out[i].label, label, strlen(label) + 1);
	}
	return out;
}

enum weigh_code
license_made_copy(struct made_template *out, struct made_words *words,
    const struct weigh_license_pack *p, uint32_t number, struct weigh_err *err)
{
	const struct pack_template *raw = &p->templates[number];
	struct license_template t;

	license_pack_template(p, number, &t);
	*out = (struct made_template){
		.words = copy_words(words, p, t.words, t.nwords),
		.alternative_words = copy_words(words, p, t.alternative_words,
		    raw->alternative_words.count),
		.spans = copy_list(t.spans, t.nspans, sizeof(*t.spans)),
		.alternatives = copy_list(t.alternatives,
		    raw->alternatives.count, sizeof(*t.alternatives)),
		.clauses = copy_clauses(p, &raw->clauses),
		.nwords = t.nwords,
		.nalternative_words = raw->alternative_words.count,
		.nspans = t.nspans,
		.nalternatives = raw->alternatives.count,
		.nclauses = raw->clauses.count,
	};
	if (out->words == NULL || out->alternative_words == NULL ||
	    out->spans == NULL || out->alternatives == NULL ||
	    out->clauses == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}
