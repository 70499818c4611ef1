/*
 * terms_compare: does a text say the numbers, places, date and words to show that its row
 * says?
 *
 * What stands in a policy of its own (clause "policy...") may be missing from the license's
 * text; everything else that the row has must be found, and nothing may be found that it
 * has not, unless the row does not know.  Words to show are compared where the text has
 * them: not every way to ask for them is understood.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "terms.h"

struct comparison {
	const struct weigh_license_result *result;
	struct weigh_terms_difference *out;
	size_t room, n;
};

static void
put_text(char *out, size_t size, const struct weigh_license_fact *f)
{
	if (f->number == 0)
		snprintf(out, size, "%s", f->value);
	else
		snprintf(out, size, "%s%s%" PRIu64 "%s%s", f->op,
		    f->op[0] != '\0' ? " " : "", f->number,
		    f->currency[0] != '\0' ? " " : "", f->currency);
}

/* `f`: what the text says, NULL if it does not. */
static void
differ(struct comparison *c, const struct weigh_term *term, const char *table,
    const struct weigh_license_fact *f)
{
	struct weigh_terms_difference *d;

	if (c->n == c->room)
		return;
	d = &c->out[c->n++];
	*d = (struct weigh_terms_difference){ .start = 0 };
	snprintf(d->fact, sizeof(d->fact), "%s", term->fact);
	snprintf(d->table, sizeof(d->table), "%s", table);
	snprintf(d->clause, sizeof(d->clause), "%s", term->clause);
	if (f == NULL)
		return;
	put_text(d->text, sizeof(d->text), f);
	snprintf(d->clause, sizeof(d->clause), "%s", f->clause);
	d->start = f->start;
	d->end = f->end;
}

/* The next fact of this name at or after *i; NULL if there is none. */
static const struct weigh_license_fact *
next_fact(const struct comparison *c, const char *name, size_t *i)
{
	while (*i < c->result->nfacts) {
		const struct weigh_license_fact *f = &c->result->facts[(*i)++];

		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

static bool
elsewhere(const struct weigh_term *term)
{
	return strncmp(term->clause, "policy", 6) == 0;
}

static bool
same_limit(const struct weigh_threshold *t, const struct weigh_license_fact *f)
{
	if (f->number != t->number || strcmp(f->currency, t->currency) != 0)
		return false;
	/* "less than 10": the same limit, seen from below. */
	return f->op[0] == '\0' || f->op[0] == '<' || strcmp(f->op, t->op) == 0;
}

static void
compare_threshold(struct comparison *c, const struct weigh_term *term)
{
	struct weigh_threshold t;
	bool limit = weigh_threshold_read(&t, term->value);
	const struct weigh_license_fact *f;
	size_t found = 0;

	if (!limit && strcmp(term->value, "none") != 0)
		return;
	for (size_t i = 0; (f = next_fact(c, term->fact, &i)) != NULL; found++)
		if (!limit || !same_limit(&t, f))
			differ(c, term, term->value, f);
	if (limit && found == 0 && !elsewhere(term))
		differ(c, term, term->value, NULL);
}

/* Is `place` one of a list like "EU, GB"? */
static bool
lists(const char *list, const char *place)
{
	struct cursor rest = { list, strlen(list) };
	struct cursor want = { place, strlen(place) };

	while (rest.len > 0)
		if (weigh_terms_same(weigh_ini_trim(weigh_ini_cut(&rest, ',')),
			want))
			return true;
	return false;
}

static bool
text_has(const struct comparison *c, const struct weigh_term *term,
    const char *place)
{
	const struct weigh_license_fact *f;

	for (size_t i = 0; (f = next_fact(c, term->fact, &i)) != NULL;)
		if (strcmp(f->value, place) == 0)
			return true;
	return false;
}

static void
compare_places(struct comparison *c, const struct weigh_term *term)
{
	struct cursor rest = { term->value, strlen(term->value) };
	const struct weigh_license_fact *f;
	char place[8];

	if (strcmp(term->value, "unclear") == 0)
		return;
	for (size_t i = 0; (f = next_fact(c, term->fact, &i)) != NULL;)
		if (!lists(term->value, f->value))
			differ(c, term, term->value, f);
	if (strcmp(term->value, "none") == 0 || elsewhere(term))
		return;
	while (rest.len > 0) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&rest, ','));

		snprintf(place, sizeof(place), "%.*s", (int)one.len, one.p);
		if (!text_has(c, term, place))
			differ(c, term, place, NULL);
	}
}

/* The date in the head: of the release, else of the last change, else of the version. */
static void
compare_date(struct comparison *c, const struct weigh_term *term)
{
	static const char *const names[] = { "release-date", "effective-date",
		"last-modified", "version-date" };
	const struct weigh_license_fact *f = NULL;

	for (size_t k = 0; f == NULL && k < sizeof(names) / sizeof(names[0]);
	     k++) {
		size_t i = 0;

		f = next_fact(c, names[k], &i);
	}
	if (f != NULL && strcmp(f->value, term->value) != 0)
		differ(c, term, term->value, f);
}

/* The next word of `*at`, in letters and digits; its length, 0 behind the last. */
static size_t
next_word(const char **at, const char **word)
{
	static const char inside[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *end;

	while (**at != '\0' && (unsigned char)**at < 0x80 &&
	    strchr(inside, **at) == NULL)
		++*at;
	for (end = *at; *end != '\0' &&
	     ((unsigned char)*end >= 0x80 || strchr(inside, *end) != NULL);
	     end++)
		continue;
	*word = *at;
	*at = end;
	return (size_t)(end - *word);
}

/* Are the words of `text` those of `table`?  "Or", and others, may follow. */
static bool
same_words(const char *table, const char *text)
{
	for (;;) {
		const char *a, *b;
		size_t na = next_word(&table, &a), nb = next_word(&text, &b);
		struct cursor word = { b, nb };

		if (na == 0)
			return nb == 0 ||
			    weigh_terms_same(word, (struct cursor){ "or", 2 });
		if (!weigh_terms_same(word, (struct cursor){ a, na }))
			return false;
	}
}

/* Words to show, and that a name begins with. */
static void
compare_words(struct comparison *c, const struct weigh_term *term)
{
	const struct weigh_license_fact *f;

	if (strcmp(term->value, "none") == 0 ||
	    strcmp(term->value, "unclear") == 0)
		return;
	for (size_t i = 0; (f = next_fact(c, term->fact, &i)) != NULL;)
		if (!same_words(term->value, f->value))
			differ(c, term, term->value, f);
}

size_t
weigh_terms_compare(const struct weigh_license_terms *t,
    const struct weigh_license_result *r, struct weigh_terms_difference *out,
    size_t room)
{
	struct comparison c = { .result = r, .out = out, .room = room };

	for (size_t i = 0; i < t->nterms; i++) {
		const struct weigh_term *term = &t->terms[i];

		if (strncmp(term->fact, "threshold.", 10) == 0)
			compare_threshold(&c, term);
		else if (strcmp(term->fact, "territory-excludes") == 0)
			compare_places(&c, term);
		else if (strcmp(term->fact, "release-date") == 0)
			compare_date(&c, term);
		else if (strcmp(term->fact, "display") == 0 ||
		    strcmp(term->fact, "name-prefix") == 0)
			compare_words(&c, term);
	}
	return c.n;
}
