/*
 * date: HTTP's three forms of a date (RFC 9110 section 5.6.7), by arithmetic
 * alone: no time zone, no locale, no clock.
 *
 * The two digits of an RFC 850 year mean 1970 to 2069: the rule that moves with
 * today's date would need a clock.  The name of the day must be one, but is not
 * compared with the date.
 */
#include <string.h>

#include "priv.h"

#define DAY_SECONDS 86400
#define YEAR_9999_END ((int64_t)253402300799)
/* 1970 began on the fourth day of a week.  Whole weeks are added, so that no
 * day we print is negative. */
#define THURSDAY (4 + 7 * 102790)
#define YEAR_0_BEGIN ((int64_t)-62167219200)

static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat" };
static const char *const long_days[7] = { "Sunday", "Monday", "Tuesday",
	"Wednesday", "Thursday", "Friday", "Saturday" };
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* IMF-fixdate, RFC 850, asctime.  %e is a day padded with a blank, %y a year of
 * two digits. */
static const char *const forms[] = {
	"%a, %d %b %Y %H:%M:%S GMT",
	"%A, %d-%b-%y %H:%M:%S GMT",
	"%a %b %e %H:%M:%S %Y",
};

struct moment {
	int year;
	int month; /* 1 to 12 */
	int day;
	int hour, minute, second;
};

/*
 * Days since 1970-01-01 of the Gregorian calendar and back.  Years begin in
 * March here, so that the odd day of a leap year is the last; 400 years, an
 * era, have 146,097 days.
 */

static int64_t
days_from_date(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day -
	    1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static void
date_from_days(int64_t since_1970, struct moment *m)
{
	int64_t n = since_1970 + 719468;
	int64_t era = (n >= 0 ? n : n - 146096) / 146097;
	int64_t d = n - era * 146097;
	int64_t of_era = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t of_year = d - (365 * of_era + of_era / 4 - of_era / 100);
	int64_t from_march = (5 * of_year + 2) / 153;

	m->day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	m->month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	m->year = (int)(of_era + era * 400 + (m->month <= 2));
}

/*
 * Reading.
 */

static bool
take_name(struct weigh_span *s, const char *name)
{
	size_t len = strlen(name);

	if (s->len < len || memcmp(s->p, name, len) != 0)
		return false;
	s->p += len;
	s->len -= len;
	return true;
}

static bool
take_digits(struct weigh_span *s, size_t n, int *out)
{
	int sum = 0;

	if (s->len < n || weigh_http_run(s->p, n, CLASS_DIGIT) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		sum = sum * 10 + (int)weigh_http_hex(s->p[i]);
	s->p += n;
	s->len -= n;
	*out = sum;
	return true;
}

static bool
take_weekday(struct weigh_span *s, bool whole)
{
	for (size_t i = 0; i < 7; i++)
		if (take_name(s, whole ? long_days[i] : days[i]))
			return true;
	return false;
}

static bool
take_month(struct weigh_span *s, int *out)
{
	for (int i = 0; i < 12; i++) {
		if (take_name(s, months[i])) {
			*out = i + 1;
			return true;
		}
	}
	return false;
}

static bool
take_short_year(struct weigh_span *s, int *out)
{
	if (!take_digits(s, 2, out))
		return false;
	*out += *out < 70 ? 2000 : 1900;
	return true;
}

static bool
take_part(struct weigh_span *s, char letter, struct moment *m)
{
	switch (letter) {
	case 'a':
	case 'A':
		return take_weekday(s, letter == 'A');
	case 'b':
		return take_month(s, &m->month);
	case 'd':
		return take_digits(s, 2, &m->day);
	case 'e':
		return take_digits(s, take_name(s, " ") ? 1 : 2, &m->day);
	case 'H':
		return take_digits(s, 2, &m->hour);
	case 'M':
		return take_digits(s, 2, &m->minute);
	case 'S':
		return take_digits(s, 2, &m->second);
	case 'Y':
		return take_digits(s, 4, &m->year);
	case 'y':
		return take_short_year(s, &m->year);
	default:
		return false;
	}
}

static bool
matches(struct weigh_span s, const char *form, struct moment *m)
{
	for (; *form != '\0'; form++) {
		char literal[] = { *form, '\0' };

		if (*form == '%' ? !take_part(&s, *++form, m) :
				   !take_name(&s, literal))
			return false;
	}
	return s.len == 0;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool
is_real(const struct moment *m)
{
	static const int lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int length = lengths[m->month - 1] +
	    (m->month == 2 && is_leap(m->year) ? 1 : 0);

	/* 60 is a leap second. */
	return m->day >= 1 && m->day <= length && m->hour <= 23 &&
	    m->minute <= 59 && m->second <= 60;
}

bool
weigh_http_date_parse(struct weigh_span text, time_t *out)
{
	struct moment m;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (!matches(text, forms[i], &m))
			continue;
		if (!is_real(&m))
			return false;
		*out = (time_t)(days_from_date(m.year, m.month, m.day) *
			DAY_SECONDS +
		    m.hour * 3600 + m.minute * 60 + m.second);
		return true;
	}
	return false;
}

/*
 * Printing.
 */

static char *
put_text(char *p, const char *text)
{
	size_t len = strlen(text);

	memcpy(p, text, len);
	return p + len;
}

static char *
put_digits(char *p, size_t n, int value)
{
	for (size_t i = n; i > 0; i--, value /= 10)
		p[i - 1] = (char)('0' + value % 10);
	return p + n;
}

void
weigh_http_date(time_t when, char out[WEIGH_HTTP_DATE])
{
	int64_t t = when;
	int64_t day, second;
	struct moment m;
	char *p = out;

	/* Four digits are all a year can have. */
	t = t < YEAR_0_BEGIN ? YEAR_0_BEGIN : t;
	t = t > YEAR_9999_END ? YEAR_9999_END : t;
	day = (t >= 0 ? t : t - (DAY_SECONDS - 1)) / DAY_SECONDS;
	second = t - day * DAY_SECONDS;
	date_from_days(day, &m);

	p = put_text(p, days[(day + THURSDAY) % 7]);
	p = put_text(p, ", ");
	p = put_digits(p, 2, m.day);
	p = put_text(p, " ");
	p = put_text(p, months[m.month - 1]);
	p = put_text(p, " ");
	p = put_digits(p, 4, m.year);
	p = put_text(p, " ");
	p = put_digits(p, 2, (int)(second / 3600));
	p = put_text(p, ":");
	p = put_digits(p, 2, (int)(second / 60 % 60));
	p = put_text(p, ":");
	p = put_digits(p, 2, (int)(second % 60));
	p = put_text(p, " GMT");
	*p = '\0';
}
