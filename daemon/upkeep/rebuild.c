/* rebuild: see rebuild.h. */
#include "upkeep/rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* (4): the last line before it lasts. */
static enum weigh_code
journal(const struct gate_again *a, struct audit *audit, struct weigh_err *err)
{
	char why[400];
	const struct audit_entry entry = {
		.event = AUDIT_REBUILD,
		.time = time(NULL),
		.why = why,
	};

	snprintf(why, sizeof(why),
	    "on request: %" PRIu64 " repositories, %" PRIu64
	    " revisions, %" PRIu64 " blobs; unreadable %" PRIu64
	    ", lost %" PRIu64 ", missing %" PRIu64 ", bad %" PRIu64,
	    a->repos, a->revisions, a->blobs, a->odd[GATE_ODD_UNREADABLE],
	    a->odd[GATE_ODD_LOST], a->odd[GATE_ODD_MISSING],
	    a->odd[GATE_ODD_BAD]);
	return audit_append(audit, &entry, err);
}

struct attempt {
	struct rebuild *rebuild;
	bool given_up;
};

static enum weigh_code
attempt(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	struct attempt *a = ctx;
	struct rebuild *r = a->rebuild;
	enum weigh_code rc;

	(void)audit;
	rc = gate_again(r->gate, &r->again, err);
	if (rc == WEIGH_MALFORMED) /* repositories do not answer this */
		a->given_up = catalog_give_up(catalog, NULL) == WEIGH_OK;
	return rc;
}

enum weigh_code
rebuild_run(struct rebuild *r, struct weigh_err *err)
{
	struct attempt a = { .rebuild = r };
	enum weigh_code rc;

	if (catalog_has_moved(r->reader)) {
		weigh_fail(err, WEIGH_IO,
		    "catalog.db was removed or replaced while weighd runs");
		weigh_fix(err, "restart weighd: it makes the catalog again");
		return WEIGH_IO;
	}
	r->again = (struct gate_again){
		.cancel = &r->progress->cancel,
		.bytes = &r->progress->bytes,
		.tell = r->tell,
		.ctx = r->ctx,
		.finish = journal,
	};
	gate_hold(r->gate);
	rc = gate_tidy_held(r->gate, r->reader, err);
	if (rc == WEIGH_OK)
		rc = gate_write(r->gate, attempt, &a, err);
	gate_release(r->gate);
	if (a.given_up)
		weigh_fix(err,
		    "restart weighd: it sets the damaged catalog aside and "
		    "makes it again");
	return rc;
}
