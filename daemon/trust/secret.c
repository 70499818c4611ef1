/* secret: see secret.h. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "secret.h"

#define FOLDER "keys"
#define PATH_MAX_HERE 64

static enum weigh_code
check_mode(int dirfd, const char *path, struct weigh_err *err)
{
	struct stat st;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return weigh_fail_errno(err, errno, "'%s'", path);
	if (S_ISREG(st.st_mode) && (st.st_mode & 077) == 0)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_DENIED,
	    "'%s' can be read by others than its owner", path);
	weigh_fix(err, "make it a plain file with mode 0600");
	return WEIGH_DENIED;
}

enum weigh_code
secret_read(int dirfd, const char *name, struct weigh_buf *out,
    struct weigh_err *err)
{
	char path[PATH_MAX_HERE];
	enum weigh_code rc;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	rc = check_mode(dirfd, path, err);
	return rc == WEIGH_OK ? fd_read_file(dirfd, path, out, err) : rc;
}

enum weigh_code
secret_write(int dirfd, const char *name, const void *data, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc = fd_make_dirs(dirfd, FOLDER, 0700, err);

	return rc == WEIGH_OK ?
	    fd_replace_file(dirfd, FOLDER, name, data, len, 0600, err) :
	    rc;
}

void
secret_free(struct weigh_buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->len);
	weigh_buf_free(b);
}
