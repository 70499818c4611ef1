/*
 * pack_write: a pack as bytes.  Everything is put in an order that only what is in it
 * decides: entries by id, words and shingles by hash, strings by their bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "pack_make.h"

#define BUCKET \
	8u /* words or shingles that an index may leave to be looked at */

struct writing {
	const struct weigh_licensepack_make *m;
	const struct made_entry **entries; /* sorted */
	uint32_t *reported; /* of each: the entry that has its templates */
	uint32_t *first;    /* of each: its first template */
	const struct made_template **templates;
	uint32_t *owner; /* of each template: its entry */
	uint32_t nentries, ntemplates;
	uint16_t *number; /* of each word of m: in the file */
	const char **strings;
	uint32_t *string_at;
	size_t nstrings, room_strings;
	struct made_shingles shingles;
	struct made_lookalikes *lookalikes;
	struct weigh_buf out[PACK_SECTIONS]; /* the sections */
	struct weigh_err *err;
};

static enum weigh_code
no_memory(struct writing *w)
{
	return weigh_fail(w->err, WEIGH_NOMEM, "out of memory");
}

static uint32_t
elements(const struct writing *w, enum pack_section section)
{
	return (uint32_t)(w->out[section].len / license_pack_sizes[section]);
}

static void
put(struct writing *w, enum pack_section section, const void *bytes, size_t n)
{
	weigh_buf_add(&w->out[section], bytes, n * license_pack_sizes[section]);
}

/* --- entries and who has which template --------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	const struct made_entry *x = *(const struct made_entry *const *)a;
	const struct made_entry *y = *(const struct made_entry *const *)b;
	int order = license_id_compare(x->id, y->id);

	return order != 0 ? order : (x->what > y->what) - (x->what < y->what);
}

static bool
same_texts(const struct made_entry *a, const struct made_entry *b)
{
	if (a->what != b->what || a->vendor != b->vendor ||
	    a->ntemplates != b->ntemplates)
		return false;
	for (size_t i = 0; i < a->ntemplates; i++)
		if (!license_made_equal(&a->templates[i], &b->templates[i]))
			return false;
	return true;
}

static bool
is_or_later(const char *id)
{
	static const char end[] = "-or-later";
	size_t len = strlen(id), n = sizeof(end) - 1;

	return len > n && strcmp(id + len - n, end) == 0;
}

/* Which of two ids is reported for the text that both have: the one in use, the
 * narrower one, the one that people mean, the plainer one. */
static bool
is_better(const struct made_entry *a, const struct made_entry *b)
{
	if (a->deprecated != b->deprecated)
		return b->deprecated;
	if (is_or_later(a->id) != is_or_later(b->id))
		return is_or_later(b->id);
	if (a->popularity != b->popularity)
		return a->popularity > b->popularity;
	return strlen(a->id) < strlen(b->id);
}

static void
choose_reported(struct writing *w, uint32_t i)
{
	uint32_t best = i, k;

	for (k = i + 1; k < w->nentries; k++)
		if (same_texts(w->entries[i], w->entries[k]) &&
		    is_better(w->entries[k], w->entries[best]))
			best = k;
	for (k = i; k < w->nentries; k++)
		if (k == i || same_texts(w->entries[i], w->entries[k]))
			w->reported[k] = best;
}

static enum weigh_code
number_templates(struct writing *w)
{
	size_t total = 0;
	uint32_t i;

	for (i = 0; i < w->nentries; i++)
		total += w->entries[i]->ntemplates;
	if (total > PACK_TEMPLATES_MAX)
		return weigh_fail(w->err, WEIGH_TOO_BIG, "more than %u texts",
		    PACK_TEMPLATES_MAX);
	w->templates = calloc(total + 1, sizeof(struct made_template *));
	w->owner = calloc(total + 1, sizeof(*w->owner));
	if (w->templates == NULL || w->owner == NULL)
		return no_memory(w);
	for (i = 0; i < w->nentries; i++) {
		if (w->reported[i] != i)
			continue;
		w->first[i] = w->ntemplates;
		for (size_t k = 0; k < w->entries[i]->ntemplates; k++) {
			w->owner[w->ntemplates] = i;
			w->templates[w->ntemplates++] =
			    &w->entries[i]->templates[k];
		}
	}
	return WEIGH_OK;
}

static enum weigh_code
order_entries(struct writing *w)
{
	uint32_t n = (uint32_t)w->m->nentries, i;

	w->entries = calloc((size_t)n + 1, sizeof(struct made_entry *));
	w->reported = calloc((size_t)n + 1, sizeof(*w->reported));
	w->first = calloc((size_t)n + 1, sizeof(*w->first));
	if (w->entries == NULL || w->reported == NULL || w->first == NULL)
		return no_memory(w);
	for (i = 0; i < n; i++) {
		w->entries[i] = &w->m->entries[i];
		w->reported[i] = UINT32_MAX;
	}
	w->nentries = n;
	if (n > 0)
		qsort(w->entries, n, sizeof(struct made_entry *), by_id);
	for (i = 0; i < n; i++)
		if (w->reported[i] == UINT32_MAX)
			choose_reported(w, i);
	return number_templates(w);
}

/* --- strings ------------------------------------------------------------------ */

static enum weigh_code
keep_string(struct writing *w, const char *text)
{
	const char **strings = license_made_grow(w->strings, w->nstrings,
	    &w->room_strings, sizeof(char *));

	if (strings == NULL)
		return no_memory(w);
	w->strings = strings;
	strings[w->nstrings++] = text;
	return WEIGH_OK;
}

static enum weigh_code
collect_strings(struct writing *w)
{
	enum weigh_code rc = keep_string(w, w->m->version);
	uint32_t i;

	for (i = 0; rc == WEIGH_OK && i < w->nentries; i++) {
		rc = keep_string(w, w->entries[i]->id);
		if (rc == WEIGH_OK)
			rc = keep_string(w, w->entries[i]->name);
		if (rc == WEIGH_OK)
			rc = keep_string(w, w->entries[i]->based_on);
	}
	for (i = 0; rc == WEIGH_OK && i < w->ntemplates; i++)
		for (uint32_t k = 0;
		     rc == WEIGH_OK && k < w->templates[i]->nclauses; k++)
			rc = keep_string(w, w->templates[i]->clauses[k].label);
	return rc;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each text once, sorted. */
static enum weigh_code
put_strings(struct writing *w)
{
	enum weigh_code rc = collect_strings(w);
	size_t n = 0;

	if (rc != WEIGH_OK)
		return rc;
	qsort(w->strings, w->nstrings, sizeof(char *), by_bytes);
	w->string_at = calloc(w->nstrings, sizeof(*w->string_at));
	if (w->string_at == NULL)
		return no_memory(w);
	for (size_t i = 0; i < w->nstrings; i++) {
		if (n > 0 && strcmp(w->strings[i], w->strings[n - 1]) == 0)
			continue;
		w->string_at[n] = elements(w, PACK_STRINGS);
		w->strings[n++] = w->strings[i];
		put(w, PACK_STRINGS, w->strings[i], strlen(w->strings[i]) + 1);
	}
	w->nstrings = n;
	return WEIGH_OK;
}

static uint32_t
string_at(const struct writing *w, const char *text)
{
	const char **found = bsearch(&text, w->strings, w->nstrings,
	    sizeof(char *), by_bytes);

	return w->string_at[found - w->strings];
}

static void
put_entries(struct writing *w)
{
	for (uint32_t i = 0; i < w->nentries; i++) {
		const struct made_entry *e = w->entries[i];
		struct pack_entry raw = {
			.id = string_at(w, e->id),
			.name = string_at(w, e->name),
			.based_on = string_at(w, e->based_on),
			.popularity = e->popularity,
			.first = w->first[w->reported[i]],
			.count = (uint32_t)e->ntemplates,
			.what = (uint16_t)e->what,
			.flags = (uint16_t)((e->vendor ? PACK_VENDOR : 0) |
			    (e->deprecated ? PACK_DEPRECATED : 0)),
		};

		put(w, PACK_ENTRIES, &raw, 1);
	}
}

/* --- the vocabulary ----------------------------------------------------------- */

struct numbered {
	uint64_t hash;
	uint32_t word; /* of m */
};

static int
by_word_hash(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static void
mark_used(const uint32_t *words, uint32_t n, uint16_t *used)
{
	for (uint32_t i = 0; i < n; i++)
		if (words[i] != MADE_ANY_WORDS)
			used[words[i]] = 1;
}

/* Only words that some template has: a text that was refused leaves none behind. */
static size_t
collect_words(struct writing *w, struct numbered *list)
{
	const struct made_words *words = &w->m->words;
	size_t n = 0;

	for (uint32_t i = 0; i < w->ntemplates; i++) {
		const struct made_template *t = w->templates[i];

		mark_used(t->words, t->nwords, w->number);
		mark_used(t->alternative_words, t->nalternative_words,
		    w->number);
	}
	for (uint32_t i = 0; i < words->n; i++)
		if (w->number[i] != 0)
			list[n++] = (struct numbered){ words->hashes[i], i };
	return n;
}

static void
put_vocabulary(struct writing *w, const struct numbered *list, size_t n)
{
	unsigned bits = license_index_bits(n);
	uint16_t at = 0;

	for (size_t i = 0; i < n; i++) {
		w->number[list[i].word] = (uint16_t)i;
		put(w, PACK_VOCABULARY, &list[i].hash, 1);
		put(w, PACK_STRONG, &w->m->words.strong[list[i].word], 1);
	}
	for (size_t b = 0; b <= (size_t)1 << bits; b++) {
		while (at < n && list[at].hash >> (64 - bits) < b)
			at++;
		put(w, PACK_WORD_INDEX, &at, 1);
	}
}

static enum weigh_code
number_words(struct writing *w)
{
	size_t n = w->m->words.n;
	struct numbered *list = calloc(n + 1, sizeof(*list));

	w->number = calloc(n + 1, sizeof(*w->number));
	if (list == NULL || w->number == NULL) {
		free(list);
		return no_memory(w);
	}
	n = collect_words(w, list);
	if (n > LICENSE_WORD_KINDS) {
		free(list);
		return weigh_fail(w->err, WEIGH_TOO_BIG,
		    "more than %u different words", LICENSE_WORD_KINDS);
	}
	qsort(list, n, sizeof(*list), by_word_hash);
	put_vocabulary(w, list, n);
	free(list);
	return WEIGH_OK;
}

/* --- templates ---------------------------------------------------------------- */

static void
put_words(struct writing *w, enum pack_section section, const uint32_t *words,
    uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint16_t number = words[i] == MADE_ANY_WORDS ?
		    LICENSE_ANY_WORDS :
		    w->number[words[i]];

		put(w, section, &number, 1);
	}
}

static void
put_clauses(struct writing *w, const struct made_template *t)
{
	for (uint32_t i = 0; i < t->nclauses; i++) {
		struct pack_clause c = { .word = t->clauses[i].word,
			.label = string_at(w, t->clauses[i].label) };

		put(w, PACK_CLAUSES, &c, 1);
	}
}

static void
put_template(struct writing *w, uint32_t i)
{
	const struct made_template *t = w->templates[i];
	const struct made_lookalikes *l = &w->lookalikes[i];
	struct pack_template raw = {
		.entry = w->owner[i],
		.nrequired = license_made_required(t,
		    w->entries[w->owner[i]]->vendor),
		.words = { elements(w, PACK_WORDS), t->nwords },
		.spans = { elements(w, PACK_SPANS), t->nspans },
		.alternatives = { elements(w, PACK_ALTERNATIVES),
		    t->nalternatives },
		.alternative_words = { elements(w, PACK_ALTERNATIVE_WORDS),
		    t->nalternative_words },
		.lookalikes = { elements(w, PACK_LOOKALIKES), (uint32_t)l->n },
		.clauses = { elements(w, PACK_CLAUSES), t->nclauses },
	};

	put(w, PACK_TEMPLATES, &raw, 1);
	put_words(w, PACK_WORDS, t->words, t->nwords);
	put(w, PACK_SPANS, t->spans, t->nspans);
	put(w, PACK_ALTERNATIVES, t->alternatives, t->nalternatives);
	put_words(w, PACK_ALTERNATIVE_WORDS, t->alternative_words,
	    t->nalternative_words);
	put(w, PACK_LOOKALIKES, l->list, l->n);
	put_clauses(w, t);
}

/* Shingles need words as the file numbers them: a view of each template as it will be. */
static enum weigh_code
find_shingles(struct writing *w)
{
	struct license_template *views = calloc((size_t)w->ntemplates + 1,
	    sizeof(*views));
	struct weigh_buf words;
	enum weigh_code rc;
	size_t at = 0;

	if (views == NULL)
		return no_memory(w);
	for (uint32_t i = 0; i < w->ntemplates; i++)
		put_words(w, PACK_WORDS, w->templates[i]->words,
		    w->templates[i]->nwords);
	words =
	    w->out[PACK_WORDS]; /* borrowed: it is written again, in parts */
	if (words.failed) {
		free(views);
		return weigh_fail(w->err, WEIGH_TOO_BIG, "too many words");
	}
	for (uint32_t i = 0; i < w->ntemplates; i++) {
		views[i] = (struct license_template){ .number = i,
			.words = (const uint16_t *)(const void *)words.data +
			    at,
			.nwords = w->templates[i]->nwords,
			.spans = w->templates[i]->spans,
			.nspans = w->templates[i]->nspans };
		at += views[i].nwords;
	}
	rc = license_shingles_of(&w->shingles, views, w->ntemplates, w->err);
	free(views);
	weigh_buf_reset(&w->out[PACK_WORDS]);
	return rc;
}

static enum weigh_code
put_templates(struct writing *w)
{
	enum weigh_code rc = find_shingles(w);

	if (rc != WEIGH_OK)
		return rc;
	w->lookalikes = calloc((size_t)w->ntemplates + 1,
	    sizeof(*w->lookalikes));
	if (w->lookalikes == NULL)
		return no_memory(w);
	rc = license_lookalikes_of(w->lookalikes, &w->shingles, w->ntemplates,
	    w->err);
	for (uint32_t i = 0; rc == WEIGH_OK && i < w->ntemplates; i++)
		put_template(w, i);
	return rc;
}

/* --- the whole ---------------------------------------------------------------- */

static enum weigh_code
put_shingles(struct writing *w)
{
	return license_lists_put(w->out, &w->shingles, w->err);
}

static void
pad(struct weigh_buf *b, size_t from)
{
	while ((b->len - from) % PACK_ALIGN != 0)
		weigh_buf_addc(b, '\0');
}

static enum weigh_code
join(struct writing *w, struct weigh_buf *out)
{
	struct pack_header header = { .magic = PACK_MAGIC,
		.format = PACK_FORMAT,
		.version = string_at(w, w->m->version) };
	struct weigh_oid digest;
	size_t from = out->len;

	for (size_t i = 0; i < PACK_SECTIONS; i++) {
		if (w->out[i].failed)
			return weigh_fail(w->err, WEIGH_TOO_BIG,
			    "it would have more than %u bytes",
			    WEIGH_LICENSEPACK_MAX);
		header.counts[i] = elements(w, (enum pack_section)i);
	}
	weigh_buf_add(out, &header, sizeof(header));
	for (size_t i = 0; i < PACK_SECTIONS; i++) {
		weigh_buf_add(out, w->out[i].data, w->out[i].len);
		pad(out, from);
	}
	if (out->failed ||
	    out->len - from > WEIGH_LICENSEPACK_MAX - sizeof(digest))
		return weigh_fail(w->err, WEIGH_TOO_BIG,
		    "it would have more than %u bytes", WEIGH_LICENSEPACK_MAX);
	if (!weigh_oid_of(&digest, out->data + from, out->len - from) ||
	    !weigh_buf_add(out, digest.b, sizeof(digest)))
		return no_memory(w);
	return WEIGH_OK;
}

static void
writing_free(struct writing *w)
{
	for (uint32_t i = 0; w->lookalikes != NULL && i < w->ntemplates; i++)
		free(w->lookalikes[i].list);
	for (size_t i = 0; i < PACK_SECTIONS; i++)
		weigh_buf_free(&w->out[i]);
	free(w->lookalikes);
	free(w->shingles.list);
	free(w->entries);
	free(w->reported);
	free(w->first);
	free(w->templates);
	free(w->owner);
	free(w->number);
	free(w->strings);
	free(w->string_at);
}

enum weigh_code
weigh_licensepack_make_end(struct weigh_licensepack_make *m,
    struct weigh_buf *out, struct weigh_err *err)
{
	static enum weigh_code (*const steps[])(struct writing *) = {
		order_entries, put_strings, number_words, put_templates,
		put_shingles
	};
	struct writing w = { .m = m, .err = err };
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < PACK_SECTIONS; i++)
		weigh_buf_init(&w.out[i], WEIGH_LICENSEPACK_MAX);
	for (size_t i = 0; rc == WEIGH_OK && i < sizeof(steps) / sizeof(*steps);
	     i++)
		rc = steps[i](&w);
	if (rc == WEIGH_OK) {
		put_entries(&w);
		rc = join(&w, out);
	}
	writing_free(&w);
	return rc;
}
