/* consent: terms that are accepted; see weigh/consent.h. */
#include <string.h>

#include <weigh/consent.h>
#include <weigh/evidence.h>
#include <weigh/json.h>

/* --- terms --------------------------------------------------------------- */

void
weigh_gating_begin(struct weigh_buf *out)
{
	weigh_buf_adds(out, "weigh gating 1\n");
}

void
weigh_gating_prompt(struct weigh_buf *out, const char *prompt, size_t len)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;

	if (!weigh_oid_of(&oid, prompt, len)) {
		out->failed = true;
		return;
	}
	weigh_oid_hex(&oid, hex);
	weigh_buf_addf(out, "prompt %s\n", hex);
}

void
weigh_gating_text(struct weigh_buf *out, const char *path,
    const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	weigh_buf_adds(out, "text ");
	weigh_buf_adds(out, hex);
	weigh_buf_addc(out, ' ');
	weigh_buf_adds(out, path);
	weigh_buf_addc(out, '\n');
}

enum weigh_code
weigh_gating_end(const struct weigh_buf *text, struct weigh_oid *out,
    struct weigh_err *err)
{
	if (text->failed)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "its terms have more texts than can be digested");
	return weigh_oid_of(out, text->data, text->len) ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
take_prompt(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_buf *prompt = out;
	const char *text;
	size_t len;

	if (first != WEIGH_JSON_STRING)
		return weigh_json_skip(j, first) ? WEIGH_OK :
						   weigh_json_error(j, err);
	text = weigh_json_text(j, &len);
	return weigh_buf_add(prompt, text, len) ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

bool
weigh_gating_of_card(const char *card, size_t len, struct weigh_buf *out)
{
	static const struct weigh_json_member rows[] = {
		{ "extra_gated_prompt", take_prompt },
	};
	size_t before = out->len;

	if (len == 0)
		return false;
	return weigh_json_read_object(card, len, rows, 1, out, NULL) ==
	    WEIGH_OK &&
	    out->len > before;
}

bool
weigh_gating_is_text(const char *path, uint64_t size)
{
	switch (weigh_evidence_file(path)) {
	case WEIGH_EVIDENCE_NAMED:
		return size > 0 && size <= WEIGH_EVIDENCE_MAX;
	case WEIGH_EVIDENCE_SMALL:
		return size > 0 && size <= WEIGH_EVIDENCE_SMALL_MAX;
	case WEIGH_EVIDENCE_CARD:
	case WEIGH_EVIDENCE_NONE:
		break;
	}
	return false;
}

/* --- where somebody stands ----------------------------------------------- */

static const char *const acts[WEIGH_CONSENT_ACTS] = {
	[WEIGH_CONSENT_ACCEPT] = "accept",
	[WEIGH_CONSENT_GRANT] = "grant",
	[WEIGH_CONSENT_REFUSE] = "refuse",
	[WEIGH_CONSENT_REOPEN] = "reopen",
	[WEIGH_CONSENT_END] = "end",
};

const char *
weigh_consent_act_name(enum weigh_consent_act act)
{
	return (unsigned)act < WEIGH_CONSENT_ACTS ? acts[act] : "";
}

bool
weigh_consent_act_parse(enum weigh_consent_act *out, const char *text,
    size_t len)
{
	for (unsigned i = 0; i < WEIGH_CONSENT_ACTS; i++) {
		if (strlen(acts[i]) == len && memcmp(acts[i], text, len) == 0) {
			*out = (enum weigh_consent_act)i;
			return true;
		}
	}
	return false;
}

void
weigh_consent_apply(struct weigh_consent *c, enum weigh_consent_act act,
    const struct weigh_consent *with)
{
	enum weigh_answer ruling = c->ruling;

	switch (act) {
	case WEIGH_CONSENT_ACCEPT:
		*c = *with;
		c->accepted = true;
		c->ruling = ruling;
		break;
	case WEIGH_CONSENT_GRANT:
		c->ruling = WEIGH_ANSWER_GRANTED;
		break;
	case WEIGH_CONSENT_REFUSE:
		c->ruling = WEIGH_ANSWER_REFUSED;
		break;
	case WEIGH_CONSENT_REOPEN:
		c->ruling = WEIGH_ANSWER_NONE;
		break;
	case WEIGH_CONSENT_END:
	case WEIGH_CONSENT_ACTS:
		*c = (struct weigh_consent){ .accepted = false };
		break;
	}
}

const char *
weigh_standing_name(enum weigh_standing standing)
{
	static const char *const names[WEIGH_STANDINGS] = {
		[WEIGH_STANDING_NONE] = "none",
		[WEIGH_STANDING_OUTDATED] = "outdated",
		[WEIGH_STANDING_WAITING] = "waiting",
		[WEIGH_STANDING_REFUSED] = "refused",
		[WEIGH_STANDING_MAY] = "may",
	};

	return (unsigned)standing < WEIGH_STANDINGS ? names[standing] : "";
}

enum weigh_standing
weigh_consent_standing(const struct weigh_consent *c,
    enum weigh_visibility visibility, const struct weigh_oid *terms)
{
	if (!weigh_visibility_asks(visibility))
		return WEIGH_STANDING_MAY;
	if (c == NULL)
		return WEIGH_STANDING_NONE;
	if (c->ruling == WEIGH_ANSWER_REFUSED)
		return WEIGH_STANDING_REFUSED;
	if (!c->accepted)
		return WEIGH_STANDING_NONE;
	if (terms == NULL || !weigh_oid_equal(&c->terms, terms))
		return WEIGH_STANDING_OUTDATED;
	if (visibility == WEIGH_GATED_MANUAL &&
	    c->ruling != WEIGH_ANSWER_GRANTED)
		return WEIGH_STANDING_WAITING;
	return WEIGH_STANDING_MAY;
}
