/* Tests of proto/hub.c; the numbers are those of include/weigh/hub.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <weigh/hub.h>

#include "check.h"
#include "json_trace.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GIT "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define SHA "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"

/* (2) */
static void
test_dates(void **state)
{
	static const struct {
		int64_t when;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 1767323045, "2026-01-02T03:04:05.000Z" },
		{ 951782399, "2000-02-28T23:59:59.000Z" },
		{ 951782400, "2000-02-29T00:00:00.000Z" },
		{ 951868800, "2000-03-01T00:00:00.000Z" },
		{ 2147483648, "2038-01-19T03:14:08.000Z" },
		{ 4107542400, "2100-03-01T00:00:00.000Z" },
		{ 253402300799, "9999-12-31T23:59:59.000Z" },
		{ 253402300800, "9999-12-31T23:59:59.000Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.000Z" },
		{ -1, "1970-01-01T00:00:00.000Z" },
		{ INT64_MIN, "1970-01-01T00:00:00.000Z" },
	};
	char date[WEIGH_HUB_DATE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		weigh_hub_date((time_t)rows[i].when, date);
		check_str(rows[i].text, date, rows[i].text);
	}
}

/* Every 13 hours of 800 years, against the C library's calendar. */
static void
test_dates_against_libc(void **state)
{
	char date[WEIGH_HUB_DATE], want[64];
	struct tm tm;

	(void)state;
	for (int64_t t = 0; t < INT64_C(25246080000); t += 46801) {
		time_t when = (time_t)t;

		check_true("gmtime", gmtime_r(&when, &tm) != NULL);
		(void)strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000Z",
		    &tm);
		weigh_hub_date(when, date);
		if (strcmp(date, want) != 0)
			fail_msg("%s instead of %s", date, want);
	}
}

static struct weigh_hub_entry
lfs_entry(const char *path)
{
	struct weigh_hub_entry e = {
		.path = path, .size = 26214400, .lfs = true, .pointer_size = 133
	};

	check_true("git id", weigh_gitid_parse(&e.git, GIT, 40));
	check_true("oid", weigh_oid_parse(&e.oid, SHA, 64));
	return e;
}

static struct weigh_hub_entry
git_entry(const char *path)
{
	struct weigh_hub_entry e = { .path = path, .size = 140 };

	check_true("git id", weigh_gitid_parse(&e.git, GIT, 40));
	return e;
}

static void
check_entry(const char *label, const struct weigh_hub_entry *e,
    const char *want)
{
	struct weigh_buf b;
	struct weigh_jw w;

	weigh_buf_init(&b, 1 << 16);
	weigh_jw_init(&w, &b);
	weigh_hub_tree_entry(&w, e);
	check_str(label, b.data, want);
	weigh_buf_free(&b);
}

/* The SHA-256 is "oid" here. */
static void
test_tree(void **state)
{
	struct weigh_hub_entry file = git_entry("config.json");
	struct weigh_hub_entry lfs = lfs_entry("m.safetensors");
	struct weigh_hub_entry dir = git_entry("sub");

	(void)state;
	dir.directory = true;
	check_entry("file", &file,
	    "{\"type\":\"file\",\"oid\":\"" GIT
	    "\",\"size\":140,\"path\":\"config.json\"}");
	check_entry("lfs", &lfs,
	    "{\"type\":\"file\",\"oid\":\"" GIT
	    "\",\"size\":26214400,\"path\":\"m.safetensors\","
	    "\"lfs\":{\"oid\":\"" SHA
	    "\",\"size\":26214400,\"pointerSize\":133}}");
	check_entry("directory", &dir,
	    "{\"type\":\"directory\",\"oid\":\"" GIT
	    "\",\"size\":0,\"path\":\"sub\"}");
}

static void
test_tree_expanded(void **state)
{
	struct weigh_hub_commit c = { .title = "Add \"it\"",
		.date = 1767323045 };
	struct weigh_hub_entry file = git_entry("a"), dir = git_entry("d");

	(void)state;
	check_true("git id", weigh_gitid_parse(&c.id, GIT, 40));
	file.last = dir.last = &c;
	dir.directory = true;
	check_entry("file", &file,
	    "{\"type\":\"file\",\"oid\":\"" GIT
	    "\",\"size\":140,\"path\":\"a\",\"lastCommit\":{\"id\":\"" GIT
	    "\",\"title\":\"Add \\\"it\\\"\","
	    "\"date\":\"2026-01-02T03:04:05.000Z\"},"
	    "\"securityFileStatus\":{\"status\":\"unscanned\","
	    "\"avScan\":null,\"pickleImportScan\":null}}");
	check_entry("directory", &dir,
	    "{\"type\":\"directory\",\"oid\":\"" GIT
	    "\",\"size\":0,\"path\":\"d\",\"lastCommit\":{\"id\":\"" GIT
	    "\",\"title\":\"Add \\\"it\\\"\","
	    "\"date\":\"2026-01-02T03:04:05.000Z\"}}");
}

/* All that is unasked, of a repository whose card says nothing but a license. */
static void
write_info(struct weigh_buf *b, const struct weigh_repo *repo,
    const char *license, bool blobs)
{
	struct weigh_model model;
	struct weigh_hub_info info = {
		.members = WEIGH_INFO_ALL,
		.repo = repo,
		.created = 951782400,
		.modified = 1767323045,
		.bytes = 26214540,
		.model = &model,
	};
	struct weigh_hub_entry file = git_entry("config.json");
	struct weigh_hub_entry lfs = lfs_entry("m.safetensors");
	struct weigh_jw w;

	check_true("git id", weigh_gitid_parse(&info.sha, GIT, 40));
	weigh_buf_init(b, 1 << 16);
	weigh_jw_init(&w, b);
	check_true("model",
	    weigh_model_read(&model, repo->kind, NULL, NULL, 0, license));
	weigh_hub_info_begin(&w, &info);
	weigh_jw_key(&w, "siblings");
	weigh_jw_array(&w);
	weigh_hub_sibling(&w, &file, blobs);
	weigh_hub_sibling(&w, &lfs, blobs);
	weigh_jw_array_end(&w);
	weigh_jw_object_end(&w);
	check_true("written", !b->failed);
	weigh_model_free(&model);
}

/* The SHA-256 is "sha256" here. */
static void
test_info(void **state)
{
	struct weigh_repo repo = { WEIGH_MODEL, "acme/demo-7b" };
	struct weigh_buf b;

	(void)state;
	write_info(&b, &repo, "mit", true);
	check_str("info", b.data,
	    "{\"_id\":\"83e55f70973b4db4310de422\",\"id\":\"acme/demo-7b\","
	    "\"modelId\":\"acme/demo-7b\",\"author\":\"acme\",\"sha\":\"" GIT
	    "\",\"lastModified\":\"2026-01-02T03:04:05.000Z\","
	    "\"createdAt\":\"2000-02-29T00:00:00.000Z\",\"private\":false,"
	    "\"gated\":false,\"disabled\":false,\"downloads\":0,\"likes\":0,"
	    "\"tags\":[\"license:mit\"],\"usedStorage\":26214540,"
	    "\"siblings\":[{\"rfilename\":\"config.json\",\"size\":140,"
	    "\"blobId\":\"" GIT "\"},{\"rfilename\":\"m.safetensors\","
	    "\"size\":26214400,\"blobId\":\"" GIT
	    "\",\"lfs\":{\"sha256\":\"" SHA
	    "\",\"size\":26214400,\"pointerSize\":133}}]}");
	weigh_buf_free(&b);
}

static void
test_info_short(void **state)
{
	struct weigh_repo repo = { WEIGH_DATASET, "squad" };
	struct weigh_buf b;

	(void)state;
	write_info(&b, &repo, "", false);
	check_has("name", b.data, "\"id\":\"squad\",\"sha\"");
	check_has("no license", b.data, "\"tags\":[],\"usedStorage\"");
	check_has("names only", b.data,
	    "\"siblings\":[{\"rfilename\":\"config.json\"},"
	    "{\"rfilename\":\"m.safetensors\"}]}");
	check_true("no author", strstr(b.data, "author") == NULL);
	check_true("no modelId", strstr(b.data, "modelId") == NULL);
	weigh_buf_free(&b);
	write_info(&b, &repo, NULL, false);
	check_has("no license", b.data, "\"tags\":[],\"usedStorage\"");
	weigh_buf_free(&b);
}

/* What is asked for by name, and nothing else but the ids; a text that is not known
 * leaves its member out. */
static void
test_expanded(void **state)
{
	static const struct {
		const char *label, *name, *json;
	} rows[] = {
		{ "sha", "sha", ",\"sha\":\"" GIT "\"" },
		{ "private", "private", ",\"private\":true" },
		{ "gated", "gated", ",\"gated\":false" },
		{ "card", "cardData", ",\"cardData\":{\"a\":1}" },
		{ "config, none", "config", "" },
		{ "tags", "tags", ",\"tags\":[\"x\"]" },
		{ "task", "pipeline_tag", ",\"pipeline_tag\":\"t\"" },
		{ "library, none", "library_name", "" },
		{ "storage", "usedStorage", ",\"usedStorage\":7" },
		{ "security", "securityStatus",
		    ",\"securityRepoStatus\":{\"scansDone\":false,"
		    "\"filesWithIssues\":[]}" },
		{ "not of a model", "sdk", "" },
		{ "unknown", "xetEnabled", "" },
		{ "the caller's", "siblings", "" },
	};
	struct weigh_repo repo = { WEIGH_MODEL, "acme/demo-7b" };
	struct weigh_hub_info info = {
		.expanded = true,
		.repo = &repo,
		.visibility = WEIGH_PRIVATE,
		.bytes = 7,
		.card = "{\"a\":1}",
		.config = "",
		.tags = "[\"x\"]",
		.task = "t",
	};
	char want[300];
	struct weigh_buf b;
	struct weigh_jw w;

	(void)state;
	check_true("git id", weigh_gitid_parse(&info.sha, GIT, 40));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		weigh_buf_init(&b, 1 << 12);
		weigh_jw_init(&w, &b);
		info.members = weigh_hub_member(rows[i].name);
		weigh_hub_info_begin(&w, &info);
		weigh_jw_object_end(&w);
		snprintf(want, sizeof(want),
		    "{\"_id\":\"83e55f70973b4db4310de422\","
		    "\"id\":\"acme/demo-7b\"%s}",
		    rows[i].json);
		check_str(rows[i].label, b.data, want);
		weigh_buf_free(&b);
	}
}

/* A model and a dataset of one name are two repositories. */
static void
test_ids_differ(void **state)
{
	struct weigh_repo model = { WEIGH_MODEL, "a/b" };
	struct weigh_repo dataset = { WEIGH_DATASET, "a/b" };
	struct weigh_buf m, d;

	(void)state;
	write_info(&m, &model, NULL, false);
	write_info(&d, &dataset, NULL, false);
	check_true("_id", memcmp(m.data, d.data, 32) != 0);
	weigh_buf_free(&m);
	weigh_buf_free(&d);
}

/* (1): nothing that a client takes for Xet. */
static void
test_no_xet(void **state)
{
	struct weigh_repo repo = { WEIGH_MODEL, "acme/demo-7b" };
	struct weigh_buf b;

	(void)state;
	write_info(&b, &repo, "mit", true);
	check_true("info", strcasestr(b.data, "xet") == NULL);
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_dates_against_libc),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_expanded),
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_info_short),
		cmocka_unit_test(test_expanded),
		cmocka_unit_test(test_ids_differ),
		cmocka_unit_test(test_no_xet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
