/* Lines of the journal: one form only, so what is accepted is written again as
 * the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "audit/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct audit_line line;
	struct weigh_buf b;

	if (line_parse(&line, (const char *)data, size, NULL) != WEIGH_OK)
		return 0;
	weigh_buf_init(&b, AUDIT_LINE_MAX);
	if (!line_render(&line, &b) || b.len != size ||
	    memcmp(b.data, data, size) != 0)
		abort();
	weigh_buf_free(&b);
	return 0;
}
