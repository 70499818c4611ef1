/* matter: see matter.h.  libyaml's events become a tree. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "matter.h"

/* A list or map that is open. */
struct level {
	uint32_t value;
	uint32_t last; /* its last child so far */
	uint32_t children;
};

struct anchor {
	size_t name; /* in `names` */
	uint32_t value;
};

struct reading {
	struct matter *m;
	struct level levels[MATTER_DEPTH];
	unsigned depth;
	struct anchor anchors[MATTER_ANCHORS];
	unsigned nanchors;
	struct weigh_buf names;
	struct weigh_err *err;
};

/* --- values -------------------------------------------------------------- */

static enum weigh_code
too_big(struct reading *r, size_t line, const char *what)
{
	return weigh_fail(r->err, WEIGH_TOO_BIG, "line %zu: %s", line, what);
}

/* Of the file: the front matter begins on its second. */
static uint32_t
line_of(const yaml_mark_t *mark)
{
	return (uint32_t)mark->line + 2;
}

static bool
grow(struct matter *m)
{
	uint32_t room = m->room == 0 ? 64 : 2 * m->room;
	struct matter_value *bigger;

	if (m->count < m->room)
		return true;
	bigger = realloc(m->values, room * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	m->values = bigger;
	m->room = room;
	return true;
}

/* Put a new value behind its siblings. */
static enum weigh_code
add_value(struct reading *r, const struct matter_value *v, uint32_t *id)
{
	struct matter *m = r->m;
	struct level *in = r->depth > 0 ? &r->levels[r->depth - 1] : NULL;

	if (m->count == MATTER_VALUES)
		return too_big(r, v->line, "there are too many values");
	if (!grow(m))
		return weigh_fail(r->err, WEIGH_NOMEM, "out of memory");
	*id = m->count++;
	m->values[*id] = *v;
	if (in == NULL)
		return WEIGH_OK;
	if (in->last == 0)
		m->values[in->value].first = *id;
	else
		m->values[in->last].next = *id;
	in->last = *id;
	in->children++;
	if (m->values[in->value].kind == MATTER_MAP &&
	    in->children > 2 * MATTER_KEYS)
		return too_big(r, v->line, "a mapping has too many keys");
	return WEIGH_OK;
}

/* --- anchors ------------------------------------------------------------- */

static enum weigh_code
add_anchor(struct reading *r, const yaml_char_t *name, uint32_t value)
{
	const char *text = (const char *)name;

	if (text == NULL)
		return WEIGH_OK;
	if (r->nanchors == MATTER_ANCHORS)
		return too_big(r, r->m->values[value].line,
		    "there are too many anchors");
	r->anchors[r->nanchors++] = (struct anchor){ r->names.len, value };
	if (!weigh_buf_add(&r->names, text, strlen(text) + 1))
		return weigh_fail(r->err, WEIGH_TOO_BIG,
		    "the names of anchors are too long");
	return WEIGH_OK;
}

static bool
is_open(const struct reading *r, uint32_t value)
{
	unsigned i;

	for (i = 0; i < r->depth; i++)
		if (r->levels[i].value == value)
			return true;
	return false;
}

/* The last anchor of that name counts. */
static enum weigh_code
take_alias(struct reading *r, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct matter_value v = {
		.kind = MATTER_ALIAS,
		.line = line_of(&event->start_mark),
	};
	unsigned i;
	uint32_t id = 0;

	for (i = r->nanchors; i > 0; i--)
		if (strcmp(r->names.data + r->anchors[i - 1].name, name) == 0)
			break;
	if (i == 0)
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "line %u: nothing has the anchor '%.64s'", v.line, name);
	v.first = r->anchors[i - 1].value;
	if (is_open(r, v.first))
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "line %u: '%.64s' contains itself", v.line, name);
	if (r->m->values[v.first].kind == MATTER_ALIAS)
		v.first = r->m->values[v.first].first;
	return add_value(r, &v, &id);
}

/* --- events -------------------------------------------------------------- */

static enum weigh_code
take_scalar(struct reading *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	struct matter_value v = {
		.kind = MATTER_STRING,
		.line = line_of(&event->start_mark),
		.text = r->m->texts.len,
		.len = event->data.scalar.length,
	};
	enum weigh_code rc;
	uint32_t id = 0;

	if (event->data.scalar.plain_implicit != 0 &&
	    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		v.kind = weigh_matter_plain_kind(text, v.len);
	if (!weigh_buf_add(&r->m->texts, text, v.len) ||
	    !weigh_buf_addc(&r->m->texts, '\0'))
		return weigh_fail(r->err, WEIGH_NOMEM, "out of memory");
	rc = add_value(r, &v, &id);
	return rc == WEIGH_OK ? add_anchor(r, event->data.scalar.anchor, id) :
				rc;
}

static enum weigh_code
open_level(struct reading *r, enum matter_kind kind, const yaml_char_t *anchor,
    const yaml_event_t *event)
{
	struct matter_value v = {
		.kind = kind,
		.line = line_of(&event->start_mark),
	};
	enum weigh_code rc;
	uint32_t id = 0;

	if (r->depth == MATTER_DEPTH)
		return too_big(r, v.line, "it is nested too deep");
	if ((rc = add_value(r, &v, &id)) != WEIGH_OK ||
	    (rc = add_anchor(r, anchor, id)) != WEIGH_OK)
		return rc;
	r->levels[r->depth++] = (struct level){ .value = id };
	return WEIGH_OK;
}

static void
close_level(struct reading *r)
{
	const struct level *in = &r->levels[--r->depth];
	struct matter_value *v = &r->m->values[in->value];

	v->count = v->kind == MATTER_MAP ? in->children / 2 : in->children;
}

/* Take one event; *more false ends the document. */
static enum weigh_code
take_event(struct reading *r, const yaml_event_t *event, bool *more)
{
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
		return open_level(r, MATTER_MAP,
		    event->data.mapping_start.anchor, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_level(r, MATTER_LIST,
		    event->data.sequence_start.anchor, event);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_level(r);
		return WEIGH_OK;
	case YAML_SCALAR_EVENT:
		return take_scalar(r, event);
	case YAML_ALIAS_EVENT:
		return take_alias(r, event);
	case YAML_DOCUMENT_END_EVENT:
	case YAML_STREAM_END_EVENT:
		*more = false;
		return WEIGH_OK;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_START_EVENT:
		break;
	}
	return WEIGH_OK;
}

static enum weigh_code
not_yaml(struct reading *r, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return weigh_fail(r->err, WEIGH_NOMEM, "out of memory");
	return weigh_fail(r->err, WEIGH_MALFORMED, "line %u: %s",
	    line_of(&parser->problem_mark),
	    parser->problem != NULL ? parser->problem : "this is no YAML");
}

static enum weigh_code
read_events(struct reading *r, yaml_parser_t *parser)
{
	enum weigh_code rc = WEIGH_OK;
	yaml_event_t event;
	bool more = true;

	while (more && rc == WEIGH_OK) {
		if (yaml_parser_parse(parser, &event) == 0)
			return not_yaml(r, parser);
		rc = take_event(r, &event, &more);
		yaml_event_delete(&event);
	}
	return rc;
}

enum weigh_code
weigh_matter_read(struct matter *m, const char *text, size_t len,
    struct weigh_err *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct matter_value none = { .kind = MATTER_NULL };
	yaml_parser_t parser;
	enum weigh_code rc = WEIGH_NOMEM;
	uint32_t id = 0;

	*m = (struct matter){ 0 };
	weigh_buf_init(&m->texts, 4 * len + 4096);
	if (r == NULL || yaml_parser_initialize(&parser) == 0) {
		free(r);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	r->m = m;
	r->err = err;
	weigh_buf_init(&r->names, len + MATTER_ANCHORS);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if ((rc = add_value(r, &none, &id)) == WEIGH_OK)
		rc = read_events(r, &parser);
	yaml_parser_delete(&parser);
	weigh_buf_free(&r->names);
	free(r);
	return rc;
}

void
weigh_matter_free(struct matter *m)
{
	free(m->values);
	weigh_buf_free(&m->texts);
	*m = (struct matter){ 0 };
}

/* --- looking ------------------------------------------------------------- */

const struct matter_value *
weigh_matter_at(const struct matter *m, uint32_t value)
{
	const struct matter_value *v = &m->values[value];

	return v->kind == MATTER_ALIAS ? &m->values[v->first] : v;
}

const char *
weigh_matter_text(const struct matter *m, const struct matter_value *v)
{
	return m->texts.data + v->text;
}

bool
weigh_matter_is_scalar(const struct matter_value *v)
{
	return v->kind < MATTER_LIST;
}

bool
weigh_matter_same(const struct matter *m, const struct matter_value *a,
    const struct matter_value *b)
{
	return weigh_matter_is_scalar(a) && weigh_matter_is_scalar(b) &&
	    a->len == b->len &&
	    memcmp(weigh_matter_text(m, a), weigh_matter_text(m, b), a->len) ==
	    0;
}

uint32_t
weigh_matter_find(const struct matter *m, const struct matter_value *map,
    const char *key)
{
	uint32_t k, found = 0;
	size_t len = strlen(key);

	if (map->kind != MATTER_MAP)
		return 0;
	for (k = map->first; k != 0; k = m->values[m->values[k].next].next) {
		const struct matter_value *v = weigh_matter_at(m, k);

		if (weigh_matter_is_scalar(v) && v->len == len &&
		    memcmp(weigh_matter_text(m, v), key, len) == 0)
			found = m->values[k].next;
	}
	return found;
}
