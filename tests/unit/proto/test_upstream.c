/* What a Hub answers to a mirror; the numbers are those of upstream.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>
#include <weigh/hub.h>
#include <weigh/upstream.h>

#include "check.h"

#define SHA "0123456789abcdef0123456789abcdef01234567"
#define OID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* --- info ---------------------------------------------------------------- */

static const struct info_row {
	const char *label, *text;
	enum weigh_code rc;
	const char *name;
	bool gated, private_, disabled;
	int64_t date;
} infos[] = {
	{ "as the Hub",
	    "{\"_id\":\"621ffdc036468d709f174338\",\"id\":\"a/b\","
	    "\"sha\":\"" SHA "\",\"lastModified\":\"2024-02-29T12:00:00.000Z\","
	    "\"gated\":false,\"private\":false,\"disabled\":false,"
	    "\"siblings\":[{\"rfilename\":\"x\",\"xetHash\":\"y\"}]}",
	    WEIGH_OK, "a/b", false, false, false, 1709208000 },
	{ "the least", "{\"id\":\"a/b\",\"sha\":\"" SHA "\"}", WEIGH_OK, "a/b",
	    false, false, false, 0 },
	{ "gated by a word",
	    "{\"id\":\"a/b\",\"sha\":\"" SHA "\","
	    "\"gated\":\"manual\"}",
	    WEIGH_OK, "a/b", true, false, false, 0 },
	{ "private and disabled",
	    "{\"id\":\"a/b\",\"sha\":\"" SHA "\","
	    "\"private\":true,\"disabled\":true}",
	    WEIGH_OK, "a/b", false, true, true, 0 },
	{ "null is not told",
	    "{\"id\":\"a/b\",\"sha\":\"" SHA "\","
	    "\"gated\":null,\"lastModified\":null}",
	    WEIGH_OK, "a/b", false, false, false, 0 },
	{ "a date that is none",
	    "{\"id\":\"a/b\",\"sha\":\"" SHA "\","
	    "\"lastModified\":\"yesterday\"}",
	    WEIGH_OK, "a/b", false, false, false, 0 },
	{ "(1) an _id that is an object",
	    "{\"_id\":{\"$oid\":[1]},"
	    "\"id\":\"a/b\",\"sha\":\"" SHA "\"}",
	    WEIGH_OK, "a/b", false, false, false, 0 },
	{ "(2) no id", "{\"sha\":\"" SHA "\"}", WEIGH_MALFORMED, NULL, false,
	    false, false, 0 },
	{ "(2) an id that climbs", "{\"id\":\"../b\",\"sha\":\"" SHA "\"}",
	    WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "(2) no sha", "{\"id\":\"a/b\"}", WEIGH_MALFORMED, NULL, false, false,
	    false, 0 },
	{ "(2) a sha of 39",
	    "{\"id\":\"a/b\",\"sha\":\"123456789abcdef0123456"
	    "789abcdef01234567\"}",
	    WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "(2) a sha that is not hex",
	    "{\"id\":\"a/b\",\"sha\":\"g123456789"
	    "abcdef0123456789abcdef01234567\"}",
	    WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "(1) gated is a number",
	    "{\"id\":\"a/b\",\"sha\":\"" SHA "\","
	    "\"gated\":1}",
	    WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "(1) twice an id",
	    "{\"id\":\"a/b\",\"sha\":\"" SHA "\","
	    "\"id\":\"c/d\"}",
	    WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "(1) more behind it", "{\"id\":\"a/b\",\"sha\":\"" SHA "\"}{}",
	    WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "an array", "[]", WEIGH_MALFORMED, NULL, false, false, false, 0 },
	{ "a page for people", "<html>", WEIGH_MALFORMED, NULL, false, false,
	    false, 0 },
	{ "nothing", "", WEIGH_MALFORMED, NULL, false, false, false, 0 },
};

static void
test_info(void **state)
{
	struct weigh_upstream_info got;

	(void)state;
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		const struct info_row *r = &infos[i];

		check_code(r->label,
		    weigh_upstream_info_parse(&got, WEIGH_MODEL, r->text,
			strlen(r->text), NULL),
		    r->rc);
		if (r->rc != WEIGH_OK)
			continue;
		check_str(r->label, got.repo.name, r->name);
		check_true(r->label, got.gated == r->gated);
		check_true(r->label, got.private_ == r->private_);
		check_true(r->label, got.disabled == r->disabled);
		check_true(r->label, !got.weighd);
		check_u64(r->label, (uint64_t)got.date, (uint64_t)r->date);
	}
}

/* What weighd itself writes is known as a weighd's; another name's is not. */
static void
test_weighd(void **state)
{
	struct weigh_upstream_info got;
	struct weigh_repo repo = { .kind = WEIGH_DATASET, .name = "a/b" };
	char text[256], id[WEIGH_HUB_ID];
	int n;

	(void)state;
	check_true("id", weigh_hub_id(&repo, id));
	n = snprintf(text, sizeof(text),
	    "{\"_id\":\"%s\",\"id\":\"a/b\",\"sha\":\"" SHA "\"}", id);
	check_code("parse",
	    weigh_upstream_info_parse(&got, WEIGH_DATASET, text, (size_t)n,
		NULL),
	    WEIGH_OK);
	check_true("a weighd", got.weighd);
	check_code("parse",
	    weigh_upstream_info_parse(&got, WEIGH_MODEL, text, (size_t)n, NULL),
	    WEIGH_OK);
	check_true("another kind's", !got.weighd);
}

static const struct date_row {
	const char *text;
	bool ok;
	int64_t want;
} dates[] = {
	{ "1970-01-01T00:00:00.000Z", true, 0 },
	{ "2024-02-29T12:00:00Z", true, 1709208000 },
	{ "2000-03-01T00:00:00.5Z", true, 951868800 },
	{ "9999-12-31T23:59:59.999999Z", true, 253402300799 },
	{ "1969-12-31T23:59:59Z", false, 0 },
	{ "2024-13-01T00:00:00Z", false, 0 },
	{ "2024-02-29T24:00:00Z", false, 0 },
	{ "2024-02-29T12:00:00.Z", false, 0 },
	{ "2024-02-29T12:00:00", false, 0 },
	{ "2024-02-29T12:00:00+00:00", false, 0 },
	{ "2024-02-29 12:00:00Z", false, 0 },
	{ "2024-02-29T12:00:0xZ", false, 0 },
	{ "", false, 0 },
};

static void
test_dates(void **state)
{
	char again[WEIGH_HUB_DATE];
	int64_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		const struct date_row *r = &dates[i];

		got = -7;
		check_true(r->text,
		    weigh_hub_date_parse(r->text, strlen(r->text), &got) ==
			r->ok);
		check_true(r->text, got == (r->ok ? r->want : -7));
		if (!r->ok)
			continue;
		weigh_hub_date((time_t)got, again);
		check_bytes(r->text, again, 19, r->text, 19);
	}
}

/* --- refs ---------------------------------------------------------------- */

#define REFS \
	"{\"branches\":[{\"name\":\"main\",\"ref\":\"refs/heads/main\"}," \
	"{\"name\":\"both\"}],\"converts\":[{\"name\":\"x\"}]," \
	"\"tags\":[{\"name\":\"v1\"},{\"name\":\"both\"},{}]}"

static const struct refs_row {
	const char *label, *name, *text;
	enum weigh_code rc;
	enum weigh_upstream_ref want;
} refs[] = {
	{ "a branch", "main", REFS, WEIGH_OK, WEIGH_UPSTREAM_BRANCH },
	{ "a tag", "v1", REFS, WEIGH_OK, WEIGH_UPSTREAM_TAG },
	{ "a branch before a tag", "both", REFS, WEIGH_OK,
	    WEIGH_UPSTREAM_BRANCH },
	{ "neither", "x", REFS, WEIGH_OK, WEIGH_UPSTREAM_NO_REF },
	{ "a part of a name", "mai", REFS, WEIGH_OK, WEIGH_UPSTREAM_NO_REF },
	{ "nothing told", "main", "{}", WEIGH_OK, WEIGH_UPSTREAM_NO_REF },
	{ "branches are an object", "main", "{\"branches\":{}}",
	    WEIGH_MALFORMED, WEIGH_UPSTREAM_NO_REF },
	{ "cut off", "main", "{\"branches\":[", WEIGH_MALFORMED,
	    WEIGH_UPSTREAM_NO_REF },
};

static void
test_refs(void **state)
{
	enum weigh_upstream_ref got;

	(void)state;
	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		const struct refs_row *r = &refs[i];

		check_code(r->label,
		    weigh_upstream_refs_find(&got, r->name, r->text,
			strlen(r->text), NULL),
		    r->rc);
		check_u64(r->label, got, r->want);
	}
}

/* --- tree ---------------------------------------------------------------- */

#define FILE_(path, size) \
	"{\"type\":\"file\",\"path\":\"" path "\",\"oid\":\"" SHA \
	"\",\"size\":" size "}"
#define LFS_(path, size, lfs) \
	"{\"type\":\"file\",\"path\":\"" path "\",\"oid\":\"" SHA \
	"\",\"size\":" size ",\"lfs\":{" lfs "},\"xetHash\":\"e\"}"
#define DIR_(path) \
	"{\"type\":\"directory\",\"path\":\"" path "\",\"oid\":\"x\"}"

static const struct tree_row {
	const char *label;
	const char *pages[3]; /* one after the other */
	enum weigh_code rc;
	const char *want; /* "path size[L] ..." */
} trees[] = {
	{ "nothing", { "[]" }, WEIGH_OK, "" },
	{ "a file, an LFS file, a folder",
	    { "[" DIR_("d") "," FILE_("z", "3") "," LFS_("d/w", "9",
		"\"oid\":\"" OID "\",\"size\":9,"
		"\"pointerSize\":134") "]" },
	    WEIGH_OK, "d/w 9L z 3 " },
	{ "byte order of paths",
	    { "[" FILE_("a/b", "1") "," FILE_("a.c", "2") "," FILE_("B",
		"3") "]" },
	    WEIGH_OK, "B 3 a.c 2 a/b 1 " },
	{ "three pages",
	    { "[" FILE_("c", "1") "]", "[" FILE_("b", "2") "]",
		"[" FILE_("a", "3") "]" },
	    WEIGH_OK, "a 3 b 2 c 1 " },
	{ "an empty last page", { "[" FILE_("c", "1") "]", "[]" }, WEIGH_OK,
	    "c 1 " },
	{ "two that differ in case",
	    { "[" FILE_("A", "1") "," FILE_("a", "2") "]" }, WEIGH_OK,
	    "A 1 a 2 " },
	{ "the largest size", { "[" FILE_("a", "9223372036854775807") "]" },
	    WEIGH_OK, "a 9223372036854775807 " },
	{ "(3) a page again",
	    { "[" FILE_("a", "1") "]", "[" FILE_("a", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(3) a path again, pages later",
	    { "[" FILE_("a", "1") "]", "[" FILE_("b", "1") "]",
		"[" FILE_("c", "1") "," FILE_("a", "2") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(3) a file and a folder", { "[" DIR_("a") "," FILE_("a", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(3) a file as folder",
	    { "[" FILE_("a", "1") "," FILE_("a-b", "1") "," FILE_("a/b/c",
		"1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(3) a deeper file as folder",
	    { "[" FILE_("a/b", "1") "," FILE_("a/b/c", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(3) an empty page that goes on", { "[]", "[" FILE_("a", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) climbs", { "[" FILE_("../a", "1") "]" }, WEIGH_MALFORMED, NULL },
	{ "(2) climbs inside", { "[" FILE_("a/../../b", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) from the root", { "[" FILE_("/etc/passwd", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) a folder that climbs", { "[" DIR_("..") "]" }, WEIGH_MALFORMED,
	    NULL },
	{ "(2) git's own", { "[" FILE_("a/.GIT/config", "1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) a NUL", { "[" FILE_("a\\u0000b", "1") "]" }, WEIGH_MALFORMED,
	    NULL },
	{ "(2) a backslash", { "[" FILE_("a\\\\b", "1") "]" }, WEIGH_MALFORMED,
	    NULL },
	{ "(2) no path",
	    { "[{\"type\":\"file\",\"size\":1,\"oid\":\"" SHA "\"}]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) no oid", { "[{\"type\":\"file\",\"size\":1,\"path\":\"a\"}]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) no size",
	    { "[{\"type\":\"file\",\"path\":\"a\",\"oid\":\"" SHA "\"}]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) no type",
	    { "[{\"path\":\"a\",\"size\":1,\"oid\":\"" SHA "\"}]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) neither file nor folder",
	    { "[{\"type\":\"commit\",\"path\":"
	      "\"a\",\"size\":1,\"oid\":\"" SHA "\"}]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) size below 0", { "[" FILE_("a", "-1") "]" }, WEIGH_MALFORMED,
	    NULL },
	{ "(2) size of 2^63", { "[" FILE_("a", "9223372036854775808") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) size as text", { "[" FILE_("a", "\"1\"") "]" }, WEIGH_MALFORMED,
	    NULL },
	{ "(2) an LFS oid that is not hex",
	    { "[" LFS_("a", "1",
		"\"oid\":\""
		"zz23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		"\",\"size\":1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) an LFS oid of 63",
	    { "[" LFS_("a", "1",
		"\"oid\":\""
		"123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		"\",\"size\":1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) an LFS oid with its kind",
	    { "[" LFS_("a", "1", "\"oid\":\"sha256:" OID "\",\"size\":1") "]" },
	    WEIGH_TOO_BIG, NULL },
	{ "(2) LFS without an oid", { "[" LFS_("a", "1", "\"size\":1") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) LFS of another size",
	    { "[" LFS_("a", "1", "\"oid\":\"" OID "\",\"size\":2") "]" },
	    WEIGH_MALFORMED, NULL },
	{ "(2) LFS without a size",
	    { "[" LFS_("a", "1", "\"oid\":\"" OID "\"") "]" }, WEIGH_MALFORMED,
	    NULL },
	{ "(1) a member twice",
	    { "[{\"type\":\"file\",\"path\":\"a\","
	      "\"path\":\"b\",\"size\":1,\"oid\":\"" SHA "\"}]" },
	    WEIGH_MALFORMED, NULL },
	{ "(1) an object", { "{}" }, WEIGH_MALFORMED, NULL },
	{ "(1) more behind it", { "[] []" }, WEIGH_MALFORMED, NULL },
	{ "(1) cut off", { "[" FILE_("a", "1") }, WEIGH_MALFORMED, NULL },
	{ "(1) numbers", { "[1]" }, WEIGH_MALFORMED, NULL },
	{ "(1) no page", { "" }, WEIGH_MALFORMED, NULL },
};

static void
check_files(const char *label, const struct weigh_upstream_file *files,
    size_t n, const char *want)
{
	struct weigh_buf text;

	weigh_buf_init(&text, 4096);
	weigh_buf_adds(&text, "");
	for (size_t i = 0; i < n; i++)
		weigh_buf_addf(&text, "%s %llu%s ", files[i].path,
		    (unsigned long long)files[i].size, files[i].lfs ? "L" : "");
	check_str(label, text.data != NULL ? text.data : "", want);
	weigh_buf_free(&text);
}

static void
check_tree(const struct tree_row *r)
{
	struct weigh_upstream_tree *t = weigh_upstream_tree_new();
	const struct weigh_upstream_file *files = NULL;
	enum weigh_code rc = WEIGH_OK;
	size_t n = 0;

	check_true(r->label, t != NULL);
	for (size_t i = 0; i < 3 && r->pages[i] != NULL && rc == WEIGH_OK; i++)
		rc = weigh_upstream_tree_page(t, r->pages[i],
		    strlen(r->pages[i]), i < 2 && r->pages[i + 1] != NULL,
		    NULL);
	if (rc == WEIGH_OK)
		rc = weigh_upstream_tree_end(t, &files, &n, NULL);
	check_code(r->label, rc, r->rc);
	if (r->rc == WEIGH_OK)
		check_files(r->label, files, n, r->want);
	weigh_upstream_tree_free(t);
}

static void
test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		check_tree(&trees[i]);
}

static void
test_words(void **state)
{
	const char *text = "[" FILE_("a", "1") "," FILE_("b/../c", "1") "]";
	struct weigh_upstream_tree *t = weigh_upstream_tree_new();
	struct weigh_err err;

	(void)state;
	check_code("rc",
	    weigh_upstream_tree_page(t, text, strlen(text), false, &err),
	    WEIGH_MALFORMED);
	check_has("which", err.why, "entry 2");
	weigh_upstream_tree_free(t);
}

/* One page of `n` folders, from number `from`. */
static void
write_page(struct weigh_buf *text, unsigned from, unsigned n)
{
	weigh_buf_reset(text);
	for (unsigned i = 0; i < n; i++)
		weigh_buf_addf(text,
		    "%c{\"type\":\"directory\",\"path\":\"d%u\"}",
		    i == 0 ? '[' : ',', from + i);
	weigh_buf_adds(text, "]");
	check_true("page", !text->failed);
}

/* (4) A million entries and not one more. */
static void
test_many(void **state)
{
	const unsigned page = 10000;
	struct weigh_upstream_tree *t = weigh_upstream_tree_new();
	const struct weigh_upstream_file *files;
	struct weigh_buf text;
	size_t n;

	(void)state;
	weigh_buf_init(&text, WEIGH_UPSTREAM_PAGE);
	for (unsigned i = 0; i < WEIGH_UPSTREAM_ENTRIES; i += page) {
		write_page(&text, i, page);
		check_code("page",
		    weigh_upstream_tree_page(t, text.data, text.len, true,
			NULL),
		    WEIGH_OK);
	}
	check_code("end", weigh_upstream_tree_end(t, &files, &n, NULL),
	    WEIGH_OK);
	check_u64("folders are no files", n, 0);
	write_page(&text, WEIGH_UPSTREAM_ENTRIES, 1);
	check_code("one more",
	    weigh_upstream_tree_page(t, text.data, text.len, false, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_free(&text);
	weigh_upstream_tree_free(t);
}

/* --- refusals ------------------------------------------------------------ */

static const struct refusal_row {
	int status;
	const char *code;
	enum weigh_code want;
	const char *words;
} refusals[] = {
	{ 200, "", WEIGH_OK, "" },
	{ 206, "", WEIGH_OK, "" },
	{ 401, "GatedRepo", WEIGH_UNAUTHORIZED, "access" },
	{ 403, "GatedRepo", WEIGH_FORBIDDEN, "access" },
	{ 401, "RepoNotFound", WEIGH_NOT_FOUND, "no such repository" },
	{ 404, "RepoNotFound", WEIGH_NOT_FOUND, "no such repository" },
	{ 404, "RevisionNotFound", WEIGH_NOT_FOUND, "no such revision" },
	{ 404, "EntryNotFound", WEIGH_NOT_FOUND, "no such file" },
	{ 404, "", WEIGH_NOT_FOUND, "404" },
	{ 404, "SomethingElse", WEIGH_NOT_FOUND, "404" },
	{ 410, "", WEIGH_NOT_FOUND, "no more" },
	{ 401, "", WEIGH_UNAUTHORIZED, "token" },
	{ 403, "", WEIGH_FORBIDDEN, "refuses" },
	{ 451, "", WEIGH_FORBIDDEN, "legal" },
	{ 408, "", WEIGH_NOT_YET, "too long" },
	{ 429, "", WEIGH_NOT_YET, "too often" },
	{ 500, "", WEIGH_NOT_YET, "trouble" },
	{ 503, "RepoNotFound", WEIGH_NOT_YET, "trouble" },
	{ 599, "", WEIGH_NOT_YET, "trouble" },
	{ 302, "", WEIGH_MALFORMED, "302" },
	{ 304, "", WEIGH_MALFORMED, "304" },
	{ 418, "", WEIGH_MALFORMED, "418" },
	{ 600, "", WEIGH_MALFORMED, "600" },
	{ 0, "", WEIGH_MALFORMED, "none" },
};

static void
test_refusals(void **state)
{
	char label[64];

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal_row *r = &refusals[i];
		struct weigh_err err = { .code = WEIGH_OK };

		(void)snprintf(label, sizeof(label), "%d %s", r->status,
		    r->code);
		check_code(label,
		    weigh_upstream_refusal(r->status, r->code, &err), r->want);
		check_has(label, err.why, r->words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_weighd),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
