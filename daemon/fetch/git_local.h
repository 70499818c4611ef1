/*
 * git_local: repositories of git in a folder of this machine, as a source: bare ones at
 * ORG/NAME.git or ORG/NAME, with their LFS objects beside (lfs/objects/aa/bb/OID); or
 * ORG/NAME/.git.  Private to fetch/.
 *
 * (1) Only places that the configuration names come here; nothing is written there.
 * (2) What comes out is judged as what a forge sends: it goes through a stage.
 *
 * Blocking: all.
 */
#ifndef FETCH_GIT_LOCAL_H
#define FETCH_GIT_LOCAL_H

#include <weigh/gitclient.h>

#include "fetch/source.h"

enum weigh_code git_local_pick(const struct source_place *p,
    const struct weigh_repo *repo, const char *rev, struct weigh_git_pick *out,
    struct weigh_err *err);
enum weigh_code git_local_bring(const struct source_place *p,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct stage *stage, struct weigh_err *err);
enum weigh_code git_local_locate(const struct source_place *p,
    const struct weigh_repo *repo, const struct source_file *files, size_t n,
    struct source_bytes *out, struct weigh_err *err);

#endif
