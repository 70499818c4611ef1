/*
 * refs: what a text points to; see facts.h.
 *
 * A pointer proves intent, not text: the id is what the pointer says, and may be unknown
 * to the packs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "finder.h"
#include "known.h"
#include "look.h"
#include "spdx.h"

#define FILE_MAX 64 /* bytes of a file's name */

/* The reference, unless the same was found before; NULL: it was, or there is no room. */
struct weigh_license_ref *
license_finder_put(struct license_finder *find,
    enum weigh_license_ref_kind kind, const char *id, const char *target,
    uint32_t start, uint32_t end, uint32_t line)
{
	struct weigh_license_ref *out;

	for (size_t i = 0; i < find->n; i++)
		if (find->out[i].kind == kind &&
		    strcmp(find->out[i].id, id) == 0 &&
		    strcmp(find->out[i].target, target) == 0)
			return NULL;
	if (find->n == find->room) {
		find->more = true;
		return NULL;
	}
	out = &find->out[find->n++];
	*out = (struct weigh_license_ref){
		.kind = kind, .start = start, .end = end, .line = line
	};
	snprintf(out->id, sizeof(out->id), "%s", id);
	snprintf(out->target, sizeof(out->target), "%s", target);
	return out;
}

/* --- what is read as it is written ---------------------------------------------- */

/* The ASCII of the file from byte `at` to the end of the line; UTF-16 and UTF-32 have
 * zeros between, and nothing else is read here.  *ends: where each of them ended. */
size_t
license_finder_raw(const struct license_finder *find, uint32_t at, char *out,
    uint32_t *ends, size_t size)
{
	size_t n = 0;

	for (; at < find->len && n + 1 < size; at++) {
		unsigned char c = find->bytes[at];

		if (c == '\0')
			continue;
		if (c == '\n' || c == '\r' || c < 0x09 || c >= 0x7f)
			break;
		ends[n] = at + 1;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return n;
}

/* What may stand behind an expression: the end of a comment, a quote, a tag. */
bool
license_only_marks(const char *rest)
{
	return rest[strspn(rest, " \t*/-\"'`#>)]}.,;:|")] == '\0' ||
	    rest[0] == '<';
}

/* SPDX-License-Identifier: EXPRESSION */
static size_t
find_spdx(struct license_finder *find, size_t i)
{
	static license_phrases words = { "spdxlicenseidentifier",
		"spdx license identifier", NULL };
	size_t n = license_any_at(find->t, i, words), from, taken;
	char raw[WEIGH_LICENSE_EXPR + 64], id[WEIGH_LICENSE_EXPR] = "";
	char target[256] = "";
	uint32_t ends[sizeof(raw)], end;
	struct weigh_license_ref *ref;

	if (n == 0)
		return 0;
	end = license_finder_token(find, i + n - 1)->end;
	license_finder_raw(find, end, raw, ends, sizeof(raw));
	from = strspn(raw, " \t:=\"'`");
	taken = license_expression(raw + from, strlen(raw + from), find->packs,
	    find->npacks, id);
	if (taken == 0 || !license_only_marks(raw + from + taken)) {
		id[0] = '\0';
		taken = strlen(raw + from);
		snprintf(target, sizeof(target), "%.255s", raw + from);
	}
	if (taken > 0)
		end = ends[from + taken - 1];
	ref = license_finder_put(find, WEIGH_LICENSE_REF_SPDX, id, target,
	    license_finder_token(find, i)->start, end,
	    license_finder_token(find, i)->line);
	if (ref != NULL && id[0] == '\0')
		ref->doubt = WEIGH_LICENSE_DOUBT_BROKEN;
	else if (ref != NULL &&
	    !license_expression_listed(id, find->packs, find->npacks))
		ref->doubt = WEIGH_LICENSE_DOUBT_UNLISTED;
	return n;
}

/* --- addresses -------------------------------------------------------------------- */

/* Does the last part of an address look like a license's file? */
static bool
license_file(const char *url)
{
	const char *last = strrchr(url, '/');

	last = last != NULL ? last + 1 : url;
	return strstr(last, "license") != NULL ||
	    strstr(last, "licence") != NULL || strstr(last, "copying") != NULL;
}

/* As words have it: small letters, no scheme, no "www.", no slash at the end. */
static void
tidy_url(const char *raw, char *out, size_t size)
{
	static const char *const starts[] = { "https://", "http://", "www." };
	size_t n = 0, skip = 0;

	for (; *raw != '\0' && n + 1 < size; raw++)
		out[n++] = *raw >= 'A' && *raw <= 'Z' ?
		    (char)(*raw - 'A' + 'a') :
		    *raw;
	while (n > 0 && out[n - 1] == '/')
		n--;
	out[n] = '\0';
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(out + skip, starts[i], strlen(starts[i])) == 0)
			skip += strlen(starts[i]);
	/* Not memmove: fortified, valgrind takes it for a memcpy that overlaps. */
	for (size_t i = 0; skip > 0 && i + skip <= n; i++)
		out[i] = out[i + skip];
}

/* img.shields.io/badge/license-apache%202.0-blue: the words between the dashes, where a
 * blank is "%20" or "_" and a dash is doubled. */
static bool
badge(const struct license_finder *find, const char *url,
    char id[WEIGH_LICENSE_ID])
{
	const char *at = strstr(url, "badge/license-");
	char raw[WEIGH_LICENSE_ID];
	size_t n = 0;

	if (at == NULL)
		return false;
	for (at += strlen("badge/license-");
	     n + 1 < sizeof(raw) && strchr("?&", *at) == NULL; at++) {
		bool blank = strncmp(at, "%20", 3) == 0;

		if (at[0] == '-' && at[1] != '-')
			break;
		raw[n++] = (char)(blank || *at == '_' ? '-' : *at);
		at += blank ? 2 : *at == '-';
	}
	if (n == 0)
		return false;
	license_id_known(raw, n, find->packs, find->npacks, id);
	return true;
}

static void
put_url(struct license_finder *find, const char *as_written,
    const struct license_token *where, bool beside)
{
	char url[256], id[WEIGH_LICENSE_ID] = "", known[WEIGH_LICENSE_ID] = "";

	tidy_url(as_written, url, sizeof(url));
	if (license_page(url, id))
		license_id_known(id, strlen(id), find->packs, find->npacks,
		    known);
	else if (!badge(find, url, known) && !beside && !license_file(url))
		return;
	(void)license_finder_put(find, WEIGH_LICENSE_REF_URL, known, as_written,
	    where->start, where->end, where->line);
}

static size_t
find_url(struct license_finder *find, size_t i)
{
	static license_phrases law = { "license", "licensed", "licenses",
		"terms", NULL };
	const struct license_token *where = license_finder_token(find, i);
	char raw[256];
	uint32_t ends[sizeof(raw)];
	size_t n = license_finder_raw(find, where->start, raw, ends,
	    sizeof(raw));

	while (n > 0 && ends[n - 1] > where->end)
		raw[--n] = '\0';
	put_url(find, raw, where,
	    license_any_back(find->t, i, 4, law) != LOOK_NONE);
	return 1;
}

/* --- names of files --------------------------------------------------------------- */

static bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("._-", c) != NULL);
}

static bool
capitals(const char *name)
{
	return name[strcspn(name, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* Is it called like a file: with an ending, or all in capitals with a sign inside? */
static bool
file_name(const char *name)
{
	static const char *const endings[] = { ".txt", ".md", ".rst", ".html",
		".pdf" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (n > strlen(endings[i]) &&
		    strcmp(name + n - strlen(endings[i]), endings[i]) == 0)
			return true;
	return capitals(name) && name[strcspn(name, "_-")] != '\0';
}

/* The name of a file from byte `at` on, without the signs that a sentence puts behind; its
 * length. */
static size_t
take_name(const struct license_finder *find, uint32_t at, char *raw,
    uint32_t *ends, size_t size)
{
	size_t n;

	license_finder_raw(find, at, raw, ends, size);
	for (n = 0; name_char(raw[n]); n++)
		;
	while (n > 0 && strchr("._-", raw[n - 1]) != NULL)
		n--;
	raw[n] = '\0';
	return n;
}

/* Words from `i` to the one that begins at byte `end` or behind. */
static size_t
words_until(const struct license_finder *find, size_t i, uint32_t end)
{
	size_t words = 1;

	while (i + words < find->t->ntokens &&
	    license_finder_token(find, i + words)->start < end)
		words++;
	return words;
}

/* Is it the target of a link: [text](LICENSE-MODEL)? */
static bool
is_link(const struct license_finder *find, uint32_t at)
{
	return at >= 2 && find->bytes[at - 1] == '(' &&
	    find->bytes[at - 2] == ']';
}

/* "/usr/share/common-licenses/GPL-2": where Debian has the texts of licenses. */
static size_t
find_common(struct license_finder *find, size_t i)
{
	static license_phrases path = { "usr share commonlicenses", NULL };
	const struct license_token *where = license_finder_token(find, i);
	char raw[FILE_MAX + 1] = "/", id[WEIGH_LICENSE_ID] = "";
	char known[WEIGH_LICENSE_ID] = "", page[sizeof(raw)];
	uint32_t ends[sizeof(raw)];
	size_t n;

	if (license_any_at(find->t, i, path) == 0)
		return 0;
	license_finder_raw(find, where->start, raw + 1, ends, sizeof(raw) - 1);
	for (n = 0; name_char(raw[1 + n]) || raw[1 + n] == '/'; n++)
		;
	while (n > 0 && strchr("._-/", raw[n]) != NULL)
		n--;
	if (n == 0)
		return 0;
	raw[1 + n] = '\0';
	tidy_url(raw + 1, page, sizeof(page));
	if (license_page(page, id))
		license_id_known(id, strlen(id), find->packs, find->npacks,
		    known);
	(void)license_finder_put(find, WEIGH_LICENSE_REF_FILE, known, raw,
	    where->start, ends[n - 1], where->line);
	return words_until(find, i, ends[n - 1]);
}

/* "see LICENSE-MODEL", "in the LICENSE file", "LICENSE.md" */
static size_t
find_file(struct license_finder *find, size_t i)
{
	static license_phrases points = { "see", "see the", "see file",
		"see the file", "in", "in the", "in file", "in the file",
		"refer to", "refer to the", "under", "file", "the file",
		"called", "named", "read", "read the", NULL };
	static license_phrases file = { "file", "files", "for details",
		"for more details", "for the full", "for more information",
		NULL };
	const struct license_token *where = license_finder_token(find, i);
	char raw[FILE_MAX + 1];
	uint32_t ends[sizeof(raw)];
	size_t n, words;
	bool before, behind;

	n = take_name(find, where->start, raw, ends, sizeof(raw));
	if (n == 0)
		return 0;
	words = words_until(find, i, ends[n - 1]);
	before = is_link(find, where->start);
	for (size_t k = 0; points[k] != NULL; k++)
		before = before ||
		    license_phrase_before(find->t, i, points[k]) > 0;
	behind = license_any_at(find->t, i + words, file) > 0;
	if (file_name(raw) ? !(before || behind) :
			     !(capitals(raw) && behind && n > 5) &&
		    !(capitals(raw) && before &&
			license_phrase_at(find->t, i + words, "file") > 0))
		return 0;
	(void)license_finder_put(find, WEIGH_LICENSE_REF_FILE, "", raw,
	    where->start, ends[n - 1], where->line);
	return words;
}

/* --- the pass ---------------------------------------------------------------------- */

/* What words may begin that a pointer begins with. */
static const struct trigger {
	const char *start;
	size_t (*find)(struct license_finder *find, size_t i);
} triggers[] = {
	{ "spdx", find_spdx },
	{ "usr", find_common },
	{ "licensed", license_find_header },
	{ "license", license_find_header },
	{ "license", license_find_field },
	{ "licence", license_find_field },
	{ "released", license_find_header },
	{ "distributed", license_find_header },
	{ "available", license_find_header },
	{ "provided", license_find_header },
	{ "governed", license_find_header },
	{ "under", license_find_header },
	{ "under", license_find_under },
	{ "subject", license_find_header },
	{ "license", find_file },
	{ "licence", find_file },
	{ "copying", find_file },
	{ "model", find_file },
	{ "use", find_file },
	{ "acceptable", find_file },
	{ "eula", find_file },
	{ "terms", find_file },
};
#define TRIGGERS (sizeof(triggers) / sizeof(triggers[0]))

static size_t
look_into(struct license_finder *find, const struct license_filter *filter,
    size_t i)
{
	const char *word = license_word(find->t, i);
	size_t n = 0;

	if (license_finder_token(find, i)->flags & TOKEN_URL)
		return find_url(find, i);
	if (!license_filter_has(filter, word))
		return 0;
	for (size_t k = 0; n == 0 && k < TRIGGERS; k++)
		if (word[0] == triggers[k].start[0] &&
		    strncmp(word, triggers[k].start,
			strlen(triggers[k].start)) == 0)
			n = triggers[k].find(find, i);
	return n;
}

/* The links of a text in markup. */
static void
find_targets(struct license_finder *find)
{
	const struct license_text *t = find->t;

	for (size_t i = 0; i < t->ntargets && i < LICENSE_LOOKS; i++)
		put_url(find, t->words + t->targets[i].word, &t->targets[i],
		    false);
}

static int
by_start(const void *a, const void *b)
{
	const struct weigh_license_ref *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

size_t
license_references(const struct license_text *t, const void *bytes, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_license_ref *out, size_t room)
{
	struct license_finder find = { .t = t,
		.bytes = bytes,
		.len = len,
		.packs = packs,
		.npacks = npacks,
		.out = out,
		.room = room };
	struct license_filter filter = { { 0 } };
	size_t words, looks = 0;

	for (size_t k = 0; k < TRIGGERS; k++)
		license_filter_add(&filter, triggers[k].start);
	for (size_t i = 0;
	     i < t->ntokens && looks < LICENSE_LOOKS && !find.more;
	     i += words == 0 ? 1 : words) {
		words = look_into(&find, &filter, i);
		looks += words > 0;
	}
	find_targets(&find);
	if (find.n > 1)
		qsort(out, find.n, sizeof(*out), by_start);
	if (find.n > 0 && (find.more || looks == LICENSE_LOOKS) &&
	    out[find.n - 1].doubt == WEIGH_LICENSE_DOUBT_NONE)
		out[find.n - 1].doubt = WEIGH_LICENSE_DOUBT_MORE;
	return find.n;
}
