/* upstream/refusal: what an answer that is no success means; see weigh/upstream.h. */
#include <stddef.h>
#include <string.h>

#include <weigh/upstream.h>

#define GATED_FIX \
	"accept its terms there, and put a token of that account into the " \
	"file that [mirror] tokens names"

/* The first row that fits; "" is any X-Error-Code.  A Hub hides what is private
 * behind 401 RepoNotFound, and answers the same to strangers for what is not. */
static const struct row {
	int first, last; /* status */
	const char *hub; /* X-Error-Code */
	enum weigh_code code;
	const char *why, *fix;
} rows[] = {
	{ 401, 401, "GatedRepo", WEIGH_UNAUTHORIZED,
	    "upstream gives this repository only to those who were given access",
	    GATED_FIX },
	{ 403, 403, "GatedRepo", WEIGH_FORBIDDEN,
	    "upstream gives this repository only to those who were given access",
	    GATED_FIX },
	{ 401, 404, "RepoNotFound", WEIGH_NOT_FOUND,
	    "upstream has no such repository, or hides it without a token",
	    "check the name; if it is private there, put a token into the "
	    "file that [mirror] tokens names" },
	{ 404, 404, "RevisionNotFound", WEIGH_NOT_FOUND,
	    "upstream's repository has no such revision",
	    "check the name of the branch or tag" },
	{ 404, 404, "EntryNotFound", WEIGH_NOT_FOUND,
	    "upstream's revision has no such file", NULL },
	{ 404, 404, "", WEIGH_NOT_FOUND, "upstream does not have it", NULL },
	{ 410, 410, "", WEIGH_NOT_FOUND, "upstream has it no more", NULL },
	{ 401, 401, "", WEIGH_UNAUTHORIZED,
	    "upstream wants a token, or refuses the one it was given",
	    "put a token for it into the file that [mirror] tokens names" },
	{ 403, 403, "", WEIGH_FORBIDDEN, "upstream refuses it to our token",
	    NULL },
	{ 451, 451, "", WEIGH_FORBIDDEN,
	    "upstream may not give it out, for legal reasons", NULL },
	{ 408, 408, "", WEIGH_NOT_YET, "upstream took too long", NULL },
	{ 425, 425, "", WEIGH_NOT_YET, "upstream asks to try again", NULL },
	{ 429, 429, "", WEIGH_NOT_YET, "upstream was asked too often", NULL },
	{ 500, 599, "", WEIGH_NOT_YET, "upstream is in trouble", NULL },
};

enum weigh_code
weigh_upstream_refusal(int status, const char *code, struct weigh_err *err)
{
	const struct row *r;

	if (status >= 200 && status <= 299)
		return WEIGH_OK;
	for (r = rows; r < rows + sizeof(rows) / sizeof(rows[0]); r++) {
		if (status < r->first || status > r->last ||
		    (r->hub[0] != '\0' && strcmp(r->hub, code) != 0))
			continue;
		(void)weigh_fail(err, r->code, "%s (status %d)", r->why,
		    status);
		if (r->fix != NULL)
			weigh_fix(err, "%s", r->fix);
		return r->code;
	}
	return weigh_fail(err, WEIGH_MALFORMED,
	    "upstream answers in a way that is none of a Hub's (status %d)",
	    status);
}
