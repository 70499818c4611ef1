/*
 * pull: a verified copy of a revision in a folder.  Shared by pull_*.c and
 * cmd_pull.c.
 *
 * (1) A file gets its name in the folder only after all its bytes were hashed
 *     here and match the manifest, whose own SHA-256 was checked before.
 * (2) Nothing outside the folder is written, whatever lies in it (beneath.h).
 * (3) What a person put there is not replaced without --yes; what an earlier
 *     pull put there, and nobody changed since, is.
 * (4) What was fetched and checked survives Ctrl-C and kill -9: in
 *     .weigh/partial/, by SHA-256.  The same command goes on.
 * (5) One pull at a time writes to a folder.
 * (6) .weigh/revision appears last, when everything else is on disk.
 *
 * In the folder:
 *     .weigh/manifest       the files that are here, as a manifest
 *     .weigh/revision       NAME@COMMIT and the manifest's SHA-256 (seal.h)
 *     .weigh/pulling        the manifest of a pull that has not ended yet
 *     .weigh/partial/SHA256 files on their way
 */
#ifndef CLI_PULL_H
#define CLI_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/manifest.h>
#include <weigh/name.h>
#include <weigh/transfer.h>

#include "bars.h"
#include "call.h"

enum pull_how {
	PULL_FETCH,
	PULL_KEEP, /* it is there already, and right */
	PULL_COPY  /* another file of the plan has the same bytes */
};

struct pull_file {
	const struct weigh_file *want;
	enum pull_how how;
	size_t twin;  /* of COPY: which file of the plan */
	bool replace; /* something that may go stands there */
};

struct pull {
	const struct call *c;
	struct client client;
	struct weigh_ref ref;
	char name[WEIGH_REPO_TEXT];
	unsigned jobs;

	char commit[WEIGH_GITID_HEX + 1];
	char digest[WEIGH_OID_HEX + 1]; /* of the whole manifest */
	struct weigh_manifest manifest;

	char folder[WEIGH_PATH_MAX]; /* as given; for people */
	int dir, own, partial;       /* the folder, its .weigh, and in that */
	struct weigh_manifest old[2]; /* of earlier pulls: ended, broken off */

	struct pull_file *files; /* the plan: what was chosen, by path */
	size_t count;
	bool partial_there; /* the server does not hold all of it */
	size_t left_out;    /* files that it does not hold, and that were chosen */
	uint64_t left_out_bytes;
	const char *left_out_first; /* the first of them, the manifest's */
	uint64_t bytes;        /* of all files of the plan */
	uint64_t to_fetch;     /* of those to fetch */
	uint64_t kept;         /* files */
	uint64_t fetched;      /* files */
	uint64_t received;     /* bytes of bodies */
	uint64_t refetched;    /* bytes that had to be asked for again */
	struct bars bars;
};

/* pull_manifest.c: ask what the revision consists of, check the answer, and
 * choose by --include and --exclude, of what the server holds. */
enum weigh_code pull_ask_manifest(struct pull *p, struct weigh_err *err);
enum weigh_code pull_choose(struct pull *p, struct weigh_err *err);

/* pull_folder.c: make and lock the folder, read what earlier pulls left. */
enum weigh_code pull_open_folder(struct pull *p, struct weigh_err *err);
/* Write down what is being pulled (before the first change) … */
enum weigh_code pull_note_begin(struct pull *p, struct weigh_err *err);
/* … and what is here now: everything synced, then (6). */
enum weigh_code pull_note_end(struct pull *p, struct weigh_err *err);

/* pull_plan.c: compare with what is there. */
enum weigh_code pull_plan(struct pull *p, struct weigh_err *err);

/* pull_partial.c: one file on its way, on disk. */
struct pull_partial {
	int fd; /* -1: not open */
	uint64_t held; /* bytes that lie there */
	char name[WEIGH_OID_HEX + 1];
};
/* Open or make the partial file.  Anything there that is not a file of ours
 * alone (a link, one with two names) is removed first. */
enum weigh_code pull_partial_open(struct pull *p, struct pull_partial *part,
    const struct weigh_oid *oid, struct weigh_err *err);
/* Check whole segments of what is held, each alone, and cut off the rest;
 * part->held is then what is good.  No list: nothing is. */
enum weigh_code pull_partial_check(struct pull_partial *part,
    const struct weigh_file *want, const uint8_t *list, struct weigh_err *err);
enum weigh_code pull_partial_write(struct pull_partial *part, const void *data,
    size_t len, uint64_t at, struct weigh_err *err);
enum weigh_code pull_partial_cut(
    struct pull_partial *part, uint64_t size, struct weigh_err *err);
/* Sync it and give it its name in the folder. */
enum weigh_code pull_partial_publish(struct pull *p, struct pull_partial *part,
    const struct pull_file *f, struct weigh_err *err);
void pull_partial_close(struct pull_partial *part);
/* Take the bytes of a file that is in the folder, hashing them again. */
enum weigh_code pull_copy(
    struct pull *p, const struct pull_file *f, struct weigh_err *err);

/* pull_fetch.c: fetch all files of the plan, several at once. */
enum weigh_code pull_fetch(struct pull *p, struct weigh_err *err);

#endif
