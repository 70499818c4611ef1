/* answer: what to answer to a fetch, and how it is written.  See
 * weigh/gitwire.h. */
#include <stdio.h>

#include <weigh/gitwire.h>
#include <weigh/pktline.h>
#include <weigh/version.h>

/*
 * A client that has something asks in rounds until all it wants leads to what it
 * has, or it gives up by `done`; git's upload-pack decides in this order.
 */
enum weigh_git_answer
weigh_git_decide(const struct weigh_git_facts *f)
{
	if (!f->wants && !(f->wait_for_done && f->haves))
		return WEIGH_GIT_SILENCE;
	if (!f->haves)
		return WEIGH_GIT_PACK;
	if (f->done)
		return f->wants ? WEIGH_GIT_PACK : WEIGH_GIT_ACKS;
	if (f->wants && f->common && f->meets && !f->wait_for_done)
		return WEIGH_GIT_ACKS_PACK;
	return WEIGH_GIT_ACKS;
}

/* --- capabilities -------------------------------------------------------------- */

void
weigh_git_capabilities(struct weigh_buf *out)
{
	weigh_pkt_addf(out, "version 2");
	weigh_pkt_addf(out, "agent=weighd/" WEIGH_VERSION);
	weigh_pkt_addf(out, "ls-refs=unborn");
	weigh_pkt_addf(out, "fetch=shallow wait-for-done");
	weigh_pkt_addf(out, "object-format=sha1");
	weigh_pkt_flush(out);
}

/* Version 0 wants its service named first. */
void
weigh_git_old_version(struct weigh_buf *out)
{
	weigh_pkt_addf(out, "# service=git-upload-pack");
	weigh_pkt_flush(out);
	weigh_git_err_add(out,
	    "this mirror speaks version 2 of git's protocol only; use git 2.26 "
	    "or newer, or say: git config --global protocol.version 2");
}

/* --- sections ------------------------------------------------------------------- */

void
weigh_git_ref_add(struct weigh_buf *out, const struct weigh_git_request *r,
    const struct weigh_git_ref *ref)
{
	char id[WEIGH_GITID_HEX + 1], peeled[WEIGH_GITID_HEX + 1];
	bool unborn = weigh_gitid_is_zero(&ref->id);
	bool symref = ref->symref != NULL && (r->symrefs || unborn);
	bool peel = r->peel && !weigh_gitid_is_zero(&ref->peeled);

	if (!weigh_git_prefix_fits(r, ref->name) || (unborn && !r->unborn))
		return;
	weigh_gitid_hex(&ref->id, id);
	weigh_gitid_hex(&ref->peeled, peeled);
	weigh_pkt_addf(out, "%s %s%s%s%s%s", unborn ? "unborn" : id, ref->name,
	    symref ? " symref-target:" : "", symref ? ref->symref : "",
	    peel ? " peeled:" : "", peel ? peeled : "");
}

void
weigh_git_acks_add(struct weigh_buf *out, const struct weigh_gitid *common,
    size_t count, bool ready)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_pkt_addf(out, "acknowledgments");
	if (count == 0)
		weigh_pkt_addf(out, "NAK");
	for (size_t i = 0; i < count; i++) {
		weigh_gitid_hex(&common[i], hex);
		weigh_pkt_addf(out, "ACK %s", hex);
	}
	if (ready) {
		weigh_pkt_addf(out, "ready");
		weigh_pkt_delim(out);
	} else {
		weigh_pkt_flush(out);
	}
}

void
weigh_git_shallow_add(struct weigh_buf *out, bool shallow,
    const struct weigh_gitid *commit)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(commit, hex);
	weigh_pkt_addf(out, "%sshallow %s", shallow ? "" : "un", hex);
}

/* --- when it fails ------------------------------------------------------------------ */

/* (4): the words as one line behind `before`; its length. */
static size_t
one_line(char line[1024], const char *before, const char *words)
{
	int n = snprintf(line, 1024, "%s%s", before, words);
	size_t len = n < 0 ? 0 : n < 1024 ? (size_t)n : 1023;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	return len;
}

void
weigh_git_err_add(struct weigh_buf *out, const char *words)
{
	char line[1024];

	one_line(line, "ERR ", words);
	weigh_pkt_addf(out, "%s", line);
}

void
weigh_git_side_err_add(struct weigh_buf *out, const char *words)
{
	char line[1024];
	size_t len = one_line(line, "", words);

	weigh_pkt_side(out, WEIGH_BAND_ERROR, line, len);
}
