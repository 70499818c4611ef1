/*
 * image: a GGUF file of a repository as an image: which files go with it, what is
 * made from its header, and the manifest that names them all.  Private to serve/.
 *
 * (1) The same revision and tag make the same manifest, byte for byte.
 * (2) Every digest in it is one that the blobs route answers.
 *
 * Threads: the worker of its ask.  Blocking: it reads the catalog and headers of files.
 */
#ifndef SERVE_IMAGE_H
#define SERVE_IMAGE_H

#include <weigh/ollama.h>

#include "gate/weights.h"
#include "priv.h"

#define IMAGE_FILES 4000 /* GGUF files that are looked at */
#define IMAGE_LICENSES 8
#define IMAGE_LAYERS (5 + IMAGE_LICENSES)

struct image {
	struct ask *ask;
	struct catalog_reader *reader;
	/* the GGUF files of the revision; as many rows as names */
	char **paths; /* which the names borrow */
	struct weigh_gguf_name *names;
	struct gate_weights *rows;
	size_t count, room;
	/* files beside them that become layers as they are: template, system,
	 * params, licenses */
	struct weigh_ollama_layer own[3 + IMAGE_LICENSES];
	size_t nown;
	/* while listing */
	char last[WEIGH_PATH_MAX + 1];
	unsigned seen;
	bool failed;
	/* what is being made */
	struct weigh_ollama_layer layers[IMAGE_LAYERS];
	size_t nlayers;
	/* of an error */
	const char *code; /* OCI's, or NULL */
	int status;       /* or 0 */
};

void image_init(struct image *image, struct ask *ask,
    struct catalog_reader *reader);
void image_free(struct image *image);

/* Find the files of ask->commit. */
enum weigh_code image_list(struct image *image, struct weigh_err *err);

/* How the manifest is wanted. */
struct image_wish {
	enum weigh_manifest_form form;
	bool rfilename; /* llama.cpp's key in it */
};

/* The manifest of what `tag` means: its bytes, appended to `out`, and their name.
 * What it names is made, where it was not.  On failure `code` and `status` say how
 * to tell it. */
enum weigh_code image_make(struct image *image, const char *tag,
    const struct image_wish *wish, struct weigh_buf *out, struct weigh_oid *oid,
    struct weigh_err *err);
/* Make the images of all files from which none was made: those of a catalog that
 * was made again, whose clients come back with a digest and no tag. */
void image_remake(struct image *image);
/* What such a manifest is made for, as the catalog has it (gate_make). */
const char *image_kind(enum weigh_manifest_form form);

#endif
