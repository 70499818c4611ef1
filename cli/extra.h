/*
 * extra: what lies in a pulled folder and is not part of its revision.
 *
 * (1) Counted is every name that is no folder and not in the manifest, whatever
 *     it is; .weigh itself is not.
 * (2) Nothing is opened but folders, and no link is followed.
 */
#ifndef CLI_EXTRA_H
#define CLI_EXTRA_H

#include <stdint.h>

#include <weigh/manifest.h>

/* Blocks, on the disk.  What cannot be read is not counted. */
uint64_t extra_count(const char *folder, const struct weigh_manifest *m);

#endif
