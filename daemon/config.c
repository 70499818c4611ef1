/* config: see config.h. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weigh/buf.h>
#include <weigh/near.h>
#include <weigh/source.h>

#include "base/fd.h"
#include "config.h"
#include "log/log.h"
#include "upkeep/pace.h"

#define USUAL_FILE "/etc/weighhouse/weighd.conf"
#define FILE_MAX (1u << 20)
#define VALUE_MAX 1024
#define SOURCE_MAX 512

enum value_type {
	ADDRESSES,
	HOSTS,
	SIZE,
	NUMBER,
	HOURS,
	NIGHT,
	LEVEL,
	TEXT,
	PLACES,
	SOURCES,
	/* one of a few words: choices */
	ANONYMOUS,
	UNKNOWN,
	THROUGH,
	FORMATS,
	YESNO
};

static const struct setting {
	const char *section, *key;
	enum value_type type;
	const char *value;
	int64_t least, most;
} settings[PARAMS] = {
#define SETTING(section, key, type, value, least, most, help) \
	{ #section, #key, type, value, least, most },
#include "params.tbl.h"
#undef SETTING
};

struct config {
	struct {
		char text[VALUE_MAX];
		uint64_t number;
		char source[SOURCE_MAX]; /* "default", "weighd.conf:3", … */
	} values[PARAMS];
};

/* --- values --------------------------------------------------------------------- */

/* A decimal number, for sizes with a letter behind it. */
static bool
parse_number(const char *text, bool size, uint64_t *out)
{
	static const char units[] = "KMGT";
	char *end;
	const char *unit;
	unsigned shift = 0;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	if (size && *end != '\0' && (unit = strchr(units, *end)) != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		end++;
	}
	if (*end != '\0' || *out > UINT64_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}

/* ADDRESS:PORT: a numeric address (IPv6 in brackets), a colon, a port number. */
static bool
is_address(const char *text, size_t len)
{
	const char *colon = memrchr(text, ':', len);
	char host[INET6_ADDRSTRLEN];
	unsigned char address[16];
	size_t digits, size;
	bool six = text[0] == '[';

	if (colon == NULL)
		return false;
	digits = strspn(colon + 1, "0123456789");
	if (digits == 0 || digits > 5 || colon + 1 + digits != text + len ||
	    strtoul(colon + 1, NULL, 10) > 65535)
		return false;
	size = (size_t)(colon - text);
	if (six && (size < 3 || text[size - 1] != ']'))
		return false;
	size -= six ? 2 : 0;
	if (size >= sizeof(host))
		return false;
	memcpy(host, text + six, size);
	host[size] = '\0';
	return inet_pton(six ? AF_INET6 : AF_INET, host, address) == 1;
}

static bool
are_addresses(const char *text)
{
	size_t n = 0, len;

	for (text += strspn(text, " \t"); *text != '\0';
	     text += strspn(text, " \t")) {
		len = strcspn(text, " \t");
		if (!is_address(text, len))
			return false;
		text += len;
		n++;
	}
	return n > 0;
}

static const char host_characters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_:[] \t";

/* The words that a setting of one of these types may have. */
static const struct {
	const char *words[4]; /* NULL behind the last */
	const char *complaint;
} choices[] = {
	[ANONYMOUS] = { { "read", "none" }, "is neither read nor none" },
	[UNKNOWN] = { { "refuse", "ignore" }, "is neither refuse nor ignore" },
	[THROUGH] = { { "off", "listed", "any" },
	    "is none of off, listed, any" },
	[FORMATS] = { { "all", "safetensors" },
	    "is neither all nor safetensors" },
	[YESNO] = { { "no", "yes" }, "is neither yes nor no" },
};

/* Which of the words it is. */
static const char *
check_choice(enum value_type type, const char *text, uint64_t *number)
{
	for (*number = 0; choices[type].words[*number] != NULL; ++*number)
		if (strcmp(text, choices[type].words[*number]) == 0)
			return NULL;
	return choices[type].complaint;
}

/* UTF-8 of one line. */
static bool
is_text(const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
			return false;
	return true;
}

/* Words of visible ASCII, each with a scheme before its first ':'. */
static bool
are_places(const char *text)
{
	const char *colon;
	size_t len;

	for (text += strspn(text, " \t"); *text != '\0';
	     text += strspn(text, " \t")) {
		len = strcspn(text, " \t");
		colon = memchr(text, ':', len);
		if (colon == NULL || colon == text || colon[1] == '\0')
			return false;
		for (; len > 0; len--, text++)
			if (*text <= ' ' || *text > '~')
				return false;
	}
	return true;
}

static bool
are_sources(const char *text)
{
	struct weigh_source list[WEIGH_SOURCES];
	size_t n;

	return weigh_source_list(list, WEIGH_SOURCES, &n, text, NULL) ==
	    WEIGH_OK;
}

static bool
are_hours(const char *text)
{
	return pace_hours_parse(text, &(struct pace_hours){ 0 });
}

/* Why a value is none for this setting; NULL if it is one. */
static const char *
check_value(const struct setting *s, const char *text, uint64_t *number)
{
	switch (s->type) {
	case ADDRESSES:
		return are_addresses(text) ?
		    NULL :
		    "is not a list of numeric ADDRESS:PORT";
	case HOSTS:
		return strspn(text, host_characters) == strlen(text) ?
		    NULL :
		    "is not a list of host names";
	case HOURS:
		return are_hours(text) ?
		    NULL :
		    "is not FROM-UNTIL in whole hours, as in 22-6";
	case NIGHT:
		return text[0] == '\0' || are_hours(text) ?
		    NULL :
		    "is neither empty nor FROM-UNTIL in whole hours, as in 22-6";
	case LEVEL:
		return log_level_parse(text) >= 0 ?
		    NULL :
		    "is none of error, warn, info, debug";
	case TEXT:
		return is_text(text) ? NULL : "has control characters";
	case PLACES:
		return are_places(text) ?
		    NULL :
		    "is not a list of places, as in https://hub.example";
	case SOURCES:
		return are_sources(text) ?
		    NULL :
		    "is not a list of sources: https://hub.example, "
		    "git+https://forge.example, git+file:/FOLDER, dir:/FOLDER";
	case ANONYMOUS:
	case UNKNOWN:
	case THROUGH:
	case FORMATS:
	case YESNO:
		return check_choice(s->type, text, number);
	case NUMBER:
	case SIZE:
		if (!parse_number(text, s->type == SIZE, number))
			return "is not a number";
		if (*number < (uint64_t)s->least || *number > (uint64_t)s->most)
			return "is out of bounds";
		break;
	}
	return NULL;
}

static enum weigh_code
set(struct config *c, enum param p, const char *text, const char *source,
    struct weigh_err *err)
{
	const struct setting *s = &settings[p];
	enum weigh_code rc;
	const char *bad;
	uint64_t number = 0;

	if (strlen(text) >= VALUE_MAX)
		return weigh_fail(err, WEIGH_USAGE,
		    "%s: the value of '%s' is too long", source, s->key);
	if ((bad = check_value(s, text, &number)) != NULL) {
		rc = weigh_fail(err, WEIGH_USAGE, "%s: '%s' of '%s' %s", source,
		    text, s->key, bad);
		if (s->most > 0)
			weigh_fix(err,
			    "give a number from %" PRId64 " to %" PRId64,
			    s->least, s->most);
		return rc;
	}
	snprintf(c->values[p].text, VALUE_MAX, "%s", text);
	snprintf(c->values[p].source, SOURCE_MAX, "%s", source);
	c->values[p].number = number;
	return WEIGH_OK;
}

/* --- files ------------------------------------------------------------------------- */

/* A place in a file, for messages. */
struct place {
	const char *file;
	unsigned line;
	char section[64];
};

static void
name_place(const struct place *at, char out[SOURCE_MAX])
{
	snprintf(out, SOURCE_MAX, "%s:%u", at->file, at->line);
}

static enum weigh_code
unknown(const struct place *at, const char *what, const char *word,
    const char *near, struct weigh_err *err)
{
	char where[SOURCE_MAX];

	name_place(at, where);
	if (near != NULL)
		return weigh_fail(err, WEIGH_USAGE,
		    "%s: unknown %s '%s', the nearest known is '%s'", where,
		    what, word, near);
	return weigh_fail(err, WEIGH_USAGE, "%s: unknown %s '%s'", where, what,
	    word);
}

static const char *
nearest_key(const char *section, const char *key)
{
	const char *names[PARAMS];
	size_t n = 0, i;

	for (i = 0; i < PARAMS; i++)
		if (strcmp(settings[i].section, section) == 0)
			names[n++] = settings[i].key;
	return weigh_nearest(key, names, n);
}

static enum weigh_code
take_section(struct place *at, const char *name, struct weigh_err *err)
{
	const char *names[PARAMS];
	size_t i;

	for (i = 0; i < PARAMS; i++) {
		names[i] = settings[i].section;
		if (strcmp(names[i], name) == 0) {
			snprintf(at->section, sizeof(at->section), "%s", name);
			return WEIGH_OK;
		}
	}
	return unknown(at, "section", name, weigh_nearest(name, names, PARAMS),
	    err);
}

static enum weigh_code
take_pair(struct config *c, const struct place *at, const char *key,
    const char *value, struct weigh_err *err)
{
	char where[SOURCE_MAX];
	size_t i;

	name_place(at, where);
	for (i = 0; i < PARAMS; i++)
		if (strcmp(settings[i].section, at->section) == 0 &&
		    strcmp(settings[i].key, key) == 0)
			return set(c, (enum param)i, value, where, err);
	return unknown(at, "key", key, nearest_key(at->section, key), err);
}

/* Cut blanks off both ends, in place. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

static enum weigh_code
take_line(struct config *c, struct place *at, char *line, struct weigh_err *err)
{
	char where[SOURCE_MAX];
	char *equals;
	size_t len;

	line = trim(line);
	len = strlen(line);
	if (len == 0 || line[0] == '#' || line[0] == ';')
		return WEIGH_OK;
	if (line[0] == '[' && line[len - 1] == ']') {
		line[len - 1] = '\0';
		return take_section(at, trim(line + 1), err);
	}
	name_place(at, where);
	if ((equals = strchr(line, '=')) == NULL)
		return weigh_fail(err, WEIGH_USAGE,
		    "%s: '%s' is neither [section] nor key = value", where,
		    line);
	if (at->section[0] == '\0')
		return weigh_fail(err, WEIGH_USAGE,
		    "%s: a key before the first [section]", where);
	*equals = '\0';
	return take_pair(c, at, trim(line), trim(equals + 1), err);
}

static enum weigh_code
read_file(struct config *c, const char *path, struct weigh_err *err)
{
	struct place at = { .file = path };
	struct weigh_buf text;
	enum weigh_code rc = WEIGH_OK;
	char *line, *next;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;
	char *room;

	if (fd < 0)
		return weigh_fail_errno(err, errno, "cannot read '%s'", path);
	weigh_buf_init(&text, FILE_MAX);
	while (n > 0 && (room = weigh_buf_room(&text, 4096)) != NULL)
		if ((n = read(fd, room, 4096)) > 0)
			text.len += (size_t)n;
	if (n < 0)
		rc = weigh_fail_errno(err, errno, "cannot read '%s'", path);
	else if (text.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "'%s' is larger than %u bytes", path, FILE_MAX);
	else if (text.len > 0)
		text.data[text.len] = '\0';
	if (rc == WEIGH_OK && text.len > 0 &&
	    memchr(text.data, '\0', text.len) != NULL)
		rc = weigh_fail(err, WEIGH_MALFORMED, "'%s' holds a NUL byte",
		    path);
	for (line = text.len > 0 ? text.data : NULL;
	     line != NULL && rc == WEIGH_OK; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		at.line++;
		rc = take_line(c, &at, line, err);
	}
	weigh_buf_free(&text);
	fd_close(&fd);
	return rc;
}

/* A folder that cannot be read is not a folder that is absent. */
static int
drop_ins_unreadable(const char *path, int errnum)
{
	(void)path;
	errno = errnum;
	return errnum != ENOENT;
}

static enum weigh_code
read_drop_ins(struct config *c, const char *file, struct weigh_err *err)
{
	char pattern[4096];
	glob_t found;
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	if (snprintf(pattern, sizeof(pattern), "%s.d/*.conf", file) >=
	    (int)sizeof(pattern))
		return weigh_fail(err, WEIGH_USAGE, "the path is too long");
	switch (glob(pattern, 0, drop_ins_unreadable, &found)) {
	case 0:
		break;
	case GLOB_NOMATCH:
		return WEIGH_OK;
	default:
		return weigh_fail_errno(err, errno, "cannot read '%s'",
		    pattern);
	}
	for (i = 0; i < found.gl_pathc && rc == WEIGH_OK; i++)
		rc = read_file(c, found.gl_pathv[i], err);
	globfree(&found);
	return rc;
}

/* --- defaults, environment, flags ------------------------------------------------------ */

static enum weigh_code
set_defaults(struct config *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < PARAMS && rc == WEIGH_OK; i++)
		rc = set(c, (enum param)i, settings[i].value, "default", err);
	return rc;
}

/* WEIGHD_SECTION_KEY, in capitals. */
static void
environment_name(size_t i, char out[128])
{
	size_t j;

	snprintf(out, 128, "WEIGHD_%s_%s", settings[i].section,
	    settings[i].key);
	for (j = 0; out[j] != '\0'; j++)
		out[j] = (char)toupper((unsigned char)out[j]);
}

/* Take "NAME=VALUE" of the environment, whose name begins with WEIGHD_. */
static enum weigh_code
take_variable(struct config *c, const char *variable, struct weigh_err *err)
{
	static char known[PARAMS][128];
	const char *names[PARAMS], *near;
	size_t len = strcspn(variable, "="), i;
	char name[128];

	snprintf(name, sizeof(name), "%.*s", (int)len, variable);
	for (i = 0; i < PARAMS; i++) {
		environment_name(i, known[i]);
		names[i] = known[i];
		if (strcmp(known[i], name) == 0)
			return set(c, (enum param)i,
			    variable + len + (variable[len] == '='), name, err);
	}
	near = weigh_nearest(name, names, PARAMS);
	return weigh_fail(err, WEIGH_USAGE,
	    "unknown setting '%s' in the environment%s%s%s", name,
	    near != NULL ? ", the nearest known is '" : "",
	    near != NULL ? near : "", near != NULL ? "'" : "");
}

static enum weigh_code
read_environment(struct config *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char **variable;

	for (variable = environ; *variable != NULL && rc == WEIGH_OK;
	     variable++)
		if (strncmp(*variable, "WEIGHD_", 7) == 0)
			rc = take_variable(c, *variable, err);
	return rc;
}

enum weigh_code
config_load(struct config **out, const struct config_flags *flags,
    struct weigh_err *err)
{
	const char *file = flags->file != NULL ? flags->file : USUAL_FILE;
	struct config *c = calloc(1, sizeof(*c));
	enum weigh_code rc;

	if (c == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_err_clear(err);
	rc = set_defaults(c, err);
	/* The usual file may be absent; one that cannot be read is not absent. */
	if (rc == WEIGH_OK &&
	    (flags->file != NULL || access(file, F_OK) == 0 || errno != ENOENT))
		rc = read_file(c, file, err);
	if (rc == WEIGH_OK)
		rc = read_drop_ins(c, file, err);
	if (rc == WEIGH_OK)
		rc = read_environment(c, err);
	if (rc == WEIGH_OK && flags->addresses != NULL)
		rc = set(c, PARAM_listen_address, flags->addresses, "--listen",
		    err);
	if (rc != WEIGH_OK) {
		config_free(c);
		return rc;
	}
	*out = c;
	return WEIGH_OK;
}

void
config_free(struct config *c)
{
	free(c);
}

const char *
config_text(const struct config *c, enum param p)
{
	return c->values[p].text;
}

uint64_t
config_number(const struct config *c, enum param p)
{
	return c->values[p].number;
}

void
config_print(const struct config *c, FILE *out)
{
	const char *section = "";
	size_t i;

	for (i = 0; i < PARAMS; i++) {
		if (strcmp(section, settings[i].section) != 0) {
			fprintf(out, "%s[%s]\n", i > 0 ? "\n" : "",
			    settings[i].section);
			section = settings[i].section;
		}
		fprintf(out, "# from %s\n%s = %s\n", c->values[i].source,
		    settings[i].key, c->values[i].text);
	}
}
