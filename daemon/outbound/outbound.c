/* outbound: made, set and taken down; see outbound.h. */
#include <stdlib.h>
#include <string.h>

#include "priv.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
start_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* The first of these variables that is set.  Only small http_proxy counts: the other
 * may come from whoever asks a CGI. */
static void
read_environment(char *out, size_t size, const char *name, const char *other)
{
	const char *value = getenv(name);

	if (value == NULL && other != NULL)
		value = getenv(other);
	snprintf(out, size, "%s", value != NULL ? value : "");
}

enum weigh_code
outbound_new(struct outbound **out, const struct outbound_parts *parts,
    const struct outbound_settings *settings, struct weigh_err *err)
{
	struct outbound *o = calloc(1, sizeof(*o));
	enum weigh_code rc;

	if (o == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	pthread_once(&once, start_curl);
	pthread_mutex_init(&o->lock, NULL);
	o->parts = *parts;
	read_environment(o->env_http, sizeof(o->env_http), "http_proxy", NULL);
	read_environment(o->env_https, sizeof(o->env_https), "https_proxy",
	    "HTTPS_PROXY");
	read_environment(o->env_no, sizeof(o->env_no), "no_proxy", "NO_PROXY");
	outbound_set(o, settings);
	if ((rc = wire_start(o, err)) != WEIGH_OK) {
		outbound_free(o);
		return rc;
	}
	*out = o;
	return WEIGH_OK;
}

void
outbound_set(struct outbound *o, const struct outbound_settings *settings)
{
	pthread_mutex_lock(&o->lock);
	o->settings = *settings;
	pthread_mutex_unlock(&o->lock);
	atomic_store(&o->offline, settings->offline);
}

bool
outbound_offline(const struct outbound *o)
{
	return atomic_load(&o->offline);
}

void
outbound_stop(struct outbound *o)
{
	atomic_store(&o->stopping, true);
}

void
outbound_free(struct outbound *o)
{
	if (o == NULL)
		return;
	wire_stop(o);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

const struct outbound_counters *
outbound_counters(const struct outbound *o)
{
	return &o->counters;
}
