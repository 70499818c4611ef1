/* record: see record.h. */
#include "gate/record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inspect/license.h"
#include "log/log.h"
#include "recording.h"

#define BATCH 16 /* records written at once */

/* One that is made and waits to be written. */
struct made {
	struct weigh_record *r; /* what `keep` points to */
	struct weigh_buf json, findings;
	const char *needs[RECORDING_NEEDS];
	struct catalog_recording keep;
};

struct batch {
	struct catalog_unrecorded waiting[BATCH];
	size_t n;
	struct made made[BATCH];
	size_t nmade;
};

/* --- one record ---------------------------------------------------------------- */

static void
recording_init(struct recording *k, struct gate *g,
    struct catalog_reader *reader, const struct catalog_unrecorded *of,
    struct weigh_err *err)
{
	const struct inspect_terms *terms = inspect_judge_terms(g->judge);

	*k = (struct recording){
		.gate = g,
		.reader = reader,
		.of = of,
		.err = err,
	};
	k->tables = inspect_terms_tables(terms, &k->ntables);
	weigh_buf_init(&k->names, 1u << 30);
	weigh_buf_init(&k->card, 16u << 20);
}

static void
recording_free(struct recording *k)
{
	for (size_t i = 0; i < WEIGH_RECORD_BASES; i++)
		weigh_record_free(k->bases[i]);
	weigh_record_free(k->r);
	weigh_buf_free(&k->names);
	weigh_buf_free(&k->card);
	free(k->files);
	free(k->paths);
}

static enum weigh_code
begin(struct recording *k)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	const struct inspect_judge *judge = k->gate->judge;

	weigh_repo_text(&k->of->repo, name);
	weigh_gitid_hex(&k->of->commit, hex);
	if ((k->r = weigh_record_new()) == NULL ||
	    (k->r->repo = weigh_record_keep(k->r, name, strlen(name))) ==
		NULL ||
	    (k->r->commit = weigh_record_keep(k->r, hex, strlen(hex))) == NULL)
		return weigh_fail(k->err, WEIGH_NOMEM, "out of memory");
	k->r->judge = *inspect_judge_name(judge);
	k->r->terms = *inspect_terms_name(inspect_judge_terms(judge));
	return WEIGH_OK;
}

static enum weigh_code
put_together(struct recording *k)
{
	enum weigh_code rc = begin(k);

	if (rc == WEIGH_OK)
		rc = recording_read(k);
	if (rc == WEIGH_OK && !k->waits)
		rc = recording_links(k);
	if (rc == WEIGH_OK && !k->waits)
		rc = recording_bases(k);
	if (rc == WEIGH_OK && !k->waits)
		rc = weigh_conclude(k->r,
		    (const struct weigh_record *const *)k->bases, k->tables,
		    k->ntables, k->err);
	return rc;
}

/* --- as a row -------------------------------------------------------------------- */

/* Each name once. */
static void
list_findings(const struct weigh_record *r, struct weigh_buf *out)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < r->nfindings; i++) {
		enum weigh_finding f = r->findings[i].finding;

		if ((seen >> f & 1) != 0)
			continue;
		seen |= UINT64_C(1) << f;
		weigh_buf_addf(out, "%s%s", out->len > 0 ? " " : "",
		    weigh_finding_name(f));
	}
}

/* The record goes over to `m`. */
static enum weigh_code
finish(struct recording *k, struct made *m)
{
	weigh_buf_init(&m->json, WEIGH_RECORD_MAX + 1);
	weigh_buf_init(&m->findings, 4096);
	list_findings(k->r, &m->findings);
	m->r = k->r;
	k->r = NULL;
	if (!weigh_buf_adds(&m->findings, "") ||
	    !weigh_record_print(&m->json, m->r))
		return weigh_fail(k->err, WEIGH_TOO_BIG,
		    "its record has no room in %u bytes", WEIGH_RECORD_MAX);
	memcpy(m->needs, k->needs, sizeof(m->needs));
	m->keep = (struct catalog_recording){
		.repo = k->of->repo,
		.commit = k->of->commit,
		.turn = k->of->turn,
		.record = { .at = time(NULL),
		    .judge = m->r->judge,
		    .terms = m->r->terms,
		    .concluded = m->r->concluded,
		    .state = weigh_state_name(m->r->state),
		    .family = m->r->family,
		    .findings = m->findings.data,
		    .json = m->json.data },
		.bases = m->needs,
		.nbases = k->nneeds,
	};
	if (!weigh_oid_of(&m->keep.record.name, m->json.data, m->json.len))
		return weigh_fail(k->err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

static void
drop_last(struct batch *b)
{
	struct made *m = &b->made[--b->nmade];

	weigh_record_free(m->r);
	weigh_buf_free(&m->json);
	weigh_buf_free(&m->findings);
}

/* What cannot be made is told, and waits for the next time. */
static void
make_one(struct gate *g, struct catalog_reader *reader,
    const struct catalog_unrecorded *of, struct batch *b)
{
	struct recording k;
	struct weigh_err err;
	enum weigh_code rc;

	weigh_err_clear(&err);
	recording_init(&k, g, reader, of, &err);
	rc = put_together(&k);
	if (rc == WEIGH_OK && !k.waits &&
	    (rc = finish(&k, &b->made[b->nmade++])) != WEIGH_OK)
		drop_last(b);
	recording_free(&k);
	if (rc == WEIGH_OK || rc == WEIGH_NOT_FOUND) /* it went meanwhile */
		return;
	log_event(LOG_WARN_LEVEL, "license-not-recorded", "repo", of->repo.name,
	    "why", err.why, NULL);
}

/* --- all of them ------------------------------------------------------------------ */

static void
add_waiting(void *ctx, const struct catalog_unrecorded *u)
{
	struct batch *b = ctx;

	if (b->n < BATCH)
		b->waiting[b->n++] = *u;
}

static enum weigh_code
write_made(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	const struct batch *b = ctx;
	enum weigh_code rc = catalog_begin(catalog, err);
	bool fresh, any = false;

	if (rc != WEIGH_OK)
		return rc;
	for (size_t i = 0; i < b->nmade && rc == WEIGH_OK; i++) {
		rc = catalog_keep_record(catalog, &b->made[i].keep, &fresh,
		    err);
		any = any || fresh;
	}
	rc = catalog_end(catalog, rc, err);
	if (any)
		gate_changed(g);
	return rc;
}

enum weigh_code
gate_make_records(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err)
{
	struct batch *b = calloc(1, sizeof(*b));
	enum weigh_code rc = WEIGH_OK;
	int64_t after = 0;

	if (b == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	do {
		b->n = 0;
		rc = catalog_records_waiting(reader, after, BATCH, add_waiting,
		    b, err);
		for (size_t i = 0;
		     i < b->n && !atomic_load(&g->background.cancel); i++) {
			make_one(g, reader, &b->waiting[i], b);
			after = b->waiting[i].turn;
		}
		if (rc == WEIGH_OK && b->nmade > 0)
			rc = gate_on_writer(g, write_made, b, err);
		while (b->nmade > 0)
			drop_last(b);
	} while (rc == WEIGH_OK && b->n > 0 &&
	    !atomic_load(&g->background.cancel));
	free(b);
	return rc;
}
