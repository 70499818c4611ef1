/* note: the small files that weigh pull leaves in .weigh, beside what it
 * pulled.  `own` is that folder. */
#ifndef CLI_NOTE_H
#define CLI_NOTE_H

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/manifest.h>

/* Append a note's text; WEIGH_NOT_FOUND when there is none. */
enum weigh_code note_read(
    int own, const char *name, struct weigh_buf *text, struct weigh_err *err);

/* Read one that is a manifest; *out is the caller's. */
enum weigh_code note_read_manifest(int own, const char *name,
    struct weigh_manifest *out, struct weigh_err *err);

/* Replace a note in one step, its bytes on disk before its name.  The caller
 * syncs the folder. */
enum weigh_code note_write(int own, const char *name,
    const struct weigh_buf *text, struct weigh_err *err);

#endif
