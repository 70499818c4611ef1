/* Tests of daemon/audit/line.c; the numbers are those of line.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/line.h"
#include "check.h"

#define Z64 \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000"
#define REV "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff"
#define OID "ab00000000000000000000000000000000000000000000000000000000000000"
#define HEAD(n, event) \
	"{\"n\":" n ",\"prev\":\"" Z64 "\"," \
	"\"time\":\"2026-01-02T03:04:05Z\",\"event\":\"" event "\""
#define ADMIT \
	HEAD("1", "admit") \
	",\"repo\":\"models/acme/demo\"," \
	"\"ref\":\"refs/heads/main\",\"revision\":\"" REV "\"," \
	"\"manifest\":\"" OID "\",\"origin\":\"published by uid 0\"}"
#define QUARANTINE \
	HEAD("2", "quarantine") \
	",\"blob\":\"" OID "\"," \
	"\"why\":\"segment 3 does \\\"not\\\" hold\"}"

#define ACT(event) \
	HEAD("3", event) \
	",\"repo\":\"models/acme/demo\",\"revision\":\"" REV "\"," \
	"\"origin\":\"alice\""
#define APPROVE(until) \
	ACT("approve") \
	",\"purpose\":\"serve\",\"basis\":\"" OID "\",\"until\":\"" until \
	"\",\"ticket\":\"LEGAL-7\",\"why\":\"read\"}"
#define WAIVE \
	ACT("waive") \
	",\"rule\":\"no-gpl\",\"until\":\"2027-01-02T03:04:05Z\"," \
	"\"ticket\":\"\",\"why\":\"read\"}"
#define REVOKE(number) \
	ACT("revoke") \
	",\"revokes\":\"" number "\",\"ticket\":\"\",\"why\":\"read\"}"
#define DECIDE \
	ACT("decide") \
	",\"rule\":\"no-gpl\",\"purpose\":\"serve\",\"ruling\":\"deny\"," \
	"\"option\":\"1\",\"reason\":\"r\",\"because\":\"b\"," \
	"\"policy\":\"" OID "\",\"record\":\"" OID "\"," \
	"\"approved\":\"12\",\"until\":\"\"}"
#define ACCEPT \
	HEAD("3", "accept") \
	",\"repo\":\"models/acme/demo\",\"revision\":\"" REV "\"," \
	"\"token\":\"3f2a5c0d9e8b7a61\",\"terms\":\"" OID "\"," \
	"\"card\":\"" Z64 "\",\"origin\":\"token 3f2a5c0d9e8b7a61 (ci)\"}"
#define RULING(event) \
	HEAD("4", event) \
	",\"repo\":\"models/acme/demo\",\"token\":\"3f2a5c0d9e8b7a61\"," \
	"\"origin\":\"by uid 0\",\"why\":\"\"}"

/* (1): our form and no other. */
static const struct parse_row {
	const char *label, *text;
	enum weigh_code want;
} parses[] = {
	{ "admit", ADMIT, WEIGH_OK },
	{ "quarantine", QUARANTINE, WEIGH_OK },
	{ "approve", APPROVE("2027-01-02T03:04:05Z"), WEIGH_OK },
	{ "approve, no end", APPROVE(""), WEIGH_OK },
	{ "an end that is none", APPROVE("1970-01-01T00:00:00Z"),
	    WEIGH_MALFORMED },
	{ "an end in other words", APPROVE("never"), WEIGH_MALFORMED },
	{ "waive", WAIVE, WEIGH_OK },
	{ "revoke", REVOKE("3"), WEIGH_OK },
	{ "a zero in front", REVOKE("03"), WEIGH_MALFORMED },
	{ "no number", REVOKE(""), WEIGH_MALFORMED },
	{ "below zero", REVOKE("-3"), WEIGH_MALFORMED },
	{ "a number too long", REVOKE("1234567890123456789"), WEIGH_MALFORMED },
	{ "decide", DECIDE, WEIGH_OK },
	{ "accept", ACCEPT, WEIGH_OK },
	{ "grant", RULING("grant"), WEIGH_OK },
	{ "refuse", RULING("refuse"), WEIGH_OK },
	{ "reopen", RULING("reopen"), WEIGH_OK },
	{ "accept without its terms", RULING("accept"), WEIGH_MALFORMED },
	{ "nothing", "", WEIGH_MALFORMED },
	{ "not an object", "[1]", WEIGH_MALFORMED },
	{ "empty object", "{}", WEIGH_MALFORMED },
	{ "cut", "{\"n\":1,\"prev\":", WEIGH_MALFORMED },
	{ "something behind", QUARANTINE " ", WEIGH_MALFORMED },
	{ "a blank inside", "{\"n\": 1", WEIGH_MALFORMED },
	{ "unknown event", HEAD("1", "party") "}", WEIGH_MALFORMED },
	{ "event without its keys", HEAD("1", "admit") "}", WEIGH_MALFORMED },
	{ "a key too many",
	    HEAD("1", "quarantine") ",\"blob\":\"" OID "\",\"why\":\"x\","
				    "\"more\":1}",
	    WEIGH_MALFORMED },
	{ "keys in another order",
	    HEAD("1", "quarantine") ",\"why\":\"x\",\"blob\":\"" OID "\"}",
	    WEIGH_MALFORMED },
	{ "another event's key",
	    HEAD("1", "quarantine") ",\"repo\":\"models/acme/demo\"}",
	    WEIGH_MALFORMED },
	{ "a negative number",
	    HEAD("-1", "quarantine") ",\"blob\":\"" OID "\",\"why\":\"x\"}",
	    WEIGH_MALFORMED },
	{ "a number as text",
	    HEAD("\"1\"", "quarantine") ",\"blob\":\"" OID "\",\"why\":\"x\"}",
	    WEIGH_MALFORMED },
	{ "upper-case digest",
	    HEAD("1", "quarantine") ",\"blob\":\"AB" Z64 "\",\"why\":\"x\"}",
	    WEIGH_MALFORMED },
	{ "needless escape",
	    HEAD("1", "quarantine") ",\"blob\":\"" OID
				    "\",\"why\":\"\\u0078\"}",
	    WEIGH_MALFORMED },
	{ "no such day",
	    "{\"n\":1,\"prev\":\"" Z64 "\",\"time\":\"2026-02-30T00:00:00Z\","
	    "\"event\":\"quarantine\",\"blob\":\"" OID "\",\"why\":\"x\"}",
	    WEIGH_MALFORMED },
	{ "a time with a zone",
	    "{\"n\":1,\"prev\":\"" Z64 "\",\"time\":\"2026-02-01T0:00+01:0Z\","
	    "\"event\":\"quarantine\",\"blob\":\"" OID "\",\"why\":\"x\"}",
	    WEIGH_MALFORMED },
	{ "a repository that leaves",
	    HEAD("1", "admit") ",\"repo\":\"models/../x\","
			       "\"ref\":\"refs/heads/main\",\"revision\":\"" REV
			       "\","
			       "\"manifest\":\"" OID "\",\"origin\":\"x\"}",
	    WEIGH_MALFORMED },
	{ "NUL in a text",
	    HEAD("1", "quarantine") ",\"blob\":\"" OID
				    "\",\"why\":\"\\u0000\"}",
	    WEIGH_MALFORMED },
};

static void
test_parse(void **state)
{
	struct audit_line line;
	struct weigh_buf again;

	(void)state;
	for (size_t i = 0; i < sizeof(parses) / sizeof(parses[0]); i++) {
		check_code(parses[i].label,
		    line_parse(&line, parses[i].text, strlen(parses[i].text),
			NULL),
		    parses[i].want);
		if (parses[i].want != WEIGH_OK)
			continue;
		weigh_buf_init(&again, AUDIT_LINE_MAX);
		check_true("render", line_render(&line, &again));
		check_str(parses[i].label, again.data, parses[i].text);
		weigh_buf_free(&again);
	}
}

/* (2): an act and a decision are told as they were written. */
static void
test_acts(void **state)
{
	static const char *const lines[] = { APPROVE("2027-01-02T03:04:05Z"),
		WAIVE, REVOKE("3"), DECIDE };
	struct audit_line line, again;
	struct audit_entry entry;
	struct weigh_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		check_code(lines[i],
		    line_parse(&line, lines[i], strlen(lines[i]), NULL),
		    WEIGH_OK);
		line_to_entry(&line, &entry);
		check_code(lines[i], line_from_entry(&again, &entry, NULL),
		    WEIGH_OK);
		again.n = line.n;
		again.prev = line.prev;
		weigh_buf_init(&out, AUDIT_LINE_MAX);
		check_true("render", line_render(&again, &out));
		check_str("the same", out.data, lines[i]);
		weigh_buf_free(&out);
	}
	check_str("because", entry.because, "b");
	check_u64("approved", entry.approved, 12);
	check_u64("option", entry.option, 1);
}

/* What is looked up by a word is not cut. */
static void
test_words(void **state)
{
	const struct weigh_repo repo = { WEIGH_MODEL, "acme/demo" };
	struct audit_entry entry = { .event = AUDIT_WAIVE, .repo = &repo };
	char word[AUDIT_WORD + 2];
	struct audit_line line;

	(void)state;
	memset(word, 'x', sizeof(word));
	word[AUDIT_WORD] = '\0';
	entry.rule = word;
	check_code("at the limit", line_from_entry(&line, &entry, NULL),
	    WEIGH_OK);
	word[AUDIT_WORD] = 'x';
	word[AUDIT_WORD + 1] = '\0';
	check_code("over it", line_from_entry(&line, &entry, NULL),
	    WEIGH_USAGE);
	entry.rule = "\xff";
	check_code("not UTF-8", line_from_entry(&line, &entry, NULL),
	    WEIGH_USAGE);
	entry.rule = "";
	entry.until = -1;
	check_code("an end before 1970", line_from_entry(&line, &entry, NULL),
	    WEIGH_USAGE);
}

static void
test_values(void **state)
{
	struct audit_line line;
	char hex[WEIGH_OID_HEX + 1];

	(void)state;
	check_code("admit", line_parse(&line, ADMIT, strlen(ADMIT), NULL),
	    WEIGH_OK);
	check_u64("n", line.n, 1);
	check_u64("time", (uint64_t)line.time, 1767323045);
	check_u64("kind", line.repo.kind, WEIGH_MODEL);
	check_str("repo", line.repo.name, "acme/demo");
	check_str("ref", line.ref, "refs/heads/main");
	weigh_gitid_hex(&line.revision, hex);
	check_str("revision", hex, REV);
	weigh_oid_hex(&line.manifest, hex);
	check_str("manifest", hex, OID);
	check_str("origin", line.origin, "published by uid 0");
	check_code("quarantine",
	    line_parse(&line, QUARANTINE, strlen(QUARANTINE), NULL), WEIGH_OK);
	weigh_oid_hex(&line.blob, hex);
	check_str("blob", hex, OID);
	check_str("why", line.why, "segment 3 does \"not\" hold");
}

/* A line over the limit is refused before it is read. */
static void
test_too_long(void **state)
{
	char *text = calloc(1, AUDIT_LINE_MAX + 1);
	struct audit_line line;

	(void)state;
	check_true("memory", text != NULL);
	memset(text, ' ', AUDIT_LINE_MAX + 1);
	check_code("over", line_parse(&line, text, AUDIT_LINE_MAX + 1, NULL),
	    WEIGH_TOO_BIG);
	check_code("at it", line_parse(&line, text, AUDIT_LINE_MAX, NULL),
	    WEIGH_MALFORMED);
	free(text);
}

/* (2): whatever prose comes in, the line can be read again. */
static const struct prose_row {
	const char *label, *text;
	size_t times;     /* the text is repeated */
	const char *want; /* NULL: only that it is read as it was cut */
	size_t want_len;
} proses[] = {
	{ "plain", "abc", 1, "abc", 3 },
	{ "empty", "", 0, "", 0 },
	{ "at the limit", "x", 1023, NULL, 1023 },
	{ "cut", "x", 5000, NULL, 1023 },
	{ "cut between characters", "\xc3\xb6", 3000, NULL, 1022 },
	{ "controls", "\x01\x1f", 2000, NULL, 1023 },
	{ "not UTF-8",
	    "a\xff"
	    "b",
	    1, "a?b", 3 },
	{ "not UTF-8, long", "\xff", 3000, NULL, 1023 },
	{ "a tail alone", "\x80", 3000, NULL, 0 },
	{ "quotes", "\"", 3000, NULL, 1023 },
};

static void
test_prose(void **state)
{
	struct audit_line line, again;
	struct audit_entry entry;
	char text[7000];
	struct weigh_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(proses) / sizeof(proses[0]); i++) {
		text[0] = '\0';
		for (size_t k = 0; k < proses[i].times; k++)
			strcat(text, proses[i].text);
		entry = (struct audit_entry){ .event = AUDIT_QUARANTINE,
			.why = text };
		weigh_buf_init(&out, AUDIT_LINE_MAX);
		check_code(proses[i].label,
		    line_from_entry(&line, &entry, NULL), WEIGH_OK);
		check_true(proses[i].label, line_render(&line, &out));
		check_code(proses[i].label,
		    line_parse(&again, out.data, out.len, NULL), WEIGH_OK);
		check_str(proses[i].label, again.why, line.why);
		check_u64(proses[i].label, strlen(again.why),
		    proses[i].want_len);
		if (proses[i].want != NULL)
			check_str(proses[i].label, again.why, proses[i].want);
		weigh_buf_free(&out);
	}
}

static const struct entry_row {
	const char *label;
	int64_t time;
	const char *ref;
	enum weigh_code want;
} entries[] = {
	{ "1970", 0, "refs/heads/main", WEIGH_OK },
	{ "2038 and later", INT64_C(4294967296), "refs/heads/main", WEIGH_OK },
	{ "the last second", INT64_C(253402300799), "r", WEIGH_OK },
	{ "one more", INT64_C(253402300800), "r", WEIGH_USAGE },
	{ "before 1970", -1, "r", WEIGH_USAGE },
	{ "a ref that is not UTF-8", 0, "refs/\xff", WEIGH_USAGE },
};

/* (2): times far away too. */
static void
test_entries(void **state)
{
	const struct weigh_repo repo = { WEIGH_DATASET, "demo" };
	struct audit_line line, again;
	struct audit_entry entry;
	struct weigh_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		entry = (struct audit_entry){ .event = AUDIT_ADMIT,
			.time = entries[i].time,
			.repo = &repo,
			.ref = entries[i].ref };
		check_code(entries[i].label,
		    line_from_entry(&line, &entry, NULL), entries[i].want);
		if (entries[i].want != WEIGH_OK)
			continue;
		weigh_buf_init(&out, AUDIT_LINE_MAX);
		check_true(entries[i].label, line_render(&line, &out));
		check_code(entries[i].label,
		    line_parse(&again, out.data, out.len, NULL), WEIGH_OK);
		check_true("time", again.time == entries[i].time);
		check_u64("kind", again.repo.kind, WEIGH_DATASET);
		weigh_buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_acts),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_prose),
		cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests_name("audit, line", tests, NULL, NULL);
}
