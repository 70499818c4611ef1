/*
 * repofile: what belongs to a repository and is not in git, as a small text: the
 * file `weighhouse` in the folder of each bare repository.  Without the file all is
 * as by default.
 *
 *     weighhouse repository 1\n
 *     visibility (gated|gated-auto|gated-manual|private)\n   without it: public
 *     formerly [datasets/|spaces/]NAME\n      a name it had; newest last
 *     source URL\n                           it comes from there
 *     through\n                              … only because a client asked
 *     follow JSON\n                          … and is kept true by this order
 *     request JSON\n                         … was asked for by this order
 *     partial COMMIT\n                       files of it may not be held
 *     told COMMIT UPSTREAM\n                 upstream calls it UPSTREAM
 *     pin COMMIT SECONDS [WHY]\n             it stays; since 1970
 *
 * (1) What weigh_repofile_print writes, weigh_repofile_parse reads back the same;
 *     any other text is refused.
 * (2) The last three are marks: each kind by itself, sorted by its commits.
 */
#ifndef WEIGH_REPOFILE_H
#define WEIGH_REPOFILE_H

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

/* From the most open to the most shut.  Of the gated ones everybody sees that they
 * are here, and a token whose patterns name them has the bytes … */
enum weigh_visibility {
	WEIGH_PUBLIC,
	WEIGH_GATED,        /* … at once */
	WEIGH_GATED_AUTO,   /* … when its bearer has accepted the terms */
	WEIGH_GATED_MANUAL, /* … and when an approver has granted it, too */
	WEIGH_PRIVATE,      /* for others it does not exist */
	WEIGH_VISIBILITIES
};

/* "public", "gated", "gated-auto", "gated-manual", "private". */
const char *weigh_visibility_name(enum weigh_visibility v);
bool weigh_visibility_parse(enum weigh_visibility *out, const char *text,
    size_t len);
/* One of the gated ones. */
bool weigh_visibility_gated(enum weigh_visibility v);
/* One whose terms are to be accepted. */
bool weigh_visibility_asks(enum weigh_visibility v);

#define WEIGH_FORMERLY_MAX 64      /* names; of more the oldest is forgotten */
#define WEIGH_REPOFILE_SOURCE 1024 /* bytes of a source, with its NUL */
#define WEIGH_REPOFILE_REQUEST (64u << 10) /* of an order, with its NUL */
#define WEIGH_REPOFILE_WHY 256 /* of a pin's words, with their NUL */
#define WEIGH_REPOFILE_MARKS 50000
#define WEIGH_REPOFILE_MAX (16u << 20) /* bytes of the text */

enum weigh_repomark_kind {
	WEIGH_MARK_PARTIAL,
	WEIGH_MARK_TOLD,
	WEIGH_MARK_PIN,
	WEIGH_MARKS
};

struct weigh_repomark {
	enum weigh_repomark_kind kind;
	struct weigh_gitid commit;
	struct weigh_gitid told; /* TOLD; of the others zero */
	int64_t time;            /* PIN: seconds since 1970 */
	char *why;               /* PIN: one line, NULL none */
};

/* {0} is one of which nothing was said; weigh_repofile_free afterwards. */
struct weigh_repofile {
	enum weigh_visibility visibility;
	struct weigh_repo formerly[WEIGH_FORMERLY_MAX]; /* oldest first */
	unsigned nformerly;
	char source[WEIGH_REPOFILE_SOURCE]; /* ""; not from elsewhere */
	bool through, follow;
	char *request;                /* the order, one line; NULL none */
	struct weigh_repomark *marks; /* sorted */
	size_t nmarks, room;
};

void weigh_repofile_free(struct weigh_repofile *file); /* {0} again */

/* WEIGH_MALFORMED with the line's number, WEIGH_TOO_BIG, WEIGH_NOMEM; then *out is
 * untouched. */
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

/* Where it comes from.  False: no such source can be written (a line end, too
 * long). */
bool weigh_repofile_set_source(struct weigh_repofile *file, const char *source);
/* By which order, NULL or "" none; copied.  WEIGH_USAGE: it is no one line. */
enum weigh_code weigh_repofile_set_request(struct weigh_repofile *file,
    const char *request, struct weigh_err *err);

/* Add a mark; one of its kind and commit (TOLD: and told) that is there becomes this
 * one.  `why` is copied, and cut to what can be kept.  WEIGH_TOO_BIG: there are
 * WEIGH_REPOFILE_MARKS. */
enum weigh_code weigh_repofile_mark(struct weigh_repofile *file,
    const struct weigh_repomark *mark, struct weigh_err *err);
/* Take marks of this kind away from this commit; true: there was one. */
bool weigh_repofile_unmark(struct weigh_repofile *file,
    enum weigh_repomark_kind kind, const struct weigh_gitid *commit);
/* The first mark of this kind on this commit, or NULL. */
const struct weigh_repomark *weigh_repofile_find(const struct weigh_repofile
						     *file,
    enum weigh_repomark_kind kind, const struct weigh_gitid *commit);

#endif
