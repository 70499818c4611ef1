/* parts: what others ask of a policy that is read. */
#include <stdio.h>
#include <string.h>

#include "priv.h"

const struct weigh_oid *
weigh_policy_name(const struct weigh_policy *p)
{
	return &p->name;
}

size_t
weigh_policy_purposes(const struct weigh_policy *p)
{
	return p->npurposes;
}

const struct weigh_purpose *
weigh_policy_purpose(const struct weigh_policy *p, size_t i)
{
	return i < p->npurposes ? &p->purposes[i] : NULL;
}

const struct weigh_purpose *
weigh_policy_find_purpose(const struct weigh_policy *p, const char *id,
    struct weigh_err *err)
{
	const char *names[WEIGH_POLICY_PURPOSES + 1];
	struct policy_complaint bad;
	char all[200] = "";
	size_t n = 0, i;

	for (i = 0; i < p->npurposes; i++)
		names[i] = p->purposes[i].id;
	i = weigh_policy_word((struct cursor){ id, strlen(id) }, names,
	    p->npurposes, "", &bad);
	if (i < p->npurposes)
		return &p->purposes[i];
	weigh_fail(err, WEIGH_NOT_FOUND, "the policy has no purpose '%s'", id);
	for (i = 0; i < p->npurposes && n < sizeof(all); i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
		    i > 0 ? ", " : "", names[i]);
	if (bad.near[0] != '\0')
		weigh_fix(err, "the nearest is '%s'", bad.near);
	else
		weigh_fix(err, "its purposes: %s", all);
	return NULL;
}

const struct weigh_purpose *
weigh_policy_door(const struct weigh_policy *p)
{
	size_t i = 0;

	while (p->purposes[i].question != WEIGH_QUESTION_MIRROR)
		i++;
	return &p->purposes[i];
}

const char *
weigh_policy_site(const struct weigh_policy *p, const char *key)
{
	for (size_t i = 0; i < SITE_KEYS; i++)
		if (strcmp(weigh_policy_site_keys[i], key) == 0)
			return p->site[i];
	return NULL;
}

size_t
weigh_policy_acts(const struct weigh_policy *p)
{
	return p->nacts;
}

const struct weigh_act *
weigh_policy_act(const struct weigh_policy *p, size_t i)
{
	return i < p->nacts ? &p->acts[i] : NULL;
}

size_t
weigh_policy_rules(const struct weigh_policy *p)
{
	return p->nrules;
}
