/* keyring: tokens for upstreams; see keyring.h. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "fetch/keyring.h"

/* (1) */
static enum weigh_code
check_file(const struct stat *st, struct weigh_err *err)
{
	const char *why = NULL;

	if (!S_ISREG(st->st_mode))
		why = "it is no plain file";
	else if (st->st_uid != geteuid() && st->st_uid != 0)
		why = "it belongs to another user";
	else if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		why = "others than its owner may read or write it";
	if (why == NULL && st->st_size > WEIGH_SOURCE_TOKENS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it has more than %u bytes", WEIGH_SOURCE_TOKENS_MAX);
	if (why == NULL)
		return WEIGH_OK;
	(void)weigh_fail(err, WEIGH_DENIED, "%s", why);
	weigh_fix(err, "chown it to the user of weighd, and chmod 0600");
	return WEIGH_DENIED;
}

static enum weigh_code
read_tokens(struct weigh_source_tokens **out, int fd, struct weigh_err *err)
{
	char text[WEIGH_SOURCE_TOKENS_MAX];
	struct stat st;
	enum weigh_code rc;

	if (fstat(fd, &st) != 0)
		return weigh_fail_errno(err, errno, "it cannot be looked at");
	rc = check_file(&st, err);
	if (rc == WEIGH_OK)
		rc = fd_pread_all(fd, text, (size_t)st.st_size, 0, err);
	if (rc == WEIGH_OK)
		rc = weigh_source_tokens_parse(out, text, (size_t)st.st_size,
		    err);
	OPENSSL_cleanse(text, sizeof(text)); /* (2) */
	return rc;
}

enum weigh_code
keyring_read(struct weigh_source_tokens **out, const char *path,
    struct weigh_err *err)
{
	enum weigh_code rc;
	int fd;

	*out = NULL;
	if (path[0] == '\0')
		return WEIGH_OK;
	/* Not blocking, so that a pipe in its place is refused, not waited for. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		rc = weigh_fail_errno(err, errno, "it cannot be opened");
	else
		rc = read_tokens(out, fd, err);
	fd_close(&fd);
	return weigh_context(err, rc, "the tokens for upstreams in '%.200s'",
	    path);
}
