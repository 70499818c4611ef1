/*
 * access: may they? asked where a catalog is at hand.  The decision is
 * weigh_access_decide's; here the facts are gathered and the refusal is put into
 * words, the same for the Hub's routes and for our own API.
 *
 * Where terms are to be accepted (weigh/consent.h) the catalog knows who did.
 *
 * Threads: access_who any, loops too; the others workers, each with its own reader.
 * Blocking: access_judge, access_reads.
 */
#ifndef TRUST_ACCESS_H
#define TRUST_ACCESS_H

#include <weigh/http.h>
#include <weigh/hub_error.h>

#include "catalog/catalog.h"
#include "trust/tokens.h"

/* Who asks with this head, now?  Whoever comes by control.sock (`local`) has every
 * right. */
void access_who(struct tokens *t, const struct weigh_http_head *head,
    bool local, struct weigh_who *out);

struct access_answer {
	enum weigh_access access;
	bool open; /* nobody in particular is allowed it, too */
	bool held; /* and then `repo` is how its name is spelled here */
	struct weigh_repo repo;
};

/* May `who` do that to `repo` (NULL: it is about no single one)?  An error is
 * trouble with the catalog, never a refusal. */
enum weigh_code access_judge(const struct tokens *t,
    struct catalog_reader *reader, const struct weigh_who *who,
    enum weigh_right right, const struct weigh_repo *repo,
    struct access_answer *out, struct weigh_err *err);

/* The words of a refusal into *err; the row says with which status. */
const struct weigh_hub_error *access_say(const struct access_answer *answer,
    const struct weigh_repo *repo, struct weigh_err *err);

/* May `who` have the content of a held repository with this visibility?  False also
 * where the catalog cannot tell.  A callback of another question may ask it. */
bool access_reads(const struct tokens *t, struct catalog_reader *reader,
    const struct weigh_who *who, const struct weigh_repo *repo,
    enum weigh_visibility visibility);
/* Where `who` stands with the terms of a held repository. */
enum weigh_code access_standing(struct catalog_reader *reader,
    const struct weigh_who *who, const struct weigh_repo *repo,
    enum weigh_visibility visibility, enum weigh_standing *out,
    struct weigh_err *err);

/* May they know of it?  For lists: leave out what is answered false. */
bool access_sees(const struct tokens *t, const struct weigh_who *who,
    const struct weigh_repo *repo, enum weigh_visibility visibility);

#endif
