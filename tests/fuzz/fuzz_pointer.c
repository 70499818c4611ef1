/*
 * LFS pointers.  There is one canonical form (weigh/pointer.h, (2) and (3)): what
 * is accepted is printed as the very same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/pointer.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[WEIGH_POINTER_TEXT];
	struct weigh_pointer p;

	if (weigh_pointer_parse(&p, (const char *)data, size, NULL) != WEIGH_OK)
		return 0;
	if (weigh_pointer_print(&p, out) != size ||
	    memcmp(out, data, size) != 0)
		abort();
	return 0;
}
