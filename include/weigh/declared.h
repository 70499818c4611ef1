/*
 * declared: what the publisher's own metadata says of a revision's license and of what it
 * was made from: the card in all shapes that people write, adapter_config.json,
 * config.json, GGUF's general.*, safetensors' __metadata__.
 *
 * (1) A claim is kept as it was written; what it stands for is looked up beside it, case
 *     ignored.  A tag that nobody knows is a claim like any other, and no error.  Of a
 *     longer text the first WEIGH_DECLARED_TEXT bytes are kept, without blanks around.
 * (2) Links between models, strongest first: card `base_model`, adapter_config.json, GGUF
 *     general.base_model.N and general.source, auto_map, config `_name_or_path`.  A model
 *     named twice is one row, of the strongest.  The last two are weak.
 * (3) Relation, when the card does not say it: adapter files -> adapter; GGUF files or a
 *     quantization_config -> quantized; two or more bases -> merge; else finetune; and
 *     `inferred` is set.
 * (4) What is broken says nothing, and keeps nothing else from being read.
 * (5) Each claim, link and model is there once, of whoever says it first.  When there are
 *     more claims than WEIGH_RECORD_CLAIMS, the last row is "..." and stands for no id: of
 *     the rest it is known that it exists.
 *
 * Card keys as the Hub's documentation of model cards has them.  Pure.
 */
#ifndef WEIGH_DECLARED_H
#define WEIGH_DECLARED_H

#include <weigh/record.h>

#define WEIGH_DECLARED_TEXT 512 /* bytes of a claim, of license_name */

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

/* One string of what a file of weights says of itself, by its key; every other key is
 * passed over, so that all can be given.  Behind weigh_declared_read, and before the bases
 * of bases are added.
 *
 *     gguf: general.license, general.license.name, general.license.link,
 *         general.base_model.N.repo_url, general.source.repo_url,
 *         general.source.huggingface.repository
 *     safetensors, of __metadata__: license, modelspec.license
 *
 * WEIGH_NOMEM. */
enum weigh_code weigh_declared_weights(struct weigh_record *r,
    const char *source, const char *path, const char *key, const char *value,
    size_t len, const struct weigh_terms *const *tables, size_t ntables,
    struct weigh_err *err);

/* The text in the card's extra_gated_prompt, which may be a whole license: into `out`,
 * false: there is none. */
bool weigh_declared_prompt(const char *card, size_t len, struct weigh_buf *out);

/* Which kind of link is this URL or path, and of a FILE which path in the revision
 * (`paths`, case exact first, then without): *file, or NULL.  `repo` as of a record: the
 * address of a page of its own, /REPO/blob/REV/PATH (or resolve, or raw), is a FILE too,
 * on any host, if there is such a PATH; with a commit as REV it is PINNED. */
enum weigh_record_link_kind weigh_declared_link(const char *url,
    const char *repo, const char *const *paths, size_t npaths,
    const char **file);

#endif
