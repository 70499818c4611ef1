/*
 * Requests of git's protocol, version 2: what is read of them, and what is
 * refused.  A row's text has a line a packet, and '-' and '.' for the marks.
 * The numbers are those of weigh/gitwire.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/gitwire.h>
#include <weigh/pktline.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LS "command=ls-refs\nagent=git/2.39.5\nobject-format=sha1\n-\n"
#define FETCH "command=fetch\nagent=git/2.39.5\nobject-format=sha1\n-\n"

static void
make(struct weigh_buf *out, const char *text)
{
	weigh_buf_reset(out);
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len == 1 && *text == '-')
			weigh_pkt_delim(out);
		else if (len == 1 && *text == '.')
			weigh_pkt_flush(out);
		else
			weigh_pkt_addf(out, "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* What was understood, as text. */
static void
tell(struct weigh_buf *out, const struct weigh_git_request *r)
{
	static const char *const commands[] = { "nothing", "ls-refs", "fetch" };

	weigh_buf_reset(out);
	weigh_buf_addf(out, "%s%s%s%s", commands[r->command],
	    r->peel ? " peel" : "", r->symrefs ? " symrefs" : "",
	    r->unborn ? " unborn" : "");
	for (size_t i = 0; i < r->prefixes.count; i++)
		weigh_buf_addf(out, " <%.*s>", (int)r->prefixes.texts[i].len,
		    r->prefixes.texts[i].p);
	if (r->wants.count + r->haves.count + r->shallows.count > 0)
		weigh_buf_addf(out, " %zu/%zu/%zu", r->wants.count,
		    r->haves.count, r->shallows.count);
	weigh_buf_addf(out, "%s%s%s%s%s%s", r->done ? " done" : "",
	    r->wait_for_done ? " wait" : "", r->thin_pack ? " thin" : "",
	    r->include_tag ? " tags" : "", r->no_progress ? " quiet" : "",
	    r->ofs_delta ? " ofs" : "");
	if (r->depth > 0)
		weigh_buf_addf(out, " depth %u%s", r->depth,
		    r->relative ? " more" : "");
	if (r->has_since)
		weigh_buf_addf(out, " since %lld", (long long)r->since);
	for (size_t i = 0; i < r->excluded.count; i++)
		weigh_buf_addf(out, " not <%.*s>",
		    (int)r->excluded.texts[i].len, r->excluded.texts[i].p);
}

static const struct row {
	const char *label, *text, *want;
} rows[] = {
	{ "is anybody there?", ".", "nothing" },
	{ "ls-refs as git asks",
	    LS "peel\nsymrefs\nunborn\nref-prefix refs/heads/\n"
	       "ref-prefix HEAD\n.",
	    "ls-refs peel symrefs unborn <refs/heads/> <HEAD>" },
	{ "ls-refs without arguments", LS ".", "ls-refs" },
	{ "no mark where no argument follows", "command=ls-refs\n.",
	    "ls-refs" },
	{ "an empty prefix fits all", LS "ref-prefix \n.", "ls-refs <>" },
	{ "a clone",
	    FETCH "thin-pack\nno-progress\ninclude-tag\nofs-delta\nwant " A
		  "\nwant " B "\ndone\n.",
	    "fetch 2/0/0 done thin tags quiet ofs" },
	{ "a round", FETCH "want " A "\nhave " B "\nhave " B "\n.",
	    "fetch 1/2/0" },
	{ "a shallow clone", FETCH "deepen 1\nwant " A "\ndone\n.",
	    "fetch 1/0/0 done depth 1" },
	{ "unshallow",
	    FETCH "shallow " B "\ndeepen 2147483647\nwant " A "\nhave " B
		  "\ndone\n.",
	    "fetch 1/1/1 done depth 2147483647" },
	{ "a little deeper",
	    FETCH "shallow " B "\ndeepen 1\ndeepen-relative\nwant " A "\n.",
	    "fetch 1/0/1 depth 1 more" },
	{ "since a day, but not of a tag",
	    FETCH "deepen-since 1700000000\ndeepen-not v1\nwant " A "\n.",
	    "fetch 1/0/0 since 1700000000 not <v1>" },
	{ "only negotiate", FETCH "wait-for-done\nhave " A "\n.",
	    "fetch 0/1/0 wait" },
};

static const struct bad {
	const char *label, *text, *why;
} bads[] = {
	{ "an unknown command", "command=push\n.", "unknown command" },
	{ "a command that only begins right", "command=fetcher\n.",
	    "unknown command" },
	{ "two commands", "command=fetch\ncommand=fetch\n.", "second" },
	{ "no command", "agent=git\n-\n.", "packets" },
	{ "an unknown capability", "command=fetch\nsession-id=1\n-\n.",
	    "unknown capability 'session-id=1'" },
	{ "another object format", "command=fetch\nobject-format=sha256\n-\n.",
	    "sha1" },
	{ "an argument of the other command", FETCH "peel\n.",
	    "unknown argument 'peel'" },
	{ "a filter", FETCH "filter blob:none\n.", "unknown argument" },
	{ "a flag with something behind", FETCH "done!\n.",
	    "unknown argument" },
	{ "a control character is not repeated", FETCH "\x1b[31m\n.",
	    "'?[31m'" },
	{ "a short id", FETCH "want aaaa\n.", "40 hex" },
	{ "a long id", FETCH "want " A "a\n.", "40 hex" },
	{ "an id in upper case",
	    FETCH "want AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n.",
	    "40 hex" },
	{ "depth 0", FETCH "deepen 0\n.", "above 0" },
	{ "depth -1", FETCH "deepen -1\n.", "above 0" },
	{ "depth 2^31", FETCH "deepen 2147483648\n.", "above 0" },
	{ "a depth and a word", FETCH "deepen 1 x\n.", "above 0" },
	{ "relative to nothing", FETCH "deepen-relative\n.", "without" },
	{ "a depth and a day", FETCH "deepen 1\ndeepen-since 5\n.",
	    "together" },
	{ "two marks", FETCH "-\n.", "packets" },
	{ "no end", FETCH "want " A, "cut" },
	{ "something behind the end", ".\n.", "behind" },
};

static void
test_rows(void **state)
{
	struct weigh_buf text, got;
	struct weigh_git_request r;
	struct weigh_err err;

	(void)state;
	weigh_buf_init(&text, 1 << 16);
	weigh_buf_init(&got, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		make(&text, rows[i].text);
		check_code(rows[i].label,
		    weigh_git_request_parse(&r, text.data, text.len, &err),
		    WEIGH_OK);
		tell(&got, &r);
		check_str(rows[i].label, got.data, rows[i].want);
		weigh_git_request_free(&r);
	}
	for (size_t i = 0; i < COUNT(bads); i++) {
		make(&text, bads[i].text);
		check_code(bads[i].label,
		    weigh_git_request_parse(&r, text.data, text.len, &err),
		    WEIGH_MALFORMED);
		check_has(bads[i].label, err.why, bads[i].why);
		check_true(bads[i].label, r.wants.ids == NULL);
	}
	weigh_buf_free(&text);
	weigh_buf_free(&got);
}

/* (1): every shorter text is refused, whatever is missing. */
static void
test_cut(void **state)
{
	struct weigh_git_request r;
	struct weigh_buf text;

	(void)state;
	weigh_buf_init(&text, 4096);
	make(&text, FETCH "thin-pack\nwant " A "\nhave " B "\ndone\n.");
	for (size_t len = 0; len < text.len; len++)
		assert_int_equal(weigh_git_request_parse(&r, text.data, len,
				     NULL),
		    WEIGH_MALFORMED);
	weigh_buf_free(&text);
}

/* So many prefixes that no list is kept of them fit everything; so many refs to
 * leave out are refused. */
static void
test_many(void **state)
{
	struct weigh_git_request r;
	struct weigh_buf text;

	(void)state;
	weigh_buf_init(&text, 1 << 20);
	weigh_pkt_addf(&text, "command=ls-refs");
	weigh_pkt_delim(&text);
	for (int i = 0; i < WEIGH_GIT_PREFIXES; i++)
		weigh_pkt_addf(&text, "ref-prefix refs/heads/%d", i);
	weigh_pkt_flush(&text);
	assert_int_equal(weigh_git_request_parse(&r, text.data, text.len, NULL),
	    WEIGH_OK);
	assert_true(weigh_git_prefix_fits(&r, "refs/heads/77"));
	assert_false(weigh_git_prefix_fits(&r, "refs/tags/77"));
	assert_false(weigh_git_prefix_fits(&r, "refs"));
	weigh_git_request_free(&r);
	text.len -= 4;
	for (int i = 0; i < 10; i++)
		weigh_pkt_addf(&text, "ref-prefix refs/heads/%d", i);
	weigh_pkt_flush(&text);
	assert_int_equal(weigh_git_request_parse(&r, text.data, text.len, NULL),
	    WEIGH_OK);
	assert_true(weigh_git_prefix_fits(&r, "refs/tags/77"));
	weigh_git_request_free(&r);

	weigh_buf_reset(&text);
	weigh_pkt_addf(&text, "command=fetch");
	weigh_pkt_delim(&text);
	for (int i = 0; i <= WEIGH_GIT_EXCLUDED; i++)
		weigh_pkt_addf(&text, "deepen-not v%d", i);
	weigh_pkt_flush(&text);
	assert_int_equal(weigh_git_request_parse(&r, text.data, text.len, NULL),
	    WEIGH_TOO_BIG);
	assert_int_equal(weigh_git_request_parse(&r, text.data,
			     WEIGH_GIT_REQUEST_MAX + 1, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
