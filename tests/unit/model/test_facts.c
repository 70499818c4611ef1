/* Index files, and facts as JSON and back; the numbers are those of weights.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "header.h"

/* --- index files ----------------------------------------------------------- */

#define MAP(entries) \
	"{\"metadata\":{\"total_size\":1},\"weight_map\":{" entries "}}"

static const struct row {
	const char *label, *json, *rule;
} rows[] = {
	{ "two shards", MAP("\"a\":\"1.safetensors\",\"b\":\"2.safetensors\""),
	    "" },
	{ "none", MAP(""), "" },
	{ "the map first",
	    "{\"weight_map\":{},\"metadata\":{\"weight_map\":1}}", "" },
	{ "other members", "{\"x\":[{\"weight_map\":1}],\"weight_map\":{}}",
	    "" },
	{ "no map", "{\"metadata\":{}}", "index.malformed" },
	{ "a map further in", "{\"metadata\":{\"weight_map\":{}}}",
	    "index.malformed" },
	{ "a map that is none", "{\"weight_map\":[]}", "index.malformed" },
	{ "a shard that is no text", MAP("\"a\":1"), "index.malformed" },
	{ "a shard that is an object", MAP("\"a\":{\"b\":\"c\"}"),
	    "index.malformed" },
	{ "a tensor twice", MAP("\"a\":\"x\",\"a\":\"x\""), "index.malformed" },
	{ "an array", "[]", "index.malformed" },
	{ "cut", "{\"weight_map\":{", "index.malformed" },
	{ "up", MAP("\"a\":\"../x\""), "index.path" },
	{ "from the root", MAP("\"a\":\"/x\""), "index.path" },
	{ "a backslash", MAP("\"a\":\"x\\\\y\""), "index.path" },
	{ "a URL", MAP("\"a\":\"http://x/y\""), "index.path" },
	{ "a NUL", MAP("\"a\":\"x\\u0000y\""), "index.path" },
};

static void
test_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_header(rows[i].label, WEIGH_INDEX, rows[i].json,
		    strlen(rows[i].json), strlen(rows[i].json), rows[i].rule);
	check_header("too large", WEIGH_INDEX, "{", 1, (256u << 20) + 1,
	    "index.too-large");
}

static void
test_shards(void **state)
{
	static const char json[] =
	    MAP("\"a\":\"2\",\"b\":\"1\",\"c\":\"2\",\"d\":\"sub/3\"");
	struct weigh_weights facts;
	char *text;

	(void)state;
	check_code("read",
	    read_header(WEIGH_INDEX, json, strlen(json), strlen(json), 9,
		&facts),
	    WEIGH_OK);
	text = print_facts(&facts);
	check_str("each once", text,
	    "{\"rules\":2,\"format\":\"index\",\"shards\":[\"2\",\"1\","
	    "\"sub/3\"]}");
	free(text);
	weigh_weights_free(&facts);
}

/* (2) The 10,001st shard is one too many. */
static void
test_many_shards(void **state)
{
	struct weigh_buf json;

	(void)state;
	for (unsigned n = 10000; n <= 10001; n++) {
		struct weigh_weights facts;
		enum weigh_code rc;

		weigh_buf_init(&json, 1 << 20);
		put_bytes(&json, "{\"weight_map\":{", 15);
		for (unsigned i = 0; i < n; i++)
			check_true("room",
			    weigh_buf_addf(&json, "%s\"t%u\":\"s%u\"",
				i > 0 ? "," : "", i, i));
		put_bytes(&json, "}}", 2);
		rc = read_header(WEIGH_INDEX, json.data, json.len, json.len,
		    1 << 16, &facts);
		check_code("many", rc, n == 10000 ? WEIGH_OK : WEIGH_TOO_BIG);
		check_str("rule", facts.rule, n == 10000 ? "" : "index.shards");
		weigh_weights_free(&facts);
		weigh_buf_free(&json);
	}
}

/* --- facts ------------------------------------------------------------------- */

static const char *const texts[] = {
	"{\"rules\":2,\"format\":\"safetensors\",\"rule\":\"st.json\","
	"\"problem\":\"why \\\"not\\\"\"}",
	"{\"rules\":2,\"format\":\"safetensors\",\"tensors\":2,\"total\":"
	"18446744073709551615,\"parameters\":{\"BF16\":18446744073709551615,"
	"\"F32\":0}}",
	"{\"rules\":2,\"format\":\"gguf\",\"architecture\":\"llama\","
	"\"role\":\"mmproj\",\"tensors\":1,\"split_tensors\":9,"
	"\"chat_template\":\"a\\u0000b\",\"eos_token\":\"</s>\"}",
	"{\"rules\":2,\"format\":\"safetensors\","
	"\"says\":{\"license\":\"mit\",\"modelspec.license\":\"\"}}",
	"{\"rules\":2,\"format\":\"index\",\"shards\":[\"a\",\"b\"]}",
};

static void
test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct weigh_weights facts;
		char *text;

		check_code(texts[i],
		    weigh_weights_parse(&facts, texts[i], strlen(texts[i]),
			NULL),
		    WEIGH_OK);
		text = print_facts(&facts);
		check_str("the same again", text, texts[i]);
		free(text);
		weigh_weights_free(&facts);
	}
}

static const struct {
	const char *label, *text;
} refused[] = {
	{ "nothing", "" },
	{ "an array", "[]" },
	{ "other rules", "{\"rules\":1,\"format\":\"gguf\"}" },
	{ "a label too long",
	    "{\"rules\":2,\"size_label\":"
	    "\"0123456789012345678901234567890123456789\"}" },
	{ "a number that is none", "{\"rules\":2,\"total\":-1}" },
	{ "a type that is no number", "{\"parameters\":{\"F32\":\"1\"}}" },
	{ "a license that is no text", "{\"says\":{\"license\":1}}" },
	{ "a license with a NUL", "{\"says\":{\"license\":\"a\\u0000\"}}" },
	{ "a shard that is no text", "{\"shards\":[1]}" },
};

static void
test_refused(void **state)
{
	struct weigh_weights facts;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		check_code(refused[i].label,
		    weigh_weights_parse(&facts, refused[i].text,
			strlen(refused[i].text), NULL),
		    WEIGH_MALFORMED);
		check_u64("nothing is left", facts.format, WEIGH_NO_WEIGHTS);
	}
}

/* --- tables -------------------------------------------------------------------- */

static void
test_names(void **state)
{
	(void)state;
	check_u64("safetensors", weigh_format_of("a/b.safetensors"),
	    WEIGH_SAFETENSORS);
	check_u64("gguf", weigh_format_of("b.gguf"), WEIGH_GGUF);
	check_u64("index", weigh_format_of("model.safetensors.index.json"),
	    WEIGH_INDEX);
	check_u64("none", weigh_format_of("gguf"), WEIGH_NO_WEIGHTS);
	check_str("15", weigh_file_type_name(15), "Q4_K_M");
	check_true("4", weigh_file_type_name(4) == NULL);
	check_true("1000", weigh_file_type_name(1000) == NULL);
	for (unsigned i = 0; i < weigh_nggml_types; i++) {
		check_u64("in order", weigh_ggml_types[i].id, i);
		check_true("a block",
		    (weigh_ggml_types[i].block == 0) ==
			(weigh_ggml_types[i].bytes == 0));
	}
	check_u64("dtypes", weigh_ndtypes, 22);
	check_true("room for every type",
	    weigh_nggml_types <= WEIGH_TYPES && weigh_ndtypes <= WEIGH_TYPES);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_shards),
		cmocka_unit_test(test_many_shards),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
