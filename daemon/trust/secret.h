/* secret: files below keys/ that only their owner may read.  Private to trust/. */
#ifndef TRUST_SECRET_H
#define TRUST_SECRET_H

#include <weigh/buf.h>
#include <weigh/err.h>

/* Read a file of the folder keys/ below `dirfd` into `out`.  WEIGH_DENIED when
 * others than its owner may read or write it, or it is no plain file;
 * WEIGH_NOT_FOUND when there is none.  Blocking. */
enum weigh_code secret_read(int dirfd, const char *name, struct weigh_buf *out,
    struct weigh_err *err);

/* Write it whole and durably, with mode 0600. */
enum weigh_code secret_write(int dirfd, const char *name, const void *data,
    size_t len, struct weigh_err *err);

/* Give a buffer's memory back, wiped. */
void secret_free(struct weigh_buf *b);

#endif
