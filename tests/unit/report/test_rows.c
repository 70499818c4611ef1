/* Pages of weigh.report-rows/1: written, read, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "check.h"
#include "press.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void
write_page(struct weigh_buf *out, const struct weigh_report_page *p)
{
	struct weigh_jw w;

	weigh_buf_init(out, WEIGH_REPORT_PAGE);
	weigh_jw_init(&w, out);
	weigh_report_page_open(&w, &p->frame);
	for (size_t i = 0; i < p->nrows; i++)
		weigh_report_page_row(&w, &p->rows[i]);
	weigh_report_page_close(&w, "acme/next");
}

/* What is written is read back the same. */
static void
test_round(void **state)
{
	struct weigh_report_page *p = press_page("rows.json"), *q;
	struct weigh_buf one, two;

	(void)state;
	write_page(&one, p);
	check_code("read", weigh_report_page_read(&q, one.data, one.len, NULL),
	    WEIGH_OK);
	write_page(&two, q);
	check_bytes("the same", two.data, two.len, one.data, one.len);
	check_str("next", q->next, "acme/next");
	check_u64("rows", q->nrows, 9);
	check_str("title", q->frame.title, PRESS_TITLE);
	check_u64("purposes", q->frame.npurposes, 2);
	check_u64("question", q->frame.purposes[0].question,
	    WEIGH_QUESTION_MIRROR);
	check_u64("acts", q->rows[0].nacts, 3);
	check_u64("kind", q->rows[0].acts[1].kind, WEIGH_ACT_WAIVER);
	check_u64("ruling", q->rows[0].decisions[1].ruling,
	    WEIGH_RULING_REVIEW);
	check_true("held", q->rows[0].decisions[1].held);
	check_true("no record", q->rows[5].record == NULL);
	check_str("record", q->rows[1].record->concluded, "LicenseRef-Gemma");
	weigh_report_page_free(p);
	weigh_report_page_free(q);
	weigh_buf_free(&one);
	weigh_buf_free(&two);
}

#define HEAD "{\"schema\":\"weigh.report-rows/1\","
static const struct bad_row {
	const char *label, *json;
	enum weigh_code want;
} bad[] = {
	{ "nothing of a page", HEAD "\"rows\":[]}", WEIGH_OK },
	{ "another member", HEAD "\"new\":{\"a\":[1]},\"rows\":[]}", WEIGH_OK },
	{ "null is not given", HEAD "\"next\":null,\"rows\":[]}", WEIGH_OK },
	{ "a row", HEAD "\"rows\":[{\"name\":\"a/b\"}]}", WEIGH_OK },
	{ "no JSON", "rows", WEIGH_MALFORMED },
	{ "empty", "", WEIGH_MALFORMED },
	{ "cut off", HEAD "\"rows\":[{\"name\":", WEIGH_MALFORMED },
	{ "a list", "[]", WEIGH_MALFORMED },
	{ "another schema", "{\"schema\":\"weigh.ls/1\"}", WEIGH_MALFORMED },
	{ "no name", HEAD "\"rows\":[{\"files\":1}]}", WEIGH_MALFORMED },
	{ "rows of numbers", HEAD "\"rows\":[1]}", WEIGH_MALFORMED },
	{ "a negative size", HEAD "\"rows\":[{\"name\":\"a\",\"bytes\":-1}]}",
	    WEIGH_MALFORMED },
	{ "a word for a number",
	    HEAD "\"rows\":[{\"name\":\"a\",\"bytes\":\"1\"}]}",
	    WEIGH_MALFORMED },
	{ "a NUL in a name", HEAD "\"rows\":[{\"name\":\"a\\u0000b\"}]}",
	    WEIGH_MALFORMED },
	{ "no SHA-256", HEAD "\"rows\":[{\"name\":\"a\",\"manifest\":\"00\"}]}",
	    WEIGH_MALFORMED },
	{ "another ruling",
	    HEAD "\"rows\":[{\"name\":\"a\",\"decisions\":[{\"ruling\":"
		 "\"maybe\"}]}]}",
	    WEIGH_MALFORMED },
	{ "another act",
	    HEAD "\"rows\":[{\"name\":\"a\",\"acts\":[{\"kind\":\"\"}]}]}",
	    WEIGH_MALFORMED },
	{ "a record that is none",
	    HEAD "\"rows\":[{\"name\":\"a\",\"record\":{}}]}",
	    WEIGH_MALFORMED },
	{ "a record of a word",
	    HEAD "\"rows\":[{\"name\":\"a\",\"record\":\"x\"}]}",
	    WEIGH_MALFORMED },
	{ "something behind it", HEAD "\"rows\":[]}{}", WEIGH_MALFORMED },
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct weigh_report_page *p;

		check_code(bad[i].label,
		    weigh_report_page_read(&p, bad[i].json, strlen(bad[i].json),
			NULL),
		    bad[i].want);
		check_true(bad[i].label,
		    (p != NULL) == (bad[i].want == WEIGH_OK));
		weigh_report_page_free(p);
	}
}

/* Lengths are bounded before memory is taken. */
static void
test_too_many(void **state)
{
	struct weigh_report_page *p;
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 1 << 20);
	weigh_buf_adds(&b, HEAD "\"rows\":[{\"name\":\"a\"}");
	for (size_t i = 1; i <= WEIGH_REPORT_PAGE_ROWS; i++)
		weigh_buf_addf(&b, ",{\"name\":\"a%zu\"}", i);
	weigh_buf_adds(&b, "]}");
	check_code("rows", weigh_report_page_read(&p, b.data, b.len, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_reset(&b);
	weigh_buf_adds(&b, HEAD "\"site\":[{}");
	for (size_t i = 0; i < WEIGH_REPORT_SITE; i++)
		weigh_buf_adds(&b, ",{}");
	weigh_buf_adds(&b, "]}");
	check_code("figures", weigh_report_page_read(&p, b.data, b.len, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
