/*
 * notify: tell the service manager how we are: one datagram to $NOTIFY_SOCKET
 * (sd_notify(3)).  Does nothing where there is none.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

/* `state` is "READY=1", "STOPPING=1", or several lines.  Does not block. */
void notify(const char *state);

#endif
