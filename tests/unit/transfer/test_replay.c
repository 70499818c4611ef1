/*
 * Plays tests/replay/pull_*.rpl against the transfer machine; the format is in
 * tests/replay/README.md, the numbers in scripts are those of transfer.h.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/transfer.h>

#include "blobs.h"

#define SCRIPTS "tests/replay/pull_*.rpl"
#define ETAG "\"promised\""
#define EXTRA 8192 /* room behind the file for bytes that must not be taken */

/* One script being played. */
struct play {
	const char *path;
	unsigned line;
	size_t piece; /* the most bytes at once (7) */
	uint64_t size;
	uint8_t *content; /* what was promised */
	uint8_t *disk;    /* what the caller has written */
	uint8_t *list;
	bool wrong_digest;
	struct weigh_transfer t;
	bool open;
};

/* The value of `key=` in a line, or NULL. */
static const char *
word(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at != NULL ? at + strlen(key) : NULL;
}

static uint64_t
number(const char *line, const char *key, uint64_t otherwise)
{
	const char *at = word(line, key);

	return at != NULL ? strtoull(at, NULL, 10) : otherwise;
}

static void
make_file(struct play *p, const char *line)
{
	struct weigh_hasher *h = weigh_hasher_new();
	uint64_t held = number(line, "held=", 0);
	struct weigh_oid oid;
	size_t bytes;

	p->size = strtoull(line, NULL, 10);
	p->content = blobs_bytes(p->size + EXTRA, 7);
	p->disk = calloc(1, p->size + EXTRA);
	assert_non_null(h);
	assert_non_null(p->disk);
	assert_true(weigh_hasher_update(h, p->content, p->size));
	assert_true(weigh_hasher_final(h, &oid));
	weigh_hasher_list(h, &bytes);
	if (strstr(line, "list") != NULL && bytes > 0) {
		p->list = malloc(bytes);
		assert_non_null(p->list);
		memcpy(p->list, weigh_hasher_list(h, &bytes), bytes);
	}
	if (strstr(line, "wrong-list") != NULL)
		p->list[5] ^= 1;
	p->wrong_digest = strstr(line, "wrong-digest") != NULL;
	if (p->wrong_digest)
		oid.b[0] ^= 1;
	memcpy(p->disk, p->content, held);
	assert_int_equal(weigh_transfer_init(&p->t, &oid, p->size, ETAG,
			     p->list, held, NULL),
	    WEIGH_OK);
	p->open = true;
	weigh_hasher_free(h);
}

/* What holds at every moment: (1), (3), (4). */
static void
check_invariants(const struct play *p)
{
	const struct weigh_transfer *t = &p->t;

	assert_true(t->good <= t->have && t->have <= p->size);
	assert_true(t->good % WEIGH_SEGMENT == 0 || t->good == p->size);
	if (t->good > 0)
		assert_memory_equal(p->disk, p->content, t->good);
	if (t->state == WEIGH_TRANSFER_DONE) {
		assert_false(p->wrong_digest);
		assert_memory_equal(p->disk, p->content, p->size);
	}
}

/* Some bytes, as a caller hands them over: written first, then judged. */
static enum weigh_transfer_action
hand_over(struct play *p, const uint8_t *bytes, uint64_t len)
{
	enum weigh_transfer_action action = WEIGH_DO_NOTHING;

	while (len > 0 && action == WEIGH_DO_NOTHING) {
		size_t n = len < p->piece ? (size_t)len : p->piece;
		uint64_t room = p->size - p->t.have;

		memcpy(p->disk + p->t.have, bytes, n < room ? n : room);
		action = weigh_transfer_bytes(&p->t, bytes, n);
		check_invariants(p);
		bytes += n;
		len -= n;
	}
	return action;
}

static enum weigh_transfer_action
bytes(struct play *p, const char *line)
{
	uint64_t n = strtoull(line, NULL, 10) + number(line, "more=", 0);
	uint64_t flip = number(line, "flip=", UINT64_MAX);
	uint64_t at = p->t.have;
	enum weigh_transfer_action action;
	uint8_t *copy = malloc(n);

	assert_non_null(copy);
	assert_true(at + n <= p->size + EXTRA);
	memcpy(copy, p->content + at, n);
	if (flip != UINT64_MAX) {
		assert_in_range(flip, at, at + n - 1);
		copy[flip - at] ^= 1;
	}
	action = hand_over(p, copy, n);
	free(copy);
	return action;
}

static enum weigh_transfer_action
head(struct play *p, const char *line)
{
	const char *etag = word(line, "etag=");
	struct weigh_transfer_head h = {
		.status = atoi(line),
		.has_range = word(line, "first=") != NULL,
		.range_first = number(line, "first=", 0),
		.range_last = number(line, "last=", 0),
		.range_total = number(line, "total=", 0),
		.has_length = word(line, "length=") != NULL,
		.length = number(line, "length=", 0),
	};

	if (etag != NULL)
		h.etag = strncmp(etag, "promised", 8) == 0 ? ETAG : "\"other\"";
	return weigh_transfer_head(&p->t, &h);
}

/* An action as scripts spell it. */
static void
spell(const struct play *p, enum weigh_transfer_action action, char out[64])
{
	const struct weigh_transfer *t = &p->t;

	switch (action) {
	case WEIGH_DO_NOTHING:
		snprintf(out, 64, "NOTHING");
		break;
	case WEIGH_DO_ASK:
		snprintf(out, 64, "ASK %" PRIu64, t->good);
		break;
	case WEIGH_DO_STOP:
		snprintf(out, 64, "STOP");
		break;
	case WEIGH_DO_SLEEP:
		snprintf(out, 64, "SLEEP %u", t->delay_ms);
		break;
	case WEIGH_DO_KEEP:
		snprintf(out, 64, "KEEP");
		break;
	case WEIGH_DO_REPORT:
		assert_true(t->err.why[0] != '\0');
		snprintf(out, 64, "REPORT %s",
		    weigh_code_info(t->err.code)->name);
		break;
	}
}

static enum weigh_transfer_action
event(struct play *p, const char *name, const char *rest)
{
	if (strcmp(name, "start") == 0)
		return weigh_transfer_start(&p->t);
	if (strcmp(name, "head") == 0)
		return head(p, rest);
	if (strcmp(name, "bytes") == 0)
		return bytes(p, rest);
	if (strcmp(name, "more") == 0)
		return hand_over(p, p->content + p->size,
		    strtoull(rest, NULL, 10));
	if (strcmp(name, "ended") == 0)
		return weigh_transfer_ended(&p->t, rest);
	if (strcmp(name, "next") == 0)
		return weigh_transfer_next(&p->t);
	if (strcmp(name, "wake") == 0)
		return weigh_transfer_wake(&p->t);
	fail_msg("%s:%u: unknown event '%s'", p->path, p->line, name);
	return WEIGH_DO_NOTHING;
}

static void
expect(const struct play *p, const char *rest)
{
	const struct {
		const char *key;
		uint64_t got;
	} rows[] = {
		{ "good=", p->t.good },
		{ "have=", p->t.have },
		{ "refetched=", p->t.refetched },
		{ "bad=", p->t.bad_segments },
		{ "tries=", p->t.tries },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t want = number(rest, rows[i].key, rows[i].got);

		if (want != rows[i].got)
			fail_msg("%s:%u: %s%" PRIu64 ", but it is %" PRIu64,
			    p->path, p->line, rows[i].key, want, rows[i].got);
	}
}

/* One line: `event rest -> action`. */
static void
play_line(struct play *p, char *line)
{
	char *arrow = strstr(line, "->");
	char *rest = line + strcspn(line, " ");
	char got[64] = "";
	char *end;

	if (arrow != NULL)
		*arrow = '\0';
	for (end = line + strlen(line); end > line && end[-1] == ' ';)
		*--end = '\0';
	if (*rest != '\0')
		*rest++ = '\0';
	if (strcmp(line, "file") == 0) {
		make_file(p, rest);
	} else if (strcmp(line, "expect") == 0) {
		expect(p, rest);
	} else {
		spell(p, event(p, line, rest), got);
		check_invariants(p);
		if (arrow == NULL || strcmp(arrow + 3, got) != 0)
			fail_msg("%s:%u: expected '%s', the machine says '%s'",
			    p->path, p->line, arrow != NULL ? arrow + 3 : "",
			    got);
	}
}

static void
play_script(const char *path, size_t piece)
{
	struct play p = { .path = path, .piece = piece };
	FILE *f = fopen(path, "re");
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		p.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			play_line(&p, line);
	}
	fclose(f);
	assert_true(p.open);
	weigh_transfer_free(&p.t);
	free(p.content);
	free(p.disk);
	free(p.list);
}

static void
play_both_ways(void **state)
{
	play_script(*state, SIZE_MAX);
	play_script(*state, 1000003); /* (7) */
}

/* What the caller must not hand in is refused at once, not trusted. */
static void
test_held_must_be_checked(void **state)
{
	static const struct {
		const char *label;
		uint64_t size, held;
		bool list;
	} rows[] = {
		{ "not a whole segment", 10 * MIB, 5 * MIB, true },
		{ "more than the file", 10 * MIB, 12 * MIB, true },
		{ "checked against no list", 10 * MIB, 4 * MIB, false },
	};
	const uint8_t list[64] = { 0 };
	const struct weigh_oid oid = { { 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_transfer t;
		enum weigh_code rc = weigh_transfer_init(&t, &oid, rows[i].size,
		    ETAG, rows[i].list ? list : NULL, rows[i].held, NULL);

		if (rc != WEIGH_BUG)
			fail_msg("%s: accepted", rows[i].label);
	}
}

int
main(void)
{
	struct CMUnitTest *tests;
	glob_t found;
	int failed;

	if (glob(SCRIPTS, 0, NULL, &found) != 0) {
		fprintf(stderr, "no " SCRIPTS "; run it from the top folder\n");
		return 1;
	}
	tests = calloc(found.gl_pathc + 1, sizeof(*tests));
	if (tests == NULL)
		return 1;
	for (size_t i = 0; i < found.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){ .name = found.gl_pathv[i],
			.test_func = play_both_ways,
			.initial_state = found.gl_pathv[i] };
	tests[found.gl_pathc] = (struct CMUnitTest)
	    cmocka_unit_test(test_held_must_be_checked);
	failed = _cmocka_run_group_tests("transfer", tests, found.gl_pathc + 1,
	    NULL, NULL);
	free(tests);
	globfree(&found);
	return failed;
}
