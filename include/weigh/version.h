/* version: what this is, in one place. */
#ifndef WEIGH_VERSION_H
#define WEIGH_VERSION_H

#define WEIGH_VERSION "0.1.0"

#endif
