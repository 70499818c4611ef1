/* A repository's .gitattributes, then a NUL and a path to ask about: whatever the
 * rules, some files are never LFS and some always. */
#include <stdlib.h>
#include <string.h>

#include "repo/repo.h"

static void
check_path(const struct repo_attributes *a, const char *path)
{
	(void)repo_attributes_lfs(a, path, 100);
	if (strcmp(path, ".gitattributes") != 0 &&
	    !repo_attributes_lfs(a, path, (uint64_t)11 << 20))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size > 0 ? memchr(text, '\0', size) : NULL;
	size_t rules = end != NULL ? (size_t)(end - text) : size;
	char *path = end != NULL ? strndup(end + 1, size - rules - 1) : NULL;
	struct repo_attributes *a = NULL;

	if (repo_attributes_parse(&a, text, rules, NULL) == WEIGH_OK) {
		if (repo_attributes_lfs(a, ".gitattributes", 0))
			abort();
		check_path(a, "model.safetensors");
		if (path != NULL &&
		    weigh_path_check(path, strlen(path), NULL) == WEIGH_OK)
			check_path(a, path);
	}
	repo_attributes_free(a);
	free(path);
	return 0;
}
