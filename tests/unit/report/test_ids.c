/* UUIDs, sets of them, times, names, expressions that an SBOM may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../proto/report/priv.h"
#include "check.h"
#include "press.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* RFC 9562, A.4: www.example.com under the namespace of DNS names. */
static void
test_uuid(void **state)
{
	static const struct report_uuid dns = { { 0x6b, 0xa7, 0xb8, 0x10, 0x9d,
	    0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30,
	    0xc8 } };
	const char *name[] = { "www.example.com" }, *one[] = { "ab", "c" },
		   *two[] = { "a", "bc" };
	struct report_uuid u, v;
	char text[REPORT_UUID];

	(void)state;
	report_uuid_of(&u, &dns, name, 1);
	report_uuid_text(&u, text);
	check_str("the RFC's", text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
	report_uuid_of(&u, &dns, one, 2);
	report_uuid_of(&v, &dns, two, 2);
	check_true("parts", memcmp(&u, &v, sizeof(u)) != 0);
}

static void
test_set(void **state)
{
	struct report_ids s = { .list = NULL };
	struct report_uuid id = { { 0 } };

	(void)state;
	check_true("empty", !report_ids_has(&s, &id));
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 5000; i++) {
			memcpy(id.b, &i, sizeof(i));
			check_true("add",
			    report_ids_add(&s, &id) ==
				(round == 0 ? REPORT_IDS_NEW : i));
		}
	check_u64("each once", s.n, 5000);
	memset(&id, 0xff, sizeof(id));
	check_true("another", !report_ids_has(&s, &id));
	report_ids_free(&s);
}

static void
test_time(void **state)
{
	static const struct {
		int64_t when;
		const char *want;
	} rows[] = {
		{ 0, "" },
		{ -5, "" },
		{ 1, "1970-01-01T00:00:01Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 1763942399, "2025-11-23T23:59:59Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
	};
	char text[REPORT_TIME];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		report_time(rows[i].when, text);
		check_str(rows[i].want, text, rows[i].want);
	}
}

static void
test_purl(void **state)
{
	static const struct {
		const char *repo, *commit, *source, *want;
	} rows[] = {
		{ "a/b", "1", "https://huggingface.co/a/b",
		    "pkg:huggingface/a/b@1" },
		{ "a/b", "1", "", "pkg:generic/a/b@1" },
		{ "a/b", "", "https://hub.example/a/b",
		    "pkg:huggingface/a/b?repository_url=https%3A//"
		    "hub.example/a/b" },
		{ "datasets/a/b", "1", "https://huggingface.co/datasets/a/b",
		    "pkg:generic/datasets/a/b@1" },
		{ "a b\"/c@?#", "1", "", "pkg:generic/a%20b%22/c%40%3F%23@1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 4096);
		report_purl(&b, rows[i].repo, rows[i].commit, rows[i].source);
		check_str(rows[i].repo, b.data, rows[i].want);
		weigh_buf_free(&b);
	}
}

static const struct expr_row {
	const char *expr, *want; /* "": none */
	size_t refs;
	bool single;
} exprs[] = {
	{ "", "", 0, false },
	{ "NONE", "", 0, false },
	{ "NOASSERTION", "", 0, false },
	{ "MIT", "MIT", 0, true },
	{ "mit", "LicenseRef-mit", 1, false },
	{ "Apache-2.0+", "Apache-2.0+", 0, false },
	{ "LicenseRef-Gemma", "LicenseRef-Gemma", 1, false },
	{ "LicenseRef-A++-M", "LicenseRef-A-plusplus-M", 1, false },
	{ "LicenseRef-A+", "LicenseRef-A-plus", 1, false },
	{ "(MIT  OR Apache-2.0) AND LicenseRef-X",
	    "(MIT OR Apache-2.0) AND LicenseRef-X", 1, false },
	{ "LicenseRef-X AND LicenseRef-X OR LicenseRef-Y",
	    "LicenseRef-X AND LicenseRef-X OR LicenseRef-Y", 2, false },
	{ "GPL-2.0-only WITH Classpath-exception-2.0",
	    "GPL-2.0-only WITH Classpath-exception-2.0", 0, false },
	{ "GPL-2.0-only WITH Nothing", "LicenseRef-GPL-2.0-only-WITH-Nothing-",
	    1, false },
	{ "Classpath-exception-2.0", "LicenseRef-Classpath-exception-2.0", 1,
	    false },
	{ "MIT AND", "LicenseRef-MIT-AND-", 1, false },
	{ "MIT)", "LicenseRef-MIT-", 1, false },
	{ "(MIT", "LicenseRef--MIT", 1, false },
	{ "MIT MIT", "LicenseRef-MIT-MIT-", 1, false },
	{ "a license, of sorts", "LicenseRef-a-license--of-sorts-", 1, false },
	{ "\xe6\x9c\xac", "LicenseRef----", 1, false },
};

/* Whatever a record says, what is written is an expression (made LicenseRefs end in a
 * piece of their digest: only what goes before is looked at). */
static void
test_exprs(void **state)
{
	struct weigh_report_page *p = press_page("one.rows.json");
	struct weigh_report *r;

	(void)state;
	weigh_report_new(&r, WEIGH_REPORT_SPDX, &p->frame, NULL);
	for (size_t i = 0; i < COUNT(exprs); i++) {
		struct report_expr e;
		bool any = report_expr_make(r, &p->rows[0], exprs[i].expr, &e);

		check_true(exprs[i].expr, any == (exprs[i].want[0] != '\0'));
		if (any)
			check_true(exprs[i].want,
			    strncmp(e.text.data, exprs[i].want,
				strlen(exprs[i].want)) == 0);
		check_u64(exprs[i].expr, e.nrefs, exprs[i].refs);
		check_true(exprs[i].expr, e.single == exprs[i].single);
		weigh_buf_free(&e.text);
	}
	weigh_report_free(r);
	weigh_report_page_free(p);
}

/* Texts that differ in a sign only are not one LicenseRef. */
static void
test_apart(void **state)
{
	struct weigh_report_page *p = press_page("one.rows.json");
	struct report_expr one, two;
	struct weigh_report *r;

	(void)state;
	weigh_report_new(&r, WEIGH_REPORT_SPDX, &p->frame, NULL);
	report_expr_make(r, &p->rows[0], "our own!", &one);
	report_expr_make(r, &p->rows[0], "our own?", &two);
	check_true("apart", strcmp(one.text.data, two.text.data) != 0);
	weigh_buf_free(&one.text);
	weigh_buf_free(&two.text);
	weigh_report_free(r);
	weigh_report_page_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_purl),
		cmocka_unit_test(test_exprs),
		cmocka_unit_test(test_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
