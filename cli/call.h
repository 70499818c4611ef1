/* call: what every verb needs: its arguments, and how it reaches weighd. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include <stdbool.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>

#include "client.h"
#include "doc.h"
#include "opts.h"
#include "out.h"

/* What a verb is called with. */
struct call {
	const struct opts *opts;
	const char *const *args; /* what follows the verb */
	size_t nargs;
	struct out *out;
};

/* Find the server and make a client for it; client_close in any case. */
enum weigh_code call_client(const struct call *c, struct client *client,
    struct weigh_err *err);

/* --timeout, or its default. */
enum weigh_code call_timeout(const struct call *c, unsigned *seconds,
    struct weigh_err *err);

/* --jobs, or `otherwise`. */
enum weigh_code call_jobs(const struct call *c, unsigned otherwise,
    unsigned *jobs, struct weigh_err *err);

/* Read a NAME[@REV]; text that is none is WEIGH_USAGE. */
enum weigh_code call_ref(struct weigh_ref *ref, const char *text,
    struct weigh_err *err);

/* How verbs about one revision begin: read the NAME[@REV] and make a client for
 * the server; client_close in any case. */
enum weigh_code call_open_ref(const struct call *c, const char *text,
    struct weigh_ref *ref, struct client *client, struct weigh_err *err);

/* Ask `path` about a revision. */
enum weigh_code call_ref_doc(struct client *client, const char *path,
    const struct weigh_ref *ref, const char *schema, struct doc **out,
    struct weigh_err *err);

/* Replace what names the revision by its commit id: a branch that moves between
 * two questions then cannot mix two revisions. */
enum weigh_code call_pin(struct client *client, struct weigh_ref *ref,
    struct weigh_err *err);

/* The files of a pinned revision: weigh.files/1, all pages, sorted by path. */
enum weigh_code call_files(struct client *client, const struct weigh_ref *ref,
    struct doc **out, struct weigh_err *err);

/* Has nobody yet said, in other words than the cause, what could not be done?
 * Then the verb should, with weigh_what. */
bool call_needs_what(const struct weigh_err *err);

/* Append `?key=value`, or `&key=value` from the second on. */
void call_query(struct weigh_buf *path, const char *key, const char *value);

/* Append ?name= and, if there is one, &revision=. */
void call_query_ref(struct weigh_buf *path, const struct weigh_ref *ref);

/* All pages of a list as one document without "next".  `path` is the question
 * without after and limit; `list` names the member that goes on. */
enum weigh_code call_pages(struct client *client, const char *path,
    const char *schema, const char *list, struct doc **out,
    struct weigh_err *err);

/* Append the bytes of a file of a revision; no more than `out` takes. */
enum weigh_code call_file(struct client *client, const struct weigh_ref *ref,
    const char *path, struct weigh_buf *out, struct weigh_err *err);

/* Has a row of the list a member that is neither 0 nor false? */
bool call_any(const struct doc *d, const char *list, const char *key);

/* Say that some files of a list are bad, and where they are named. */
void call_say_bad(const struct call *c);

/* Print an answer: as JSON whole, else its members, or its list's rows. */
enum weigh_code call_print_list(const struct call *c, const struct doc *d,
    const char *list, const struct out_column *columns, size_t n,
    struct weigh_err *err);
enum weigh_code call_print(const struct call *c, const struct doc *d,
    const struct out_column *columns, size_t n, struct weigh_err *err);
/* What housekeeping came upon: the rows of "items" if there are any, the summary
 * for people, and on stderr what is not listed and what to do next. */
enum weigh_code call_print_items(const struct call *c, const struct doc *d,
    const struct out_column *columns, size_t n,
    void (*print_summary)(const struct doc *d), struct weigh_err *err);

#endif
