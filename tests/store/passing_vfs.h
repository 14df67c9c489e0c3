/*
 * What SQLite's virtual file systems that are put between it and the real one
 * pass on as it comes. For files that hold a struct passed_file first, and the
 * real file right behind theirs.
 */
#ifndef SENDERWATCH_TESTS_STORE_PASSING_VFS_H
#define SENDERWATCH_TESTS_STORE_PASSING_VFS_H

#include <sqlite3.h>

struct passed_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static inline sqlite3_file *
passed_real(sqlite3_file *file)
{
	return ((struct passed_file *)(void *)file)->real;
}

static inline int
passed_close(sqlite3_file *file)
{
	return passed_real(file)->pMethods->xClose(passed_real(file));
}

static inline int
passed_read(sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
	return passed_real(file)->pMethods->xRead(passed_real(file), data, length,
	    offset);
}

static inline int
passed_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return passed_real(file)->pMethods->xFileSize(passed_real(file), size);
}

static inline int
passed_lock(sqlite3_file *file, int lock)
{
	return passed_real(file)->pMethods->xLock(passed_real(file), lock);
}

static inline int
passed_unlock(sqlite3_file *file, int lock)
{
	return passed_real(file)->pMethods->xUnlock(passed_real(file), lock);
}

static inline int
passed_check_lock(sqlite3_file *file, int *out)
{
	return passed_real(file)->pMethods->xCheckReservedLock(passed_real(file),
	    out);
}

static inline int
passed_control(sqlite3_file *file, int op, void *argument)
{
	return passed_real(file)->pMethods->xFileControl(passed_real(file), op,
	    argument);
}

static inline int
passed_shm_map(sqlite3_file *file, int page, int size, int extend,
    void volatile **out)
{
	return passed_real(file)->pMethods->xShmMap(passed_real(file), page, size,
	    extend, out);
}

static inline int
passed_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return passed_real(file)->pMethods->xShmLock(passed_real(file), offset, n,
	    flags);
}

static inline void
passed_shm_barrier(sqlite3_file *file)
{
	passed_real(file)->pMethods->xShmBarrier(passed_real(file));
}

static inline int
passed_shm_unmap(sqlite3_file *file, int delete)
{
	return passed_real(file)->pMethods->xShmUnmap(passed_real(file), delete);
}

/* A table of methods, five of which are the caller's. */
#define PASSING_METHODS(write, truncate, sync, sector, device) { \
	2, passed_close, passed_read, write, truncate, sync, passed_size, \
	passed_lock, passed_unlock, passed_check_lock, passed_control, \
	sector, device, passed_shm_map, passed_shm_lock, passed_shm_barrier, \
	passed_shm_unmap, NULL, NULL \
}

#endif
