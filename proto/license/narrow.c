/* narrow: what a notice of copyright and a title may not say; see zones.h.
 *
 * A notice says who, when and where to write to.  A list of words cannot know every
 * sentence, so its form is looked at too: a line below it that is a sentence, an address
 * made of words that deny, letters that only look like others.
 */
#include <string.h>

#include "look.h"
#include "zones.h"

#define SMALL_MAX \
	3 /* phonetic letters that names in a notice have, and one more */
#define NAME_MAX 4  /* ideographs of a person */
#define FIRM_MAX 24 /* and of a company */

/* --- words ------------------------------------------------------------------------ */

/* Words that narrow a permission wherever they stand, a title or a notice too; of other
 * languages those that no name has. */
static bool
narrows(const char *word)
{
	static const char *const words[] = { "banned", "buyer", "buyers",
		"confidential", "customer", "customers", "demonstration",
		"deprecated", "disallowed", "donate", "draft", "embargoed",
		"employees", "eula", "expiration", "expired", "expires",
		"expiry", "hobbyists", "leased", "nc", "nd", "nda", "nosale",
		"noselling", "obsolete", "paid", "pay", "paying", "prerelease",
		"proprietary", "pupils", "rental", "rented", "resale",
		"restricted", "revoke", "revoked", "revokes", "sale", "seat",
		"seats", "selling", "sold", "student", "students",
		"subscribers", "superseded", "teachers", "terminated", "trial",
		"until", "upon", "void", "withdrawn",
		/* German, Dutch */
		"verboten", "untersagt", "verkauf", "nicht", "kommerziell",
		"privat", "kommerzielle", "kommerziellen", "kommerzieller",
		"verboden", "verkoop", "niet",
		/* French, Spanish, Portuguese, Italian, Polish */
		"interdit", "interdite", "interdits", "interdites", "vente",
		"prohibido", "prohibida", "prohibe", "proibido", "proibida",
		"comercial", "vietato", "vietata", "vendita", "commerciale",
		"zabronione", "zabroniona", "zabrania",
		/* Russian, Arabic, Korean, Chinese */
		"запрещен", "запрещена", "запрещено", "запрещены",
		"запрещается", "продажа", "не", "нельзя", "يمنع", "ممنوع",
		"يحظر", "금지", "售", "卖", "賣", "付", "费", "費", "缴", "繳",
		"款", "须", "須", "请", "請" };

	return license_among(word, words, COUNT(words));
}

/* Names of licenses that nobody has as his own; a host is called so. */
static bool
license_of_others(const struct license_text *t, size_t i, size_t to)
{
	static const char *const names[] = { "agpl", "agplv3", "busl", "bync",
		"byncnd", "byncsa", "bynd", "bysa", "ccby", "ccbync",
		"ccbyncnd", "ccbyncsa", "ccbynd", "ccbysa", "cddl", "eupl",
		"gfdl", "gpl", "gplv2", "gplv3", "lgpl", "lgplv2", "lgplv3",
		"sspl", "wtfpl" };
	static const char *const hosts[] = { "org", "net", "com", "io", "de" };

	return license_among(license_word(t, i), names, COUNT(names)) &&
	    !(i + 1 < to &&
		license_among(license_word(t, i + 1), hosts, COUNT(hosts)));
}

/* Words that narrow a permission together, where each alone may be a name. */
static const char *const together[] = { "ask first", "approved users",
	"approved vendors", "beta testers", "beta version", "cc by",
	"demo version", "developer edition", "enterprise edition",
	"single copy", "single developer", "single machine", "single server",
	"single site", "single user", "student edition", "top secret",
	"trade secret", "trade secrets", NULL };

/* The same in a title, where nobody here knows the sense of other alphabets.  Some words
 * say there that the license is another; in a notice they are names. */
static bool
narrows_title(const struct license_text *t, size_t i)
{
	static const char *const words[] = { "addendum", "demo", "enterprise",
		"members", "rider", "shareware", "site", "unpublished" };
	const char *word = license_word(t, i);
	unsigned char first = (unsigned char)word[0];

	return narrows(word) || (first >= 0x80 && first < 0xe3) ||
	    license_among(word, words, COUNT(words)) ||
	    (strcmp(word, "commons") == 0 && i + 1 < t->ntokens &&
		strcmp(license_word(t, i + 1), "clause") == 0);
}

static void
decides(struct license_text *t, size_t i)
{
	t->tokens[i].flags |= (uint16_t)WEIGH_STRONG_OTHER;
	t->tokens[i].flags &= (uint16_t)~TOKEN_COPYRIGHT;
}

static void
all_decide(struct license_text *t, struct zone r)
{
	for (size_t i = r.from; i < r.to; i++)
		decides(t, i);
}

/* "Outside Europe", "within the EU": where the permission holds, not who gives it. */
static bool
bounds(const struct license_text *t, size_t i, size_t to)
{
	static const char *const words[] = { "outside", "inside", "within",
		"beyond" };
	size_t next = i + 1;

	if (!license_among(license_word(t, i), words, COUNT(words)))
		return false;
	if (next < to && strcmp(license_word(t, next), "the") == 0)
		next++;
	return next < to && t->tokens[next].flags & WEIGH_STRONG_PLACE;
}

/* --- addresses ---------------------------------------------------------------------- */

/* How much a part of an address sounds like a sentence: two are too much. */
static unsigned
says(const char *part)
{
	static const char *const words[] = { "may", "not", "no", "never",
		"must", "shall", "cannot", "only", "without", "except",
		"forbidden", "prohibited", "sell", "use", "copy", "copies",
		"pays", "fee", "fees", "commercial", "you", "nobody" };
	static const char *const rules[] = { "eula", "terms" };

	if (narrows(part) || license_among(part, rules, COUNT(rules)))
		return 2;
	return license_among(part, words, COUNT(words)) ? 1 : 0;
}

/* "acme.com/you-may-not-sell": one word, whose parts are looked at. */
static bool
url_says(const char *url)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	unsigned sum = 0;
	char before = '\0';

	while (*url != '\0') {
		size_t len = strspn(url, letters);
		/* Norway's hosts end in ".no". */
		bool host = before == '.' && strchr("/:", url[len]) != NULL;
		char part[16];

		if (len > 0 && len < sizeof(part) && !host) {
			memcpy(part, url, len);
			part[len] = '\0';
			sum += says(part);
		}
		url += len;
		before = *url;
		url += *url != '\0';
	}
	return sum >= 2;
}

/* The end of words that one sign each stands between: "jane.doe@example.org". */
static size_t
address_end(const struct license_text *t, struct zone r)
{
	size_t to = r.from + 1;

	while (to < r.to && t->tokens[to].start == t->tokens[to - 1].end + 1 &&
	    !(t->tokens[to].flags & (TOKEN_LOWER | TOKEN_LINE)))
		to++;
	return to;
}

static void
narrow_addresses(struct license_text *t, struct zone r)
{
	struct zone address;

	for (size_t i = r.from; i < r.to; i = address.to) {
		unsigned sum = 0;

		address = (struct zone){ i,
			address_end(t, (struct zone){ i, r.to }) };
		for (size_t k = i; k + 1 < address.to; k++) /* no ".no" */
			sum += says(license_word(t, k));
		if ((address.to - i > 2 && sum >= 2) ||
		    (t->tokens[i].flags & TOKEN_URL &&
			url_says(license_word(t, i))))
			all_decide(t, address);
	}
}

/* --- letters ------------------------------------------------------------------------ */

/* Phonetic letters, small capitals among them: U+0250..02AF, U+1D00..1DBF, U+A730. */
static size_t
small_letters(const char *word)
{
	size_t n = 0;

	for (const unsigned char *c = (const unsigned char *)word; *c != '\0';
	     c++)
		n += (c[0] == 0xc9 && c[1] >= 0x90) || c[0] == 0xca ||
		    (c[0] == 0xe1 && c[1] >= 0xb4 && c[1] <= 0xb6) ||
		    (c[0] == 0xea && c[1] == 0x9c && c[2] >= 0xb0);
	return n;
}

/* A character of Chinese or Japanese. */
static bool
ideograph(const char *word)
{
	return (unsigned char)word[0] >= 0xe3 && (unsigned char)word[0] <= 0xe9;
}

static bool
ends_in(const struct license_text *t, struct zone r, const char *const *list,
    size_t n)
{
	char text[FIRM_MAX * 4 + 1];
	size_t len = 0;

	for (size_t i = r.from; i < r.to; i++) {
		const char *word = license_word(t, i);
		size_t more = strlen(word);

		if (len + more >= sizeof(text))
			return false;
		memcpy(text + len, word, more + 1);
		len += more;
	}
	for (size_t i = 0; i < n; i++) {
		size_t more = strlen(list[i]);

		if (len >= more && strcmp(text + len - more, list[i]) == 0)
			return true;
	}
	return false;
}

/* A person, a company, "all rights reserved": what ideographs in a notice may say. */
static bool
names_somebody(const struct license_text *t, struct zone r)
{
	static const char *const ends[] = { "公司", "会社", "會社", "大学",
		"大學", "学院", "學院", "研究院", "研究所", "实验室", "實驗室",
		"中心", "集团", "集團", "基金会", "基金會", "协会", "協會",
		"团队", "團隊", "作者", "版权所有", "版權所有", "保留所有权利",
		"保留所有權利", "保留一切权利" };

	if (r.to - r.from <= NAME_MAX ||
	    strcmp(license_word(t, r.from), "株") == 0) /* K.K. of Japan */
		return true;
	return r.to - r.from <= FIRM_MAX && ends_in(t, r, ends, COUNT(ends));
}

static void
narrow_letters(struct license_text *t, struct zone r)
{
	size_t small = 0, i = r.from;

	while (i < r.to) {
		struct zone han = { i, i };

		while (han.to < r.to && ideograph(license_word(t, han.to)))
			han.to++;
		if (!names_somebody(t, han))
			all_decide(t, han);
		small += small_letters(license_word(t, i));
		i = han.to > i ? han.to : i + 1;
	}
	if (small > SMALL_MAX)
		all_decide(t, r);
}

/* --- lines -------------------------------------------------------------------------- */

/* Does a line leave a name open: "Copyright 2024", "by", "and"? */
static bool
left_open(const struct license_text *t, size_t last)
{
	return license_year_or_name(license_word(t, last)) ||
	    license_of_names(license_word(t, last));
}

/* Is a line below a notice a sentence?  It ends in a point, or has words in lower case that
 * no name has. */
static bool
sentence(const struct license_text *t, struct zone r)
{
	const struct license_token *last = &t->tokens[r.to - 1];
	size_t lower = 0;

	for (size_t i = r.from; i < r.to; i++)
		lower += (t->tokens[i].flags & (TOKEN_LOWER | TOKEN_URL)) ==
			TOKEN_LOWER &&
		    !license_of_names(license_word(t, i));
	return lower > 0 ||
	    (last->flags & TOKEN_STOP &&
		!license_abbreviated(license_word(t, r.to - 1)));
}

static void
narrow_line(struct license_text *t, struct zone r)
{
	const char *first = license_word(t, r.from);

	if (license_notice_at(t, r.from, r.to) || license_of_names(first) ||
	    license_year_or_name(first) || left_open(t, r.from - 1))
		return;
	for (size_t i = r.from; i < r.to; i++)
		if (license_reserved_at(t, i, r.to))
			return;
	if (sentence(t, r))
		all_decide(t, r);
}

/* --- notices and titles ------------------------------------------------------------- */

static size_t
run_end(const struct license_text *t, size_t from, size_t to, unsigned flags)
{
	size_t end = from + 1;

	while (end < to && !(t->tokens[end].flags & flags))
		end++;
	return end;
}

/* Words that are marked as notices, in one paragraph. */
static void
narrow_notice(struct license_text *t, struct zone r)
{
	size_t line = run_end(t, r.from, r.to, TOKEN_LINE), end;

	narrow_addresses(t, r);
	narrow_letters(t, r);
	for (; line < r.to; line = end) {
		end = run_end(t, line, r.to, TOKEN_LINE);
		narrow_line(t, (struct zone){ line, end });
	}
}

/* The words of a notice at the beginning of [from, to). */
static void
narrow_words(struct license_text *t, struct zone r)
{
	for (size_t i = r.from; i < r.to && i - r.from < ZONES_NOTICE; i++)
		if (narrows(license_word(t, i)) || bounds(t, i, r.to) ||
		    license_of_others(t, i, r.to))
			decides(t, i);
}

static void
narrow_paragraph(struct license_text *t, struct zone r)
{
	struct zone notice;

	if (license_notice_at(t, r.from, r.to))
		narrow_words(t, r);
	for (size_t i = r.from; i < r.to; i = notice.to) {
		notice = (struct zone){ i, i };
		while (notice.to < r.to &&
		    t->tokens[notice.to].flags & TOKEN_COPYRIGHT)
			notice.to++;
		if (notice.to > i)
			narrow_notice(t, notice);
		else
			notice.to++;
	}
}

/* In a notice, a title, and where a license leaves a name open. */
static void
narrow_together(struct license_text *t)
{
	struct license_filter filter = { { 0 } };

	for (size_t k = 0; together[k] != NULL; k++)
		license_filter_add(&filter, together[k]);
	for (size_t i = 0; i < t->ntokens; i++) {
		size_t n = license_filter_has(&filter, license_word(t, i)) ?
		    license_any_at(t, i, together) :
		    0;

		if (n > 0)
			all_decide(t, (struct zone){ i, i + n });
	}
}

void
license_zones_narrow(struct license_text *t)
{
	struct zone paragraph;

	narrow_together(t);
	for (size_t i = 0; i < t->ntokens; i = paragraph.to) {
		paragraph = (struct zone){ i,
			run_end(t, i, t->ntokens, TOKEN_PARAGRAPH) };
		narrow_paragraph(t, paragraph);
	}
	for (size_t i = 0; i < t->ntokens; i++)
		if (t->tokens[i].flags & TOKEN_TITLE && narrows_title(t, i))
			t->tokens[i].flags |= (uint16_t)WEIGH_STRONG_OTHER;
}
