/*
 * A text with SPDX's template marks.  What is taken makes a pack that opens, and the same
 * text makes the same pack again.  (2) and (3) of weigh/licensepack.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/licensepack.h>

/* False: the text is refused. */
static bool
make(struct weigh_buf *out, const uint8_t *data, size_t size)
{
	struct weigh_licensepack_entry e = { .id = "Fuzz-1.0" };
	struct weigh_licensepack_make *m = NULL;
	bool taken;

	if (weigh_licensepack_make_new(&m, "fuzz", NULL) != WEIGH_OK)
		abort();
	weigh_buf_init(out, WEIGH_LICENSEPACK_MAX);
	e.vendor = size % 2 == 1;
	taken = weigh_licensepack_make_add(m, &e, data, size, NULL) == WEIGH_OK;
	if (weigh_licensepack_make_end(m, out, NULL) != WEIGH_OK)
		abort();
	weigh_licensepack_make_free(m);
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_license_pack *p = NULL;
	struct weigh_buf a, b;
	bool taken = make(&a, data, size);

	if (make(&b, data, size) != taken || a.len != b.len ||
	    memcmp(a.data, b.data, a.len) != 0)
		abort();
	if (weigh_licensepack_open(&p, a.data, a.len, NULL) != WEIGH_OK ||
	    weigh_licensepack_count(p) != (taken ? 1 : 0))
		abort();
	weigh_licensepack_close(p);
	weigh_buf_free(&a);
	weigh_buf_free(&b);
	return 0;
}
