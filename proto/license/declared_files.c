/* declared_files: what the names of a revision's files tell. */
#include <string.h>

#include <weigh/model.h>

#include "declaring.h"

#define FOLDERS \
	64 /* that hold weights; with more, code counts wherever it is */

struct looking {
	enum weigh_kind kind;
	uint32_t marks;
	struct cursor folders[FOLDERS]; /* that hold weights */
	size_t nfolders;
	bool everywhere;
};

/* Whole names, at the root, of what only such models have. */
static const char *const senses[] = { "preprocessor_config.json",
	"video_preprocessor_config.json", "model_index.json", NULL };
static const char *const adapters[] = { "adapter_config.json",
	"adapter_model.safetensors", "adapter_model.bin", NULL };

static bool
is_in(const char *const *list, const char *text)
{
	while (*list != NULL && strcmp(*list, text) != 0)
		list++;
	return *list != NULL;
}

static bool
ends(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

static struct cursor
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (struct cursor){ path,
		slash != NULL ? (size_t)(slash - path) : 0 };
}

static bool
has_weights(const struct looking *l, struct cursor folder)
{
	for (size_t i = 0; i < l->nfolders; i++)
		if (l->folders[i].len == folder.len &&
		    memcmp(l->folders[i].p, folder.p, folder.len) == 0)
			return true;
	return l->everywhere;
}

static void
look_for_weights(struct looking *l, const char *path)
{
	uint32_t mark = weigh_model_mark(path);
	struct cursor folder = folder_of(path);

	l->marks |= mark;
	if (weigh_model_format(WEIGH_MODEL, mark, "") == NULL ||
	    has_weights(l, folder))
		return;
	if (l->nfolders < FOLDERS)
		l->folders[l->nfolders++] = folder;
	else
		l->everywhere = true;
}

/* A library loads code from where the weights are, or from the root. */
static bool
is_code(const struct looking *l, const char *path)
{
	struct cursor folder = folder_of(path);

	return ends(path, ".py") && l->nfolders > 0 &&
	    (folder.len == 0 || has_weights(l, folder));
}

static enum weigh_code
print_formats(struct declaring *d, const struct looking *l)
{
	struct weigh_buf out;
	const char *name = "";

	weigh_buf_init(&out, 256);
	while ((name = weigh_model_format(l->kind, l->marks, name)) != NULL) {
		weigh_buf_adds(&out, out.len > 0 ? " " : "");
		weigh_buf_adds(&out, name);
	}
	name = weigh_record_keep(d->r, out.len > 0 ? out.data : "", out.len);
	weigh_buf_free(&out);
	if (name == NULL || out.failed)
		return license_no_memory(d);
	d->r->formats = name;
	return WEIGH_OK;
}

enum weigh_code
license_read_paths(struct declaring *d)
{
	const struct weigh_declared *files = d->files;
	bool rows = strncmp(d->r->repo, "datasets/", 9) == 0;
	struct looking l = { .kind = rows ? WEIGH_DATASET : WEIGH_MODEL };

	for (size_t i = 0; i < files->npaths; i++)
		look_for_weights(&l, files->paths[i]);
	for (size_t i = 0; i < files->npaths; i++) {
		const char *path = files->paths[i];

		d->gguf = d->gguf || ends(path, ".gguf");
		d->adapter = d->adapter || is_in(adapters, path);
		if (is_in(senses, path) ||
		    (strstr(path, "mmproj") != NULL && ends(path, ".gguf")))
			d->r->multimodal = true;
		if (is_code(&l, path))
			d->r->remote_code = true;
	}
	return print_formats(d, &l);
}
