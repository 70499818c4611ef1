/*
 * gitpack: git's packs, version 2, written object by object as a stream; and the
 * difference of two trees.  Source: git's gitformat-pack(5).
 *
 * (1) A pack holds as many objects as it was begun with; its last 20 bytes are the
 *     SHA-1 of all before.
 * (2) An object's bytes are deflated as they are given: what the caller checked is
 *     what goes out.
 * (3) Memory does not grow with objects or their size.
 * (4) Bases are named by their ids (REF_DELTA): no place in the pack is kept.
 * (5) A difference that is applied to its base gives the tree, whatever the bytes.
 */
#ifndef WEIGH_GITPACK_H
#define WEIGH_GITPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/oid.h>

/* The numbers are those of the format. */
enum weigh_pack_type {
	WEIGH_PACK_COMMIT = 1,
	WEIGH_PACK_TREE = 2,
	WEIGH_PACK_BLOB = 3,
	WEIGH_PACK_TAG = 4
};

/* Takes the pack's bytes, in pieces of at most 64 KiB. */
typedef enum weigh_code weigh_pack_sink(void *ctx, const char *data, size_t len,
    struct weigh_err *err);

struct weigh_pack;

/* Begin a pack of `objects` objects: its header goes to `sink`. */
enum weigh_code weigh_pack_begin(struct weigh_pack **out, uint32_t objects,
    weigh_pack_sink *sink, void *ctx, struct weigh_err *err);

/* Add an object, whole. */
enum weigh_code weigh_pack_add(struct weigh_pack *p, enum weigh_pack_type type,
    const void *data, size_t len, struct weigh_err *err);
/* Add one as the difference to another, which the pack or its reader holds. */
enum weigh_code weigh_pack_add_delta(struct weigh_pack *p,
    const struct weigh_gitid *base, const void *delta, size_t len,
    struct weigh_err *err);

/* The end: WEIGH_BUG if objects are missing (1).  weigh_pack_free follows. */
enum weigh_code weigh_pack_end(struct weigh_pack *p, struct weigh_err *err);
void weigh_pack_free(struct weigh_pack *p);

/* Into `out`: how `tree` differs from `base`, both the bytes of git trees, by
 * whole entries.  False when it would not be at most half as long as the tree, or
 * one of them is none; then `out` is of no use. */
bool weigh_pack_tree_delta(struct weigh_buf *out, const void *base,
    size_t base_len, const void *tree, size_t len);

#endif
