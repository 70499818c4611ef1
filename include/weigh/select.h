/*
 * select: which files of a repository are wanted: globs, and the rule of formats that
 * leaves out second copies of the same weights.
 *
 * (1) The same listing and the same rules give the same answer on every machine.
 * (2) A rule of formats leaves nothing out unless the format that is kept is complete:
 *     every shard that its index names is in the listing.
 */
#ifndef WEIGH_SELECT_H
#define WEIGH_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#define WEIGH_SELECT_GLOBS 32
#define WEIGH_SELECT_GLOB 256

enum weigh_formats {
	WEIGH_FORMATS_ALL,
	WEIGH_FORMATS_SAFETENSORS /* no .bin, .h5, .msgpack, original/ beside them */
};

struct weigh_select {
	char include[WEIGH_SELECT_GLOBS][WEIGH_SELECT_GLOB]; /* none: all */
	char exclude[WEIGH_SELECT_GLOBS][WEIGH_SELECT_GLOB];
	unsigned nincludes, nexcludes;
	enum weigh_formats formats;
};

#endif
