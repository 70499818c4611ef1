/*
 * repofile: what belongs to a repository and is not in git, as a small text: the
 * file `weighhouse` in the folder of each bare repository.  Without the file all is
 * as by default.
 *
 *     weighhouse repository 1\n
 *     visibility (gated|private)\n          without this line: public
 *     formerly [datasets/|spaces/]NAME\n      a name it had; newest last
 *
 * (1) What weigh_repofile_print writes, weigh_repofile_parse reads back the same;
 *     any other text is refused.
 */
#ifndef WEIGH_REPOFILE_H
#define WEIGH_REPOFILE_H

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>

enum weigh_visibility {
	WEIGH_PUBLIC,
	WEIGH_GATED,   /* everybody sees it, not everybody gets the bytes */
	WEIGH_PRIVATE, /* for others it does not exist */
	WEIGH_VISIBILITIES
};

/* "public", "gated", "private". */
const char *weigh_visibility_name(enum weigh_visibility v);
bool weigh_visibility_parse(enum weigh_visibility *out, const char *text,
    size_t len);

#define WEIGH_FORMERLY_MAX 64 /* names; of more the oldest is forgotten */
#define WEIGH_REPOFILE_MAX (WEIGH_FORMERLY_MAX * (WEIGH_REPO_TEXT + 10) + 64)

struct weigh_repofile {
	enum weigh_visibility visibility;
	struct weigh_repo formerly[WEIGH_FORMERLY_MAX]; /* oldest first */
	unsigned nformerly;
};

/* WEIGH_MALFORMED with the line's number, WEIGH_TOO_BIG. */
enum weigh_code weigh_repofile_parse(struct weigh_repofile *out,
    const char *text, size_t len, struct weigh_err *err);
/* Append the text; false: out->failed. */
bool weigh_repofile_print(struct weigh_buf *out,
    const struct weigh_repofile *file);

/* It had this name too; one it had already becomes the newest. */
void weigh_repofile_add(struct weigh_repofile *file,
    const struct weigh_repo *formerly);
/* It has this name again, or somebody else took it. */
void weigh_repofile_drop(struct weigh_repofile *file,
    const struct weigh_repo *formerly);

#endif
