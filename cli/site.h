/*
 * site: the folder that a site's own licenses are learned into (packs.h says what is in
 * it).
 *
 * (1) One program writes at a time: site_open takes a lock, site_close gives it back.
 * (2) Terms, text and pack get their names in this order, each in one step, its bytes on
 *     disk before: the pack never has a license whose text or terms are missing.  What
 *     is forgotten goes the other way round.
 * (3) The pack is made of the texts alone: the same texts and names give the same bytes,
 *     in whatever order they were learned.
 * (4) A pack that an earlier engine made is made again, in memory, from the texts.
 *
 * Every function may touch the disk.
 */
#ifndef CLI_SITE_H
#define CLI_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#include "packs.h"

#define SITE_MAX 4096 /* licenses */

struct site {
	char dir[PACKS_DIR];
	int fd; /* of the folder, locked */
};

/* One license: what is learned now. */
struct site_license {
	const char *id, *name, *based_on;
	struct weigh_buf text, terms; /* as they are stored */
};

/* Is it an id that a site may give: LicenseRef- and letters, digits, '.', '-', and none
 * that weigh gives itself?  WEIGH_USAGE says why not. */
enum weigh_code site_check_id(const char *id, struct weigh_err *err);

/* Open the folder, making it if it is not there; site_close in any case.  Waits for
 * nobody: WEIGH_CONFLICT while another program writes. */
enum weigh_code site_open(struct site *s, const char *dir,
    struct weigh_err *err);
void site_close(struct site *s);

/* The text that was learned of an id.  WEIGH_NOT_FOUND: none. */
enum weigh_code site_text(const char *dir, const char *id,
    struct weigh_buf *out, struct weigh_err *err);
/* Append the pack of all that was learned, but `without`, and `l`; either may be NULL.
 * Nothing is appended when nothing is left. */
enum weigh_code site_build(const char *dir, const struct site_license *l,
    const char *without, struct weigh_buf *pack, struct weigh_err *err);
/* Store the license and the pack that has it. */
enum weigh_code site_store(const struct site *s, const struct site_license *l,
    const struct weigh_buf *pack, struct weigh_err *err);
/* Store `pack`, which has the id no more, then remove its text and its terms. */
enum weigh_code site_remove(const struct site *s, const char *id,
    const struct weigh_buf *pack, struct weigh_err *err);

#endif
