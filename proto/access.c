/* access: who may do what; see weigh/access.h. */
#include <string.h>

#include <weigh/access.h>

/* --- words --------------------------------------------------------------- */

static const char *const roles[WEIGH_ROLES] = {
	[WEIGH_ROLE_NOBODY] = "nobody",
	[WEIGH_ROLE_READ] = "read",
	[WEIGH_ROLE_PUBLISH] = "publish",
	[WEIGH_ROLE_APPROVE] = "approve",
	[WEIGH_ROLE_ADMIN] = "admin",
};

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

const char *
weigh_role_name(enum weigh_role role)
{
	return (unsigned)role < WEIGH_ROLES ? roles[role] : "nobody";
}

bool
weigh_role_parse(enum weigh_role *out, const char *text, size_t len)
{
	for (unsigned i = WEIGH_ROLE_READ; i < WEIGH_ROLES; i++) {
		if (is_word(text, len, roles[i])) {
			*out = (enum weigh_role)i;
			return true;
		}
	}
	return false;
}

const char *
weigh_role_hub_name(enum weigh_role role)
{
	return role > WEIGH_ROLE_READ ? "write" : "read";
}

bool
weigh_who_name_ok(const char *text, size_t len)
{
	if (len == 0 || len > WEIGH_WHO_NAME)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool alnum = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9');

		if (!alnum && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return true;
}

bool
weigh_who_repos_ok(const char *text, size_t len)
{
	bool blank = true; /* before the first, too, there must be none */

	if (len > WEIGH_WHO_REPOS)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~' || (blank && text[i] == ' '))
			return false;
		blank = text[i] == ' ';
	}
	return len == 0 || !blank;
}

/* --- patterns ------------------------------------------------------------ */

static void
lower(char *to, const char *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = from[i] >= 'A' && from[i] <= 'Z' ?
		    (char)(from[i] + 32) :
		    from[i];
	to[len] = '\0';
}

bool
weigh_who_covers(const struct weigh_who *who, const struct weigh_repo *repo)
{
	char name[WEIGH_REPO_TEXT], pattern[WEIGH_WHO_REPOS + 1];
	const char *p = who->repos;
	size_t len;

	if (who->role == WEIGH_ROLE_NOBODY)
		return false;
	if (*p == '\0')
		return true;
	weigh_repo_text(repo, name);
	lower(name, name, strlen(name));
	for (; *p != '\0'; p += len + (p[len] == ' ')) {
		len = strcspn(p, " ");
		lower(pattern, p, len);
		if (weigh_glob_match(pattern, name))
			return true;
	}
	return false;
}

/* --- decisions ----------------------------------------------------------- */

/* The least role for a right that nobody in particular lacks. */
static enum weigh_role
least_role(enum weigh_right right)
{
	switch (right) {
	case WEIGH_RIGHT_OPEN:
		return WEIGH_ROLE_NOBODY;
	case WEIGH_RIGHT_LOOK:
	case WEIGH_RIGHT_READ:
		return WEIGH_ROLE_READ;
	case WEIGH_RIGHT_PUBLISH:
		return WEIGH_ROLE_PUBLISH;
	case WEIGH_RIGHT_APPROVE:
		return WEIGH_ROLE_APPROVE;
	case WEIGH_RIGHT_ADMIN:
		break;
	}
	return WEIGH_ROLE_ADMIN;
}

static bool
only_reads(enum weigh_right right)
{
	return right == WEIGH_RIGHT_LOOK || right == WEIGH_RIGHT_READ;
}

/* May they know that it exists? */
static bool
sees(const struct weigh_access_facts *f)
{
	if (f->who->local || weigh_who_covers(f->who, f->repo))
		return true;
	return !f->rules.anonymous_none &&
	    (f->visibility == WEIGH_PUBLIC ||
		weigh_visibility_gated(f->visibility));
}

/* Writing, and what is no single repository's: whoever has the role, within the
 * patterns.  The answer is the same whether the repository is here or not (4). */
static enum weigh_access
decide_role(const struct weigh_access_facts *f)
{
	const struct weigh_who *who = f->who;

	if (who->role >= least_role(f->right) &&
	    (f->repo == NULL || weigh_who_covers(who, f->repo)))
		return WEIGH_ACCESS_ALLOW;
	return who->role == WEIGH_ROLE_NOBODY ? WEIGH_ACCESS_TOKEN_NEEDED :
						WEIGH_ACCESS_FORBIDDEN;
}

/* Content that is gated: for tokens that name it, whose bearers stand well (6). */
static enum weigh_access
decide_gated(const struct weigh_access_facts *f)
{
	static const enum weigh_access by_standing[WEIGH_STANDINGS] = {
		[WEIGH_STANDING_NONE] = WEIGH_ACCESS_ACCEPT,
		[WEIGH_STANDING_OUTDATED] = WEIGH_ACCESS_ACCEPT_ANEW,
		[WEIGH_STANDING_WAITING] = WEIGH_ACCESS_WAITS,
		[WEIGH_STANDING_REFUSED] = WEIGH_ACCESS_REFUSED,
		[WEIGH_STANDING_MAY] = WEIGH_ACCESS_ALLOW,
	};

	if (f->who->role == WEIGH_ROLE_NOBODY)
		return WEIGH_ACCESS_GATED_TOKEN;
	if (!weigh_who_covers(f->who, f->repo))
		return WEIGH_ACCESS_GATED;
	return by_standing[weigh_consent_standing(f->consent, f->visibility,
	    f->terms)];
}

static enum weigh_access
decide_reading(const struct weigh_access_facts *f)
{
	bool nobody = f->who->role == WEIGH_ROLE_NOBODY;

	if (!f->held)
		return nobody && f->rules.anonymous_none ? WEIGH_ACCESS_HIDDEN :
							   WEIGH_ACCESS_NO_REPO;
	if (!sees(f))
		return nobody ? WEIGH_ACCESS_HIDDEN : WEIGH_ACCESS_NO_REPO;
	if (f->right == WEIGH_RIGHT_READ && !f->who->local &&
	    weigh_visibility_gated(f->visibility))
		return decide_gated(f);
	return WEIGH_ACCESS_ALLOW;
}

enum weigh_access
weigh_access_decide(const struct weigh_access_facts *f)
{
	if (f->right == WEIGH_RIGHT_OPEN)
		return WEIGH_ACCESS_ALLOW;
	if (f->who->bad && !(f->rules.unknown_ignored && only_reads(f->right)))
		return WEIGH_ACCESS_BAD_TOKEN;
	if (only_reads(f->right) && f->repo != NULL)
		return decide_reading(f);
	if (f->who->local || (only_reads(f->right) && !f->rules.anonymous_none))
		return WEIGH_ACCESS_ALLOW;
	return decide_role(f);
}

bool
weigh_access_is_open(const struct weigh_access_facts *facts)
{
	static const struct weigh_who nobody;
	struct weigh_access_facts theirs = *facts;

	theirs.who = &nobody;
	return weigh_access_decide(&theirs) == WEIGH_ACCESS_ALLOW;
}
