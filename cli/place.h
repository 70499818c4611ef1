/* place: advice for a folder that the person named and that cannot be used. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <weigh/err.h>

/* Fail by errno's value with a fix that fits a folder of the person's own, not
 * the store.  `path` is what was named. */
enum weigh_code place_fail(
    struct weigh_err *err, int errnum, const char *path);

#endif
