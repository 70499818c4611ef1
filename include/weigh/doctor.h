/*
 * doctor: is the house well?  Facts in, verdicts out; whoever gathers the facts
 * (weighd about itself, weigh about the way to it) does nothing but gather.
 *
 * (1) Each check is one row of a table, and always answers.
 * (2) What is not ok says what is wrong and how to mend it; what is ok says what
 *     was looked at.
 * (3) bad: bytes are not what they should be, or something does not work.  warn:
 *     it works, and may not for long, or is less safe than it could be.
 */
#ifndef WEIGH_DOCTOR_H
#define WEIGH_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum weigh_health { WEIGH_HEALTH_OK, WEIGH_HEALTH_WARN, WEIGH_HEALTH_BAD };

/* "ok", "warn", "bad". */
const char *weigh_health_name(enum weigh_health health);

struct weigh_finding {
	const char *check; /* which check: "clock"; static */
	enum weigh_health health;
	char what[512];
	char fix[320]; /* "" when ok */
};

/* --- weighd about itself ------------------------------------------------ */

/* Texts are the gatherer's and may be "", never NULL.  Times are seconds since
 * 1970, 0 when there is none. */
struct weigh_house_facts {
	const char *data; /* the data folder */
	bool writable;
	const char *write_problem;
	uint64_t disk_total, disk_free, keep_free; /* bytes */
	uint64_t inodes_total, inodes_free; /* total 0: not counted there */

	uint64_t files_open, files_limit;
	uint64_t memory_used, memory_limit; /* bytes; limit 0: none */

	int64_t now, newest; /* newest: the last thing written down */

	const char *catalog_problem; /* "": it answered */
	uint64_t catalog_ms;         /* so fast */
	unsigned catalog_schema;
	bool catalog_moved; /* the file with its name is another one */
	bool whole;         /* catalog and journal were read whole */

	const char *journal_problem;
	uint64_t journal_lines;

	bool key_there;
	unsigned key_mode; /* permission bits */
	bool key_foreign;  /* it belongs to another user */

	const char *listening; /* addresses, separated by blanks */

	bool offline;       /* nothing is asked of others */
	unsigned upstreams; /* that are configured */
	bool through;       /* readers' questions bring in what is not here */
	uint64_t asked, unanswered; /* requests to others since the start */

	uint64_t bad;      /* blobs found bad; each has a finding of its own */
	uint64_t damaged;  /* repositories likewise */
	uint64_t hidden;   /* revisions named, and not told; likewise */
	bool hidden_known; /* they were looked for */

	bool scrub_off;
	unsigned scrub_days; /* within which every byte is to be read */
	int64_t scrub_began, scrub_ended; /* the last round; began 0: never */
	int64_t oldest; /* since when the oldest byte was not verified */
	uint64_t blobs;

	bool openat2, seccomp;
	int landlock; /* version of its interface; 0: not there */
	bool root, no_new_privs, filtered; /* by a seccomp filter */
};

#define WEIGH_HOUSE_CHECKS 17

/* Judge; answers how many findings there are: always WEIGH_HOUSE_CHECKS. */
size_t weigh_doctor_house(const struct weigh_house_facts *f,
    struct weigh_finding out[WEIGH_HOUSE_CHECKS]);

/* One blob that was found bad. */
struct weigh_blob_facts {
	const char *sha256;
	uint64_t size;
	const char *problem; /* what the check said; "": not written down */
	const char *user;    /* the first that uses it: "org/name"; "": nobody */
	const char *path;    /* there */
	uint64_t users;      /* how many uses */
};
void weigh_doctor_blob(
    const struct weigh_blob_facts *f, struct weigh_finding *out);

/* Bytes that were set apart and are no trouble any more: `mended` when the blob of
 * that name is good now, else no revision names it. */
void weigh_doctor_evidence(const char *sha256, uint64_t size, const char *why,
    bool mended, struct weigh_finding *out);

/* One repository whose objects were found bad. */
void weigh_doctor_repo(
    const char *name, const char *problem, struct weigh_finding *out);

/* One upstream that was asked: `why` it is of no use now, "" if it is. */
void weigh_doctor_upstream(const char *place, const char *why,
    struct weigh_finding *out);

/* One revision that the catalog does not have: `ref` leads to it, or if that is ""
 * the journal admitted it. */
void weigh_doctor_hidden(const char *name, const char *ref, const char *commit,
    struct weigh_finding *out);

/* --- weigh about the way to it --------------------------------------------- */

struct weigh_way_facts {
	const char *server; /* "unix:PATH" or a URL */
	bool named;         /* by option or environment */
	bool token;         /* one is shown to it */
	bool local;         /* the control socket is what is spoken to */
	const char *version; /* of the weighd that answered; "": none did */
	const char *problem; /* why none did */
	bool refused;        /* one is there, and we may not use it */
	bool unwelcome;      /* it answers, but not us: our token, or none */

	const char *socket; /* its path; "": not on this machine, as far as known */
	bool socket_there, socket_is_one;
	unsigned socket_mode; /* permission bits */
	bool socket_heard;    /* somebody listens on it */

	const char *folder; /* the data folder it would be in; "" */
	bool folder_there;

	bool port_heard; /* somebody listens at the default address */
};

#define WEIGH_WAY_CHECKS 4

size_t weigh_doctor_way(const struct weigh_way_facts *f,
    struct weigh_finding out[WEIGH_WAY_CHECKS]);

#endif
