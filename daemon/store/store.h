/*
 * store: blobs on disk, each named by the SHA-256 of its bytes.
 *
 * (1) A file under blobs/ has the bytes its name promises, forever.
 * (2) A name under blobs/ appears in one step, after its bytes are on disk.
 * (3) A crash at any moment leaves only whole blobs behind; what lies in
 *     incoming/ is swept by the next store_open, but for parts (8).
 * (4) Ingesting a blob that is already there succeeds and changes nothing; the
 *     one exception is a held name that cannot be it, having another size or
 *     being no file: it goes to quarantine and the new one takes its place.
 *     Whether a held file of the right size still has its bytes is for the caller
 *     to ask before publishing: by its stamp, else by store_verify.
 * (5) A failed fsync means the data is lost: the file is dropped, never synced
 *     a second time.
 * (6) Nothing here follows a symbolic link or a path made outside: every open is
 *     relative to the data folder's descriptor (openat2, RESOLVE_BENEATH; where
 *     a container forbids it, component by component with O_NOFOLLOW).
 * (7) A midstate list is never believed for a whole blob; it is made again from
 *     the bytes when missing or wrong.
 *
 * Threads: every function may be called from any thread; a writer belongs to one
 * thread at a time.  Blocking: every function may touch the disk; call from a
 * pool worker.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/midstate.h>
#include <weigh/oid.h>

#include "base/stamp.h"

struct store;
struct store_writer;

struct store_options {
	uint64_t keep_free; /* bytes of the file system never to be used up */
};

/* Open the store in the data folder `dirfd` (borrowed; must outlive the store):
 * makes blobs/sha256, incoming and quarantine, and sweeps incoming. */
enum weigh_code store_open(struct store **out, int dirfd,
    const struct store_options *options, struct weigh_err *err);
void store_close(struct store *s);

/* Another keep_free, for writers to come; any thread. */
void store_set_keep_free(struct store *s, uint64_t bytes);

/* What a blob is, once its bytes have been hashed. */
struct store_blob {
	struct weigh_oid oid;
	uint64_t size;
	struct stamp stamp; /* set by store_publish and store_verify */
	bool existed;       /* store_publish: it was here before */
};

/* Progress of something long, and a way to stop it.  The caller's; may be read
 * and set from any thread.  NULL where it is not wanted. */
struct store_progress {
	atomic_uint_fast64_t bytes; /* done so far, only grows */
	atomic_bool cancel;         /* set to stop: WEIGH_CANCELED */
};

/* --- writing ----------------------------------------------------------- */

/* Begin a blob of unknown content.  `size_hint` bytes of the room are set aside
 * for it (0: unknown), so that two writers are not promised the same; nothing is
 * allocated.  WEIGH_FULL at once when they, or keep_free, do not fit. */
enum weigh_code store_begin(struct store *s, uint64_t size_hint,
    struct store_writer **out, struct weigh_err *err);

/* Append and hash. */
enum weigh_code store_append(struct store_writer *w, const void *data,
    size_t len, struct weigh_err *err);

/*
 * The other way: bytes that come out of order, as an upload in parts does.  Place
 * them, then take them into the digest, in order, up to where all have come.  Not
 * together with store_append.  Places may be filled by several threads at once,
 * each its own, while one takes what is before them.
 */
enum weigh_code store_place(struct store_writer *w, uint64_t offset,
    const void *data, size_t len, struct weigh_err *err);
/* Read and hash the bytes up to `upto`. */
enum weigh_code store_take(struct store_writer *w, uint64_t upto,
    struct weigh_err *err);
/* Bytes that were taken will be placed anew: begin the digest again. */
enum weigh_code store_take_again(struct store_writer *w, struct weigh_err *err);
/* How far they were taken. */
uint64_t store_taken(const struct store_writer *w);

/* Append all of the regular file `fd` (borrowed, from offset 0): by reflink
 * where the file system can, else by copying, hashing the bytes as written; never
 * a link to the file itself.  WEIGH_CHANGED when its size, inode, mtime or ctime
 * is not the same before and after. */
enum weigh_code store_append_file(struct store_writer *w, int fd,
    struct store_progress *progress, struct weigh_err *err);

/* End the bytes: digest and size are known, data is on disk (fsync), the name
 * is not yet there.  With `want`, WEIGH_MISMATCH if the digest is another. */
enum weigh_code store_seal(struct store_writer *w, const struct weigh_oid *want,
    struct store_blob *out, struct weigh_err *err);

/* Seal many that nobody made a promise about, a few at a time: their syncs meet.
 * blobs[i] is what writers[i] is.  After a failure nobody knows which are sealed:
 * abandon them all. */
enum weigh_code store_seal_many(struct store_writer **writers, size_t n,
    struct store_blob *blobs, struct weigh_err *err);

/* The sealed bytes again, read-only, for whoever must look at them before they
 * have a name.  The caller closes *fd. */
enum weigh_code store_sealed_fd(struct store_writer *w, int *fd,
    struct weigh_err *err);

/* Give the sealed blob its name: rename without replacing, midstate list beside
 * it, fsync of the folder.  Consumes the writer, also on failure. */
enum weigh_code store_publish(struct store_writer *w, struct store_blob *out,
    struct weigh_err *err);

/* Folders in which names were given that are not yet sure to last; {0}: none. */
struct store_batch {
	uint64_t fans[4]; /* a bit for each of the 256 */
};

/* store_publish for one of many: all of it but the fsync of the folder, which is
 * left to store_batch_sync. */
enum weigh_code store_publish_in(struct store_writer *w,
    struct store_batch *batch, struct store_blob *out, struct weigh_err *err);

/* One fsync for each folder of the batch, which is then empty.  With WEIGH_OK its
 * names last; with anything else nobody knows which do: delete those that are new,
 * and do not speak of any. */
enum weigh_code store_batch_sync(struct store *s, struct store_batch *batch,
    struct weigh_err *err);

/* Drop everything; NULL does nothing. */
void store_abandon(struct store_writer *w);

/* --- parts: bytes that are promised, and may take days -------------------- */
/*
 * A part is a blob on its way whose name is known before its bytes.  It survives a
 * restart, a kill and a power cut with what it held; several threads may place bytes
 * in it, each its own.
 *
 * (8) Nothing is believed of what a restart finds: a segment counts as held only if it
 *     was synced before it was noted, or what was noted of its bytes holds for them.
 * (9) The digest goes on from the last chaining value; if it does not hold, all bytes
 *     are read again before the sender is blamed.
 *
 * Of what a kill finds in memory, at most 128 KiB a sender are lost; of what a power
 * cut finds, what came since the last sync, which is after 256 MiB, and at the close.
 */
struct store_part;

/* Begin, or go on with, the part of this name; one at a time (WEIGH_CONFLICT).  The
 * room for what is missing is set aside: WEIGH_FULL.  What was not synced is read.
 * WEIGH_TOO_BIG: more than 4 TiB. */
enum weigh_code store_part_open(struct store *s, const struct weigh_oid *oid,
    uint64_t size, struct store_part **out, struct weigh_err *err);
/* Keep what it holds for later; syncs.  NULL does nothing. */
void store_part_close(struct store_part *p);
/* Take it away, opened (then it is closed) or not (fine if there is none). */
void store_part_drop(struct store_part *p);
enum weigh_code store_drop_part(struct store *s, const struct weigh_oid *oid,
    struct weigh_err *err);
/* Every part that lies there, for who sweeps; `each` may drop it. */
struct store_left {
	struct weigh_oid oid;
	uint64_t held;   /* bytes, by its map */
	int64_t changed; /* seconds since 1970: when it was written last */
};
enum weigh_code store_each_part(struct store *s,
    enum weigh_code (*each)(void *ctx, const struct store_left *left,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Bytes for [offset, offset + len); any thread, no two for the same bytes.  Where the
 * digest stands at `offset` they are hashed from memory, not read back.  WEIGH_MISMATCH:
 * they fill a segment that the list (store_part_list) does not have; it is missing
 * again.  WEIGH_TOO_BIG: past the end. */
enum weigh_code store_part_place(struct store_part *p, uint64_t offset,
    const void *data, size_t len, struct weigh_err *err);
/* The first bytes at or behind `from` that are neither held nor claimed, at most
 * `most` of them and not past the end of a run: claimed for the caller.  Ends where a
 * segment does, if one ends there.  False: there are none. */
bool store_part_claim(struct store_part *p, uint64_t from, uint64_t most,
    uint64_t *first, uint64_t *len);
/* The same from the other end: the last of them. */
bool store_part_claim_last(struct store_part *p, uint64_t most, uint64_t *first,
    uint64_t *len);
/* Where the bytes from `from` on that are neither held nor claimed end; `from` itself
 * where there are none. */
uint64_t store_part_gap(struct store_part *p, uint64_t from);
/* What was claimed and not placed is free again; what was placed stays held. */
void store_part_unclaim(struct store_part *p, uint64_t first, uint64_t len);
/* Bytes held in all; and those held without a gap from `from` on. */
uint64_t store_part_held(struct store_part *p);
uint64_t store_part_run(struct store_part *p, uint64_t from);
/* Hash what can be; cheap when nothing can.  Any thread; one does it, others return.
 * Syncs once in a while.  WEIGH_MISMATCH as of place. */
enum weigh_code store_part_take(struct store_part *p, struct weigh_err *err);
/* Segments of this list (weigh_midstate_count(size) values) are checked as they are
 * placed from now on, each by the thread that places it, and hashed no second time.
 * The list is not believed for the whole.  WEIGH_MISMATCH: it is not that of what was
 * hashed already.  NULL, 0: forget the list, if too many segments do not hold. */
enum weigh_code store_part_list(struct store_part *p, const uint8_t *list,
    size_t count, struct weigh_err *err);
/* Its file, to read what is held; the caller closes. */
enum weigh_code store_part_fd(struct store_part *p, int *fd,
    struct weigh_err *err);
/* All bytes are held: the digest, the sync; a sealed writer for the gate, which owns
 * the part now (WEIGH_OK): published, the part is gone; abandoned, it is closed and can
 * be opened and sealed again.  Otherwise the part goes on: WEIGH_MISMATCH, they are
 * other bytes, and it is empty; WEIGH_CHANGED, the disk has other bytes than came, and
 * these segments are missing again; WEIGH_NOT_YET, bytes are missing. */
enum weigh_code store_part_seal(struct store_part *p, struct store_writer **out,
    struct store_blob *blob, struct weigh_err *err);

/* --- reading ----------------------------------------------------------- */

/* Open a blob for reading: its descriptor (caller closes) and how it looks now.
 * WEIGH_NOT_FOUND when it is not held.  Says nothing about its bytes: compare
 * the stamp with the recorded one, or verify. */
enum weigh_code store_open_blob(struct store *s, const struct weigh_oid *oid,
    int *fd, struct stamp *stamp, struct weigh_err *err);

/* The midstate list of a blob (made again if missing), appended to `out`. */
enum weigh_code store_midstates(struct store *s, const struct weigh_oid *oid,
    struct weigh_buf *out, struct weigh_err *err);

/* The list as it lies there, without looking at the blob of `size` bytes:
 * WEIGH_NOT_YET when it is missing or cannot be one.  Cheap. */
enum weigh_code store_midstates_kept(struct store *s,
    const struct weigh_oid *oid, uint64_t size, struct weigh_buf *out,
    struct weigh_err *err);

/* --- checking ---------------------------------------------------------- */

#define STORE_BAD_SEGMENTS 32

struct store_finding {
	bool ok;
	bool missing;
	uint64_t size;      /* as found on disk */
	uint64_t segments;  /* of the size that was asked for */
	uint64_t bad_count; /* how many are bad or not there, all counted; 0 and
	                      * not ok: which, cannot be told */
	uint64_t bad[STORE_BAD_SEGMENTS]; /* the first of them, ascending */
	struct stamp stamp; /* taken before the first byte was read */
	char problem[160];  /* "segment 3 of 12 (bytes 12582912-16777215) …";
	                      * ok and not "": the list was made again */
};

/* Read every byte again and compare with the name: segments on `threads` cores
 * at once (1: on this one).  WEIGH_OK whenever the question could be answered;
 * the answer is in *out.  A file that changes meanwhile is looked at again; one
 * that does not stand still is WEIGH_CHANGED, which says nothing about its
 * bytes.  When the list is missing or wrong but the digest is right, the list is made again. */
enum weigh_code store_verify(struct store *s, const struct weigh_oid *oid,
    uint64_t size, unsigned threads, struct store_progress *progress,
    struct store_finding *out, struct weigh_err *err);

/* Check the segments that hold bytes first..last alone, against the list.  Not
 * ok may also mean a bad list; store_verify can tell. */
enum weigh_code store_check_range(struct store *s, const struct weigh_oid *oid,
    uint64_t size, uint64_t first, uint64_t last, bool *ok,
    struct weigh_err *err);

/* --- reading again, in order ------------------------------------------- */
/* What scrub does: past the page cache, piece by piece, from the first byte or
 * from where an earlier reading stopped.  It finds that something is wrong; what,
 * store_verify tells. */

struct store_scan; /* belongs to one thread */

/* Where a reading stopped: enough to go on there, whatever the list says. */
struct store_place {
	uint64_t offset; /* a multiple of WEIGH_SEGMENT, above 0 */
	uint8_t chain[WEIGH_MIDSTATE_SIZE]; /* SHA-256's value there */
	struct stamp stamp;                 /* of the file when it was begun */
};

/* Begin; at `place` if it is not NULL and the file is the one it speaks of.
 * Errors as of store_open_blob. */
enum weigh_code store_scan_begin(struct store *s, const struct weigh_oid *oid,
    uint64_t size, const struct store_place *place, struct store_scan **out,
    struct weigh_err *err);
/* Read and hash one piece: *len bytes, 0 when there is nothing more to do,
 * because all was read or because it cannot be right any more. */
enum weigh_code store_scan_step(struct store_scan *scan, size_t *len,
    struct weigh_err *err);
uint64_t store_scan_offset(const struct store_scan *scan);
/* The place behind the last whole segment; false: there is none yet. */
bool store_scan_place(const struct store_scan *scan, struct store_place *out);
/* After the last piece: does it have its name and size, its list too, and was it
 * one file all the time?  *stamp is that file's. */
bool store_scan_right(struct store_scan *scan, struct stamp *stamp);
void store_scan_end(struct store_scan *scan); /* NULL does nothing */

/* --- taking away ------------------------------------------------------- */

/* Move a bad blob, or whatever has its name, to quarantine/, with a note of why
 * beside it (a number behind the name if one lies there already); its name under
 * blobs/ is gone when this returns, durably.  WEIGH_NOT_FOUND when nothing has
 * the name. */
enum weigh_code store_quarantine(struct store *s, const struct weigh_oid *oid,
    const char *why, struct weigh_err *err);

/* Why a blob that was set apart lies in quarantine/: the note of the last find,
 * without its line end, into `out`.  False: there is none. */
bool store_quarantine_note(struct store *s, const struct weigh_oid *oid,
    char *out, size_t size);

/* Remove blob and list, durably.  WEIGH_OK also if it was not there. */
enum weigh_code store_delete(struct store *s, const struct weigh_oid *oid,
    struct weigh_err *err);

/* Call `each` for every blob held, in the order of names; stops at the first
 * answer that is not WEIGH_OK and returns it.  For rebuilding, never at start. */
enum weigh_code store_each(struct store *s,
    enum weigh_code (*each)(void *ctx, const struct weigh_oid *oid,
	uint64_t size, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* --- for upkeep -------------------------------------------------------- */

/* How a blob's name looks on disk, without opening it. */
struct store_sight {
	bool there;  /* a regular file has the name */
	bool listed; /* its midstate list is there, or it needs none */
	struct stamp stamp;
};
enum weigh_code store_look(struct store *s, const struct weigh_oid *oid,
    struct store_sight *out, struct weigh_err *err);

/* Is a descriptor of its file open in this process: is it being read?  Yes also where
 * that cannot be known. */
bool store_is_open(struct store *s, const struct weigh_oid *oid);

/* One name below blobs/sha256. */
enum store_kind {
	STORE_BLOB,
	STORE_LIST,      /* of midstates */
	STORE_LONE_LIST, /* whose blob is not there */
	STORE_STRANGE    /* nothing of ours */
};
struct store_item {
	enum store_kind kind;
	struct weigh_oid oid; /* zero for what is strange */
	const char *name;     /* "ab/abcd…" */
	uint64_t size;        /* bytes; 0 unless a regular file */
	int64_t changed;      /* seconds since 1970: when it got its name */
};
/* Call `each` for all that lies there, in the order of names; it may take the
 * item away.  Stops at the first answer that is not WEIGH_OK. */
enum weigh_code store_each_item(struct store *s,
    enum weigh_code (*each)(void *ctx, const struct store_item *item,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Remove a list whose blob is not there; *removed tells.  While nothing is being
 * published: a list has its name before its blob does. */
enum weigh_code store_drop_lone_list(struct store *s,
    const struct weigh_oid *oid, bool *removed, struct weigh_err *err);

/* One thing in quarantine, with the note about it ("": there is none). */
struct store_apart {
	const char *name; /* HEX, or HEX.N */
	struct weigh_oid oid;
	uint64_t size;
	int64_t since; /* seconds since 1970 */
	const char *why;
};
/* In the order of names; `each` may discard it. */
enum weigh_code store_each_apart(struct store *s,
    enum weigh_code (*each)(void *ctx, const struct store_apart *apart,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);
/* Remove the bytes of a thing in quarantine, durably.  Its note stays: it says
 * why a revision has a blob that is bad. */
enum weigh_code store_discard(struct store *s, const char *name,
    struct weigh_err *err);

/* What keep_free is now. */
uint64_t store_keep_free(const struct store *s);

/* Bytes that may still be written before keep_free; 0 when writing fails.  Tests
 * writability without writing. */
uint64_t store_room(struct store *s);
/* Bytes that would have to go before so many fit above keep_free; 0: they fit. */
uint64_t store_lack(struct store *s, uint64_t bytes);

#endif
