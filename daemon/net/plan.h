/*
 * plan: what of an entity an answer carries: conditions first, then ranges (RFC
 * 9110 sections 13 and 14).  Pure.
 */
#ifndef NET_PLAN_H
#define NET_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/http.h>

struct http_plan {
	int status;             /* 200, 206, 304, 412 or 416 */
	uint64_t first;         /* of the bytes to send */
	uint64_t length;        /* Content-Length of the answer to GET */
	bool bytes;             /* does the answer to this request carry any? */
	char content_range[72]; /* "" when there is none */
};

/* Without an ETag (strong, with quotes): always the whole. */
struct http_plan http_plan_make(const struct weigh_http_head *head,
    const struct weigh_http_validators *v, uint64_t size);

#endif
