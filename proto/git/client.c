/* client: what a server can, and which commit a name means.  See weigh/gitclient.h. */
#include <string.h>

#include <weigh/gitclient.h>
#include <weigh/name.h>
#include <weigh/pktline.h>

#include "../cursor.h"
#include "told.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"

/* --- the server's words -------------------------------------------------- */

/* (4) */
enum weigh_code
weigh_git_told_words(enum weigh_code code, const char *text, size_t len,
    struct weigh_err *err)
{
	char shown[200];
	size_t n = len < sizeof(shown) - 1 ? len : sizeof(shown) - 1;

	for (size_t i = 0; i < n; i++)
		shown[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
	while (n > 0 && shown[n - 1] == '?')
		n--;
	shown[n] = '\0';
	return weigh_fail(err, code, "upstream's git says: %s", shown);
}

static enum weigh_code
no_git(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_MALFORMED,
	    "the answer is not made of git's packets, or is cut");
}

/* --- what a server can --------------------------------------------------- */

static bool
line_is(struct cursor c, const char *text)
{
	return take_text(&c, text) && c.len == 0;
}

/* Is `word` one of those behind "fetch="? */
static bool
has_word(struct cursor c, const char *word)
{
	size_t n = strlen(word);

	while (c.len > 0) {
		const char *blank = memchr(c.p, ' ', c.len);
		size_t len = blank != NULL ? (size_t)(blank - c.p) : c.len;

		if (len == n && memcmp(c.p, word, n) == 0)
			return true;
		cursor_skip(&c, len + (blank != NULL));
	}
	return false;
}

static enum weigh_code
take_capability(struct weigh_git_server *s, struct cursor c,
    struct weigh_err *err)
{
	s->refs |= line_is(c, "ls-refs");
	s->fetch |= line_is(c, "fetch");
	if (take_text(&c, "ls-refs=")) {
		s->refs = true;
	} else if (take_text(&c, "fetch=")) {
		s->fetch = true;
		s->shallow = has_word(c, "shallow");
	} else if (take_text(&c, "object-format=")) {
		s->object_format = true;
		if (!line_is(c, "sha1"))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "upstream's repository is not one of SHA-1 ids");
	} else if (take_text(&c, "ERR ")) {
		return weigh_git_told_words(WEIGH_NOT_FOUND, c.p, c.len, err);
	}
	return WEIGH_OK;
}

/* Some begin with the name of the service, as versions before had it. */
static enum weigh_pkt
first_line(struct weigh_pkt_reader *in)
{
	enum weigh_pkt kind = weigh_pkt_next(in);

	if (kind == WEIGH_PKT_LINE &&
	    line_is((struct cursor){ in->data, in->len },
		"# service=git-upload-pack") &&
	    (kind = weigh_pkt_next(in)) == WEIGH_PKT_FLUSH)
		kind = weigh_pkt_next(in);
	return kind;
}

enum weigh_code
weigh_git_server_parse(struct weigh_git_server *out, const char *data,
    size_t len, struct weigh_err *err)
{
	struct weigh_pkt_reader in = { .p = data, .left = len };
	enum weigh_pkt kind = first_line(&in);
	enum weigh_code rc = WEIGH_OK;

	*out = (struct weigh_git_server){ .two = false };
	if (len > WEIGH_GIT_TOLD_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "upstream's git says more than %u bytes of itself",
		    WEIGH_GIT_TOLD_MAX);
	if (kind != WEIGH_PKT_LINE)
		return no_git(err);
	out->two = line_is((struct cursor){ in.data, in.len }, "version 2");
	if (!out->two)
		return take_capability(out, (struct cursor){ in.data, in.len },
		    err);
	while (rc == WEIGH_OK && (kind = weigh_pkt_next(&in)) == WEIGH_PKT_LINE)
		rc = take_capability(out, (struct cursor){ in.data, in.len },
		    err);
	return rc == WEIGH_OK && kind != WEIGH_PKT_FLUSH ? no_git(err) : rc;
}

/* --- which commit a name means ------------------------------------------- */

static void
ask_head(struct weigh_buf *out, const struct weigh_git_server *server,
    const char *command)
{
	weigh_pkt_addf(out, "command=%s", command);
	if (server->object_format)
		weigh_pkt_addf(out, "object-format=sha1");
	weigh_pkt_delim(out);
}

bool
weigh_git_ask_refs(struct weigh_buf *out, const struct weigh_git_server *server,
    const char *rev)
{
	bool head = rev[0] == '\0' || strcmp(rev, "HEAD") == 0;

	if (!head && weigh_rev_check(rev, strlen(rev), NULL) != WEIGH_OK)
		return false;
	ask_head(out, server, "ls-refs");
	weigh_pkt_addf(out, "peel");
	weigh_pkt_addf(out, "symrefs");
	if (head) {
		weigh_pkt_addf(out, "ref-prefix HEAD");
	} else if (strncmp(rev, "refs/", 5) == 0) {
		weigh_pkt_addf(out, "ref-prefix %s", rev);
	} else {
		weigh_pkt_addf(out, "ref-prefix " HEADS "%s", rev);
		weigh_pkt_addf(out, "ref-prefix " TAGS "%s", rev);
	}
	weigh_pkt_flush(out);
	return true;
}

/* "OID NAME [symref-target:NAME] [peeled:OID]" */
struct told_ref {
	struct weigh_gitid commit;
	struct cursor name, symref;
};

static bool
take_word(struct cursor *c, struct cursor *word)
{
	const char *blank = memchr(c->p, ' ', c->len);

	word->p = c->p;
	word->len = blank != NULL ? (size_t)(blank - c->p) : c->len;
	cursor_skip(c, word->len + (blank != NULL));
	return word->len > 0 && memchr(word->p, '\0', word->len) == NULL;
}

static bool
read_ref(struct told_ref *ref, struct cursor c)
{
	struct cursor word;

	*ref = (struct told_ref){ .name = { NULL, 0 } };
	if (!take_word(&c, &word) ||
	    !weigh_gitid_parse(&ref->commit, word.p, word.len) ||
	    !take_word(&c, &ref->name))
		return false;
	while (c.len > 0) {
		if (!take_word(&c, &word))
			return false;
		if (take_text(&word, "symref-target:"))
			ref->symref = word;
		else if (take_text(&word, "peeled:") &&
		    !weigh_gitid_parse(&ref->commit, word.p, word.len))
			return false;
	}
	return true;
}

static bool
name_is(struct cursor name, const char *before, const char *rev)
{
	return take_text(&name, before) && line_is(name, rev);
}

static void
keep_branch(struct weigh_git_pick *out, struct cursor name)
{
	out->tag = take_text(&name, TAGS);
	if (!out->tag && !take_text(&name, HEADS))
		return;
	if (name.len >= sizeof(out->branch))
		return;
	memcpy(out->branch, name.p, name.len);
	out->branch[name.len] = '\0';
}

static void
pick(struct weigh_git_pick *out, const struct told_ref *ref, const char *rev)
{
	bool head = rev[0] == '\0' || strcmp(rev, "HEAD") == 0;

	if (head ?
		!line_is(ref->name, "HEAD") :
		!(name_is(ref->name, HEADS, rev) ||
		    name_is(ref->name, TAGS, rev) ||
		    (strncmp(rev, "refs/", 5) == 0 && line_is(ref->name, rev))))
		return;
	if (out->found && !out->tag) /* the branch came first */
		return;
	*out = (struct weigh_git_pick){ .found = true, .commit = ref->commit };
	keep_branch(out, head ? ref->symref : ref->name);
}

enum weigh_code
weigh_git_pick_ref(struct weigh_git_pick *out, const char *rev,
    const char *data, size_t len, struct weigh_err *err)
{
	struct weigh_pkt_reader in = { .p = data, .left = len };
	enum weigh_pkt kind;

	*out = (struct weigh_git_pick){ .found = false };
	while ((kind = weigh_pkt_next(&in)) == WEIGH_PKT_LINE) {
		struct cursor c = { in.data, in.len };
		struct told_ref ref;

		if (take_text(&c, "ERR "))
			return weigh_git_told_words(WEIGH_NOT_FOUND, c.p, c.len,
			    err);
		if (!read_ref(&ref, c))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "upstream's git tells a ref that is none");
		pick(out, &ref, rev);
	}
	return kind == WEIGH_PKT_FLUSH && in.left == 0 ? WEIGH_OK : no_git(err);
}

/* --- one commit ---------------------------------------------------------- */

void
weigh_git_ask_commit(struct weigh_buf *out,
    const struct weigh_git_server *server, const struct weigh_gitid *commit)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(commit, hex);
	ask_head(out, server, "fetch");
	weigh_pkt_addf(out, "want %s", hex);
	if (server->shallow)
		weigh_pkt_addf(out, "deepen 1");
	weigh_pkt_addf(out, "ofs-delta");
	weigh_pkt_addf(out, "no-progress");
	weigh_pkt_addf(out, "done");
	weigh_pkt_flush(out);
}
