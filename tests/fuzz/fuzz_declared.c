/* What a publisher's metadata says: README.md, config.json and adapter_config.json with a
 * NUL between, then strings of a file of weights.  (2), (5) of weigh/declared.h: each
 * claim, link and model once, never the revision itself, the strongest first; and what is
 * kept is bounded and is what it says it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/card.h>
#include <weigh/declared.h>
#include <weigh/name.h>

static const char *const paths[] = { "LICENSE", "a/License.md", "m.gguf",
	"model.py" };
#define NPATHS (sizeof(paths) / sizeof(paths[0]))

static const struct weigh_terms *const *
terms(void)
{
	static struct weigh_terms *t;
	const char *text;
	size_t len;

	if (t == NULL) {
		weigh_terms_builtin(&text, &len);
		if (weigh_terms_read(&t, "terms", text, len, NULL) != WEIGH_OK)
			abort();
	}
	return (const struct weigh_terms *const *)(void *)&t;
}

struct part {
	const char *p;
	size_t len;
};

static struct part
next(struct part *rest)
{
	const char *end = rest->len > 0 ? memchr(rest->p, '\0', rest->len) :
					  NULL;
	struct part part = { rest->p,
		end != NULL ? (size_t)(end - rest->p) : rest->len };
	size_t n = end != NULL ? part.len + 1 : part.len;

	rest->p += n;
	rest->len -= n;
	return part;
}

static void
check_claims(const struct weigh_record *r)
{
	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct weigh_record_claim *c = &r->claims[i];

		if (c->value[0] == '\0' ||
		    (c->id[0] != '\0') != (c->precision >= WEIGH_HUB_VERSION) ||
		    !weigh_utf8_ok(c->value, strlen(c->value)))
			abort();
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(r->claims[k].source, c->source) == 0 &&
			    strcmp(r->claims[k].value, c->value) == 0 &&
			    strcmp(c->value, "...") != 0 &&
			    strstr(c->value, "\xef\xbf\xbd") == NULL)
				abort();
	}
}

static void
check_links(const struct weigh_record *r)
{
	for (uint32_t i = 0; i < r->nlinks; i++) {
		const struct weigh_record_link *l = &r->links[i];
		bool ours = false;

		for (size_t k = 0; k < NPATHS; k++)
			ours = ours || strcmp(paths[k], l->file) == 0;
		if (l->url[0] == '\0' ||
		    (l->file[0] != '\0' &&
			(l->kind != WEIGH_LINK_FILE || !ours)))
			abort();
	}
}

static void
check_bases(const struct weigh_record *r)
{
	bool weak = false;

	for (uint32_t i = 0; i < r->nbases; i++) {
		const struct weigh_record_base *b = &r->bases[i];
		struct weigh_repo repo;

		if (weigh_repo_parse(&repo, WEIGH_MODEL, b->name,
			strlen(b->name), NULL) != WEIGH_OK ||
		    strcmp(b->name, r->repo) == 0 || (weak && !b->weak))
			abort();
		weak = b->weak;
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(r->bases[k].name, b->name) == 0)
				abort();
		if (b->relation != r->bases[0].relation ||
		    b->inferred != r->bases[0].inferred)
			abort();
	}
}

static void
read_weights(struct weigh_record *r, struct part rest)
{
	static const char *const keys[] = { "general.license",
		"general.license.name", "general.license.link",
		"general.base_model.0.repo_url", "general.source.repo_url" };

	for (size_t i = 0; rest.len > 0; i++) {
		struct part value = next(&rest);

		if (weigh_declared_weights(r, "gguf", "m.gguf",
			keys[i % (sizeof(keys) / sizeof(keys[0]))], value.p,
			value.len, terms(), 1, NULL) != WEIGH_OK)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part rest = { (const char *)data, size }, readme = next(&rest),
		    config = next(&rest), adapter = next(&rest);
	struct weigh_declared files = { .readme = readme.p,
		.readme_len = readme.len,
		.config = config.p,
		.config_len = config.len,
		.adapter = adapter.p,
		.adapter_len = adapter.len,
		.paths = paths,
		.npaths = NPATHS };
	struct weigh_record *r = weigh_record_new();
	struct weigh_buf card, prompt;

	weigh_buf_init(&card, WEIGH_CARD_JSON_MAX);
	weigh_buf_init(&prompt, 100);
	if (r == NULL)
		return 0;
	if (weigh_card_json(readme.p, readme.len, &card, NULL) == WEIGH_OK) {
		files.card = card.data;
		files.card_len = card.len;
	}
	r->repo = "acme/m";
	if (weigh_declared_read(r, &files, terms(), 1, NULL) != WEIGH_OK)
		abort();
	read_weights(r, rest);
	check_claims(r);
	check_links(r);
	check_bases(r);
	if (weigh_declared_prompt(files.card, files.card_len, &prompt) !=
	    (prompt.len > 0))
		abort();
	weigh_buf_free(&card);
	weigh_buf_free(&prompt);
	weigh_record_free(r);
	return 0;
}
