/* Repositories that a model's files name; the numbers are those of closure.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/closure.h>

#include "check.h"

#define CODE(name) \
	"{\"name\":\"" name \
	"\",\"why\":\"its code is loaded with this one's (auto_map)\"}"
#define BASE(name) \
	"{\"name\":\"" name \
	"\",\"why\":\"this one was made from it (base_model)\"}"

static const struct row {
	const char *label, *path, *text, *want;
} rows[] = {
	{ "code of another", "config.json",
	    "{\"model_type\":\"x\",\"auto_map\":{\"AutoConfig\":"
	    "\"org/code--configuration_x.Cfg\",\"AutoModel\":"
	    "\"org/code--modeling_x.Model\"}}",
	    "[" CODE("org/code") "]" },
	{ "code of two", "tokenizer_config.json",
	    "{\"auto_map\":{\"AutoTokenizer\":[\"org/a--t.Slow\",null,"
	    "\"org/b--t.Fast\"]}}",
	    "[" CODE("org/a") "," CODE("org/b") "]" },
	{ "its own code", "config.json",
	    "{\"auto_map\":{\"AutoModel\":\"modeling_x.Model\"}}", "[]" },
	{ "(1) its own name", "config.json",
	    "{\"auto_map\":{\"AutoModel\":\"acme/m--modeling_x.Model\"}}",
	    "[]" },
	{ "(2) a name that climbs", "config.json",
	    "{\"auto_map\":{\"AutoModel\":\"../..--modeling_x.Model\"}}",
	    "[]" },
	{ "(2) a map of something else", "config.json",
	    "{\"auto_map\":{\"a\":7,\"b\":{\"c\":[1]},\"d\":\"o/n--f.C\"}}",
	    "[" CODE("o/n") "]" },
	{ "(2) no map", "config.json", "{\"auto_map\":[1,2]}", "[]" },
	{ "(2) no JSON", "config.json", "auto_map", "[]" },
	{ "(2) cut off", "config.json", "{\"auto_map\":{\"a\":", "[]" },
	{ "an adapter", "adapter_config.json",
	    "{\"base_model_name_or_path\":\"org/base\",\"revision\":null}",
	    "[{\"name\":\"org/base\",\"why\":"
	    "\"the weights here are changes to its own\"}]" },
	{ "an adapter of a revision", "adapter_config.json",
	    "{\"revision\":\"v2\",\"base_model_name_or_path\":\"org/base\"}",
	    "[{\"name\":\"org/base\",\"revision\":\"v2\",\"why\":"
	    "\"the weights here are changes to its own\"}]" },
	{ "(2) an adapter of a folder", "adapter_config.json",
	    "{\"base_model_name_or_path\":\"/data/models/base\"}", "[]" },
	{ "(2) an adapter of a folder from here", "adapter_config.json",
	    "{\"base_model_name_or_path\":\"./base\"}", "[]" },
	{ "a card", "README.md",
	    "---\nlicense: mit\nbase_model: org/base\n---\n# m\n",
	    "[" BASE("org/base") "]" },
	{ "a card with two", "README.md",
	    "---\nbase_model:\n- org/a\n- gpt2\n- org/a\n---\n",
	    "[" BASE("org/a") "," BASE("gpt2") "]" },
	{ "(2) a card that is no YAML", "README.md", "---\n{\n---\n", "[]" },
	{ "a card without front", "README.md", "# base_model: org/a\n", "[]" },
	{ "a file that tells nothing", "sub/config.json",
	    "{\"auto_map\":{\"a\":\"o/n--f.C\"}}", "[]" },
	{ "an empty file", "config.json", "", "[]" },
};

static const struct weigh_repo self = { WEIGH_MODEL, "acme/m" };

static void
check_closure(const char *label, const struct weigh_closure *c,
    const char *want)
{
	struct weigh_buf text;
	struct weigh_jw w;

	weigh_buf_init(&text, 1u << 20);
	weigh_jw_init(&w, &text);
	weigh_closure_print(&w, c);
	check_str(label, text.data, want);
	weigh_buf_free(&text);
}

static void
test_rows(void **state)
{
	struct weigh_closure c;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		weigh_closure_init(&c, &self);
		check_code(r->label,
		    weigh_closure_read(&c, r->path, r->text, strlen(r->text),
			NULL),
		    WEIGH_OK);
		check_closure(r->label, &c, r->want);
		check_true(r->label,
		    weigh_closure_tells(r->path) ==
			(strcmp(r->path, "sub/config.json") != 0));
	}
}

/* (1): each once, over all files; the first reason stays. */
static void
test_together(void **state)
{
	const char *card = "---\nbase_model: [o/n, o/x]\n---\n";
	const char *config = "{\"auto_map\":{\"a\":\"o/n--f.C\"}}";
	struct weigh_closure c;

	(void)state;
	weigh_closure_init(&c, &self);
	check_code("config",
	    weigh_closure_read(&c, "config.json", config, strlen(config), NULL),
	    WEIGH_OK);
	check_code("card",
	    weigh_closure_read(&c, "README.md", card, strlen(card), NULL),
	    WEIGH_OK);
	check_closure("both", &c, "[" CODE("o/n") "," BASE("o/x") "]");
}

/* (3) */
static void
test_many(void **state)
{
	struct weigh_closure c;
	struct weigh_buf text;

	(void)state;
	weigh_buf_init(&text, 1u << 20);
	weigh_buf_adds(&text, "---\nbase_model:\n");
	for (int i = 0; i <= WEIGH_CLOSURE_ROWS; i++)
		weigh_buf_addf(&text, "- o/n%d\n", i);
	weigh_buf_adds(&text, "---\n");
	weigh_closure_init(&c, &self);
	check_code("card",
	    weigh_closure_read(&c, "README.md", text.data, text.len, NULL),
	    WEIGH_OK);
	check_u64("rows", c.count, WEIGH_CLOSURE_ROWS);
	weigh_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
