/* Headers of GGUF files; the numbers are those of weights.h, the names of the rules
 * those of proto/model/gguf.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "header.h"

enum {
	U8 = 0,
	I32 = 5,
	F32V = 6,
	BOOLV = 7,
	STRING = 8,
	ARRAY = 9,
	U32 = 4,
	U64 = 10
};
enum {
	F32 = 0,
	Q4_2 = 4,
	Q8_0 = 8,
	I8 = 24
};

/* A file as it is put together. */
struct file {
	struct weigh_buf b;
	uint64_t data; /* bytes behind the header */
	uint64_t align;
};

static void
head(struct file *f, uint32_t version, uint64_t tensors, uint64_t pairs)
{
	weigh_buf_init(&f->b, 1 << 20);
	f->data = 0;
	f->align = 32;
	put_bytes(&f->b, "GGUF", 4);
	put_u32(&f->b, version);
	put_u64(&f->b, tensors);
	put_u64(&f->b, pairs);
}

static void
pair_u32(struct file *f, const char *key, uint32_t n)
{
	put_text(&f->b, key);
	put_u32(&f->b, U32);
	put_u32(&f->b, n);
}

static void
pair_text(struct file *f, const char *key, const char *text)
{
	put_text(&f->b, key);
	put_u32(&f->b, STRING);
	put_text(&f->b, text);
}

static void
info(struct file *f, const char *name, uint32_t dims, const uint64_t *dim,
    uint32_t type, uint64_t offset)
{
	put_text(&f->b, name);
	put_u32(&f->b, dims);
	for (uint32_t d = 0; d < dims; d++)
		put_u64(&f->b, dim[d]);
	put_u32(&f->b, type);
	put_u64(&f->b, offset);
}

/* One dimension. */
static void
info1(struct file *f, const char *name, uint64_t n, uint32_t type,
    uint64_t offset)
{
	info(f, name, 1, &n, type, offset);
}

/* --- files, one a rule ------------------------------------------------------ */

static void
empty(struct file *f)
{
	head(f, 3, 0, 0);
}

static void
version_2(struct file *f)
{
	head(f, 2, 1, 0);
	info1(f, "t", 4, F32, 0);
	f->data = 16;
}

static void
scalar(struct file *f)
{
	head(f, 3, 1, 0);
	info(f, "t", 0, NULL, F32, 0);
	f->data = 4;
}

static void
two_padded(struct file *f)
{
	head(f, 3, 2, 0);
	info1(f, "a", 32, Q8_0, 0);
	info1(f, "b", 64, Q8_0, 64);
	f->data = 64 + 68;
}

static void
alignment_64(struct file *f)
{
	head(f, 3, 2, 1);
	pair_u32(f, "general.alignment", 64);
	info1(f, "a", 1, F32, 0);
	info1(f, "b", 1, F32, 64);
	f->align = 64;
	f->data = 68;
}

static void
padded_at_its_end(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "t", 1, F32, 0);
	f->data = 32;
}

static void
every_value(struct file *f)
{
	static const unsigned sizes[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8,
		8 };
	char key[8];

	head(f, 3, 0, 22);
	for (uint32_t t = 0; t < 13; t++) {
		if (sizes[t] == 0)
			continue;
		snprintf(key, sizeof(key), "v%u", t);
		put_text(&f->b, key);
		put_u32(&f->b, t);
		put_zeros(&f->b, sizes[t]);
		snprintf(key, sizeof(key), "a%u", t);
		put_text(&f->b, key);
		put_u32(&f->b, ARRAY);
		put_u32(&f->b, t);
		put_u64(&f->b, 3);
		put_zeros(&f->b, 3 * (size_t)sizes[t]);
	}
}

static void
magic(struct file *f)
{
	empty(f);
	f->b.data[3] = 'X';
}

static void
version_1(struct file *f)
{
	head(f, 1, 0, 0);
}

static void
version_4(struct file *f)
{
	head(f, 4, 0, 0);
}

static void
big_endian(struct file *f)
{
	head(f, 0x03000000, 0, 0);
}

static void
counts_of_pairs(struct file *f)
{
	head(f, 3, 0, INT64_MAX);
}

static void
counts_of_tensors(struct file *f)
{
	head(f, 3, UINT64_MAX, 0);
}

static void
counts_past_the_end(struct file *f)
{
	head(f, 3, 1, 1);
	put_zeros(&f->b, 37);
}

static void
long_key(struct file *f)
{
	head(f, 3, 0, 1);
	put_u64(&f->b, UINT64_C(1) << 62);
	put_zeros(&f->b, 100);
}

static void
long_text(struct file *f)
{
	head(f, 3, 0, 1);
	put_text(&f->b, "k");
	put_u32(&f->b, STRING);
	put_u64(&f->b, 100);
	put_zeros(&f->b, 99);
}

static void
no_key(struct file *f)
{
	head(f, 3, 0, 1);
	pair_u32(f, "", 1);
	put_zeros(&f->b, 8);
}

static void
key_twice(struct file *f)
{
	head(f, 3, 0, 2);
	pair_u32(f, "k", 1);
	pair_u32(f, "k", 2);
}

static void
value_type_13(struct file *f)
{
	head(f, 3, 0, 1);
	put_text(&f->b, "k");
	put_u32(&f->b, 13);
	put_zeros(&f->b, 8);
}

static void
array_of(struct file *f, uint32_t type, uint64_t count, size_t len)
{
	head(f, 3, 0, 1);
	put_text(&f->b, "k");
	put_u32(&f->b, ARRAY);
	put_u32(&f->b, type);
	put_u64(&f->b, count);
	put_zeros(&f->b, len);
}

static void
array_2_40(struct file *f)
{
	array_of(f, U8, UINT64_C(1) << 40, 20);
}

static void
array_past_the_end(struct file *f)
{
	array_of(f, U64, 3, 23);
}

static void
array_of_texts_past_the_end(struct file *f)
{
	array_of(f, STRING, 3, 23);
}

static void
text_in_array_past_the_end(struct file *f)
{
	array_of(f, STRING, 1, 8);
	f->b.data[f->b.len - 8] = 1;
}

static void
array_in_array(struct file *f)
{
	array_of(f, ARRAY, 1, 32);
}

static void
array_of_13(struct file *f)
{
	array_of(f, 13, 1, 32);
}

static void
alignment_48(struct file *f)
{
	head(f, 3, 0, 1);
	pair_u32(f, "general.alignment", 48);
}

static void
alignment_0(struct file *f)
{
	head(f, 3, 0, 1);
	pair_u32(f, "general.alignment", 0);
}

static void
alignment_text(struct file *f)
{
	head(f, 3, 0, 1);
	pair_text(f, "general.alignment", "32");
}

static void
alignment_u64(struct file *f)
{
	head(f, 3, 0, 1);
	put_text(&f->b, "general.alignment");
	put_u32(&f->b, U64);
	put_u64(&f->b, 32);
}

static void
name_of_64(struct file *f)
{
	char name[65];

	memset(name, 'n', 64);
	name[64] = '\0';
	head(f, 3, 1, 0);
	info1(f, name, 1, F32, 0);
	f->data = 4;
}

static void
name_with_nul(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "abc", 1, F32, 0);
	f->b.data[24 + 8 + 1] = '\0';
	f->data = 4;
}

static void
name_twice(struct file *f)
{
	head(f, 3, 2, 0);
	info1(f, "a", 8, F32, 0);
	info1(f, "a", 8, F32, 32);
	f->data = 64;
}

static void
five_dims(struct file *f)
{
	static const uint64_t dim[5] = { 1, 1, 1, 1, 1 };

	head(f, 3, 1, 0);
	info(f, "t", 5, dim, F32, 0);
	f->data = 4;
}

static void
negative_dim(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "t", UINT64_MAX, F32, 0);
	f->data = 4;
}

/* The product wraps to 0: some readers take it for an empty tensor. */
static void
dims_2_40(struct file *f)
{
	static const uint64_t dim[2] = { UINT64_C(1) << 40, UINT64_C(1) << 40 };

	head(f, 3, 1, 0);
	info(f, "t", 2, dim, F32, 0);
}

static void
dims_2_63(struct file *f)
{
	static const uint64_t dim[2] = { UINT64_C(1) << 62, 2 };

	head(f, 3, 1, 0);
	info(f, "t", 2, dim, I8, 0);
}

static void
bytes_past_2_64(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "t", UINT64_C(1) << 62, F32, 0);
}

static void
type_999(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "t", 1, 999, 0);
	f->data = 4;
}

static void
type_removed(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "t", 32, Q4_2, 0);
	f->data = 32;
}

static void
row_of_33(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "t", 33, Q8_0, 0);
	f->data = 64;
}

static void
gap(struct file *f)
{
	head(f, 3, 2, 0);
	info1(f, "a", 1, F32, 0);
	info1(f, "b", 1, F32, 64);
	f->data = 68;
}

static void
overlap(struct file *f)
{
	head(f, 3, 2, 0);
	info1(f, "a", 16, F32, 0);
	info1(f, "b", 1, F32, 32);
	f->data = 68;
}

static void
first_not_at_0(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "a", 1, F32, 32);
	f->data = 36;
}

static void
data_cut(struct file *f)
{
	two_padded(f);
	f->data -= 28;
}

static void
header_cut(struct file *f)
{
	head(f, 3, 1, 0);
	info1(f, "a", 1, F32, 0);
	f->b.len -= 4;
}

static const struct row {
	const char *label;
	void (*make)(struct file *f);
	const char *rule;
} rows[] = {
	{ "empty", empty, "" },
	{ "version 2", version_2, "" },
	{ "a scalar", scalar, "" },
	{ "two, with padding between", two_padded, "" },
	{ "alignment 64", alignment_64, "" },
	{ "padded at its end", padded_at_its_end, "" },
	{ "every type of value", every_value, "" },
	{ "magic", magic, "gguf.magic" },
	{ "version 1", version_1, "gguf.version" },
	{ "version 4", version_4, "gguf.version" },
	{ "big-endian", big_endian, "gguf.byte-order" },
	{ "2^63 - 1 pairs", counts_of_pairs, "gguf.counts" },
	{ "-1 tensors", counts_of_tensors, "gguf.counts" },
	{ "a byte too few for what is counted", counts_past_the_end,
	    "gguf.counts" },
	{ "a key of 2^62 bytes", long_key, "gguf.string" },
	{ "a text past the end", long_text, "gguf.string" },
	{ "no key", no_key, "gguf.key-empty" },
	{ "a key twice", key_twice, "gguf.key-duplicate" },
	{ "type 13", value_type_13, "gguf.kv-type" },
	{ "an array of type 13", array_of_13, "gguf.kv-type" },
	{ "an array of 2^40", array_2_40, "gguf.array" },
	{ "an array past the end", array_past_the_end, "gguf.array" },
	{ "an array of texts past the end", array_of_texts_past_the_end,
	    "gguf.array" },
	{ "a text in an array past the end", text_in_array_past_the_end,
	    "gguf.string" },
	{ "an array in an array", array_in_array, "gguf.array-nested" },
	{ "alignment 48", alignment_48, "gguf.alignment" },
	{ "alignment 0", alignment_0, "gguf.alignment" },
	{ "alignment as a text", alignment_text, "gguf.alignment" },
	{ "alignment as a u64", alignment_u64, "gguf.alignment" },
	{ "a name of 64 bytes", name_of_64, "gguf.name" },
	{ "a NUL in a name", name_with_nul, "gguf.name" },
	{ "a name twice", name_twice, "gguf.name-duplicate" },
	{ "five dimensions", five_dims, "gguf.dims" },
	{ "a negative dimension", negative_dim, "gguf.dims" },
	{ "2^40 * 2^40", dims_2_40, "gguf.overflow" },
	{ "2^62 * 2", dims_2_63, "gguf.overflow" },
	{ "2^64 bytes", bytes_past_2_64, "gguf.overflow" },
	{ "type 999", type_999, "gguf.type-unknown" },
	{ "a removed type", type_removed, "gguf.type-removed" },
	{ "a row of 33", row_of_33, "gguf.row" },
	{ "a gap", gap, "gguf.offset" },
	{ "an overlap", overlap, "gguf.offset" },
	{ "the first not at 0", first_not_at_0, "gguf.offset" },
	{ "28 bytes too few", data_cut, "gguf.truncated" },
	{ "an info that ends early", header_cut, "gguf.truncated" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file f;
		uint64_t start;

		rows[i].make(&f);
		start = f.data == 0 ?
		    f.b.len :
		    (f.b.len + f.align - 1) / f.align * f.align;
		check_header(rows[i].label, WEIGH_GGUF, f.b.data, f.b.len,
		    start + f.data, rows[i].rule);
		weigh_buf_free(&f.b);
	}
}

/* --- facts ---------------------------------------------------------------------- */

static void
put_tokens(struct file *f)
{
	static const char *const tokens[] = { "<unk>", "", "<s>", "</s>" };

	put_text(&f->b, "tokenizer.ggml.tokens");
	put_u32(&f->b, ARRAY);
	put_u32(&f->b, STRING);
	put_u64(&f->b, 4);
	for (size_t i = 0; i < 4; i++)
		put_text(&f->b, tokens[i]);
}

static void
test_facts(void **state)
{
	struct weigh_weights facts;
	struct file f;
	char *text;

	(void)state;
	head(&f, 3, 2, 11);
	pair_u32(&f, "vision.context_length", 7); /* before and after */
	pair_text(&f, "general.architecture", "llama");
	pair_text(&f, "general.size_label", "7B");
	put_text(&f.b, "llama.context_length");
	put_u32(&f.b, U64);
	put_u64(&f.b, 131072);
	pair_u32(&f, "other.context_length", 8);
	pair_text(&f, "tokenizer.chat_template", "{{ \"\xc3\xa9\" }}");
	pair_u32(&f, "general.file_type", 15);
	put_tokens(&f);
	pair_u32(&f, "tokenizer.ggml.bos_token_id", 2);
	pair_u32(&f, "tokenizer.ggml.eos_token_id", 3);
	pair_u32(&f, "split.count", 2);
	info1(&f, "a", 32, Q8_0, 0);
	info1(&f, "b", 3, F32, 64);
	check_code("read",
	    read_header(WEIGH_GGUF, f.b.data, f.b.len, f.b.len + 200, 3,
		&facts),
	    WEIGH_OK);
	text = print_facts(&facts);
	check_str("facts", text,
	    "{\"rules\":2,\"format\":\"gguf\",\"architecture\":\"llama\","
	    "\"size_label\":\"7B\",\"quantization\":\"Q4_K_M\",\"tensors\":2,"
	    "\"total\":35,\"context_length\":131072,\"splits\":2,"
	    "\"chat_template\":\"{{ \\\"\xc3\xa9\\\" }}\",\"bos_token\":\"<s>\","
	    "\"eos_token\":\"</s>\",\"parameters\":{\"Q8_0\":32,\"F32\":3}}");
	free(text);
	weigh_weights_free(&facts);
	weigh_buf_free(&f.b);
}

/* (4) and things that are not what they should be say nothing. */
static void
test_what_is_left_out(void **state)
{
	struct weigh_weights facts;
	struct file f;
	char *text;

	(void)state;
	head(&f, 3, 0, 7);
	pair_text(&f, "general.architecture", "ll\xff");
	pair_text(&f, "general.size_label",
	    "a label that is much longer than any label");
	pair_u32(&f, "general.type", 1);
	pair_u32(&f, "general.file_type", 4000);
	pair_text(&f, "tokenizer.chat_template", "\xc3");
	put_tokens(&f);
	pair_u32(&f, "tokenizer.ggml.bos_token_id", 4); /* one too far */
	check_code("read",
	    read_header(WEIGH_GGUF, f.b.data, f.b.len, f.b.len, 5, &facts),
	    WEIGH_OK);
	text = print_facts(&facts);
	check_str("facts", text, "{\"rules\":2,\"format\":\"gguf\"}");
	free(text);
	weigh_weights_free(&facts);
	weigh_buf_free(&f.b);
}

/* What it says of its license and its bases is kept as it stands; what is too long, no
 * text, or about something else is not. */
static void
test_says(void **state)
{
	char longest[WEIGH_SAYS_TEXT + 2];
	struct weigh_weights facts;
	struct file f;
	char *text;

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[WEIGH_SAYS_TEXT + 1] = '\0';
	head(&f, 3, 0, 8);
	pair_text(&f, "general.license", "apache-2.0");
	pair_text(&f, "general.name", "A Model");
	pair_text(&f, "general.base_model.0.repo_url", "https://hub/acme/base");
	pair_text(&f, "general.base_model.0.name", "Base");
	pair_text(&f, "general.license.name", "ll\xff");
	pair_text(&f, "general.license.link", longest);
	pair_u32(&f, "general.source.repo_url", 1);
	pair_text(&f, "general.base_model.1.repo_url", longest + 1);
	check_code("read",
	    read_header(WEIGH_GGUF, f.b.data, f.b.len, f.b.len, 3, &facts),
	    WEIGH_OK);
	check_u64("three", facts.nsays, 3);
	text = print_facts(&facts);
	check_has("license", text,
	    "\"says\":{\"general.license\":\"apache-2.0\","
	    "\"general.base_model.0.repo_url\":\"https://hub/acme/base\","
	    "\"general.base_model.1.repo_url\":\"xxx");
	free(text);
	weigh_weights_free(&facts);
	weigh_buf_free(&f.b);
}

/* (2) A header of more than 64 MiB is not read to its end. */
static void
test_endless(void **state)
{
	enum {
		PIECE = 1 << 20
	};
	const uint64_t size = UINT64_C(1) << 40;
	struct weigh_header *h = weigh_header_new(WEIGH_GGUF, size);
	char *zeros = calloc(1, PIECE);
	enum weigh_code rc;
	struct file f;
	unsigned pieces = 0;

	(void)state;
	head(&f, 3, 0, 1);
	put_text(&f.b, "k");
	put_u32(&f.b, ARRAY);
	put_u32(&f.b, U8);
	put_u64(&f.b, 1 << 30);
	check_true("memory", h != NULL && zeros != NULL);
	rc = weigh_header_feed(h, f.b.data, f.b.len, NULL);
	while (rc == WEIGH_NOT_YET && pieces++ < 100)
		rc = weigh_header_feed(h, zeros, PIECE, NULL);
	check_code("too big", rc, WEIGH_TOO_BIG);
	check_str("rule", weigh_header_facts(h)->rule, "gguf.unscanned");
	check_u64("pieces", pieces, 64);
	weigh_header_free(h);
	weigh_buf_free(&f.b);
	free(zeros);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_says),
		cmocka_unit_test(test_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
