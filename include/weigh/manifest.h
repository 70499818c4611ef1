/*
 * manifest: what a revision consists of, as text with one canonical form.  The
 * SHA-256 of that text names the content of the revision independently of
 * git's SHA-1.
 *
 *     weighhouse manifest 1\n
 *     SHA256 SP SIZE SP GITID SP (lfs|git) SP PATH \n      one line a file
 *
 * (1) Lines are sorted by the bytes of PATH; no path twice; no path that is
 *     also a folder of another.
 * (2) Every PATH passes weigh_path_check; SIZE is decimal without sign or
 *     leading zero, at most 2^63 - 1; GITID is the id of the blob that stands in
 *     the git tree (for lfs: of the pointer).
 * (3) What weigh_manifest_print writes, weigh_manifest_parse reads back the
 *     same; any other text is refused.
 */
#ifndef WEIGH_MANIFEST_H
#define WEIGH_MANIFEST_H

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#define WEIGH_MANIFEST_MAX (256u << 20) /* bytes of text */
#define WEIGH_MANIFEST_FILES 1000000

struct weigh_file {
	const char *path;
	uint64_t size;
	struct weigh_oid oid;
	struct weigh_gitid git;
	bool lfs;
};

struct weigh_manifest {
	struct weigh_file *files;
	size_t count;
	char *text; /* owns the paths after a parse; NULL otherwise */
};

/* Parse; on success *out owns its memory until weigh_manifest_free, else it is
 * untouched.  WEIGH_MALFORMED with the line's number, WEIGH_TOO_BIG,
 * WEIGH_NOMEM. */
enum weigh_code weigh_manifest_parse(struct weigh_manifest *out,
    const char *text, size_t len, struct weigh_err *err);
void weigh_manifest_free(struct weigh_manifest *m);

/* Sort `files` in place by path, check (1) and (2), and append the text to
 * `out`.  A manifest without files is one line. */
enum weigh_code weigh_manifest_print(struct weigh_buf *out,
    struct weigh_file *files, size_t count, struct weigh_err *err);

/* The text's first line, and one file's line: for whoever has the files sorted and
 * checked already and keeps no list of them. */
#define WEIGH_MANIFEST_FIRST "weighhouse manifest 1\n"
void weigh_manifest_line(struct weigh_buf *out, const struct weigh_file *f);

/* The file at `path`, or NULL; binary search. */
const struct weigh_file *weigh_manifest_find(
    const struct weigh_manifest *m, const char *path);

/* Bytes of all files; stops at 2^64 - 1. */
uint64_t weigh_manifest_bytes(const struct weigh_manifest *m);

#endif
