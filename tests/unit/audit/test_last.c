/* How a journal ends (audit_last of audit/audit.h). */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/line.h"
#include "check.h"
#include "tmpdir.h"

#define JOURNAL "audit/journal.ndjson"

/* A journal of `n` lines, the last of them with `why`; then `tail`, raw. */
static void
write_journal(const struct tmpdir *t, unsigned n, size_t why_len,
    const char *tail)
{
	char why[1024];
	struct audit *a;
	bool cut;
	int fd;

	memset(why, 'y', sizeof(why));
	why[why_len] = '\0';
	check_code("open", audit_open(&a, t->fd, &cut, NULL), WEIGH_OK);
	for (unsigned i = 1; i <= n; i++) {
		const struct audit_entry entry = { .event = AUDIT_QUARANTINE,
			.time = 1767323000 + i,
			.blob = { { 7 } },
			.why = i == n ? why : "x" };

		check_code("append", audit_append(a, &entry, NULL), WEIGH_OK);
	}
	audit_close(a);
	fd = openat(t->fd, JOURNAL, O_WRONLY | O_APPEND);
	check_true("tail", write(fd, tail, strlen(tail)) >= 0);
	close(fd);
}

static const struct {
	const char *label;
	unsigned lines;
	size_t why;
	const char *tail;
	enum weigh_code code;
} rows[] = {
	{ "no line yet", 0, 0, "", WEIGH_OK },
	{ "one", 1, 1, "", WEIGH_OK },
	{ "more than the tail that is read", 400, 1000, "", WEIGH_OK },
	{ "a line being written is not looked at", 3, 1, "{\"n\":4,", WEIGH_OK },
	{ "the first line being written", 0, 0, "{\"n\":1,", WEIGH_OK },
	{ "not a line of ours", 3, 1, "{}\n", WEIGH_MALFORMED },
};

static void
test_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tmpdir t;
		int64_t time;
		uint64_t n;

		tmpdir_make(&t);
		write_journal(&t, rows[i].lines, rows[i].why, rows[i].tail);
		check_code(rows[i].label, audit_last(t.fd, &n, &time, NULL),
		    rows[i].code);
		if (rows[i].code == WEIGH_OK) {
			check_u64(rows[i].label, n, rows[i].lines);
			check_u64(rows[i].label, (uint64_t)time,
			    rows[i].lines > 0 ? 1767323000 + rows[i].lines : 0);
		}
		tmpdir_remove(&t);
	}
}

static void
test_no_journal(void **state)
{
	struct tmpdir t;
	int64_t time;
	uint64_t n;

	(void)state;
	tmpdir_make(&t);
	check_code("none", audit_last(t.fd, &n, &time, NULL), WEIGH_NOT_FOUND);
	tmpdir_remove(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_no_journal),
	};

	return cmocka_run_group_tests_name("last line", tests, NULL, NULL);
}
