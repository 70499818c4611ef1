/*
 * record_json: a record as JSON, and read again.
 *
 * One table a kind of row serves both: what is written is what is read, in this order.
 * What is empty is left out; enums always stand there.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "record_rows.h"

#define SCHEMA "weigh.record/1"
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MILLIONTHS 1000000u
#define OWNED 64u /* rows that another row owns: facts, terms */

enum type {
	STRING,
	NUMBER, /* uint32_t */
	CHILD,  /* uint32_t; UINT32_MAX is left out */
	SIZE,   /* uint64_t */
	TIME,   /* int64_t */
	BOOL,
	OID,
	SCORE, /* double, 0 to 1 */
	WORD,  /* an enum, by its names */
	ROWS,  /* a list of objects, and its number */
	WORDS, /* a list of strings, likewise */
};

struct field {
	const char *key;
	enum type type;
	size_t offset;
	const char *(*name)(unsigned value); /* WORD */
	unsigned values;
	/* ROWS, WORDS */
	size_t count;          /* offset of its uint32_t */
	const struct rows *of; /* ROWS */
	uint32_t max;
};

/* A kind of row. */
struct rows {
	const struct field *fields;
	size_t nfields, size;
	/* one more in the record, NULL: no room or memory */
	void *(*add)(struct weigh_record *r);
	const void *empty; /* of rows that another row owns */
};

/* --- the tables ------------------------------------------------------------------------ */

#define NAMES(function, type, call) \
	static const char *function(unsigned v) \
	{ \
		return call((enum type)v); \
	}
NAMES(link_name, weigh_record_link_kind, weigh_record_link_name)
NAMES(scope_name, weigh_record_scope, weigh_record_scope_name)
NAMES(kind_name, weigh_license_kind, weigh_license_kind_name)
NAMES(relation_name, weigh_relation, weigh_relation_name)
NAMES(state_name, weigh_record_state, weigh_state_name)
NAMES(finding_name, weigh_finding, weigh_finding_name)

static const char *
precision_name(unsigned v)
{
	static const char *const names[] = { "unheard", "none", "family",
		"version", "exact" };

	return v < COUNT(names) ? names[v] : "";
}

#define AT(of, key_, type_, member) \
	{ \
		.key = (key_), .type = (type_), \
		.offset = offsetof(struct of, member) \
	}
#define ENUM(of, key_, member, name_, values_) \
	{ \
		.key = (key_), .type = WORD, \
		.offset = offsetof(struct of, member), .name = (name_), \
		.values = (values_) \
	}
#define LIST(struct_, key_, member, rows_, max_) \
	{ \
		.key = (key_), .type = ROWS, \
		.offset = offsetof(struct struct_, member), \
		.count = offsetof(struct struct_, n##member), .of = &(rows_), \
		.max = (max_) \
	}

#define OF weigh_record_claim
static const struct field claim_fields[] = {
	AT(OF, "source", STRING, source),
	AT(OF, "path", STRING, path),
	AT(OF, "line", NUMBER, line),
	AT(OF, "value", STRING, value),
	AT(OF, "id", STRING, id),
	ENUM(OF, "precision", precision, precision_name, WEIGH_HUB_EXACT + 1),
};
#undef OF

#define OF weigh_record_link
static const struct field link_fields[] = {
	ENUM(OF, "kind", kind, link_name, WEIGH_LINKS),
	AT(OF, "path", STRING, path),
	AT(OF, "url", STRING, url),
	AT(OF, "file", STRING, file),
	AT(OF, "frozen", BOOL, frozen),
	AT(OF, "sha256", OID, oid),
	AT(OF, "when", TIME, when),
};
#undef OF

#define OF weigh_record_fact
static const struct field fact_fields[] = {
	AT(OF, "fact", STRING, fact),
	AT(OF, "value", STRING, value),
	AT(OF, "clause", STRING, clause),
	AT(OF, "start", NUMBER, start),
	AT(OF, "end", NUMBER, end),
};
#undef OF
static const struct weigh_record_fact no_fact = { "", "", "", 0, 0 };
static const struct rows facts = { fact_fields, COUNT(fact_fields),
	sizeof(struct weigh_record_fact), NULL, &no_fact };

#define OF weigh_record_text
static const struct field text_fields[] = {
	AT(OF, "path", STRING, path),
	AT(OF, "sha256", OID, oid),
	AT(OF, "bytes", SIZE, bytes),
	ENUM(OF, "scope", scope, scope_name, WEIGH_SCOPES),
	ENUM(OF, "kind", kind, kind_name, WEIGH_LICENSE_KINDS),
	AT(OF, "license", STRING, license),
	AT(OF, "based_on", STRING, based_on),
	AT(OF, "encoding", STRING, encoding),
	AT(OF, "score", SCORE, score),
	AT(OF, "added", NUMBER, added),
	AT(OF, "removed", NUMBER, removed),
	LIST(OF, "facts", facts, facts, WEIGH_RECORD_FACTS),
};
#undef OF

#define OF weigh_record_base
static const struct field base_fields[] = {
	AT(OF, "name", STRING, name),
	AT(OF, "commit", STRING, commit),
	AT(OF, "evidence", STRING, evidence),
	AT(OF, "path", STRING, path),
	ENUM(OF, "relation", relation, relation_name, WEIGH_RELATIONS),
	AT(OF, "inferred", BOOL, inferred),
	AT(OF, "weak", BOOL, weak),
	AT(OF, "held", BOOL, held),
	AT(OF, "cycle", BOOL, cycle),
	AT(OF, "child", CHILD, child),
	AT(OF, "concluded", STRING, concluded),
	AT(OF, "state", STRING, state),
	AT(OF, "family", STRING, family),
};
#undef OF

#define OF weigh_record_term
static const struct field term_fields[] = {
	AT(OF, "fact", STRING, fact),
	AT(OF, "value", STRING, value),
	AT(OF, "clause", STRING, clause),
	AT(OF, "evidence", STRING, evidence),
};
#undef OF
static const struct weigh_record_term no_term = { "", "", "", "" };
static const struct rows terms = { term_fields, COUNT(term_fields),
	sizeof(struct weigh_record_term), NULL, &no_term };

#define OF weigh_record_part
static const struct field part_fields[] = {
	AT(OF, "id", STRING, id),
	AT(OF, "name", STRING, name),
	AT(OF, "family", STRING, family),
	AT(OF, "from", STRING, from),
	AT(OF, "why", STRING, why),
	AT(OF, "path", STRING, path),
	AT(OF, "sha256", OID, oid),
	ENUM(OF, "kind", kind, kind_name, WEIGH_LICENSE_KINDS),
	AT(OF, "options", NUMBER, options),
	LIST(OF, "terms", terms, terms, OWNED),
};
#undef OF

#define OF weigh_record_finding
static const struct field finding_fields[] = {
	ENUM(OF, "finding", finding, finding_name, WEIGH_FINDINGS),
	AT(OF, "what", STRING, what),
	AT(OF, "clause", STRING, clause),
	AT(OF, "path", STRING, path),
	AT(OF, "from", STRING, from),
	AT(OF, "sha256", OID, oid),
};
#undef OF

#define ADDS(function, call) \
	static void *function(struct weigh_record *r) \
	{ \
		return call(r); \
	}
ADDS(add_claim, weigh_record_claim)
ADDS(add_link, weigh_record_link)
ADDS(add_text, weigh_record_text)
ADDS(add_base, weigh_record_base)
ADDS(add_part, record_part)
ADDS(add_finding, record_finding)

#define KIND(name, fields, type, add) \
	static const struct rows name = { fields, COUNT(fields), \
		sizeof(struct type), add, NULL };
KIND(claims, claim_fields, weigh_record_claim, add_claim)
KIND(links, link_fields, weigh_record_link, add_link)
KIND(texts, text_fields, weigh_record_text, add_text)
KIND(bases, base_fields, weigh_record_base, add_base)
KIND(parts, part_fields, weigh_record_part, add_part)
KIND(findings, finding_fields, weigh_record_finding, add_finding)

#define OF weigh_record
static const struct field record_fields[] = {
	AT(OF, "repo", STRING, repo),
	AT(OF, "commit", STRING, commit),
	AT(OF, "judge", OID, judge),
	AT(OF, "terms", OID, terms),
	LIST(OF, "claims", claims, claims, WEIGH_RECORD_CLAIMS),
	AT(OF, "license_name", STRING, license_name),
	LIST(OF, "links", links, links, WEIGH_RECORD_LINKS),
	LIST(OF, "texts", texts, texts, WEIGH_RECORD_TEXTS),
	LIST(OF, "bases", bases, bases, WEIGH_RECORD_BASES),
	AT(OF, "eu_disallowed", BOOL, eu_disallowed),
	AT(OF, "multimodal", BOOL, multimodal),
	AT(OF, "formats", STRING, formats),
	AT(OF, "remote_code", BOOL, remote_code),
	ENUM(OF, "state", state, state_name, WEIGH_STATES),
	AT(OF, "declared", STRING, declared),
	AT(OF, "detected", STRING, detected),
	AT(OF, "concluded", STRING, concluded),
	AT(OF, "family", STRING, family),
	AT(OF, "options", NUMBER, noptions),
	LIST(OF, "parts", parts, parts, WEIGH_RECORD_PARTS),
	{ .key = "reasons",
	    .type = WORDS,
	    .offset = offsetof(struct weigh_record, reasons),
	    .count = offsetof(struct weigh_record, nreasons),
	    .max = WEIGH_RECORD_REASONS },
	LIST(OF, "findings", findings, findings, WEIGH_RECORD_FINDINGS),
};
#undef OF

/* --- values in a row ------------------------------------------------------------------- */

_Static_assert(sizeof(enum weigh_finding) == sizeof(unsigned), "enums");

#define GET(type, name) \
	static type name(const void *row, size_t offset) \
	{ \
		type v; \
		memcpy(&v, (const char *)row + offset, sizeof(v)); \
		return v; \
	}
GET(const char *, get_text)
GET(uint32_t, get_u32)
GET(uint64_t, get_u64)
GET(int64_t, get_i64)
GET(bool, get_bool)
GET(double, get_double)
GET(struct weigh_oid, get_oid)
GET(const void *, get_rows)
GET(const char **, get_words)

#define PUT(row, f, value) \
	memcpy((char *)(row) + (f)->offset, &(value), sizeof(value))

/* --- writing ---------------------------------------------------------------------------- */

static void write_fields(struct weigh_jw *w, const void *row,
    const struct field *fields, size_t n);

static void
write_score(struct weigh_jw *w, double score)
{
	uint64_t n = score > 0 ? (uint64_t)(score * MILLIONTHS + 0.5) : 0;
	char text[32];
	int len = snprintf(text, sizeof(text), "%u.%06u",
	    (unsigned)(n / MILLIONTHS % 10), (unsigned)(n % MILLIONTHS));

	while (len > 0 && text[len - 1] == '0')
		len--;
	if (len > 0 && text[len - 1] == '.')
		len--;
	weigh_jw_raw(w, text, (size_t)len);
}

static void
write_oid(struct weigh_jw *w, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	weigh_jw_str(w, hex);
}

static void
write_list(struct weigh_jw *w, const void *row, const struct field *f)
{
	uint32_t n = get_u32(row, f->count);

	weigh_jw_array(w);
	for (uint32_t i = 0; i < n; i++) {
		if (f->type == WORDS) {
			weigh_jw_str(w, get_words(row, f->offset)[i]);
			continue;
		}
		weigh_jw_object(w);
		write_fields(w,
		    (const char *)get_rows(row, f->offset) + i * f->of->size,
		    f->of->fields, f->of->nfields);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

/* Does it say nothing? */
static bool
is_empty(const void *row, const struct field *f)
{
	struct weigh_oid oid;

	switch (f->type) {
	case STRING:
		return get_text(row, f->offset)[0] == '\0';
	case NUMBER:
		return get_u32(row, f->offset) == 0;
	case CHILD:
		return get_u32(row, f->offset) == UINT32_MAX;
	case SIZE:
		return get_u64(row, f->offset) == 0;
	case TIME:
		return get_i64(row, f->offset) == 0;
	case BOOL:
		return !get_bool(row, f->offset);
	case OID:
		oid = get_oid(row, f->offset);
		return weigh_oid_is_zero(&oid);
	case SCORE:
		return !(get_double(row, f->offset) >= 0.5 / MILLIONTHS);
	case ROWS:
	case WORDS:
		return get_u32(row, f->count) == 0;
	case WORD:
		break;
	}
	return false;
}

static void
write_value(struct weigh_jw *w, const void *row, const struct field *f)
{
	struct weigh_oid oid;

	switch (f->type) {
	case STRING:
		weigh_jw_str(w, get_text(row, f->offset));
		break;
	case NUMBER:
	case CHILD:
		weigh_jw_u64(w, get_u32(row, f->offset));
		break;
	case SIZE:
		weigh_jw_u64(w, get_u64(row, f->offset));
		break;
	case TIME:
		weigh_jw_i64(w, get_i64(row, f->offset));
		break;
	case BOOL:
		weigh_jw_bool(w, true);
		break;
	case OID:
		oid = get_oid(row, f->offset);
		write_oid(w, &oid);
		break;
	case SCORE:
		write_score(w, get_double(row, f->offset));
		break;
	case WORD:
		weigh_jw_str(w, f->name(get_u32(row, f->offset)));
		break;
	case ROWS:
	case WORDS:
		write_list(w, row, f);
		break;
	}
}

static void
write_fields(struct weigh_jw *w, const void *row, const struct field *fields,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_empty(row, &fields[i]))
			continue;
		weigh_jw_key(w, fields[i].key);
		write_value(w, row, &fields[i]);
	}
}

void
weigh_record_write(struct weigh_jw *w, const struct weigh_record *r)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "schema", SCHEMA);
	write_fields(w, r, record_fields, COUNT(record_fields));
	weigh_jw_object_end(w);
}

bool
weigh_record_print(struct weigh_buf *out, const struct weigh_record *r)
{
	size_t start = out->len;
	struct weigh_jw w;

	weigh_jw_init(&w, out);
	weigh_record_write(&w, r);
	if (!out->failed && out->len - start > WEIGH_RECORD_MAX) {
		out->len = start;
		out->data[start] = '\0';
		out->failed = true;
	}
	return !out->failed;
}

/* --- reading ---------------------------------------------------------------------------- */

struct reader {
	struct weigh_json *j;
	struct weigh_record *r;
	struct weigh_err *err;
};

static enum weigh_code read_object(struct reader *in, void *row,
    const struct field *fields, size_t n, bool top);

static enum weigh_code
bad(struct reader *in, const char *key, const char *why)
{
	return weigh_fail(in->err, WEIGH_MALFORMED, "'%.64s' of a record %s",
	    key, why);
}

static enum weigh_code
no_memory(struct reader *in)
{
	return weigh_fail(in->err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
keep_text(struct reader *in, const char *key, const char **out)
{
	size_t len;
	const char *text = weigh_json_text(in->j, &len);

	if (memchr(text, '\0', len) != NULL)
		return bad(in, key, "has a NUL in it");
	*out = weigh_record_keep(in->r, text, len);
	return *out != NULL ? WEIGH_OK : no_memory(in);
}

/* "0.987654": at most six digits behind the point. */
static bool
parse_score(const char *text, double *out)
{
	unsigned n = 0, one = MILLIONTHS;

	if ((text[0] != '0' && text[0] != '1') ||
	    (text[1] != '\0' && (text[1] != '.' || text[2] == '\0')))
		return false;
	n = text[0] == '1' ? MILLIONTHS : 0;
	for (text += text[1] == '.' ? 2 : 1; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || one == 1)
			return false;
		one /= 10;
		n += one * (unsigned)(*text - '0');
	}
	*out = (double)n / MILLIONTHS;
	return n <= MILLIONTHS;
}

static enum weigh_code
read_number(struct reader *in, void *row, const struct field *f)
{
	const char *text = weigh_json_text(in->j, NULL);
	uint64_t n = 0;
	int64_t when = 0;
	uint32_t small;
	double score;

	if (f->type == SCORE) {
		if (!parse_score(text, &score))
			return bad(in, f->key, "is not from 0 to 1");
		PUT(row, f, score);
		return WEIGH_OK;
	}
	if (f->type == TIME ? !weigh_json_i64(in->j, &when) :
			      !weigh_json_u64(in->j, &n))
		return bad(in, f->key, "is no whole number");
	if (f->type == TIME) {
		PUT(row, f, when);
	} else if (f->type == SIZE) {
		PUT(row, f, n);
	} else {
		if (n > UINT32_MAX)
			return bad(in, f->key, "is too large");
		small = (uint32_t)n;
		PUT(row, f, small);
	}
	return WEIGH_OK;
}

static enum weigh_code
read_string(struct reader *in, void *row, const struct field *f)
{
	struct weigh_oid oid;
	const char *text;
	enum weigh_code rc;
	size_t len;

	if (f->type == STRING) {
		if ((rc = keep_text(in, f->key, &text)) == WEIGH_OK)
			PUT(row, f, text);
		return rc;
	}
	text = weigh_json_text(in->j, &len);
	if (f->type == OID) {
		if (!weigh_oid_parse(&oid, text, len))
			return bad(in, f->key, "is no SHA-256");
		PUT(row, f, oid);
		return WEIGH_OK;
	}
	for (unsigned i = 0; i < f->values; i++)
		if (strlen(f->name(i)) == len &&
		    memcmp(f->name(i), text, len) == 0) {
			PUT(row, f, i);
			return WEIGH_OK;
		}
	return bad(in, f->key, "has a word that is not known");
}

/* Rows that a text or a part owns: there is room for all of them at once, and then they
 * go to their owner. */
struct owned {
	_Alignas(void
		*) unsigned char rows[OWNED * sizeof(struct weigh_record_term)];
};
_Static_assert(sizeof(struct weigh_record_fact) <=
	sizeof(struct weigh_record_term),
    "rows of struct owned");

static enum weigh_code
give_owned(struct reader *in, void *row, const struct field *f,
    const struct owned *own, uint32_t n)
{
	void *rows = f->of == &facts ?
	    (void *)weigh_record_facts(in->r, row, n) :
	    (void *)record_terms(in->r, row, n);

	if (rows == NULL)
		return no_memory(in);
	memcpy(rows, own->rows, n * f->of->size);
	return WEIGH_OK;
}

static enum weigh_code
read_element(struct reader *in, const struct field *f, struct owned *own,
    uint32_t n)
{
	enum weigh_code rc;
	const char *text;
	void *next;

	if (f->type == WORDS) {
		if ((rc = keep_text(in, f->key, &text)) != WEIGH_OK)
			return rc;
		return record_reason(in->r, text) ? WEIGH_OK : no_memory(in);
	}
	if (f->of->add != NULL) {
		if ((next = f->of->add(in->r)) == NULL)
			return no_memory(in);
	} else {
		next = own->rows + n * f->of->size;
		memcpy(next, f->of->empty, f->of->size);
	}
	return read_object(in, next, f->of->fields, f->of->nfields, false);
}

static enum weigh_code
read_list(struct reader *in, void *row, const struct field *f)
{
	enum weigh_json_token t,
	    want = f->type == WORDS ? WEIGH_JSON_STRING : WEIGH_JSON_OBJECT;
	enum weigh_code rc = WEIGH_OK;
	struct owned own;
	uint32_t n = 0;

	for (; rc == WEIGH_OK &&
	     (t = weigh_json_next(in->j)) != WEIGH_JSON_ARRAY_END;
	     n++) {
		if (t == WEIGH_JSON_BAD)
			return weigh_json_error(in->j, in->err);
		if (n == f->max)
			return weigh_fail(in->err, WEIGH_TOO_BIG,
			    "'%s' of a record has more than %u rows", f->key,
			    f->max);
		if (t != want)
			return bad(in, f->key,
			    "has something else in its list");
		rc = read_element(in, f, &own, n);
	}
	if (rc == WEIGH_OK && f->type == ROWS && f->of->add == NULL && n > 0)
		rc = give_owned(in, row, f, &own, n);
	return rc;
}

static enum weigh_code
read_value(struct reader *in, void *row, const struct field *f)
{
	static const struct {
		enum weigh_json_token token;
		enum weigh_code (*read)(struct reader *in, void *row,
		    const struct field *f);
	} how[] = {
		[STRING] = { WEIGH_JSON_STRING, read_string },
		[NUMBER] = { WEIGH_JSON_NUMBER, read_number },
		[CHILD] = { WEIGH_JSON_NUMBER, read_number },
		[SIZE] = { WEIGH_JSON_NUMBER, read_number },
		[TIME] = { WEIGH_JSON_NUMBER, read_number },
		[OID] = { WEIGH_JSON_STRING, read_string },
		[SCORE] = { WEIGH_JSON_NUMBER, read_number },
		[WORD] = { WEIGH_JSON_STRING, read_string },
		[ROWS] = { WEIGH_JSON_ARRAY, read_list },
		[WORDS] = { WEIGH_JSON_ARRAY, read_list },
	};
	enum weigh_json_token t = weigh_json_next(in->j);
	bool yes = t == WEIGH_JSON_TRUE;

	if (t == WEIGH_JSON_BAD)
		return weigh_json_error(in->j, in->err);
	if (f->type == BOOL) {
		if (!yes && t != WEIGH_JSON_FALSE)
			return bad(in, f->key, "is neither true nor false");
		PUT(row, f, yes);
		return WEIGH_OK;
	}
	return t == how[f->type].token ?
	    how[f->type].read(in, row, f) :
	    bad(in, f->key, "is something else than it must be");
}

/* The schema goes before all. */
static enum weigh_code
read_schema(struct reader *in)
{
	size_t len = 0;
	const char *text;

	if (weigh_json_next(in->j) != WEIGH_JSON_KEY ||
	    strcmp(weigh_json_text(in->j, NULL), "schema") != 0 ||
	    weigh_json_next(in->j) != WEIGH_JSON_STRING ||
	    (text = weigh_json_text(in->j, &len), len != strlen(SCHEMA)) ||
	    memcmp(text, SCHEMA, len) != 0)
		return weigh_fail(in->err, WEIGH_MALFORMED,
		    "it is no record: it does not begin with the schema "
		    "'" SCHEMA "'");
	return WEIGH_OK;
}

static enum weigh_code
read_object(struct reader *in, void *row, const struct field *fields, size_t n,
    bool top)
{
	enum weigh_code rc = top ? read_schema(in) : WEIGH_OK;
	enum weigh_json_token t;

	while (rc == WEIGH_OK &&
	    (t = weigh_json_next(in->j)) != WEIGH_JSON_OBJECT_END) {
		const char *key;
		size_t i = 0;

		if (t == WEIGH_JSON_BAD)
			return weigh_json_error(in->j, in->err);
		key = weigh_json_text(in->j, NULL);
		while (i < n && strcmp(fields[i].key, key) != 0)
			i++;
		if (i == n)
			return bad(in, key, "is not known");
		rc = read_value(in, row, &fields[i]);
	}
	return rc;
}

/* What rows say of each other. */
static enum weigh_code
check(struct reader *in)
{
	const struct weigh_record *r = in->r;

	if (r->noptions > WEIGH_RECORD_OPTIONS)
		return bad(in, "options", "is too large");
	for (uint32_t i = 0; i < r->nbases; i++)
		if (r->bases[i].child != UINT32_MAX && r->bases[i].child >= i)
			return bad(in, "child", "is no base before it");
	for (uint32_t i = 0; i < r->nparts; i++)
		if (r->parts[i].id[0] == '\0')
			return bad(in, "parts", "has one without an id");
		else if (r->parts[i].options >> r->noptions != 0)
			return bad(in, "parts", "has one of no option");
	return WEIGH_OK;
}

static enum weigh_code
read_all(struct reader *in, const char *json, size_t len)
{
	enum weigh_json_token t;
	enum weigh_code rc;

	weigh_json_feed(in->j, json, len, true);
	if ((t = weigh_json_next(in->j)) != WEIGH_JSON_OBJECT)
		return t == WEIGH_JSON_BAD ?
		    weigh_json_error(in->j, in->err) :
		    weigh_fail(in->err, WEIGH_MALFORMED, "it is no record");
	rc = read_object(in, in->r, record_fields, COUNT(record_fields), true);
	if (rc == WEIGH_OK && weigh_json_next(in->j) != WEIGH_JSON_END)
		return weigh_json_error(in->j, in->err);
	return rc == WEIGH_OK ? check(in) : rc;
}

enum weigh_code
weigh_record_read(struct weigh_record **out, const char *json, size_t len,
    struct weigh_err *err)
{
	struct reader in = { .err = err };
	enum weigh_code rc;

	*out = NULL;
	if (len > WEIGH_RECORD_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a record has at most %u bytes", WEIGH_RECORD_MAX);
	in.j = weigh_json_new(&weigh_json_small);
	in.r = weigh_record_new();
	rc = in.j == NULL || in.r == NULL ? no_memory(&in) :
					    read_all(&in, json, len);
	weigh_json_free(in.j);
	if (rc == WEIGH_OK)
		*out = in.r;
	else
		weigh_record_free(in.r);
	return rc;
}

/* --- one text --------------------------------------------------------------------------- */

bool
weigh_record_text_print(struct weigh_buf *out,
    const struct weigh_record_text *t)
{
	struct weigh_jw w;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	write_fields(&w, t, text_fields, COUNT(text_fields));
	weigh_jw_object_end(&w);
	return !out->failed;
}

enum weigh_code
weigh_record_text_read(struct weigh_record *r, struct weigh_record_text *t,
    const char *json, size_t len, struct weigh_err *err)
{
	struct reader in = { .r = r, .err = err };
	enum weigh_code rc;

	if ((in.j = weigh_json_new(&weigh_json_small)) == NULL)
		return no_memory(&in);
	weigh_json_feed(in.j, json, len, true);
	rc = weigh_json_next(in.j) == WEIGH_JSON_OBJECT ?
	    read_object(&in, t, text_fields, COUNT(text_fields), false) :
	    WEIGH_MALFORMED;
	if (rc == WEIGH_OK && weigh_json_next(in.j) != WEIGH_JSON_END)
		rc = WEIGH_MALFORMED;
	if (rc == WEIGH_MALFORMED)
		rc = weigh_fail(err, rc, "this is no text of a record");
	weigh_json_free(in.j);
	return rc;
}
