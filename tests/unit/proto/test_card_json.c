/* The front matter of a card as JSON; the numbers are those of card.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/card.h>

#include "check.h"

static enum weigh_code
json_of(const char *text, size_t len, struct weigh_buf *out,
    struct weigh_err *err)
{
	weigh_buf_init(out, WEIGH_CARD_JSON_MAX);
	return weigh_card_json(text, len, out, err);
}

/* Bodies of front matters. */
static const struct row {
	const char *label, *yaml, *json;
} rows[] = {
	{ "strings", "license: mit\nname: 'a b'\nx: \"c\"\n",
	    "{\"license\":\"mit\",\"name\":\"a b\",\"x\":\"c\"}" },
	{ "(3) Norwegian", "language: no\n", "{\"language\":\"no\"}" },
	{ "(3) yes, on, off, y", "a: [yes, on, off, y, n, Yes, NO]\n",
	    "{\"a\":[\"yes\",\"on\",\"off\",\"y\",\"n\",\"Yes\",\"NO\"]}" },
	{ "(3) booleans", "a: [true, True, TRUE, false, False, FALSE]\n",
	    "{\"a\":[true,true,true,false,false,false]}" },
	{ "almost booleans", "a: [tRUE, \"true\", 'false', truee]\n",
	    "{\"a\":[\"tRUE\",\"true\",\"false\",\"truee\"]}" },
	{ "(3) nulls", "a: [~, null, Null, NULL, nULL]\nb:\nc: ''\n",
	    "{\"a\":[null,null,null,null,\"nULL\"],\"b\":null,\"c\":\"\"}" },
	{ "integers", "a: [0, -0, +7, 007, 0x1F, 0o17, 12345678901234567890]\n",
	    "{\"a\":[0,-0,7,7,31,15,12345678901234567890]}" },
	{ "no integers", "a: [0x, 0o8, 1_000, 1:30, 0b1, --1, 1a, '12']\n",
	    "{\"a\":[\"0x\",\"0o8\",\"1_000\",\"1:30\",\"0b1\",\"--1\","
	    "\"1a\",\"12\"]}" },
	{ "floats", "a: [1.5, .5, 5., -1.25e3, 1E5, 1e-3, 00.50]\n",
	    "{\"a\":[1.5,0.5,5.0,-1.25e3,1e5,1e-3,0.50]}" },
	{ "no floats", "a: [., e5, 1e, 1.2.3, +., .e1]\n",
	    "{\"a\":[\".\",\"e5\",\"1e\",\"1.2.3\",\"+.\",\".e1\"]}" },
	{ "not numbers in JSON", "a: [.inf, -.Inf, +.INF, .nan, .NaN]\n",
	    "{\"a\":[null,null,null,null,null]}" },
	{ "64 bits of hex", "a: [0xffffffffffffffff, 0x1ffffffffffffffff]\n",
	    "{\"a\":[18446744073709551615,\"0x1ffffffffffffffff\"]}" },
	{ "(3) dates", "a: 2024-01-01\nb: 2024-01-01T00:00:00Z\n",
	    "{\"a\":\"2024-01-01\",\"b\":\"2024-01-01T00:00:00Z\"}" },
	{ "tags of YAML", "a: !!str 12\nb: !!int '3'\nc: !x y\n",
	    "{\"a\":\"12\",\"b\":\"3\",\"c\":\"y\"}" },
	{ "nested", "a:\n- b: [1, {c: d}]\n- []\n- {}\n",
	    "{\"a\":[{\"b\":[1,{\"c\":\"d\"}]},[],{}]}" },
	{ "texts of several lines", "a: |\n  x\n  y\nb: >\n  x\n  y\n",
	    "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}" },
	{ "escapes", "\"k\\0\": \"\\u00e9\\n\\\"\"\n",
	    "{\"k\\u0000\":\"\xc3\xa9\\n\\\"\"}" },
	{ "keys are strings", "1: a\ntrue: b\n~: c\n",
	    "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\"}" },
	{ "keys that are none", "? [a]\n: b\nc: d\n? {e: f}\n: g\n",
	    "{\"c\":\"d\"}" },
	{ "twice: the last", "a: 1\nb: 2\na: 3\n", "{\"b\":2,\"a\":3}" },
	{ "aliases", "a: &x [1, 2]\nb: *x\nc: {d: *x}\n",
	    "{\"a\":[1,2],\"b\":[1,2],\"c\":{\"d\":[1,2]}}" },
	{ "an alias of an alias", "a: &x 1\nb: &y [*x]\nc: *y\n",
	    "{\"a\":1,\"b\":[1],\"c\":[1]}" },
	{ "an anchor again: the last", "a: &x 1\nb: &x 2\nc: *x\n",
	    "{\"a\":1,\"b\":2,\"c\":2}" },
	{ "an alias as a key", "a: &x k\n*x : v\n",
	    "{\"a\":\"k\",\"k\":\"v\"}" },
	{ "merge keys stay", "a: &x {b: 1}\nc: {<<: *x}\n",
	    "{\"a\":{\"b\":1},\"c\":{\"<<\":{\"b\":1}}}" },
	{ "a second document", "a: 1\n...\nb: 2\n", "{\"a\":1}" },
};

static void
test_rows(void **state)
{
	char text[1000];
	struct weigh_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "---\n%s---\n# x\n", rows[i].yaml);
		check_code(rows[i].label,
		    json_of(text, strlen(text), &out, NULL), WEIGH_OK);
		check_str(rows[i].label, out.data, rows[i].json);
		weigh_buf_free(&out);
	}
}

static const struct bad_row {
	const char *label, *text;
	enum weigh_code code;
	const char *why;
} bad[] = {
	{ "no front matter", "# x\n", WEIGH_NOT_FOUND, "no front matter" },
	{ "nothing", "", WEIGH_NOT_FOUND, "no front matter" },
	{ "no end", "---\na: b\n", WEIGH_NOT_FOUND, "no front matter" },
	{ "empty", "---\n\n---\n", WEIGH_NOT_FOUND, "is empty" },
	{ "a comment", "---\n# x\n---\n", WEIGH_NOT_FOUND, "is empty" },
	{ "null", "---\n~\n---\n", WEIGH_NOT_FOUND, "is empty" },
	{ "a list", "---\n- a\n---\n", WEIGH_MALFORMED, "no mapping" },
	{ "a scalar", "---\na\n---\n", WEIGH_MALFORMED, "no mapping" },
	{ "no YAML", "---\nx: y\na: [b\n---\n", WEIGH_MALFORMED, "line 4: " },
	{ "no YAML, CRLF", "---\r\nx: y\r\na: }\r\n---\r\n", WEIGH_MALFORMED,
	    "line 3: " },
	{ "a tab", "---\na:\n\tb: c\n---\n", WEIGH_MALFORMED, "line 3: " },
	{ "no UTF-8", "---\na: \xff\n---\n", WEIGH_MALFORMED, "line " },
	{ "no such anchor", "---\na: b\nc: *x\n---\n", WEIGH_MALFORMED,
	    "line 3: nothing has the anchor 'x'" },
	{ "(1) an alias of itself", "---\na: &x [*x]\n---\n", WEIGH_MALFORMED,
	    "line 2: 'x' contains itself" },
};

static void
test_bad(void **state)
{
	struct weigh_err err;
	struct weigh_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_code(bad[i].label,
		    json_of(bad[i].text, strlen(bad[i].text), &out, &err),
		    bad[i].code);
		check_has(bad[i].label, err.why, bad[i].why);
		check_u64(bad[i].label, out.len, 0);
		weigh_buf_free(&out);
	}
}

/* --- (1) bounds -------------------------------------------------------------------- */

/* A front matter that says `one` n times. */
static void
repeat(struct weigh_buf *text, const char *before, const char *one, size_t n,
    const char *after)
{
	weigh_buf_init(text, 4 << 20);
	weigh_buf_addf(text, "---\n%s", before);
	for (size_t i = 0; i < n; i++)
		weigh_buf_adds(text, one);
	weigh_buf_addf(text, "%s\n---\n", after);
	check_true("room", !text->failed);
}

static const struct bound_row {
	const char *label, *before, *one;
	size_t n;
	const char *after;
	enum weigh_code code;
	const char *why;
} bounds[] = {
	{ "31 levels in it", "a: ", "[", 31, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	    WEIGH_OK, "" },
	{ "32", "a: ", "[", 32, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	    WEIGH_TOO_BIG, "nested too deep" },
	{ "very deep", "a: ", "[", 100000, "", WEIGH_TOO_BIG,
	    "nested too deep" },
	{ "many values", "a: [", "b,", 131072, "]", WEIGH_TOO_BIG,
	    "too many values" },
	{ "many keys", "", "a: b\n", 1024, "", WEIGH_OK, "" },
	{ "more", "", "a: b\n", 1025, "", WEIGH_TOO_BIG, "too many keys" },
	{ "many anchors", "a:\n", "- &a b\n", 257, "", WEIGH_TOO_BIG,
	    "too many anchors" },
};

static void
test_bounds(void **state)
{
	struct weigh_buf text, out;
	struct weigh_err err = { .code = WEIGH_OK };

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		const struct bound_row *b = &bounds[i];

		repeat(&text, b->before, b->one, b->n, b->after);
		err.why[0] = '\0';
		check_code(b->label, json_of(text.data, text.len, &out, &err),
		    b->code);
		check_has(b->label, err.why, b->why);
		weigh_buf_free(&text);
		weigh_buf_free(&out);
	}
}

/* Each level names the one before it ten times: ten to the ninth strings. */
static const char laughs[] = "---\nlicense: mit\n"
			     "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n"
			     "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
			     "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
			     "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
			     "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
			     "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
			     "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
			     "h: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n"
			     "i: [*h,*h,*h,*h,*h,*h,*h,*h,*h,*h]\nj: k\n---\n";

/* (1) What grows too large is left out; what stands beside it stays. */
static void
test_laughs(void **state)
{
	struct weigh_buf out;

	(void)state;
	check_code("laughs", json_of(laughs, sizeof(laughs) - 1, &out, NULL),
	    WEIGH_OK);
	check_has("before", out.data, "{\"license\":\"mit\",\"a\":[\"lol\"");
	check_has("behind", out.data, "]]]],\"j\":\"k\"}");
	check_true("the fourth is there", strstr(out.data, "\"d\":") != NULL);
	check_true("the fifth is not", strstr(out.data, "\"e\":") == NULL);
	weigh_buf_free(&out);
}

/* (1) Work is bounded where nothing is written: keys that come again, by aliases
 * many times. */
static void
test_hidden_work(void **state)
{
	struct weigh_buf text, out;

	(void)state;
	weigh_buf_init(&text, 4 << 20);
	weigh_buf_adds(&text, "---\na: &a {");
	for (int half = 0; half < 2; half++)
		for (int i = 0; i < 512; i++)
			weigh_buf_addf(&text, "k%d: v,", i);
	weigh_buf_adds(&text, "}\nb: [");
	for (int i = 0; i < 40000; i++)
		weigh_buf_adds(&text, "*a,");
	weigh_buf_adds(&text, "]\nc: d\ne: f\n---\n");
	check_code("ends", json_of(text.data, text.len, &out, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_free(&text);
	weigh_buf_free(&out);
}

/* A long value is left out, many that fit one by one are refused together, and
 * what was in the buffer before stays. */
static void
test_room(void **state)
{
	struct weigh_buf text, out;

	(void)state;
	repeat(&text, "a: b\nc: ", "x", WEIGH_CARD_VALUE_MAX, "\nd: e");
	weigh_buf_init(&out, 64);
	weigh_buf_adds(&out, "before ");
	check_code("long", weigh_card_json(text.data, text.len, &out, NULL),
	    WEIGH_OK);
	check_str("long", out.data, "before {\"a\":\"b\",\"d\":\"e\"}");
	weigh_buf_free(&text);
	repeat(&text, "a: ", "x", 60, "");
	check_code("no room", weigh_card_json(text.data, text.len, &out, NULL),
	    WEIGH_TOO_BIG);
	check_str("as it was", out.data, "before {\"a\":\"b\",\"d\":\"e\"}");
	weigh_buf_free(&text);
	weigh_buf_free(&out);
}

/* --- what the Hub would say -------------------------------------------------------- */

static const struct check_row {
	const char *label;
	enum weigh_kind kind;
	const char *yaml;
	char what; /* 'e' an error, 'w' a warning, '-' nothing */
	const char *text;
} checks[] = {
	{ "fine", WEIGH_MODEL, "license: mit\nlanguage: [en, no]\ntags: [a]\n",
	    '-', "" },
	{ "a list of licenses", WEIGH_DATASET, "license: [mit, cc-by-4.0]\n",
	    '-', "" },
	{ "a named one", WEIGH_MODEL, "license: other\nlicense_name: mine\n",
	    '-', "" },
	{ "one that is not named", WEIGH_MODEL, "license: other\n", 'w',
	    "does not say which" },
	{ "an unknown one", WEIGH_MODEL, "a: b\nlicense: apache-2\n", 'e',
	    "line 3: \"license\" must be" },
	{ "its neighbor", WEIGH_MODEL, "license: apache-2\n", 'e',
	    "did you mean \"apache-2.0\"?" },
	{ "one in a list", WEIGH_MODEL, "license:\n- mit\n- none\n", 'e',
	    "line 4: " },
	{ "not even a string", WEIGH_MODEL, "license: 2\n", 'e',
	    "\"license\" must be a string or a list of strings" },
	{ "a mapping", WEIGH_MODEL, "license: {a: b}\n", 'e', "must be" },
	{ "no value", WEIGH_MODEL, "license:\n", '-', "" },
	{ "an unknown task", WEIGH_MODEL, "pipeline_tag: text-generaton\n", 'w',
	    "did you mean \"text-generation\"?" },
	{ "a list of tasks", WEIGH_MODEL, "pipeline_tag: [fill-mask]\n", 'e',
	    "\"pipeline_tag\" must be a string" },
	{ "of a dataset it is not asked", WEIGH_DATASET, "pipeline_tag: x\n",
	    '-', "" },
	{ "a language that YAML 1.1 reads as false", WEIGH_MODEL,
	    "language: no\n", '-', "" },
	{ "a language that is false", WEIGH_MODEL, "language: [en, false]\n",
	    'e', "put it into quotes" },
	{ "tags without a list", WEIGH_MODEL, "tags: a\n", 'e',
	    "\"tags\" must be a list of strings" },
	{ "an unknown sdk", WEIGH_SPACE, "sdk: flask\n", 'e', "\"sdk\"" },
	{ "no sdk", WEIGH_SPACE, "title: x\n", 'w', "is not run" },
	{ "a key twice", WEIGH_MODEL, "a: b\nc: d\na: e\n", 'e',
	    "line 4: the key \"a\" was there before" },
	{ "no YAML", WEIGH_MODEL, "a: b\nb: [\n", 'e', "line 4: " },
	{ "nothing", WEIGH_MODEL, "\n", 'w', "empty or missing yaml" },
};

static void
test_check(void **state)
{
	struct weigh_card_note notes[4];
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct check_row *c = &checks[i];
		size_t n;

		snprintf(text, sizeof(text), "---\n%s---\n", c->yaml);
		n = weigh_card_check(text, strlen(text), c->kind, notes, 4);
		check_u64(c->label, n, c->what == '-' ? 0 : 1);
		if (c->what == '-')
			continue;
		check_true(c->label, notes[0].warning == (c->what == 'w'));
		check_has(c->label, notes[0].text, c->text);
	}
}

/* No more notes than there is room for. */
static void
test_check_room(void **state)
{
	static const char text[] = "---\nlicense: [x, y, z]\na: b\na: c\n---\n";
	struct weigh_card_note notes[2];

	(void)state;
	check_u64("room",
	    weigh_card_check(text, sizeof(text) - 1, WEIGH_MODEL, notes, 2), 2);
	check_has("first", notes[0].text, "\"x\" is none");
	check_has("second", notes[1].text, "\"y\" is none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_laughs),
		cmocka_unit_test(test_hidden_work),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
