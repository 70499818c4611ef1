/* names: see names.h. */
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define KEY_MAX 128
#define WORDS_MAX 16 /* of one name */
#define KEYS 5       /* of one license */
#define SHORT 2      /* a key of fewer characters is none */

struct license_names {
	struct license_called *all; /* by hash, then as they shall be told */
	size_t n;
};

struct key {
	char text[KEY_MAX];
	size_t len;
};

/* --- keys ------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (unsigned char)c >= 0x80;
}

static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What names have or have not, and mean the same. */
static bool
left_out(const char *word, size_t len)
{
	static const char *const words[] = { "the", "a", "license", "licenses",
		"licence", "agreement", "version", "gnu", "international",
		"unported", "v", "ver" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len &&
		    strncmp(words[i], word, len) == 0)
			return true;
	return false;
}

static void
key_put(struct key *k, char c)
{
	if (k->len < KEY_MAX)
		k->text[k->len++] = c;
}

/* One more word, in small letters.  False: it is one that is left out. */
static bool
key_add(struct key *k, const char *word, size_t len)
{
	size_t end = len;

	if (left_out(word, len))
		return false;
	while (end > 2 && word[end - 1] == '0' && word[end - 2] == '.')
		end -= 2;
	for (size_t i = 0; i < end; i++) {
		bool in_number = i > 0 && is_digit(word[i - 1]) &&
		    i + 1 < end && is_digit(word[i + 1]);

		if (word[i] == 'v' && i + 1 < end && is_digit(word[i + 1]))
			continue;
		if (word[i] != '.' || in_number)
			key_put(k, word[i]);
	}
	return true;
}

static uint64_t
key_hash(const struct key *k)
{
	return license_word_hash(k->text, k->len);
}

/* "2.0", "v3": what a family's name is without. */
static bool
is_version(const char *word, size_t len)
{
	return len > 0 &&
	    (is_digit(word[0]) ||
		(word[0] == 'v' && len > 1 && is_digit(word[1])));
}

/* The next word of a name as a pack has it, in small letters: a hyphen between letters
 * joins, as in texts.  Its length, cut to `size`; 0: no more. */
static size_t
next_word(const char **name, char *out, size_t size)
{
	const char *at = *name;
	size_t n = 0;

	while (*at != '\0' && !is_letter(*at) && !is_digit(*at) && *at != '&')
		at++;
	if (*at == '&') {
		*name = at + 1;
		memcpy(out, "and", 3);
		return 3;
	}
	for (; *at != '\0'; at++) {
		bool joins = at > *name && at[1] != '\0' &&
		    ((*at == '.' && (is_letter(at[1]) || is_digit(at[1]))) ||
			(*at == '-' && n > 0 && is_letter(at[-1]) &&
			    is_letter(at[1])));

		if (!is_letter(*at) && !is_digit(*at) && !joins)
			break;
		if (*at != '-' && n < size)
			out[n++] = small(*at);
	}
	*name = at;
	return n;
}

/* --- the names of one license ------------------------------------------------------ */

static bool
ends_with(const struct key *k, const char *end)
{
	size_t n = strlen(end);

	return k->len > n && memcmp(k->text + k->len - n, end, n) == 0;
}

static void
put(struct license_names *n, const struct key *k, uint32_t entry,
    const struct weigh_licensepack_entry *e, enum license_calling how)
{
	if (k->len < SHORT)
		return;
	n->all[n->n++] = (struct license_called){ .hash = key_hash(k),
		.entry = entry,
		.how = (uint8_t)how,
		.deprecated = e->deprecated };
}

/* The keys of one of its names. */
static void
put_name(struct license_names *n, uint32_t entry,
    const struct weigh_licensepack_entry *e, const char *name)
{
	struct key all = { .len = 0 }, family = { .len = 0 };
	char word[KEY_MAX];
	size_t len;

	while ((len = next_word(&name, word, sizeof(word))) > 0) {
		(void)key_add(&all, word, len);
		if (!is_version(word, len))
			(void)key_add(&family, word, len);
	}
	put(n, &all, entry, e, CALLED_WHOLLY);
	if (ends_with(&family, "only"))
		family.len -= strlen("only");
	if (ends_with(&family, "orlater"))
		family.len -= strlen("orlater");
	if (family.len < all.len)
		put(n, &family, entry, e, CALLED_FAMILY);
	if (!ends_with(&all, "only"))
		return;
	all.len -= strlen("only");
	put(n, &all, entry, e, CALLED_OPENLY);
}

static void
put_entry(struct license_names *n, const struct weigh_license_pack *p,
    uint32_t entry)
{
	static const char ours[] = "LicenseRef-";
	struct weigh_licensepack_entry e;

	weigh_licensepack_entry(p, entry, &e);
	/* "GPL-2.0+": the sign is no letter, and "GPL-2.0" is another license. */
	if (e.what == WEIGH_WHAT_HARMLESS || e.what == WEIGH_WHAT_HEADER ||
	    e.what == WEIGH_WHAT_EXCEPTION || strchr(e.id, '+') != NULL)
		return;
	put_name(n, entry, &e,
	    strncmp(e.id, ours, strlen(ours)) == 0 ? e.id + strlen(ours) :
						     e.id);
	put_name(n, entry, &e, e.name);
}

static int
by_hash(const void *a, const void *b)
{
	const struct license_called *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->deprecated != y->deprecated)
		return x->deprecated ? 1 : -1;
	if (x->how != y->how)
		return x->how < y->how ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

enum weigh_code
license_names_new(struct license_names **out,
    const struct weigh_license_pack *p, struct weigh_err *err)
{
	size_t count = weigh_licensepack_count(p);
	struct license_names *n = calloc(1, sizeof(*n));

	if (n != NULL)
		n->all = calloc(2 * KEYS * count + 1, sizeof(*n->all));
	if (n == NULL || n->all == NULL) {
		license_names_free(n);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	for (uint32_t i = 0; i < count; i++)
		put_entry(n, p, i);
	if (n->n > 1)
		qsort(n->all, n->n, sizeof(*n->all), by_hash);
	*out = n;
	return WEIGH_OK;
}

void
license_names_free(struct license_names *n)
{
	if (n == NULL)
		return;
	free(n->all);
	free(n);
}

/* --- asking ------------------------------------------------------------------------- */

/* Those of a hash, families only if they are asked for. */
static const struct license_called *
find(const struct license_names *n, uint64_t hash, bool families, size_t *count)
{
	size_t low = 0, high = n->n, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (n->all[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	while (!families && low < n->n && n->all[low].hash == hash &&
	    n->all[low].how == CALLED_FAMILY)
		low++;
	for (end = low; end < n->n && n->all[end].hash == hash; end++)
		;
	*count = end - low;
	return end > low ? &n->all[low] : NULL;
}

/* Does a sentence end behind word `i`?  Not behind "v. 2". */
static bool
sentence_ends(const struct license_text *t, size_t i)
{
	const char *word = license_word(t, i);

	return t->tokens[i].flags & TOKEN_STOP && strcmp(word, "v") != 0 &&
	    strcmp(word, "ver") != 0;
}

const struct license_called *
license_names_at(const struct license_names *n, const struct license_text *t,
    size_t i, bool families, size_t *count, size_t *words)
{
	const struct license_called *best = NULL, *found;
	struct key k = { .len = 0 };
	size_t many;

	for (size_t at = i; at < t->ntokens && at < i + WORDS_MAX; at++) {
		const char *word = license_word(t, at);

		/* A name does not begin with what it may be without, goes on in
		 * no other sentence, and ends with no article. */
		if (!key_add(&k, word, strlen(word)) && k.len == 0)
			return NULL;
		if (k.len >= KEY_MAX || (at > i && sentence_ends(t, at - 1)))
			break;
		if (strcmp(word, "the") == 0 || strcmp(word, "a") == 0)
			continue;
		found = k.len < SHORT ? NULL :
					find(n, key_hash(&k), families, &many);
		if (found == NULL)
			continue;
		best = found;
		*count = many;
		*words = at + 1 - i;
	}
	return best;
}
