/*
 * legal: has a text anything of law?  Words that licenses are made of, and other texts
 * seldom: one such phrase that says it alone, or some of the weaker kind close together.
 */
#include "facts.h"
#include "look.h"

#define WINDOW 60 /* words in which weaker ones add up */
#define ENOUGH 3

bool
license_legal(const struct license_text *t)
{
	static const char *const plain[] = { "licensed under",
		"license agreement", "public license",
		"permission is hereby granted", "all rights reserved",
		"terms and conditions", "terms of use",
		"subject to the following conditions",
		"without warranty of any kind", "acceptable use policy",
		"prohibited use policy", "hereby grants", "hereby granted",
		"public domain", "may not be used", "shall not use",
		"you may not use", "you may use", "copyright notice",
		"permission to copy", "permission to use", "permitted to copy",
		"permitted to do", "may be copied", "may be freely",
		"may freely", "do what you want",
		"warranties of merchantability", "spdxlicenseidentifier",
		"commercial use", "noncommercial use", "noncommercial purposes",
		"research only", "research use only", "research purposes",
		"personal use only", "academic use only", "royaltyfree",
		"intellectual property", "is proprietary", "are proprietary",
		"proprietary license", "proprietary software",
		"proprietary and confidential", "confidential and proprietary",
		"trade secret", "trade secrets", "许 可 证", "许 可 协 议",
		"版 权 许 可", "不 得 用 于", NULL };
	static const char *const weak[] = { "license", "licensed", "licensee",
		"licensor", "permission", "permitted", "prohibited", "warranty",
		"warranties", "liable", "liability", "copyright", "patent",
		"redistribute", "redistribution", "sublicense", "agreement",
		"commercial", "noncommercial", "shall", "hereby", "herein",
		"indemnify", "derivative", "grant", "grants", "granted",
		"rights", "terms", "许 可", "授 权", NULL };
	size_t recent[ENOUGH] = { 0 }, n = 0;

	for (size_t i = 0; i < t->ntokens; i++) {
		if (license_any_at(t, i, plain) > 0)
			return true;
		if (license_any_at(t, i, weak) == 0)
			continue;
		if (n + 1 >= ENOUGH && i - recent[(n + 1) % ENOUGH] < WINDOW)
			return true;
		recent[n++ % ENOUGH] = i;
	}
	return false;
}
