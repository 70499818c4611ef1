/*
 * hub: the Hugging Face Hub's JSON shapes, written from plain values.  The
 * shapes are those that huggingface_hub 0.36–1.28, @huggingface/hub 2.17 and
 * llama.cpp read.
 *
 * (1) Nothing about Xet is ever written: no key and no header that contains it.
 * (2) Dates end in 'Z'.
 */
#ifndef WEIGH_HUB_H
#define WEIGH_HUB_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <weigh/buf.h>
#include <weigh/json.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#define WEIGH_HUB_DATE 25 /* "2026-01-02T03:04:05.000Z" and NUL */
/* UTC; before 1970 and after 9999 the nearest date inside. */
void weigh_hub_date(time_t when, char out[WEIGH_HUB_DATE]);

/* The commit that last changed an entry. */
struct weigh_hub_commit {
	struct weigh_gitid id;
	const char *title;
	time_t date;
};

/* One entry of a tree: file or directory. */
struct weigh_hub_entry {
	const char *path;
	bool directory;
	struct weigh_gitid git; /* of the blob (lfs: of the pointer) or tree */
	uint64_t size;          /* 0 for directories */
	bool lfs;
	struct weigh_oid oid;   /* lfs only */
	unsigned pointer_size;  /* lfs only */
	const struct weigh_hub_commit *last; /* NULL: not asked for */
};

/* What model info says of a repository at a revision. */
struct weigh_hub_info {
	const struct weigh_repo *repo;
	struct weigh_gitid sha;
	time_t created;
	time_t modified;
	const char *license; /* as the card says it, "mit"; NULL or "": none */
};

/* One element of the array that /tree answers. */
void weigh_hub_tree_entry(struct weigh_jw *w, const struct weigh_hub_entry *e);

/* Model info: begins the object up to and with `"siblings":[`; then one
 * weigh_hub_sibling per file; then weigh_hub_info_end.  "author" is there when
 * the name has an org, "modelId" for models; "_id" is made from the name.
 * `blobs`: with sizes. */
void weigh_hub_info_begin(struct weigh_jw *w, const struct weigh_hub_info *i);
void weigh_hub_sibling(
    struct weigh_jw *w, const struct weigh_hub_entry *e, bool blobs);
void weigh_hub_info_end(struct weigh_jw *w);

#endif
