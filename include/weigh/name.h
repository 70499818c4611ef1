/*
 * name: one grammar each for the names of repositories, revisions and files,
 * checked here and nowhere else.
 *
 * (1) A name that passes can be joined to a folder of ours without leaving it.
 * (2) Anything else is refused, never mended.
 * (3) A refusal names the text, and the byte and its place or the rule; a byte
 *     that is not visible ASCII is not repeated in it.
 */
#ifndef WEIGH_NAME_H
#define WEIGH_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>
#include <weigh/oid.h>

#define WEIGH_PART_MAX 96   /* bytes of `org` or `name` */
#define WEIGH_NAME_MAX (2 * WEIGH_PART_MAX + 1)
#define WEIGH_REV_MAX 255   /* bytes of a branch or tag */
#define WEIGH_PATH_MAX 4096 /* bytes of a path inside a repository */
#define WEIGH_PATH_DEPTH 64
#define WEIGH_PATH_PART_MAX 255

enum weigh_kind { WEIGH_MODEL, WEIGH_DATASET, WEIGH_SPACE, WEIGH_KINDS };

/* "models", "datasets", "spaces": the API's word, and the folder's. */
const char *weigh_kind_plural(enum weigh_kind kind);
bool weigh_kind_parse(enum weigh_kind *out, const char *text, size_t len);

/* A repository: kind and `org/name` or `name`. */
struct weigh_repo {
	enum weigh_kind kind;
	char name[WEIGH_NAME_MAX + 1];
};

/* What people type: `org/name`, `datasets/org/name`, with or without `@REV`. */
struct weigh_ref {
	struct weigh_repo repo;
	char rev[WEIGH_REV_MAX + 1]; /* "" when none was given */
};

/* One part of a repository name, as the Hub has it: letters, digits, '-', '_',
 * '.', not first or last '-' or '.', no "--" or "..", not ending in ".git" or
 * ".ipynb". */
bool weigh_part_ok(const char *text, size_t len);

/* Read `org/name` or `name` for a given kind.  A single part, or an org, must
 * not be one of: api datasets spaces models v2 - healthz readyz metrics. */
enum weigh_code weigh_repo_parse(struct weigh_repo *out, enum weigh_kind kind,
    const char *text, size_t len, struct weigh_err *err);

/* Read `[datasets/|spaces/]NAME[@REV]`. */
enum weigh_code weigh_ref_parse(
    struct weigh_ref *out, const char *text, struct weigh_err *err);

/* `org/name` for models, `datasets/org/name` for the others, and a NUL. */
#define WEIGH_REPO_TEXT (WEIGH_NAME_MAX + 10)
void weigh_repo_text(const struct weigh_repo *repo, char out[WEIGH_REPO_TEXT]);

/* A branch or tag name: git-check-ref-format(1)'s rules, and at most
 * WEIGH_REV_MAX bytes of visible ASCII without  ~^:?*[\ and space. */
bool weigh_rev_ok(const char *text, size_t len);
/* The same; err says which byte or rule (3). */
enum weigh_code weigh_rev_check(
    const char *text, size_t len, struct weigh_err *err);

/* A path inside a repository: relative, UTF-8 (RFC 3629), parts that are not
 * empty, `.`, `..` or `.git`, no backslash and no control character (C0, DEL,
 * C1); sizes and depth as above.  `.git` is refused in every spelling that
 * git fsck --strict refuses: any case, with characters that HFS+ ignores, as
 * NTFS's `git~1`, with blanks, dots or `:` behind.  err says which rule. */
enum weigh_code weigh_path_check(
    const char *path, size_t len, struct weigh_err *err);

/* Is this UTF-8 without surrogates, overlong forms or code points past
 * U+10FFFF? */
bool weigh_utf8_ok(const char *text, size_t len);

/* Does `text` match the glob `pattern`: `*` any run of bytes, `/` included, as
 * the Hub's clients do; `?` one byte; `[...]` a set, `[!...]` what is not in
 * it, a `[` that nothing closes itself; a pattern that ends in `/` means all
 * below.  Time at most text length times pattern length, no recursion. */
bool weigh_glob_match(const char *pattern, const char *text);

#endif
