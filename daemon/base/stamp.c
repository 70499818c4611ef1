/* stamp: see stamp.h. */
#include "stamp.h"

static int64_t
in_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct stamp
stamp_of(const struct stat *st)
{
	return (struct stamp){
		.size = st->st_size,
		.inode = (int64_t)st->st_ino,
		.mtime_ns = in_ns(st->st_mtim),
		.ctime_ns = in_ns(st->st_ctim),
	};
}

bool
stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->size == b->size && a->inode == b->inode &&
	    a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}
