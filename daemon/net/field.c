/* field: see field.h. */
#include <stdio.h>

#include "field.h"

#define VALUE_MAX (16u << 10) /* a link holds an escaped path, 3 bytes a byte */

void
field_add(struct weigh_buf *out, const char *name, const char *fmt, va_list ap)
{
	char value[VALUE_MAX];
	const char *p;

	vsnprintf(value, sizeof(value), fmt, ap);
	weigh_buf_adds(out, name);
	weigh_buf_adds(out, ": ");
	for (p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0x20 && c != 0x7f)
			weigh_buf_addc(out, c < 0x80 ? *p : '?');
	}
	weigh_buf_adds(out, "\r\n");
}
