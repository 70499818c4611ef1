/* told: the words of a git server, for who reads its answers.  Private to proto/git. */
#ifndef PROTO_GIT_TOLD_H
#define PROTO_GIT_TOLD_H

#include <weigh/err.h>

/* Record them as the cause, without control characters. */
enum weigh_code weigh_git_told_words(enum weigh_code code, const char *text,
    size_t len, struct weigh_err *err);

#endif
