/*
 * Manifests.  Invariant (3) of weigh/manifest.h: what is accepted is printed as
 * the very same bytes; and each of its files is found by its path.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/manifest.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_manifest m;
	struct weigh_buf b;

	if (weigh_manifest_parse(&m, (const char *)data, size, NULL) !=
	    WEIGH_OK)
		return 0;
	for (size_t i = 0; i < m.count; i++)
		if (weigh_manifest_find(&m, m.files[i].path) != &m.files[i])
			abort();
	weigh_buf_init(&b, WEIGH_MANIFEST_MAX);
	if (weigh_manifest_print(&b, m.files, m.count, NULL) != WEIGH_OK ||
	    b.len != size || memcmp(b.data, data, size) != 0)
		abort();
	weigh_buf_free(&b);
	weigh_manifest_free(&m);
	return 0;
}
