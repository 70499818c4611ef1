/* hex: what a digit of somebody else's text says.  Private to proto/. */
#ifndef PROTO_HEX_H
#define PROTO_HEX_H

/* 0 to 15, or -1: it is none.  Both cases count; where only one may, see oid.c. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
