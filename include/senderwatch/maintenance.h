/*
 * Looking after databases: copies, checks, retention, and making one of
 * several. All of it can be done while a collector writes to them.
 *
 * A store is for one thread; what failed is told by sw_store_error() of the
 * store that is handed in or out.
 */
#ifndef SENDERWATCH_MAINTENANCE_H
#define SENDERWATCH_MAINTENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/result.h"
#include "senderwatch/store.h"

/*
 * Called now and then, at least every second or so; total is 0 where it is
 * not known beforehand. False ends the work with SW_ERR_CLOSED; a file that
 * was to be made is not made then, and what was changed stays valid. May be
 * NULL.
 */
typedef bool (*sw_store_progress)(void *argument, uint64_t done,
    uint64_t total);

/*
 * Tell progress of all that is read from this store from now on, done being
 * the subjects that scans came by; false ends what is being read, with
 * SW_ERR_STORE. NULL: no more.
 */
void sw_store_watch(struct sw_store *store, sw_store_progress progress,
    void *argument);

/*
 * sw_store_open() for writing, with progress told while an older database is
 * brought up to date; false leaves it as it was, with SW_ERR_STORE.
 */
enum sw_result sw_store_open_watched(struct sw_store **store, const char *path,
    sw_store_progress progress, void *argument);

/*
 * A copy of a database as it is at this moment, in one file without a log,
 * readable for its owner only. It appears under its name when it is whole and
 * on the disk. A file of that name is replaced if replace is true, but never
 * the database itself or one that seems to be in use.
 */
enum sw_result sw_store_backup(struct sw_store *store, const char *path,
    bool replace, sw_store_progress progress, void *argument);

/*
 * Does everything that must hold of a database hold? complain is called with
 * a line for each thing that doesn't, at most SW_STORE_COMPLAINTS_MAX times a
 * table. SW_OK says that the check could be done, not that all is well.
 * quick: leave the state runs out, which are derived, and take the longest.
 */
#define SW_STORE_COMPLAINTS_MAX 100
typedef void (*sw_store_complaint)(void *argument, const char *text);
struct sw_store_check {
	bool quick;
	sw_store_complaint complain;
	void *complain_argument;
	sw_store_progress progress;
	void *progress_argument;
};
enum sw_result sw_store_check(struct sw_store *store,
    const struct sw_store_check *check);

/*
 * Delete all of the months before first_month, and what nothing refers to any
 * more, in small steps with pauses between them. A sender is remembered as
 * long as a batch of it could still come again. The file does not shrink, but
 * its free space is used again. Needs a store that is open for writing.
 */
struct sw_store_pruned {
	uint64_t sightings;
	uint64_t subjects;
	uint64_t senders;
	uint64_t resolvers;
	uint64_t suffixes;
	uint64_t keys;
};
enum sw_result sw_store_prune(struct sw_store *store, uint32_t first_month,
    uint32_t today, struct sw_store_pruned *pruned,
    sw_store_progress progress, void *argument);

/*
 * Make a database of several: what one collector would have, had it received
 * everything. Whatever several of them have is taken once. What can't be:
 *
 * - A batch that two collectors merged, since the first could not say so any
 *   more, counts twice in volumes and in the numbers of batches.
 * - Of a month that is closed in any of them, resolver-days (and the order of
 *   the states) are the largest of those that have it closed and of all others
 *   together, which may be less than the truth.
 * - Databases that both went on from one copy are taken for one: where both
 *   counted, the larger number is kept.
 *
 * Databases none of whose keys another has can't be united and are refused.
 * path must not exist. *store is to be closed, also after a failure.
 */
enum sw_result sw_store_unite(struct sw_store **store, const char *path,
    const char *const *inputs, size_t count, sw_store_progress progress,
    void *argument);

#endif
