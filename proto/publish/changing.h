/*
 * changing: a line of a commit while it is read.  changes.c has the machine that the
 * tokens of a line move, change_fields.c the kinds of lines and how the value of
 * each of their fields is taken.  Private to proto/publish.
 */
#ifndef PUBLISH_CHANGING_H
#define PUBLISH_CHANGING_H

#include <weigh/buf.h>
#include <weigh/changes.h>
#include <weigh/json.h>

#define PART (WEIGH_CHANGES_TEXT + 8u) /* letters of content at a time */

enum place {
	OPEN,
	OUTER,
	KIND,
	VALUE,
	INNER,
	FIELD,
	SKIP,
	CLOSED
};

struct field {
	const char *key;
	enum weigh_code (*take)(struct weigh_changes *c,
	    enum weigh_json_token t);
	bool required;
};

struct kind {
	const char *name;
	enum weigh_changes_event event;
	struct field fields[4];
	unsigned nfields;
};

struct weigh_changes {
	const char *p, *end; /* of the piece */
	bool last;
	struct weigh_json *j; /* of the line; NULL between lines */
	enum place place, after_skip;
	unsigned skip_depth; /* where the value read over ends */
	const struct kind *kind;
	const struct field *field;
	unsigned given; /* a bit for each row of kind->fields */
	bool value;     /* "value" was there */

	struct weigh_change line;
	struct weigh_buf summary, description;
	char letters[4]; /* of base64 that wait for their group */
	unsigned nletters;
	bool padded; /* the padding came: nothing may follow */
	char content[PART / 4 * 3 + 8];
	size_t content_len;

	bool header; /* was read */
	uint64_t lines;
	enum weigh_code code;
	struct weigh_err err;
};

/* The sentence `why`, for a line that is not as it should be. */
enum weigh_code weigh_changes_malformed(struct weigh_changes *c,
    const char *why);

/* The value of "key": which kind of line this is, into c->kind.  A header comes first,
 * and once. */
enum weigh_code weigh_changes_take_kind(struct weigh_changes *c,
    enum weigh_json_token t);

/* May the value of this field come in parts? */
bool weigh_changes_in_parts(const struct field *f);

#endif
