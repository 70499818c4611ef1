/* words: how reports spell things. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "priv.h"

/* --- time ------------------------------------------------------------------------- */

#define DAY 86400
#define LAST 253402300799 /* 9999-12-31T23:59:59Z */

/* Days since 1970 as a date; years begin in March here, an era has 400 of them. */
static void
date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t n = days + 719468, era = n / 146097, of_era = n % 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 -
			of_era / 146096) /
	    365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t march = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * march + 2) / 5 + 1);
	*month = (int)(march < 10 ? march + 3 : march - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

void
report_time(int64_t when, char out[REPORT_TIME])
{
	int year, month, day, s;
	int64_t t = when > LAST ? LAST : when;

	out[0] = '\0';
	if (t <= 0)
		return;
	date_of(t / DAY, &year, &month, &day);
	s = (int)(t % DAY);
	snprintf(out, REPORT_TIME, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100,
	    (unsigned)s / 3600 % 100, (unsigned)s / 60 % 60, (unsigned)s % 60);
}

/* --- names ------------------------------------------------------------------------- */

bool
report_is_dataset(const char *repo)
{
	return strncmp(repo, "datasets/", 9) == 0;
}

static const char *
past_kind(const char *repo)
{
	if (report_is_dataset(repo))
		return repo + 9;
	return strncmp(repo, "spaces/", 7) == 0 ? repo + 7 : repo;
}

const char *
report_org(const char *repo, size_t *len)
{
	const char *name = past_kind(repo), *slash = strchr(name, '/');

	*len = slash != NULL ? (size_t)(slash - name) : 0;
	return name;
}

const char *
report_name(const char *repo)
{
	const char *slash = strrchr(repo, '/');

	return slash != NULL ? slash + 1 : repo;
}

static bool
purl_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || (c != '\0' && strchr("-._~/", c) != NULL);
}

static void
percent(struct weigh_buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (purl_plain(*text))
			weigh_buf_addc(out, *text);
		else
			weigh_buf_addf(out, "%%%02X", (unsigned char)*text);
}

/* The type huggingface is of models only, and of those that a Hub has. */
void
report_purl(struct weigh_buf *out, const char *repo, const char *commit,
    const char *source)
{
	bool held = source[0] != '\0' && past_kind(repo) == repo;

	weigh_buf_adds(out, held ? "pkg:huggingface/" : "pkg:generic/");
	percent(out, repo);
	if (commit[0] != '\0')
		weigh_buf_addc(out, '@');
	percent(out, commit);
	if (held && strncmp(source, REPORT_HUB, sizeof(REPORT_HUB) - 1) != 0) {
		weigh_buf_adds(out, "?repository_url=");
		percent(out, source);
	}
}

const char *
report_state(const struct weigh_report_row *row)
{
	return row->record != NULL ? weigh_state_name(row->record->state) :
				     "unknown";
}

const char *
report_concluded(const struct weigh_report_row *row)
{
	return row->record != NULL && row->record->concluded[0] != '\0' ?
	    row->record->concluded :
	    "NOASSERTION";
}

bool
report_has_findings(const struct weigh_report_row *row)
{
	return row->record == NULL || row->record->nfindings > 0;
}

/* --- values ------------------------------------------------------------------------ */

void
report_number(struct weigh_buf *out, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			weigh_buf_addc(out, ',');
		weigh_buf_addc(out, digits[i]);
	}
}

struct word {
	const char *word, *means;
};
static const struct word threshold_words[] = {
	{ "threshold.mau", "users active in a month" },
	{ "threshold.muu", "unique users in a month" },
	{ "threshold.revenue-year", "revenue in a year" },
	{ "threshold.revenue-month", "revenue in a month" },
	{ "product", "of one product or service" },
	{ "licensee", "of the licensee" },
	{ "affiliates", "of the licensee and affiliates" },
	{ "release-date", "before the release date" },
	{ "rolling", "at any time" },
	{ "no-rights", "no rights until they are granted" },
	{ "request", "a license has to be requested" },
	{ "paid", "a paid license is needed" },
	{ "ends", "the rights end" },
	{ "display", "a name has to be shown" },
};

static const char *
word_for(const char *word)
{
	for (size_t i = 0;
	     i < sizeof(threshold_words) / sizeof(threshold_words[0]); i++)
		if (strcmp(threshold_words[i].word, word) == 0)
			return threshold_words[i].means;
	return word;
}

void
report_value(struct weigh_buf *out, const char *fact, const char *value)
{
	struct weigh_threshold t;

	if (value[0] == '"') {
		weigh_buf_addc(out, '"');
		report_unquoted(out, value);
		weigh_buf_addc(out, '"');
		return;
	}
	if (!weigh_threshold_read(&t, value)) {
		weigh_buf_adds(out, value);
		return;
	}
	weigh_buf_adds(out, strcmp(t.op, ">=") == 0 ? "from " : "more than ");
	report_number(out, t.number);
	weigh_buf_addf(out, "%s%s %s", t.currency[0] != '\0' ? " " : "",
	    t.currency, word_for(fact));
	if (t.scope[0] != '\0')
		weigh_buf_addf(out, " %s", word_for(t.scope));
	if (t.moment[0] != '\0')
		weigh_buf_addf(out, ", %s", word_for(t.moment));
	if (t.effect[0] != '\0')
		weigh_buf_addf(out, ": %s", word_for(t.effect));
}

/* A quote in a value stands twice. */
void
report_unquoted(struct weigh_buf *out, const char *value)
{
	size_t len = strlen(value);

	if (len < 2 || value[0] != '"' || value[len - 1] != '"') {
		weigh_buf_adds(out, value);
		return;
	}
	for (size_t i = 1; i < len - 1; i++) {
		weigh_buf_addc(out, value[i]);
		if (value[i] == '"' && value[i + 1] == '"' && i + 2 < len)
			i++;
	}
}

void
report_reasons(struct weigh_buf *out, const struct weigh_record *c)
{
	for (uint32_t i = 0; i < c->nreasons; i++)
		weigh_buf_addf(out, "%s%s", out->len > 0 ? "; " : "",
		    c->reasons[i]);
	for (uint32_t i = 0; i < c->nfindings; i++)
		weigh_buf_addf(out, "%sfinding %s: %s",
		    out->len > 0 ? "; " : "",
		    weigh_finding_name(c->findings[i].finding),
		    c->findings[i].what);
}

/* --- JSON ---------------------------------------------------------------------------- */

void
report_jw_known(struct weigh_jw *w, const char *key, const char *text)
{
	if (text[0] != '\0')
		weigh_jw_kstr(w, key, text);
}

void
report_jw_oid(struct weigh_jw *w, const char *key, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	if (weigh_oid_is_zero(oid))
		return;
	weigh_oid_hex(oid, hex);
	weigh_jw_kstr(w, key, hex);
}

void
report_jw_time(struct weigh_jw *w, const char *key, int64_t when)
{
	char text[REPORT_TIME];

	report_time(when, text);
	report_jw_known(w, key, text);
}

void
report_jw_buf(struct weigh_jw *w, const char *key, struct weigh_buf *buf)
{
	if (buf->failed)
		w->out->failed = true;
	weigh_jw_key(w, key);
	weigh_jw_text(w, buf->data != NULL ? buf->data : "", buf->len);
	weigh_buf_reset(buf);
}
