/* pointer: see weigh/pointer.h. */
#include <inttypes.h>
#include <stdio.h>

#include <weigh/pointer.h>

#include "cursor.h"

#define VERSION_LINE "version https://git-lfs.github.com/spec/v1\n"

enum weigh_code
weigh_pointer_parse(struct weigh_pointer *out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct cursor c = { text, len };
	struct weigh_pointer p;

	if (len > WEIGH_POINTER_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a pointer file has at most %d bytes, this one %zu",
		    WEIGH_POINTER_MAX, len);
	if (!take_text(&c, VERSION_LINE))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the first line is not that of a pointer file, version 1");
	if (!take_text(&c, "oid sha256:") || !take_oid(&c, &p.oid) ||
	    !take_text(&c, "\n"))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the second line is not 'oid sha256:' and 64 hex digits");
	if (!take_text(&c, "size ") || !take_u63(&c, &p.size) ||
	    !take_text(&c, "\n"))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the third line is not 'size' and a decimal number");
	if (c.len != 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "%zu bytes stand behind the size line", c.len);
	*out = p;
	return WEIGH_OK;
}

size_t
weigh_pointer_print(const struct weigh_pointer *p, char out[WEIGH_POINTER_TEXT])
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&p->oid, hex);
	return (size_t)snprintf(out, WEIGH_POINTER_TEXT,
	    VERSION_LINE "oid sha256:%s\nsize %" PRIu64 "\n", hex, p->size);
}
