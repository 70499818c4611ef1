/* tree: what a folder of a revision holds, in pages. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "priv.h"

#define PAGE 1000      /* the Hub's page, and our most */
#define PAGE_EXPAND 50 /* with "expand" */

struct tree {
	struct ask *ask;
	struct weigh_jw w;
	bool expand;
	bool brings; /* what is not held is listed */
	unsigned limit;
	unsigned seen;
	char last[WEIGH_PATH_MAX + 1]; /* of the entries on this page */
};

static void
write_entry(void *ctx, const struct catalog_entry *e)
{
	struct tree *t = ctx;
	/* One more than the page was asked for, to know whether there is more. */
	if (++t->seen > t->limit)
		return;
	snprintf(t->last, sizeof(t->last), "%s", e->path);
	if (!e->absent || t->brings)
		entry_write(&t->w, e, t->expand);
}

static unsigned
page_size(const struct ask *ask, bool expand)
{
	unsigned most = expand ? PAGE_EXPAND : PAGE;
	char text[8];
	unsigned long n;

	if (!ask_query(ask, "limit", text, sizeof(text)) ||
	    text[strspn(text, "0123456789")] != '\0')
		return most;
	n = strtoul(text, NULL, 10);
	return n == 0 || n > most ? most : (unsigned)n;
}

/* The next page's address: absolute, on the host the client used. */
static void
add_link(struct tree *t, bool recursive)
{
	const struct weigh_http_head *head = http_head(t->ask->task.x);
	struct weigh_buf link;

	weigh_buf_init(&link, 16 << 10);
	weigh_buf_addc(&link, '<');
	http_base_url(t->ask->task.x, &link);
	weigh_buf_add(&link, head->path.p, head->path.len);
	weigh_buf_addf(&link, "?recursive=%s&expand=%s&limit=%u&cursor=",
	    recursive ? "true" : "false", t->expand ? "true" : "false",
	    t->limit);
	weigh_http_escape(&link, t->last, false);
	weigh_buf_adds(&link, ">; rel=\"next\"");
	if (link.failed)
		ask_fail(t->ask,
		    weigh_fail(&t->ask->task.reply.err, WEIGH_TOO_BIG,
			"the address of the next page is too long"),
		    NULL);
	else
		http_reply_field(&t->ask->task.reply, "Link", "%s", link.data);
	weigh_buf_free(&link);
}

void
serve_tree(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct tree t = { .ask = ask, .expand = ask_flag(ask, "expand") };
	bool recursive = ask_flag(ask, "recursive");
	char cursor[WEIGH_PATH_MAX + 1];
	enum weigh_code rc;

	if (!ask_revision(ask, reader))
		return;
	t.limit = page_size(ask, t.expand);
	t.brings = ask_brings(ask, reader, &ask->match.repo);
	if (ask_query(ask, "cursor", cursor, sizeof(cursor)) &&
	    weigh_path_check(cursor, strlen(cursor), &r->err) != WEIGH_OK) {
		ask_fail(ask, WEIGH_MALFORMED, NULL);
		return;
	}
	weigh_jw_init(&t.w, &r->body);
	weigh_jw_array(&t.w);
	rc = catalog_tree(reader, &ask->match.repo, &ask->commit,
	    ask->match.path, recursive, cursor, t.limit + 1, write_entry, &t,
	    &r->err);
	weigh_jw_array_end(&t.w);
	if (rc != WEIGH_OK)
		ask_lacks(ask, rc, WEIGH_HUB_NO_ENTRY);
	else if (t.seen > t.limit)
		add_link(&t, recursive);
}
