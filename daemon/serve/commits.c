/* commits: a revision and those before it: GET …/commits/{rev}, in pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/hub.h>

#include "priv.h"
#include "repo/repo.h"

#define PAGE 50 /* the Hub's page */
#define PAGE_MOST 1000

struct commits {
	struct ask *ask;
	struct repo *repo;
	struct weigh_jw w;
	bool formatted;
	unsigned page, limit;
	enum weigh_code rc; /* of the steps so far */
};

/* Text as HTML: the Hub formats a title and a message, so clients show both as
 * such. */
static void
key_html(struct weigh_jw *w, const char *key, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const entity[] = { "&amp;", "&lt;", "&gt;", "&quot;",
		"&#39;" };
	struct weigh_buf html;

	weigh_buf_init(&html, 64 << 10);
	for (; *text != '\0'; text++) {
		const char *at = strchr(special, *text);

		if (at != NULL)
			weigh_buf_adds(&html, entity[at - special]);
		else
			weigh_buf_addc(&html, *text);
	}
	weigh_jw_kstr(w, key, html.len > 0 ? html.data : "");
	if (html.failed)
		w->out->failed = true;
	weigh_buf_free(&html);
}

static void
write_author(struct weigh_jw *w, const char *author)
{
	weigh_jw_key(w, "authors");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "user", author);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
}

static void
write_step(void *ctx, const struct catalog_step *step)
{
	struct commits *c = ctx;
	char hex[WEIGH_GITID_HEX + 1];
	struct repo_words words;

	if (c->rc == WEIGH_OK)
		c->rc = repo_commit_words(c->repo, &step->commit, &words,
		    &c->ask->task.reply.err);
	if (c->rc != WEIGH_OK)
		return;
	weigh_gitid_hex(&step->commit, hex);
	weigh_jw_object(&c->w);
	weigh_jw_kstr(&c->w, "id", hex);
	weigh_jw_kstr(&c->w, "title", step->title);
	weigh_jw_kstr(&c->w, "message", words.body);
	write_author(&c->w, words.author);
	weigh_hub_kdate(&c->w, "date", step->date);
	if (c->formatted) {
		weigh_jw_key(&c->w, "formatted");
		weigh_jw_object(&c->w);
		key_html(&c->w, "title", step->title);
		key_html(&c->w, "message", words.body);
		weigh_jw_object_end(&c->w);
	}
	weigh_jw_object_end(&c->w);
}

/* A number of the query, at most `most`; `usual` when it is none. */
static unsigned
number(const struct ask *ask, const char *key, unsigned usual, unsigned most)
{
	char text[12];
	unsigned long n;

	if (!ask_query(ask, key, text, sizeof(text)) || text[0] == '\0' ||
	    text[strspn(text, "0123456789")] != '\0')
		return usual;
	n = strtoul(text, NULL, 10);
	return n > most ? most : (unsigned)n;
}

static bool
wants_formatted(const struct ask *ask)
{
	struct weigh_span query = http_head(ask->task.x)->query;
	char key[16], value[16];
	int got;

	while ((got = weigh_http_query_next(&query, key, sizeof(key), value,
		    sizeof(value))) != 0)
		if (got == 1 &&
		    (strcmp(key, "expand") == 0 ||
			strcmp(key, "expand[]") == 0) &&
		    strcmp(value, "formatted") == 0)
			return true;
	return false;
}

/* The next page's address, absolute; and how many commits there are, if all were
 * counted. */
static void
add_fields(struct commits *c, unsigned total)
{
	struct http_reply *r = &c->ask->task.reply;
	const struct weigh_http_head *head = http_head(c->ask->task.x);
	struct weigh_buf link;

	if (total < CATALOG_HISTORY)
		http_reply_field(r, "X-Total-Count", "%u", total);
	if ((c->page + 1) * c->limit >= total)
		return;
	weigh_buf_init(&link, 16 << 10);
	http_base_url(c->ask->task.x, &link);
	weigh_buf_add(&link, head->path.p, head->path.len);
	weigh_buf_addf(&link, "?p=%u&limit=%u%s", c->page + 1, c->limit,
	    c->formatted ? "&expand%5B%5D=formatted" : "");
	http_reply_field(r, "Link", "<%s>; rel=\"next\"",
	    link.failed ? "" : link.data);
	weigh_buf_free(&link);
}

static enum weigh_code
write_page(struct commits *c, struct catalog_reader *reader)
{
	struct ask *ask = c->ask;
	struct http_reply *r = &ask->task.reply;
	unsigned total = 0;
	enum weigh_code rc;

	weigh_jw_init(&c->w, &r->body);
	weigh_jw_array(&c->w);
	rc = catalog_history(reader, &ask->match.repo, &ask->commit,
	    c->page * c->limit, c->limit, write_step, c, &total, &r->err);
	weigh_jw_array_end(&c->w);
	if (rc == WEIGH_OK)
		rc = c->rc;
	if (rc == WEIGH_OK)
		add_fields(c, total);
	return rc;
}

void
serve_commits(struct ask *ask, struct catalog_reader *reader)
{
	const struct gate_parts *parts = gate_parts_of(ask->serve->parts.gate);
	struct commits c = { .ask = ask, .formatted = wants_formatted(ask) };
	enum weigh_code rc;

	if (!ask_revision(ask, reader))
		return;
	c.limit = number(ask, "limit", PAGE, PAGE_MOST);
	if (c.limit == 0)
		c.limit = PAGE;
	c.page = number(ask, "p", 0, CATALOG_HISTORY);
	rc = repo_open(parts->repos, &ask->match.repo, false, &c.repo,
	    &ask->task.reply.err);
	if (rc == WEIGH_OK)
		rc = write_page(&c, reader);
	repo_close(c.repo);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}
