/* paths: entries of a revision by their paths: POST …/paths-info/{rev}. */
#include <weigh/hub.h>
#include <weigh/hub_paths.h>

#include "entry.h"
#include "priv.h"

/* Ten thousand paths of a hundred bytes, however they are encoded. */
const struct route_body serve_paths_body = { .max = 4u << 20 };

struct paths {
	struct weigh_jw w;
	bool expand;
	bool brings; /* what is not held is listed */
};

static void
write_entry(void *ctx, const struct catalog_entry *e)
{
	struct paths *p = ctx;

	if (!e->absent || p->brings)
		entry_write(&p->w, e, p->expand);
}

void
serve_paths(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_hub_paths asked = { .count = 0 };
	struct paths p = { .brings = false };
	enum weigh_code rc;

	if (!ask_revision(ask, reader))
		return;
	rc = weigh_hub_paths_parse(&asked,
	    weigh_http_field(http_head(ask->task.x), "Content-Type"),
	    ask->body.data != NULL ? ask->body.data : "", ask->body.len,
	    &r->err);
	if (rc == WEIGH_OK) {
		p.expand = asked.expand;
		p.brings = ask_brings(ask, reader, &ask->match.repo);
		weigh_jw_init(&p.w, &r->body);
		weigh_jw_array(&p.w);
		rc = catalog_paths(reader, &ask->match.repo, &ask->commit,
		    asked.path, asked.count, write_entry, &p, &r->err);
		weigh_jw_array_end(&p.w);
	}
	weigh_hub_paths_free(&asked);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}
