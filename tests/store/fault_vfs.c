#include "fault_vfs.h"

#include <stdbool.h>
#include <string.h>

#include <sqlite3.h>

static sqlite3_vfs shim;
static sqlite3_vfs *real;

static bool armed;
static unsigned left;
static unsigned failed;
static int failure;
static void (*watcher)(void *argument);
static void *watcher_argument;

struct file {
	sqlite3_file base;
	sqlite3_file *real;	/* right behind this struct */
};

static sqlite3_file *
real_file(sqlite3_file *file)
{
	return ((struct file *)(void *)file)->real;
}

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
file_close(sqlite3_file *file)
{
	return real_file(file)->pMethods->xClose(real_file(file));
}

static int
file_read(sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
	return real_file(file)->pMethods->xRead(real_file(file), data, length,
	    offset);
}

static int
file_write(sqlite3_file *file, const void *data, int length,
    sqlite3_int64 offset)
{
	int code = permit();

	return code != SQLITE_OK ? code : real_file(file)->pMethods->xWrite(
	    real_file(file), data, length, offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = permit();

	return code != SQLITE_OK ? code : real_file(file)->pMethods->xTruncate(
	    real_file(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return permit();
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_file(file)->pMethods->xFileSize(real_file(file), size);
}

static int
file_lock(sqlite3_file *file, int lock)
{
	return real_file(file)->pMethods->xLock(real_file(file), lock);
}

static int
file_unlock(sqlite3_file *file, int lock)
{
	return real_file(file)->pMethods->xUnlock(real_file(file), lock);
}

static int
file_check_lock(sqlite3_file *file, int *out)
{
	return real_file(file)->pMethods->xCheckReservedLock(real_file(file),
	    out);
}

static int
file_control(sqlite3_file *file, int op, void *argument)
{
	return real_file(file)->pMethods->xFileControl(real_file(file), op,
	    argument);
}

static int
file_sector(sqlite3_file *file)
{
	return real_file(file)->pMethods->xSectorSize(real_file(file));
}

static int
file_device(sqlite3_file *file)
{
	return real_file(file)->pMethods->xDeviceCharacteristics(
	    real_file(file));
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend,
    void volatile **out)
{
	return real_file(file)->pMethods->xShmMap(real_file(file), page, size,
	    extend, out);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_file(file)->pMethods->xShmLock(real_file(file), offset, n,
	    flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	real_file(file)->pMethods->xShmBarrier(real_file(file));
}

static int
file_shm_unmap(sqlite3_file *file, int delete)
{
	return real_file(file)->pMethods->xShmUnmap(real_file(file), delete);
}

static const sqlite3_io_methods methods = {
	2, file_close, file_read, file_write, file_truncate, file_sync,
	file_size, file_lock, file_unlock, file_check_lock, file_control,
	file_sector, file_device, file_shm_map, file_shm_lock,
	file_shm_barrier, file_shm_unmap, NULL, NULL
};

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
    int *out_flags)
{
	struct file *file = (struct file *)(void *)base;
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
	shim.szOsFile = real->szOsFile + (int)sizeof(struct file);
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
