/* text: see text.h.  Decoded, tidied, freed of markup, cut into words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markup.h"
#include "text.h"
#include "words.h"
#include "work.h"
#include "zones.h"

void
license_text_free(struct license_text *t)
{
	if (t == NULL)
		return;
	free(t->tokens);
	free(t->targets);
	free(t->words);
	free(t->clauses);
	free(t);
}

static bool
read_work(struct license_text *t, struct work *w)
{
	license_tidy(w);
	snprintf(t->encoding, sizeof(t->encoding), "%s", w->encoding);
	t->binary = w->binary;
	t->unscanned = w->unscanned;
	if (w->binary)
		return true;
	if ((t->clauses = calloc(1, sizeof(*t->clauses))) == NULL)
		return false;
	t->nclauses = 1;
	if (!license_markup_clear(w) || !license_words_read(t, w))
		return false;
	t->html = w->html;
	t->markdown = w->markdown;
	t->masked = w->masked;
	t->hidden = w->hidden;
	memcpy(t->unseen, w->unseen, sizeof(t->unseen));
	t->nunseen = w->nunseen;
	license_zones_mark(t);
	return true;
}

enum weigh_code
license_text_read(struct license_text **out, const void *bytes, size_t len,
    struct weigh_err *err)
{
	struct license_text *t;
	struct work w = { 0 };
	enum weigh_code rc = WEIGH_OK;

	if ((t = calloc(1, sizeof(*t))) == NULL ||
	    !license_decode(&w, bytes, len) || !read_work(t, &w)) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	*out = t;
	t = NULL; /* the caller's now */
out:
	license_text_free(t);
	license_work_free(&w);
	return rc;
}
