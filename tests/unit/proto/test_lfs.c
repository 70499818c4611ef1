/* Tests of proto/lfs; the numbers are those of include/weigh/lfs.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/lfs.h>

#include "check.h"

#define A "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define OBJ "{\"oid\":\"" A "\",\"size\":5}"
#define UP "\"operation\":\"upload\""

/* (1), (2): what clients send, and what nobody should. */
static const struct row {
	const char *label;
	const char *text;
	enum weigh_code code;
	bool upload, basic, multipart;
	size_t n;
	const char *ref;
} rows[] = {
	{ "huggingface_hub",
	    "{" UP ",\"transfers\":[\"basic\",\"multipart\"],\"objects\":[" OBJ
	    "],\"hash_algo\":\"sha256\",\"ref\":{\"name\":\"main\"}}",
	    WEIGH_OK, true, true, true, 1, "main" },
	{ "@huggingface/hub",
	    "{" UP ",\"transfers\":[\"basic\",\"multipart\",\"xet\"],"
	    "\"hash_algo\":\"sha_256\",\"objects\":[" OBJ "," OBJ "]}",
	    WEIGH_OK, true, true, true, 2, "" },
	{ "git-lfs",
	    "{\"operation\":\"download\",\"objects\":[" OBJ
	    "],\"transfers\":[\"lfs-standalone-file\",\"basic\",\"ssh\"],"
	    "\"ref\":{\"name\":\"refs/heads/main\"},\"hash_algo\":\"sha256\"}",
	    WEIGH_OK, false, true, false, 1, "refs/heads/main" },
	{ "no transfers means basic", "{" UP ",\"objects\":[]}", WEIGH_OK, true,
	    true, false, 0, "" },
	{ "only others",
	    "{" UP ",\"objects\":[],\"transfers\":[\"xet\",\"ssh\"]}", WEIGH_OK,
	    true, false, false, 0, "" },
	{ "ref null", "{" UP ",\"objects\":[],\"ref\":null}", WEIGH_OK, true,
	    true, false, 0, "" },
	{ "unknown keys",
	    "{\"x\":{\"y\":[1,{}]}," UP ",\"objects\":[{\"oid\":\"" A
	    "\",\"z\":[],\"size\":0}]}",
	    WEIGH_OK, true, true, false, 1, "" },
	{ "another hash", "{" UP ",\"objects\":[],\"hash_algo\":\"sha512\"}",
	    WEIGH_CONFLICT, 0, 0, 0, 0, NULL },
	{ "no operation", "{\"objects\":[]}", WEIGH_MALFORMED, 0, 0, 0, 0,
	    NULL },
	{ "no objects", "{" UP "}", WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "an unknown operation", "{\"operation\":\"delete\",\"objects\":[]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "no size", "{" UP ",\"objects\":[{\"oid\":\"" A "\"}]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "no oid", "{" UP ",\"objects\":[{\"size\":1}]}", WEIGH_MALFORMED, 0,
	    0, 0, 0, NULL },
	{ "a size below zero",
	    "{" UP ",\"objects\":[{\"oid\":\"" A "\",\"size\":-1}]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "a size of 2^63",
	    "{" UP ",\"objects\":[{\"oid\":\"" A
	    "\",\"size\":9223372036854775808}]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "a size with a fraction",
	    "{" UP ",\"objects\":[{\"oid\":\"" A "\",\"size\":1.0}]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "an oid in capitals",
	    "{" UP ",\"objects\":[{\"oid\":\"4D7A214614AB2935C943F9E0FF69D22EAD"
	    "BB8F32B1258DAAA5E2CA24D17E2393\",\"size\":1}]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "an oid that climbs",
	    "{" UP ",\"objects\":[{\"oid\":\"../../x\",\"size\":1}]}",
	    WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "an object that is none", "{" UP ",\"objects\":[7]}", WEIGH_MALFORMED,
	    0, 0, 0, 0, NULL },
	{ "objects that are none", "{" UP ",\"objects\":{}}", WEIGH_MALFORMED,
	    0, 0, 0, 0, NULL },
	{ "cut short", "{" UP ",\"objects\":[" OBJ, WEIGH_MALFORMED, 0, 0, 0, 0,
	    NULL },
	{ "something behind", "{" UP ",\"objects\":[]}x", WEIGH_MALFORMED, 0, 0,
	    0, 0, NULL },
	{ "a list", "[]", WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
	{ "nothing", "", WEIGH_MALFORMED, 0, 0, 0, 0, NULL },
};

static void
test_batch(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct weigh_lfs_batch b;
		struct weigh_err err;

		check_code(r->label,
		    weigh_lfs_batch_parse(&b, r->text, strlen(r->text), &err),
		    r->code);
		if (r->code != WEIGH_OK)
			continue;
		check_true(r->label, b.upload == r->upload);
		check_true(r->label, b.basic == r->basic);
		check_true(r->label, b.multipart == r->multipart);
		check_u64(r->label, b.nobjects, r->n);
		check_str(r->label, b.ref, r->ref);
		weigh_lfs_batch_free(&b);
	}
}

/* (1) */
static void
test_too_many_objects(void **state)
{
	struct weigh_lfs_batch b;
	struct weigh_err err;
	struct weigh_buf text;

	(void)state;
	weigh_buf_init(&text, 1 << 20);
	weigh_buf_adds(&text, "{" UP ",\"objects\":[" OBJ);
	for (int i = 1; i < WEIGH_LFS_OBJECTS; i++)
		weigh_buf_adds(&text, "," OBJ);
	size_t fits = text.len;
	weigh_buf_adds(&text, "]}");
	check_code("as many as may be",
	    weigh_lfs_batch_parse(&b, text.data, text.len, &err), WEIGH_OK);
	check_u64("as many as may be", b.nobjects, WEIGH_LFS_OBJECTS);
	weigh_lfs_batch_free(&b);
	text.len = fits;
	weigh_buf_adds(&text, "," OBJ "]}");
	check_code("one more",
	    weigh_lfs_batch_parse(&b, text.data, text.len, &err),
	    WEIGH_TOO_BIG);
	weigh_buf_free(&text);
}

static void
test_answer(void **state)
{
	static const char want[] =
	    "{\"transfer\":\"basic\",\"hash_algo\":\"sha256\",\"objects\":["
	    "{\"oid\":\"" A "\",\"size\":5},"
	    "{\"oid\":\"" A "\",\"size\":5,\"error\":{\"code\":404,"
	    "\"message\":\"not here\"}},"
	    "{\"oid\":\"" A "\",\"size\":5,\"authenticated\":true,\"actions\":"
	    "{\"upload\":{\"href\":\"http://h/u\",\"expires_in\":60,"
	    "\"header\":{\"chunk_size\":\"7\"}},"
	    "\"verify\":{\"href\":\"http://h/v\",\"header\":{}}}}]}";
	struct weigh_lfs_object o = { .size = 5 };
	struct weigh_buf out;
	struct weigh_jw w;

	(void)state;
	check_true("oid", weigh_oid_parse(&o.oid, A, 64));
	weigh_buf_init(&out, 1 << 16);
	weigh_jw_init(&w, &out);
	weigh_lfs_answer_begin(&w, "basic");
	weigh_lfs_answer_held(&w, &o);
	weigh_lfs_answer_error(&w, &o, 404, "not here");
	weigh_lfs_answer_object(&w, &o);
	weigh_lfs_answer_action(&w, "upload", "http://h/u", 60);
	weigh_jw_kstr(&w, "chunk_size", "7");
	weigh_lfs_answer_action_end(&w);
	weigh_lfs_answer_action(&w, "verify", "http://h/v", 0);
	weigh_lfs_answer_action_end(&w);
	weigh_lfs_answer_object_end(&w);
	weigh_lfs_answer_end(&w);
	check_str("answer", out.data, want);
	weigh_buf_free(&out);
}

static void
test_parts(void **state)
{
	static const struct {
		const char *label;
		uint64_t size, part, want_part, count, last;
	} table[] = {
		{ "two", 10, 5, 5, 2, 5 },
		{ "two and a bit", 11, 5, 5, 3, 1 },
		{ "one", 5, 5, 5, 1, 5 },
		{ "one byte", 1, 5, 5, 1, 1 },
		{ "nothing", 0, 5, 5, 0, 0 },
		{ "as many as may be", 10000 * 5, 5, 5, 10000, 5 },
		{ "too many: larger ones", 10000 * 5 + 1, 5, 1 << 20, 1,
		    50001 },
		{ "2^63 - 1", INT64_MAX, 1 << 20, 922337204502528, 10000,
		    922329033998335 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t part = weigh_lfs_part_size(table[i].size,
			     table[i].part),
			 n = weigh_lfs_part_count(table[i].size, part);

		check_u64(table[i].label, part, table[i].want_part);
		check_u64(table[i].label, n, table[i].count);
		check_u64(table[i].label,
		    weigh_lfs_part_length(table[i].size, part, n),
		    table[i].last);
		check_u64(table[i].label,
		    weigh_lfs_part_length(table[i].size, part, n + 1), 0);
	}
}

#define PART(n) "{\"partNumber\":" n ",\"etag\":\"\\\"e" n "\\\"\"}"

static void
test_completion(void **state)
{
	static const struct {
		const char *label;
		const char *text;
		enum weigh_code code;
		size_t n;
	} table[] = {
		{ "two",
		    "{\"oid\":\"" A
		    "\",\"parts\":[" PART("1") "," PART("2") "]}",
		    WEIGH_OK, 2 },
		{ "any order",
		    "{\"parts\":[" PART("2") "," PART("1") "],\"oid\":\"" A
							   "\"}",
		    WEIGH_OK, 2 },
		{ "none", "{\"oid\":\"" A "\",\"parts\":[]}", WEIGH_OK, 0 },
		{ "a gap", "{\"oid\":\"" A "\",\"parts\":[" PART("2") "]}",
		    WEIGH_MALFORMED, 0 },
		{ "twice",
		    "{\"oid\":\"" A
		    "\",\"parts\":[" PART("1") "," PART("1") "]}",
		    WEIGH_MALFORMED, 0 },
		{ "part 0", "{\"oid\":\"" A "\",\"parts\":[" PART("0") "]}",
		    WEIGH_MALFORMED, 0 },
		{ "part 10001",
		    "{\"oid\":\"" A "\",\"parts\":[" PART("10001") "]}",
		    WEIGH_MALFORMED, 0 },
		{ "part 2^63",
		    "{\"oid\":\"" A
		    "\",\"parts\":[" PART("9223372036854775808") "]}",
		    WEIGH_MALFORMED, 0 },
		{ "no etag",
		    "{\"oid\":\"" A "\",\"parts\":[{\"partNumber\":1}]}",
		    WEIGH_MALFORMED, 0 },
		{ "an empty etag",
		    "{\"oid\":\"" A
		    "\",\"parts\":[{\"partNumber\":1,\"etag\":\"\"}]}",
		    WEIGH_MALFORMED, 0 },
		{ "a long etag",
		    "{\"oid\":\"" A "\",\"parts\":[{\"partNumber\":1,"
		    "\"etag\":\"" A A "\"}]}",
		    WEIGH_TOO_BIG, 0 },
		{ "no oid", "{\"parts\":[]}", WEIGH_MALFORMED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct weigh_lfs_completion c;
		struct weigh_err err;

		check_code(table[i].label,
		    weigh_lfs_completion_parse(&c, table[i].text,
			strlen(table[i].text), &err),
		    table[i].code);
		if (table[i].code != WEIGH_OK)
			continue;
		check_u64(table[i].label, c.nparts, table[i].n);
		if (c.nparts == 2)
			check_str(table[i].label, c.parts[1].etag, "\"e2\"");
		weigh_lfs_completion_free(&c);
	}
}

static void
test_verify(void **state)
{
	struct weigh_lfs_object o;
	struct weigh_err err;

	(void)state;
	check_code("right",
	    weigh_lfs_verify_parse(&o, OBJ, sizeof(OBJ) - 1, &err), WEIGH_OK);
	check_u64("size", o.size, 5);
	check_code("no size",
	    weigh_lfs_verify_parse(&o, "{\"oid\":\"" A "\"}", 74, &err),
	    WEIGH_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_too_many_objects),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
