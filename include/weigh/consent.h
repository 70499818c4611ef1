/*
 * consent: the terms of a gated repository, and where somebody stands with them.
 * Pure.
 *
 * (1) What is accepted is a digest over the card's extra_gated_prompt and the path
 *     and SHA-256 of each license text: another prompt or text is another digest.
 * (2) Acceptance is of terms, a ruling is about a person; neither changes the other.
 * (3) Whoever was refused does not undo it by accepting.
 */
#ifndef WEIGH_CONSENT_H
#define WEIGH_CONSENT_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

/* --- terms --------------------------------------------------------------- */

#define WEIGH_GATING_MAX (8u << 20) /* bytes of the text that is digested */

/* The text that is digested, line by line: "weigh gating 1", "prompt SHA-256" if
 * there is one, "text SHA-256 PATH" for each license text, in the order of paths.
 * Each appends to `out`; what fails is out->failed. */
void weigh_gating_begin(struct weigh_buf *out);
void weigh_gating_prompt(struct weigh_buf *out, const char *prompt, size_t len);
void weigh_gating_text(struct weigh_buf *out, const char *path,
    const struct weigh_oid *oid);
/* Its SHA-256; WEIGH_TOO_BIG where the text did not fit. */
enum weigh_code weigh_gating_end(const struct weigh_buf *text,
    struct weigh_oid *out, struct weigh_err *err);

/* Append the extra_gated_prompt of a card (as JSON, as weigh_card_json writes it);
 * false: it has none. */
bool weigh_gating_of_card(const char *card, size_t len, struct weigh_buf *out);

/* Is this file a license text of its revision, by its name and size? */
bool weigh_gating_is_text(const char *path, uint64_t size);

/* --- where somebody stands ----------------------------------------------- */

enum weigh_answer {
	WEIGH_ANSWER_NONE,
	WEIGH_ANSWER_GRANTED,
	WEIGH_ANSWER_REFUSED,
	WEIGH_ANSWERS
};

/* Of one token with one repository.  All zero: nothing was ever said. */
struct weigh_consent {
	bool accepted;
	/* Of an accepted one: the digest of the terms, and what stood there then. */
	struct weigh_oid terms;
	struct weigh_oid card; /* README.md; zero: there was none */
	struct weigh_gitid commit;
	enum weigh_answer ruling;
};

enum weigh_consent_act {
	WEIGH_CONSENT_ACCEPT, /* by the person */
	WEIGH_CONSENT_GRANT,  /* these by an approver */
	WEIGH_CONSENT_REFUSE,
	WEIGH_CONSENT_REOPEN, /* neither granted nor refused any more */
	WEIGH_CONSENT_END,    /* the repository is gone, or has another name */
	WEIGH_CONSENT_ACTS
};
/* "accept", "grant", "refuse", "reopen", "end". */
const char *weigh_consent_act_name(enum weigh_consent_act act);
bool weigh_consent_act_parse(enum weigh_consent_act *out, const char *text,
    size_t len);

/* What becomes of *c; `terms`, `card` and `commit` of `with` are those accepted,
 * NULL for the other acts. */
void weigh_consent_apply(struct weigh_consent *c, enum weigh_consent_act act,
    const struct weigh_consent *with);

enum weigh_standing {
	WEIGH_STANDING_NONE,     /* has not accepted */
	WEIGH_STANDING_OUTDATED, /* accepted other terms than those of now */
	WEIGH_STANDING_WAITING, /* accepted; nobody ruled yet, and one has to */
	WEIGH_STANDING_REFUSED,
	WEIGH_STANDING_MAY, /* has the content */
	WEIGH_STANDINGS
};
/* "none", "outdated", "waiting", "refused", "may". */
const char *weigh_standing_name(enum weigh_standing standing);

/* Where whoever `c` is about (NULL: nothing is known) stands with a repository of
 * this visibility, whose terms are `terms` now (NULL: they are not known).  Where
 * nothing is to be accepted: WEIGH_STANDING_MAY. */
enum weigh_standing weigh_consent_standing(const struct weigh_consent *c,
    enum weigh_visibility visibility, const struct weigh_oid *terms);

#endif
