/* err: see weigh/err.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <weigh/control.h>
#include <weigh/err.h>

#include "utf8.h"

#define AGAIN "try again; nothing was changed"
#define REPORT "run it again with -v and report what it says"

// clang-format off
static const struct weigh_code_info infos[WEIGH_CODES] = {
	[WEIGH_OK] = { WEIGH_OK, "ok", WEIGH_EXIT_OK, 200, "" },
	[WEIGH_NOT_FOUND] = { WEIGH_NOT_FOUND, "not_found",
	    WEIGH_EXIT_NOT_FOUND, 404,
	    "check the name; 'weigh ls' lists what is held here" },
	[WEIGH_EXISTS] = { WEIGH_EXISTS, "exists", WEIGH_EXIT_FAILED, 409,
	    "choose another name" },
	[WEIGH_CONFLICT] = { WEIGH_CONFLICT, "conflict", WEIGH_EXIT_FAILED, 409,
	    "look at what changed meanwhile, then try again" },
	[WEIGH_STALE] = { WEIGH_STALE, "stale", WEIGH_EXIT_FAILED, 412,
	    "get what is there now, and begin from that" },
	[WEIGH_DENIED] = { WEIGH_DENIED, "policy_denied",
	    WEIGH_EXIT_REFUSED, 403,
	    "ask whoever answers for this mirror's policy" },
	[WEIGH_UNAUTHORIZED] = { WEIGH_UNAUTHORIZED, "unauthorized",
	    WEIGH_EXIT_UNAUTHORIZED, 401,
	    "run weigh on the mirror itself, as the user weighd runs as or as root" },
	[WEIGH_FORBIDDEN] = { WEIGH_FORBIDDEN, "forbidden",
	    WEIGH_EXIT_UNAUTHORIZED, 403,
	    "use a token with more rights, or ask the mirror's administrator" },
	[WEIGH_NOT_YET] = { WEIGH_NOT_YET, "not_yet", WEIGH_EXIT_NOT_YET, 503,
	    "try again in a moment" },
	[WEIGH_CANCELED] = { WEIGH_CANCELED, "canceled",
	    WEIGH_EXIT_INTERRUPTED, 503, AGAIN },
	[WEIGH_FOUND] = { WEIGH_FOUND, "found", WEIGH_EXIT_FOUND, 422,
	    "look at what is listed" },
	[WEIGH_USAGE] = { WEIGH_USAGE, "usage", WEIGH_EXIT_USAGE, 400,
	    "'weigh help' shows how it is used" },
	[WEIGH_MALFORMED] = { WEIGH_MALFORMED, "malformed",
	    WEIGH_EXIT_FAILED, 400,
	    "correct the input; weighd does not guess what was meant" },
	[WEIGH_TOO_BIG] = { WEIGH_TOO_BIG, "too_big", WEIGH_EXIT_FAILED, 413,
	    "make it smaller, or split it" },
	[WEIGH_MISMATCH] = { WEIGH_MISMATCH, "mismatch",
	    WEIGH_EXIT_VERIFY, 422,
	    "do not use these bytes; get them again from their source" },
	[WEIGH_CHANGED] = { WEIGH_CHANGED, "changed", WEIGH_EXIT_FAILED, 409,
	    "wait until nobody writes to it, then try again" },
	[WEIGH_IO] = { WEIGH_IO, "io", WEIGH_EXIT_FAILED, 500,
	    "look at the disk and at the system's log" },
	[WEIGH_FULL] = { WEIGH_FULL, "full", WEIGH_EXIT_FAILED, 507,
	    "make room, then try again; nothing was changed" },
	[WEIGH_NOMEM] = { WEIGH_NOMEM, "out_of_memory",
	    WEIGH_EXIT_FAILED, 503,
	    "free some memory, then try again" },
	[WEIGH_NETWORK] = { WEIGH_NETWORK, "network", WEIGH_EXIT_NETWORK, 502,
	    "check the address, and that the server runs" },
	[WEIGH_PARTLY] = { WEIGH_PARTLY, "partly", WEIGH_EXIT_PARTLY, 500,
	    "mend what is listed, then run it again; it goes on from there" },
	[WEIGH_BUG] = { WEIGH_BUG, "bug", WEIGH_EXIT_FAILED, 500, REPORT },
};
// clang-format on

const struct weigh_code_info *
weigh_code_info(enum weigh_code code)
{
	if ((unsigned)code >= WEIGH_CODES)
		code = WEIGH_BUG;
	return &infos[code];
}

enum weigh_code
weigh_code_named(const char *name, size_t len)
{
	for (size_t i = 0; i < WEIGH_CODES; i++)
		if (strlen(infos[i].name) == len &&
		    memcmp(infos[i].name, name, len) == 0)
			return infos[i].code;
	return WEIGH_BUG;
}

void
weigh_err_clear(struct weigh_err *err)
{
	if (err == NULL)
		return;
	err->code = WEIGH_OK;
	err->what[0] = err->why[0] = err->fix[0] = '\0';
}

/*
 * Print into out[size].  A sentence that is too long ends in front of the
 * character that no longer fits, never inside it.
 */
__attribute__((format(printf, 3, 0))) static void
words(char *out, size_t size, const char *fmt, va_list ap)
{
	size_t end = size - 1, last = end;
	int n = vsnprintf(out, size, fmt, ap);

	if (n < 0) {
		out[0] = '\0';
		return;
	}
	if ((size_t)n < size)
		return;
	while (last > 0 && ((unsigned char)out[--last] & 0xc0) == 0x80)
		; /* back to the first byte of the last character */
	if (weigh_utf8_char(out + last, end - last) == 0)
		out[last] = '\0';
}

/* The same for plain words; `text` may be part of a struct weigh_err. */
__attribute__((format(printf, 3, 4))) static void
join(char *out, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	words(out, size, fmt, ap);
	va_end(ap);
}

/* The arguments may point into *err, so print first and clear afterwards. */
static void
fail_words(struct weigh_err *err, enum weigh_code code, const char *why)
{
	weigh_err_clear(err);
	err->code = code;
	memcpy(err->why, why, strlen(why) + 1);
}

enum weigh_code
weigh_fail(struct weigh_err *err, enum weigh_code code, const char *fmt, ...)
{
	char why[sizeof(err->why)];
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	words(why, sizeof(why), fmt, ap);
	va_end(ap);
	fail_words(err, code, why);
	return code;
}

static enum weigh_code
code_of_errno(int errnum)
{
	static const struct {
		int errnum;
		enum weigh_code code;
	} rows[] = {
		{ ENOSPC, WEIGH_FULL },
		{ EDQUOT, WEIGH_FULL },
		{ ENOENT, WEIGH_NOT_FOUND },
		{ ENOMEM, WEIGH_NOMEM },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].errnum == errnum)
			return rows[i].code;
	return WEIGH_IO;
}

enum weigh_code
weigh_fail_errno(struct weigh_err *err, int errnum, const char *fmt, ...)
{
	enum weigh_code code = code_of_errno(errnum);
	char own[sizeof(err->why)], why[sizeof(err->why)], text[128];
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	words(own, sizeof(own), fmt, ap);
	va_end(ap);
	join(why, sizeof(why), "%s: %s", own,
	    strerror_r(errnum, text, sizeof(text)));
	fail_words(err, code, why);
	return code;
}

enum weigh_code
weigh_context(struct weigh_err *err, enum weigh_code rc, const char *fmt, ...)
{
	char front[sizeof(err->why)], why[sizeof(err->why)];
	va_list ap;

	if (err == NULL || rc == WEIGH_OK)
		return rc;
	va_start(ap, fmt);
	words(front, sizeof(front), fmt, ap);
	va_end(ap);
	join(why, sizeof(why), "%s: %s", front, err->why);
	memcpy(err->why, why, strlen(why) + 1);
	return rc;
}

void
weigh_what(struct weigh_err *err, const char *fmt, ...)
{
	char what[sizeof(err->what)];
	va_list ap;

	if (err == NULL)
		return;
	va_start(ap, fmt);
	words(what, sizeof(what), fmt, ap);
	va_end(ap);
	memcpy(err->what, what, strlen(what) + 1);
}

void
weigh_fix(struct weigh_err *err, const char *fmt, ...)
{
	char fix[sizeof(err->fix)];
	va_list ap;

	if (err == NULL)
		return;
	va_start(ap, fmt);
	words(fix, sizeof(fix), fmt, ap);
	va_end(ap);
	memcpy(err->fix, fix, strlen(fix) + 1);
}

const char *
weigh_err_fix(const struct weigh_err *err)
{
	if (err == NULL)
		return "";
	return err->fix[0] != '\0' ? err->fix : weigh_code_info(err->code)->fix;
}
