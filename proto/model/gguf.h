/*
 * gguf: the machine that reads a GGUF header, shared by gguf.c (the machine), the
 * pairs (gguf_pairs.c) and the infos (gguf_infos.c).  Private to proto/model.
 */
#ifndef MODEL_GGUF_H
#define MODEL_GGUF_H

#include "header.h"

#define GGUF_KEY_MAX 65535u /* bytes of a key, by the format */
#define GGUF_NO_TOKEN UINT64_MAX

/* Pairs whose values are kept. */
enum wanted {
	NOT_WANTED,
	ARCHITECTURE,
	SIZE_LABEL,
	ROLE,
	CHAT_TEMPLATE,
	FILE_TYPE,
	ALIGNMENT,
	BOS,
	EOS,
	SPLITS,
	SPLIT_TENSORS,
	CONTEXT,
	TOKENS,
	SAYS
};

/* One step: take an item from the window, or say that it is not all there. */
typedef enum weigh_code gguf_step(struct weigh_header *h,
    struct weigh_err *err);

struct gguf {
	struct weigh_buf window; /* what came and was not taken yet */
	size_t at;               /* taken of it */
	uint64_t before;         /* bytes of the file before the window */
	uint64_t skip;           /* bytes to read over */
	struct weigh_buf *keep;  /* they go there; NULL: nowhere */
	gguf_step *step;
	struct keys keys;      /* names of pairs, and of tensors */
	uint64_t pairs, infos; /* left */
	/* the pair */
	char key[GGUF_KEY_MAX + 1];
	enum wanted wanted;
	unsigned type, element; /* of its value, of an array's elements */
	uint64_t elements;      /* left */
	/* what some pairs say */
	uint64_t alignment;
	uint64_t bos, eos;   /* their places among the tokens */
	char context_of[64]; /* whose context_length it is */
	uint64_t context;
	struct weigh_buf tokens;       /* texts, one behind the other */
	struct weigh_buf token_places; /* where each begins: uint32_t */
	/* the tensors */
	uint64_t offset; /* where the next one begins */
	uint64_t last;   /* where the last one ends */
	bool finished;   /* the last info was taken, and all is right */
};

/* Bytes of the file behind what was taken. */
static inline uint64_t
left_of_file(const struct weigh_header *h)
{
	const struct gguf *g = h->state;

	return h->size - g->before - g->at;
}

/* `n` more bytes of the window, or NULL: they have not come yet. */
static inline const unsigned char *
peek(const struct gguf *g, size_t n)
{
	if (g->window.len - g->at < n)
		return NULL;
	return (const unsigned char *)g->window.data + g->at;
}

static inline uint64_t
number(const unsigned char *p, unsigned bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | p[bytes];
	return n;
}

static inline enum weigh_code
truncated(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.truncated",
	    "the file ends within its header");
}

/* `n` bytes are wanted that are not here: will they come? */
static inline enum weigh_code
wait_for(struct weigh_header *h, uint64_t n, struct weigh_err *err)
{
	return left_of_file(h) < n ? truncated(h, err) : WEIGH_NOT_YET;
}

static inline enum weigh_code
bad_string(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.string",
	    "a text is longer than what is left of the file");
}

/* The steps that one file begins and another goes on with. */
gguf_step weigh_gguf_take_pair, weigh_gguf_take_info;
/* The next pair, or the first info. */
enum weigh_code weigh_gguf_next_pair(struct weigh_header *h);
/* All infos are taken: is the data there?  And what the pairs said. */
gguf_step weigh_gguf_finish;
/* The token of a number among those that were kept. */
void weigh_gguf_name_token(const struct gguf *g, uint64_t id,
    struct weigh_buf *out);

#endif
