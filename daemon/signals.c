/*
 * Who tells us what to do: SIGTERM and SIGINT (finish, then cut), SIGHUP (read the
 * settings again), and the service manager, who is told that we live.
 */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "house.h"
#include "log/log.h"
#include "notify.h"

static int64_t
monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void
on_drain_tick(evutil_socket_t fd, short what, void *arg)
{
	struct house *h = arg;
	unsigned i;

	(void)fd, (void)what;
	if (server_connections(h->server) > 0 &&
	    monotonic_seconds() < h->drain_until)
		return;
	for (i = 0; i < h->nloops; i++)
		loop_stop(h->loops[i]);
}

/* The first signal lets answers under way finish, the second cuts them. */
static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tick = { .tv_usec = 20000 };
	struct house *h = arg;
	int64_t seconds = (int64_t)config_number(h->config,
	    PARAM_service_drain_seconds);

	(void)fd, (void)what;
	if (h->drain_until != 0) {
		h->drain_until = monotonic_seconds();
		return;
	}
	log_event(LOG_INFO_LEVEL, "stopping", NULL);
	notify("STOPPING=1");
	h->drain_until = monotonic_seconds() + seconds;
	if (h->drain_until == 0)
		h->drain_until = 1;
	server_drain(h->server);
	event_add(h->drain_tick, &tick);
}

/* What is read at start only and is another now waits for a restart: say so. */
static void
warn_of_restart(const struct config *old, const struct config *fresh)
{
	static const struct {
		enum param param;
		const char *name;
	} fixed[] = {
		{ PARAM_listen_address, "listen.address" },
		{ PARAM_http_loops, "http.loops" },
		{ PARAM_http_workers, "http.workers" },
		{ PARAM_http_connections, "http.connections" },
		{ PARAM_pool_heavy, "pool.heavy" },
		{ PARAM_scrub_start_seconds, "scrub.start_seconds" },
	};
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strcmp(config_text(old, fixed[i].param),
			config_text(fresh, fixed[i].param)) != 0)
			log_event(LOG_WARN_LEVEL, "reload", "setting",
			    fixed[i].name, "why", "it holds after a restart",
			    NULL);
}

/* Read the configuration again; what is only read at start stays as it is. */
static void
on_reload(evutil_socket_t fd, short what, void *arg)
{
	struct house *h = arg;
	struct config *fresh;
	struct server_options options;
	struct weigh_access_rules rules;
	struct scrub_settings scrub;
	struct outbound_settings outbound;
	struct fetch_settings fetch;
	struct weigh_err err;

	(void)fd, (void)what;
	notify_reloading();
	if (tokens_reload(h->tokens, &err) != WEIGH_OK)
		log_event(LOG_ERROR_LEVEL, "tokens-refused", "why", err.why,
		    "fix", weigh_err_fix(&err), NULL);
	if (config_load(&fresh, &h->options.flags, &err) != WEIGH_OK) {
		log_event(LOG_ERROR_LEVEL, "reload-refused", "why", err.why,
		    "fix", weigh_err_fix(&err), NULL);
	} else {
		warn_of_restart(h->config, fresh);
		config_free(h->config);
		h->config = fresh;
		options = house_server_options(fresh);
		server_set_options(h->server, &options);
		rules = house_access_rules(fresh);
		tokens_set_rules(h->tokens, &rules);
		scrub = house_scrub_settings(fresh);
		scrub_set(h->scrub, &scrub);
		outbound = house_outbound_settings(fresh);
		outbound_set(h->outbound, &outbound);
		fetch = house_fetch_settings(fresh);
		if (fetch_set(h->fetch, &fetch, &err) != WEIGH_OK)
			log_event(LOG_ERROR_LEVEL, "mirror-refused", "why",
			    err.why, "fix", weigh_err_fix(&err), NULL);
		follow_set(h->follow,
		    (unsigned)config_number(fresh,
			PARAM_mirror_follow_seconds));
		control_set_formats(h->control, house_formats(fresh));
		store_set_keep_free(h->store,
		    config_number(fresh, PARAM_store_keep_free));
		log_set_level((enum log_level)log_level_parse(config_text(fresh,
		    PARAM_log_level)));
		log_event(LOG_INFO_LEVEL, "reloaded", NULL);
	}
	notify("READY=1");
}

/* The main loop turns. */
static void
on_alive_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	notify("WATCHDOG=1");
}

/* Twice in each interval, as sd_watchdog_enabled(3) advises. */
enum weigh_code
house_tell_watchdog(struct house *h, struct weigh_err *err)
{
	uint64_t half = notify_watchdog() / 2;
	const struct timeval tick = {
		.tv_sec = (time_t)(half / 1000000),
		.tv_usec = (suseconds_t)(half % 1000000),
	};

	if (half == 0)
		return WEIGH_OK;
	h->alive_tick = event_new(loop_base(h->loops[0]), -1, EV_PERSIST,
	    on_alive_tick, h);
	if (h->alive_tick == NULL || event_add(h->alive_tick, &tick) != 0)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

enum weigh_code
house_watch_signals(struct house *h, struct weigh_err *err)
{
	struct event_base *base = loop_base(h->loops[0]);

	h->on_term = evsignal_new(base, SIGTERM, on_stop, h);
	h->on_int = evsignal_new(base, SIGINT, on_stop, h);
	h->on_hup = evsignal_new(base, SIGHUP, on_reload, h);
	h->drain_tick = event_new(base, -1, EV_PERSIST, on_drain_tick, h);
	if (h->on_term == NULL || h->on_int == NULL || h->on_hup == NULL ||
	    h->drain_tick == NULL || event_add(h->on_term, NULL) != 0 ||
	    event_add(h->on_int, NULL) != 0 || event_add(h->on_hup, NULL) != 0)
		return weigh_fail(err, WEIGH_NOMEM, "cannot watch for signals");
	return WEIGH_OK;
}
