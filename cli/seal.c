/* seal: the text of .weigh/revision. */
#include <string.h>

#include "seal.h"

#define REF_TEXT (WEIGH_REPO_TEXT + WEIGH_GITID_HEX + 2)

void
seal_print(struct weigh_buf *out, const struct seal *s)
{
	char name[WEIGH_REPO_TEXT];
	char hex[WEIGH_OID_HEX + 1];

	weigh_repo_text(&s->ref.repo, name);
	weigh_buf_addf(out, "%s@%s\n", name, s->ref.rev);
	weigh_oid_hex(&s->manifest, hex);
	weigh_buf_addf(out, "manifest %s\n", hex);
	weigh_oid_hex(&s->revision, hex);
	weigh_buf_addf(out, "revision %s\n", hex);
}

/* Cut the next line off *text; false when there is none. */
static bool
next_line(const char **text, size_t *len, const char **line, size_t *n)
{
	const char *end = memchr(*text, '\n', *len);

	if (end == NULL)
		return false;
	*line = *text;
	*n = (size_t)(end - *text);
	*len -= *n + 1;
	*text = end + 1;
	return true;
}

static bool
read_ref(struct weigh_ref *out, const char *line, size_t n)
{
	char text[REF_TEXT];
	struct weigh_gitid commit;

	if (n >= sizeof(text) || memchr(line, '\0', n) != NULL)
		return false;
	memcpy(text, line, n);
	text[n] = '\0';
	return weigh_ref_parse(out, text, NULL) == WEIGH_OK &&
	    weigh_gitid_parse(&commit, out->rev, strlen(out->rev));
}

static bool
read_digest(struct weigh_oid *out, const char *line, size_t n, const char *word)
{
	size_t skip = strlen(word);

	return n > skip && memcmp(line, word, skip) == 0 &&
	    weigh_oid_parse(out, line + skip, n - skip);
}

enum weigh_code
seal_parse(struct seal *out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct seal s;
	const char *line;
	size_t n;

	memset(&s, 0, sizeof(s));
	if (next_line(&text, &len, &line, &n) && read_ref(&s.ref, line, n) &&
	    next_line(&text, &len, &line, &n) &&
	    read_digest(&s.manifest, line, n, "manifest ") &&
	    next_line(&text, &len, &line, &n) &&
	    read_digest(&s.revision, line, n, "revision ") && len == 0) {
		*out = s;
		return WEIGH_OK;
	}
	return weigh_fail(err, WEIGH_MISMATCH,
	    "it is not as weigh pull wrote it");
}

bool
seal_is_whole(const struct seal *s)
{
	return weigh_oid_equal(&s->manifest, &s->revision);
}

enum weigh_code
seal_check(const struct seal *s, const struct weigh_buf *text,
    struct weigh_err *err)
{
	struct weigh_oid got;
	char hex[WEIGH_OID_HEX + 1];

	if (!weigh_oid_of(&got, text->data != NULL ? text->data : "",
		text->len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (weigh_oid_equal(&got, &s->manifest))
		return WEIGH_OK;
	weigh_oid_hex(&got, hex);
	return weigh_fail(err, WEIGH_MISMATCH,
	    "its SHA-256 is %s, and not the one that the pull wrote down", hex);
}
