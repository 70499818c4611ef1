/*
 * main: the composition root, the only file that knows the whole house.  It reads
 * the options, builds every part from the ground up, hands neighbors to each
 * other, waits for signals, and takes the house down in the opposite order.
 */
#include <event2/event.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <weigh/version.h>

#include "audit/audit.h"
#include "base/fd.h"
#include "catalog/catalog.h"
#include "config.h"
#include "control/control.h"
#include "folder.h"
#include "gate/gate.h"
#include "log/log.h"
#include "net/server.h"
#include "notify.h"
#include "options.h"
#include "pool/pool.h"
#include "repo/repo.h"
#include "serve/serve.h"
#include "store/store.h"
#include "trust/key.h"
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
	struct gate *gate;

	struct loop **loops;
	unsigned nloops;
	struct pool *writer, *workers, *heavy;
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

/* --- what is held ------------------------------------------------------------------- */

static enum weigh_code
open_folder(struct house *h, struct weigh_err *err)
{
	return folder_open(&h->folder, h->options.data, err);
}

static enum weigh_code
open_parts(struct house *h, struct weigh_err *err)
{
	const struct store_options store_options = {
		.keep_free = config_number(h->config, PARAM_store_keep_free),
	};
	char repos[FOLDER_PATH + 16];
	bool cut = false;
	enum weigh_code rc;

	snprintf(repos, sizeof(repos), "%s/repos", h->folder.path);
	snprintf(h->catalog_path, sizeof(h->catalog_path), "%s/catalog.db",
	    h->folder.path);
	if ((rc = repo_init(err)) != WEIGH_OK)
		return rc;
	rc = catalog_open_anew(&h->catalog, h->catalog_path, h->aside,
	    sizeof(h->aside), err);
	if (rc == WEIGH_OK)
		rc = audit_open(&h->audit, h->folder.dirfd, &cut, err);
	if (rc == WEIGH_OK)
		rc = store_open(&h->store, h->folder.dirfd, &store_options,
		    err);
	if (rc == WEIGH_OK)
		rc = fd_make_dirs(h->folder.dirfd, "repos", 0750, err);
	if (rc == WEIGH_OK)
		rc = repo_root_open(&h->repos, repos, err);
	if (rc == WEIGH_OK)
		rc = key_open(&h->key, h->folder.dirfd, err);
	if (cut)
		log_event(LOG_WARN_LEVEL, "journal-cut", "why",
		    "the last line was torn by a crash and is gone", NULL);
	return rc;
}

/* The cores that are ours to use. */
static unsigned
cores(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

/* A damaged catalog is no reason to stay down: all of it can be made again.  But
 * it is said, in the log and in the journal. */
static enum weigh_code
tell_remade(struct house *h, unsigned revisions, struct weigh_err *err)
{
	char why[256];
	const struct audit_entry entry = {
		.event = AUDIT_REBUILD,
		.time = time(NULL),
		.why = why,
	};

	if (h->aside[0] == '\0')
		return WEIGH_OK;
	snprintf(why, sizeof(why),
	    "catalog.db was damaged; it is now '%s', and a new one was made "
	    "from the repositories: %u revisions",
	    h->aside, revisions);
	log_event(LOG_ERROR_LEVEL, "catalog-made-again", "why", why, "fix",
	    "check the disk; run weigh verify, or let scrub read everything; "
	    "delete the old file when nobody wants to look at it",
	    NULL);
	return audit_append(h->audit, &entry, err);
}

static enum weigh_code
recover(struct house *h, struct weigh_err *err)
{
	const struct gate_parts parts = {
		.store = h->store,
		.catalog = h->catalog,
		.audit = h->audit,
		.repos = h->repos,
		.verify_threads = cores(),
	};
	struct catalog_reader *reader = NULL;
	unsigned restored = 0;
	char count[16];
	enum weigh_code rc;

	rc = gate_new(&h->gate, &parts, err);
	if (rc == WEIGH_OK)
		rc = catalog_reader_open(&reader, h->catalog_path, err);
	if (rc == WEIGH_OK)
		rc = gate_recover(h->gate, reader, &restored, err);
	catalog_reader_close(reader);
	if (rc == WEIGH_MALFORMED &&
	    catalog_give_up(h->catalog, NULL) == WEIGH_OK)
		weigh_fix(err,
		    "start weighd again: it sets the damaged catalog aside and "
		    "makes it again");
	if (rc == WEIGH_OK)
		rc = tell_remade(h, restored, err);
	if (restored > 0) {
		snprintf(count, sizeof(count), "%u", restored);
		log_event(LOG_INFO_LEVEL, "recovered", "revisions", count,
		    NULL);
	}
	return rc;
}

/* --- threads -------------------------------------------------------------------------- */

static enum weigh_code
worker_enter(void *ctx, void **worker, struct weigh_err *err)
{
	struct house *h = ctx;
	struct catalog_reader *reader;
	enum weigh_code rc = catalog_reader_open(&reader, h->catalog_path, err);

	if (rc == WEIGH_OK)
		*worker = reader;
	return rc;
}

static void
worker_leave(void *ctx, void *worker)
{
	(void)ctx;
	catalog_reader_close(worker);
}

static enum weigh_code
start_pool(struct house *h, struct pool **out, const char *name,
    unsigned threads, struct weigh_err *err)
{
	const struct pool_options options = {
		.threads = threads,
		.name = name,
		.enter = worker_enter,
		.leave = worker_leave,
		.ctx = h,
		.post = loop_post,
	};

	return pool_new(out, &options, err);
}

/* A setting whose 0 means "as many as fit this machine". */
static unsigned
count_or(const struct house *h, enum param p, unsigned usual)
{
	uint64_t n = config_number(h->config, p);

	return n == 0 ? usual : (unsigned)n;
}

static enum weigh_code
start_threads(struct house *h, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	unsigned i, n = count_or(h, PARAM_http_loops, cores());

	if ((h->loops = calloc(n, sizeof(struct loop *))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < n && rc == WEIGH_OK; i++) {
		rc = loop_new(&h->loops[i], err);
		if (rc == WEIGH_OK)
			h->nloops++;
	}
	if (rc == WEIGH_OK)
		rc = start_pool(h, &h->writer, "writer", 1, err);
	if (rc == WEIGH_OK)
		rc = start_pool(h, &h->workers, "worker",
		    count_or(h, PARAM_http_workers, 2 * cores()), err);
	if (rc == WEIGH_OK)
		rc = start_pool(h, &h->heavy, "heavy",
		    count_or(h, PARAM_pool_heavy, cores()), err);
	if (rc == WEIGH_OK)
		gate_start(h->gate, h->writer, h->heavy, h->loops[0]);
	return rc;
}

/* --- doors -------------------------------------------------------------------------------- */

static void
on_request(void *ctx, struct http_exchange *x)
{
	struct house *h = ctx;

	if (control_owns(x))
		control_request(h->control, x);
	else
		serve_request(h->serve, x);
}

/* A file ended early while it was sent. */
static void
on_broken(void *ctx, const char *blob)
{
	struct house *h = ctx;
	struct weigh_oid oid;

	if (weigh_oid_parse(&oid, blob, strlen(blob)))
		gate_suspect(h->gate, &oid);
}

static struct server_options
server_options(const struct config *c)
{
	struct server_options o = {
		.limits = {
			.line = config_number(c, PARAM_http_line_bytes),
			.field = config_number(c, PARAM_http_field_bytes),
			.head = config_number(c, PARAM_http_head_bytes),
			.fields =
			    (unsigned)config_number(c, PARAM_http_fields),
		},
		.head_seconds =
		    (unsigned)config_number(c, PARAM_http_head_seconds),
		.idle_seconds =
		    (unsigned)config_number(c, PARAM_http_idle_seconds),
		.body_seconds =
		    (unsigned)config_number(c, PARAM_http_body_seconds),
		.write_seconds =
		    (unsigned)config_number(c, PARAM_http_write_seconds),
		.linger_seconds =
		    (unsigned)config_number(c, PARAM_http_linger_seconds),
		.body_grace_seconds =
		    (unsigned)config_number(c, PARAM_http_body_grace_seconds),
		.body_rate = (unsigned)config_number(c, PARAM_http_body_rate),
		.connections =
		    (unsigned)config_number(c, PARAM_http_connections),
		.connections_per_address = (unsigned)config_number(c,
		    PARAM_http_connections_per_address),
		.requests_per_address = (unsigned)config_number(c,
		    PARAM_http_requests_per_address),
	};

	snprintf(o.hosts, sizeof(o.hosts), "%s",
	    config_text(c, PARAM_http_hosts));
	return o;
}

static enum weigh_code
listen_all(struct house *h, struct weigh_err *err)
{
	char list[1024], taken[80];
	char *word, *rest = list;
	enum weigh_code rc = WEIGH_OK;
	size_t len = 0;

	snprintf(list, sizeof(list), "%s",
	    config_text(h->config, PARAM_listen_address));
	while (rc == WEIGH_OK &&
	    (word = strtok_r(rest, " \t", &rest)) != NULL) {
		rc = server_listen(h->server, word, taken, sizeof(taken), err);
		if (rc == WEIGH_OK && len < sizeof(h->addresses))
			len += (size_t)snprintf(h->addresses + len,
			    sizeof(h->addresses) - len, "%shttp://%s",
			    len > 0 ? ", " : "", taken);
	}
	return rc;
}

/* Full rights are for the owner; where weighd runs under a group made for it, for
 * that group's members too. */
static mode_t
socket_mode(void)
{
	const struct group *group = getgrgid(getegid());

	return group != NULL && strcmp(group->gr_name, "weighhouse") == 0 ?
	    0660 :
	    0600;
}

/* What scrub steps aside for. */
static void
tell_load(void *ctx, struct pace_load *out)
{
	struct house *h = ctx;

	out->heavy = pool_depth(h->heavy);
	out->sent = atomic_load(&server_counters(h->server)->body_bytes_total);
}

static struct scrub_settings
scrub_settings(const struct config *c)
{
	struct scrub_settings s = {
		.pace = { .days = (unsigned)config_number(c, PARAM_scrub_days),
		    .rate = config_number(c, PARAM_scrub_rate) },
		.start_seconds =
		    (unsigned)config_number(c, PARAM_scrub_start_seconds),
	};

	(void)pace_hours_parse(config_text(c, PARAM_scrub_hours),
	    &s.pace.hours); /* it passed when it was read */
	return s;
}

static enum weigh_code
make_scrub(struct house *h, struct weigh_err *err)
{
	const struct scrub_parts parts = {
		.gate = h->gate,
		.store = h->store,
		.repos = h->repos,
		.dirfd = h->folder.dirfd,
		.catalog_path = h->catalog_path,
		.load = tell_load,
		.ctx = h,
	};
	const struct scrub_settings settings = scrub_settings(h->config);

	return scrub_new(&h->scrub, &parts, &settings, err);
}

static enum weigh_code
start_scrub(struct house *h, struct weigh_err *err)
{
	return scrub_start(h->scrub, err);
}

static enum weigh_code
open_doors(struct house *h, struct weigh_err *err)
{
	const struct serve_parts serve_parts = {
		.gate = h->gate,
		.store = h->store,
		.workers = h->workers,
		.nloops = h->nloops,
		.metrics = scrub_metrics,
		.metrics_ctx = h->scrub,
		.started = h->started,
	};
	const struct control_parts control_parts = {
		.gate = h->gate,
		.store = h->store,
		.workers = h->workers,
		.heavy = h->heavy,
		.scrub = h->scrub,
		.key = h->key,
		.repos = h->repos,
		.dirfd = h->folder.dirfd,
		.data = h->folder.path,
		.addresses = h->addresses,
		.started = h->started,
	};
	const struct http_app app = {
		.request = on_request,
		.broken = on_broken,
		.ctx = h,
	};
	const struct server_options options = server_options(h->config);
	char socket_path[FOLDER_PATH + 16];
	enum weigh_code rc;

	snprintf(socket_path, sizeof(socket_path), "%s/control.sock",
	    h->folder.path);
	rc = serve_new(&h->serve, &serve_parts, err);
	if (rc == WEIGH_OK)
		rc = control_new(&h->control, &control_parts, err);
	if (rc == WEIGH_OK)
		rc = server_new(&h->server, &options, h->loops, h->nloops, &app,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	serve_set_server(h->serve, h->server);
	control_set_server(h->control, h->server);
	rc = listen_all(h, err);
	if (rc == WEIGH_OK)
		rc = server_listen_local(h->server, socket_path, socket_mode(),
		    err);
	return rc;
}

/* Behind the ready line: what lies on disk is compared with what should. */
static enum weigh_code
start_census(struct house *h, struct weigh_err *err)
{
	return census_new(&h->census, h->gate, h->heavy, h->loops[0], err);
}

/* --- signals --------------------------------------------------------------------------------- */

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
	struct scrub_settings scrub;
	struct weigh_err err;

	(void)fd, (void)what;
	notify_reloading();
	if (config_load(&fresh, &h->options.flags, &err) != WEIGH_OK) {
		log_event(LOG_ERROR_LEVEL, "reload-refused", "why", err.why,
		    "fix", weigh_err_fix(&err), NULL);
	} else {
		warn_of_restart(h->config, fresh);
		config_free(h->config);
		h->config = fresh;
		options = server_options(fresh);
		server_set_options(h->server, &options);
		scrub = scrub_settings(fresh);
		scrub_set(h->scrub, &scrub);
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
static enum weigh_code
tell_watchdog(struct house *h, struct weigh_err *err)
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

static enum weigh_code
watch_signals(struct house *h, struct weigh_err *err)
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

/* --- from the ground up, and down again -------------------------------------------------------- */

static enum weigh_code
build(struct house *h, struct weigh_err *err)
{
	static enum weigh_code (*const steps[])(struct house * h,
	    struct weigh_err * err) = {
		open_folder,
		open_parts,
		recover,
		start_threads,
		make_scrub,
		open_doors,
		start_scrub,
		start_census,
		watch_signals,
		tell_watchdog,
	};
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == WEIGH_OK; i++)
		rc = steps[i](h, err);
	return rc;
}

static enum weigh_code
run(struct house *h, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char name[16];
	unsigned i;

	for (i = 1; i < h->nloops && rc == WEIGH_OK; i++) {
		snprintf(name, sizeof(name), "loop-%u", i);
		rc = loop_start(h->loops[i], name, err);
	}
	if (rc == WEIGH_OK) {
		fprintf(stderr, "weighd: ready on %s (data %s)\n", h->addresses,
		    h->folder.path);
		notify("READY=1");
		loop_run(h->loops[0]);
	}
	for (i = 0; i < h->nloops; i++)
		loop_stop(h->loops[i]);
	for (i = 1; i < h->nloops; i++)
		loop_join(h->loops[i]);
	return rc;
}

/* Jobs that came home after the loops stopped; their ends may post others. */
static void
finish_jobs(struct house *h)
{
	bool any;
	unsigned i;

	do {
		any = false;
		for (i = 0; i < h->nloops; i++)
			any = loop_finish(h->loops[i]) || any;
	} while (any);
}

static void
free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

static void
take_down(struct house *h)
{
	unsigned i;

	if (h->server != NULL)
		server_cut(h->server);
	if (h->control != NULL)
		control_stop(h->control);
	if (h->gate != NULL)
		gate_stop(h->gate);
	census_stop(h->census);
	scrub_stop(h->scrub); /* it calls the writer, */
	pool_stop(h->heavy);  /* and so may these jobs */
	pool_stop(h->workers);
	pool_stop(h->writer);
	finish_jobs(h);
	census_free(h->census);
	control_free(h->control);
	scrub_free(h->scrub);
	serve_free(h->serve);
	server_free(h->server);
	pool_free(h->heavy);
	pool_free(h->workers);
	pool_free(h->writer);
	free_event(h->on_term);
	free_event(h->on_int);
	free_event(h->on_hup);
	free_event(h->drain_tick);
	free_event(h->alive_tick);
	for (i = 0; i < h->nloops; i++)
		loop_free(h->loops[i]);
	free(h->loops);
	gate_free(h->gate);
	key_close(h->key);
	repo_root_close(h->repos);
	store_close(h->store);
	audit_close(h->audit);
	catalog_close(h->catalog);
	repo_shutdown();
	folder_close(&h->folder);
	config_free(h->config);
}

/* --- the process ------------------------------------------------------------------------------------ */

/* One line, what to do included: systemd's journal and a person read the same. */
static int
complain(const struct weigh_err *err)
{
	fprintf(stderr, "weighd: %s%s%s\n", err->why,
	    err->fix[0] != '\0' ? "; " : "", err->fix);
	return weigh_code_info(err->code)->exit_status;
}

static void
prepare_process(void)
{
	struct rlimit limit;

	signal(SIGPIPE, SIG_IGN);
	umask(027);
#ifndef __SANITIZE_ADDRESS__ /* whose search for leaks needs ptrace */
	/* No core dump and no debugger gets at the key. */
	prctl(PR_SET_DUMPABLE, 0);
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
serve_until_told(struct house *h)
{
	struct weigh_err err;
	enum weigh_code rc;
	int status = 0;

	weigh_err_clear(&err);
	prepare_process();
	log_set_level((enum log_level)log_level_parse(config_text(h->config,
	    PARAM_log_level)));
	h->started = time(NULL);
	rc = build(h, &err);
	if (rc == WEIGH_OK)
		rc = run(h, &err);
	if (rc != WEIGH_OK)
		status = complain(&err);
	take_down(h);
	return status;
}

int
main(int argc, char **argv)
{
	static struct house h = { .folder = FOLDER_NONE };
	struct weigh_err err;

	weigh_err_clear(&err);
	if (options_read(&h.options, argc, argv, &err) != WEIGH_OK)
		return complain(&err);
	if (h.options.help)
		return fputs(options_help, stdout) < 0;
	if (h.options.version)
		return printf("weighd %s\n", WEIGH_VERSION) < 0;
	if (config_load(&h.config, &h.options.flags, &err) != WEIGH_OK)
		return complain(&err);
	if (h.options.print_config)
		config_print(h.config, stdout);
	if (h.options.print_config || h.options.check_config) {
		config_free(h.config);
		return 0;
	}
	return serve_until_told(&h);
}
