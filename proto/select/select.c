/* select: patterns, and a selection as text; see weigh/select.h. */
#include <string.h>

#include <weigh/name.h>
#include <weigh/select.h>

#include "copies.h"

static const char *const formats[WEIGH_FORMATS] = {
	[WEIGH_FORMATS_ALL] = "all",
	[WEIGH_FORMATS_SAFETENSORS] = "safetensors",
};

static const char *const whys[WEIGH_SELECT_WHYS] = {
	[WEIGH_SELECT_WANTED] = "",
	[WEIGH_SELECT_NOT_INCLUDED] = "not included",
	[WEIGH_SELECT_EXCLUDED] = "excluded",
	[WEIGH_SELECT_COPY] = "a copy of safetensors weights",
};

const char *
weigh_formats_name(enum weigh_formats f)
{
	return (unsigned)f < WEIGH_FORMATS ? formats[f] : "";
}

enum weigh_code
weigh_formats_parse(enum weigh_formats *out, const char *text,
    struct weigh_err *err)
{
	for (int i = 0; i < WEIGH_FORMATS; i++)
		if (strcmp(formats[i], text) == 0) {
			*out = (enum weigh_formats)i;
			return WEIGH_OK;
		}
	return weigh_fail(err, WEIGH_USAGE,
	    "formats are 'all' or 'safetensors', not '%.32s'", text);
}

const char *
weigh_select_why_text(enum weigh_select_why why)
{
	return (unsigned)why < WEIGH_SELECT_WHYS ? whys[why] : "";
}

/* --- patterns ------------------------------------------------------------ */

static enum weigh_code
add_glob(char globs[][WEIGH_SELECT_GLOB], unsigned *count, const char *glob,
    struct weigh_err *err)
{
	size_t len = strlen(glob);

	if (len == 0)
		return weigh_fail(err, WEIGH_USAGE, "a pattern is empty");
	if (len >= WEIGH_SELECT_GLOB)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a pattern has %zu bytes, at most %d allowed", len,
		    WEIGH_SELECT_GLOB - 1);
	if (!weigh_utf8_ok(glob, len))
		return weigh_fail(err, WEIGH_USAGE, "a pattern is not UTF-8");
	if (*count == WEIGH_SELECT_GLOBS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d patterns of one kind", WEIGH_SELECT_GLOBS);
	memcpy(globs[(*count)++], glob, len + 1);
	return WEIGH_OK;
}

enum weigh_code
weigh_select_include(struct weigh_select *s, const char *glob,
    struct weigh_err *err)
{
	return add_glob(s->include, &s->nincludes, glob, err);
}

enum weigh_code
weigh_select_exclude(struct weigh_select *s, const char *glob,
    struct weigh_err *err)
{
	return add_glob(s->exclude, &s->nexcludes, glob, err);
}

static bool
same_globs(const char a[][WEIGH_SELECT_GLOB], unsigned na,
    const char b[][WEIGH_SELECT_GLOB], unsigned nb)
{
	if (na != nb)
		return false;
	for (unsigned i = 0; i < na; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

bool
weigh_select_equal(const struct weigh_select *a, const struct weigh_select *b)
{
	return a->formats == b->formats &&
	    same_globs(a->include, a->nincludes, b->include, b->nincludes) &&
	    same_globs(a->exclude, a->nexcludes, b->exclude, b->nexcludes);
}

static bool
any_matches(const char globs[][WEIGH_SELECT_GLOB], unsigned n, const char *path)
{
	for (unsigned i = 0; i < n; i++)
		if (weigh_glob_match(globs[i], path))
			return true;
	return false;
}

enum weigh_select_why
weigh_select_match(const struct weigh_select *s, const char *path)
{
	if (s->nincludes > 0 && !any_matches(s->include, s->nincludes, path))
		return WEIGH_SELECT_NOT_INCLUDED;
	if (any_matches(s->exclude, s->nexcludes, path))
		return WEIGH_SELECT_EXCLUDED;
	return WEIGH_SELECT_WANTED;
}

/* --- as text ------------------------------------------------------------- */

static void
print_globs(struct weigh_jw *w, const char *key,
    const char globs[][WEIGH_SELECT_GLOB], unsigned n)
{
	weigh_jw_key(w, key);
	weigh_jw_array(w);
	for (unsigned i = 0; i < n; i++)
		weigh_jw_str(w, globs[i]);
	weigh_jw_array_end(w);
}

void
weigh_select_print(struct weigh_jw *w, const struct weigh_select *s)
{
	print_globs(w, "include", s->include, s->nincludes);
	print_globs(w, "exclude", s->exclude, s->nexcludes);
	weigh_jw_kstr(w, "formats", weigh_formats_name(s->formats));
}

static enum weigh_code
read_glob(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return weigh_json_copy(j, first, out, WEIGH_SELECT_GLOB, err);
}

static enum weigh_code
read_included(struct weigh_json *j, enum weigh_json_token first, void *select,
    struct weigh_err *err)
{
	char glob[WEIGH_SELECT_GLOB];
	enum weigh_code rc = read_glob(j, first, glob, err);

	return rc == WEIGH_OK ? weigh_select_include(select, glob, err) : rc;
}

static enum weigh_code
read_excluded(struct weigh_json *j, enum weigh_json_token first, void *select,
    struct weigh_err *err)
{
	char glob[WEIGH_SELECT_GLOB];
	enum weigh_code rc = read_glob(j, first, glob, err);

	return rc == WEIGH_OK ? weigh_select_exclude(select, glob, err) : rc;
}

enum weigh_code
weigh_select_read_include(struct weigh_json *j, enum weigh_json_token first,
    void *select, struct weigh_err *err)
{
	return weigh_json_elements(j, first, read_included, select, err);
}

enum weigh_code
weigh_select_read_exclude(struct weigh_json *j, enum weigh_json_token first,
    void *select, struct weigh_err *err)
{
	return weigh_json_elements(j, first, read_excluded, select, err);
}

enum weigh_code
weigh_select_read_formats(struct weigh_json *j, enum weigh_json_token first,
    void *select, struct weigh_err *err)
{
	struct weigh_select *s = select;
	char word[32];
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	return rc == WEIGH_OK ? weigh_formats_parse(&s->formats, word, err) :
				rc;
}

/* --- over a listing ------------------------------------------------------ */

enum weigh_code
weigh_select_decide(const struct weigh_select *s,
    struct weigh_select_file *files, size_t n,
    enum weigh_code (*index)(void *ctx, const struct weigh_select_file *file,
	struct weigh_buf *out, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	for (size_t i = 0; i < n; i++)
		files[i].why = weigh_select_match(s, files[i].path);
	if (s->formats != WEIGH_FORMATS_SAFETENSORS)
		return WEIGH_OK;
	return weigh_copies_leave_out(&(struct copies){ files, n, index, ctx,
					  NULL },
	    err);
}
