/*
 * gguf: everything before the data of a GGUF file, version 2 and 3, little-endian:
 *
 *     "GGUF" | u32 version | i64 tensors | i64 pairs | pairs | infos
 *     pair  = string key | u32 type | value     array = u32 type | u64 count | elements
 *     info  = string name | u32 dims | dims * u64 | u32 type | u64 offset
 *
 * A machine of small steps: each takes one item from the window, or says that it
 * is not all there.  Of long things only the length is taken; their bytes are read
 * over as they come, or go where they are kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>

#include "header.h"

#define PAIRS_MAX 100000
#define KEY_MAX 65535u
#define NAME_MAX 64 /* GGML_MAX_NAME, its NUL included */
#define DIMS_MAX 4
#define STRING_MAX (1u << 30)
#define ELEMENTS_MAX (1u << 30)
#define TOKENS_TEXT (16u << 20)
#define NO_TOKEN UINT64_MAX

enum type {
	T_U8,
	T_I8,
	T_U16,
	T_I16,
	T_U32,
	T_I32,
	T_F32,
	T_BOOL,
	T_STRING,
	T_ARRAY,
	T_U64,
	T_I64,
	T_F64,
	TYPES
};
static const unsigned type_size[TYPES] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8,
	8 };

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
	TOKENS
};

typedef enum weigh_code step_fn(struct weigh_header *h, struct weigh_err *err);

struct gguf {
	struct weigh_buf window; /* what came and was not taken yet */
	size_t at;               /* taken of it */
	uint64_t before;         /* bytes of the file before the window */
	uint64_t skip;           /* bytes to read over */
	struct weigh_buf *keep;  /* they go there; NULL: nowhere */
	step_fn *step;
	struct keys keys;      /* names of pairs, and of tensors */
	uint64_t pairs, infos; /* left */
	/* the pair */
	char key[KEY_MAX + 1];
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

/* --- taking ------------------------------------------------------------- */

/* Bytes of the file behind what was taken. */
static uint64_t
left_of_file(const struct weigh_header *h)
{
	const struct gguf *g = h->state;

	return h->size - g->before - g->at;
}

/* `n` more bytes of the window, or NULL: they have not come yet. */
static const unsigned char *
peek(const struct gguf *g, size_t n)
{
	if (g->window.len - g->at < n)
		return NULL;
	return (const unsigned char *)g->window.data + g->at;
}

static uint64_t
number(const unsigned char *p, unsigned bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | p[bytes];
	return n;
}

static enum weigh_code
truncated(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.truncated",
	    "the file ends within its header");
}

/* `n` bytes are wanted that are not here: will they come? */
static enum weigh_code
wait_for(struct weigh_header *h, uint64_t n, struct weigh_err *err)
{
	return left_of_file(h) < n ? truncated(h, err) : WEIGH_NOT_YET;
}

static enum weigh_code
bad_string(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.string",
	    "a text is longer than what is left of the file");
}

/* --- pairs that are wanted ---------------------------------------------- */

static const struct {
	const char *key;
	enum wanted wanted;
} wanted_keys[] = {
	{ "general.architecture", ARCHITECTURE },
	{ "general.size_label", SIZE_LABEL },
	{ "general.type", ROLE },
	{ "general.file_type", FILE_TYPE },
	{ "general.alignment", ALIGNMENT },
	{ "tokenizer.chat_template", CHAT_TEMPLATE },
	{ "tokenizer.ggml.bos_token_id", BOS },
	{ "tokenizer.ggml.eos_token_id", EOS },
	{ "tokenizer.ggml.tokens", TOKENS },
	{ "split.count", SPLITS },
	{ "split.tensors.count", SPLIT_TENSORS },
};

static enum wanted
what_is(const char *key)
{
	static const char context[] = ".context_length";
	size_t len = strlen(key), n = sizeof(context) - 1;

	for (size_t i = 0; i < sizeof(wanted_keys) / sizeof(wanted_keys[0]);
	     i++)
		if (strcmp(wanted_keys[i].key, key) == 0)
			return wanted_keys[i].wanted;
	if (len > n && len - n < 64 && strcmp(key + len - n, context) == 0)
		return CONTEXT;
	return NOT_WANTED;
}

/* The architecture's own; another's only until that one comes. */
static void
keep_context(struct weigh_header *h, uint64_t n)
{
	struct gguf *g = h->state;
	size_t len = strlen(g->key) - strlen(".context_length");

	if (g->context_of[0] != '\0' &&
	    strcmp(g->context_of, h->facts.architecture) == 0)
		return;
	memcpy(g->context_of, g->key, len);
	g->context_of[len] = '\0';
	g->context = n;
}

static enum weigh_code
keep_alignment(struct weigh_header *h, uint64_t n, struct weigh_err *err)
{
	struct gguf *g = h->state;

	if (g->type != T_U32 || n == 0 || (n & (n - 1)) != 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.alignment",
		    "general.alignment is no power of two of type u32");
	g->alignment = n;
	return WEIGH_OK;
}

static enum weigh_code
keep_number(struct weigh_header *h, uint64_t n, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const char *name;

	switch (g->wanted) {
	case ALIGNMENT:
		return keep_alignment(h, n, err);
	case FILE_TYPE:
		name = weigh_file_type_name(n & ~UINT64_C(1024)); /* guessed */
		snprintf(h->facts.quantization, sizeof(h->facts.quantization),
		    "%s", name != NULL ? name : "");
		break;
	case BOS:
		g->bos = n;
		break;
	case EOS:
		g->eos = n;
		break;
	case SPLITS:
		h->facts.splits = n;
		break;
	case SPLIT_TENSORS:
		h->facts.split_tensors = n;
		break;
	case CONTEXT:
		keep_context(h, n);
		break;
	case NOT_WANTED:
	case ARCHITECTURE:
	case SIZE_LABEL:
	case ROLE:
	case CHAT_TEMPLATE:
	case TOKENS:
		break;
	}
	return WEIGH_OK;
}

/* A short text into the facts, if it is one that can be shown. */
static void
keep_short(char *out, size_t size, const char *text, size_t len)
{
	if (text == NULL || len >= size || !weigh_utf8_ok(text, len) ||
	    memchr(text, '\0', len) != NULL)
		return;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* --- pairs -------------------------------------------------------------- */

static step_fn take_pair, take_value, take_text, take_array, take_element,
    take_info;

static enum weigh_code finish(struct weigh_header *h, struct weigh_err *err);

static enum weigh_code
next_pair(struct weigh_header *h)
{
	struct gguf *g = h->state;

	g->step = g->pairs > 0 ? take_pair : take_info;
	return WEIGH_OK;
}

static enum weigh_code
check_counts(struct weigh_header *h, uint64_t tensors, uint64_t pairs,
    struct weigh_err *err)
{
	uint64_t left = left_of_file(h);

	if (tensors > MODEL_TENSORS_MAX || pairs > PAIRS_MAX ||
	    tensors * 24 + pairs * 14 > left)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.counts",
		    "it says %" PRIi64 " tensors and %" PRIi64
		    " pairs, with %" PRIu64 " bytes behind them",
		    (int64_t)tensors, (int64_t)pairs, left);
	return WEIGH_OK;
}

static enum weigh_code
take_head(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const unsigned char *p = peek(g, 24);
	uint64_t version;

	if (p == NULL)
		return wait_for(h, 24, err);
	if (memcmp(p, "GGUF", 4) != 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.magic",
		    "it does not begin with GGUF");
	version = number(p + 4, 4);
	if ((version & 0xffff) == 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.byte-order", "it is big-endian");
	if (version != 2 && version != 3)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.version", "version %" PRIu64 " is not known here",
		    version);
	g->infos = number(p + 8, 8);
	g->pairs = number(p + 16, 8);
	g->at += 24;
	if (check_counts(h, g->infos, g->pairs, err) != WEIGH_OK)
		return WEIGH_MALFORMED;
	return next_pair(h);
}

static enum weigh_code
check_key(struct weigh_header *h, uint64_t len, struct weigh_err *err)
{
	struct gguf *g = h->state;

	if (len == 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.key-empty", "a pair has no key");
	switch (weigh_keys_add(&g->keys, 0, g->key, (size_t)len)) {
	case KEYS_NEW:
		return WEIGH_OK;
	case KEYS_NOMEM:
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	case KEYS_TWICE:
		break;
	}
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.key-duplicate",
	    "a key is there twice");
}

static enum weigh_code
check_type(struct weigh_header *h, unsigned type, struct weigh_err *err)
{
	if (type < TYPES)
		return WEIGH_OK;
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.kv-type",
	    "a value has type %u, which is not known here", type);
}

static enum weigh_code
take_pair(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const unsigned char *p = peek(g, 8);
	enum weigh_code rc;
	uint64_t len;

	if (p == NULL)
		return wait_for(h, 8, err);
	len = number(p, 8);
	if (len > KEY_MAX || len > left_of_file(h) - 8)
		return bad_string(h, err);
	if ((p = peek(g, (size_t)len + 12)) == NULL)
		return wait_for(h, len + 12, err);
	memcpy(g->key, p + 8, (size_t)len);
	g->key[len] = '\0';
	g->wanted = what_is(g->key);
	g->type = (unsigned)number(p + 8 + len, 4);
	g->at += (size_t)len + 12;
	g->pairs--;
	rc = check_key(h, len, err);
	if (rc == WEIGH_OK)
		rc = check_type(h, g->type, err);
	if (rc != WEIGH_OK)
		return rc;
	if (g->wanted == ALIGNMENT && g->type != T_U32)
		return keep_alignment(h, 0, err);
	g->step = g->type == T_STRING ? take_text :
	    g->type == T_ARRAY        ? take_array :
					take_value;
	return WEIGH_OK;
}

static bool
is_whole_number(unsigned type)
{
	return type != T_F32 && type != T_F64 && type != T_BOOL;
}

static enum weigh_code
take_value(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	unsigned size = type_size[g->type];
	const unsigned char *p = peek(g, size);
	enum weigh_code rc = WEIGH_OK;
	bool negative;

	if (p == NULL)
		return wait_for(h, size, err);
	negative = (g->type == T_I8 || g->type == T_I16 || g->type == T_I32 ||
		       g->type == T_I64) &&
	    (p[size - 1] & 0x80) != 0;
	if (is_whole_number(g->type) && !negative)
		rc = keep_number(h, number(p, size), err);
	g->at += size;
	return rc == WEIGH_OK ? next_pair(h) : rc;
}

/* A text of `len` bytes, of which the first 8 were its length: where to? */
static void
place_text(struct weigh_header *h, uint64_t len)
{
	struct gguf *g = h->state;
	struct weigh_weights *w = &h->facts;
	const struct {
		enum wanted wanted;
		char *out;
		size_t size;
	} shorts[] = {
		{ ARCHITECTURE, w->architecture, sizeof(w->architecture) },
		{ SIZE_LABEL, w->size_label, sizeof(w->size_label) },
		{ ROLE, w->role, sizeof(w->role) },
	};

	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		if (shorts[i].wanted == g->wanted && len < shorts[i].size)
			keep_short(shorts[i].out, shorts[i].size,
			    (const char *)peek(g, (size_t)len), (size_t)len);
	g->skip = len;
	if (g->wanted == CHAT_TEMPLATE && len <= WEIGH_TEMPLATE_MAX)
		g->keep = &w->chat_template;
}

static enum weigh_code
take_text(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const unsigned char *p = peek(g, 8);
	uint64_t len;

	if (p == NULL)
		return wait_for(h, 8, err);
	len = number(p, 8);
	if (len > STRING_MAX || len > left_of_file(h) - 8)
		return bad_string(h, err);
	if (len < sizeof(h->facts.architecture) &&
	    peek(g, (size_t)len + 8) == NULL)
		return WEIGH_NOT_YET; /* a short one at once */
	g->at += 8;
	place_text(h, len);
	return next_pair(h);
}

/* --- arrays ------------------------------------------------------------- */

static enum weigh_code
bad_array(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.array",
	    "an array is longer than what is left of the file");
}

static enum weigh_code
take_array(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const unsigned char *p = peek(g, 12);
	enum weigh_code rc;
	uint64_t size;

	if (p == NULL)
		return wait_for(h, 12, err);
	g->element = (unsigned)number(p, 4);
	g->elements = number(p + 4, 8);
	g->at += 12;
	if ((rc = check_type(h, g->element, err)) != WEIGH_OK)
		return rc;
	if (g->element == T_ARRAY)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.array-nested", "an array stands in an array");
	size = g->element == T_STRING ? 8 : type_size[g->element];
	if (g->elements > ELEMENTS_MAX || g->elements * size > left_of_file(h))
		return bad_array(h, err);
	if (g->element == T_STRING) {
		g->step = take_element;
		return WEIGH_OK;
	}
	g->skip = g->elements * size;
	return next_pair(h);
}

/* Texts of tokens are kept, for BOS and EOS are only numbers among them, and
 * come later. */
static void
keep_token(struct gguf *g)
{
	uint32_t place = (uint32_t)g->tokens.len;

	if (weigh_buf_add(&g->token_places, &place, sizeof(place)) &&
	    !g->tokens.failed)
		g->keep = &g->tokens;
}

static enum weigh_code
take_element(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const unsigned char *p;
	uint64_t len;

	if (g->elements == 0)
		return next_pair(h);
	if ((p = peek(g, 8)) == NULL)
		return wait_for(h, 8, err);
	len = number(p, 8);
	if (len > STRING_MAX || len > left_of_file(h) - 8)
		return bad_string(h, err);
	g->at += 8;
	g->elements--;
	g->skip = len;
	if (g->wanted == TOKENS)
		keep_token(g);
	return WEIGH_OK;
}

/* --- tensors ------------------------------------------------------------ */

struct info {
	const char *name;
	uint64_t len;
	unsigned dims;
	uint64_t dim[DIMS_MAX];
	unsigned type;
	uint64_t offset;
};

static enum weigh_code
check_name(struct weigh_header *h, const struct info *i, struct weigh_err *err)
{
	struct gguf *g = h->state;

	if (memchr(i->name, '\0', (size_t)i->len) != NULL)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.name",
		    "a tensor's name holds a NUL");
	switch (weigh_keys_add(&g->keys, 1, i->name, (size_t)i->len)) {
	case KEYS_NEW:
		return WEIGH_OK;
	case KEYS_NOMEM:
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	case KEYS_TWICE:
		break;
	}
	return weigh_header_break(h, err, WEIGH_MALFORMED,
	    "gguf.name-duplicate", "two tensors have one name");
}

/* The product of the dimensions, below 2^63. */
static enum weigh_code
count_elements(struct weigh_header *h, const struct info *i, uint64_t *out,
    struct weigh_err *err)
{
	uint64_t n = 1;
	bool fits = true;

	for (unsigned d = 0; d < i->dims; d++) {
		if (i->dim[d] > INT64_MAX)
			return weigh_header_break(h, err, WEIGH_MALFORMED,
			    "gguf.dims", "a dimension is negative");
		fits = !__builtin_mul_overflow(n, i->dim[d], &n) && fits;
	}
	*out = n;
	if (fits && n <= INT64_MAX)
		return WEIGH_OK;
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.overflow",
	    "a tensor has 2^63 elements or more");
}

/* Tensors stand one behind the other, each at a multiple of the alignment. */
static enum weigh_code
place_tensor(struct weigh_header *h, uint64_t offset, uint64_t bytes,
    struct weigh_err *err)
{
	struct gguf *g = h->state;
	uint64_t padded;

	if (offset != g->offset)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.offset",
		    "a tensor begins at %" PRIu64 " instead of %" PRIu64,
		    offset, g->offset);
	if (__builtin_add_overflow(offset, bytes, &g->last) ||
	    __builtin_add_overflow(g->last, g->alignment - 1, &padded))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.overflow", "the tensors have more than 2^64 bytes");
	g->offset = padded & ~(g->alignment - 1);
	return WEIGH_OK;
}

static enum weigh_code
check_info(struct weigh_header *h, const struct info *i, struct weigh_err *err)
{
	const struct weigh_ggml_type *t = NULL;
	uint64_t elements = 0, bytes;
	enum weigh_code rc;

	if ((rc = check_name(h, i, err)) != WEIGH_OK ||
	    (rc = count_elements(h, i, &elements, err)) != WEIGH_OK)
		return rc;
	for (unsigned n = 0; n < weigh_nggml_types && t == NULL; n++)
		if (weigh_ggml_types[n].id == i->type)
			t = &weigh_ggml_types[n];
	if (t == NULL)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.type-unknown",
		    "a tensor has type %u, which is not "
		    "known here",
		    i->type);
	if (t->bytes == 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.type-removed",
		    "a tensor has type %s, which is no "
		    "longer one",
		    t->name);
	if ((i->dims > 0 ? i->dim[0] : 1) % t->block != 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.row",
		    "a row of %s is no multiple of %u", t->name, t->block);
	if (__builtin_mul_overflow(elements / t->block, (uint64_t)t->bytes,
		&bytes) ||
	    !weigh_weights_count(&h->facts, t->name, elements))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.overflow", "the tensors have more than 2^64 bytes");
	return place_tensor(h, i->offset, bytes, err);
}

static enum weigh_code
take_info(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	struct info i = { .dims = 0 };
	const unsigned char *p;
	size_t need;

	if (g->infos == 0)
		return finish(h, err);
	if ((p = peek(g, 8)) == NULL)
		return wait_for(h, 8, err);
	if ((i.len = number(p, 8)) >= NAME_MAX)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.name",
		    "a tensor's name has %d bytes or more", NAME_MAX);
	need = 8 + (size_t)i.len + 4;
	if ((p = peek(g, need)) == NULL)
		return wait_for(h, need, err);
	i.dims = (unsigned)number(p + 8 + i.len, 4);
	if (i.dims > DIMS_MAX)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.dims",
		    "a tensor has %u dimensions", i.dims);
	need += 8 * (size_t)i.dims + 12;
	if ((p = peek(g, need)) == NULL)
		return wait_for(h, need, err);
	i.name = (const char *)p + 8;
	p += 12 + i.len;
	for (unsigned d = 0; d < i.dims; d++, p += 8)
		i.dim[d] = number(p, 8);
	i.type = (unsigned)number(p, 4);
	i.offset = number(p + 4, 8);
	g->at += need;
	g->infos--;
	return check_info(h, &i, err);
}

/* --- the whole ---------------------------------------------------------- */

static void
name_token(const struct gguf *g, uint64_t id, struct weigh_buf *out)
{
	size_t count = g->token_places.len / sizeof(uint32_t);
	uint32_t begin, end = (uint32_t)g->tokens.len;

	if (id >= count || g->tokens.failed || g->token_places.failed)
		return;
	memcpy(&begin, g->token_places.data + id * sizeof(begin),
	    sizeof(begin));
	if (id + 1 < count)
		memcpy(&end, g->token_places.data + (id + 1) * sizeof(end),
		    sizeof(end));
	if (end > begin && weigh_utf8_ok(g->tokens.data + begin, end - begin))
		weigh_buf_add(out, g->tokens.data + begin, end - begin);
}

/* All infos are taken: is the data there? */
static enum weigh_code
finish(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	struct weigh_weights *w = &h->facts;
	uint64_t start = g->before + g->at, end;

	if (w->tensors > 0)
		start = (start + g->alignment - 1) & ~(g->alignment - 1);
	if (start > h->size || __builtin_add_overflow(start, g->last, &end) ||
	    end > h->size)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.truncated", "the tensors do not end within the file");
	if (strcmp(g->context_of, w->architecture) == 0)
		w->context_length = g->context;
	if (!weigh_utf8_ok(w->chat_template.data != NULL ?
		    w->chat_template.data :
		    "",
		w->chat_template.len))
		weigh_buf_reset(&w->chat_template);
	name_token(g, g->bos, &w->bos_token);
	name_token(g, g->eos, &w->eos_token);
	g->finished = true;
	return WEIGH_OK;
}

/* Read over bytes, or keep them; false: more of them are to come. */
static bool
read_over(struct gguf *g)
{
	size_t have = g->window.len - g->at;
	size_t n = have < g->skip ? have : (size_t)g->skip;

	if (g->keep != NULL)
		weigh_buf_add(g->keep, g->window.data + g->at, n);
	g->at += n;
	g->skip -= n;
	if (g->skip > 0)
		return false;
	g->keep = NULL;
	return true;
}

/* Drop from the window what was taken. */
static void
close_up(struct gguf *g)
{
	size_t rest = g->window.len - g->at;

	if (g->at == 0)
		return;
	memmove(g->window.data, g->window.data + g->at, rest);
	g->window.data[rest] = '\0';
	g->window.len = rest;
	g->before += g->at;
	g->at = 0;
}

static enum weigh_code
feed(struct weigh_header *h, const char *data, size_t len,
    struct weigh_err *err)
{
	struct gguf *g = h->state;
	enum weigh_code rc = WEIGH_OK;

	if (len == 0)
		return truncated(h, err);
	if (!weigh_buf_add(&g->window, data, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && !g->finished)
		rc = read_over(g) ? g->step(h, err) : WEIGH_NOT_YET;
	close_up(g);
	if (rc == WEIGH_NOT_YET && g->before > WEIGH_HEADER_MAX)
		return weigh_header_break(h, err, WEIGH_TOO_BIG,
		    "gguf.unscanned", "its header has more than %u bytes",
		    WEIGH_HEADER_MAX);
	return rc;
}

static void *
begin(struct weigh_header *h)
{
	struct gguf *g = calloc(1, sizeof(*g));

	(void)h;
	if (g == NULL)
		return NULL;
	/* One piece of a caller's, and an item of which a part was there. */
	weigh_buf_init(&g->window, (2u << 20) + KEY_MAX);
	weigh_buf_init(&g->tokens, TOKENS_TEXT);
	weigh_buf_init(&g->token_places, 4 * MODEL_TENSORS_MAX);
	weigh_keys_init(&g->keys, (uint64_t)(uintptr_t)g);
	g->alignment = 32;
	g->bos = g->eos = NO_TOKEN;
	g->step = take_head;
	return g;
}

static void
end(void *state)
{
	struct gguf *g = state;

	if (g == NULL)
		return;
	weigh_buf_free(&g->window);
	weigh_buf_free(&g->tokens);
	weigh_buf_free(&g->token_places);
	weigh_keys_free(&g->keys);
	free(g);
}

const struct model_reader weigh_header_gguf = { begin, feed, end };
