/* place: countries and unions, and who is left out.  Private to proto/license. */
#ifndef PROTO_LICENSE_PLACE_H
#define PROTO_LICENSE_PLACE_H

#include "text.h"

/* Words of the place's name at word `i`, 0 if none stands there; *code: "EU", "EEA" or
 * ISO 3166-1 alpha-2. */
size_t license_place_at(const struct license_text *t, size_t i,
    const char **code);
/* The end of the list of places that begins with the place at word `i`: behind its last
 * name. */
size_t license_places_end(const struct license_text *t, size_t i);
/* Does the text leave out the places of the list that is words [from, to)? */
bool license_places_excluded(const struct license_text *t, size_t from,
    size_t to);

#endif
