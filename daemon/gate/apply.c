/* apply: see apply.h. */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

/* --- lists ---------------------------------------------------------------------- */

bool
apply_list_add(struct apply_list *l, const struct repo_file *file)
{
	size_t room = l->room != 0 ? 2 * l->room : 64;
	struct repo_file *files;

	if (l->count == l->room) {
		files = reallocarray(l->files, room, sizeof(*files));
		if (files == NULL)
			return false;
		l->files = files;
		l->room = room;
	}
	l->files[l->count] = *file;
	if ((l->files[l->count].path = strdup(file->path)) == NULL)
		return false;
	l->count++;
	return true;
}

void
apply_list_free(struct apply_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free((char *)(uintptr_t)l->files[i].path);
	free(l->files);
	*l = (struct apply_list){ 0 };
}

/* --- what is said of each path ---------------------------------------------------- */

/* One word about one path: the parent's (0), or that of change `when` - 1. */
struct word {
	struct repo_file file;
	size_t when;
	bool gone;
};

/* A folder was deleted. */
struct fall {
	const char *folder;
	size_t len;
	size_t when;
};

struct words {
	struct word *words; /* sorted by path, then time */
	size_t count;
	struct fall *falls; /* sorted by folder, then time */
	size_t nfalls;
};

static int
compare_words(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int order = strcmp(x->file.path, y->file.path);

	return order != 0 ? order : (x->when > y->when) - (x->when < y->when);
}

static int
compare_text(const char *a, size_t alen, const char *b, size_t blen)
{
	int order = memcmp(a, b, alen < blen ? alen : blen);

	return order != 0 ? order : (alen > blen) - (alen < blen);
}

static int
compare_falls(const void *a, const void *b)
{
	const struct fall *x = a, *y = b;
	int order = compare_text(x->folder, x->len, y->folder, y->len);

	return order != 0 ? order : (x->when > y->when) - (x->when < y->when);
}

/* Was this very folder deleted between the two times? */
static bool
fell_between(const struct words *w, const char *folder, size_t len,
    size_t after, size_t before)
{
	size_t low = 0, high = w->nfalls;

	while (low < high) { /* the first that is not before (folder, after) */
		size_t mid = low + (high - low) / 2;
		const struct fall *f = &w->falls[mid];
		int order = compare_text(f->folder, f->len, folder, len);

		if (order < 0 || (order == 0 && f->when <= after))
			low = mid + 1;
		else
			high = mid;
	}
	return low < w->nfalls && w->falls[low].when < before &&
	    compare_text(w->falls[low].folder, w->falls[low].len, folder,
		len) == 0;
}

/* Did a folder above the path go between the two times? */
static bool
went_between(const struct words *w, const char *path, size_t after,
    size_t before)
{
	const char *slash = path;

	while ((slash = strchr(slash, '/')) != NULL) {
		if (fell_between(w, path, (size_t)(slash - path), after,
			before))
			return true;
		slash++;
	}
	return false;
}

/* Is what word i says a file that is there just before time `when`? */
static bool
stands(const struct words *w, size_t i, size_t when)
{
	const struct word *word = &w->words[i];

	return !word->gone && word->when < when &&
	    !went_between(w, word->file.path, word->when, when);
}

/* --- from changes to words ----------------------------------------------------------- */

static struct word
word_of(struct gate_change *c, const struct repo_file *copy, size_t when)
{
	struct word word = {
		.file = { .path = c->path, .mine = c },
		.when = when,
	};

	switch (c->kind) {
	case GATE_PUT:
		word.file.size = c->blob.size;
		word.file.oid = c->blob.oid;
		break;
	case GATE_PUT_HELD:
		word.file.size = c->blob.size;
		word.file.oid = c->blob.oid;
		word.file.lfs = true;
		break;
	case GATE_COPY:
		word.file = *copy;
		word.file.path = c->path;
		word.file.mine = NULL;
		break;
	case GATE_DELETE_FILE:
	case GATE_DELETE_FOLDER:
		word.gone = true;
		break;
	}
	return word;
}

static enum weigh_code
collect(struct words *w, const struct apply_list *parent,
    struct gate_change *changes, size_t nchanges,
    const struct repo_file *copies, struct weigh_err *err)
{
	w->words = calloc(parent->count + nchanges + 1, sizeof(*w->words));
	w->falls = calloc(nchanges + 1, sizeof(*w->falls));
	if (w->words == NULL || w->falls == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < parent->count; i++)
		w->words[w->count++].file = parent->files[i];
	for (size_t i = 0; i < nchanges; i++) {
		if (changes[i].kind == GATE_DELETE_FOLDER)
			w->falls[w->nfalls++] = (struct fall){ changes[i].path,
				strlen(changes[i].path), i + 1 };
		else
			w->words[w->count++] = word_of(&changes[i], &copies[i],
			    i + 1);
	}
	qsort(w->words, w->count, sizeof(*w->words), compare_words);
	qsort(w->falls, w->nfalls, sizeof(*w->falls), compare_falls);
	return WEIGH_OK;
}

/* --- is there what is to go? ------------------------------------------------------------- */

static enum weigh_code
check_files(const struct words *w, struct weigh_err *err)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct word *word = &w->words[i];
		bool same = i > 0 &&
		    strcmp(w->words[i - 1].file.path, word->file.path) == 0;

		if (word->gone && (!same || !stands(w, i - 1, word->when)))
			return weigh_fail(err, WEIGH_NOT_FOUND,
			    "there is no file '%s' to delete", word->file.path);
	}
	return WEIGH_OK;
}

/* The first word about a path that is not less than `folder`/. */
static size_t
first_below(const struct words *w, const struct fall *fall)
{
	size_t low = 0, high = w->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const char *path = w->words[mid].file.path;
		int order = strncmp(path, fall->folder, fall->len);

		if (order < 0 ||
		    (order == 0 && (unsigned char)path[fall->len] < '/'))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_below(const char *path, const struct fall *fall)
{
	return strncmp(path, fall->folder, fall->len) == 0 &&
	    path[fall->len] == '/';
}

static enum weigh_code
check_folders(const struct words *w, struct weigh_err *err)
{
	for (size_t f = 0; f < w->nfalls; f++) {
		const struct fall *fall = &w->falls[f];
		size_t i = first_below(w, fall);

		while (i < w->count && is_below(w->words[i].file.path, fall) &&
		    !stands(w, i, fall->when))
			i++;
		if (i == w->count || !is_below(w->words[i].file.path, fall))
			return weigh_fail(err, WEIGH_NOT_FOUND,
			    "there is no folder '%s' to delete", fall->folder);
	}
	return WEIGH_OK;
}

/* --- the whole --------------------------------------------------------------------------- */

/* Of each path the last word, if that is a file that stands to the end. */
static enum weigh_code
choose(const struct words *w, size_t end, struct repo_file **out, size_t *count,
    struct weigh_err *err)
{
	struct repo_file *files = calloc(w->count + 1, sizeof(*files));
	size_t n = 0;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < w->count; i++) {
		bool last = i + 1 == w->count ||
		    strcmp(w->words[i].file.path, w->words[i + 1].file.path) !=
			0;

		if (last && stands(w, i, end))
			files[n++] = w->words[i].file;
	}
	*out = files;
	*count = n;
	return WEIGH_OK;
}

enum weigh_code
apply_changes(const struct apply_list *parent, struct gate_change *changes,
    size_t nchanges, const struct repo_file *copies, struct repo_file **out,
    size_t *count, struct weigh_err *err)
{
	struct words w = { 0 };
	enum weigh_code rc;

	rc = collect(&w, parent, changes, nchanges, copies, err);
	if (rc == WEIGH_OK)
		rc = check_files(&w, err);
	if (rc == WEIGH_OK)
		rc = check_folders(&w, err);
	if (rc == WEIGH_OK)
		rc = choose(&w, nchanges + 2, out, count, err);
	free(w.words);
	free(w.falls);
	return rc;
}
