/* json/number: see number.h. */
#include <stddef.h>

#include "number.h"

enum byte_class {
	ZERO,
	DIGIT,
	POINT,
	EXP,
	PLUS,
	MINUS,
	OTHER,
	CLASSES
};

#define NO WEIGH_NUMBER_BAD
#define OK WEIGH_NUMBER_WHOLE
#define N(x) WEIGH_NUMBER_##x

// clang-format off
static const uint8_t next[WEIGH_NUMBER_STATES][CLASSES] = {
	/*               '0'          1-9          '.'       e E   '+'         '-'         other */
	[N(START)]    = { N(ZERO),     N(INTEGER),  NO,       NO,   NO,         N(MINUS),   NO },
	[N(MINUS)]    = { N(ZERO),     N(INTEGER),  NO,       NO,   NO,         NO,         NO },
	[N(ZERO)]     = { NO,          NO,          N(POINT), N(E), NO,         NO,         OK },
	[N(INTEGER)]  = { N(INTEGER),  N(INTEGER),  N(POINT), N(E), NO,         NO,         OK },
	[N(POINT)]    = { N(FRACTION), N(FRACTION), NO,       NO,   NO,         NO,         NO },
	[N(FRACTION)] = { N(FRACTION), N(FRACTION), NO,       N(E), NO,         NO,         OK },
	[N(E)]        = { N(EXPONENT), N(EXPONENT), NO,       NO,   N(E_SIGN),  N(E_SIGN),  NO },
	[N(E_SIGN)]   = { N(EXPONENT), N(EXPONENT), NO,       NO,   NO,         NO,         NO },
	[N(EXPONENT)] = { N(EXPONENT), N(EXPONENT), NO,       NO,   NO,         NO,         OK },
};
// clang-format on

static enum byte_class
class_of(char c)
{
	if (c >= '1' && c <= '9')
		return DIGIT;
	switch (c) {
	case '0':
		return ZERO;
	case '.':
		return POINT;
	case 'e':
	case 'E':
		return EXP;
	case '+':
		return PLUS;
	case '-':
		return MINUS;
	default:
		return OTHER;
	}
}

enum weigh_number
weigh_number_step(enum weigh_number state, char c)
{
	return (enum weigh_number)next[state][class_of(c)];
}

bool
weigh_number_u64(const char *text, uint64_t *out)
{
	uint64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

bool
weigh_number_i64(const char *text, int64_t *out)
{
	bool negative = *text == '-';
	uint64_t n, most = (uint64_t)INT64_MAX + (negative ? 1 : 0);

	if (!weigh_number_u64(text + (negative ? 1 : 0), &n) || n > most)
		return false;
	if (negative)
		*out = n == most ? INT64_MIN : -(int64_t)n;
	else
		*out = (int64_t)n;
	return true;
}
