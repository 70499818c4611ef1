/*
 * seal: the text of .weigh/revision: which revision lies in a folder, and the
 * SHA-256 of the manifest beside it.
 *
 *     NAME@COMMIT\n
 *     manifest SHA256\n     of the text in .weigh/manifest
 *     revision SHA256\n     of the revision's own manifest, as weigh show has it
 *
 * (1) What seal_print writes, seal_parse reads back the same; any other text
 *     is WEIGH_MISMATCH, and so is a manifest that is not the sealed one.
 * (2) The two digests are equal exactly if the folder holds the whole revision.
 * (3) A seal shows damage, not intent: who can write the folder can write both
 *     files.  Against that helps only a digest that was kept elsewhere.
 *
 * Pure; memory only for the text printed.
 */
#ifndef CLI_SEAL_H
#define CLI_SEAL_H

#include <stdbool.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

struct seal {
	struct weigh_ref ref; /* ref.rev is the commit */
	struct weigh_oid manifest;
	struct weigh_oid revision;
};

void seal_print(struct weigh_buf *out, const struct seal *s);
enum weigh_code seal_parse(
    struct seal *out, const char *text, size_t len, struct weigh_err *err);

/* (2) */
bool seal_is_whole(const struct seal *s);
/* Is this text the sealed manifest?  WEIGH_MISMATCH if not. */
enum weigh_code seal_check(const struct seal *s, const struct weigh_buf *text,
    struct weigh_err *err);

#endif
