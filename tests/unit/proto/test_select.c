/* Which files are wanted; the numbers are those of select.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/select.h>

#include "check.h"

#define FILES 16

/* --- patterns ------------------------------------------------------------ */

static const struct match_row {
	const char *label, *include[3], *exclude[3], *path;
	enum weigh_select_why want;
} matches[] = {
	{ "no patterns", { NULL }, { NULL }, "a/b", WEIGH_SELECT_WANTED },
	{ "included", { "*.json" }, { NULL }, "a/b.json", WEIGH_SELECT_WANTED },
	{ "by the second", { "x", "*.json" }, { NULL }, "b.json",
	    WEIGH_SELECT_WANTED },
	{ "not included", { "*.json" }, { NULL }, "b.bin",
	    WEIGH_SELECT_NOT_INCLUDED },
	{ "excluded", { NULL }, { "*.bin" }, "a/b.bin", WEIGH_SELECT_EXCLUDED },
	{ "both: excluded", { "a/*" }, { "*.bin" }, "a/b.bin",
	    WEIGH_SELECT_EXCLUDED },
	{ "neither: not included", { "a/*" }, { "*.bin" }, "b.bin",
	    WEIGH_SELECT_NOT_INCLUDED },
	{ "a folder", { NULL }, { "original/" }, "original/a/b",
	    WEIGH_SELECT_EXCLUDED },
};

static void
add_all(const char *label, struct weigh_select *s, const char *const globs[3],
    enum weigh_code (*add)(struct weigh_select *s, const char *glob,
	struct weigh_err *err))
{
	for (int i = 0; i < 3 && globs[i] != NULL; i++)
		check_code(label, add(s, globs[i], NULL), WEIGH_OK);
}

static void
test_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		const struct match_row *r = &matches[i];
		struct weigh_select s = { .nincludes = 0 };

		add_all(r->label, &s, r->include, weigh_select_include);
		add_all(r->label, &s, r->exclude, weigh_select_exclude);
		check_u64(r->label, weigh_select_match(&s, r->path), r->want);
	}
}

static void
test_bounds(void **state)
{
	struct weigh_select s = { .nincludes = 0 };
	char glob[WEIGH_SELECT_GLOB + 1];

	(void)state;
	memset(glob, 'a', sizeof(glob));
	glob[WEIGH_SELECT_GLOB] = '\0';
	check_code("too long", weigh_select_include(&s, glob, NULL),
	    WEIGH_TOO_BIG);
	glob[WEIGH_SELECT_GLOB - 1] = '\0';
	check_code("as long as may be", weigh_select_include(&s, glob, NULL),
	    WEIGH_OK);
	check_code("empty", weigh_select_include(&s, "", NULL), WEIGH_USAGE);
	check_code("no UTF-8", weigh_select_exclude(&s, "\xff", NULL),
	    WEIGH_USAGE);
	for (unsigned i = 0; i < WEIGH_SELECT_GLOBS; i++)
		check_code("room", weigh_select_exclude(&s, "a", NULL),
		    WEIGH_OK);
	check_code("one more", weigh_select_exclude(&s, "a", NULL),
	    WEIGH_TOO_BIG);
}

/* --- as text ------------------------------------------------------------- */

static const struct weigh_json_member members[] = {
	{ "include", weigh_select_read_include },
	{ "exclude", weigh_select_read_exclude },
	{ "formats", weigh_select_read_formats },
};

static const struct text_row {
	const char *label, *text;
	enum weigh_code rc;
} texts[] = {
	{ "all", "{\"include\":[],\"exclude\":[],\"formats\":\"all\"}",
	    WEIGH_OK },
	{ "patterns", "{\"include\":[\"*.json\",\"a/\"],\"exclude\":[\"b\"],"
	    "\"formats\":\"all\"}",
	    WEIGH_OK },
	{ "formats", "{\"include\":[],\"exclude\":[],\"formats\":\"safetensors\"}", WEIGH_OK },
	{ "no list", "{\"include\":\"*\"}", WEIGH_MALFORMED },
	{ "no text", "{\"include\":[1]}", WEIGH_MALFORMED },
	{ "an empty pattern", "{\"exclude\":[\"\"]}", WEIGH_USAGE },
	{ "other formats", "{\"formats\":\"gguf\"}", WEIGH_USAGE },
};

/* (3) */
static void
test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct text_row *r = &texts[i];
		struct weigh_select s = { .nincludes = 0 };
		struct weigh_buf text;
		struct weigh_jw w;

		check_code(r->label,
		    weigh_json_read_object(r->text, strlen(r->text), members, 3,
			&s, NULL),
		    r->rc);
		if (r->rc != WEIGH_OK)
			continue;
		weigh_buf_init(&text, 65536);
		weigh_jw_init(&w, &text);
		weigh_jw_object(&w);
		weigh_select_print(&w, &s);
		weigh_jw_object_end(&w);
		check_str(r->label, text.data, r->text);
		weigh_buf_free(&text);
	}
}

static void
test_equal(void **state)
{
	struct weigh_select a = { .nincludes = 0 }, b = { .nincludes = 0 };

	(void)state;
	check_true("two of all", weigh_select_equal(&a, &b));
	check_code("add", weigh_select_include(&a, "x", NULL), WEIGH_OK);
	check_true("one has a pattern", !weigh_select_equal(&a, &b));
	check_code("add", weigh_select_exclude(&b, "x", NULL), WEIGH_OK);
	check_true("not the same kind", !weigh_select_equal(&a, &b));
	b = a;
	check_true("the same", weigh_select_equal(&a, &b));
	b.formats = WEIGH_FORMATS_SAFETENSORS;
	check_true("other formats", !weigh_select_equal(&a, &b));
}

/* --- formats ------------------------------------------------------------- */

#define INDEX(shards) "{\"metadata\":{},\"weight_map\":{" shards "}}"
#define TWO \
	INDEX("\"a\":\"model-00001-of-00002.safetensors\"," \
	      "\"b\":\"model-00002-of-00002.safetensors\"")

/* Files in byte order; a '-' in front says that it shall be left out as a copy. */
static const struct copy_row {
	const char *label, *files[FILES], *index;
	const char *exclude;
	unsigned asked; /* for an index */
} copies[] = {
	{ "one file", { "model.safetensors", "-pytorch_model.bin" }, NULL, NULL,
	    0 },
	{ "every other format",
	    { "-flax_model.msgpack", "-model.ckpt", "-model.pt",
		"model.safetensors", "-pytorch_model.bin", "-rust_model.ot",
		"-tf_model.h5" },
	    NULL, NULL, 0 },
	{ "(2) no safetensors", { "pytorch_model.bin", "tf_model.h5" }, NULL,
	    NULL, 0 },
	{ "(2) safetensors of others",
	    { "other.safetensors", "pytorch_model.bin" }, NULL, NULL, 0 },
	{ "(2) in another folder",
	    { "a/model.safetensors", "b/pytorch_model.bin",
		"pytorch_model.bin" },
	    NULL, NULL, 0 },
	{ "in a folder",
	    { "unet/-diffusion_pytorch_model.bin",
		"unet/diffusion_pytorch_model.safetensors" },
	    NULL, NULL, 0 },
	{ "shards and their index",
	    { "model-00001-of-00002.safetensors",
		"model-00002-of-00002.safetensors",
		"model.safetensors.index.json",
		"-pytorch_model-00001-of-00002.bin",
		"-pytorch_model-00002-of-00002.bin",
		"-pytorch_model.bin.index.json" },
	    TWO, NULL, 1 },
	{ "(2) a shard is missing",
	    { "model-00001-of-00002.safetensors",
		"model.safetensors.index.json", "pytorch_model.bin" },
	    TWO, NULL, 1 },
	{ "(2) a shard is not wanted",
	    { "model-00001-of-00002.safetensors",
		"model-00002-of-00002.safetensors",
		"model.safetensors.index.json", "pytorch_model.bin" },
	    TWO, "*-00002-of-*", 1 },
	{ "(2) the whole file is not wanted",
	    { "model.safetensors", "pytorch_model.bin" }, NULL, "*.safetensors",
	    0 },
	{ "(2) an index that is none",
	    { "model-00001-of-00002.safetensors",
		"model-00002-of-00002.safetensors",
		"model.safetensors.index.json", "pytorch_model.bin" },
	    "<html>", NULL, 1 },
	{ "(2) an index of nothing",
	    { "model.safetensors.index.json", "pytorch_model.bin" }, INDEX(""),
	    NULL, 1 },
	{ "an index that cannot be had: by number",
	    { "model-00001-of-00002.safetensors",
		"model-00002-of-00002.safetensors",
		"model.safetensors.index.json", "-pytorch_model.bin" },
	    NULL, NULL, 1 },
	{ "(2) by number, and one is missing",
	    { "model-00001-of-00003.safetensors",
		"model-00002-of-00003.safetensors",
		"model.safetensors.index.json", "pytorch_model.bin" },
	    NULL, NULL, 1 },
	{ "(2) by number, and one is not wanted",
	    { "model-00001-of-00002.safetensors",
		"model-00002-of-00002.safetensors",
		"model.safetensors.index.json", "pytorch_model.bin" },
	    NULL, "*-00002-of-*", 1 },
	{ "(2) by number, of other weights",
	    { "model.safetensors.index.json",
		"other-00001-of-00001.safetensors", "pytorch_model.bin" },
	    NULL, NULL, 1 },
	{ "(2) none of none",
	    { "model-00001-of-00000.safetensors",
		"model.safetensors.index.json", "pytorch_model.bin" },
	    NULL, NULL, 1 },
	{ "an index is not asked for in vain",
	    { "config.json", "model-00001-of-00001.safetensors",
		"model.safetensors.index.json" },
	    TWO, NULL, 0 },
	{ "a variant",
	    { "model.fp16.safetensors", "model.safetensors",
		"-pytorch_model.bin", "-pytorch_model.fp16.bin" },
	    NULL, NULL, 0 },
	{ "(2) a variant is another's",
	    { "model.fp16.safetensors", "pytorch_model.bin" }, NULL, NULL, 0 },
	{ "original/",
	    { "config.json", "model.safetensors",
		"original/-consolidated.00.pth", "original/-params.json" },
	    NULL, NULL, 0 },
	{ "(2) original/ alone",
	    { "config.json", "original/consolidated.00.pth" }, NULL, NULL, 0 },
	{ "what is no weights stays",
	    { "README.md", "model.safetensors", "tokenizer.bin.json",
		"training_args.bin", "vocab.txt" },
	    NULL, NULL, 0 },
};

struct asking {
	const char *text;
	unsigned asked;
};

static enum weigh_code
give_index(void *ctx, const struct weigh_select_file *file,
    struct weigh_buf *out, struct weigh_err *err)
{
	struct asking *a = ctx;

	(void)err;
	a->asked++;
	check_has("an index", file->path, ".index");
	if (a->text != NULL)
		weigh_buf_adds(out, a->text);
	return WEIGH_OK;
}

/* "dir/-name" is "dir/name", and a copy. */
static bool
read_mark(char *path, size_t size, const char *text)
{
	const char *slash = strrchr(text, '/');
	const char *name = slash != NULL ? slash + 1 : text;
	bool copy = name[0] == '-';

	(void)snprintf(path, size, "%.*s%s", (int)(name - text), text,
	    name + copy);
	return copy;
}

static void
check_copies(const struct copy_row *r)
{
	struct weigh_select_file files[FILES];
	struct weigh_select s = { .formats = WEIGH_FORMATS_SAFETENSORS };
	struct asking a = { r->index, 0 };
	char paths[FILES][128];
	bool copy[FILES];
	size_t n;

	for (n = 0; n < FILES && r->files[n] != NULL; n++) {
		copy[n] = read_mark(paths[n], sizeof(paths[n]), r->files[n]);
		files[n] = (struct weigh_select_file){ paths[n], 1000, 0 };
		check_true("the row is sorted",
		    n == 0 || strcmp(paths[n - 1], paths[n]) < 0);
	}
	if (r->exclude != NULL)
		check_code(r->label, weigh_select_exclude(&s, r->exclude, NULL),
		    WEIGH_OK);
	check_code(r->label,
	    weigh_select_decide(&s, files, n, give_index, &a, NULL), WEIGH_OK);
	for (size_t i = 0; i < n; i++) {
		char label[2400];

		(void)snprintf(label, sizeof(label), "%s: %s", r->label,
		    paths[i]);
		check_true(label,
		    (files[i].why == WEIGH_SELECT_COPY) == copy[i]);
	}
	check_u64(r->label, a.asked, r->asked);
}

static void
test_copies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		check_copies(&copies[i]);
}

static void
test_words(void **state)
{
	enum weigh_formats f;

	(void)state;
	for (int i = 0; i < WEIGH_FORMATS; i++) {
		const char *name = weigh_formats_name((enum weigh_formats)i);

		check_code(name, weigh_formats_parse(&f, name, NULL), WEIGH_OK);
		check_u64(name, f, (uint64_t)i);
	}
	check_code("none", weigh_formats_parse(&f, "", NULL), WEIGH_USAGE);
	check_str("wanted", weigh_select_why_text(WEIGH_SELECT_WANTED), "");
	for (int i = 1; i < WEIGH_SELECT_WHYS; i++)
		check_true("a reason",
		    weigh_select_why_text((enum weigh_select_why)i)[0] != '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
