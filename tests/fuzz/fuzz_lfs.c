/*
 * LFS requests.  The first byte says which: a batch, a completion, a verify.  (1)
 * of weigh/lfs.h: no more objects than may be; a completion has every part.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/lfs.h>

static void
batch(const char *text, size_t size)
{
	struct weigh_lfs_batch b;

	if (weigh_lfs_batch_parse(&b, text, size, NULL) != WEIGH_OK)
		return;
	if (b.nobjects > WEIGH_LFS_OBJECTS ||
	    strnlen(b.ref, sizeof(b.ref)) == sizeof(b.ref))
		abort();
	for (size_t i = 0; i < b.nobjects; i++)
		if (b.objects[i].size > INT64_MAX)
			abort();
	weigh_lfs_batch_free(&b);
}

static void
completion(const char *text, size_t size)
{
	struct weigh_lfs_completion c;

	if (weigh_lfs_completion_parse(&c, text, size, NULL) != WEIGH_OK)
		return;
	if (c.nparts > WEIGH_LFS_PARTS)
		abort();
	for (size_t i = 0; i < c.nparts; i++)
		if (c.parts[i].etag[0] == '\0')
			abort();
	weigh_lfs_completion_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct weigh_lfs_object o;

	if (size == 0)
		return 0;
	switch (data[0] % 3) {
	case 0:
		batch(text, size - 1);
		break;
	case 1:
		completion(text, size - 1);
		break;
	default:
		(void)weigh_lfs_verify_parse(&o, text, size - 1, NULL);
	}
	return 0;
}
