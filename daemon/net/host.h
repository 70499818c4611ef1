/* host: is a request's host one of those we go by?  Pure. */
#ifndef NET_HOST_H
#define NET_HOST_H

#include <stdbool.h>

#include <weigh/http.h>

/* `host` as in a request, with or without port; `list` separated by blanks, without
 * ports; "" lists every host.  ASCII case does not matter. */
bool host_listed(struct weigh_span host, const char *list);

#endif
