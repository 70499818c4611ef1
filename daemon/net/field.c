/* field: see field.h. */
#include <stdio.h>

#include "field.h"

#define VALUE_MAX (16u << 10) /* a link holds an escaped path, 3 bytes a byte */

/* What could end the line goes, what is not ASCII becomes a '?'. */
static size_t
clean(char *value)
{
	const char *from;
	char *to = value;

	for (from = value; *from != '\0'; from++) {
		unsigned char c = (unsigned char)*from;

		if (c >= 0x20 && c != 0x7f)
			*to++ = c < 0x80 ? *from : '?';
	}
	return (size_t)(to - value);
}

void
field_add(struct weigh_buf *out, const char *name, const char *fmt, va_list ap)
{
	char value[VALUE_MAX];

	vsnprintf(value, sizeof(value), fmt, ap);
	weigh_buf_adds(out, name);
	weigh_buf_adds(out, ": ");
	weigh_buf_add(out, value, clean(value));
	weigh_buf_adds(out, "\r\n");
}
