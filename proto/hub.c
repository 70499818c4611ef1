/* hub: see weigh/hub.h. */
#include <stdio.h>
#include <string.h>

#include <weigh/hub.h>

#define DAY 86400
#define YEAR_9999_END INT64_C(253402300799)

/*
 * Days since 1970 as year, month, day of the Gregorian calendar, in years that
 * begin in March, so that the leap day comes last.
 */
static void
civil(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468; /* since 1 March of the year 0 */
	int64_t era = z / 146097, of_era = z % 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 -
			of_era / 146096) /
	    365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153; /* from March */

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2 ? 1 : 0));
}

void
weigh_hub_date(time_t when, char out[WEIGH_HUB_DATE])
{
	int64_t t = when;
	int year, month, day, rest;

	if (t < 0)
		t = 0;
	if (t > YEAR_9999_END)
		t = YEAR_9999_END;
	civil(t / DAY, &year, &month, &day);
	rest = (int)(t % DAY);
	(void)snprintf(out, WEIGH_HUB_DATE,
	    "%04u-%02u-%02uT%02u:%02u:%02u.000Z", (unsigned)year % 10000,
	    (unsigned)month % 100, (unsigned)day % 100,
	    (unsigned)(rest / 3600) % 100, (unsigned)(rest / 60 % 60),
	    (unsigned)(rest % 60));
}

/* The inverse of civil(), for dates of 1970 and later. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
	    day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

/* Two or four digits at `p`; -1 if they are none. */
static int
digits(const char *p, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

/* ".000" or nothing, then 'Z'. */
static bool
ends_date(const char *p, size_t len)
{
	size_t i = 0;

	if (len > 1 && p[0] == '.')
		for (i = 1; i < len && digits(p + i, 1) >= 0; i++)
			continue;
	return i != 1 && len == i + 1 && p[i] == 'Z';
}

bool
weigh_hub_date_parse(const char *text, size_t len, int64_t *out)
{
	static const char form[] = "0000-00-00T00:00:00";
	static const struct {
		int at, n, least, most;
	} parts[] = { { 0, 4, 1970, 9999 }, { 5, 2, 1, 12 }, { 8, 2, 1, 31 },
		{ 11, 2, 0, 23 }, { 14, 2, 0, 59 }, { 17, 2, 0, 60 } };
	int v[6];

	if (len < strlen(form) || len > 40 ||
	    !ends_date(text + strlen(form), len - strlen(form)))
		return false;
	for (size_t i = 0; i < strlen(form); i++)
		if (form[i] != '0' && text[i] != form[i])
			return false;
	for (size_t i = 0; i < 6; i++) {
		v[i] = digits(text + parts[i].at, parts[i].n);
		if (v[i] < parts[i].least || v[i] > parts[i].most)
			return false;
	}
	*out = days_of(v[0], v[1], v[2]) * DAY + v[3] * 3600 + v[4] * 60 + v[5];
	return true;
}

void
weigh_hub_kdate(struct weigh_jw *w, const char *key, time_t when)
{
	char date[WEIGH_HUB_DATE];

	weigh_hub_date(when, date);
	weigh_jw_kstr(w, key, date);
}

static void
key_gitid(struct weigh_jw *w, const char *key, const struct weigh_gitid *id)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(id, hex);
	weigh_jw_kstr(w, key, hex);
}

/* The SHA-256 is called "oid" in a tree and "sha256" among siblings. */
static void
lfs_object(struct weigh_jw *w, const char *name,
    const struct weigh_hub_entry *e)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&e->oid, hex);
	weigh_jw_key(w, "lfs");
	weigh_jw_object(w);
	weigh_jw_kstr(w, name, hex);
	weigh_jw_ku64(w, "size", e->size);
	weigh_jw_ku64(w, "pointerSize", e->pointer_size);
	weigh_jw_object_end(w);
}

static void
last_commit(struct weigh_jw *w, const struct weigh_hub_commit *c)
{
	weigh_jw_key(w, "lastCommit");
	weigh_jw_object(w);
	key_gitid(w, "id", &c->id);
	weigh_jw_kstr(w, "title", c->title);
	weigh_hub_kdate(w, "date", c->date);
	weigh_jw_object_end(w);
}

/* Clients read the three keys without a default. */
static void
security_status(struct weigh_jw *w)
{
	weigh_jw_key(w, "securityFileStatus");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "status", "unscanned");
	weigh_jw_key(w, "avScan");
	weigh_jw_null(w);
	weigh_jw_key(w, "pickleImportScan");
	weigh_jw_null(w);
	weigh_jw_object_end(w);
}

void
weigh_hub_tree_entry(struct weigh_jw *w, const struct weigh_hub_entry *e)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", e->directory ? "directory" : "file");
	key_gitid(w, "oid", &e->git);
	weigh_jw_ku64(w, "size", e->directory ? 0 : e->size);
	weigh_jw_kstr(w, "path", e->path);
	if (e->lfs)
		lfs_object(w, "oid", e);
	if (e->last != NULL) {
		last_commit(w, e->last);
		if (!e->directory)
			security_status(w);
	}
	weigh_jw_object_end(w);
}

void
weigh_hub_sibling(struct weigh_jw *w, const struct weigh_hub_entry *e,
    bool blobs)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "rfilename", e->path);
	if (blobs) {
		weigh_jw_ku64(w, "size", e->size);
		key_gitid(w, "blobId", &e->git);
		if (e->lfs)
			lfs_object(w, "sha256", e);
	}
	weigh_jw_object_end(w);
}
