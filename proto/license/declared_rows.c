/* declared_rows: claims, links and the name of a license, each once. */
#include <string.h>

#include "declaring.h"

#define URL_MAX 2048 /* bytes of a link; what is longer leads nowhere */
#define REST "..."   /* stands for the claims that there is no room for */

static bool
is(const char *text, struct cursor c)
{
	return strlen(text) == c.len && memcmp(text, c.p, c.len) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct cursor
license_trim(struct cursor text)
{
	while (text.len > 0 && is_blank(text.p[0]))
		cursor_skip(&text, 1);
	while (text.len > 0 && is_blank(text.p[text.len - 1]))
		text.len--;
	return text;
}

/* A character is never cut: its later bytes are 10xxxxxx. */
struct cursor
license_declared_text(struct cursor text)
{
	text = license_trim(text);
	if (text.len <= WEIGH_DECLARED_TEXT)
		return text;
	for (text.len = WEIGH_DECLARED_TEXT;
	     text.len > 0 && ((unsigned char)text.p[text.len] & 0xc0) == 0x80;)
		text.len--;
	return text;
}

/* --- claims --------------------------------------------------------------------------- */

/* (5): who reads the record sees that there was more, and knows nothing of it. */
static enum weigh_code
mark_rest(struct weigh_record *r)
{
	struct weigh_record_claim *last = &r->claims[r->nclaims - 1];

	last->value = REST;
	last->id = "";
	last->line = 0;
	last->precision = WEIGH_HUB_UNHEARD;
	return WEIGH_OK;
}

static bool
claimed(const struct weigh_record *r, const char *source, struct cursor text)
{
	for (uint32_t i = 0; i < r->nclaims; i++)
		if (strcmp(r->claims[i].source, source) == 0 &&
		    is(r->claims[i].value, text))
			return true;
	return false;
}

enum weigh_code
license_add_claim(struct declaring *d, const char *source, const char *path,
    uint32_t line, struct cursor text)
{
	struct weigh_record_claim claim = { .line = line }, *row;
	struct weigh_record *r = d->r;
	char id[WEIGH_LICENSE_EXPR];

	text = license_declared_text(text);
	if (text.len == 0 || claimed(r, source, text))
		return WEIGH_OK;
	if (r->nclaims == WEIGH_RECORD_CLAIMS)
		return mark_rest(r);
	claim.source = weigh_record_keep(r, source, strlen(source));
	claim.path = weigh_record_keep(r, path, strlen(path));
	claim.value = weigh_record_keep(r, text.p, text.len);
	if (claim.source == NULL || claim.path == NULL || claim.value == NULL)
		return license_no_memory(d);
	claim.precision = license_tag(d->tables, d->ntables, claim.value, id);
	claim.id = weigh_record_keep(r, id, strlen(id));
	if (claim.id == NULL || (row = weigh_record_claim(r)) == NULL)
		return license_no_memory(d);
	*row = claim;
	return WEIGH_OK;
}

enum weigh_code
license_add_name(struct declaring *d, struct cursor text)
{
	text = license_declared_text(text);
	if (text.len == 0 || d->r->license_name[0] != '\0')
		return WEIGH_OK;
	d->r->license_name = weigh_record_keep(d->r, text.p, text.len);
	if (d->r->license_name != NULL)
		return WEIGH_OK;
	d->r->license_name = "";
	return license_no_memory(d);
}

/* --- links ---------------------------------------------------------------------------- */

static bool
linked(const struct weigh_record *r, struct cursor url)
{
	for (uint32_t i = 0; i < r->nlinks; i++)
		if (is(r->links[i].url, url))
			return true;
	return false;
}

enum weigh_code
license_add_link(struct declaring *d, const char *path, struct cursor url)
{
	struct weigh_record_link link = { .file = "" }, *row;
	struct weigh_record *r = d->r;
	const char *file;

	url = license_trim(url);
	if (url.len == 0 || url.len >= URL_MAX ||
	    r->nlinks == WEIGH_RECORD_LINKS || linked(r, url))
		return WEIGH_OK;
	link.path = weigh_record_keep(r, path, strlen(path));
	link.url = weigh_record_keep(r, url.p, url.len);
	if (link.path == NULL || link.url == NULL)
		return license_no_memory(d);
	link.kind = weigh_declared_link(link.url, r->repo, d->files->paths,
	    d->files->npaths, &file);
	if (file != NULL)
		link.file = weigh_record_keep(r, file, strlen(file));
	if (link.file == NULL || (row = weigh_record_link(r)) == NULL)
		return license_no_memory(d);
	*row = link;
	return WEIGH_OK;
}
