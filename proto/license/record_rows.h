/*
 * record_rows: the memory of a record, and the rows that only concluding adds.  Private to
 * proto/license.
 *
 * Everything of a record is taken from one heap that is given back as one.  A list of rows
 * that grows moves: the place of a row stands until the next row of its kind.
 */
#ifndef PROTO_LICENSE_RECORD_ROWS_H
#define PROTO_LICENSE_RECORD_ROWS_H

#include <stdarg.h>

#include <weigh/record.h>

/* `size` bytes, zeroed, as long as `r` lives; NULL: no memory, or RECORD_HEAP is used up. */
void *record_alloc(struct weigh_record *r, size_t size);
/* Text with a NUL behind, as weigh_record_keep. */
const char *record_keeps(struct weigh_record *r, const char *text);
/* Formatted text, cut at a character where it is longer. */
#define RECORD_SENTENCE 600
const char *record_printf(struct weigh_record *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *record_vprintf(struct weigh_record *r, const char *fmt,
    va_list args) __attribute__((format(printf, 2, 0)));

/* One more row, all "" and zero; NULL: no room or memory. */
struct weigh_record_part *record_part(struct weigh_record *r);
struct weigh_record_finding *record_finding(struct weigh_record *r);
/* One more sentence, kept by `r` already; false: no room or memory. */
bool record_reason(struct weigh_record *r, const char *sentence);
/* Room for `n` terms of a part, all ""; NULL: no memory. */
struct weigh_record_term *record_terms(struct weigh_record *r,
    struct weigh_record_part *p, uint32_t n);

/* Forget the conclusion, keep the evidence. */
void record_unconclude(struct weigh_record *r);

#endif
