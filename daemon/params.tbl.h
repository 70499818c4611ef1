/*
 * params.tbl.h: one row per setting: section, key, type, default, least, most, what
 * it means.  Parsing, --print-config and weighd.conf(5) follow from it.
 *
 * ADDRESSES is a list, separated by blanks, of ADDRESS:PORT, HOSTS one of names;
 * LEVEL one of error, warn, info, debug; ANONYMOUS one of read, none; UNKNOWN one of
 * refuse, ignore; THROUGH one of off, listed, any; FORMATS one of all, safetensors;
 * YESNO one of no, yes; NUMBER a decimal number within least and most; SIZE the same
 * in bytes, with an optional K, M, G or T (powers of 1024) behind it; HOURS is
 * FROM-UNTIL in whole hours, NIGHT the same or empty; PLACES a list of URLs and the
 * like, SOURCES one of what weigh/source.h reads, separated by blanks; TEXT any line.
 */
SETTING(listen, address, ADDRESSES, "127.0.0.1:8477", 0, 0,
    "Where to listen: ADDRESS:PORT, an IPv6 address in brackets; several are "
    "separated by blanks. Port 0 takes a free one. Listening beyond this machine "
    "lets everyone there read what is held.")
SETTING(access, anonymous, ANONYMOUS, "read", 0, 0,
    "What whoever shows no token may do: read, what is not gated or private; or none.")
SETTING(access, unknown_token, UNKNOWN, "refuse", 0, 0,
    "What becomes of a token that is not one of this mirror, where reading needs "
    "none: refuse answers 401, as the Hub does; ignore counts it as none, for "
    "machines that carry a token of another place.")
SETTING(store, keep_free, SIZE, "1G", 0, INT64_MAX,
    "Bytes of the file system that are never used up; below that, nothing new is "
    "admitted.")
SETTING(http, hosts, HOSTS, "", 0, 0,
    "Names and addresses, separated by blanks and without ports, under which this "
    "mirror is asked for; a request for another host is answered 421. Empty: any. "
    "Set it where a browser may run on a machine that reaches the mirror (DNS "
    "rebinding).")
SETTING(http, loops, NUMBER, "0", 0, 256,
    "Event loops that own sockets; 0: one for each core. Read at start only.")
SETTING(http, workers, NUMBER, "0", 0, 256,
    "Threads that answer questions from disk and catalog; 0: two for each core. "
    "Read at start only.")
SETTING(http, connections, NUMBER, "0", 0, 1000000,
    "Connections in all; 0: the limit of descriptors less 256. Read at start only.")
SETTING(http, connections_per_address, NUMBER, "0", 0, 1000000,
    "Connections that one address may hold, an IPv6 address by its /64; one more is "
    "told 503 and closed. 0: any number. A proxy, and a campus behind one address, "
    "count as one.")
SETTING(http, requests_per_address, NUMBER, "0", 0, 1000000,
    "Requests that one address may make in a second, counted likewise; one more is "
    "told 429. 0: any number.")
SETTING(http, line_bytes, SIZE, "16K", 256, 1048576,
    "The longest request line; a longer one is answered 414.")
SETTING(http, field_bytes, SIZE, "16K", 256, 1048576,
    "The longest header field; a longer one is answered 431.")
SETTING(http, head_bytes, SIZE, "64K", 1024, 4194304,
    "The largest header section; a larger one is answered 431.")
SETTING(http, fields, NUMBER, "200", 8, 200,
    "The most header fields of a request; more are answered 431.")
SETTING(http, head_seconds, NUMBER, "15", 1, 3600,
    "Time from the first byte of a request to its complete head.")
SETTING(http, idle_seconds, NUMBER, "60", 1, 86400,
    "Time a connection may wait between requests.")
SETTING(http, body_seconds, NUMBER, "30", 1, 3600,
    "Time a request's body may make no progress.")
SETTING(http, body_grace_seconds, NUMBER, "60", 1, 3600,
    "In each such while a request's body must come with body_rate on average.")
SETTING(http, body_rate, SIZE, "1K", 0, 1073741824,
    "Bytes a second that a request's body must come with; 0: any.")
SETTING(http, write_seconds, NUMBER, "60", 1, 3600,
    "Time an answer may make no progress because its reader takes nothing.")
SETTING(http, linger_seconds, NUMBER, "2", 1, 60,
    "Time to read over what was still on its way when a connection is closed.")
SETTING(service, drain_seconds, NUMBER, "30", 0, 86400,
    "Time that answers under way are given when weighd is told to stop.")
SETTING(pool, heavy, NUMBER, "0", 0, 64,
    "Threads that read and write many bytes: adding, verifying; 0: one for each "
    "core. Read at start only.")
SETTING(pool, streams, NUMBER, "32", 1, 256,
    "Threads that write long answers while they are made, git packs for one; each is "
    "held by its client until that has taken the whole. Read at start only.")
SETTING(scrub, days, NUMBER, "7", 0, 3650,
    "Every byte that is held is read back from the disk within so many days and "
    "compared with its SHA-256; 0: never.")
SETTING(scrub, rate, SIZE, "0", 0, INT64_MAX,
    "Bytes a second that it reads; 0: just fast enough to be round in the days, at "
    "least 8M.")
SETTING(scrub, hours, HOURS, "0-24", 0, 0,
    "The hours of the day, local time, in which it reads; 22-6 is from ten at night "
    "to six.")
SETTING(scrub, start_seconds, NUMBER, "60", 0, 86400,
    "Time after the start before it reads anything. Read at start only.")
SETTING(upload, part, SIZE, "128M", 1048576, 1099511627776,
    "Bytes of a part: a larger file comes in parts of so many bytes from a client "
    "that can send parts; larger ones where there would be more than 10,000. Read at "
    "start only.")
SETTING(upload, largest, SIZE, "2T", 1, INT64_MAX,
    "The largest file that is taken. Read at start only.")
SETTING(upload, seconds, NUMBER, "21600", 60, 604800,
    "Time in which an upload must begin that was asked for; each part of it, too. "
    "Read at start only.")
SETTING(upload, open, NUMBER, "64", 1, 1024,
    "Uploads that one token may have open at a time; of all there are at most 1,024. "
    "One in parts that nobody touches for an hour is dropped. Read at start only.")
SETTING(mirror, upstream, SOURCES, "", 0, 0,
    "Where repositories come from, separated by blanks, asked in this order: the URL "
    "of a Hub or of another weighd; git+URL, a forge with LFS; git+file:PATH, a folder "
    "of ORG/NAME.git repositories on this machine; dir:PATH, one of ORG/NAME folders "
    "with files. Empty: nothing is asked of anybody unless "
    "weigh mirror --from names it.")
SETTING(mirror, tokens, TEXT, "", 0, 0,
    "A file with the tokens that are shown to upstreams, a line for each: its URL, a "
    "blank, the token. Of a URL with plain http, where whoever is on the way reads the "
    "token, a third word must say so: insecure. It must be readable by its owner only.")
SETTING(mirror, ca_file, TEXT, "", 0, 0,
    "Certificates, PEM, that upstreams are checked against instead of the system's.")
SETTING(mirror, trusted, PLACES, "", 0, 0,
    "Origins, as https://cdn.example:8443, separated by blanks, that may lie at "
    "private addresses and that upstreams may redirect to; upstreams themselves need "
    "not be named.")
SETTING(mirror, pull_through, THROUGH, "off", 0, 0,
    "What a reader's question may bring in: off, nothing; listed, what the globs of "
    "listed name, and what is mirrored already; any, every repository that upstream "
    "has.")
SETTING(mirror, listed, TEXT, "", 0, 0,
    "Globs of names, as org/* or datasets/org/name, separated by blanks, for "
    "pull_through = listed.")
SETTING(mirror, formats, FORMATS, "all", 0, 0,
    "What weigh mirror brings where --formats does not say: all files; or "
    "safetensors, without second copies of the same weights in other formats.")
SETTING(mirror, offline, YESNO, "no", 0, 0,
    "yes: nothing is asked of anybody, no name is looked up, and what is not here is "
    "answered so at once.")
SETTING(mirror, jobs, NUMBER, "2", 1, 16,
    "Repositories that are brought in at once.")
SETTING(mirror, files, NUMBER, "4", 1, 64,
    "Files of one repository at once.")
SETTING(mirror, ranges, NUMBER, "8", 1, 64,
    "Connections that bring one large file, at most: as many as make it faster.")
SETTING(mirror, lied_seconds, NUMBER, "3600", 0, 604800,
    "Time after an upstream sent wrong bytes of a file in which no part of that file "
    "is served by itself: a copy begun before cannot be completed.")
SETTING(mirror, cache, SIZE, "0", 0, INT64_MAX,
    "Bytes that repositories may take which only pull_through brought; what was read "
    "longest ago goes first, by weigh gc. 0: any.")
SETTING(mirror, follow_seconds, NUMBER, "3600", 1, 31536000,
    "Time between two looks at upstream for a repository that is followed.")
SETTING(wan, limit, SIZE, "0", 0, INT64_MAX,
    "Bytes a second from upstreams, all together; 0: any.")
SETTING(wan, night_limit, SIZE, "0", 0, INT64_MAX,
    "The same in night_hours; 0: any.")
SETTING(wan, night_hours, NIGHT, "", 0, 0,
    "The hours of the day, local time, in which night_limit holds instead of limit. "
    "Empty: none.")
SETTING(wan, proxy, TEXT, "", 0, 0,
    "The proxy that leads out, as http://proxy.example:3128. Empty: what HTTPS_PROXY, "
    "HTTP_PROXY and NO_PROXY in the environment say.")
SETTING(wan, connect_seconds, NUMBER, "10", 1, 3600,
    "Time until an upstream must have taken a connection, TLS included.")
SETTING(wan, silent_seconds, NUMBER, "30", 1, 3600,
    "Time that an upstream may say nothing in the middle of an answer, or before one; "
    "then it is asked again, or another.")
SETTING(license, site, TEXT, "/etc/weighhouse/licenses", 0, 0,
    "The folder of licenses that the site has learned (weigh license learn): texts that "
    "are held are recognized by them too. Empty: only by those that are built in. Read at "
    "start only.")
SETTING(log, level, LEVEL, "info", 0, 0,
    "What is logged: error, warn, info or debug, each with those before it.")
