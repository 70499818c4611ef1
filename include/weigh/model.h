/*
 * model: what a repository is, told by its card, its config and the names of its
 * files: task, library, tags, as the Hub derives them.
 *
 * (1) Pure and bounded.
 * (2) What the card says goes before what is derived; what cannot be told is left
 *     out, never guessed from a repository's name.
 *
 * The order of tags and the names of tasks and libraries are those of the Hub's
 * answers (/api/models), 2026.
 */
#ifndef WEIGH_MODEL_H
#define WEIGH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/json.h>
#include <weigh/name.h>

#define WEIGH_CONFIG_MAX (64u << 10) /* bytes of what is kept of config files */

/* What the path of a file tells, a bit for each thing; 0: nothing.  The marks of
 * a revision are those of its files, or-ed. */
uint32_t weigh_model_mark(const char *path);

/* Are there files among them whose headers tell of weights? */
bool weigh_model_has_weights(uint32_t marks);

/* The formats of weights (of a data set: of its rows) among them, by their names in order:
 * "gguf", "safetensors"...  The one behind `after` ("": the first), NULL behind the last. */
const char *weigh_model_format(enum weigh_kind kind, uint32_t marks,
    const char *after);

/* The files that are read when a revision comes in. */
enum weigh_model_file {
	WEIGH_FILE_CARD,      /* README.md */
	WEIGH_FILE_CONFIG,    /* config.json */
	WEIGH_FILE_TOKENIZER, /* tokenizer_config.json */
	WEIGH_FILE_TEMPLATE,  /* chat_template.jinja */
	WEIGH_FILE_PIPELINE,  /* model_index.json, of diffusers */
	WEIGH_FILES
};
extern const char *const weigh_model_file[WEIGH_FILES];

struct weigh_text {
	const char *p; /* NULL: there is none */
	size_t len;
};
/* Append what of config files is given out as "config", a JSON object:
 * architectures, model_type, quantization method, chat template, special tokens,
 * class of the pipeline.  False, and nothing appended, when there is nothing to
 * say.  A file that is no JSON says nothing. */
bool weigh_model_config(const struct weigh_text texts[WEIGH_FILES],
    struct weigh_buf *out);

/* What a repository at a revision is.  Words are "" when they cannot be told. */
#define WEIGH_WORD_MAX 128 /* bytes of one, with its NUL */
struct weigh_model {
	char library[WEIGH_WORD_MAX];
	char task[WEIGH_WORD_MAX]; /* pipeline_tag */
	char model_type[WEIGH_WORD_MAX];
	char architecture[WEIGH_WORD_MAX]; /* the first */
	char auto_model[WEIGH_WORD_MAX];   /* of transformers: its class, */
	char processor[WEIGH_WORD_MAX];    /* and that of its tokenizer */
	char sdk[WEIGH_WORD_MAX];          /* of a space */
	struct weigh_buf tags; /* each with a NUL behind it, each once */
};

#define WEIGH_TAGS_MAX 256 /* of one repository */
#define WEIGH_TAG_MAX 200  /* bytes of one; longer ones are left out */

/* Read it from weigh_card_json's and weigh_model_config's texts ("" or NULL: none)
 * and the marks of the files; `license` counts if the card's JSON has none.  False
 * when out of memory.  Free it, whatever came. */
bool weigh_model_read(struct weigh_model *m, enum weigh_kind kind,
    const char *card, const char *config, uint32_t marks, const char *license);
void weigh_model_free(struct weigh_model *m);

/* The tag behind `tag` (NULL: the first); NULL behind the last. */
const char *weigh_model_tag(const struct weigh_model *m, const char *tag);

#endif
