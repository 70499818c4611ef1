/*
 * litter: may a thing that lies on disk be taken away?  One pure function over
 * facts, asked for files, rows, git objects and quarantine alike.
 *
 * (1) What somebody names, or is about to name, stays: no other fact can turn
 *     that.
 * (2) As long as it is not known of everybody what they name, everything that
 *     might be theirs stays.
 * (3) Evidence goes only if that was asked for.
 * (4) What came here less than the grace ago stays; a clock that went back makes
 *     nothing older.
 */
#ifndef BASE_LITTER_H
#define BASE_LITTER_H

#include <stdbool.h>
#include <stdint.h>

struct litter_facts {
	bool named;    /* a revision leads to it, or it belongs to what is named */
	bool intended; /* a publication under way, or left half way, wants it */
	bool unsure;   /* some repository's revisions are not known */
	bool evidence; /* it lies in quarantine */
	bool asked;    /* to take evidence too */
	int64_t changed; /* when it came here; seconds since 1970 */
	int64_t now;     /* likewise */
	int64_t grace;   /* seconds */
};

enum litter_verdict {
	LITTER_NAMED,
	LITTER_INTENDED,
	LITTER_UNSURE,
	LITTER_EVIDENCE,
	LITTER_YOUNG,
	LITTER_TAKE
};

enum litter_verdict litter_decide(const struct litter_facts *f);

#endif
