/*
 * A disk that can lose its power: a shim between SQLite and the real file
 * system that knows what was synced and what was only written. What a crash
 * may leave, power_cut() puts into other files: all that was synced, and of
 * what was written since then a part, in sectors, that chance decides.
 */
#ifndef SW_TESTS_STORE_POWER_VFS_H
#define SW_TESTS_STORE_POWER_VFS_H

#include <stdbool.h>

#include "support.h"

/* For every database that is opened from now on. */
void power_install(void);
/* Forget the files that were known. */
void power_reset(void);
/* Treat syncs as if they did nothing, as a test of the tests. */
void power_ignore_syncs(bool ignore);

/* Called before each operation that changes a file; NULL for none. */
void power_watch(void (*watch)(void *argument), void *argument);

/*
 * Write what may be left of database path, and of its log, after a cut at
 * this moment, as database copy.
 */
void power_cut(const char *path, const char *copy, struct random *random);

#endif
