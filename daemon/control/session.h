/*
 * session: an add under way, from its first file to its publication.
 *
 * (1) It is changed on its loop only; a file belongs to its job while it is being
 *     read, all files to the publishing job at the end.
 * (2) It is freed when its connection has ended and no job has anything of it.
 * (3) What was read and not published is removed from the disk.
 */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "priv.h"

#define SESSION_IN_FLIGHT 8       /* files being read; then the next answer waits */
#define SESSION_FILES_MAX 1000000 /* of one revision */

struct session {
	struct control *control;
	struct session *prev, *next; /* the control's list, under its lock */
	bool listed;
	struct loop *home;
	char id[CONTROL_ID + 1];
	struct weigh_repo repo;
	char branch[WEIGH_REV_MAX + 1];
	char message[4096];
	char origin[128];

	struct gate_file *files; /* those that are sealed */
	size_t nfiles, room;
	size_t queued;    /* files that were begun */
	unsigned reading; /* jobs out */
	atomic_uint_fast64_t total; /* bytes of the files begun */
	struct store_progress progress;
	bool failed;
	struct weigh_err err; /* the first failure */

	struct http_exchange *waiting; /* its answer waits for a free place */
	bool closed;                   /* the connection has ended */
	struct long_job *commit;       /* asked for; NULL: not yet */
	bool publishing;
	bool over; /* the commit has ended, well or not: nothing more is taken */
};

/* Let whoever watches see it, until it is freed. */
void session_list(struct session *s);

/* Free a session that nobody else has seen yet. */
void session_free(struct session *s);

/* The connection has ended: a publication under way is finished, anything else
 * dropped. */
void session_closed(void *thing);

/* Begin to read a file; takes `fd` over if it answers WEIGH_OK. */
enum weigh_code session_read(struct session *s, const char *path, int fd,
    uint64_t size, struct weigh_err *err);

/* Publish if the commit was asked for and everything is read. */
void session_publish(struct session *s);

/* The answer to a file that is queued. */
void session_send_queued(struct http_exchange *x);

#endif
