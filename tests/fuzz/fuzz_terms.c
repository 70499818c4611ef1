/*
 * A table of terms.  (1) and (2) of weigh/licenseterms.h: what is accepted has rows that
 * are found, and each fact written again by itself is accepted with the same value.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>
#include <weigh/licenseterms.h>

static bool
is_text(const char *fact)
{
	for (size_t i = 0; i < weigh_term_nkinds; i++)
		if (strcmp(weigh_term_kinds[i].fact, fact) == 0)
			return weigh_term_kinds[i].type == WEIGH_TERM_TEXT;
	abort();
}

/* Words to show are written in quotes, unless they are the word none or unclear. */
static void
put_value(struct weigh_buf *b, const struct weigh_term *term)
{
	bool quotes = is_text(term->fact) && strcmp(term->value, "none") != 0 &&
	    strcmp(term->value, "unclear") != 0;

	if (quotes)
		weigh_buf_addc(b, '"');
	for (const char *p = term->value; *p != '\0'; p++) {
		weigh_buf_addc(b, *p);
		if (quotes && *p == '"')
			weigh_buf_addc(b, *p);
	}
	if (quotes)
		weigh_buf_addc(b, '"');
}

static void
read_again(const struct weigh_term *term)
{
	struct weigh_license_terms *l = NULL;
	struct weigh_terms *t = NULL;
	const struct weigh_terms *table;
	struct weigh_buf b;

	weigh_buf_init(&b, 4096);
	weigh_buf_addf(&b, "[A]\nevidence = %s\n%s = ", term->evidence,
	    term->fact);
	put_value(&b, term);
	if (b.failed ||
	    weigh_terms_read(&t, "again", b.data, b.len, NULL) != WEIGH_OK)
		abort();
	table = t;
	if (weigh_terms_find(&l, &table, 1, "a", NULL) != WEIGH_OK ||
	    l->nterms != 1 || strcmp(l->terms[0].value, term->value) != 0)
		abort();
	weigh_license_terms_free(l);
	weigh_terms_free(t);
	weigh_buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_terms *t = NULL;
	struct weigh_license_terms *l;
	const struct weigh_terms *table;
	struct weigh_err err = { 0 };
	char id[WEIGH_LICENSE_ID];

	if (weigh_terms_read(&t, "t", (const char *)data, size, &err) !=
	    WEIGH_OK) {
		if (t != NULL || err.code == WEIGH_OK || err.why[0] == '\0')
			abort();
		return 0;
	}
	table = t;
	for (size_t i = 0; i < weigh_terms_count(t); i++) {
		if (weigh_terms_find(&l, &table, 1, weigh_terms_id(t, i),
			NULL) != WEIGH_OK)
			abort();
		for (size_t k = 0; k < l->nterms; k++)
			read_again(&l->terms[k]);
		weigh_terms_hub(&table, 1, l->hub, id);
		weigh_license_terms_free(l);
	}
	weigh_terms_free(t);
	return 0;
}
