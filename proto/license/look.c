/* look: see look.h. */
#include <string.h>

#include "look.h"

/* Bytes of the phrase's first word if word `i` is that, else 0. */
static size_t
same_word(const struct license_text *t, size_t i, const char *phrase)
{
	const char *word = license_word(t, i);
	size_t n = 0;

	while (word[n] != '\0' && word[n] == phrase[n])
		n++;
	if (word[n] != '\0' || (phrase[n] != '\0' && phrase[n] != ' '))
		return 0;
	return n;
}

size_t
license_phrase_at(const struct license_text *t, size_t i, const char *phrase)
{
	size_t words = 0, n;

	for (;; phrase++) {
		if (i + words >= t->ntokens ||
		    (n = same_word(t, i + words, phrase)) == 0)
			return 0;
		words++;
		phrase += n;
		if (*phrase == '\0')
			return words;
	}
}

size_t
license_phrase_before(const struct license_text *t, size_t i,
    const char *phrase)
{
	size_t end = strlen(phrase), words = 0;

	/* Its words from the last to the first. */
	for (;;) {
		size_t from = end;
		const char *word;

		while (from > 0 && phrase[from - 1] != ' ')
			from--;
		if (words == i)
			return 0;
		word = license_word(t, i - ++words);
		if (word[0] != phrase[from] ||
		    strncmp(word, phrase + from, end - from) != 0 ||
		    word[end - from] != '\0')
			return 0;
		if (from == 0)
			return words;
		end = from - 1;
	}
}

size_t
license_any_at(const struct license_text *t, size_t i,
    const char *const *phrases)
{
	char first = i < t->ntokens ? license_word(t, i)[0] : '\0';
	size_t best = 0, n;

	for (; *phrases != NULL; phrases++)
		if ((*phrases)[0] == first &&
		    (n = license_phrase_at(t, i, *phrases)) > best)
			best = n;
	return best;
}

size_t
license_any_ahead(const struct license_text *t, size_t i, size_t n,
    const char *const *phrases)
{
	for (size_t k = i; k < t->ntokens && k - i < n; k++)
		if (license_any_at(t, k, phrases) > 0)
			return k;
	return LOOK_NONE;
}

size_t
license_any_back(const struct license_text *t, size_t i, size_t n,
    const char *const *phrases)
{
	for (size_t k = i; k-- > 0 && i - k <= n;) {
		size_t words = license_any_at(t, k, phrases);

		if (words > 0 && k + words <= i)
			return k;
	}
	return LOOK_NONE;
}

void
license_words_copy(const struct license_text *t, size_t from, size_t to,
    char *out, size_t size)
{
	size_t n = 0;

	for (; from < to && from < t->ntokens; from++) {
		const char *word = license_word(t, from);
		size_t len = strlen(word);

		if (n + len + 2 > size)
			break;
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, word, len);
		n += len;
	}
	out[n] = '\0';
}

/* The first word of the clause that word `i` stands in: clauses rise with the words. */
static size_t
clause_start(const struct license_text *t, size_t i)
{
	uint16_t clause = t->tokens[i].clause;
	size_t low = 0, high = i;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->tokens[mid].clause < clause)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void
license_clause(const struct license_text *t, size_t i, char label[24])
{
	size_t first = clause_start(t, i), at = i;
	const char *inner;

	label[0] = '\0';
	if (t->tokens[i].clause >= t->nclauses)
		return;
	memcpy(label, t->clauses[t->tokens[i].clause], 24);
	if (t->tokens[first].flags & TOKEN_PARAGRAPH)
		return; /* an item that is a paragraph may have several */
	while (at > first && !(t->tokens[at].flags & TOKEN_PARAGRAPH))
		at--;
	if (at == first)
		return;
	inner = strrchr(label, '.');
	label[inner == NULL ? 0 : inner - label] = '\0';
}
