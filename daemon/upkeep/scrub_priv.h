/* scrub_priv: what the files of scrub share. */
#ifndef UPKEEP_SCRUB_PRIV_H
#define UPKEEP_SCRUB_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"
#include "upkeep/scrub.h"

#define SCRUB_SECOND UINT64_C(1000000000) /* in nanoseconds */
#define SCRUB_MINUTE (60 * SCRUB_SECOND)
#define SCRUB_DAY INT64_C(86400) /* in seconds */

struct scrub {
	struct scrub_parts parts;
	unsigned start_seconds;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* of the next two */
	struct scrub_status status;
	bool changed; /* settings are others: a nap is over */
	pthread_cond_t wake;

	atomic_uint_fast64_t read_bytes, read_blobs, found, failed;
	struct store_progress progress; /* of the thread; `cancel`: stop */

	/* The thread's own. */
	struct catalog_reader *reader;
	struct scrub_status seen; /* a copy: at the last look */
	bool reading;             /* something is being read */
	uint64_t rate;            /* bytes a second */
	uint64_t next_look;       /* at hours and load */
	struct pace_load load;
	uint64_t load_at;
	uint64_t slice_began, slice_bytes; /* what the rate is measured by */
	uint64_t generation;       /* of the gate, when the list began */
	struct catalog_turn after; /* the list goes on behind this blob */
	bool any_after;
	struct catalog_turn after_repo;
	bool any_after_repo;
	struct catalog_place place; /* kept in the catalog; offset 0: none */
	uint64_t place_at;          /* when */
	bool place_first;           /* it is read next */
	int64_t catalog_tried, journal_tried;
};

/* Nanoseconds of the monotonic clock. */
uint64_t scrub_clock(void);
/* Sleep; false: it was woken, to stop or to look at other settings. */
bool scrub_nap(struct scrub *s, uint64_t ns);
/* Wait while it must not read.  WEIGH_CANCELED: stopping, or off. */
enum weigh_code scrub_wait_turn(struct scrub *s, struct weigh_err *err);
/* `len` bytes were read: wait until more may be. */
enum weigh_code scrub_keep_pace(struct scrub *s, size_t len,
    struct weigh_err *err);

/* One thing that is due; false: nothing was. */
bool scrub_turn_blob(struct scrub *s);
bool scrub_turn_repo(struct scrub *s);
bool scrub_turn_catalog(struct scrub *s);
bool scrub_turn_journal(struct scrub *s);

/* Where the last run stopped. */
void scrub_recall_place(struct scrub *s);

#endif
