/* metric: see base/metric.h. */
#include "base/metric.h"

#include <inttypes.h>

void
metric_add(struct weigh_buf *out, const char *name, const char *type,
    const char *help, uint64_t value)
{
	weigh_buf_addf(out,
	    "# HELP weighhouse_%s %s\n# TYPE weighhouse_%s %s\n"
	    "weighhouse_%s %" PRIu64 "\n",
	    name, help, name, type, name, value);
}
