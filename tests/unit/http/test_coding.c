/* Content codings and the frames of chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/http.h>

#include "check.h"

/* A head with these fields; NULL values are left out. */
static struct weigh_http_head *
head_of(const char *name, const char *one, const char *other)
{
	static struct weigh_http_head head;
	const char *const values[] = { one, other };

	head.nfields = 0;
	for (size_t i = 0; i < 2; i++)
		if (values[i] != NULL)
			head.fields[head.nfields++] = (struct weigh_http_field){
				.name = { name, strlen(name) },
				.value = { values[i], strlen(values[i]) },
			};
	return &head;
}

static const struct {
	const char *one, *other;
	bool gzip;
} accepts[] = {
	{ NULL, NULL, false }, { "", NULL, false }, { "gzip", NULL, true },
	{ "GZip", NULL, true }, { "x-gzip", NULL, true },
	{ "deflate, gzip;q=1.0, *;q=0.5", NULL, true },
	{ "gzip;q=0.001", NULL, true }, { "gzip ; q=0.5", NULL, true },
	{ "gzip; Q=1", NULL, true }, { "gzip;q=0", NULL, false },
	{ "gzip;q=0.", NULL, false }, { "gzip;q=0.000", NULL, false },
	{ "gzip;q=1.001", NULL, false }, { "gzip;q=2", NULL, false },
	{ "gzip;q=-1", NULL, false }, { "gzip;q=", NULL, false },
	{ "gzip;q=0.5555", NULL, false }, { "gzip;level=1", NULL, false },
	{ "*", NULL, true }, { "*;q=0", NULL, false },
	{ "gzip;q=0, *", NULL, false }, { "*;q=0, gzip", NULL, true },
	{ "identity", NULL, false }, { "br, zstd", NULL, false },
	{ ",,gzip,,", NULL, true },
	{ "gzip", "gzip", false }, /* twice: nobody knows which counts */
};

static void
test_accepts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++)
		check_true(accepts[i].one != NULL ? accepts[i].one : "none",
		    weigh_http_accepts_gzip(head_of("accept-encoding",
			accepts[i].one, accepts[i].other)) == accepts[i].gzip);
}

static const struct {
	const char *one, *other;
	enum weigh_http_coding coding;
} contents[] = {
	{ NULL, NULL, WEIGH_CODING_IDENTITY },
	{ "", NULL, WEIGH_CODING_IDENTITY },
	{ "identity", NULL, WEIGH_CODING_IDENTITY },
	{ "gzip", NULL, WEIGH_CODING_GZIP },
	{ "X-GZIP", NULL, WEIGH_CODING_GZIP },
	{ "identity, gzip", NULL, WEIGH_CODING_GZIP },
	{ "identity", "gzip", WEIGH_CODING_GZIP },
	{ "gzip, gzip", NULL, WEIGH_CODING_OTHER },
	{ "gzip", "gzip", WEIGH_CODING_OTHER },
	{ "deflate", NULL, WEIGH_CODING_OTHER },
	{ "gzip, br", NULL, WEIGH_CODING_OTHER },
	{ "gzipx", NULL, WEIGH_CODING_OTHER },
};

static void
test_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		check_u64(contents[i].one != NULL ? contents[i].one : "none",
		    weigh_http_content_coding(head_of("Content-Encoding",
			contents[i].one, contents[i].other)),
		    contents[i].coding);
}

static void
test_chunk(void **state)
{
	char text[WEIGH_HTTP_CHUNK];

	(void)state;
	check_u64("length", weigh_http_chunk(text, 0), 3);
	check_str("last", text, "0\r\n");
	weigh_http_chunk(text, 0xab12);
	check_str("hex", text, "ab12\r\n");
	check_u64("longest", weigh_http_chunk(text, SIZE_MAX), 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
