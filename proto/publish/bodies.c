/* publish/bodies: the small requests; see weigh/publish.h. */
#include <stdio.h>
#include <string.h>

#include <weigh/publish.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- pieces that several have -------------------------------------------------------- */

static enum weigh_code
read_bool(struct weigh_json *j, enum weigh_json_token first, bool *out,
    struct weigh_err *err)
{
	(void)j;
	if (first != WEIGH_JSON_TRUE && first != WEIGH_JSON_FALSE)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "true or false is expected");
	*out = first == WEIGH_JSON_TRUE;
	return WEIGH_OK;
}

/* "model", "dataset" or "space". */
static enum weigh_code
read_kind(struct weigh_json *j, enum weigh_json_token first,
    enum weigh_kind *out, struct weigh_err *err)
{
	char word[16];
	size_t len;
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, word, sizeof(word) - 1, err);
	if (rc != WEIGH_OK)
		return rc;
	len = strlen(word);
	word[len++] = 's';
	if (!weigh_kind_parse(out, word, len))
		return weigh_fail(err, WEIGH_USAGE,
		    "only repositories of type 'model', 'dataset' or 'space' "
		    "are kept here");
	return WEIGH_OK;
}

/* --- create and delete ------------------------------------------------------------------ */

struct repo_words {
	struct weigh_repo_request r;
	enum weigh_kind kind;
	char name[WEIGH_NAME_MAX + 1];
	char organization[WEIGH_PART_MAX + 1];
	char home[WEIGH_PART_MAX + 1];
};

static enum weigh_code
read_name(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct repo_words *w = out;

	return weigh_json_copy(j, first, w->name, sizeof(w->name), err);
}

static enum weigh_code
read_organization(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct repo_words *w = out;

	return weigh_json_copy(j, first, w->organization,
	    sizeof(w->organization), err);
}

static enum weigh_code
read_type(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct repo_words *w = out;

	return read_kind(j, first, &w->kind, err);
}

static enum weigh_code
read_private(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct repo_words *w = out;
	bool yes = false;
	enum weigh_code rc = read_bool(j, first, &yes, err);

	w->r.has_visibility = true;
	w->r.visibility = yes ? WEIGH_PRIVATE : WEIGH_PUBLIC;
	return rc;
}

static enum weigh_code
read_visibility(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct repo_words *w = out;
	char word[16];
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	if (rc != WEIGH_OK)
		return rc;
	w->r.has_visibility = true;
	if (strcmp(word, "private") == 0)
		w->r.visibility = WEIGH_PRIVATE;
	else if (strcmp(word, "public") != 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "neither 'public' nor 'private'");
	return WEIGH_OK;
}

static enum weigh_code
count_file(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct repo_words *w = out;

	w->r.files++;
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

static enum weigh_code
read_files(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return weigh_json_elements(j, first, count_file, out, err);
}

/* `org/name` of what was said. */
static enum weigh_code
join_name(struct repo_words *w, struct weigh_err *err)
{
	char text[2 * WEIGH_NAME_MAX + 2];
	const char *org = w->organization;
	enum weigh_code rc;

	if (w->name[0] == '\0')
		return weigh_fail(err, WEIGH_MALFORMED, "there is no 'name'");
	if (org[0] == '\0' && strchr(w->name, '/') == NULL)
		org = w->home;
	else if (org[0] == '\0')
		org = NULL;
	if (org != NULL && org[0] == '\0') {
		weigh_fail(err, WEIGH_USAGE,
		    "'%s' has no organization before it", w->name);
		weigh_fix(err, "name it ORG/%s", w->name);
		return WEIGH_USAGE;
	}
	snprintf(text, sizeof(text), "%s%s%s", org != NULL ? org : "",
	    org != NULL ? "/" : "", w->name);
	rc = weigh_repo_parse(&w->r.repo, w->kind, text, strlen(text), err);
	return rc == WEIGH_MALFORMED ? WEIGH_USAGE : rc;
}

enum weigh_code
weigh_repo_request_parse(struct weigh_repo_request *out, const char *home,
    const char *text, size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "name", read_name },
		{ "organization", read_organization },
		{ "type", read_type },
		{ "private", read_private },
		{ "visibility", read_visibility },
		{ "files", read_files },
	};
	struct repo_words w = { .kind = WEIGH_MODEL };
	enum weigh_code rc;

	snprintf(w.home, sizeof(w.home), "%s", home);
	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &w, err);
	if (rc == WEIGH_OK)
		rc = join_name(&w, err);
	if (rc == WEIGH_OK)
		*out = w.r;
	return rc;
}

/* --- move ---------------------------------------------------------------------------------- */

struct move_words {
	enum weigh_kind kind;
	char from[WEIGH_NAME_MAX + 1], to[WEIGH_NAME_MAX + 1];
};

static enum weigh_code
read_from(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct move_words *w = out;

	return weigh_json_copy(j, first, w->from, sizeof(w->from), err);
}

static enum weigh_code
read_to(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct move_words *w = out;

	return weigh_json_copy(j, first, w->to, sizeof(w->to), err);
}

static enum weigh_code
read_move_type(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct move_words *w = out;

	return read_kind(j, first, &w->kind, err);
}

enum weigh_code
weigh_move_request_parse(struct weigh_move_request *out, const char *text,
    size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "fromRepo", read_from },
		{ "toRepo", read_to },
		{ "type", read_move_type },
	};
	struct move_words w = { .kind = WEIGH_MODEL };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &w, err);
	if (rc == WEIGH_OK)
		rc = weigh_repo_parse(&out->from, w.kind, w.from,
		    strlen(w.from), err);
	if (rc == WEIGH_OK)
		rc = weigh_repo_parse(&out->to, w.kind, w.to, strlen(w.to),
		    err);
	return rc;
}

/* --- settings ---------------------------------------------------------------------------- */

static enum weigh_code
set_private(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_settings_request *r = out;

	r->has_private = true;
	return read_bool(j, first, &r->is_private, err);
}

static enum weigh_code
set_visibility(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_settings_request *r = out;
	struct repo_words w = { 0 };
	enum weigh_code rc = read_visibility(j, first, &w, err);

	r->has_private = true;
	r->is_private = w.r.visibility == WEIGH_PRIVATE;
	return rc;
}

/* false, or a string: "auto", "manual". */
static enum weigh_code
set_gated(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_settings_request *r = out;
	enum weigh_code rc;
	char word[16];
	bool yes = false;

	r->has_gated = true;
	if (first != WEIGH_JSON_STRING) {
		rc = read_bool(j, first, &yes, err);
		r->gated = yes ? WEIGH_GATED : WEIGH_PUBLIC;
		return rc;
	}
	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	if (rc == WEIGH_OK && strcmp(word, "auto") == 0)
		r->gated = WEIGH_GATED_AUTO;
	else if (rc == WEIGH_OK && strcmp(word, "manual") == 0)
		r->gated = WEIGH_GATED_MANUAL;
	else if (rc == WEIGH_OK)
		rc = weigh_fail(err, WEIGH_USAGE,
		    "gated is false, \"auto\" or \"manual\", not \"%s\"", word);
	return rc;
}

enum weigh_code
weigh_settings_request_parse(struct weigh_settings_request *out,
    const char *text, size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "private", set_private },
		{ "visibility", set_visibility },
		{ "gated", set_gated },
	};

	*out = (struct weigh_settings_request){ 0 };
	return weigh_json_read_object(text, len, rows, COUNT(rows), out, err);
}

enum weigh_visibility
weigh_settings_apply(const struct weigh_settings_request *r,
    enum weigh_visibility now)
{
	bool is_private = r->has_private ? r->is_private : now == WEIGH_PRIVATE;

	if (is_private)
		return WEIGH_PRIVATE;
	if (r->has_gated)
		return r->gated;
	return now == WEIGH_PRIVATE ? WEIGH_PUBLIC : now;
}

/* --- who is let in ------------------------------------------------------------------------ */

static enum weigh_code
read_user(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_access_request *r = out;

	return weigh_json_copy(j, first, r->user, sizeof(r->user), err);
}

static enum weigh_code
read_status(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct {
		const char *word;
		enum weigh_consent_act act;
	} words[] = {
		{ "accepted", WEIGH_CONSENT_GRANT },
		{ "rejected", WEIGH_CONSENT_REFUSE },
		{ "pending", WEIGH_CONSENT_REOPEN },
	};
	struct weigh_access_request *r = out;
	enum weigh_code rc;
	char word[16];

	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	for (size_t i = 0; rc == WEIGH_OK && i < COUNT(words); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		r->act = words[i].act;
		r->has_act = true;
		return WEIGH_OK;
	}
	return rc != WEIGH_OK ?
	    rc :
	    weigh_fail(err, WEIGH_USAGE,
		"a request is accepted, rejected or pending, not \"%s\"", word);
}

static enum weigh_code
read_reason(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_access_request *r = out;

	return weigh_json_copy(j, first, r->reason, sizeof(r->reason), err);
}

enum weigh_code
weigh_access_request_parse(struct weigh_access_request *out, const char *text,
    size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "user", read_user },
		{ "requestId", read_user },
		{ "status", read_status },
		{ "rejectionReason", read_reason },
	};
	enum weigh_code rc;

	*out = (struct weigh_access_request){ .has_act = false };
	rc = weigh_json_read_object(text, len, rows, COUNT(rows), out, err);
	if (rc == WEIGH_OK && out->user[0] == '\0')
		rc = weigh_fail(err, WEIGH_USAGE, "no user was named");
	return rc;
}

/* --- branches and tags -------------------------------------------------------------------- */

static enum weigh_code
read_tag(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_ref_request *r = out;
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, r->name, sizeof(r->name), err);
	return rc == WEIGH_OK ? weigh_rev_check(r->name, strlen(r->name), err) :
				rc;
}

static enum weigh_code
read_at(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_ref_request *r = out;
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, r->at, sizeof(r->at), err);
	return rc == WEIGH_OK ? weigh_rev_check(r->at, strlen(r->at), err) : rc;
}

static enum weigh_code
read_message(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_ref_request *r = out;

	return weigh_json_copy(j, first, r->message, sizeof(r->message), err);
}

static enum weigh_code
read_overwrite(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_ref_request *r = out;

	return read_bool(j, first, &r->overwrite, err);
}

static enum weigh_code
read_empty(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_ref_request *r = out;

	return read_bool(j, first, &r->empty, err);
}

enum weigh_code
weigh_branch_request_parse(struct weigh_ref_request *out, const char *text,
    size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "startingPoint", read_at },
		{ "overwrite", read_overwrite },
		{ "emptyBranch", read_empty },
	};

	*out = (struct weigh_ref_request){ 0 };
	if (len == 0)
		return WEIGH_OK;
	return weigh_json_read_object(text, len, rows, COUNT(rows), out, err);
}

enum weigh_code
weigh_tag_request_parse(struct weigh_ref_request *out, const char *text,
    size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "tag", read_tag },
		{ "message", read_message },
	};
	enum weigh_code rc;

	*out = (struct weigh_ref_request){ 0 };
	rc = weigh_json_read_object(text, len, rows, COUNT(rows), out, err);
	if (rc == WEIGH_OK && out->name[0] == '\0')
		rc = weigh_fail(err, WEIGH_MALFORMED, "there is no 'tag'");
	return rc;
}

/* --- a card to be looked at ------------------------------------------------------------------ */

struct card_words {
	struct weigh_buf *card;
	enum weigh_kind kind;
};

static enum weigh_code
read_content(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct card_words *w = out;
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (first != WEIGH_JSON_STRING)
		return weigh_fail(err, WEIGH_MALFORMED, "a string is expected");
	if (!weigh_buf_add(w->card, text, len))
		return weigh_fail(err, WEIGH_TOO_BIG, "the card is too large");
	return WEIGH_OK;
}

static enum weigh_code
read_card_kind(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct card_words *w = out;

	return read_kind(j, first, &w->kind, err);
}

enum weigh_code
weigh_card_request_parse(struct weigh_buf *card, enum weigh_kind *kind,
    const char *text, size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "content", read_content },
		{ "repoType", read_card_kind },
	};
	struct card_words w = { card, *kind };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &w, err);
	if (rc == WEIGH_OK)
		*kind = w.kind;
	return rc;
}
