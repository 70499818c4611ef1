/* date: days and months in a text.  Private to proto/license. */
#ifndef PROTO_LICENSE_DATE_H
#define PROTO_LICENSE_DATE_H

#include "text.h"

/* Words of the date that begins at word `i`, 0 if none does: "July 18, 2023", "18 July
 * 2023", "July 2023", "2023-07-18", "2023 年 7 月 18 日". */
size_t license_date_at(const struct license_text *t, size_t i,
    struct weigh_license_fact *out);

#endif
