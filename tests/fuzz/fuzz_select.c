/*
 * Names of files, a line each, then NUL and the index that upstream has.  (2) of
 * weigh/select.h: what is left out as a copy has safetensors beside or above it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>
#include <weigh/select.h>

#define FILES 64

struct given {
	const char *text;
	size_t len;
};

static enum weigh_code
give_index(void *ctx, const struct weigh_select_file *file,
    struct weigh_buf *out, struct weigh_err *err)
{
	const struct given *g = ctx;

	(void)file;
	(void)err;
	weigh_buf_add(out, g->text, g->len);
	return WEIGH_OK;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct weigh_select_file *)a)->path,
	    ((const struct weigh_select_file *)b)->path);
}

/* The names, in order and each once. */
static size_t
read_names(struct weigh_select_file *files, char *text)
{
	size_t n = 0, kept = 0;
	char *next;

	for (; text != NULL && n < FILES; text = next) {
		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		if (weigh_path_check(text, strlen(text), NULL) == WEIGH_OK)
			files[n++] = (struct weigh_select_file){ text, 1,
				WEIGH_SELECT_WANTED };
	}
	qsort(files, n, sizeof(*files), by_path);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 ||
		    strcmp(files[kept - 1].path, files[i].path) != 0)
			files[kept++] = files[i];
	return kept;
}

static void
check_files(const struct weigh_select_file *files, size_t n)
{
	bool copy = false, kept = false;

	for (size_t i = 0; i < n; i++) {
		copy |= files[i].why == WEIGH_SELECT_COPY;
		kept |= files[i].why == WEIGH_SELECT_WANTED &&
		    strstr(files[i].path, ".safetensors") != NULL;
		if (files[i].why == WEIGH_SELECT_COPY &&
		    strstr(files[i].path, ".safetensors") != NULL &&
		    strstr(files[i].path, "original/") == NULL &&
		    files[i].path[strlen(files[i].path) - 1] == 's')
			abort();
	}
	if (copy && !kept)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_select s = { .formats = WEIGH_FORMATS_SAFETENSORS };
	struct weigh_select_file files[FILES];
	char *text = malloc(size + 2);
	struct given g;
	size_t names, n;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	names = strlen(text);
	g.text = text + names + (names < size);
	g.len = names < size ? size - names - 1 : 0;
	n = read_names(files, text);
	if (weigh_select_decide(&s, files, n, give_index, &g, NULL) == WEIGH_OK)
		check_files(files, n);
	free(text);
	return 0;
}
