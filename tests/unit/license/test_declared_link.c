/* Where a license_link leads (weigh/declared.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <weigh/declared.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define COMMIT "0123456789abcdef0123456789abcdef01234567"

static const char *const files[] = { "LICENSE", "license.txt", "LICENSE.txt",
	"docs/LICENSE.md", "Model License.txt", "100%.txt", "a/b/TERMS",
	"a#b" };

static const struct {
	const char *label, *url;
	enum weigh_record_link_kind kind;
	const char *file; /* NULL: none */
} link_rows[] = {
	{ "a file", "LICENSE", WEIGH_LINK_FILE, "LICENSE" },
	{ "case exact first", "LICENSE.txt", WEIGH_LINK_FILE, "LICENSE.txt" },
	{ "then without", "License", WEIGH_LINK_FILE, "LICENSE" },
	{ "not there", "LICENSE.md", WEIGH_LINK_FILE, NULL },
	{ "from here", "./LICENSE", WEIGH_LINK_FILE, "LICENSE" },
	{ "from the root", "/docs/LICENSE.md", WEIGH_LINK_FILE,
	    "docs/LICENSE.md" },
	{ "a place in it", "LICENSE#grant", WEIGH_LINK_FILE, "LICENSE" },
	{ "a name with a mark", "a#b", WEIGH_LINK_FILE, "a#b" },
	{ "a blank", "Model License.txt", WEIGH_LINK_FILE,
	    "Model License.txt" },
	{ "escaped", "Model%20License.txt", WEIGH_LINK_FILE,
	    "Model License.txt" },
	{ "no escape", "100%.txt", WEIGH_LINK_FILE, "100%.txt" },
	{ "nothing", "", WEIGH_LINK_FILE, NULL },
	{ "above", "../LICENSE", WEIGH_LINK_FILE, NULL },
	{ "own page", "https://hub.example/acme/m/blob/main/LICENSE",
	    WEIGH_LINK_FILE, "LICENSE" },
	{ "own file", "https://hub.example/acme/m/resolve/main/LICENSE",
	    WEIGH_LINK_FILE, "LICENSE" },
	{ "own bytes", "http://hub.example/acme/m/raw/v1/a/b/TERMS?x#y",
	    WEIGH_LINK_FILE, "a/b/TERMS" },
	{ "own, in other letters",
	    "HTTPS://Hub.example/Acme/M/blob/main/license", WEIGH_LINK_FILE,
	    "LICENSE" },
	{ "own, escaped",
	    "https://hub.example/acme/m/blob/main/Model%20License.txt",
	    WEIGH_LINK_FILE, "Model License.txt" },
	{ "own, without a host", "acme/m/blob/main/LICENSE", WEIGH_LINK_FILE,
	    "LICENSE" },
	{ "own, from blob on", "blob/main/LICENSE", WEIGH_LINK_FILE,
	    "LICENSE" },
	{ "own, but no such file",
	    "https://hub.example/acme/m/blob/main/COPYING", WEIGH_LINK_MUTABLE,
	    NULL },
	{ "own at a commit",
	    "https://hub.example/acme/m/blob/" COMMIT "/LICENSE",
	    WEIGH_LINK_PINNED, NULL },
	{ "own at a commit, from blob on", "blob/" COMMIT "/LICENSE",
	    WEIGH_LINK_PINNED, NULL },
	{ "another's", "https://hub.example/acme/m2/blob/main/LICENSE",
	    WEIGH_LINK_MUTABLE, NULL },
	{ "another's at a commit",
	    "https://hub.example/other/m/raw/" COMMIT "/LICENSE",
	    WEIGH_LINK_PINNED, NULL },
	{ "a commit without blob",
	    "https://raw.example/other/m/" COMMIT "/LICENSE", WEIGH_LINK_PINNED,
	    NULL },
	{ "a commit alone", "https://hub.example/acme/m/commit/" COMMIT,
	    WEIGH_LINK_MUTABLE, NULL },
	{ "a commit as its first part",
	    "https://hub.example/" COMMIT "/LICENSE", WEIGH_LINK_MUTABLE,
	    NULL },
	{ "no commit", "https://hub.example/o/m/blob/0123456789abcdef/LICENSE",
	    WEIGH_LINK_MUTABLE, NULL },
	{ "a commit that is asked for",
	    "https://hub.example/o/m/LICENSE?at=/" COMMIT "/x",
	    WEIGH_LINK_MUTABLE, NULL },
	{ "own, the page of the tree", "https://hub.example/acme/m/tree/main",
	    WEIGH_LINK_MUTABLE, NULL },
	{ "a page", "https://www.example/llama/license/", WEIGH_LINK_MUTABLE,
	    NULL },
	{ "a host", "https://www.example", WEIGH_LINK_MUTABLE, NULL },
	{ "without scheme", "www.example.com/license", WEIGH_LINK_MUTABLE,
	    NULL },
	{ "own without scheme", "hub.example/acme/m/blob/main/LICENSE",
	    WEIGH_LINK_FILE, "LICENSE" },
	{ "of this scheme", "//hub.example/acme/m/blob/main/LICENSE",
	    WEIGH_LINK_FILE, "LICENSE" },
	{ "another scheme", "ftp://host.example/LICENSE", WEIGH_LINK_MUTABLE,
	    NULL },
	{ "a mailbox", "mailto:legal@acme.example", WEIGH_LINK_MUTABLE, NULL },
};

static void
test_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(link_rows); i++) {
		const char *label = link_rows[i].label, *file = "?";

		check_u64(label,
		    weigh_declared_link(link_rows[i].url, "acme/m", files,
			COUNT(files), &file),
		    link_rows[i].kind);
		check_u64(label, file != NULL, link_rows[i].file != NULL);
		if (file != NULL)
			check_str(label, file, link_rows[i].file);
	}
}

/* A data set is found by its whole name. */
static void
test_data_set_link(void **state)
{
	static const char url[] =
	    "https://hub.example/datasets/acme/d/blob/main/LICENSE";
	const char *file;

	(void)state;
	check_u64("own",
	    weigh_declared_link(url, "datasets/acme/d", files, 1, &file),
	    WEIGH_LINK_FILE);
	check_u64("a model's",
	    weigh_declared_link(url, "acme/d", files, 1, &file),
	    WEIGH_LINK_MUTABLE);
}

/* What is longer than any link leads nowhere. */
static void
test_long_link(void **state)
{
	static char url[4096];
	const char *file;

	(void)state;
	memset(url, 'a', sizeof(url) - 1);
	check_u64("long", weigh_declared_link(url, "acme/m", files, 1, &file),
	    WEIGH_LINK_MUTABLE);
	check_true("no file", file == NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_data_set_link),
		cmocka_unit_test(test_long_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
