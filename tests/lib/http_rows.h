/*
 * http_rows: rows of bytes for the reader, each read whole, in pieces of 1 to 9
 * bytes, and cut in two at every place; all must give the row's answer.
 * For files that include cmocka.h first.
 */
#ifndef TESTS_HTTP_ROWS_H
#define TESTS_HTTP_ROWS_H

#include <stdio.h>

#include "http_trace.h"

/* Bytes and their number, NUL allowed. */
#define BYTES(text) (text), sizeof(text) - 1

/* Bytes that are refused: the last of `taken` is the one that does it. */
struct refused {
	const char *label;
	int status;
	const char *taken;
	size_t ntaken;
	const char *rest;
	size_t nrest;
};

/* Bytes that are understood, and the trace they give. */
struct understood {
	const char *label;
	const char *bytes;
	size_t len;
	const char *trace;
};

/* One cutting: the trace is `want`, or ends in it if it may begin otherwise. */
static inline void
http_expect(const struct understood *row, size_t first, size_t piece, bool end)
{
	struct weigh_buf got;
	size_t n = strlen(row->trace);

	weigh_buf_init(&got, HTTP_TRACE_MAX);
	http_trace(&got, row->bytes, row->len, first, piece,
	    &weigh_http_default_limits);
	assert_false(got.failed);
	if (got.len < n || (!end && got.len != n) ||
	    memcmp(got.data + got.len - n, row->trace, n) != 0)
		fail_msg(
		    "%s, first %zu, then pieces of %zu:\n got  %s\n want %s",
		    row->label, first, piece, got.data, row->trace);
	weigh_buf_free(&got);
}

/* Every cutting. */
static inline void
http_expect_always(const struct understood *row, bool end)
{
	http_expect(row, row->len, 1, end);
	for (size_t piece = 1; piece <= 9; piece++)
		http_expect(row, piece, piece, end);
	for (size_t first = 1; first < row->len; first++)
		http_expect(row, first, row->len, end);
}

static inline void
http_check_refused(const struct refused *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct refused *row = &rows[i];
		size_t len = row->ntaken + row->nrest;
		char *data = malloc(len);
		char want[64];

		assert_non_null(data);
		memcpy(data, row->taken, row->ntaken);
		memcpy(data + row->ntaken, row->rest, row->nrest);
		snprintf(want, sizeof(want), "bad %d@%zu", row->status,
		    row->ntaken);
		http_expect_always(&(struct understood){ row->label, data, len,
				       want },
		    true);
		free(data);
	}
}

static inline void
http_check_understood(const struct understood *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		http_expect_always(&rows[i], false);
}

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

#endif
