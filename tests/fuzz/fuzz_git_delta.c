/*
 * Two trees, with two bytes in front that say where the first ends: a difference
 * that is made gives the second from the first (weigh/gitpack.h, (5)).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/gitpack.h>

#include "gitdelta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_buf delta, got;
	const uint8_t *base = data + 2;
	size_t base_len, len;

	if (size < 2)
		return 0;
	base_len = (size_t)data[0] << 8 | data[1];
	size -= 2;
	if (base_len > size)
		base_len = size;
	len = size - base_len;
	weigh_buf_init(&delta, 1 << 20);
	weigh_buf_init(&got, 1 << 20);
	if (weigh_pack_tree_delta(&delta, base, base_len, base + base_len,
		len)) {
		if (!gitdelta_apply(&got, base, base_len, delta.data,
			delta.len) ||
		    got.len != len ||
		    (len > 0 && memcmp(got.data, base + base_len, len) != 0))
			abort();
	}
	weigh_buf_free(&delta);
	weigh_buf_free(&got);
	return 0;
}
