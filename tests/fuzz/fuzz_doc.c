/* Answers of weighd as weigh keeps them: what is written from the tree is read
 * as the same tree, to the byte. */
#include <stdlib.h>
#include <string.h>

#include "../../cli/doc.h"

#define ROOM (1u << 20)

static void
print(const struct doc *d, struct weigh_buf *b)
{
	struct weigh_jw w;

	weigh_buf_init(b, ROOM);
	weigh_jw_init(&w, b);
	doc_write(&w, d);
}

static void
check_again(const struct doc *d)
{
	struct weigh_buf first, second;
	struct doc *again = NULL;

	print(d, &first);
	if (first.failed ||
	    doc_parse(&again, first.data, first.len, NULL) != WEIGH_OK)
		abort();
	print(again, &second);
	if (second.len != first.len ||
	    memcmp(first.data, second.data, first.len) != 0)
		abort();
	doc_free(again);
	weigh_buf_free(&first);
	weigh_buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doc *d = NULL;

	if (size > ROOM / 8)
		return 0;
	if (doc_parse(&d, (const char *)data, size, NULL) == WEIGH_OK) {
		(void)doc_str(doc_get(d, "error"), "why");
		(void)doc_u64(d, "size");
		check_again(d);
	}
	doc_free(d);
	return 0;
}
