/* image: see image.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define PAGE 1000
#define SMALL_MAX (1u << 20) /* bytes of a license, a template, … */
#define REMADE_MAX 64  /* models of a repository that are made again unasked */
#define HEADERS_NOW 16 /* read to learn what files without a name for it are */

void
image_init(struct image *image, struct ask *ask, struct catalog_reader *reader)
{
	memset(image, 0, sizeof(*image));
	image->ask = ask;
	image->reader = reader;
}

void
image_free(struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		free(image->paths[i]);
	gate_weights_free(image->rows, image->count);
	free(image->paths);
	free(image->names);
	free(image->rows);
}

/* --- the files -------------------------------------------------------------------- */

static bool
grow(struct image *image)
{
	size_t room = image->room == 0 ? 64 : 2 * image->room;
	void *bigger;

	if (image->count < image->room)
		return true;
	if ((bigger = realloc(image->paths, room * sizeof(char *))) == NULL)
		return false;
	image->paths = bigger;
	bigger = realloc(image->names, room * sizeof(*image->names));
	if (bigger == NULL)
		return false;
	image->names = bigger;
	bigger = realloc(image->rows, room * sizeof(*image->rows));
	if (bigger == NULL)
		return false;
	image->rows = bigger;
	image->room = room;
	return true;
}

static void
add_model(struct image *image, const struct catalog_entry *e)
{
	size_t i = image->count;

	if (i == IMAGE_FILES)
		return;
	if (!grow(image) || (image->paths[i] = strdup(e->path)) == NULL) {
		image->failed = true;
		return;
	}
	memset(&image->rows[i], 0, sizeof(image->rows[i]));
	image->rows[i].oid = e->oid;
	image->rows[i].size = e->size;
	image->rows[i].format = WEIGH_GGUF;
	weigh_gguf_name(&image->names[i], image->paths[i]);
	image->count++;
}

/* Files in the outermost folder that are layers as they are, as on the Hub. */
static bool
layer_of(const char *path, enum weigh_layer *out)
{
	static const struct {
		const char *name;
		bool begins; /* the name begins so */
		enum weigh_layer layer;
	} own[] = {
		{ "template", false, WEIGH_LAYER_TEMPLATE },
		{ "system", false, WEIGH_LAYER_SYSTEM },
		{ "params", false, WEIGH_LAYER_PARAMS },
		{ "LICENSE", true, WEIGH_LAYER_LICENSE },
		{ "LICENCE", true, WEIGH_LAYER_LICENSE },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i].begins ? strncmp(path, own[i].name, 7) != 0 :
				    strcmp(path, own[i].name) != 0)
			continue;
		*out = own[i].layer;
		return true;
	}
	return false;
}

static void
keep_entry(void *ctx, const struct catalog_entry *e)
{
	struct image *image = ctx;
	enum weigh_layer layer;

	image->seen++;
	memcpy(image->last, e->path, strlen(e->path) + 1);
	if (e->directory || image->failed)
		return;
	if (weigh_format_of(e->path) == WEIGH_GGUF)
		add_model(image, e);
	else if (strchr(e->path, '/') == NULL && e->size > 0 &&
	    e->size <= SMALL_MAX && layer_of(e->path, &layer) &&
	    image->nown < 3 + IMAGE_LICENSES)
		image->own[image->nown++] = (struct weigh_ollama_layer){ layer,
			e->oid, e->size };
}

enum weigh_code
image_list(struct image *image, struct weigh_err *err)
{
	struct ask *ask = image->ask;
	enum weigh_code rc;

	do {
		image->seen = 0;
		rc = catalog_tree(image->reader, &ask->match.repo, &ask->commit,
		    "", true, image->last, PAGE, keep_entry, image, err);
	} while (rc == WEIGH_OK && image->seen == PAGE);
	if (rc == WEIGH_OK && image->failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return rc;
}

/* --- which one --------------------------------------------------------------------- */

static enum weigh_code
look(struct image *image, size_t i, struct weigh_err *err)
{
	if (image->rows[i].known)
		return WEIGH_OK;
	weigh_weights_free(&image->rows[i].facts);
	return gate_weights(image->ask->serve->parts.gate, image->reader,
	    &image->rows[i], 1, 1, err);
}

/* Files whose names do not say what they are: their headers do. */
static enum weigh_code
name_by_header(struct image *image, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	unsigned now = HEADERS_NOW;

	for (size_t i = 0; i < image->count && now > 0 && rc == WEIGH_OK; i++) {
		struct weigh_gguf_name *name = &image->names[i];

		if (name->quantization[0] != '\0')
			continue;
		now--;
		rc = look(image, i, err);
		snprintf(name->quantization, sizeof(name->quantization), "%s",
		    image->rows[i].facts.quantization);
	}
	return rc;
}

static enum weigh_code
say_no_tag(struct image *image, const char *tag, struct weigh_err *err)
{
	const char *name = image->ask->match.repo.name;

	image->code = "MANIFEST_UNKNOWN";
	image->status = 404;
	if (image->count == 0)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%s' holds no GGUF file", name);
	weigh_fail(err, WEIGH_NOT_FOUND, "'%s' has no GGUF file for tag '%s'",
	    name, tag);
	weigh_fix(err, "the tags there are: GET /v2/%s/tags/list", name);
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
choose(struct image *image, const char *tag, int *chosen, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	*chosen = weigh_gguf_choose(image->names, image->count, tag);
	if (*chosen < 0) {
		rc = name_by_header(image, err);
		*chosen = weigh_gguf_choose(image->names, image->count, tag);
	}
	if (rc != WEIGH_OK)
		return rc;
	if (*chosen < 0)
		return say_no_tag(image, tag, err);
	if (image->names[*chosen].parts == 0)
		return WEIGH_OK;
	image->code = "UNSUPPORTED";
	image->status = 400;
	weigh_fail(err, WEIGH_USAGE,
	    "'%s' is in %u parts, and Ollama takes "
	    "models of one file only",
	    image->names[*chosen].path, image->names[*chosen].parts);
	weigh_fix(err,
	    "join the parts by llama-gguf-split --merge and publish "
	    "the one file, or use llama.cpp, which takes them as they are");
	return WEIGH_USAGE;
}

/* Its header, or why there is none. */
static enum weigh_code
need_header(struct image *image, size_t i, struct weigh_err *err)
{
	struct gate_weights *row = &image->rows[i];
	enum weigh_code rc = look(image, i, err);

	if (rc == WEIGH_OK && !row->known) {
		rc = gate_ask(image->ask->serve->parts.gate, image->reader,
		    WEIGH_DOOR_OCI, &row->oid, row->size, err);
		if (rc == WEIGH_OK)
			rc = weigh_fail(err, WEIGH_NOT_YET,
			    "'%s' is being checked", image->names[i].path);
		image->status = 503;
	}
	if (rc != WEIGH_OK || row->facts.rule[0] == '\0')
		return rc;
	image->code = "MANIFEST_INVALID";
	image->status = 422;
	return weigh_fail(err, WEIGH_MALFORMED, "'%s' is no GGUF file: %s",
	    image->names[i].path, row->facts.problem);
}

/* --- layers ---------------------------------------------------------------------------- */

static void
add_layer(struct image *image, enum weigh_layer layer,
    const struct weigh_oid *oid, uint64_t size)
{
	image->layers[image->nlayers++] = (struct weigh_ollama_layer){ layer,
		*oid, size };
}

/* Layers that are files of the repository; false: it has none of the kind. */
static bool
add_own(struct image *image, enum weigh_layer layer)
{
	bool any = false;

	for (size_t i = 0; i < image->nown; i++) {
		if (image->own[i].layer != layer)
			continue;
		any = true;
		add_layer(image, layer, &image->own[i].oid, image->own[i].size);
		if (layer != WEIGH_LAYER_LICENSE)
			break;
	}
	return any;
}

/* What a blob is made for: what is the same for all ("common …"), or this
 * repository's: a manifest names its files, and so only it gives it out. */
static void
name_kind(const struct image *image, const char *what, char *out, size_t size)
{
	char repo[WEIGH_REPO_TEXT];

	weigh_repo_text(&image->ask->match.repo, repo);
	if (strncmp(what, "common ", 7) == 0)
		snprintf(out, size, "%s", what);
	else
		snprintf(out, size, "%s %s", what, repo);
}

/* Make a blob of `text` from a model, for `what`.  Its own name is in its kind, so
 * that each lasts beside the others. */
static enum weigh_code
make(struct image *image, const struct gate_weights *model, const char *what,
    const struct weigh_buf *text, struct weigh_oid *oid, struct weigh_err *err)
{
	char named[32 + WEIGH_REPO_TEXT];
	char kind[sizeof(named) + WEIGH_OID_HEX + 1];
	char hex[WEIGH_OID_HEX + 1];

	if (text->failed || !weigh_oid_of(oid, text->data, text->len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_oid_hex(oid, hex);
	name_kind(image, what, named, sizeof(named));
	snprintf(kind, sizeof(kind), "%s %s", named, hex);
	return gate_make(image->ask->serve->parts.gate, image->reader,
	    &model->oid, kind, text->data, text->len, oid, err);
}

static enum weigh_code
add_made(struct image *image, const struct gate_weights *model,
    enum weigh_layer layer, const char *what, const struct weigh_buf *text,
    struct weigh_err *err)
{
	struct weigh_oid oid;
	enum weigh_code rc = make(image, model, what, text, &oid, err);

	if (rc == WEIGH_OK)
		add_layer(image, layer, &oid, text->len);
	return rc;
}

/* Template and stop words of the model's family, where the repository does not
 * bring its own.  Of a family that nobody knows, none: Ollama then says what it
 * does without. */
static enum weigh_code
add_talk(struct image *image, const struct gate_weights *model,
    struct weigh_err *err)
{
	const struct weigh_buf *chat = &model->facts.chat_template;
	const struct weigh_chat_family *family =
	    weigh_chat_family_of(chat->data, chat->len);
	enum weigh_code rc = WEIGH_OK;
	struct weigh_buf text;
	struct weigh_jw jw;

	weigh_buf_init(&text, SMALL_MAX);
	if (!add_own(image, WEIGH_LAYER_TEMPLATE) && family != NULL) {
		weigh_buf_adds(&text, family->text);
		rc = add_made(image, model, WEIGH_LAYER_TEMPLATE,
		    "common template", &text, err);
	}
	add_own(image, WEIGH_LAYER_SYSTEM);
	if (rc == WEIGH_OK && !add_own(image, WEIGH_LAYER_PARAMS) &&
	    family != NULL) {
		weigh_buf_reset(&text);
		weigh_jw_init(&jw, &text);
		weigh_ollama_params(&jw, family);
		rc = add_made(image, model, WEIGH_LAYER_PARAMS, "common params",
		    &text, err);
	}
	weigh_buf_free(&text);
	return rc;
}

/* What sees pictures, if there is one and its header can be read. */
static enum weigh_code
add_projector(struct image *image, struct weigh_ollama_image *about,
    struct weigh_err *err)
{
	int i = weigh_gguf_projector(image->names, image->count);
	const struct gate_weights *row;
	enum weigh_code rc;

	if (i < 0)
		return WEIGH_OK;
	row = &image->rows[i];
	if ((rc = need_header(image, (size_t)i, err)) != WEIGH_OK)
		return rc;
	about->projector = row->facts.architecture;
	add_layer(image, WEIGH_LAYER_PROJECTOR, &row->oid, row->size);
	return WEIGH_OK;
}

/* --- the whole ----------------------------------------------------------------------------- */

static enum weigh_code
make_config(struct image *image, const struct gate_weights *model,
    struct weigh_ollama_image *about, struct weigh_err *err)
{
	struct weigh_buf text;
	struct weigh_jw jw;
	enum weigh_code rc;

	about->layers = image->layers;
	about->nlayers = image->nlayers;
	weigh_buf_init(&text, SMALL_MAX);
	weigh_jw_init(&jw, &text);
	weigh_ollama_config(&jw, about);
	rc = make(image, model, "config", &text, &about->config, err);
	about->config_size = text.len;
	weigh_buf_free(&text);
	return rc;
}

const char *
image_kind(enum weigh_manifest_form form)
{
	return form == WEIGH_MANIFEST_OCI ? "manifest-oci" : "manifest";
}

/* The manifest of one file. */
static enum weigh_code
make_file(struct image *image, size_t i, const struct image_wish *wish,
    struct weigh_buf *out, struct weigh_oid *oid, struct weigh_err *err)
{
	struct weigh_ollama_image about = {
		.form = wish->form,
		.projector = "",
	};
	const struct gate_weights *model;
	enum weigh_code rc;
	struct weigh_jw jw;

	if ((rc = need_header(image, i, err)) != WEIGH_OK)
		return rc;
	model = &image->rows[i];
	about.facts = &model->facts;
	about.quantization = image->names[i].quantization;
	about.rfilename = wish->rfilename ? image->names[i].path : NULL;
	image->nlayers = 0;
	add_layer(image, WEIGH_LAYER_MODEL, &model->oid, model->size);
	if ((rc = add_projector(image, &about, err)) != WEIGH_OK ||
	    (rc = add_talk(image, model, err)) != WEIGH_OK)
		return rc;
	add_own(image, WEIGH_LAYER_LICENSE);
	if ((rc = make_config(image, model, &about, err)) != WEIGH_OK)
		return rc;
	weigh_jw_init(&jw, out);
	weigh_ollama_manifest(&jw, &about);
	return make(image, model, image_kind(wish->form), out, oid, err);
}

enum weigh_code
image_make(struct image *image, const char *tag, const struct image_wish *wish,
    struct weigh_buf *out, struct weigh_oid *oid, struct weigh_err *err)
{
	enum weigh_code rc;
	int chosen;

	if ((rc = choose(image, tag, &chosen, err)) != WEIGH_OK)
		return rc;
	return make_file(image, (size_t)chosen, wish, out, oid, err);
}

/* One that cannot be made (its header is broken, say) holds up no other. */
static void
remake_file(struct image *image, size_t i, enum weigh_manifest_form form)
{
	const struct image_wish wish = { .form = form };
	char kind[32 + WEIGH_REPO_TEXT];
	struct weigh_buf out;
	struct weigh_oid oid;
	bool any;

	name_kind(image, image_kind(form), kind, sizeof(kind));
	if (image->names[i].parts > 0 || image->names[i].projector ||
	    catalog_made_any(image->reader, &image->rows[i].oid, kind, &any,
		NULL) != WEIGH_OK ||
	    any)
		return;
	weigh_buf_init(&out, SMALL_MAX);
	(void)make_file(image, i, &wish, &out, &oid, NULL);
	weigh_buf_free(&out);
}

void
image_remake(struct image *image)
{
	for (size_t i = 0; i < image->count && i < REMADE_MAX; i++) {
		remake_file(image, i, WEIGH_MANIFEST_DOCKER);
		remake_file(image, i, WEIGH_MANIFEST_OCI);
	}
	image->code = NULL;
	image->status = 0;
}
