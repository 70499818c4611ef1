/*
 * json_trace: what the JSON reader says of a text, as one line of text:
 *
 *     { k"a" [ n1.5 s"x" t f 0 ] } END        or        [ BAD at byte 1 …
 */
#ifndef TESTS_JSON_TRACE_H
#define TESTS_JSON_TRACE_H

#include <stddef.h>

#include <weigh/buf.h>
#include <weigh/json.h>

/* Read `text` in pieces of `piece` bytes (0: as a whole), the first one of
 * `first` bytes (0: like the others), and append the trace to `out`.  Each
 * piece lies in memory of its own, which is gone when the next one comes. */
void json_trace(struct weigh_buf *out, const struct weigh_json_limits *limits,
    const char *text, size_t len, size_t first, size_t piece);

#endif
