/* site: what [site] says of whoever runs the mirror. */
#include <string.h>

#include "priv.h"

const char *const weigh_policy_site_keys[SITE_KEYS] = {
	[SITE_TERRITORY] = "territory",
	[SITE_AUDIENCE] = "audience",
	[SITE_SECTOR] = "sector",
	[SITE_MAU] = "mau",
	[SITE_MUU] = "muu",
	[SITE_REVENUE_YEAR] = "revenue_year",
	[SITE_REVENUE_MONTH] = "revenue_month",
};

#define AUDIENCES "self, affiliates, public"
#define SECTORS \
	"individual, company, nonprofit, school, university, " \
	"public-research, hospital, public-administration, " \
	"law-enforcement, military"

/* Where a field that licenses bar meets a sector.  What is not here does not; a hospital
 * may use a model for what is not medical, so that is for a person to say. */
static const struct {
	const char *sector, *field;
	enum weigh_truth truth;
} barred[] = {
	{ "public-administration", "public-administration", WEIGH_TRUE },
	{ "law-enforcement", "public-administration", WEIGH_TRUE },
	{ "law-enforcement", "law-enforcement", WEIGH_TRUE },
	{ "law-enforcement", "surveillance", WEIGH_UNKNOWN },
	{ "law-enforcement", "biometric", WEIGH_UNKNOWN },
	{ "military", "public-administration", WEIGH_TRUE },
	{ "military", "military", WEIGH_TRUE },
	{ "military", "surveillance", WEIGH_UNKNOWN },
	{ "hospital", "medical", WEIGH_UNKNOWN },
};

enum weigh_truth
weigh_policy_sector(const char *sector, const char *field, size_t len)
{
	for (size_t i = 0; i < sizeof(barred) / sizeof(barred[0]); i++)
		if (strcmp(barred[i].sector, sector) == 0 &&
		    strlen(barred[i].field) == len &&
		    memcmp(barred[i].field, field, len) == 0)
			return barred[i].truth;
	return WEIGH_FALSE;
}

bool
weigh_policy_is_money(const char *key)
{
	return strncmp(key, "revenue", 7) == 0 ||
	    strncmp(key, "threshold.revenue", 17) == 0;
}

bool
weigh_policy_amount(struct cursor text, struct policy_amount *out)
{
	*out = (struct policy_amount){ .number = 0 };
	if (!take_u63(&text, &out->number))
		return false;
	if (text.len == 0)
		return true;
	if (text.p[0] != ' ' && text.p[0] != '\t')
		return false;
	text = weigh_ini_trim(text);
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] < 'A' || text.p[i] > 'Z')
			return false;
	if (text.len != 3)
		return false;
	memcpy(out->currency, text.p, 3);
	return true;
}

static bool
complain(struct policy_complaint *bad, const char *why, const char *near)
{
	*bad = (struct policy_complaint){ .why = why };
	memcpy(bad->near, near, strlen(near) + 1);
	return false;
}

static bool
check_money(struct cursor value, struct policy_figure *out,
    struct policy_complaint *bad)
{
	struct policy_amount one;

	do {
		if (!weigh_policy_amount(weigh_ini_trim(weigh_ini_cut(&value,
					     ',')),
			&one) ||
		    one.currency[0] == '\0')
			return complain(bad,
			    "is no amount of money like '250000 EUR', or "
			    "several with ',' between",
			    "");
		for (size_t i = 0; i < out->n; i++)
			if (strcmp(out->amounts[i].currency, one.currency) == 0)
				return complain(bad, "says a currency twice",
				    "");
		if (out->n == POLICY_AMOUNTS)
			return complain(bad, "has more than 4 currencies", "");
		out->amounts[out->n++] = one;
	} while (value.len > 0);
	return true;
}

static bool
check_users(struct cursor value, struct policy_figure *out,
    struct policy_complaint *bad)
{
	if (!weigh_policy_amount(value, &out->amounts[0]) ||
	    out->amounts[0].currency[0] != '\0')
		return complain(bad,
		    "is no number: digits only, without separators", "");
	out->n = 1;
	return true;
}

/* Codes that people write and ISO does not have. */
static bool
check_country(struct cursor value, struct policy_complaint *bad)
{
	static const char *const slips[][2] = { { "UK", "GB" },
		{ "EL", "GR" } };

	if (weigh_policy_is_country(value.p, value.len))
		return true;
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (value.len == 2 && memcmp(value.p, slips[i][0], 2) == 0)
			return complain(bad, "is no country of ISO 3166-1",
			    slips[i][1]);
	return complain(bad,
	    "is no country of ISO 3166-1: two capitals, as in DE", "");
}

bool
weigh_policy_site_check(enum policy_site key, struct cursor value,
    struct policy_figure *out, struct policy_complaint *bad)
{
	out->n = 0;
	switch (key) {
	case SITE_TERRITORY:
		return check_country(value, bad);
	case SITE_AUDIENCE:
		return weigh_policy_listed(value, AUDIENCES,
		    "is none of " AUDIENCES, bad);
	case SITE_SECTOR:
		return weigh_policy_listed(value, SECTORS,
		    "is none of " SECTORS, bad);
	case SITE_MAU:
	case SITE_MUU:
		return check_users(value, out, bad);
	case SITE_REVENUE_YEAR:
	case SITE_REVENUE_MONTH:
		return check_money(value, out, bad);
	case SITE_KEYS:
		break;
	}
	return complain(bad, "is no key of [site]", "");
}
