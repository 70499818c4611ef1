/*
 * store: a blob whose bytes come out of order: written where they belong, taken
 * into the digest in order, as far as the caller says that they are there.
 */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

enum weigh_code
store_place(struct store_writer *w, uint64_t offset, const void *data,
    size_t len, struct weigh_err *err)
{
	const char *p = data;

	if (w->fd < 0)
		return weigh_fail(err, WEIGH_BUG, "the blob takes no more");
	if (offset > INT64_MAX - len)
		return weigh_fail(err, WEIGH_TOO_BIG, "more than 2^63 bytes");
	while (len > 0) {
		ssize_t n = pwrite(w->fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return weigh_fail_errno(err, errno, "cannot write");
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return WEIGH_OK;
}

enum weigh_code
store_take(struct store_writer *w, uint64_t upto, struct weigh_err *err)
{
	uint64_t len = upto - w->size;
	enum weigh_code rc;

	if (w->state != WRITER_OPEN || upto < w->size)
		return weigh_fail(err, WEIGH_BUG, "the blob takes no more");
	rc = writer_need(w, len, err);
	if (rc == WEIGH_OK)
		rc = list_hash(w->hasher, w->fd, w->size, upto, NULL, false,
		    err);
	if (rc == WEIGH_OK)
		writer_took(w, len);
	else
		w->state = WRITER_BROKEN;
	return rc;
}

enum weigh_code
store_take_again(struct store_writer *w, struct weigh_err *err)
{
	struct weigh_hasher *fresh = weigh_hasher_new();
	enum weigh_code rc;

	if (fresh == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = store_promise(w->store, w->size, err);
	if (rc != WEIGH_OK) {
		weigh_hasher_free(fresh);
		return rc;
	}
	weigh_hasher_free(w->hasher);
	w->hasher = fresh;
	w->granted += w->size;
	w->size = 0;
	return WEIGH_OK;
}

uint64_t
store_taken(const struct store_writer *w)
{
	return w->size;
}
