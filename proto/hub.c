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
