/*
 * Files as words.  Whatever the bytes: words come in the file's order and do not overlap
 * (text.h, (2)), each is what it was hashed from, and the same bytes have the same words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../proto/license/text.h"

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
check_token(const struct license_text *t, const struct license_token *token,
    size_t size, uint32_t after)
{
	const char *word = t->words + token->word;
	size_t len = strlen(word);

	check(token->start >= after && token->start < token->end);
	check(token->end <= size && token->line >= 1);
	check(len > 0 && len <= LICENSE_WORD_MAX);
	check(token->clause < t->nclauses);
	check(strlen(t->clauses[token->clause]) < sizeof(t->clauses[0]));
	if (len < LICENSE_WORD_MAX)
		check(license_word_hash(word, len) == token->hash);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct license_text *t, *again;
	uint32_t after = 0;

	check(license_text_read(&t, data, size, NULL) == WEIGH_OK);
	check(license_text_read(&again, data, size, NULL) == WEIGH_OK);
	check(t->ntokens == again->ntokens && (!t->binary || t->ntokens == 0));
	for (size_t i = 0; i < t->ntokens; i++) {
		check_token(t, &t->tokens[i], size, after);
		check(t->tokens[i].hash == again->tokens[i].hash);
		after = t->tokens[i].end;
	}
	for (size_t i = 0; i < t->ntargets; i++)
		check(t->targets[i].start < t->targets[i].end &&
		    t->targets[i].end <= size);
	after = 0;
	for (size_t i = 0; i < t->nunseen; i++) {
		check(t->unseen[i].start >= after &&
		    t->unseen[i].start < t->unseen[i].end &&
		    t->unseen[i].end <= size && t->unseen[i].words > 0);
		after = t->unseen[i].end;
	}
	license_text_free(t);
	license_text_free(again);
	return 0;
}
