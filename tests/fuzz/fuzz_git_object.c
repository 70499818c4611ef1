/*
 * A commit or a tree of somebody else: a byte (which), then its bytes.  What is accepted
 * is not accepted when it is cut within its head, or its first entry (weigh/gitobject.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/gitobject.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	size--;
	if (data[0] % 2 == 0) {
		if (weigh_git_commit_check(text, size, NULL) != WEIGH_OK)
			return 0;
		if (memchr(text, '\0', size) != NULL ||
		    weigh_git_commit_check(text, 45, NULL) == WEIGH_OK)
			abort();
	} else if (weigh_git_tree_check(text, size, NULL) == WEIGH_OK &&
	    size > 0 && weigh_git_tree_check(text, 20, NULL) == WEIGH_OK) {
		abort();
	}
	return 0;
}
