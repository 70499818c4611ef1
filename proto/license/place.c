/*
 * place: see place.h.
 *
 * A place is left out when words that leave out stand right before the list that it is in
 * ("does not apply in the European Union, United Kingdom and South Korea"), right behind
 * it ("the EU is excluded"), or when rights are not granted to who sits there.  The law
 * that governs, courts and export rules name places too; those leave nobody out.
 */
#include <string.h>

#include "look.h"
#include "place.h"

#define GAP 8   /* words between two places of a list, and around it */
#define SEAT 36 /* words between "not granted" and the seat */

typedef const char *const phrases[];

/* Longer names of the same first word first. */
static const struct {
	const char *name, *code;
} places[] = {
	{ "european union", "EU" },
	{ "eu", "EU" },
	{ "european economic area", "EEA" },
	{ "eea", "EEA" },
	{ "united kingdom", "GB" },
	{ "uk", "GB" },
	{ "great britain", "GB" },
	{ "united states of america", "US" },
	{ "united states", "US" },
	{ "usa", "US" },
	{ "democratic peoples republic of korea", "KP" },
	{ "dprk", "KP" },
	{ "north korea", "KP" },
	{ "republic of korea", "KR" },
	{ "south korea", "KR" },
	{ "korea", "KR" },
	{ "peoples republic of china", "CN" },
	{ "mainland china", "CN" },
	{ "china", "CN" },
	{ "prc", "CN" },
	{ "hong kong", "HK" },
	{ "macau", "MO" },
	{ "macao", "MO" },
	{ "taiwan", "TW" },
	{ "japan", "JP" },
	{ "india", "IN" },
	{ "singapore", "SG" },
	{ "australia", "AU" },
	{ "brazil", "BR" },
	{ "canada", "CA" },
	{ "mexico", "MX" },
	{ "france", "FR" },
	{ "germany", "DE" },
	{ "italy", "IT" },
	{ "spain", "ES" },
	{ "switzerland", "CH" },
	{ "israel", "IL" },
	{ "turkey", "TR" },
	{ "russian federation", "RU" },
	{ "russia", "RU" },
	{ "belarus", "BY" },
	{ "ukraine", "UA" },
	{ "cuba", "CU" },
	{ "iran", "IR" },
	{ "syria", "SY" },
	{ "venezuela", "VE" },
	{ "欧 盟", "EU" },
	{ "欧 洲 联 盟", "EU" },
	{ "欧 洲 经 济 区", "EEA" },
	{ "英 国", "GB" },
	{ "美 国", "US" },
	{ "韩 国", "KR" },
	{ "朝 鲜", "KP" },
	{ "中 国", "CN" },
	{ "日 本", "JP" },
	{ "俄 罗 斯", "RU" },
	{ "印 度", "IN" },
};
#define PLACES (sizeof(places) / sizeof(places[0]))

size_t
license_place_at(const struct license_text *t, size_t i, const char **code)
{
	for (size_t k = 0; k < PLACES; k++) {
		size_t n = license_phrase_at(t, i, places[k].name);

		if (n == 0)
			continue;
		*code = places[k].code;
		return n;
	}
	return 0;
}

/* --- who is left out -------------------------------------------------------------- */

/* Words of a list of places, or around one. */
static phrases filler = { "the", "and", "or", "of", "any", "its", "a", "in",
	"within", "from", "to", "into", "member", "states", "state", "country",
	"countries", "territory", "territories", "region", "regions",
	"jurisdiction", "jurisdictions", "following", "persons", "people",
	"users", "residents", "entities", "individuals", "companies", "located",
	"resident", "based", "domiciled", "established", "users", "of the",
	"as well as", "于", "在", "和", "及", "或", "与", "以", NULL };

/* What stands before those that are left out. */
static phrases leaves_out = { "excluding", "excludes", "exclude", "except",
	"except for", "excepting", "with the exception of", "world other than",
	"worldwide other than", "anywhere other than", "place other than",
	"not apply", "not applicable", "not available", "not licensed",
	"not offered", "not intended for use", "not for use", "not be used",
	"not use", "not used", "not deploy", "not distribute",
	"not be deployed", "not be distributed", "not permitted",
	"not authorized", "not granted", "prohibited", "forbidden", "unlawful",
	"no rights are granted", "no license is granted", "不 适 用", "除",
	"不 包 括", "不 得 在", "排 除", NULL };

static phrases is_out = { "is excluded", "are excluded", "excluded",
	"is not granted", "are not granted", "are not permitted",
	"are not licensed", "may not use", "除 外", NULL };

/* A right that is withheld, and from whom. */
static phrases withheld = { "not being granted", "not granted",
	"no rights are granted", "no license is granted", "does not apply",
	"do not apply", "not authorized", "not permitted", "not licensed",
	"may not use", "must not use", "shall not use", "may not be used",
	"prohibited", NULL };
static phrases seat = { "domiciled", "principal place of business", "resident",
	"residing", "located", "established", "headquartered", "incorporated",
	"registered office", "organized under the laws", NULL };
/* Whose seat decides other things: which court, which company. */
static phrases elsewhere = { "export", "courts", "court", "laws of",
	"arbitration", "outside of", "outside", NULL };

size_t
license_places_end(const struct license_text *t, size_t i)
{
	size_t end = i, n;
	const char *code;

	for (; i < t->ntokens && i - end <= GAP; i += n) {
		if ((n = license_place_at(t, i, &code)) > 0)
			end = i + n;
		else if ((n = license_any_at(t, i, filler)) == 0)
			break;
	}
	return end;
}

/* Back over what may stand before the first place of a list. */
static size_t
list_begin(const struct license_text *t, size_t from)
{
	size_t begin = from;

	for (size_t i = from; i-- > 0 && from - i <= GAP;) {
		size_t n = license_any_at(t, i, filler);

		if (n == 0 || i + n < begin)
			break;
		begin = i;
	}
	return begin;
}

static bool
seat_is_out(const struct license_text *t, size_t from)
{
	size_t right = license_any_back(t, from, SEAT, withheld);
	size_t where = license_any_back(t, from, SEAT, seat);
	size_t other = license_any_back(t, from, SEAT, elsewhere);

	if (right == LOOK_NONE || where == LOOK_NONE || right > where)
		return false;
	return other == LOOK_NONE || other < right;
}

static bool
ends_before(const struct license_text *t, size_t i, const char *const *list)
{
	for (; *list != NULL; list++)
		if (license_phrase_before(t, i, *list) > 0)
			return true;
	return false;
}

bool
license_places_excluded(const struct license_text *t, size_t from, size_t to)
{
	size_t n, gap = 0;

	/* The words that leave out may end with what a list is made of. */
	for (size_t i = list_begin(t, from); i <= from; i++)
		if (ends_before(t, i, leaves_out))
			return true;
	for (; gap <= GAP; gap += n)
		if (license_any_at(t, to + gap, is_out) > 0)
			return true;
		else if ((n = license_any_at(t, to + gap, filler)) == 0)
			break;
	return seat_is_out(t, from);
}
