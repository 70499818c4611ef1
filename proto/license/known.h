/* known: how licenses are called where they are not given.  Private to proto/license. */
#ifndef PROTO_LICENSE_KNOWN_H
#define PROTO_LICENSE_KNOWN_H

#include "pack.h"
#include "text.h"

struct license_known {
	char id[WEIGH_LICENSE_ID];
	bool open; /* "GPL-3.0": -only or -or-later, by what stands behind */
	size_t words;
};
/* The longest name of a license that begins at word `i`, by the packs and by what else
 * people say; false: none does. */
bool license_name_at(const struct license_text *t, size_t i,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct license_known *out);
/* The license that this address is known to hold, or false.  `url`: as words have it, in
 * small letters, without scheme, "www." and a slash at the end. */
bool license_page(const char *url, char id[WEIGH_LICENSE_ID]);

#endif
