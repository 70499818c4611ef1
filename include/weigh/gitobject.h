/*
 * gitobject: commits and trees of somebody else, read strictly as bytes.
 * Source: git's gitformat-pack(5) for types, git-fsck(1) for what is an error.
 *
 * (1) What passes here, `git fsck --strict` takes too, as far as one object alone
 *     tells: lines, ids, identities and dates of a commit; modes, names and ids of a
 *     tree.  Names as paths and their order are judged by who walks the tree.
 * (2) No memory is taken; nothing behind `len` is read.
 */
#ifndef WEIGH_GITOBJECT_H
#define WEIGH_GITOBJECT_H

#include <stddef.h>

#include <weigh/err.h>
#include <weigh/oid.h>

/* WEIGH_MALFORMED: err says which line is none. */
enum weigh_code weigh_git_commit_check(const char *data, size_t len,
    struct weigh_err *err);

/* WEIGH_MALFORMED: an entry that is cut, of another mode than git's five (and the
 * old 100664), without a name, with a '/' in it, or with an id of zeros. */
enum weigh_code weigh_git_tree_check(const void *data, size_t len,
    struct weigh_err *err);

#endif
