/* client: questions to weighd's API by libcurl. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <weigh/control.h>
#include <weigh/version.h>

#include "client.h"
#include "stop.h"

#define ANSWER_MAX (64u << 20) /* as much as weighd ever says in one */

static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)arg, (void)a, (void)b, (void)c, (void)d;
	return stop_asked();
}

void
client_prepare(const struct client *c, CURL *easy, char *words)
{
	const struct server *s = &c->server;

	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "weigh/" WEIGH_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)c->timeout);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)c->whole);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)c->timeout);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	if (s->loopback)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	if (s->local)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, s->path);
	if (!s->local && c->token[0] != '\0') {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, c->token);
	}
}

enum weigh_code
client_open(struct client *c, const struct server *s, unsigned timeout,
    struct weigh_err *err)
{
	enum weigh_code rc;

	*c = (struct client){ .server = *s, .timeout = timeout };
	if (!s->local && (rc = token_find(c->token, err)) != WEIGH_OK)
		return rc;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return weigh_fail(err, WEIGH_NOMEM, "libcurl does not start");
	c->easy = curl_easy_init();
	if (c->easy == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

void
client_close(struct client *c)
{
	curl_easy_cleanup(c->easy);
	c->easy = NULL;
	explicit_bzero(c->token, sizeof(c->token));
}

const char *
client_words(const struct client *c, CURLcode code, const char *words)
{
	if (c->server.local && code == CURLE_COULDNT_CONNECT)
		return "no weighd answers there";
	return words[0] != '\0' ? words : curl_easy_strerror(code);
}

/* Nobody to talk to at the socket: ask again why, libcurl does not say. */
static enum weigh_code
no_socket(const struct server *s, struct weigh_err *err)
{
	int fd = server_connect(s);
	int errnum = fd < 0 ? errno : EAGAIN; /* it is back by now */

	if (fd >= 0)
		close(fd);
	return server_refused(s, errnum, err);
}

enum weigh_code
client_failed(const struct client *c, CURLcode code, const char *words,
    struct weigh_err *err)
{
	char text[SERVER_TEXT + 8];
	enum weigh_code rc;

	if (stop_asked())
		return stop_fail(err);
	if (code == CURLE_OUT_OF_MEMORY)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (code == CURLE_WRITE_ERROR)
		return weigh_fail(err, WEIGH_TOO_BIG, "the answer is too long");
	if (c->server.local && code == CURLE_COULDNT_CONNECT)
		return no_socket(&c->server, err);
	rc = weigh_fail(err,
	    c->server.denied ? WEIGH_UNAUTHORIZED : WEIGH_NETWORK, "%.300s: %s",
	    server_text(&c->server, text), client_words(c, code, words));
	if (c->server.note[0] != '\0')
		weigh_context(err, rc, "no local weighd (%.300s)",
		    c->server.note);
	server_advice(&c->server, err);
	return rc;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct weigh_buf *body = arg;

	return weigh_buf_add(body, data, size * n) ? size * n : 0;
}

/* One exchange; *status is 0 unless an answer came. */
static enum weigh_code
exchange(struct client *c, const char *method, const char *path,
    const char *json, struct weigh_buf *body, long *status,
    struct weigh_err *err)
{
	struct curl_slist *headers = NULL;
	struct weigh_buf url;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	*status = 0;
	weigh_buf_init(&url, ANSWER_MAX);
	weigh_buf_addf(&url, "%s%s", c->server.url, path);
	client_prepare(c, c->easy, c->words);
	c->words[0] = '\0';
	if (json != NULL) {
		headers = curl_slist_append(NULL,
		    "Content-Type: application/json");
		curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, json);
	}
	if (method != NULL)
		curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, body);
	if (!url.failed && (json == NULL || headers != NULL)) {
		curl_easy_setopt(c->easy, CURLOPT_URL, url.data);
		code = curl_easy_perform(c->easy);
	}
	curl_slist_free_all(headers);
	weigh_buf_free(&url);
	if (code != CURLE_OK)
		return client_failed(c, code, c->words, err);
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, status);
	return WEIGH_OK;
}

enum weigh_code
client_ask_by(struct client *c, const char *method, const char *path,
    const char *json, struct weigh_buf *body, struct weigh_err *err)
{
	long status;
	enum weigh_code rc = exchange(c, method, path, json, body, &status,
	    err);

	if (rc != WEIGH_OK || status < 300)
		return rc;
	if (err == NULL)
		return weigh_fail(NULL, WEIGH_NETWORK, "status %ld", status);
	weigh_control_error_read(err, (int)status,
	    body->data != NULL ? body->data : "", body->len);
	return err->code;
}

enum weigh_code
client_ask(struct client *c, const char *path, const char *json,
    struct weigh_buf *body, struct weigh_err *err)
{
	return client_ask_by(c, NULL, path, json, body, err);
}

const char *
client_header(const struct client *c, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(c->easy, name, 0, CURLH_HEADER, -1, &header) !=
	    CURLHE_OK)
		return NULL;
	return header->value;
}

enum weigh_code
client_doc_by(struct client *c, const char *method, const char *path,
    const char *json, const char *schema, struct doc **out,
    struct weigh_err *err)
{
	struct doc *d = NULL;
	struct weigh_buf body;
	enum weigh_code rc;

	*out = NULL;
	weigh_buf_init(&body, ANSWER_MAX);
	rc = client_ask_by(c, method, path, json, &body, err);
	if (rc == WEIGH_OK)
		rc = doc_parse(&d, body.data != NULL ? body.data : "", body.len,
		    err);
	if (rc == WEIGH_OK)
		rc = doc_schema(d, schema, err);
	if (rc == WEIGH_OK) {
		*out = d;
		d = NULL;
	}
	doc_free(d);
	weigh_buf_free(&body);
	return rc;
}

enum weigh_code
client_doc(struct client *c, const char *path, const char *json,
    const char *schema, struct doc **out, struct weigh_err *err)
{
	return client_doc_by(c, NULL, path, json, schema, out, err);
}
