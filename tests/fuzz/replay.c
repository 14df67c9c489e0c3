/*
 * Runs a fuzz target on files, and speaks TAP: for make check, where the
 * corpus is replayed without libFuzzer. Arguments are folders.
 */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX (1024 * 1024)

static int
replay(const char *folder, const char *file)
{
	uint8_t *data = malloc(INPUT_MAX), *exact = NULL;
	char path[4096];
	FILE *stream;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	stream = fopen(path, "rb");
	if (stream == NULL || data == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	size = fread(data, 1, INPUT_MAX, stream);
	fclose(stream);
	/* Of the exact size, so that reading past the end is noticed. */
	exact = malloc(size == 0 ? 1 : size);
	if (exact == NULL)
		exit(EXIT_FAILURE);
	memcpy(exact, data, size);
	free(data);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 1;
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		struct dirent *entry;

		if (folder == NULL) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		while ((entry = readdir(folder)) != NULL)
			if (entry->d_name[0] != '.')
				count += replay(argv[i], entry->d_name);
		closedir(folder);
	}
	printf("%s 1 - %d inputs are replayed\n1..1\n",
	    count > 0 ? "ok" : "not ok", count);
	return EXIT_SUCCESS;
}
