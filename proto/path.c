/* path: names of files inside a repository; see weigh/name.h. */
#include <stdint.h>
#include <string.h>

#include <weigh/name.h>

#include "utf8.h"

/* Code points that HFS+ leaves out when it compares names: git refuses a
 * `.git` that is hidden by them (is_hfs_dotgit). */
static bool
is_ignorable(uint32_t c)
{
	return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

/* The character of three bytes at `p`; all ignorable ones have three. */
static uint32_t
three(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint32_t)(b[0] & 15) << 12 | (uint32_t)(b[1] & 63) << 6 |
	    (uint32_t)(b[2] & 63);
}

/* Copy the part, which is UTF-8, in lower case and without ignorable
 * characters; returns how many bytes that makes. */
static size_t
fold(char *out, size_t size, const char *part, size_t len)
{
	size_t n = 0, step;

	for (size_t i = 0; i < len && n < size; i += step) {
		step = weigh_utf8_char(part + i, len - i);
		if (step == 3 && is_ignorable(three(part + i)))
			continue;
		for (size_t k = 0; k < step && n < size; k++) {
			char c = part[i + k];

			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		}
	}
	return n;
}

/*
 * `.git` in every spelling that some file system takes for it: any case, with
 * ignorable characters (HFS+), as `git~1`, with blanks and dots behind, or as
 * a stream `.git:x` (NTFS).  git fsck --strict refuses the same.
 */
static bool
is_dotgit(const char *part, size_t len)
{
	static const char *const spellings[] = { ".git", "git~1" };
	char low[WEIGH_PATH_PART_MAX] = "";
	size_t n = fold(low, sizeof(low), part, len);

	for (size_t i = 0; i < 2; i++) {
		size_t k = strlen(spellings[i]);

		if (n < k || memcmp(low, spellings[i], k) != 0)
			continue;
		while (k < n && (low[k] == ' ' || low[k] == '.'))
			k++;
		if (k == n || low[k] == ':')
			return true;
	}
	return false;
}

static const char *
bad_part(const char *part, size_t len)
{
	if (len == 0)
		return "an empty part";
	if (len > WEIGH_PATH_PART_MAX)
		return "a part of more than 255 bytes";
	if (len == 1 && part[0] == '.')
		return "a part '.'";
	if (len == 2 && part[0] == '.' && part[1] == '.')
		return "a part '..'";
	if (is_dotgit(part, len))
		return "a part '.git', or one that some file system takes "
		       "for it";
	return NULL;
}

/* C0, DEL, C1 (U+0080 to U+009F: C2 80 to C2 9F), backslash. */
static const char *
bad_byte(const unsigned char *p, size_t i)
{
	if (p[i] < 0x20 || p[i] == 0x7f)
		return "a control character";
	if (i > 0 && p[i - 1] == 0xc2 && p[i] < 0xa0)
		return "a control character";
	if (p[i] == '\\')
		return "a backslash";
	return NULL;
}

enum weigh_code
weigh_path_check(const char *path, size_t len, struct weigh_err *err)
{
	const char *bad = NULL;
	size_t part = 0; /* where the current part begins */
	unsigned depth = 0;

	if (len == 0 || len > WEIGH_PATH_MAX)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the path has %zu bytes; 1 to %d are allowed", len,
		    WEIGH_PATH_MAX);
	if (!weigh_utf8_ok(path, len))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the path is not UTF-8");
	for (size_t i = 0; i <= len && bad == NULL; i++) {
		if (i < len && path[i] != '/') {
			bad = bad_byte((const unsigned char *)path, i);
			continue;
		}
		bad = bad_part(path + part, i - part);
		part = i + 1;
		if (++depth > WEIGH_PATH_DEPTH && bad == NULL)
			bad = "more than 64 parts";
	}
	if (bad != NULL)
		return weigh_fail(err, WEIGH_MALFORMED, "the path has %s", bad);
	return WEIGH_OK;
}
