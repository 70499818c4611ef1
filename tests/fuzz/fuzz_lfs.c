/*
 * LFS requests.  The first byte says which: a batch, a completion, a verify, or what a
 * server answered to us.  (1) of weigh/lfs.h: no more objects than may be; a completion
 * has every part; what is told is a URL or an error, its fields are lines.
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

static enum weigh_code
look(void *ctx, const struct weigh_lfs_told *t, struct weigh_err *err)
{
	size_t len = strlen(t->fields);

	(void)err;
	if ((t->href[0] != '\0') == (t->error != 0) || ++*(size_t *)ctx > 2000)
		abort();
	if (len > 0 && (len < 2 || strcmp(t->fields + len - 2, "\r\n") != 0))
		abort();
	return WEIGH_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct weigh_lfs_object o;
	size_t told = 0;

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		batch(text, size - 1);
		break;
	case 1:
		completion(text, size - 1);
		break;
	case 3:
		(void)weigh_lfs_told_parse(text, size - 1, look, &told, NULL);
		break;
	default:
		(void)weigh_lfs_verify_parse(&o, text, size - 1, NULL);
	}
	return 0;
}
