/*
 * changes: a commit as the Hub's clients send it: application/x-ndjson, one JSON
 * object a line, {"key":WHAT,"value":{…}}.  Pure, and a streaming reader:
 * bytes go in, events come out.
 *
 * (1) Input in pieces of any size: the events are the same for every cutting, but
 *     for where CONTENT is cut, how much of it is told before BAD, and which of
 *     two faults of one string is named.
 * (2) Its memory does not depend on what a file holds: about 256 KiB.
 * (3) The first line is the header, and no other is.  An unknown key of a value is
 *     read over, an unknown line is refused: it would be a change that is not made.
 * (4) Every path passed weigh_path_check, every oid weigh_oid_parse, every name of
 *     a revision is 40 hex digits or passed weigh_rev_check.
 *
 * The lines, by huggingface_hub 0.36-2.4 and @huggingface/hub 2.17:
 *
 *     header         summary, description?, parentCommit?
 *     file           path, content, encoding: base64
 *     lfsFile        path, oid, algo?: sha256, size?
 *     deletedFile    path
 *     deletedFolder  path, which may end in '/'
 *     copyFile       path, srcPath, srcRevision?
 *
 * "key" stands before "value", as all clients have it.
 */
#ifndef WEIGH_CHANGES_H
#define WEIGH_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#define WEIGH_CHANGES_MAX 200000       /* lines behind the header */
#define WEIGH_CHANGES_FILE (10u << 20) /* bytes of one `file`; larger is LFS */
#define WEIGH_CHANGES_TEXT (64u << 10) /* bytes of summary, of description */

enum weigh_changes_event {
	WEIGH_CHANGES_MORE, /* feed the next piece */
	WEIGH_CHANGES_END,  /* all lines were read */
	WEIGH_CHANGES_BAD,  /* see weigh_changes_error; it stays so */
	WEIGH_CHANGES_HEADER,
	WEIGH_CHANGES_CONTENT, /* bytes of the file whose line is being read */
	WEIGH_CHANGES_FILE_END, /* `file`: its line is complete, its bytes came */
	WEIGH_CHANGES_LFS_FILE,
	WEIGH_CHANGES_DELETED_FILE,
	WEIGH_CHANGES_DELETED_FOLDER,
	WEIGH_CHANGES_COPY
};

/* What a line says; of which fields, depends on it. */
struct weigh_change {
	char path[WEIGH_PATH_MAX + 1];    /* of a folder without '/' behind */
	char from[WEIGH_PATH_MAX + 1];    /* copyFile */
	char from_rev[WEIGH_REV_MAX + 1]; /* copyFile; "": the parent */
	struct weigh_oid oid;             /* lfsFile */
	bool has_size;             /* lfsFile: whether `size` was given */
	uint64_t size;             /* lfsFile; file: bytes that came */
	struct weigh_gitid parent; /* header; zero: none given */
	const char *message; /* header: summary, or summary, a blank line and
	                      * description; lives until the next line */
};

struct weigh_changes; /* the reader */

/* NULL when out of memory. */
struct weigh_changes *weigh_changes_new(void);
void weigh_changes_free(struct weigh_changes *c);

/* Give the next piece; it must stay until weigh_changes_next answers MORE.
 * `last`: no piece follows. */
void weigh_changes_feed(struct weigh_changes *c, const char *data, size_t len,
    bool last);
enum weigh_changes_event weigh_changes_next(struct weigh_changes *c);

/* Of the line just read (not after MORE and CONTENT). */
const struct weigh_change *weigh_changes_line(const struct weigh_changes *c);
/* The bytes of CONTENT, at least 1; valid until the next call. */
const char *weigh_changes_content(const struct weigh_changes *c, size_t *len);

/* Why it was BAD, with the number of the line. */
enum weigh_code weigh_changes_error(const struct weigh_changes *c,
    struct weigh_err *err);

#endif
