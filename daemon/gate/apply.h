/*
 * apply: the files of a revision after changes, from those of its parent.  No bytes,
 * no disk: lists in, list out.
 *
 * (1) Changes count in their order: a later one wins over what an earlier one made.
 * (2) What no change names is as it was.
 */
#ifndef GATE_APPLY_H
#define GATE_APPLY_H

#include "gate/change.h"

/* Files with paths of their own, sorted by path. */
struct apply_list {
	struct repo_file *files;
	size_t count, room;
};
/* Append; the path is copied.  False: no memory. */
bool apply_list_add(struct apply_list *l, const struct repo_file *file);
void apply_list_free(struct apply_list *l);

/* `copies[i]` is what change i copies, if it does.  *out borrows paths from
 * `parent` and `changes` and is the caller's to free; `mine` of a file is its change
 * (struct gate_change *), NULL if it is carried.  WEIGH_NOT_FOUND names what is to
 * be deleted and is not there. */
enum weigh_code apply_changes(const struct apply_list *parent,
    struct gate_change *changes, size_t nchanges,
    const struct repo_file *copies, struct repo_file **out, size_t *count,
    struct weigh_err *err);

#endif
