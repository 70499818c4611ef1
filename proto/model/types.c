/* types: the tables of tensor types, file types and quantization names.  New ones
 * appear several times a year: a row here is all that it takes. */
#include <string.h>

#include <weigh/weights.h>

/* safetensors/src/tensor.rs, enum Dtype */
const struct weigh_dtype weigh_dtypes[] = {
	{ "F4", 4 },
	{ "F6_E2M3", 6 },
	{ "F6_E3M2", 6 },
	{ "BOOL", 8 },
	{ "U8", 8 },
	{ "I8", 8 },
	{ "F8_E5M2", 8 },
	{ "F8_E4M3", 8 },
	{ "F8_E8M0", 8 },
	{ "F8_E4M3FNUZ", 8 },
	{ "F8_E5M2FNUZ", 8 },
	{ "I16", 16 },
	{ "U16", 16 },
	{ "F16", 16 },
	{ "BF16", 16 },
	{ "I32", 32 },
	{ "U32", 32 },
	{ "F32", 32 },
	{ "I64", 64 },
	{ "U64", 64 },
	{ "F64", 64 },
	{ "C64", 64 },
};
const unsigned weigh_ndtypes = sizeof(weigh_dtypes) / sizeof(weigh_dtypes[0]);

/* ggml.h, enum ggml_type; sizes of blocks from ggml-common.h.  `bytes` 0: the
 * number was used once and is not any more. */
const struct weigh_ggml_type weigh_ggml_types[] = {
	{ 0, "F32", 1, 4 },
	{ 1, "F16", 1, 2 },
	{ 2, "Q4_0", 32, 18 },
	{ 3, "Q4_1", 32, 20 },
	{ 4, "Q4_2", 0, 0 },
	{ 5, "Q4_3", 0, 0 },
	{ 6, "Q5_0", 32, 22 },
	{ 7, "Q5_1", 32, 24 },
	{ 8, "Q8_0", 32, 34 },
	{ 9, "Q8_1", 32, 36 },
	{ 10, "Q2_K", 256, 84 },
	{ 11, "Q3_K", 256, 110 },
	{ 12, "Q4_K", 256, 144 },
	{ 13, "Q5_K", 256, 176 },
	{ 14, "Q6_K", 256, 210 },
	{ 15, "Q8_K", 256, 292 },
	{ 16, "IQ2_XXS", 256, 66 },
	{ 17, "IQ2_XS", 256, 74 },
	{ 18, "IQ3_XXS", 256, 98 },
	{ 19, "IQ1_S", 256, 50 },
	{ 20, "IQ4_NL", 32, 18 },
	{ 21, "IQ3_S", 256, 110 },
	{ 22, "IQ2_S", 256, 82 },
	{ 23, "IQ4_XS", 256, 136 },
	{ 24, "I8", 1, 1 },
	{ 25, "I16", 1, 2 },
	{ 26, "I32", 1, 4 },
	{ 27, "I64", 1, 8 },
	{ 28, "F64", 1, 8 },
	{ 29, "IQ1_M", 256, 56 },
	{ 30, "BF16", 1, 2 },
	{ 31, "Q4_0_4_4", 0, 0 },
	{ 32, "Q4_0_4_8", 0, 0 },
	{ 33, "Q4_0_8_8", 0, 0 },
	{ 34, "TQ1_0", 256, 54 },
	{ 35, "TQ2_0", 256, 66 },
	{ 36, "IQ4_NL_4_4", 0, 0 },
	{ 37, "IQ4_NL_4_8", 0, 0 },
	{ 38, "IQ4_NL_8_8", 0, 0 },
	{ 39, "MXFP4", 32, 17 },
	{ 40, "NVFP4", 64, 36 },
	{ 41, "Q1_0", 128, 18 },
	{ 42, "Q2_0", 64, 18 },
};
const unsigned weigh_nggml_types = sizeof(weigh_ggml_types) /
    sizeof(weigh_ggml_types[0]);

/* llama.h, enum llama_ftype: the number is the place in the table. */
static const char *const file_types[] = {
	[0] = "F32",
	[1] = "F16",
	[2] = "Q4_0",
	[3] = "Q4_1",
	[7] = "Q8_0",
	[8] = "Q5_0",
	[9] = "Q5_1",
	[10] = "Q2_K",
	[11] = "Q3_K_S",
	[12] = "Q3_K_M",
	[13] = "Q3_K_L",
	[14] = "Q4_K_S",
	[15] = "Q4_K_M",
	[16] = "Q5_K_S",
	[17] = "Q5_K_M",
	[18] = "Q6_K",
	[19] = "IQ2_XXS",
	[20] = "IQ2_XS",
	[21] = "Q2_K_S",
	[22] = "IQ3_XS",
	[23] = "IQ3_XXS",
	[24] = "IQ1_S",
	[25] = "IQ4_NL",
	[26] = "IQ3_S",
	[27] = "IQ3_M",
	[28] = "IQ2_S",
	[29] = "IQ2_M",
	[30] = "IQ4_XS",
	[31] = "IQ1_M",
	[32] = "BF16",
	[36] = "TQ1_0",
	[37] = "TQ2_0",
	[38] = "MXFP4",
};

const char *
weigh_file_type_name(uint64_t id)
{
	if (id >= sizeof(file_types) / sizeof(file_types[0]))
		return NULL;
	return file_types[id];
}

/* From the one that is given unasked, when a repository has it: Q4_K_M as the Hub
 * does, then what is near it in size and quality. */
static const char *const quantizations[] = {
	"Q4_K_M",
	"Q4_K_L",
	"Q4_K_XL",
	"Q4_K_S",
	"Q4_K",
	"IQ4_XS",
	"IQ4_NL",
	"Q4_0",
	"Q4_1",
	"MXFP4_MOE",
	"MXFP4",
	"NVFP4",
	"Q5_K_M",
	"Q5_K_L",
	"Q5_K_XL",
	"Q5_K_S",
	"Q5_K",
	"Q5_0",
	"Q5_1",
	"Q6_K",
	"Q6_K_L",
	"Q6_K_XL",
	"Q8_0",
	"Q8_0_XL",
	"Q8_K_XL",
	"Q8_K",
	"Q3_K_M",
	"Q3_K_L",
	"Q3_K_XL",
	"Q3_K_S",
	"Q3_K",
	"IQ3_M",
	"IQ3_S",
	"IQ3_XS",
	"IQ3_XXS",
	"Q2_K",
	"Q2_K_L",
	"Q2_K_XL",
	"Q2_K_S",
	"IQ2_M",
	"IQ2_S",
	"IQ2_XS",
	"IQ2_XXS",
	"IQ1_M",
	"IQ1_S",
	"TQ2_0",
	"TQ1_0",
	"Q2_0",
	"Q1_0",
	"BF16",
	"F16",
	"F32",
	"F64",
};

const char *
weigh_quantization(unsigned n)
{
	if (n >= sizeof(quantizations) / sizeof(quantizations[0]))
		return NULL;
	return quantizations[n];
}

/* --- formats --------------------------------------------------------------- */

static const struct {
	enum weigh_format format;
	const char *name;
	const char *ending;
} formats[] = {
	{ WEIGH_SAFETENSORS, "safetensors", ".safetensors" },
	{ WEIGH_GGUF, "gguf", ".gguf" },
	{ WEIGH_INDEX, "index", ".safetensors.index.json" },
};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

enum weigh_format
weigh_format_of(const char *path)
{
	size_t len = strlen(path), n;

	for (size_t i = 0; i < FORMATS; i++) {
		n = strlen(formats[i].ending);
		if (len >= n && strcmp(path + len - n, formats[i].ending) == 0)
			return formats[i].format;
	}
	return WEIGH_NO_WEIGHTS;
}

const char *
weigh_format_name(enum weigh_format format)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (formats[i].format == format)
			return formats[i].name;
	return "";
}
