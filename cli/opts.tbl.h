/*
 * Every option of weigh, one row each:
 * OPTION(ID, long name, short name or 0, what its value is called or NULL,
 *     understood by every verb, help)
 * Parsing, usage, `weigh help` and "did you mean" read these rows.
 */
// clang-format off
OPTION(REVISION, "revision", 0,   "REV",     false, "of add the branch to publish on, default: main; of mirror the branch, tag or commit to bring, default: what upstream gives first")
OPTION(MESSAGE,  "message",  'm', "TEXT",    false, "what the revision is about, why it is pinned, why access is granted or refused")
OPTION(TO,       "to",       0,   "DIR",     false, "the folder to write; default: ./ and the last part of the name")
OPTION(INCLUDE,  "include",  0,   "GLOB",    false, "only paths that match; may be given more than once")
OPTION(EXCLUDE,  "exclude",  0,   "GLOB",    false, "no paths that match; may be given more than once")
OPTION(DIR,      "dir",      0,   "DIR",     false, "the folder: for license that of your own licenses, and no other one; for verify one that weigh pull wrote, which needs no weighd")
OPTION(TEXTS,    "texts",    0,   "DIR",     false, "texts of licenses, to quote from what a file leaves out")
OPTION(ID,       "id",       0,   "REF",     false, "the id it gets: LicenseRef- and letters, digits, '.', '-'")
OPTION(TERMS,    "terms",    0,   "FILE",    false, "what the license demands; see LICENSES in weigh(1)")
OPTION(ALL,      "all",      0,   NULL,      false, "read everything again, at full speed")
OPTION(SINCE,    "since",    0,   "WHEN",    false, "of scrub what was not read since, of events what happened since: 2026-11-20, 2026-11-20T08:30:00Z (UTC), or so long ago: 12h, 3d, 2w")
OPTION(DRY_RUN,  "dry-run",  0,   NULL,      false, "only say what would be done")
OPTION(QUARANTINE, "quarantine", 0, NULL,    false, "remove what lies in quarantine too; asks first")
OPTION(OLDER,    "older",    0,   "DAYS",    false, "only what has lain there so long; default: 1, in quarantine 30")
OPTION(FULL,     "full",     0,   NULL,      false, "read the catalog and the journal whole, and look for revisions that were lost")
OPTION(ROLE,     "role",     0,   "ROLE",    false, "what the token may: read, publish, approve or admin, each with those before it")
OPTION(REPO,     "repo",     0,   "GLOB",    false, "only repositories that match, as in 'acme/*' or 'datasets/acme/*'; may be given more than once; default: all")
OPTION(EXPIRES,  "expires",  0,   "WHEN",    false, "after so many days, or at the begin of a day (UTC), as in 2027-01-31; default: never")
OPTION(FROM,     "from",     0,   "SOURCE",  false, "bring it from here instead of [mirror] upstream: the URL of a Hub or of another weighd, or git+URL; needs the role admin")
OPTION(FORMATS,  "formats",  0,   "WHICH",   false, "all; or safetensors, which leaves out second copies of the same weights; default: [mirror] formats")
OPTION(FOLLOW,   "follow",   0,   NULL,      false, "from now on look upstream again and again, and bring what is new")
OPTION(PRIORITY, "priority", 0,   "N",       false, "the highest goes first, from -1000 to 1000; default: 0")
OPTION(DETACH,   "detach",   0,   NULL,      false, "do not wait; weighd goes on by itself")

OPTION(SERVER,   "server",   0,   "SERVER",  true,  "http://HOST:PORT or unix:PATH (env WEIGH_SERVER); default: the local socket, then http://127.0.0.1:8477")
OPTION(FORMAT,   "format",   0,   "FORMAT",  true,  "human, tsv, json or quiet")
OPTION(JSON,     "json",     0,   NULL,      true,  "exactly one JSON document on stdout")
OPTION(QUIET,    "quiet",    'q', NULL,      true,  "one id per line, nothing else")
OPTION(VERBOSE,  "verbose",  'v', NULL,      true,  "say more")
OPTION(NO_COLOR, "no-color", 0,   NULL,      true,  "no color (env NO_COLOR, TERM=dumb)")
OPTION(YES,      "yes",      0,   NULL,      true,  "do it without asking")
OPTION(TIMEOUT,  "timeout",  0,   "SECONDS", true,  "give up after so long without a sign of life; default: 60")
OPTION(JOBS,     "jobs",     'j', "N",       true,  "how many files at once, 1 to 64; for pull and verify --dir")
OPTION(HELP,     "help",     'h', NULL,      true,  "this text; anywhere on the line")
OPTION(VERSION,  "version",  0,   NULL,      true,  "print the version")
// clang-format on
