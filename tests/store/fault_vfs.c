#include "fault_vfs.h"

#include <stdbool.h>
#include <string.h>

#include <sqlite3.h>

#include "passing_vfs.h"

static sqlite3_vfs shim;
static sqlite3_vfs *real;

static bool armed;
static unsigned left;
static unsigned failed;
static int failure;
static void (*watcher)(void *argument);
static void *watcher_argument;

/* SQLITE_OK, or what the operation is to fail with. */
static int
permit(void)
{
	if (watcher != NULL)
		watcher(watcher_argument);
	if (!armed)
		return SQLITE_OK;
	if (left > 0) {
		left--;
		return SQLITE_OK;
	}
	failed++;
	return failure;
}

static int
file_write(sqlite3_file *file, const void *data, int length,
    sqlite3_int64 offset)
{
	int code = permit();

	return code != SQLITE_OK ? code : passed_real(file)->pMethods->xWrite(
	    passed_real(file), data, length, offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = permit();

	return code != SQLITE_OK ? code : passed_real(file)->pMethods->xTruncate(
	    passed_real(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return permit();
}

static int
file_sector(sqlite3_file *file)
{
	return passed_real(file)->pMethods->xSectorSize(passed_real(file));
}

static int
file_device(sqlite3_file *file)
{
	return passed_real(file)->pMethods->xDeviceCharacteristics(
	    passed_real(file));
}

static const sqlite3_io_methods methods = PASSING_METHODS(file_write,
    file_truncate, file_sync, file_sector, file_device);

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
    int *out_flags)
{
	struct passed_file *file = (struct passed_file *)(void *)base;
	int code;

	(void)vfs;
	file->real = (sqlite3_file *)(void *)(file + 1);
	file->base.pMethods = NULL;
	code = real->xOpen(real, name, file->real, flags, out_flags);
	if (file->real->pMethods != NULL)
		file->base.pMethods = &methods;
	return code;
}

void
fault_install(void)
{
	real = sqlite3_vfs_find(NULL);
	shim = *real;
	shim.zName = "fault";
	shim.pNext = NULL;
	shim.szOsFile = real->szOsFile + (int)sizeof(struct passed_file);
	shim.xOpen = shim_open;
	sqlite3_vfs_register(&shim, 1);
}

void
fault_arm(unsigned after, int code)
{
	armed = true;
	left = after;
	failed = 0;
	failure = code;
}

void
fault_disarm(void)
{
	armed = false;
}

unsigned
fault_count(void)
{
	return failed;
}

void
fault_watch(void (*watch)(void *argument), void *argument)
{
	watcher = watch;
	watcher_argument = argument;
}
