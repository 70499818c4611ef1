/* A model's file that may name others: the first byte says which file.  (1), (3) of
 * weigh/closure.h: names, each once, and never its own. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/closure.h>

static void
check_row(const struct weigh_closure *c, size_t i)
{
	const struct weigh_closure_row *r = &c->rows[i];
	struct weigh_repo repo;

	if (weigh_repo_parse(&repo, WEIGH_MODEL, r->repo.name,
		strlen(r->repo.name), NULL) != WEIGH_OK ||
	    strcmp(r->repo.name, c->self.name) == 0 ||
	    (r->rev[0] != '\0' && !weigh_rev_ok(r->rev, strlen(r->rev))))
		abort();
	for (size_t k = 0; k < i; k++)
		if (strcmp(c->rows[k].repo.name, r->repo.name) == 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = { "README.md", "config.json",
		"adapter_config.json" };
	static const struct weigh_repo self = { WEIGH_MODEL, "acme/m" };
	struct weigh_closure c;

	if (size == 0)
		return 0;
	weigh_closure_init(&c, &self);
	if (weigh_closure_read(&c, paths[data[0] % 3], (const char *)data + 1,
		size - 1, NULL) != WEIGH_OK)
		return 0;
	if (c.count > WEIGH_CLOSURE_ROWS)
		abort();
	for (size_t i = 0; i < c.count; i++)
		check_row(&c, i);
	return 0;
}
