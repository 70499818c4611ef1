/*
 * buf: a growing buffer that is born with a ceiling.
 *
 * (1) It never holds more than `max` bytes.
 * (2) A failed addition (ceiling, memory) leaves it as it was, sets `failed`,
 *     and every later addition fails too: check once, at the end.
 * (3) `data` is NULL or has a NUL behind `len` bytes, so text prints as it is.
 */
#ifndef WEIGH_BUF_H
#define WEIGH_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct weigh_buf {
	char *data;
	size_t len;
	size_t cap; /* taken from malloc, the NUL included */
	size_t max;
	bool failed;
};

/* An empty buffer of at most `max` bytes; takes no memory yet. */
void weigh_buf_init(struct weigh_buf *b, size_t max);

/* Give the memory back; the buffer is empty again, with the same ceiling. */
void weigh_buf_free(struct weigh_buf *b);

/* Forget the content and `failed`, keep the memory. */
void weigh_buf_reset(struct weigh_buf *b);

/* Append.  False after a failure (2). */
bool weigh_buf_add(struct weigh_buf *b, const void *data, size_t len);
bool weigh_buf_adds(struct weigh_buf *b, const char *text);
bool weigh_buf_addc(struct weigh_buf *b, char c);
bool weigh_buf_addf(struct weigh_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `len` more bytes at the returned place, all of them 0; the caller
 * fills as many as it has and adds that number to b->len.  NULL on failure
 * (2). */
char *weigh_buf_room(struct weigh_buf *b, size_t len);

/* Hand the memory to the caller, who calls free(); NULL if empty or failed. */
char *weigh_buf_take(struct weigh_buf *b);

#endif
