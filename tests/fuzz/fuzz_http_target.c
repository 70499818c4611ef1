/* Targets: what is accepted holds what http.h promises of a segment, and what
 * we escape is read back as it was. */
#include <stdlib.h>
#include <string.h>

#include <weigh/http.h>
#include <weigh/name.h>
#include <weigh/route.h>

static void
check_segment(const struct weigh_http_segment *seg, bool edge)
{
	if (strlen(seg->text) != seg->len ||
	    !weigh_utf8_ok(seg->text, seg->len))
		abort();
	if (seg->len == 0 && !edge)
		abort();
	if (strcmp(seg->text, ".") == 0 || strcmp(seg->text, "..") == 0 ||
	    strstr(seg->text, "/../") != NULL ||
	    strchr(seg->text, '\\') != NULL)
		abort();
	if (seg->slash != (strchr(seg->text, '/') != NULL))
		abort();
	for (size_t i = 0; i < seg->len; i++)
		if ((unsigned char)seg->text[i] < ' ' || seg->text[i] == 0x7f)
			abort();
}

/* Print the segments as a path again, and read that. */
static void
check_again(const struct weigh_http_target *t)
{
	struct weigh_http_target *again = malloc(sizeof(*again));
	struct weigh_buf b;

	if (again == NULL)
		abort();
	weigh_buf_init(&b, 1u << 20);
	for (unsigned i = 0; i < t->count; i++) {
		weigh_buf_addc(&b, '/');
		weigh_http_escape(&b, t->seg[i].text, false);
	}
	if (b.failed ||
	    weigh_http_target_parse(again,
		(struct weigh_span){ b.data, b.len }) != 0 ||
	    again->count != t->count)
		abort();
	for (unsigned i = 0; i < t->count; i++)
		if (strcmp(again->seg[i].text, t->seg[i].text) != 0)
			abort();
	weigh_http_target_free(again);
	weigh_buf_free(&b);
	free(again);
}

static void
check_query(struct weigh_span query)
{
	char key[8], value[16];
	int rc;

	if (weigh_http_query(query, "a", value, sizeof(value)) == 1 &&
	    strlen(value) >= sizeof(value))
		abort();
	(void)weigh_http_query(query, "limit", value, 1);
	while ((rc = weigh_http_query_next(&query, key, sizeof(key), value,
		    sizeof(value))) != 0)
		if (rc > 0 &&
		    (strlen(key) >= sizeof(key) ||
			strlen(value) >= sizeof(value)))
			abort();
}

/* What a route hands to its handler is a name of the grammar. */
static void
check_routes(const struct weigh_http_target *t)
{
	static const char *const patterns[] = {
		"/api/{kind}/{id}/tree/{rev}/**", "/api/{kind}/{id}",
		"/{repo}/resolve/{rev}/**", "/-/v1/{word}"
	};
	static struct weigh_route_match m;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (!weigh_route_match(patterns[i], t, 0, &m) ||
		    m.bad != WEIGH_ROUTE_FINE)
			continue;
		if (m.path[0] != '\0' &&
		    weigh_path_check(m.path, strlen(m.path), NULL) != WEIGH_OK)
			abort();
		if (m.rev[0] != '\0' &&
		    weigh_rev_check(m.rev, strlen(m.rev), NULL) != WEIGH_OK)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_http_target *t = malloc(sizeof(*t));
	struct weigh_span path = { (const char *)data, size };

	if (t == NULL || size == 0 || size > 65536) {
		free(t);
		return 0;
	}
	check_query(path);
	if (weigh_http_target_parse(t, path) == 0) {
		for (unsigned i = 0; i < t->count; i++)
			check_segment(&t->seg[i], i == 0 || i + 1 == t->count);
		check_again(t);
		check_routes(t);
	} else if (t->memory != NULL) {
		abort();
	}
	weigh_http_target_free(t);
	free(t);
	return 0;
}
