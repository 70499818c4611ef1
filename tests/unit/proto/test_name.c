/* Tests of proto/name.c, path.c, glob.c, utf8.c; the numbers are those of
 * include/weigh/name.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/name.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define A31 "abcdefghijklmnopqrstuvwxyz01234"
#define A96 A31 "5" A31 "6" A31 "7"

static void
test_kinds(void **state)
{
	enum weigh_kind kind = WEIGH_KINDS;

	(void)state;
	for (int i = 0; i < WEIGH_KINDS; i++) {
		const char *word = weigh_kind_plural((enum weigh_kind)i);

		check_true(word, weigh_kind_parse(&kind, word, strlen(word)));
		check_u64(word, kind, (uint64_t)i);
		check_true(word,
		    !weigh_kind_parse(&kind, word, strlen(word) - 1));
	}
	check_true("Models", !weigh_kind_parse(&kind, "Models", 6));
	check_true("nothing", !weigh_kind_parse(&kind, "", 0));
}

/* (1), (2) */
static const struct {
	const char *text;
	bool good;
} part_rows[] = {
	{ "a", true },
	{ "gpt2", true },
	{ "Qwen2.5-0.5B_Instruct", true },
	{ "_", true },
	{ "__init__", true },
	{ "0", true },
	{ A96, true },
	{ A96 "x", false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ ".hidden", false },
	{ "end.", false },
	{ "-a", false },
	{ "a-", false },
	{ "a--b", false },
	{ "a..b", false },
	{ "a.-b", true },
	{ "a b", false },
	{ "a/b", false },
	{ "a\\b", false },
	{ "a:b", false },
	{ "a@b", false },
	{ "a%2fb", false },
	{ "a\nb", false },
	{ "a\x7f", false },
	{ "na\xc3\xafve", false },
	{ "x.git", false },
	{ "x.ipynb", false },
	{ "x.github", true },
	{ "git", true },
	{ "x.git.x", true },
};

static void
test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(part_rows); i++)
		check_true(part_rows[i].text,
		    weigh_part_ok(part_rows[i].text,
			strlen(part_rows[i].text)) == part_rows[i].good);
	check_true("a NUL inside", !weigh_part_ok("a\0b", 3));
}

/* Every byte alone between two letters: only the alphabet passes. */
static void
test_part_alphabet(void **state)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_.";

	(void)state;
	for (int c = 0; c < 256; c++) {
		char text[] = { 'a', (char)c, 'b' }, label[32];
		bool good = c != 0 && strchr(alphabet, c) != NULL;

		(void)snprintf(label, sizeof(label), "byte 0x%02x", c);
		check_true(label, weigh_part_ok(text, 3) == good);
	}
}

/* "org/name" and "name"; first parts that are routes of ours are refused. */
static const struct {
	const char *text;
	bool good;
} repo_rows[] = {
	{ "org/name", true },
	{ "name", true },
	{ "Org/Name", true },
	{ A96 "/" A96, true },
	{ A96 "/" A96 "x", false },
	{ "a/b/c", false },
	{ "/a", false },
	{ "a/", false },
	{ "a//b", false },
	{ "/", false },
	{ "", false },
	{ "../a", false },
	{ "a/..", false },
	{ "a/.git", false },
	{ "api", false },
	{ "datasets", false },
	{ "spaces", false },
	{ "models", false },
	{ "v2", false },
	{ "-", false },
	{ "healthz", false },
	{ "readyz", false },
	{ "metrics", false },
	{ "api/x", false },
	{ "models/x", false },
	{ "-/x", false },
	{ "v2/x", false },
	{ "metrics/x", false },
	{ "x/api", true },
	{ "x/models", true },
	{ "apis", true },
	{ "ap", true },
	{ "API", true },
};

static void
test_repos(void **state)
{
	struct weigh_repo repo;
	struct weigh_err err;

	(void)state;
	check_code("no text at all",
	    weigh_repo_parse(&repo, WEIGH_MODEL, NULL, 0, NULL), WEIGH_USAGE);
	for (size_t i = 0; i < COUNT(repo_rows); i++) {
		const char *text = repo_rows[i].text;
		enum weigh_code rc = weigh_repo_parse(&repo, WEIGH_DATASET,
		    text, strlen(text), &err);

		check_code(text, rc,
		    repo_rows[i].good ? WEIGH_OK : WEIGH_USAGE);
		if (rc != WEIGH_OK)
			continue;
		check_str(text, repo.name, text);
		check_u64(text, repo.kind, WEIGH_DATASET);
	}
}

static const struct ref_row {
	const char *text;
	bool good;
	enum weigh_kind kind;
	const char *name, *rev;
	const char *printed;
} ref_rows[] = {
	{ "org/name", true, WEIGH_MODEL, "org/name", "", "org/name" },
	{ "name", true, WEIGH_MODEL, "name", "", "name" },
	{ "name@main", true, WEIGH_MODEL, "name", "main", "name" },
	{ "o/n@refs/pr/1", true, WEIGH_MODEL, "o/n", "refs/pr/1", "o/n" },
	{ "o/n@v1@2", true, WEIGH_MODEL, "o/n", "v1@2", "o/n" },
	{ "datasets/o/n@v1", true, WEIGH_DATASET, "o/n", "v1", "datasets/o/n" },
	{ "datasets/n", true, WEIGH_DATASET, "n", "", "datasets/n" },
	{ "spaces/o/n", true, WEIGH_SPACE, "o/n", "", "spaces/o/n" },
	{ "models/o/n", false, WEIGH_MODEL, "", "", "" },
	{ "datasets", false, WEIGH_MODEL, "", "", "" },
	{ "datasets/", false, WEIGH_MODEL, "", "", "" },
	{ "datasets/datasets/n", false, WEIGH_MODEL, "", "", "" },
	{ "datasets@x", false, WEIGH_MODEL, "", "", "" },
	{ "@main", false, WEIGH_MODEL, "", "", "" },
	{ "name@", false, WEIGH_MODEL, "", "", "" },
	{ "name@a..b", false, WEIGH_MODEL, "", "", "" },
	{ "name@x@{1}", false, WEIGH_MODEL, "", "", "" },
	{ "name@a^", false, WEIGH_MODEL, "", "", "" },
	{ "", false, WEIGH_MODEL, "", "", "" },
};

static void
test_refs(void **state)
{
	struct weigh_ref ref;
	char text[WEIGH_REPO_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(ref_rows); i++) {
		const struct ref_row *r = &ref_rows[i];
		enum weigh_code rc = weigh_ref_parse(&ref, r->text, NULL);

		check_code(r->text, rc, r->good ? WEIGH_OK : WEIGH_USAGE);
		if (rc != WEIGH_OK)
			continue;
		check_u64(r->text, ref.repo.kind, r->kind);
		check_str(r->text, ref.repo.name, r->name);
		check_str(r->text, ref.rev, r->rev);
		weigh_repo_text(&ref.repo, text);
		check_str(r->text, text, r->printed);
	}
}

/* (3) */
static const struct {
	const char *text, *why;
} flaw_rows[] = {
	{ "", "'' is empty where a name is wanted" },
	{ "a/", "'' is empty where a name is wanted" },
	{ "ac#me/x", "'#', byte 3 of 'ac#me', is no letter" },
	{ "acme/m m", "byte 2 of 'm?m' (0x20) is no letter" },
	{ "a/b/c", "'/', byte 2 of 'b/c', is no letter" },
	{ "a\x1b[31m", "byte 2 of 'a?[31m' (0x1b) is no letter" },
	{ "-a/x", "'-', byte 1 of '-a', cannot be first" },
	{ "a/x.", "'.', byte 2 of 'x.', cannot be last" },
	{ "a--b", "'-', byte 3 of 'a--b', cannot stand twice in a row" },
	{ "a/x.git", "'x.git' ends in '.git'" },
	{ "a/" A96 "x", "...' has more than 96 bytes" },
	{ "api/x", "the reserved 'api'" },
	{ "m@", "what follows '@': '' is empty" },
	{ "m@a b", "what follows '@': byte 2 of 'a?b' (0x20) cannot stand" },
	{ "m@a:b", "':', byte 2 of 'a:b', cannot stand" },
	{ "m@a..b", "'.', byte 3 of 'a..b', cannot stand twice" },
	{ "m@a@{1}", "'{', byte 3 of 'a@{1}', cannot follow '@'" },
	{ "m@a//b", "'a//b' has an empty part" },
	{ "m@a/.b", "'.', byte 3 of 'a/.b', cannot begin a part" },
	{ "m@a.lock", "'a.lock' has a part that ends in '.lock'" },
	{ "m@-a", "'-', byte 1 of '-a', cannot be first" },
	{ "m@a.", "'.', byte 2 of 'a.', cannot be last" },
};

static void
test_flaws_are_named(void **state)
{
	struct weigh_err err;
	struct weigh_ref ref;

	(void)state;
	for (size_t i = 0; i < COUNT(flaw_rows); i++) {
		weigh_err_clear(&err);
		check_code(flaw_rows[i].text,
		    weigh_ref_parse(&ref, flaw_rows[i].text, &err),
		    WEIGH_USAGE);
		check_has(flaw_rows[i].text, err.why, flaw_rows[i].why);
	}
}

/* The longest name, of the longest kind, fits into WEIGH_REPO_TEXT. */
static void
test_longest_name(void **state)
{
	char text[WEIGH_REPO_TEXT];
	struct weigh_ref ref;

	(void)state;
	check_code("parse",
	    weigh_ref_parse(&ref, "datasets/" A96 "/" A96, NULL), WEIGH_OK);
	weigh_repo_text(&ref.repo, text);
	check_str("print", text, "datasets/" A96 "/" A96);
}

static const struct {
	const char *text;
	bool good;
} rev_rows[] = {
	{ "main", true },
	{ "HEAD", true },
	{ "v1.0", true },
	{ "dev/feature-1", true },
	{ "refs/pr/1", true },
	{ "4b825dc642cb6eb9a060e54bf8d69288fbee4904", true },
	{ "a@b", true },
	{ "a{b}", true },
	{ "a.locked", true },
	{ "\"quoted\"", true },
	{ "", false },
	{ "@", false },
	{ "a@{1}", false },
	{ "/a", false },
	{ "a/", false },
	{ "a//b", false },
	{ ".a", false },
	{ "a/.b", false },
	{ "a.", false },
	{ "a./b", true },
	{ "a..b", false },
	{ "../a", false },
	{ "a.lock", false },
	{ "a.lock/b", false },
	{ "-a", false },
	{ "a b", false },
	{ "a~1", false },
	{ "a^", false },
	{ "a:b", false },
	{ "a?b", false },
	{ "a*b", false },
	{ "a[b", false },
	{ "a\\b", false },
	{ "a\tb", false },
	{ "a\x7f", false },
	{ "a\xc3\xa9", false },
};

static void
test_revs(void **state)
{
	char text[WEIGH_REV_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(rev_rows); i++)
		check_true(rev_rows[i].text,
		    weigh_rev_ok(rev_rows[i].text, strlen(rev_rows[i].text)) ==
			rev_rows[i].good);
	check_true("a NUL inside", !weigh_rev_ok("a\0b", 3));
	memset(text, 'a', sizeof(text));
	check_true("the longest", weigh_rev_ok(text, WEIGH_REV_MAX));
	check_true("too long", !weigh_rev_ok(text, WEIGH_REV_MAX + 1));
}

/* (1), (2); the words say which rule. */
static const struct {
	const char *path;
	const char *why; /* NULL: good */
} path_rows[] = {
	{ "config.json", NULL },
	{ "a/b/c.safetensors", NULL },
	{ ".gitattributes", NULL },
	{ ".github/x", NULL },
	{ "a/.hidden", NULL },
	{ "with blank #%?.txt", NULL },
	{ "...", NULL },
	{ "na\xc3\xafve.txt", NULL },
	{ "\xf0\x9f\xa4\x97/x", NULL },
	{ "", "0 bytes" },
	{ "/etc/passwd", "an empty part" },
	{ "a//b", "an empty part" },
	{ "a/", "an empty part" },
	{ "/", "an empty part" },
	{ ".", "part '.'" },
	{ "a/./b", "part '.'" },
	{ "..", "part '..'" },
	{ "../a", "part '..'" },
	{ "a/../../b", "part '..'" },
	{ "a/..", "part '..'" },
	{ ".git", "'.git'" },
	{ ".git/config", "'.git'" },
	{ "a/.git", "'.git'" },
	{ "a/.GiT/b", "'.git'" },
	{ ".git.", "'.git'" },
	{ ".git ", "'.git'" },
	{ ".git. . ", "'.git'" },
	{ ".git:x", "'.git'" },
	{ "git~1", "'.git'" },
	{ "GIT~1/x", "'.git'" },
	{ "git~12", NULL },
	{ "git~2", NULL },
	{ ".git.x", NULL },
	{ ".gitx", NULL },
	{ ".g\xe2\x80\x8cit", "'.git'" }, /* U+200C */
	{ "\xef\xbb\xbf.git", "'.git'" }, /* U+FEFF */
	{ ".git\xe2\x81\xaf", "'.git'" }, /* U+206F */
	{ ".git\xe2\x80\x90", NULL },     /* U+2010, a hyphen */
	{ "a\\b", "a backslash" },
	{ "..\\..\\a", "a backslash" },
	{ "a\nb", "a control character" },
	{ "a\x1b[2J", "a control character" },
	{ "a\x7f", "a control character" },
	{ "\xc2\x80", "a control character" },
	{ "\xc2\x9f", "a control character" },
	{ "\xc2\xa0", NULL },
	{ "\xc3\x80", NULL },
	{ "a\xff", "not UTF-8" },
	{ "a\xc3", "not UTF-8" },
	{ "\xc0\xae\xc0\xae/a", "not UTF-8" }, /* ".." in overlong form */
	{ "\xed\xa0\x80", "not UTF-8" },
};

static void
test_paths(void **state)
{
	struct weigh_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(path_rows); i++) {
		const char *path = path_rows[i].path;
		const char *why = path_rows[i].why;
		enum weigh_code rc = weigh_path_check(path, strlen(path), &err);

		check_code(path, rc, why ? WEIGH_MALFORMED : WEIGH_OK);
		if (why != NULL)
			check_has(path, err.why, why);
	}
	check_code("a NUL inside", weigh_path_check("a\0b", 3, NULL),
	    WEIGH_MALFORMED);
}

/* `parts` parts of `len` bytes each, the last one with `more`. */
static enum weigh_code
check_shape(size_t parts, size_t len, size_t more)
{
	char path[2 * WEIGH_PATH_MAX];
	size_t n = parts * (len + 1) - 1 + more;

	memset(path, 'x', n);
	for (size_t i = 1; i < parts; i++)
		path[i * (len + 1) - 1] = '/';
	return weigh_path_check(path, n, NULL);
}

static void
test_path_sizes(void **state)
{
	(void)state;
	check_code("255 a part", check_shape(1, 255, 0), WEIGH_OK);
	check_code("256 a part", check_shape(1, 255, 1), WEIGH_MALFORMED);
	check_code("255 later", check_shape(3, 255, 0), WEIGH_OK);
	check_code("256 later", check_shape(3, 255, 1), WEIGH_MALFORMED);
	check_code("64 parts", check_shape(64, 1, 0), WEIGH_OK);
	check_code("65 parts", check_shape(65, 1, 0), WEIGH_MALFORMED);
	check_code("4,096 bytes", check_shape(17, 240, 0), WEIGH_OK);
	check_code("4,097 bytes", check_shape(17, 240, 1), WEIGH_MALFORMED);
}

/* RFC 3629, by a second implementation: decode, then look at the number. */
static bool
utf8_by_arithmetic(const unsigned char *p, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	while (len > 0) {
		size_t n = *p < 0x80 ? 1 :
		    *p >> 5 == 6     ? 2 :
		    *p >> 4 == 14    ? 3 :
		    *p >> 3 == 30    ? 4 :
				       0;
		uint32_t c;

		if (n == 0 || n > len)
			return false;
		c = n == 1 ? *p : *p & (0x7fu >> n);
		for (size_t i = 1; i < n; i++) {
			if (p[i] >> 6 != 2)
				return false;
			c = c << 6 | (p[i] & 63);
		}
		if (c < least[n] || c > 0x10ffff || (c >> 11) == 0x1b)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

/* Every string of one, two and three bytes; of four, every first pair and some
 * ends. */
static void
test_utf8(void **state)
{
	unsigned char b[4];

	(void)state;
	for (unsigned i = 0; i < 1u << 24; i++) {
		static const unsigned char ends[] = { 0x7f, 0x80, 0xbf, 0xc0 };

		b[0] = (unsigned char)(i >> 16);
		b[1] = (unsigned char)(i >> 8);
		b[2] = (unsigned char)i;
		b[3] = ends[i & 3];
		for (size_t n = 1; n <= 4; n++)
			if (weigh_utf8_ok((char *)b, n) !=
			    utf8_by_arithmetic(b, n))
				fail_msg("%02x %02x %02x %02x, first %zu", b[0],
				    b[1], b[2], b[3], n);
	}
	check_true("nothing", weigh_utf8_ok("", 0));
}

static const struct {
	const char *pattern, *text;
	bool match;
} glob_rows[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "a", true },
	{ "a", "b", false },
	{ "a", "aa", false },
	{ "A", "a", false },
	{ "*", "", true },
	{ "*", "a/b/c", true },
	{ "**", "a/b", true },
	{ "*.json", "config.json", true },
	{ "*.json", "a/b/config.json", true },
	{ "*.json", "config.jsonl", false },
	{ "a/*", "a/b/c", true },
	{ "a/*", "b/a/c", false },
	{ "*a*b*c*", "xaxbxcx", true },
	{ "*a*b*c*", "xaxcxbx", false },
	{ "*ab", "aab", true },
	{ "*aab", "aaab", true },
	{ "?", "a", true },
	{ "?", "", false },
	{ "?", "/", true },
	{ "a?c", "abc", true },
	{ "[abc]", "b", true },
	{ "[abc]", "d", false },
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[!a-c]", "d", true },
	{ "[!a-c]", "b", false },
	{ "[]]", "]", true },
	{ "[!]]", "]", false },
	{ "[!]]", "a", true },
	{ "[a-]", "-", true },
	{ "[-a]", "-", true },
	{ "[z-a]", "m", false },
	{ "[", "[", true },
	{ "[a", "[a", true },
	{ "[!", "[!", true },
	{ "*[0-9].bin", "model-00001-of-00002.bin", true },
	{ "[\x80-\xff]", "\xc3", true },
	{ "onnx/", "onnx/model.onnx", true },
	{ "onnx/", "onnx", false },
	{ "onnx/", "my/onnx/x", false },
	{ "*/", "a/b", true },
};

static void
test_glob(void **state)
{
	char label[100];

	(void)state;
	for (size_t i = 0; i < COUNT(glob_rows); i++) {
		(void)snprintf(label, sizeof(label), "'%s' on '%s'",
		    glob_rows[i].pattern, glob_rows[i].text);
		check_true(label,
		    weigh_glob_match(glob_rows[i].pattern, glob_rows[i].text) ==
			glob_rows[i].match);
	}
}

/* Many stars against a long text that never fits: with recursion this would
 * not end. */
static void
test_glob_is_not_exponential(void **state)
{
	char pattern[1001], text[4001];

	(void)state;
	for (size_t i = 0; i < 1000; i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[998] = 'b';
	pattern[999] = pattern[1000] = '\0';
	memset(text, 'a', 4000);
	text[4000] = '\0';
	check_true("no match", !weigh_glob_match(pattern, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_part_alphabet),
		cmocka_unit_test(test_repos),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_flaws_are_named),
		cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_revs),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_path_sizes),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_glob),
		cmocka_unit_test(test_glob_is_not_exponential),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
