/* since: see since.h. */
#include <string.h>
#include <time.h>

#include "since.h"

#define DAYS_MOST 36500
#define AGO_MOST INT64_C(3155760000) /* a hundred years */

static const struct {
	char letter;
	int64_t seconds;
} units[] = {
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 3600 },
	{ 'd', 86400 },
	{ 'w', 7 * 86400 },
};

static bool
parse_ago(const char *text, int64_t *seconds)
{
	size_t digits = strspn(text, "0123456789");
	int64_t n = 0;

	if (digits == 0 || digits > 9 || strlen(text) != digits + 1)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (text[i] - '0');
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].letter == text[digits] &&
		    n <= AGO_MOST / units[i].seconds) {
			*seconds = n * units[i].seconds;
			return true;
		}
	return false;
}

/* strptime takes more than we do, 31 February for one: what it read must print as
 * the same text. */
static bool
parse_date(const char *text, int64_t *out)
{
	char whole[] = "2026-11-20T00:00:00Z", again[sizeof(whole)];
	const size_t date = strcspn(whole, "T");
	struct tm tm = { 0 };
	const char *end;
	time_t t;

	if (strlen(text) == date)
		memcpy(whole, text, date);
	else if (strlen(text) == sizeof(whole) - 1)
		memcpy(whole, text, sizeof(whole) - 1);
	else
		return false;
	end = strptime(whole, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0')
		return false;
	t = timegm(&tm);
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 ||
	    strcmp(again, whole) != 0)
		return false;
	*out = (int64_t)t;
	return true;
}

bool
since_parse(const char *text, int64_t now, int64_t *out)
{
	int64_t ago;

	if (parse_ago(text, &ago))
		*out = now - ago;
	else if (!parse_date(text, out))
		return false;
	return *out > 0 && *out <= now;
}

bool
since_parse_end(const char *text, int64_t now, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	int64_t days = 0;

	if (text[digits] != '\0')
		return parse_date(text, out) && *out > now;
	if (digits == 0 || digits > 5)
		return false;
	for (size_t i = 0; i < digits; i++)
		days = days * 10 + (text[i] - '0');
	*out = now + days * 86400;
	return days >= 1 && days <= DAYS_MOST;
}
