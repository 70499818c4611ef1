/*
 * record: the memory of a record and its rows; see record_rows.h.
 *
 * The heap is a list of blocks, each filled from the front.  A list of rows doubles by
 * moving; what it leaves behind is given back with the rest.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../utf8.h"
#include "record_rows.h"

#define RECORD_HEAP (8u << 20) /* bytes of one record in memory */
#define BLOCK 4096u
#define ALIGN sizeof(uint64_t)
#define ROWS 4u /* when the first is added */
#define NO_CHARACTER "\xef\xbf\xbd"

struct block {
	struct block *next;
	size_t size, used;
	uint64_t bytes[];
};

struct weigh_record_memory {
	struct block *blocks; /* the one that is filled, then the full ones */
	size_t taken;
	/* rows that there is room for */
	uint32_t claims, links, texts, bases, parts, reasons, findings;
};

static struct block *
new_block(struct weigh_record_memory *m, size_t want)
{
	size_t size = want > BLOCK ? want : BLOCK;
	struct block *b;

	if (size > RECORD_HEAP - m->taken)
		return NULL;
	if ((b = calloc(1, sizeof(*b) + size)) == NULL)
		return NULL;
	b->size = size;
	b->next = m->blocks;
	m->blocks = b;
	m->taken += size;
	return b;
}

void *
record_alloc(struct weigh_record *r, size_t size)
{
	struct weigh_record_memory *m = r->memory;
	struct block *b = m->blocks;
	void *out;

	if (size > RECORD_HEAP)
		return NULL;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (b == NULL || size > b->size - b->used)
		b = new_block(m, size);
	if (b == NULL)
		return NULL;
	out = (char *)b->bytes + b->used;
	b->used += size;
	return out;
}

struct weigh_record *
weigh_record_new(void)
{
	struct weigh_record *r = calloc(1, sizeof(*r));
	struct weigh_record_memory *m = calloc(1, sizeof(*m));

	if (r == NULL || m == NULL) {
		free(r);
		free(m);
		return NULL;
	}
	r->memory = m;
	r->repo = r->commit = r->license_name = r->formats = "";
	record_unconclude(r);
	return r;
}

void
weigh_record_free(struct weigh_record *r)
{
	struct block *next;

	if (r == NULL)
		return;
	for (struct block *b = r->memory->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(r->memory);
	free(r);
}

void
record_unconclude(struct weigh_record *r)
{
	r->state = WEIGH_STATE_NONE;
	r->declared = r->detected = r->concluded = r->family = "";
	r->noptions = 0;
	r->nparts = r->nreasons = r->nfindings = 0;
}

/* --- strings ------------------------------------------------------------------------ */

/* Bytes of the character in front, 0: there is none.  A NUL would end the string. */
static size_t
character(const char *text, size_t len)
{
	return text[0] == '\0' ? 0 : weigh_utf8_char(text, len);
}

const char *
weigh_record_keep(struct weigh_record *r, const char *text, size_t len)
{
	size_t need = 0, n, at;
	char *out, *to;

	if (len == 0)
		return "";
	for (at = 0; at<len; at += n> 0 ? n : 1) {
		n = character(text + at, len - at);
		need += n > 0 ? n : strlen(NO_CHARACTER);
	}
	if ((out = to = record_alloc(r, need + 1)) == NULL)
		return NULL;
	for (at = 0; at<len; at += n> 0 ? n : 1) {
		const char *from = text + at;
		size_t bytes;

		n = character(from, len - at);
		bytes = n > 0 ? n : strlen(NO_CHARACTER);
		memcpy(to, n > 0 ? from : NO_CHARACTER, bytes);
		to += bytes;
	}
	return out;
}

const char *
record_keeps(struct weigh_record *r, const char *text)
{
	return weigh_record_keep(r, text, strlen(text));
}

const char *
record_printf(struct weigh_record *r, const char *fmt, ...)
{
	const char *out;
	va_list args;

	va_start(args, fmt);
	out = record_vprintf(r, fmt, args);
	va_end(args);
	return out;
}

const char *
record_vprintf(struct weigh_record *r, const char *fmt, va_list args)
{
	char text[RECORD_SENTENCE];
	size_t len, n;

	vsnprintf(text, sizeof(text), fmt, args);
	len = strlen(text);
	if (len + 1 < sizeof(text))
		return weigh_record_keep(r, text, len);
	for (len = 0; len < sizeof(text) - 4 &&
	     (n = character(text + len, sizeof(text) - 1 - len)) > 0;)
		len += n;
	memcpy(text + len, "...", 4);
	return weigh_record_keep(r, text, len + 3);
}

/* --- rows --------------------------------------------------------------------------- */

/* The list with room for one more: moved if it was full.  NULL: no room or memory. */
static void *
grow(struct weigh_record *r, void *rows, size_t size, uint32_t n, uint32_t *cap,
    uint32_t max)
{
	uint32_t more = *cap == 0 ? ROWS : 2 * *cap;
	void *moved;

	if (n >= max)
		return NULL;
	if (n < *cap)
		return rows;
	more = more < max ? more : max;
	if ((moved = record_alloc(r, more * size)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(moved, rows, n * size);
	*cap = more;
	return moved;
}

/* Add a row to r->list, as `empty`, and give it back; or give NULL back. */
#define ADD(r, list, max, empty) \
	do { \
		void *rows_ = grow((r), (r)->list, sizeof(*(r)->list), \
		    (r)->n##list, &(r)->memory->list, (max)); \
		if (rows_ == NULL) \
			return NULL; \
		(r)->list = rows_; \
		(r)->list[(r)->n##list] = (empty); \
		return &(r)->list[(r)->n##list++]; \
	} while (0)

struct weigh_record_claim *
weigh_record_claim(struct weigh_record *r)
{
	static const struct weigh_record_claim empty = {
		.source = "", .path = "", .value = "", .id = ""
	};

	ADD(r, claims, WEIGH_RECORD_CLAIMS, empty);
}

struct weigh_record_link *
weigh_record_link(struct weigh_record *r)
{
	static const struct weigh_record_link empty = {
		.path = "", .url = "", .file = ""
	};

	ADD(r, links, WEIGH_RECORD_LINKS, empty);
}

struct weigh_record_text *
weigh_record_text(struct weigh_record *r)
{
	static const struct weigh_record_text empty = {
		.path = "", .license = "", .based_on = "", .encoding = ""
	};

	ADD(r, texts, WEIGH_RECORD_TEXTS, empty);
}

struct weigh_record_base *
weigh_record_base(struct weigh_record *r)
{
	static const struct weigh_record_base empty = { .name = "",
		.commit = "",
		.evidence = "",
		.path = "",
		.child = UINT32_MAX,
		.concluded = "",
		.state = "",
		.family = "" };

	ADD(r, bases, WEIGH_RECORD_BASES, empty);
}

struct weigh_record_part *
record_part(struct weigh_record *r)
{
	static const struct weigh_record_part empty = { .id = "",
		.name = "",
		.family = "",
		.from = "",
		.why = "",
		.path = "" };

	ADD(r, parts, WEIGH_RECORD_PARTS, empty);
}

struct weigh_record_finding *
record_finding(struct weigh_record *r)
{
	static const struct weigh_record_finding empty = {
		.what = "", .clause = "", .path = "", .from = ""
	};

	ADD(r, findings, WEIGH_RECORD_FINDINGS, empty);
}

static const char **
reason_row(struct weigh_record *r)
{
	ADD(r, reasons, WEIGH_RECORD_REASONS, "");
}

bool
record_reason(struct weigh_record *r, const char *sentence)
{
	const char **row = sentence != NULL ? reason_row(r) : NULL;

	if (row != NULL)
		*row = sentence;
	return row != NULL;
}

struct weigh_record_fact *
weigh_record_facts(struct weigh_record *r, struct weigh_record_text *t,
    uint32_t n)
{
	struct weigh_record_fact *rows;

	if (n > WEIGH_RECORD_FACTS ||
	    (rows = record_alloc(r, n * sizeof(*rows))) == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		rows[i].fact = rows[i].value = rows[i].clause = "";
	t->facts = rows;
	t->nfacts = n;
	return rows;
}

struct weigh_record_term *
record_terms(struct weigh_record *r, struct weigh_record_part *p, uint32_t n)
{
	struct weigh_record_term *rows = record_alloc(r, n * sizeof(*rows));

	if (rows == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		rows[i].fact = rows[i].value = rows[i].clause =
		    rows[i].evidence = "";
	p->terms = rows;
	p->nterms = n;
	return rows;
}
