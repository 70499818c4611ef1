/* spdx: license expressions (SPDX 3.0.1, annex B).  Private to proto/license. */
#ifndef PROTO_LICENSE_SPDX_H
#define PROTO_LICENSE_SPDX_H

#include <weigh/licensepack.h>

/* The id as the packs spell it, else as given. */
void license_id_known(const char *id, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    char out[WEIGH_LICENSE_ID]);

/* Does a pack have each id of the expression?  Without packs nobody can tell: true. */
bool license_expression_listed(const char *expression,
    const struct weigh_license_pack *const *packs, size_t npacks);

/* The expression that `text` begins with, with ids as the packs spell them, operators in
 * capitals, one blank between.  Bytes it took; 0: none, or longer than out. */
size_t license_expression(const char *text, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    char out[WEIGH_LICENSE_EXPR]);

#endif
