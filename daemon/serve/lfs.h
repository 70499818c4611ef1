/* lfs: what the files of the LFS routes share.  Private to serve/. */
#ifndef SERVE_LFS_H
#define SERVE_LFS_H

#include "priv.h"

/* The reply becomes an error as git-lfs reads it: reply.err's words. */
void lfs_fail(struct ask *ask, enum weigh_code rc);

#endif
