/* entry: see entry.h. */
#include "entry.h"

void
entry_write(struct weigh_jw *w, const struct catalog_entry *e, bool expand)
{
	const struct weigh_hub_commit commit = {
		.id = e->last_commit,
		.title = e->last_title,
		.date = e->last_date,
	};
	const struct weigh_hub_entry entry = {
		.path = e->path,
		.directory = e->directory,
		.git = e->git,
		.size = e->size,
		.lfs = e->lfs,
		.oid = e->oid,
		.pointer_size = e->pointer_size,
		.last = expand ? &commit : NULL,
	};

	weigh_hub_tree_entry(w, &entry);
}
