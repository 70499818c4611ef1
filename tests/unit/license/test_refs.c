/* What a text points to: expressions, headers, addresses, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/licensepack.h>

#include "../../../proto/license/facts.h"
#include "../../../proto/license/known.h"
#include "../../../proto/license/spdx.h"
#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define SPDX "SPDX-License-Identifier: "

/* --- expressions ------------------------------------------------------------------ */

static const struct expression {
	const char *label, *text, *want; /* "": none */
	size_t taken;
} expressions[] = {
	{ "an id", "MIT", "MIT", 3 },
	{ "two", "MIT OR Apache-2.0", "MIT OR Apache-2.0", 17 },
	{ "small operators", "MIT or Apache-2.0", "MIT OR Apache-2.0", 17 },
	{ "mixed ones are none", "MIT Or Apache-2.0", "MIT", 3 },
	{ "blanks", "MIT   AND\tISC", "MIT AND ISC", 13 },
	{ "parentheses", "(MIT OR ISC) AND Zlib", "(MIT OR ISC) AND Zlib", 21 },
	{ "an exception", "GPL-2.0-only WITH Classpath-exception-2.0",
	    "GPL-2.0-only WITH Classpath-exception-2.0", 41 },
	{ "a later version", "GPL-2.0+", "GPL-2.0+", 8 },
	{ "somebody's own", "DocumentRef-x:LicenseRef-y",
	    "DocumentRef-x:LicenseRef-y", 26 },
	{ "an id nobody knows", "Foo-9", "Foo-9", 5 },
	{ "words behind", "MIT see the file", "MIT", 3 },
	{ "a full stop behind", "MIT.", "MIT", 3 },
	{ "an operator behind", "MIT AND", "MIT", 3 },
	{ "an operator in front", "AND MIT", "", 0 },
	{ "WITH nothing", "MIT WITH", "", 0 },
	{ "an open parenthesis", "(MIT OR ISC", "", 0 },
	{ "nothing inside", "()", "", 0 },
	{ "an operator inside", "(MIT OR )", "", 0 },
	{ "sixteen deep", "((((((((((((((((MIT))))))))))))))))",
	    "((((((((((((((((MIT))))))))))))))))", 35 },
	{ "one deeper", "(((((((((((((((((MIT)))))))))))))))))", "", 0 },
	{ "nothing", "", "", 0 },
	{ "a blank", " ", "", 0 },
};

static void
test_expressions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(expressions); i++) {
		const struct expression *row = &expressions[i];
		char got[WEIGH_LICENSE_EXPR] = "";

		check_u64(row->label,
		    license_expression(row->text, strlen(row->text), NULL, 0,
			got),
		    row->taken);
		check_str(row->label, got, row->want);
	}
}

/* Longer than there is room for: none, never half of one. */
static void
test_long_expression(void **state)
{
	char text[2048] = "MIT", got[WEIGH_LICENSE_EXPR] = "";

	(void)state;
	while (strlen(text) < 600)
		strcat(text, " OR MIT");
	check_u64("too long",
	    license_expression(text, strlen(text), NULL, 0, got), 0);
	text[507] = '\0';
	check_u64("just not",
	    license_expression(text, strlen(text), NULL, 0, got), 507);
	memset(text, 'a', WEIGH_LICENSE_ID);
	check_u64("an id too long",
	    license_expression(text, WEIGH_LICENSE_ID, NULL, 0, got), 0);
	check_u64("just not",
	    license_expression(text, WEIGH_LICENSE_ID - 1, NULL, 0, got),
	    WEIGH_LICENSE_ID - 1);
}

/* --- references ------------------------------------------------------------------- */

/* `want`: "kind id target; ", what is empty left out. */
static const struct row {
	const char *label, *text, *want;
} rows[] = {
	{ "an identifier", SPDX "MIT\n", "spdx MIT;" },
	{ "in a comment", "/* " SPDX "MIT OR ISC */\n", "spdx MIT OR ISC;" },
	{ "in a comment of XML", "<!-- " SPDX "MIT -->\n", "spdx MIT;" },
	{ "in small letters", "spdx-license-identifier: mit\n", "spdx mit;" },
	{ "with words behind", SPDX "MIT, see below\n",
	    "spdx |MIT, see below broken;" },
	{ "that is none", SPDX "(MIT\n", "spdx |(MIT broken;" },
	{ "half of one", SPDX "MIT OR\n", "spdx |MIT OR broken;" },
	{ "of nothing", SPDX "\n", "spdx broken;" },
	{ "twice the same", SPDX "MIT\n" SPDX "MIT\n", "spdx MIT;" },
	{ "two", SPDX "MIT\n" SPDX "ISC\n", "spdx MIT;spdx ISC;" },
	{ "a header",
	    "Licensed under the Apache License, Version 2.0 (the \"License\")",
	    "header Apache-2.0;" },
	{ "this version only",
	    "distributed under the terms of the GNU General Public License, "
	    "version 2",
	    "header GPL-2.0-only;" },
	{ "or a later one",
	    "under the terms of the GNU General Public License version 3, or "
	    "(at your option) any later version",
	    "header GPL-3.0-or-later;" },
	{ "a vendor's notice",
	    "Llama 3.1 is licensed under the Llama 3.1 Community License, "
	    "Copyright Meta",
	    "header LicenseRef-Llama-3.1-Community;" },
	{ "another one",
	    "Gemma is provided under and subject to the Gemma Terms of Use "
	    "found at ai.google.dev/gemma/terms",
	    "header LicenseRef-Gemma-Terms;" },
	{ "a name and no more", "Licensed under the MIT License",
	    "header MIT;" },
	{ "a sentence in between",
	    "Licensed under what we like. The MIT License is short", "" },
	{ "two names", "Licensed under the MIT License or Apache 2.0",
	    "header MIT OR Apache-2.0;" },
	{ "a field", "License: Apache 2.0", "name Apache-2.0;" },
	{ "a field in Markdown", "**License**: MIT License", "name MIT;" },
	{ "a field with a sign", "License: gplv2+", "name GPL-2.0-or-later;" },
	{ "a field of anything", "License: ours", "" },
	{ "the line below", "License:\nApache 2.0", "name Apache-2.0;" },
	{ "no field", "The license we like is Apache 2.0 of all", "" },
	{ "under a name", "The model is under the Apache 2.0 license.",
	    "header Apache-2.0;" },
	{ "under anything", "Keep it under the table", "" },
	{ "a license nobody knows", "Licensed under the Foo License", "" },
	{ "a name without a verb", "the MIT License is short", "" },
	{ "a page", "http://www.apache.org/licenses/LICENSE-2.0",
	    "url Apache-2.0 |http://www.apache.org/licenses/LICENSE-2.0;" },
	{ "a page with an ending",
	    "https://www.gnu.org/licenses/gpl-3.0.en.html",
	    "url GPL-3.0-only |https://www.gnu.org/licenses/gpl-3.0.en.html;" },
	{ "a page with an ending that nobody knows",
	    "https://www.gnu.org/licenses/gpl-3.0.exe", "" },
	{ "a page of a known ending",
	    "https://www.gnu.org/licenses/gpl-3.0.html",
	    "url GPL-3.0-only |https://www.gnu.org/licenses/gpl-3.0.html;" },
	{ "creative commons", "https://creativecommons.org/licenses/by-nc/4.0/",
	    "url CC-BY-NC-4.0 |"
	    "https://creativecommons.org/licenses/by-nc/4.0/;" },
	{ "a license's file", "https://example.org/model/LICENSE",
	    "url |https://example.org/model/LICENSE;" },
	{ "an address beside license",
	    "The license is at https://example.org/x",
	    "url |https://example.org/x;" },
	{ "an address of anything", "Our page: https://example.org/x", "" },
	{ "a badge",
	    "https://img.shields.io/badge/License-Apache%202.0-blue.svg",
	    "url apache-2.0 |"
	    "https://img.shields.io/badge/License-Apache%202.0-blue.svg;" },
	{ "a file", "See LICENSE-MODEL for the weights.",
	    "file |LICENSE-MODEL;" },
	{ "a file with an ending", "see LICENSE.txt for details",
	    "file |LICENSE.txt;" },
	{ "an underscore", "can be found in LICENSE_MODEL file",
	    "file |LICENSE_MODEL;" },
	{ "a bare name", "see the LICENSE file", "file |LICENSE;" },
	{ "a link", "the [terms](LICENSE-MODEL) of it",
	    "file |LICENSE-MODEL;" },
	{ "a link to anything", "the [terms](OTHER-MODEL) of it", "" },
	{ "no link", "the terms (LICENSE-MODEL) of it", "" },
	{ "Debian's copy", "see `/usr/share/common-licenses/GPL-2'.",
	    "file GPL-2.0-only |/usr/share/common-licenses/GPL-2;" },
	{ "a copy that Debian has not", "see /usr/share/common-licenses/X11",
	    "file |/usr/share/common-licenses/X11;" },
	{ "another folder of Debian", "see /usr/share/common/GPL-2", "" },
	{ "a policy", "see USE_POLICY.md", "file |USE_POLICY.md;" },
	{ "the license, not a file",
	    "See the License for the specific language", "" },
	{ "capitals are no file", "THIS LICENSE DOES NOT GRANT", "" },
	{ "nothing", "", "" },
};

static void
print(char *out, size_t size, const struct weigh_license_ref *r, size_t n)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(out + len, size - len,
		    "%s%s%s%s%s%s%s;", weigh_license_ref_name(r[i].kind),
		    r[i].id[0] != '\0' || r[i].target[0] != '\0' ? " " : "",
		    r[i].id,
		    r[i].id[0] != '\0' && r[i].target[0] != '\0' ? " |" :
			r[i].target[0] != '\0'                   ? "|" :
								   "",
		    r[i].target, r[i].doubt != 0 ? " " : "",
		    weigh_license_doubt_name(r[i].doubt));
}

static size_t
references(const char *text, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_license_ref *out, size_t room)
{
	struct license_text *t = wording_of(text, len);
	size_t n;

	n = license_references(t, text, len, packs, npacks, out, room);
	if (n == 0)
		n = license_lone_names(t, text, len, packs, npacks, out, room);
	license_text_free(t);
	return n;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_license_ref r[4];
		char got[1024];

		print(got, sizeof(got), r,
		    references(rows[i].text, strlen(rows[i].text), NULL, 0, r,
			COUNT(r)));
		check_str(rows[i].label, got, rows[i].want);
	}
}

/* --- by the names that the built-in pack has ------------------------------------------ */

static const struct row by_pack[] = {
	{ "a title", "MIT License\n", "name MIT;" },
	{ "a title twice", "The MIT License (MIT)\n", "name MIT;" },
	{ "an id", "EPL-2.0\n", "name EPL-2.0;" },
	{ "blanks for dashes", "CC BY-NC 4.0\n", "name CC-BY-NC-4.0;" },
	{ "no zero", "cc by nc 4\n", "name CC-BY-NC-4.0;" },
	{ "a title of two lines", "Apache License\nVersion 2.0, January 2004\n",
	    "name Apache-2.0;" },
	{ "a title and more", "MIT License for all but Acme\n", "" },
	{ "a word among many",
	    "one two three four five six seven eight nine ten eleven twelve\n"
	    "JSON\none two three four five six seven eight nine ten eleven\n"
	    "one two three four five six seven eight nine ten eleven twelve\n"
	    "one two three four five six seven\n",
	    "" },
	{ "below its heading",
	    "one two three four five six seven eight nine ten eleven twelve\n"
	    "License\nMIT\none two three four five six seven eight nine ten\n"
	    "one two three four five six seven eight nine ten eleven twelve\n"
	    "one two three four five six seven\n",
	    "name MIT;" },
	{ "a field", "License: GPL-3.0-or-later\n", "name GPL-3.0-or-later;" },
	{ "of Debian", "License: GPL-2+\n", "name GPL-2.0-or-later;" },
	{ "twice the same field", "License: GPL-3+\nLicense: GPL-3+\n",
	    "name GPL-3.0-or-later;" },
	{ "two fields", "License: GPL-2+\nLicense: GPL-3\n",
	    "name GPL-2.0-or-later;name GPL-3.0-only;" },
	{ "two fields in Markdown",
	    "**License**: GPL-2\n\n**License**: GPL-2+\n",
	    "name GPL-2.0-only;name GPL-2.0-or-later;" },
	{ "a word behind the sign", "License: the GPL-3+ license\n",
	    "name GPL-3.0-or-later;" },
	{ "an exception behind the sign",
	    "License: GPL-2+ with Autoconf exception\n",
	    "name GPL-2.0-with-autoconf-exception;" },
	{ "an open one", "License: GPL-2\n", "name GPL-2.0-only;" },
	{ "an expression", "License: MIT OR Apache-2.0\n",
	    "name MIT OR Apache-2.0;" },
	{ "a vendor's", "License: Llama 3.1 Community License\n",
	    "name LicenseRef-Llama-3.1-Community;" },
	{ "a word", "Licensed under MIT\n", "header MIT;" },
	{ "a word of anything", "Licensed under rules that JSON has\n", "" },
	{ "what it runs under", "It runs under X11 and Python.\n", "" },
	{ "listed", SPDX "MIT OR (ISC AND Zlib)\n",
	    "spdx MIT OR (ISC AND Zlib);" },
	{ "an exception",
	    SPDX "GPL-2.0-or-later WITH Classpath-exception-2.0\n",
	    "spdx GPL-2.0-or-later WITH Classpath-exception-2.0;" },
	{ "later, listed", SPDX "Apache-2.0+\n", "spdx Apache-2.0+;" },
	{ "on no list", SPDX "MIT-2\n", "spdx MIT-2 unlisted;" },
	{ "one of two", SPDX "MIT OR LicenseRef-Brook\n",
	    "spdx MIT OR LicenseRef-Brook unlisted;" },
};

static void
test_by_pack(void **state)
{
	const struct weigh_license_pack *packs[1];
	struct weigh_license_pack *pack = NULL;
	const void *bytes;
	size_t len;

	(void)state;
	weigh_licensepack_builtin(&bytes, &len);
	assert_int_equal(weigh_licensepack_open(&pack, bytes, len, NULL),
	    WEIGH_OK);
	packs[0] = pack;
	for (size_t i = 0; i < COUNT(by_pack); i++) {
		const struct row *row = &by_pack[i];
		struct weigh_license_ref r[4];
		char got[1024];

		print(got, sizeof(got), r,
		    references(row->text, strlen(row->text), packs, 1, r,
			COUNT(r)));
		check_str(row->label, got, row->want);
	}
	weigh_licensepack_close(pack);
}

/* A name that goes on over all lines is not read again at each of them. */
static void
test_name_of_many_lines(void **state)
{
	enum {
		LINES = 50000
	};
	static const char line[] = "MIT License\n",
			  last[] = "MIT License foo\n";
	static char text[LINES * (sizeof(line) - 1) + sizeof(last)];
	struct weigh_license_ref r[1];
	clock_t before = clock();
	char *to = text;

	(void)state;
	for (size_t i = 0; i < LINES; i++, to += sizeof(line) - 1)
		memcpy(to, line, sizeof(line) - 1);
	memcpy(to, last, sizeof(last));
	check_u64("one", references(text, strlen(text), NULL, 0, r, 1), 1);
	check_true("soon", clock() - before < 5 * CLOCKS_PER_SEC);
}

/* (5) of weigh/license.h: each reference tells the bytes that it was read from. */
static void
test_place(void **state)
{
	static const char text[] = "one\n// " SPDX "MIT OR ISC\nsee "
				   "LICENSE-CODE.\n";
	struct weigh_license_ref r[2];

	(void)state;
	check_u64("two", references(text, strlen(text), NULL, 0, r, 2), 2);
	check_bytes("an expression", text + r[0].start, r[0].end - r[0].start,
	    SPDX "MIT OR ISC", strlen(SPDX) + 10);
	check_u64("its line", r[0].line, 2);
	check_bytes("a file", text + r[1].start, r[1].end - r[1].start,
	    "LICENSE-CODE", 12);
	check_u64("room for one", references(text, strlen(text), NULL, 0, r, 1),
	    1);
	check_u64("no room", references(text, strlen(text), NULL, 0, r, 0), 0);
}

/* --- pages ------------------------------------------------------------------------ */

static const struct page {
	const char *url, *id;
} pages[] = {
	{ "spdx.org/licenses/apache-2.0.html", "apache-2.0" },
	{ "spdx.org/licenses/isc", "isc" },
	{ "spdx.org/licenses/", NULL },
	{ "apache.org/licenses/license-2.0.txt", "Apache-2.0" },
	{ "apache.org/licenses/license-2.0-draft", NULL },
	{ "apache.org/licenses", NULL },
	{ "creativecommons.org/licenses/by-nc-sa/3.0/deed.en",
	    "CC-BY-NC-SA-3.0" },
	{ "creativecommons.org/licenses/by-nc-sa", NULL },
	{ "creativecommons.org/licenses/foo/4.0", NULL },
	{ "creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0" },
	{ "llama.com/llama3_2/license", "LicenseRef-Llama-3.2-Community" },
	{ "ai.google.dev/gemma/terms?hl=de", "LicenseRef-Gemma-Terms" },
	{ "", NULL },
};

static void
test_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pages); i++) {
		char id[WEIGH_LICENSE_ID] = "";

		check_true(pages[i].url,
		    license_page(pages[i].url, id) == (pages[i].id != NULL));
		if (pages[i].id != NULL)
			check_str(pages[i].url, id, pages[i].id);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_long_expression),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_by_pack),
		cmocka_unit_test(test_name_of_many_lines),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
