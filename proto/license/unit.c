/*
 * unit: what a number counts, and whether it is a floor or a ceiling.
 *
 * Users and revenue are looked for close by, on both sides; the nearer phrase wins.  What
 * counts nothing that is asked for is no fact.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "number.h"

#define AHEAD 12   /* words behind a number in which its unit may stand */
#define BACK 16    /* words before it */
#define PERIOD 7   /* words around revenue in which its period may stand */
#define OPERATOR 4 /* words between an operator and the number */
#define LIMIT 1000 /* a smaller number without an operator is no limit */

typedef const char *const phrases[];

/* --- operators -------------------------------------------------------------------- */

static const struct {
	const char *words, *op;
} before[] = {
	/* The longest that ends nearest to the number wins. */
	{ "more than", ">" },
	{ "greater than", ">" },
	{ "larger than", ">" },
	{ "higher than", ">" },
	{ "exceed", ">" },
	{ "exceeds", ">" },
	{ "exceeded", ">" },
	{ "exceeding", ">" },
	{ "in excess of", ">" },
	{ "over", ">" },
	{ "above", ">" },
	{ "surpass", ">" },
	{ "surpasses", ">" },
	{ "surpassing", ">" },
	{ "超 过", ">" },
	{ "超 出", ">" },
	{ "大 于", ">" },
	{ "高 于", ">" },
	{ "多 于", ">" },
	{ "at least", ">=" },
	{ "a minimum of", ">=" },
	{ "greater than or equal to", ">=" },
	{ "equal to or greater than", ">=" },
	{ "equal to or more than", ">=" },
	{ "equals or exceeds", ">=" },
	{ "equal or exceed", ">=" },
	{ "meets or exceeds", ">=" },
	{ "meet or exceed", ">=" },
	{ "reaches or exceeds", ">=" },
	{ "reach or exceed", ">=" },
	{ "no less than", ">=" },
	{ "not less than", ">=" },
	{ "no fewer than", ">=" },
	{ "not fewer than", ">=" },
	{ "not lower than", ">=" },
	{ "reach", ">=" },
	{ "reaches", ">=" },
	{ "reached", ">=" },
	{ "达 到", ">=" },
	{ "至 少", ">=" },
	{ "不 少 于", ">=" },
	{ "不 低 于", ">=" },
	{ "大 于 等 于", ">=" },
	{ "大 于 或 等 于", ">=" },
	{ "less than", "<" },
	{ "fewer than", "<" },
	{ "lower than", "<" },
	{ "below", "<" },
	{ "under", "<" },
	{ "少 于", "<" },
	{ "低 于", "<" },
	{ "小 于", "<" },
	{ "up to", "<=" },
	{ "at most", "<=" },
	{ "a maximum of", "<=" },
	{ "less than or equal to", "<=" },
	{ "no more than", "<=" },
	{ "not more than", "<=" },
	{ "not greater than", "<=" },
	{ "not exceed", "<=" },
	{ "not exceeded", "<=" },
	{ "not exceeding", "<=" },
	{ "not over", "<=" },
	{ "not in excess of", "<=" },
	{ "不 超 过", "<=" },
	{ "不 超 出", "<=" },
	{ "不 多 于", "<=" },
	{ "不 高 于", "<=" },
};

static const struct {
	const char *words, *op;
} behind[] = {
	{ "or more", ">=" },
	{ "or greater", ">=" },
	{ "or higher", ">=" },
	{ "or above", ">=" },
	{ "and above", ">=" },
	{ "以 上", ">=" },
	{ "or less", "<=" },
	{ "or fewer", "<=" },
	{ "or below", "<=" },
	{ "以 下", "<=" },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* The operator that ends before word `i`; the longer of two. */
static size_t
operator_before(const struct license_text *t, size_t i, const char **op)
{
	size_t best = 0;

	for (size_t k = 0; k < COUNT(before); k++) {
		size_t n = license_phrase_before(t, i, before[k].words);

		if (n <= best)
			continue;
		best = n;
		*op = before[k].op;
	}
	return best;
}

/* "50% or more": within a unit's words; "or more than" begins another limit. */
static const char *
operator_behind(const struct license_text *t, size_t to)
{
	for (size_t i = to; i < t->ntokens && i - to < OPERATOR; i++)
		for (size_t k = 0; k < COUNT(behind); k++) {
			size_t n = license_phrase_at(t, i, behind[k].words);

			if (n > 0 && license_phrase_at(t, i + n, "than") == 0)
				return behind[k].op;
		}
	return "";
}

/* "exceeds the amount of $10": a few words may stand between, but no other number. */
static const char *
find_operator(const struct license_text *t, const struct license_number *n)
{
	const char *op = "";

	for (size_t i = n->from; i > 0 && n->from - i <= OPERATOR; i--) {
		if (operator_before(t, i, &op) > 0)
			return op;
		if (license_number_word(license_word(t, i - 1)))
			break;
	}
	return operator_behind(t, n->to);
}

/* --- users and revenue ------------------------------------------------------------ */

static phrases active = { "mau", "maus", "monthly active", "active monthly",
	"monthly users", "users monthly", "月 活", "月 活 跃", "月 均 活 跃",
	NULL };
static phrases unique = { "muu", "muus", "monthly unique", "unique monthly",
	NULL };
/* With a month nearby. */
static phrases active_users = { "active users", "active end users",
	"active user accounts", "活 跃 用 户", NULL };
static phrases unique_users = { "unique users", "unique visitors",
	"unique end users", NULL };
static phrases month = { "month", "monthly", "months", "月", NULL };
static phrases year = { "annual", "annually", "annualized", "year", "yearly",
	"years", "twelve months", "12 months", "12month", "twelvemonth",
	"fiscal year", "per annum", "年", NULL };
static phrases revenue = { "revenue", "revenues", "turnover", "gross income",
	"收 入", "营 收", "营 业 额", NULL };

static bool
near(const struct license_text *t, size_t i, const char *const *list)
{
	return license_any_ahead(t, i, PERIOD, list) != LOOK_NONE ||
	    license_any_back(t, i, PERIOD, list) != LOOK_NONE;
}

/* How far the nearest of the list is from word `i`; more than PERIOD if it is not near. */
static size_t
distance(const struct license_text *t, size_t i, const char *const *list)
{
	size_t ahead = license_any_ahead(t, i, PERIOD, list);
	size_t back = license_any_back(t, i, PERIOD, list);
	size_t best = PERIOD + 1;

	if (ahead != LOOK_NONE)
		best = ahead - i;
	if (back != LOOK_NONE && i - back < best)
		best = i - back;
	return best;
}

/* Revenue in a month or a year, by the nearer word; MONEY if none is near. */
static enum weigh_license_fact_unit
period_at(const struct license_text *t, size_t i)
{
	if (distance(t, i, month) < distance(t, i, year))
		return WEIGH_UNIT_REVENUE_MONTH;
	return near(t, i, year) ? WEIGH_UNIT_REVENUE_YEAR : WEIGH_UNIT_MONEY;
}

/* May a unit begin with this word?  Nearly none does, and each is asked. */
static bool
may_begin(const char *word)
{
	switch (word[0]) {
	case 'a':
		return word[1] == 'c'; /* active */
	case 'g':
		return word[1] == 'r'; /* gross */
	case 'm':
		return strchr("aou", word[1]) != NULL; /* mau, monthly, muu */
	case 'r':
		return word[1] == 'e'; /* revenue */
	case 't':
		return word[1] == 'u'; /* turnover */
	case 'u':
		return word[1] == 'n' || word[1] == 's'; /* unique, users */
	default:
		return (unsigned char)word[0] >= 0x80;
	}
}

/* What stands at word `i`: users or revenue, or none of them.  Revenue of no period is
 * WEIGH_UNIT_MONEY. */
static enum weigh_license_fact_unit
unit_at(const struct license_text *t, size_t i, bool money)
{
	if (!may_begin(license_word(t, i)))
		return WEIGH_UNIT_NONE;
	if (license_any_at(t, i, revenue) > 0)
		return period_at(t, i);
	if (money)
		return WEIGH_UNIT_NONE;
	if (license_any_at(t, i, active) > 0 ||
	    (license_any_at(t, i, active_users) > 0 && near(t, i, month)))
		return WEIGH_UNIT_MAU;
	if (license_any_at(t, i, unique) > 0 ||
	    (license_any_at(t, i, unique_users) > 0 && near(t, i, month)))
		return WEIGH_UNIT_MUU;
	return WEIGH_UNIT_NONE;
}

static bool
is_year(const struct license_number *n)
{
	return !n->money && n->value >= 1970 && n->value <= 2100;
}

/* Does another number begin at word `i`?  "one hundred (100)" is one. */
static bool
other_number(const struct license_text *t, size_t i,
    const struct license_number *n)
{
	struct license_number m;

	return license_number_word(license_word(t, i)) &&
	    license_number_at(t, i, &m) && m.value != n->value && !is_year(&m);
}

/* The nearest unit on either side, up to the next number ahead. */
static enum weigh_license_fact_unit
find_unit(const struct license_text *t, const struct license_number *n)
{
	enum weigh_license_fact_unit ahead = WEIGH_UNIT_NONE, back = ahead;
	size_t i, k;

	for (i = 0; i < AHEAD && n->to + i < t->ntokens; i++) {
		if (other_number(t, n->to + i, n))
			break;
		if ((ahead = unit_at(t, n->to + i, n->money)) != 0)
			break;
	}
	for (k = 1; k <= BACK && k <= n->from; k++)
		if ((back = unit_at(t, n->from - k, n->money)) != 0)
			break;
	if (ahead == WEIGH_UNIT_NONE)
		return back;
	return back != WEIGH_UNIT_NONE && k <= i ? back : ahead;
}

static enum weigh_license_fact_unit
find_small_unit(const struct license_text *t, const struct license_number *n)
{
	static phrases days = { "day", "days", "business days", "business day",
		"calendar days", "working days", "consecutive days", "日", "天",
		"个 工 作 日", NULL };

	if (license_phrase_at(t, n->to, "percent") > 0)
		return WEIGH_UNIT_PERCENT;
	return license_any_at(t, n->to, days) > 0 ? WEIGH_UNIT_DAYS :
						    WEIGH_UNIT_NONE;
}

static bool
is_limit(enum weigh_license_fact_unit unit)
{
	return unit == WEIGH_UNIT_MAU || unit == WEIGH_UNIT_MUU ||
	    unit == WEIGH_UNIT_REVENUE_YEAR ||
	    unit == WEIGH_UNIT_REVENUE_MONTH || unit == WEIGH_UNIT_MONEY;
}

bool
license_number_fact(const struct license_text *t,
    const struct license_number *n, struct weigh_license_fact *out)
{
	static const char *const names[WEIGH_UNITS] = {
		[WEIGH_UNIT_NONE] = NULL,
		[WEIGH_UNIT_MAU] = "threshold.mau",
		[WEIGH_UNIT_MUU] = "threshold.muu",
		[WEIGH_UNIT_REVENUE_YEAR] = "threshold.revenue-year",
		[WEIGH_UNIT_REVENUE_MONTH] = "threshold.revenue-month",
		[WEIGH_UNIT_DATE] = NULL,
		[WEIGH_UNIT_DAYS] = "days",
		[WEIGH_UNIT_PERCENT] = "percent",
		[WEIGH_UNIT_MONEY] = "threshold.revenue",
	};
	enum weigh_license_fact_unit unit = find_small_unit(t, n);
	const char *name, *op;

	if (unit == WEIGH_UNIT_NONE)
		unit = find_unit(t, n);
	if (unit == WEIGH_UNIT_NONE && !n->money)
		return false;
	op = find_operator(t, n);
	/* "revenue above 5 million in a year" */
	if (unit == WEIGH_UNIT_MONEY)
		unit = period_at(t, n->to);
	if (is_limit(unit) && op[0] == '\0' &&
	    ((!n->money && n->value < LIMIT) || is_year(n)))
		return false;
	if ((name = names[unit]) == NULL) {
		unit = WEIGH_UNIT_MONEY;
		name = "money";
	}
	*out = (struct weigh_license_fact){ .number = n->value, .unit = unit };
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->value, sizeof(out->value), "%" PRIu64, n->value);
	snprintf(out->op, sizeof(out->op), "%s", op);
	snprintf(out->currency, sizeof(out->currency), "%s", n->currency);
	return true;
}
