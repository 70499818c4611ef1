/* store: opening a blob for reading. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "store/priv.h"

enum weigh_code
store_open_blob(struct store *s, const struct weigh_oid *oid, int *fd,
    struct stamp *stamp, struct weigh_err *err)
{
	struct blob_names n;
	enum weigh_code rc;
	struct stat st;

	store_names(&n, oid);
	/* O_NONBLOCK: a fifo in the blob's place must not hold us. */
	*fd = fd_open_beneath(s->blobs, n.blob_path, O_RDONLY | O_NONBLOCK, 0);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		rc = weigh_fail_errno(err, errno, "cannot open it");
	else if (!S_ISREG(st.st_mode))
		rc = weigh_fail(err, WEIGH_IO, "not a regular file");
	else
		rc = WEIGH_OK;
	if (rc == WEIGH_OK)
		*stamp = stamp_of(&st);
	else
		fd_close(fd);
	return weigh_context(err, rc, "blob %s", n.blob);
}
