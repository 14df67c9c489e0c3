/* Reading small files whole. */
#include "read_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum sw_result
sw_read_file(const char *path, size_t limit, char **text, size_t *length)
{
	enum sw_result result = SW_ERR_SYSTEM;
	FILE *file = fopen(path, "re");
	char *read = NULL;
	int error;

	*text = NULL;
	if (file == NULL)
		return SW_ERR_SYSTEM;
	errno = ENOMEM;
	read = malloc(limit + 1);
	if (read == NULL)
		goto out;
	*length = fread(read, 1, limit + 1, file);
	if (ferror(file))
		goto out;
	errno = EFBIG;
	if (*length > limit)
		goto out;
	read[*length] = '\0';
	*text = read;
	read = NULL;
	result = SW_OK;
out:
	error = errno;
	free(read);
	fclose(file);
	errno = error;
	return result;
}
