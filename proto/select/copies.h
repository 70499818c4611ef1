/* copies: second copies of weights in other formats.  Private to proto/select. */
#ifndef SELECT_COPIES_H
#define SELECT_COPIES_H

#include <weigh/select.h>

struct copies {
	struct weigh_select_file *files; /* in byte order of paths */
	size_t n;
	enum weigh_code (*index)(void *ctx,
	    const struct weigh_select_file *file, struct weigh_buf *out,
	    struct weigh_err *err);
	void *ctx;
	uint8_t *known; /* of each file that is an index: is it complete? */
};

/* Mark as copies what weigh/select.h calls so; `why` holds what patterns said. */
enum weigh_code weigh_copies_leave_out(struct copies *c, struct weigh_err *err);

#endif
