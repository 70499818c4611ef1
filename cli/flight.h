/*
 * flight: one file being fetched by libcurl: carries out what the transfer
 * machine (weigh/transfer.h) says.
 */
#ifndef CLI_FLIGHT_H
#define CLI_FLIGHT_H

#include <curl/curl.h>

#include <weigh/buf.h>
#include <weigh/transfer.h>

#include "pull.h"

enum flight_state {
	FLIGHT_FREE,
	FLIGHT_LIST,   /* asking for the midstate list */
	FLIGHT_BODY,   /* asking for bytes */
	FLIGHT_ASLEEP, /* until wake_ms */
	FLIGHT_LANDED, /* the file has its name */
	FLIGHT_FAILED  /* see err */
};

struct flight {
	enum flight_state state;
	struct pull *p;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char words[CURL_ERROR_SIZE];
	struct pull_file *file;
	struct pull_partial partial;
	struct weigh_transfer t;
	struct weigh_buf list;   /* midstates */
	struct weigh_buf answer; /* the body of an error */
	bool head_seen;          /* of the answer coming in */
	enum weigh_transfer_action next; /* what a callback left to do */
	uint64_t wake_ms;
	bool waited; /* and said why, once for this file */
	int bar;
	struct weigh_err err;
};

/* Take memory; FLIGHT_FREE.  False when there is none. */
bool flight_init(struct flight *f, struct pull *p, CURLM *multi);
void flight_free(struct flight *f);

/* Begin with a file: the flight is then in some state but FREE. */
void flight_begin(struct flight *f, struct pull_file *file);
/* libcurl is done with the easy handle. */
void flight_ended(struct flight *f, CURLcode code);
/* The time of FLIGHT_ASLEEP is over. */
void flight_wake(struct flight *f);
/* Leave what is on disk for the next run; FLIGHT_FREE again. */
void flight_drop(struct flight *f, bool finished);

#endif
