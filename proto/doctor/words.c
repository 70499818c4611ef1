/* words: what findings are written with. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "words.h"

#define KB UINT64_C(1000)

const char *
weigh_health_name(enum weigh_health health)
{
	switch (health) {
	case WEIGH_HEALTH_OK:
		return "ok";
	case WEIGH_HEALTH_WARN:
		return "warn";
	case WEIGH_HEALTH_BAD:
		break;
	}
	return "bad";
}

void
weigh_doctor_say(struct weigh_finding *out, enum weigh_health health,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->what, sizeof(out->what), fmt, ap);
	va_end(ap);
	out->health = health;
	out->fix[0] = '\0';
}

void
weigh_doctor_mend(struct weigh_finding *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->fix, sizeof(out->fix), fmt, ap);
	va_end(ap);
}

struct weigh_doctor_amount
weigh_doctor_amount(uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB",
		"EB" };
	struct weigh_doctor_amount a;
	double n = (double)bytes / 1000;
	size_t i = 0;

	if (bytes < KB) {
		snprintf(a.text, sizeof(a.text), "%" PRIu64 " B", bytes);
		return a;
	}
	for (; n >= 999.95 && i < 5; i++)
		n /= 1000;
	snprintf(a.text, sizeof(a.text), "%.1f %s", n, units[i]);
	return a;
}
