/*
 * staged: revisions of somebody else in a stage, as a source would leave them there,
 * ready for gate_mirror.
 */
#ifndef TESTS_STAGED_H
#define TESTS_STAGED_H

#include "gate/mirror.h"
#include "gatehouse.h"

struct staged_file {
	const char *path;
	const char *text;
	bool lfs; /* its bytes come by themselves: staged_receive */
};
#define STAGED_FILES 16

/* A stage of this name, opened, with a commit of these files, sorted by path. */
struct weigh_gitid staged_make(struct gatehouse *g, struct stage **out,
    const char *name, int64_t date, const struct staged_file *files,
    size_t count);

/* On whose behalf all of it happens. */
extern const struct gate_who staged_who;

/* The bytes of an LFS file come, as a job has them come: by gate_receive, or with
 * `arrived` by gate_arrived. */
enum weigh_code staged_receive(struct gatehouse *g, const char *text,
    bool arrived, struct weigh_err *err);

/* An order for gate_mirror: acme/far, branch main, all of it, from
 * "https://hub.example". */
struct gate_mirrored staged_order(struct stage *stage,
    const struct weigh_gitid *commit);

#endif
