/*
 * ask: the daemon's outbound alone, for stories: one question, or the same by several
 * threads, and what came of each as a line of JSON.
 *
 *     ask URL [site=BASE] [token=T] [ca=FILE] [method=HEAD] [max=N] ...
 */
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/json.h>

#include "net/loop.h"
#include "outbound/outbound.h"

#define THREADS 64
#define DIGEST 32 /* bytes of a SHA-256 */

struct asker {
	struct outbound *o;
	struct outbound_site site;
	struct outbound_request request;
	unsigned slow_ms, times;
	pthread_t thread;

	EVP_MD_CTX *sha;
	uint64_t bytes;
	unsigned heads;
	size_t largest;
};

static struct asker pattern = {
	.request = { .method = "GET", .redirects = 5, .max = UINT64_MAX },
	.times = 1,
};
static struct outbound_settings settings = {
	.connect_seconds = 10,
	.silent_seconds = 30,
};
static unsigned threads = 1, cancel_ms, offline_ms;
static atomic_bool canceled;
static atomic_uint running;

static void
sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* --- options ------------------------------------------------------------- */

static unsigned
number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static void
set_kind(const char *v)
{
	pattern.request.kind = strcmp(v, "bulk") == 0 ? OUTBOUND_BULK :
							OUTBOUND_SMALL;
}

static void
set_range(const char *v)
{
	char *end;

	pattern.request.ranged = true;
	pattern.request.first = strtoull(v, &end, 10);
	pattern.request.last = end[0] == '-' && end[1] != '\0' ?
	    strtoull(end + 1, NULL, 10) :
	    UINT64_MAX;
}

static void
set_body(const char *v)
{
	pattern.request.method = "POST";
	pattern.request.body = v;
	pattern.request.body_len = strlen(v);
}

#define SETTER(name, statement) \
	static void set_##name(const char *v) \
	{ \
		statement; \
	}
SETTER(site, pattern.site.base = v)
SETTER(token, pattern.site.token = v)
SETTER(plain, pattern.site.plain_token = *v == 'y')
SETTER(ca, pattern.site.ca_file = v)
SETTER(method, pattern.request.method = v)
SETTER(fields, pattern.request.fields = v)
SETTER(basic, pattern.request.basic = *v == 'y')
SETTER(gzip, pattern.request.gzip = *v == 'y')
SETTER(redirects, pattern.request.redirects = number(v))
SETTER(max, pattern.request.max = strtoull(v, NULL, 10))
SETTER(slow, pattern.slow_ms = number(v))
SETTER(times, pattern.times = number(v))
SETTER(threads, threads = number(v) < THREADS ? number(v) : THREADS)
SETTER(cancel, cancel_ms = number(v))
SETTER(later, offline_ms = number(v))
SETTER(offline, settings.offline = *v == 'y')
SETTER(rate, settings.rate = strtoull(v, NULL, 10))
SETTER(connect, settings.connect_seconds = number(v))
SETTER(silent, settings.silent_seconds = number(v))
SETTER(proxy, snprintf(settings.proxy, sizeof(settings.proxy), "%s", v))
SETTER(trusted, snprintf(settings.trusted, sizeof(settings.trusted), "%s", v))

static const struct option_row {
	const char *name;
	void (*set)(const char *value);
} rows[] = {
	{ "site=", set_site },
	{ "token=", set_token },
	{ "plain_token=", set_plain },
	{ "ca=", set_ca },
	{ "method=", set_method },
	{ "kind=", set_kind },
	{ "range=", set_range },
	{ "body=", set_body },
	{ "fields=", set_fields },
	{ "basic=", set_basic },
	{ "gzip=", set_gzip },
	{ "redirects=", set_redirects },
	{ "max=", set_max },
	{ "slow_ms=", set_slow },
	{ "times=", set_times },
	{ "threads=", set_threads },
	{ "cancel_ms=", set_cancel },
	{ "offline=", set_offline },
	{ "offline_ms=", set_later },
	{ "rate=", set_rate },
	{ "connect=", set_connect },
	{ "silent=", set_silent },
	{ "proxy=", set_proxy },
	{ "trusted=", set_trusted },
};

static bool
read_option(const char *arg)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].name);

		if (strncmp(arg, rows[i].name, n) != 0)
			continue;
		rows[i].set(arg + n);
		return true;
	}
	return false;
}

/* --- questions ----------------------------------------------------------- */

static enum weigh_code
on_head(void *ctx, const struct outbound_head *head, struct weigh_err *err)
{
	struct asker *a = ctx;

	(void)head;
	(void)err;
	a->heads++;
	return WEIGH_OK;
}

static enum weigh_code
on_block(void *ctx, const void *data, size_t len, struct weigh_err *err)
{
	struct asker *a = ctx;

	(void)err;
	if (a->slow_ms > 0 && a->bytes == 0)
		sleep_ms(a->slow_ms);
	EVP_DigestUpdate(a->sha, data, len);
	a->bytes += len;
	if (len > a->largest)
		a->largest = len;
	return WEIGH_OK;
}

static void
kint(struct weigh_jw *w, const char *key, int64_t n)
{
	weigh_jw_key(w, key);
	weigh_jw_i64(w, n);
}

static void
print_head(struct weigh_jw *w, const struct outbound_head *head)
{
	kint(w, "status", head->status);
	weigh_jw_kstr(w, "url", head->url);
	weigh_jw_kstr(w, "type", head->type);
	weigh_jw_kstr(w, "etag", head->etag);
	weigh_jw_kstr(w, "linked_etag", head->linked_etag);
	weigh_jw_kstr(w, "commit", head->commit);
	weigh_jw_kstr(w, "error_code", head->error_code);
	weigh_jw_kstr(w, "next", head->next);
	weigh_jw_kbool(w, "coded", head->coded);
	kint(w, "retry_after", head->retry_after);
	kint(w, "left", head->left);
	kint(w, "reset", head->reset);
	if (head->has_length)
		weigh_jw_ku64(w, "length", head->length);
	if (head->has_linked_size)
		weigh_jw_ku64(w, "linked_size", head->linked_size);
	if (head->has_range) {
		weigh_jw_ku64(w, "range_first", head->range_first);
		weigh_jw_ku64(w, "range_last", head->range_last);
		weigh_jw_ku64(w, "range_total", head->range_total);
	}
}

static void
print_answer(const struct asker *a, enum weigh_code rc,
    const struct outbound_head *head, const struct weigh_err *err,
    const unsigned char digest[DIGEST])
{
	char hex[2 * DIGEST + 1];
	struct weigh_buf out;
	struct weigh_jw w;

	for (size_t i = 0; i < DIGEST; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	weigh_buf_init(&out, 65536);
	weigh_jw_init(&w, &out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "code", weigh_code_info(rc)->name);
	weigh_jw_kstr(&w, "why", err->why);
	weigh_jw_ku64(&w, "bytes", a->bytes);
	weigh_jw_ku64(&w, "heads", a->heads);
	weigh_jw_ku64(&w, "largest", a->largest);
	weigh_jw_kstr(&w, "sha256", hex);
	print_head(&w, head);
	weigh_jw_object_end(&w);
	printf("%s\n", out.failed ? "{}" : out.data);
	weigh_buf_free(&out);
}

static void *
run(void *arg)
{
	struct asker *a = arg;
	unsigned char digest[DIGEST];
	struct outbound_head head;
	struct weigh_err err;
	enum weigh_code rc;

	a->sha = EVP_MD_CTX_new();
	while (a->times-- > 0) {
		weigh_err_clear(&err);
		EVP_DigestInit_ex(a->sha, EVP_sha256(), NULL);
		a->bytes = a->heads = 0;
		a->request.site = &a->site;
		a->request.head = on_head;
		a->request.block = on_block;
		a->request.ctx = a;
		a->request.cancel = &canceled;
		rc = outbound_ask(a->o, &a->request, &head, &err);
		EVP_DigestFinal_ex(a->sha, digest, NULL);
		print_answer(a, rc, &head, &err, digest);
	}
	EVP_MD_CTX_free(a->sha);
	atomic_fetch_sub(&running, 1);
	return NULL;
}

/* So long, if anything runs so long. */
static void
sleep_while_running(unsigned ms)
{
	for (; ms > 0 && atomic_load(&running) > 0; ms -= ms < 10 ? ms : 10)
		sleep_ms(ms < 10 ? ms : 10);
}

static void
run_all(struct outbound *o)
{
	static struct asker askers[THREADS];
	unsigned i;

	pattern.o = o;
	atomic_store(&running, threads);
	for (i = 0; i < threads; i++) {
		askers[i] = pattern;
		pthread_create(&askers[i].thread, NULL, run, &askers[i]);
	}
	if (cancel_ms > 0) {
		sleep_while_running(cancel_ms);
		atomic_store(&canceled, true);
	}
	if (offline_ms > 0) {
		sleep_while_running(offline_ms);
		settings.offline = true;
		outbound_set(o, &settings);
	}
	for (i = 0; i < threads; i++)
		pthread_join(askers[i].thread, NULL);
}

static void
print_counters(const struct outbound_counters *c)
{
	fprintf(stderr, "asked %llu body_bytes %llu failed %llu refused %llu\n",
	    (unsigned long long)atomic_load(&c->asked),
	    (unsigned long long)atomic_load(&c->body_bytes),
	    (unsigned long long)atomic_load(&c->failed),
	    (unsigned long long)atomic_load(&c->refused));
}

int
main(int argc, char **argv)
{
	struct outbound_parts parts = { .post = loop_post };
	struct outbound *o = NULL;
	struct loop *loop = NULL;
	struct weigh_err err;
	int i;

	signal(SIGPIPE, SIG_IGN);
	weigh_err_clear(&err);
	pattern.site = (struct outbound_site){ "", "", "", false };
	for (i = 2; i < argc; i++)
		if (!read_option(argv[i]))
			return fprintf(stderr, "ask: '%s'?\n", argv[i]), 64;
	if (argc < 2 || loop_new(&loop, &err) != WEIGH_OK)
		return 64;
	pattern.request.url = argv[1];
	parts.base = loop_base(loop);
	parts.home = loop;
	if (outbound_new(&o, &parts, &settings, &err) != WEIGH_OK ||
	    loop_start(loop, "outbound", &err) != WEIGH_OK)
		return fprintf(stderr, "ask: %s\n", err.why), 70;
	run_all(o);
	print_counters(outbound_counters(o));
	outbound_stop(o);
	loop_stop(loop);
	loop_join(loop);
	while (loop_finish(loop))
		continue;
	outbound_free(o);
	loop_free(loop);
	return 0;
}
