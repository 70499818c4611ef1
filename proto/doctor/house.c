/* house: weighd about itself, see weigh/doctor.h.  One function a check, in the
 * order of the table behind them. */
#include <inttypes.h>
#include <string.h>

#include "words.h"

#define MB UINT64_C(1000000)
#define DAY INT64_C(86400)

static void
judge_data(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->writable) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "'%.300s' can be written", f->data);
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "'%.200s' cannot be written: %.200s", f->data, f->write_problem);
	weigh_doctor_mend(out,
	    "let the user weighd runs as own the folder, and see that its file "
	    "system is mounted for writing");
}

static void
judge_disk(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	uint64_t room = f->disk_free > f->keep_free ?
	    f->disk_free - f->keep_free :
	    0;
	struct weigh_doctor_amount free = weigh_doctor_amount(f->disk_free),
				   keep = weigh_doctor_amount(f->keep_free);
	struct weigh_doctor_amount total = weigh_doctor_amount(f->disk_total);

	weigh_doctor_say(out, WEIGH_HEALTH_OK,
	    "%s of %s free, %s of them to be kept free", free.text, total.text,
	    keep.text);
	if (room == 0)
		out->health = WEIGH_HEALTH_BAD;
	else if (room < f->disk_total / 20)
		out->health = WEIGH_HEALTH_WARN;
	if (out->health != WEIGH_HEALTH_OK)
		weigh_doctor_mend(out,
		    "%s: free room on the disk, weigh gc, or lower keep_free "
		    "in [store]",
		    room == 0 ? "nothing more can be taken in" :
				"less than a twentieth is left");
}

static void
judge_inodes(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->inodes_total == 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "this file system does not run out");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_OK,
	    "%" PRIu64 " of %" PRIu64 " free", f->inodes_free, f->inodes_total);
	if (f->inodes_free < 1000)
		out->health = WEIGH_HEALTH_BAD;
	else if (f->inodes_free < f->inodes_total / 20)
		out->health = WEIGH_HEALTH_WARN;
	if (out->health != WEIGH_HEALTH_OK)
		weigh_doctor_mend(out,
		    "every blob takes up to two: remove small files, or make "
		    "the file system with more inodes");
}

static void
judge_files(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	weigh_doctor_say(out, WEIGH_HEALTH_OK,
	    "%" PRIu64 " of %" PRIu64 " descriptors used", f->files_open,
	    f->files_limit);
	if (f->files_open + 16 >= f->files_limit)
		out->health = WEIGH_HEALTH_BAD;
	else if (f->files_limit < 1024 ||
	    f->files_open > f->files_limit - f->files_limit / 5)
		out->health = WEIGH_HEALTH_WARN;
	if (out->health != WEIGH_HEALTH_OK)
		weigh_doctor_mend(out,
		    "raise the limit: LimitNOFILE= in the unit, or ulimit -n "
		    "before weighd starts");
}

static void
judge_memory(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	struct weigh_doctor_amount used = weigh_doctor_amount(f->memory_used);
	struct weigh_doctor_amount limit = weigh_doctor_amount(f->memory_limit);

	if (f->memory_limit == 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "%s used, no limit",
		    used.text);
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_OK, "%s used, the limit is %s",
	    used.text, limit.text);
	if (f->memory_limit < f->memory_used + 64 * MB) {
		out->health = WEIGH_HEALTH_WARN;
		weigh_doctor_mend(out,
		    "leave it 64 MB above what it uses: MemoryMax= in the "
		    "unit, or the container's limit");
	}
}

/* 2020 is before the first release; 2200 is after every clock's battery. */
static void
judge_clock(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	bool sane = f->now > INT64_C(1577836800) &&
	    f->now < INT64_C(7258118400);

	if (sane && f->now >= f->newest) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "a possible time, and not before what was written last");
		return;
	}
	if (!sane)
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "it is %" PRId64 " seconds since 1970, which is not now",
		    f->now);
	else
		weigh_doctor_say(out,
		    f->newest - f->now > DAY ? WEIGH_HEALTH_BAD :
					       WEIGH_HEALTH_WARN,
		    "it is %" PRId64 " seconds behind what was written last",
		    f->newest - f->now);
	weigh_doctor_mend(out, "set the clock: timedatectl set-ntp true");
}

static void
judge_catalog(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->catalog_problem[0] != '\0') {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD, "%.400s",
		    f->catalog_problem);
		weigh_doctor_mend(out,
		    "weigh rebuild makes the catalog again from repos/, blobs/ "
		    "and audit/");
		return;
	}
	weigh_doctor_say(out,
	    f->catalog_ms > 1000 ? WEIGH_HEALTH_WARN : WEIGH_HEALTH_OK,
	    "schema %u, answered within %" PRIu64 " ms%s", f->catalog_schema,
	    f->catalog_ms + 1,
	    f->whole ? ", read whole" : "; --full reads it whole");
	if (f->catalog_ms > 1000)
		weigh_doctor_mend(out,
		    "the disk is slow or busy: put the data folder on a faster "
		    "one, or see what else uses it (weigh top)");
}

static void
judge_catalog_file(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (!f->catalog_moved) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "catalog.db is the file that weighd has open");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "catalog.db was moved, deleted or replaced while weighd runs: what "
	    "it writes is lost when it ends");
	weigh_doctor_mend(out,
	    "put the file back if you have it, then restart weighd: without "
	    "one the catalog is made again");
}

static void
judge_journal(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->journal_problem[0] == '\0') {
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "%" PRIu64 " line%s, %s",
		    f->journal_lines, f->journal_lines == 1 ? "" : "s",
		    f->whole ? "each follows from the one before" :
			       "the last one is whole; --full reads all");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD, "%.400s", f->journal_problem);
	weigh_doctor_mend(out,
	    "somebody or the disk changed audit/journal.ndjson: keep a copy of "
	    "it and bring it back from a backup");
}

static void
judge_key(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->key_there && f->key_mode == 0600 && !f->key_foreign) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "keys/mirror.key is there, and nobody else's to read");
		return;
	}
	if (!f->key_there) {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "keys/mirror.key is not there any more");
		weigh_doctor_mend(out,
		    "bring it back from a backup; without it, a restart makes "
		    "another key, which nobody knows yet");
	} else if (f->key_foreign) {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "keys/mirror.key belongs to another user");
		weigh_doctor_mend(out,
		    "chown '%.200s/keys/mirror.key' to the user weighd runs as",
		    f->data);
	} else {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "keys/mirror.key has mode %04o, not 0600", f->key_mode);
		weigh_doctor_mend(out,
		    "chmod 600 '%.200s/keys/mirror.key'; for a new key, in case "
		    "others read it: delete it, restart weighd",
		    f->data);
	}
}

/* Is every address of the list this machine's own? */
static bool
only_loopback(const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, " ");

		if (strncmp(list, "127.", 4) != 0 &&
		    strncmp(list, "[::1]", 5) != 0)
			return false;
		list += len + strspn(list + len, " ");
	}
	return true;
}

static void
judge_doors(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->listening[0] == '\0') {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "only the control socket");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_OK, "%.300s: this machine only",
	    f->listening);
	if (only_loopback(f->listening))
		return;
	weigh_doctor_say(out, WEIGH_HEALTH_WARN,
	    "%.300s: whoever gets there may read all that is held, without a "
	    "token",
	    f->listening);
	weigh_doctor_mend(out,
	    "listen on 127.0.0.1 behind a proxy that asks who it is, or let a "
	    "firewall decide who gets there");
}

/* What would go out of the house. */
static void
judge_outside(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->offline) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "offline: nothing is asked of anybody and no name is "
		    "looked up; what is not here is answered so at once");
		return;
	}
	if (f->upstreams == 0 && f->through) {
		weigh_doctor_say(out, WEIGH_HEALTH_WARN,
		    "what is not here shall be brought in when it is asked "
		    "for, and no upstream is set");
		weigh_doctor_mend(out,
		    "set [mirror] upstream, or pull_through = off");
		return;
	}
	if (f->upstreams == 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "no upstream is set: nothing is asked of anybody but "
		    "where weigh mirror --from names it");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_OK,
	    "upstreams: %u; since the start %" PRIu64 " requests went out, "
	    "%" PRIu64 " had no answer; %s",
	    f->upstreams, f->asked, f->unanswered,
	    f->through ? "readers' questions bring in what is not here" :
			 "only what weigh mirror orders is brought in");
}

static void
judge_bytes(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->bad == 0 && f->damaged == 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "none of %" PRIu64 " blobs is known to be bad", f->blobs);
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "%" PRIu64 " of %" PRIu64 " blobs and %" PRIu64
	    " repositories are bad; none of that is served",
	    f->bad, f->blobs, f->damaged);
	weigh_doctor_mend(out, "each is named below, with its own fix");
}

static void
judge_hidden(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (!f->hidden_known) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "not looked for; --full does");
		return;
	}
	if (f->hidden == 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "every revision that git or the journal names is in the "
		    "catalog");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "%" PRIu64
	    " revisions that git or the journal names are not in the "
	    "catalog",
	    f->hidden);
	weigh_doctor_mend(out, "each is named below, with its own fix");
}

static void
judge_scrub(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	int64_t days = f->oldest > 0 && f->now > f->oldest ?
	    (f->now - f->oldest) / DAY :
	    0;

	if (f->blobs <= f->bad) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "there is nothing to read");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_OK,
	    "the byte verified longest ago was %" PRId64 " days ago%s", days,
	    f->scrub_began == 0     ? "; no round has begun" :
		f->scrub_ended == 0 ? "; a round is under way" :
				      "");
	if (f->oldest == 0)
		weigh_doctor_say(out, WEIGH_HEALTH_WARN,
		    "some bytes were never read back from the disk, nobody "
		    "knows since when");
	else if (f->scrub_off || days > (int64_t)f->scrub_days)
		out->health = WEIGH_HEALTH_WARN;
	if (out->health != WEIGH_HEALTH_OK)
		weigh_doctor_mend(out, "%s: see weighd.conf(5), [scrub]",
		    f->scrub_off ? "scrub is off; switch it on" :
				   "give scrub more time or a higher rate");
}

static void
judge_kernel(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (f->openat2 && f->seccomp && f->landlock > 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "openat2, seccomp filters and Landlock %d are there",
		    f->landlock);
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_WARN, "not there:%s%s%s",
	    f->openat2 ? "" : " openat2", f->seccomp ? "" : " seccomp",
	    f->landlock > 0 ? "" : " Landlock");
	weigh_doctor_mend(out,
	    "Linux 5.13 or newer has them; a container must let them through, "
	    "and 'landlock' must stand in the kernel's lsm= list");
}

static void
judge_sandbox(const struct weigh_house_facts *f, struct weigh_finding *out)
{
	if (!f->root || f->no_new_privs) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "%s, %s, %s",
		    f->root ? "root" : "not root",
		    f->no_new_privs ? "no new privileges" :
				      "new privileges possible",
		    f->filtered ? "system calls filtered" :
				  "system calls not filtered");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_WARN,
	    "weighd runs as root and may take any privilege");
	weigh_doctor_mend(out,
	    "run it by the unit weighd.service, which gives it a user and a "
	    "sandbox of its own");
}

static const struct {
	const char *check;
	void (*judge)(const struct weigh_house_facts *f,
	    struct weigh_finding *out);
} house_checks[] = {
	{ "data", judge_data },
	{ "disk", judge_disk },
	{ "inodes", judge_inodes },
	{ "descriptors", judge_files },
	{ "memory", judge_memory },
	{ "clock", judge_clock },
	{ "catalog", judge_catalog },
	{ "catalog-file", judge_catalog_file },
	{ "journal", judge_journal },
	{ "key", judge_key },
	{ "doors", judge_doors },
	{ "outside", judge_outside },
	{ "bytes", judge_bytes },
	{ "hidden", judge_hidden },
	{ "scrub", judge_scrub },
	{ "kernel", judge_kernel },
	{ "sandbox", judge_sandbox },
};

_Static_assert(sizeof(house_checks) / sizeof(house_checks[0]) ==
	WEIGH_HOUSE_CHECKS,
    "as many rows as the header says");

size_t
weigh_doctor_house(const struct weigh_house_facts *f,
    struct weigh_finding out[WEIGH_HOUSE_CHECKS])
{
	for (size_t i = 0; i < WEIGH_HOUSE_CHECKS; i++) {
		out[i].check = house_checks[i].check;
		house_checks[i].judge(f, &out[i]);
	}
	return WEIGH_HOUSE_CHECKS;
}

void
weigh_doctor_blob(const struct weigh_blob_facts *f, struct weigh_finding *out)
{
	struct weigh_doctor_amount size = weigh_doctor_amount(f->size);
	const char *problem = f->problem[0] != '\0' ? f->problem : "found bad";

	out->check = "blob";
	if (f->users == 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_WARN,
		    "%.64s (%s, used by nothing): %.200s", f->sha256, size.text,
		    problem);
		weigh_doctor_mend(out,
		    "weigh gc takes it away when it is old enough");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "%.64s (%s), %.120s in %.110s: %.120s", f->sha256, size.text,
	    f->path, f->user, problem);
	if (f->users > 1)
		weigh_doctor_mend(out,
		    "publish it again where it is whole: weigh add DIR %.110s "
		    "(%" PRIu64 " files use these bytes; once mends all)",
		    f->user, f->users);
	else
		weigh_doctor_mend(out,
		    "publish it again where it is whole: weigh add DIR "
		    "%.110s",
		    f->user);
}

void
weigh_doctor_evidence(const char *sha256, uint64_t size, const char *why,
    bool mended, struct weigh_finding *out)
{
	struct weigh_doctor_amount bytes = weigh_doctor_amount(size);

	out->check = "evidence";
	weigh_doctor_say(out, WEIGH_HEALTH_OK,
	    "%.64s (%s) lies in quarantine, %s; then: %.200s", sha256,
	    bytes.text, mended ? "mended since" : "named by no revision", why);
}

void
weigh_doctor_repo(const char *name, const char *problem,
    struct weigh_finding *out)
{
	out->check = "repository";
	weigh_doctor_say(out, WEIGH_HEALTH_BAD, "%.200s: %.280s", name,
	    problem);
	weigh_doctor_mend(out,
	    "bring its folder below repos/ back from a backup, or publish it "
	    "again");
}

void
weigh_doctor_upstream(const char *place, const char *why,
    struct weigh_finding *out)
{
	out->check = "upstream";
	if (why[0] == '\0') {
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "%.300s answers", place);
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_WARN, "%.200s: %.280s", place, why);
	weigh_doctor_mend(out,
	    "see that it is reached from here, by a certificate that holds "
	    "([mirror] ca_file), with a token that it knows ([mirror] tokens)");
}

void
weigh_doctor_hidden(const char *name, const char *ref, const char *commit,
    struct weigh_finding *out)
{
	out->check = "revision";
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "%.110s: %.200s %s %.40s, which the catalog does not have", name,
	    ref[0] != '\0' ? ref : "the journal",
	    ref[0] != '\0' ? "leads to" : "admitted", commit);
	if (ref[0] == '\0') {
		weigh_doctor_mend(out,
		    "bring its folder below repos/ back from a backup, then "
		    "weigh rebuild");
		return;
	}
	weigh_doctor_mend(out,
	    "weigh rebuild finds what can be told; else publish it again: "
	    "weigh add DIR %.110s",
	    name);
}
