/* words: what findings are written with. */
#ifndef PROTO_DOCTOR_WORDS_H
#define PROTO_DOCTOR_WORDS_H

#include <weigh/doctor.h>

/* The verdict and what was found; the fix is "". */
void weigh_doctor_say(struct weigh_finding *out, enum weigh_health health,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* How to mend it. */
void weigh_doctor_mend(struct weigh_finding *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "23.8 GB": for sentences, so one decimal does. */
struct weigh_doctor_amount {
	char text[24];
};
struct weigh_doctor_amount weigh_doctor_amount(uint64_t bytes);

#endif
