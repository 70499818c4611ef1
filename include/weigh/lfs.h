/*
 * lfs: the Git LFS batch API as bytes (git-lfs docs/api/batch.md, basic-transfers.md),
 * and what the Hub's clients add: `multipart` uploads.  Pure.
 *
 * (1) A request names at most WEIGH_LFS_OBJECTS objects; each oid passed
 *     weigh_oid_parse.
 * (2) Unknown keys are read over: clients of tomorrow send them.
 */
#ifndef WEIGH_LFS_H
#define WEIGH_LFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#define WEIGH_LFS_TYPE "application/vnd.git-lfs+json"
#define WEIGH_LFS_BODY (512u << 10) /* bytes of a batch request */
#define WEIGH_LFS_OBJECTS 2000      /* of a batch; clients send 100 or 256 */
#define WEIGH_LFS_PARTS 10000       /* of a multipart upload */
#define WEIGH_LFS_ETAG 80 /* bytes of a part's ETag, quotes included */

struct weigh_lfs_object {
	struct weigh_oid oid;
	uint64_t size; /* as the client says; at most 2^63 - 1 */
};

struct weigh_lfs_batch {
	bool upload;    /* operation: "upload", else "download" */
	bool basic;     /* the client offers it, or offers nothing */
	bool multipart; /* likewise, but must say so */
	char ref[WEIGH_REV_MAX + 12]; /* "" when none was given */
	struct weigh_lfs_object *objects;
	size_t nobjects;
};

/* Read a batch request.  WEIGH_MALFORMED and WEIGH_TOO_BIG; WEIGH_CONFLICT when
 * the hash is not SHA-256 (clients are told 409 for it).  On success the caller
 * calls weigh_lfs_batch_free. */
enum weigh_code weigh_lfs_batch_parse(struct weigh_lfs_batch *out,
    const char *text, size_t len, struct weigh_err *err);
void weigh_lfs_batch_free(struct weigh_lfs_batch *b);

/*
 * The answer: begin; for each object in the request's order one of _held,
 * _action (one or two of them between _object and _object_end) or _error; end.
 */
void weigh_lfs_answer_begin(struct weigh_jw *w, const char *transfer);
void weigh_lfs_answer_end(struct weigh_jw *w);
/* Nothing to do for the client: it is here already. */
void weigh_lfs_answer_held(struct weigh_jw *w,
    const struct weigh_lfs_object *o);
/* `code` as in HTTP: 404, 422; `message` is for people. */
void weigh_lfs_answer_error(struct weigh_jw *w,
    const struct weigh_lfs_object *o, int code, const char *message);
/* Opens the object and its "actions". */
void weigh_lfs_answer_object(struct weigh_jw *w,
    const struct weigh_lfs_object *o);
/* One action, "download", "upload" or "verify": opens its "header" for the
 * caller to fill with weigh_jw_kstr.  `expires_in`: seconds; 0: it does not. */
void weigh_lfs_answer_action(struct weigh_jw *w, const char *name,
    const char *href, unsigned expires_in);
void weigh_lfs_answer_action_end(struct weigh_jw *w);
void weigh_lfs_answer_object_end(struct weigh_jw *w);

/*
 * The other side, for who mirrors: what is asked, and what a server answered.
 */

/* The body of a batch that asks where these objects are. */
void weigh_lfs_ask(struct weigh_jw *w, const struct weigh_lfs_object *objects,
    size_t n);

#define WEIGH_LFS_ANSWER (16u << 20) /* bytes of an answer to it */
#define WEIGH_LFS_HREF 2048          /* of a URL, and of its fields together */

struct weigh_lfs_told {
	struct weigh_oid oid;
	/* Absolute, http or https; "" where none is. */
	char href[WEIGH_LFS_HREF];
	/* "Name: value" CR LF, for that URL alone. */
	char fields[WEIGH_LFS_HREF];
	bool authorized;   /* Authorization is one of them */
	uint64_t error;    /* as in HTTP: 404; 0: none */
	char message[200]; /* of it, without control characters */
};

/* Read the answer; `each` is called for every object of it.  An object has an href or
 * an error.  WEIGH_MALFORMED: not that; another transfer than "basic", another hash
 * than SHA-256, a field that is none or belongs to the connection; WEIGH_TOO_BIG; or
 * what `each` says. */
enum weigh_code weigh_lfs_told_parse(const char *text, size_t len,
    enum weigh_code (*each)(void *ctx, const struct weigh_lfs_told *told,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/*
 * Multipart, as the Hub has it: "header" holds "chunk_size" and one URL a part,
 * "00001" and so on; "href" is where the end is told:
 * {"oid","parts":[{"partNumber","etag"}]}.
 */

/* How a file of `size` bytes is cut when parts of `part` bytes are wanted: the
 * part's size, larger where there would be more than WEIGH_LFS_PARTS, and how many
 * there are (0 for a size of 0). */
uint64_t weigh_lfs_part_size(uint64_t size, uint64_t part);
uint64_t weigh_lfs_part_count(uint64_t size, uint64_t part_size);
/* The bytes of part `number`, from 1. */
uint64_t weigh_lfs_part_length(uint64_t size, uint64_t part_size,
    uint64_t number);

struct weigh_lfs_part {
	char etag[WEIGH_LFS_ETAG]; /* "": not told */
};
struct weigh_lfs_completion {
	struct weigh_oid oid;
	struct weigh_lfs_part *parts; /* parts[0] is part 1 */
	size_t nparts;
};
/* Read a completion: numbers from 1 without gaps, in any order, none twice.  On
 * success the caller calls weigh_lfs_completion_free. */
enum weigh_code weigh_lfs_completion_parse(struct weigh_lfs_completion *out,
    const char *text, size_t len, struct weigh_err *err);
void weigh_lfs_completion_free(struct weigh_lfs_completion *c);

/* The body of a verify request: {"oid","size"}. */
enum weigh_code weigh_lfs_verify_parse(struct weigh_lfs_object *out,
    const char *text, size_t len, struct weigh_err *err);

#endif
