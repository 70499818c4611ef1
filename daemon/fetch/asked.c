/*
 * asked: what clients ask for: was it here, and when was a repository read last.  The
 * cache lets go first of what was read longest ago; that needs no more than the hour,
 * so a repository is written down at most once in READ_SECONDS.
 */
#include <string.h>

#include "fetch/priv.h"

#define READ_SECONDS 300

/* Is it time to write it down again?  Two names that share a place are written more
 * often. */
static bool
is_due(struct fetch *f, const struct weigh_repo *repo, int64_t now)
{
	uint32_t hash = 2166136261u;
	struct read_note *note;
	bool due;

	for (const char *c = repo->name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	note = &f->reads[hash % READS];
	pthread_mutex_lock(&f->reads_lock);
	due = now - note->noted >= READ_SECONDS ||
	    note->repo.kind != repo->kind ||
	    strcmp(note->repo.name, repo->name) != 0;
	if (due)
		*note = (struct read_note){ .repo = *repo, .noted = now };
	pthread_mutex_unlock(&f->reads_lock);
	return due;
}

static enum weigh_code
write_read(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)audit;
	return catalog_mirror_used(catalog, ctx, fetch_now(), err);
}

static void
note_mirrored(void *ctx, const struct catalog_mirror *m)
{
	(void)m;
	*(bool *)ctx = true;
}

void
fetch_asked(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, bool held)
{
	struct weigh_repo name = *repo;
	bool mirrored = false;

	atomic_fetch_add(held ? &f->counters.hits : &f->counters.misses, 1);
	if (!is_due(f, repo, fetch_now()))
		return;
	/* What was published here is not written down. */
	(void)catalog_mirror(reader, repo, note_mirrored, &mirrored, NULL);
	if (mirrored)
		(void)gate_write(f->parts.gate, write_read, &name, NULL);
}
