/* What clients ask of paths-info; the numbers are those of hub_paths.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>
#include <weigh/hub_paths.h>

#include "check.h"

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"

static const struct row {
	const char *label, *type, *body;
	enum weigh_code rc;
	bool expand;
	const char *paths; /* joined by blanks */
} rows[] = {
	{ "as huggingface_hub", FORM, "paths=a&paths=b%2Fc&expand=False",
	    WEIGH_OK, false, "a b/c " },
	{ "expand first", FORM, "expand=True&paths=a", WEIGH_OK, true, "a " },
	{ "expand=true", FORM, "paths=a&expand=true", WEIGH_OK, true, "a " },
	{ "no body", FORM, "", WEIGH_OK, false, "" },
	{ "no type is a form", "", "paths=a", WEIGH_OK, false, "a " },
	{ "other keys", FORM, "path=x&paths=a&&=&paths", WEIGH_OK, false,
	    "a " },
	{ "twice the same", FORM, "paths=a&paths=a", WEIGH_OK, false, "a a " },
	{ "(1) what is no path", FORM,
	    "paths=..%2Fx&paths=a%00b&paths=%ff&paths=%2&paths=/a&paths=b",
	    WEIGH_OK, false, "b " },
	{ "UTF-8 and blanks", FORM, "paths=%C3%A4+b", WEIGH_OK, false,
	    "\xc3\xa4 b " },
	{ "as @huggingface/hub", JSON,
	    "{\"paths\":[\"a\",\"b/c\"],"
	    "\"expand\":true}",
	    WEIGH_OK, true, "a b/c " },
	{ "with a charset", JSON "; charset=utf-8", "{\"paths\":[\"a\"]}",
	    WEIGH_OK, false, "a " },
	{ "in any case", "Application/JSON", "{\"paths\":[\"a\"]}", WEIGH_OK,
	    false, "a " },
	{ "one string", JSON, "{\"paths\":\"a\"}", WEIGH_OK, false, "a " },
	{ "unknown members", JSON, "{\"x\":{\"y\":[1]},\"paths\":[\"a\"]}",
	    WEIGH_OK, false, "a " },
	{ "expand is something else", JSON,
	    "{\"expand\":{\"a\":[1]},\"paths\":[\"a\"]}", WEIGH_OK, false,
	    "a " },
	{ "(1) what is no path, in JSON", JSON,
	    "{\"paths\":[\"\",\"../x\",\"a\\u0000b\",\"b\\u00e4\"]}", WEIGH_OK,
	    false, "b\xc3\xa4 " },
	{ "no object", JSON, "[\"a\"]", WEIGH_MALFORMED, false, NULL },
	{ "a number", JSON, "{\"paths\":[1]}", WEIGH_MALFORMED, false, NULL },
	{ "an object", JSON, "{\"paths\":{}}", WEIGH_MALFORMED, false, NULL },
	{ "cut off", JSON, "{\"paths\":[\"a\"", WEIGH_MALFORMED, false, NULL },
};

static void
test_rows(void **state)
{
	struct weigh_hub_paths got;
	struct weigh_buf text;

	(void)state;
	weigh_buf_init(&text, 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct weigh_span type = { row->type, strlen(row->type) };

		check_code(row->label,
		    weigh_hub_paths_parse(&got, type, row->body,
			strlen(row->body), NULL),
		    row->rc);
		weigh_buf_reset(&text);
		for (size_t j = 0; j < got.count; j++)
			weigh_buf_addf(&text, "%s ", got.path[j]);
		if (row->paths != NULL) {
			check_str(row->label, text.len > 0 ? text.data : "",
			    row->paths);
			check_true(row->label, got.expand == row->expand);
		}
		weigh_hub_paths_free(&got);
	}
	weigh_buf_free(&text);
}

/* (2) and the longest path, in both forms. */
static void
test_bounds(void **state)
{
	static const char *const forms[][4] = {
		{ FORM, "paths=a", "&paths=", "" },
		{ JSON, "{\"paths\":[\"a\"", ",\"", "]}" },
	};
	struct weigh_hub_paths got;
	struct weigh_buf body;

	(void)state;
	weigh_buf_init(&body, 1 << 20);
	for (size_t i = 0; i < 2; i++)
		for (size_t n = WEIGH_HUB_PATHS_MAX;
		     n <= WEIGH_HUB_PATHS_MAX + 1; n++) {
			weigh_buf_reset(&body);
			weigh_buf_adds(&body, forms[i][1]);
			for (size_t j = 1; j < n; j++)
				weigh_buf_addf(&body, "%s%zu%s", forms[i][2], j,
				    i == 1 ? "\"" : "");
			weigh_buf_adds(&body, forms[i][3]);
			check_code(forms[i][0],
			    weigh_hub_paths_parse(&got,
				(struct weigh_span){
				    forms[i][0], strlen(forms[i][0]) },
				body.data, body.len, NULL),
			    n > WEIGH_HUB_PATHS_MAX ? WEIGH_TOO_BIG : WEIGH_OK);
			check_u64(forms[i][0], got.count, WEIGH_HUB_PATHS_MAX);
			weigh_hub_paths_free(&got);
		}
	weigh_buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
