/* weights: what a revision's files of weights say, in the Hub's shapes. */
#include <stdlib.h>
#include <string.h>

#include <weigh/ollama.h>

#include "gate/weights.h"
#include "priv.h"

#define PAGE 1000
#define FILES_MAX 2000 /* files of weights that are looked at */

/* The files of weights in the revision's outermost folder. */
struct found {
	/* each with room for FILES_MAX */
	char **paths; /* which the names borrow */
	struct gate_weights *rows;
	struct weigh_gguf_name *names;
	size_t count;
	unsigned seen; /* entries of this page */
	char last[WEIGH_PATH_MAX + 1];
	bool failed;
};

struct weights {
	struct serve *serve;
	struct catalog_reader *reader;
	const struct weigh_repo *repo;
	const struct weigh_gitid *commit;
	unsigned now; /* headers that may be read while somebody waits */
};

static void
keep_file(void *ctx, const struct catalog_entry *e)
{
	struct found *f = ctx;
	enum weigh_format format = weigh_format_of(e->path);
	size_t i = f->count;

	f->seen++;
	memcpy(f->last, e->path, strlen(e->path) + 1);
	if (e->directory || format == WEIGH_NO_WEIGHTS || f->failed ||
	    f->count == FILES_MAX)
		return;
	if ((f->paths[i] = strdup(e->path)) == NULL) {
		f->failed = true;
		return;
	}
	f->rows[i] = (struct gate_weights){
		.oid = e->oid,
		.size = e->size,
		.format = format,
	};
	weigh_gguf_name(&f->names[i], f->paths[i]);
	f->count++;
}

static void
found_free(struct found *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->paths[i]);
	free(f->paths);
	free(f->names);
	free(f->rows);
}

static enum weigh_code
find_files(const struct weights *w, struct found *f, struct weigh_err *err)
{
	enum weigh_code rc;

	f->paths = calloc(FILES_MAX, sizeof(char *));
	f->rows = calloc(FILES_MAX, sizeof(*f->rows));
	f->names = calloc(FILES_MAX, sizeof(*f->names));
	if (f->paths == NULL || f->rows == NULL || f->names == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	do {
		f->seen = 0;
		rc = catalog_tree(w->reader, w->repo, w->commit, "", false,
		    f->last, PAGE, keep_file, f, err);
	} while (rc == WEIGH_OK && f->seen == PAGE);
	if (rc == WEIGH_OK && f->failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return rc;
}

static const struct gate_weights *
find_named(const struct found *f, const char *path)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->names[i].path, path) == 0)
			return &f->rows[i];
	return NULL;
}

/* --- sums over the files of one model --------------------------------------------- */

/* Add up; false when one of them is not known, or broken. */
static bool
add_up(const struct gate_weights *rows, size_t n, struct weigh_weights *sum)
{
	for (size_t i = 0; i < n; i++) {
		const struct weigh_weights *w = &rows[i].facts;

		if (!rows[i].known || w->rule[0] != '\0')
			return false;
		for (unsigned t = 0; t < w->ntypes; t++)
			if (!weigh_weights_count(sum, w->types[t].type,
				w->types[t].parameters))
				return false;
	}
	return n > 0;
}

static enum weigh_code
sum_of(const struct weights *w, struct gate_weights *rows, size_t n,
    struct weigh_weights *sum, bool *known, struct weigh_err *err)
{
	enum weigh_code rc = gate_weights(w->serve->parts.gate, w->reader, rows,
	    n, w->now, err);

	*known = rc == WEIGH_OK && add_up(rows, n, sum);
	return rc;
}

/* --- safetensors ---------------------------------------------------------------------- */

/* The shards that the index names, out of the files there are. */
static enum weigh_code
list_shards(const struct weights *w, const struct found *f,
    const struct gate_weights *index, struct gate_weights *rows, size_t *n,
    struct weigh_err *err)
{
	struct gate_weights row = *index;
	enum weigh_code rc;
	const char *name;

	*n = 0;
	rc = gate_weights(w->serve->parts.gate, w->reader, &row, 1, w->now,
	    err);
	name = row.facts.shards.data;
	for (unsigned i = 0; rc == WEIGH_OK && i < row.facts.nshards; i++) {
		const struct gate_weights *shard = find_named(f, name);

		if (shard == NULL || *n == FILES_MAX) {
			*n = 0; /* it is not all there */
			break;
		}
		rows[(*n)++] = *shard;
		name += strlen(name) + 1;
	}
	gate_weights_free(&row, 1);
	return rc;
}

/* One file, or the shards of an index; else the only file of its kind. */
static enum weigh_code
list_safetensors(const struct weights *w, const struct found *f,
    struct gate_weights *rows, size_t *n, struct weigh_err *err)
{
	const struct gate_weights *file = find_named(f, "model.safetensors");
	const struct gate_weights *index = find_named(f,
	    "model.safetensors.index.json");
	unsigned others = 0;

	*n = 0;
	if (file == NULL && index != NULL)
		return list_shards(w, f, index, rows, n, err);
	for (size_t i = 0; i < f->count && file == NULL; i++)
		others += f->rows[i].format == WEIGH_SAFETENSORS;
	for (size_t i = 0; i < f->count && others == 1; i++)
		if (f->rows[i].format == WEIGH_SAFETENSORS)
			file = &f->rows[i];
	if (file != NULL)
		rows[(*n)++] = *file;
	return WEIGH_OK;
}

static void
print_safetensors(struct weigh_jw *jw, const struct weigh_weights *sum,
    size_t n)
{
	weigh_jw_key(jw, "safetensors");
	weigh_jw_object(jw);
	weigh_jw_key(jw, "parameters");
	weigh_jw_object(jw);
	for (unsigned i = 0; i < sum->ntypes; i++)
		if (sum->types[i].parameters > 0)
			weigh_jw_ku64(jw, sum->types[i].type,
			    sum->types[i].parameters);
	weigh_jw_object_end(jw);
	weigh_jw_ku64(jw, "total", sum->parameters);
	if (n > 1)
		weigh_jw_kbool(jw, "sharded", true);
	weigh_jw_object_end(jw);
}

static enum weigh_code
write_safetensors(const struct weights *w, const struct found *f,
    struct weigh_jw *jw, struct weigh_err *err)
{
	struct gate_weights *rows = calloc(FILES_MAX, sizeof(*rows));
	struct weigh_weights sum;
	enum weigh_code rc;
	bool known = false;
	size_t n = 0;

	if (rows == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_weights_init(&sum, WEIGH_SAFETENSORS);
	rc = list_safetensors(w, f, rows, &n, err);
	if (rc == WEIGH_OK)
		rc = sum_of(w, rows, n, &sum, &known, err);
	if (known)
		print_safetensors(jw, &sum, n);
	gate_weights_free(rows, n);
	free(rows);
	return rc;
}

/* --- gguf --------------------------------------------------------------------------------- */

/* Is `other` a part of the same file as `part`, which is in parts? */
static bool
is_part_of(const struct weigh_gguf_name *part,
    const struct weigh_gguf_name *other)
{
	/* "-00001-of-00003.gguf" */
	size_t len = strlen(part->path), stem = len - 20;

	return other->parts == part->parts && strlen(other->path) == len &&
	    memcmp(part->path, other->path, stem) == 0;
}

/* The file that is taken unasked, with all of its parts, the first part first. */
static void
list_gguf(const struct found *f, struct gate_weights *rows, size_t *n)
{
	int chosen = weigh_gguf_choose(f->names, f->count, "latest");

	*n = 0;
	if (chosen < 0)
		return;
	rows[(*n)++] = f->rows[chosen];
	for (size_t i = 0; i < f->count && f->names[chosen].parts > 0; i++)
		if (i != (size_t)chosen &&
		    is_part_of(&f->names[chosen], &f->names[i]))
			rows[(*n)++] = f->rows[i];
	if (f->names[chosen].parts > 0 && *n != f->names[chosen].parts)
		*n = 0; /* it is not all there */
}

static void
print_text(struct weigh_jw *jw, const char *key, const struct weigh_buf *text)
{
	if (text->len == 0)
		return;
	weigh_jw_key(jw, key);
	weigh_jw_text(jw, text->data, text->len);
}

static void
print_gguf(struct weigh_jw *jw, const struct weigh_weights *sum,
    const struct weigh_weights *first)
{
	weigh_jw_key(jw, "gguf");
	weigh_jw_object(jw);
	weigh_jw_ku64(jw, "total", sum->parameters);
	if (first->architecture[0] != '\0')
		weigh_jw_kstr(jw, "architecture", first->architecture);
	if (first->context_length != 0)
		weigh_jw_ku64(jw, "context_length", first->context_length);
	print_text(jw, "chat_template", &first->chat_template);
	print_text(jw, "bos_token", &first->bos_token);
	print_text(jw, "eos_token", &first->eos_token);
	weigh_jw_object_end(jw);
}

static enum weigh_code
write_gguf(const struct weights *w, const struct found *f, struct weigh_jw *jw,
    struct weigh_err *err)
{
	struct gate_weights *rows = calloc(FILES_MAX, sizeof(*rows));
	struct weigh_weights sum;
	enum weigh_code rc;
	bool known = false;
	size_t n = 0;

	if (rows == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_weights_init(&sum, WEIGH_GGUF);
	list_gguf(f, rows, &n);
	rc = sum_of(w, rows, n, &sum, &known, err);
	if (known)
		print_gguf(jw, &sum, &rows[0].facts);
	gate_weights_free(rows, n);
	free(rows);
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------ */

enum weigh_code
serve_weights(struct serve *s, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    unsigned now, struct weigh_jw *jw, struct weigh_err *err)
{
	const struct weights w = { s, reader, repo, commit, now };
	struct found f = { .count = 0 };
	enum weigh_code rc = find_files(&w, &f, err);

	if (rc == WEIGH_OK)
		rc = write_safetensors(&w, &f, jw, err);
	if (rc == WEIGH_OK)
		rc = write_gguf(&w, &f, jw, err);
	found_free(&f);
	return rc;
}
