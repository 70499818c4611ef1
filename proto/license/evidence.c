/* evidence: which files of a folder can tell its license. */
#include <string.h>

#include <weigh/evidence.h>
#include <weigh/name.h>

#define DEPTH 2
#define FOLDER "licenses/"
#define FOLDER_DEPTH 16
#define PATH_ROOM 4096

/* In small letters; of the last part of a path. */
static const char *const named[] = {
	"license*",
	"licence*",
	"copying*",
	"copyright*",
	"notice*",
	"unlicense*",
	"eula*",
	"terms*",
	"model_license*",
	"*_license",
	"*-license",
	"*_licence",
	"*-licence",
	"*agreement*",
	"*.license",
	"*.licence",
};

/* The same, of policies of acceptable use. */
static const char *const policies[] = {
	"use_policy*",
	"acceptable_use*",
	"prohibited_use*",
};

/* In small letters; false: longer than any path. */
static bool
lower(char out[PATH_ROOM], const char *path)
{
	size_t i;

	for (i = 0; path[i] != '\0' && i + 1 < PATH_ROOM; i++)
		out[i] = (char)(path[i] >= 'A' && path[i] <= 'Z' ?
			path[i] - 'A' + 'a' :
			path[i]);
	out[i] = '\0';
	return path[i] == '\0';
}

static size_t
depth(const char *path)
{
	size_t n = 0;

	while ((path = strchr(path, '/')) != NULL) {
		n++;
		path++;
	}
	return n;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
is_like(const char *name, const char *const *patterns, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (weigh_glob_match(patterns[i], name))
			return true;
	return false;
}
#define IS_LIKE(name, patterns) \
	is_like((name), (patterns), sizeof(patterns) / sizeof((patterns)[0]))

bool
weigh_evidence_policy(const char *path)
{
	char small[PATH_ROOM];

	return lower(small, path) && IS_LIKE(last_part(small), policies);
}

enum weigh_evidence
weigh_evidence_file(const char *path)
{
	char small[PATH_ROOM];
	const char *name;

	if (!lower(small, path))
		return WEIGH_EVIDENCE_NONE;
	if (strncmp(small, FOLDER, strlen(FOLDER)) == 0)
		return WEIGH_EVIDENCE_NAMED;
	if (depth(small) > DEPTH)
		return WEIGH_EVIDENCE_NONE;
	name = last_part(small);
	if (IS_LIKE(name, named) || IS_LIKE(name, policies))
		return WEIGH_EVIDENCE_NAMED;
	if (strcmp(name, "readme.md") == 0)
		return WEIGH_EVIDENCE_CARD;
	return strstr(name, "license") != NULL ||
		strstr(name, "licence") != NULL ?
	    WEIGH_EVIDENCE_SMALL :
	    WEIGH_EVIDENCE_NONE;
}

bool
weigh_evidence_folder(const char *path)
{
	char small[PATH_ROOM];
	const char *name;

	if (!lower(small, path))
		return false;
	name = last_part(small);
	if (strcmp(name, ".git") == 0 || strcmp(name, ".weigh") == 0)
		return false;
	if (strncmp(small, FOLDER, strlen(FOLDER)) == 0)
		return depth(small) < FOLDER_DEPTH;
	return depth(small) < DEPTH;
}

/* Bytes of a line that is `---` alone, its end included; 0: it is none. */
static size_t
ruler(const char *text, size_t len)
{
	size_t n = 3;

	if (len < 3 || memcmp(text, "---", 3) != 0)
		return 0;
	while (n < len && (text[n] == ' ' || text[n] == '\r'))
		n++;
	if (n == len)
		return n;
	return text[n] == '\n' ? n + 1 : 0;
}

size_t
weigh_evidence_front_matter(const char *text, size_t len)
{
	size_t at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	size_t n = ruler(text + at, len - at);
	const char *end;

	if (n == 0)
		return 0;
	for (at += n; at < len; at = (size_t)(end + 1 - text)) {
		if ((n = ruler(text + at, len - at)) > 0)
			return at + n;
		if ((end = memchr(text + at, '\n', len - at)) == NULL)
			break;
	}
	return 0;
}
