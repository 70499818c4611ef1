/*
 * replay_main: run a fuzz target once on each file named on the command line,
 * without libFuzzer, so that every corpus is also an ordinary test.  Prints the
 * name of each file before it runs: after a crash the last one is the culprit.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX ((size_t)64 << 20) /* bytes of one input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All of a file, in memory of exactly its size, so that a sanitizer sees the
 * first byte read too far.  NULL after saying why. */
static uint8_t *
read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long end = -1;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		end = ftell(f);
	if (end < 0 || (size_t)end > INPUT_MAX || fseek(f, 0, SEEK_SET) != 0) {
		perror(path);
		goto out;
	}
	*len = (size_t)end;
	data = malloc(*len > 0 ? *len : 1);
	if (data != NULL && fread(data, 1, *len, f) != *len) {
		perror(path);
		free(data);
		data = NULL;
	}
out:
	if (f != NULL)
		(void)fclose(f);
	return data;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t len = 0;
		uint8_t *data = read_file(argv[i], &len);

		if (data == NULL)
			return EXIT_FAILURE;
		printf("%s\n", argv[i]);
		(void)fflush(stdout);
		(void)LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
	return EXIT_SUCCESS;
}
