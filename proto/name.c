/* name: see weigh/name.h.  Repositories and revisions; files are in path.c. */
#include <stdint.h>
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

/* What is wrong with a text; `at` is the byte that is, or WHOLE. */
struct flaw {
	const char *what; /* NULL: nothing */
	size_t at;
};

#define WHOLE SIZE_MAX
#define FINE ((struct flaw){ NULL, WHOLE })

static struct flaw
flaw(const char *what, size_t at)
{
	return (struct flaw){ what, at };
}

/* A byte as a message may show it. */
static char
visible(char c)
{
	return c > ' ' && c <= '~' ? c : '?';
}

/* Say which text, which byte of it and which rule; people count from 1. */
static enum weigh_code
fail_flaw(struct weigh_err *err, const char *text, size_t len, struct flaw f)
{
	char shown[65];
	size_t i;

	for (i = 0; i < len && i < sizeof(shown) - 1; i++)
		shown[i] = visible(text[i]);
	shown[i] = '\0';
	if (f.at == WHOLE)
		return weigh_fail(err, WEIGH_USAGE, "'%s%s' %s", shown,
		    i < len ? "..." : "", f.what);
	if (visible(text[f.at]) == text[f.at])
		return weigh_fail(err, WEIGH_USAGE,
		    "'%c', byte %zu of '%s%s', %s", text[f.at], f.at + 1, shown,
		    i < len ? "..." : "", f.what);
	return weigh_fail(err, WEIGH_USAGE, "byte %zu of '%s%s' (0x%02x) %s",
	    f.at + 1, shown, i < len ? "..." : "", (unsigned char)text[f.at],
	    f.what);
}

static struct flaw
part_flaw(const char *text, size_t len)
{
	if (len == 0)
		return flaw("is empty where a name is wanted", WHOLE);
	if (len > WEIGH_PART_MAX)
		return flaw("has more than 96 bytes", WHOLE);
	for (size_t i = 0; i < len; i++) {
		bool mark = text[i] == '-' || text[i] == '.';

		if (!is_alnum(text[i]) && text[i] != '_' && !mark)
			return flaw("is no letter, digit, '-', '_' or '.'", i);
		if (mark && i == 0)
			return flaw("cannot be first", i);
		if (mark && text[i - 1] == text[i])
			return flaw("cannot stand twice in a row", i);
		if (mark && i == len - 1)
			return flaw("cannot be last", i);
	}
	if (ends_with(text, len, ".git"))
		return flaw("ends in '.git'", WHOLE);
	if (ends_with(text, len, ".ipynb"))
		return flaw("ends in '.ipynb'", WHOLE);
	return FINE;
}

bool
weigh_part_ok(const char *text, size_t len)
{
	return part_flaw(text, len).what == NULL;
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
	struct flaw f;

	if (len > WEIGH_NAME_MAX)
		return weigh_fail(err, WEIGH_USAGE,
		    "the repository name has %zu bytes, at most %d allowed",
		    len, WEIGH_NAME_MAX);
	if (is_reserved(text, first))
		return weigh_fail(err, WEIGH_USAGE,
		    "a repository name cannot begin with the reserved '%.*s'",
		    (int)first, text);
	if ((f = part_flaw(text, first)).what != NULL)
		return fail_flaw(err, text, first, f);
	if (slash != NULL) {
		size_t second = len - first - 1;

		if ((f = part_flaw(slash + 1, second)).what != NULL)
			return fail_flaw(err, slash + 1, second, f);
	}
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
	if (at != NULL) {
		rc = weigh_rev_check(at + 1, rev, err);
		if (rc != WEIGH_OK)
			return weigh_context(err, rc, "what follows '@'");
		memcpy(ref.rev, at + 1, rev);
	}
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

/* One part between slashes, at `from` of the whole. */
static struct flaw
rev_part_flaw(const char *text, size_t from, size_t len)
{
	if (len == 0)
		return flaw("has an empty part", WHOLE);
	if (text[from] == '.')
		return flaw("cannot begin a part", from);
	if (ends_with(text + from, len, ".lock"))
		return flaw("has a part that ends in '.lock'", WHOLE);
	return FINE;
}

/* Byte `i` by itself and together with the one before it. */
static struct flaw
rev_byte_flaw(const char *text, size_t i)
{
	char c = text[i];

	if (c <= ' ' || c > '~' || strchr("~^:?*[\\", c) != NULL)
		return flaw("cannot stand in a branch, tag or commit id", i);
	if (i > 0 && text[i - 1] == '.' && c == '.')
		return flaw("cannot stand twice in a row", i);
	if (i > 0 && text[i - 1] == '@' && c == '{')
		return flaw("cannot follow '@'", i);
	return FINE;
}

static struct flaw
rev_flaw(const char *text, size_t len)
{
	size_t part = 0; /* where the current part begins */
	struct flaw f = FINE;

	if (len == 0)
		return flaw("is empty where a revision is wanted", WHOLE);
	if (len > WEIGH_REV_MAX)
		return flaw("has more than 255 bytes", WHOLE);
	if (text[0] == '-')
		return flaw("cannot be first", 0);
	if (text[len - 1] == '.')
		return flaw("cannot be last", len - 1);
	if (equals(text, len, "@"))
		return flaw("is no revision's name", WHOLE);
	for (size_t i = 0; i < len && f.what == NULL; i++) {
		f = rev_byte_flaw(text, i);
		if (f.what == NULL && text[i] == '/') {
			f = rev_part_flaw(text, part, i - part);
			part = i + 1;
		}
	}
	return f.what != NULL ? f : rev_part_flaw(text, part, len - part);
}

bool
weigh_rev_ok(const char *text, size_t len)
{
	return rev_flaw(text, len).what == NULL;
}

enum weigh_code
weigh_rev_check(const char *text, size_t len, struct weigh_err *err)
{
	struct flaw f = rev_flaw(text, len);

	return f.what != NULL ? fail_flaw(err, text, len, f) : WEIGH_OK;
}
