/* rows: pages of weigh.report-rows/1, written and read; the format is told in README.md. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

#define SCHEMA "weigh.report-rows/1"

static const char *const act_kinds[] = {
	[WEIGH_ACT_APPROVAL] = "approval",
	[WEIGH_ACT_WAIVER] = "waiver",
	[WEIGH_ACT_REVOKED] = "revoked",
};

const char *
report_act_name(enum weigh_act_kind kind)
{
	return kind <= WEIGH_ACT_REVOKED ? act_kinds[kind] : "";
}

/* --- written ---------------------------------------------------------------------- */

static void
put_i64(struct weigh_jw *w, const char *key, int64_t n)
{
	if (n == 0)
		return;
	weigh_jw_key(w, key);
	weigh_jw_i64(w, n);
}

static void
put_u64(struct weigh_jw *w, const char *key, uint64_t n)
{
	if (n != 0)
		weigh_jw_ku64(w, key, n);
}

static void
put_decision(struct weigh_jw *w, const struct weigh_report_decision *d)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "purpose", d->purpose);
	weigh_jw_kstr(w, "question", weigh_question_name(d->question));
	weigh_jw_kstr(w, "ruling", weigh_ruling_name(d->ruling));
	weigh_jw_kbool(w, "held", d->held);
	report_jw_known(w, "rule", d->rule);
	report_jw_known(w, "reason", d->reason);
	report_jw_known(w, "because", d->because);
	put_i64(w, "until", d->until);
	weigh_jw_object_end(w);
}

static void
put_act(struct weigh_jw *w, const struct weigh_act *a)
{
	weigh_jw_object(w);
	put_i64(w, "number", a->number);
	weigh_jw_kstr(w, "kind", report_act_name(a->kind));
	report_jw_known(w, "rule", a->rule);
	report_jw_known(w, "purpose", a->purpose);
	weigh_jw_kstr(w, "by", a->by);
	weigh_jw_kstr(w, "why", a->why);
	report_jw_known(w, "ticket", a->ticket);
	put_i64(w, "at", a->at);
	put_i64(w, "until", a->until);
	report_jw_oid(w, "basis", &a->basis);
	put_i64(w, "revokes", a->revokes);
	weigh_jw_object_end(w);
}

static void
put_lists(struct weigh_jw *w, const struct weigh_report_row *row)
{
	weigh_jw_key(w, "datasets");
	weigh_jw_array(w);
	for (size_t i = 0; i < row->ndatasets; i++)
		weigh_jw_str(w, row->datasets[i]);
	weigh_jw_array_end(w);
	weigh_jw_key(w, "decisions");
	weigh_jw_array(w);
	for (size_t i = 0; i < row->ndecisions; i++)
		put_decision(w, &row->decisions[i]);
	weigh_jw_array_end(w);
	weigh_jw_key(w, "acts");
	weigh_jw_array(w);
	for (size_t i = 0; i < row->nacts; i++)
		put_act(w, &row->acts[i]);
	weigh_jw_array_end(w);
}

void
report_row_members(struct weigh_jw *w, const struct weigh_report_row *row)
{
	weigh_jw_kstr(w, "name", row->repo);
	weigh_jw_kstr(w, "revision", row->commit);
	report_jw_known(w, "source", row->source);
	report_jw_oid(w, "manifest", &row->manifest);
	weigh_jw_ku64(w, "files", row->files);
	weigh_jw_ku64(w, "bytes", row->bytes);
	put_i64(w, "held", row->held);
	put_i64(w, "released", row->released);
	report_jw_known(w, "signed", row->signedby);
	report_jw_known(w, "task", row->task);
	report_jw_known(w, "library", row->library);
	report_jw_known(w, "architecture", row->architecture);
	report_jw_known(w, "model_type", row->model_type);
	report_jw_known(w, "software", row->software);
	report_jw_known(w, "context", row->context);
	report_jw_known(w, "inputs", row->inputs);
	report_jw_known(w, "outputs", row->outputs);
	put_u64(w, "parameters", row->parameters);
	put_lists(w, row);
	weigh_jw_key(w, "record");
	if (row->record != NULL)
		weigh_record_write(w, row->record);
	else
		weigh_jw_null(w);
}

void
weigh_report_page_row(struct weigh_jw *w, const struct weigh_report_row *row)
{
	weigh_jw_object(w);
	report_row_members(w, row);
	weigh_jw_object_end(w);
}

void
weigh_report_page_open(struct weigh_jw *w,
    const struct weigh_report_frame *frame)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "schema", SCHEMA);
	report_jw_known(w, "title", frame->title);
	report_jw_known(w, "tool", frame->tool);
	report_jw_known(w, "packs", frame->packs);
	put_i64(w, "as_of", frame->as_of);
	report_jw_oid(w, "policy", &frame->policy);
	report_jw_oid(w, "judge", &frame->judge);
	report_jw_oid(w, "terms", &frame->terms);
	weigh_jw_key(w, "site");
	weigh_jw_array(w);
	for (size_t i = 0; i < frame->nsite; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "key", frame->site[i].key);
		weigh_jw_kstr(w, "value", frame->site[i].value);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	weigh_jw_key(w, "purposes");
	weigh_jw_array(w);
	for (size_t i = 0; i < frame->npurposes; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "id", frame->purposes[i].id);
		weigh_jw_kstr(w, "question",
		    weigh_question_name(frame->purposes[i].question));
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	weigh_jw_key(w, "rows");
	weigh_jw_array(w);
}

void
weigh_report_page_close(struct weigh_jw *w, const char *next)
{
	weigh_jw_array_end(w);
	report_jw_known(w, "next", next);
	weigh_jw_object_end(w);
}

/* --- memory of one that is read -------------------------------------------------------- */

#define CHUNK 65536u
struct chunk {
	struct chunk *next;
	size_t used, size;
	char bytes[];
};
struct weigh_report_memory {
	struct chunk *chunks;
	struct weigh_record **records; /* one a row, some NULL */
	const char *json;
	size_t room; /* of rows */
};

static void *
take(struct weigh_report_page *p, size_t size)
{
	struct weigh_report_memory *m = p->memory;
	struct chunk *c = m->chunks;
	size_t need = (size + 15) & ~(size_t)15;
	char *at;

	if (c == NULL || c->size - c->used < need) {
		size_t room = need > CHUNK ? need : CHUNK;

		if ((c = malloc(sizeof(*c) + room)) == NULL)
			return NULL;
		*c = (struct chunk){ .next = m->chunks, .size = room };
		m->chunks = c;
	}
	at = c->bytes + c->used;
	c->used += need;
	memset(at, 0, size);
	return at;
}

void
weigh_report_page_free(struct weigh_report_page *p)
{
	struct chunk *c, *next;

	if (p == NULL)
		return;
	for (size_t i = 0; p->memory != NULL && i < p->memory->room; i++)
		weigh_record_free(p->memory->records[i]);
	for (c = p->memory != NULL ? p->memory->chunks : NULL; c != NULL;
	     c = next) {
		next = c->next;
		free(c);
	}
	if (p->memory != NULL)
		free(p->memory->records);
	free(p->memory);
	free(p->rows);
	free(p);
}

/* --- read --------------------------------------------------------------------------- */

enum type {
	TEXT,
	U64,
	I64,
	BOOL,
	OID,
	SUB
};
struct member {
	const char *key;
	enum type type;
	size_t offset;
	enum weigh_code (*sub)(struct weigh_report_page *p,
	    struct weigh_json *j, enum weigh_json_token first, void *out,
	    struct weigh_err *err);
};

static enum weigh_code
bad_type(const char *key, struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_MALFORMED,
	    "'%s' is not what a page of a report has there", key);
}

static enum weigh_code
read_text(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, const char **out, const char *key,
    struct weigh_err *err)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);
	char *copy;

	if (first != WEIGH_JSON_STRING || memchr(text, '\0', len) != NULL)
		return bad_type(key, err);
	if ((copy = take(p, len + 1)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	memcpy(copy, text, len);
	*out = copy;
	return WEIGH_OK;
}

static enum weigh_code
read_value(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, const struct member *m, void *base,
    struct weigh_err *err)
{
	char *at = (char *)base + m->offset;
	bool right = false;
	const char *text;
	size_t len;

	switch (m->type) {
	case TEXT:
		return read_text(p, j, first, (const char **)(void *)at, m->key,
		    err);
	case SUB:
		return m->sub(p, j, first, base, err);
	case U64:
		right = first == WEIGH_JSON_NUMBER &&
		    weigh_json_u64(j, (uint64_t *)(void *)at);
		break;
	case I64:
		right = first == WEIGH_JSON_NUMBER &&
		    weigh_json_i64(j, (int64_t *)(void *)at);
		break;
	case BOOL:
		*(bool *)(void *)at = first == WEIGH_JSON_TRUE;
		right = first == WEIGH_JSON_TRUE || first == WEIGH_JSON_FALSE;
		break;
	case OID:
		text = first == WEIGH_JSON_STRING ? weigh_json_text(j, &len) :
						    NULL;
		right = text != NULL &&
		    weigh_oid_parse((struct weigh_oid *)(void *)at, text, len);
		break;
	}
	return right ? WEIGH_OK : bad_type(m->key, err);
}

static const struct member *
find(const struct member *rows, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

/* The members of an object; a key that no row names is read over, null is not given. */
static enum weigh_code
read_members(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, const struct member *rows, size_t n, void *out,
    struct weigh_err *err)
{
	enum weigh_json_token t;
	enum weigh_code rc = WEIGH_OK;

	if (first != WEIGH_JSON_OBJECT)
		return bad_type("an object", err);
	while (rc == WEIGH_OK && (t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		size_t len;
		const struct member *m = find(rows, n,
		    weigh_json_text(j, &len));

		t = weigh_json_next(j);
		if (m != NULL && t != WEIGH_JSON_NULL && t != WEIGH_JSON_BAD)
			rc = read_value(p, j, t, m, out, err);
		else if (!weigh_json_skip(j, t))
			return weigh_json_error(j, err);
	}
	if (rc == WEIGH_OK && t != WEIGH_JSON_OBJECT_END)
		return weigh_json_error(j, err);
	return rc;
}
#define MEMBERS(p, j, first, rows, out, err) \
	read_members(p, j, first, rows, sizeof(rows) / sizeof((rows)[0]), out, \
	    err)

/* Elements of an array, each by `read`, which is told how many came before. */
static enum weigh_code
read_elements(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, size_t room,
    enum weigh_code (*read)(struct weigh_report_page *p, struct weigh_json *j,
	enum weigh_json_token first, void *out, size_t i,
	struct weigh_err *err),
    void *out, size_t *n, struct weigh_err *err)
{
	enum weigh_json_token t;
	enum weigh_code rc = WEIGH_OK;

	if (first != WEIGH_JSON_ARRAY)
		return bad_type("a list", err);
	while (rc == WEIGH_OK &&
	    (t = weigh_json_next(j)) != WEIGH_JSON_ARRAY_END) {
		if (t == WEIGH_JSON_BAD || t == WEIGH_JSON_MORE)
			return weigh_json_error(j, err);
		if (*n == room)
			return weigh_fail(err, WEIGH_TOO_BIG,
			    "a list of the page is longer than %zu", room);
		if ((rc = read(p, j, t, out, *n, err)) == WEIGH_OK)
			++*n;
	}
	return rc;
}

/* A word of a closed list. */
#define WORD_OF(name, type, parse) \
	static enum weigh_code name(struct weigh_json *j, \
	    enum weigh_json_token first, type *out, struct weigh_err *err) \
	{ \
		size_t len; \
		const char *text = weigh_json_text(j, &len); \
\
		return first == WEIGH_JSON_STRING && parse(out, text, len) ? \
		    WEIGH_OK : \
		    bad_type(#name, err); \
	}

static bool
question_parse(enum weigh_question *out, const char *text, size_t len)
{
	for (unsigned q = 0; q < WEIGH_QUESTIONS; q++) {
		const char *name = weigh_question_name((enum weigh_question)q);

		if (strlen(name) == len && memcmp(name, text, len) == 0) {
			*out = (enum weigh_question)q;
			return true;
		}
	}
	return false;
}

static bool
act_parse(enum weigh_act_kind *out, const char *text, size_t len)
{
	for (unsigned k = 0; k <= WEIGH_ACT_REVOKED; k++)
		if (strlen(act_kinds[k]) == len &&
		    memcmp(act_kinds[k], text, len) == 0) {
			*out = (enum weigh_act_kind)k;
			return true;
		}
	return false;
}

WORD_OF(question, enum weigh_question, question_parse)
WORD_OF(ruling, enum weigh_ruling, weigh_ruling_parse)
WORD_OF(kind, enum weigh_act_kind, act_parse)

#define SUB_OF(name, type, member, read) \
	static enum weigh_code name(struct weigh_report_page *p, \
	    struct weigh_json *j, enum weigh_json_token first, void *out, \
	    struct weigh_err *err) \
	{ \
		(void)p; \
		return read(j, first, &((type *)out)->member, err); \
	}
SUB_OF(decision_question, struct weigh_report_decision, question, question)
SUB_OF(decision_ruling, struct weigh_report_decision, ruling, ruling)
SUB_OF(purpose_question, struct weigh_report_purpose, question, question)
SUB_OF(act_kind, struct weigh_act, kind, kind)

#define AT(type, member) offsetof(type, member), NULL
#define DECISION(member) AT(struct weigh_report_decision, member)
static const struct member decision_members[] = {
	{ "purpose", TEXT, DECISION(purpose) },
	{ "question", SUB, 0, decision_question },
	{ "ruling", SUB, 0, decision_ruling },
	{ "held", BOOL, DECISION(held) },
	{ "rule", TEXT, DECISION(rule) },
	{ "reason", TEXT, DECISION(reason) },
	{ "because", TEXT, DECISION(because) },
	{ "until", I64, DECISION(until) },
};

static enum weigh_code
read_decision(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, size_t i, struct weigh_err *err)
{
	struct weigh_report_row *row = out;

	row->decisions[i] = (struct weigh_report_decision){
		.purpose = "", .rule = "", .reason = "", .because = ""
	};
	return MEMBERS(p, j, first, decision_members, &row->decisions[i], err);
}

#define ACT(member) AT(struct weigh_act, member)
static const struct member act_members[] = {
	{ "number", I64, ACT(number) },
	{ "kind", SUB, 0, act_kind },
	{ "rule", TEXT, ACT(rule) },
	{ "purpose", TEXT, ACT(purpose) },
	{ "by", TEXT, ACT(by) },
	{ "why", TEXT, ACT(why) },
	{ "ticket", TEXT, ACT(ticket) },
	{ "at", I64, ACT(at) },
	{ "until", I64, ACT(until) },
	{ "basis", OID, ACT(basis) },
	{ "revokes", I64, ACT(revokes) },
};

static enum weigh_code
read_act(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, size_t i, struct weigh_err *err)
{
	struct weigh_report_row *row = out;

	if (row->acts == NULL &&
	    (row->acts = take(p, WEIGH_REPORT_ACTS * sizeof(*row->acts))) ==
		NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	row->acts[i] = (struct weigh_act){ .repo = "",
		.commit = "",
		.rule = "",
		.purpose = "",
		.by = "",
		.why = "",
		.ticket = "" };
	return MEMBERS(p, j, first, act_members, &row->acts[i], err);
}

static enum weigh_code
read_dataset(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, size_t i, struct weigh_err *err)
{
	struct weigh_report_row *row = out;

	return read_text(p, j, first, &row->datasets[i], "datasets", err);
}

#define LIST_OF(name, type, count, max, read) \
	static enum weigh_code name(struct weigh_report_page *p, \
	    struct weigh_json *j, enum weigh_json_token first, void *out, \
	    struct weigh_err *err) \
	{ \
		return read_elements(p, j, first, max, read, out, \
		    &((type *)out)->count, err); \
	}
LIST_OF(decisions, struct weigh_report_row, ndecisions, WEIGH_REPORT_PURPOSES,
    read_decision)
LIST_OF(acts, struct weigh_report_row, nacts, WEIGH_REPORT_ACTS, read_act)
LIST_OF(datasets, struct weigh_report_row, ndatasets, WEIGH_REPORT_DATASETS,
    read_dataset)

/* The record's own reader has it, as it stands in the text. */
static enum weigh_code
record(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, struct weigh_err *err)
{
	struct weigh_report_row *row = out;
	size_t at = weigh_json_taken(j) - 1;
	struct weigh_record *r;
	enum weigh_code rc;

	if (first != WEIGH_JSON_OBJECT)
		return bad_type("record", err);
	if (!weigh_json_skip(j, first))
		return weigh_json_error(j, err);
	rc = weigh_record_read(&r, p->memory->json + at,
	    weigh_json_taken(j) - at, err);
	if (rc == WEIGH_OK) {
		p->memory->records[row - p->rows] = r;
		row->record = r;
	}
	return rc;
}

#define ROW(member) AT(struct weigh_report_row, member)
static const struct member row_members[] = {
	{ "name", TEXT, ROW(repo) },
	{ "revision", TEXT, ROW(commit) },
	{ "source", TEXT, ROW(source) },
	{ "manifest", OID, ROW(manifest) },
	{ "files", U64, ROW(files) },
	{ "bytes", U64, ROW(bytes) },
	{ "held", I64, ROW(held) },
	{ "released", I64, ROW(released) },
	{ "signed", TEXT, ROW(signedby) },
	{ "task", TEXT, ROW(task) },
	{ "library", TEXT, ROW(library) },
	{ "architecture", TEXT, ROW(architecture) },
	{ "model_type", TEXT, ROW(model_type) },
	{ "software", TEXT, ROW(software) },
	{ "context", TEXT, ROW(context) },
	{ "inputs", TEXT, ROW(inputs) },
	{ "outputs", TEXT, ROW(outputs) },
	{ "parameters", U64, ROW(parameters) },
	{ "datasets", SUB, 0, datasets },
	{ "decisions", SUB, 0, decisions },
	{ "acts", SUB, 0, acts },
	{ "record", SUB, 0, record },
};

void
weigh_report_row_init(struct weigh_report_row *row)
{
	*row = (struct weigh_report_row){ .repo = "" };
	for (size_t i = 0; i < sizeof(row_members) / sizeof(row_members[0]);
	     i++)
		if (row_members[i].type == TEXT)
			*(const char **)(void *)((char *)row +
			    row_members[i].offset) = "";
}

/* Rows move while they become more: nothing points into them. */
static enum weigh_code
more_rows(struct weigh_report_page *p, struct weigh_err *err)
{
	struct weigh_report_memory *m = p->memory;
	size_t room = m->room == 0 ? 16 : 2 * m->room;
	struct weigh_report_row *rows = realloc(p->rows, room * sizeof(*rows));
	struct weigh_record **records;

	if (rows != NULL)
		p->rows = rows;
	records = realloc(m->records, room * sizeof(*records));
	if (records != NULL)
		m->records = records;
	if (rows == NULL || records == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	memset(records + m->room, 0, (room - m->room) * sizeof(*records));
	m->room = room;
	return WEIGH_OK;
}

static enum weigh_code
read_row(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, size_t i, struct weigh_err *err)
{
	(void)out;
	if (i == p->memory->room && more_rows(p, err) != WEIGH_OK)
		return err != NULL ? err->code : WEIGH_NOMEM;
	weigh_report_row_init(&p->rows[i]);
	return MEMBERS(p, j, first, row_members, &p->rows[i], err);
}

static const struct member site_members[] = {
	{ "key", TEXT, AT(struct weigh_report_site, key) },
	{ "value", TEXT, AT(struct weigh_report_site, value) },
};

static enum weigh_code
read_site(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, size_t i, struct weigh_err *err)
{
	struct weigh_report_frame *f = out;

	f->site[i] = (struct weigh_report_site){ "", "" };
	return MEMBERS(p, j, first, site_members, &f->site[i], err);
}

static const struct member purpose_members[] = {
	{ "id", TEXT, AT(struct weigh_report_purpose, id) },
	{ "question", SUB, 0, purpose_question },
};

static enum weigh_code
read_purpose(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, size_t i, struct weigh_err *err)
{
	struct weigh_report_frame *f = out;

	f->purposes[i] = (struct weigh_report_purpose){ .id = "" };
	return MEMBERS(p, j, first, purpose_members, &f->purposes[i], err);
}

LIST_OF(rows, struct weigh_report_page, nrows, WEIGH_REPORT_PAGE_ROWS, read_row)
LIST_OF(site, struct weigh_report_page, frame.nsite, WEIGH_REPORT_SITE,
    read_site)
LIST_OF(purposes, struct weigh_report_page, frame.npurposes,
    WEIGH_REPORT_PURPOSES, read_purpose)

static enum weigh_code
schema(struct weigh_report_page *p, struct weigh_json *j,
    enum weigh_json_token first, void *out, struct weigh_err *err)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	(void)p;
	(void)out;
	return first == WEIGH_JSON_STRING && strcmp(text, SCHEMA) == 0 ?
	    WEIGH_OK :
	    bad_type("schema", err);
}

/* The frame is the page's first member: an offset in it is one in the page. */
#define PAGE(member) AT(struct weigh_report_page, member)
static const struct member page_members[] = {
	{ "schema", SUB, 0, schema },
	{ "title", TEXT, PAGE(frame.title) },
	{ "tool", TEXT, PAGE(frame.tool) },
	{ "packs", TEXT, PAGE(frame.packs) },
	{ "as_of", I64, PAGE(frame.as_of) },
	{ "policy", OID, PAGE(frame.policy) },
	{ "judge", OID, PAGE(frame.judge) },
	{ "terms", OID, PAGE(frame.terms) },
	{ "site", SUB, 0, site },
	{ "purposes", SUB, 0, purposes },
	{ "rows", SUB, 0, rows },
	{ "next", TEXT, PAGE(next) },
};
_Static_assert(offsetof(struct weigh_report_page, frame) == 0,
    "read_site and read_purpose are given the page");

static const struct weigh_json_limits limits = { 64, 1 << 20, 4000000,
	WEIGH_REPORT_PAGE };

static enum weigh_code
read_page(struct weigh_report_page *p, struct weigh_json *j, const char *json,
    size_t len, struct weigh_err *err)
{
	enum weigh_code rc;

	p->memory->json = json;
	weigh_json_feed(j, json, len, true);
	rc = MEMBERS(p, j, weigh_json_next(j), page_members, p, err);
	if (rc == WEIGH_OK && weigh_json_next(j) != WEIGH_JSON_END)
		rc = weigh_json_error(j, err);
	if (rc == WEIGH_OK)
		for (size_t i = 0; i < p->nrows; i++)
			if (p->rows[i].repo[0] == '\0')
				return bad_type("name", err);
	return rc;
}

enum weigh_code
weigh_report_page_read(struct weigh_report_page **out, const char *json,
    size_t len, struct weigh_err *err)
{
	struct weigh_report_page *p = calloc(1, sizeof(*p));
	struct weigh_json *j = weigh_json_new(&limits);
	enum weigh_code rc = WEIGH_NOMEM;

	*out = NULL;
	if (p != NULL && j != NULL &&
	    (p->memory = calloc(1, sizeof(*p->memory))) != NULL) {
		p->next = p->frame.title = p->frame.tool = p->frame.packs = "";
		rc = read_page(p, j, json, len, err);
	} else {
		weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	weigh_json_free(j);
	if (rc == WEIGH_OK)
		*out = p;
	else
		weigh_report_page_free(p);
	return rc;
}
