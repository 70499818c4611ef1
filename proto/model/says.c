/* says: what a file of weights says of its license and of what it was made from. */
#include <string.h>

#include <weigh/name.h>

#include "header.h"

/* Those that weigh/declared.h reads. */
static const struct {
	enum weigh_format format;
	const char *key;
} wanted[] = {
	{ WEIGH_GGUF, "general.license" },
	{ WEIGH_GGUF, "general.license.name" },
	{ WEIGH_GGUF, "general.license.link" },
	{ WEIGH_GGUF, "general.base_model.*.repo_url" },
	{ WEIGH_GGUF, "general.source.repo_url" },
	{ WEIGH_GGUF, "general.source.huggingface.repository" },
	{ WEIGH_SAFETENSORS, "license" },
	{ WEIGH_SAFETENSORS, "modelspec.license" },
};

bool
weigh_says_wanted(enum weigh_format format, const char *key, size_t len)
{
	if (len > WEIGH_SAYS_KEY || memchr(key, '\0', len) != NULL)
		return false;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i].format == format &&
		    weigh_glob_match(wanted[i].key, key))
			return true;
	return false;
}

bool
weigh_says_add(struct weigh_weights *w, const char *key, const char *text,
    size_t len)
{
	if (w->nsays == WEIGH_SAYS || len > WEIGH_SAYS_TEXT ||
	    strlen(key) > WEIGH_SAYS_KEY || memchr(text, '\0', len) != NULL ||
	    !weigh_utf8_ok(key, strlen(key)) || !weigh_utf8_ok(text, len))
		return false;
	if (!weigh_buf_add(&w->says, key, strlen(key) + 1) ||
	    !weigh_buf_add(&w->says, text, len) ||
	    !weigh_buf_add(&w->says, "", 1))
		return false;
	w->nsays++;
	return true;
}
