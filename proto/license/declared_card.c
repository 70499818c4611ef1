/* declared_card: the front matter of README.md. */
#include <string.h>

#include <weigh/card.h>
#include <weigh/name.h>

#include "declaring.h"
#include "terms.h"

#define CARD "README.md"
#define LINES 256 /* of a list's elements; those behind have no line */

/* --- the license ------------------------------------------------------------------------ */

struct claims {
	struct declaring *d;
	uint32_t lines[LINES];
	size_t nlines;
};

static enum weigh_code
take_license(void *out, struct cursor text, size_t at)
{
	struct claims *c = out;
	uint32_t line = at < c->nlines ? c->lines[at] : 0;

	return license_add_claim(c->d, "card", CARD, line, text);
}

static enum weigh_code
read_license(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct claims c = { .d = out };
	const struct weigh_declared *files = c.d->files;

	if (files->readme != NULL)
		c.nlines = weigh_card_lines(files->readme, files->readme_len,
		    "license", c.lines, LINES);
	return license_json_strings(j, first, take_license, &c, err);
}

static enum weigh_code
read_license_name(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct cursor text;
	enum weigh_code rc = license_json_string(j, first, &text, err);

	return rc == WEIGH_OK ? license_add_name(out, text) : rc;
}

static enum weigh_code
take_link(void *out, struct cursor text, size_t at)
{
	(void)at;
	return license_add_link(out, CARD, text);
}

static enum weigh_code
read_license_link(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return license_json_strings(j, first, take_link, out, err);
}

/* --- what it was made from -------------------------------------------------------------- */

static enum weigh_code
take_base(void *out, struct cursor text, size_t at)
{
	(void)at;
	return license_add_base(out, "card", CARD, text);
}

static enum weigh_code
read_base_model(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return license_json_strings(j, first, take_base, out, err);
}

static enum weigh_code
read_relation(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct declaring *d = out;
	struct cursor text;
	enum weigh_code rc = license_json_string(j, first, &text, err);

	text = license_trim(text);
	if (rc == WEIGH_OK)
		d->said = weigh_relation_parse(&d->relation, text.p, text.len);
	return rc;
}

/* --- who may have it, what it is -------------------------------------------------------- */

/* What people write for true, in quotes or by YAML 1.1. */
static const char *const yes[] = { "true", "yes", "on" };

static enum weigh_code
read_eu(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct declaring *d = out;
	struct cursor text;
	enum weigh_code rc = license_json_string(j, first, &text, err);

	d->r->eu_disallowed = first == WEIGH_JSON_TRUE;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (weigh_terms_same(license_trim(text),
			(struct cursor){ yes[i], strlen(yes[i]) }))
			d->r->eu_disallowed = true;
	return rc;
}

/* Tasks that take or give images, sound or video. */
static const char *const tasks[] = { "*image*", "*video*", "*audio*",
	"*speech*", "*voice*", "*visual*", "any-to-any", "*object-detection",
	"depth-estimation", "mask-generation", "keypoint-detection",
	"document-question-answering" };

static enum weigh_code
read_task(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct declaring *d = out;
	struct cursor text;
	enum weigh_code rc = license_json_string(j, first, &text, err);

	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		if (text.len <= WEIGH_DECLARED_TEXT &&
		    weigh_glob_match(tasks[i], text.p))
			d->r->multimodal = true;
	return rc;
}

enum weigh_code
license_read_card(struct declaring *d)
{
	static const struct weigh_json_member rows[] = {
		{ "license", read_license },
		{ "license_name", read_license_name },
		{ "license_link", read_license_link },
		{ "base_model", read_base_model },
		{ "base_model_relation", read_relation },
		{ "extra_gated_eu_disallowed", read_eu },
		{ "pipeline_tag", read_task },
	};

	return license_json_object(d, d->files->card, d->files->card_len, rows,
	    sizeof(rows) / sizeof(rows[0]));
}

/* --- the text beside the button --------------------------------------------------------- */

static enum weigh_code
read_prompt(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct cursor text;
	enum weigh_code rc = license_json_string(j, first, &text, err);

	weigh_buf_add(out, text.p, text.len);
	return rc;
}

bool
weigh_declared_prompt(const char *card, size_t len, struct weigh_buf *out)
{
	static const struct weigh_json_member rows[] = {
		{ "extra_gated_prompt", read_prompt },
	};
	size_t before = out->len;

	if (card == NULL || len == 0 ||
	    weigh_json_read_object(card, len, NULL, 0, NULL, NULL) != WEIGH_OK)
		return false;
	return weigh_json_read_object(card, len, rows, 1, out, NULL) ==
	    WEIGH_OK &&
	    !out->failed && out->len > before;
}
