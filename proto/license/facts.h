/*
 * facts: what a text says of itself, matched or not: numbers and their units, places,
 * purposes, names, dates; and what it points to.  Private to proto/license.
 */
#ifndef PROTO_LICENSE_FACTS_H
#define PROTO_LICENSE_FACTS_H

#include <weigh/license.h>

#include "text.h"

/* The facts of a text, at most `room`, in its order; their number.  Names:
 *
 *     threshold.mau .muu .revenue-year .revenue-month   a limit, with operator and currency
 *     threshold.revenue  one whose period is not told
 *     money, percent, days   amounts that are no limit of these
 *     territory-excludes     EU, EEA, ISO 3166-1: a place that is left out
 *     release-date, effective-date, last-modified, version-date, date
 *     version                in the first words of the text
 *     purpose                noncommercial, research-only, evaluation, nonproduction
 *     field                  a field of use that the text speaks of: military...
 *     output-training        outputs that others learn from: barred, or told of
 *     display, name-prefix   the words, in small letters
 *     incorporates           the policy's name in small letters, or ""
 *
 * What the text says is not judged: a fact is where to read. */
size_t license_facts(const struct license_text *t,
    struct weigh_license_fact *out, size_t room);
/* Its references.  `bytes` are the file's: SPDX expressions are read as they are written.
 * Ids are those of the packs and of SPDX. */
size_t license_references(const struct license_text *t, const void *bytes,
    size_t len, const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_license_ref *out, size_t room);
/* Lines of it that are the name of a license and no more, for a text that has nothing
 * else. */
size_t license_lone_names(const struct license_text *t, const void *bytes,
    size_t len, const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_license_ref *out, size_t room);
/* Has the text anything of law: words that only licenses and notices use. */
bool license_legal(const struct license_text *t);

#endif
