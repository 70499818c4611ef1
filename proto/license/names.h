/*
 * names: how licenses are called, by what a pack says of them.  Private to proto/license.
 *
 * Of a name and of words that may be one, only the key is compared: letters and digits in
 * one piece, without what people say or leave out ("the", "license", "version", "GNU"),
 * without the v of "v2" and the last zero of "2.0".  "CC BY-NC 4.0", "CC-BY-NC-4.0" and
 * "cc by nc 4" are one name.
 */
#ifndef PROTO_LICENSE_NAMES_H
#define PROTO_LICENSE_NAMES_H

#include "pack.h"
#include "text.h"

struct license_names;

/* How a key calls its license. */
enum license_calling {
	CALLED_WHOLLY,
	CALLED_OPENLY, /* -only or -or-later: what stands behind tells */
	CALLED_FAMILY, /* without its version */
};

struct license_called {
	uint64_t hash; /* of the key */
	uint32_t entry;
	uint8_t how; /* enum license_calling */
	bool deprecated;
};

/* All names of a pack's licenses, the caller's.  WEIGH_NOMEM. */
enum weigh_code license_names_new(struct license_names **out,
    const struct weigh_license_pack *p, struct weigh_err *err);
void license_names_free(struct license_names *n);

/* The longest name that begins at word `i`: what is called so, the likeliest first, `*count`
 * of them, and how many words it has; NULL: none does.  With `families` also a name without
 * its version. */
const struct license_called *license_names_at(const struct license_names *n,
    const struct license_text *t, size_t i, bool families, size_t *count,
    size_t *words);

#endif
