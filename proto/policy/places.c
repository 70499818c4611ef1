/*
 * places: countries, and which of them a place that a license leaves out takes in.
 *
 * ISO 3166-1 alpha-2.  Members of the European Union by Article 52 TEU; parts of a member
 * that have a code of their own and where Union law holds (Article 355(1) and (4) TFEU:
 * Guadeloupe, French Guiana, Martinique, Mayotte, Reunion, Saint Martin, Aland) are in;
 * overseas countries are not.  The European Economic Area adds Iceland, Liechtenstein and
 * Norway; Svalbard is left out (Protocol 40).
 */
#include <string.h>

#include "priv.h"

static const char countries[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI "
    "BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN "
    "CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
    "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
    "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW ";
static const char union_members[] =
    "AT AX BE BG CY CZ DE DK EE ES FI FR GF GP GR HR HU IE IT LT LU LV MF MQ "
    "MT NL PL PT RE RO SE SI SK YT ";
static const char area_others[] = "IS LI NO ";

static bool
among(const char *list, const char *code, size_t len)
{
	for (; len == 2 && *list != '\0'; list += 3)
		if (memcmp(list, code, 2) == 0)
			return true;
	return false;
}

static bool
is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

bool
weigh_policy_is_country(const char *code, size_t len)
{
	return among(countries, code, len);
}

bool
weigh_policy_within(const char *code, const char *place, size_t len)
{
	size_t n = strlen(code);
	bool in_union = is(code, n, "EU") || among(union_members, code, n);

	if (is(place, len, code))
		return true;
	if (is(place, len, "EU"))
		return in_union;
	return is(place, len, "EEA") &&
	    (in_union || among(area_others, code, n));
}
