/* The body of a POST …/paths-info, as a form and as JSON: the paths that come out
 * hold to their grammar (hub_paths.h, 1). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/hub_paths.h>
#include <weigh/name.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "application/json",
		"application/x-www-form-urlencoded" };

	for (int i = 0; i < 2; i++) {
		struct weigh_span type = { types[i], strlen(types[i]) };
		struct weigh_hub_paths paths;

		(void)weigh_hub_paths_parse(&paths, type, (const char *)data,
		    size, NULL);
		for (size_t j = 0; j < paths.count; j++)
			if (weigh_path_check(paths.path[j],
				strlen(paths.path[j]), NULL) != WEIGH_OK)
				abort();
		weigh_hub_paths_free(&paths);
	}
	return 0;
}
