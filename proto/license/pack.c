/* pack: see weigh/licensepack.h, pack.h and pack_format.h. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "names.h"
#include "pack_format.h"

const size_t license_pack_sizes[PACK_SECTIONS] = {
	[PACK_ENTRIES] = sizeof(struct pack_entry),
	[PACK_TEMPLATES] = sizeof(struct pack_template),
	[PACK_WORDS] = sizeof(uint16_t),
	[PACK_SPANS] = sizeof(struct license_span),
	[PACK_ALTERNATIVES] = sizeof(struct license_alternative),
	[PACK_ALTERNATIVE_WORDS] = sizeof(uint16_t),
	[PACK_LOOKALIKES] = sizeof(uint32_t),
	[PACK_CLAUSES] = sizeof(struct pack_clause),
	[PACK_VOCABULARY] = sizeof(uint64_t),
	[PACK_STRONG] = sizeof(uint8_t),
	[PACK_WORD_INDEX] = sizeof(uint16_t),
	[PACK_SHINGLE_INDEX] = sizeof(uint32_t),
	[PACK_SHINGLES] = sizeof(uint32_t),
	[PACK_LISTS] = sizeof(uint32_t),
	[PACK_POSTINGS] = sizeof(uint8_t),
	[PACK_STRINGS] = sizeof(char),
};

/* --- opening ------------------------------------------------------------------ */

/* The digest at the end is that of all before it; the file's own goes on from there. */
static enum weigh_code
check_digest(struct weigh_license_pack *p, const uint8_t *bytes, size_t len,
    struct weigh_err *err)
{
	struct weigh_oid body, whole;
	SHA256_CTX ctx, at_end;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, bytes, len - WEIGH_OID_SIZE);
	at_end = ctx;
	SHA256_Final(body.b, &at_end);
	if (memcmp(body.b, bytes + len - WEIGH_OID_SIZE, WEIGH_OID_SIZE) != 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it does not have the SHA-256 at its end");
	SHA256_Update(&ctx, bytes + len - WEIGH_OID_SIZE, WEIGH_OID_SIZE);
	SHA256_Final(whole.b, &ctx);
	weigh_oid_hex(&whole, p->sha256);
	return WEIGH_OK;
}

static bool
is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return any == 0;
}

/* Where each section begins, by the counts of all before it; zeros between them. */
static bool
find_sections(const struct weigh_license_pack *p, const uint8_t *bytes,
    size_t len, const void *at[PACK_SECTIONS])
{
	size_t offset = sizeof(struct pack_header), end = len - WEIGH_OID_SIZE;

	for (size_t i = 0; i < PACK_SECTIONS; i++) {
		size_t size = (size_t)p->counts[i] * license_pack_sizes[i];
		size_t padded = (size + PACK_ALIGN - 1) / PACK_ALIGN *
		    PACK_ALIGN;

		at[i] = bytes + offset;
		if (padded > end - offset ||
		    !is_zero(bytes + offset + size, padded - size))
			return false;
		offset += padded;
	}
	return offset == end;
}

static void
point_at_sections(struct weigh_license_pack *p,
    const void *const at[PACK_SECTIONS])
{
	p->entries = at[PACK_ENTRIES];
	p->templates = at[PACK_TEMPLATES];
	p->words = at[PACK_WORDS];
	p->spans = at[PACK_SPANS];
	p->alternatives = at[PACK_ALTERNATIVES];
	p->alternative_words = at[PACK_ALTERNATIVE_WORDS];
	p->lookalikes = at[PACK_LOOKALIKES];
	p->clauses = at[PACK_CLAUSES];
	p->vocabulary = at[PACK_VOCABULARY];
	p->strong = at[PACK_STRONG];
	p->word_index = at[PACK_WORD_INDEX];
	p->shingle_index = at[PACK_SHINGLE_INDEX];
	p->shingles = at[PACK_SHINGLES];
	p->lists = at[PACK_LISTS];
	p->postings = at[PACK_POSTINGS];
	p->strings = at[PACK_STRINGS];
}

/* By how many bits of a hash an index of `count` places goes; 0 if by none. */
static unsigned
index_bits(uint32_t count)
{
	for (unsigned bits = 1; bits <= PACK_BUCKET_BITS; bits++)
		if (count == (1u << bits) + 1)
			return bits;
	return 0;
}

static enum weigh_code
read_header(struct weigh_license_pack *p, const uint8_t *bytes, size_t len,
    struct weigh_err *err)
{
	const void *at[PACK_SECTIONS];

	if (len > WEIGH_LICENSEPACK_MAX)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it has %zu bytes, at most %u are allowed", len,
		    WEIGH_LICENSEPACK_MAX);
	if (len < sizeof(*p->header) + WEIGH_OID_SIZE ||
	    memcmp(bytes, PACK_MAGIC, PACK_MAGIC_SIZE) != 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it is not a pack of licenses");
	if ((uintptr_t)bytes % PACK_ALIGN != 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it does not lie at a multiple of %u bytes", PACK_ALIGN);
	p->header = (const void *)bytes;
	if (p->header->format != PACK_FORMAT)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it has format %u, this program reads format %u",
		    p->header->format, PACK_FORMAT);
	memcpy(p->counts, p->header->counts, sizeof(p->counts));
	if (!find_sections(p, bytes, len, at))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its sections and its length of %zu bytes differ", len);
	point_at_sections(p, at);
	p->word_bits = index_bits(p->counts[PACK_WORD_INDEX]);
	p->shingle_bits = index_bits(p->counts[PACK_SHINGLE_INDEX]);
	return WEIGH_OK;
}

enum weigh_code
weigh_licensepack_open(struct weigh_license_pack **out, const void *bytes,
    size_t len, struct weigh_err *err)
{
	struct weigh_license_pack *p = calloc(1, sizeof(*p));
	enum weigh_code rc;

	if (p == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = read_header(p, bytes, len, err);
	if (rc == WEIGH_OK)
		rc = check_digest(p, bytes, len, err);
	if (rc == WEIGH_OK)
		rc = license_pack_check(p, err);
	if (rc == WEIGH_OK)
		rc = license_names_new(&p->names, p, err);
	if (rc == WEIGH_OK) {
		*out = p;
		p = NULL; /* the caller's now */
	}
	free(p);
	return rc;
}

void
weigh_licensepack_close(struct weigh_license_pack *p)
{
	if (p == NULL)
		return;
	license_names_free(p->names);
	free(p);
}

/* --- what it has -------------------------------------------------------------- */

bool
weigh_licensepack_current(const struct weigh_license_pack *p)
{
	char version[64];

	snprintf(version, sizeof(version), WEIGH_LICENSEPACK_SITE,
	    WEIGH_LICENSE_ENGINE);
	return strcmp(weigh_licensepack_version(p), version) == 0;
}

const char *
weigh_licensepack_version(const struct weigh_license_pack *p)
{
	return p->strings + p->header->version;
}

const char *
weigh_licensepack_sha256(const struct weigh_license_pack *p)
{
	return p->sha256;
}

size_t
weigh_licensepack_count(const struct weigh_license_pack *p)
{
	return p->counts[PACK_ENTRIES];
}

void
weigh_licensepack_entry(const struct weigh_license_pack *p, size_t i,
    struct weigh_licensepack_entry *out)
{
	const struct pack_entry *e = &p->entries[i];

	*out = (struct weigh_licensepack_entry){
		.id = p->strings + e->id,
		.name = p->strings + e->name,
		.based_on = p->strings + e->based_on,
		.what = (enum weigh_license_what)e->what,
		.vendor = (e->flags & PACK_VENDOR) != 0,
		.deprecated = (e->flags & PACK_DEPRECATED) != 0,
		.popularity = e->popularity,
		.first = e->first,
		.count = e->count,
	};
}

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

int
license_id_compare(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) - lower(*b);
}

size_t
weigh_licensepack_find(const struct weigh_license_pack *p, const char *id)
{
	size_t low = 0, high = p->counts[PACK_ENTRIES];

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (license_id_compare(p->strings + p->entries[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < p->counts[PACK_ENTRIES] &&
	    license_id_compare(p->strings + p->entries[low].id, id) == 0)
		return low;
	return SIZE_MAX;
}

const struct license_names *
license_pack_names(const struct weigh_license_pack *p)
{
	return p->names;
}

uint32_t
license_pack_templates(const struct weigh_license_pack *p)
{
	return p->counts[PACK_TEMPLATES];
}

void
license_pack_template(const struct weigh_license_pack *p, uint32_t number,
    struct license_template *out)
{
	const struct pack_template *t = &p->templates[number];

	*out = (struct license_template){
		.number = number,
		.entry = t->entry,
		.words = p->words + t->words.first,
		.nwords = t->words.count,
		.nrequired = t->nrequired,
		.spans = p->spans + t->spans.first,
		.nspans = t->spans.count,
		.alternatives = p->alternatives + t->alternatives.first,
		.alternative_words = p->alternative_words +
		    t->alternative_words.first,
		.lookalikes = p->lookalikes + t->lookalikes.first,
		.nlookalikes = t->lookalikes.count,
		.vendor = (p->entries[t->entry].flags & PACK_VENDOR) != 0,
		.tiny = t->words.count < LICENSE_TINY,
	};
}

const char *
license_pack_clause(const struct weigh_license_pack *p, uint32_t number,
    uint32_t i)
{
	const struct pack_part *part = &p->templates[number].clauses;
	const struct pack_clause *clauses = p->clauses + part->first;
	uint32_t low = 0, high = part->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (clauses[mid].word <= i)
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 ? "" : p->strings + clauses[low - 1].label;
}

/* --- words and shingles ------------------------------------------------------- */

uint16_t
license_pack_word(const struct weigh_license_pack *p, uint64_t hash)
{
	size_t bucket = (size_t)(hash >> (64 - p->word_bits));
	uint16_t end = p->word_index[bucket + 1];

	for (uint16_t i = p->word_index[bucket]; i < end; i++)
		if (p->vocabulary[i] == hash)
			return i;
	return LICENSE_NO_WORD;
}

unsigned
license_pack_strong(const struct weigh_license_pack *p, uint16_t word)
{
	return word < p->counts[PACK_STRONG] ? p->strong[word] : 0;
}

/* Seven bits a byte, the lowest first; pack_check.c saw that it ends. */
static uint32_t
varint(const uint8_t **at)
{
	uint32_t n = 0;
	unsigned shift = 0;
	uint8_t c;

	do {
		c = *(*at)++;
		n |= (uint32_t)(c & 0x7f) << shift;
		shift += 7;
	} while ((c & 0x80) != 0);
	return n;
}

bool
license_pack_shingle(const struct weigh_license_pack *p,
    const uint16_t words[LICENSE_SHINGLE], struct license_postings *out)
{
	uint64_t hash = license_shingle_hash(words);
	size_t bucket = (size_t)(hash >> (64 - p->shingle_bits));
	uint32_t rest = (uint32_t)(hash << p->shingle_bits >> 32);
	uint32_t end = p->shingle_index[bucket + 1];

	for (uint32_t i = p->shingle_index[bucket]; i < end; i++)
		if (p->shingles[i] == rest) {
			out->next = p->postings + p->lists[i];
			out->count = varint(&out->next);
			out->left = out->count;
			out->last = 0;
			return true;
		}
	return false;
}

bool
license_postings_next(struct license_postings *it, uint32_t *number)
{
	if (it->left == 0)
		return false;
	it->left--;
	it->last += varint(&it->next);
	*number = it->last;
	return true;
}
