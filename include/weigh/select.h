/*
 * select: which files of a repository are wanted: globs, and the rule of formats that
 * leaves out second copies of the same weights.
 *
 * (1) The same listing and the same rules give the same answer on every machine.
 * (2) A rule of formats leaves nothing out unless the format that is kept is complete:
 *     the one file, or every shard that its index names, is in the listing and wanted.
 *     Where the index cannot be had, the shards' names say how many they are.
 * (3) A selection as text (members of a JSON object) and back is the same selection.
 *
 * What is a second copy, beside weights that are complete in their folder as
 * STEM[.VARIANT].safetensors, in shards or whole:
 *
 *     STEM[.VARIANT] with .bin .h5 .msgpack .ot .pt .pth .ckpt, its shards, its index;
 *     for STEM "model" also pytorch_model, tf_model, flax_model, rust_model, and all
 *     below the folder original/; for "diffusion_pytorch_model" diffusion_flax_model.
 *
 * Names of files: as transformers 4, diffusers 0.30 and peft 0.12 write them.
 * Nothing here blocks, but the function that brings an index.
 */
#ifndef WEIGH_SELECT_H
#define WEIGH_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>

#define WEIGH_SELECT_GLOBS 32
#define WEIGH_SELECT_GLOB 256 /* bytes of a pattern, with its NUL */

enum weigh_formats {
	WEIGH_FORMATS_ALL,
	WEIGH_FORMATS_SAFETENSORS, /* no .bin, .h5, .msgpack, original/ beside them */
	WEIGH_FORMATS
};

struct weigh_select {
	char include[WEIGH_SELECT_GLOBS][WEIGH_SELECT_GLOB]; /* none: all */
	char exclude[WEIGH_SELECT_GLOBS][WEIGH_SELECT_GLOB];
	unsigned nincludes, nexcludes;
	enum weigh_formats formats;
};

/* "all", "safetensors". */
const char *weigh_formats_name(enum weigh_formats formats);
/* WEIGH_USAGE for any other word. */
enum weigh_code weigh_formats_parse(enum weigh_formats *out, const char *text,
    struct weigh_err *err);

/* One pattern more (weigh_glob_match).  WEIGH_USAGE: it is empty, or no UTF-8;
 * WEIGH_TOO_BIG: too long, or there are WEIGH_SELECT_GLOBS. */
enum weigh_code weigh_select_include(struct weigh_select *s, const char *glob,
    struct weigh_err *err);
enum weigh_code weigh_select_exclude(struct weigh_select *s, const char *glob,
    struct weigh_err *err);

/* The same patterns in the same order, and the same formats. */
bool weigh_select_equal(const struct weigh_select *a,
    const struct weigh_select *b);

/* The members "include", "exclude" (arrays of patterns) and "formats" into the object
 * that is open. */
void weigh_select_print(struct weigh_jw *w, const struct weigh_select *s);
/* And back: for rows of weigh_json_members whose own function hands over its
 * `struct weigh_select *` as `select`. */
enum weigh_code weigh_select_read_include(struct weigh_json *j,
    enum weigh_json_token first, void *select, struct weigh_err *err);
enum weigh_code weigh_select_read_exclude(struct weigh_json *j,
    enum weigh_json_token first, void *select, struct weigh_err *err);
enum weigh_code weigh_select_read_formats(struct weigh_json *j,
    enum weigh_json_token first, void *select, struct weigh_err *err);

/* Why a file is left out. */
enum weigh_select_why {
	WEIGH_SELECT_WANTED,
	WEIGH_SELECT_NOT_INCLUDED, /* no pattern of `include` is its */
	WEIGH_SELECT_EXCLUDED,
	WEIGH_SELECT_COPY, /* the same weights come as safetensors */
	WEIGH_SELECT_WHYS
};
/* For people: "not included", "excluded", "a copy of safetensors weights"; "" for
 * what is wanted. */
const char *weigh_select_why_text(enum weigh_select_why why);

/* One file of a listing. */
struct weigh_select_file {
	const char *path; /* borrowed */
	uint64_t size;
	enum weigh_select_why why; /* out */
};

/* What the patterns alone say of a path. */
enum weigh_select_why weigh_select_match(const struct weigh_select *s,
    const char *path);

/* Decide over a whole listing, in byte order of paths, each path once: sets `why` of
 * each.  `index` brings the bytes of an index that is in the listing (a JSON file of a
 * few MiB; out's ceiling holds), nothing if it cannot be had, and is asked only where
 * its answer counts; not WEIGH_OK ends it with that.  WEIGH_NOMEM.  An index that cannot be read makes
 * nothing complete (2). */
enum weigh_code weigh_select_decide(const struct weigh_select *s,
    struct weigh_select_file *files, size_t n,
    enum weigh_code (*index)(void *ctx, const struct weigh_select_file *file,
	struct weigh_buf *out, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

#endif
