/* repofile: see weigh/repofile.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/repofile.h>

#include "cursor.h"

#define FIRST_LINE "weighhouse repository 1\n"

static const char *const names[WEIGH_VISIBILITIES] = {
	[WEIGH_PUBLIC] = "public",
	[WEIGH_GATED] = "gated",
	[WEIGH_GATED_AUTO] = "gated-auto",
	[WEIGH_GATED_MANUAL] = "gated-manual",
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

bool
weigh_visibility_gated(enum weigh_visibility v)
{
	return v == WEIGH_GATED || weigh_visibility_asks(v);
}

bool
weigh_visibility_asks(enum weigh_visibility v)
{
	return v == WEIGH_GATED_AUTO || v == WEIGH_GATED_MANUAL;
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

/* --- where it comes from ------------------------------------------------------ */

static char *
copy_text(const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy != NULL) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

static bool
is_line(const char *text, size_t len, size_t most)
{
	return len > 0 && len < most && memchr(text, '\n', len) == NULL &&
	    memchr(text, '\0', len) == NULL;
}

bool
weigh_repofile_set_source(struct weigh_repofile *file, const char *source)
{
	size_t len = strlen(source);

	if (!is_line(source, len, sizeof(file->source)))
		return false;
	memcpy(file->source, source, len + 1);
	return true;
}

enum weigh_code
weigh_repofile_set_request(struct weigh_repofile *file, const char *request,
    struct weigh_err *err)
{
	char *copy = NULL;

	if (request != NULL && request[0] != '\0') {
		if (!is_line(request, strlen(request), WEIGH_REPOFILE_REQUEST))
			return weigh_fail(err, WEIGH_USAGE,
			    "an order is one line of at most %u bytes",
			    WEIGH_REPOFILE_REQUEST - 1);
		if ((copy = copy_text(request, strlen(request))) == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	free(file->request);
	file->request = copy;
	return WEIGH_OK;
}

/* --- marks ---------------------------------------------------------------------- */

static int
compare_marks(const struct weigh_repomark *a, const struct weigh_repomark *b)
{
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = memcmp(&a->commit, &b->commit, sizeof(a->commit));
	if (order == 0)
		order = memcmp(&a->told, &b->told, sizeof(a->told));
	return order;
}

/* The place of the first mark that is not before this one. */
static size_t
find_place(const struct weigh_repofile *f, const struct weigh_repomark *mark)
{
	size_t low = 0, high = f->nmarks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_marks(&f->marks[middle], mark) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
make_room(struct weigh_repofile *f)
{
	size_t room = f->room == 0 ? 16 : 2 * f->room;
	struct weigh_repomark *marks;

	if (f->nmarks < f->room)
		return true;
	if ((marks = realloc(f->marks, room * sizeof(*marks))) == NULL)
		return false;
	f->marks = marks;
	f->room = room;
	return true;
}

/* One line of at most so many bytes; NULL and *ok: there are no words. */
static char *
copy_why(const char *why, bool *ok)
{
	size_t len = why != NULL ? strcspn(why, "\n") : 0;
	char *copy;

	*ok = true;
	if (len > WEIGH_REPOFILE_WHY - 1)
		len = WEIGH_REPOFILE_WHY - 1;
	if (len == 0)
		return NULL;
	copy = copy_text(why, len);
	*ok = copy != NULL;
	return copy;
}

enum weigh_code
weigh_repofile_mark(struct weigh_repofile *file,
    const struct weigh_repomark *mark, struct weigh_err *err)
{
	struct weigh_repomark copy = *mark;
	size_t at = find_place(file, mark);
	bool same, ok;

	same = at < file->nmarks && compare_marks(&file->marks[at], mark) == 0;
	if (!same && file->nmarks == WEIGH_REPOFILE_MARKS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "no more than %d revisions of a repository can be marked",
		    WEIGH_REPOFILE_MARKS);
	copy.why = copy_why(mark->why, &ok);
	if (!ok || !make_room(file)) {
		free(copy.why);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	if (same) {
		free(file->marks[at].why);
	} else {
		memmove(&file->marks[at + 1], &file->marks[at],
		    (file->nmarks - at) * sizeof(file->marks[0]));
		file->nmarks++;
	}
	file->marks[at] = copy;
	return WEIGH_OK;
}

const struct weigh_repomark *
weigh_repofile_find(const struct weigh_repofile *file,
    enum weigh_repomark_kind kind, const struct weigh_gitid *commit)
{
	const struct weigh_repomark wanted = { .kind = kind,
		.commit = *commit };
	size_t at = find_place(file, &wanted);

	return at < file->nmarks && file->marks[at].kind == kind &&
		weigh_gitid_equal(&file->marks[at].commit, commit) ?
	    &file->marks[at] :
	    NULL;
}

bool
weigh_repofile_unmark(struct weigh_repofile *file,
    enum weigh_repomark_kind kind, const struct weigh_gitid *commit)
{
	const struct weigh_repomark *mark;
	bool any = false;

	while ((mark = weigh_repofile_find(file, kind, commit)) != NULL) {
		size_t at = (size_t)(mark - file->marks);

		free(file->marks[at].why);
		file->nmarks--;
		memmove(&file->marks[at], &file->marks[at + 1],
		    (file->nmarks - at) * sizeof(file->marks[0]));
		any = true;
	}
	return any;
}

void
weigh_repofile_free(struct weigh_repofile *file)
{
	for (size_t i = 0; i < file->nmarks; i++)
		free(file->marks[i].why);
	free(file->marks);
	free(file->request);
	*file = (struct weigh_repofile){ .visibility = WEIGH_PUBLIC };
}

/* --- there, and back --------------------------------------------------------- */

static const char *const mark_words[WEIGH_MARKS] = {
	[WEIGH_MARK_PARTIAL] = "partial ",
	[WEIGH_MARK_TOLD] = "told ",
	[WEIGH_MARK_PIN] = "pin ",
};

static void
print_mark(struct weigh_buf *out, const struct weigh_repomark *mark)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(&mark->commit, hex);
	weigh_buf_adds(out, mark_words[mark->kind]);
	weigh_buf_adds(out, hex);
	if (mark->kind == WEIGH_MARK_TOLD) {
		weigh_gitid_hex(&mark->told, hex);
		weigh_buf_addf(out, " %s", hex);
	}
	if (mark->kind == WEIGH_MARK_PIN) {
		weigh_buf_addf(out, " %lld", (long long)mark->time);
		if (mark->why != NULL)
			weigh_buf_addf(out, " %s", mark->why);
	}
	weigh_buf_addc(out, '\n');
}

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
	if (file->source[0] != '\0')
		weigh_buf_addf(out, "source %s\n", file->source);
	if (file->through)
		weigh_buf_adds(out, "through\n");
	if (file->request != NULL) {
		weigh_buf_adds(out, file->follow ? "follow " : "request ");
		weigh_buf_adds(out, file->request);
		weigh_buf_addc(out, '\n');
	}
	for (size_t i = 0; i < file->nmarks; i++)
		print_mark(out, &file->marks[i]);
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

/* Was anything said that comes behind names? */
static bool
has_more(const struct weigh_repofile *f)
{
	return f->source[0] != '\0' || f->through || f->request != NULL ||
	    f->nmarks > 0;
}

static bool
take_visibility(struct weigh_repofile *f, const char *text, size_t len)
{
	return f->visibility == WEIGH_PUBLIC && f->nformerly == 0 &&
	    !has_more(f) && weigh_visibility_parse(&f->visibility, text, len) &&
	    f->visibility != WEIGH_PUBLIC;
}

static bool
take_formerly(struct weigh_repofile *f, const char *text, size_t len)
{
	char name[WEIGH_REPO_TEXT];
	struct weigh_ref ref;

	if (has_more(f) || f->nformerly == WEIGH_FORMERLY_MAX ||
	    len >= sizeof(name) || memchr(text, '\0', len) != NULL)
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

static bool
take_source(struct weigh_repofile *f, const char *text, size_t len)
{
	if (has_more(f) || !is_line(text, len, sizeof(f->source)))
		return false;
	memcpy(f->source, text, len);
	f->source[len] = '\0';
	return true;
}

static bool
take_through(struct weigh_repofile *f, const char *text, size_t len)
{
	(void)text;
	if (len != 0 || f->through || f->request != NULL || f->nmarks > 0)
		return false;
	f->through = true;
	return true;
}

static bool
take_request(struct weigh_repofile *f, const char *text, size_t len)
{
	if (f->request != NULL || f->nmarks > 0 ||
	    !is_line(text, len, WEIGH_REPOFILE_REQUEST))
		return false;
	f->request = copy_text(text, len);
	return f->request != NULL;
}

static bool
take_follow(struct weigh_repofile *f, const char *text, size_t len)
{
	f->follow = take_request(f, text, len);
	return f->follow;
}

/* Behind the last one, or it was not printed so. */
static bool
take_mark(struct weigh_repofile *f, enum weigh_repomark_kind kind,
    const char *text, size_t len)
{
	struct cursor c = { text, len };
	struct weigh_repomark mark = { .kind = kind };
	char why[WEIGH_REPOFILE_WHY];
	uint64_t time = 0;

	if (!take_gitid(&c, &mark.commit))
		return false;
	if (kind == WEIGH_MARK_TOLD &&
	    (!take_text(&c, " ") || !take_gitid(&c, &mark.told)))
		return false;
	if (kind == WEIGH_MARK_PIN &&
	    (!take_text(&c, " ") || !take_u63(&c, &time)))
		return false;
	mark.time = (int64_t)time;
	if (kind == WEIGH_MARK_PIN && take_text(&c, " ")) {
		if (!is_line(c.p, c.len, sizeof(why)))
			return false;
		memcpy(why, c.p, c.len);
		why[c.len] = '\0';
		cursor_skip(&c, c.len);
		mark.why = why;
	}
	if (c.len != 0 ||
	    (f->nmarks > 0 &&
		compare_marks(&f->marks[f->nmarks - 1], &mark) >= 0))
		return false;
	return weigh_repofile_mark(f, &mark, NULL) == WEIGH_OK;
}

static bool
take_partial(struct weigh_repofile *f, const char *text, size_t len)
{
	return take_mark(f, WEIGH_MARK_PARTIAL, text, len);
}

static bool
take_told(struct weigh_repofile *f, const char *text, size_t len)
{
	return take_mark(f, WEIGH_MARK_TOLD, text, len);
}

static bool
take_pin(struct weigh_repofile *f, const char *text, size_t len)
{
	return take_mark(f, WEIGH_MARK_PIN, text, len);
}

static const struct {
	const char *word;
	bool (*take)(struct weigh_repofile *f, const char *text, size_t len);
} lines[] = {
	{ "visibility ", take_visibility },
	{ "formerly ", take_formerly },
	{ "source ", take_source },
	{ "through", take_through },
	{ "follow ", take_follow },
	{ "request ", take_request },
	{ "partial ", take_partial },
	{ "told ", take_told },
	{ "pin ", take_pin },
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
		    "it has %zu bytes, at most %u allowed", len,
		    WEIGH_REPOFILE_MAX);
	if (!take_text(&c, FIRST_LINE))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its first line is not ours, or of a newer version");
	while (c.len > 0) {
		line++;
		if (!take_line(&c, &f)) {
			weigh_repofile_free(&f);
			return weigh_fail(err, WEIGH_MALFORMED,
			    "line %u says nothing that is known here", line);
		}
	}
	*out = f;
	return WEIGH_OK;
}
