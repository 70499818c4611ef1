/* weigh license diff: what differs between a file and a license that is known. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "cmds.h"
#include "copies.h"
#include "packs.h"
#include "phrase.h"
#include "scanned.h"
#include "tell.h"
#include "text.h"

#define AROUND 160 /* bytes of the file before and after what differs */
#define WORD 40    /* bytes of a word, at most, that are waited for */
#define DOCUMENT_MAX (64u << 20)
#define HUNK_MAX (1u << 20)

static const struct out_column columns[] = {
	{ "CHANGE", "change", OUT_TEXT, false },
	{ "LINE", "line", OUT_NUMBER, false },
	{ "OFFSET", "offset", OUT_NUMBER, false },
	{ "LENGTH", "length", OUT_NUMBER, false },
	{ "WORDS", "tokens", OUT_NUMBER, false },
	{ "CLAUSE", "clause", OUT_TEXT, false },
	{ "STRONG", "strong", OUT_TEXT, false },
	{ "TEXT", "text", OUT_TEXT, true },
};

/* --- in context --------------------------------------------------------------------- */

/* Passages that stand close together are shown as one hunk: a line for each, and then
 * the file's words with [-what is missing-] and {+what is added+}. */
struct hunk {
	const struct scanned *s;
	struct weigh_buf heads, text;
	size_t passages;
	uint32_t at; /* bytes of the file up to here are shown, or left out */
};

static void
print_hunk(struct hunk *h)
{
	const char *line = h->heads.data;
	size_t len;

	if (h->passages == 0)
		return;
	for (; line != NULL && *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		out_line("%.*s", (int)len, line);
	}
	tell_wrapped(4, h->text.failed ? "(too long to show)" : h->text.data);
	weigh_buf_reset(&h->heads);
	weigh_buf_reset(&h->text);
	h->passages = 0;
}

/* The file's own words, behind a blank unless they begin with a stop. */
static void
add_words(struct weigh_buf *out, const char *text, size_t len)
{
	struct weigh_buf b;

	weigh_buf_init(&b, HUNK_MAX);
	phrase_squeeze(&b, text, len);
	if (out->len > 0 && b.len > 0 && strchr(".,;:!?)", b.data[0]) == NULL)
		weigh_buf_addc(out, ' ');
	weigh_buf_add(out, b.data, b.len);
	weigh_buf_free(&b);
}

/* The first place at or behind `at` where a word ends; a character, in scripts that have
 * no blanks. */
static size_t
between_words(const struct weigh_buf *b, size_t at)
{
	size_t most = at + WORD < b->len ? at + WORD : b->len;

	while (at < most && strchr(" \t\r\n", b->data[at]) == NULL)
		at++;
	while (at < b->len && ((unsigned char)b->data[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* The words between two passages: all of them, or the first and the last ones. */
static void
add_same(struct hunk *h, uint32_t end, bool last)
{
	const struct scanned *s = h->s;
	struct weigh_buf b;
	size_t head, tail;

	weigh_buf_init(&b, 4 * (WEIGH_LICENSE_MAX + 16));
	if (end > h->at)
		weigh_license_utf8(&b, s->result->encoding,
		    s->text.data + h->at, end - h->at, NULL);
	h->at = end;
	if (b.len <= 2 * AROUND && !last && h->passages > 0) {
		add_words(&h->text, b.data != NULL ? b.data : "", b.len);
		weigh_buf_free(&b);
		return;
	}
	head = b.len > AROUND ? between_words(&b, AROUND) : b.len;
	if (h->passages > 0 && b.len > 0) {
		add_words(&h->text, b.data, head);
		weigh_buf_adds(&h->text, head < b.len ? "..." : "");
	}
	print_hunk(h);
	tail = b.len > AROUND ? between_words(&b, b.len - AROUND) : 0;
	if (!last && b.len > 0) {
		weigh_buf_adds(&h->text, tail > 0 ? "..." : "");
		phrase_squeeze(&h->text, b.data + tail, b.len - tail);
	}
	weigh_buf_free(&b);
}

static void
add_passage(struct hunk *h, const struct weigh_license_passage *p,
    const struct scanned_quote *q)
{
	char words[TEXT_COUNT];

	h->passages++;
	phrase_passage(p, &h->heads);
	if (q->from != NULL) {
		weigh_buf_adds(&h->heads, ", as ");
		phrase_squeeze(&h->heads, q->from, strlen(q->from));
		weigh_buf_adds(&h->heads, " has it");
		if (q->at != NULL)
			weigh_buf_addf(&h->heads, ", at %s", q->at);
	}
	weigh_buf_addc(&h->heads, '\n');
	weigh_buf_adds(&h->text, h->text.len > 0 ? " " : "");
	weigh_buf_adds(&h->text, p->removed ? "[-" : "{+");
	text_count(p->words, "word", words);
	if (q->text != NULL)
		phrase_squeeze(&h->text, q->text, strlen(q->text));
	else
		weigh_buf_addf(&h->text, "%s", words);
	weigh_buf_adds(&h->text, q->cut ? "..." : "");
	weigh_buf_adds(&h->text, p->removed ? "-]" : "+}");
	h->at = p->end > h->at ? p->end : h->at;
}

static void
print_hunks(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;
	struct hunk h = { .s = s };
	size_t i;

	weigh_buf_init(&h.heads, HUNK_MAX);
	weigh_buf_init(&h.text, HUNK_MAX);
	for (i = 0; i < r->npassages; i++) {
		add_same(&h, r->passages[i].start, false);
		add_passage(&h, &r->passages[i], &s->quotes[i]);
	}
	if (h.passages > 0)
		add_same(&h, (uint32_t)s->text.len, true);
	weigh_buf_free(&h.heads);
	weigh_buf_free(&h.text);
}

/* --- what is printed ---------------------------------------------------------------- */

static void
print_people(const struct call *c, const struct scanned *s, const char *id)
{
	const struct weigh_license_result *r = s->result;
	struct weigh_buf b;

	weigh_buf_init(&b, 1024);
	phrase_sum(r, &b);
	if (r->words > 0)
		print_hunks(s);
	if (r->kind == WEIGH_LICENSE_EXACT)
		out_line("%s is %s, word for word", c->args[0], id);
	else if (r->words == 0)
		out_line("%s is not %s: there is no text in it", c->args[0],
		    id);
	else if (r->npassages == 0)
		out_line("%s is not %s%s%s", c->args[0], id,
		    r->reason[0] != '\0' ? ": " : "", r->reason);
	else if (!b.failed)
		out_say(c->out, "%s against %s: %s", c->args[0], id, b.data);
	if (r->more_passages > 0)
		out_say(c->out, "and %zu more, which are not listed",
		    r->more_passages);
	weigh_buf_free(&b);
}

static enum weigh_code
print_json(const struct call *c, const struct scanned *s, const char *id,
    const struct packs *packs, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, DOCUMENT_MAX);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.license-diff/1");
	weigh_jw_kstr(&w, "against", id);
	weigh_jw_key(&w, "result");
	scanned_json(&w, s, packs);
	weigh_jw_object_end(&w);
	rc = out_buffer(c->out, &b, err);
	weigh_buf_free(&b);
	return rc;
}

static bool
fill_row(struct doc *row, const void *from, size_t i)
{
	const struct scanned *s = from;
	const struct weigh_license_passage *p = &s->result->passages[i];
	const struct scanned_quote *q = &s->quotes[i];
	struct weigh_buf why;
	bool ok;

	weigh_buf_init(&why, 256);
	phrase_strong(p->strong, &why);
	ok = doc_put_str(row, "change", p->removed ? "removed" : "added") &&
	    doc_put_u64(row, "line", p->line) &&
	    doc_put_u64(row, "offset", p->start) &&
	    doc_put_u64(row, "length", p->end - p->start) &&
	    doc_put_u64(row, "tokens", p->words) &&
	    doc_put_str(row, "clause", p->clause) &&
	    doc_put_str(row, "strong", why.len > 0 ? why.data : "") &&
	    doc_put_str(row, "text", q->text != NULL ? q->text : "");
	weigh_buf_free(&why);
	return ok;
}

static enum weigh_code
print_rows(const struct call *c, const struct scanned *s, struct weigh_err *err)
{
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "");
	bool ok = list != NULL &&
	    doc_rows(list, s->result->npassages, fill_row, s);
	enum weigh_code rc;

	rc = ok ? out_table(c->out, columns,
		      sizeof(columns) / sizeof(columns[0]), list, err) :
		  weigh_fail(err, WEIGH_NOMEM, "out of memory");
	doc_free(list);
	return rc;
}

/* --- the verb ----------------------------------------------------------------------- */

static enum weigh_code
read_file(struct scanned *s, const char *path, struct weigh_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	enum weigh_code rc;
	int fd = is_stdin ? STDIN_FILENO :
			    beneath_openat(AT_FDCWD, path,
				O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

	rc = fd < 0 ? weigh_fail_errno(err, errno, "%.300s", path) :
		      scanned_read(s, path, fd, err);
	if (fd < 0 && rc == WEIGH_NOT_FOUND)
		weigh_fix(err,
		    "name a file, then a license: weigh license diff FILE "
		    "LICENSE");
	if (fd >= 0 && !is_stdin)
		close(fd);
	return rc;
}

/* The id as the packs spell it; scanned_compare says when there is none. */
static const char *
spelled(const struct packs *packs, const char *id)
{
	struct weigh_licensepack_entry e;
	size_t i, k;

	for (i = 0; i < packs->n; i++) {
		k = weigh_licensepack_find(packs->pack[i], id);
		if (k == SIZE_MAX)
			continue;
		weigh_licensepack_entry(packs->pack[i], k, &e);
		return e.id;
	}
	return id;
}

enum weigh_code
cmd_license_diff(const struct call *c, struct weigh_err *err)
{
	struct scanned s = { .path = NULL };
	struct copies copies = { .count = 0 };
	struct packs packs;
	const char *id = c->args[1];
	enum weigh_code rc = packs_open(&packs, c->opts, err);

	if (rc == WEIGH_OK)
		rc = copies_begin(&copies, c, err);
	if (rc == WEIGH_OK)
		rc = read_file(&s, c->args[0], err);
	if (rc == WEIGH_OK)
		rc = scanned_compare(&s, id = spelled(&packs, id), &packs, err);
	if (rc == WEIGH_OK)
		rc = copies_quote(&copies, &s, &packs, err);
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = print_json(c, &s, id, &packs, err);
	else if (rc == WEIGH_OK && c->out->format != OUT_HUMAN)
		rc = print_rows(c, &s, err);
	else if (rc == WEIGH_OK)
		print_people(c, &s, id);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot compare %.120s with %.96s", c->args[0],
		    c->args[1]);
	copies_free(&copies);
	scanned_free(&s);
	packs_close(&packs);
	return rc;
}
