/*
 * A record as JSON.  (5) of weigh/record.h: what is accepted is written again, read again,
 * and written the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/record.h>

static void
print(struct weigh_buf *out, const struct weigh_record *r)
{
	/* Each byte of an escape may become six. */
	weigh_buf_init(out, 8 * (size_t)WEIGH_RECORD_MAX);
	if (!weigh_record_print(out, r) && out->len == 0)
		return;
	if (out->failed)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_record *r = NULL, *again = NULL;
	struct weigh_err err = { 0 };
	struct weigh_buf one, two;

	if (weigh_record_read(&r, (const char *)data, size, &err) != WEIGH_OK) {
		if (r != NULL || err.code == WEIGH_OK || err.why[0] == '\0')
			abort();
		return 0;
	}
	print(&one, r);
	if (one.len > 0) {
		if (weigh_record_read(&again, one.data, one.len, &err) !=
		    WEIGH_OK)
			abort();
		print(&two, again);
		if (two.len != one.len ||
		    memcmp(two.data, one.data, one.len) != 0)
			abort();
		weigh_record_free(again);
		weigh_buf_free(&two);
	}
	weigh_record_free(r);
	weigh_buf_free(&one);
	return 0;
}
