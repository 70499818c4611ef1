/*
 * main: the composition root.  It reads the options, builds every part from the
 * ground up, hands neighbors to each other, runs the loops, and takes the house
 * down in the opposite order.  The steps are in house.h.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <weigh/version.h>

#include "house.h"
#include "log/log.h"
#include "notify.h"

/* --- threads -------------------------------------------------------------------------- */

unsigned
house_cores(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

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
	unsigned i, n = count_or(h, PARAM_http_loops, house_cores());

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
		    count_or(h, PARAM_http_workers, 2 * house_cores()), err);
	if (rc == WEIGH_OK)
		rc = start_pool(h, &h->heavy, "heavy",
		    count_or(h, PARAM_pool_heavy, house_cores()), err);
	if (rc == WEIGH_OK)
		rc = start_pool(h, &h->streams, "stream",
		    (unsigned)config_number(h->config, PARAM_pool_streams),
		    err);
	if (rc == WEIGH_OK)
		gate_start(h->gate, h->writer, h->heavy, h->loops[0]);
	return rc;
}

/* --- from the ground up, and down again -------------------------------------------------------- */

static enum weigh_code
build(struct house *h, struct weigh_err *err)
{
	static enum weigh_code (*const steps[])(struct house * h,
	    struct weigh_err * err) = {
		house_open_folder,
		house_open_parts,
		house_recover,
		start_threads,
		house_open_outside,
		house_make_scrub,
		house_open_doors,
		house_start_scrub,
		house_start_census,
		house_start_fetch,
		house_watch_signals,
		house_tell_watchdog,
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
	atomic_store(&h->leaving, true);
	if (h->outbound != NULL)
		outbound_stop(h->outbound);
	fetch_stop(h->fetch);   /* it calls the writer, too, */
	follow_stop(h->follow); /* and so does this */
	census_stop(h->census);
	scrub_stop(h->scrub);  /* it calls the writer, */
	pool_stop(h->streams); /* and so may these jobs */
	pool_stop(h->heavy);
	pool_stop(h->workers);
	pool_stop(h->writer);
	finish_jobs(h);
	follow_free(h->follow);
	fetch_free(h->fetch);
	house_close_outside(h);
	census_free(h->census);
	control_free(h->control);
	scrub_free(h->scrub);
	serve_free(h->serve);
	server_free(h->server);
	pool_free(h->streams);
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
	inspect_judge_close(h->judge);
	tokens_close(h->tokens);
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
