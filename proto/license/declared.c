/* declared: what the publisher's own metadata says; see weigh/declared.h. */
#include <string.h>

#include <weigh/name.h>

#include "declaring.h"

enum weigh_code
weigh_declared_read(struct weigh_record *r, const struct weigh_declared *files,
    const struct weigh_terms *const *tables, size_t ntables,
    struct weigh_err *err)
{
	static enum weigh_code (*const readers[])(struct declaring * d) = {
		license_read_card,
		license_read_adapter,
		license_read_config,
		license_read_paths,
	};
	struct declaring d = {
		.r = r,
		.files = files,
		.tables = tables,
		.ntables = ntables,
		.err = err,
	};
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0;
	     rc == WEIGH_OK && i < sizeof(readers) / sizeof(readers[0]); i++)
		rc = readers[i](&d);
	if (rc == WEIGH_OK)
		license_relate_bases(&d);
	return rc;
}

/* --- files of weights ------------------------------------------------------------------- */

static enum weigh_code
take_license(struct declaring *d, const char *source, const char *path,
    struct cursor value)
{
	return license_add_claim(d, source, path, 0, value);
}

static enum weigh_code
take_name(struct declaring *d, const char *source, const char *path,
    struct cursor value)
{
	(void)source;
	(void)path;
	return license_add_name(d, value);
}

static enum weigh_code
take_link(struct declaring *d, const char *source, const char *path,
    struct cursor value)
{
	(void)source;
	return license_add_link(d, path, value);
}

static enum weigh_code
take_base(struct declaring *d, const char *source, const char *path,
    struct cursor value)
{
	enum weigh_code rc;

	license_recall_relation(d);
	d->gguf = true;
	if ((rc = license_add_base(d, source, path, value)) == WEIGH_OK)
		license_relate_bases(d);
	return rc;
}

/* Patterns of weigh_glob_match. */
static const struct weights_key {
	const char *source, *key;
	enum weigh_code (*take)(struct declaring *d, const char *source,
	    const char *path, struct cursor value);
} weights_keys[] = {
	{ "gguf", "general.license", take_license },
	{ "gguf", "general.license.name", take_name },
	{ "gguf", "general.license.link", take_link },
	{ "gguf", "general.base_model.*.repo_url", take_base },
	{ "gguf", "general.source.repo_url", take_base },
	{ "gguf", "general.source.huggingface.repository", take_base },
	{ "safetensors", "license", take_license },
	{ "safetensors", "modelspec.license", take_license },
};

enum weigh_code
weigh_declared_weights(struct weigh_record *r, const char *source,
    const char *path, const char *key, const char *value, size_t len,
    const struct weigh_terms *const *tables, size_t ntables,
    struct weigh_err *err)
{
	static const struct weigh_declared none;
	struct declaring d = {
		.r = r,
		.files = &none,
		.tables = tables,
		.ntables = ntables,
		.err = err,
	};

	for (size_t i = 0; i < sizeof(weights_keys) / sizeof(weights_keys[0]);
	     i++) {
		const struct weights_key *row = &weights_keys[i];

		if (strcmp(row->source, source) == 0 &&
		    weigh_glob_match(row->key, key))
			return row->take(&d, source, path,
			    (struct cursor){ value, len });
	}
	return WEIGH_OK;
}
