/* now: what scrub reads by request, at full speed, on the asker's thread. */
#include <stdatomic.h>
#include <string.h>

#include "upkeep/others.h"
#include "upkeep/reading.h"

static enum weigh_code
count_piece(void *ctx, size_t len, const struct store_place *place,
    struct weigh_err *err)
{
	struct scrub *s = ctx;

	(void)place;
	(void)err;
	atomic_fetch_add(&s->read_bytes, len);
	return WEIGH_OK;
}

enum weigh_code
scrub_read_now(struct scrub *s, struct catalog_reader *reader,
    const struct catalog_blob *blob, struct store_progress *progress,
    struct store_finding *found, struct weigh_err *err)
{
	const struct reading r = { s->parts.gate, s->parts.store, reader,
		progress, count_piece, s };
	enum weigh_code rc = reading_blob(&r, blob, NULL, found, err);

	if (rc == WEIGH_OK)
		atomic_fetch_add(&s->read_blobs, 1);
	if (rc == WEIGH_OK && !found->ok)
		atomic_fetch_add(&s->found, 1);
	return rc;
}

/* --- what is no blob --------------------------------------------------------------- */

struct asked {
	struct others others;
	struct store_progress *progress;
	void (*found)(void *ctx, const char *name, const char *problem);
	void *ctx;
};

static enum weigh_code
count_object(void *ctx, size_t bytes, struct weigh_err *err)
{
	struct asked *a = ctx;

	atomic_fetch_add(&a->others.scrub->read_bytes, bytes);
	if (atomic_load(&a->progress->cancel))
		return weigh_fail(err, WEIGH_CANCELED, "canceled");
	return WEIGH_OK;
}

static enum weigh_code
read_one(struct asked *a, enum others_kind kind, const struct weigh_repo *repo,
    struct weigh_err *err)
{
	char problem[SCRUB_PROBLEM], name[OTHERS_NAME];
	enum weigh_code rc;

	rc = others_read(&a->others, kind, repo, problem, err);
	others_name(kind, repo, name);
	if (rc == WEIGH_OK && problem[0] != '\0')
		a->found(a->ctx, name, problem);
	return weigh_context(err, rc, "'%s'", name);
}

#define PAGE 256

struct repo_page {
	struct weigh_repo repos[PAGE];
	unsigned count;
};

static void
keep_repo(void *ctx, const struct weigh_repo *repo,
    const struct catalog_revision *head)
{
	struct repo_page *page = ctx;

	(void)head;
	if (page->count < PAGE)
		page->repos[page->count++] = *repo;
}

static enum weigh_code
read_repos(struct asked *a, struct weigh_err *err)
{
	struct repo_page page = { .count = 0 };
	struct weigh_repo last;
	enum weigh_code rc;
	bool any = false;

	do {
		page.count = 0;
		rc = catalog_list(a->others.reader, any ? &last : NULL, PAGE,
		    keep_repo, &page, err);
		for (unsigned i = 0; i < page.count && rc == WEIGH_OK; i++)
			rc = read_one(a, OTHERS_REPO, &page.repos[i], err);
		if ((any = page.count > 0))
			last = page.repos[page.count - 1];
	} while (rc == WEIGH_OK && page.count == PAGE);
	return rc;
}

enum weigh_code
scrub_others_now(struct scrub *s, struct catalog_reader *reader,
    struct store_progress *progress,
    void (*found)(void *ctx, const char *name, const char *problem), void *ctx,
    struct weigh_err *err)
{
	struct asked a = {
		.others = { s, reader, &progress->cancel, count_object, &a },
		.progress = progress,
		.found = found,
		.ctx = ctx,
	};
	enum weigh_code rc;

	rc = read_one(&a, OTHERS_CATALOG, NULL, err);
	if (rc == WEIGH_OK)
		rc = read_one(&a, OTHERS_JOURNAL, NULL, err);
	if (rc == WEIGH_OK)
		rc = read_repos(&a, err);
	return rc;
}
