/* record_names: the words of a record. */
#include <string.h>

#include <weigh/record.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *
name_of(const char *const *names, size_t n, unsigned i)
{
	return i < n && names[i] != NULL ? names[i] : "";
}

static size_t
find_name(const char *const *names, size_t n, const char *text, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
			return i;
	return SIZE_MAX;
}

const char *
weigh_record_link_name(enum weigh_record_link_kind kind)
{
	static const char *const names[WEIGH_LINKS] = {
		[WEIGH_LINK_FILE] = "file",
		[WEIGH_LINK_PINNED] = "pinned",
		[WEIGH_LINK_MUTABLE] = "mutable",
	};

	return name_of(names, COUNT(names), kind);
}

const char *
weigh_record_scope_name(enum weigh_record_scope scope)
{
	static const char *const names[WEIGH_SCOPES] = {
		[WEIGH_SCOPE_WEIGHTS] = "weights",
		[WEIGH_SCOPE_CODE] = "code",
		[WEIGH_SCOPE_DATA] = "data",
		[WEIGH_SCOPE_POLICY] = "policy",
		[WEIGH_SCOPE_NOTICE] = "notice",
	};

	return name_of(names, COUNT(names), scope);
}

static const char *const relations[WEIGH_RELATIONS] = {
	[WEIGH_RELATION_FINETUNE] = "finetune",
	[WEIGH_RELATION_ADAPTER] = "adapter",
	[WEIGH_RELATION_QUANTIZED] = "quantized",
	[WEIGH_RELATION_MERGE] = "merge",
};

const char *
weigh_relation_name(enum weigh_relation relation)
{
	return name_of(relations, COUNT(relations), relation);
}

bool
weigh_relation_parse(enum weigh_relation *out, const char *text, size_t len)
{
	size_t i = find_name(relations, COUNT(relations), text, len);

	if (i != SIZE_MAX)
		*out = (enum weigh_relation)i;
	return i != SIZE_MAX;
}

const char *
weigh_state_name(enum weigh_record_state state)
{
	static const char *const names[WEIGH_STATES] = {
		[WEIGH_STATE_NONE] = "none",
		[WEIGH_STATE_REFERENCE] = "reference",
		[WEIGH_STATE_LINK_ONLY] = "link-only",
		[WEIGH_STATE_TAG_ONLY] = "tag-only",
		[WEIGH_STATE_TEXT_ONLY] = "text-only",
		[WEIGH_STATE_TEXT] = "text",
	};

	return name_of(names, COUNT(names), state);
}

/* --- findings ------------------------------------------------------------------------ */

static const char *const findings[WEIGH_FINDINGS] = {
	[WEIGH_FINDING_TAG_VS_TEXT] = "tag-vs-text",
	[WEIGH_FINDING_TAG_VS_BASE] = "tag-vs-base",
	[WEIGH_FINDING_TEXT_MODIFIED] = "text-modified",
	[WEIGH_FINDING_TEXT_MISSING] = "text-missing",
	[WEIGH_FINDING_LINK_MUTABLE] = "link-mutable",
	[WEIGH_FINDING_NAME_DUTY_BROKEN] = "name-duty-broken",
	[WEIGH_FINDING_THRESHOLD] = "threshold",
	[WEIGH_FINDING_TERRITORY] = "territory",
	[WEIGH_FINDING_REDISTRIBUTION_FORBIDDEN] = "redistribution-forbidden",
	[WEIGH_FINDING_CHANGED_SINCE] = "changed-since",
	[WEIGH_FINDING_LICENSE_UNCLEAR] = "license-unclear",
	[WEIGH_FINDING_BASE_NOT_HELD] = "base-not-held",
	[WEIGH_FINDING_CYCLE] = "cycle",
};

/* What it means, and whether it is a conflict: two statements disagree, or what must be
 * there is not. */
static const struct {
	const char *means;
	bool conflict;
} meanings[WEIGH_FINDINGS] = {
	[WEIGH_FINDING_TAG_VS_TEXT] = { "the license that the metadata names is not the one whose text is there",
	    true },
	[WEIGH_FINDING_TAG_VS_BASE] = { "the model's own license grants what a model it was made from restricts",
	    true },
	[WEIGH_FINDING_TEXT_MODIFIED] = { "a text is nearly a known license, with words added or missing",
	    true },
	[WEIGH_FINDING_TEXT_MISSING] = { "the license asks for a file that the repository does not have",
	    true },
	[WEIGH_FINDING_LINK_MUTABLE] = { "the license is a page that may say something else any day",
	    false },
	[WEIGH_FINDING_NAME_DUTY_BROKEN] = { "a license asks for a name that begins with a word, and the name does not",
	    true },
	[WEIGH_FINDING_THRESHOLD] = { "the license has a limit of users or revenue",
	    false },
	[WEIGH_FINDING_TERRITORY] = { "the license leaves places out", false },
	[WEIGH_FINDING_REDISTRIBUTION_FORBIDDEN] = { "the license forbids to pass the files on",
	    false },
	[WEIGH_FINDING_CHANGED_SINCE] = { "license, text, terms or bases are not what they were when it was approved",
	    true },
	[WEIGH_FINDING_LICENSE_UNCLEAR] = { "the license contradicts itself, or cannot be told",
	    true },
	[WEIGH_FINDING_BASE_NOT_HELD] = { "a model that this one was made from is not here, so its terms are not known",
	    true },
	[WEIGH_FINDING_CYCLE] = { "models name each other as the one they were made from",
	    true },
};

const char *
weigh_finding_name(enum weigh_finding finding)
{
	return name_of(findings, COUNT(findings), finding);
}

bool
weigh_finding_parse(enum weigh_finding *out, const char *text, size_t len)
{
	size_t i = find_name(findings, COUNT(findings), text, len);

	if (i != SIZE_MAX)
		*out = (enum weigh_finding)i;
	return i != SIZE_MAX;
}

const char *
weigh_finding_means(enum weigh_finding finding)
{
	return (unsigned)finding < COUNT(meanings) ? meanings[finding].means :
						     "";
}

bool
weigh_finding_conflict(enum weigh_finding finding)
{
	return (unsigned)finding < COUNT(meanings) &&
	    meanings[finding].conflict;
}
