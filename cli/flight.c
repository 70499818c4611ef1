/* flight: one file being fetched by libcurl. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <weigh/control.h>
#include <weigh/http.h>

#include "flight.h"
#include "range.h"

#define ANSWER_MAX (64u << 10)
#define PIECE (512L << 10) /* bytes that libcurl hands over at once */
#define URL_MAX (64u << 10)
#define LIST_MAX ((size_t)1 << 30)

static size_t on_bytes(char *data, size_t size, size_t n, void *arg);
static size_t on_list(char *data, size_t size, size_t n, void *arg);

static void
fail(struct flight *f)
{
	f->state = FLIGHT_FAILED;
}

/* Ask for `path` with the next exchange of this flight's handle. */
static void
send_off(struct flight *f, const struct weigh_buf *url, curl_write_callback on)
{
	weigh_buf_reset(&f->answer);
	f->head_seen = false;
	f->next = WEIGH_DO_NOTHING;
	f->words[0] = '\0';
	curl_easy_setopt(f->easy, CURLOPT_URL, url->data);
	curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on);
	curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
	curl_easy_setopt(f->easy, CURLOPT_BUFFERSIZE, PIECE);
	if (url->failed ||
	    curl_multi_add_handle(f->multi, f->easy) != CURLM_OK) {
		weigh_fail(&f->err, WEIGH_NOMEM, "out of memory");
		fail(f);
	}
}

static void
ask_list(struct flight *f)
{
	struct weigh_buf url;
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&f->file->want->oid, hex);
	weigh_buf_init(&url, URL_MAX);
	weigh_buf_addf(&url, "%s/-/v1/midstates/%s", f->p->client.server.url,
	    hex);
	client_prepare(&f->p->client, f->easy, f->words);
	f->state = FLIGHT_LIST;
	send_off(f, &url, on_list);
	weigh_buf_free(&url);
}

/* Range and If-Range, when something is there already. */
static bool
add_range(struct flight *f)
{
	char text[128];
	struct curl_slist *list;

	if (f->t.good == 0)
		return true;
	snprintf(text, sizeof(text), "Range: bytes=%" PRIu64 "-", f->t.good);
	f->headers = curl_slist_append(NULL, text);
	snprintf(text, sizeof(text), "If-Range: %s", f->t.etag);
	list = curl_slist_append(f->headers, text);
	curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
	return f->headers != NULL && list != NULL;
}

static void
ask_bytes(struct flight *f)
{
	const struct pull *p = f->p;
	struct weigh_buf url;

	weigh_buf_init(&url, URL_MAX);
	weigh_buf_addf(&url, "%s/", p->client.server.url);
	weigh_http_escape(&url, p->name, true);
	weigh_buf_addf(&url, "/resolve/%s/", p->commit);
	weigh_http_escape(&url, f->file->want->path, true);
	client_prepare(&p->client, f->easy, f->words);
	f->state = FLIGHT_BODY;
	if (add_range(f)) {
		send_off(f, &url, on_bytes);
	} else {
		weigh_fail(&f->err, WEIGH_NOMEM, "out of memory");
		fail(f);
	}
	weigh_buf_free(&url);
}

static void
land(struct flight *f)
{
	if (pull_partial_publish(f->p, &f->partial, f->file, &f->err) ==
	    WEIGH_OK)
		f->state = FLIGHT_LANDED;
	else
		fail(f);
}

/* Words of a refused answer's body are better than its status alone. */
static void
report(struct flight *f)
{
	long status = 0;

	f->err = f->t.err;
	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 400 && f->answer.len > 0)
		weigh_control_error_read(&f->err, (int)status, f->answer.data,
		    f->answer.len);
	else if (f->err.code == WEIGH_NETWORK)
		server_advice(&f->p->client.server, &f->err);
	fail(f);
}

/* Nobody shall wonder what pull waits for. */
static void
say_again(struct flight *f)
{
	struct weigh_err err = { 0 };
	long status = 0;

	if (f->waited)
		return;
	f->waited = true;
	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 400 && f->answer.len > 0)
		weigh_control_error_read(&err, (int)status, f->answer.data,
		    f->answer.len);
	else if (status >= 400)
		weigh_fail(&err, WEIGH_NETWORK, "status %ld", status);
	else
		weigh_fail(&err, WEIGH_NETWORK, "%s", f->words);
	bars_say(&f->p->bars, "'%.300s': trying again: %s", f->file->want->path,
	    err.why[0] != '\0' ? err.why : "the answer was cut off");
}

/* Do what the machine says, until it is time to wait for something. */
static void
act(struct flight *f, enum weigh_transfer_action action)
{
	if (action == WEIGH_DO_STOP) {
		/* The connection is gone by now. */
		if (pull_partial_cut(&f->partial, f->t.good, &f->err) !=
		    WEIGH_OK) {
			fail(f);
			return;
		}
		action = weigh_transfer_next(&f->t);
	}
	switch (action) {
	case WEIGH_DO_ASK:
		ask_bytes(f);
		break;
	case WEIGH_DO_SLEEP:
		f->state = FLIGHT_ASLEEP;
		f->wake_ms = bars_now_ms() + f->t.delay_ms;
		say_again(f);
		break;
	case WEIGH_DO_KEEP:
		land(f);
		break;
	case WEIGH_DO_REPORT:
		report(f);
		break;
	case WEIGH_DO_NOTHING:
	case WEIGH_DO_STOP:
		weigh_fail(&f->err, WEIGH_BUG, "a transfer that stands still");
		fail(f);
		break;
	}
}

static const char *
header(const struct flight *f, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(f->easy, name, 0, CURLH_HEADER, -1, &h) ==
		CURLHE_OK ?
	    h->value :
	    NULL;
}

/* Hand the answer's head to the machine, once. */
static enum weigh_transfer_action
see_head(struct flight *f)
{
	struct weigh_transfer_head head = { .etag = header(f, "ETag") };
	const char *range = header(f, "Content-Range");
	curl_off_t length = -1;
	long status = 0;

	f->head_seen = true;
	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	head.status = (int)status;
	head.has_length = length >= 0;
	head.length = length >= 0 ? (uint64_t)length : 0;
	head.has_range = range != NULL &&
	    range_read(range, &head.range_first, &head.range_last,
		&head.range_total);
	return weigh_transfer_head(&f->t, &head);
}

/* Write what belongs to the file, then let the machine judge it. */
static enum weigh_transfer_action
take_bytes(struct flight *f, const char *data, size_t len)
{
	struct weigh_transfer *t = &f->t;

	f->p->received += len;
	if (len > t->size - t->have)
		len = (size_t)(t->size - t->have);
	if (pull_partial_write(&f->partial, data, len, t->have, &f->err) !=
	    WEIGH_OK) {
		fail(f);
		return WEIGH_DO_REPORT;
	}
	return weigh_transfer_bytes(t, data, len);
}

/* libcurl's: returning less than came ends the exchange. */
static size_t
on_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct flight *f = arg;
	size_t len = size * n;
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300) {
		weigh_buf_add(&f->answer, data, len);
		return len; /* judged when it is complete */
	}
	if (f->next != WEIGH_DO_NOTHING)
		return 0; /* more than the promised size */
	if (!f->head_seen)
		f->next = see_head(f);
	if (f->next == WEIGH_DO_NOTHING)
		f->next = take_bytes(f, data, len);
	bars_file(&f->p->bars, f->bar, f->t.have);
	return f->next == WEIGH_DO_NOTHING || f->next == WEIGH_DO_KEEP ? len :
									 0;
}

static size_t
on_list(char *data, size_t size, size_t n, void *arg)
{
	struct flight *f = arg;

	return weigh_buf_add(&f->list, data, size * n) ? size * n : 0;
}

/* The list came, or not: without one the file is judged at its end. */
static void
begin_bytes(struct flight *f, bool listed)
{
	const struct weigh_file *want = f->file->want;
	const uint8_t *list = NULL;
	char etag[72], hex[WEIGH_OID_HEX + 1];
	uint64_t bytes = weigh_midstate_count(want->size) * WEIGH_MIDSTATE_SIZE;

	if (listed && bytes > 0 && f->list.len == bytes)
		list = (const uint8_t *)f->list.data;
	if (want->lfs)
		weigh_oid_hex(&want->oid, hex);
	else
		weigh_gitid_hex(&want->git, hex);
	snprintf(etag, sizeof(etag), "\"%s\"", hex);
	if (pull_partial_check(&f->partial, want, list, &f->err) != WEIGH_OK ||
	    weigh_transfer_init(&f->t, &want->oid, want->size, etag, list,
		f->partial.held, &f->err) != WEIGH_OK) {
		fail(f);
		return;
	}
	bars_file(&f->p->bars, f->bar, f->t.have);
	act(f, weigh_transfer_start(&f->t));
}

static void
list_ended(struct flight *f, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	begin_bytes(f, code == CURLE_OK && status == 200);
}

static void
bytes_ended(struct flight *f, CURLcode code)
{
	enum weigh_transfer_action action = f->next;
	char words[CURL_ERROR_SIZE];

	if (code == CURLE_OK && f->words[0] == '\0')
		snprintf(words, sizeof(words), "the answer was cut off");
	else
		snprintf(words, sizeof(words), "%s",
		    client_words(&f->p->client, code, f->words));
	memcpy(f->words, words, sizeof(words));
	if (f->state == FLIGHT_FAILED)
		return; /* our disk's fault, and said so */
	if (action == WEIGH_DO_NOTHING && code == CURLE_OK && !f->head_seen)
		action = see_head(f); /* refused, or without a body */
	if (action == WEIGH_DO_NOTHING)
		action = weigh_transfer_ended(&f->t, f->words);
	act(f, action);
}

void
flight_ended(struct flight *f, CURLcode code)
{
	curl_multi_remove_handle(f->multi, f->easy);
	if (f->state == FLIGHT_LIST)
		list_ended(f, code);
	else
		bytes_ended(f, code);
	/* No exchange is under way that could still use the old ones. */
	if (f->state != FLIGHT_BODY) {
		curl_slist_free_all(f->headers);
		f->headers = NULL;
	}
}

void
flight_wake(struct flight *f)
{
	act(f, weigh_transfer_wake(&f->t));
}

void
flight_begin(struct flight *f, struct pull_file *file)
{
	weigh_err_clear(&f->err);
	weigh_buf_reset(&f->list);
	f->waited = false;
	f->file = file;
	f->bar = bars_add(&f->p->bars, file->want->path, 0, file->want->size);
	if (pull_partial_open(f->p, &f->partial, &file->want->oid, &f->err) !=
	    WEIGH_OK)
		fail(f);
	else if (weigh_midstate_count(file->want->size) > 0)
		ask_list(f);
	else
		begin_bytes(f, false);
}

void
flight_drop(struct flight *f, bool finished)
{
	if (f->state == FLIGHT_FREE)
		return;
	curl_multi_remove_handle(f->multi, f->easy);
	curl_slist_free_all(f->headers);
	f->headers = NULL;
	f->p->refetched += f->t.refetched;
	weigh_transfer_free(&f->t);
	f->t = (struct weigh_transfer){ 0 };
	pull_partial_close(&f->partial);
	bars_drop(&f->p->bars, f->bar, finished);
	f->state = FLIGHT_FREE;
}

bool
flight_init(struct flight *f, struct pull *p, CURLM *multi)
{
	*f = (struct flight){ .p = p, .multi = multi, .partial = { .fd = -1 } };
	weigh_buf_init(&f->list, LIST_MAX);
	weigh_buf_init(&f->answer, ANSWER_MAX);
	f->easy = curl_easy_init();
	return f->easy != NULL;
}

void
flight_free(struct flight *f)
{
	flight_drop(f, false);
	curl_easy_cleanup(f->easy);
	weigh_buf_free(&f->list);
	weigh_buf_free(&f->answer);
}
