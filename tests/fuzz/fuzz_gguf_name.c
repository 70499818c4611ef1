/*
 * Names of GGUF files and tags: the input is a tag, NUL, names separated by NULs.
 * (2) of weigh/ollama.h: a tag names one of the files, or none; a file is found by
 * its own name.  A chat template (the whole input) has a family or none.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/ollama.h>

#define FILES 8

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_gguf_name names[FILES];
	char text[512];
	size_t n = 0;
	int chosen;

	(void)weigh_chat_family_of((const char *)data, size);
	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (const char *p = text + strlen(text) + 1;
	     p < text + size && n < FILES; p += strlen(p) + 1)
		weigh_gguf_name(&names[n++], p);
	chosen = weigh_gguf_choose(names, n, text);
	if (chosen >= 0 && (size_t)chosen >= n)
		abort();
	chosen = weigh_gguf_projector(names, n);
	if (chosen >= 0 && !names[chosen].projector)
		abort();
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(names[i].path, '/');
		const char *base = slash != NULL ? slash + 1 : names[i].path;

		if (names[i].part > 1 || strlen(base) <= 5 ||
		    strcmp(base + strlen(base) - 5, ".gguf") != 0 ||
		    strcmp(base, "latest") == 0 || strcmp(base, "main") == 0)
			continue;
		if (weigh_gguf_choose(names, n, base) < 0)
			abort();
	}
	return 0;
}
