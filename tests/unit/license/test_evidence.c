/* Names of files that can tell a license (weigh/evidence.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/evidence.h>

#include "check.h"

static const struct {
	const char *path;
	enum weigh_evidence want;
} file_rows[] = {
	{ "LICENSE", WEIGH_EVIDENCE_NAMED },
	{ "license.txt", WEIGH_EVIDENCE_NAMED },
	{ "LICENCE.md", WEIGH_EVIDENCE_NAMED },
	{ "LICENSE-MODEL", WEIGH_EVIDENCE_NAMED },
	{ "MODEL_LICENSE", WEIGH_EVIDENCE_NAMED },
	{ "MODEL_LICENSE_AGREEMENT.txt", WEIGH_EVIDENCE_NAMED },
	{ "Tongyi Qianwen LICENSE AGREEMENT", WEIGH_EVIDENCE_NAMED },
	{ "COPYING.LESSER", WEIGH_EVIDENCE_NAMED },
	{ "Notice", WEIGH_EVIDENCE_NAMED },
	{ "USE_POLICY.md", WEIGH_EVIDENCE_NAMED },
	{ "EULA.rtf", WEIGH_EVIDENCE_NAMED },
	{ "terms_of_use", WEIGH_EVIDENCE_NAMED },
	{ "vae/LICENSE", WEIGH_EVIDENCE_NAMED },
	{ "a/b/LICENSE", WEIGH_EVIDENCE_NAMED },
	{ "a/b/c/LICENSE", WEIGH_EVIDENCE_NONE }, /* (2) */
	{ "LICENSES/MIT.txt", WEIGH_EVIDENCE_NAMED },
	{ "licenses/a/b/c/text", WEIGH_EVIDENCE_NAMED },
	{ "a/LICENSES/MIT.txt", WEIGH_EVIDENCE_NONE }, /* only at the root */
	{ "weights.license", WEIGH_EVIDENCE_NAMED },
	{ "my license.html", WEIGH_EVIDENCE_SMALL },
	{ "sublicense.json", WEIGH_EVIDENCE_SMALL },
	{ "README.md", WEIGH_EVIDENCE_CARD },
	{ "readme.MD", WEIGH_EVIDENCE_CARD },
	{ "README.md.bak", WEIGH_EVIDENCE_NONE },
	{ "model.safetensors", WEIGH_EVIDENCE_NONE },
	{ "config.json", WEIGH_EVIDENCE_NONE },
	{ "license/model.bin", WEIGH_EVIDENCE_NONE }, /* the last part counts */
	{ "", WEIGH_EVIDENCE_NONE },
};

static void
test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file_rows) / sizeof(file_rows[0]); i++)
		check_u64(file_rows[i].path, weigh_evidence_file(file_rows[i].path),
		    file_rows[i].want);
}

static const struct {
	const char *path;
	bool want;
} policy_rows[] = {
	{ "USE_POLICY.md", true },
	{ "a/Acceptable_Use_Policy.txt", true },
	{ "prohibited_use.html", true },
	{ "USE_POLICY/LICENSE", false }, /* the last part counts */
	{ "LICENSE", false },
	{ "", false },
};

static void
test_policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(policy_rows) / sizeof(policy_rows[0]); i++)
		check_u64(policy_rows[i].path,
		    weigh_evidence_policy(policy_rows[i].path),
		    policy_rows[i].want);
}

static const struct {
	const char *path;
	bool want;
} folders[] = {
	{ "a", true },
	{ "a/b", true },
	{ "a/b/c", false },
	{ "LICENSES", true },
	{ "LICENSES/a/b/c/d", true },
	{ "LICENSES/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", true },
	{ "LICENSES/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", false },
	{ "LICENSESx/a/b", false },
	{ ".git", false },
	{ "a/.git", false },
	{ ".weigh", false },
	{ ".github", true },
};

static void
test_folders(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		check_u64(folders[i].path, weigh_evidence_folder(folders[i].path),
		    folders[i].want);
}

/* A path that is longer than any is nothing, and is not cut into something. */
static void
test_long(void **state)
{
	char path[8192];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	memcpy(path, "license", 7);
	check_u64("a long file", weigh_evidence_file(path), WEIGH_EVIDENCE_NONE);
	check_u64("a long folder", weigh_evidence_folder(path), false);
}

static const struct {
	const char *label, *text;
	size_t want;
} cards[] = {
	{ "none", "# A model\n", 0 },
	{ "empty", "", 0 },
	{ "one", "---\nlicense: mit\n---\n# A model\n", 21 },
	{ "nothing in it", "---\n---\nx", 8 },
	{ "nothing behind it", "---\na: b\n---", 12 },
	{ "CRLF", "---\r\na: b\r\n---\r\nx", 16 },
	{ "a byte order mark", "\xef\xbb\xbf---\na: b\n---\nx", 16 },
	{ "never ends", "---\nlicense: mit\n", 0 },
	{ "a longer ruler", "----\na: b\n---\n", 0 },
	{ "text behind the ruler", "--- x\na: b\n---\n", 0 },
	{ "not at the begin", "\n---\na: b\n---\n", 0 },
};

static void
test_cards(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++)
		check_u64(cards[i].label,
		    weigh_evidence_front_matter(cards[i].text, strlen(cards[i].text)),
		    cards[i].want);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_cards),
	};

	return cmocka_run_group_tests_name("license evidence", tests, NULL, NULL);
}
