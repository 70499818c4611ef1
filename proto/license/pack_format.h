/*
 * pack_format: how a pack lies in its file.  README.md tells it byte by byte.
 * Private to proto/license: pack.c reads it, pack_check.c checks it, write.c writes it.
 *
 * A header, sections in the order of enum pack_section, each padded with zeros to
 * PACK_ALIGN, and the SHA-256 of all that.  Numbers are little-endian, so the sections
 * are used as they lie.
 */
#ifndef PROTO_LICENSE_PACK_FORMAT_H
#define PROTO_LICENSE_PACK_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include <weigh/oid.h>

#include "pack.h"
#include "text.h"

#define PACK_MAGIC "WHLICPK1"
#define PACK_MAGIC_SIZE 8
#define PACK_FORMAT 1u
#define PACK_ALIGN 8u
#define PACK_TEMPLATES_MAX (1u << 16)
#define PACK_CLAUSE 24      /* bytes of a label, with its NUL */
#define PACK_NAME 256       /* bytes of a name or version, with its NUL */
#define PACK_BUCKET_BITS 24 /* most bits of a hash that an index goes by */
#define PACK_VARINT 3       /* bytes of a number in a list of postings */

enum pack_section {
	PACK_ENTRIES,
	PACK_TEMPLATES,
	PACK_WORDS, /* of templates: numbers of the vocabulary */
	PACK_SPANS,
	PACK_ALTERNATIVES,
	PACK_ALTERNATIVE_WORDS,
	PACK_LOOKALIKES,
	PACK_CLAUSES,
	PACK_VOCABULARY, /* hashes, sorted */
	PACK_STRONG,     /* of each word */
	PACK_WORD_INDEX, /* 2^n + 1: the first word with these first n bits */
	PACK_SHINGLE_INDEX, /* the same for shingles */
	PACK_SHINGLES,      /* the next 32 bits of each shingle's hash */
	PACK_LISTS,         /* where each one's list of postings begins */
	PACK_POSTINGS,
	PACK_STRINGS,
	PACK_SECTIONS
};

struct pack_header {
	char magic[PACK_MAGIC_SIZE];
	uint32_t format;
	uint32_t version; /* into strings */
	uint32_t counts[PACK_SECTIONS];
};

#define PACK_VENDOR 1u /* flags of an entry */
#define PACK_DEPRECATED 2u
struct pack_entry {
	uint32_t id, name, based_on; /* into strings */
	uint32_t popularity;
	uint32_t first, count; /* templates */
	uint16_t what, flags;
};

/* Each part begins where that of the template before it ends. */
struct pack_part {
	uint32_t first, count;
};
struct pack_template {
	uint32_t entry, nrequired;
	struct pack_part words, spans, alternatives, alternative_words,
	    lookalikes, clauses;
};

struct pack_clause {
	uint32_t word;  /* from this word of the template on */
	uint32_t label; /* into strings */
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "a pack is used as it lies");
_Static_assert(sizeof(struct pack_header) == 80 &&
	sizeof(struct pack_entry) == 28 && sizeof(struct pack_template) == 56 &&
	sizeof(struct license_span) == 20 &&
	sizeof(struct license_alternative) == 8 &&
	sizeof(struct pack_clause) == 8,
    "the format has no holes");

/* Bytes of one element of each section. */
extern const size_t license_pack_sizes[PACK_SECTIONS];

struct weigh_license_pack {
	const struct pack_header *header;
	uint32_t counts[PACK_SECTIONS];
	const struct pack_entry *entries;
	const struct pack_template *templates;
	const uint16_t *words;
	const struct license_span *spans;
	const struct license_alternative *alternatives;
	const uint16_t *alternative_words;
	const uint32_t *lookalikes;
	const struct pack_clause *clauses;
	const uint64_t *vocabulary;
	const uint8_t *strong;
	const uint16_t *word_index;
	const uint32_t *shingle_index, *shingles, *lists;
	const uint8_t *postings;
	const char *strings;
	unsigned word_bits, shingle_bits;
	struct license_names *names; /* the pack's own */
	char sha256[WEIGH_OID_HEX + 1];
};

/* Invariant (3) of weigh/licensepack.h, but for the digest. */
enum weigh_code license_pack_check(const struct weigh_license_pack *p,
    struct weigh_err *err);

/* Is it letters, digits, '.', '-' and '+', at least one, and short enough? */
bool license_id_valid(const char *id);

/* Of a shingle: well mixed in all bits, for its index is its first ones. */
static inline uint64_t
license_shingle_hash(const uint16_t words[LICENSE_SHINGLE])
{
	uint64_t h = (uint64_t)words[0] | (uint64_t)words[1] << 16 |
	    (uint64_t)words[2] << 32 | (uint64_t)words[3] << 48;

	/* The last mixing of MurmurHash3, before and after the fifth word. */
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33 ^ words[4]) * 0xc4ceb9fe1a85ec53;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	return h ^ h >> 33;
}

#endif
