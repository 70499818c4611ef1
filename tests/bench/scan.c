/*
 * scan: takes texts from standard input, each as a line "NAME BYTES" and
 * its bytes, and answers a line of JSON for each: what weigh_license_scan says, and the
 * milliseconds it took.  A text of no bytes named "without/ID" makes the pack anew without that id.
 * The last line tells what opening the pack took, and the most memory there ever was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <weigh/license.h>
#include <weigh/licensepack.h>

#define TEXT_MAX (64u << 20)

struct pack {
	struct weigh_license_pack *pack;
	struct weigh_buf made; /* what a pack without an id lies in */
};

static double
milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
fail(const char *what, const struct weigh_err *err)
{
	fprintf(stderr, "scan: %s: %s\n", what, err->what);
	return 1;
}

static enum weigh_code
open_pack(struct pack *p, struct weigh_err *err)
{
	const void *bytes;
	size_t len;

	weigh_licensepack_builtin(&bytes, &len);
	return weigh_licensepack_open(&p->pack, bytes, len, err);
}

static void
close_pack(struct pack *p)
{
	weigh_licensepack_close(p->pack);
	weigh_buf_free(&p->made);
	p->pack = NULL;
}

/* The built-in pack as if it had never had this id. */
static enum weigh_code
open_without(struct pack *p, const char *id, struct weigh_err *err)
{
	struct weigh_licensepack_make *make = NULL;
	struct pack whole = { 0 };
	enum weigh_code rc;

	close_pack(p);
	weigh_buf_init(&p->made, WEIGH_LICENSEPACK_MAX);
	if ((rc = open_pack(&whole, err)) != WEIGH_OK ||
	    (rc = weigh_licensepack_make_new(&make, "without", err)) !=
		WEIGH_OK ||
	    (rc = weigh_licensepack_make_from(make, whole.pack, id, err)) !=
		WEIGH_OK ||
	    (rc = weigh_licensepack_make_end(make, &p->made, err)) != WEIGH_OK)
		goto out;
	rc = weigh_licensepack_open(&p->pack, p->made.data, p->made.len, err);
out:
	weigh_licensepack_make_free(make);
	weigh_licensepack_close(whole.pack);
	return rc;
}

static void
put_matches(struct weigh_jw *w, const struct weigh_license_result *r)
{
	size_t i;

	weigh_jw_key(w, "matches");
	weigh_jw_array(w);
	for (i = 0; i < r->nmatches; i++)
		weigh_jw_str(w, r->matches[i].id);
	weigh_jw_array_end(w);
	weigh_jw_key(w, "nearest");
	weigh_jw_array(w);
	for (i = 0; i < r->nnearest; i++)
		weigh_jw_str(w, r->nearest[i].id);
	weigh_jw_array_end(w);
}

/* Where something was added, as [start, end]; where it is missing, as [at]. */
static void
put_passages(struct weigh_jw *w, const struct weigh_license_result *r)
{
	size_t i;

	weigh_jw_key(w, "passages");
	weigh_jw_array(w);
	for (i = 0; i < r->npassages; i++) {
		weigh_jw_array(w);
		weigh_jw_u64(w, r->passages[i].start);
		if (!r->passages[i].removed)
			weigh_jw_u64(w, r->passages[i].end);
		weigh_jw_array_end(w);
	}
	weigh_jw_array_end(w);
}

static int
answer(const char *name, const struct weigh_license_result *r, double ms)
{
	struct weigh_buf line;
	struct weigh_jw w;
	int rc;

	weigh_buf_init(&line, 1u << 20);
	weigh_jw_init(&w, &line);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", name);
	weigh_jw_kstr(&w, "license", r->license);
	weigh_jw_kstr(&w, "kind", weigh_license_kind_name(r->kind));
	weigh_jw_ku64(&w, "words", r->words);
	weigh_jw_ku64(&w, "us", (uint64_t)(ms * 1e3));
	put_matches(&w, r);
	put_passages(&w, r);
	weigh_jw_object_end(&w);
	rc = line.failed || puts(line.data) == EOF || fflush(stdout) != 0;
	weigh_buf_free(&line);
	return rc;
}

/* One text from standard input, scanned. */
static int
scan(struct pack *p, const char *name, size_t len)
{
	const struct weigh_license_pack *packs[] = { p->pack };
	struct weigh_license_result *r = NULL;
	struct weigh_err err = { 0 };
	char *bytes = malloc(len + 1);
	double begun;
	int rc = 1;

	if (bytes == NULL || fread(bytes, 1, len, stdin) != len) {
		fputs("scan: the text is shorter than it was said\n", stderr);
		goto out;
	}
	begun = milliseconds();
	if (weigh_license_scan(&r, bytes, len, packs, 1, &err) != WEIGH_OK)
		fail(name, &err);
	else
		rc = answer(name, r, milliseconds() - begun);
out:
	weigh_license_result_free(r);
	free(bytes);
	return rc;
}

static int
run(struct pack *p, struct weigh_err *err)
{
	static const char without[] = "without/";
	char name[512];
	size_t len;
	int c;

	while (scanf("%511s %zu", name, &len) == 2 && len <= TEXT_MAX) {
		if ((c = getchar()) != '\n')
			return fail("a line 'NAME BYTES' is missing", err);
		if (len > 0 || strncmp(name, without, strlen(without)) != 0) {
			if (scan(p, name, len) != 0)
				return 1;
		} else if (open_without(p, name + strlen(without), err) !=
		    WEIGH_OK)
			return fail(name, err);
	}
	return 0;
}

int
main(void)
{
	struct weigh_err err = { 0 };
	struct pack p = { 0 };
	struct rusage used;
	double begun = milliseconds(), opened;
	int rc;

	if (open_pack(&p, &err) != WEIGH_OK)
		return fail("the pack", &err);
	opened = milliseconds() - begun;
	rc = run(&p, &err);
	getrusage(RUSAGE_SELF, &used);
	printf("{\"open_ms\":%.3f,\"rss_mib\":%.1f}\n", opened,
	    (double)used.ru_maxrss / 1024);
	close_pack(&p);
	return rc;
}
