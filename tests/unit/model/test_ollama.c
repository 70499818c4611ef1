/* Tags, families of chat templates, config and manifest; the numbers are those of
 * weigh/ollama.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <weigh/ollama.h>

#include "check.h"

/* --- names ------------------------------------------------------------------ */

static const struct {
	const char *path, *quantization;
	bool projector;
	unsigned part, parts;
} names[] = {
	{ "model-Q4_K_M.gguf", "Q4_K_M", false, 0, 0 },
	{ "model.q4_k_m.gguf", "Q4_K_M", false, 0, 0 },
	{ "Q8_0.gguf", "Q8_0", false, 0, 0 },
	{ "sub/Qwen2.5-7B-Instruct-IQ4_XS.gguf", "IQ4_XS", false, 0, 0 },
	{ "gemma-UD-Q4_K_XL.gguf", "UD-Q4_K_XL", false, 0, 0 },
	{ "m-BF16.gguf", "BF16", false, 0, 0 },
	{ "m-Q6_K_L.gguf", "Q6_K_L", false, 0, 0 },
	{ "m-F16-Q5_K_S.gguf", "Q5_K_S", false, 0, 0 },
	{ "m-Q4_K_M-imat.gguf", "Q4_K_M", false, 0, 0 },
	{ "m-Q2_K.gguf", "Q2_K", false, 0, 0 },
	{ "model.gguf", "", false, 0, 0 },
	{ "mF16.gguf", "", false, 0, 0 },
	{ "m-Q4_KX.gguf", "", false, 0, 0 },
	{ "mmproj-F16.gguf", "F16", true, 0, 0 },
	{ "m.mmproj-Q8_0.gguf", "Q8_0", true, 0, 0 },
	{ "F16/m-F16-00002-of-00010.gguf", "F16", false, 2, 10 },
	{ "m-00001-of-0010.gguf", "", false, 0, 0 },
	{ ".gguf", "", false, 0, 0 },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct weigh_gguf_name got;

		weigh_gguf_name(&got, names[i].path);
		check_str(names[i].path, got.quantization,
		    names[i].quantization);
		check_u64(names[i].path, got.projector, names[i].projector);
		check_u64(names[i].path, got.part, names[i].part);
		check_u64(names[i].path, got.parts, names[i].parts);
	}
}

/* --- tags ------------------------------------------------------------------- */

#define FILES 6

static const struct {
	const char *label;
	const char *files[FILES];
	const char *tag, *want; /* NULL: none */
} tags[] = {
	{ "latest is Q4_K_M", { "m-Q8_0.gguf", "m-Q4_K_M.gguf" }, "latest",
	    "m-Q4_K_M.gguf" },
	{ "main too", { "m-Q8_0.gguf", "m-Q4_K_M.gguf" }, "main",
	    "m-Q4_K_M.gguf" },
	{ "else what is near it",
	    { "m-F16.gguf", "m-Q2_K.gguf", "m-Q5_K_M.gguf" }, "latest",
	    "m-Q5_K_M.gguf" },
	{ "plain before UD", { "a-UD-Q4_K_M.gguf", "m-Q4_K_M.gguf" }, "latest",
	    "m-Q4_K_M.gguf" },
	{ "whole before parts",
	    { "m-Q4_K_M-00001-of-00002.gguf", "m-F32.gguf" }, "latest",
	    "m-F32.gguf" },
	{ "parts if there is nothing else",
	    { "m-Q4_K_M-00002-of-00002.gguf", "m-Q4_K_M-00001-of-00002.gguf" },
	    "latest", "m-Q4_K_M-00001-of-00002.gguf" },
	{ "never a projector", { "mmproj-F16.gguf" }, "latest", NULL },
	{ "one without a quantization", { "mmproj-F16.gguf", "model.gguf" },
	    "latest", "model.gguf" },
	{ "any case", { "m-q8_0.gguf", "m-Q4_K_M.gguf" }, "Q8_0",
	    "m-q8_0.gguf" },
	{ "lower", { "m-Q8_0.gguf", "m-IQ4_XS.gguf" }, "iq4_xs",
	    "m-IQ4_XS.gguf" },
	{ "UD is another", { "m-UD-Q4_K_XL.gguf", "m-Q4_K_M.gguf" },
	    "ud-q4_k_xl", "m-UD-Q4_K_XL.gguf" },
	{ "not without it", { "m-UD-Q4_K_XL.gguf" }, "Q4_K_XL", NULL },
	{ "F16 is not BF16", { "m-BF16.gguf" }, "F16", NULL },
	{ "F16 is not the projector", { "mmproj-F16.gguf", "m-Q8_0.gguf" },
	    "F16", NULL },
	{ "a name", { "a-Q8_0.gguf", "b-Q8_0.gguf" }, "b-Q8_0.gguf",
	    "b-Q8_0.gguf" },
	{ "a name without its end", { "a-Q8_0.gguf", "b-Q8_0.gguf" }, "B-q8_0",
	    "b-Q8_0.gguf" },
	{ "of two, the first by name", { "b-Q8_0.gguf", "a-Q8_0.gguf" }, "Q8_0",
	    "a-Q8_0.gguf" },
	{ "of two, the one further out", { "a/a-Q8_0.gguf", "b-Q8_0.gguf" },
	    "Q8_0", "b-Q8_0.gguf" },
	{ "an end of a name", { "model-small.gguf" }, "small",
	    "model-small.gguf" },
	{ "not a part of a word", { "model-small.gguf" }, "mall", NULL },
	{ "nothing", { "m-Q8_0.gguf" }, "", NULL },
	{ "only GGUF files", { "m-Q8_0.safetensors" }, "Q8_0", NULL },
	{ "nor by its name", { "m.safetensors" }, "m.safetensors", NULL },
	{ "unknown", { "m-Q8_0.gguf" }, "Q5_1", NULL },
};

static void
test_tags(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		struct weigh_gguf_name files[FILES];
		size_t n = 0;
		int got;

		for (; n < FILES && tags[i].files[n] != NULL; n++)
			weigh_gguf_name(&files[n], tags[i].files[n]);
		got = weigh_gguf_choose(files, n, tags[i].tag);
		check_str(tags[i].label, got < 0 ? "none" : files[got].path,
		    tags[i].want != NULL ? tags[i].want : "none");
	}
}

static void
test_projector(void **state)
{
	static const char *const paths[] = { "mmproj-Q8_0.gguf",
		"mmproj-BF16.gguf", "m-F16.gguf", "x/mmproj-F16.gguf",
		"mmproj-F16.gguf" };
	static const int want[] = { -1, 0, 1, 1, 3, 4 }; /* of the first n */
	struct weigh_gguf_name files[5];

	(void)state;
	for (size_t n = 0; n < 5; n++)
		weigh_gguf_name(&files[n], paths[n]);
	for (size_t n = 0; n <= 5; n++)
		check_true("of the first n",
		    weigh_gguf_projector(files, n) == want[n]);
}

/* --- families ---------------------------------------------------------------- */

static const struct {
	const char *text, *family;
} families[] = {
	{ "{{'<|im_start|>' + message['role'] + '\\n'}}", "chatml" },
	{ "<|im_start|>user<|im_sep|>", "phi4" },
	{ "[INST] <<SYS>>", "llama2" },
	{ "[INST] {{ content }} [/INST]", "mistral" },
	{ "[SYSTEM_PROMPT]x[/SYSTEM_PROMPT][INST]", "mistral-v7" },
	{ "<|start_header_id|>user<|end_header_id|>", "llama3" },
	{ "<start_of_turn>user", "gemma" },
	{ "<|user|>\n<|assistant|>\n<|end|>", "phi3" },
	{ "<|user|>\n<|assistant|>\n", "zephyr" },
	{ "USER: ASSISTANT: ", "vicuna" },
	{ "### Instruction:\n### Response:\n<|EOT|>", "deepseek-coder" },
	{ "### Instruction:\n### Response:\n", "alpaca" },
	{ "<｜User｜>x<｜Assistant｜>", "deepseek3" },
	{ "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "command-r" },
	{ "<|start_header_id|>", NULL },
	{ "<|im_start|", NULL },
	{ "", NULL },
};

static void
test_families(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct weigh_chat_family *f =
		    weigh_chat_family_of(families[i].text,
			strlen(families[i].text));

		check_str(families[i].text, f != NULL ? f->name : "none",
		    families[i].family != NULL ? families[i].family : "none");
	}
	check_true("behind a NUL",
	    weigh_chat_family_of("a\0<start_of_turn>", 17) != NULL);
	check_true("cut by the end",
	    weigh_chat_family_of("<start_of_turn>", 14) == NULL);
	check_true("nothing", weigh_chat_family_of(NULL, 0) == NULL);
}

/* --- config and manifest --------------------------------------------------------- */

static void
test_counts(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} counts[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1K" },
		{ 999499, "999K" },
		{ 1000000, "1M" },
		{ 494032768, "494.03M" },
		{ 1000000000, "1B" },
		{ 7615616512, "7.6B" },
		{ 8030261248, "8.0B" },
		{ 7960000000, "8.0B" },
		{ 70000000000, "70B" },
		{ UINT64_MAX, "18446744073.7B" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		char text[24];

		weigh_ollama_count(counts[i].n, text);
		check_str(counts[i].text, text, counts[i].text);
	}
}

#define HEX64(c) c c c c c c c c c c c c c c c c
#define OF(c) "sha256:" HEX64(c c c c)

static void
test_image(void **state)
{
	static const struct weigh_ollama_layer layers[] = {
		{ WEIGH_LAYER_MODEL, { { 0 } }, 100 },
		{ WEIGH_LAYER_LICENSE, { { 0 } }, 7 },
	};
	struct weigh_weights facts;
	struct weigh_ollama_image image = {
		.form = WEIGH_MANIFEST_DOCKER,
		.facts = &facts,
		.quantization = "Q8_0",
		.projector = "clip",
		.layers = layers,
		.nlayers = 2,
		.config_size = 5,
	};
	struct weigh_buf out;
	struct weigh_jw jw;

	(void)state;
	weigh_weights_init(&facts, WEIGH_GGUF);
	memcpy(facts.architecture, "llama", 6);
	facts.parameters = 8030261248;
	weigh_buf_init(&out, 4096);
	weigh_jw_init(&jw, &out);
	weigh_ollama_config(&jw, &image);
	check_str("config", out.data,
	    "{\"model_format\":\"gguf\",\"model_family\":\"llama\","
	    "\"model_families\":[\"llama\",\"clip\"],\"model_type\":\"8.0B\","
	    "\"file_type\":\"Q8_0\",\"architecture\":\"amd64\",\"os\":\"linux\","
	    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" OF(
		"0") "\",\"" OF("0") "\"]}}");
	weigh_buf_reset(&out);
	weigh_jw_init(&jw, &out);
	weigh_ollama_manifest(&jw, &image);
	check_str("manifest", out.data,
	    "{\"schemaVersion\":2,\"mediaType\":\"application/"
	    "vnd.docker.distribution.manifest.v2+json\",\"config\":{"
	    "\"mediaType\":\"application/vnd.docker.container.image.v1+json\","
	    "\"digest\":\"" OF(
		"0") "\",\"size\":5},\"layers\":[{\"mediaType\":"
		     "\"application/vnd.ollama.image.model\",\"digest\":\"" OF(
			 "0") "\",\"size\":100},{\"mediaType\":"
			      "\"application/vnd.ollama.image.license\",\"digest\":\"" OF(
				  "0") "\",\"size\":7}]}");
	weigh_buf_reset(&out);
	weigh_jw_init(&jw, &out);
	image.form = WEIGH_MANIFEST_OCI;
	image.rfilename = "m.gguf";
	weigh_ollama_manifest(&jw, &image);
	check_has("OCI", out.data,
	    "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\"");
	check_has("OCI's config", out.data,
	    "\"mediaType\":\"application/vnd.oci.image.config.v1+json\"");
	check_has("for llama.cpp", out.data,
	    ",\"ggufFile\":{\"rfilename\":\"m.gguf\"}}");
	weigh_buf_free(&out);
}

static void
test_params_and_errors(void **state)
{
	const struct weigh_chat_family *f =
	    weigh_chat_family_of("<start_of_turn>", 15);
	struct weigh_buf out;
	struct weigh_jw jw;

	(void)state;
	weigh_buf_init(&out, 4096);
	weigh_jw_init(&jw, &out);
	weigh_ollama_params(&jw, f);
	check_str("params", out.data,
	    "{\"stop\":[\"<start_of_turn>\",\"<end_of_turn>\"]}");
	weigh_buf_reset(&out);
	weigh_jw_init(&jw, &out);
	weigh_oci_error(&jw, "NAME_UNKNOWN", "no \"a\"", "");
	check_str("error", out.data,
	    "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"no "
	    "\\\"a\\\"\"}]}");
	weigh_buf_free(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_projector),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_params_and_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
