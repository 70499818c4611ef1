/* priv: what the files of control/ share. */
#ifndef CONTROL_PRIV_H
#define CONTROL_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include <weigh/control.h>
#include <weigh/json.h>
#include <weigh/route.h>

#include "control/control.h"
#include "net/task.h"

#define CONTROL_JOBS 64            /* long jobs, running and finished */
#define CONTROL_ID 32              /* hex digits of a job's or session's id */
#define CONTROL_RESULT (64u << 20) /* bytes of a job's result */

/* --- long jobs: begun by one request, asked after by others ------------------- */

enum long_state {
	LONG_FREE,
	LONG_RUNNING,
	LONG_DONE,
	LONG_FAILED
};

struct long_job {
	enum long_state state;
	char id[CONTROL_ID + 1];
	char kind[16];                 /* "verify" */
	char subject[WEIGH_REPO_TEXT]; /* what it is about; "" */
	uint64_t ended; /* in this order; what ended first is dropped first */
	uint64_t total; /* bytes to be done */
	struct store_progress progress;
	struct weigh_buf result; /* JSON, when DONE */
	struct weigh_err err;    /* when FAILED */
};

struct control {
	struct control_parts parts;
	struct server *server; /* for what is going on */
	/* Of the jobs' states and the list of sessions; held for a few
	 * instructions. */
	pthread_mutex_t lock;
	struct session *sessions;
	uint64_t serial;
	atomic_bool chore;   /* a gc or rebuild is under way */
	atomic_uint formats; /* enum weigh_formats: what is usually mirrored */
	struct long_job jobs[CONTROL_JOBS];
};

/* A new running job, or NULL when all places are taken by running ones. */
struct long_job *long_begin(struct control *c, uint64_t total);
/* What it is, for whoever watches: "verify", and its subject or "". */
void long_name(struct control *c, struct long_job *j, const char *kind,
    const char *subject);
/* How many bytes there are to do, once that is known. */
void long_set_total(struct control *c, struct long_job *j, uint64_t total);
/* Its end: `result` (taken over) on WEIGH_OK, else err. */
void long_end(struct control *c, struct long_job *j, enum weigh_code rc,
    struct weigh_buf *result, const struct weigh_err *err);
/* Answer 202 with the job's id. */
void long_reply(struct http_exchange *x, const struct long_job *j);
/* Answer that no place is free. */
void long_refuse(struct http_exchange *x);
/* GET jobs/{word} */
void control_job(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
/* Write random hex digits and a NUL. */
bool control_random_id(char out[CONTROL_ID + 1]);

/* --- short questions: answered from a worker ------------------------------------ */

struct question {
	struct http_task task; /* first */
	struct control *control;
	struct weigh_route_match match;
	struct weigh_who who; /* asks */
	void (*answer)(struct question *q, struct catalog_reader *reader);
};

/* Ready a question that the caller allocated, zeroed, with control and who filled
 * in, and give it to a worker. */
void control_submit(struct question *q, struct http_exchange *x,
    void (*answer)(struct question *q, struct catalog_reader *reader));

/* Who sent this request; on the loop. */
void control_who(struct control *c, const struct http_exchange *x,
    struct weigh_who *who);
/* May whoever asks do that to this repository?  Not WEIGH_OK: the reply is the
 * refusal. */
enum weigh_code control_may(struct question *q, struct catalog_reader *reader,
    enum weigh_right right, const struct weigh_repo *repo);

/* The repository and commit that `name` and `revision` of the query mean, which the asker
 * may look at.  Not WEIGH_OK: as control_may. */
struct control_subject {
	struct weigh_ref ref;
	struct weigh_gitid commit;
	char text[WEIGH_REPO_TEXT];
};
enum weigh_code control_subject(struct question *q,
    struct catalog_reader *reader, struct control_subject *s,
    struct weigh_err *err);

/* A parameter of the query; false: none, or longer than `size`, and "" then. */
bool control_query(const struct question *q, const char *key, char *out,
    size_t size);
/* `limit` of a list's page: 1 to 1,000, which it is without. */
unsigned control_limit(const struct question *q);
/* May they, where a refusal is only words: for jobs and rows of lists. */
enum weigh_code control_judge(struct control *c, const struct weigh_who *who,
    struct catalog_reader *reader, enum weigh_right right,
    const struct weigh_repo *repo, struct weigh_err *err);

void control_mirrors(struct question *q, struct catalog_reader *reader);
void control_mirror_jobs(struct question *q, struct catalog_reader *reader);
void control_mirror_job(struct question *q, struct catalog_reader *reader);
void control_events(struct question *q, struct catalog_reader *reader);
void control_pins(struct question *q, struct catalog_reader *reader);
void control_tokens(struct question *q, struct catalog_reader *reader);
void control_status(struct question *q, struct catalog_reader *reader);
void control_models(struct question *q, struct catalog_reader *reader);
void control_files(struct question *q, struct catalog_reader *reader);
void control_show(struct question *q, struct catalog_reader *reader);
void control_manifest(struct question *q, struct catalog_reader *reader);
void control_midstates(struct question *q, struct catalog_reader *reader);
void control_license_texts(struct question *q, struct catalog_reader *reader);
void control_license_record(struct question *q, struct catalog_reader *reader);
void control_terms(struct question *q, struct catalog_reader *reader);
void control_access(struct question *q, struct catalog_reader *reader);
void control_accept(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_access_rule(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_access_set(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_key(struct question *q, struct catalog_reader *reader);
void control_doctor(struct question *q, struct catalog_reader *reader);
void control_scrub_look(struct question *q, struct catalog_reader *reader);

/* Members of weigh.status/1 that scrub has to say. */
enum weigh_code scrub_write_status(struct weigh_jw *w, struct control *c,
    struct catalog_reader *reader, struct weigh_err *err);
/* One finding about a blob, with those who use it, as an element of `findings`. */
struct scrub_finding {
	struct weigh_oid oid;
	uint64_t size;
	int64_t time; /* 0: not known */
	char problem[SCRUB_PROBLEM];
	char segments[STORE_BAD_SEGMENTS * 21 + 1]; /* numbers and blanks */
};
/* Copy one; `ctx` is a struct scrub_finding. */
void scrub_keep_finding(void *ctx, const struct catalog_finding *f);
enum weigh_code scrub_write_blob(struct weigh_jw *w,
    struct catalog_reader *reader, const struct scrub_finding *f,
    struct weigh_err *err);
/* One about something else: `kind` is "repository", "catalog" or "journal". */
void scrub_write_other(struct weigh_jw *w, const char *kind, const char *name,
    int64_t time, const char *problem);

/* --- verbs that begin on the loop -------------------------------------------------- */

void control_top(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_mirror(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_mirror_plan(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_mirror_sync(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_mirror_end(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_mirror_tell(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_pin(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_unpin(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_token_new(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_token_rm(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_verify(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_examine(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_scrub(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_rebuild(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_delete(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_gc(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_add(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_add_file(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_add_progress(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);
void control_add_commit(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m);

/* Answer 200 (or 202) with a JSON body, which is taken over. */
void control_send(struct http_exchange *x, int status, struct weigh_buf *body);
/* Answer with an error; `what` is the headline. */
void control_fail(struct http_exchange *x, struct weigh_err *err,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* What `ls` and `show` say of a revision with so many bad files: the whole of it
 * is not given out while there is one. */
const char *control_decision(uint64_t bad);

#endif
