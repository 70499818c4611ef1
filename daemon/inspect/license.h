/*
 * license: descriptor in, findings out: which license a text is.
 *
 * (1) What decides, the engine with the fingerprints that are built in and those of the
 *     site, has a name: the SHA-256 of their versions and bytes.  The same name says the
 *     same of the same bytes.
 * (2) At most WEIGH_EVIDENCE_MAX bytes are read, and none of them is believed: the engine
 *     (weigh/license.h) is pure, and bounded.
 *
 * Threads: any, after inspect_judge_open.  Blocking: reads the disk.
 */
#ifndef INSPECT_LICENSE_H
#define INSPECT_LICENSE_H

#include <weigh/license.h>
#include <weigh/oid.h>

#include "inspect/terms.h"

struct inspect_judge;

/* Open what is built in, with the terms of licenses, and, unless `site` is "" or a folder without fingerprints, what
 * a site has learned there (`weigh license learn`).  *note: why those of the site are
 * not used, "" if they are or there are none; then they are left out. */
enum weigh_code inspect_judge_open(struct inspect_judge **out, const char *site,
    char note[256], struct weigh_err *err);
void inspect_judge_close(struct inspect_judge *j);
/* Its name (1). */
const struct weigh_oid *inspect_judge_name(const struct inspect_judge *j);

/* What the licenses that it finds demand. */
const struct inspect_terms *inspect_judge_terms(const struct inspect_judge *j);

/* What `fd` (borrowed; `size` bytes) is; the caller's (weigh_license_result_free).
 * WEIGH_TOO_BIG by (2); any other failure is our trouble and says nothing about the
 * text. */
enum weigh_code inspect_license(const struct inspect_judge *j, int fd,
    uint64_t size, struct weigh_license_result **out, struct weigh_err *err);
/* The same of a text in memory. */
enum weigh_code inspect_license_text(const struct inspect_judge *j,
    const char *text, size_t len, struct weigh_license_result **out,
    struct weigh_err *err);

#endif
