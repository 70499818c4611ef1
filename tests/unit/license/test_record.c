/* A record: its memory, its words, and itself as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/record.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* --- memory -------------------------------------------------------------------------- */

static const struct keep_row {
	const char *label, *text;
	size_t len;
	const char *want;
} keep_rows[] = {
	{ "nothing", "", 0, "" },
	{ "letters", "abc", 3, "abc" },
	{ "only so many", "abcdef", 3, "abc" },
	{ "other scripts", "\xe4\xb8\xad\xf0\x9f\x98\x80", 7,
	    "\xe4\xb8\xad\xf0\x9f\x98\x80" },
	{ "no UTF-8", "a\xff\x62", 3, "a\xef\xbf\xbd\x62" },
	{ "cut off", "a\xe4\xb8", 3, "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "overlong", "\xc0\x80", 2, "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a NUL does not end it", "a\0b", 3, "a\xef\xbf\xbd\x62" },
};

static void
test_keep(void **state)
{
	struct weigh_record *r = weigh_record_new();

	(void)state;
	for (size_t i = 0; i < COUNT(keep_rows); i++)
		check_str(keep_rows[i].label,
		    weigh_record_keep(r, keep_rows[i].text, keep_rows[i].len),
		    keep_rows[i].want);
	weigh_record_free(r);
}

/* (5): as many rows as there may be, each still what it was after the list grew. */
static void
test_rows(void **state)
{
	struct weigh_record *r = weigh_record_new();
	char name[32];
	size_t n;

	(void)state;
	for (n = 0; n <= WEIGH_RECORD_TEXTS; n++) {
		struct weigh_record_text *t = weigh_record_text(r);

		if (t == NULL)
			break;
		check_str("empty", t->license, "");
		snprintf(name, sizeof(name), "f%zu", n);
		t->path = weigh_record_keep(r, name, strlen(name));
	}
	check_u64("texts", n, WEIGH_RECORD_TEXTS);
	check_str("the first", r->texts[0].path, "f0");
	check_str("the last", r->texts[n - 1].path, "f127");
	for (n = 0; weigh_record_claim(r) != NULL; n++)
		continue;
	check_u64("claims", n, WEIGH_RECORD_CLAIMS);
	for (n = 0; weigh_record_link(r) != NULL; n++)
		continue;
	check_u64("links", n, WEIGH_RECORD_LINKS);
	for (n = 0; weigh_record_base(r) != NULL; n++)
		check_u64("the model's own", r->bases[n].child, UINT32_MAX);
	check_u64("bases", n, WEIGH_RECORD_BASES);
	check_true("facts",
	    weigh_record_facts(r, &r->texts[0], WEIGH_RECORD_FACTS) != NULL);
	check_str("of a fact", r->texts[0].facts[63].clause, "");
	check_true("too many",
	    weigh_record_facts(r, &r->texts[1], WEIGH_RECORD_FACTS + 1) ==
		NULL);
	weigh_record_free(r);
	weigh_record_free(NULL);
}

/* However much is kept, memory ends: NULL, and what was kept stands. */
static void
test_full(void **state)
{
	struct weigh_record *r = weigh_record_new();
	static char text[1u << 20];
	const char *first = weigh_record_keep(r, "first", 5);
	size_t n = 0;

	(void)state;
	memset(text, 'x', sizeof(text));
	while (n < 100 && weigh_record_keep(r, text, sizeof(text)) != NULL)
		n++;
	check_true("ends", n >= 2 && n < 100);
	check_str("stands", first, "first");
	weigh_record_free(r);
}

/* --- words --------------------------------------------------------------------------- */

static void
test_names(void **state)
{
	enum weigh_finding finding = WEIGH_FINDINGS;
	enum weigh_relation relation = WEIGH_RELATIONS;
	unsigned i;

	(void)state;
	for (i = 0; i < WEIGH_FINDINGS; i++) {
		const char *name = weigh_finding_name((enum weigh_finding)i);

		check_true(name,
		    weigh_finding_parse(&finding, name, strlen(name)));
		check_u64(name, finding, i);
		check_true(name,
		    weigh_finding_means((enum weigh_finding)i)[0] != '\0');
	}
	for (i = 0; i < WEIGH_RELATIONS; i++) {
		const char *name = weigh_relation_name((enum weigh_relation)i);

		check_true(name,
		    weigh_relation_parse(&relation, name, strlen(name)));
		check_u64(name, relation, i);
	}
	for (i = 0; i < WEIGH_STATES; i++)
		check_true("state",
		    weigh_state_name((enum weigh_record_state)i)[0] != '\0');
	for (i = 0; i < WEIGH_SCOPES; i++)
		check_true("scope",
		    weigh_record_scope_name((enum weigh_record_scope)i)[0] !=
			'\0');
	for (i = 0; i < WEIGH_LINKS; i++)
		check_true("link",
		    weigh_record_link_name((enum weigh_record_link_kind)i)[0] !=
			'\0');
	check_true("no finding", !weigh_finding_parse(&finding, "danger", 6));
	check_true("not a part", !weigh_relation_parse(&relation, "merg", 4));
	check_true("a limit is none",
	    !weigh_finding_conflict(WEIGH_FINDING_THRESHOLD));
	check_true("a tag that lies is one",
	    weigh_finding_conflict(WEIGH_FINDING_TAG_VS_BASE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
