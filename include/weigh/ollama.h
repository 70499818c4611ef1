/*
 * ollama: how a repository with GGUF files looks to Ollama and to other clients of
 * an OCI registry: which file a tag means, what the layers and the config say, and
 * the manifest.  Pure.
 *
 * (1) The same facts make the same bytes: a digest stays what it was.
 * (2) A tag names at most one file.
 *
 * Formats: Docker image manifest version 2, schema 2; OCI image-spec and
 * distribution-spec 1.1; Ollama's media types (server/images.go, ollama 0.33), tags as the Hub has them.
 */
#ifndef WEIGH_OLLAMA_H
#define WEIGH_OLLAMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/json.h>
#include <weigh/oid.h>
#include <weigh/weights.h>

/* Two of one content: Ollama asks for Docker's, and of OCI's clients some (skopeo)
 * take Ollama's layers only in OCI's own. */
enum weigh_manifest_form {
	WEIGH_MANIFEST_DOCKER,
	WEIGH_MANIFEST_OCI
};
/* The media type of a manifest. */
const char *weigh_manifest_type(enum weigh_manifest_form form);

/* --- which file --------------------------------------------------------- */

/* What the name of a GGUF file says. */
struct weigh_gguf_name {
	const char *path; /* borrowed */
	char quantization
	    [24];       /* "Q4_K_M", "UD-Q4_K_XL"; "" if it does not say */
	bool projector; /* mmproj-…: what sees the pictures */
	unsigned part, parts; /* -00001-of-00003; 0 and 0: it is whole */
};
void weigh_gguf_name(struct weigh_gguf_name *out, const char *path);

/* The file of `n`, of which only those count that end in `.gguf`, that a tag means: `latest` or `main` (Q4_K_M as the Hub does,
 * else the first in the order of weigh_quantization; whole files before parts), a
 * quantization in any case, or a file's name with or without `.gguf`.  Of several
 * the one with fewer folders, then the first by name.  -1: none. */
int weigh_gguf_choose(const struct weigh_gguf_name *files, size_t n,
    const char *tag);
/* The projector that goes with a model, or -1: F16 before BF16 before others. */
int weigh_gguf_projector(const struct weigh_gguf_name *files, size_t n);

/* --- what goes with it -------------------------------------------------- */

/* How a family of models is talked to. */
struct weigh_chat_family {
	const char *name;
	const char
	    *signs[3];    /* all stand in its chat template; NULL: no more */
	const char *text; /* Ollama's template, in Go's language */
	const char *stops[4]; /* where an answer ends; NULL: no more */
};
/* By its chat template; NULL when it looks like none that is known. */
const struct weigh_chat_family *weigh_chat_family_of(const char *chat_template,
    size_t len);
/* {"stop":["…"]} */
void weigh_ollama_params(struct weigh_jw *w,
    const struct weigh_chat_family *family);

/* "7.6B", "494.03M": parameters as Ollama says them. */
void weigh_ollama_count(uint64_t n, char out[24]);

enum weigh_layer {
	WEIGH_LAYER_MODEL,
	WEIGH_LAYER_PROJECTOR,
	WEIGH_LAYER_TEMPLATE,
	WEIGH_LAYER_SYSTEM,
	WEIGH_LAYER_PARAMS,
	WEIGH_LAYER_LICENSE
};

struct weigh_ollama_layer {
	enum weigh_layer layer;
	struct weigh_oid oid;
	uint64_t size;
};

struct weigh_ollama_image {
	enum weigh_manifest_form form;
	const struct weigh_weights *facts;
	const char *quantization; /* of the file's name; "" */
	const char *projector;    /* architecture of the projector; "" */
	const char *rfilename; /* for llama.cpp of 2025; NULL: not asked for */
	struct weigh_oid config;
	uint64_t config_size;
	const struct weigh_ollama_layer *layers;
	size_t nlayers;
};
/* What the model is; of *image, the config is not looked at. */
void weigh_ollama_config(struct weigh_jw *w,
    const struct weigh_ollama_image *image);
void weigh_ollama_manifest(struct weigh_jw *w,
    const struct weigh_ollama_image *image);

/* --- errors ------------------------------------------------------------- */

/* {"errors":[{"code":"MANIFEST_UNKNOWN","message":"…","detail":…}]} */
void weigh_oci_error(struct weigh_jw *w, const char *code, const char *message,
    const char *detail);

#endif
