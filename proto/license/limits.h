/*
 * limits: words beside a reference that limit what it grants.  Private to proto/license.
 *
 * (1) Of the sentence that has the reference every word is judged, and what is not of the
 *     reference itself may be why it is limited: "but not for commercial use".
 * (2) A sentence that follows in the same paragraph counts if it forbids, if it asks for
 *     money or leave or grants to some only ("companies have to buy it", "this is
 *     proprietary"), or if it begins as one that takes something back: "However, ...".
 *     In a text that is hardly longer than its reference every sentence is looked at.
 * (3) What nearly every text says beside its license is no limit: that there is no
 *     warranty, that nobody is affiliated, "unless otherwise noted", "free of charge".
 *     Nor are the names in a notice of copyright.
 */
#ifndef PROTO_LICENSE_LIMITS_H
#define PROTO_LICENSE_LIMITS_H

#include "text.h"

/* Words [from, to) of a text. */
struct license_stretch {
	uint32_t from, to;
};

/* The next sentence behind word `behind` that limits the reference `ref`.  `own`: for each
 * word of the text not 0 if a reference or a license has it.  `line`: the reference is one
 * by its line ("License: MIT"), which is then its sentence.  False: none any more. */
bool license_limit_next(const struct license_text *t, const uint8_t *own,
    struct license_stretch ref, bool line, uint32_t behind,
    struct license_stretch *out);
/* Do words [from, to), the reference itself, change what they name: "a modified MIT
 * license"? */
bool license_limit_within(const struct license_text *t, uint32_t from,
    uint32_t to);

#endif
