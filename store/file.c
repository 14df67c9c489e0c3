#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum sw_result
fail(struct sw_store *store, const char *doing, const char *path)
{
	sw_store_complain(store, "cannot %s %s: %s", doing, path,
	    strerror(errno));
	return SW_ERR_SYSTEM;
}

char *
sw_file_begin(struct sw_store *store, const char *path)
{
	char *temporary = NULL;
	int fd;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		sw_store_complain(store, "out of memory");
		return NULL;
	}
	fd = mkstemp(temporary);	/* 0600 */
	if (fd < 0) {
		fail(store, "create a file for", path);
		free(temporary);
		return NULL;
	}
	close(fd);
	return temporary;
}

static enum sw_result
sync_path(struct sw_store *store, const char *path, int flags)
{
	enum sw_result result = SW_OK;
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return fail(store, "open", path);
	if (fsync(fd) != 0)
		result = fail(store, "write", path);
	close(fd);
	return result;
}

/* The name is on the disk once its folder is. */
static enum sw_result
sync_folder(struct sw_store *store, const char *path)
{
	const char *slash = strrchr(path, '/');
	enum sw_result result;
	char *folder;

	if (slash == NULL)
		return sync_path(store, ".", O_RDONLY | O_DIRECTORY);
	folder = strndup(path, (size_t)(slash - path) + 1);
	if (folder == NULL)
		return SW_ERR_MEMORY;
	result = sync_path(store, folder, O_RDONLY | O_DIRECTORY);
	free(folder);
	return result;
}

enum sw_result
sw_file_publish(struct sw_store *store, const char *temporary,
    const char *path)
{
	enum sw_result result;

	result = sync_path(store, temporary, O_RDONLY);
	if (result == SW_OK && rename(temporary, path) != 0)
		result = fail(store, "make", path);
	if (result != SW_OK) {
		sw_file_remove(temporary);
		return result;
	}
	return sync_folder(store, path);
}

void
sw_file_remove(const char *temporary)
{
	static const char *const suffixes[] = { "", "-journal", "-wal",
		"-shm" };
	char *path;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (asprintf(&path, "%s%s", temporary, suffixes[i]) < 0)
			return;
		unlink(path);
		free(path);
	}
}

bool
sw_file_exists(const char *path, const char *suffix)
{
	bool exists;
	char *full;

	if (asprintf(&full, "%s%s", path, suffix) < 0)
		return true;	/* on the safe side */
	exists = access(full, F_OK) == 0;
	free(full);
	return exists;
}
