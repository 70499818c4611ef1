/* fetching: what the files of a fetch share.  Private to repo/; one thread's, and
 * threads and blocking are those of fetch.h. */
#ifndef REPO_FETCHING_H
#define REPO_FETCHING_H

#include "fetch.h"
#include "graph.h"

/* An object to be sent; there may be millions.  After a tree of the same place that
 * was sent before, or that the client has, a tree may be sent as a difference. */
struct sending {
	git_oid id;
	git_object_t type;
	bool thin;     /* of a tree: `base` is only the client's */
	uint8_t links; /* likewise: how many differences lead to a whole one */
	bool lfs;      /* of a file */
	uint32_t at;   /* likewise: one of the commits that hold it */
	union {
		git_oid base; /* of a tree; zero: send it whole */
		struct {
			struct weigh_oid oid;
			uint64_t size;
		} promised; /* of a file */
	};
};

struct tag {
	git_oid id;
	uint32_t at; /* the commit it leads to, as a node */
	bool wanted;
};

struct repo_fetch {
	struct repo *repo; /* borrowed */
	struct repo_keeper keeper;
	struct graph graph;
	struct nodes wants, commons, shallows;
	struct tag *tags;
	size_t ntags, tag_room;
	struct idmap tag_places; /* tag objects: their place above */
	bool has_marked;         /* NODE_HAS is where it belongs */

	struct nodes commits; /* to be sent, a want first */
	struct idmap
	    met; /* objects: 0 the client's, else 1 + its place below */
	struct sending *sendings;
	size_t count, room;
};

/* Set NODE_HAS on all that the common commits lead to (fetch.c). */
enum weigh_code fetch_mark_has(struct repo_fetch *f, struct weigh_err *err);

#endif
