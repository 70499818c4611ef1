/*
 * terms: what licenses demand: the table that is built in, and those that a site has
 * learned (`weigh license learn`, terms/ID.terms in its folder).
 *
 * (1) The one that is built in comes first: no site can give one of its ids other terms.
 * (2) A file of the site that cannot be read, or that says other things than the terms of
 *     its license, is left out, and `note` names it.
 * (3) The tables have a name: the SHA-256 of their texts.  The same name is the same terms.
 *
 * Threads: any, after inspect_terms_open.  Blocking: that one reads the disk.
 */
#ifndef INSPECT_TERMS_H
#define INSPECT_TERMS_H

#include <weigh/licensepack.h>
#include <weigh/licenseterms.h>
#include <weigh/oid.h>

#define INSPECT_TERMS_NOTE 256

struct inspect_terms;

/* `folder`: the site's, NULL: there is none; `pack` (borrowed, only while this runs): what
 * it has learned.  *note: (2), else as it was. */
enum weigh_code inspect_terms_open(struct inspect_terms **out,
    const char *folder, const struct weigh_license_pack *pack,
    char note[INSPECT_TERMS_NOTE], struct weigh_err *err);
void inspect_terms_close(struct inspect_terms *t);

/* The tables, as weigh/licenseterms.h takes them; they live as long as `t`. */
const struct weigh_terms *const *inspect_terms_tables(const struct inspect_terms
							  *t,
    size_t *n);
const struct weigh_oid *inspect_terms_name(const struct inspect_terms *t);

#endif
