/* marks: what the names of a repository's files tell.  See weigh/model.h. */
#include <string.h>

#include "marks.h"

/* By how the last part of a path begins and ends; the first row that fits is its
 * mark. */
static const struct {
	const char *begins, *ends;
	uint32_t mark;
} names[] = {
	{ "", ".safetensors", MARK_SAFETENSORS },
	{ "", ".gguf", MARK_GGUF },
	{ "", ".onnx", MARK_ONNX },
	{ "pytorch_model", ".bin", MARK_PYTORCH },
	{ "diffusion_pytorch_model", ".bin", MARK_PYTORCH },
	{ "adapter_model", ".bin", MARK_PYTORCH },
	{ "", ".pth", MARK_PYTORCH },
	{ "", ".pt", MARK_PYTORCH },
	{ "tf_model", ".h5", MARK_TF },
	{ "flax_model", ".msgpack", MARK_JAX },
	{ "rust_model", ".ot", MARK_RUST },
	{ "", ".mlmodel", MARK_COREML },
	{ "openvino_model", ".xml", MARK_OPENVINO },
	{ "", ".tflite", MARK_TFLITE },
	{ "", ".keras", MARK_KERAS },
	{ "adapter_config.json", "", MARK_PEFT },
	{ "config_sentence_transformers.json", "", MARK_SENTENCES },
	{ "model_index.json", "", MARK_DIFFUSERS },
	{ "", ".parquet", MARK_PARQUET },
	{ "", ".json", MARK_JSON },
	{ "", ".jsonl", MARK_JSON },
	{ "", ".csv", MARK_CSV },
};

static bool
fits(const char *name, size_t len, const char *begins, const char *ends)
{
	size_t first = strlen(begins), last = strlen(ends);

	if (last == 0) /* the whole name */
		return strcmp(name, begins) == 0;
	return len >= first + last && memcmp(name, begins, first) == 0 &&
	    memcmp(name + len - last, ends, last) == 0;
}

uint32_t
weigh_model_mark(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t len = strlen(name), i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fits(name, len, names[i].begins, names[i].ends))
			return names[i].mark;
	return 0;
}

bool
weigh_model_has_weights(uint32_t marks)
{
	return (marks & (MARK_SAFETENSORS | MARK_GGUF)) != 0;
}
