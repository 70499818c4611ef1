/* Where repositories come from, as text; the numbers are those of source.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <weigh/source.h>

#include "check.h"

#define CONF WEIGH_SOURCE_CONFIGURED
#define FROM WEIGH_SOURCE_ORDERED

static const struct row {
	const char *label, *text;
	enum weigh_source_from from;
	enum weigh_code rc;
	enum weigh_source_kind kind;
	const char *written, *base;
} rows[] = {
	{ "a Hub", "https://hub.example", FROM, WEIGH_OK, WEIGH_SOURCE_HUB,
	    "https://hub.example", "https://hub.example" },
	{ "(1) with slashes behind it", "https://hub.example///", FROM,
	    WEIGH_OK, WEIGH_SOURCE_HUB, "https://hub.example",
	    "https://hub.example" },
	{ "with port and folder", "http://127.0.0.1:8080/hub/", FROM, WEIGH_OK,
	    WEIGH_SOURCE_HUB, "http://127.0.0.1:8080/hub",
	    "http://127.0.0.1:8080/hub" },
	{ "IPv6", "http://[::1]:80", FROM, WEIGH_OK, WEIGH_SOURCE_HUB,
	    "http://[::1]:80", "http://[::1]:80" },
	{ "a forge", "git+https://forge.example/models/", FROM, WEIGH_OK,
	    WEIGH_SOURCE_GIT, "git+https://forge.example/models",
	    "https://forge.example/models" },
	{ "a forge's folder", "git+file:/srv/git/", CONF, WEIGH_OK,
	    WEIGH_SOURCE_GIT, "git+file:/srv/git", "/srv/git" },
	{ "a folder", "dir:/srv/models", CONF, WEIGH_OK, WEIGH_SOURCE_DIR,
	    "dir:/srv/models", "/srv/models" },
	{ "(2) a folder from outside", "dir:/srv/models", FROM, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "(2) a forge's folder from outside", "git+file:/srv/git", FROM,
	    WEIGH_USAGE, WEIGH_SOURCE_DIR, NULL, NULL },
	{ "the root", "dir:/", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR, NULL,
	    NULL },
	{ "a folder from here", "dir:srv", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR,
	    NULL, NULL },
	{ "a folder that climbs", "dir:/srv/../etc", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "a folder as URL", "git+file:///srv", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "no git", "git+", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR, NULL, NULL },
	{ "git twice", "git+git+https://a", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR,
	    NULL, NULL },
	{ "a bare file", "file:/srv", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR, NULL,
	    NULL },
	{ "ssh", "ssh://forge.example", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR,
	    NULL, NULL },
	{ "ftp", "git+ftp://forge.example", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR,
	    NULL, NULL },
	{ "a host alone", "hub.example", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR,
	    NULL, NULL },
	{ "no host", "https://", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR, NULL,
	    NULL },
	{ "(3) a password", "https://me:secret@hub.example", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "(3) a query", "https://hub.example/?token=x", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "(3) a fragment", "https://hub.example/#x", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "an escape", "https://hub.example/%2e%2e", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "a URL that climbs", "https://hub.example/a/..", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "a blank", "https://hub.example/a b", CONF, WEIGH_USAGE,
	    WEIGH_SOURCE_DIR, NULL, NULL },
	{ "nothing", "", CONF, WEIGH_USAGE, WEIGH_SOURCE_DIR, NULL, NULL },
};

static void
test_rows(void **state)
{
	struct weigh_source got;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		check_code(r->label,
		    weigh_source_parse(&got, r->text, r->from, NULL), r->rc);
		if (r->rc != WEIGH_OK)
			continue;
		check_u64(r->label, got.kind, r->kind);
		check_true(r->label, got.local == (got.base[0] == '/'));
		check_str(r->label, got.text, r->written);
		check_str(r->label, got.base, r->base);
	}
}

/* A secret that stands where none should is not repeated. */
static void
test_secret(void **state)
{
	struct weigh_source got;
	struct weigh_err err;

	(void)state;
	check_code("password",
	    weigh_source_parse(&got, "https://me:secret@hub.example", CONF,
		&err),
	    WEIGH_USAGE);
	check_true("(3) is not told", strstr(err.why, "secret") == NULL);
}

static void
test_long(void **state)
{
	char text[2 * WEIGH_SOURCE_MAX] = "https://hub.example/";
	size_t len = strlen(text);
	struct weigh_source got;

	(void)state;
	for (size_t i = len; i < sizeof(text) - 1; i++)
		text[i] = i % 100 == 99 ? '/' : 'a';
	text[WEIGH_SOURCE_MAX - 1] = '\0';
	check_code("as long as may be",
	    weigh_source_parse(&got, text, FROM, NULL), WEIGH_OK);
	check_str("whole", got.text, text);
	text[WEIGH_SOURCE_MAX - 1] = 'a';
	text[WEIGH_SOURCE_MAX] = '\0';
	check_code("a byte more", weigh_source_parse(&got, text, FROM, NULL),
	    WEIGH_USAGE);
}

static const struct list_row {
	const char *label, *text;
	enum weigh_code rc;
	size_t n;
	const char *last;
} lists[] = {
	{ "none", "", WEIGH_OK, 0, NULL },
	{ "blanks", " \t ", WEIGH_OK, 0, NULL },
	{ "one", " https://a ", WEIGH_OK, 1, "https://a" },
	{ "three", "https://a git+https://b\tdir:/c/", WEIGH_OK, 3, "dir:/c" },
	{ "(1) one twice", "https://a https://a/", WEIGH_USAGE, 0, NULL },
	{ "one that is none", "https://a b", WEIGH_USAGE, 0, NULL },
	{ "four", "https://a https://b https://c https://d", WEIGH_TOO_BIG, 0,
	    NULL },
};

static void
test_lists(void **state)
{
	struct weigh_source got[3];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct list_row *r = &lists[i];

		check_code(r->label,
		    weigh_source_list(got, 3, &n, r->text, NULL), r->rc);
		if (r->rc != WEIGH_OK)
			continue;
		check_u64(r->label, n, r->n);
		if (n > 0)
			check_str(r->label, got[n - 1].text, r->last);
	}
}

/* --- tokens -------------------------------------------------------------- */

static const char tokens[] = "# ours\n"
			     "https://hub.example/ hub-token\n"
			     "\n"
			     "  https://hub.example/private\tdeep-token  \r\n"
			     "http://weighd.example plain-token insecure\n"
			     "https://b.example b-token insecure\n"
			     "http://127.0.0.1:8080 local-token";

static const struct token_row {
	const char *label, *url, *want;
} finds[] = {
	{ "the site", "https://hub.example", "hub-token" },
	{ "below it", "https://hub.example/api/models/a/b?x=1", "hub-token" },
	{ "its port said", "https://hub.example:443/a", "hub-token" },
	{ "its name in capitals", "https://HUB.example/a", "hub-token" },
	{ "the longest", "https://hub.example/private/a", "deep-token" },
	{ "that one itself", "https://hub.example/private", "deep-token" },
	{ "a query behind it", "https://hub.example/private?x", "deep-token" },
	{ "(5) a longer name", "https://hub.example/privateer", "hub-token" },
	{ "the last line", "http://127.0.0.1:8080/a", "local-token" },
	{ "(6) plain, and said so", "http://weighd.example/a", "plain-token" },
	{ "said where it need not be", "https://b.example/a", "b-token" },
	{ "(5) another scheme", "http://hub.example/a", "" },
	{ "(5) another port", "https://hub.example:8443/a", "" },
	{ "(5) another host", "https://hub.example.evil.example/a", "" },
	{ "(5) a host below it", "https://cdn.hub.example/a", "" },
	{ "what is no URL", "hub.example", "" },
};

static void
test_tokens(void **state)
{
	struct weigh_source_tokens *t;

	(void)state;
	check_code("read",
	    weigh_source_tokens_parse(&t, tokens, strlen(tokens), NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++)
		check_str(finds[i].label, weigh_source_token(t, finds[i].url),
		    finds[i].want);
	weigh_source_tokens_free(t);
	check_str("no tokens", weigh_source_token(NULL, "https://a"), "");
	weigh_source_tokens_free(NULL);
}

static const struct bad_row {
	const char *label, *text, *words;
} bad[] = {
	{ "no token", "https://hub.example\n", "line 1" },
	{ "three words", "\nhttps://hub.example secret word\n", "line 2" },
	{ "four words", "\nhttps://hub.example secret insecure word\n",
	    "line 2" },
	{ "(6) plain http", "http://hub.example secret\n", "insecure" },
	{ "(6) to an address", "http://10.0.0.1:8477 secret\n", "insecure" },
	{ "the token first", "secret https://hub.example\n", "line 1" },
	{ "a URL with a password", "https://me:secret@hub.example secret\n",
	    "line 1" },
	{ "a token that is no ASCII", "https://hub.example secr\xc3\xa4t\n",
	    "line 1" },
	{ "a token with a control", "https://hub.example secret\x01\n",
	    "line 1" },
	{ "a URL twice",
	    "https://hub.example secret\nhttps://hub.example/ secret\n",
	    "line 2" },
	{ "a folder's", "dir:/srv secret\n", "line 1" },
};

static void
test_bad_tokens(void **state)
{
	struct weigh_source_tokens *t;
	struct weigh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bad_row *r = &bad[i];

		check_code(r->label,
		    weigh_source_tokens_parse(&t, r->text, strlen(r->text),
			&err),
		    WEIGH_MALFORMED);
		check_true(r->label, t == NULL);
		check_has(r->label, err.why, r->words);
		check_true("(4)", strstr(err.why, "secr") == NULL);
	}
	check_code("a NUL",
	    weigh_source_tokens_parse(&t, "https://a b\0", 12, NULL),
	    WEIGH_MALFORMED);
}

static void
test_long_tokens(void **state)
{
	char *text = malloc(WEIGH_SOURCE_TOKENS_MAX + 1);
	struct weigh_source_tokens *t;

	(void)state;
	check_true("memory", text != NULL);
	memset(text, '\n', WEIGH_SOURCE_TOKENS_MAX + 1);
	check_code("as long as may be",
	    weigh_source_tokens_parse(&t, text, WEIGH_SOURCE_TOKENS_MAX, NULL),
	    WEIGH_OK);
	weigh_source_tokens_free(t);
	check_code("a byte more",
	    weigh_source_tokens_parse(&t, text, WEIGH_SOURCE_TOKENS_MAX + 1,
		NULL),
	    WEIGH_TOO_BIG);
	memcpy(text, "https://a ", 10);
	memset(text + 10, 'x', WEIGH_SOURCE_TOKEN_MAX);
	check_code("a token too long",
	    weigh_source_tokens_parse(&t, text, WEIGH_SOURCE_TOKENS_MAX, NULL),
	    WEIGH_MALFORMED);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_bad_tokens),
		cmocka_unit_test(test_long_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
