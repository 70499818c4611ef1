/*
 * The Hub's small requests.  The first byte says which; for rules of what to ignore
 * RULES NUL PATH follows.  (2) of weigh/publish.h: what comes out is a name.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/ignore.h>
#include <weigh/publish.h>
#include <weigh/ticket.h>

static void
must_be_name(const struct weigh_repo *repo)
{
	struct weigh_repo again;

	if (weigh_repo_parse(&again, repo->kind, repo->name, strlen(repo->name),
		NULL) != WEIGH_OK)
		abort();
}

static void
repo(const char *text, size_t len)
{
	struct weigh_repo_request r;
	struct weigh_move_request m;

	if (weigh_repo_request_parse(&r, "home", text, len, NULL) == WEIGH_OK)
		must_be_name(&r.repo);
	if (weigh_move_request_parse(&m, text, len, NULL) == WEIGH_OK) {
		must_be_name(&m.from);
		must_be_name(&m.to);
	}
}

static void
ref(const char *text, size_t len)
{
	struct weigh_ref_request r;
	struct weigh_settings_request s;

	if (weigh_tag_request_parse(&r, text, len, NULL) == WEIGH_OK &&
	    !weigh_rev_ok(r.name, strlen(r.name)))
		abort();
	if (weigh_branch_request_parse(&r, text, len, NULL) == WEIGH_OK &&
	    r.at[0] != '\0' && !weigh_rev_ok(r.at, strlen(r.at)))
		abort();
	(void)weigh_settings_request_parse(&s, text, len, NULL);
}

static void
preupload(const char *text, size_t len)
{
	struct weigh_preupload p;

	if (weigh_preupload_parse(&p, text, len, NULL) != WEIGH_OK)
		return;
	for (size_t i = 0; i < p.nfiles; i++)
		if (weigh_path_check(p.files[i].path, strlen(p.files[i].path),
			NULL) != WEIGH_OK)
			abort();
	weigh_preupload_free(&p);
}

static void
ignore(const char *text, size_t len)
{
	const char *path = memchr(text, '\0', len);
	struct weigh_ignore *g;
	char own[WEIGH_PATH_MAX + 1];
	size_t n;

	if (path == NULL ||
	    (n = len - (size_t)(path + 1 - text)) >= sizeof(own))
		return;
	memcpy(own, path + 1, n);
	own[n] = '\0';
	if (weigh_path_check(own, n, NULL) != WEIGH_OK ||
	    weigh_ignore_parse(&g, text, (size_t)(path - text), NULL) !=
		WEIGH_OK)
		return;
	(void)weigh_ignore_has(g, own);
	weigh_ignore_free(g);
}

/* Nobody guesses a signature. */
static void
ticket(const char *text, size_t len)
{
	static const uint8_t key[WEIGH_TICKET_KEY] = { 1 };
	struct weigh_ticket t = { .repo = { .name = "a/b" } };
	struct weigh_span query = { text, len };

	if (weigh_ticket_read(&t, query, key, 0, NULL) == WEIGH_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const each[])(const char *, size_t) = { repo, ref,
		preupload, ignore, ticket };

	if (size > 0)
		each[data[0] % 5]((const char *)data + 1, size - 1);
	return 0;
}
