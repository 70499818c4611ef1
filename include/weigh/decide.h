/*
 * decide: may these bytes leave by this door?  One pure function over facts;
 * every door calls it (Hub, CLI, git, LFS, OCI), none has an idea of its own.
 *
 * (1) Not verified, refused: no other fact can turn that.
 * (2) The answer depends on the facts alone.
 * (3) Every answer has a sentence for the person who is refused.
 */
#ifndef WEIGH_DECIDE_H
#define WEIGH_DECIDE_H

#include <stdbool.h>

enum weigh_door {
	WEIGH_DOOR_NONE, /* nothing leaves: we look into a file ourselves */
	WEIGH_DOOR_HUB,
	WEIGH_DOOR_CONTROL,
	WEIGH_DOOR_OCI,
	WEIGH_DOOR_GIT,
	WEIGH_DOOR_LFS
};

struct weigh_facts {
	enum weigh_door door;
	bool digest_known;    /* a revision that was admitted names a SHA-256 */
	bool digest_verified; /* these very bytes were hashed and match it */
	bool found_bad;       /* a check found other bytes under this name */
};

enum weigh_verdict {
	WEIGH_ALLOW,
	WEIGH_REFUSE_UNKNOWN,      /* no admitted revision names these bytes */
	WEIGH_REFUSE_BAD,          /* bytes were found bad */
	WEIGH_REFUSE_NOT_VERIFIED, /* not checked, or changed since */
};

enum weigh_verdict weigh_decide(const struct weigh_facts *facts);

/* The verdict in words: "the bytes held here do not have the SHA-256 …". */
const char *weigh_verdict_text(enum weigh_verdict verdict);

#endif
