/* Who sent, for who starts and wants to go on counting. */
#include <string.h>

#include "internal.h"

#define COLUMN(name) ", " #name

static const char query_text[] =
    "SELECT instance, resolver, last_day, sent_day, batches, observations, "
    "refused" SW_FOR_EACH_COUNTER(COLUMN) " FROM sender "
    "ORDER BY last_day, resolver, instance";

static bool
take_row(sqlite3_stmt *query, struct sw_store_sender *sender)
{
	int column = 7;

	memset(sender, 0, sizeof(*sender));
	sender->instance = sqlite3_column_blob(query, 0);
	sender->resolver = (const char *)sqlite3_column_text(query, 1);
	if (sqlite3_column_bytes(query, 0) != SW_INSTANCE_SIZE ||
	    sender->instance == NULL || sender->resolver == NULL)
		return false;
	sender->last_day = (uint32_t)sqlite3_column_int64(query, 2);
	sender->sent_day = (uint32_t)sqlite3_column_int64(query, 3);
	sender->batches = (uint64_t)sqlite3_column_int64(query, 4);
	sender->observations = (uint64_t)sqlite3_column_int64(query, 5);
	sender->refused = (uint64_t)sqlite3_column_int64(query, 6);
#define TAKE(name) sender->counters.name = \
	(uint64_t)sqlite3_column_int64(query, column++);
	SW_FOR_EACH_COUNTER(TAKE)
	return true;
}

enum sw_result
sw_store_senders(struct sw_store *store, sw_store_sender_visit visit,
    void *argument)
{
	struct sw_store_sender sender;
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	int step = SQLITE_DONE;

	result = sw_store_prepare(store, query_text, &query);
	while (result == SW_OK &&
	    (step = sqlite3_step(query)) == SQLITE_ROW) {
		if (take_row(query, &sender)) {
			visit(argument, &sender);
			continue;
		}
		sw_store_complain(store, "damaged table sender");
		result = SW_ERR_STORE;
	}
	if (result == SW_OK && step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read senders");
	sqlite3_finalize(query);
	return result;
}
