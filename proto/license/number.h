/* number: numbers in a text, and what they count.  Private to proto/license. */
#ifndef PROTO_LICENSE_NUMBER_H
#define PROTO_LICENSE_NUMBER_H

#include "text.h"

struct license_number {
	size_t from, to;  /* words [from, to), a currency beside it included */
	uint64_t value;   /* in whole units; what does not fit is no number */
	char currency[4]; /* ISO 4217, or "" */
	bool money;       /* with a currency's sign or word, known or not */
};

/* The number that begins at word `i` (its digits or first number word; a currency before
 * it is found by itself): "700 million", "1000000", "10m", "one hundred million", "1 亿".
 * A version like 2.0 is none. */
bool license_number_at(const struct license_text *t, size_t i,
    struct license_number *out);
/* Is this a word that a number may begin with? */
bool license_number_word(const char *word);

/* What it counts.  False: nothing that anybody asks for. */
bool license_number_fact(const struct license_text *t,
    const struct license_number *n, struct weigh_license_fact *out);

#endif
