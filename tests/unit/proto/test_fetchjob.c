/* Orders as JSON and back: weigh/fetchjob.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/fetchjob.h>

#include "check.h"

/* What is refused, and how. */
static const struct row {
	const char *label;
	const char *text;
	enum weigh_code code;
} rows[] = {
	{ "a name is enough", "{\"name\":\"org/model\"}", WEIGH_OK },
	{ "a data set", "{\"name\":\"datasets/org/data\"}", WEIGH_OK },
	{ "no name", "{\"revision\":\"main\"}", WEIGH_MALFORMED },
	{ "a revision in the name", "{\"name\":\"org/model@v1\"}",
	    WEIGH_USAGE },
	{ "a name that leaves its folder", "{\"name\":\"../model\"}",
	    WEIGH_USAGE },
	{ "a revision that is none", "{\"name\":\"o/m\",\"revision\":\"a..b\"}",
	    WEIGH_USAGE },
	{ "no format", "{\"name\":\"o/m\",\"formats\":\"gguf\"}", WEIGH_USAGE },
	{ "an empty glob", "{\"name\":\"o/m\",\"include\":[\"\"]}",
	    WEIGH_USAGE },
	{ "priority too high", "{\"name\":\"o/m\",\"priority\":1001}",
	    WEIGH_USAGE },
	{ "the highest priority", "{\"name\":\"o/m\",\"priority\":1000}",
	    WEIGH_OK },
	{ "the lowest", "{\"name\":\"o/m\",\"priority\":-1000}", WEIGH_OK },
	{ "follow is no word", "{\"name\":\"o/m\",\"follow\":\"yes\"}",
	    WEIGH_MALFORMED },
	{ "twice the same key", "{\"name\":\"o/m\",\"name\":\"o/m\"}",
	    WEIGH_MALFORMED },
	{ "no object", "[]", WEIGH_MALFORMED },
	{ "nothing", "", WEIGH_MALFORMED },
};

static void
test_what_is_an_order(void **state)
{
	struct weigh_fetch_order *o = malloc(sizeof(*o));

	(void)state;
	assert_non_null(o);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_code(rows[i].label,
		    weigh_fetch_order_read(o, rows[i].text,
			strlen(rows[i].text), NULL),
		    rows[i].code);
	free(o);
}

/* What an order does not say: a kept one means all files, a new one what is usual. */
static void
test_formats_that_are_usual(void **state)
{
	static const char silent[] = "{\"name\":\"o/m\"}";
	static const char all[] = "{\"name\":\"o/m\",\"formats\":\"all\"}";
	struct weigh_fetch_order *o = malloc(sizeof(*o));

	(void)state;
	assert_non_null(o);
	check_code("kept",
	    weigh_fetch_order_read(o, silent, strlen(silent), NULL), WEIGH_OK);
	check_u64("kept", o->select.formats, WEIGH_FORMATS_ALL);
	check_code("asked",
	    weigh_fetch_order_asked(o, WEIGH_FORMATS_SAFETENSORS, silent,
		strlen(silent), NULL),
	    WEIGH_OK);
	check_u64("asked", o->select.formats, WEIGH_FORMATS_SAFETENSORS);
	check_code("said",
	    weigh_fetch_order_asked(o, WEIGH_FORMATS_SAFETENSORS, all,
		strlen(all), NULL),
	    WEIGH_OK);
	check_u64("said", o->select.formats, WEIGH_FORMATS_ALL);
	free(o);
}

static void
write_order(struct weigh_buf *out, const struct weigh_fetch_order *o)
{
	struct weigh_jw w;

	weigh_buf_init(out, WEIGH_FETCH_ORDER_MAX);
	weigh_jw_init(&w, out);
	weigh_fetch_order_write(&w, o);
	assert_false(out->failed);
}

/* (1) As text and back it is the same; what differs is seen. */
static void
test_there_and_back(void **state)
{
	static const char text[] =
	    "{\"name\":\"datasets/org/data\",\"revision\":\"v1\","
	    "\"source\":\"https://hub.example\",\"include\":[\"*.json\"],"
	    "\"exclude\":[\"a/*\",\"\\\"b\\\"\"],\"formats\":\"safetensors\","
	    "\"follow\":true,\"priority\":-3}";
	struct weigh_fetch_order *o = malloc(2 * sizeof(*o));
	struct weigh_buf once;

	(void)state;
	assert_non_null(o);
	check_code("read",
	    weigh_fetch_order_read(&o[0], text, strlen(text), NULL), WEIGH_OK);
	write_order(&once, &o[0]);
	check_str("written", once.data, text);
	check_code("again",
	    weigh_fetch_order_read(&o[1], once.data, once.len, NULL), WEIGH_OK);
	check_true("the same", weigh_fetch_order_same(&o[0], &o[1]));
	o[1].priority = 7;
	check_true("sooner is no other", weigh_fetch_order_same(&o[0], &o[1]));
	o[1].select.exclude[1][0] = 'x';
	check_true("other files are", !weigh_fetch_order_same(&o[0], &o[1]));
	weigh_buf_free(&once);
	free(o);
}

static void
test_errors_are_kept(void **state)
{
	struct weigh_err err, back;
	struct weigh_buf text;

	(void)state;
	weigh_err_clear(&err);
	weigh_buf_init(&text, 4096);
	weigh_fetch_error_write(&text, &err);
	check_u64("no error is no text", text.len, 0);
	weigh_fetch_error_read(&back, "", 0);
	check_code("nor the other way", back.code, WEIGH_OK);
	(void)weigh_fail(&err, WEIGH_NETWORK, "'hub.example' is silent");
	weigh_fix(&err, "look at the cable");
	weigh_fetch_error_write(&text, &err);
	weigh_fetch_error_read(&back, text.data, text.len);
	check_code("code", back.code, WEIGH_NETWORK);
	check_str("why", back.why, err.why);
	check_str("fix", back.fix, err.fix);
	weigh_fetch_error_read(&back, "{", 1);
	check_code("what cannot be read is an error", back.code, WEIGH_BUG);
	weigh_buf_free(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_an_order),
		cmocka_unit_test(test_formats_that_are_usual),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_errors_are_kept),
	};

	return cmocka_run_group_tests_name("fetchjob", tests, NULL, NULL);
}
