/* extra: names in a folder that no manifest knows. */
#include <sys/types.h>

#include <fts.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "extra.h"
#include "stop.h"

/* Files and links and all that has no files below it. */
static bool
is_leaf(const FTSENT *e)
{
	return e->fts_info == FTS_F || e->fts_info == FTS_SL ||
	    e->fts_info == FTS_SLNONE || e->fts_info == FTS_DEFAULT;
}

uint64_t
extra_count(const char *folder, const struct weigh_manifest *m)
{
	char *const roots[] = { (char *)(uintptr_t)folder, NULL };
	size_t len = strlen(folder);
	size_t skip = len > 0 && folder[len - 1] == '/' ? len : len + 1;
	/* The root may be a link: the person named it.  No other is followed. */
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR,
	    NULL);
	uint64_t n = 0;
	FTSENT *e;

	if (tree == NULL)
		return 0;
	while (!stop_asked() && (e = fts_read(tree)) != NULL) {
		if (e->fts_level == 1 && strcmp(e->fts_name, ".weigh") == 0)
			fts_set(tree, e, FTS_SKIP);
		else if (e->fts_level > 0 && is_leaf(e))
			n += weigh_manifest_find(m, e->fts_path + skip) == NULL;
	}
	fts_close(tree);
	return n;
}
