/*
 * record_scan: what a scan found, as a row of a record; what a file is about, by its name.
 *
 * A fact of a text is put in the form of a term where there is one: a limit with its
 * operator, "for research purposes only" as `commercial`.  The others are kept as the text
 * has them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <weigh/evidence.h>
#include <weigh/name.h>

#include "record_rows.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define VALUE 96 /* bytes of a fact's value, with its NUL */

/* --- facts ------------------------------------------------------------------------------ */

/* What a text says in other words than a term. */
static const struct {
	const char *name, *value, *fact, *as;
} said[] = {
	{ "purpose", "noncommercial", "commercial", "no" },
	{ "purpose", "evaluation", "commercial", "no" },
	{ "purpose", "nonproduction", "commercial", "no" },
	{ "purpose", "research-only", "commercial", "research-only" },
	{ "output-training", "barred", "output-training", "no-other-models" },
};

static bool
is_threshold(const char *fact)
{
	return strncmp(fact, "threshold.", 10) == 0;
}

static void
put_limit(char value[VALUE], const struct weigh_license_fact *f)
{
	/* "Less than 10" is the limit "10 or more", seen from below; where there is no word
	 * for it the narrower is meant. */
	bool more = strcmp(f->op, ">") == 0 || strcmp(f->op, "<=") == 0;

	snprintf(value, VALUE, "%s %" PRIu64 "%s%s",
	    more ? ">" : ">=", f->number, f->currency[0] != '\0' ? " " : "",
	    f->currency);
}

/* As a term says it, if there is such a fact; *term: there is. */
static void
put_fact(const struct weigh_license_fact *f, const char **fact,
    char value[VALUE], bool *term)
{
	*fact = f->name;
	snprintf(value, VALUE, "%s", f->value);
	*term = false;
	for (size_t i = 0; i < COUNT(said); i++)
		if (strcmp(said[i].name, f->name) == 0 &&
		    strcmp(said[i].value, f->value) == 0) {
			*fact = said[i].fact;
			snprintf(value, VALUE, "%s", said[i].as);
		}
	if (is_threshold(f->name) && f->number > 0)
		put_limit(value, f);
	for (size_t i = 0; i < weigh_term_nkinds; i++)
		*term = *term || strcmp(weigh_term_kinds[i].fact, *fact) == 0;
}

struct taken {
	const struct weigh_license_fact *from[WEIGH_RECORD_FACTS];
	uint32_t n;
};

static bool
is_taken(const struct taken *t, const char *fact, const char *value)
{
	char other[VALUE];
	const char *name;
	bool term;

	for (uint32_t i = 0; i < t->n; i++) {
		put_fact(t->from[i], &name, other, &term);
		if (strcmp(name, fact) == 0 && strcmp(other, value) == 0)
			return true;
	}
	return false;
}

/* Each once; terms first, if there is no room for all. */
static void
take_facts(struct taken *t, const struct weigh_license_result *found)
{
	char value[VALUE];
	const char *fact;
	bool term;

	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < found->nfacts; i++) {
			put_fact(&found->facts[i], &fact, value, &term);
			if (term == (pass == 0) && t->n < WEIGH_RECORD_FACTS &&
			    !is_taken(t, fact, value))
				t->from[t->n++] = &found->facts[i];
		}
}

/* --- a text ----------------------------------------------------------------------------- */

static bool
keep(struct weigh_record *r, const char **out, const char *text)
{
	*out = record_keeps(r, text);
	if (*out == NULL)
		*out = "";
	return *out[0] != '\0' || text[0] == '\0';
}

static bool
keep_facts(struct weigh_record *r, struct weigh_record_text *t,
    const struct taken *taken)
{
	struct weigh_record_fact *rows = weigh_record_facts(r, t, taken->n);
	char value[VALUE];
	const char *fact;
	bool ok = rows != NULL, term;

	for (uint32_t i = 0; ok && i < taken->n; i++) {
		const struct weigh_license_fact *f = taken->from[i];

		put_fact(f, &fact, value, &term);
		ok = keep(r, &rows[i].fact, fact) &&
		    keep(r, &rows[i].value, value) &&
		    keep(r, &rows[i].clause, f->clause);
		rows[i].start = f->start;
		rows[i].end = f->end;
	}
	return ok;
}

/* The license that a modified text is nearest to. */
static const char *
changed_from(const struct weigh_license_result *found)
{
	for (size_t i = 0; i < found->nmatches; i++)
		if (found->matches[i].kind == WEIGH_LICENSE_MODIFIED)
			return found->matches[i].id;
	return "";
}

enum weigh_code
weigh_record_take_scan(struct weigh_record *r, struct weigh_record_text *t,
    const struct weigh_license_result *found, struct weigh_err *err)
{
	struct taken taken = { .n = 0 };

	t->bytes = found->bytes;
	t->kind = found->kind;
	t->score = found->score;
	t->added = (uint32_t)(found->more_passages < UINT32_MAX / 2 ?
		found->more_passages :
		UINT32_MAX / 2);
	t->removed = 0;
	for (size_t i = 0; i < found->npassages; i++)
		if (found->passages[i].removed)
			t->removed++;
		else
			t->added++;
	take_facts(&taken, found);
	if (!keep(r, &t->license, found->license) ||
	    !keep(r, &t->based_on, changed_from(found)) ||
	    !keep(r, &t->encoding, found->encoding) ||
	    !keep_facts(r, t, &taken))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

/* --- what a text is about --------------------------------------------------------------- */

/* In small letters.  The first that fits counts. */
static const struct {
	const char *name;
	enum weigh_record_scope scope;
} by_name[] = {
	{ "notice*", WEIGH_SCOPE_NOTICE },
	{ "third*party*notice*", WEIGH_SCOPE_NOTICE },
	{ "*licen?e?model*", WEIGH_SCOPE_WEIGHTS },
	{ "*model?licen?e*", WEIGH_SCOPE_WEIGHTS },
	{ "*weights*", WEIGH_SCOPE_WEIGHTS },
	{ "*licen?e?code*", WEIGH_SCOPE_CODE },
	{ "*code?licen?e*", WEIGH_SCOPE_CODE },
	{ "*licen?e?data*", WEIGH_SCOPE_DATA },
	{ "*data?licen?e*", WEIGH_SCOPE_DATA },
	{ "*dataset?licen?e*", WEIGH_SCOPE_DATA },
};

/* A folder whose files are not the weights. */
static const struct {
	const char *folder;
	enum weigh_record_scope scope;
} by_folder[] = {
	{ "code", WEIGH_SCOPE_CODE },
	{ "demo", WEIGH_SCOPE_CODE },
	{ "examples", WEIGH_SCOPE_CODE },
	{ "inference", WEIGH_SCOPE_CODE },
	{ "scripts", WEIGH_SCOPE_CODE },
	{ "src", WEIGH_SCOPE_CODE },
	{ "third_party", WEIGH_SCOPE_CODE },
	{ "third-party", WEIGH_SCOPE_CODE },
	{ "thirdparty", WEIGH_SCOPE_CODE },
	{ "vendor", WEIGH_SCOPE_CODE },
	{ "data", WEIGH_SCOPE_DATA },
	{ "dataset", WEIGH_SCOPE_DATA },
	{ "datasets", WEIGH_SCOPE_DATA },
};

static bool
by_folder_of(const char *small, enum weigh_record_scope *out)
{
	const char *slash;

	for (; (slash = strchr(small, '/')) != NULL; small = slash + 1)
		for (size_t i = 0; i < COUNT(by_folder); i++)
			if (strlen(by_folder[i].folder) ==
				(size_t)(slash - small) &&
			    memcmp(by_folder[i].folder, small,
				(size_t)(slash - small)) == 0) {
				*out = by_folder[i].scope;
				return true;
			}
	return false;
}

/* The last of a path in small letters, as much of it as there is room for. */
static const char *
small_letters(char *out, size_t room, const char *path)
{
	size_t len = strlen(path), n = 0;
	const char *slash;

	if (len >= room)
		path += len - room + 1;
	for (; path[n] != '\0'; n++)
		out[n] = (char)(path[n] >= 'A' && path[n] <= 'Z' ?
			path[n] - 'A' + 'a' :
			path[n]);
	out[n] = '\0';
	slash = strrchr(out, '/');
	return slash != NULL ? slash + 1 : out;
}

enum weigh_record_scope
weigh_record_scope(const char *path)
{
	enum weigh_record_scope scope = WEIGH_SCOPE_WEIGHTS;
	char small[1024];
	const char *name = small_letters(small, sizeof(small), path);

	if (weigh_evidence_policy(path))
		return WEIGH_SCOPE_POLICY;
	for (size_t i = 0; i < COUNT(by_name); i++)
		if (weigh_glob_match(by_name[i].name, name))
			return by_name[i].scope;
	by_folder_of(small, &scope);
	return scope;
}
