/*
 * notify: tell the service manager how we are: one datagram to $NOTIFY_SOCKET
 * (sd_notify(3)).  Does nothing where there is none.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

/* `state` is "READY=1", "STOPPING=1", or several lines.  Does not block. */
void notify(const char *state);

/* RELOADING=1, with the time that the manager orders it by. */
void notify_reloading(void);

/* How often the manager wants a sign of life ($WATCHDOG_USEC), in microseconds; 0:
 * not at all. */
uint64_t notify_watchdog(void);

#endif
