/* known: see known.h. */
#include <stdio.h>
#include <string.h>

#include "known.h"
#include "look.h"
#include "names.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* --- names ------------------------------------------------------------------------ */

/* What people say beside the names of the packs, and the names that count without a pack.
 * The longest that stands there counts.  An id that ends in "-?" is -only or -or-later by
 * what follows. */
static const struct {
	const char *name, *id;
} names[] = {
	{ "apache license version 2.0", "Apache-2.0" },
	{ "apache license 2.0", "Apache-2.0" },
	{ "apache license v2.0", "Apache-2.0" },
	{ "apache license version 2", "Apache-2.0" },
	{ "apache 2.0 license", "Apache-2.0" },
	{ "apache 2.0", "Apache-2.0" },
	{ "apache2.0", "Apache-2.0" },
	{ "mit license", "MIT" },
	{ "artistic", "Artistic-1.0-Perl" },
	{ "expat", "MIT" },
	{ "expat license", "MIT" },
	{ "isc license", "ISC" },
	{ "zlib license", "Zlib" },
	{ "boost software license version 1.0", "BSL-1.0" },
	{ "boost software license 1.0", "BSL-1.0" },
	{ "new bsd license", "BSD-3-Clause" },
	{ "modified bsd license", "BSD-3-Clause" },
	{ "revised bsd license", "BSD-3-Clause" },
	{ "simplified bsd license", "BSD-2-Clause" },
	{ "bsd 3 clause", "BSD-3-Clause" },
	{ "3 clause bsd", "BSD-3-Clause" },
	{ "bsd 2 clause", "BSD-2-Clause" },
	{ "2 clause bsd", "BSD-2-Clause" },
	{ "mozilla public license version 2.0", "MPL-2.0" },
	{ "mozilla public license v 2.0", "MPL-2.0" },
	{ "mozilla public license 2.0", "MPL-2.0" },
	{ "eclipse public license v 2.0", "EPL-2.0" },
	{ "eclipse public license 2.0", "EPL-2.0" },
	{ "eclipse public license version 2.0", "EPL-2.0" },
	{ "gnu general public license version 3", "GPL-3.0-?" },
	{ "gnu general public license version 3.0", "GPL-3.0-?" },
	{ "gnu general public license v3", "GPL-3.0-?" },
	{ "gnu general public license v3.0", "GPL-3.0-?" },
	{ "gnu gpl version 3", "GPL-3.0-?" },
	{ "gnu gpl v3", "GPL-3.0-?" },
	{ "gplv3", "GPL-3.0-?" },
	{ "gpl v3", "GPL-3.0-?" },
	{ "gnu general public license version 2", "GPL-2.0-?" },
	{ "gnu general public license version 2.0", "GPL-2.0-?" },
	{ "gnu general public license v2", "GPL-2.0-?" },
	{ "gnu gpl version 2", "GPL-2.0-?" },
	{ "gplv2", "GPL-2.0-?" },
	{ "gpl v2", "GPL-2.0-?" },
	{ "gnu lesser general public license version 3", "LGPL-3.0-?" },
	{ "gnu lesser general public license version 2.1", "LGPL-2.1-?" },
	{ "lgplv3", "LGPL-3.0-?" },
	{ "lgplv2.1", "LGPL-2.1-?" },
	{ "gnu affero general public license version 3", "AGPL-3.0-?" },
	{ "gnu affero general public license v3", "AGPL-3.0-?" },
	{ "agplv3", "AGPL-3.0-?" },
	{ "cc by 4.0", "CC-BY-4.0" },
	{ "ccby 4.0", "CC-BY-4.0" },
	{ "cc by sa 4.0", "CC-BY-SA-4.0" },
	{ "cc bysa 4.0", "CC-BY-SA-4.0" },
	{ "ccbysa 4.0", "CC-BY-SA-4.0" },
	{ "cc by nc 4.0", "CC-BY-NC-4.0" },
	{ "cc bync 4.0", "CC-BY-NC-4.0" },
	{ "ccbync 4.0", "CC-BY-NC-4.0" },
	{ "cc bync sa 4.0", "CC-BY-NC-SA-4.0" },
	{ "cc byncsa 4.0", "CC-BY-NC-SA-4.0" },
	{ "ccbyncsa 4.0", "CC-BY-NC-SA-4.0" },
	{ "cc bynd 4.0", "CC-BY-ND-4.0" },
	{ "ccbynd 4.0", "CC-BY-ND-4.0" },
	{ "cc byncnd 4.0", "CC-BY-NC-ND-4.0" },
	{ "ccbyncnd 4.0", "CC-BY-NC-ND-4.0" },
	{ "cc0 1.0", "CC0-1.0" },
	{ "creative commons zero v1.0 universal", "CC0-1.0" },
	{ "creative commons attribution 4.0", "CC-BY-4.0" },
	{ "creative commons attribution sharealike 4.0", "CC-BY-SA-4.0" },
	{ "creative commons attributionsharealike 4.0", "CC-BY-SA-4.0" },
	{ "creative commons attribution noncommercial 4.0", "CC-BY-NC-4.0" },
	{ "creative commons attributionnoncommercial 4.0", "CC-BY-NC-4.0" },
	{ "creative commons attributionnoncommercialsharealike 4.0",
	    "CC-BY-NC-SA-4.0" },
	{ "creative commons attributionnoderivatives 4.0", "CC-BY-ND-4.0" },
	{ "creative commons attributionnoncommercialnoderivatives 4.0",
	    "CC-BY-NC-ND-4.0" },
	{ "openmdw license agreement version 1.0", "OpenMDW-1.0" },
	{ "llama license", "LicenseRef-LLaMA-1" },
	{ "llama 2 community license", "LicenseRef-Llama-2-Community" },
	{ "llama 3 community license", "LicenseRef-Llama-3-Community" },
	{ "meta llama 3 community license", "LicenseRef-Llama-3-Community" },
	{ "llama 3.1 community license", "LicenseRef-Llama-3.1-Community" },
	{ "llama 3.2 community license", "LicenseRef-Llama-3.2-Community" },
	{ "llama 3.3 community license", "LicenseRef-Llama-3.3-Community" },
	{ "llama 4 community license", "LicenseRef-Llama-4-Community" },
	{ "gemma terms of use", "LicenseRef-Gemma-Terms" },
	{ "qwen license agreement", "LicenseRef-Qwen" },
	{ "qwen research license agreement", "LicenseRef-Qwen-Research" },
	{ "tongyi qianwen license agreement", "LicenseRef-Tongyi-Qianwen" },
	{ "tongyi qianwen research license agreement",
	    "LicenseRef-Tongyi-Qianwen-Research" },
	{ "tencent hunyuan community license agreement",
	    "LicenseRef-Tencent-Hunyuan-Community" },
	{ "tencent hunyuan 3d 2.0 community license agreement",
	    "LicenseRef-Tencent-Hunyuan3D-2.0-Community" },
	{ "stability ai community license",
	    "LicenseRef-Stability-Community-2024" },
	{ "minimax model license", "LicenseRef-MiniMax-Model" },
	{ "chameleon research license", "LicenseRef-Chameleon-Research-2024" },
	{ "creativeml open railm", "LicenseRef-CreativeML-OpenRAIL-M" },
	{ "creativeml openrailm", "LicenseRef-CreativeML-OpenRAIL-M" },
	{ "bigcode openrailm", "LicenseRef-BigCode-OpenRAIL-M-1" },
	{ "flux.1 dev noncommercial license", "LicenseRef-FLUX-1-dev-NC" },
};

/* By what people say; words of it. */
static const char *
said_at(const struct license_text *t, size_t i, size_t *words)
{
	const char *found = NULL;

	*words = 0;
	for (size_t k = 0; k < COUNT(names); k++) {
		size_t n = license_phrase_at(t, i, names[k].name);

		if (n <= *words)
			continue;
		*words = n;
		found = names[k].id;
	}
	return found;
}

/* By what a pack calls its licenses. */
static bool
called_at(const struct license_text *t, size_t i,
    const struct weigh_license_pack *pack, struct license_known *out)
{
	static const char only[] = "-only";
	struct weigh_licensepack_entry e;
	const struct license_called *called;
	size_t count, words, len;

	called = license_names_at(license_pack_names(pack), t, i, false, &count,
	    &words);
	if (called == NULL || words <= out->words)
		return false;
	weigh_licensepack_entry(pack, called->entry, &e);
	len = strlen(e.id);
	out->open = called->how == CALLED_OPENLY && len > strlen(only);
	out->words = words;
	if (out->open)
		len -= strlen(only);
	snprintf(out->id, sizeof(out->id), "%.*s", (int)len, e.id);
	return true;
}

bool
license_name_at(const struct license_text *t, size_t i,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct license_known *out)
{
	const char *said;
	size_t len;

	*out = (struct license_known){ .words = 0 };
	said = said_at(t, i, &out->words);
	if (said != NULL) {
		len = strlen(said);
		out->open = said[len - 1] == '?';
		snprintf(out->id, sizeof(out->id), "%.*s",
		    (int)(out->open ? len - 2 : len), said);
	}
	for (size_t p = 0; p < npacks; p++)
		(void)called_at(t, i, packs[p], out);
	return out->words > 0;
}

/* --- pages ------------------------------------------------------------------------ */

static const struct {
	const char *page, *id;
} pages[] = {
	{ "apache.org/licenses/license-2.0", "Apache-2.0" },
	{ "opensource.org/licenses/mit", "MIT" },
	{ "opensource.org/license/mit", "MIT" },
	{ "opensource.org/licenses/apache-2.0", "Apache-2.0" },
	{ "opensource.org/license/apache-2-0", "Apache-2.0" },
	{ "opensource.org/licenses/bsd-3-clause", "BSD-3-Clause" },
	{ "opensource.org/licenses/bsd-2-clause", "BSD-2-Clause" },
	{ "opensource.org/licenses/isc", "ISC" },
	{ "choosealicense.com/licenses/mit", "MIT" },
	{ "choosealicense.com/licenses/apache-2.0", "Apache-2.0" },
	{ "usr/share/common-licenses/apache-2.0", "Apache-2.0" },
	{ "usr/share/common-licenses/artistic", "Artistic-1.0-Perl" },
	{ "usr/share/common-licenses/bsd", "BSD-3-Clause" },
	{ "usr/share/common-licenses/cc0-1.0", "CC0-1.0" },
	{ "usr/share/common-licenses/gfdl-1.2", "GFDL-1.2-only" },
	{ "usr/share/common-licenses/gfdl-1.3", "GFDL-1.3-only" },
	{ "usr/share/common-licenses/gpl-1", "GPL-1.0-only" },
	{ "usr/share/common-licenses/gpl-2", "GPL-2.0-only" },
	{ "usr/share/common-licenses/gpl-3", "GPL-3.0-only" },
	{ "usr/share/common-licenses/lgpl-2", "LGPL-2.0-only" },
	{ "usr/share/common-licenses/lgpl-2.1", "LGPL-2.1-only" },
	{ "usr/share/common-licenses/lgpl-3", "LGPL-3.0-only" },
	{ "usr/share/common-licenses/mpl-1.1", "MPL-1.1" },
	{ "usr/share/common-licenses/mpl-2.0", "MPL-2.0" },
	{ "gnu.org/licenses/gpl-3.0", "GPL-3.0-only" },
	{ "gnu.org/licenses/gpl-2.0", "GPL-2.0-only" },
	{ "gnu.org/licenses/old-licenses/gpl-2.0", "GPL-2.0-only" },
	{ "gnu.org/licenses/agpl-3.0", "AGPL-3.0-only" },
	{ "gnu.org/licenses/lgpl-3.0", "LGPL-3.0-only" },
	{ "gnu.org/licenses/lgpl-2.1", "LGPL-2.1-only" },
	{ "gnu.org/licenses/old-licenses/lgpl-2.1", "LGPL-2.1-only" },
	{ "mozilla.org/mpl/2.0", "MPL-2.0" },
	{ "mozilla.org/en-us/mpl/2.0", "MPL-2.0" },
	{ "eclipse.org/legal/epl-2.0", "EPL-2.0" },
	{ "eclipse.org/legal/epl-v20", "EPL-2.0" },
	{ "boost.org/license_1_0", "BSL-1.0" },
	{ "unlicense.org", "Unlicense" },
	{ "creativecommons.org/publicdomain/zero/1.0", "CC0-1.0" },
	{ "openmdw.ai/license/1-0", "OpenMDW-1.0" },
	{ "openmdw.ai/license/1-1", "LicenseRef-OpenMDW-1.1" },
	{ "ai.google.dev/gemma/terms", "LicenseRef-Gemma-Terms" },
	{ "ai.google.dev/gemma/prohibited_use_policy", "LicenseRef-Gemma-PUP" },
	{ "ai.meta.com/llama/license", "LicenseRef-Llama-2-Community" },
	{ "ai.meta.com/llama/use-policy", "LicenseRef-Llama-2-Community-AUP" },
	{ "llama.meta.com/llama2/license", "LicenseRef-Llama-2-Community" },
	{ "llama.meta.com/llama3/license", "LicenseRef-Llama-3-Community" },
	{ "llama.meta.com/llama3/use-policy",
	    "LicenseRef-Llama-3-Community-AUP" },
	{ "llama.meta.com/llama3_1/license", "LicenseRef-Llama-3.1-Community" },
	{ "llama.meta.com/llama3_1/use-policy",
	    "LicenseRef-Llama-3.1-Community-AUP" },
	{ "llama.com/llama3_1/license", "LicenseRef-Llama-3.1-Community" },
	{ "llama.com/llama3_1/use-policy",
	    "LicenseRef-Llama-3.1-Community-AUP" },
	{ "llama.com/llama3_2/license", "LicenseRef-Llama-3.2-Community" },
	{ "llama.com/llama3_2/use-policy",
	    "LicenseRef-Llama-3.2-Community-AUP" },
	{ "llama.com/llama3_3/license", "LicenseRef-Llama-3.3-Community" },
	{ "llama.com/llama3_3/use-policy",
	    "LicenseRef-Llama-3.3-Community-AUP" },
	{ "llama.com/llama4/license", "LicenseRef-Llama-4-Community" },
	{ "llama.com/llama4/use-policy", "LicenseRef-Llama-4-Community-AUP" },
	{ "stability.ai/community-license-agreement",
	    "LicenseRef-Stability-Community-2024" },
};

/* "/", "?", "#" or ".html", ".txt": the rest of a page's address. */
static bool
page_ends(const char *rest)
{
	static const char *const ends[] = { "", ".html", ".en.html", ".htm",
		".txt", ".md", ".php", "/legalcode", "/deed.en",
		"/legalcode.en", "/legalcode.txt", "/international", NULL };
	size_t n = strcspn(rest, "?#");

	for (size_t i = 0; ends[i] != NULL; i++)
		if (strlen(ends[i]) == n && strncmp(ends[i], rest, n) == 0)
			return true;
	return false;
}

/* creativecommons.org/licenses/by-nc/4.0: the id can be read from it. */
static bool
creative_commons(const char *url, char id[WEIGH_LICENSE_ID])
{
	static const char start[] = "creativecommons.org/licenses/";
	static const char *const kinds[] = { "by", "by-sa", "by-nc", "by-nd",
		"by-nc-sa", "by-nc-nd" };
	size_t n, version;

	if (strncmp(url, start, strlen(start)) != 0)
		return false;
	url += strlen(start);
	n = strcspn(url, "/");
	if (url[n] != '/')
		return false;
	version = strspn(url + n + 1, "0123456789.");
	if (version != 3 || !page_ends(url + n + 1 + version))
		return false;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strlen(kinds[i]) == n && strncmp(kinds[i], url, n) == 0) {
			size_t at = (size_t)snprintf(id, WEIGH_LICENSE_ID,
			    "CC-%.*s-%.3s", (int)n, url, url + n + 1);

			for (size_t k = 0; k < at; k++)
				if (id[k] >= 'a' && id[k] <= 'z')
					id[k] = (char)(id[k] - 'a' + 'A');
			return true;
		}
	return false;
}

/* spdx.org/licenses/apache-2.0: its last part is the id. */
static bool
spdx_page(const char *url, char id[WEIGH_LICENSE_ID])
{
	static const char start[] = "spdx.org/licenses/";
	static const char html[] = ".html";
	size_t n;

	if (strncmp(url, start, strlen(start)) != 0)
		return false;
	url += strlen(start);
	n = strcspn(url, "/?#");
	if (n > strlen(html) &&
	    memcmp(url + n - strlen(html), html, strlen(html)) == 0)
		n -= strlen(html);
	if (n == 0 || n >= WEIGH_LICENSE_ID)
		return false;
	snprintf(id, WEIGH_LICENSE_ID, "%.*s", (int)n, url);
	return true;
}

bool
license_page(const char *url, char id[WEIGH_LICENSE_ID])
{
	for (size_t i = 0; i < COUNT(pages); i++) {
		size_t n = strlen(pages[i].page);

		if (strncmp(url, pages[i].page, n) != 0 || !page_ends(url + n))
			continue;
		snprintf(id, WEIGH_LICENSE_ID, "%s", pages[i].id);
		return true;
	}
	return creative_commons(url, id) || spdx_page(url, id);
}
