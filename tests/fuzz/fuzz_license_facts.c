/*
 * A file, for what it says of itself and points to.  (5) of weigh/license.h: each fact and
 * reference lies inside the file; an expression that was read reads again as itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../proto/license/facts.h"
#include "../../proto/license/spdx.h"

static void
check_place(uint32_t start, uint32_t end, uint32_t line, size_t size)
{
	if (start >= end || end > size || line == 0)
		abort();
}

static void
check_facts(const struct license_text *t, size_t size)
{
	struct weigh_license_fact f[WEIGH_LICENSE_FACTS];
	size_t n = license_facts(t, f, WEIGH_LICENSE_FACTS);

	for (size_t i = 0; i < n; i++) {
		check_place(f[i].start, f[i].end, f[i].line, size);
		if (f[i].name[0] == '\0' || f[i].unit >= WEIGH_UNITS ||
		    strnlen(f[i].value, sizeof(f[i].value)) ==
			sizeof(f[i].value))
			abort();
	}
}

static void
check_references(const struct license_text *t, const uint8_t *data, size_t size)
{
	struct weigh_license_ref r[WEIGH_LICENSE_REFERENCES];
	size_t n = license_references(t, data, size, NULL, 0, r,
	    WEIGH_LICENSE_REFERENCES);
	char again[WEIGH_LICENSE_EXPR];

	for (size_t i = 0; i < n; i++) {
		check_place(r[i].start, r[i].end, r[i].line, size);
		if (r[i].kind != WEIGH_LICENSE_REF_SPDX || r[i].id[0] == '\0')
			continue;
		if (license_expression(r[i].id, strlen(r[i].id), NULL, 0,
			again) != strlen(r[i].id) ||
		    strcmp(again, r[i].id) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct license_text *t = NULL;

	if (license_text_read(&t, data, size, NULL) != WEIGH_OK)
		return 0;
	check_facts(t, size);
	check_references(t, data, size);
	license_legal(t);
	license_text_free(t);
	return 0;
}
