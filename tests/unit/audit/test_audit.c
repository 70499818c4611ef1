/* Tests of daemon/audit/audit.c; the numbers are those of audit.h. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "check.h"
#include "tmpdir.h"

#define JOURNAL "audit/journal.ndjson"

static struct weigh_repo
demo(enum weigh_kind kind)
{
	struct weigh_repo repo;

	check_code("repo", weigh_repo_parse(&repo, kind, "acme/demo", 9, NULL),
	    WEIGH_OK);
	return repo;
}

static enum weigh_code
admit(struct audit *a, uint8_t revision, const char *origin)
{
	const struct weigh_repo repo = demo(WEIGH_MODEL);
	const struct audit_entry entry = {
		.event = AUDIT_ADMIT,
		.time = 1767323045,
		.repo = &repo,
		.ref = "refs/heads/main",
		.revision = { { revision } },
		.manifest = { { (uint8_t)(revision + 100) } },
		.origin = origin,
	};

	return audit_append(a, &entry, NULL);
}

static enum weigh_code
quarantine(struct audit *a, const char *why)
{
	const struct audit_entry entry = {
		.event = AUDIT_QUARANTINE,
		.time = 1767323046,
		.blob = { { 7 } },
		.why = why,
	};

	return audit_append(a, &entry, NULL);
}

static struct audit *
open_journal(const struct tmpdir *t, bool want_cut)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct audit *a;
	bool cut;

	check_code("audit_open", audit_open(&a, t->fd, &cut, &err), WEIGH_OK);
	check_u64("cut", cut, want_cut);
	return a;
}

static off_t
journal_size(const struct tmpdir *t)
{
	struct stat st;

	check_true("stat", fstatat(t->fd, JOURNAL, &st, 0) == 0);
	return st.st_size;
}

/* The journal's text; free() it. */
static char *
journal_text(const struct tmpdir *t)
{
	size_t size = (size_t)journal_size(t);
	char *text = calloc(1, size + 1);
	int fd = openat(t->fd, JOURNAL, O_RDONLY);

	check_true("read", read(fd, text, size) == (ssize_t)size);
	close(fd);
	return text;
}

static void
check_admitted(struct audit *a, enum weigh_kind kind, uint8_t revision,
    const char *want)
{
	const struct weigh_repo repo = demo(kind);
	const struct weigh_gitid id = { { revision } };
	char origin[100] = "";
	bool found;

	check_code("find",
	    audit_find_admit(a, &repo, &id, origin, sizeof(origin), &found,
		NULL),
	    WEIGH_OK);
	check_u64("found", found, want != NULL);
	check_str("origin", origin, want != NULL ? want : "");
}

/* A line is there when append returns (1) and after opening again. */
static void
test_append(void **state)
{
	struct tmpdir t;
	struct audit *a;
	char *text;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	check_admitted(a, WEIGH_MODEL, 1, NULL);
	check_code("admit", admit(a, 1, "published by uid 0"), WEIGH_OK);
	text = journal_text(&t);
	check_has("the first", text,
	    "{\"n\":1,\"prev\":\"0000000000000000000000000000000000000000"
	    "000000000000000000000000\",\"time\":\"2026-01-02T03:04:05Z\","
	    "\"event\":\"admit\",\"repo\":\"models/acme/demo\","
	    "\"ref\":\"refs/heads/main\",\"revision\":\"0100");
	free(text);
	check_code("quarantine", quarantine(a, "segment 3 does not hold"),
	    WEIGH_OK);
	check_code("admit", admit(a, 2, "second"), WEIGH_OK);
	check_code("admit", admit(a, 1, "once more"), WEIGH_OK);
	for (int round = 0; round < 2; round++) {
		check_admitted(a, WEIGH_MODEL, 1, "once more");
		check_admitted(a, WEIGH_MODEL, 2, "second");
		check_admitted(a, WEIGH_DATASET, 2, NULL);
		check_admitted(a, WEIGH_MODEL, 7, NULL);
		/* Its digits stand in a line, as a manifest's. */
		check_admitted(a, WEIGH_MODEL, 102, NULL);
		audit_close(a);
		a = open_journal(&t, false);
	}
	check_code("goes on", admit(a, 3, "third"), WEIGH_OK);
	audit_close(a);
	a = open_journal(&t, false);
	check_admitted(a, WEIGH_MODEL, 3, "third");
	audit_close(a);
	audit_close(NULL);
	tmpdir_remove(&t);
}

/* Each line has the hash of the one before: sha256sum agrees. */
static void
test_chain(void **state)
{
	char hex[WEIGH_OID_HEX + 1], want[100];
	struct weigh_oid oid;
	struct tmpdir t;
	struct audit *a;
	char *text, *lf;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	check_code("one", admit(a, 1, "x"), WEIGH_OK);
	check_code("two", admit(a, 2, "y"), WEIGH_OK);
	audit_close(a);
	text = journal_text(&t);
	lf = strchr(text, '\n');
	check_true("hash", weigh_oid_of(&oid, text, (size_t)(lf - text)));
	weigh_oid_hex(&oid, hex);
	snprintf(want, sizeof(want), "{\"n\":2,\"prev\":\"%s\"", hex);
	check_has("chained", lf + 1, want);
	free(text);
	tmpdir_remove(&t);
}

/* More than one piece of reading, with lines across its ends. */
static void
test_long(void **state)
{
	char why[900];
	struct tmpdir t;
	struct audit *a;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	memset(why, 'x', sizeof(why));
	for (size_t i = 0; i < 250; i++) {
		why[sizeof(why) - 1 - i] = '\0';
		check_code("append", quarantine(a, why), WEIGH_OK);
		if (i % 50 == 0)
			check_code("admit", admit(a, (uint8_t)(i + 1), why),
			    WEIGH_OK);
	}
	audit_close(a);
	check_true("several pieces", journal_size(&t) > 3 * 65536);
	a = open_journal(&t, false);
	check_code("last", admit(a, 255, "last"), WEIGH_OK);
	check_admitted(a, WEIGH_MODEL, 255, "last");
	audit_close(a);
	tmpdir_remove(&t);
}

/* Withdrawn with the words of the line that admitted; once is enough. */
static void
test_withdraw(void **state)
{
	const struct weigh_repo repo = demo(WEIGH_MODEL);
	const struct weigh_gitid one = { { 1 } }, other = { { 9 } };
	char origin[100];
	struct tmpdir t;
	struct audit *a;
	off_t size;
	bool found;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	check_code("one", admit(a, 1, "x"), WEIGH_OK);
	check_code("two", admit(a, 2, "y"), WEIGH_OK);
	size = journal_size(&t);
	check_code("never admitted", audit_withdraw(a, &repo, &other, NULL),
	    WEIGH_OK);
	check_true("nothing said", journal_size(&t) == size);
	check_code("withdrawn", audit_withdraw(a, &repo, &one, NULL), WEIGH_OK);
	size = journal_size(&t);
	check_code("again", audit_withdraw(a, &repo, &one, NULL), WEIGH_OK);
	check_true("nothing more", journal_size(&t) == size);
	check_code("find",
	    audit_find_admit(a, &repo, &one, origin, sizeof(origin), &found,
		NULL),
	    WEIGH_OK);
	check_true("gone", !found);
	check_str("its words", origin, "x");
	check_admitted(a, WEIGH_MODEL, 2, "y");
	check_code("admitted again", admit(a, 1, "z"), WEIGH_OK);
	check_admitted(a, WEIGH_MODEL, 1, "z");
	audit_close(a);
	audit_close(open_journal(&t, false));
	tmpdir_remove(&t);
}

#define HOLE 50

/* (2): a last line torn at every byte is cut off, and the rest goes on. */
static void
test_torn(void **state)
{
	struct tmpdir t;
	struct audit *a;
	off_t whole, size;
	char *text;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	check_code("one", admit(a, 1, "x"), WEIGH_OK);
	whole = journal_size(&t);
	check_code("two", admit(a, 2, "y"), WEIGH_OK);
	audit_close(a);
	text = journal_text(&t);
	for (size = journal_size(&t) - 1; size > whole; size--) {
		tmpdir_write(&t, JOURNAL, text, (size_t)size);
		a = open_journal(&t, true);
		check_true("cut", journal_size(&t) == whole);
		check_admitted(a, WEIGH_MODEL, 1, "x");
		check_admitted(a, WEIGH_MODEL, 2, NULL);
		audit_close(a);
	}
	a = open_journal(&t, false);
	check_code("goes on", admit(a, 2, "y"), WEIGH_OK);
	audit_close(a);
	audit_close(open_journal(&t, false));
	/* Its end came, a part before it did not. */
	size = (off_t)strlen(text);
	for (off_t at = whole; at < size - 1; at += HOLE) {
		size_t len = (size_t)(size - 1 - at < HOLE ? size - 1 - at :
							     HOLE);
		char saved[HOLE];

		memcpy(saved, text + at, len);
		memset(text + at, '\0', len);
		tmpdir_write(&t, JOURNAL, text, (size_t)size);
		audit_close(open_journal(&t, true));
		check_true("holes", journal_size(&t) == whole);
		memcpy(text + at, saved, len);
	}
	/* Zeros where the line was to be: torn as well. */
	memset(text + whole, '\0', 50);
	tmpdir_write(&t, JOURNAL, text, (size_t)whole + 50);
	audit_close(open_journal(&t, true));
	/* The very first line. */
	tmpdir_write(&t, JOURNAL, text, 10);
	a = open_journal(&t, true);
	check_true("empty", journal_size(&t) == 0);
	check_code("begins", admit(a, 1, "x"), WEIGH_OK);
	audit_close(a);
	free(text);
	tmpdir_remove(&t);
}

/* (3): any other damage is refused, named by its line, and left alone. */
struct damage_row {
	const char *label;
	void (*hurt)(const struct tmpdir *t, char *text, char *lines[4]);
	const char *words;
};

static void
flip_first(const struct tmpdir *t, char *text, char *lines[4])
{
	*strstr(lines[0], "uid 0") = 'U';
	tmpdir_write(t, JOURNAL, text, strlen(text));
}

static void
flip_last(const struct tmpdir *t, char *text, char *lines[4])
{
	*strstr(lines[2], "admit") = 'A';
	tmpdir_write(t, JOURNAL, text, strlen(text));
}

static void
drop_middle(const struct tmpdir *t, char *text, char *lines[4])
{
	memmove(lines[1], lines[2], strlen(lines[2]) + 1);
	tmpdir_write(t, JOURNAL, text, strlen(text));
}

static void
drop_first(const struct tmpdir *t, char *text, char *lines[4])
{
	(void)text;
	tmpdir_write(t, JOURNAL, lines[1], strlen(lines[1]));
}

static void
renumber(const struct tmpdir *t, char *text, char *lines[4])
{
	lines[2][5] = '4';
	tmpdir_write(t, JOURNAL, text, strlen(text));
}

static void
double_last(const struct tmpdir *t, char *text, char *lines[4])
{
	char *more = calloc(1, 2 * strlen(text) + 1);

	check_true("memory", more != NULL);
	strcpy(more, text);
	strcat(more, lines[2]);
	tmpdir_write(t, JOURNAL, more, strlen(more));
	free(more);
}

static void
empty_line(const struct tmpdir *t, char *text, char *lines[4])
{
	(void)lines;
	strcat(text, "\n");
	tmpdir_write(t, JOURNAL, text, strlen(text));
}

static void
endless_line(const struct tmpdir *t, char *text, char *lines[4])
{
	char *more = malloc(200000);

	(void)text;
	(void)lines;
	check_true("memory", more != NULL);
	memset(more, 'x', 200000);
	tmpdir_write(t, JOURNAL, more, 200000);
	free(more);
}

static const struct damage_row damages[] = {
	{ "a byte in the first line", flip_first, "line 2: its 'prev'" },
	{ "a byte in the last line", flip_last, "line 3: " },
	{ "a line taken out", drop_middle, "line 2: it has number 3" },
	{ "the first taken away", drop_first, "line 1: it has number 2" },
	{ "another number", renumber, "line 3: it has number 4" },
	{ "a line twice", double_last, "line 4: it has number 3" },
	{ "an empty line", empty_line, "line 4: not an object" },
	{ "a line without end", endless_line, "line 1: a line of over" },
};

static void
write_three(const struct tmpdir *t)
{
	struct audit *a = open_journal(t, false);

	check_code("one", admit(a, 1, "published by uid 0"), WEIGH_OK);
	check_code("two", quarantine(a, "x"), WEIGH_OK);
	check_code("three", admit(a, 2, "published by uid 1"), WEIGH_OK);
	audit_close(a);
}

static void
test_damage(void **state)
{
	char *text, *copy, *lines[4];
	struct weigh_err err;
	struct tmpdir t;
	struct audit *a;
	off_t size;
	bool cut;

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		tmpdir_make(&t);
		write_three(&t);
		text = journal_text(&t);
		copy = calloc(1, strlen(text) + 2);
		check_true("memory", copy != NULL);
		strcpy(copy, text);
		lines[0] = copy;
		for (int k = 1; k < 4; k++)
			lines[k] = strchr(lines[k - 1], '\n') + 1;
		damages[i].hurt(&t, copy, lines);
		size = journal_size(&t);
		check_code(damages[i].label, audit_open(&a, t.fd, &cut, &err),
		    WEIGH_MALFORMED);
		check_true("no journal", a == NULL && !cut);
		check_has(damages[i].label, err.why, damages[i].words);
		check_has("names the file", err.why, JOURNAL);
		check_true("left alone", journal_size(&t) == size);
		free(copy);
		free(text);
		tmpdir_remove(&t);
	}
}

static void
check_again(struct tmpdir *t, const struct audit_head *head, const char *label,
    bool right)
{
	atomic_bool cancel = false;
	char problem[200];

	check_code(label,
	    audit_check(t->fd, head, &cancel, problem, sizeof(problem), NULL),
	    WEIGH_OK);
	check_u64(label, problem[0] == '\0', right);
}

/* Read again while it is open: damage up to the head is found; what came behind it
 * is not looked at. */
static void
test_check(void **state)
{
	char *text, *copy, *lines[4];
	struct audit_head head;
	struct tmpdir t;
	struct audit *a;

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		tmpdir_make(&t);
		write_three(&t);
		a = open_journal(&t, false);
		audit_head(a, &head);
		check_u64("lines", head.n, 3);
		check_again(&t, &head, "right", true);
		text = journal_text(&t);
		copy = calloc(1, strlen(text) + 2);
		check_true("memory", copy != NULL);
		strcpy(copy, text);
		lines[0] = copy;
		for (int k = 1; k < 4; k++)
			lines[k] = strchr(lines[k - 1], '\n') + 1;
		damages[i].hurt(&t, copy, lines);
		free(copy);
		copy = journal_text(&t);
		check_again(&t, &head, damages[i].label,
		    strncmp(copy, text, strlen(text)) == 0);
		free(copy);
		free(text);
		audit_close(a);
		tmpdir_remove(&t);
	}
}

static void
test_check_ends(void **state)
{
	atomic_bool cancel = true;
	struct audit_head head;
	char problem[200], *text;
	struct tmpdir t;
	struct audit *a;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	audit_head(a, &head);
	check_again(&t, &head, "an empty one", true);
	audit_close(a);
	write_three(&t);
	a = open_journal(&t, false);
	audit_head(a, &head);
	text = journal_text(&t);
	*strstr(text,
	    "uid 1") = 'U'; /* of the last line: no other has its hash */
	tmpdir_write(&t, JOURNAL, text, strlen(text));
	check_again(&t, &head, "the last line says something else", false);
	*strstr(text, "Uid 1") = 'u';
	tmpdir_write(&t, JOURNAL, text, strlen(text));
	check_again(&t, &head, "as before", true);
	free(text);
	check_code("canceled",
	    audit_check(t.fd, &head, &cancel, problem, sizeof(problem), NULL),
	    WEIGH_CANCELED);
	check_code("a line more", admit(a, 3, "later"), WEIGH_OK);
	check_again(&t, &head, "behind the head", true);
	check_true("cut",
	    unlinkat(t.fd, JOURNAL, 0) == 0 || !tmpdir_has(&t, JOURNAL));
	check_again(&t, &head, "gone", false);
	audit_close(a);
	tmpdir_remove(&t);
}

/* A disk that is full in the middle of a line: the line is taken back, and the
 * next one is written when there is room.  RLIMIT_FSIZE plays the disk. */
static void
test_full(void **state)
{
	struct rlimit old, small;
	struct tmpdir t;
	struct audit *a;
	off_t before;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	tmpdir_make(&t);
	a = open_journal(&t, false);
	check_code("one", admit(a, 1, "x"), WEIGH_OK);
	before = journal_size(&t);
	check_true("getrlimit", getrlimit(RLIMIT_FSIZE, &old) == 0);
	small = old;
	small.rlim_cur = (rlim_t)before + 20;
	check_true("setrlimit", setrlimit(RLIMIT_FSIZE, &small) == 0);
	check_code("no room", admit(a, 2, "y"), WEIGH_IO);
	check_true("setrlimit", setrlimit(RLIMIT_FSIZE, &old) == 0);
	check_true("taken back", journal_size(&t) == before);
	check_admitted(a, WEIGH_MODEL, 2, NULL);
	check_code("room again", admit(a, 2, "y"), WEIGH_OK);
	audit_close(a);
	audit_close(open_journal(&t, false));
	tmpdir_remove(&t);
}

/* Somebody else's bytes behind ours: nothing is appended to them. */
static void
test_foreign(void **state)
{
	struct weigh_err err;
	struct audit_entry entry = { .event = AUDIT_QUARANTINE };
	struct tmpdir t;
	struct audit *a;
	int fd;

	(void)state;
	tmpdir_make(&t);
	a = open_journal(&t, false);
	fd = openat(t.fd, JOURNAL, O_WRONLY | O_APPEND);
	check_true("write", write(fd, "x", 1) == 1);
	close(fd);
	check_code("refused", audit_append(a, &entry, &err), WEIGH_IO);
	check_has("says so", err.why, "somebody else changed it");
	audit_close(a);
	tmpdir_remove(&t);
}

/* The journal is a file of ours, not what a link points to. */
static void
test_link(void **state)
{
	struct tmpdir t;
	struct audit *a;
	bool cut;

	(void)state;
	tmpdir_make(&t);
	check_true("link",
	    mkdirat(t.fd, "audit", 0755) == 0 &&
		symlinkat("../other", t.fd, JOURNAL) == 0);
	check_code("a link", audit_open(&a, t.fd, &cut, NULL), WEIGH_IO);
	check_true("nothing made", !tmpdir_has(&t, "other"));
	check_true("fifo",
	    unlinkat(t.fd, JOURNAL, 0) == 0 &&
		mkfifoat(t.fd, JOURNAL, 0600) == 0);
	check_code("a fifo", audit_open(&a, t.fd, &cut, NULL), WEIGH_IO);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_withdraw),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_ends),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_link),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
