/* mirror: what requests about repositories from elsewhere share. */
#ifndef CONTROL_MIRROR_H
#define CONTROL_MIRROR_H

#include "fetch/figures.h"
#include "fetch/follow.h"
#include "priv.h"

/* On whose behalf, until the answer is made. */
struct mirror_who {
	struct gate_who gate; /* points in here */
	char token[WEIGH_WHO_ID + 1];
	char name[WEIGH_WHO_NAME + 1];
	char email[WEIGH_WHO_ID + 8];
	char origin[192];
};
void mirror_who(struct mirror_who *out, const struct weigh_who *who);

/* May they see that this repository is mirrored, fetched, spoken of?  Who may look at
 * it, and who may publish it: it may not be here yet. */
bool mirror_knows(struct control *c, const struct weigh_who *who,
    struct catalog_reader *reader, const struct weigh_repo *repo);

/* May they order that?  From a source of their own only who may everything. */
enum weigh_code mirror_may_order(struct control *c, const struct weigh_who *who,
    struct catalog_reader *reader, const struct weigh_fetch_order *order,
    struct weigh_err *err);

/* weigh.mirror-job/1: a job as it stands. */
enum weigh_code mirror_write_job(struct weigh_buf *out, struct control *c,
    struct catalog_reader *reader, int64_t id, struct weigh_err *err);

/* Members of weigh.status/1: what came from upstream, and how jobs stand. */
enum weigh_code mirror_write_status(struct weigh_jw *w, struct control *c,
    const struct weigh_who *who, struct catalog_reader *reader,
    struct weigh_err *err);
/* Jobs that live, as elements of an array. */
enum weigh_code mirror_write_live(struct weigh_jw *w, struct control *c,
    struct catalog_reader *reader, struct weigh_err *err);

#endif
