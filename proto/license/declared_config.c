/* declared_config: config.json and adapter_config.json. */
#include <string.h>

#include "declaring.h"

#define CONFIG "config.json"
#define ADAPTER "adapter_config.json"

/* --- config.json ------------------------------------------------------------------------ */

/* "ORG/NAME--MODULE.CLASS": the code is another repository's. */
static enum weigh_code
take_class(void *out, struct cursor text, size_t at)
{
	struct declaring *d = out;
	const char *end = memmem(text.p, text.len, "--", 2);

	(void)at;
	d->r->remote_code = true;
	if (end == NULL)
		return WEIGH_OK;
	text.len = (size_t)(end - text.p);
	return license_add_base(d, "auto_map", CONFIG, text);
}

/* Its members have any name. */
static enum weigh_code
read_auto_map(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (first != WEIGH_JSON_OBJECT)
		return license_json_strings(j, first, take_class, out, err);
	while (rc == WEIGH_OK && weigh_json_next(j) == WEIGH_JSON_KEY)
		rc = license_json_strings(j, weigh_json_next(j), take_class,
		    out, err);
	return rc;
}

static enum weigh_code
take_loaded_from(void *out, struct cursor text, size_t at)
{
	(void)at;
	return license_add_base(out, "config", CONFIG, text);
}

static enum weigh_code
read_loaded_from(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return license_json_strings(j, first, take_loaded_from, out, err);
}

static enum weigh_code
read_quantization(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct declaring *d = out;

	d->quantized = first == WEIGH_JSON_OBJECT;
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

/* The part of a model that takes images, sound or video, or the token they stand behind. */
static enum weigh_code
read_sense(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct declaring *d = out;

	if (first != WEIGH_JSON_FALSE)
		d->r->multimodal = true;
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

enum weigh_code
license_read_config(struct declaring *d)
{
	static const struct weigh_json_member rows[] = {
		{ "auto_map", read_auto_map },
		{ "_name_or_path", read_loaded_from },
		{ "quantization_config", read_quantization },
		{ "vision_config", read_sense },
		{ "audio_config", read_sense },
		{ "video_config", read_sense },
		{ "speech_config", read_sense },
		{ "vision_tower", read_sense },
		{ "mm_vision_tower", read_sense },
		{ "visual", read_sense },
		{ "vq_config", read_sense },
		{ "img_processor", read_sense },
		{ "num_mel_bins", read_sense },
		{ "image_size", read_sense },
		{ "image_token_id", read_sense },
		{ "image_token_index", read_sense },
		{ "video_token_id", read_sense },
		{ "audio_token_id", read_sense },
		{ "audio_token_index", read_sense },
	};

	return license_json_object(d, d->files->config, d->files->config_len,
	    rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- adapter_config.json ---------------------------------------------------------------- */

static enum weigh_code
take_adapted(void *out, struct cursor text, size_t at)
{
	(void)at;
	return license_add_base(out, "adapter", ADAPTER, text);
}

static enum weigh_code
read_adapted(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return license_json_strings(j, first, take_adapted, out, err);
}

enum weigh_code
license_read_adapter(struct declaring *d)
{
	static const struct weigh_json_member rows[] = {
		{ "base_model_name_or_path", read_adapted },
	};

	d->adapter = d->adapter || d->files->adapter_len > 0;
	return license_json_object(d, d->files->adapter, d->files->adapter_len,
	    rows, 1);
}
