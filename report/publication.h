/*
 * Dated publications in a folder, and the link that says which is the latest.
 * Readers see the old one or the new one, never half of one.
 */
#ifndef SENDERWATCH_REPORT_PUBLICATION_H
#define SENDERWATCH_REPORT_PUBLICATION_H

#include <stddef.h>

#include "senderwatch/result.h"

#define SW_PUBLICATION_PATH_MAX 4096
#define SW_PUBLICATION_NAME_MAX 64

/*
 * Let nobody else publish into the folder until the program ends or *lock is
 * closed. SW_ERR_TIMEOUT: somebody is at it; SW_ERR_SYSTEM: errno tells.
 */
enum sw_result sw_publication_lock(const char *folder, int *lock);

/*
 * Remove what runs that were killed left half-written. To be called under the
 * lock: what else is half-written is another run's.
 */
enum sw_result sw_publication_sweep(const char *folder);

/*
 * A name that is not taken in the folder: name, or name with ".2", ".3", ...
 * where there was one before on that day.
 */
enum sw_result sw_publication_name(const char *folder, const char *name,
    char out[SW_PUBLICATION_NAME_MAX]);

/* Let the symbolic link folder/link lead to folder/name, in one step. */
enum sw_result sw_publication_switch(const char *folder, const char *link,
    const char *name);

/*
 * Remove all but the newest keep publications (0: keep all) whose names begin
 * with prefix and a digit, but not the one that the link leads to.
 */
enum sw_result sw_publication_prune(const char *folder, const char *prefix,
    const char *link, unsigned keep);

#endif
