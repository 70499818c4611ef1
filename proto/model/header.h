/* header: what the readers of headers share.  Private to proto/model. */
#ifndef MODEL_HEADER_H
#define MODEL_HEADER_H

#include <weigh/weights.h>

#include "../json/keys.h"

#define MODEL_TENSORS_MAX 1000000

struct weigh_header;

/* One kind of header.  `feed` answers as weigh_header_feed; it is not called
 * again after anything but WEIGH_NOT_YET. */
struct model_reader {
	void *(*begin)(struct weigh_header *h);
	enum weigh_code (*feed)(struct weigh_header *h, const char *data,
	    size_t len, struct weigh_err *err);
	void (*end)(void *state); /* NULL does nothing */
};
extern const struct model_reader weigh_header_safetensors, weigh_header_gguf,
    weigh_header_index;

struct weigh_header {
	const struct model_reader *reader;
	void *state;
	uint64_t size; /* of the file */
	struct weigh_weights facts;
};

/* Is this key one of those that are kept (says.c)?  NUL-terminated. */
bool weigh_says_wanted(enum weigh_format format, const char *key, size_t len);
/* Keep what it says; false: no room, no memory, or no text. */
bool weigh_says_add(struct weigh_weights *w, const char *key, const char *text,
    size_t len);

/* A rule is broken: remember which and how. */
enum weigh_code weigh_header_break(struct weigh_header *h,
    struct weigh_err *err, enum weigh_code code, const char *rule,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same for what the JSON reader found; out of memory is not the file's
 * fault and breaks none. */
enum weigh_code weigh_header_break_json(struct weigh_header *h,
    struct weigh_err *err, const struct weigh_json *json, const char *rule);

#endif
