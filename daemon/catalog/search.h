/*
 * search: lists of repositories, by what their cards say and what their names
 * contain.  Part of the catalog's reading side; see catalog.h.
 *
 * (1) A page is in order, and the next one goes on behind it, whatever was added,
 *     moved or hidden in between.
 * (2) The work of one call is bounded (CATALOG_SEARCH_WORK), so that it takes no
 *     longer with a million repositories than with a hundred thousand.  When it is
 *     spent, the page ends where it is, perhaps empty, and `next` goes on.
 * (3) Who may not see a repository learns nothing of it but, by (2), that there is
 *     something.
 */
#ifndef CATALOG_SEARCH_H
#define CATALOG_SEARCH_H

#include "catalog/catalog.h"

#define CATALOG_SEARCH_TAGS 16  /* more are WEIGH_TOO_BIG */
#define CATALOG_SEARCH_TEXT 256 /* bytes of the text that is looked for */
#define CATALOG_SEARCH_PAGE 1000
#define CATALOG_SEARCH_WORK 250000 /* about 20 ms */

struct catalog_search {
	enum weigh_kind kind;
	const char
	    *text; /* words between blanks, each in the name; NULL: none */
	const char *author;                    /* NULL: any */
	const char *task;                      /* pipeline_tag; NULL: any */
	const char *tags[CATALOG_SEARCH_TAGS]; /* all of them */
	unsigned ntags;
	bool by_created; /* else by the date of HEAD's revision */
	bool ascending;  /* oldest first */
	int64_t after;   /* 0: from the first; else an earlier `next` */
	unsigned limit;  /* 1 to CATALOG_SEARCH_PAGE */
	unsigned work;   /* 0: CATALOG_SEARCH_WORK */
	bool cards;      /* card and config are wanted: they can be long */
	/* May who asks see it? */
	bool (*sees)(void *ctx, const struct weigh_repo *repo,
	    enum weigh_visibility visibility);
	void *ctx;
	int64_t next; /* out; 0: that was all */
};

/* A repository as HEAD has it. */
struct catalog_listed {
	int64_t place; /* a search after it goes on behind it */
	struct weigh_repo repo;
	enum weigh_visibility visibility;
	int64_t created, modified; /* seconds since 1970 */
	struct weigh_gitid commit;
	const char *license;
	uint32_t marks; /* weigh_model_mark of its files */
	uint64_t bytes;
	const char *task, *library; /* "": not known */
	const char *tags;           /* a JSON array */
	const char *card, *config;  /* JSON objects, or ""; if wanted */
};

/* `each` may ask the reader anything but a search; false ends the page behind this
 * one. */
enum weigh_code catalog_search(struct catalog_reader *r,
    struct catalog_search *s,
    bool (*each)(void *ctx, const struct catalog_listed *l), void *ctx,
    struct weigh_err *err);

#endif
