/* Tests of proto/publish/bodies.c and preupload.c; the numbers are those of
 * weigh/publish.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/publish.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
test_create(void **state)
{
	static const struct {
		const char *label, *home, *text;
		enum weigh_code code;
		const char *repo; /* and what it shall be */
	} rows[] = {
		{ "huggingface_hub", "ci",
		    "{\"name\":\"m\",\"organization\":\"acme\",\"type\":"
		    "\"model\",\"visibility\":\"private\"}",
		    WEIGH_OK, "acme/m private" },
		{ "0.36", "ci",
		    "{\"name\":\"m\",\"organization\":\"acme\",\"private\":"
		    "false,\"type\":\"dataset\"}",
		    WEIGH_OK, "datasets/acme/m public" },
		{ "a space, and what goes with it", "ci",
		    "{\"name\":\"m\",\"organization\":\"acme\",\"type\":"
		    "\"space\",\"sdk\":\"gradio\",\"secrets\":[{\"a\":1}]}",
		    WEIGH_OK, "spaces/acme/m -" },
		{ "of one's own", "ci",
		    "{\"name\":\"m\",\"organization\":null}", WEIGH_OK,
		    "ci/m -" },
		{ "both in one", "ci", "{\"name\":\"acme/m\"}", WEIGH_OK,
		    "acme/m -" },
		{ "of one's own, of nobody's", "", "{\"name\":\"m\"}",
		    WEIGH_USAGE, NULL },
		{ "no name", "ci", "{}", WEIGH_MALFORMED, NULL },
		{ "two slashes", "ci",
		    "{\"name\":\"b/m\",\"organization\":\"acme\"}", WEIGH_USAGE,
		    NULL },
		{ "a name that climbs", "ci",
		    "{\"name\":\"..\",\"organization\":\"acme\"}", WEIGH_USAGE,
		    NULL },
		{ "a name of ours", "ci",
		    "{\"name\":\"m\",\"organization\":\"api\"}", WEIGH_USAGE,
		    NULL },
		{ "another type", "ci",
		    "{\"name\":\"m\",\"organization\":\"a\",\"type\":"
		    "\"kernel\"}",
		    WEIGH_USAGE, NULL },
		{ "another visibility", "ci",
		    "{\"name\":\"m\",\"organization\":\"a\",\"visibility\":"
		    "\"protected\"}",
		    WEIGH_USAGE, NULL },
		{ "private is no word", "ci",
		    "{\"name\":\"m\",\"organization\":\"a\",\"private\":"
		    "\"yes\"}",
		    WEIGH_MALFORMED, NULL },
		{ "no JSON", "ci", "name=m", WEIGH_MALFORMED, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_repo_request r;
		char got[WEIGH_REPO_TEXT], all[256];
		struct weigh_err err;

		check_code(rows[i].label,
		    weigh_repo_request_parse(&r, rows[i].home, rows[i].text,
			strlen(rows[i].text), &err),
		    rows[i].code);
		if (rows[i].code != WEIGH_OK)
			continue;
		weigh_repo_text(&r.repo, got);
		snprintf(all, sizeof(all), "%s %s", got,
		    r.has_visibility ? weigh_visibility_name(r.visibility) :
				       "-");
		check_str(rows[i].label, all, rows[i].repo);
	}
}

static void
test_move(void **state)
{
	static const char good[] = "{\"fromRepo\":\"a/b\",\"toRepo\":\"c/d\","
				   "\"type\":\"dataset\"}";
	struct weigh_move_request r;
	struct weigh_err err;

	(void)state;
	check_code("right",
	    weigh_move_request_parse(&r, good, sizeof(good) - 1, &err),
	    WEIGH_OK);
	check_str("from", r.from.name, "a/b");
	check_str("to", r.to.name, "c/d");
	check_u64("kind", r.to.kind, WEIGH_DATASET);
	check_true("no target",
	    weigh_move_request_parse(&r, "{\"fromRepo\":\"a/b\"}", 18, &err) !=
		WEIGH_OK);
}

static void
test_settings(void **state)
{
	static const struct {
		const char *label, *text;
		enum weigh_visibility was, now;
	} rows[] = {
		{ "private", "{\"private\":true}", WEIGH_PUBLIC,
		    WEIGH_PRIVATE },
		{ "public", "{\"private\":false}", WEIGH_PRIVATE,
		    WEIGH_PUBLIC },
		{ "public stays gated", "{\"private\":false}", WEIGH_GATED,
		    WEIGH_GATED },
		{ "visibility", "{\"visibility\":\"private\"}", WEIGH_GATED,
		    WEIGH_PRIVATE },
		{ "gated", "{\"gated\":\"auto\"}", WEIGH_PUBLIC,
		    WEIGH_GATED_AUTO },
		{ "by a person", "{\"gated\":\"manual\"}", WEIGH_GATED_AUTO,
		    WEIGH_GATED_MANUAL },
		{ "without terms", "{\"gated\":true}", WEIGH_PUBLIC,
		    WEIGH_GATED },
		{ "stays as it was", "{\"private\":false}", WEIGH_GATED_MANUAL,
		    WEIGH_GATED_MANUAL },
		{ "no longer", "{\"gated\":false}", WEIGH_GATED, WEIGH_PUBLIC },
		{ "private stays", "{\"gated\":\"manual\"}", WEIGH_PRIVATE,
		    WEIGH_PRIVATE },
		{ "both", "{\"gated\":\"manual\",\"visibility\":\"public\"}",
		    WEIGH_PRIVATE, WEIGH_GATED_MANUAL },
		{ "neither", "{\"xetEnabled\":true}", WEIGH_GATED,
		    WEIGH_GATED },
	};
	struct weigh_settings_request r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_code(rows[i].label,
		    weigh_settings_request_parse(&r, rows[i].text,
			strlen(rows[i].text), NULL),
		    WEIGH_OK);
		check_str(rows[i].label,
		    weigh_visibility_name(weigh_settings_apply(&r,
			rows[i].was)),
		    weigh_visibility_name(rows[i].now));
	}
	check_code("a number",
	    weigh_settings_request_parse(&r, "{\"gated\":1}", 11, NULL),
	    WEIGH_MALFORMED);
	check_code("another word",
	    weigh_settings_request_parse(&r, "{\"gated\":\"on\"}", 14, NULL),
	    WEIGH_USAGE);
}

static void
test_access_requests(void **state)
{
	static const struct {
		const char *text, *user;
		enum weigh_code code;
		int act; /* -1: none */
	} rows[] = {
		{ "{\"user\":\"ci\",\"status\":\"accepted\"}", "ci", WEIGH_OK,
		    WEIGH_CONSENT_GRANT },
		{ "{\"requestId\":\"3f2a\",\"status\":\"rejected\","
		  "\"rejectionReason\":\"no\"}",
		    "3f2a", WEIGH_OK, WEIGH_CONSENT_REFUSE },
		{ "{\"user\":\"ci\",\"status\":\"pending\"}", "ci", WEIGH_OK,
		    WEIGH_CONSENT_REOPEN },
		{ "{\"user\":\"ci\"}", "ci", WEIGH_OK, -1 },
		{ "{\"user\":\"ci\",\"status\":\"end\"}", "", WEIGH_USAGE, -1 },
		{ "{\"status\":\"accepted\"}", "", WEIGH_USAGE, -1 },
		{ "{\"user\":7}", "", WEIGH_MALFORMED, -1 },
	};
	struct weigh_access_request r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_code(rows[i].text,
		    weigh_access_request_parse(&r, rows[i].text,
			strlen(rows[i].text), NULL),
		    rows[i].code);
		if (rows[i].code != WEIGH_OK)
			continue;
		check_str(rows[i].text, r.user, rows[i].user);
		check_u64(rows[i].text, r.has_act, rows[i].act >= 0);
		check_true(rows[i].text,
		    !r.has_act || (int)r.act == rows[i].act);
		check_str(rows[i].text, r.reason, i == 1 ? "no" : "");
	}
}

static void
test_refs(void **state)
{
	static const char tag[] = "{\"tag\":\"v1\",\"message\":\"first\"}",
			  branch[] = "{\"startingPoint\":\"refs/pr/1\","
				     "\"overwrite\":true}";
	struct weigh_ref_request r;

	(void)state;
	check_code("tag", weigh_tag_request_parse(&r, tag, strlen(tag), NULL),
	    WEIGH_OK);
	check_str("tag", r.name, "v1");
	check_str("message", r.message, "first");
	check_code("no tag", weigh_tag_request_parse(&r, "{}", 2, NULL),
	    WEIGH_MALFORMED);
	check_true("a bad tag",
	    weigh_tag_request_parse(&r, "{\"tag\":\"a..b\"}", 14, NULL) !=
		WEIGH_OK);
	check_code("branch",
	    weigh_branch_request_parse(&r, branch, strlen(branch), NULL),
	    WEIGH_OK);
	check_str("from", r.at, "refs/pr/1");
	check_true("overwrite", r.overwrite && !r.empty);
	check_code("no body", weigh_branch_request_parse(&r, "", 0, NULL),
	    WEIGH_OK);
	check_str("from main", r.at, "");
}

static void
test_preupload(void **state)
{
	static const char good[] =
	    "{\"files\":[{\"path\":\"a.txt\",\"sample\":\"aGk=\",\"size\":2},"
	    "{\"path\":\"b/c.bin\",\"size\":9000000000,\"sample\":\"\"}],"
	    "\"gitIgnore\":\"*.tmp\\n\",\"gitAttributes\":\"*.x -text\\n\"}";
	static const char *const bad[] = {
		"{\"files\":[{\"path\":\"../x\",\"size\":1}]}",
		"{\"files\":[{\"path\":\"x\"}]}",
		"{\"files\":[{\"size\":1}]}",
		"{\"files\":7}",
		"{\"files\":[{\"path\":\"x\",\"size\":1}],\"gitIgnore\":7}",
	};
	struct weigh_preupload p;

	(void)state;
	check_code("right", weigh_preupload_parse(&p, good, strlen(good), NULL),
	    WEIGH_OK);
	check_u64("files", p.nfiles, 2);
	check_str("path", p.files[1].path, "b/c.bin");
	check_u64("size", p.files[1].size, 9000000000);
	check_true("rules", p.has_ignore && p.has_attributes);
	check_str("ignore", p.ignore.data, "*.tmp\n");
	weigh_preupload_free(&p);
	for (size_t i = 0; i < COUNT(bad); i++)
		check_true(bad[i],
		    weigh_preupload_parse(&p, bad[i], strlen(bad[i]), NULL) !=
			WEIGH_OK);
}

static void
test_preupload_answer(void **state)
{
	struct weigh_buf out;
	struct weigh_jw w;

	(void)state;
	weigh_buf_init(&out, 4096);
	weigh_jw_init(&w, &out);
	weigh_jw_array(&w);
	weigh_preupload_answer(&w, "a", true, false, "ff");
	weigh_preupload_answer(&w, "b", false, true, NULL);
	weigh_jw_array_end(&w);
	check_str("answer", out.data,
	    "[{\"path\":\"a\",\"uploadMode\":\"lfs\",\"shouldIgnore\":false,"
	    "\"oid\":\"ff\"},{\"path\":\"b\",\"uploadMode\":\"regular\","
	    "\"shouldIgnore\":true}]");
	weigh_buf_free(&out);
}

static void
test_card(void **state)
{
	static const char text[] =
	    "{\"content\":\"---\\nlicense: mit\\n---\\n\","
	    "\"repoType\":\"dataset\"}";
	enum weigh_kind kind = WEIGH_MODEL;
	struct weigh_buf card;

	(void)state;
	weigh_buf_init(&card, 64);
	check_code("card",
	    weigh_card_request_parse(&card, &kind, text, strlen(text), NULL),
	    WEIGH_OK);
	check_u64("kind", kind, WEIGH_DATASET);
	check_str("card", card.data, "---\nlicense: mit\n---\n");
	weigh_buf_free(&card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_access_requests),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_preupload),
		cmocka_unit_test(test_preupload_answer),
		cmocka_unit_test(test_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
