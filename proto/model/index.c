/*
 * index: which shards a *.safetensors.index.json names:
 *
 *     {"metadata": {…}, "weight_map": {"TENSOR": "model-00001-of-00002.safetensors"}}
 *
 * Tensors are not kept, only the names of the shards, each once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>

#include "header.h"

#define SHARDS_MAX 10000
#define INDEX_MAX (256u << 20)

static const struct weigh_json_limits limits = {
	.depth = 64,
	.string = 1u << 20,
	.keys = MODEL_TENSORS_MAX,
	.bytes = INDEX_MAX,
};

struct index {
	struct weigh_json *json;
	struct keys names; /* of the shards, to keep each once */
	uint64_t read;
	bool begun;    /* the outermost object is open */
	bool map_next; /* its value is the map */
	bool mapped;   /* the map was there */
	bool in_map;
};

static void *
begin(struct weigh_header *h)
{
	struct index *x = calloc(1, sizeof(*x));

	(void)h;
	if (x == NULL || (x->json = weigh_json_new(&limits)) == NULL) {
		free(x);
		return NULL;
	}
	weigh_keys_init(&x->names, (uint64_t)(uintptr_t)x);
	return x;
}

static void
end(void *state)
{
	struct index *x = state;

	if (x == NULL)
		return;
	weigh_json_free(x->json);
	weigh_keys_free(&x->names);
	free(x);
}

static enum weigh_code
malformed(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "index.malformed",
	    "it is no object with a weight_map of strings");
}

static enum weigh_code
keep_shard(struct weigh_header *h, struct weigh_err *err)
{
	struct index *x = h->state;
	size_t len;
	const char *name = weigh_json_text(x->json, &len);

	if (weigh_path_check(name, len, NULL) != WEIGH_OK)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "index.path",
		    "a shard's name is no path of a file beside it");
	switch (weigh_keys_add(&x->names, 0, name, len)) {
	case KEYS_TWICE:
		return WEIGH_OK;
	case KEYS_NOMEM:
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	case KEYS_NEW:
		break;
	}
	weigh_buf_add(&h->facts.shards, name, len + 1);
	if (h->facts.shards.failed || ++h->facts.nshards > SHARDS_MAX)
		return weigh_header_break(h, err, WEIGH_TOO_BIG, "index.shards",
		    "it names more than %d shards", SHARDS_MAX);
	return WEIGH_OK;
}

static bool
is_map(const struct index *x)
{
	size_t len;
	const char *key = weigh_json_text(x->json, &len);

	return len == 10 && memcmp(key, "weight_map", len) == 0;
}

static enum weigh_code
take(struct weigh_header *h, enum weigh_json_token t, struct weigh_err *err)
{
	struct index *x = h->state;
	unsigned depth = weigh_json_depth(x->json);

	if (!x->begun) {
		x->begun = t == WEIGH_JSON_OBJECT;
		return x->begun ? WEIGH_OK : malformed(h, err);
	}
	if (x->map_next) {
		x->map_next = false;
		x->in_map = x->mapped = t == WEIGH_JSON_OBJECT;
		return x->mapped ? WEIGH_OK : malformed(h, err);
	}
	if (x->in_map && t == WEIGH_JSON_OBJECT_END && depth == 1) {
		x->in_map = false;
		return WEIGH_OK;
	}
	if (x->in_map && t == WEIGH_JSON_STRING)
		return keep_shard(h, err);
	if (x->in_map && t != WEIGH_JSON_KEY)
		return malformed(h, err);
	if (depth == 1 && t == WEIGH_JSON_KEY)
		x->map_next = is_map(x);
	return WEIGH_OK;
}

static enum weigh_code
feed(struct weigh_header *h, const char *data, size_t len,
    struct weigh_err *err)
{
	struct index *x = h->state;
	enum weigh_code rc = WEIGH_OK;
	enum weigh_json_token t;

	if (h->size > INDEX_MAX)
		return weigh_header_break(h, err, WEIGH_TOO_BIG,
		    "index.too-large", "it has more than %u bytes", INDEX_MAX);
	x->read += len;
	weigh_json_feed(x->json, data, len, len == 0 || x->read >= h->size);
	while (rc == WEIGH_OK) {
		t = weigh_json_next(x->json);
		if (t == WEIGH_JSON_MORE)
			return WEIGH_NOT_YET;
		if (t == WEIGH_JSON_BAD)
			return weigh_header_break_json(h, err, x->json,
			    "index.malformed");
		if (t == WEIGH_JSON_END)
			return x->mapped ? WEIGH_OK : malformed(h, err);
		rc = take(h, t, err);
	}
	return rc;
}

const struct model_reader weigh_header_index = { begin, feed, end };
