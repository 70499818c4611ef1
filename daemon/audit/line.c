/* line: see line.h. */
#include "audit/line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <weigh/json.h>

#define TIME_TEXT 21                    /* 2026-01-02T03:04:05Z and a NUL */
#define TIME_LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static const char *const event_names[AUDIT_EVENTS] = {
	[AUDIT_ADMIT] = "admit",
	[AUDIT_WITHDRAW] = "withdraw",
	[AUDIT_QUARANTINE] = "quarantine",
	[AUDIT_DISCARD] = "discard",
	[AUDIT_COLLECT] = "collect",
	[AUDIT_REBUILD] = "rebuild",
	[AUDIT_TOKEN_MADE] = "token-made",
	[AUDIT_TOKEN_REMOVED] = "token-removed",
	[AUDIT_MAKE_REF] = "make",
	[AUDIT_DROP_REF] = "drop",
	[AUDIT_DELETE] = "delete",
	[AUDIT_MOVE] = "move",
	[AUDIT_SHOW] = "show",
	[AUDIT_APPROVE] = "approve",
	[AUDIT_WAIVE] = "waive",
	[AUDIT_REVOKE] = "revoke",
	[AUDIT_DECIDE] = "decide",
	[AUDIT_ACCEPT] = "accept",
	[AUDIT_GRANT] = "grant",
	[AUDIT_REFUSE] = "refuse",
	[AUDIT_REOPEN] = "reopen",
};

/* --- values ------------------------------------------------------------ */

static void
put_oid(struct weigh_jw *w, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	weigh_jw_str(w, hex);
}

static bool
take_text(const char *text, size_t len, char *out, size_t size)
{
	if (len >= size || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static void
put_n(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_u64(w, l->n);
}

static void
put_prev(struct weigh_jw *w, const struct audit_line *l)
{
	put_oid(w, &l->prev);
}

static bool
take_prev(struct audit_line *l, const char *text, size_t len)
{
	return weigh_oid_parse(&l->prev, text, len);
}

static void
put_moment(struct weigh_jw *w, int64_t seconds)
{
	char text[TIME_TEXT] = "";
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	weigh_jw_str(w, text);
}

/* Loose: what strptime lets pass beyond our form is found when the line is
 * written again and compared. */
static bool
take_moment(int64_t *out, const char *text, size_t len)
{
	struct tm tm = { 0 };
	const char *end;

	if (len != TIME_TEXT - 1)
		return false;
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	*out = (int64_t)timegm(&tm);
	return end == text + len;
}

static void
put_time(struct weigh_jw *w, const struct audit_line *l)
{
	put_moment(w, l->time);
}

static bool
take_time(struct audit_line *l, const char *text, size_t len)
{
	return take_moment(&l->time, text, len);
}

static void
put_event(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_str(w, event_names[l->event]);
}

static bool
take_event(struct audit_line *l, const char *text, size_t len)
{
	(void)len;
	for (int i = 0; i < AUDIT_EVENTS; i++) {
		if (strcmp(text, event_names[i]) == 0) {
			l->event = (enum audit_event)i;
			return true;
		}
	}
	return false;
}

static void
put_name(struct weigh_jw *w, const struct weigh_repo *repo)
{
	char text[WEIGH_NAME_MAX + 16];

	snprintf(text, sizeof(text), "%s/%s", weigh_kind_plural(repo->kind),
	    repo->name);
	weigh_jw_str(w, text);
}

static bool
take_name(struct weigh_repo *out, const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	enum weigh_kind kind;
	size_t head;

	if (slash == NULL)
		return false;
	head = (size_t)(slash - text);
	return weigh_kind_parse(&kind, text, head) &&
	    weigh_repo_parse(out, kind, slash + 1, len - head - 1, NULL) ==
	    WEIGH_OK;
}

static void
put_repo(struct weigh_jw *w, const struct audit_line *l)
{
	put_name(w, &l->repo);
}

static bool
take_repo(struct audit_line *l, const char *text, size_t len)
{
	return take_name(&l->repo, text, len);
}

static void
put_target(struct weigh_jw *w, const struct audit_line *l)
{
	put_name(w, &l->target);
}

static bool
take_target(struct audit_line *l, const char *text, size_t len)
{
	return take_name(&l->target, text, len);
}

static void
put_visibility(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_str(w, weigh_visibility_name(l->visibility));
}

static bool
take_visibility(struct audit_line *l, const char *text, size_t len)
{
	return weigh_visibility_parse(&l->visibility, text, len);
}

static void
put_ref(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_str(w, l->ref);
}

static bool
take_ref(struct audit_line *l, const char *text, size_t len)
{
	return take_text(text, len, l->ref, sizeof(l->ref));
}

static void
put_revision(struct weigh_jw *w, const struct audit_line *l)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(&l->revision, hex);
	weigh_jw_str(w, hex);
}

static bool
take_revision(struct audit_line *l, const char *text, size_t len)
{
	return weigh_gitid_parse(&l->revision, text, len);
}

static void
put_manifest(struct weigh_jw *w, const struct audit_line *l)
{
	put_oid(w, &l->manifest);
}

static bool
take_manifest(struct audit_line *l, const char *text, size_t len)
{
	return weigh_oid_parse(&l->manifest, text, len);
}

static void
put_token(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_str(w, l->token);
}

static bool
take_token(struct audit_line *l, const char *text, size_t len)
{
	return take_text(text, len, l->token, sizeof(l->token));
}

static void
put_terms(struct weigh_jw *w, const struct audit_line *l)
{
	put_oid(w, &l->terms);
}

static bool
take_terms(struct audit_line *l, const char *text, size_t len)
{
	return weigh_oid_parse(&l->terms, text, len);
}

static void
put_card(struct weigh_jw *w, const struct audit_line *l)
{
	put_oid(w, &l->card);
}

static bool
take_card(struct audit_line *l, const char *text, size_t len)
{
	return weigh_oid_parse(&l->card, text, len);
}

static void
put_origin(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_str(w, l->origin);
}

static bool
take_origin(struct audit_line *l, const char *text, size_t len)
{
	return take_text(text, len, l->origin, sizeof(l->origin));
}

static void
put_blob(struct weigh_jw *w, const struct audit_line *l)
{
	put_oid(w, &l->blob);
}

static bool
take_blob(struct audit_line *l, const char *text, size_t len)
{
	return weigh_oid_parse(&l->blob, text, len);
}

static void
put_why(struct weigh_jw *w, const struct audit_line *l)
{
	weigh_jw_str(w, l->why);
}

static bool
take_why(struct audit_line *l, const char *text, size_t len)
{
	return take_text(text, len, l->why, sizeof(l->why));
}

/* --- values of acts and decisions ---------------------------------------- */

/* put_X and take_X of a text. */
#define TEXT(name) \
	static void put_##name(struct weigh_jw *w, const struct audit_line *l) \
	{ \
		weigh_jw_str(w, l->name); \
	} \
	static bool take_##name(struct audit_line *l, const char *text, \
	    size_t len) \
	{ \
		return take_text(text, len, l->name, sizeof(l->name)); \
	}
TEXT(rule)
TEXT(purpose)
TEXT(ticket)
TEXT(ruling)
TEXT(reason)
TEXT(because)
#undef TEXT

/* … of a digest. */
#define DIGEST(name) \
	static void put_##name(struct weigh_jw *w, const struct audit_line *l) \
	{ \
		put_oid(w, &l->name); \
	} \
	static bool take_##name(struct audit_line *l, const char *text, \
	    size_t len) \
	{ \
		return weigh_oid_parse(&l->name, text, len); \
	}
DIGEST(basis)
DIGEST(policy)
DIGEST(record)
#undef DIGEST

/* … of a number, as text: only `n` is a number of JSON. */
#define NUMBER(name) \
	static void put_##name(struct weigh_jw *w, const struct audit_line *l) \
	{ \
		put_number(w, l->name); \
	} \
	static bool take_##name(struct audit_line *l, const char *text, \
	    size_t len) \
	{ \
		return take_number(&l->name, text, len); \
	}

static void
put_number(struct weigh_jw *w, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	weigh_jw_str(w, text);
}

/* Loose, as take_moment. */
static bool
take_number(uint64_t *out, const char *text, size_t len)
{
	*out = 0;
	if (len == 0 || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = 10 * *out + (uint64_t)(text[i] - '0');
	}
	return true;
}

NUMBER(revokes)
NUMBER(option)
NUMBER(approved)
#undef NUMBER

/* "": no end. */
static void
put_until(struct weigh_jw *w, const struct audit_line *l)
{
	if (l->until == 0)
		weigh_jw_str(w, "");
	else
		put_moment(w, l->until);
}

static bool
take_until(struct audit_line *l, const char *text, size_t len)
{
	return len == 0 || take_moment(&l->until, text, len);
}

/* --- the table --------------------------------------------------------- */

#define IN(event) (1u << (event))
#define IN_REVISION (IN(AUDIT_ADMIT) | IN(AUDIT_WITHDRAW))
#define IN_REF (IN_REVISION | IN(AUDIT_MAKE_REF) | IN(AUDIT_DROP_REF))
#define IN_ACT (IN(AUDIT_APPROVE) | IN(AUDIT_WAIVE) | IN(AUDIT_REVOKE))
#define IN_LICENSE (IN_ACT | IN(AUDIT_DECIDE))
#define IN_ENDING (IN(AUDIT_APPROVE) | IN(AUDIT_WAIVE) | IN(AUDIT_DECIDE))
#define IN_PURPOSE (IN(AUDIT_APPROVE) | IN(AUDIT_DECIDE))
#define IN_RULE (IN(AUDIT_WAIVE) | IN(AUDIT_DECIDE))
#define IN_RULING (IN(AUDIT_GRANT) | IN(AUDIT_REFUSE) | IN(AUDIT_REOPEN))
#define IN_CONSENT (IN(AUDIT_ACCEPT) | IN_RULING)
#define IN_REPO \
	(IN_REF | IN_LICENSE | IN_CONSENT | IN(AUDIT_DELETE) | \
	    IN(AUDIT_MOVE) | IN(AUDIT_SHOW))
#define IN_BLOB (IN(AUDIT_QUARANTINE) | IN(AUDIT_DISCARD))
#define IN_ALL (IN(AUDIT_EVENTS) - 1)

/* The journal's format: which key, in which events, in this order. */
static const struct row {
	const char *key;
	unsigned events;
	void (*put)(struct weigh_jw *w, const struct audit_line *l);
	/* of a string; NULL for `n`, the one number */
	bool (*take)(struct audit_line *l, const char *text, size_t len);
} rows[] = {
	{ "n", IN_ALL, put_n, NULL },
	{ "prev", IN_ALL, put_prev, take_prev },
	{ "time", IN_ALL, put_time, take_time },
	{ "event", IN_ALL, put_event, take_event },
	{ "repo", IN_REPO, put_repo, take_repo },
	{ "ref", IN_REF, put_ref, take_ref },
	{ "revision", IN_REF | IN_LICENSE | IN(AUDIT_ACCEPT), put_revision,
	    take_revision },
	{ "manifest", IN_REVISION, put_manifest, take_manifest },
	{ "to", IN(AUDIT_MOVE), put_target, take_target },
	{ "visibility", IN(AUDIT_SHOW), put_visibility, take_visibility },
	{ "token", IN_CONSENT, put_token, take_token },
	{ "terms", IN(AUDIT_ACCEPT), put_terms, take_terms },
	{ "card", IN(AUDIT_ACCEPT), put_card, take_card },
	{ "origin", IN_REPO, put_origin, take_origin },
	{ "blob", IN_BLOB, put_blob, take_blob },
	{ "rule", IN_RULE, put_rule, take_rule },
	{ "purpose", IN_PURPOSE, put_purpose, take_purpose },
	{ "ruling", IN(AUDIT_DECIDE), put_ruling, take_ruling },
	{ "option", IN(AUDIT_DECIDE), put_option, take_option },
	{ "reason", IN(AUDIT_DECIDE), put_reason, take_reason },
	{ "because", IN(AUDIT_DECIDE), put_because, take_because },
	{ "policy", IN(AUDIT_DECIDE), put_policy, take_policy },
	{ "record", IN(AUDIT_DECIDE), put_record, take_record },
	{ "approved", IN(AUDIT_DECIDE), put_approved, take_approved },
	{ "revokes", IN(AUDIT_REVOKE), put_revokes, take_revokes },
	{ "basis", IN(AUDIT_APPROVE), put_basis, take_basis },
	{ "until", IN_ENDING, put_until, take_until },
	{ "ticket", IN_ACT, put_ticket, take_ticket },
	{ "why", (IN_ALL & ~IN_REPO) | IN_ACT | IN_RULING, put_why, take_why },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The row after `i` that this event has; ROWS at the end.  `event` itself
 * stands before the first row that depends on it. */
static size_t
next_row(const struct audit_line *l, size_t i)
{
	while (i < ROWS && (rows[i].events & IN(l->event)) == 0)
		i++;
	return i;
}

/* --- there ------------------------------------------------------------- */

/* Prose for people: cut between characters, and never a byte that the reader
 * would refuse. */
static void
copy_prose(char *out, size_t size, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
	if (weigh_utf8_ok(out, len))
		return;
	for (char *p = out; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	}
}

/* A word that somebody looks up by: whole, or not at all. */
static enum weigh_code
copy_word(char *out, size_t size, const char *text, const char *what,
    struct weigh_err *err)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len >= size || !weigh_utf8_ok(text != NULL ? text : "", len))
		return weigh_fail(err, WEIGH_USAGE,
		    "a %s is UTF-8 of at most %zu bytes", what, size - 1);
	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
	return WEIGH_OK;
}

static enum weigh_code
copy_words(struct audit_line *out, const struct audit_entry *entry,
    struct weigh_err *err)
{
	enum weigh_code rc = copy_word(out->rule, sizeof(out->rule),
	    entry->rule, "rule", err);

	if (rc == WEIGH_OK)
		rc = copy_word(out->purpose, sizeof(out->purpose),
		    entry->purpose, "purpose", err);
	if (rc == WEIGH_OK)
		rc = copy_word(out->ticket, sizeof(out->ticket), entry->ticket,
		    "ticket", err);
	if (rc == WEIGH_OK)
		rc = copy_word(out->ruling, sizeof(out->ruling), entry->ruling,
		    "ruling", err);
	if (rc == WEIGH_OK && (entry->until < 0 || entry->until > TIME_LAST))
		rc = weigh_fail(err, WEIGH_USAGE, "an end no clock shows");
	return rc;
}

/* What an act or a decision has beside its repository. */
static enum weigh_code
copy_act(struct audit_line *out, const struct audit_entry *entry,
    struct weigh_err *err)
{
	out->revision = entry->revision;
	out->until = entry->until;
	out->basis = entry->basis;
	out->policy = entry->policy;
	out->record = entry->record;
	out->revokes = entry->revokes;
	out->option = entry->option;
	out->approved = entry->approved;
	copy_prose(out->why, sizeof(out->why), entry->why);
	copy_prose(out->reason, sizeof(out->reason), entry->reason);
	copy_prose(out->because, sizeof(out->because), entry->because);
	return copy_words(out, entry, err);
}

void
line_to_entry(const struct audit_line *line, struct audit_entry *out)
{
	*out = (struct audit_entry){
		.event = line->event,
		.time = line->time,
		.repo = &line->repo,
		.origin = line->origin,
		.revision = line->revision,
		.why = line->why,
		.rule = line->rule,
		.purpose = line->purpose,
		.ticket = line->ticket,
		.ruling = line->ruling,
		.until = line->until,
		.basis = line->basis,
		.revokes = line->revokes,
		.policy = line->policy,
		.record = line->record,
		.option = line->option,
		.approved = line->approved,
		.reason = line->reason,
		.because = line->because,
	};
}

enum weigh_code
line_from_entry(struct audit_line *out, const struct audit_entry *entry,
    struct weigh_err *err)
{
	enum weigh_code rc;

	*out = (struct audit_line){ .event = entry->event,
		.time = entry->time };
	if (entry->time < 0 || entry->time > TIME_LAST)
		return weigh_fail(err, WEIGH_USAGE, "a time no clock shows");
	switch (entry->event) {
	case AUDIT_ADMIT:
	case AUDIT_WITHDRAW:
	case AUDIT_MAKE_REF:
	case AUDIT_DROP_REF:
		if (strlen(entry->ref) >= sizeof(out->ref) ||
		    !weigh_utf8_ok(entry->ref, strlen(entry->ref)))
			return weigh_fail(err, WEIGH_USAGE, "a bad ref name");
		memcpy(out->ref, entry->ref, strlen(entry->ref) + 1);
		out->revision = entry->revision;
		out->manifest = entry->manifest;
		break;
	case AUDIT_MOVE:
		out->target = *entry->target;
		break;
	case AUDIT_SHOW:
		out->visibility = entry->visibility;
		break;
	case AUDIT_DELETE:
		break;
	case AUDIT_APPROVE:
	case AUDIT_WAIVE:
	case AUDIT_REVOKE:
	case AUDIT_DECIDE:
		if ((rc = copy_act(out, entry, err)) != WEIGH_OK)
			return rc;
		break;
	case AUDIT_ACCEPT:
		out->revision = entry->revision;
		out->terms = entry->terms;
		out->card = entry->card;
		snprintf(out->token, sizeof(out->token), "%s", entry->token);
		break;
	case AUDIT_GRANT:
	case AUDIT_REFUSE:
	case AUDIT_REOPEN:
		snprintf(out->token, sizeof(out->token), "%s", entry->token);
		copy_prose(out->why, sizeof(out->why), entry->why);
		break;
	case AUDIT_QUARANTINE:
	case AUDIT_DISCARD:
		out->blob = entry->blob;
		copy_prose(out->why, sizeof(out->why), entry->why);
		return WEIGH_OK;
	case AUDIT_COLLECT:
	case AUDIT_REBUILD:
	case AUDIT_TOKEN_MADE:
	case AUDIT_TOKEN_REMOVED:
		copy_prose(out->why, sizeof(out->why), entry->why);
		return WEIGH_OK;
	case AUDIT_EVENTS:
		return weigh_fail(err, WEIGH_BUG, "an event that is none");
	}
	out->repo = *entry->repo;
	copy_prose(out->origin, sizeof(out->origin), entry->origin);
	return WEIGH_OK;
}

bool
line_render(const struct audit_line *line, struct weigh_buf *out)
{
	struct weigh_jw w;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	for (size_t i = 0; (i = next_row(line, i)) < ROWS; i++) {
		weigh_jw_key(&w, rows[i].key);
		rows[i].put(&w, line);
	}
	weigh_jw_object_end(&w);
	return !out->failed;
}

/* --- and back ---------------------------------------------------------- */

static bool
take_row(struct audit_line *l, const struct row *row, struct weigh_json *j)
{
	const char *text;
	size_t len;

	if (weigh_json_next(j) != WEIGH_JSON_KEY)
		return false;
	text = weigh_json_text(j, &len);
	if (len != strlen(row->key) || memcmp(text, row->key, len) != 0)
		return false;
	if (row->take == NULL)
		return weigh_json_next(j) == WEIGH_JSON_NUMBER &&
		    weigh_json_u64(j, &l->n);
	if (weigh_json_next(j) != WEIGH_JSON_STRING)
		return false;
	text = weigh_json_text(j, &len);
	return row->take(l, text, len);
}

static enum weigh_code
take_rows(struct audit_line *l, struct weigh_json *j, struct weigh_err *err)
{
	size_t i;

	if (weigh_json_next(j) != WEIGH_JSON_OBJECT)
		return weigh_fail(err, WEIGH_MALFORMED, "not an object");
	for (i = 0; (i = next_row(l, i)) < ROWS; i++) {
		if (!take_row(l, &rows[i], j))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "no good '%s' in its place", rows[i].key);
	}
	if (weigh_json_next(j) != WEIGH_JSON_OBJECT_END ||
	    weigh_json_next(j) != WEIGH_JSON_END)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "something behind the last key");
	return WEIGH_OK;
}

/* Invariant (1). */
static enum weigh_code
check_canonical(const struct audit_line *l, const char *text, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct weigh_buf again;

	weigh_buf_init(&again, AUDIT_LINE_MAX);
	if (!line_render(l, &again))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else if (again.len != len || memcmp(again.data, text, len) != 0)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "written in another form than ours");
	weigh_buf_free(&again);
	return rc;
}

enum weigh_code
line_parse(struct audit_line *out, const char *text, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc;
	struct weigh_json *j;

	*out = (struct audit_line){ .n = 0 };
	if (len > AUDIT_LINE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG, "over %d bytes",
		    AUDIT_LINE_MAX);
	if ((j = weigh_json_new(&weigh_json_small)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_json_feed(j, text, len, true);
	rc = take_rows(out, j, err);
	weigh_json_free(j);
	if (rc == WEIGH_OK)
		rc = check_canonical(out, text, len, err);
	return rc;
}
