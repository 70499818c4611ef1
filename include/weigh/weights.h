/*
 * weights: what a file of weights says of itself in its header: types and numbers of
 * its parameters, and for GGUF its architecture, context and chat template.
 *
 *	h = weigh_header_new(WEIGH_GGUF, size_of_file);
 *	do
 *		rc = weigh_header_feed(h, piece, len, err);
 *	while (rc == WEIGH_NOT_YET);
 *	if (rc == WEIGH_OK)
 *		use(weigh_header_facts(h));
 *	weigh_header_free(h);
 *
 * (1) Pure: the bytes come in order, in pieces of any size, and every cutting
 *     gives the same answer.  Nothing behind the header is asked for.
 * (2) Bounded before memory is taken: WEIGH_HEADER_MAX bytes of GGUF, 100,000,000
 *     of safetensors (its own limit), 256 MiB of an index; 1,000,000 tensors;
 *     a length is compared with what is left of the file first.
 * (3) Strict: the first rule that is broken ends it, and has a name.  Two tensors
 *     of one name, a hole, an overlap, a size that does not follow from type and
 *     shape, and a product that overflows are refused.
 * (4) Texts in the facts are UTF-8; one that is not is left out.
 * (5) Facts are their file's claims about itself, counted where it can be counted.
 *
 * Formats: safetensors README and tensor.rs at huggingface/safetensors 24b0b28;
 * GGUF docs/gguf.md and src/gguf.cpp at ggml-org/ggml d99724f; index files as
 * transformers writes them.
 */
#ifndef WEIGH_WEIGHTS_H
#define WEIGH_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>

enum weigh_format {
	WEIGH_NO_WEIGHTS,
	WEIGH_SAFETENSORS,
	WEIGH_GGUF,
	WEIGH_INDEX /* *.safetensors.index.json: which shards there are */
};

/* Which of them a file is, by its name; the bytes must prove it. */
enum weigh_format weigh_format_of(const char *path);
/* "safetensors", "gguf", "index"; "" for none. */
const char *weigh_format_name(enum weigh_format format);

#define WEIGH_HEADER_MAX (64u << 20)
#define WEIGH_TEMPLATE_MAX (1u << 20) /* bytes of a chat template */
#define WEIGH_TYPES 48                /* as many as any file can have */
#define WEIGH_SAYS 32      /* keys of a license or a base that are kept */
#define WEIGH_SAYS_KEY 127 /* bytes of one */
#define WEIGH_SAYS_TEXT \
	1024 /* bytes of its value; what is longer is left out */

struct weigh_typed {
	char type[16];
	uint64_t parameters;
};

struct weigh_weights {
	enum weigh_format format;
	/* Not "": the file breaks this rule ("st.offsets"), `problem` says how, and
	 * nothing below is told. */
	char rule[32];
	char problem[160];

	uint64_t tensors;
	/* Elements; of safetensors without scalars and scales (F8_E8M0), as the
	 * Hub's own reader counts. */
	uint64_t parameters;
	struct weigh_typed types[WEIGH_TYPES]; /* in the order of the table */
	unsigned ntypes;

	/* GGUF; "" or 0 when the file does not say */
	char architecture[64];
	char size_label[32];   /* "7B" */
	char role[32];         /* general.type: "model", "mmproj", "adapter" */
	char quantization[16]; /* general.file_type by name: "Q4_K_M" */
	uint64_t context_length;
	uint64_t splits; /* split.count: files that belong together; 0: one */
	uint64_t split_tensors;
	struct weigh_buf chat_template, bos_token, eos_token;

	/* GGUF, safetensors: what it says of its license and of what it was made
	 * from, as weigh_declared_weights takes it: key, NUL, value, NUL, in the
	 * order of the file */
	struct weigh_buf says;
	unsigned nsays;

	/* index: names of the shards, each once, with a NUL behind it */
	struct weigh_buf shards;
	unsigned nshards;
};

/* Empty facts; and what they hold given back. */
void weigh_weights_init(struct weigh_weights *w, enum weigh_format format);
void weigh_weights_free(struct weigh_weights *w);

/* Add a tensor's elements, or what another file has of a type; false if the sum
 * overflows. */
bool weigh_weights_count(struct weigh_weights *w, const char *type,
    uint64_t elements);

/* The facts as one JSON object, and read back from that.  WEIGH_MALFORMED also
 * for facts of a reader with other rules. */
void weigh_weights_print(struct weigh_jw *jw, const struct weigh_weights *w);
enum weigh_code weigh_weights_parse(struct weigh_weights *w, const char *text,
    size_t len, struct weigh_err *err);

/* --- reading a header --------------------------------------------------- */

struct weigh_header;

/* A reader for a file of `size` bytes; NULL when out of memory. */
struct weigh_header *weigh_header_new(enum weigh_format format, uint64_t size);
void weigh_header_free(struct weigh_header *h);

/* The next `len` bytes of the file (at most 1 MiB; 0: there are no more).
 * WEIGH_OK: the header is complete and right.  WEIGH_NOT_YET: more is needed.
 * WEIGH_MALFORMED or WEIGH_TOO_BIG: a rule is broken, facts->rule says which. */
enum weigh_code weigh_header_feed(struct weigh_header *h, const char *data,
    size_t len, struct weigh_err *err);

/* What was read; borrowed from the reader. */
struct weigh_weights *weigh_header_facts(struct weigh_header *h);

/* --- tables ------------------------------------------------------------- */

/* A safetensors dtype: its width, or 0 if there is none of this name. */
struct weigh_dtype {
	const char *name;
	unsigned bits;
};
extern const struct weigh_dtype weigh_dtypes[];
extern const unsigned weigh_ndtypes;

/* A ggml type: `block` elements take `bytes`. */
struct weigh_ggml_type {
	unsigned id;
	const char *name;
	unsigned block, bytes;
};
extern const struct weigh_ggml_type weigh_ggml_types[];
extern const unsigned weigh_nggml_types;

/* The name of a general.file_type: "Q4_K_M"; NULL if it has none. */
const char *weigh_file_type_name(uint64_t id);
/* How a quantization is called in a file's name, in the order of the table, from
 * the one that serves best unasked; NULL behind the last. */
const char *weigh_quantization(unsigned n);

#endif
