/*
 * publish: the bodies of the Hub's requests that make, change and remove things,
 * as huggingface_hub 0.36-2.4 and @huggingface/hub 2.17 send them.  Pure.
 *
 * (1) Unknown keys are read over, null counts as not given.
 * (2) Every name that comes out passed its grammar (<weigh/name.h>).
 */
#ifndef WEIGH_PUBLISH_H
#define WEIGH_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/consent.h>
#include <weigh/err.h>
#include <weigh/json.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

#define WEIGH_PUBLISH_BODY (64u << 10) /* bytes of all but preupload and card */

/* POST /api/repos/create and DELETE /api/repos/delete: {"name","organization",
 * "type"}; create also {"visibility"} or, from 0.x, {"private"}. */
struct weigh_repo_request {
	struct weigh_repo repo;
	bool has_visibility;
	enum weigh_visibility visibility;
	unsigned files; /* that should be in it from the start: not done here */
};
/* A name without organization gets `home` before it, as the Hub puts the user's;
 * `home` may be "": then it is refused.  A "name" that is `org/name` is taken as
 * it is.  WEIGH_USAGE for names and kinds that cannot be. */
enum weigh_code weigh_repo_request_parse(struct weigh_repo_request *out,
    const char *home, const char *text, size_t len, struct weigh_err *err);

/* POST /api/repos/move: {"fromRepo","toRepo","type"}. */
struct weigh_move_request {
	struct weigh_repo from, to;
};
enum weigh_code weigh_move_request_parse(struct weigh_move_request *out,
    const char *text, size_t len, struct weigh_err *err);

/* PUT …/settings: {"private"}, {"visibility"}, {"gated": false|"auto"|"manual"};
 * together: private wins over gated.  `true`, which the Hub does not know: gated for
 * tokens that name it, without terms. */
struct weigh_settings_request {
	bool has_private, is_private;
	bool has_gated;
	enum weigh_visibility gated; /* or WEIGH_PUBLIC */
};
enum weigh_code weigh_settings_request_parse(struct weigh_settings_request *out,
    const char *text, size_t len, struct weigh_err *err);
/* What a repository becomes that was `now`. */
enum weigh_visibility weigh_settings_apply(const struct weigh_settings_request
					       *r,
    enum weigh_visibility now);

/* POST …/user-access-request/handle: {"user", "status": "accepted" | "rejected" |
 * "pending", "rejectionReason"?}, and …/grant: {"user"}.  A user is a token's name or
 * id; instead of it there may be a "requestId", which here is the token's id. */
struct weigh_access_request {
	char user[65];
	bool has_act;
	enum weigh_consent_act act;
	char reason[512];
};
enum weigh_code weigh_access_request_parse(struct weigh_access_request *out,
    const char *text, size_t len, struct weigh_err *err);

/* POST …/branch/NAME: {"startingPoint"?, "overwrite"?, "emptyBranch"?}, or no
 * body at all; POST …/tag/REV: {"tag", "message"?}. */
struct weigh_ref_request {
	char name[WEIGH_REV_MAX + 1]; /* tag */
	char at[WEIGH_REV_MAX + 1];   /* startingPoint; "" when not given */
	char message[4096];           /* of the tag; "": none */
	bool overwrite, empty;
};
enum weigh_code weigh_branch_request_parse(struct weigh_ref_request *out,
    const char *text, size_t len, struct weigh_err *err);
enum weigh_code weigh_tag_request_parse(struct weigh_ref_request *out,
    const char *text, size_t len, struct weigh_err *err);

/* POST /api/validate-yaml: {"content","repoType"}: the card's text, appended to
 * `card`, and the kind of its repository where it is told. */
enum weigh_code weigh_card_request_parse(struct weigh_buf *card,
    enum weigh_kind *kind, const char *text, size_t len, struct weigh_err *err);

/*
 * POST …/preupload/REV: {"files":[{"path","size","sample"}], "gitAttributes"?,
 * "gitIgnore"?}.
 */
#define WEIGH_PREUPLOAD_BODY (4u << 20)
#define WEIGH_PREUPLOAD_FILES 2000       /* clients send 100 or 256 */
#define WEIGH_PREUPLOAD_RULES (1u << 20) /* bytes of each text of rules */

struct weigh_preupload_file {
	char *path;
	uint64_t size;
};
struct weigh_preupload {
	struct weigh_preupload_file *files;
	size_t nfiles;
	bool has_attributes, has_ignore;
	struct weigh_buf attributes; /* gitAttributes */
	struct weigh_buf ignore;     /* gitIgnore */
};
/* On success the caller calls weigh_preupload_free. */
enum weigh_code weigh_preupload_parse(struct weigh_preupload *out,
    const char *text, size_t len, struct weigh_err *err);
void weigh_preupload_free(struct weigh_preupload *p);

/* One element of the answer's "files"; `held` is what lies at the path now (the
 * blob's id, or for LFS the SHA-256 in hex), or NULL. */
void weigh_preupload_answer(struct weigh_jw *w, const char *path, bool lfs,
    bool ignored, const char *held);

#endif
