/*
 * hub_paths: what the Hub's clients ask by POST …/paths-info: which entries of a
 * revision they want to know about.
 *
 *	paths=config.json&paths=sub%2Fa.bin&expand=True		huggingface_hub
 *	{"paths":["config.json","sub/a.bin"],"expand":true}	@huggingface/hub
 *
 * (1) What cannot be the path of an entry is left out, as an unknown one is.
 * (2) At most WEIGH_HUB_PATHS_MAX paths, WEIGH_TOO_BIG beyond; memory is that of
 *     the body and a pointer a path.
 */
#ifndef WEIGH_HUB_PATHS_H
#define WEIGH_HUB_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>
#include <weigh/http.h>

#define WEIGH_HUB_PATHS_MAX 10000

struct weigh_hub_paths {
	const char **path; /* in the order in which they were asked */
	size_t count;
	bool expand; /* the commits that changed them last, too */
	char *text;  /* private: owns the paths */
	size_t used, room;
};

/* `type` is the Content-Type: JSON, or else a form.  Free it in any case. */
enum weigh_code weigh_hub_paths_parse(struct weigh_hub_paths *out,
    struct weigh_span type, const char *body, size_t len,
    struct weigh_err *err);
void weigh_hub_paths_free(struct weigh_hub_paths *paths);

#endif
