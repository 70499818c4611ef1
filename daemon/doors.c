/*
 * The doors: HTTP on its addresses, the control socket, and what each request is
 * given to; and the upkeep that goes on behind them.
 */
#include <grp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "house.h"

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

struct server_options
house_server_options(const struct config *c)
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

struct scrub_settings
house_scrub_settings(const struct config *c)
{
	struct scrub_settings s = {
		.pace = { .days = (unsigned)config_number(c, PARAM_scrub_days),
		    .rate = config_number(c, PARAM_scrub_rate) },
		.start_seconds = (unsigned)config_number(c,
		    PARAM_scrub_start_seconds),
	};

	(void)pace_hours_parse(config_text(c, PARAM_scrub_hours),
	    &s.pace.hours); /* it passed when it was read */
	return s;
}

struct weigh_access_rules
house_access_rules(const struct config *c)
{
	return (struct weigh_access_rules){
		.anonymous_none =
		    strcmp(config_text(c, PARAM_access_anonymous), "none") == 0,
		.unknown_ignored =
		    strcmp(config_text(c, PARAM_access_unknown_token),
			"ignore") == 0,
	};
}

enum weigh_code
house_make_scrub(struct house *h, struct weigh_err *err)
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
	const struct scrub_settings settings = house_scrub_settings(h->config);

	return scrub_new(&h->scrub, &parts, &settings, err);
}

enum weigh_code
house_start_scrub(struct house *h, struct weigh_err *err)
{
	return scrub_start(h->scrub, err);
}

/* How uploads are taken; the key was read with the other secrets. */
static struct serve_upload
upload_settings(const struct house *h)
{
	const struct config *c = h->config;
	struct serve_upload u = {
		.part = config_number(c, PARAM_upload_part),
		.largest = config_number(c, PARAM_upload_largest),
		.seconds = (unsigned)config_number(c, PARAM_upload_seconds),
		.open = (unsigned)config_number(c, PARAM_upload_open),
	};

	memcpy(u.key, h->upload_key, sizeof(u.key));
	return u;
}

/* What others than serve keep of /metrics. */
static void
write_metrics(void *ctx, struct catalog_reader *reader, struct weigh_buf *out)
{
	struct house *h = ctx;

	scrub_metrics(h->scrub, out);
	fetch_metrics(h->fetch, h->outbound, reader, out);
}

enum weigh_code
house_open_doors(struct house *h, struct weigh_err *err)
{
	const struct serve_parts serve_parts = {
		.gate = h->gate,
		.tokens = h->tokens,
		.store = h->store,
		.repos = h->repos,
		.fetch = h->fetch,
		.workers = h->workers,
		.heavy = h->heavy,
		.streams = h->streams,
		.nloops = h->nloops,
		.upload = upload_settings(h),
		.metrics = write_metrics,
		.metrics_ctx = h,
		.started = h->started,
	};
	const struct control_parts control_parts = {
		.gate = h->gate,
		.store = h->store,
		.workers = h->workers,
		.heavy = h->heavy,
		.streams = h->streams,
		.scrub = h->scrub,
		.fetch = h->fetch,
		.outbound = h->outbound,
		.follow = h->follow,
		.key = h->key,
		.tokens = h->tokens,
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
	const struct server_options options = house_server_options(h->config);
	const struct weigh_access_rules rules = house_access_rules(h->config);
	char socket_path[FOLDER_PATH + 16];
	enum weigh_code rc;

	snprintf(socket_path, sizeof(socket_path), "%s/control.sock",
	    h->folder.path);
	tokens_set_rules(h->tokens, &rules);
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
	control_set_formats(h->control, house_formats(h->config));
	rc = listen_all(h, err);
	if (rc == WEIGH_OK)
		rc = server_listen_local(h->server, socket_path, socket_mode(),
		    err);
	return rc;
}

/* Behind the ready line: what lies on disk is compared with what should. */
enum weigh_code
house_start_census(struct house *h, struct weigh_err *err)
{
	return census_new(&h->census, h->gate, h->heavy, h->loops[0], err);
}
