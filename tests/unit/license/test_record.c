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

/* --- itself as JSON -------------------------------------------------------------------- */

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000001"
static const char whole[] =
    "{\"schema\":\"weigh.record/1\",\"repo\":\"acme/m\",\"commit\":\"c0\","
    "\"judge\":\"" ZEROS "\","
    "\"claims\":[{\"source\":\"card\",\"path\":\"README.md\",\"line\":2,"
    "\"value\":\"MIT\",\"id\":\"MIT\",\"precision\":\"exact\"}],"
    "\"license_name\":\"n\","
    "\"links\":[{\"kind\":\"mutable\",\"path\":\"README.md\","
    "\"url\":\"https://example.org/l\",\"frozen\":true,"
    "\"sha256\":\"" ZEROS "\",\"when\":-5}],"
    "\"texts\":[{\"path\":\"LICENSE\",\"sha256\":\"" ZEROS "\","
    "\"bytes\":18446744073709551615,\"scope\":\"weights\","
    "\"kind\":\"modified\",\"license\":\"LicenseRef-modified-MIT-0123456789ab\","
    "\"based_on\":\"MIT\",\"encoding\":\"utf-8\",\"score\":0.98765,"
    "\"added\":1,\"removed\":4294967295,"
    "\"facts\":[{\"fact\":\"threshold.mau\",\"value\":\"> 7\","
    "\"clause\":\"2\",\"start\":1,\"end\":9}]}],"
    "\"bases\":[{\"name\":\"acme/b\",\"relation\":\"finetune\",\"held\":true},"
    "{\"name\":\"acme/c\",\"relation\":\"merge\",\"inferred\":true,"
    "\"weak\":true,\"cycle\":true,\"child\":0}],"
    "\"eu_disallowed\":true,\"multimodal\":true,\"formats\":\"gguf\","
    "\"remote_code\":true,\"state\":\"text\",\"declared\":\"MIT\","
    "\"concluded\":\"MIT\",\"family\":\"permissive\",\"options\":1,"
    "\"parts\":[{\"id\":\"MIT\",\"why\":\"text\",\"kind\":\"exact\","
    "\"options\":1,\"terms\":[{\"fact\":\"commercial\",\"value\":\"yes\","
    "\"evidence\":\"text\"}]}],"
    "\"reasons\":[\"a \\\"reason\\\"\"],"
    "\"findings\":[{\"finding\":\"cycle\",\"what\":\"w\"}]}";

/* (5) */
static void
test_round_trip(void **state)
{
	struct weigh_record *r = NULL;
	struct weigh_err err;
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 2 * WEIGH_RECORD_MAX);
	check_code("read",
	    weigh_record_read(&r, whole, sizeof(whole) - 1, &err), WEIGH_OK);
	check_u64("the largest", r->texts[0].bytes, UINT64_MAX);
	check_u64("a time before 1970", (uint64_t)r->links[0].when,
	    (uint64_t)-5);
	check_u64("the model's own", r->bases[0].child, UINT32_MAX);
	check_str("a fact", r->texts[0].facts[0].value, "> 7");
	check_true("print", weigh_record_print(&b, r));
	check_str("the same", b.data, whole);
	weigh_buf_free(&b);
	weigh_record_free(r);
}

/* A text by itself is what it is within its record. */
static void
test_one_text(void **state)
{
	struct weigh_record *r = NULL, *other = weigh_record_new();
	struct weigh_record_text *t = weigh_record_text(other);
	struct weigh_buf one, again;

	(void)state;
	weigh_buf_init(&one, 1 << 16);
	weigh_buf_init(&again, 1 << 16);
	check_code("read",
	    weigh_record_read(&r, whole, sizeof(whole) - 1, NULL), WEIGH_OK);
	check_true("print", weigh_record_text_print(&one, &r->texts[0]));
	check_true("as there", strstr(whole, one.data) != NULL);
	check_code("into another",
	    weigh_record_text_read(other, t, one.data, one.len, NULL),
	    WEIGH_OK);
	weigh_record_free(r);
	check_true("print again", weigh_record_text_print(&again, t));
	check_str("the same", again.data, one.data);
	check_code("a record",
	    weigh_record_text_read(other, t, whole, sizeof(whole) - 1, NULL),
	    WEIGH_MALFORMED);
	check_code("nothing", weigh_record_text_read(other, t, "", 0, NULL),
	    WEIGH_MALFORMED);
	check_code("something behind it",
	    weigh_record_text_read(other, t, "{} x", 4, NULL), WEIGH_MALFORMED);
	weigh_buf_free(&one);
	weigh_buf_free(&again);
	weigh_record_free(other);
}

#define HEAD "{\"schema\":\"weigh.record/1\","
static const struct refuse_row {
	const char *label, *json;
	enum weigh_code want;
	const char *why;
} refuse_rows[] = {
	{ "nothing", "", WEIGH_MALFORMED, "" },
	{ "no object", "[]", WEIGH_MALFORMED, "no record" },
	{ "no schema", "{}", WEIGH_MALFORMED, "schema" },
	{ "another schema", "{\"schema\":\"weigh.record/2\"}", WEIGH_MALFORMED,
	    "schema" },
	{ "the schema is not first",
	    "{\"repo\":\"a\",\"schema\":\"weigh.record/1\"}", WEIGH_MALFORMED,
	    "schema" },
	{ "a key that is not known", HEAD "\"x\":1}", WEIGH_MALFORMED, "'x'" },
	{ "twice", HEAD "\"repo\":\"a\",\"repo\":\"a\"}", WEIGH_MALFORMED, "" },
	{ "a NUL", HEAD "\"repo\":\"a\\u0000b\"}", WEIGH_MALFORMED, "NUL" },
	{ "a word that is not known", HEAD "\"state\":\"maybe\"}",
	    WEIGH_MALFORMED, "'state'" },
	{ "no SHA-256", HEAD "\"judge\":\"00\"}", WEIGH_MALFORMED, "SHA-256" },
	{ "a number as text", HEAD "\"options\":\"1\"}", WEIGH_MALFORMED,
	    "'options'" },
	{ "too many options", HEAD "\"options\":9}", WEIGH_MALFORMED,
	    "'options'" },
	{ "over 32 bits", HEAD "\"options\":4294967296}", WEIGH_MALFORMED,
	    "too large" },
	{ "a score over one", HEAD "\"texts\":[{\"score\":1.000001}]}",
	    WEIGH_MALFORMED, "'score'" },
	{ "a score too exact", HEAD "\"texts\":[{\"score\":0.1234567}]}",
	    WEIGH_MALFORMED, "'score'" },
	{ "a part of no option",
	    HEAD "\"options\":1,\"parts\":[{\"id\":\"MIT\",\"options\":2}]}",
	    WEIGH_MALFORMED, "'parts'" },
	{ "a part without an id", HEAD "\"options\":1,\"parts\":[{}]}",
	    WEIGH_MALFORMED, "'parts'" },
	{ "a base of what stands behind it", HEAD "\"bases\":[{\"child\":0}]}",
	    WEIGH_MALFORMED, "'child'" },
	{ "something behind it", HEAD "\"repo\":\"a\"} x", WEIGH_MALFORMED,
	    "" },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refuse_rows); i++) {
		const struct refuse_row *row = &refuse_rows[i];
		struct weigh_record *r = NULL;
		struct weigh_err err;

		check_code(row->label,
		    weigh_record_read(&r, row->json, strlen(row->json), &err),
		    row->want);
		check_has(row->label, err.why, row->why);
		check_true(row->label, r == NULL);
	}
}

/* One row more than there is room for is too big, not cut. */
static void
test_too_many(void **state)
{
	static const struct {
		const char *key, *row;
		unsigned most;
	} rows[] = {
		{ "claims", "{}", WEIGH_RECORD_CLAIMS },
		{ "bases", "{}", WEIGH_RECORD_BASES },
		{ "reasons", "\"r\"", WEIGH_RECORD_REASONS },
		{ "findings", "{}", WEIGH_RECORD_FINDINGS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned more = 0; more < 2; more++) {
			struct weigh_record *r = NULL;
			struct weigh_err err;
			struct weigh_buf b;

			weigh_buf_init(&b, 1u << 16);
			weigh_buf_addf(&b, HEAD "\"%s\":[%s", rows[i].key,
			    rows[i].row);
			for (unsigned n = 1; n < rows[i].most + more; n++)
				weigh_buf_addf(&b, ",%s", rows[i].row);
			weigh_buf_adds(&b, "]}");
			check_code(rows[i].key,
			    weigh_record_read(&r, b.data, b.len, &err),
			    more ? WEIGH_TOO_BIG : WEIGH_OK);
			weigh_record_free(r);
			weigh_buf_free(&b);
		}
}

/* --- from a scan ------------------------------------------------------------------------ */

static const struct scope_row {
	const char *path;
	enum weigh_record_scope want;
} scope_rows[] = {
	{ "LICENSE", WEIGH_SCOPE_WEIGHTS },
	{ "LICENSE-MODEL", WEIGH_SCOPE_WEIGHTS },
	{ "LICENSE_MODEL.txt", WEIGH_SCOPE_WEIGHTS },
	{ "MODEL_LICENSE_AGREEMENT.txt", WEIGH_SCOPE_WEIGHTS },
	{ "WEIGHTS_LICENSE.md", WEIGH_SCOPE_WEIGHTS },
	{ "LICENSE-CODE", WEIGH_SCOPE_CODE },
	{ "license-code.md", WEIGH_SCOPE_CODE },
	{ "src/LICENSE", WEIGH_SCOPE_CODE },
	{ "inference/LICENSE-MODEL", WEIGH_SCOPE_WEIGHTS },
	{ "vae/LICENSE", WEIGH_SCOPE_WEIGHTS },
	{ "LICENSE-DATA", WEIGH_SCOPE_DATA },
	{ "data/LICENSE", WEIGH_SCOPE_DATA },
	{ "USE_POLICY.md", WEIGH_SCOPE_POLICY },
	{ "docs/ACCEPTABLE_USE.txt", WEIGH_SCOPE_POLICY },
	{ "NOTICE", WEIGH_SCOPE_NOTICE },
	{ "notice.txt", WEIGH_SCOPE_NOTICE },
	{ "README.md", WEIGH_SCOPE_WEIGHTS },
};

static void
test_scope(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scope_rows); i++)
		check_u64(scope_rows[i].path,
		    weigh_record_scope(scope_rows[i].path), scope_rows[i].want);
}

static const struct fact_row {
	const char *label;
	struct weigh_license_fact fact;
	const char *want; /* fact=value */
} fact_rows[] = {
	{ "a limit",
	    { .name = "threshold.mau",
		.value = "700000000",
		.number = 700000000,
		.op = ">",
		.clause = "2" },
	    "threshold.mau=> 700000000" },
	{ "with a currency",
	    { .name = "threshold.revenue-year",
		.number = 10,
		.op = ">=",
		.currency = "USD" },
	    "threshold.revenue-year=>= 10 USD" },
	{ "seen from below",
	    { .name = "threshold.revenue-year",
		.number = 10,
		.op = "<",
		.currency = "USD" },
	    "threshold.revenue-year=>= 10 USD" },
	{ "at most, seen from below",
	    { .name = "threshold.mau", .number = 10, .op = "<=" },
	    "threshold.mau=> 10" },
	{ "without a word for it", { .name = "threshold.mau", .number = 10 },
	    "threshold.mau=>= 10" },
	{ "a place", { .name = "territory-excludes", .value = "EU" },
	    "territory-excludes=EU" },
	{ "a purpose", { .name = "purpose", .value = "noncommercial" },
	    "commercial=no" },
	{ "research", { .name = "purpose", .value = "research-only" },
	    "commercial=research-only" },
	{ "outputs", { .name = "output-training", .value = "barred" },
	    "output-training=no-other-models" },
	{ "what is only spoken of", { .name = "field", .value = "military" },
	    "field=military" },
};

static void
test_facts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fact_rows); i++) {
		struct weigh_license_fact twice[2] = { fact_rows[i].fact,
			fact_rows[i].fact };
		struct weigh_license_result found = { .facts = twice,
			.nfacts = 2 };
		struct weigh_record *r = weigh_record_new();
		struct weigh_record_text *t = weigh_record_text(r);
		char got[128];

		check_code(fact_rows[i].label,
		    weigh_record_take_scan(r, t, &found, NULL), WEIGH_OK);
		check_u64(fact_rows[i].label, t->nfacts, 1);
		snprintf(got, sizeof(got), "%s=%s", t->facts[0].fact,
		    t->facts[0].value);
		check_str(fact_rows[i].label, got, fact_rows[i].want);
		weigh_record_free(r);
	}
}

/* What terms need is not pushed out by what they do not. */
static void
test_facts_first(void **state)
{
	struct weigh_license_fact many[WEIGH_RECORD_FACTS + 1] = { 0 };
	struct weigh_license_result found = { .facts = many,
		.nfacts = COUNT(many),
		.kind = WEIGH_LICENSE_UNKNOWN };
	struct weigh_record *r = weigh_record_new();
	struct weigh_record_text *t = weigh_record_text(r);

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++) {
		snprintf(many[i].name, sizeof(many[i].name), "days");
		snprintf(many[i].value, sizeof(many[i].value), "%zu", i);
	}
	many[WEIGH_RECORD_FACTS] = (struct weigh_license_fact){
		.name = "territory-excludes", .value = "EU"
	};
	check_code("taken", weigh_record_take_scan(r, t, &found, NULL),
	    WEIGH_OK);
	check_u64("all there is room for", t->nfacts, WEIGH_RECORD_FACTS);
	check_str("the term", t->facts[0].fact, "territory-excludes");
	weigh_record_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_one_text),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_facts_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
