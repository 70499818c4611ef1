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
#include <weigh/model.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

#define WEIGH_HUB_DATE 25 /* "2026-01-02T03:04:05.000Z" and NUL */
/* UTC; before 1970 and after 9999 the nearest date inside. */
void weigh_hub_date(time_t when, char out[WEIGH_HUB_DATE]);
/* Read one back: with or without a fraction, which is dropped; 'Z' must end it.
 * False, and *out untouched, for anything else. */
bool weigh_hub_date_parse(const char *text, size_t len, int64_t *out);
/* The same as the member `key`. */
void weigh_hub_kdate(struct weigh_jw *w, const char *key, time_t when);

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
	struct weigh_oid oid;                /* lfs only */
	unsigned pointer_size;               /* lfs only */
	const struct weigh_hub_commit *last; /* NULL: not asked for */
};

/* Members of an info or of a list's item; the names are those of `expand`. */
enum weigh_info_member {
	WEIGH_INFO_AUTHOR = 1 << 0,
	WEIGH_INFO_SHA = 1 << 1,
	WEIGH_INFO_MODIFIED = 1 << 2,
	WEIGH_INFO_CREATED = 1 << 3,
	WEIGH_INFO_PRIVATE = 1 << 4,
	WEIGH_INFO_GATED = 1 << 5,
	WEIGH_INFO_DISABLED = 1 << 6,
	WEIGH_INFO_DOWNLOADS = 1 << 7,
	WEIGH_INFO_ALL_DOWNLOADS = 1 << 8,
	WEIGH_INFO_LIKES = 1 << 9,
	WEIGH_INFO_TRENDING = 1 << 10,
	WEIGH_INFO_TAGS = 1 << 11,
	WEIGH_INFO_TASK = 1 << 12,
	WEIGH_INFO_LIBRARY = 1 << 13,
	WEIGH_INFO_SDK = 1 << 14,
	WEIGH_INFO_CARD = 1 << 15,
	WEIGH_INFO_CONFIG = 1 << 16,
	WEIGH_INFO_TRANSFORMERS = 1 << 17,
	WEIGH_INFO_STORAGE = 1 << 18,
	WEIGH_INFO_SECURITY = 1 << 19,
	/* Written by the caller, behind the others: */
	WEIGH_INFO_SAFETENSORS = 1 << 20,
	WEIGH_INFO_GGUF = 1 << 21,
	WEIGH_INFO_SIBLINGS = 1 << 22
};
/* What an item of a list has unasked, and what an info has. */
#define WEIGH_INFO_ITEM \
	(WEIGH_INFO_AUTHOR | WEIGH_INFO_SHA | WEIGH_INFO_MODIFIED | \
	    WEIGH_INFO_CREATED | WEIGH_INFO_PRIVATE | WEIGH_INFO_GATED | \
	    WEIGH_INFO_DISABLED | WEIGH_INFO_DOWNLOADS | WEIGH_INFO_LIKES | \
	    WEIGH_INFO_TAGS | WEIGH_INFO_TASK | WEIGH_INFO_LIBRARY | \
	    WEIGH_INFO_SDK)
#define WEIGH_INFO_ALL \
	(WEIGH_INFO_ITEM | WEIGH_INFO_CARD | WEIGH_INFO_CONFIG | \
	    WEIGH_INFO_TRANSFORMERS | WEIGH_INFO_STORAGE | \
	    WEIGH_INFO_SAFETENSORS | WEIGH_INFO_GGUF | WEIGH_INFO_SIBLINGS)
/* The member that `expand` calls so; 0: none. */
uint32_t weigh_hub_member(const char *name);

/* The "_id" of a repository: a weighd makes it from the name, so that it stays the
 * same; other Hubs have it from their database.  False without memory. */
#define WEIGH_HUB_ID 25 /* 24 hex digits and NUL */
bool weigh_hub_id(const struct weigh_repo *repo, char out[WEIGH_HUB_ID]);

/* What info and lists say of a repository at a revision.  Texts that are NULL or ""
 * are not known, and their members left out. */
struct weigh_hub_info {
	uint32_t members; /* of enum weigh_info_member */
	bool expanded;    /* these were asked for, and no others */
	const struct weigh_repo *repo;
	enum weigh_visibility visibility;
	struct weigh_gitid sha;
	time_t created;
	time_t modified;
	uint64_t bytes;     /* of the revision's files */
	const char *card;   /* JSON */
	const char *config; /* JSON */
	/* Task, library and tags; or, NULL: the three behind it. */
	const struct weigh_model *model;
	const char *task;
	const char *library;
	const char *tags; /* JSON */
};

/* One element of the array that /tree answers. */
void weigh_hub_tree_entry(struct weigh_jw *w, const struct weigh_hub_entry *e);

/* An info, or a list's item: begins the object and writes all members that are
 * asked for but the last three.  "modelId" is there for models, "author" when the
 * name has an org; "_id" is made from the name.  Then the caller's, and
 * weigh_jw_object_end. */
void weigh_hub_info_begin(struct weigh_jw *w, const struct weigh_hub_info *i);
/* "siblings": weigh_jw_key and an array of these.  `blobs`: with sizes. */
void weigh_hub_sibling(struct weigh_jw *w, const struct weigh_hub_entry *e,
    bool blobs);

#endif
