/* token: see token.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "token.h"

#define PATH_SIZE 1024
#define CONFIG_MAX 4096 /* bytes of the file */
#define BLANKS " \t\r"

static enum weigh_code
take(char out[WEIGH_TOKEN_MAX + 1], const char *text, size_t len,
    const char *source, struct weigh_err *err)
{
	if (!weigh_token_ok(text, len)) {
		weigh_fail(err, WEIGH_USAGE,
		    "%.300s holds no token: that is hf_ and 34 or more "
		    "letters and digits",
		    source);
		weigh_fix(err,
		    "correct it, or unset it where reading needs no token");
		return WEIGH_USAGE;
	}
	memcpy(out, text, len);
	out[len] = '\0';
	return WEIGH_OK;
}

static bool
config_path(char out[PATH_SIZE])
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (config != NULL && config[0] == '/')
		snprintf(out, PATH_SIZE, "%.900s/weigh/config", config);
	else if (home != NULL && home[0] == '/')
		snprintf(out, PATH_SIZE, "%.900s/.config/weigh/config", home);
	else
		return false;
	return true;
}

/* The file's bytes; *len is 0 when there is none. */
static enum weigh_code
read_config(const char *path, char text[CONFIG_MAX + 1], size_t *len,
    struct weigh_err *err)
{
	struct stat st;
	enum weigh_code rc = WEIGH_OK;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*len = 0;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ?
		    WEIGH_OK :
		    weigh_fail_errno(err, errno, "%.300s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (n = read(fd, text, CONFIG_MAX + 1)) < 0)
		rc = weigh_fail(err, WEIGH_IO, "%.300s cannot be read", path);
	else if (n > CONFIG_MAX)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "%.300s has more than %d bytes", path, CONFIG_MAX);
	else if ((st.st_mode & 077) != 0) {
		rc = weigh_fail(err, WEIGH_DENIED,
		    "%.300s can be read by others", path);
		weigh_fix(err, "chmod 600 %.200s", path);
	}
	close(fd);
	if (rc == WEIGH_OK)
		*len = (size_t)n;
	return rc;
}

/* The value of `token = …` on this line; NULL: it says something else. */
static const char *
value_of(const char *line, size_t len, size_t *value_len)
{
	const char *end = line + len, *p = line;

	p += strspn(p, BLANKS);
	if (end - p < 5 || memcmp(p, "token", 5) != 0)
		return NULL;
	p += 5;
	while (p < end && strchr(BLANKS, *p) != NULL)
		p++;
	if (p == end || *p != '=')
		return NULL;
	for (p++; p < end && strchr(BLANKS, *p) != NULL;)
		p++;
	while (end > p && strchr(BLANKS, end[-1]) != NULL)
		end--;
	*value_len = (size_t)(end - p);
	return p;
}

static enum weigh_code
find_in_config(char out[WEIGH_TOKEN_MAX + 1], struct weigh_err *err)
{
	char path[PATH_SIZE], text[CONFIG_MAX + 1];
	const char *line = text, *value;
	size_t len, n, value_len;
	enum weigh_code rc;

	if (!config_path(path))
		return WEIGH_OK;
	if ((rc = read_config(path, text, &len, err)) != WEIGH_OK)
		return rc;
	text[len] = '\0';
	for (; *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if ((value = value_of(line, n, &value_len)) != NULL)
			return take(out, value, value_len, path, err);
	}
	return WEIGH_OK;
}

enum weigh_code
token_find(char out[WEIGH_TOKEN_MAX + 1], struct weigh_err *err)
{
	const char *text = getenv("WEIGH_TOKEN");

	out[0] = '\0';
	if (text != NULL && text[0] != '\0')
		return take(out, text, strlen(text), "WEIGH_TOKEN", err);
	text = getenv("HF_TOKEN");
	/* One of another shape is another place's. */
	if (text != NULL && weigh_token_ok(text, strlen(text)))
		return take(out, text, strlen(text), "HF_TOKEN", err);
	return find_in_config(out, err);
}
