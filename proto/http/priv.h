/*
 * priv: what the files of proto/http share: classes of octets, the reader's
 * state, and the checks of single lines.
 */
#ifndef WEIGH_HTTP_PRIV_H
#define WEIGH_HTTP_PRIV_H

#include <weigh/http.h>

/*
 * Classes of octets.  One table, one look-up per byte; class.c draws it.
 */
#define CLASS_VALUE 0x01u      /* may stand in a field value, blanks included */
#define CLASS_TARGET 0x02u     /* may stand in a request target */
#define CLASS_TOKEN 0x04u      /* tchar, RFC 9110 section 5.6.2 */
#define CLASS_UNRESERVED 0x08u /* RFC 3986 section 2.3 */
#define CLASS_HOST 0x10u       /* may stand in a registered name, without '%' */
#define CLASS_HEX 0x20u
#define CLASS_DIGIT 0x40u

extern const uint8_t weigh_http_class[256];

static inline bool
in_class(char c, unsigned class)
{
	return (weigh_http_class[(unsigned char)c] & class) != 0;
}

/* How many bytes at `p`, of at most `len`, belong to the class. */
size_t weigh_http_run(const char *p, size_t len, unsigned class);

/* The value of a hex digit. */
unsigned weigh_http_hex(char c);

/* The span without the blanks (SP, HTAB) around it. */
struct weigh_span weigh_http_trim(struct weigh_span s);

/* Take the next element of a comma-separated list from *list, trimmed; false
 * at its end.  Empty elements are passed on. */
bool weigh_http_list_next(struct weigh_span *list, struct weigh_span *element);

/* The field's one value among `count`, as weigh_http_field. */
struct weigh_span weigh_http_find(const struct weigh_http_field *fields,
    unsigned count, const char *name);

/* Content-Length: digits only, value within 63 bits. */
bool weigh_http_length_parse(struct weigh_span value, uint64_t *out);

/* The status a Transfer-Encoding deserves: 0 for exactly `chunked`, 501 for a
 * list that names a coding we do not know, 400 for anything else. */
int weigh_http_coding_check(struct weigh_span value);

/* Does the list in a Connection field hold `close`? */
bool weigh_http_says_close(struct weigh_span value);

/* uri-host [ ":" port ] (RFC 9110 section 4.2.1), not empty. */
bool weigh_http_authority_ok(struct weigh_span s);

/* Is every '%' followed by two hex digits, and none of them `%00`? */
bool weigh_http_escapes_ok(struct weigh_span s);

/*
 * The reader.
 *
 *   METHOD ─SP─► TARGET ─SP─► VERSION ─LF─► LINE ─► NAME ─':'─► VALUE
 *                                           ▲ │                   │ CR
 *                                           │ │ CR     line is    ▼
 *                                           │ └──────┐ parsed  LINE_LF
 *                                           └────────┼────LF──────┘
 *                             head is judged, event  ▼
 *         DONE ◄──(no body, or trailer's end)──── LAST_LF ──► LENGTH ──► DONE
 *           ▲                                        │ chunked
 *           │ last chunk: LINE (trailer)             ▼
 *           └──────────── SIZE ─';'─► EXTENSION ─CR─► SIZE_LF ─► DATA
 *                          ▲                                      │
 *                          └──LF── DATA_LF ◄──CR── DATA_CR ◄──────┘
 */
enum phase {
	METHOD,
	TARGET,
	VERSION,
	LINE,
	NAME,
	VALUE,
	LINE_LF,
	LAST_LF,
	LENGTH,
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	DONE,
	PHASES
};

struct weigh_http_reader_state {
	enum phase phase;
	bool trailer;     /* LINE … LAST_LF read the trailer section */
	unsigned seen;    /* bit per row of head.c's table of fields */
	size_t room;      /* bytes this line may still have */
	size_t max;       /* bytes this line may have in all */
	size_t budget;    /* bytes this section may still have */
	size_t line;      /* where this line begins in text */
	size_t mark;      /* where the target, or the field's value, begins */
	unsigned matched; /* bytes of the version, digits of the chunk size */
	char major, minor;
	uint64_t left;     /* of the body, or of this chunk */
	size_t extensions; /* bytes of chunk extensions in this body */
	size_t len, cap;   /* of text */
	char text[];       /* the head as it came, without line ends */
};

/* The bytes being read. */
struct cursor {
	const char *p;
	const char *end;
};

/* Refuse the request: nothing is read after this. */
enum weigh_http_event weigh_http_refuse(struct weigh_http_reader *r, int status,
    const char *reason);

/* Enter the trailer section. */
void weigh_http_begin_trailer(struct weigh_http_reader *r);

/* head.c: what a complete line means.  WEIGH_HTTP_MORE when all is well, else
 * BAD, with status and reason in the reader. */
enum weigh_http_event weigh_http_request_line(struct weigh_http_reader *r);
enum weigh_http_event weigh_http_field_line(struct weigh_http_reader *r);
enum weigh_http_event weigh_http_head_end(struct weigh_http_reader *r);

/* body.c: one step per phase. */
enum weigh_http_event weigh_http_step_length(struct weigh_http_reader *r,
    struct cursor *c);
enum weigh_http_event weigh_http_step_size(struct weigh_http_reader *r,
    struct cursor *c);
enum weigh_http_event weigh_http_step_extension(struct weigh_http_reader *r,
    struct cursor *c);
enum weigh_http_event weigh_http_step_size_lf(struct weigh_http_reader *r,
    struct cursor *c);
enum weigh_http_event weigh_http_step_data(struct weigh_http_reader *r,
    struct cursor *c);
enum weigh_http_event weigh_http_step_data_cr(struct weigh_http_reader *r,
    struct cursor *c);
enum weigh_http_event weigh_http_step_data_lf(struct weigh_http_reader *r,
    struct cursor *c);

#endif
