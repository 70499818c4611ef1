/* check: is a card one that the Hub would take?  See weigh/card.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <weigh/card.h>
#include <weigh/near.h>

#include "known.h"
#include "matter.h"

struct checking {
	const struct matter *m;
	struct weigh_card_note *notes;
	size_t count, room;
};

static void __attribute__((format(printf, 3, 4)))
note(struct checking *c, bool warning, const char *fmt, ...)
{
	struct weigh_card_note *n;
	va_list ap;

	if (c->count == c->room)
		return;
	n = &c->notes[c->count++];
	n->warning = warning;
	va_start(ap, fmt);
	(void)vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
}

/* --- values of one key ------------------------------------------------------------- */

static size_t
length_of(const char *const *list)
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

/* " (did you mean "mit"?)", or "". */
static void
suggest(const char *word, const char *const *list, char out[80])
{
	const char *near = weigh_nearest(word, list, length_of(list));

	out[0] = '\0';
	if (near != NULL)
		(void)snprintf(out, 80, "; did you mean \"%.40s\"?", near);
}

static void
check_license(struct checking *c, const char *text, uint32_t line)
{
	char near[80];

	if (weigh_known_license(text))
		return;
	suggest(text, weigh_known_licenses, near);
	note(c, false,
	    "line %u: \"license\" must be an identifier that the Hub knows, or "
	    "\"other\" with \"license_name\" and \"license_link\"; \"%.80s\" is "
	    "none%s",
	    line, text, near);
}

static void
check_task(struct checking *c, const char *text, uint32_t line)
{
	char near[80];

	if (weigh_known_task(text))
		return;
	suggest(text, weigh_known_tasks, near);
	note(c, true,
	    "line %u: the pipeline tag \"%.80s\" is not in the official list%s",
	    line, text, near);
}

static void
check_sdk(struct checking *c, const char *text, uint32_t line)
{
	if (!weigh_known_sdk(text))
		note(c, false,
		    "line %u: \"sdk\" must be gradio, docker, static or "
		    "streamlit; \"%.80s\" is none",
		    line, text);
}

/* --- keys ------------------------------------------------------------------------------ */

enum shape {
	SHAPE_STRING = 1,
	SHAPE_LIST = 2 /* of strings */
};

#define OF(kind) (1u << (kind))
#define ALL (OF(WEIGH_MODEL) | OF(WEIGH_DATASET) | OF(WEIGH_SPACE))

static const struct row {
	const char *key;
	unsigned kinds, shapes;
	void (*check)(struct checking *c, const char *text, uint32_t line);
} rows[] = {
	{ "license", ALL, SHAPE_STRING | SHAPE_LIST, check_license },
	{ "license_name", ALL, SHAPE_STRING, NULL },
	{ "license_link", ALL, SHAPE_STRING, NULL },
	{ "pipeline_tag", OF(WEIGH_MODEL), SHAPE_STRING, check_task },
	{ "library_name", OF(WEIGH_MODEL), SHAPE_STRING, NULL },
	{ "tags", ALL, SHAPE_LIST, NULL },
	{ "language", ALL, SHAPE_STRING | SHAPE_LIST, NULL },
	{ "datasets", OF(WEIGH_MODEL), SHAPE_STRING | SHAPE_LIST, NULL },
	{ "base_model", OF(WEIGH_MODEL), SHAPE_STRING | SHAPE_LIST, NULL },
	{ "metrics", OF(WEIGH_MODEL), SHAPE_STRING | SHAPE_LIST, NULL },
	{ "task_categories", OF(WEIGH_DATASET), SHAPE_STRING | SHAPE_LIST,
	    NULL },
	{ "size_categories", OF(WEIGH_DATASET), SHAPE_STRING | SHAPE_LIST,
	    NULL },
	{ "sdk", OF(WEIGH_SPACE), SHAPE_STRING, check_sdk },
};

static const char *
words_for(unsigned shapes)
{
	return shapes == SHAPE_STRING ? "a string" :
	    shapes == SHAPE_LIST      ? "a list of strings" :
					"a string or a list of strings";
}

static void
check_string(struct checking *c, const struct row *row,
    const struct matter_value *v)
{
	if (v->kind != MATTER_STRING)
		note(c, false, "line %u: \"%s\" must be %s; put it into quotes",
		    v->line, row->key, words_for(row->shapes));
	else if (row->check != NULL)
		row->check(c, weigh_matter_text(c->m, v), v->line);
}

static void
check_value(struct checking *c, const struct row *row, uint32_t value)
{
	const struct matter_value *v = weigh_matter_at(c->m, value);
	uint32_t i;

	if (v->kind == MATTER_NULL) /* a key without a value says nothing */
		return;
	if (v->kind == MATTER_MAP ||
	    (v->kind == MATTER_LIST && (row->shapes & SHAPE_LIST) == 0) ||
	    (v->kind != MATTER_LIST && (row->shapes & SHAPE_STRING) == 0)) {
		note(c, false, "line %u: \"%s\" must be %s", v->line, row->key,
		    words_for(row->shapes));
		return;
	}
	if (v->kind != MATTER_LIST) {
		check_string(c, row, v);
		return;
	}
	for (i = v->first; i != 0 && c->count < c->room;
	     i = c->m->values[i].next)
		check_string(c, row, weigh_matter_at(c->m, i));
}

/* The Hub's parser takes no key twice. */
static void
check_twice(struct checking *c)
{
	const struct matter_value *values = c->m->values;
	uint32_t k, other;

	for (k = values[1].first; k != 0; k = values[values[k].next].next) {
		const struct matter_value *v = weigh_matter_at(c->m, k);

		for (other = values[1].first; other != k;
		     other = values[values[other].next].next)
			if (weigh_matter_same(c->m, v,
				weigh_matter_at(c->m, other))) {
				note(c, false,
				    "line %u: the key \"%.80s\" was there "
				    "before",
				    v->line, weigh_matter_text(c->m, v));
				break;
			}
	}
}

static bool
says_other(const struct checking *c)
{
	const struct matter_value *v = weigh_matter_at(c->m,
	    weigh_matter_find(c->m, &c->m->values[1], "license"));

	return v->kind == MATTER_STRING &&
	    strcmp(weigh_matter_text(c->m, v), "other") == 0;
}

static void
check_keys(struct checking *c, enum weigh_kind kind)
{
	const struct matter_value *root = &c->m->values[1];
	uint32_t value;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((rows[i].kinds & OF(kind)) == 0)
			continue;
		value = weigh_matter_find(c->m, root, rows[i].key);
		if (value != 0)
			check_value(c, &rows[i], value);
	}
	if (says_other(c) && weigh_matter_find(c->m, root, "license_name") == 0)
		note(c, true,
		    "\"license: other\" without \"license_name\" does not say "
		    "which license it is");
	if (kind == WEIGH_SPACE && weigh_matter_find(c->m, root, "sdk") == 0)
		note(c, true, "a space without \"sdk\" is not run");
	check_twice(c);
}

size_t
weigh_card_check(const char *text, size_t len, enum weigh_kind kind,
    struct weigh_card_note *notes, size_t room)
{
	struct checking c = { .notes = notes, .room = room };
	struct weigh_err err;
	struct matter m;
	enum weigh_code rc = weigh_card_read(&m, text, len, &err);

	c.m = &m;
	if (rc == WEIGH_NOT_FOUND)
		note(&c, true, "empty or missing yaml metadata in repo card");
	else if (rc != WEIGH_OK)
		note(&c, false, "%s", err.why);
	else
		check_keys(&c, kind);
	weigh_matter_free(&m);
	return c.count;
}
