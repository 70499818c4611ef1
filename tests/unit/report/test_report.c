/* Reports: what stands in them, the same bytes each time, hostile words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "press.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const goldens[WEIGH_REPORT_FORMATS] = {
	[WEIGH_REPORT_HTML] = "one.html",
	[WEIGH_REPORT_CSV] = "one.csv",
	[WEIGH_REPORT_JSON] = "one.json",
	[WEIGH_REPORT_SPDX] = "one.spdx3.json",
	[WEIGH_REPORT_SPDX_23] = "one.spdx23.json",
	[WEIGH_REPORT_CYCLONEDX] = "one.cdx.json",
};

/* (2): a document as it was once looked over by a person and by the formats' own
 * schemas. build/tests/bench/report makes
 * another. */
static void
test_golden(void **state)
{
	struct weigh_report_page *p = press_page("one.rows.json");

	(void)state;
	for (unsigned f = 0; f < WEIGH_REPORT_FORMATS; f++) {
		struct weigh_buf got, want;

		press_report(&got, (enum weigh_report_format)f, p);
		press_file(&want, goldens[f]);
		check_bytes(goldens[f], got.data, got.len, want.data, want.len);
		weigh_buf_free(&got);
		weigh_buf_free(&want);
	}
	weigh_report_page_free(p);
}

/* (2): twice the same. */
static void
test_twice(void **state)
{
	(void)state;
	for (unsigned f = 0; f < WEIGH_REPORT_FORMATS; f++) {
		struct weigh_report_page *p = press_page("rows.json"),
					 *q = press_page("rows.json");
		struct weigh_buf one, two;

		press_report(&one, (enum weigh_report_format)f, p);
		press_report(&two, (enum weigh_report_format)f, q);
		check_bytes(goldens[f], one.data, one.len, two.data, two.len);
		weigh_buf_free(&one);
		weigh_buf_free(&two);
		weigh_report_page_free(p);
		weigh_report_page_free(q);
	}
}

/* The id in `key` of a report of the rows from `first` on. */
static void
document_id(char out[64], enum weigh_report_format format, const char *key,
    size_t first, int64_t as_of)
{
	struct weigh_report_page *p = press_page("rows.json"), cut = *p;
	struct weigh_buf b;
	const char *at;

	cut.rows += first;
	cut.nrows -= first;
	cut.frame.as_of = as_of;
	press_report(&b, format, &cut);
	at = strstr(b.data, key);
	check_true(key, at != NULL);
	memcpy(out, at + strlen(key), 45);
	out[45] = '\0';
	weigh_buf_free(&b);
	weigh_report_page_free(p);
}

/* (2): documents that differ have ids that differ. */
static void
test_ids(void **state)
{
	static const struct {
		enum weigh_report_format format;
		const char *key;
	} rows[] = {
		{ WEIGH_REPORT_SPDX_23, "\"documentNamespace\":\"" },
		{ WEIGH_REPORT_CYCLONEDX, "\"serialNumber\":\"" },
		{ WEIGH_REPORT_SPDX,
		    "\"type\":\"SpdxDocument\",\"spdxId\":\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char one[64], two[64], less[64], later[64];

		document_id(one, rows[i].format, rows[i].key, 0, 1763942400);
		document_id(two, rows[i].format, rows[i].key, 0, 1763942400);
		document_id(less, rows[i].format, rows[i].key, 1, 1763942400);
		document_id(later, rows[i].format, rows[i].key, 0, 1763942401);
		check_str(rows[i].key, two, one);
		check_true(rows[i].key, strncmp(one, "urn:uuid:", 9) == 0);
		check_true("fewer rows", strcmp(one, less) != 0);
		check_true("another time", strcmp(one, later) != 0);
	}
}

/* --- hostile words --------------------------------------------------------------- */

/* (5): what must not, and what must be there. */
static const struct hostile_row {
	const char *label;
	enum weigh_report_format format;
	const char *never, *once;
} hostile[] = {
	{ "a script", WEIGH_REPORT_HTML, "<script", "&lt;script&gt;" },
	{ "the end of a section", WEIGH_REPORT_HTML, "</section><",
	    "&lt;/section&gt;" },
	{ "the end of a cell", WEIGH_REPORT_HTML, "SUM(1)<",
	    "@SUM(1)&lt;/td&gt;" },
	{ "quotes", WEIGH_REPORT_HTML, "\"&gt;", "&quot;&gt;&lt;script" },
	{ "an override", WEIGH_REPORT_HTML, "\xe2\x80\xae", "[U+202E]eve" },
	{ "an isolate", WEIGH_REPORT_HTML, "\xe2\x81\xa6", "[U+2066]" },
	{ "an escape", WEIGH_REPORT_HTML, "\x1b", "\xef\xbf\xbd[31m" },
	{ "formats of printf", WEIGH_REPORT_HTML, "(null)",
	    "%s%n &#39;quoted&#39; &quot;twice&quot;" },
	{ "a formula by =", WEIGH_REPORT_CSV, "\"=", "\"'=R\"" },
	{ "a formula by @", WEIGH_REPORT_CSV, "\"@",
	    "\"'@reason with lines\"" },
	{ "a line inside a cell", WEIGH_REPORT_CSV, "with\n", "\"deny\"" },
	{ "no byte order mark", WEIGH_REPORT_CSV, "\xef\xbb\xbf",
	    "\"repository\"" },
	{ "plus spelled out", WEIGH_REPORT_SPDX_23,
	    "\"LicenseRef-CreativeML-"
	    "OpenRAIL++-M\"",
	    "LicenseRef-CreativeML-OpenRAIL-plusplus-M" },
	{ "plus spelled out", WEIGH_REPORT_SPDX,
	    "\"LicenseRef-CreativeML-"
	    "OpenRAIL++-M\"",
	    "LicenseRef-CreativeML-OpenRAIL-plusplus-M" },
	{ "plus spelled out", WEIGH_REPORT_CYCLONEDX,
	    "\"expression\":\"LicenseRef-CreativeML-OpenRAIL++-M\"",
	    "LicenseRef-CreativeML-OpenRAIL-plusplus-M" },
	{ "a broken expression", WEIGH_REPORT_SPDX_23, "\"MIT AND AND",
	    "\"licenseDeclared\":\"LicenseRef-MIT-AND-AND---WITH-" },
	{ "an id of nobody's list", WEIGH_REPORT_CYCLONEDX,
	    "\"expression\":\"(MIT OR Nonsense",
	    "(MIT OR LicenseRef-Nonsense-1.0) AND GPL-2.0-only WITH "
	    "Classpath-exception-2.0" },
	{ "a control character", WEIGH_REPORT_JSON, "\x01", "\\u0001" },
};

static void
test_hostile(void **state)
{
	struct weigh_report_page *p = press_page("rows.json");

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct weigh_buf b;

		press_report(&b, hostile[i].format, p);
		check_true(hostile[i].label,
		    strstr(b.data, hostile[i].never) == NULL);
		check_has(hostile[i].label, b.data, hostile[i].once);
		weigh_buf_free(&b);
	}
	weigh_report_page_free(p);
}

/* (1), (5): a name of 64 KiB, of what has the longest escapes. */
static void
test_long_names(void **state)
{
	struct weigh_report_page *p = press_page("rows.json");
	char *name = malloc(65536);

	(void)state;
	assert_non_null(name);
	memset(name, '\'', 65535);
	name[65535] = '\0';
	for (unsigned f = 0; f < WEIGH_REPORT_FORMATS; f++) {
		struct weigh_buf b;

		p->rows[0].repo = p->rows[0].task = p->rows[0].source = name;
		p->rows[0].datasets[0] = name;
		p->rows[0].ndatasets = 1;
		press_report(&b, (enum weigh_report_format)f, p);
		check_true(goldens[f], b.len > 65536);
		weigh_buf_free(&b);
	}
	free(name);
	weigh_report_page_free(p);
}

/* --- order ------------------------------------------------------------------------ */

/* (3): the second time is refused, in every format. */
static void
test_once(void **state)
{
	struct weigh_report_page *p = press_page("one.rows.json");

	(void)state;
	for (unsigned f = 0; f < WEIGH_REPORT_FORMATS; f++) {
		struct weigh_report *r;
		struct weigh_buf b;
		struct weigh_err err;

		weigh_buf_init(&b, (size_t)2 * WEIGH_REPORT_ROW);
		weigh_report_new(&r, (enum weigh_report_format)f, &p->frame,
		    NULL);
		if (weigh_report_looks(r))
			weigh_report_look(r, &p->rows[0], NULL);
		weigh_report_begin(r, &b, NULL);
		check_code(goldens[f],
		    weigh_report_row(r, &p->rows[0], &b, NULL), WEIGH_OK);
		check_code(goldens[f],
		    weigh_report_row(r, &p->rows[0], &b, &err), WEIGH_USAGE);
		check_has(goldens[f], err.why, "came twice");
		weigh_report_free(r);
		weigh_buf_free(&b);
	}
	weigh_report_page_free(p);
}

/* Sums are of the rows that follow, or there is no report. */
static void
test_looked(void **state)
{
	struct weigh_report_page *p = press_page("rows.json");
	struct weigh_report *r;
	struct weigh_buf b;
	bool more;

	(void)state;
	weigh_buf_init(&b, (size_t)2 * WEIGH_REPORT_ROW);
	weigh_report_new(&r, WEIGH_REPORT_HTML, &p->frame, NULL);
	check_true("sums first", weigh_report_looks(r));
	weigh_report_look(r, &p->rows[0], NULL);
	weigh_report_look(r, &p->rows[1], NULL);
	weigh_report_begin(r, &b, NULL);
	check_code("another row", weigh_report_row(r, &p->rows[1], &b, NULL),
	    WEIGH_USAGE);
	weigh_report_free(r);

	weigh_report_new(&r, WEIGH_REPORT_HTML, &p->frame, NULL);
	weigh_report_look(r, &p->rows[0], NULL);
	weigh_report_look(r, &p->rows[1], NULL);
	weigh_report_begin(r, &b, NULL);
	check_code("the row", weigh_report_row(r, &p->rows[0], &b, NULL),
	    WEIGH_OK);
	check_code("one is missing", weigh_report_end(r, &b, &more, NULL),
	    WEIGH_USAGE);
	weigh_report_free(r);
	weigh_buf_free(&b);
	weigh_report_page_free(p);
}

/* (1): what does not fit is told, and memory has an end. */
static void
test_ceiling(void **state)
{
	struct weigh_report_page *p = press_page("one.rows.json");
	struct weigh_report *r;
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 2000);
	weigh_report_new(&r, WEIGH_REPORT_JSON, &p->frame, NULL);
	check_code("begin", weigh_report_begin(r, &b, NULL), WEIGH_OK);
	check_code("row", weigh_report_row(r, &p->rows[0], &b, NULL),
	    WEIGH_TOO_BIG);
	weigh_report_free(r);
	weigh_buf_free(&b);
	weigh_report_page_free(p);
}

/* Nothing is a report too. */
static void
test_empty(void **state)
{
	struct weigh_report_page *p = press_page("rows.json");

	(void)state;
	p->nrows = 0;
	for (unsigned f = 0; f < WEIGH_REPORT_FORMATS; f++) {
		struct weigh_buf b;

		press_report(&b, (enum weigh_report_format)f, p);
		check_true(goldens[f], b.len > 100);
		weigh_buf_free(&b);
	}
	weigh_report_page_free(p);
}

static void
test_names(void **state)
{
	enum weigh_report_format f;

	(void)state;
	for (unsigned i = 0; i < WEIGH_REPORT_FORMATS; i++) {
		const char *name =
		    weigh_report_format_name((enum weigh_report_format)i);

		check_true(name,
		    weigh_report_format_parse(&f, name, strlen(name)) &&
			f == i);
	}
	check_true("another", !weigh_report_format_parse(&f, "spdx-3", 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_looked),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
