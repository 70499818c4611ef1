/* The client's side: questions, and answers as bytes; weigh/gitclient.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/gitclient.h>
#include <weigh/gitwire.h>
#include <weigh/pktline.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

/* Texts with blanks between marks: "|" flush, "/" delim, else a line. */
static void
packets(struct weigh_buf *out, const char *text)
{
	char line[400];

	weigh_buf_init(out, 1 << 20);
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		if (strcmp(line, "|") == 0)
			weigh_pkt_flush(out);
		else if (strcmp(line, "/") == 0)
			weigh_pkt_delim(out);
		else if (line[0] == '!')
			weigh_buf_adds(out, line + 1);
		else
			weigh_pkt_addf(out, "%s", line);
		text += n + (text[n] == '\n');
	}
}

static void
check_words(const char *label, const struct weigh_err *err)
{
	for (const char *p = err->why; *p != '\0'; p++)
		check_true(label, *p >= ' ' && *p < 0x7f);
}

/* --- what a server can --------------------------------------------------- */

/* (2), (4) */
static const struct server_row {
	const char *label, *text;
	enum weigh_code code;
	struct weigh_git_server want; /* two refs fetch shallow format */
} servers[] = {
	{ "git's own",
	    "version 2\nagent=git/2.39\nls-refs=unborn\nfetch=shallow "
	    "wait-for-done\nserver-option\nobject-format=sha1\n|",
	    WEIGH_OK, { 1, 1, 1, 1, 1 } },
	{ "with its service in front",
	    "# service=git-upload-pack\n|\nversion 2\nls-refs\nfetch\n|",
	    WEIGH_OK, { 1, 1, 1, 0, 0 } },
	{ "shallow is a word of its own",
	    "version 2\nls-refs\nfetch=unshallow shallower\n|", WEIGH_OK,
	    { 1, 1, 1, 0, 0 } },
	{ "version 1", "version 1\n" A " HEAD\n|", WEIGH_OK,
	    { 0, 0, 0, 0, 0 } },
	{ "version 0", "# service=git-upload-pack\n|\n" A " HEAD\n|", WEIGH_OK,
	    { 0, 0, 0, 0, 0 } },
	{ "it says no", "ERR no\x1b[31m such\n|", WEIGH_NOT_FOUND, { 0 } },
	{ "SHA-256", "version 2\nobject-format=sha256\n|", WEIGH_MALFORMED,
	    { 1, 0, 0, 0, 1 } },
	{ "a page", "!<html>", WEIGH_MALFORMED, { 0 } },
	{ "nothing", "", WEIGH_MALFORMED, { 0 } },
	{ "cut", "version 2\nfetch\n!000", WEIGH_MALFORMED, { 1, 0, 1, 0, 0 } },
	{ "without an end", "version 2\nfetch", WEIGH_MALFORMED,
	    { 1, 0, 1, 0, 0 } },
};

static void
test_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(servers); i++) {
		const struct server_row *row = &servers[i];
		struct weigh_git_server got;
		struct weigh_err err;
		struct weigh_buf b;

		packets(&b, row->text);
		weigh_err_clear(&err);
		check_code(row->label,
		    weigh_git_server_parse(&got, b.data, b.len, &err),
		    row->code);
		check_words(row->label, &err);
		check_true(row->label,
		    got.two == row->want.two && got.refs == row->want.refs &&
			got.fetch == row->want.fetch &&
			got.shallow == row->want.shallow &&
			got.object_format == row->want.object_format);
		weigh_buf_free(&b);
	}
}

/* --- questions ----------------------------------------------------------- */

/* (1) */
static void
test_questions(void **state)
{
	static const char *const revs[] = { "", "HEAD", "main", "v1.0",
		"refs/pr/1", "refs/heads/a/b", A };
	static const char *const none[] = { "a b", "../x", "a\nb", "-x", "a..b",
		"refs/heads/\x7f" };
	struct weigh_git_server server = { .shallow = true,
		.object_format = true };
	struct weigh_gitid commit;
	struct weigh_git_request r;
	struct weigh_buf b;

	(void)state;
	check_true("id", weigh_gitid_parse(&commit, A, 40));
	for (size_t i = 0; i < COUNT(revs); i++) {
		weigh_buf_init(&b, 4096);
		check_true(revs[i], weigh_git_ask_refs(&b, &server, revs[i]));
		check_code(revs[i],
		    weigh_git_request_parse(&r, b.data, b.len, NULL), WEIGH_OK);
		check_u64(revs[i], r.command, WEIGH_GIT_LS_REFS);
		check_true(revs[i],
		    r.peel && r.symrefs && r.prefixes.count > 0);
		weigh_git_request_free(&r);
		weigh_buf_free(&b);
	}
	for (size_t i = 0; i < COUNT(none); i++) {
		weigh_buf_init(&b, 4096);
		check_true(none[i], !weigh_git_ask_refs(&b, &server, none[i]));
		check_u64(none[i], b.len, 0);
		weigh_buf_free(&b);
	}
	for (int shallow = 0; shallow < 2; shallow++) {
		weigh_buf_init(&b, 4096);
		server.shallow = shallow != 0;
		weigh_git_ask_commit(&b, &server, &commit);
		check_code("commit",
		    weigh_git_request_parse(&r, b.data, b.len, NULL), WEIGH_OK);
		check_u64("commit", r.command, WEIGH_GIT_FETCH);
		check_u64("one want", r.wants.count, 1);
		check_u64("depth", r.depth, (uint64_t)shallow);
		check_true("done", r.done && !r.thin_pack);
		weigh_git_request_free(&r);
		weigh_buf_free(&b);
	}
}

/* --- refs ---------------------------------------------------------------- */

static const struct ref_row {
	const char *label, *rev, *text;
	enum weigh_code code;
	const char *commit, *branch; /* NULL: not found */
	bool tag;
} refs[] = {
	{ "the default branch", "",
	    A " HEAD symref-target:refs/heads/dev\n" B " refs/heads/main\n|",
	    WEIGH_OK, A, "dev", false },
	{ "HEAD that is no branch", "HEAD", A " HEAD\n|", WEIGH_OK, A, "",
	    false },
	{ "a branch", "main",
	    A " refs/heads/main\n" B " refs/heads/main2\n" C
	      " refs/heads/a/main\n|",
	    WEIGH_OK, A, "main", false },
	{ "a tag", "v1", A " refs/tags/v1\n" B " refs/tags/v10\n|", WEIGH_OK, A,
	    "v1", true },
	{ "a tag of its own", "v1", A " refs/tags/v1 peeled:" B "\n|", WEIGH_OK,
	    B, "v1", true },
	{ "branch before tag", "x", A " refs/heads/x\n" B " refs/tags/x\n|",
	    WEIGH_OK, A, "x", false },
	{ "branch behind tag", "x", B " refs/tags/x\n" A " refs/heads/x\n|",
	    WEIGH_OK, A, "x", false },
	{ "a full name", "refs/pr/1", A " refs/pr/1\n" B " refs/pr/10\n|",
	    WEIGH_OK, A, "", false },
	{ "a full branch", "refs/heads/x", A " refs/heads/x\n|", WEIGH_OK, A,
	    "x", false },
	{ "none", "x", "|", WEIGH_OK, NULL, "", false },
	{ "only others", "x", A " refs/heads/xy\n|", WEIGH_OK, NULL, "",
	    false },
	{ "unknown words behind", "x", A " refs/heads/x new:1\n|", WEIGH_OK, A,
	    "x", false },
	{ "no id", "x", "x refs/heads/x\n|", WEIGH_MALFORMED, NULL, "", false },
	{ "capitals", "x",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA refs/heads/x\n|",
	    WEIGH_MALFORMED, NULL, "", false },
	{ "no name", "x", A "\n|", WEIGH_MALFORMED, NULL, "", false },
	{ "peeled to nothing", "x", A " refs/tags/x peeled:1\n|",
	    WEIGH_MALFORMED, NULL, "", false },
	{ "without an end", "x", A " refs/heads/x", WEIGH_MALFORMED, A, "x",
	    false },
	{ "behind the end", "x", A " refs/heads/x\n|\n|", WEIGH_MALFORMED, A,
	    "x", false },
	{ "it says no", "x", "ERR gone\n|", WEIGH_NOT_FOUND, NULL, "", false },
};

static void
test_refs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refs); i++) {
		const struct ref_row *row = &refs[i];
		char hex[WEIGH_GITID_HEX + 1];
		struct weigh_git_pick got;
		struct weigh_buf b;

		packets(&b, row->text);
		check_code(row->label,
		    weigh_git_pick_ref(&got, row->rev, b.data, b.len, NULL),
		    row->code);
		check_true(row->label, got.found == (row->commit != NULL));
		if (got.found) {
			weigh_gitid_hex(&got.commit, hex);
			check_str(row->label, hex, row->commit);
		}
		check_str(row->label, got.branch, row->branch);
		check_true(row->label, got.tag == row->tag);
		weigh_buf_free(&b);
	}
}

/* --- a fetch's answer ---------------------------------------------------- */

#define SHALLOW "shallow-info\nshallow " A "\n/\n"
#define PACKED "packfile\n\001PA\n\002words\n\001\n\001CK\n"

static const struct told_row {
	const char *label, *text;
	enum weigh_code code;
} tolds[] = {
	{ "a shallow commit", SHALLOW PACKED "|", WEIGH_OK },
	{ "a root", PACKED "|", WEIGH_OK },
	{ "it says no", "ERR upload-pack: not our\x07 ref", WEIGH_NOT_FOUND },
	{ "it fails in the middle", PACKED "\003out of\x1b memory",
	    WEIGH_NETWORK },
	{ "cut before the pack", SHALLOW, WEIGH_NETWORK },
	{ "cut in the pack", SHALLOW PACKED, WEIGH_NETWORK },
	{ "cut in a packet", SHALLOW "packfile\n!0030\001PA", WEIGH_NETWORK },
	{ "nothing", "", WEIGH_NETWORK },
	{ "acknowledgments", "acknowledgments\nNAK\n/", WEIGH_MALFORMED },
	{ "a pack elsewhere", "packfile-uris\n/", WEIGH_MALFORMED },
	{ "unshallow", "shallow-info\nunshallow " A "\n/\n", WEIGH_MALFORMED },
	{ "shallow what", "shallow-info\nshallow x\n/\n", WEIGH_MALFORMED },
	{ "a band of its own", "packfile\n\004x", WEIGH_MALFORMED },
	{ "no band", "packfile\nx", WEIGH_MALFORMED },
	{ "delim in the pack", PACKED "/", WEIGH_MALFORMED },
	{ "flush before the pack", "|", WEIGH_MALFORMED },
	{ "flush in shallow-info", "shallow-info\n|", WEIGH_MALFORMED },
	{ "behind the end", PACKED "|\n|", WEIGH_MALFORMED },
	{ "an empty packet", "packfile\n!0004", WEIGH_MALFORMED },
	{ "0003", "packfile\n!0003", WEIGH_MALFORMED },
	{ "too long", "packfile\n!fff1", WEIGH_MALFORMED },
	{ "a page", "!<html>", WEIGH_MALFORMED },
};

static enum weigh_code
keep(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)err;
	return weigh_buf_add(ctx, data, len) ? WEIGH_OK : WEIGH_NOMEM;
}

static enum weigh_code
told(const struct weigh_buf *b, size_t step, struct weigh_buf *pack,
    struct weigh_err *err)
{
	struct weigh_git_told t;
	enum weigh_code rc = WEIGH_OK;

	weigh_git_told_init(&t, keep, pack);
	for (size_t at = 0; rc == WEIGH_OK && at < b->len; at += step)
		rc = weigh_git_told_feed(&t, b->data + at,
		    b->len - at < step ? b->len - at : step, err);
	if (rc != WEIGH_OK && rc != WEIGH_NETWORK && rc != WEIGH_NOT_FOUND)
		check_code("for ever", weigh_git_told_feed(&t, "0", 1, NULL),
		    WEIGH_MALFORMED);
	return rc == WEIGH_OK ? weigh_git_told_end(&t, err) : rc;
}

/* (2), (3), (4) */
static void
test_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tolds); i++) {
		const struct told_row *row = &tolds[i];
		struct weigh_buf b, pack;
		struct weigh_err err;

		packets(&b, row->text);
		for (size_t step = 1; step < b.len + 2; step++) {
			weigh_buf_init(&pack, 4096);
			weigh_err_clear(&err);
			check_code(row->label, told(&b, step, &pack, &err),
			    row->code);
			check_words(row->label, &err);
			if (row->code == WEIGH_OK) /* each line has its LF */
				check_str(row->label, pack.data, "PA\n\nCK\n");
			weigh_buf_free(&pack);
		}
		weigh_buf_free(&b);
	}
}

/* A line longer than any that is expected is refused; words of band 2 may be. */
static void
test_long_lines(void **state)
{
	struct weigh_buf b, pack, words;

	(void)state;
	weigh_buf_init(&words, 8192);
	for (int i = 0; i < 3000; i++)
		weigh_buf_addc(&words, 'w');
	weigh_buf_init(&pack, 4096);
	packets(&b, "packfile");
	weigh_pkt_side(&b, WEIGH_BAND_WORDS, words.data, words.len);
	weigh_pkt_flush(&b);
	check_code("words", told(&b, 700, &pack, NULL), WEIGH_OK);
	weigh_buf_reset(&b);
	weigh_pkt_add(&b, words.data, words.len);
	check_code("a line", told(&b, 700, &pack, NULL), WEIGH_MALFORMED);
	weigh_buf_free(&b);
	weigh_buf_free(&pack);
	weigh_buf_free(&words);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests_name("git client", tests, NULL, NULL);
}
