/* keys/tokens.  There is one text a table (trust/roll.h, 1): what is accepted is
 * printed as the very same bytes.  The seal is put on here: no mutation would ever
 * find it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trust/roll.h"

static void
put_seal(struct weigh_buf *text)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;

	if (!weigh_oid_of(&oid, text->data, text->len))
		abort();
	weigh_oid_hex(&oid, hex);
	weigh_buf_addf(text, "end %s\n", hex);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_buf text, again;
	struct roll *roll = NULL;

	weigh_buf_init(&text, 1 << 20);
	weigh_buf_init(&again, 1 << 20);
	weigh_buf_adds(&text, "weighhouse-tokens 1\n");
	weigh_buf_add(&text, data, size);
	put_seal(&text);
	if (!text.failed &&
	    roll_parse(&roll, text.data, text.len, NULL) == WEIGH_OK) {
		if (!roll_print(&again, roll) || again.len != text.len ||
		    memcmp(again.data, text.data, text.len) != 0)
			abort();
	}
	free(roll);
	weigh_buf_free(&again);
	weigh_buf_free(&text);
	return 0;
}
