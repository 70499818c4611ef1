/* What weigh top shows (cli/view.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/doc.c"
#include "../../../cli/progress.c"
#include "../../../cli/text.c"
#include "../../../cli/view.c"

#include "check.h"

static struct doc *
parse(const char *json)
{
	struct doc *d = NULL;

	check_code(json, doc_parse(&d, json, strlen(json), NULL), WEIGH_OK);
	assert_non_null(d);
	return d;
}

#define BEFORE \
	"{\"time_ms\":1000,\"requests_total\":10,\"body_bytes_total\":5000," \
	"\"answers\":[{\"connection\":9,\"sent\":50,\"total\":100,\"ms\":1}," \
	"{\"connection\":4,\"sent\":1000,\"total\":9000,\"ms\":2000}]}"

/* (1) */
static const struct {
	const char *label, *now;
	uint64_t requests, bytes, rate;
} rates[] = {
	{ "two seconds later",
	    "{\"time_ms\":3000,\"requests_total\":30,\"body_bytes_total\":9000,"
	    "\"answers\":[{\"connection\":4,\"sent\":5000,\"total\":9000,"
	    "\"ms\":4000}]}",
	    10, 2000, 2000 },
	{ "another answer on the same connection has its own average",
	    "{\"time_ms\":2000,\"answers\":[{\"connection\":4,\"sent\":3000,"
	    "\"total\":8000,\"ms\":500}]}",
	    0, 0, 6000 },
	{ "less sent: it began again",
	    "{\"time_ms\":2000,\"answers\":[{\"connection\":4,\"sent\":500,"
	    "\"total\":9000,\"ms\":250}]}",
	    0, 0, 2000 },
	{ "a new connection",
	    "{\"time_ms\":2000,\"answers\":[{\"connection\":5,\"sent\":100,"
	    "\"total\":200,\"ms\":1000}]}",
	    0, 0, 100 },
	{ "no time has passed",
	    "{\"time_ms\":1000,\"requests_total\":99,\"answers\":["
	    "{\"connection\":4,\"sent\":2000,\"total\":9000,\"ms\":1}]}",
	    0, 0, 0 },
	{ "weighd was started again",
	    "{\"time_ms\":5,\"requests_total\":1,\"answers\":["
	    "{\"connection\":1,\"sent\":8,\"total\":9,\"ms\":0}]}",
	    0, 0, 0 },
};

static void
test_rates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct doc *before = parse(BEFORE);
		struct doc *now = parse(rates[i].now);

		check_true(rates[i].label, view_rates(now, before));
		check_u64(rates[i].label, doc_u64(now, "requests_per_second"),
		    rates[i].requests);
		check_u64(rates[i].label, doc_u64(now, "bytes_per_second"),
		    rates[i].bytes);
		check_u64(rates[i].label,
		    doc_u64(doc_get(now, "answers")->first, "rate"),
		    rates[i].rate);
		doc_free(before);
		doc_free(now);
	}
}

#define BUSY \
	"{\"uptime_seconds\":60,\"connections\":3,\"requests_per_second\":7," \
	"\"bytes_per_second\":2000000,\"blobs\":5,\"bytes\":1000,\"bad\":1," \
	"\"room\":3000000000,\"scrub\":{\"state\":\"reading\",\"done\":1000," \
	"\"total\":4000,\"sha256\":\"9f86d081884c7d65\",\"blob_done\":1," \
	"\"blob_total\":4},\"jobs\":[{\"kind\":\"verify\"," \
	"\"subject\":\"acme/m\",\"done\":50,\"total\":100}]," \
	"\"upstream_per_second\":3000000,\"mirrors\":[{\"name\":\"acme/n\"," \
	"\"state\":\"waiting\",\"done_bytes\":1000,\"bytes\":4000," \
	"\"rate\":500,\"source\":\"https://hub.example\"," \
	"\"error\":{\"why\":\"status 429\"}}]," \
	"\"answers\":[{\"client\":\"127.0.0.1:5\",\"path\":\"/a\\u001b[2J/b\"," \
	"\"sent\":1000,\"total\":2000,\"rate\":500,\"ms\":3000}," \
	"{\"client\":\"[::1]:6\",\"path\":\"/c\"},{\"path\":\"/d\"}]}"

static void
show(struct weigh_buf *out, const char *json, unsigned columns, unsigned rows)
{
	struct doc *d = parse(json);

	weigh_buf_init(out, 1 << 20);
	view_screen(out, d, "unix:/s", columns, rows, true);
	doc_free(d);
}

static void
test_screen(void **state)
{
	static const char *const parts[] = {
		"weighd at unix:/s, up 1m00s; q ends\n",
		"3 connections, 7 requests/s, 2.0 MB/s out, 3.0 MB/s in\n",
		"5 blobs, 1.0 kB, 1 bad, room for 3.0 GB\n",
		"scrub is reading: 1.0 kB of 4.0 kB this round; 9f86d081884c at 25%\n",
		"JOBS\n",
		"verify acme/m",
		"50%",
		"MIRROR JOBS\n",
		("acme/n  waiting  1.0 kB of 4.0 kB  500 B/s  "
		 "https://hub.example: status 429\n"),
		"  1.0 kB   2.0 kB    500 B/s     3s  127.0.0.1:5            ",
		"/a\\x1b[2J/b\n",
	};
	struct weigh_buf out;

	(void)state;
	show(&out, BUSY, 120, 40);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		check_has(parts[i], out.data, parts[i]);
	weigh_buf_free(&out);
	show(&out, "{}", 80, 24);
	check_true("no lists, no titles", strstr(out.data, "PATH") == NULL);
	weigh_buf_free(&out);
}

/* (2) */
static void
test_no_screen_is_too_small(void **state)
{
	(void)state;
	for (unsigned columns = 1; columns < 130; columns += 3)
		for (unsigned rows = 0; rows < 14; rows++) {
			unsigned lines = 0;
			struct weigh_buf out;
			char *line, *rest;

			show(&out, BUSY, columns, rows);
			rest = out.data;
			while (rest != NULL &&
			    (line = strsep(&rest, "\n")) != NULL &&
			    rest != NULL) {
				lines++;
				check_true("width",
				    text_columns(line) <= columns);
			}
			check_true("height", lines <= rows);
			weigh_buf_free(&out);
		}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_screen),
		cmocka_unit_test(test_no_screen_is_too_small),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
