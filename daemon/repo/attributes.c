/*
 * Which files are LFS: the part of gitattributes(5) that says so, and the Hub's
 * default list for repositories that say nothing.  Pure: text in, answers out.
 *
 * A pattern without '/' matches the last part of a path; one with '/' matches
 * the whole path, part by part, where a part `**` is any number of parts.
 */
#include <stdlib.h>
#include <string.h>

#include "repo.h"

#define TEXT_MAX (1u << 20)    /* bytes of a .gitattributes */
#define LINE_MAX_GIT 2048      /* git ignores longer lines, and so do we */
#define RULES_MAX 10000        /* every file is held against each */
#define LFS_ALWAYS (10u << 20) /* bytes */
#define LFS_UNRULED (1u << 20) /* without a file of rules */

/* Hub repositories are made with these. */
static const char *const hub_default[] = {
	"*.7z",
	"*.arrow",
	"*.bin",
	"*.bz2",
	"*.ckpt",
	"*.ftz",
	"*.gguf",
	"*.gz",
	"*.h5",
	"*.joblib",
	"*.lfs.*",
	"*.mlmodel",
	"*.model",
	"*.msgpack",
	"*.npy",
	"*.npz",
	"*.onnx",
	"*.ot",
	"*.parquet",
	"*.pb",
	"*.pickle",
	"*.pkl",
	"*.pt",
	"*.pth",
	"*.rar",
	"*.safetensors",
	"saved_model/**/*",
	"*.tar.*",
	"*.tar",
	"*.tflite",
	"*.tgz",
	"*.wasm",
	"*.xz",
	"*.zip",
	"*.zst",
	"*tfevents*",
};

struct rule {
	char *pattern;      /* owned; parts separated by NUL */
	const char **parts; /* owned array into pattern */
	size_t nparts;
	bool whole; /* matches the whole path, not its last part */
	bool lfs;
};

struct repo_attributes {
	struct rule *rules;
	size_t count;
	size_t room;
	bool file; /* they came from a file */
};

/* --- matching ------------------------------------------------------------ */

/* Parts against parts.  Only the last `**` needs to be tried again: whatever an
 * earlier one could take, the last one can. */
static bool
match_parts(const struct rule *rule, char *const *path, size_t npath)
{
	size_t p = 0, i = 0, star = SIZE_MAX, again = 0;

	while (i < npath) {
		if (p < rule->nparts && strcmp(rule->parts[p], "**") == 0) {
			star = ++p;
			again = i;
			if (p == rule->nparts)
				return true; /* everything below */
		} else if (p < rule->nparts &&
		    weigh_glob_match(rule->parts[p], path[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star;
			i = ++again;
		} else {
			return false;
		}
	}
	return p == rule->nparts;
}

/* A path cut at its slashes, in memory of its own. */
struct cut {
	char text[WEIGH_PATH_MAX + 1];
	char *parts[WEIGH_PATH_DEPTH];
	size_t count;
};

static bool
cut_path(struct cut *cut, const char *path)
{
	size_t len = strlen(path);
	char *part = cut->text;

	if (len > WEIGH_PATH_MAX)
		return false;
	memcpy(cut->text, path, len + 1);
	for (cut->count = 0; part != NULL; cut->count++) {
		char *slash = strchr(part, '/');

		if (cut->count == WEIGH_PATH_DEPTH)
			return false;
		cut->parts[cut->count] = part;
		if (slash != NULL)
			*slash++ = '\0';
		part = slash;
	}
	return true;
}

static bool
rule_matches(const struct rule *rule, const struct cut *cut)
{
	if (rule->whole)
		return match_parts(rule, cut->parts, cut->count);
	return weigh_glob_match(rule->parts[0], cut->parts[cut->count - 1]);
}

bool
repo_attributes_lfs(const struct repo_attributes *a, const char *path,
    uint64_t size)
{
	struct cut cut;

	if (size > LFS_ALWAYS)
		return true;
	if (size == 0) /* git-lfs: an empty file is its own pointer */
		return false;
	if (strcmp(path, ".gitattributes") == 0) /* git must read it itself */
		return false;
	if (!a->file && size > LFS_UNRULED)
		return true;
	if (!cut_path(&cut, path))
		return false;
	for (size_t i = a->count; i-- > 0;) /* the last line that matches */
		if (rule_matches(&a->rules[i], &cut))
			return a->rules[i].lfs;
	return false;
}

/* --- parsing ------------------------------------------------------------- */

/* Copy a pattern as weigh_glob_match understands it: `\x` is the plain x, which
 * for its own signs is `[x]`, and a set is negated by '!'. */
static char *
translate(const char *text, size_t len)
{
	char *out = malloc(3 * len + 1), *at = out;

	for (size_t i = 0; out != NULL && i < len; i++) {
		char c = text[i];
		bool escaped = c == '\\' && i + 1 < len;

		if (escaped)
			c = text[++i];
		if (escaped && strchr("*?[", c) != NULL) {
			*at++ = '[';
			*at++ = c;
			*at++ = ']';
		} else {
			*at++ = c;
			if (c == '[' && i + 1 < len && text[i + 1] == '^') {
				*at++ = '!';
				i++;
			}
		}
	}
	if (out != NULL)
		*at = '\0';
	return out;
}

static size_t
count_slashes(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '/')) != NULL) {
		n++;
		text++;
	}
	return n;
}

static bool
split_parts(struct rule *rule)
{
	size_t slashes = count_slashes(rule->pattern);
	char *part = rule->pattern;

	if ((rule->parts = calloc(slashes + 1, sizeof(char *))) == NULL)
		return false;
	rule->whole = slashes > 0;
	if (*part == '/') /* only says that the whole path is meant */
		part++;
	while (part != NULL) {
		char *slash = strchr(part, '/');

		rule->parts[rule->nparts++] = part;
		if (slash != NULL)
			*slash++ = '\0';
		part = slash;
	}
	return true;
}

static bool
make_room(struct repo_attributes *a)
{
	size_t room = a->room != 0 ? 2 * a->room : 64;
	struct rule *rules;

	if (a->count < a->room)
		return true;
	if ((rules = reallocarray(a->rules, room, sizeof(*rules))) == NULL)
		return false;
	a->rules = rules;
	a->room = room;
	return true;
}

static enum weigh_code
add_rule(struct repo_attributes *a, const char *pattern, size_t len, bool lfs,
    struct weigh_err *err)
{
	struct rule rule = { .lfs = lfs };

	if (a->count == RULES_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    ".gitattributes has more than %d rules", RULES_MAX);
	if (!make_room(a))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rule.pattern = translate(pattern, len);
	if (rule.pattern == NULL || !split_parts(&rule)) {
		free(rule.pattern);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	a->rules[a->count++] = rule;
	return WEIGH_OK;
}

struct word {
	const char *p;
	size_t len;
};

/* Take the next word off a line: up to a blank, or in double quotes. */
static struct word
take_word(const char **line, const char *end)
{
	const char *p = *line;
	struct word word;

	while (p < end && strchr(" \t\r", *p) != NULL)
		p++;
	if (p < end && *p == '"') {
		word.p = ++p;
		while (p < end && *p != '"')
			p += *p == '\\' && p + 1 < end ? 2 : 1;
		word.len = (size_t)(p - word.p);
		*line = p < end ? p + 1 : p;
		return word;
	}
	word.p = p;
	while (p < end && strchr(" \t\r", *p) == NULL)
		p++;
	word.len = (size_t)(p - word.p);
	*line = p;
	return word;
}

static bool
word_is(struct word word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.p, text, word.len) == 0;
}

static bool
word_begins(struct word word, const char *text)
{
	return word.len >= strlen(text) &&
	    memcmp(word.p, text, strlen(text)) == 0;
}

/* Does an attribute speak of the filter, and is it LFS? */
static bool
speaks_of_filter(struct word attribute, bool *lfs)
{
	*lfs = word_is(attribute, "filter=lfs");
	return word_begins(attribute, "filter=") ||
	    word_is(attribute, "filter") || word_is(attribute, "-filter") ||
	    word_is(attribute, "!filter");
}

static enum weigh_code
parse_line(struct repo_attributes *a, const char *line, const char *end,
    struct weigh_err *err)
{
	struct word pattern = take_word(&line, end), attribute;
	bool rules = false, lfs = false, this_one;

	if (pattern.len == 0 || pattern.p[0] == '#' || pattern.p[0] == '!' ||
	    word_begins(pattern, "[attr]") ||
	    pattern.p[pattern.len - 1] == '/') /* folders have no filter */
		return WEIGH_OK;
	while ((attribute = take_word(&line, end)).len != 0)
		if (speaks_of_filter(attribute, &this_one)) {
			rules = true;
			lfs = this_one;
		}
	if (!rules)
		return WEIGH_OK;
	return add_rule(a, pattern.p, pattern.len, lfs, err);
}

static enum weigh_code
parse_text(struct repo_attributes *a, const char *text, size_t len,
    struct weigh_err *err)
{
	const char *end = text + len;
	enum weigh_code rc = WEIGH_OK;

	if (len > TEXT_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    ".gitattributes has %zu bytes, at most %u allowed", len,
		    TEXT_MAX);
	if (memchr(text, '\0', len) != NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    ".gitattributes has a NUL byte in it");
	a->file = true;
	while (rc == WEIGH_OK && text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		const char *stop = nl != NULL ? nl : end;

		if (stop - text < LINE_MAX_GIT)
			rc = parse_line(a, text, stop, err);
		text = nl != NULL ? nl + 1 : end;
	}
	return rc;
}

static enum weigh_code
use_default(struct repo_attributes *a, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0;
	     rc == WEIGH_OK && i < sizeof(hub_default) / sizeof(hub_default[0]);
	     i++)
		rc = add_rule(a, hub_default[i], strlen(hub_default[i]), true,
		    err);
	return rc;
}

enum weigh_code
repo_attributes_parse(struct repo_attributes **out, const char *text,
    size_t len, struct weigh_err *err)
{
	struct repo_attributes *a = calloc(1, sizeof(*a));
	enum weigh_code rc;

	if (a == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = text != NULL ? parse_text(a, text, len, err) : use_default(a, err);
	if (rc != WEIGH_OK) {
		repo_attributes_free(a);
		return rc;
	}
	*out = a;
	return WEIGH_OK;
}

void
repo_attributes_free(struct repo_attributes *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->count; i++) {
		free(a->rules[i].pattern);
		free(a->rules[i].parts);
	}
	free(a->rules);
	free(a);
}

/* --- writing ------------------------------------------------------------- */

#define IS_LFS " filter=lfs diff=lfs merge=lfs -text\n"

bool
repo_attributes_default(struct weigh_buf *out)
{
	for (size_t i = 0; i < sizeof(hub_default) / sizeof(hub_default[0]);
	     i++) {
		weigh_buf_adds(out, hub_default[i]);
		weigh_buf_adds(out, IS_LFS);
	}
	return !out->failed;
}

/* A byte of a path as part of a pattern.  A blank or a quote would end the pattern
 * or change how it is read: any byte may stand there. */
static void
add_plain(struct weigh_buf *out, char c)
{
	if (strchr("*?[\\", c) != NULL)
		weigh_buf_addc(out, '\\');
	weigh_buf_addc(out, c == ' ' || c == '"' ? '?' : c);
}

bool
repo_attributes_add(struct weigh_buf *out, const char *path)
{
	/* Each byte may need a backslash; one more for the slash in front. */
	if (2 * strlen(path) + sizeof(IS_LFS) + 1 >= LINE_MAX_GIT)
		return false;
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		weigh_buf_addc(out, '\n');
	weigh_buf_addc(out, '/'); /* the whole path; also hides '#' and '!' */
	for (; *path != '\0'; path++)
		add_plain(out, *path);
	return weigh_buf_adds(out, IS_LFS);
}
