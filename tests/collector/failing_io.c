/*
 * Preloaded into senderwatchd: writing to the database, or bringing it to the
 * disk, fails as long as there is a file that says how.
 *
 * SENDERWATCH_FAILING_IO names the file; in it stands the errno, or -1: then it
 * is the clock that was never set.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static bool
is_database(int fd)
{
	char link[64], path[512];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	return (length > 3 && strcmp(path + length - 3, "/db") == 0) ||
	    (length > 7 && strcmp(path + length - 7, "/db-wal") == 0);
}

static int
read_switch(void)
{
	const char *path = getenv("SENDERWATCH_FAILING_IO");
	FILE *file = path != NULL ? fopen(path, "r") : NULL;
	int number = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%d", &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

/* Sets errno if the call is to fail. */
static bool
fails(int fd)
{
	int number = is_database(fd) ? read_switch() : 0;

	if (number <= 0)
		return false;
	errno = number;
	return true;
}

#define REAL(type, name) type real; \
	*(void **)&real = dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_at)(int fd, const void *data, size_t length,
    off64_t offset);
typedef int (*one_file)(int fd);
typedef int (*cut_file)(int fd, off64_t size);

EXPORT ssize_t
pwrite(int fd, const void *data, size_t length, off_t offset)
{
	REAL(write_at, "pwrite");

	return fails(fd) ? -1 : real(fd, data, length, offset);
}

EXPORT ssize_t
pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
	REAL(write_at, "pwrite64");

	return fails(fd) ? -1 : real(fd, data, length, offset);
}

EXPORT int
fsync(int fd)
{
	REAL(one_file, "fsync");

	return fails(fd) ? -1 : real(fd);
}

EXPORT int
fdatasync(int fd)
{
	REAL(one_file, "fdatasync");

	return fails(fd) ? -1 : real(fd);
}

EXPORT int
ftruncate(int fd, off_t size)
{
	REAL(cut_file, "ftruncate");

	return fails(fd) ? -1 : real(fd, size);
}

EXPORT int
ftruncate64(int fd, off64_t size)
{
	REAL(cut_file, "ftruncate64");

	return fails(fd) ? -1 : real(fd, size);
}

EXPORT time_t
time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (read_switch() == -1)
		now.tv_sec = 86400;
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
