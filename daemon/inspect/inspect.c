/* inspect: see inspect.h. */
#include <stdlib.h>

#include "base/fd.h"
#include "inspect.h"

#define PIECE (256u << 10)

/* Give the reader piece after piece until it knows enough. */
static enum weigh_code
read_pieces(struct weigh_header *h, int fd, uint64_t size, char *piece,
    struct weigh_err *err)
{
	uint64_t at = 0;
	enum weigh_code rc = WEIGH_NOT_YET, read;
	size_t n;

	while (rc == WEIGH_NOT_YET) {
		n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		read = n > 0 ? fd_pread_all(fd, piece, n, at, err) : WEIGH_OK;
		if (read != WEIGH_OK)
			return read;
		rc = weigh_header_feed(h, piece, n, err);
		at += n;
	}
	return rc;
}

enum weigh_code
inspect_header(int fd, uint64_t size, enum weigh_format format,
    struct weigh_weights *out, struct weigh_err *err)
{
	struct weigh_header *h = weigh_header_new(format, size);
	char *piece = malloc(PIECE);
	enum weigh_code rc;

	weigh_weights_init(out, format);
	if (h == NULL || piece == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	rc = read_pieces(h, fd, size, piece, err);
	if (rc == WEIGH_OK || weigh_header_facts(h)->rule[0] != '\0') {
		*out = *weigh_header_facts(h);
		weigh_weights_init(weigh_header_facts(h), format);
		rc = WEIGH_OK;
	}
out:
	free(piece);
	weigh_header_free(h);
	return rc;
}
