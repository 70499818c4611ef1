/*
 * told: the answer to a fetch as it comes, packet by packet, the pack handed on as it is
 * read.  See weigh/gitclient.h; the states:
 *
 *   SECTION -- "shallow-info" --> SHALLOW -- DELIM --> SECTION
 *   SECTION -- "packfile" ------> PACK ----- FLUSH --> END
 *   any ------ what is none ----> BAD
 */
#include <string.h>

#include <weigh/gitclient.h>
#include <weigh/pktline.h>

#include "../cursor.h"
#include "../hex.h"
#include "told.h"

#define MARK_FLUSH 0
#define MARK_DELIM 1

void
weigh_git_told_init(struct weigh_git_told *t, weigh_pack_sink *sink, void *ctx)
{
	*t = (struct weigh_git_told){ .sink = sink, .ctx = ctx };
}

static enum weigh_code
bad(struct weigh_git_told *t, const char *what, struct weigh_err *err)
{
	t->state = WEIGH_GIT_TOLD_BAD;
	return weigh_fail(err, WEIGH_MALFORMED,
	    "upstream's git answers with %s", what);
}

/* --- packets ------------------------------------------------------------- */

static enum weigh_code
take_mark(struct weigh_git_told *t, size_t n, struct weigh_err *err)
{
	if (t->state == WEIGH_GIT_TOLD_SHALLOW && n == MARK_DELIM)
		t->state = WEIGH_GIT_TOLD_SECTION;
	else if (t->state == WEIGH_GIT_TOLD_PACK && n == MARK_FLUSH)
		t->state = WEIGH_GIT_TOLD_END;
	else
		return bad(t, "a mark where none may be", err);
	return WEIGH_OK;
}

/* The digits of a packet's length are there. */
static enum weigh_code
take_length(struct weigh_git_told *t, struct weigh_err *err)
{
	size_t n = 0;

	t->ndigits = 0;
	for (size_t i = 0; i < sizeof(t->digits); i++) {
		int d = hex_digit(t->digits[i]);

		if (d < 0)
			return bad(t, "something that is no packet", err);
		n = n * 16 + (size_t)d;
	}
	if (n < sizeof(t->digits))
		return take_mark(t, n, err);
	if (n == sizeof(t->digits) || n > WEIGH_PKT_MAX)
		return bad(t, "a packet of a length that none has", err);
	t->left = n - sizeof(t->digits);
	t->len = 0;
	t->band = 0;
	return WEIGH_OK;
}

static enum weigh_code
take_line(struct weigh_git_told *t, struct weigh_err *err)
{
	struct cursor c = { t->line, t->len };
	struct weigh_gitid id;

	if (c.len > 0 && c.p[c.len - 1] == '\n')
		c.len--;
	if (take_text(&c, "ERR ")) {
		t->state = WEIGH_GIT_TOLD_BAD;
		return weigh_git_told_words(WEIGH_NOT_FOUND, c.p, c.len, err);
	}
	if (t->state == WEIGH_GIT_TOLD_SHALLOW) {
		if (!take_text(&c, "shallow ") ||
		    !weigh_gitid_parse(&id, c.p, c.len))
			return bad(t, "a shallow commit that is none", err);
	} else if (take_text(&c, "shallow-info") && c.len == 0) {
		t->state = WEIGH_GIT_TOLD_SHALLOW;
	} else if (take_text(&c, "packfile") && c.len == 0) {
		t->state = WEIGH_GIT_TOLD_PACK;
	} else {
		return bad(t, "a section that was not asked for", err);
	}
	return WEIGH_OK;
}

/* --- bytes --------------------------------------------------------------- */

/* Collect what is no part of the pack; `whole` packets are read. */
static enum weigh_code
take_text_bytes(struct weigh_git_told *t, struct cursor c, bool whole,
    struct weigh_err *err)
{
	size_t room = sizeof(t->line) - t->len;
	size_t n = c.len < room ? c.len : room;

	memcpy(t->line + t->len, c.p, n);
	t->len += n;
	if (t->band == 0 && n < c.len)
		return bad(t, "a line without end", err);
	if (t->band == WEIGH_BAND_ERROR && whole) {
		t->state = WEIGH_GIT_TOLD_BAD;
		return weigh_git_told_words(WEIGH_NETWORK, t->line, t->len,
		    err);
	}
	return t->band == 0 && whole ? take_line(t, err) : WEIGH_OK;
}

/* A pack's packets begin with their band. */
static enum weigh_code
take_band(struct weigh_git_told *t, struct cursor *c, struct weigh_err *err)
{
	if (t->state != WEIGH_GIT_TOLD_PACK || t->band != 0)
		return WEIGH_OK;
	t->band = (unsigned char)*c->p;
	cursor_skip(c, 1);
	t->left--;
	return t->band >= WEIGH_BAND_PACK && t->band <= WEIGH_BAND_ERROR ?
	    WEIGH_OK :
	    bad(t, "a band that there is not", err);
}

/* At least one byte, none beyond the packet. */
static enum weigh_code
take_bytes(struct weigh_git_told *t, struct cursor c, struct weigh_err *err)
{
	enum weigh_code rc = take_band(t, &c, err);

	if (rc != WEIGH_OK)
		return rc;
	t->left -= c.len;
	if (t->band != WEIGH_BAND_PACK)
		return take_text_bytes(t, c, t->left == 0, err);
	t->pack += c.len;
	if (c.len > 0 && (rc = t->sink(t->ctx, c.p, c.len, err)) != WEIGH_OK)
		t->state = WEIGH_GIT_TOLD_BAD;
	return rc;
}

static enum weigh_code
take_digit(struct weigh_git_told *t, char digit, struct weigh_err *err)
{
	if (t->state == WEIGH_GIT_TOLD_END)
		return bad(t, "more behind the end", err);
	t->digits[t->ndigits++] = digit;
	return t->ndigits == sizeof(t->digits) ? take_length(t, err) : WEIGH_OK;
}

enum weigh_code
weigh_git_told_feed(struct weigh_git_told *t, const char *data, size_t len,
    struct weigh_err *err)
{
	struct cursor c = { data, len };
	enum weigh_code rc = WEIGH_OK;

	if (t->state == WEIGH_GIT_TOLD_BAD)
		return bad(t, "nothing that can be read", err);
	while (rc == WEIGH_OK && c.len > 0) {
		size_t n = t->left == 0 ? 1 : c.len < t->left ? c.len : t->left;

		rc = t->left == 0 ?
		    take_digit(t, *c.p, err) :
		    take_bytes(t, (struct cursor){ c.p, n }, err);
		cursor_skip(&c, n);
	}
	return rc;
}

enum weigh_code
weigh_git_told_end(const struct weigh_git_told *t, struct weigh_err *err)
{
	return t->state == WEIGH_GIT_TOLD_END ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NETWORK,
		"the answer of upstream's git is "
		"cut");
}
