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
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>

#include "gguf.h"

#define PAIRS_MAX 100000
#define TOKENS_TEXT (16u << 20)

/* --- its head and its end -------------------------------------------------- */

enum weigh_code
weigh_gguf_next_pair(struct weigh_header *h)
{
	struct gguf *g = h->state;

	g->step = g->pairs > 0 ? weigh_gguf_take_pair : weigh_gguf_take_info;
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
	return weigh_gguf_next_pair(h);
}

enum weigh_code
weigh_gguf_finish(struct weigh_header *h, struct weigh_err *err)
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
	weigh_gguf_name_token(g, g->bos, &w->bos_token);
	weigh_gguf_name_token(g, g->eos, &w->eos_token);
	g->finished = true;
	return WEIGH_OK;
}

/* --- the machine ------------------------------------------------------ */

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
	weigh_buf_init(&g->window, (2u << 20) + GGUF_KEY_MAX);
	weigh_buf_init(&g->tokens, TOKENS_TEXT);
	weigh_buf_init(&g->token_places, 4 * MODEL_TENSORS_MAX);
	weigh_keys_init(&g->keys, (uint64_t)(uintptr_t)g);
	g->alignment = 32;
	g->bos = g->eos = GGUF_NO_TOKEN;
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
