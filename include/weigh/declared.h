/*
 * declared: what the publisher's own metadata says of a revision's license and of what it
 * was made from: the card in all shapes that people write, adapter_config.json,
 * config.json, GGUF's general.*, safetensors' __metadata__.
 *
 * (1) A claim is kept as it was written; what it stands for is looked up beside it, case
 *     ignored.  A tag that nobody knows is a claim like any other, and no error.
 * (2) Links between models, strongest first: card `base_model`, adapter_config.json, GGUF
 *     general.base_model.N and general.source, auto_map, config `_name_or_path`.  A model
 *     named twice is one row, of the strongest.  The last two are weak.
 * (3) Relation, when the card does not say it: adapter files -> adapter; GGUF files or a
 *     quantization_config -> quantized; two or more bases -> merge; else finetune; and
 *     `inferred` is set.
 * (4) What is broken says nothing, and keeps nothing else from being read.
 *
 * Card keys as the Hub's documentation of model cards has them.  Pure.
 */
#ifndef WEIGH_DECLARED_H
#define WEIGH_DECLARED_H

#include <weigh/record.h>

/* What a revision's files say; NULL or length 0: there is no such file. */
struct weigh_declared {
	const char *card; /* front matter as JSON (weigh_card_json) */
	size_t card_len;
	const char *readme; /* README.md as stored: for the lines of claims */
	size_t readme_len;
	const char *config; /* config.json */
	size_t config_len;
	const char *adapter; /* adapter_config.json */
	size_t adapter_len;
	const char *const *paths; /* of all files of the revision */
	size_t npaths;
};

/* Add claims, links, bases, license_name, eu_disallowed, multimodal, formats and
 * remote_code to `r`, whose `repo` and `commit` are set.  WEIGH_NOMEM. */
enum weigh_code weigh_declared_read(struct weigh_record *r,
    const struct weigh_declared *files, const struct weigh_terms *const *tables,
    size_t ntables, struct weigh_err *err);

/* One license key of a file of weights (GGUF general.license, general.license.name,
 * general.license.link; safetensors __metadata__.license). */
enum weigh_code weigh_declared_weights(struct weigh_record *r,
    const char *source, const char *path, const char *key, const char *value,
    size_t len, const struct weigh_terms *const *tables, size_t ntables,
    struct weigh_err *err);

/* The text in the card's extra_gated_prompt, which may be a whole license: into `out`,
 * false: there is none. */
bool weigh_declared_prompt(const char *card, size_t len, struct weigh_buf *out);

/* Which kind of link is this URL or path, and of a FILE which path in the revision
 * (`paths`, case exact first, then without): *file, or NULL. */
enum weigh_record_link_kind weigh_declared_link(const char *url,
    const char *repo, const char *const *paths, size_t npaths,
    const char **file);

#endif
