/*
 * gatehouse: all that the gate guards, in a temporary folder, wired as main does
 * but without pools, so everything runs on the caller; and pictures of it, so that
 * "as before" is a comparison.
 */
#ifndef TESTS_GATEHOUSE_H
#define TESTS_GATEHOUSE_H

#include <weigh/buf.h>

#include "gate/gate.h"
#include "tmpdir.h"

struct gatehouse {
	struct tmpdir dir;
	char catalog_path[300];
	struct store *store;
	struct catalog *catalog;
	struct catalog_reader *reader;
	struct audit *audit;
	struct repo_root *repos;
	struct gate *gate;
	struct weigh_buf text; /* the last picture, or what git said */
};

/* A new folder, opened. */
void gatehouse_make(struct gatehouse *g);
void gatehouse_remove(struct gatehouse *g);

/* Open what is there, without recovering; close it. */
void gatehouse_open(struct gatehouse *g);
void gatehouse_shut(struct gatehouse *g);

/* What a start does: open and recover.  How many revisions became visible. */
unsigned gatehouse_start(struct gatehouse *g);

/* A file to be published: `text`, or `noise` bytes made of that seed. */
struct gatehouse_file {
	const char *path;
	const char *text; /* NULL: noise */
	size_t noise;
	uint64_t seed;
};
#define GATEHOUSE_FILES 8

/* Seal the bytes of one. */
void gatehouse_seal(struct gatehouse *g, const struct gatehouse_file *f,
    struct store_writer **writer, struct store_blob *blob);

/* Seal the files, so that `p` is ready for gate_publish; and give back what it
 * holds.  `repo` as people type it. */
void gatehouse_prepare(struct gatehouse *g, struct gate_publication *p,
    const char *repo, const char *branch, const struct gatehouse_file *files,
    size_t nfiles);
void gatehouse_release(struct gate_publication *p);

/* Prepare and publish; *p is released, its outputs stand. */
enum weigh_code gatehouse_publish(struct gatehouse *g,
    struct gate_publication *p, const char *repo, const char *branch,
    const struct gatehouse_file *files, size_t nfiles, struct weigh_err *err);

/* The SHA-256 of a file's bytes. */
struct weigh_oid gatehouse_oid(const struct gatehouse_file *file);

/* The rows of a question in SQL, asked by a connection of its own: columns
 * separated by blanks, one line each, replacing `out`. */
void gatehouse_ask(struct gatehouse *g, struct weigh_buf *out, const char *sql);
int64_t gatehouse_number(struct gatehouse *g, const char *sql);

/* Run SQL behind the catalog's back; the first may fail. */
bool gatehouse_try(struct gatehouse *g, const char *sql);
void gatehouse_meddle(struct gatehouse *g, const char *sql);

/* All that lasts, as text: files of the store, refs, journal, catalog.  Free
 * it.  Unreferenced git objects are no part of it. */
char *gatehouse_picture(struct gatehouse *g);

/*
 * What always holds between two publications:
 *  - nothing in incoming but stages, no intent, no lock, no list without its blob;
 *  - a blob for each row that is good and a row for each blob, with its bytes;
 *  - the refs of git and those of the catalog are the same, and each repository
 *    has one;
 *  - the journal admits each visible revision once, or once more than it
 *    withdraws it.
 */
void gatehouse_check(struct gatehouse *g, const char *label);

/* `git fsck --strict` has nothing to say of any repository. */
void gatehouse_fsck(struct gatehouse *g, const char *label);

/* Lines of the journal that have both in them. */
unsigned gatehouse_journal(struct gatehouse *g, const char *part,
    const char *also);

#endif
