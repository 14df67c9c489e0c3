/* Files that appear under their name when they are whole. */
#ifndef SW_STORE_FILE_H
#define SW_STORE_FILE_H

#include "internal.h"

/*
 * Make an empty file beside path, 0600; its name, which the caller frees, or
 * NULL. Errors are noted in store.
 */
char *sw_file_begin(struct sw_store *store, const char *path);
/* Bring it to the disk and to its name. It is removed where that fails. */
enum sw_result sw_file_publish(struct sw_store *store, const char *temporary,
    const char *path);
/* Remove it, and what SQLite puts beside it. */
void sw_file_remove(const char *temporary);
/* Is there such a file, a log or a journal of a database? */
bool sw_file_exists(const char *path, const char *suffix);

#endif
