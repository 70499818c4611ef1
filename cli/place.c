/* place: advice for a folder that cannot be used. */
#include <errno.h>
#include <stddef.h>

#include "place.h"

static const struct {
	int errnum;
	const char *fix;
} fixes[] = {
	{ ENOENT, "name a folder that is there, or can be made" },
	{ ENOTDIR, "name a folder, not a file" },
	{ EEXIST, "name a folder, not a file" },
	{ ELOOP, "name the folder itself: this link leads nowhere" },
	{ EACCES, "take a folder you may use, or have it opened to you" },
	{ EPERM, "take a folder you may use, or have it opened to you" },
	{ EROFS, "take a folder on a file system that can be written" },
	{ ENAMETOOLONG, "take a shorter path" },
};

enum weigh_code
place_fail(struct weigh_err *err, int errnum, const char *path)
{
	enum weigh_code rc = weigh_fail_errno(err, errnum,
	    "the folder '%.200s'", path);
	size_t i;

	for (i = 0; i < sizeof(fixes) / sizeof(fixes[0]); i++)
		if (fixes[i].errnum == errnum)
			weigh_fix(err, "%s", fixes[i].fix);
	return rc;
}
