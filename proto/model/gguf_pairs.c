/* gguf_pairs: what a GGUF file says of itself, pair by pair: most are read over, a
 * dozen are kept. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <weigh/name.h>

#include "gguf.h"

#define STRING_MAX (1u << 30)
#define ELEMENTS_MAX (1u << 30)

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
what_is(const char *key, size_t key_len)
{
	static const char context[] = ".context_length";
	size_t len = strlen(key), n = sizeof(context) - 1;

	for (size_t i = 0; i < sizeof(wanted_keys) / sizeof(wanted_keys[0]);
	     i++)
		if (strcmp(wanted_keys[i].key, key) == 0)
			return wanted_keys[i].wanted;
	if (weigh_says_wanted(WEIGH_GGUF, key, key_len))
		return SAYS;
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
	case SAYS:
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

static gguf_step take_value, take_text, take_array, take_element;

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

enum weigh_code
weigh_gguf_take_pair(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	const unsigned char *p = peek(g, 8);
	enum weigh_code rc;
	uint64_t len;

	if (p == NULL)
		return wait_for(h, 8, err);
	len = number(p, 8);
	if (len > GGUF_KEY_MAX || len > left_of_file(h) - 8)
		return bad_string(h, err);
	if ((p = peek(g, (size_t)len + 12)) == NULL)
		return wait_for(h, len + 12, err);
	memcpy(g->key, p + 8, (size_t)len);
	g->key[len] = '\0';
	g->wanted = what_is(g->key, (size_t)len);
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
	return rc == WEIGH_OK ? weigh_gguf_next_pair(h) : rc;
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
	if (g->wanted == SAYS && len <= WEIGH_SAYS_TEXT)
		(void)weigh_says_add(w, g->key, (const char *)peek(g, len),
		    (size_t)len);
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
	if (len <= (g->wanted == SAYS ? WEIGH_SAYS_TEXT :
					sizeof(h->facts.architecture) - 1) &&
	    peek(g, (size_t)len + 8) == NULL)
		return WEIGH_NOT_YET; /* a short one at once */
	g->at += 8;
	place_text(h, len);
	return weigh_gguf_next_pair(h);
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
	return weigh_gguf_next_pair(h);
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
		return weigh_gguf_next_pair(h);
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

void
weigh_gguf_name_token(const struct gguf *g, uint64_t id, struct weigh_buf *out)
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
