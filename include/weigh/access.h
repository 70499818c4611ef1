/*
 * access: who asks, what they may do, and which answer they get.  One pure
 * decision for every door: the Hub's routes, git, our own API.
 *
 * (1) Denied unless a row allows it: nobody in particular may look and read, where
 *     the setting says so; everything else needs a token with the role for it.
 * (2) A role may all that the one before it may.
 * (3) What a token may is bound to the repositories its patterns name; showing one
 *     never takes away what nobody in particular may do.
 * (4) A repository that a token may not see is answered to it as one that does not
 *     exist.  Without a token the status is 401 for 404, so that clients ask for one.
 * (5) The text of a token does not leave weigh_auth_parse: its SHA-256 does.
 * (6) Where terms are to be accepted (weigh/consent.h) no role reads without: only
 *     whoever comes by control.sock.
 */
#ifndef WEIGH_ACCESS_H
#define WEIGH_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/consent.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

/* --- tokens -------------------------------------------------------------- */

/* A token: "hf_" and 34 or more of A-Z a-z 0-9, the shape that Hub clients know
 * (llama.cpp sends no other). */
#define WEIGH_TOKEN_MIN 37
#define WEIGH_TOKEN_MAX 128
bool weigh_token_ok(const char *text, size_t len);

/* Draw a token's text from `len` random bytes: a byte over 247 is passed over, any
 * other is a letter.  43 letters, 256 bits.  False: too few bytes were of use. */
#define WEIGH_TOKEN_MADE 46
#define WEIGH_TOKEN_RANDOM 128 /* bytes to draw from: always enough */
bool weigh_token_draw(char out[WEIGH_TOKEN_MADE + 1], const uint8_t *random,
    size_t len);

enum weigh_auth {
	WEIGH_AUTH_NONE, /* nobody said who they are */
	WEIGH_AUTH_TOKEN,
	WEIGH_AUTH_BAD /* somebody did, in a way that is no token of ours */
};

/* Read an Authorization field's value (p == NULL: there was none): `Bearer TOKEN`
 * (RFC 6750), or `Basic` (RFC 7617) with ANY:TOKEN or TOKEN: in it, as git sends
 * it; ":" alone is nobody.  On WEIGH_AUTH_TOKEN *out is the SHA-256 of the token's text. */
enum weigh_auth weigh_auth_parse(struct weigh_oid *out, const char *value,
    size_t len);

/* --- identity ------------------------------------------------------------ */

enum weigh_role {
	WEIGH_ROLE_NOBODY, /* no token was shown */
	WEIGH_ROLE_READ,
	WEIGH_ROLE_PUBLISH, /* and commit, create, move, delete */
	WEIGH_ROLE_APPROVE, /* and answer for licenses, and let people in */
	WEIGH_ROLE_ADMIN,   /* and tokens, upkeep: everything, everywhere */
	WEIGH_ROLES
};
/* "read", "publish", "approve", "admin"; "nobody". */
const char *weigh_role_name(enum weigh_role role);
/* One of the four that a token may have. */
bool weigh_role_parse(enum weigh_role *out, const char *text, size_t len);
/* What the Hub calls it: "read", else "write". */
const char *weigh_role_hub_name(enum weigh_role role);

#define WEIGH_WHO_ID 16   /* hex digits */
#define WEIGH_WHO_NAME 64 /* bytes */
#define WEIGH_WHO_REPOS 1024

/* Who asks.  All zero is nobody in particular. */
struct weigh_who {
	enum weigh_role role;
	bool bad;   /* what was shown is no token of ours; `role` is NOBODY */
	bool local; /* came by control.sock: every right */
	char id[WEIGH_WHO_ID + 1]; /* of the token; "" for the other kinds */
	char name[WEIGH_WHO_NAME + 1]; /* of the token */
	/* Globs of repositories, separated by one blank; "": all.  Matched without
	 * regard to case against `org/name`, `datasets/org/name`, …: names of
	 * repositories are found without it, too. */
	char repos[WEIGH_WHO_REPOS + 1];
	int64_t created; /* seconds since 1970 */
	int64_t expires; /* likewise; 0: never */
};

/* A token's name: 1 to 64 letters, digits, '.', '_', '-', the first a letter or
 * digit. */
bool weigh_who_name_ok(const char *text, size_t len);
/* A list of globs as above: visible ASCII, one blank between two. */
bool weigh_who_repos_ok(const char *text, size_t len);
/* Do its patterns name this repository? */
bool weigh_who_covers(const struct weigh_who *who,
    const struct weigh_repo *repo);

/* --- decisions ----------------------------------------------------------- */

/* What a route, or a verb, is about: a column of their tables. */
enum weigh_right {
	WEIGH_RIGHT_OPEN, /* anybody's, whatever they show: /healthz */
	WEIGH_RIGHT_LOOK, /* that it exists, its files' names: info, tree, lists */
	WEIGH_RIGHT_READ, /* content: resolve, raw, clone */
	WEIGH_RIGHT_PUBLISH,
	WEIGH_RIGHT_APPROVE, /* say who has what is gated */
	WEIGH_RIGHT_ADMIN
};

/* The settings [access]. */
struct weigh_access_rules {
	bool anonymous_none;  /* nobody in particular may do nothing */
	bool unknown_ignored; /* whoever looks or reads with a token that is not
	                         ours counts as nobody in particular */
};

struct weigh_access_facts {
	const struct weigh_who *who;
	enum weigh_right right;
	const struct weigh_repo *repo;    /* NULL: it is about no single one */
	bool held;                        /* there is one of that name here */
	enum weigh_visibility visibility; /* of a held one */
	/* Where its terms are to be accepted: what is known of the one who asks, and
	 * the terms of now; NULL: nothing is. */
	const struct weigh_consent *consent;
	const struct weigh_oid *terms;
	struct weigh_access_rules rules;
};

enum weigh_access {
	WEIGH_ACCESS_ALLOW,
	WEIGH_ACCESS_BAD_TOKEN,    /* 401, in the Hub's very words */
	WEIGH_ACCESS_TOKEN_NEEDED, /* 401 */
	WEIGH_ACCESS_FORBIDDEN,    /* 403: the token may not do that */
	WEIGH_ACCESS_NO_REPO,      /* 404 RepoNotFound: none, or hidden (4) */
	WEIGH_ACCESS_HIDDEN, /* 401 RepoNotFound: the same, without a token */
	WEIGH_ACCESS_GATED,  /* 403 GatedRepo: content is for those named */
	WEIGH_ACCESS_GATED_TOKEN, /* 401 GatedRepo: the same, without a token */
	/* 403 GatedRepo: the token names it, and its bearer … */
	WEIGH_ACCESS_ACCEPT,      /* … has not accepted the terms */
	WEIGH_ACCESS_ACCEPT_ANEW, /* … has accepted others than those of now */
	WEIGH_ACCESS_WAITS,       /* … waits for an approver */
	WEIGH_ACCESS_REFUSED      /* … was refused by one */
};
enum weigh_access weigh_access_decide(const struct weigh_access_facts *facts);

/* Would nobody in particular be allowed the same?  Then the answer may be given
 * to everybody again. */
bool weigh_access_is_open(const struct weigh_access_facts *facts);

#endif
