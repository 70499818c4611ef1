/*
 * log: one line per event on stderr, key=value, for people and for grep:
 *
 *     2026-01-02T03:04:05.678Z level=info event=admit name=acme/demo revision=c0ffee…
 *
 * (1) Includes base only, for ever: counters and thread names reach it by calls
 *     from above.
 * (2) A value with a blank, quote, '=' or control character is quoted and
 *     escaped, so that one event is always one line.
 * (3) Secrets are not logged: nothing here takes headers or query strings.
 *
 * Threads: any; one write(2) a line.  Blocks only if stderr does.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

enum log_level { LOG_ERROR_LEVEL, LOG_WARN_LEVEL, LOG_INFO_LEVEL, LOG_DEBUG_LEVEL };

/* What is written; the default is info. */
void log_set_level(enum log_level level);
/* "error", "warn", "info", "debug"; -1 for others. */
int log_level_parse(const char *text);

/* Write a line: `event`, then pairs of key and value (both const char *), ended
 * by a NULL key.  A NULL value leaves its pair out. */
void log_event(enum log_level level, const char *event, ...)
    __attribute__((sentinel));

#endif
