/* terms_kinds: the facts there are, and which values each may have. */
#include <string.h>

#include "terms.h"

#define YES_NO "yes, no"
#define LIMIT "[>|>=] number [currency], scope, moment, effect"
const struct weigh_term_kind weigh_term_kinds[] = {
	{ "commercial", "yes, no, conditional, research-only",
	    "may it be used commercially", WEIGH_TERM_WORD },
	{ "threshold.mau", LIMIT, "limit of users active in a month",
	    WEIGH_TERM_THRESHOLD },
	{ "threshold.muu", LIMIT, "limit of unique users in a month",
	    WEIGH_TERM_THRESHOLD },
	{ "threshold.revenue-year", LIMIT, "limit of revenue in a year",
	    WEIGH_TERM_THRESHOLD },
	{ "threshold.revenue-month", LIMIT, "limit of revenue in a month",
	    WEIGH_TERM_THRESHOLD },
	{ "registration", "none, before-commercial",
	    "must one register before use", WEIGH_TERM_WORD },
	{ "redistribution", "yes, no, noncommercial, research-only, territory",
	    "may copies be passed on", WEIGH_TERM_WORD },
	{ "modification",
	    "yes, no, noncommercial, research-only, same-license, territory",
	    "may it be changed, and the changed form passed on",
	    WEIGH_TERM_WORD },
	{ "agreement-copy", YES_NO,
	    "must a copy of the license go with every copy", WEIGH_TERM_WORD },
	{ "change-notice", YES_NO, "must changes be stated", WEIGH_TERM_WORD },
	{ "notice-file", YES_NO, "must a notice file or its lines be kept",
	    WEIGH_TERM_WORD },
	{ "notice-line", "words or none", "the fixed line of the notice",
	    WEIGH_TERM_TEXT },
	{ "attribution", "yes, no, publications", "must the author be named",
	    WEIGH_TERM_WORD },
	{ "display", "words or none", "what products must show",
	    WEIGH_TERM_TEXT },
	{ "name-prefix", "words or none",
	    "what a changed model's name must begin with", WEIGH_TERM_TEXT },
	{ "name-prefix-on-outputs", "words or none",
	    "what a model's name must begin with that learned from outputs",
	    WEIGH_TERM_TEXT },
	{ "output-use", "yes, no, noncommercial, research-only, territory",
	    "may outputs be used commercially", WEIGH_TERM_WORD },
	{ "output-training",
	    "free, silent, duty, derivative, no-other-models, no-competing, "
	    "research-only",
	    "may other models learn from outputs", WEIGH_TERM_WORDS },
	{ "aup", "none, in-text, file, url",
	    "where a policy of acceptable use stands", WEIGH_TERM_WORDS },
	{ "aup-flowdown", YES_NO,
	    "must restrictions of use be passed on as terms", WEIGH_TERM_WORD },
	{ "territory-excludes", "EU, EEA, two-letter country codes, or none",
	    "places that get no rights", WEIGH_TERM_PLACES },
	{ "territory-scope", "all, multimodal",
	    "which models the excluded places do not get", WEIGH_TERM_WORD },
	{ "field-excludes",
	    "none, military, surveillance, biometric, public-administration, "
	    "medical, law-enforcement",
	    "fields of use that are barred", WEIGH_TERM_WORDS },
	{ "patent-grant", "yes, no, not-expressed", "are patents licensed",
	    WEIGH_TERM_WORD },
	{ "litigation-ends", "none, patent, ip",
	    "does suing end the rights, and over what", WEIGH_TERM_WORD },
	{ "flowdown", "none, restrictions, agreement, same-license, network",
	    "what derivatives must carry on", WEIGH_TERM_WORDS },
	{ "revocable", YES_NO, "may the licensor take the rights back at will",
	    WEIGH_TERM_WORD },
	{ "terms-may-change", YES_NO, "may the terms of this grant change",
	    WEIGH_TERM_WORD },
	{ "remote-restriction", YES_NO,
	    "does the licensor reserve to restrict use remotely",
	    WEIGH_TERM_WORD },
	{ "termination", "none, automatic, curable, licensor, anytime",
	    "how a breach, or the licensor, ends the rights", WEIGH_TERM_WORD },
	{ "governing-law", "words or none", "whose law applies",
	    WEIGH_TERM_TEXT },
	{ "prevailing-language", "words or none",
	    "which language's text decides", WEIGH_TERM_TEXT },
	{ "release-date", "a date, 2024-09-25",
	    "the date that the text has in its head", WEIGH_TERM_DATE },
};
const size_t weigh_term_nkinds = sizeof(weigh_term_kinds) /
    sizeof(weigh_term_kinds[0]);

const char weigh_term_families[] =
    "permissive, permissive-plus, responsible-ai, apache-plus-aup, "
    "vendor-permissive, vendor-community, noncommercial, "
    "noncommercial-research, no-derivatives, copyleft, "
    "copyleft-network, policy, none";

/* --- words ---------------------------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
weigh_terms_same(struct cursor a, struct cursor b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}
