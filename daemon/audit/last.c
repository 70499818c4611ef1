/* last: how the journal ends, for whoever wants to know and may not wait. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/line.h"
#include "base/fd.h"

#define JOURNAL "audit/journal.ndjson"
#define TAIL (2 * (AUDIT_LINE_MAX + 1)) /* a whole line, and what follows it */

/* The last bytes of the file, up to its last line feed: what stands behind that is
 * being written now. */
static enum weigh_code
read_tail(int fd, char tail[TAIL], size_t *len, bool *from_start,
    struct weigh_err *err)
{
	enum weigh_code rc;
	struct stat st;
	const char *lf;

	if (fstat(fd, &st) != 0)
		return weigh_fail_errno(err, errno, "cannot look at it");
	*from_start = st.st_size <= TAIL;
	*len = *from_start ? (size_t)st.st_size : TAIL;
	rc = fd_pread_all(fd, tail, *len, (uint64_t)st.st_size - *len, err);
	if (rc != WEIGH_OK)
		return rc;
	lf = *len > 0 ? memrchr(tail, '\n', *len) : NULL;
	*len = lf != NULL ? (size_t)(lf - tail) : 0;
	return WEIGH_OK;
}

enum weigh_code
audit_last(int dirfd, uint64_t *n, int64_t *time, struct weigh_err *err)
{
	struct audit_line line;
	char tail[TAIL];
	const char *before;
	bool from_start = true;
	size_t len = 0, start;
	enum weigh_code rc;
	int fd;

	*n = 0;
	*time = 0;
	fd = fd_open_beneath(dirfd, JOURNAL, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return weigh_fail_errno(err, errno, "journal '%s'", JOURNAL);
	rc = read_tail(fd, tail, &len, &from_start, err);
	fd_close(&fd);
	if (rc == WEIGH_OK && len > 0) {
		before = memrchr(tail, '\n', len);
		start = before != NULL ? (size_t)(before - tail) + 1 : 0;
		rc = before == NULL && !from_start ?
		    weigh_fail(err, WEIGH_MALFORMED, "a line of over %d bytes",
			AUDIT_LINE_MAX) :
		    line_parse(&line, tail + start, len - start, err);
		if (rc == WEIGH_OK) {
			*n = line.n;
			*time = line.time;
		}
	}
	return weigh_context(err, rc, "journal '%s', its last line", JOURNAL);
}
