/* header: files of weights built in memory, and read in pieces of any size. */
#ifndef TESTS_HEADER_H
#define TESTS_HEADER_H

#include <weigh/weights.h>

/* Bytes being put together; ends the test when there is no memory. */
void put_bytes(struct weigh_buf *b, const void *data, size_t len);
void put_u32(struct weigh_buf *b, uint32_t n);
void put_u64(struct weigh_buf *b, uint64_t n);
void put_text(struct weigh_buf *b, const char *text); /* GGUF: u64, bytes */
void put_zeros(struct weigh_buf *b, size_t len);

/* Read the header of a file of `size` bytes, of which the first `len` are given,
 * in pieces of `cut`.  *facts is the caller's to free. */
enum weigh_code read_header(enum weigh_format format, const void *data,
    size_t len, uint64_t size, size_t cut, struct weigh_weights *facts);

/* The same in pieces of 1, 7 and all: each says the same.  `rule`: the one that is
 * broken, "" for none. */
void check_header(const char *label, enum weigh_format format, const void *data,
    size_t len, uint64_t size, const char *rule);

/* The facts as JSON; free it. */
char *print_facts(const struct weigh_weights *facts);

#endif
