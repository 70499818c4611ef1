/*
 * consents: who accepted which terms, and who was granted or refused what is gated.
 *
 * (1) Rows are followed, never edited nor taken away; the last one about a token and a
 *     repository says where they stand.
 * (2) A repository that gets another name takes them along; one that is deleted ends
 *     them, so that whoever makes one of its name begins anew.
 * (3) All of it comes from the journal, which says it first.
 *
 * What is asked here has statements of its own, so that callbacks of other questions
 * may ask it of the same reader.
 */
#ifndef CATALOG_CONSENTS_H
#define CATALOG_CONSENTS_H

#include <weigh/consent.h>

#include "catalog/catalog.h"

/* One thing that was said. */
struct catalog_consent {
	struct weigh_repo repo;
	const char *token; /* its id */
	enum weigh_consent_act act;
	const char *by;  /* who said it, for people */
	const char *why; /* "" */
	int64_t time;
	struct weigh_consent now; /* where they stand since */
};

/* --- asking -------------------------------------------------------------- */

/* Where a token stands with a repository; zero if nothing was ever said. */
enum weigh_code catalog_consent(struct catalog_reader *r,
    const struct weigh_repo *repo, const char *token, struct weigh_consent *out,
    struct weigh_err *err);

/* The last word about each token, by their ids; repo is as it was asked. */
enum weigh_code catalog_consents(struct catalog_reader *r,
    const struct weigh_repo *repo,
    void (*each)(void *ctx, const struct catalog_consent *c), void *ctx,
    struct weigh_err *err);

/* The terms of a repository now: those of the revision that HEAD means; where it means
 * none there is nothing in them. */
struct catalog_gating {
	struct weigh_oid terms; /* weigh/consent.h */
	struct weigh_oid card;  /* README.md; zero: none */
	struct weigh_gitid commit;
};
/* `prompt` is given the card's text if it has one, `text` each license text, in the
 * order of paths; both may be NULL. */
struct catalog_gating_texts {
	void (*prompt)(void *ctx, const char *text, size_t len);
	void (*text)(void *ctx, const char *path, const struct weigh_oid *oid,
	    uint64_t size);
	void *ctx;
};
enum weigh_code catalog_gating(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct catalog_gating_texts *texts,
    struct catalog_gating *out, struct weigh_err *err);
/* Only which commit it is. */
enum weigh_code catalog_gating_head(struct catalog_reader *r,
    const struct weigh_repo *repo, struct weigh_gitid *commit,
    struct weigh_err *err);

/* --- for the writer ------------------------------------------------------ */

enum weigh_code catalog_own_consent(struct catalog *c,
    const struct weigh_repo *repo, const char *token, struct weigh_consent *out,
    struct weigh_err *err);
enum weigh_code catalog_own_gating(struct catalog *c,
    const struct weigh_repo *repo, struct catalog_gating *out,
    struct weigh_err *err);
/* Add a row. */
enum weigh_code catalog_say_consent(struct catalog *c,
    const struct catalog_consent *said, struct weigh_err *err);
/* (2); `to` is NULL where it is deleted. */
enum weigh_code catalog_end_consents(struct catalog *c,
    const struct weigh_repo *repo, const struct weigh_repo *to, int64_t now,
    struct weigh_err *err);

#endif
