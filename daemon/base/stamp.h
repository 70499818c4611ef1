/*
 * stamp: how a file looked when its bytes were last hashed.  Any write, truncation
 * or replacement through the file system changes at least one of the four; so a
 * blob whose stamp is still the recorded one has the bytes that were hashed
 * (but for rot below the file system, which is scrub's business).
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct stamp {
	int64_t size;
	int64_t inode;
	int64_t mtime_ns; /* since 1970 */
	int64_t ctime_ns;
};

struct stamp stamp_of(const struct stat *st);
bool stamp_equal(const struct stamp *a, const struct stamp *b);

#endif
