/* Verdicts from facts (weigh/doctor.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/doctor.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GB UINT64_C(1000000000)
#define NOW INT64_C(1800000000)
#define DAY INT64_C(86400)

/* A house that is well. */
static struct weigh_house_facts
well(void)
{
	return (struct weigh_house_facts){
		.data = "/srv/w",
		.writable = true,
		.write_problem = "",
		.disk_total = 1000 * GB,
		.disk_free = 500 * GB,
		.keep_free = GB,
		.inodes_total = 1000000,
		.inodes_free = 900000,
		.files_open = 40,
		.files_limit = 65536,
		.memory_used = 40000000,
		.now = NOW,
		.newest = NOW - 60,
		.catalog_problem = "",
		.catalog_schema = 2,
		.journal_problem = "",
		.key_there = true,
		.key_mode = 0600,
		.listening = "127.0.0.1:8477 [::1]:8477",
		.scrub_days = 30,
		.scrub_began = NOW - 9 * DAY,
		.scrub_ended = NOW - 8 * DAY,
		.oldest = NOW - 9 * DAY,
		.blobs = 12,
		.openat2 = true,
		.seccomp = true,
		.landlock = 3,
		.no_new_privs = true,
	};
}

/* What each row changes about it. */
static void
offline(struct weigh_house_facts *f)
{
	f->offline = true;
	f->upstreams = 2;
	f->through = true;
}
static void
two_upstreams(struct weigh_house_facts *f)
{
	f->upstreams = 2;
	f->asked = 7;
	f->unanswered = 3;
}
static void
pulls(struct weigh_house_facts *f)
{
	two_upstreams(f);
	f->through = true;
}
static void
pulls_nowhere(struct weigh_house_facts *f)
{
	f->through = true;
}
static void
no_write(struct weigh_house_facts *f)
{
	f->writable = false;
	f->write_problem = "read-only file system";
}
static void
disk_low(struct weigh_house_facts *f)
{
	f->disk_free = 40 * GB;
}
static void
disk_full(struct weigh_house_facts *f)
{
	f->disk_free = GB;
}
static void
no_inodes(struct weigh_house_facts *f)
{
	f->inodes_total = 0;
}
static void
inodes_low(struct weigh_house_facts *f)
{
	f->inodes_free = 49999;
}
static void
inodes_out(struct weigh_house_facts *f)
{
	f->inodes_free = 999;
}
static void
files_few(struct weigh_house_facts *f)
{
	f->files_limit = 1023;
}
static void
files_most(struct weigh_house_facts *f)
{
	f->files_open = 52430;
}
static void
files_all(struct weigh_house_facts *f)
{
	f->files_open = 65520;
}
static void
tight(struct weigh_house_facts *f)
{
	f->memory_limit = 103999999;
}
static void
wide(struct weigh_house_facts *f)
{
	f->memory_limit = 104000000;
}
static void
in_1970(struct weigh_house_facts *f)
{
	f->now = f->newest = 5;
}
static void
in_3000(struct weigh_house_facts *f)
{
	f->now = INT64_C(32503680000);
}
static void
behind(struct weigh_house_facts *f)
{
	f->newest = NOW + DAY;
}
static void
far_behind(struct weigh_house_facts *f)
{
	f->newest = NOW + DAY + 1;
}
static void
sick(struct weigh_house_facts *f)
{
	f->catalog_problem = "malformed";
}
static void
slow(struct weigh_house_facts *f)
{
	f->catalog_ms = 1001;
}
static void
moved(struct weigh_house_facts *f)
{
	f->catalog_moved = true;
}
static void
torn(struct weigh_house_facts *f)
{
	f->journal_problem = "line 3";
}
static void
keyless(struct weigh_house_facts *f)
{
	f->key_there = false;
}
static void
key_open(struct weigh_house_facts *f)
{
	f->key_mode = 0640;
}
static void
key_other(struct weigh_house_facts *f)
{
	f->key_foreign = true;
}
static void
no_door(struct weigh_house_facts *f)
{
	f->listening = "";
}
static void
any_door(struct weigh_house_facts *f)
{
	f->listening = "127.0.0.1:1 0.0.0.0:8477";
}
static void
near_door(struct weigh_house_facts *f)
{
	f->listening = "12.0.0.1:1";
}
static void
any_door6(struct weigh_house_facts *f)
{
	f->listening = "[::]:1";
}
static void
bad(struct weigh_house_facts *f)
{
	f->bad = 1;
}
static void
damaged(struct weigh_house_facts *f)
{
	f->damaged = 1;
}
static void
looked(struct weigh_house_facts *f)
{
	f->hidden_known = true;
}
static void
hidden(struct weigh_house_facts *f)
{
	f->hidden_known = true;
	f->hidden = 2;
}
static void
empty(struct weigh_house_facts *f)
{
	f->blobs = 0, f->oldest = 0;
}
static void
all_bad(struct weigh_house_facts *f)
{
	f->bad = f->blobs, f->oldest = 0;
}
static void
unread(struct weigh_house_facts *f)
{
	f->oldest = 0;
}
static void
old(struct weigh_house_facts *f)
{
	f->oldest = NOW - 31 * DAY;
}
static void
off(struct weigh_house_facts *f)
{
	f->scrub_off = true;
}
static void
no_openat2(struct weigh_house_facts *f)
{
	f->openat2 = false;
}
static void
no_seccomp(struct weigh_house_facts *f)
{
	f->seccomp = false;
}
static void
no_landlock(struct weigh_house_facts *f)
{
	f->landlock = 0;
}
static void
free_root(struct weigh_house_facts *f)
{
	f->root = true;
	f->no_new_privs = false;
}
static void
bound_root(struct weigh_house_facts *f)
{
	f->root = true;
}
static void
nothing(struct weigh_house_facts *f)
{
	(void)f;
}

/* (1), (2), (3): each check's every verdict. */
static const struct {
	const char *check;
	void (*change)(struct weigh_house_facts *f);
	enum weigh_health health;
	const char *says;
} house_rows[] = {
	{ "data", nothing, WEIGH_HEALTH_OK, "'/srv/w' can be written" },
	{ "data", no_write, WEIGH_HEALTH_BAD, "read-only file system" },
	{ "disk", nothing, WEIGH_HEALTH_OK, "500.0 GB of 1.0 TB free" },
	{ "disk", disk_low, WEIGH_HEALTH_WARN, "40.0 GB" },
	{ "disk", disk_full, WEIGH_HEALTH_BAD, "1.0 GB of" },
	{ "inodes", nothing, WEIGH_HEALTH_OK, "900000 of 1000000 free" },
	{ "inodes", no_inodes, WEIGH_HEALTH_OK, "does not run out" },
	{ "inodes", inodes_low, WEIGH_HEALTH_WARN, "49999" },
	{ "inodes", inodes_out, WEIGH_HEALTH_BAD, "999" },
	{ "descriptors", nothing, WEIGH_HEALTH_OK, "40 of 65536" },
	{ "descriptors", files_few, WEIGH_HEALTH_WARN, "of 1023" },
	{ "descriptors", files_most, WEIGH_HEALTH_WARN, "52430" },
	{ "descriptors", files_all, WEIGH_HEALTH_BAD, "65520" },
	{ "memory", nothing, WEIGH_HEALTH_OK, "40.0 MB used, no limit" },
	{ "memory", wide, WEIGH_HEALTH_OK, "the limit is 104.0 MB" },
	{ "memory", tight, WEIGH_HEALTH_WARN, "the limit is" },
	{ "clock", nothing, WEIGH_HEALTH_OK, "a possible time" },
	{ "clock", in_1970, WEIGH_HEALTH_BAD, "it is 5 seconds since" },
	{ "clock", in_3000, WEIGH_HEALTH_BAD, "which is not now" },
	{ "clock", behind, WEIGH_HEALTH_WARN, "86400 seconds behind" },
	{ "clock", far_behind, WEIGH_HEALTH_BAD, "86401 seconds behind" },
	{ "catalog", nothing, WEIGH_HEALTH_OK,
	    "schema 2, answered within 1 ms" },
	{ "catalog", sick, WEIGH_HEALTH_BAD, "malformed" },
	{ "catalog", slow, WEIGH_HEALTH_WARN, "1002 ms" },
	{ "catalog-file", nothing, WEIGH_HEALTH_OK, "has open" },
	{ "catalog-file", moved, WEIGH_HEALTH_BAD, "is lost when it ends" },
	{ "journal", nothing, WEIGH_HEALTH_OK, "0 lines" },
	{ "journal", torn, WEIGH_HEALTH_BAD, "line 3" },
	{ "key", nothing, WEIGH_HEALTH_OK, "nobody else's to read" },
	{ "key", keyless, WEIGH_HEALTH_BAD, "not there any more" },
	{ "key", key_open, WEIGH_HEALTH_BAD, "has mode 0640" },
	{ "key", key_other, WEIGH_HEALTH_BAD, "another user" },
	{ "doors", nothing, WEIGH_HEALTH_OK, "this machine only" },
	{ "doors", no_door, WEIGH_HEALTH_OK, "only the control socket" },
	{ "doors", any_door, WEIGH_HEALTH_WARN, "without a token" },
	{ "doors", near_door, WEIGH_HEALTH_WARN, "without a token" },
	{ "doors", any_door6, WEIGH_HEALTH_WARN, "without a token" },
	{ "outside", nothing, WEIGH_HEALTH_OK, "no upstream is set" },
	{ "outside", offline, WEIGH_HEALTH_OK,
	    "offline: nothing is asked of anybody and no name is looked up" },
	{ "outside", two_upstreams, WEIGH_HEALTH_OK,
	    "upstreams: 2; since the start 7 requests went out, 3 had no "
	    "answer; only what weigh mirror orders" },
	{ "outside", pulls, WEIGH_HEALTH_OK, "readers' questions bring in" },
	{ "outside", pulls_nowhere, WEIGH_HEALTH_WARN,
	    "and no upstream is set" },
	{ "bytes", nothing, WEIGH_HEALTH_OK, "none of 12 blobs" },
	{ "bytes", bad, WEIGH_HEALTH_BAD, "1 of 12 blobs" },
	{ "bytes", damaged, WEIGH_HEALTH_BAD, "1 repositories" },
	{ "hidden", nothing, WEIGH_HEALTH_OK, "not looked for" },
	{ "hidden", looked, WEIGH_HEALTH_OK, "every revision that git" },
	{ "hidden", hidden, WEIGH_HEALTH_BAD,
	    "2 revisions that git or the journal" },
	{ "scrub", nothing, WEIGH_HEALTH_OK, "9 days ago" },
	{ "scrub", empty, WEIGH_HEALTH_OK, "nothing to read" },
	{ "scrub", all_bad, WEIGH_HEALTH_OK, "nothing to read" },
	{ "scrub", off, WEIGH_HEALTH_WARN, "9 days ago" },
	{ "scrub", unread, WEIGH_HEALTH_WARN, "never read back" },
	{ "scrub", old, WEIGH_HEALTH_WARN, "31 days ago" },
	{ "kernel", nothing, WEIGH_HEALTH_OK, "Landlock 3" },
	{ "kernel", no_openat2, WEIGH_HEALTH_WARN, "not there: openat2" },
	{ "kernel", no_seccomp, WEIGH_HEALTH_WARN, "not there: seccomp" },
	{ "kernel", no_landlock, WEIGH_HEALTH_WARN, "not there: Landlock" },
	{ "sandbox", nothing, WEIGH_HEALTH_OK, "not root, no new" },
	{ "sandbox", bound_root, WEIGH_HEALTH_OK, "root, no new" },
	{ "sandbox", free_root, WEIGH_HEALTH_WARN, "runs as root" },
};

static const struct weigh_finding *
named(const struct weigh_finding *list, size_t n, const char *check)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].check, check) == 0)
			return &list[i];
	check_true(check, false);
	return NULL;
}

static void
check_finding(const char *label, const struct weigh_finding *f,
    enum weigh_health health, const char *says)
{
	check_str(label, weigh_health_name(f->health),
	    weigh_health_name(health));
	check_has(label, f->what, says);
	check_true(label, (f->fix[0] != '\0') == (health != WEIGH_HEALTH_OK));
}

static void
test_house(void **state)
{
	struct weigh_finding list[WEIGH_HOUSE_CHECKS];

	(void)state;
	for (size_t i = 0; i < COUNT(house_rows); i++) {
		struct weigh_house_facts f = well();
		char label[80];

		snprintf(label, sizeof(label), "row %zu: %s", i,
		    house_rows[i].check);
		house_rows[i].change(&f);
		check_u64(label, weigh_doctor_house(&f, list),
		    WEIGH_HOUSE_CHECKS);
		check_finding(label,
		    named(list, WEIGH_HOUSE_CHECKS, house_rows[i].check),
		    house_rows[i].health, house_rows[i].says);
	}
}

/* (1) No check is without rows above. */
static void
test_every_check_has_rows(void **state)
{
	struct weigh_house_facts f = well();
	struct weigh_finding list[WEIGH_HOUSE_CHECKS];

	(void)state;
	weigh_doctor_house(&f, list);
	for (size_t i = 0; i < WEIGH_HOUSE_CHECKS; i++) {
		bool found = false;

		check_str(list[i].what, weigh_health_name(list[i].health),
		    "ok");
		for (size_t k = 0; k < COUNT(house_rows); k++)
			found = found ||
			    strcmp(house_rows[k].check, list[i].check) == 0;
		check_true(list[i].check, found);
	}
}

#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static void
test_things(void **state)
{
	struct weigh_blob_facts f = { .sha256 = SHA,
		.size = 5000,
		.problem = "segment 1",
		.user = "acme/m",
		.path = "w.bin",
		.users = 1 };
	struct weigh_finding out;

	(void)state;
	weigh_doctor_blob(&f, &out);
	check_finding("used", &out, WEIGH_HEALTH_BAD,
	    SHA " (5.0 kB), w.bin in acme/m: segment 1");
	check_has("used", out.fix, "weigh add DIR acme/m");
	f.users = 3;
	weigh_doctor_blob(&f, &out);
	check_has("used thrice", out.fix, "3 files use these bytes");
	f = (struct weigh_blob_facts){
		.sha256 = SHA, .problem = "", .user = "", .path = ""
	};
	weigh_doctor_blob(&f, &out);
	check_finding("unused", &out, WEIGH_HEALTH_WARN, "used by nothing");
	weigh_doctor_evidence(SHA, 5, "segment 1", true, &out);
	check_finding("mended", &out, WEIGH_HEALTH_OK,
	    SHA " (5 B) lies in quarantine, mended since; then: segment 1");
	weigh_doctor_evidence(SHA, 5, "", false, &out);
	check_finding("unnamed", &out, WEIGH_HEALTH_OK, "by no revision");
	weigh_doctor_repo("acme/m", "an object is gone", &out);
	check_finding("repository", &out, WEIGH_HEALTH_BAD,
	    "an object is gone");
	weigh_doctor_upstream("https://hub.example", "", &out);
	check_finding("it answers", &out, WEIGH_HEALTH_OK,
	    "https://hub.example answers");
	weigh_doctor_upstream("https://hub.example", "timed out", &out);
	check_finding("it does not", &out, WEIGH_HEALTH_WARN,
	    "https://hub.example: timed out");
	weigh_doctor_hidden("acme/m", "refs/heads/main", "4b825dc6", &out);
	check_finding("hidden", &out, WEIGH_HEALTH_BAD,
	    "acme/m: refs/heads/main leads to 4b825dc6");
	weigh_doctor_hidden("acme/m", "", "4b825dc6", &out);
	check_finding("lost", &out, WEIGH_HEALTH_BAD,
	    "acme/m: the journal admitted 4b825dc6, which the catalog");
}

/* --- the way there ---------------------------------------------------------------- */

#define SOCKET .socket = "/d/control.sock", .folder = "/d"
#define HEARD \
	.socket_there = true, .socket_is_one = true, .socket_mode = 0600, \
	.socket_heard = true, .folder_there = true
#define ANSWERED .version = "1", .problem = ""
#define SILENT .version = "", .problem = "nobody"

static const struct {
	const char *check, *label;
	struct weigh_way_facts facts;
	enum weigh_health health;
	const char *says;
} way_rows[] = {
	{ "server", "local",
	    { .server = "unix:/s", .local = true, ANSWERED, SOCKET, HEARD },
	    WEIGH_HEALTH_OK, "with every right" },
	{ "server", "remote",
	    { .server = "http://m",
		.named = true,
		ANSWERED,
		.socket = "",
		.folder = "" },
	    WEIGH_HEALTH_OK, "for reading only" },
	{ "server", "remote, with a token",
	    { .server = "http://m",
		.named = true,
		.token = true,
		ANSWERED,
		.socket = "",
		.folder = "" },
	    WEIGH_HEALTH_OK, "with the rights of the token" },
	{ "server", "remote, with a token it does not know",
	    { .server = "http://m",
		.named = true,
		.token = true,
		.unwelcome = true,
		SILENT,
		.socket = "",
		.folder = "" },
	    WEIGH_HEALTH_BAD, "a weighd answers at http://m, but not us" },
	{ "server", "silent",
	    { .server = "http://m",
		.named = true,
		SILENT,
		.socket = "",
		.folder = "" },
	    WEIGH_HEALTH_BAD, "nobody" },
	{ "server", "silent by default",
	    { .server = "http://m", SILENT, SOCKET }, WEIGH_HEALTH_BAD,
	    "nobody" },
	{ "server", "denied",
	    { .server = "unix:/s", .refused = true, SILENT, SOCKET },
	    WEIGH_HEALTH_BAD, "nobody" },
	{ "socket", "heard", { .server = "", ANSWERED, SOCKET, HEARD },
	    WEIGH_HEALTH_OK, "/d/control.sock, mode 0600" },
	{ "socket", "named server",
	    { .server = "", ANSWERED, .socket = "", .folder = "" },
	    WEIGH_HEALTH_OK, "not looked for" },
	{ "socket", "absent, but TCP answers",
	    { .server = "", ANSWERED, SOCKET }, WEIGH_HEALTH_WARN,
	    "there is none" },
	{ "socket", "absent", { .server = "", SILENT, SOCKET },
	    WEIGH_HEALTH_BAD, "there is none" },
	{ "socket", "a file",
	    { .server = "", SILENT, SOCKET, .socket_there = true },
	    WEIGH_HEALTH_BAD, "is no socket" },
	{ "socket", "open to all",
	    { .server = "",
		ANSWERED,
		SOCKET,
		.socket_there = true,
		.socket_is_one = true,
		.socket_mode = 0666,
		.socket_heard = true },
	    WEIGH_HEALTH_BAD, "mode 0666" },
	{ "socket", "a group's",
	    { .server = "",
		ANSWERED,
		SOCKET,
		.socket_there = true,
		.socket_is_one = true,
		.socket_mode = 0660,
		.socket_heard = true },
	    WEIGH_HEALTH_OK, "mode 0660" },
	{ "socket", "left behind",
	    { .server = "",
		SILENT,
		SOCKET,
		.socket_there = true,
		.socket_is_one = true,
		.socket_mode = 0600 },
	    WEIGH_HEALTH_BAD, "nobody listens" },
	{ "socket", "not ours",
	    { .server = "",
		SILENT,
		SOCKET,
		.refused = true,
		.socket_there = true,
		.socket_is_one = true,
		.socket_mode = 0600 },
	    WEIGH_HEALTH_WARN, "not ours" },
	{ "folder", "there",
	    { .server = "", SILENT, SOCKET, .folder_there = true },
	    WEIGH_HEALTH_OK, "/d is there" },
	{ "folder", "not there", { .server = "", SILENT, SOCKET },
	    WEIGH_HEALTH_WARN, "there is no /d" },
	{ "folder", "elsewhere", { .server = "", ANSWERED, SOCKET },
	    WEIGH_HEALTH_OK, "there is no /d" },
	{ "folder", "named server",
	    { .server = "", SILENT, .socket = "", .folder = "" },
	    WEIGH_HEALTH_OK, "not looked for" },
	{ "port", "answered", { .server = "", ANSWERED, SOCKET, HEARD },
	    WEIGH_HEALTH_OK, "not needed" },
	{ "port", "named server",
	    { .server = "", .named = true, SILENT, .socket = "", .folder = "" },
	    WEIGH_HEALTH_OK, "not needed" },
	{ "port", "somebody else",
	    { .server = "", SILENT, SOCKET, .port_heard = true },
	    WEIGH_HEALTH_WARN, "is not weighd" },
	{ "port", "nobody", { .server = "", SILENT, SOCKET }, WEIGH_HEALTH_WARN,
	    "nobody listens" },
};

static void
test_way(void **state)
{
	struct weigh_finding list[WEIGH_WAY_CHECKS];

	(void)state;
	for (size_t i = 0; i < COUNT(way_rows); i++) {
		check_u64(way_rows[i].label,
		    weigh_doctor_way(&way_rows[i].facts, list),
		    WEIGH_WAY_CHECKS);
		check_finding(way_rows[i].label,
		    named(list, WEIGH_WAY_CHECKS, way_rows[i].check),
		    way_rows[i].health, way_rows[i].says);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_house),
		cmocka_unit_test(test_every_check_has_rows),
		cmocka_unit_test(test_things),
		cmocka_unit_test(test_way),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
