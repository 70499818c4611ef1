/*
 * The rows of the table that is built in: (1) what a text was read for is written, known or
 * not, (3) what it says has its clause; a tag of the Hub leads to a row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/licenseterms.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct weigh_terms *
builtin(void)
{
	struct weigh_terms *t = NULL;
	struct weigh_err err = { 0 };
	const char *text;
	size_t len;

	weigh_terms_builtin(&text, &len);
	if (weigh_terms_read(&t, "licenses.terms", text, len, &err) != WEIGH_OK)
		fail_msg("%s (%s)", err.why, err.fix);
	return t;
}

static struct weigh_license_terms *
find(const struct weigh_terms *t, const char *id)
{
	struct weigh_license_terms *l = NULL;
	struct weigh_err err = { 0 };

	if (weigh_terms_find(&l, &t, 1, id, &err) != WEIGH_OK)
		fail_msg("%s: %s", id, err.why);
	return l;
}

static bool
among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* --- clauses ---------------------------------------------------------------------- */

/* That a text says nothing has no clause. */
static const char *const silence[] = { "none", "silent", "not-expressed" };
/* Duties: their "no" is silence too. */
static const char *const duties[] = { "agreement-copy", "change-notice",
	"notice-file", "attribution", "aup-flowdown", "terms-may-change",
	"remote-restriction" };

static bool
needs_clause(const struct weigh_term *t)
{
	if (strcmp(t->evidence, "text") != 0 ||
	    among(t->value, silence, COUNT(silence)))
		return false;
	if (strcmp(t->fact, "release-date") == 0) /* of the head */
		return false;
	return strcmp(t->value, "no") != 0 ||
	    !among(t->fact, duties, COUNT(duties));
}

static void
test_clauses(void **state)
{
	struct weigh_terms *t = builtin();
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < weigh_terms_count(t); i++) {
		struct weigh_license_terms *l = find(t, weigh_terms_id(t, i));

		for (size_t n = 0; n < l->nterms; n++) {
			const struct weigh_term *term = &l->terms[n];
			char label[160];

			if (!needs_clause(term))
				continue;
			snprintf(label, sizeof(label), "%s: %s", l->id,
			    term->fact);
			check_true(label, term->clause[0] != '\0');
			told++;
		}
		weigh_license_terms_free(l);
	}
	check_true("clauses", told > 1000);
	weigh_terms_free(t);
}

/* --- what is not known is written as unknown --------------------------------------- */

static const char *const asked[] = { "commercial", "threshold.", "registration",
	"redistribution", "modification", "agreement-copy", "change-notice",
	"notice-file", "attribution", "display", "name-prefix",
	"output-training", "aup", "aup-flowdown", "territory-excludes",
	"field-excludes", "patent-grant", "litigation-ends", "flowdown",
	"termination" };

/* The lines of a row, from behind its [ID] to the blank line in front of the next. */
static bool
row_says(const char *text, const char *id, const char *fact)
{
	char head[160], line[64];
	const char *at, *end, *found;

	snprintf(head, sizeof(head), "\n[%s]\n", id);
	at = strstr(text, head);
	if (at == NULL)
		return false;
	at += strlen(head) - 1;
	end = strstr(at, "\n\n");
	snprintf(line, sizeof(line), "\n%s%s", fact,
	    fact[strlen(fact) - 1] == '.' ? "" : " = ");
	found = strstr(at, line);
	return found != NULL && (end == NULL || found < end);
}

/* A license that was read answers what everybody asks, be it by "unknown". */
static void
test_answers(void **state)
{
	struct weigh_terms *t = builtin();
	const char *table;
	size_t len, rows = 0;
	char *text;

	(void)state;
	weigh_terms_builtin(&table, &len);
	text = strndup(table, len); /* with a NUL */
	assert_non_null(text);
	for (size_t i = 0; i < weigh_terms_count(t); i++) {
		struct weigh_license_terms *l = find(t, weigh_terms_id(t, i));
		bool read = strcmp(l->evidence, "text") == 0 &&
		    strcmp(l->family, "policy") != 0;

		for (size_t n = 0; read && n < COUNT(asked); n++) {
			char label[160];

			snprintf(label, sizeof(label), "%s: %s", l->id,
			    asked[n]);
			check_true(label, row_says(text, l->id, asked[n]));
		}
		rows += read;
		weigh_license_terms_free(l);
	}
	check_true("rows", rows > 100);
	free(text);
	weigh_terms_free(t);
}

/* --- the tags of the Hub ----------------------------------------------------------- */

static const struct tag {
	const char *tag, *id;
} tags[] = {
	{ "apache-2.0", "Apache-2.0" },
	{ "mit", "MIT" },
	{ "afl-3.0", "AFL-3.0" },
	{ "artistic-2.0", "Artistic-2.0" },
	{ "bsl-1.0", "BSL-1.0" },
	{ "bsd-2-clause", "BSD-2-Clause" },
	{ "bsd-3-clause", "BSD-3-Clause" },
	{ "bsd-3-clause-clear", "BSD-3-Clause-Clear" },
	{ "c-uda", "C-UDA-1.0" },
	{ "cc0-1.0", "CC0-1.0" },
	{ "cc-by-2.0", "CC-BY-2.0" },
	{ "cc-by-2.5", "CC-BY-2.5" },
	{ "cc-by-3.0", "CC-BY-3.0" },
	{ "cc-by-4.0", "CC-BY-4.0" },
	{ "cc-by-sa-3.0", "CC-BY-SA-3.0" },
	{ "cc-by-sa-4.0", "CC-BY-SA-4.0" },
	{ "cc-by-nc-2.0", "CC-BY-NC-2.0" },
	{ "cc-by-nc-3.0", "CC-BY-NC-3.0" },
	{ "cc-by-nc-4.0", "CC-BY-NC-4.0" },
	{ "cc-by-nd-4.0", "CC-BY-ND-4.0" },
	{ "cc-by-nc-nd-3.0", "CC-BY-NC-ND-3.0" },
	{ "cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0" },
	{ "cc-by-nc-sa-2.0", "CC-BY-NC-SA-2.0" },
	{ "cc-by-nc-sa-3.0", "CC-BY-NC-SA-3.0" },
	{ "cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0" },
	{ "cdla-sharing-1.0", "CDLA-Sharing-1.0" },
	{ "cdla-permissive-1.0", "CDLA-Permissive-1.0" },
	{ "cdla-permissive-2.0", "CDLA-Permissive-2.0" },
	{ "wtfpl", "WTFPL" },
	{ "ecl-2.0", "ECL-2.0" },
	{ "epl-1.0", "EPL-1.0" },
	{ "epl-2.0", "EPL-2.0" },
	{ "etalab-2.0", "etalab-2.0" },
	{ "eupl-1.1", "EUPL-1.1" },
	{ "eupl-1.2", "EUPL-1.2" },
	{ "agpl-3.0", "AGPL-3.0-only" },
	{ "gpl-2.0", "GPL-2.0-only" },
	{ "gpl-3.0", "GPL-3.0-only" },
	{ "lgpl-2.1", "LGPL-2.1-only" },
	{ "lgpl-3.0", "LGPL-3.0-only" },
	{ "isc", "ISC" },
	{ "lppl-1.3c", "LPPL-1.3c" },
	{ "ms-pl", "MS-PL" },
	{ "mpl-2.0", "MPL-2.0" },
	{ "odc-by", "ODC-By-1.0" },
	{ "odbl", "ODbL-1.0" },
	{ "openmdw-1.0", "OpenMDW-1.0" },
	{ "osl-3.0", "OSL-3.0" },
	{ "postgresql", "PostgreSQL" },
	{ "ofl-1.1", "OFL-1.1" },
	{ "ncsa", "NCSA" },
	{ "unlicense", "Unlicense" },
	{ "zlib", "Zlib" },
	{ "pddl", "PDDL-1.0" },
	{ "lgpl-lr", "LGPLLR" },
};

static void
test_tags(void **state)
{
	struct weigh_terms *t = builtin();
	const struct weigh_terms *table = t;

	(void)state;
	for (size_t i = 0; i < COUNT(tags); i++) {
		char id[WEIGH_LICENSE_ID];
		struct weigh_license_terms *l;
		enum weigh_hub_precision p = weigh_terms_hub(&table, 1,
		    tags[i].tag, id);

		check_true(tags[i].tag,
		    p == WEIGH_HUB_EXACT || p == WEIGH_HUB_VERSION);
		check_str(tags[i].tag, id, tags[i].id);
		l = find(t, id);
		check_str(tags[i].tag, l->evidence, "text");
		check_true(tags[i].tag,
		    weigh_license_term(l, "commercial") != NULL);
		weigh_license_terms_free(l);
	}
	weigh_terms_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clauses),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
