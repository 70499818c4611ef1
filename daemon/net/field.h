/* field: one header line of an answer, as text. */
#ifndef NET_FIELD_H
#define NET_FIELD_H

#include <stdarg.h>

#include <weigh/buf.h>

/* Append "NAME: VALUE" and CR LF.  What could end the line, or is not ASCII, does
 * not get into the value. */
void field_add(
    struct weigh_buf *out, const char *name, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

#endif
