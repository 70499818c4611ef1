/* weighd.conf: what is accepted is printed by --print-config as a file that is
 * accepted, with the same values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"

static struct config *
load(FILE *f)
{
	char path[32];
	const struct config_flags flags = { .file = path };
	struct config *c = NULL;

	if (fflush(f) != 0 || lseek(fileno(f), 0, SEEK_SET) != 0)
		abort();
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(f));
	return config_load(&c, &flags, NULL) == WEIGH_OK ? c : NULL;
}

static FILE *
memory_file(void)
{
	int fd = memfd_create("weighd.conf", MFD_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "w+") : NULL;

	if (f == NULL)
		abort();
	return f;
}

static void
check_again(const struct config *c)
{
	FILE *f = memory_file();
	struct config *again;

	config_print(c, f);
	if ((again = load(f)) == NULL)
		abort();
	for (int p = 0; p < PARAMS; p++)
		if (strcmp(config_text(c, (enum param)p),
			config_text(again, (enum param)p)) != 0 ||
		    config_number(c, (enum param)p) !=
			config_number(again, (enum param)p))
			abort();
	config_free(again);
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *f = memory_file();
	struct config *c;

	fwrite(data, 1, size, f);
	if ((c = load(f)) != NULL)
		check_again(c);
	config_free(c);
	fclose(f);
	return 0;
}
