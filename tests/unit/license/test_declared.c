/* What publishers' metadata says (weigh/declared.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/card.h>
#include <weigh/declared.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define COMMIT "0123456789abcdef0123456789abcdef01234567"

static struct weigh_terms *terms;

static int
read_terms(void **state)
{
	const char *text;
	size_t len;

	(void)state;
	weigh_terms_builtin(&text, &len);
	return weigh_terms_read(&terms, "licenses.terms", text, len, NULL) !=
	    WEIGH_OK;
}

static int
free_terms(void **state)
{
	(void)state;
	weigh_terms_free(terms);
	return 0;
}

#define TABLES (const struct weigh_terms *const *)(void *)&terms, 1

/* What a revision of "acme/m" declares; `readme` becomes the card, too. */
static struct weigh_record *
declare(const char *label, const char *readme, const char *config,
    const char *adapter, const char *const *paths)
{
	struct weigh_record *r = weigh_record_new();
	struct weigh_declared files = {
		.readme = readme,
		.readme_len = strlen(readme),
		.config = config,
		.config_len = strlen(config),
		.adapter = adapter,
		.adapter_len = strlen(adapter),
		.paths = paths,
	};
	struct weigh_buf card;

	weigh_buf_init(&card, WEIGH_CARD_JSON_MAX);
	if (weigh_card_json(readme, strlen(readme), &card, NULL) == WEIGH_OK) {
		files.card = card.data;
		files.card_len = card.len;
	}
	while (paths != NULL && paths[files.npaths] != NULL)
		files.npaths++;
	r->repo = "acme/m";
	r->commit = COMMIT;
	check_code(label, weigh_declared_read(r, &files, TABLES, NULL),
	    WEIGH_OK);
	weigh_buf_free(&card);
	return r;
}

/* --- claims ----------------------------------------------------------------------------- */

/* "card README.md:2 mit = MIT exact; ..." */
static void
print_claims(struct weigh_buf *out, const struct weigh_record *r)
{
	static const char *const words[] = { "unheard", "none", "family",
		"version", "exact" };

	for (uint32_t i = 0; i < r->nclaims; i++)
		weigh_buf_addf(out, "%s:%u %s = %s %s; ", r->claims[i].path,
		    r->claims[i].line, r->claims[i].value, r->claims[i].id,
		    words[r->claims[i].precision]);
}

static void
check_claims(const char *label, const struct weigh_record *r, const char *want)
{
	struct weigh_buf got;

	weigh_buf_init(&got, 64u << 10);
	weigh_buf_adds(&got, "");
	print_claims(&got, r);
	check_str(label, got.len > 0 ? got.data : "", want);
	weigh_buf_free(&got);
}

/* The shapes that cards have: docs of the Hub, and what people really write. */
static const struct {
	const char *label, *front, *want;
} claim_rows[] = {
	{ "DeepSeek-R1", "license: mit\nlibrary_name: transformers\n",
	    "README.md:2 mit = MIT exact; " },
	{ "behind other keys",
	    "language:\n- en\ntags: [a]\nlicense: llama3.1\n",
	    "README.md:5 llama3.1 = LicenseRef-Llama-3.1-Community exact; " },
	{ "upper case", "license: MIT\n", "README.md:2 MIT = MIT exact; " },
	{ "SPDX's spelling", "license: Apache-2.0\n",
	    "README.md:2 Apache-2.0 = Apache-2.0 exact; " },
	{ "in quotes", "license: \"cc-by-nc-4.0\"\n",
	    "README.md:2 cc-by-nc-4.0 = CC-BY-NC-4.0 exact; " },
	{ "a flow list", "license: [mit]\n", "README.md:2 mit = MIT exact; " },
	{ "a list", "a: b\nlicense:\n- mit\n# more\n- apache-2.0\n",
	    "README.md:4 mit = MIT exact; "
	    "README.md:6 apache-2.0 = Apache-2.0 exact; " },
	{ "twice the same", "license: [mit, mit]\n",
	    "README.md:2 mit = MIT exact; " },
	{ "a block", "license: >-\n  mit\n", "README.md:2 mit = MIT exact; " },
	{ "ends of lines are not of it", "license: |\n  mit\n\n",
	    "README.md:2 mit = MIT exact; " },
	{ "the last of two keys", "license: mit\nlicense: gemma\n",
	    "README.md:3 gemma = LicenseRef-Gemma-Terms version; " },
	{ "openrail++", "license: openrail++\n",
	    "README.md:2 openrail++ = LicenseRef-CreativeML-OpenRAIL++-M "
	    "exact; " },
	{ "a family", "license: openrail\n",
	    "README.md:2 openrail =  family; " },
	{ "a version that is not told", "license: gpl-3.0\n",
	    "README.md:2 gpl-3.0 = GPL-3.0-only version; " },
	{ "other", "license: other\n", "README.md:2 other =  none; " },
	{ "unknown", "license: unknown\n", "README.md:2 unknown =  none; " },
	{ "nobody knows it", "license: acme-open-2\n",
	    "README.md:2 acme-open-2 =  unheard; " },
	{ "blanks", "license: ' mit '\n", "README.md:2 mit = MIT exact; " },
	{ "no value", "license:\n", "" },
	{ "null", "license: null\n", "" },
	{ "empty", "license: ''\n", "" },
	{ "a number", "license: 3\n", "" },
	{ "a boolean", "license: true\n", "" },
	{ "a mapping", "license: {name: mit}\n", "" },
	{ "nested", "license:\n- [mit]\n- {a: mit}\n- 3\n- null\n- gemma\n",
	    "README.md:7 gemma = LicenseRef-Gemma-Terms version; " },
	{ "no key", "tags: [license]\n", "" },
	{ "not at the top", "model:\n  license: mit\n", "" },
	{ "a NUL hides nothing", "license: \"mit\\0 but not you\"\n",
	    "README.md:2 mit\xef\xbf\xbd but not you =  unheard; " },
};

static void
test_claims(void **state)
{
	char readme[512];

	(void)state;
	for (size_t i = 0; i < COUNT(claim_rows); i++) {
		struct weigh_record *r;

		snprintf(readme, sizeof(readme), "---\n%s---\n# M\n",
		    claim_rows[i].front);
		r = declare(claim_rows[i].label, readme, "", "", NULL);
		check_claims(claim_rows[i].label, r, claim_rows[i].want);
		weigh_record_free(r);
	}
}

/* (1): the same license in the spellings of cards and of GGUF; "": unheard. */
static const struct {
	const char *tag, *id;
} tag_rows[] = {
	{ "MIT License", "MIT" },
	{ "The MIT Licence", "MIT" },
	{ "mit-license", "MIT" },
	{ "Apache License, Version 2.0", "Apache-2.0" },
	{ "apache license v2.0", "Apache-2.0" },
	{ "apache-license-2.0", "Apache-2.0" },
	{ "Apache 2", "Apache-2.0" },
	{ "apache_2.0", "Apache-2.0" },
	{ "CC BY-NC 4.0", "CC-BY-NC-4.0" },
	{ "GPL-3.0-or-later", "GPL-3.0-or-later" },
	{ "gpl-3.0-only", "GPL-3.0-only" },
	{ "GPL-2.0+", "GPL-2.0-or-later" },
	{ "AGPL-3.0-or-later", "AGPL-3.0-or-later" },
	{ "0BSD", "0BSD" },
	{ "licenseref-qwen", "LicenseRef-Qwen" },
	{ "LicenseRef-scancode-qwen-2024", "LicenseRef-Qwen" }, /* also */
	{ "mit OR apache-2.0", "MIT OR Apache-2.0" },
	{ "(MIT AND CC-BY-4.0) OR GPL-3.0-or-later",
	    "(MIT AND CC-BY-4.0) OR GPL-3.0-or-later" },
	{ "MIT OR acme", "" },
	{ "MIT OR bsd", "" }, /* a family is no license */
	{ "MIT OR", "" },
	{ "Apache-2.0 WITH LLVM-exception", "" },
	{ "MIT but not for you", "" },
	{ "Modified MIT License", "" },
	{ "modified-mit", "" },
	{ "Apache License", "" },
	{ "MPL-2.0-or-later", "" },
	{ "mit, apache-2.0", "" },
	{ "none", "" },
	{ "NOASSERTION", "" },
	{ "NONE", "" },
	{ "license", "" },
	{ "-", "" },
	{ "+", "" },
	{ "-only", "" },
	{ "()", "" },
};

static void
test_tags(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tag_rows); i++) {
		struct weigh_record *r = weigh_record_new();
		const char *tag = tag_rows[i].tag;

		check_code(tag,
		    weigh_declared_weights(r, "gguf", "m.gguf",
			"general.license", tag, strlen(tag), TABLES, NULL),
		    WEIGH_OK);
		check_u64(tag, r->nclaims, 1);
		check_str(tag, r->claims[0].value, tag);
		check_str(tag, r->claims[0].id, tag_rows[i].id);
		check_u64(tag, r->claims[0].precision >= WEIGH_HUB_VERSION,
		    tag_rows[i].id[0] != '\0');
		weigh_record_free(r);
	}
}

/* (5): of ten thousand, those that there is room for, and a row for the rest. */
static void
test_many_claims(void **state)
{
	struct weigh_buf readme;
	struct weigh_record *r;

	(void)state;
	weigh_buf_init(&readme, 1u << 20);
	weigh_buf_adds(&readme, "---\nlicense:\n");
	for (int i = 0; i < 9000; i++)
		weigh_buf_adds(&readme, "- mit\n");
	for (int i = 0; i < 30; i++)
		weigh_buf_addf(&readme, "- x%d\n", i);
	weigh_buf_adds(&readme, "- gemma\n");
	for (int i = 30; i < 1000; i++)
		weigh_buf_addf(&readme, "- x%d\n", i);
	weigh_buf_adds(&readme, "---\n");
	r = declare("10,000", readme.data, "", "", NULL);
	check_u64("as many as may be", r->nclaims, WEIGH_RECORD_CLAIMS);
	check_str("the first", r->claims[0].value, "mit");
	check_u64("its line", r->claims[0].line, 3);
	check_str("a later one", r->claims[30].value, "x29");
	check_u64("it is too far down", r->claims[30].line, 0);
	check_str("the rest", r->claims[31].value, "...");
	check_str("the rest is nothing known", r->claims[31].id, "");
	check_u64("unheard", r->claims[31].precision, WEIGH_HUB_UNHEARD);
	weigh_record_free(r);
	weigh_buf_free(&readme);
}

/* (1): a whole license as a tag, cut in front of a character of three bytes. */
static void
test_long_claim(void **state)
{
	char text[2 * WEIGH_DECLARED_TEXT];
	struct weigh_record *r = weigh_record_new();

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + WEIGH_DECLARED_TEXT - 2, "\xe4\xb8\xad", 3);
	check_code("read",
	    weigh_declared_weights(r, "safetensors", "m.safetensors", "license",
		text, sizeof(text), TABLES, NULL),
	    WEIGH_OK);
	check_u64("cut", strlen(r->claims[0].value), WEIGH_DECLARED_TEXT - 2);
	check_str("no license", r->claims[0].id, "");
	weigh_record_free(r);
}

/* --- links ------------------------------------------------------------------------------ */

static const char *const files[] = { "LICENSE", NULL };

static const struct {
	const char *label, *front, *name, *links; /* "kind url file; ..." */
} other_rows[] = {
	{ "Kimi-K2",
	    "license: other\nlicense_name: modified-mit\n"
	    "license_link: LICENSE\n",
	    "modified-mit", "0 LICENSE LICENSE; " },
	{ "Qwen",
	    "license: other\nlicense_name: tongyi-qianwen\nlicense_link: >-\n"
	    "  https://hub.example/acme/m/blob/main/LICENSE\n",
	    "tongyi-qianwen",
	    "0 https://hub.example/acme/m/blob/main/LICENSE LICENSE; " },
	{ "Yi",
	    "license: other\nlicense_name: yi-34b\n"
	    "license_link: https://hub.example/acme/Yi/blob/main/LICENSE\n",
	    "yi-34b", "2 https://hub.example/acme/Yi/blob/main/LICENSE ; " },
	{ "a list of links", "license_link: [LICENSE, COPYING, LICENSE, 3]\n",
	    "", "0 LICENSE LICENSE; 0 COPYING ; " },
	{ "neither is text", "license_name: [a]\nlicense_link: {a: b}\n", "",
	    "" },
	{ "nothing", "license_name:\nlicense_link: ' '\n", "", "" },
};

static void
test_other(void **state)
{
	char readme[512];

	(void)state;
	for (size_t i = 0; i < COUNT(other_rows); i++) {
		const char *label = other_rows[i].label;
		struct weigh_record *r;
		struct weigh_buf got;

		snprintf(readme, sizeof(readme), "---\n%s---\n",
		    other_rows[i].front);
		r = declare(label, readme, "", "", files);
		weigh_buf_init(&got, 4096);
		for (uint32_t k = 0; k < r->nlinks; k++)
			weigh_buf_addf(&got, "%u %s %s; ",
			    (unsigned)r->links[k].kind, r->links[k].url,
			    r->links[k].file);
		check_str(label, r->license_name, other_rows[i].name);
		check_str(label, got.len > 0 ? got.data : "",
		    other_rows[i].links);
		weigh_buf_free(&got);
		weigh_record_free(r);
	}
}

static void
test_many_links(void **state)
{
	struct weigh_buf readme;
	struct weigh_record *r;

	(void)state;
	weigh_buf_init(&readme, 1u << 20);
	weigh_buf_adds(&readme, "---\nlicense_link:\n- ");
	for (int i = 0; i < 2048; i++)
		weigh_buf_addc(&readme, 'x');
	for (int i = 0; i < 100; i++)
		weigh_buf_addf(&readme, "\n- l%d", i);
	weigh_buf_adds(&readme, "\n---\n");
	r = declare("many", readme.data, "", "", NULL);
	check_u64("as many as may be", r->nlinks, WEIGH_RECORD_LINKS);
	check_str("the long one leads nowhere", r->links[0].url, "l0");
	weigh_record_free(r);
	weigh_buf_free(&readme);
}

/* --- bases ------------------------------------------------------------------------------ */

/* "org/a card finetune?; ...": "?" inferred, "~" weak. */
static void
check_bases(const char *label, const struct weigh_record *r, const char *want)
{
	struct weigh_buf got;

	weigh_buf_init(&got, 64u << 10);
	for (uint32_t i = 0; i < r->nbases; i++) {
		const struct weigh_record_base *b = &r->bases[i];

		check_u64(label, b->child, UINT32_MAX);
		weigh_buf_addf(&got, "%s %s %s%s%s; ", b->name, b->evidence,
		    weigh_relation_name(b->relation), b->inferred ? "?" : "",
		    b->weak ? "~" : "");
	}
	check_str(label, got.len > 0 ? got.data : "", want);
	weigh_buf_free(&got);
}

static const struct {
	const char *label, *front, *config, *adapter;
	const char *paths[4];
	const char *want;
} base_rows[] = {
	{ "DeepSeek-R1-Distill-Llama-8B: nothing but the config says it",
	    "license: mit\n", "{\"_name_or_path\": \"org/Llama-3.1-8B\"}", "",
	    { NULL }, "org/Llama-3.1-8B config finetune?~; " },
	{ "the card", "base_model: org/a\n", "", "", { NULL },
	    "org/a card finetune?; " },
	{ "with its relation",
	    "base_model: org/a\nbase_model_relation: quantized\n", "", "",
	    { NULL }, "org/a card quantized; " },
	{ "the relation first",
	    "base_model_relation: adapter\nbase_model: org/a\n", "", "",
	    { NULL }, "org/a card adapter; " },
	{ "a relation that is none",
	    "base_model: org/a\nbase_model_relation: cousin\n", "", "",
	    { NULL }, "org/a card finetune?; " },
	{ "two are merged", "base_model:\n- org/a\n- org/b\n", "", "", { NULL },
	    "org/a card merge?; org/b card merge?; " },
	{ "one named twice is one", "base_model: [org/a, Org/A]\n", "", "",
	    { NULL }, "org/a card finetune?; " },
	{ "a weak one makes no merge", "base_model: org/a\n",
	    "{\"_name_or_path\":\"org/b\"}", "", { NULL },
	    "org/a card finetune?; org/b config finetune?~; " },
	{ "itself", "base_model: [acme/m, Acme/M]\n",
	    "{\"_name_or_path\":\"acme/m\"}", "", { NULL }, "" },
	{ "an address", "base_model: https://hub.example/org/a/tree/main\n", "",
	    "", { NULL }, "org/a card finetune?; " },
	{ "the address of something else",
	    "base_model: [https://hub.example/org/a/issues/1, "
	    "https://hub.example/org]\n",
	    "", "", { NULL }, "" },
	{ "a folder", "base_model: [./out, /home/u/a, a/b/c, ../x]\n",
	    "{\"_name_or_path\":\"/mnt/a\"}", "", { NULL }, "" },
	{ "an old name of one part", "base_model: gpt2\n", "", "", { NULL },
	    "gpt2 card finetune?; " },
	{ "no text", "base_model: {a: org/a}\n", "{\"_name_or_path\":3}",
	    "{\"base_model_name_or_path\":null}", { NULL }, "" },
	{ "an adapter", "license: mit\n", "",
	    "{\"base_model_name_or_path\":\"org/a\"}", { NULL },
	    "org/a adapter adapter?; " },
	{ "an adapter by its files", "base_model: org/a\n", "", "",
	    { "adapter_model.safetensors", NULL }, "org/a card adapter?; " },
	{ "GGUF", "base_model: org/a\n", "", "", { "m-Q4_K_M.gguf", NULL },
	    "org/a card quantized?; " },
	{ "GGUF of an adapter", "base_model: org/a\n", "", "",
	    { "m.gguf", "adapter_config.json", NULL },
	    "org/a card adapter?; " },
	{ "GGUF of two", "base_model: [org/a, org/b]\n", "", "",
	    { "m.gguf", NULL },
	    "org/a card quantized?; org/b card quantized?; " },
	{ "quantized", "base_model: org/a\n",
	    "{\"quantization_config\":{\"bits\":4}}", "", { NULL },
	    "org/a card quantized?; " },
	{ "quantized by nothing", "base_model: org/a\n",
	    "{\"quantization_config\":null}", "", { NULL },
	    "org/a card finetune?; " },
	{ "strongest first, each once", "base_model: org/a\n",
	    "{\"_name_or_path\":\"org/b\",\"auto_map\":{\"AutoModel\":"
	    "\"org/c--m.M\",\"AutoTokenizer\":[\"org/d--t.T\",null],"
	    "\"AutoConfig\":\"own.C\"}}",
	    "{\"base_model_name_or_path\":\"org/b\"}", { NULL },
	    "org/a card adapter?; org/b adapter adapter?; "
	    "org/c auto_map adapter?~; org/d auto_map adapter?~; " },
	{ "code of another goes before where it was loaded from", "a: b\n",
	    "{\"_name_or_path\":\"org/a\",\"auto_map\":\"org/b--m.M\"}", "",
	    { NULL }, "org/b auto_map finetune?~; org/a config finetune?~; " },
	{ "the card goes before the config", "base_model: org/a\n",
	    "{\"auto_map\":{\"AutoModel\":\"org/a--m.M\"}}", "", { NULL },
	    "org/a card finetune?; " },
};

static void
test_bases(void **state)
{
	char readme[512];

	(void)state;
	for (size_t i = 0; i < COUNT(base_rows); i++) {
		struct weigh_record *r;

		snprintf(readme, sizeof(readme), "---\n%s---\n",
		    base_rows[i].front);
		r = declare(base_rows[i].label, readme, base_rows[i].config,
		    base_rows[i].adapter, base_rows[i].paths);
		check_bases(base_rows[i].label, r, base_rows[i].want);
		weigh_record_free(r);
	}
}

static void
test_many_bases(void **state)
{
	struct weigh_buf readme;
	struct weigh_record *r;

	(void)state;
	weigh_buf_init(&readme, 1u << 20);
	weigh_buf_adds(&readme, "---\nbase_model:\n");
	for (int i = 0; i < 5000; i++)
		weigh_buf_addf(&readme, "- o/m%d\n", i);
	weigh_buf_adds(&readme, "---\n");
	r = declare("many", readme.data, "{\"_name_or_path\":\"org/late\"}", "",
	    NULL);
	check_u64("as many as may be", r->nbases, WEIGH_RECORD_BASES);
	check_str("the last", r->bases[WEIGH_RECORD_BASES - 1].name, "o/m63");
	weigh_record_free(r);
	weigh_buf_free(&readme);
}

/* --- files of weights ------------------------------------------------------------------- */

static const struct {
	const char *label, *front, *source, *key, *value;
	const char *claims, *bases, *name;
} weights_rows[] = {
	{ "GGUF's license", "license: mit\n", "gguf", "general.license",
	    "apache-2.0",
	    "README.md:2 mit = MIT exact; "
	    "m.bin:0 apache-2.0 = Apache-2.0 exact; ",
	    "", "" },
	{ "the same from both", "license: mit\n", "gguf", "general.license",
	    "mit", "README.md:2 mit = MIT exact; m.bin:0 mit = MIT exact; ", "",
	    "" },
	{ "safetensors' license", "a: b\n", "safetensors", "license",
	    "CreativeML-OpenRAIL-M",
	    "m.bin:0 CreativeML-OpenRAIL-M = LicenseRef-CreativeML-OpenRAIL-M "
	    "exact; ",
	    "", "" },
	{ "modelspec's", "a: b\n", "safetensors", "modelspec.license",
	    "MIT License", "m.bin:0 MIT License = MIT exact; ", "", "" },
	{ "a key of the other format", "a: b\n", "safetensors",
	    "general.license", "mit", "", "", "" },
	{ "a key that says nothing", "a: b\n", "gguf", "general.name", "mit",
	    "", "", "" },
	{ "an empty value", "a: b\n", "gguf", "general.license", " ", "", "",
	    "" },
	{ "its name", "a: b\n", "gguf", "general.license.name", "Acme 2", "",
	    "", "Acme 2" },
	{ "the card's name stays", "license_name: acme\n", "gguf",
	    "general.license.name", "Acme 2", "", "", "acme" },
	{ "a base", "a: b\n", "gguf", "general.base_model.0.repo_url",
	    "https://hub.example/org/a", "", "org/a gguf quantized?; ", "" },
	{ "a second one", "base_model: org/b\n", "gguf",
	    "general.base_model.1.repo_url", "https://hub.example/org/a", "",
	    "org/b card quantized?; org/a gguf quantized?; ", "" },
	{ "one that the card has", "base_model: org/b\n", "gguf",
	    "general.source.repo_url", "https://hub.example/Org/B", "",
	    "org/b card quantized?; ", "" },
	{ "what the card says of them stays",
	    "base_model: org/b\nbase_model_relation: merge\n", "gguf",
	    "general.base_model.0.repo_url", "https://hub.example/org/a", "",
	    "org/b card merge; org/a gguf merge; ", "" },
	{ "the source by its name", "a: b\n", "gguf",
	    "general.source.huggingface.repository", "org/a", "",
	    "org/a gguf quantized?; ", "" },
	{ "a page of it is no model", "a: b\n", "gguf",
	    "general.base_model.0.url", "https://hub.example/org/a", "", "",
	    "" },
};

static void
test_weights(void **state)
{
	char readme[512];

	(void)state;
	for (size_t i = 0; i < COUNT(weights_rows); i++) {
		const char *label = weights_rows[i].label;
		const char *value = weights_rows[i].value;
		struct weigh_record *r;

		snprintf(readme, sizeof(readme), "---\n%s---\n",
		    weights_rows[i].front);
		r = declare(label, readme, "", "", NULL);
		for (int twice = 0; twice < 2; twice++) /* (5) */
			check_code(label,
			    weigh_declared_weights(r, weights_rows[i].source,
				"m.bin", weights_rows[i].key, value,
				strlen(value), TABLES, NULL),
			    WEIGH_OK);
		check_claims(label, r, weights_rows[i].claims);
		check_bases(label, r, weights_rows[i].bases);
		check_str(label, r->license_name, weights_rows[i].name);
		weigh_record_free(r);
	}
}

/* (2): a model that the config named weakly comes from the file of weights too. */
static void
test_stronger_later(void **state)
{
	static const char url[] = "https://hub.example/org/b";
	struct weigh_record *r = declare("weak", "---\na: b\n---\n",
	    "{\"auto_map\":\"org/a--m.M\",\"_name_or_path\":\"org/b\"}", "",
	    NULL);

	(void)state;
	check_bases("weak", r,
	    "org/a auto_map finetune?~; org/b config finetune?~; ");
	check_code("strong",
	    weigh_declared_weights(r, "gguf", "m.gguf",
		"general.base_model.0.repo_url", url, strlen(url), TABLES,
		NULL),
	    WEIGH_OK);
	check_bases("strong", r,
	    "org/b gguf quantized?; org/a auto_map quantized?~; ");
	check_str("its file", r->bases[0].path, "m.gguf");
	weigh_record_free(r);
}

static void
test_weights_link(void **state)
{
	static const char url[] = "https://www.example/terms";
	struct weigh_record *r = weigh_record_new();

	(void)state;
	check_code("link",
	    weigh_declared_weights(r, "gguf", "m.gguf", "general.license.link",
		url, strlen(url), TABLES, NULL),
	    WEIGH_OK);
	check_u64("one", r->nlinks, 1);
	check_str("of this file", r->links[0].path, "m.gguf");
	check_u64("kind", r->links[0].kind, WEIGH_LINK_MUTABLE);
	weigh_record_free(r);
}

/* --- the rest --------------------------------------------------------------------------- */

enum {
	EU = 1,
	MULTIMODAL = 2,
	CODE = 4
};

static const struct {
	const char *label, *front, *config;
	const char *paths[5];
	unsigned flags;
	const char *formats;
} fact_rows[] = {
	{ "nothing", "a: b\n", "", { NULL }, 0, "" },
	{ "not in the EU", "extra_gated_eu_disallowed: true\n", "", { NULL },
	    EU, "" },
	{ "in quotes", "extra_gated_eu_disallowed: 'Yes'\n", "", { NULL }, EU,
	    "" },
	{ "there too", "extra_gated_eu_disallowed: false\n", "", { NULL }, 0,
	    "" },
	{ "no word for it", "extra_gated_eu_disallowed: 1\n", "", { NULL }, 0,
	    "" },
	{ "text", "pipeline_tag: text-generation\n", "", { NULL }, 0, "" },
	{ "images", "pipeline_tag: image-text-to-text\n", "", { NULL },
	    MULTIMODAL, "" },
	{ "sound", "pipeline_tag: automatic-speech-recognition\n", "", { NULL },
	    MULTIMODAL, "" },
	{ "all", "pipeline_tag: any-to-any\n", "", { NULL }, MULTIMODAL, "" },
	{ "objects", "pipeline_tag: zero-shot-object-detection\n", "", { NULL },
	    MULTIMODAL, "" },
	{ "the config sees", "pipeline_tag: text-generation\n",
	    "{\"vision_config\":{}}", { NULL }, MULTIMODAL, "" },
	{ "the config hears", "a: b\n", "{\"audio_config\":{\"a\":[1]}}",
	    { NULL }, MULTIMODAL, "" },
	{ "the config has no eyes", "a: b\n",
	    "{\"vision_config\":null,\"vision_tower\":false}", { NULL }, 0,
	    "" },
	{ "diffusers", "a: b\n", "", { "model_index.json", NULL }, MULTIMODAL,
	    "" },
	{ "eyes beside it", "a: b\n", "", { "m.gguf", "mmproj-F16.gguf", NULL },
	    MULTIMODAL, "gguf" },
	{ "formats in order", "a: b\n", "",
	    { "model.safetensors", "q/m.gguf", "pytorch_model.bin",
		"config.json", NULL },
	    0, "gguf pytorch safetensors" },
	{ "code in the map", "a: b\n",
	    "{\"auto_map\":{\"AutoModel\":\"modeling_x.X\"}}", { NULL }, CODE,
	    "" },
	{ "an empty map", "a: b\n", "{\"auto_map\":{}}", { NULL }, 0, "" },
	{ "code at the root", "a: b\n", "",
	    { "model.safetensors", "modeling_x.py", NULL }, CODE,
	    "safetensors" },
	{ "code at the root, weights below", "a: b\n", "",
	    { "unet/model.safetensors", "pipeline.py", NULL }, CODE,
	    "safetensors" },
	{ "code beside weights", "a: b\n", "",
	    { "unet/m.safetensors", "unet/my_unet.py", NULL }, CODE,
	    "safetensors" },
	{ "code elsewhere", "a: b\n", "",
	    { "model.safetensors", "examples/run.py", NULL }, 0,
	    "safetensors" },
	{ "code without weights", "a: b\n", "", { "setup.py", NULL }, 0, "" },
};

static void
test_facts(void **state)
{
	char readme[512];

	(void)state;
	for (size_t i = 0; i < COUNT(fact_rows); i++) {
		const char *label = fact_rows[i].label;
		struct weigh_record *r;

		snprintf(readme, sizeof(readme), "---\n%s---\n",
		    fact_rows[i].front);
		r = declare(label, readme, fact_rows[i].config, "",
		    fact_rows[i].paths);
		check_u64(label,
		    (r->eu_disallowed ? EU : 0u) |
			(r->multimodal ? MULTIMODAL : 0u) |
			(r->remote_code ? CODE : 0u),
		    fact_rows[i].flags);
		check_str(label, r->formats, fact_rows[i].formats);
		weigh_record_free(r);
	}
}

/* Weights in more folders than are counted: code counts wherever it is. */
static void
test_many_folders(void **state)
{
	static const struct {
		const char *label;
		size_t folders;
		bool want;
	} rows[] = { { "few", 64, false }, { "many", 65, true } };
	static char names[65][40];
	const char *paths[67];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_record *r;
		size_t n;

		for (n = 0; n < rows[i].folders; n++) {
			snprintf(names[n], sizeof(names[n]), "f%zu/m.gguf", n);
			paths[n] = names[n];
		}
		paths[n++] = "examples/run.py";
		paths[n] = NULL;
		r = declare(rows[i].label, "", "", "", paths);
		check_u64(rows[i].label, r->remote_code, rows[i].want);
		weigh_record_free(r);
	}
}

static void
test_data_set(void **state)
{
	static const char *const paths[] = { "data/a.parquet", "x.json",
		"m.safetensors" };
	struct weigh_declared given = { .paths = paths, .npaths = 3 };
	struct weigh_record *r = weigh_record_new();

	(void)state;
	r->repo = "datasets/acme/d";
	check_code("read", weigh_declared_read(r, &given, TABLES, NULL),
	    WEIGH_OK);
	check_str("formats", r->formats, "json parquet");
	weigh_record_free(r);
}

/* (4): of a text that breaks off nothing is taken, and the others are read. */
static const struct {
	const char *label, *card, *config, *adapter;
	uint32_t claims, bases;
} broken_rows[] = {
	{ "whole", "{\"license\":\"mit\"}", "{\"_name_or_path\":\"o/a\"}",
	    "{\"base_model_name_or_path\":\"o/b\"}", 1, 2 },
	{ "the card breaks off", "{\"license\":\"mit\",",
	    "{\"_name_or_path\":\"o/a\"}",
	    "{\"base_model_name_or_path\":\"o/b\"}", 0, 2 },
	{ "the config breaks off", "{\"license\":\"mit\"}",
	    "{\"_name_or_path\":\"o/a\"",
	    "{\"base_model_name_or_path\":\"o/b\"}", 1, 1 },
	{ "a key twice", "{\"license\":\"mit\"}",
	    "{\"_name_or_path\":\"o/a\",\"_name_or_path\":\"o/c\"}", "", 1, 0 },
	{ "something behind it", "{\"license\":\"mit\"}",
	    "{\"_name_or_path\":\"o/a\"}x", "{}", 1, 0 },
	{ "a list", "[\"mit\"]", "[]", "null", 0, 0 },
	{ "no UTF-8", "{\"license\":\"\xff\"}", "{\"_name_or_path\":\"o/a\"}",
	    "\xff", 0, 1 },
	{ "no JSON", "license: mit", "x", "<html>", 0, 0 },
};

static void
test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(broken_rows); i++) {
		const char *label = broken_rows[i].label;
		struct weigh_declared given = {
			.card = broken_rows[i].card,
			.card_len = strlen(broken_rows[i].card),
			.config = broken_rows[i].config,
			.config_len = strlen(broken_rows[i].config),
			.adapter = broken_rows[i].adapter,
			.adapter_len = strlen(broken_rows[i].adapter),
			.readme = "\xff---\nno: [card",
			.readme_len = 14,
		};
		struct weigh_record *r = weigh_record_new();
		struct weigh_err err;

		weigh_err_clear(&err);
		check_code(label, weigh_declared_read(r, &given, TABLES, &err),
		    WEIGH_OK);
		check_code(label, err.code, WEIGH_OK);
		check_u64(label, r->nclaims, broken_rows[i].claims);
		check_u64(label, r->nbases, broken_rows[i].bases);
		weigh_record_free(r);
	}
}

static const struct {
	const char *label, *card;
	size_t max;
	const char *want; /* NULL: false */
} prompt_rows[] = {
	{ "a license", "{\"extra_gated_prompt\":\"### LLAMA\\n1. You\"}", 100,
	    "### LLAMA\n1. You" },
	{ "none", "{\"license\":\"mit\"}", 100, NULL },
	{ "empty", "{\"extra_gated_prompt\":\"\"}", 100, NULL },
	{ "no text", "{\"extra_gated_prompt\":[\"a\"]}", 100, NULL },
	{ "breaks off", "{\"extra_gated_prompt\":\"a\",", 100, NULL },
	{ "no room", "{\"extra_gated_prompt\":\"abcdef\"}", 5, NULL },
	{ "no card", "", 100, NULL },
};

static void
test_prompt(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(prompt_rows); i++) {
		struct weigh_buf out;
		bool got;

		weigh_buf_init(&out, prompt_rows[i].max);
		got = weigh_declared_prompt(prompt_rows[i].card,
		    strlen(prompt_rows[i].card), &out);
		check_u64(prompt_rows[i].label, got,
		    prompt_rows[i].want != NULL);
		if (got)
			check_str(prompt_rows[i].label, out.data,
			    prompt_rows[i].want);
		else
			check_u64(prompt_rows[i].label, out.len, 0);
		weigh_buf_free(&out);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_many_claims),
		cmocka_unit_test(test_long_claim),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_many_links),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_many_bases),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_stronger_later),
		cmocka_unit_test(test_weights_link),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_many_folders),
		cmocka_unit_test(test_data_set),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_prompt),
	};

	return cmocka_run_group_tests(tests, read_terms, free_terms);
}
