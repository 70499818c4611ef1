/*
 * cache: small answers that may be given again, for one loop, so without a lock.
 * A table of SLOTS answers, each in the one place its request hashes to; a newer
 * one takes the place.  The generation decides whether it is still true.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "priv.h"

#define SLOTS 2048
#define BODY_MAX (8u << 10) /* at most 16 MiB of bodies a loop */
#define KEY_MAX 1024

struct slot {
	uint64_t generation; /* 0: empty */
	enum cache_for whom;
	uint64_t hash;
	char *key;
	size_t key_len;
	struct http_reply reply; /* never an error; a file only without bytes */
};

struct cache {
	uint64_t seed;
	struct slot slots[SLOTS];
};

/* What an answer depends on besides the generation: method, target, host and
 * scheme, which stand in links, and whether it may be gzipped.  Each part is preceded by its length, so that two
 * different requests never have one key. */
struct key {
	char text[KEY_MAX];
	size_t len;
	uint64_t hash;
};

static bool
key_add(struct key *k, struct weigh_span s)
{
	uint32_t len = (uint32_t)s.len;

	if (k->len + s.len + sizeof(len) > sizeof(k->text))
		return false;
	memcpy(k->text + k->len, &len, sizeof(len));
	k->len += sizeof(len);
	if (s.len > 0)
		memcpy(k->text + k->len, s.p, s.len);
	k->len += s.len;
	return true;
}

/* FNV-1a with a seed that differs in every process, so that nobody outside can
 * aim at one slot. */
static uint64_t
hash_key(const struct key *k, uint64_t seed)
{
	uint64_t h = 14695981039346656037u ^ seed;
	size_t i;

	for (i = 0; i < k->len; i++)
		h = (h ^ (unsigned char)k->text[i]) * 1099511628211u;
	return h ^ h >> 32;
}

static bool
key_make(const struct cache *c, const struct http_exchange *x, struct key *k)
{
	const struct weigh_http_head *head = http_head(x);
	struct weigh_span proto = weigh_http_field(head, "X-Forwarded-Proto");

	k->len = 0;
	if (head->method != WEIGH_HTTP_GET && head->method != WEIGH_HTTP_HEAD)
		return false;
	k->text[k->len++] = (char)('0' + 8 * weigh_http_accepts_gzip(head) +
	    4 * (head->method == WEIGH_HTTP_GET) + 2 * head->has_query +
	    weigh_span_is_nocase(proto, "https"));
	if (!key_add(k, head->path) || !key_add(k, head->query) ||
	    !key_add(k, head->host))
		return false;
	k->hash = hash_key(k, c->seed);
	return true;
}

static void
slot_clear(struct slot *slot)
{
	free(slot->key);
	slot->key = NULL;
	slot->generation = 0;
	http_reply_free(&slot->reply);
}

enum weigh_code
cache_new(struct cache **out, struct weigh_err *err)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (getrandom(&c->seed, sizeof(c->seed), 0) != sizeof(c->seed)) {
		free(c);
		return weigh_fail_errno(err, errno, "no random numbers");
	}
	*out = c;
	return WEIGH_OK;
}

void
cache_free(struct cache *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < SLOTS; i++)
		if (c->slots[i].generation != 0)
			slot_clear(&c->slots[i]);
	free(c);
}

static bool
copy_reply(struct http_reply *to, const struct http_reply *from)
{
	http_reply_init(to, BODY_MAX);
	to->type = from->type;
	to->modified = from->modified;
	to->size = from->size;
	to->is_file = from->is_file;
	memcpy(to->etag, from->etag, sizeof(to->etag));
	return weigh_buf_add(&to->fields, from->fields.data,
		   from->fields.len) &&
	    weigh_buf_add(&to->body, from->body.data, from->body.len);
}

bool
cache_answer(struct cache *c, struct http_exchange *x, uint64_t generation,
    enum cache_for whom)
{
	struct http_reply reply;
	struct slot *slot;
	struct key k;

	if (!key_make(c, x, &k))
		return false;
	slot = &c->slots[k.hash % SLOTS];
	if (slot->generation != generation || slot->whom < whom ||
	    slot->hash != k.hash || slot->key_len != k.len ||
	    memcmp(slot->key, k.text, k.len) != 0)
		return false;
	if (!copy_reply(&reply, &slot->reply)) {
		http_reply_free(&reply);
		return false;
	}
	http_reply_send(x, &reply);
	return true;
}

/* Errors are cheap to make and could be made up without end; bytes of files come
 * through the gate each time (serve.h, 1). */
static bool
worth_keeping(const struct http_exchange *x, const struct http_reply *r)
{
	if (r->rc != WEIGH_OK || r->status != 0 || r->fd >= 0 ||
	    r->body.len > BODY_MAX || r->fields.failed || r->body.failed)
		return false;
	return !r->is_file || http_head(x)->method == WEIGH_HTTP_HEAD;
}

void
cache_keep(struct cache *c, const struct http_exchange *x, uint64_t generation,
    enum cache_for whom, const struct http_reply *r)
{
	struct slot *slot;
	struct key k;

	if (!worth_keeping(x, r) || !key_make(c, x, &k))
		return;
	slot = &c->slots[k.hash % SLOTS];
	if (slot->generation != 0)
		slot_clear(slot);
	if ((slot->key = malloc(k.len)) == NULL)
		return;
	if (!copy_reply(&slot->reply, r)) {
		slot_clear(slot);
		return;
	}
	memcpy(slot->key, k.text, k.len);
	slot->key_len = k.len;
	slot->hash = k.hash;
	slot->whom = whom;
	slot->generation = generation;
}
