/* What files say of the GNU licenses, as the pack that is built in knows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/license.h>
#include <weigh/licensepack.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define GRANT(thing, license, version) \
	"This " thing " is free software; you can redistribute it and/or " \
	"modify it under the terms of the GNU " license " as published by " \
	"the Free Software Foundation; " version ".\n\n"
#define HOPE(thing, license) \
	"This " thing " is distributed in the hope that it will be useful, " \
	"but WITHOUT ANY WARRANTY; without even the implied warranty of " \
	"MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU " license \
	" for more details.\n\n"
#define GPL "General Public License"
#define LESSER "Lesser General Public License"
#define LATER ", or (at your option) any later version"
#define GPL_2 GRANT("program", GPL, "either version 2 of the License" LATER)
#define HEADER GPL_2 HOPE("program", GPL)
#define COPY \
	"You should have received a copy of the GNU General Public License " \
	"along with this program"
#define WRITE "; if not, write to the Free Software Foundation, Inc., "

static const struct row {
	const char *label, *text, *kind, *id;
} rows[] = {
	{ "no last paragraph", HEADER, "reference", "GPL-2.0-or-later" },
	{ "a notice above", "Copyright (C) 1999 Ann Smith\n\n" HEADER,
	    "reference", "GPL-2.0-or-later" },
	{ "a copy, and no address", HEADER COPY ".\n", "reference",
	    "GPL-2.0-or-later" },
	{ "in Cambridge",
	    HEADER COPY WRITE "675 Mass Ave, Cambridge, MA 02139, USA.\n",
	    "reference", "GPL-2.0-or-later" },
	{ "in Temple Place",
	    HEADER COPY WRITE "59 Temple Place - Suite 330, Boston, MA "
			      "02111-1307, USA.\n",
	    "reference", "GPL-2.0-or-later" },
	{ "in Franklin St",
	    HEADER COPY WRITE "51 Franklin St, Fifth Floor, Boston, MA "
			      "02110-1301 USA\n",
	    "reference", "GPL-2.0-or-later" },
	{ "a file",
	    HEADER COPY "; see the file COPYING" WRITE
			"51 Franklin Street, Boston, MA 02110-1301\n",
	    "reference", "GPL-2.0-or-later" },
	{ "a page",
	    HEADER COPY ".  If not, see <http://www.gnu.org/licenses/>.\n",
	    "reference", "GPL-2.0-or-later" },
	{ "version 2, or",
	    GRANT("program", GPL, "either version 2" LATER)
		HOPE("program", GPL),
	    "reference", "GPL-2.0-or-later" },
	{ "only version 2",
	    GRANT("program", GPL, "version 2 of the License")
		HOPE("program", GPL),
	    "reference", "GPL-2.0-only" },
	{ "a package",
	    GRANT("package", LESSER, "either version 2.1" LATER)
		HOPE("package", LESSER),
	    "reference", "LGPL-2.1-or-later" },
	/* what narrows it */
	{ "a limit behind", HEADER "You may not sell it.\n", "modified",
	    "LicenseRef-modified-GPL-2.0-or-later-" },
	{ "a limit instead of the paragraph",
	    HEADER "However, commercial use is forbidden.\n", "modified",
	    "LicenseRef-modified-GPL-2.0-or-later-" },
	{ "a limit behind the address",
	    HEADER COPY WRITE "59 Temple Place, Suite 330, Boston, MA "
			      "02111-1307, except for military use.\n",
	    "modified", "LicenseRef-modified-GPL-2.0-or-later-" },
	{ "a limit in the paragraph",
	    HEADER COPY ", which you may not sell" WRITE
			"51 Franklin Street, Boston, MA 02110-1301\n",
	    "unknown", "LicenseRef-text-" },
	{ "a limit in the grant",
	    GRANT("program", GPL, "either version 2, for research only" LATER)
		HOPE("program", GPL),
	    "unknown", "LicenseRef-text-" },
	{ "another version",
	    GRANT("program", GPL, "either version 7" LATER)
		HOPE("program", GPL),
	    "unknown", "LicenseRef-text-" },
};

static void
test_headers(void **state)
{
	struct weigh_license_pack *pack = NULL;
	const struct weigh_license_pack *packs[1];
	const void *bytes;
	size_t len;

	(void)state;
	weigh_licensepack_builtin(&bytes, &len);
	assert_int_equal(weigh_licensepack_open(&pack, bytes, len, NULL),
	    WEIGH_OK);
	packs[0] = pack;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_license_result *r = NULL;
		char id[64];

		assert_int_equal(weigh_license_scan(&r, rows[i].text,
				     strlen(rows[i].text), packs, 1, NULL),
		    WEIGH_OK);
		(void)snprintf(id, sizeof(id), "%.*s", (int)strlen(rows[i].id),
		    r->license);
		check_str(rows[i].label, weigh_license_kind_name(r->kind),
		    rows[i].kind);
		check_str(rows[i].label, id, rows[i].id);
		weigh_license_result_free(r);
	}
	weigh_licensepack_close(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
