/*
 * packs: the licenses that are known here: the pack that is built in, and those of a
 * site, each in a folder that `weigh license learn` writes.
 *
 * (1) The pack that is built in comes first: no site can give one of its ids another
 *     text or other terms.
 * (2) A pack that is there and cannot be read is an error: nothing is told without it.
 *
 * A site's folder: /etc/weighhouse/licenses, then the person's own,
 * ${XDG_CONFIG_HOME:-~/.config}/weigh/licenses; with --dir that one alone.  In it:
 *
 *     site.pack        fingerprints of all that was learned
 *     texts/ID.txt     the text, as it was learned
 *     terms/ID.terms   what it demands, as it was learned
 *
 * Every function may touch the disk.
 */
#ifndef CLI_PACKS_H
#define CLI_PACKS_H

#include <weigh/err.h>
#include <weigh/licensepack.h>
#include <weigh/licenseterms.h>

#include "opts.h"

#define PACKS_SITES 2
#define PACKS_DIR 1024
#define PACKS_TEXT_MAX (1u << 20)    /* bytes of a text that is learned */
#define PACKS_TERMS_MAX (256u << 10) /* bytes of its terms */
#define PACKS_PATH (PACKS_DIR + WEIGH_LICENSE_ID + 32)

struct packs {
	struct weigh_terms *terms; /* built in; read when first asked for */
	struct weigh_license_pack *pack[1 + PACKS_SITES];
	size_t n;
	/* pack[i] is of this folder; "" of the one that is built in */
	char dir[1 + PACKS_SITES][PACKS_DIR];
	struct weigh_buf bytes[1 + PACKS_SITES];
};

/* Open the one that is built in alone, or all there are; the caller calls packs_close in any case.  WEIGH_NOT_FOUND: --dir
 * names a folder without a pack. */
enum weigh_code packs_builtin(struct packs *p, struct weigh_err *err);
enum weigh_code packs_open(struct packs *p, const struct opts *opts,
    struct weigh_err *err);
/* One folder more.  WEIGH_NOT_FOUND: it has no pack, and nothing changed. */
enum weigh_code packs_add(struct packs *p, const char *dir,
    struct weigh_err *err);
void packs_close(struct packs *p);
/* For the functions of <weigh/license.h>. */
const struct weigh_license_pack *const *packs_list(const struct packs *p);

/* The folder that something new is learned into: --dir, else root's or the person's. */
enum weigh_code packs_own(char out[PACKS_DIR], const struct opts *opts,
    struct weigh_err *err);
/* A file of the folder: "texts", "txt" or "terms", "terms". */
void packs_path(char out[PACKS_PATH], const char *dir, const char *what,
    const char *id, const char *extension);

/* Read a whole file into `out`, up to its ceiling.  WEIGH_NOT_FOUND; WEIGH_TOO_BIG;
 * WEIGH_IO for what is no regular file. */
enum weigh_code packs_read(const char *path, struct weigh_buf *out,
    struct weigh_err *err);

/* What a license demands, by the table that is built in, else by a site's; the
 * caller's.  WEIGH_NOT_FOUND: nothing is known of it. */
enum weigh_code packs_terms(struct packs *p, const char *id,
    struct weigh_license_terms **out, struct weigh_err *err);
/* The table that is built in. */
enum weigh_code packs_table(struct packs *p, const struct weigh_terms **out,
    struct weigh_err *err);

#endif
