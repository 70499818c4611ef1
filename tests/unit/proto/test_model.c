/* Task, library, tags and config of a repository; see model.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/card.h>
#include <weigh/model.h>

#include "check.h"

/* The marks of paths between blanks. */
static uint32_t
marks_of(const char *paths)
{
	char path[200];
	uint32_t marks = 0;
	int n;

	for (; sscanf(paths, "%199s%n", path, &n) == 1; paths += n)
		marks |= weigh_model_mark(path);
	return marks;
}

/* Tags between blanks. */
static void
join(const struct weigh_model *m, char *out, size_t size)
{
	const char *tag = NULL;
	size_t len = 0;

	out[0] = '\0';
	while ((tag = weigh_model_tag(m, tag)) != NULL)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
		    len > 0 ? " " : "", tag);
}

#define LLAMA \
	"{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\"}"

static const struct row {
	const char *label;
	enum weigh_kind kind;
	const char *card, *config, *files;
	const char *library, *task, *tags;
} rows[] = {
	{ "nothing", WEIGH_MODEL, "", "", "", "", "", "" },
	{ "all of it, in the Hub's order", WEIGH_MODEL,
	    "{\"license\":\"mit\",\"base_model\":\"a/b\",\"datasets\":"
	    "[\"c/d\",\"e\"],\"language\":[\"en\",\"no\"],\"tags\":[\"x\","
	    "\"y\"],\"pipeline_tag\":\"summarization\",\"library_name\":"
	    "\"keras\"}",
	    LLAMA, "a.gguf m.safetensors b/pytorch_model-1.bin", "keras",
	    "summarization",
	    "keras pytorch safetensors gguf llama summarization x y en no "
	    "dataset:c/d dataset:e base_model:a/b license:mit" },
	{ "derived from the config", WEIGH_MODEL, "", LLAMA,
	    "model.safetensors", "transformers", "text-generation",
	    "transformers safetensors llama text-generation" },
	{ "an architecture that tells no task", WEIGH_MODEL, "",
	    "{\"architectures\":[\"XForConditionalGeneration\"],"
	    "\"model_type\":\"x\"}",
	    "", "transformers", "", "transformers x" },
	{ "a type alone is no library", WEIGH_MODEL, "",
	    "{\"model_type\":\"x\"}", "", "", "", "x" },
	{ "an architecture of another library", WEIGH_MODEL,
	    "{\"library_name\":\"mlx\"}", LLAMA, "", "mlx", "", "mlx llama" },
	{ "gguf alone", WEIGH_MODEL, "", "", "x-q4.gguf", "gguf", "", "gguf" },
	{ "diffusers", WEIGH_MODEL, "", "",
	    "model_index.json unet/diffusion_pytorch_model.safetensors",
	    "diffusers", "", "diffusers safetensors" },
	{ "an adapter", WEIGH_MODEL, "{\"base_model\":[\"a\"]}", "",
	    "adapter_config.json", "peft", "", "peft base_model:a" },
	{ "each once", WEIGH_MODEL,
	    "{\"tags\":[\"a\",\"a\",\"safetensors\",\"mit\"],\"language\":"
	    "\"a\"}",
	    "", "x.safetensors", "", "", "safetensors a mit" },
	{ "what came of the base", WEIGH_MODEL,
	    "{\"base_model_relation\":\"quantized\",\"base_model\":[\"a/b\","
	    "\"c\"]}",
	    "", "", "", "",
	    "base_model:a/b base_model:c base_model:quantized:a/b "
	    "base_model:quantized:c" },
	{ "what is no string is no tag", WEIGH_MODEL,
	    "{\"tags\":[1,null,{\"a\":\"b\"},[\"c\"],\"\",\"d\"],"
	    "\"license\":{\"a\":\"mit\"},\"language\":true,"
	    "\"pipeline_tag\":[\"q\"]}",
	    "", "", "", "", "d" },
	{ "licenses", WEIGH_MODEL, "{\"license\":[\"mit\",\"isc\"]}", "", "",
	    "", "", "license:mit license:isc" },
	{ "a dataset", WEIGH_DATASET,
	    "{\"license\":\"mit\",\"language\":\"de\",\"tags\":[\"x\"],"
	    "\"task_categories\":[\"t\"],\"size_categories\":\"n<1K\","
	    "\"library_name\":\"no\"}",
	    LLAMA, "a.parquet b.csv c.safetensors", "", "",
	    "format:parquet format:csv task_categories:t x language:de "
	    "license:mit size_categories:n<1K" },
	{ "a space", WEIGH_SPACE,
	    "{\"sdk\":\"gradio\",\"tags\":[\"x\"],\"license\":\"mit\"}", "",
	    "app.py", "", "", "gradio x license:mit" },
	{ "no JSON", WEIGH_MODEL, "{\"tags\":[\"a\"", "[", "", "", "", "a" },
};

static void
test_rows(void **state)
{
	char tags[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct weigh_model m;

		check_true(r->label,
		    weigh_model_read(&m, r->kind, r->card, r->config,
			marks_of(r->files), NULL));
		join(&m, tags, sizeof(tags));
		check_str(r->label, tags, r->tags);
		check_str(r->label, m.library, r->library);
		check_str(r->label, m.task, r->task);
		weigh_model_free(&m);
	}
}

/* The license that an older catalog knows counts where the card says none. */
static void
test_license(void **state)
{
	struct weigh_model m;
	char tags[200];

	(void)state;
	check_true("read",
	    weigh_model_read(&m, WEIGH_MODEL, NULL, NULL, 0, "mit"));
	join(&m, tags, sizeof(tags));
	check_str("of the row", tags, "license:mit");
	weigh_model_free(&m);
	check_true("read",
	    weigh_model_read(&m, WEIGH_MODEL, "{\"license\":\"other\"}", "", 0,
		"mine"));
	join(&m, tags, sizeof(tags));
	check_str("of the card", tags, "license:other");
	weigh_model_free(&m);
}

/* (1) As many tags as there may be, and none that is too long. */
static void
test_bounds(void **state)
{
	struct weigh_buf card;
	struct weigh_model m;
	const char *tag = NULL;
	unsigned n = 0;

	(void)state;
	weigh_buf_init(&card, 1 << 20);
	weigh_buf_adds(&card, "{\"tags\":[\"");
	for (int i = 0; i < WEIGH_TAG_MAX; i++)
		weigh_buf_addc(&card, 'x');
	weigh_buf_adds(&card, "\",\"");
	for (int i = 0; i < WEIGH_TAG_MAX + 1; i++)
		weigh_buf_addc(&card, 'y');
	for (int i = 0; i < 3000; i++)
		weigh_buf_addf(&card, "\",\"%d", i);
	weigh_buf_adds(&card, "\"]}");
	check_true("read",
	    weigh_model_read(&m, WEIGH_MODEL, card.data, "", 0, NULL));
	while ((tag = weigh_model_tag(&m, tag)) != NULL) {
		check_true("length", strlen(tag) <= WEIGH_TAG_MAX);
		check_true("the long one", tag[0] != 'y');
		n++;
	}
	check_u64("number", n, WEIGH_TAGS_MAX);
	weigh_model_free(&m);
	weigh_buf_free(&card);
}

/* (1) Long ones do not crowd out a part of one. */
static void
test_room(void **state)
{
	char tag[WEIGH_TAG_MAX];
	struct weigh_buf card;
	struct weigh_model m;
	const char *t = NULL;

	(void)state;
	memset(tag, 'x', sizeof(tag) - 1);
	tag[sizeof(tag) - 1] = '\0';
	weigh_buf_init(&card, 1 << 20);
	weigh_buf_adds(&card, "{\"datasets\":[\"a\"");
	for (int i = 0; i < 600; i++)
		weigh_buf_addf(&card, ",\"%.180s%d\"", tag, i);
	weigh_buf_adds(&card, "],\"license\":\"mit\"}");
	check_true("read",
	    weigh_model_read(&m, WEIGH_MODEL, card.data, "", 0, NULL));
	t = weigh_model_tag(&m, t);
	check_str("first", t, "dataset:a");
	while ((t = weigh_model_tag(&m, t)) != NULL)
		check_true(t,
		    strcmp(t, "license:mit") == 0 ||
			strlen(t) > strlen("dataset:") + 180);
	weigh_model_free(&m);
	weigh_buf_free(&card);
}

static const struct class_row {
	const char *architecture, *auto_model, *processor;
} classes[] = {
	{ "LlamaForCausalLM", "AutoModelForCausalLM", "AutoTokenizer" },
	{ "GPT2LMHeadModel", "AutoModelForCausalLM", "AutoTokenizer" },
	{ "BertModel", "AutoModel", "AutoTokenizer" },
	{ "ViTForImageClassification", "AutoModelForImageClassification",
	    "AutoImageProcessor" },
	{ "Wav2Vec2ForCTC", "AutoModelForCTC", "AutoProcessor" },
	{ "T5ForConditionalGeneration", "", "" },
	{ "CTC", "", "" },
};

static void
test_classes(void **state)
{
	char config[200];

	(void)state;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const struct class_row *c = &classes[i];
		struct weigh_model m;

		snprintf(config, sizeof(config),
		    "{\"architectures\":[\"%s\",\"B\"],\"model_type\":\"x\"}",
		    c->architecture);
		check_true(c->architecture,
		    weigh_model_read(&m, WEIGH_MODEL, "", config, 0, NULL));
		check_str(c->architecture, m.auto_model, c->auto_model);
		check_str(c->architecture, m.processor, c->processor);
		weigh_model_free(&m);
	}
}

/* --- marks --------------------------------------------------------------------------- */

static const struct mark_row {
	const char *path, *same; /* a path with the same mark; "": none */
} marks[] = {
	{ "model.safetensors", "a/b-00001-of-2.safetensors" },
	{ "x.gguf", "y.gguf" },
	{ "pytorch_model.bin", "a/pytorch_model-1-of-2.bin" },
	{ "pytorch_model.bin", "adapter_model.bin" },
	{ "training_args.bin", "" },
	{ "a/config.jsonx", "" },
	{ "safetensors", "" },
	{ "a.safetensors/b", "" },
	{ "model_index.json", "sub/model_index.json" },
	{ "my_model_index.json", "x.json" },
	{ "tf_model.h5", "tf_model-2.h5" },
	{ "other.h5", "" },
};

static void
test_has_weights(void **state)
{
	(void)state;
	check_true("one",
	    weigh_model_has_weights(marks_of("a b/c.gguf d.json")));
	check_true("one of the other",
	    weigh_model_has_weights(marks_of("a.safetensors")));
	check_true("none", !weigh_model_has_weights(marks_of("a.bin b.onnx")));
}

static void
test_marks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		uint32_t mark = weigh_model_mark(marks[i].path);

		check_u64(marks[i].path, mark, weigh_model_mark(marks[i].same));
		check_true(marks[i].path,
		    (mark == 0) == (marks[i].same[0] == '\0'));
	}
}

/* --- config ---------------------------------------------------------------------------- */

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG FIFTY FIFTY FIFTY FIFTY FIFTY TEN /* 260 bytes */

static const struct config_row {
	const char *label, *config, *tokenizer, *template, *pipeline, *json;
} configs[] = {
	{ "nothing", NULL, NULL, NULL, NULL, NULL },
	{ "nothing of it", "{\"x\":1}", "{}", NULL, NULL, NULL },
	{ "what is known",
	    "{\"a\":{\"model_type\":\"no\"},\"model_type\":\"llama\","
	    "\"architectures\":[\"A\",1,[\"B\"],\"C\"],\"quantization_config\":"
	    "{\"bits\":4,\"quant_method\":\"awq\",\"x\":[]}}",
	    NULL, NULL, NULL,
	    "{\"model_type\":\"llama\",\"architectures\":[\"A\",\"C\"],"
	    "\"quantization_config\":{\"quant_method\":\"awq\"}}" },
	{ "a name that is too long",
	    "{\"architectures\":[\"" LONG "\",\"B\"],\"model_type\":\"" LONG
	    "\"}",
	    NULL, NULL, NULL, "{\"architectures\":[\"B\"]}" },
	{ "of other shapes",
	    "{\"model_type\":[1],\"architectures\":\"A\","
	    "\"quantization_config\":null,\"x\":\"y\"}",
	    NULL, NULL, NULL, NULL },
	{ "tokens as texts and as objects", NULL,
	    "{\"bos_token\":{\"__type\":\"x\",\"content\":\"<s>\"},"
	    "\"eos_token\":\"</s>\",\"pad_token\":null,"
	    "\"chat_template\":\"{{ x }}\"}",
	    NULL, NULL,
	    "{\"tokenizer_config\":{\"bos_token\":\"<s>\",\"eos_token\":"
	    "\"</s>\",\"chat_template\":\"{{ x }}\"}}" },
	{ "a list of templates", NULL,
	    "{\"chat_template\":[{\"name\":\"default\"}],\"eos_token\":\"e\"}",
	    NULL, NULL, "{\"tokenizer_config\":{\"eos_token\":\"e\"}}" },
	{ "all together", "{\"model_type\":\"m\"}", "{\"eos_token\":\"e\"}",
	    "{% x %}", "{\"_class_name\":\"P\"}",
	    "{\"model_type\":\"m\",\"tokenizer_config\":{\"eos_token\":\"e\"},"
	    "\"diffusers\":{\"_class_name\":\"P\"},\"chat_template_jinja\":"
	    "\"{% x %}\"}" },
	{ "one that is no JSON", "{\"model_type\":\"m\",", "{\"eos_token\":1}",
	    NULL, "{\"_class_name\":\"P\"}",
	    "{\"diffusers\":{\"_class_name\":\"P\"}}" },
	{ "something behind it", "{\"model_type\":\"m\"}x", NULL, NULL, NULL,
	    NULL },
};

static struct weigh_text
text_of(const char *p)
{
	return (struct weigh_text){ p, p != NULL ? strlen(p) : 0 };
}

static void
test_config(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		const struct config_row *c = &configs[i];
		const struct weigh_text texts[WEIGH_FILES] = {
			[WEIGH_FILE_CONFIG] = text_of(c->config),
			[WEIGH_FILE_TOKENIZER] = text_of(c->tokenizer),
			[WEIGH_FILE_TEMPLATE] = text_of(c->template),
			[WEIGH_FILE_PIPELINE] = text_of(c->pipeline),
		};
		struct weigh_buf out;

		weigh_buf_init(&out, WEIGH_CONFIG_MAX);
		check_true(c->label,
		    weigh_model_config(texts, &out) == (c->json != NULL));
		check_str(c->label, out.data != NULL ? out.data : "",
		    c->json != NULL ? c->json : "");
		weigh_buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_license),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_has_weights),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
