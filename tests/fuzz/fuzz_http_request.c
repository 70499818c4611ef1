/* Requests: never a crash, and the same answer for every cutting (invariant (1)
 * of http.h).  The first two bytes say where the rest is cut. */
#include "http_trace.h"

/* Small ones, so that the fuzzer meets them. */
static const struct weigh_http_limits limits = { 64, 48, 160, 6 };

static void
compare(const char *data, size_t len, size_t first, size_t piece,
    const struct weigh_http_limits *l)
{
	struct weigh_buf whole, cut;

	weigh_buf_init(&whole, HTTP_TRACE_MAX);
	weigh_buf_init(&cut, HTTP_TRACE_MAX);
	http_trace(&whole, data, len, len, len, l);
	http_trace(&cut, data, len, first, piece, l);
	if (whole.failed || cut.failed || whole.len != cut.len ||
	    memcmp(whole.data, cut.data, whole.len) != 0)
		abort();
	weigh_buf_free(&whole);
	weigh_buf_free(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;
	size_t first, piece;

	if (size < 3)
		return 0;
	size -= 2;
	first = 1 + data[0] * size / 256;
	piece = 1 + data[1] % 16;
	compare(text, size, first, size, &weigh_http_default_limits);
	compare(text, size, piece, piece, &weigh_http_default_limits);
	compare(text, size, first, piece, &limits);
	return 0;
}
