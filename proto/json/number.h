/* number: RFC 8259's numbers, a byte at a time.  Private to proto/json. */
#ifndef JSON_NUMBER_H
#define JSON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum weigh_number {
	WEIGH_NUMBER_START,
	WEIGH_NUMBER_MINUS,
	WEIGH_NUMBER_ZERO, /* a leading zero: no digit may follow */
	WEIGH_NUMBER_INTEGER,
	WEIGH_NUMBER_POINT,
	WEIGH_NUMBER_FRACTION,
	WEIGH_NUMBER_E,
	WEIGH_NUMBER_E_SIGN,
	WEIGH_NUMBER_EXPONENT,
	WEIGH_NUMBER_STATES,
	WEIGH_NUMBER_WHOLE = WEIGH_NUMBER_STATES, /* ended before the byte */
	WEIGH_NUMBER_BAD
};

/* The state after `c`. */
enum weigh_number weigh_number_step(enum weigh_number state, char c);

/* A number's text as an integer; see weigh_json_u64. */
bool weigh_number_u64(const char *text, uint64_t *out);
bool weigh_number_i64(const char *text, int64_t *out);

#endif
