/* image: config and manifest of a model, as Ollama and OCI clients read them; see
 * weigh/ollama.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <weigh/ollama.h>

/* In the order of enum weigh_layer. */
static const char *const layer_types[] = {
	[WEIGH_LAYER_MODEL] = "application/vnd.ollama.image.model",
	[WEIGH_LAYER_PROJECTOR] = "application/vnd.ollama.image.projector",
	[WEIGH_LAYER_TEMPLATE] = "application/vnd.ollama.image.template",
	[WEIGH_LAYER_SYSTEM] = "application/vnd.ollama.image.system",
	[WEIGH_LAYER_PARAMS] = "application/vnd.ollama.image.params",
	[WEIGH_LAYER_LICENSE] = "application/vnd.ollama.image.license",
};

static const struct {
	const char *manifest, *config;
} forms[] = {
	[WEIGH_MANIFEST_DOCKER] = { "application/vnd.docker.distribution.manifest.v2+json",
	    "application/vnd.docker.container.image.v1+json" },
	[WEIGH_MANIFEST_OCI] = { "application/vnd.oci.image.manifest.v1+json",
	    "application/vnd.oci.image.config.v1+json" },
};

const char *
weigh_manifest_type(enum weigh_manifest_form form)
{
	return forms[form].manifest;
}

/* Ollama's format.HumanNumber: one decimal of billions, two of millions. */
void
weigh_ollama_count(uint64_t n, char out[24])
{
	static const struct {
		uint64_t unit;
		uint64_t hundredth; /* of what is shown: its last digit */
		const char *letter;
		int digits;
	} rows[] = {
		{ 1000000000, 100000000, "B", 1 },
		{ 1000000, 10000, "M", 2 },
	};

	for (size_t i = 0; i < 2; i++) {
		uint64_t whole, part, steps;

		if (n < rows[i].unit)
			continue;
		steps = rows[i].unit / rows[i].hundredth;
		/* Rounded to the nearest digit, as printf does. */
		whole = n / rows[i].unit;
		part = (n % rows[i].unit + rows[i].hundredth / 2) /
		    rows[i].hundredth;
		whole += part / steps;
		part %= steps;
		if (n % rows[i].unit == 0)
			snprintf(out, 24, "%" PRIu64 "%s", whole,
			    rows[i].letter);
		else
			snprintf(out, 24, "%" PRIu64 ".%0*" PRIu64 "%s", whole,
			    rows[i].digits, part, rows[i].letter);
		return;
	}
	if (n >= 1000)
		snprintf(out, 24, "%" PRIu64 "K", (n + 500) / 1000);
	else
		snprintf(out, 24, "%" PRIu64, n);
}

/* --- the config --------------------------------------------------------------- */

/* As the file says it, else its name, else what most of it is made of. */
static const char *
file_type(const struct weigh_ollama_image *image)
{
	const struct weigh_weights *w = image->facts;
	const struct weigh_typed *most = &w->types[0];

	if (w->quantization[0] != '\0')
		return w->quantization;
	if (image->quantization[0] != '\0')
		return image->quantization;
	for (unsigned i = 1; i < w->ntypes; i++)
		if (w->types[i].parameters > most->parameters)
			most = &w->types[i];
	return w->ntypes > 0 ? most->type : "unknown";
}

static void
write_families(struct weigh_jw *w, const struct weigh_ollama_image *image)
{
	weigh_jw_key(w, "model_families");
	weigh_jw_array(w);
	weigh_jw_str(w, image->facts->architecture);
	if (image->projector[0] != '\0')
		weigh_jw_str(w, image->projector);
	weigh_jw_array_end(w);
}

static void
write_digest(struct weigh_jw *w, const struct weigh_oid *oid)
{
	char text[7 + WEIGH_OID_HEX + 1] = "sha256:";

	weigh_oid_hex(oid, text + 7);
	weigh_jw_str(w, text);
}

void
weigh_ollama_config(struct weigh_jw *w, const struct weigh_ollama_image *image)
{
	char count[24];

	weigh_ollama_count(image->facts->parameters, count);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "model_format", "gguf");
	weigh_jw_kstr(w, "model_family", image->facts->architecture);
	write_families(w, image);
	weigh_jw_kstr(w, "model_type", count);
	weigh_jw_kstr(w, "file_type", file_type(image));
	weigh_jw_kstr(w, "architecture", "amd64");
	weigh_jw_kstr(w, "os", "linux");
	weigh_jw_key(w, "rootfs");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "layers");
	weigh_jw_key(w, "diff_ids");
	weigh_jw_array(w);
	for (size_t i = 0; i < image->nlayers; i++)
		write_digest(w, &image->layers[i].oid);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
	weigh_jw_object_end(w);
}

/* --- the manifest ----------------------------------------------------------------- */

static void
write_descriptor(struct weigh_jw *w, const char *type,
    const struct weigh_oid *oid, uint64_t size)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "mediaType", type);
	weigh_jw_key(w, "digest");
	write_digest(w, oid);
	weigh_jw_ku64(w, "size", size);
	weigh_jw_object_end(w);
}

void
weigh_ollama_manifest(struct weigh_jw *w,
    const struct weigh_ollama_image *image)
{
	weigh_jw_object(w);
	weigh_jw_ku64(w, "schemaVersion", 2);
	weigh_jw_kstr(w, "mediaType", forms[image->form].manifest);
	weigh_jw_key(w, "config");
	write_descriptor(w, forms[image->form].config, &image->config,
	    image->config_size);
	weigh_jw_key(w, "layers");
	weigh_jw_array(w);
	for (size_t i = 0; i < image->nlayers; i++)
		write_descriptor(w, layer_types[image->layers[i].layer],
		    &image->layers[i].oid, image->layers[i].size);
	weigh_jw_array_end(w);
	if (image->rfilename != NULL) {
		weigh_jw_key(w, "ggufFile");
		weigh_jw_object(w);
		weigh_jw_kstr(w, "rfilename", image->rfilename);
		weigh_jw_object_end(w);
	}
	weigh_jw_object_end(w);
}

/* --- errors ------------------------------------------------------------------------ */

void
weigh_oci_error(struct weigh_jw *w, const char *code, const char *message,
    const char *detail)
{
	weigh_jw_object(w);
	weigh_jw_key(w, "errors");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "code", code);
	weigh_jw_kstr(w, "message", message);
	if (detail != NULL && detail[0] != '\0')
		weigh_jw_kstr(w, "detail", detail);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}
