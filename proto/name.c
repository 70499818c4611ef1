/* name: see weigh/name.h.  Repositories and revisions; files are in path.c. */
#include <stdio.h>
#include <string.h>

#include <weigh/name.h>

static const char *const plurals[WEIGH_KINDS] = {
	[WEIGH_MODEL] = "models",
	[WEIGH_DATASET] = "datasets",
	[WEIGH_SPACE] = "spaces",
};

/* First parts that would be mistaken for one of our own routes. */
static const char *const reserved[] = {
	"api",
	"datasets",
	"spaces",
	"models",
	"v2",
	"-",
	"healthz",
	"readyz",
	"metrics",
};

static bool
equals(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

const char *
weigh_kind_plural(enum weigh_kind kind)
{
	return plurals[kind];
}

bool
weigh_kind_parse(enum weigh_kind *out, const char *text, size_t len)
{
	for (int i = 0; i < WEIGH_KINDS; i++)
		if (equals(text, len, plurals[i])) {
			*out = (enum weigh_kind)i;
			return true;
		}
	return false;
}

/* ASCII only: isalnum() would ask the locale. */
static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

bool
weigh_part_ok(const char *text, size_t len)
{
	if (len == 0 || len > WEIGH_PART_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool edge = i == 0 || i == len - 1;
		bool mark = text[i] == '-' || text[i] == '.';

		if (!is_alnum(text[i]) && text[i] != '_' && !mark)
			return false;
		if (mark && (edge || text[i - 1] == text[i]))
			return false;
	}
	return !ends_with(text, len, ".git") && !ends_with(text, len, ".ipynb");
}

static bool
is_reserved(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (equals(text, len, reserved[i]))
			return true;
	return false;
}

enum weigh_code
weigh_repo_parse(struct weigh_repo *out, enum weigh_kind kind, const char *text,
    size_t len, struct weigh_err *err)
{
	const char *slash = len > 0 ? memchr(text, '/', len) : NULL;
	size_t first = slash != NULL ? (size_t)(slash - text) : len;

	if (len > WEIGH_NAME_MAX)
		return weigh_fail(err, WEIGH_USAGE,
		    "the repository name has %zu bytes, at most %d allowed",
		    len, WEIGH_NAME_MAX);
	if (is_reserved(text, first))
		return weigh_fail(err, WEIGH_USAGE,
		    "a repository name cannot begin with the reserved '%.*s'",
		    (int)first, text);
	if (!weigh_part_ok(text, first) ||
	    (slash != NULL && !weigh_part_ok(slash + 1, len - first - 1)))
		return weigh_fail(err, WEIGH_USAGE,
		    "a repository name is 'org/name' or 'name' of letters, "
		    "digits, '-', '_' and '.'");
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	memcpy(out->name, text, len);
	return WEIGH_OK;
}

/* Take `datasets/` or `spaces/` off the front. */
static enum weigh_kind
take_kind(const char **text, size_t *len)
{
	for (int i = WEIGH_DATASET; i < WEIGH_KINDS; i++) {
		size_t n = strlen(plurals[i]);

		if (*len > n && memcmp(*text, plurals[i], n) == 0 &&
		    (*text)[n] == '/') {
			*text += n + 1;
			*len -= n + 1;
			return (enum weigh_kind)i;
		}
	}
	return WEIGH_MODEL;
}

enum weigh_code
weigh_ref_parse(struct weigh_ref *out, const char *text, struct weigh_err *err)
{
	const char *at = strchr(text, '@');
	size_t len = at != NULL ? (size_t)(at - text) : strlen(text);
	size_t rev = at != NULL ? strlen(at + 1) : 0;
	struct weigh_ref ref = { 0 };
	enum weigh_kind kind = take_kind(&text, &len);
	enum weigh_code rc;

	rc = weigh_repo_parse(&ref.repo, kind, text, len, err);
	if (rc != WEIGH_OK)
		return rc;
	if (at != NULL && !weigh_rev_ok(at + 1, rev))
		return weigh_fail(err, WEIGH_USAGE,
		    "what follows '@' is no branch, tag or commit id");
	if (at != NULL)
		memcpy(ref.rev, at + 1, rev);
	*out = ref;
	return WEIGH_OK;
}

void
weigh_repo_text(const struct weigh_repo *repo, char out[WEIGH_REPO_TEXT])
{
	bool model = repo->kind == WEIGH_MODEL;

	(void)snprintf(out, WEIGH_REPO_TEXT, "%s%s%s",
	    model ? "" : plurals[repo->kind], model ? "" : "/", repo->name);
}

/* One part between slashes: not empty, no '.' first, no ".lock" last. */
static bool
rev_part_ok(const char *text, size_t len)
{
	return len > 0 && text[0] != '.' && !ends_with(text, len, ".lock");
}

bool
weigh_rev_ok(const char *text, size_t len)
{
	size_t part = 0; /* where the current part begins */

	if (len == 0 || len > WEIGH_REV_MAX || text[0] == '-' ||
	    text[len - 1] == '.' || equals(text, len, "@"))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c <= ' ' || c > '~' || strchr("~^:?*[\\", c) != NULL)
			return false;
		if (i > 0 && text[i - 1] == '.' && c == '.')
			return false;
		if (i > 0 && text[i - 1] == '@' && c == '{')
			return false;
		if (c == '/') {
			if (!rev_part_ok(text + part, i - part))
				return false;
			part = i + 1;
		}
	}
	return rev_part_ok(text + part, len - part);
}
