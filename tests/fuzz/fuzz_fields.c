/* Requests of our own API, read by table into a struct: every text in it ends,
 * and what the table does not name is not touched. */
#include <stdlib.h>
#include <string.h>

#include <weigh/json.h>

struct request {
	uint64_t before;
	char name[24];
	char one[1];
	uint64_t size;
	bool yes;
	uint64_t behind;
};

#define STRING(f, required) \
	{ \
#f, WEIGH_JSON_T_STRING, offsetof(struct request, f), \
		    sizeof(((struct request *)0)->f), required \
	}

static const struct weigh_json_field rows[] = {
	STRING(name, true),
	STRING(one, false),
	{ "size", WEIGH_JSON_T_U64, offsetof(struct request, size), 0, false },
	{ "yes", WEIGH_JSON_T_BOOL, offsetof(struct request, yes), 0, false },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t n = sizeof(rows) / sizeof(rows[0]);
	struct request r;
	struct weigh_err err;
	enum weigh_code rc;

	memset(&r, 'x', sizeof(r));
	r.name[0] = r.one[0] = '\0';
	r.yes = false;
	rc = weigh_json_read_fields((const char *)data, size, rows, n, &r,
	    &err);
	if (memchr(r.name, '\0', sizeof(r.name)) == NULL || r.one[0] != '\0' ||
	    r.before != r.behind)
		abort();
	if (rc != WEIGH_OK && err.why[0] == '\0')
		abort();
	return 0;
}
