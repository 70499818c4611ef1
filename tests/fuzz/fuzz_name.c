/*
 * Names.  Whatever passes must keep invariant (1) of weigh/name.h, said here a
 * second time and differently; a pattern and a text stand before and behind the
 * first NUL.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>

/* Joined to a folder, does it leave it, or hide from whoever reads it? */
static bool
is_harmless(const char *path, size_t len)
{
	bool clean = len > 0 && path[0] != '/' && path[len - 1] != '/';

	for (size_t i = 0; i < len; i++)
		clean = clean && (unsigned char)path[i] >= 0x20 &&
		    path[i] != '\\' && path[i] != 0x7f;
	return clean && memmem(path, len, "//", 2) == NULL &&
	    memmem(path, len, "/../", 4) == NULL &&
	    (len < 3 || memcmp(path, "../", 3) != 0) &&
	    (len < 3 || memcmp(path + len - 3, "/..", 3) != 0) &&
	    !(len == 2 && memcmp(path, "..", 2) == 0);
}

/* A reference that is accepted is printed and accepted again, the same. */
static void
try_ref(const char *text)
{
	struct weigh_ref ref, again;
	char name[WEIGH_REPO_TEXT];

	if (weigh_ref_parse(&ref, text, NULL) != WEIGH_OK)
		return;
	weigh_repo_text(&ref.repo, name);
	if (weigh_ref_parse(&again, name, NULL) != WEIGH_OK ||
	    again.repo.kind != ref.repo.kind ||
	    strcmp(again.repo.name, ref.repo.name) != 0 ||
	    !is_harmless(name, strlen(name)) ||
	    (ref.rev[0] != '\0' && !is_harmless(ref.rev, strlen(ref.rev))))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *behind;
	struct weigh_err err;
	size_t first;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	first = strlen(text);
	behind = text + (first < size ? first + 1 : first);
	if (weigh_path_check((const char *)data, size, &err) == WEIGH_OK &&
	    (!is_harmless(text, size) || !weigh_utf8_ok(text, size)))
		abort();
	if (weigh_rev_ok((const char *)data, size) && !is_harmless(text, size))
		abort();
	try_ref(text);
	if (size < 4096)
		(void)weigh_glob_match(text, behind);
	if (strcspn(text, "*?[") == first && behind == text + first &&
	    first > 0 && text[first - 1] != '/' &&
	    !weigh_glob_match(text, text))
		abort();
	free(text);
	return 0;
}
