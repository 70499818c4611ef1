/* What follows a fetch, and how answers are written; weigh/gitwire.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/gitwire.h>
#include <weigh/pktline.h>
#include <weigh/version.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* (2), (3) */
static const struct row {
	const char *label;
	struct weigh_git_facts f; /* wants haves common meets done wait */
	enum weigh_git_answer want;
} rows[] = {
	{ "nothing wanted", { 0, 0, 0, 0, 0, 0 }, WEIGH_GIT_SILENCE },
	{ "nothing wanted, and done", { 0, 0, 0, 0, 1, 0 }, WEIGH_GIT_SILENCE },
	{ "only haves", { 0, 1, 1, 0, 0, 0 }, WEIGH_GIT_SILENCE },
	{ "only haves, to negotiate", { 0, 1, 1, 0, 0, 1 }, WEIGH_GIT_ACKS },
	{ "the same, done", { 0, 1, 1, 0, 1, 1 }, WEIGH_GIT_ACKS },
	{ "to negotiate nothing", { 0, 0, 0, 0, 0, 1 }, WEIGH_GIT_SILENCE },
	{ "a clone", { 1, 0, 0, 0, 1, 0 }, WEIGH_GIT_PACK },
	{ "a clone that does not say so", { 1, 0, 0, 0, 0, 0 },
	    WEIGH_GIT_PACK },
	{ "haves that nobody knows", { 1, 1, 0, 0, 0, 0 }, WEIGH_GIT_ACKS },
	{ "the same, done", { 1, 1, 0, 0, 1, 0 }, WEIGH_GIT_PACK },
	{ "some are known, but that is not enough", { 1, 1, 1, 0, 0, 0 },
	    WEIGH_GIT_ACKS },
	{ "it is enough", { 1, 1, 1, 1, 0, 0 }, WEIGH_GIT_ACKS_PACK },
	{ "it is enough, but the client wants to say it", { 1, 1, 1, 1, 0, 1 },
	    WEIGH_GIT_ACKS },
	{ "and says it", { 1, 1, 1, 1, 1, 1 }, WEIGH_GIT_PACK },
	{ "the client stops first", { 1, 1, 1, 0, 1, 0 }, WEIGH_GIT_PACK },
};

static void
test_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_u64(rows[i].label, weigh_git_decide(&rows[i].f),
		    rows[i].want);
}

/* (3), for every fact there can be. */
static void
test_pack_follows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		struct weigh_git_facts f = { i & 1, i & 2, i & 4, i & 8, i & 16,
			i & 32 };
		enum weigh_git_answer a = weigh_git_decide(&f);

		if (a == WEIGH_GIT_PACK)
			assert_true(f.wants && (f.done || !f.haves));
		if (a == WEIGH_GIT_ACKS_PACK)
			assert_true(f.wants && f.common && f.meets &&
			    !f.wait_for_done);
	}
}

/* --- bytes ------------------------------------------------------------------ */

static struct weigh_gitid
id(char c)
{
	struct weigh_gitid g;

	memset(g.b, c == 'a' ? 0xaa : 0xbb, sizeof(g.b));
	return g;
}

static void
test_refs(void **state)
{
	struct weigh_git_request all = { .peel = true,
		.symrefs = true,
		.unborn = true },
				 none = { .peel = false };
	const struct weigh_git_ref head = { "HEAD", id('a'), { { 0 } },
		"refs/heads/main" },
				   tag = { "refs/tags/v1", id('b'), id('a'),
					   NULL },
				   unborn = { "HEAD", { { 0 } }, { { 0 } },
					   "refs/heads/main" };
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 4096);
	weigh_git_ref_add(&b, &all, &head);
	assert_string_equal(b.data,
	    "0050" A " HEAD symref-target:refs/heads/main\n");
	weigh_buf_reset(&b);
	weigh_git_ref_add(&b, &all, &tag);
	assert_string_equal(b.data, "006a" B " refs/tags/v1 peeled:" A "\n");
	weigh_buf_reset(&b);
	weigh_git_ref_add(&b, &all, &unborn);
	assert_string_equal(b.data,
	    "002eunborn HEAD symref-target:refs/heads/main\n");
	weigh_buf_reset(&b);
	weigh_git_ref_add(&b, &none, &unborn);
	assert_int_equal(b.len, 0);
	weigh_git_ref_add(&b, &none, &head);
	weigh_git_ref_add(&b, &none, &tag);
	assert_string_equal(b.data,
	    "0032" A " HEAD\n"
	    "003a" B " refs/tags/v1\n");
	weigh_buf_free(&b);
}

static void
test_sections(void **state)
{
	const struct weigh_gitid common[] = { id('a'), id('b') };
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 4096);
	weigh_git_acks_add(&b, common, 0, false);
	assert_string_equal(b.data, "0014acknowledgments\n0008NAK\n0000");
	weigh_buf_reset(&b);
	weigh_git_acks_add(&b, common, 2, true);
	assert_string_equal(b.data,
	    "0014acknowledgments\n0031ACK " A "\n0031ACK " B
	    "\n000aready\n0001");
	weigh_buf_reset(&b);
	weigh_git_shallow_add(&b, true, &common[0]);
	weigh_git_shallow_add(&b, false, &common[1]);
	assert_string_equal(b.data, "0035shallow " A "\n0037unshallow " B "\n");
	weigh_buf_free(&b);
}

static void
test_advertisement(void **state)
{
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 4096);
	weigh_git_capabilities(&b);
	assert_string_equal(b.data,
	    "000eversion 2\n0017agent=weighd/" WEIGH_VERSION "\n"
	    "0013ls-refs=unborn\n0020fetch=shallow wait-for-done\n"
	    "0017object-format=sha1\n0000");
	weigh_buf_reset(&b);
	weigh_git_old_version(&b);
	check_has("an old client is told", b.data,
	    "001e# service=git-upload-pack\n0000");
	check_has("an old client is told", b.data, "ERR this mirror speaks");
	weigh_buf_free(&b);
}

/* (4) */
static void
test_words(void **state)
{
	char words[2000];
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 8192);
	weigh_git_err_add(&b, "no\n\x1b[31m\x7f");
	assert_string_equal(b.data, "0012ERR no??[31m?\n");
	weigh_buf_reset(&b);
	weigh_git_side_err_add(&b, "no\r");
	assert_string_equal(b.data, "0008\003no?");
	weigh_buf_reset(&b);
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	weigh_git_err_add(&b, words);
	weigh_git_side_err_add(&b, words);
	assert_false(b.failed);
	assert_in_range(b.len, 2000, 2060);
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_pack_follows),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_advertisement),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
