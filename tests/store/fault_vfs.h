/*
 * A file system that fails when it is told to: a shim between SQLite and the
 * real one, for every database that is opened after fault_install(). It syncs
 * nothing, since no test cuts the power, which makes them ten times faster.
 */
#ifndef SW_TESTS_STORE_FAULT_VFS_H
#define SW_TESTS_STORE_FAULT_VFS_H

void fault_install(void);

/*
 * From the operation after the next `after` ones that change a file (write,
 * truncate, sync), all of them return code, until fault_disarm().
 */
void fault_arm(unsigned after, int code);
void fault_disarm(void);

/* How many operations failed since it was armed. */
unsigned fault_count(void);

/* Called before each operation that changes a file; NULL for none. */
void fault_watch(void (*watch)(void *argument), void *argument);

#endif
