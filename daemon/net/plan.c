/* plan: see plan.h. */
#include <inttypes.h>
#include <stdio.h>

#include "plan.h"

static struct http_plan
whole(uint64_t size)
{
	return (struct http_plan){ .status = 200, .length = size };
}

static struct http_plan
nothing(int status)
{
	return (struct http_plan){ .status = status };
}

static struct http_plan
part(struct weigh_range range, uint64_t size)
{
	struct http_plan plan = { .status = 206, .first = range.first };

	plan.length = range.last - range.first + 1;
	snprintf(plan.content_range, sizeof(plan.content_range),
	    "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range.first, range.last,
	    size);
	return plan;
}

static struct http_plan
ranged(const struct weigh_http_head *head, uint64_t size)
{
	struct weigh_span value = weigh_http_field(head, "Range");
	struct weigh_range range;
	struct http_plan plan;

	if (head->method != WEIGH_HTTP_GET || value.p == NULL)
		return whole(size);
	range = weigh_range_parse(value, size);
	switch (range.kind) {
	case WEIGH_RANGE_PART:
		return part(range, size);
	case WEIGH_RANGE_EMPTY:
		plan = nothing(206);
		snprintf(plan.content_range, sizeof(plan.content_range),
		    "bytes 0-0/0");
		return plan;
	case WEIGH_RANGE_NONE:
		plan = nothing(416);
		snprintf(plan.content_range, sizeof(plan.content_range),
		    "bytes */%" PRIu64, size);
		return plan;
	case WEIGH_RANGE_WHOLE:
		break;
	}
	return whole(size);
}

static struct http_plan
conditioned(const struct weigh_http_head *head,
    const struct weigh_http_validators *v, uint64_t size)
{
	switch (weigh_http_conditions(head, v)) {
	case WEIGH_COND_GO:
		return ranged(head, size);
	case WEIGH_COND_NOT_MODIFIED:
		return nothing(304);
	case WEIGH_COND_FAILED:
		return nothing(412);
	case WEIGH_COND_WHOLE:
		break;
	}
	return whole(size);
}

struct http_plan
http_plan_make(const struct weigh_http_head *head,
    const struct weigh_http_validators *v, uint64_t size)
{
	struct http_plan plan = v->etag == NULL ? whole(size) :
						  conditioned(head, v, size);

	plan.bytes = head->method != WEIGH_HTTP_HEAD && plan.length > 0;
	return plan;
}
