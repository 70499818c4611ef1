/*
 * house: weighd's parts in one struct, and the steps that build it from the ground
 * up.  Only main.c, held.c, doors.c, outside.c and signals.c know all
 * of it.
 *
 * (1) Steps run in the order of main.c's table, on the one thread there is until
 *     start_threads; each may use what the steps before it made.
 * (2) A step that fails leaves what it made in its place: the house is taken down
 *     by the same function whether it stood or not.
 */
#ifndef HOUSE_H
#define HOUSE_H

#include <event2/event.h>
#include <stdatomic.h>
#include <stdint.h>

#include "audit/audit.h"
#include "catalog/catalog.h"
#include "config.h"
#include "control/control.h"
#include "fetch/figures.h"
#include "fetch/follow.h"
#include "folder.h"
#include "gate/gate.h"
#include "inspect/license.h"
#include "net/server.h"
#include "options.h"
#include "outbound/outbound.h"
#include "pool/pool.h"
#include "repo/repo.h"
#include "serve/serve.h"
#include "store/store.h"
#include "trust/key.h"
#include "trust/tokens.h"
#include "trust/upload_key.h"
#include "upkeep/census.h"
#include "upkeep/scrub.h"

struct house {
	struct options options;
	struct config *config;

	struct folder folder;
	char catalog_path[FOLDER_PATH + 16];
	char aside[64]; /* what a damaged catalog is called now, or "" */

	struct store *store;
	struct catalog *catalog;
	struct audit *audit;
	struct repo_root *repos;
	struct key *key;
	struct tokens *tokens;
	uint8_t upload_key[WEIGH_TICKET_KEY];
	struct inspect_judge *judge; /* of texts of licenses */
	struct gate *gate;

	struct loop **loops;
	unsigned nloops;
	struct pool *writer, *workers, *heavy, *streams;
	struct loop *outer_loop; /* outbound's alone */
	struct outbound *outbound;
	atomic_bool leaving; /* nobody makes room any more */
	struct fetch *fetch;
	struct follow *follow;
	struct scrub *scrub;
	struct census *census;
	struct serve *serve;
	struct control *control;
	struct server *server;
	char addresses[1024]; /* really taken, joined by ", http://" */

	struct event *on_term, *on_int, *on_hup, *drain_tick, *alive_tick;
	int64_t drain_until; /* monotonic seconds; 0: not stopping */
	int64_t started;
};

/* What is held: held.c. */
enum weigh_code house_open_folder(struct house *h, struct weigh_err *err);
enum weigh_code house_open_parts(struct house *h, struct weigh_err *err);
enum weigh_code house_recover(struct house *h, struct weigh_err *err);

/* Who talks to us, and what goes on behind: doors.c. */
enum weigh_code house_make_scrub(struct house *h, struct weigh_err *err);
enum weigh_code house_open_doors(struct house *h, struct weigh_err *err);
enum weigh_code house_start_scrub(struct house *h, struct weigh_err *err);
enum weigh_code house_start_census(struct house *h, struct weigh_err *err);

/* What we ask of others: outside.c. */
enum weigh_code house_open_outside(struct house *h, struct weigh_err *err);
enum weigh_code house_start_fetch(struct house *h, struct weigh_err *err);
void house_close_outside(struct house *h);

/* Who tells us what to do: signals.c. */
enum weigh_code house_watch_signals(struct house *h, struct weigh_err *err);
enum weigh_code house_tell_watchdog(struct house *h, struct weigh_err *err);

/* The settings of a part, as it takes them. */
struct server_options house_server_options(const struct config *c);
struct weigh_access_rules house_access_rules(const struct config *c);
struct scrub_settings house_scrub_settings(const struct config *c);
struct outbound_settings house_outbound_settings(const struct config *c);
struct fetch_settings house_fetch_settings(const struct config *c);
enum weigh_formats house_formats(const struct config *c);

/* The cores that are ours to use, from 1 to 64. */
unsigned house_cores(void);

#endif
