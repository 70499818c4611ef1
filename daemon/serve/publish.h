/*
 * publish: what stock clients do to publish: the handlers of publish*.c, and what
 * those files share.
 *
 * (1) Nothing is changed but by the gate, in the name of whoever asks.
 * (2) A name of one part means the asker's own, NAME/part, as on the Hub, unless
 *     one of that name is held.
 * (3) Bytes leave a request for the store, hashed; they are named only by a commit
 *     of whoever sent them, or may read them anyway.
 *
 * Threads: a worker for each request, with that worker's own reader.  Blocking: all
 * that touches disk or gate; a change waits for the one before it.
 */
#ifndef SERVE_PUBLISH_H
#define SERVE_PUBLISH_H

#include <weigh/lfs.h>
#include <weigh/publish.h>
#include <weigh/ticket.h>

#include "gate/change.h"
#include "priv.h"

/* --- publish.c: shared ------------------------------------------------------- */

/* On whose behalf, with the room for its texts.  Not to be copied. */
struct publisher {
	struct gate_who who;
	char email[WEIGH_WHO_ID + 8];
	char origin[WEIGH_WHO_ID + WEIGH_WHO_NAME + 32];
};
void publisher_fill(struct publisher *p, struct ask *ask);

/* The reply becomes what the gate said; `missing` tells what was not found. */
void publish_fail(struct ask *ask, enum weigh_code rc,
    enum gate_missing missing);

/* The answer is {}: done. */
void publish_done(struct ask *ask);

/* Append "http://HOST/datasets/org/name". */
void publish_url(const struct ask *ask, const struct weigh_repo *repo,
    struct weigh_buf *out);

/* The namespace of whoever asks; "": none. */
const char *publish_home(const struct weigh_who *who);

/* What {id} of the route means (2); false, and the reply says so, if none is held
 * or whoever asks may not publish there. */
bool publish_repo(struct ask *ask, struct catalog_reader *reader);

/* --- handlers ------------------------------------------------------------------- */
void serve_create(struct ask *ask, struct catalog_reader *reader);
void serve_delete(struct ask *ask, struct catalog_reader *reader);
void serve_move(struct ask *ask, struct catalog_reader *reader);
void serve_settings(struct ask *ask, struct catalog_reader *reader);
void serve_validate(struct ask *ask, struct catalog_reader *reader);
void serve_preupload(struct ask *ask, struct catalog_reader *reader);
void serve_branch_make(struct ask *ask, struct catalog_reader *reader);
void serve_branch_drop(struct ask *ask, struct catalog_reader *reader);
void serve_tag_make(struct ask *ask, struct catalog_reader *reader);
void serve_tag_drop(struct ask *ask, struct catalog_reader *reader);
void serve_commit(struct ask *ask, struct catalog_reader *reader);
void serve_upload(struct ask *ask, struct catalog_reader *reader);
void serve_complete(struct ask *ask, struct catalog_reader *reader);
void serve_verify(struct ask *ask, struct catalog_reader *reader);
void serve_ask_access(struct ask *ask, struct catalog_reader *reader);
void serve_access_requests(struct ask *ask, struct catalog_reader *reader);
void serve_access_handle(struct ask *ask, struct catalog_reader *reader);
void serve_access_grant(struct ask *ask, struct catalog_reader *reader);
/* The upload half of the LFS batch API: who asks for it has no right yet. */
void serve_batch_upload(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_lfs_batch *batch);

/* How each takes its body. */
extern const struct route_body serve_small_body; /* WEIGH_PUBLISH_BODY */
extern const struct route_body serve_card_body;
extern const struct route_body serve_preupload_body;
extern const struct route_body serve_commit_body;
extern const struct route_body serve_upload_body;
extern const struct route_body serve_complete_body;

#endif
