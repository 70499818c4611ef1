/* litter: see litter.h. */
#include "base/litter.h"

enum litter_verdict
litter_decide(const struct litter_facts *f)
{
	int64_t age = f->now > f->changed ? f->now - f->changed : 0;

	if (f->named)
		return LITTER_NAMED;
	if (f->intended)
		return LITTER_INTENDED;
	if (f->evidence && !f->asked)
		return LITTER_EVIDENCE;
	if (!f->evidence && f->unsure)
		return LITTER_UNSURE;
	if (age < f->grace)
		return LITTER_YOUNG;
	return LITTER_TAKE;
}
