/* entry: one entry of a revision as the Hub has it. */
#ifndef SERVE_ENTRY_H
#define SERVE_ENTRY_H

#include <weigh/hub.h>

#include "catalog/catalog.h"

/* An element of what /tree and /paths-info answer; `expand`: with the commit that
 * changed it last, and what is known of its safety. */
void entry_write(struct weigh_jw *w, const struct catalog_entry *e,
    bool expand);

#endif
