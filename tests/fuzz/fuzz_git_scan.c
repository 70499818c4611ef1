/*
 * A pack of somebody else: a byte (how to cut it), then the pack.  Whole and cut are
 * judged alike, and what passes ends with its 20 bytes (weigh/packscan.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/packscan.h>

static enum weigh_code
scan(const uint8_t *data, size_t size, size_t step)
{
	static const struct weigh_packscan_limits limits = {
		.objects = 1000, .object = 1u << 20, .total = 4u << 20
	};
	struct weigh_packscan *s = weigh_packscan_new(&limits);
	enum weigh_code rc = WEIGH_OK;

	if (s == NULL)
		return WEIGH_NOMEM;
	for (size_t at = 0; rc == WEIGH_OK && at < size; at += step)
		rc = weigh_packscan_feed(s, data + at,
		    size - at < step ? size - at : step, NULL);
	if (rc == WEIGH_OK)
		rc = weigh_packscan_end(s, NULL);
	weigh_packscan_free(s);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum weigh_code whole;

	if (size == 0)
		return 0;
	whole = scan(data + 1, size - 1, size);
	if (whole != scan(data + 1, size - 1, 1u + data[0]))
		abort();
	if (whole == WEIGH_OK && size - 1 < 32)
		abort();
	return 0;
}
