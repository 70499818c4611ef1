/* marks: the bits of weigh_model_mark.  Stored in catalogs: a bit keeps its meaning,
 * a new one goes to the end.  Private to proto/model. */
#ifndef MODEL_MARKS_H
#define MODEL_MARKS_H

#include <weigh/model.h>

enum mark {
	MARK_SAFETENSORS = 1 << 0,
	MARK_GGUF = 1 << 1,
	MARK_ONNX = 1 << 2,
	MARK_PYTORCH = 1 << 3,
	MARK_TF = 1 << 4,
	MARK_JAX = 1 << 5,
	MARK_RUST = 1 << 6,
	MARK_COREML = 1 << 7,
	MARK_OPENVINO = 1 << 8,
	MARK_TFLITE = 1 << 9,
	MARK_KERAS = 1 << 10,
	MARK_PEFT = 1 << 11,
	MARK_SENTENCES = 1 << 12,
	MARK_DIFFUSERS = 1 << 13,
	MARK_PARQUET = 1 << 14,
	MARK_JSON = 1 << 15,
	MARK_CSV = 1 << 16
};

#endif
