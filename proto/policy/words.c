/* words: the names that policies are written in, and which one was meant. */
#include <stdio.h>
#include <string.h>

#include <weigh/near.h>

#include "priv.h"

#define LISTED 32

static const char *const rulings[WEIGH_RULINGS] = { "allow", "review", "deny" };
static const char *const questions[WEIGH_QUESTIONS] = { "use", "mirror" };

const char *
weigh_ruling_name(enum weigh_ruling ruling)
{
	return (unsigned)ruling < WEIGH_RULINGS ? rulings[ruling] : "";
}

bool
weigh_ruling_parse(enum weigh_ruling *out, const char *text, size_t len)
{
	struct policy_complaint bad;
	size_t i = weigh_policy_word((struct cursor){ text, len }, rulings,
	    WEIGH_RULINGS, "", &bad);

	if (i == WEIGH_RULINGS)
		return false;
	*out = (enum weigh_ruling)i;
	return true;
}

const char *
weigh_question_name(enum weigh_question question)
{
	return (unsigned)question < WEIGH_QUESTIONS ? questions[question] : "";
}

char
weigh_policy_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

size_t
weigh_policy_word(struct cursor word, const char *const *names, size_t n,
    const char *why, struct policy_complaint *bad)
{
	char text[WEIGH_POLICY_ID];
	const char *near;

	*bad = (struct policy_complaint){ .why = why };
	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == word.len &&
		    memcmp(names[i], word.p, word.len) == 0)
			return i;
	snprintf(text, sizeof(text), "%.*s",
	    (int)(word.len < sizeof(text) ? word.len : sizeof(text)), word.p);
	if ((near = weigh_nearest(text, names, n)) != NULL)
		snprintf(bad->near, sizeof(bad->near), "%s", near);
	return n;
}

bool
weigh_policy_listed(struct cursor word, const char *list, const char *why,
    struct policy_complaint *bad)
{
	char words[LISTED][WEIGH_TERM_NEAR];
	const char *names[LISTED];
	struct cursor rest = { list, strlen(list) };
	size_t n = 0;

	for (; rest.len > 0 && n < LISTED; n++) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&rest, ','));

		snprintf(words[n], sizeof(words[n]), "%.*s", (int)one.len,
		    one.p);
		names[n] = words[n];
	}
	return weigh_policy_word(word, names, n, why, bad) < n;
}

char *
weigh_policy_keep(struct policy_heap *h, const char *text, size_t len)
{
	char *out;

	if (h->size - h->used <= len)
		return NULL;
	out = h->bytes + h->used;
	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
	h->used += len + 1;
	return out;
}
