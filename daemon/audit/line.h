/*
 * line: one event of the journal as JSON, there and back.  Pure.
 *
 * (1) The form is canonical: keys in the order of the table, no blanks.  A line
 *     that says the same in other bytes is refused, so a line and its hash are
 *     one thing.
 * (2) What line_render writes, line_parse reads as the same.
 */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include <weigh/buf.h>

#include "audit/audit.h"

#define AUDIT_LINE_MAX 16384 /* bytes of a line, without its line feed */

struct audit_line {
	uint64_t n;            /* 1 for the first */
	struct weigh_oid prev; /* of the line before; zero for the first */
	int64_t time;
	enum audit_event event;
	/* as in audit_entry */
	struct weigh_repo repo;
	char ref[WEIGH_REV_MAX + 16];
	struct weigh_gitid revision;
	struct weigh_oid manifest;
	struct weigh_repo target;
	enum weigh_visibility visibility;
	char token[64];
	struct weigh_oid terms, card;
	char origin[512];
	struct weigh_oid blob;
	char why[1024];
	char rule[AUDIT_WORD + 1], purpose[AUDIT_WORD + 1];
	char ticket[AUDIT_WORD + 1];
	char ruling[8];
	int64_t until;
	struct weigh_oid basis, policy, record;
	uint64_t revokes, option, approved;
	char reason[512], because[512];
};

/* The entry in a line's words: prose too long is cut, bytes that are not UTF-8
 * become '?'.  WEIGH_USAGE for a ref, rule, purpose, ticket or ruling that
 * does not fit or a time outside the years 1970 to 9999. */
enum weigh_code line_from_entry(struct audit_line *out,
    const struct audit_entry *entry, struct weigh_err *err);

/* Append the line, without line feed.  False: out->failed. */
bool line_render(const struct audit_line *line, struct weigh_buf *out);

enum weigh_code line_parse(struct audit_line *out, const char *text, size_t len,
    struct weigh_err *err);

/* The entry that a line of an act or a decision is; it points into the line. */
void line_to_entry(const struct audit_line *line, struct audit_entry *out);

/* Every line of the journal, oldest first. */
enum weigh_code audit_each_line(struct audit *a,
    enum weigh_code (*each)(void *ctx, const struct audit_line *line,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

#endif
