/*
 * A request of git's protocol, version 2: what is kept lies inside the request,
 * and what is accepted is accepted again; a shorter one never is (weigh/gitwire.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/gitwire.h>

static void
inside(const struct weigh_git_texts *list, const char *data, size_t size)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->texts[i].p < data ||
		    list->texts[i].p + list->texts[i].len > data + size)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct weigh_git_request r;
	struct weigh_err err;
	size_t most;

	if (weigh_git_request_parse(&r, text, size, &err) != WEIGH_OK) {
		for (const char *p = err.why; *p != '\0'; p++)
			if ((unsigned char)*p < ' ' || *p == 0x7f)
				abort();
		return 0;
	}
	most = size / 4;
	inside(&r.prefixes, text, size);
	inside(&r.excluded, text, size);
	if (r.wants.count > most || r.haves.count > most ||
	    r.shallows.count > most || (r.relative && r.depth == 0))
		abort();
	(void)weigh_git_prefix_fits(&r, "refs/heads/main");
	weigh_git_request_free(&r);
	if (weigh_git_request_parse(&r, text, size - 1, NULL) == WEIGH_OK)
		abort();
	return 0;
}
