/* Tests of proto/publish/changes.c; the numbers are those of weigh/changes.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/buf.h>
#include <weigh/changes.h>

#include "check.h"

#define A "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define GIT "95d09f2b10159347eece71399a7e2e907ea3df4f"
#define HEAD "{\"key\":\"header\",\"value\":{\"summary\":\"s\"}}\n"
#define FILE_LINE(value) HEAD "{\"key\":\"file\",\"value\":{" value "}}"

/* What happened, as words.  Pieces live in memory of their own size, so that a
 * sanitizer sees who looks behind one. */
static void
trace(struct weigh_buf *out, const char *text, size_t len, size_t piece)
{
	struct weigh_changes *c = weigh_changes_new();
	enum weigh_changes_event e = WEIGH_CHANGES_MORE;
	char *own = NULL, hex[WEIGH_OID_HEX + 1];
	const struct weigh_change *l = weigh_changes_line(c);
	bool in_content = false, begun = false;
	struct weigh_err err;
	size_t n, before = 0;

	while (e != WEIGH_CHANGES_END && e != WEIGH_CHANGES_BAD) {
		if (begun)
			e = weigh_changes_next(c);
		if (e == WEIGH_CHANGES_MORE) {
			begun = true;
			n = len < piece ? len : piece;
			free(own);
			own = malloc(n + (n == 0));
			assert_non_null(own);
			memcpy(own, text, n);
			text += n;
			len -= n;
			weigh_changes_feed(c, own, n, len == 0);
			continue;
		}
		if (e == WEIGH_CHANGES_CONTENT) {
			const char *bytes = weigh_changes_content(c, &n);

			check_true("content has bytes", n > 0);
			if (!in_content) {
				before = out->len;
				weigh_buf_adds(out, "bytes ");
			}
			weigh_buf_add(out, bytes, n);
			in_content = true;
			continue;
		}
		if (in_content && e == WEIGH_CHANGES_BAD)
			out->len = before;
		else if (in_content)
			weigh_buf_adds(out, "; ");
		in_content = false;
		weigh_oid_hex(&l->oid, hex);
		if (e == WEIGH_CHANGES_HEADER)
			weigh_buf_addf(out, "header %s%s; ", l->message,
			    weigh_gitid_is_zero(&l->parent) ? "" : " on");
		if (e == WEIGH_CHANGES_FILE_END)
			weigh_buf_addf(out, "file %s %llu; ", l->path,
			    (unsigned long long)l->size);
		if (e == WEIGH_CHANGES_LFS_FILE)
			weigh_buf_addf(out, "lfs %s %.4s %lld; ", l->path, hex,
			    l->has_size ? (long long)l->size : -1);
		if (e == WEIGH_CHANGES_DELETED_FILE)
			weigh_buf_addf(out, "del %s; ", l->path);
		if (e == WEIGH_CHANGES_DELETED_FOLDER)
			weigh_buf_addf(out, "rmdir %s; ", l->path);
		if (e == WEIGH_CHANGES_COPY)
			weigh_buf_addf(out, "copy %s %s@%s; ", l->path, l->from,
			    l->from_rev);
	}
	if (e == WEIGH_CHANGES_END)
		weigh_buf_adds(out, "end");
	else
		weigh_buf_addf(out, "BAD %s: %s",
		    weigh_code_info(weigh_changes_error(c, &err))->name,
		    err.why);
	check_true("it stays so", weigh_changes_next(c) == e);
	free(own);
	weigh_changes_free(c);
}

static const struct row {
	const char *label;
	const char *text;
	const char *want; /* of what is bad: the beginning */
} rows[] = {
	{ "huggingface_hub",
	    "{\"key\": \"header\", \"value\": {\"summary\": \"Upload\", "
	    "\"description\": \"\", \"parentCommit\": \"" GIT "\"}}\n"
	    "{\"key\": \"file\", \"value\": {\"content\": \"aGVsbG8=\", "
	    "\"path\": \"a/b.txt\", \"encoding\": \"base64\"}}\n"
	    "{\"key\": \"lfsFile\", \"value\": {\"path\": \"m.bin\", \"algo\": "
	    "\"sha256\", \"oid\": \"" A "\", \"size\": 7}}\n"
	    "{\"key\": \"lfsFile\", \"value\": {\"path\": \"n.bin\", \"algo\": "
	    "\"sha256\", \"oid\": \"" A "\"}}\n"
	    "{\"key\": \"deletedFolder\", \"value\": {\"path\": \"old/\"}}\n"
	    "{\"key\": \"deletedFile\", \"value\": {\"path\": \"x\"}}\n",
	    "header Upload on; bytes hello; file a/b.txt 5; lfs m.bin 4d7a 7; "
	    "lfs n.bin 4d7a -1; rmdir old; del x; end" },
	{ "@huggingface/hub: no line end behind the last",
	    "{\"key\":\"header\",\"value\":{\"summary\":\"t\",\"description\":"
	    "\"more\"}}\n{\"key\":\"file\",\"value\":{\"content\":\"AAEC\","
	    "\"path\":\"a\",\"encoding\":\"base64\"}}",
	    "header t\n\nmore; bytes " },
	{ "a copy",
	    HEAD "{\"key\":\"copyFile\",\"value\":{\"path\":\"b\",\"srcPath\":"
		 "\"a\",\"srcRevision\":\"refs/pr/1\"}}",
	    "header s; copy b a@refs/pr/1; end" },
	{ "a copy of the parent's",
	    HEAD "{\"key\":\"copyFile\",\"value\":{\"path\":\"b\",\"srcPath\":"
		 "\"a\",\"srcRevision\":null}}",
	    "header s; copy b a@; end" },
	{ "an empty file",
	    FILE_LINE("\"path\":\"e\",\"content\":\"\",\"encoding\":"
		      "\"base64\""),
	    "header s; file e 0; end" },
	{ "unknown keys of values and lines",
	    HEAD "{\"x\":[1,{\"y\":2}],\"key\":\"deletedFile\",\"value\":{"
		 "\"z\":{\"path\":\"q\"},\"path\":\"x\",\"w\":[[]]},\"v\":1}",
	    "header s; del x; end" },
	{ "empty lines", "\n" HEAD "\n\n", "header s; end" },
	{ "slashes escaped",
	    FILE_LINE("\"path\":\"e\",\"content\":\"\\/\\/\\/\\/\","
		      "\"encoding\":\"base64\""),
	    "header s; bytes \xff\xff\xff; file e 3; end" },
	/* (3) */
	{ "nothing", "", "BAD malformed: line 1: there is no header" },
	{ "no header", "{\"key\":\"deletedFile\",\"value\":{\"path\":\"x\"}}",
	    "BAD malformed: line 1: the header must come first" },
	{ "two headers", HEAD HEAD,
	    "header s; BAD malformed: line 2: a second header" },
	{ "an unknown line", HEAD "{\"key\":\"rename\",\"value\":{}}",
	    "header s; BAD malformed: line 2: an unknown 'key'" },
	{ "a key that is no string", HEAD "{\"key\":1,\"value\":{}}",
	    "header s; BAD malformed: line 2: an unknown 'key'" },
	{ "value first", HEAD "{\"value\":{\"path\":\"x\"},\"key\":\"file\"}",
	    "header s; BAD malformed: line 2: 'key' must stand" },
	{ "no value", HEAD "{\"key\":\"file\"}",
	    "header s; BAD malformed: line 2: there is no 'value'" },
	{ "an empty summary",
	    "{\"key\":\"header\",\"value\":{\"summary\":\"\"}}",
	    "BAD malformed: line 1: the summary is empty" },
	{ "no summary", "{\"key\":\"header\",\"value\":{}}",
	    "BAD malformed: line 1: 'summary' is missing" },
	{ "a parent that is none",
	    "{\"key\":\"header\",\"value\":{\"summary\":\"s\","
	    "\"parentCommit\":\"main\"}}",
	    "BAD malformed: line 1: 'parentCommit': 40 hex" },
	/* (4) */
	{ "a path that climbs",
	    HEAD "{\"key\":\"deletedFile\",\"value\":{\"path\":\"../x\"}}",
	    "header s; BAD malformed: line 2: 'path': " },
	{ "an absolute path",
	    HEAD "{\"key\":\"deletedFile\",\"value\":{\"path\":\"/x\"}}",
	    "header s; BAD malformed: line 2: 'path': " },
	{ "into .git",
	    FILE_LINE("\"content\":\"\",\"encoding\":\"base64\",\"path\":"
		      "\".git/config\""),
	    "header s; BAD malformed: line 2: 'path': " },
	{ "all of it",
	    HEAD "{\"key\":\"deletedFolder\",\"value\":{\"path\":\"/\"}}",
	    "header s; BAD malformed: line 2: 'path': " },
	{ "an oid that is none",
	    HEAD "{\"key\":\"lfsFile\",\"value\":{\"path\":\"x\",\"oid\":"
		 "\"../../../etc/passwd\"}}",
	    "header s; BAD malformed: line 2: 'oid': 64" },
	{ "another algorithm",
	    HEAD "{\"key\":\"lfsFile\",\"value\":{\"path\":\"x\",\"algo\":"
		 "\"md5\",\"oid\":\"" A "\"}}",
	    "header s; BAD malformed: line 2: 'algo': 'sha256'" },
	{ "a size below zero",
	    HEAD "{\"key\":\"lfsFile\",\"value\":{\"path\":\"x\",\"size\":-1,"
		 "\"oid\":\"" A "\"}}",
	    "header s; BAD malformed: line 2: 'size': a whole number" },
	{ "a revision that is none",
	    HEAD "{\"key\":\"copyFile\",\"value\":{\"path\":\"x\",\"srcPath\":"
		 "\"y\",\"srcRevision\":\"a..b\"}}",
	    "header s; BAD usage: line 2: 'srcRevision': " },
	/* base64 */
	{ "no base64",
	    FILE_LINE("\"content\":\"!!!!\",\"path\":\"x\",\"encoding\":"
		      "\"base64\""),
	    "header s; BAD malformed: line 2: 'content': this is not" },
	{ "cut base64",
	    FILE_LINE("\"content\":\"QUJ\",\"path\":\"x\",\"encoding\":"
		      "\"base64\""),
	    "header s; BAD malformed: line 2: 'content': this is not" },
	{ "letters behind the padding",
	    FILE_LINE("\"content\":\"QQ==QUJD\",\"path\":\"x\",\"encoding\":"
		      "\"base64\""),
	    "header s; BAD malformed: line 2: 'content': this is not" },
	{ "a line end in base64",
	    FILE_LINE("\"content\":\"QUJD\\nQUJD\",\"path\":\"x\","
		      "\"encoding\":\"base64\""),
	    "header s; BAD malformed: line 2: 'content': this is not" },
	{ "no encoding", FILE_LINE("\"path\":\"x\",\"content\":\"\""),
	    "header s; BAD malformed: line 2: 'encoding' is missing" },
	{ "another encoding",
	    FILE_LINE("\"path\":\"x\",\"encoding\":\"utf-8\",\"content\":\"\""),
	    "header s; BAD malformed: line 2: 'encoding': 'base64'" },
	{ "content null",
	    FILE_LINE("\"content\":null,\"path\":\"x\",\"encoding\":"
		      "\"base64\""),
	    "header s; BAD malformed: line 2: 'content' is missing" },
	/* lines */
	{ "two objects in a line",
	    HEAD "{\"key\":\"deletedFile\",\"value\":{\"path\":\"x\"}} {}",
	    "header s; BAD malformed: line 2: at byte" },
	{ "an object over two lines",
	    HEAD "{\"key\":\"deletedFile\",\n\"value\":{\"path\":\"x\"}}",
	    "header s; BAD malformed: line 2: at byte" },
	{ "a list", HEAD "[]",
	    "header s; BAD malformed: line 2: an object is expected" },
	{ "cut short", HEAD "{\"key\":\"deletedFile\",\"value\":{\"pa",
	    "header s; BAD malformed: line 2: at byte" },
	{ "no JSON", HEAD "hello", "header s; BAD malformed: line 2: at byte" },
	{ "a path twice",
	    HEAD "{\"key\":\"deletedFile\",\"value\":{\"path\":\"x\",\"path\":"
		 "\"y\"}}",
	    "header s; BAD malformed: line 2: at byte" },
};

/* (1) */
static void
test_every_cutting(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);

		for (size_t piece = 1; piece <= len + 1; piece++) {
			struct weigh_buf out;

			weigh_buf_init(&out, 1 << 16);
			trace(&out, rows[i].text, len, piece);
			if (strlen(out.data) > strlen(rows[i].want))
				out.data[strlen(rows[i].want)] = '\0';
			check_str(rows[i].label, out.data, rows[i].want);
			weigh_buf_free(&out);
		}
	}
}

/* A file as large as may be; and one byte more. */
static void
test_large_file(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct weigh_changes *c = weigh_changes_new();
		enum weigh_changes_event e;
		struct weigh_buf text;
		size_t got = 0, n, at = 0;
		unsigned whole = WEIGH_CHANGES_FILE / 3;

		weigh_buf_init(&text, 32 << 20);
		weigh_buf_adds(&text,
		    HEAD "{\"key\":\"file\",\"value\":"
			 "{\"content\":\"");
		for (unsigned i = 0; i < whole; i++)
			weigh_buf_adds(&text, "QUJD");
		weigh_buf_adds(&text, more ? "QUI=" : "QQ==");
		weigh_buf_adds(&text,
		    "\",\"path\":\"x\",\"encoding\":\"base64\"}}");
		do {
			n = text.len - at < 100000 ? text.len - at : 100000;
			weigh_changes_feed(c, text.data + at, n,
			    at + n == text.len);
			at += n;
			while ((e = weigh_changes_next(c)) ==
				WEIGH_CHANGES_HEADER ||
			    e == WEIGH_CHANGES_CONTENT ||
			    e == WEIGH_CHANGES_FILE_END) {
				size_t len = 0;

				if (e == WEIGH_CHANGES_CONTENT)
					(void)weigh_changes_content(c, &len);
				got += len;
			}
		} while (e == WEIGH_CHANGES_MORE);
		if (more == 0) {
			check_true("it fits", e == WEIGH_CHANGES_END);
			check_u64("all its bytes", got, WEIGH_CHANGES_FILE);
		} else {
			check_code("one more", weigh_changes_error(c, NULL),
			    WEIGH_TOO_BIG);
		}
		weigh_buf_free(&text);
		weigh_changes_free(c);
	}
}

static void
test_long_texts(void **state)
{
	static const struct {
		const char *label;
		size_t len;
		enum weigh_code code;
	} table[] = {
		{ "as long as may be", WEIGH_CHANGES_TEXT, WEIGH_OK },
		{ "one more", WEIGH_CHANGES_TEXT + 1, WEIGH_TOO_BIG },
		{ "a megabyte", 1 << 20, WEIGH_TOO_BIG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct weigh_changes *c = weigh_changes_new();
		struct weigh_buf text;

		weigh_buf_init(&text, 2 << 20);
		weigh_buf_adds(&text,
		    "{\"key\":\"header\",\"value\":{"
		    "\"summary\":\"s\",\"description\":\"");
		for (size_t k = 0; k < table[i].len; k++)
			weigh_buf_addc(&text, 'd');
		weigh_buf_adds(&text, "\"}}");
		weigh_changes_feed(c, text.data, text.len, true);
		(void)weigh_changes_next(c);
		check_code(table[i].label, weigh_changes_error(c, NULL),
		    table[i].code);
		weigh_buf_free(&text);
		weigh_changes_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cutting),
		cmocka_unit_test(test_large_file),
		cmocka_unit_test(test_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
