/*
 * moved: repositories that are asked for by a name they had, or in another case:
 * 307 to what they are called.  Relative, because clients follow such a one to
 * the very same host, with their token; the query stays as it was asked.
 */
#include <string.h>

#include "priv.h"

/* Take the next part from *path, which is behind a '/'; behind the last, none. */
static struct weigh_span
take_part(struct weigh_span *path)
{
	struct weigh_span part = *path;
	const char *slash = path->p != NULL ? memchr(path->p, '/', path->len) :
					      NULL;

	if (slash == NULL) {
		path->len = 0;
		path->p = NULL;
		return part;
	}
	part.len = (size_t)(slash - path->p);
	path->p = slash + 1;
	path->len -= part.len + 1;
	return part;
}

static bool
ends_in_git(struct weigh_span part)
{
	return part.len > 4 && memcmp(part.p + part.len - 4, ".git", 4) == 0;
}

/* The path that was asked, as it was sent, with another name in it.  An empty part
 * in front goes: two slashes would begin with a host. */
static void
add_path(struct weigh_buf *out, const struct ask *ask, const char *name)
{
	const struct weigh_route_match *m = &ask->match;
	struct weigh_span rest = http_head(ask->task.x)->path;
	struct weigh_span part;
	unsigned at = 0;

	rest.p++;
	rest.len--;
	for (; rest.p != NULL; at++) {
		part = take_part(&rest);
		if (at == 0 && part.len == 0)
			continue;
		weigh_buf_addc(out, '/');
		if (at != m->repo_at) {
			weigh_buf_add(out, part.p, part.len);
			continue;
		}
		weigh_http_escape(out, name, true);
		for (unsigned i = 1; i < m->repo_parts; i++, at++)
			part = take_part(&rest);
		if (ends_in_git(part))
			weigh_buf_adds(out, ".git");
	}
}

void
ask_send_to(struct ask *ask, const struct weigh_repo *now)
{
	const struct weigh_http_head *head = http_head(ask->task.x);
	struct http_reply *r = &ask->task.reply;
	struct weigh_buf place;

	weigh_buf_init(&place, 32 << 10);
	add_path(&place, ask, now->name);
	if (head->has_query) {
		weigh_buf_addc(&place, '?');
		weigh_buf_add(&place, head->query.p, head->query.len);
	}
	if (place.failed) {
		ask_fail(ask,
		    weigh_fail(&r->err, WEIGH_TOO_BIG,
			"the address of '%s' is too long", now->name),
		    NULL);
	} else {
		r->status = 307;
		http_reply_field(r, "Location", "%s", place.data);
		http_reply_field(r, "Cache-Control", "no-cache");
		weigh_buf_addf(&r->body, "{\"error\":\"this is '%s' now\"}",
		    now->name);
	}
	weigh_buf_free(&place);
}
