/*
 * The way out: a loop of its own for what is asked of others, the fetch that asks,
 * and their settings.
 */
#include <stdio.h>
#include <time.h>

#include "house.h"
#include "log/log.h"
#include "upkeep/room.h"

struct outbound_settings
house_outbound_settings(const struct config *c)
{
	struct outbound_settings s = {
		.offline = config_number(c, PARAM_mirror_offline) == 1,
		.rate = config_number(c, PARAM_wan_limit),
		.night_rate = config_number(c, PARAM_wan_night_limit),
		.connect_seconds = (unsigned)config_number(c,
		    PARAM_wan_connect_seconds),
		.silent_seconds = (unsigned)config_number(c,
		    PARAM_wan_silent_seconds),
	};
	struct pace_hours night;

	/* It passed when it was read; empty is no night. */
	if (pace_hours_parse(config_text(c, PARAM_wan_night_hours), &night)) {
		s.night_from = night.from;
		s.night_until = night.until;
	}
	snprintf(s.proxy, sizeof(s.proxy), "%s",
	    config_text(c, PARAM_wan_proxy));
	snprintf(s.trusted, sizeof(s.trusted), "%s",
	    config_text(c, PARAM_mirror_trusted));
	return s;
}

/* Its texts are the configuration's. */
struct fetch_settings
house_fetch_settings(const struct config *c)
{
	return (struct fetch_settings){
		.upstream = config_text(c, PARAM_mirror_upstream),
		.tokens = config_text(c, PARAM_mirror_tokens),
		.ca_file = config_text(c, PARAM_mirror_ca_file),
		.through = (enum fetch_through)config_number(c,
		    PARAM_mirror_pull_through),
		.listed = config_text(c, PARAM_mirror_listed),
		.jobs = (unsigned)config_number(c, PARAM_mirror_jobs),
		.files = (unsigned)config_number(c, PARAM_mirror_files),
		.ranges = (unsigned)config_number(c, PARAM_mirror_ranges),
		.lied_seconds = (unsigned)config_number(c,
		    PARAM_mirror_lied_seconds),
		.cache = config_number(c, PARAM_mirror_cache),
	};
}

/* The words of the setting stand in the order of the enum. */
enum weigh_formats
house_formats(const struct config *c)
{
	return (enum weigh_formats)config_number(c, PARAM_mirror_formats);
}

/* What was only pulled through gives way to what is wanted now. */
static bool
make_room(void *ctx, struct catalog_reader *reader, uint64_t bytes)
{
	struct house *h = ctx;
	struct room room = {
		.gate = h->gate,
		.reader = reader,
		.fetch = h->fetch,
		.wanted = bytes,
		.now = time(NULL),
		.cancel = &h->leaving,
	};
	struct weigh_err err = { .code = WEIGH_OK };
	char freed[24];

	if (room_make(&room, &err) != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "no-room", "why", err.why, NULL);
	snprintf(freed, sizeof(freed), "%llu", (unsigned long long)room.freed);
	if (room.freed > 0)
		log_event(LOG_INFO_LEVEL, "room-made", "bytes", freed, NULL);
	return store_lack(h->store, bytes) == 0;
}

static enum weigh_code
make_fetch(struct house *h, struct weigh_err *err)
{
	const struct fetch_settings settings = house_fetch_settings(h->config);
	const struct fetch_parts parts = {
		.gate = h->gate,
		.store = h->store,
		.repos = h->repos,
		.outbound = h->outbound,
		.dirfd = h->folder.dirfd,
		.data = h->folder.path,
		.catalog_path = h->catalog_path,
		.post = loop_post,
		.make_room = make_room,
		.ctx = h,
	};

	return fetch_new(&h->fetch, &parts, &settings, err);
}

static enum weigh_code
make_follow(struct house *h, struct weigh_err *err)
{
	const struct follow_parts parts = {
		.fetch = h->fetch,
		.gate = h->gate,
		.catalog_path = h->catalog_path,
	};

	return follow_new(&h->follow, &parts,
	    (unsigned)config_number(h->config, PARAM_mirror_follow_seconds),
	    err);
}

/* When all doors stand: it begins to work at once. */
enum weigh_code
house_start_fetch(struct house *h, struct weigh_err *err)
{
	enum weigh_code rc = fetch_start(h->fetch, err);

	return rc == WEIGH_OK ? follow_start(h->follow, err) : rc;
}

enum weigh_code
house_open_outside(struct house *h, struct weigh_err *err)
{
	const struct outbound_settings settings =
	    house_outbound_settings(h->config);
	struct outbound_parts parts = { .post = loop_post };
	enum weigh_code rc = loop_new(&h->outer_loop, err);

	if (rc != WEIGH_OK)
		return rc;
	parts.base = loop_base(h->outer_loop);
	parts.home = h->outer_loop;
	rc = outbound_new(&h->outbound, &parts, &settings, err);
	if (rc == WEIGH_OK)
		rc = loop_start(h->outer_loop, "outbound", err);
	if (rc == WEIGH_OK)
		rc = make_fetch(h, err);
	return rc == WEIGH_OK ? make_follow(h, err) : rc;
}

/* Nobody asks any more. */
void
house_close_outside(struct house *h)
{
	if (h->outer_loop == NULL)
		return;
	loop_stop(h->outer_loop);
	loop_join(h->outer_loop);
	while (loop_finish(h->outer_loop))
		continue;
	outbound_free(h->outbound);
	loop_free(h->outer_loop);
}
