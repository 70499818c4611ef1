/* known: the identifiers that the Hub knows in cards.  Private to proto/model. */
#ifndef MODEL_KNOWN_H
#define MODEL_KNOWN_H

#include <stdbool.h>

/* The Hub's documentation of licenses, 2026. */
bool weigh_known_license(const char *text);
/* Its list of tasks, and the deprecated names still in use. */
bool weigh_known_task(const char *text);
/* What a space can be built with. */
bool weigh_known_sdk(const char *text);

/* All of them; NULL ends each. */
extern const char *const weigh_known_licenses[];
extern const char *const weigh_known_tasks[];
extern const char *const weigh_known_sdks[];

#endif
