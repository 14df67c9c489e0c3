/*
 * Which databases can be united: those whose subjects are called the same. A
 * subject has another pseudonym under each key, so that databases without a
 * common key would count everything twice. A chain is enough: a key is
 * rotated, and one database has the old key, one the new and one both.
 */
#include <stdlib.h>
#include <string.h>

#include "unite.h"

struct key_list {
	uint8_t (*ids)[SW_KEY_ID_SIZE];
	size_t count;
	bool joined;	/* to the first that has any key */
};

static enum sw_result
add_key(struct key_list *list, sqlite3_stmt *query)
{
	const void *id = sqlite3_column_blob(query, 0);
	void *ids;

	if (sqlite3_column_bytes(query, 0) != SW_KEY_ID_SIZE)
		return SW_OK;	/* can't be, and is none */
	ids = realloc(list->ids, (list->count + 1) * sizeof(*list->ids));
	if (ids == NULL)
		return SW_ERR_MEMORY;
	list->ids = ids;
	memcpy(list->ids[list->count++], id, SW_KEY_ID_SIZE);
	return SW_OK;
}

static enum sw_result
read_keys(struct sw_store *in, struct key_list *list)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	bool row = true;

	result = sw_store_prepare(in, "SELECT key_id FROM pseudonym_key",
	    &query);
	while (result == SW_OK &&
	    (result = sw_store_step(in, query, &row)) == SW_OK && row) {
		result = add_key(list, query);
		if (result != SW_OK)
			sw_store_complain(in, "out of memory");
	}
	sqlite3_finalize(query);
	return result;
}

static bool
have_common(const struct key_list *a, const struct key_list *b)
{
	for (size_t i = 0; i < a->count; i++) {
		for (size_t n = 0; n < b->count; n++) {
			if (memcmp(a->ids[i], b->ids[n], SW_KEY_ID_SIZE) == 0)
				return true;
		}
	}
	return false;
}

static bool
is_reached(const struct key_list *lists, size_t count, size_t which)
{
	for (size_t i = 0; i < count; i++) {
		if (lists[i].joined && have_common(&lists[i], &lists[which]))
			return true;
	}
	return false;
}

/* The first database that no chain leads to; count if there is none. */
static size_t
find_stranger(struct key_list *lists, size_t count)
{
	bool changed = true;
	size_t first = 0;

	while (first < count && lists[first].count == 0)
		first++;
	if (first < count)
		lists[first].joined = true;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < count; i++) {
			if (!lists[i].joined && is_reached(lists, count, i))
				lists[i].joined = changed = true;
		}
	}
	for (size_t i = first; i < count; i++) {
		if (!lists[i].joined && lists[i].count > 0)
			return i;
	}
	return count;
}

enum sw_result
sw_unite_check_keys(struct sw_store *out, struct sw_store *const *stores,
    const char *const *paths, size_t count)
{
	struct key_list *lists = calloc(count + 1, sizeof(*lists));
	enum sw_result result = SW_OK;
	size_t stranger;

	if (lists == NULL) {
		sw_store_complain(out, "out of memory");
		return SW_ERR_MEMORY;
	}
	for (size_t i = 0; i < count && result == SW_OK; i++) {
		result = read_keys(stores[i], &lists[i]);
		if (result != SW_OK)
			sw_store_complain(out, "%s: %s", paths[i],
			    stores[i]->error);
	}
	stranger = result == SW_OK ? find_stranger(lists, count) : count;
	if (stranger < count) {
		sw_store_complain(out, "%s shares no key with the others: its "
		    "pseudonyms stand for nothing there, or the same domains "
		    "under other names", paths[stranger]);
		result = SW_ERR_INVALID;
	}
	for (size_t i = 0; i < count; i++)
		free(lists[i].ids);
	free(lists);
	return result;
}
