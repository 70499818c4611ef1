/*
 * template: SPDX's template marks, taken out of a text.  Private to proto/license.
 *
 *     <<beginOptional>> ... <<endOptional>>
 *     <<var;name="holder";original="the authors";match=".+">>
 *
 * SPDX 2.3, annex B.3.4 ("License templates").  Two names mean more: an optional part named
 * "title" is the license's title, a var named "copyright" is a notice of copyright.
 */
#ifndef PROTO_LICENSE_TEMPLATE_H
#define PROTO_LICENSE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>

#include "pack.h"

/* Bytes [start, end) of the text; `parent` is the mark around it, or LICENSE_NO_SPAN. */
struct license_mark {
	uint32_t start, end;
	enum license_span_kind kind; /* OPTIONAL, TITLE, COPYRIGHT or ONE_OF */
	uint16_t parent;
	const char *match; /* of a var: in the text that was read */
	size_t match_len;
};

struct license_markup {
	char *text; /* without marks, with what they had originally */
	size_t len;
	struct license_mark *marks; /* in the order in which they begin */
	size_t nmarks, room;
};

/* *out is the caller's (license_markup_free), also after a failure; `text` must live as
 * long.  WEIGH_MALFORMED: marks that do not close; WEIGH_TOO_BIG; WEIGH_NOMEM. */
enum weigh_code license_markup_read(struct license_markup *out,
    const char *text, size_t len, struct weigh_err *err);
void license_markup_free(struct license_markup *m);

/*
 * What a var's match="..." lets stand there, written out.  It is a regular expression,
 * of which SPDX's texts use a little: alternatives, groups, '?', a few classes, and runs
 * of anything.
 */
#define PATTERN_ANY '\1'  /* in a text: any words */
#define PATTERN_TEXTS 64  /* more alternatives than that: any words */
#define PATTERN_TEXT 1024 /* bytes of one */
struct license_pattern {
	char *texts[PATTERN_TEXTS];
	size_t ntexts; /* 0: any words may stand there */
	bool numbers;  /* and numbers among them: an address, a version */
};
/* Any bytes are a pattern: what is not understood is any words.  *out is the caller's
 * (license_pattern_free).  WEIGH_NOMEM only. */
enum weigh_code license_pattern_read(struct license_pattern *out,
    const char *match, size_t len, struct weigh_err *err);
void license_pattern_free(struct license_pattern *p);

#endif
