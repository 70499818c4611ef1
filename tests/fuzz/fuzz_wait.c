/* What an upstream says of waiting: one byte that says which of Retry-After and
 * RateLimit, then the value.  (2) of weigh/budget.h: nobody waits longer than the most,
 * and what was told never opens a budget that was closed. */
#include <stdint.h>
#include <stdlib.h>

#include <weigh/budget.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_span value = { (const char *)data + 1, size - 1 };
	struct weigh_budget b;
	int64_t retry = -1, left = -1, reset = -1, wait;

	if (size == 0)
		return 0;
	if (data[0] & 1)
		retry = weigh_retry_after(value, 784111777);
	else
		weigh_ratelimit(value, &left, &reset);
	if (retry < -1 || retry > WEIGH_WAIT_MAX || left < -1 || reset < -1 ||
	    reset > WEIGH_WAIT_MAX)
		abort();
	weigh_budget_init(&b, 1, 10);
	weigh_budget_told(&b, 0, 429, retry, left, reset);
	wait = weigh_budget_ask(&b, 0);
	if (wait < 0 || wait > WEIGH_WAIT_MAX ||
	    (retry > 0 || (left == 0 && reset >= 0)) != (wait > 0) ||
	    weigh_budget_ask(&b, 0) <= 0)
		abort();
	return 0;
}
