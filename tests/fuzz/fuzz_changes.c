/*
 * Commits line by line.  The first byte says how the rest is cut.  (1) of
 * weigh/changes.h: whole and cut tell the same; (4): every path is one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/changes.h>

static void
fold(uint64_t *sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		*sum = (*sum ^ p[i]) * 0x100000001b3;
}

static void
fold_line(uint64_t *sum, const struct weigh_changes *c,
    enum weigh_changes_event e)
{
	const struct weigh_change *l = weigh_changes_line(c);

	if (e == WEIGH_CHANGES_HEADER) {
		fold(sum, l->message, strlen(l->message));
		return;
	}
	if (weigh_path_check(l->path, strlen(l->path), NULL) != WEIGH_OK)
		abort();
	fold(sum, l->path, strlen(l->path));
	fold(sum, l->from, strlen(l->from));
	fold(sum, &l->size, sizeof(l->size));
}

/* Everything that is told, as one number. */
static uint64_t
run(const char *text, size_t size, size_t piece)
{
	struct weigh_changes *c = weigh_changes_new();
	enum weigh_changes_event e = WEIGH_CHANGES_MORE;
	uint64_t sum = 0xcbf29ce484222325, file = sum;
	enum weigh_code rc;
	size_t n = 0, len, at = 0;

	if (c == NULL)
		return 0;
	do {
		at += n;
		n = size - at < piece ? size - at : piece;
		weigh_changes_feed(c, text + at, n, at + n == size);
		while ((e = weigh_changes_next(c)) > WEIGH_CHANGES_BAD) {
			if (e != WEIGH_CHANGES_CONTENT) {
				fold(&sum, &e, sizeof(e));
				fold_line(&sum, c, e);
				fold(&sum, &file, sizeof(file));
				continue;
			}
			const char *bytes = weigh_changes_content(c, &len);
			fold(&file, bytes, len);
		}
	} while (e == WEIGH_CHANGES_MORE);
	fold(&sum, &e, sizeof(e));
	rc = weigh_changes_error(c, NULL);
	fold(&sum, &rc, sizeof(rc));
	weigh_changes_free(c);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	if (run(text, size - 1, size) !=
	    run(text, size - 1, (size_t)data[0] + 1))
		abort();
	return 0;
}
