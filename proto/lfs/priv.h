/* priv: what batch.c and multipart.c share. */
#ifndef LFS_PRIV_H
#define LFS_PRIV_H

#include <weigh/json.h>
#include <weigh/oid.h>

/* The value is an oid. */
enum weigh_code weigh_lfs_read_oid(struct weigh_json *j,
    enum weigh_json_token first, struct weigh_oid *out, struct weigh_err *err);

/* Room for one more behind the `have` elements of `size` bytes in *list. */
enum weigh_code weigh_lfs_grow(void **list, size_t *room, size_t have,
    size_t size, struct weigh_err *err);

#endif
