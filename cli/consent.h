/* consent: nothing is destroyed that somebody might want, unless a person says so. */
#ifndef CLI_CONSENT_H
#define CLI_CONSENT_H

#include "call.h"

/* May it be done?  WEIGH_OK with --yes, or when the person at the terminal says
 * yes to `question`; WEIGH_CANCELED when not; WEIGH_USAGE when nobody is there to
 * be asked. */
enum weigh_code consent(const struct call *c, const char *question,
    struct weigh_err *err);

#endif
