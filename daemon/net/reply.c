/* reply: see reply.h. */
#include <stdarg.h>
#include <unistd.h>

#include "field.h"
#include "flow.h"
#include "reply.h"
#include "server.h"

#define FIELDS_MAX (32u << 10)
#define JSON "application/json; charset=utf-8"

void
http_reply_init(struct http_reply *r, size_t max)
{
	*r = (struct http_reply){ .rc = WEIGH_OK, .fd = -1 };
	weigh_buf_init(&r->fields, FIELDS_MAX);
	weigh_buf_init(&r->body, max);
}

void
http_reply_free(struct http_reply *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	flow_drop(r->flow);
	r->flow = NULL;
	weigh_buf_free(&r->fields);
	weigh_buf_free(&r->body);
}

void
http_reply_clear(struct http_reply *r)
{
	size_t max = r->body.max;

	http_reply_free(r);
	http_reply_init(r, max);
}

void
http_reply_field(struct http_reply *r, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	field_add(&r->fields, name, fmt, ap);
	va_end(ap);
}

void
http_reply_send(struct http_exchange *x, struct http_reply *r)
{
	const struct http_entity entity = {
		.type = r->type != NULL ? r->type : JSON,
		.etag = r->etag[0] != '\0' ? r->etag : NULL,
		.modified = r->modified,
		.size = r->is_file ? r->size : r->body.len,
		.blob = r->blob,
	};

	if (r->fields.failed && r->rc == WEIGH_OK)
		r->rc = weigh_fail(&r->err, WEIGH_TOO_BIG,
		    "the answer's head is too large");
	http_fields(x, &r->fields);
	if (r->rc != WEIGH_OK) {
		http_send_error(x, r->status, r->hub_code, &r->err);
	} else if (r->flow != NULL) {
		http_send_flow(x, &entity, r->flow, r->refusal);
		r->flow = NULL;
	} else if (r->is_file) {
		http_send_file(x, &entity, r->fd);
		r->fd = -1;
	} else if (r->status != 0) {
		http_send(x, r->status, entity.type, &r->body);
	} else {
		http_send_entity(x, &entity, &r->body);
	}
	http_reply_free(r);
}
