/* host: see host.h. */
#include <string.h>
#include <strings.h>

#include "host.h"

/* Length of the name in "name:port", "[::1]:port" or either without port. */
static size_t
name_length(struct weigh_span host)
{
	const char *colon;

	if (host.len > 0 && host.p[0] == '[') {
		const char *end = memchr(host.p, ']', host.len);

		return end != NULL ? (size_t)(end - host.p) + 1 : host.len;
	}
	colon = memchr(host.p, ':', host.len);
	return colon != NULL ? (size_t)(colon - host.p) : host.len;
}

bool
host_listed(struct weigh_span host, const char *list)
{
	size_t name = name_length(host), len;

	list += strspn(list, " \t");
	if (*list == '\0')
		return true;
	for (; *list != '\0'; list += strspn(list, " \t")) {
		len = strcspn(list, " \t");
		if (len == name && strncasecmp(list, host.p, len) == 0)
			return true;
		list += len;
	}
	return false;
}
