/* decide: see weigh/decide.h. */
#include <weigh/decide.h>

/*
 * The order is the order of the sentences: who asks for bytes that nobody
 * admitted shall hear that, whatever else is wrong with them.  Every road to
 * WEIGH_ALLOW passes digest_verified (1).
 */
enum weigh_verdict
weigh_decide(const struct weigh_facts *facts)
{
	if (!facts->digest_known)
		return WEIGH_REFUSE_UNKNOWN;
	if (facts->found_bad)
		return WEIGH_REFUSE_BAD;
	if (!facts->digest_verified)
		return WEIGH_REFUSE_NOT_VERIFIED;
	return WEIGH_ALLOW;
}

const char *
weigh_verdict_text(enum weigh_verdict verdict)
{
	switch (verdict) {
	case WEIGH_ALLOW:
		return "the bytes were checked and have the promised SHA-256";
	case WEIGH_REFUSE_UNKNOWN:
		return "no admitted revision names a SHA-256 for these bytes";
	case WEIGH_REFUSE_BAD:
		return "the bytes held here do not have the promised SHA-256";
	case WEIGH_REFUSE_NOT_VERIFIED:
		return "the bytes held here were not checked against the "
		       "promised SHA-256, or changed since";
	}
	return "the bytes may not be served";
}
