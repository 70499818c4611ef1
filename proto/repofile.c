/* repofile: see weigh/repofile.h. */
#include <string.h>

#include <weigh/repofile.h>

#include "cursor.h"

#define FIRST_LINE "weighhouse repository 1\n"

static const char *const names[WEIGH_VISIBILITIES] = {
	[WEIGH_PUBLIC] = "public",
	[WEIGH_GATED] = "gated",
	[WEIGH_PRIVATE] = "private",
};

const char *
weigh_visibility_name(enum weigh_visibility v)
{
	return (unsigned)v < WEIGH_VISIBILITIES ? names[v] : "";
}

bool
weigh_visibility_parse(enum weigh_visibility *out, const char *text, size_t len)
{
	for (int i = 0; i < WEIGH_VISIBILITIES; i++) {
		if (len != strlen(names[i]) || memcmp(text, names[i], len) != 0)
			continue;
		*out = (enum weigh_visibility)i;
		return true;
	}
	return false;
}

/* --- former names ---------------------------------------------------------- */

static bool
is_same(const struct weigh_repo *a, const struct weigh_repo *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0;
}

void
weigh_repofile_drop(struct weigh_repofile *file,
    const struct weigh_repo *formerly)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < file->nformerly; i++)
		if (!is_same(&file->formerly[i], formerly))
			file->formerly[kept++] = file->formerly[i];
	file->nformerly = kept;
}

void
weigh_repofile_add(struct weigh_repofile *file,
    const struct weigh_repo *formerly)
{
	weigh_repofile_drop(file, formerly);
	if (file->nformerly == WEIGH_FORMERLY_MAX)
		memmove(&file->formerly[0], &file->formerly[1],
		    --file->nformerly * sizeof(file->formerly[0]));
	file->formerly[file->nformerly++] = *formerly;
}

/* --- there, and back --------------------------------------------------------- */

bool
weigh_repofile_print(struct weigh_buf *out, const struct weigh_repofile *file)
{
	char text[WEIGH_REPO_TEXT];

	weigh_buf_adds(out, FIRST_LINE);
	if (file->visibility != WEIGH_PUBLIC)
		weigh_buf_addf(out, "visibility %s\n",
		    weigh_visibility_name(file->visibility));
	for (unsigned i = 0; i < file->nformerly; i++) {
		weigh_repo_text(&file->formerly[i], text);
		weigh_buf_addf(out, "formerly %s\n", text);
	}
	return !out->failed;
}

/* The rest of a line, without its end, and step behind it. */
static bool
take_rest(struct cursor *c, const char **text, size_t *len)
{
	const char *end = memchr(c->p, '\n', c->len);

	if (end == NULL)
		return false;
	*text = c->p;
	*len = (size_t)(end - c->p);
	cursor_skip(c, *len + 1);
	return true;
}

static bool
take_visibility(struct weigh_repofile *f, const char *text, size_t len)
{
	return f->visibility == WEIGH_PUBLIC && f->nformerly == 0 &&
	    weigh_visibility_parse(&f->visibility, text, len) &&
	    f->visibility != WEIGH_PUBLIC;
}

static bool
take_formerly(struct weigh_repofile *f, const char *text, size_t len)
{
	char name[WEIGH_REPO_TEXT];
	struct weigh_ref ref;

	if (f->nformerly == WEIGH_FORMERLY_MAX || len >= sizeof(name) ||
	    memchr(text, '\0', len) != NULL)
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	if (weigh_ref_parse(&ref, name, NULL) != WEIGH_OK ||
	    ref.rev[0] != '\0' || strchr(name, '@') != NULL)
		return false;
	for (unsigned i = 0; i < f->nformerly; i++)
		if (is_same(&f->formerly[i], &ref.repo))
			return false;
	f->formerly[f->nformerly++] = ref.repo;
	return true;
}

static const struct {
	const char *word;
	bool (*take)(struct weigh_repofile *f, const char *text, size_t len);
} lines[] = {
	{ "visibility ", take_visibility },
	{ "formerly ", take_formerly },
};

static bool
take_line(struct cursor *c, struct weigh_repofile *f)
{
	const char *text;
	size_t len;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (take_text(c, lines[i].word))
			return take_rest(c, &text, &len) &&
			    lines[i].take(f, text, len);
	return false;
}

enum weigh_code
weigh_repofile_parse(struct weigh_repofile *out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_repofile f = { .visibility = WEIGH_PUBLIC };
	struct cursor c = { text, len };
	unsigned line = 1;

	if (len > WEIGH_REPOFILE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it has %zu bytes, at most %zu allowed", len,
		    (size_t)WEIGH_REPOFILE_MAX);
	if (!take_text(&c, FIRST_LINE))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its first line is not ours, or of a newer version");
	while (c.len > 0) {
		line++;
		if (!take_line(&c, &f))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "line %u says nothing that is known here", line);
	}
	*out = f;
	return WEIGH_OK;
}
