/* Writing files that are whole or not there. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sw_result
open_temporary(struct sw_output *output)
{
	mode_t mask;
	int fd, saved;

	if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return SW_ERR_MEMORY;
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(output->temporary);
		output->temporary = NULL;
		return SW_ERR_SYSTEM;
	}
	/* mkostemp() lets only the owner read; a report is a usual file. */
	mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask) == 0)
		output->file = fdopen(fd, "w");
	if (output->file != NULL)
		return SW_OK;
	saved = errno;
	close(fd);
	sw_output_abandon(output);
	errno = saved;
	return SW_ERR_SYSTEM;
}

enum sw_result
sw_output_open(struct sw_output *output, const char *path)
{
	struct stat status;
	bool as_it_is;

	memset(output, 0, sizeof(*output));
	if (path == NULL || strcmp(path, "-") == 0) {
		output->file = stdout;
		return SW_OK;
	}
	output->path = realpath(path, NULL);
	/* /dev/stdout may lead to what has no name. */
	as_it_is = stat(path, &status) == 0 &&
	    (output->path == NULL || !S_ISREG(status.st_mode));
	if (output->path == NULL)
		output->path = strdup(path);
	if (output->path == NULL)
		return SW_ERR_MEMORY;
	if (as_it_is) {
		output->file = fopen(path, "we");
		return output->file != NULL ? SW_OK : SW_ERR_SYSTEM;
	}
	return open_temporary(output);
}

enum sw_result
sw_output_commit(struct sw_output *output)
{
	bool whole = fflush(output->file) == 0 && !ferror(output->file);
	FILE *file = output->file;
	int saved;

	if (output->path == NULL)
		return whole ? SW_OK : SW_ERR_SYSTEM;
	if (output->temporary != NULL)
		whole = whole && fsync(fileno(file)) == 0;
	output->file = NULL;
	whole = fclose(file) == 0 && whole;
	if (output->temporary != NULL && whole)
		whole = rename(output->temporary, output->path) == 0;
	if (whole) {
		free(output->temporary);
		output->temporary = NULL;
		free(output->path);
		output->path = NULL;
		return SW_OK;
	}
	saved = errno;
	sw_output_abandon(output);
	errno = saved;
	return SW_ERR_SYSTEM;
}

void
sw_output_abandon(struct sw_output *output)
{
	if (output->file != NULL && output->path != NULL)
		fclose(output->file);
	output->file = NULL;
	free(output->path);
	output->path = NULL;
	if (output->temporary == NULL)
		return;
	unlink(output->temporary);
	free(output->temporary);
	output->temporary = NULL;
}
