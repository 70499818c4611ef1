/*
 * graph: the commits of a repository that a fetch looks at, each read once.
 * Private to repo/.  A graph is one thread's; whatever meets a new commit reads it
 * from the disk.
 */
#ifndef REPO_GRAPH_H
#define REPO_GRAPH_H

#include "idmap.h"
#include "priv.h"

enum node_flags {
	NODE_READ = 1,       /* tree, date and parents are filled */
	NODE_WANT = 2,       /* the client wants it */
	NODE_COMMON = 4,     /* it named it, and we know it */
	NODE_HAS = 8,        /* it has it: led to by a common one */
	NODE_SHALLOW = 16,   /* it lacks, or will lack, its parents */
	NODE_DEEP = 32,      /* it is to have its parents */
	NODE_ENDS = 64,      /* it is to lack its parents */
	NODE_DEEPENED = 128, /* it lacked its parents, and gets them */
	NODE_OUT = 256,      /* deepen-not leads to it */
	NODE_MEETS = 512,    /* it leads to a common one */
	NODE_SEEN = 1024,    /* by the walk under way */
	NODE_SEND = 2048,    /* the pack holds it */
	NODE_EDGE = 4096,    /* its files are known to be the client's */
	NODE_CUT = 8192      /* we lack its parents: it seems to have none */
};

struct node {
	git_oid id;
	git_oid tree;
	int64_t date;     /* committer's, seconds since 1970 */
	uint32_t parents; /* the first in graph.links */
	uint32_t nparents;
	unsigned flags;
};

/* Numbers of nodes. */
struct nodes {
	uint32_t *at;
	size_t count;
	size_t room;
};

struct graph {
	struct repo *repo; /* borrowed */
	struct idmap map;
	struct node *nodes;
	size_t count;
	size_t room;
	struct nodes links; /* parents, of one node behind another */
};

void graph_free(struct graph *g);

/* The number of a commit, which is not read yet. */
enum weigh_code graph_node(struct graph *g, const git_oid *id, uint32_t *at,
    struct weigh_err *err);
/* Read it, if it was not: its parents are nodes then.  Nodes may move. */
enum weigh_code graph_read(struct graph *g, uint32_t at, struct weigh_err *err);

/* Forget NODE_SEEN everywhere. */
void graph_unsee(struct graph *g);

enum weigh_code nodes_add(struct nodes *list, uint32_t at,
    struct weigh_err *err);
/* Add the parents of a node that was read. */
enum weigh_code nodes_add_parents(struct nodes *list, const struct graph *g,
    uint32_t at, struct weigh_err *err);
void nodes_free(struct nodes *list);

#endif
