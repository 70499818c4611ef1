/*
 * copies: which files are second copies of weights that are wanted as safetensors.
 *
 * A file's name tells its weights: folder, stem and variant.  Of
 *
 *     unet/diffusion_pytorch_model.fp16-00001-of-00002.bin
 *
 * that is "unet/diffusion_pytorch_model.fp16", and the weights are the same as those
 * of "unet/diffusion_pytorch_model.fp16.safetensors", if that is there: whole, or
 * as the shards of its index.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>
#include <weigh/weights.h>

#include "copies.h"

#define INDEX_MAX ((size_t)64 << 20) /* bytes of an index that is read */

/* Endings of weights in other formats. */
static const char *const endings[] = { ".bin", ".h5", ".msgpack", ".ot", ".pt",
	".pth", ".ckpt" };

/* How other formats call what safetensors calls otherwise. */
static const struct {
	const char *theirs, *ours;
} stems[] = {
	{ "pytorch_model", "model" },
	{ "tf_model", "model" },
	{ "flax_model", "model" },
	{ "rust_model", "model" },
	{ "diffusion_flax_model", "diffusion_pytorch_model" },
};

/* Of an index that was looked at. */
enum known {
	KNOWN_NOT_YET,
	KNOWN_WHOLE,
	KNOWN_PARTLY
};

/* --- names --------------------------------------------------------------- */

struct span {
	const char *p;
	size_t len;
};

static bool
ends_with(struct span s, const char *end)
{
	size_t n = strlen(end);

	return s.len > n && memcmp(s.p + s.len - n, end, n) == 0;
}

static bool
cut_end(struct span *s, const char *end)
{
	if (!ends_with(*s, end))
		return false;
	s->len -= strlen(end);
	return true;
}

static bool
are_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* Take "-00001-of-00002" off the end. */
static void
cut_shard(struct span *s)
{
	static const size_t len = 15; /* -DDDDD-of-DDDDD */
	const char *p;

	if (s->len <= len)
		return;
	p = s->p + s->len - len;
	if (p[0] == '-' && are_digits(p + 1, 5) &&
	    memcmp(p + 6, "-of-", 4) == 0 && are_digits(p + 10, 5))
		s->len -= len;
}

static size_t
folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash + 1 - path);
}

/* Stem and variant as safetensors call them. */
static bool
our_name(char *out, size_t size, struct span folder, struct span name)
{
	size_t stem = 0;
	int n;

	while (stem < name.len && name.p[stem] != '.')
		stem++;
	for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++)
		if (strlen(stems[i].theirs) == stem &&
		    memcmp(stems[i].theirs, name.p, stem) == 0) {
			n = snprintf(out, size, "%.*s%s%.*s", (int)folder.len,
			    folder.p, stems[i].ours, (int)(name.len - stem),
			    name.p + stem);
			return n >= 0 && (size_t)n < size;
		}
	n = snprintf(out, size, "%.*s%.*s", (int)folder.len, folder.p,
	    (int)name.len, name.p);
	return n >= 0 && (size_t)n < size;
}

/* If `path` may be a copy: the weights of which it would be one. */
static bool
copy_of(const char *path, char *out, size_t size)
{
	struct span folder = { path, folder_len(path) };
	struct span name = { path + folder.len, strlen(path + folder.len) };

	(void)cut_end(&name, ".index.json");
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (cut_end(&name, endings[i])) {
			cut_shard(&name);
			return our_name(out, size, folder, name);
		}
	return false;
}

/* --- completeness -------------------------------------------------------- */

static int
compare(const void *key, const void *file)
{
	return strcmp(key, ((const struct weigh_select_file *)file)->path);
}

/* The file of that path, if it is there and wanted. */
static struct weigh_select_file *
wanted(const struct copies *c, const char *path)
{
	struct weigh_select_file *f = bsearch(path, c->files, c->n,
	    sizeof(*c->files), compare);

	return f != NULL && f->why == WEIGH_SELECT_WANTED ? f : NULL;
}

/* Read an index; NULL with WEIGH_OK: it is none. */
static enum weigh_code
read_index(const struct weigh_buf *text, struct weigh_header **out,
    struct weigh_err *err)
{
	struct weigh_header *h = weigh_header_new(WEIGH_INDEX, text->len);
	enum weigh_code rc = WEIGH_NOT_YET;
	size_t at = 0, len;

	*out = NULL;
	if (h == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_NOT_YET && at < text->len) {
		len = text->len - at < (1u << 20) ? text->len - at : 1u << 20;
		rc = weigh_header_feed(h, text->data + at, len, err);
		at += len;
	}
	if (rc == WEIGH_OK) {
		*out = h;
		return WEIGH_OK;
	}
	weigh_header_free(h);
	return rc == WEIGH_NOMEM ? rc : WEIGH_OK;
}

/* Are all shards there that it names? */
static bool
has_all(const struct copies *c, const char *index_path,
    const struct weigh_weights *w)
{
	char path[WEIGH_PATH_MAX + 1];
	const char *name = w->shards.data;

	for (unsigned i = 0; i < w->nshards; i++) {
		int n = snprintf(path, sizeof(path), "%.*s%s",
		    (int)folder_len(index_path), index_path, name);

		if (n < 0 || (size_t)n >= sizeof(path) ||
		    wanted(c, path) == NULL)
			return false;
		name += strlen(name) + 1;
	}
	return w->nshards > 0;
}

/* Of the first shard's path, how many there are; 0: it is no first shard of these
 * weights. */
static unsigned
count_shards(const char *path, const char *weights)
{
	static const char first[] = "-00001-of-", end[] = ".safetensors";
	size_t n = strlen(weights);
	unsigned count = 0;

	if (strncmp(path, weights, n) != 0 ||
	    strncmp(path + n, first, sizeof(first) - 1) != 0)
		return 0;
	path += n + sizeof(first) - 1;
	if (strlen(path) != 5 + sizeof(end) - 1 || !are_digits(path, 5) ||
	    strcmp(path + 5, end) != 0)
		return 0;
	for (int i = 0; i < 5; i++)
		count = count * 10 + (unsigned)(path[i] - '0');
	return count;
}

static bool
has_shards(const struct copies *c, const char *weights, unsigned count)
{
	char path[WEIGH_PATH_MAX + 64];

	for (unsigned i = 1; i <= count; i++) {
		(void)snprintf(path, sizeof(path),
		    "%.*s-%05u-of-%05u.safetensors", WEIGH_PATH_MAX, weights, i,
		    count);
		if (wanted(c, path) == NULL)
			return false;
	}
	return count > 0;
}

/* Where nobody can read the index, which may be a large file itself, the shards'
 * own names say how many they are. */
static bool
has_all_numbers(const struct copies *c, const char *weights)
{
	for (size_t i = 0; i < c->n; i++)
		if (has_shards(c, weights,
			count_shards(c->files[i].path, weights)))
			return true;
	return false;
}

static enum weigh_code
look_into(struct copies *c, const struct weigh_select_file *file,
    const char *weights, bool *whole, struct weigh_err *err)
{
	struct weigh_header *h = NULL;
	struct weigh_buf text;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(&text, INDEX_MAX);
	if (file->size <= INDEX_MAX)
		rc = c->index(c->ctx, file, &text, err);
	*whole = rc == WEIGH_OK && text.len == 0 && has_all_numbers(c, weights);
	if (rc == WEIGH_OK && text.len > 0)
		rc = read_index(&text, &h, err);
	if (h != NULL)
		*whole = has_all(c, file->path, weigh_header_facts(h));
	weigh_header_free(h);
	weigh_buf_free(&text);
	return rc;
}

/* Each index is asked for once. */
static enum weigh_code
index_is_whole(struct copies *c, const char *path, const char *weights,
    bool *whole, struct weigh_err *err)
{
	const struct weigh_select_file *file = wanted(c, path);
	enum weigh_code rc = WEIGH_OK;
	uint8_t *known;

	*whole = false;
	if (file == NULL)
		return WEIGH_OK;
	known = &c->known[file - c->files];
	if (*known == KNOWN_NOT_YET &&
	    (rc = look_into(c, file, weights, whole, err)) == WEIGH_OK)
		*known = *whole ? KNOWN_WHOLE : KNOWN_PARTLY;
	*whole = *known == KNOWN_WHOLE;
	return rc;
}

/* Are these weights ("folder/stem.variant") complete as safetensors?  The index of a
 * variant is called in two ways. */
static enum weigh_code
is_whole(struct copies *c, const char *weights, bool *whole,
    struct weigh_err *err)
{
	char path[WEIGH_PATH_MAX + 64];
	const char *name = weights + folder_len(weights);
	const char *dot = strchr(name, '.');
	enum weigh_code rc;

	(void)snprintf(path, sizeof(path), "%s.safetensors", weights);
	if ((*whole = wanted(c, path) != NULL))
		return WEIGH_OK;
	(void)snprintf(path, sizeof(path), "%s.safetensors.index.json",
	    weights);
	rc = index_is_whole(c, path, weights, whole, err);
	if (rc != WEIGH_OK || *whole || dot == NULL)
		return rc;
	(void)snprintf(path, sizeof(path), "%.*s.safetensors.index%s.json",
	    (int)(dot - weights), weights, dot);
	return index_is_whole(c, path, weights, whole, err);
}

/* --- what goes ----------------------------------------------------------- */

/* The weights beside a folder original/ that `path` lies in. */
static bool
beside_original(const char *path, char *out, size_t size)
{
	static const char word[] = "original/";
	const char *at = path;
	int n;

	while (strncmp(at, word, strlen(word)) != 0) {
		if ((at = strchr(at, '/')) == NULL)
			return false;
		at++;
	}
	n = snprintf(out, size, "%.*smodel", (int)(at - path), path);
	return n >= 0 && (size_t)n < size;
}

static enum weigh_code
judge(struct copies *c, struct weigh_select_file *file, struct weigh_err *err)
{
	char weights[WEIGH_PATH_MAX + 1];
	enum weigh_code rc = WEIGH_OK;
	bool whole = false;

	if (copy_of(file->path, weights, sizeof(weights)))
		rc = is_whole(c, weights, &whole, err);
	if (rc == WEIGH_OK && !whole &&
	    beside_original(file->path, weights, sizeof(weights)))
		rc = is_whole(c, weights, &whole, err);
	if (rc == WEIGH_OK && whole)
		file->why = WEIGH_SELECT_COPY;
	return rc;
}

enum weigh_code
weigh_copies_leave_out(struct copies *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	c->known = calloc(c->n + 1, sizeof(*c->known));
	if (c->known == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < c->n && rc == WEIGH_OK; i++)
		if (c->files[i].why == WEIGH_SELECT_WANTED)
			rc = judge(c, &c->files[i], err);
	free(c->known);
	c->known = NULL;
	return rc;
}
