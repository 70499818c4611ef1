/* Headers of safetensors files; the numbers are those of weights.h, the names of
 * the rules those of proto/model/safetensors.c. */
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

#define T(fields) "{\"t\":{" fields "}}"
#define OF(dtype, shape, end) \
	T("\"dtype\":\"" dtype "\",\"shape\":[" shape \
	  "],\"data_offsets\":[0," end "]")

/* A header, and how many bytes stand behind it. */
static const struct row {
	const char *label, *json;
	size_t buffer;
	const char *rule; /* "": none is broken */
} rows[] = {
	{ "empty", "{}", 0, "" },
	{ "empty, padded", "{}      ", 0, "" },
	{ "one tensor", OF("F32", "2,3", "24"), 24, "" },
	{ "a scalar", OF("F64", "", "8"), 8, "" },
	{ "no elements", OF("F32", "0,5", "0"), 0, "" },
	{ "none, and a product that would not fit",
	    OF("U8", "0,18446744073709551615,2", "0"), 0, "" },
	{ "4 bits, 6 of them", OF("F4", "6", "3"), 3, "" },
	{ "6 bits, 4 of them", OF("F6_E2M3", "4", "3"), 3, "" },
	{ "another order than that of the bytes",
	    "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]},"
	    "\"a\":{\"shape\":[3],\"data_offsets\":[0,3],\"dtype\":\"I8\"}}",
	    5, "" },
	{ "metadata", "{\"__metadata__\":{\"format\":\"pt\"}}", 0, "" },
	{ "no metadata", "{\"__metadata__\":null}", 0, "" },
	{ "an extra field",
	    T("\"dtype\":\"U8\",\"x\":[{\"dtype\":1},2],\"shape\":[1],"
	      "\"y\":null,\"data_offsets\":[0,1]"),
	    1, "" },
	{ "an extra field with two values",
	    T("\"x\":[1,2],\"dtype\":\"U8\",\"shape\":[1],"
	      "\"data_offsets\":[0,1]"),
	    1, "" },
	{ "blanks in front", "  {}", 0, "" },

	{ "not UTF-8", "{\"\xff\":1}", 0, "st.json" },
	{ "no JSON", "{", 0, "st.json" },
	{ "something behind", "{}x", 0, "st.json" },
	{ "an empty entry", "{\"a\":{},\"\\u0061\":{}}", 0, "st.entry" },
	{ "a whole name twice",
	    "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
	    "\"\\u0061\":{}}",
	    1, "st.json" },
	{ "a field twice", T("\"dtype\":\"U8\",\"dtype\":\"U8\""), 0,
	    "st.json" },
	{ "an array", "[]", 0, "st.not-object" },
	{ "a number", "1", 0, "st.not-object" },
	{ "metadata is a number", "{\"__metadata__\":1}", 0, "st.metadata" },
	{ "metadata holds a number", "{\"__metadata__\":{\"a\":1}}", 0,
	    "st.metadata" },
	{ "an entry by position", "{\"t\":[\"U8\",[1],[0,1]]}", 1, "st.entry" },
	{ "no dtype", T("\"shape\":[1],\"data_offsets\":[0,1]"), 1,
	    "st.entry" },
	{ "no shape", T("\"dtype\":\"U8\",\"data_offsets\":[0,1]"), 1,
	    "st.entry" },
	{ "no offsets", T("\"dtype\":\"U8\",\"shape\":[1]"), 1, "st.entry" },
	{ "one offset",
	    T("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]"), 1,
	    "st.entry" },
	{ "three offsets",
	    T("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]"), 1,
	    "st.entry" },
	{ "a fraction", OF("U8", "1.0", "1"), 1, "st.entry" },
	{ "a negative", OF("U8", "-1", "1"), 1, "st.entry" },
	{ "dtype is a number",
	    T("\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,1]"), 1,
	    "st.entry" },
	{ "shape in shape", OF("U8", "[1]", "1"), 1, "st.entry" },
	{ "an unknown dtype", OF("Q4_K", "1", "1"), 1, "st.dtype-unknown" },
	{ "the first does not begin at 0",
	    T("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]"), 2,
	    "st.offsets" },
	{ "it ends before it begins",
	    T("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,1]"), 2,
	    "st.offsets" },
	{ "overlap",
	    "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
	    "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
	    3, "st.offsets" },
	{ "a hole",
	    "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
	    "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]}}",
	    5, "st.offsets" },
	{ "2 * (2^64 - 2) elements", OF("I32", "2,18446744073709551614", "4"),
	    4, "st.overflow" },
	{ "2 * (2^63 - 1) of 32 bits", OF("I32", "2,9223372036854775807", "4"),
	    4, "st.overflow" },
	{ "4 bits, 3 of them", OF("F4", "3", "2"), 2, "st.misaligned" },
	{ "another size", OF("F32", "2", "4"), 4, "st.size" },
	{ "cut", OF("F32", "2", "8"), 7, "st.truncated" },
	{ "bytes behind", OF("F32", "2", "8"), 9, "st.trailing" },
	{ "bytes behind nothing", "{}", 1, "st.trailing" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct weigh_buf file;

		weigh_buf_init(&file, 1 << 16);
		put_u64(&file, strlen(r->json));
		put_bytes(&file, r->json, strlen(r->json));
		check_header(r->label, WEIGH_SAFETENSORS, file.data, file.len,
		    file.len + r->buffer, r->rule);
		weigh_buf_free(&file);
	}
}

/* (2) What the length alone gives away: nothing more is asked for. */
static void
test_lengths(void **state)
{
	static const struct {
		const char *label;
		uint64_t length, size;
		const char *rule;
	} lengths[] = {
		{ "none", 0, 7, "st.short" },
		{ "over the limit", 100000001, UINT64_C(1) << 40,
		    "st.header-too-large" },
		{ "all of it", UINT64_MAX, UINT64_C(1) << 40,
		    "st.header-too-large" },
		{ "past the end", 3, 10, "st.header-past-eof" },
		{ "empty", 0, 8, "st.json" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct weigh_buf file;

		struct weigh_header *h = weigh_header_new(WEIGH_SAFETENSORS,
		    lengths[i].size);

		weigh_buf_init(&file, 64);
		put_u64(&file, lengths[i].length);
		check_true(lengths[i].label,
		    h != NULL &&
			weigh_header_feed(h, file.data, file.len, NULL) !=
			    WEIGH_NOT_YET);
		weigh_header_free(h);
		check_header(lengths[i].label, WEIGH_SAFETENSORS, file.data,
		    lengths[i].size < 8 ? 7 : 8, lengths[i].size,
		    lengths[i].rule);
		weigh_buf_free(&file);
	}
}

/* A file that ends within what it said: the disk, not the format, lost it. */
static void
test_cut_file(void **state)
{
	struct weigh_buf file;

	(void)state;
	weigh_buf_init(&file, 64);
	put_u64(&file, 10);
	put_bytes(&file, "{  ", 3);
	check_header("cut", WEIGH_SAFETENSORS, file.data, file.len, 18,
	    "st.header-past-eof");
	weigh_buf_free(&file);
}

/* (2) A bracket costs nothing but a level, and levels end. */
static void
test_nesting(void **state)
{
	struct weigh_buf file;

	(void)state;
	weigh_buf_init(&file, 1 << 16);
	put_u64(&file, 5000);
	for (int i = 0; i < 5000; i++)
		put_bytes(&file, "[", 1);
	check_header("first of them", WEIGH_SAFETENSORS, file.data, file.len,
	    file.len, "st.not-object");
	memcpy(file.data + 8, "{\"t\":{\"x\":", 10);
	check_header("in a field", WEIGH_SAFETENSORS, file.data, file.len,
	    file.len, "st.json");
	weigh_buf_free(&file);
}

/* What is counted: not scalars, not scales. */
static void
test_facts(void **state)
{
	static const char json[] =
	    "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
	    "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[12,16]},"
	    "\"c\":{\"dtype\":\"F8_E8M0\",\"shape\":[4],\"data_offsets\":[16,20]},"
	    "\"__metadata__\":{\"format\":\"pt\",\"license\":\"mit\"},"
	    "\"d\":{\"dtype\":\"BF16\",\"shape\":[5],\"data_offsets\":[20,30]}}";
	struct weigh_weights facts;
	struct weigh_buf file;
	char *text;

	(void)state;
	weigh_buf_init(&file, 1024);
	put_u64(&file, strlen(json));
	put_bytes(&file, json, strlen(json));
	check_code("read",
	    read_header(WEIGH_SAFETENSORS, file.data, file.len, file.len + 30,
		100, &facts),
	    WEIGH_OK);
	text = print_facts(&facts);
	check_str("facts", text,
	    "{\"rules\":2,\"format\":\"safetensors\",\"tensors\":4,\"total\":11,"
	    "\"parameters\":{\"BF16\":11,\"F32\":0,\"F8_E8M0\":0},"
	    "\"says\":{\"license\":\"mit\"}}");
	free(text);
	weigh_weights_free(&facts);
	weigh_buf_free(&file);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_cut_file),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
