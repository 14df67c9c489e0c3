/* Dated publications: see the header. */
#include "publication.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

#define SAME_DAY_MAX 1000

static bool
join(char path[SW_PUBLICATION_PATH_MAX], const char *folder, const char *name)
{
	int length = snprintf(path, SW_PUBLICATION_PATH_MAX, "%s/%s", folder,
	    name);

	if (length >= 0 && length < SW_PUBLICATION_PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

enum sw_result
sw_publication_lock(const char *folder, int *lock)
{
	*lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return SW_ERR_SYSTEM;
	if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return SW_OK;
	close(*lock);
	*lock = -1;
	return errno == EWOULDBLOCK ? SW_ERR_TIMEOUT : SW_ERR_SYSTEM;
}

enum sw_result
sw_publication_name(const char *folder, const char *name,
    char out[SW_PUBLICATION_NAME_MAX])
{
	char path[SW_PUBLICATION_PATH_MAX];
	struct stat status;

	for (unsigned i = 1; i <= SAME_DAY_MAX; i++) {
		snprintf(out, SW_PUBLICATION_NAME_MAX, i == 1 ? "%s" : "%s.%u",
		    name, i);
		if (!join(path, folder, out))
			return SW_ERR_SYSTEM;
		if (lstat(path, &status) != 0)
			return errno == ENOENT ? SW_OK : SW_ERR_SYSTEM;
	}
	errno = EEXIST;
	return SW_ERR_SYSTEM;
}

enum sw_result
sw_publication_switch(const char *folder, const char *link, const char *name)
{
	char path[SW_PUBLICATION_PATH_MAX], temporary[SW_PUBLICATION_PATH_MAX];
	char hidden[SW_PUBLICATION_NAME_MAX];
	int fd, saved;

	snprintf(hidden, sizeof(hidden), ".%.40s.new", link);
	if (!join(path, folder, link) || !join(temporary, folder, hidden))
		return SW_ERR_SYSTEM;
	/* Left by a run that was killed; the lock keeps others out. */
	if (unlink(temporary) != 0 && errno != ENOENT)
		return SW_ERR_SYSTEM;
	if (symlink(name, temporary) != 0)
		return SW_ERR_SYSTEM;
	if (rename(temporary, path) != 0) {
		saved = errno;
		unlink(temporary);
		errno = saved;
		return SW_ERR_SYSTEM;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	return SW_OK;
}

/* --- Half-written ones ---------------------------------------------------- */

/* "2026-11-02.2.XXXXXX", as mkdtemp() makes it, perhaps after "running-". */
static bool
is_half_written(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t date;

	if (strncmp(name, "running-", 8) == 0)
		name += 8;
	date = strspn(name, "0123456789-.");
	return dot != NULL && name[0] >= '0' && name[0] <= '9' &&
	    dot < name + date && strlen(dot) == 7;
}

enum sw_result
sw_publication_sweep(const char *folder)
{
	char path[SW_PUBLICATION_PATH_MAX];
	DIR *directory = opendir(folder);
	enum sw_result result = SW_OK;
	struct dirent *entry;

	if (directory == NULL)
		return SW_ERR_SYSTEM;
	while ((entry = readdir(directory)) != NULL) {
		/* One that was killed at once has no mark yet. */
		if (is_half_written(entry->d_name) &&
		    (!join(path, folder, entry->d_name) ||
		    (sw_tree_remove(path) != SW_OK && rmdir(path) != 0)))
			result = SW_ERR_SYSTEM;
	}
	closedir(directory);
	return result;
}

/* --- Old ones ------------------------------------------------------------- */

struct choice {
	const char *folder;
	const char *prefix;
	char kept[SW_PUBLICATION_NAME_MAX];	/* what the link leads to */
};

static bool
is_chosen(const struct choice *choice, const char *name)
{
	size_t length = strlen(choice->prefix);

	return strncmp(name, choice->prefix, length) == 0 &&
	    name[length] >= '0' && name[length] <= '9' &&
	    /* Not one that is being written: "2026-11-02.XXXXXX". */
	    strspn(name + length, "0123456789-.") == strlen(name + length) &&
	    strcmp(name, choice->kept) != 0;
}

/* Dates first, then the number of the run on that day. */
static int
compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static char **
list_names(const struct choice *choice, size_t *count)
{
	DIR *folder = opendir(choice->folder);
	char **names = NULL, **grown;
	struct dirent *entry;

	*count = 0;
	if (folder == NULL)
		return NULL;
	while ((entry = readdir(folder)) != NULL) {
		if (!is_chosen(choice, entry->d_name))
			continue;
		grown = reallocarray(names, *count + 1, sizeof(*names));
		if (grown == NULL)
			break;
		names = grown;
		names[*count] = strdup(entry->d_name);
		if (names[*count] == NULL)
			break;
		++*count;
	}
	closedir(folder);
	if (*count > 0)
		qsort(names, *count, sizeof(*names), compare_names);
	return names;
}

enum sw_result
sw_publication_prune(const char *folder, const char *prefix, const char *link,
    unsigned keep)
{
	struct choice choice = { .folder = folder, .prefix = prefix };
	char path[SW_PUBLICATION_PATH_MAX];
	enum sw_result result = SW_OK;
	ssize_t length;
	size_t count;
	char **names;

	if (keep == 0)
		return SW_OK;
	if (!join(path, folder, link))
		return SW_ERR_SYSTEM;
	length = readlink(path, choice.kept, sizeof(choice.kept) - 1);
	if (length < 0)
		return SW_ERR_SYSTEM;
	choice.kept[length] = '\0';
	names = list_names(&choice, &count);
	/* The one that the link leads to is one of those that are kept. */
	for (size_t i = 0; i < count; i++) {
		if (i + keep <= count && join(path, folder, names[i]) &&
		    sw_tree_remove(path) != SW_OK)
			result = SW_ERR_SYSTEM;
		free(names[i]);
	}
	free(names);
	return result;
}
