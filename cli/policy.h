/*
 * policy: the policy of acceptable use that a license incorporates, and that has to lie
 * beside it.
 *
 * (1) A license's terms say that its policy is a file of its own (`aup = file`).  The
 *     policy of ID is ID-AUP: where that text is known, it and no other is the one; where
 *     nobody knows it, a file with a policy's name or text will do.
 * (2) It is looked for in the folder that was scanned, for a file that a person named says
 *     nothing about its neighbors.  A pointer to a license incorporates nothing.
 */
#ifndef CLI_POLICY_H
#define CLI_POLICY_H

#include "packs.h"
#include "scanned.h"

/* Note in each of the `n` files of one folder which policies are not held there. */
enum weigh_code policy_look(struct scanned *files, size_t n,
    struct packs *packs, struct weigh_err *err);

#endif
