/* note: the small files in .weigh. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "beneath.h"
#include "note.h"

#define PIECE 65536

enum weigh_code
note_read(int own, const char *name, struct weigh_buf *text,
    struct weigh_err *err)
{
	int fd = beneath_open(own, name, O_RDONLY | O_NONBLOCK, 0);
	ssize_t n = 1;
	char *room;
	int e;

	if (fd < 0)
		return weigh_fail_errno(err, errno, ".weigh/%s", name);
	while (n > 0 && (room = weigh_buf_room(text, PIECE)) != NULL) {
		n = read(fd, room, PIECE);
		if (n > 0)
			text->len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1; /* go on */
	}
	e = errno;
	close(fd);
	if (text->failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (n < 0)
		return weigh_fail_errno(err, e, ".weigh/%s", name);
	return WEIGH_OK;
}

enum weigh_code
note_read_manifest(int own, const char *name, struct weigh_manifest *out,
    struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	rc = note_read(own, name, &text, err);
	if (rc == WEIGH_OK) {
		rc = weigh_manifest_parse(out,
		    text.data != NULL ? text.data : "", text.len, err);
		rc = weigh_context(err, rc, ".weigh/%s", name);
	}
	weigh_buf_free(&text);
	return rc;
}

static enum weigh_code
write_all(int fd, const struct weigh_buf *text, struct weigh_err *err)
{
	size_t at = 0;

	while (at < text->len) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n > 0)
			at += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return weigh_fail_errno(err, n == 0 ? EIO : errno,
			    "cannot write");
	}
	if (fsync(fd) != 0)
		return weigh_fail_errno(err, errno, "cannot write to disk");
	return WEIGH_OK;
}

enum weigh_code
note_write(int own, const char *name, const struct weigh_buf *text,
    struct weigh_err *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	enum weigh_code rc;
	int fd;

	if (text->failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	unlinkat(own, "new", 0);
	fd = beneath_openat(own, "new", flags, 0666);
	if (fd < 0)
		return weigh_fail_errno(err, errno, ".weigh/%s", name);
	rc = write_all(fd, text, err);
	if (close(fd) != 0 && rc == WEIGH_OK)
		rc = weigh_fail_errno(err, errno, "cannot write");
	if (rc == WEIGH_OK && renameat(own, "new", own, name) != 0)
		rc = weigh_fail_errno(err, errno, "cannot rename");
	return weigh_context(err, rc, ".weigh/%s", name);
}
