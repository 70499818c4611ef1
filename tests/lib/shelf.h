/*
 * shelf: a catalog in a temporary folder, and revisions made of a few words, so
 * that a test reads like what it puts there.
 *
 * Everything follows from the words: a file's SHA-256 and git id from its text,
 * a folder's git id from all that is below it, a commit's id and date from its
 * number.
 */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include "catalog/catalog.h"
#include "tmpdir.h"

struct shelf {
	struct tmpdir dir;
	char path[300]; /* of catalog.db */
	struct catalog *catalog;
	struct catalog_reader *reader;
};

void shelf_open(struct shelf *s);
/* Close both connections and open them again, as a restart does. */
void shelf_reopen(struct shelf *s);
void shelf_close(struct shelf *s);

struct shelf_file {
	const char *path; /* sorted */
	const char *text; /* beginning with "lfs": kept as LFS */
};

struct shelf_revision {
	const char *repo; /* a model's; or "datasets/…", "spaces/…" */
	const char *ref;  /* a branch, or "tag:NAME"; NULL: none */
	unsigned commit;
	unsigned parent; /* 0: none */
	const struct shelf_file *files;
	size_t nfiles;
	bool unhashed;  /* blobs come with a stamp of zeros */
	bool blobless;  /* no blobs come along */
	int64_t intent;
};
/* A revision of an array of files. */
#define SHELF_REVISION(name, ref_, commit_, parent_, list) \
	{ \
		.repo = (name), .ref = (ref_), .commit = (commit_), \
		.parent = (parent_), .files = (list), \
		.nfiles = sizeof(list) / sizeof((list)[0]) \
	}
enum weigh_code shelf_admit(struct shelf *s, const struct shelf_revision *v,
    struct weigh_err *err);

struct weigh_repo shelf_repo(const char *text);
struct weigh_gitid shelf_commit(unsigned number); /* 0: zero */
unsigned shelf_number(const struct weigh_gitid *commit);
struct weigh_oid shelf_oid(const char *text);
struct stamp shelf_stamp(const char *text); /* of a hashed blob */
int64_t shelf_date(unsigned number);

/* The answer to a question in SQL, asked by a connection of its own: what is
 * really in the file. */
int64_t shelf_ask(const struct shelf *s, const char *sql);

#endif
