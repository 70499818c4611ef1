/* recording: one record being made; what record.c, record_read.c and record_bases.c share. */
#ifndef GATE_RECORDING_H
#define GATE_RECORDING_H

#include <weigh/record.h>

#include "catalog/records.h"
#include "priv.h"

#define RECORDING_FILES 32 /* of weights whose headers are read */
#define RECORDING_NEEDS (WEIGH_RECORD_BASES + WEIGH_RECORD_LINKS)

/* A file of the revision. */
struct recording_file {
	const char *path;
	struct weigh_oid oid;
	uint64_t size;
	bool held;
};

struct recording {
	struct gate *gate;
	struct catalog_reader *reader;
	const struct catalog_unrecorded *of;
	const struct weigh_terms *const *tables;
	size_t ntables;
	struct weigh_record *r;
	/* its files, by path */
	struct weigh_buf names; /* of all, a NUL behind each */
	struct recording_file *files;
	const char **paths; /* the same names, for who wants only those */
	size_t nfiles, room;
	struct weigh_buf card; /* JSON */
	/* records of r->bases, NULL: none; ours */
	struct weigh_record *bases[WEIGH_RECORD_BASES];
	/* names of models whose change changes it; of `r` */
	const char *needs[RECORDING_NEEDS];
	size_t nneeds;
	bool waits; /* (2): something of it is still to come */
	struct weigh_err *err;
};

/* Evidence, from what the revision itself is; record_read.c. */
enum weigh_code recording_read(struct recording *k);
/* Evidence, from what other repositories are; record_bases.c. */
enum weigh_code recording_links(struct recording *k);
enum weigh_code recording_bases(struct recording *k);

/* record_read.c: read a small file, if its bytes can be had; what is being checked makes
 * the record wait.  False: there is nothing. */
bool recording_bytes(struct recording *k, const struct weigh_oid *oid,
    uint64_t size, struct weigh_buf *out);
/* One more text, of these bytes, judged now.  No license in it: no row. */
enum weigh_code recording_add_text(struct recording *k, const char *path,
    const struct weigh_oid *oid, const char *text, size_t len);
/* Something that changes it when it changes. */
void recording_need(struct recording *k, const char *name);

/* texts.c: could it not be read? */
bool gate_text_failed(struct gate *g, const struct weigh_oid *oid);

#endif
