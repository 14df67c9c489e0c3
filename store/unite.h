/* What the files share that make one database of several. */
#ifndef SW_STORE_UNITE_H
#define SW_STORE_UNITE_H

#include "internal.h"
#include "senderwatch/maintenance.h"

struct sw_id_map {
	struct sw_id_pair {
		int64_t theirs;
		int64_t ours;
	} *pairs;		/* by theirs, ascending */
	size_t count;
};

struct sw_unite {
	struct sw_store *out;
	struct sw_store *in;	/* the one that is read */
	struct sw_id_map keys;	/* of its ids to those of out */
	struct sw_id_map suffixes;
	sw_store_progress progress;
	void *argument;
	uint64_t rows;		/* that were read so far, of all inputs */
};

/* Fill the maps from the input's tables, entering what is new. */
enum sw_result sw_unite_ids(struct sw_unite *unite);
void sw_unite_forget_ids(struct sw_unite *unite);

/*
 * Put each row of a query of the input into out. maps, if not NULL, tells for
 * each column which map its number goes through, or NULL.
 */
enum sw_result sw_unite_rows(struct sw_unite *unite, const char *select,
    sqlite3_stmt *put, const struct sw_id_map *const *maps);
enum sw_result sw_unite_table(struct sw_unite *unite, const char *select,
    const char *put, const struct sw_id_map *const *maps);

/* unite_keys.c: refuse databases that have no key in common. */
enum sw_result sw_unite_check_keys(struct sw_store *out,
    struct sw_store *const *stores, const char *const *paths, size_t count);

/* unite_senders.c: tables "sender" and "receipt", and their sums in the end. */
enum sw_result sw_unite_senders(struct sw_unite *unite);
enum sw_result sw_unite_sum_senders(struct sw_store *out);

#endif
