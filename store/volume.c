/*
 * Volume: resolver-days as they arrive, summed in memory for a transaction,
 * so that a batch costs a row for each kind of what it says, and none for
 * each observation.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SIZE_FIRST 256	/* slots; a power of two */

struct sw_volume_cell {
	struct sw_volume_key key;
	uint64_t days;		/* 0: the slot is free */
};

static bool
same_key(const struct sw_volume_key *a, const struct sw_volume_key *b)
{
	return a->month == b->month && a->mechanism == b->mechanism &&
	    a->outcome == b->outcome && a->pseudonym_key == b->pseudonym_key &&
	    a->suffix == b->suffix;
}

/* Ids are small and dense; multiplying by a large odd number spreads them. */
static size_t
hash(const struct sw_volume_key *key)
{
	uint64_t h = (uint64_t)key->suffix;

	h = h * 31 + (uint64_t)key->pseudonym_key;
	h = h * 4096 + key->month;
	h = (h << 16 | h >> 48) ^ (uint64_t)key->mechanism << 8 ^ key->outcome;
	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* The slot of a key, or the free one where it belongs. */
static struct sw_volume_cell *
find(const struct sw_volumes *volumes, const struct sw_volume_key *key)
{
	size_t at = hash(key) & (volumes->size - 1);

	while (volumes->cells[at].days != 0 &&
	    !same_key(&volumes->cells[at].key, key))
		at = (at + 1) & (volumes->size - 1);
	return &volumes->cells[at];
}

static enum sw_result
grow(struct sw_volumes *volumes)
{
	struct sw_volumes larger = {
		.size = volumes->size != 0 ? 2 * volumes->size : SIZE_FIRST,
		.count = volumes->count,
	};

	larger.cells = calloc(larger.size, sizeof(*larger.cells));
	if (larger.cells == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < volumes->size; i++) {
		const struct sw_volume_cell *cell = &volumes->cells[i];

		if (cell->days != 0)
			*find(&larger, &cell->key) = *cell;
	}
	free(volumes->cells);
	*volumes = larger;
	return SW_OK;
}

enum sw_result
sw_volumes_add(struct sw_volumes *volumes, const struct sw_volume_key *key,
    unsigned days)
{
	struct sw_volume_cell *cell;

	if (days == 0)
		return SW_OK;
	if (2 * volumes->count >= volumes->size && grow(volumes) != SW_OK)
		return SW_ERR_MEMORY;
	cell = find(volumes, key);
	if (cell->days == 0) {
		cell->key = *key;
		volumes->count++;
	}
	cell->days += days;
	return SW_OK;
}

static int
compare_cells(const void *left, const void *right)
{
	const struct sw_volume_key *a =
	    &((const struct sw_volume_cell *)left)->key;
	const struct sw_volume_key *b =
	    &((const struct sw_volume_cell *)right)->key;

	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	if (a->pseudonym_key != b->pseudonym_key)
		return a->pseudonym_key < b->pseudonym_key ? -1 : 1;
	if (a->suffix != b->suffix)
		return a->suffix < b->suffix ? -1 : 1;
	if (a->mechanism != b->mechanism)
		return a->mechanism < b->mechanism ? -1 : 1;
	return a->outcome - b->outcome;
}

static enum sw_result
put_cell(struct sw_store *store, const struct sw_volume_cell *cell)
{
	sqlite3_stmt *put = store->statements[SW_STATEMENT_VOLUME_PUT];

	sqlite3_bind_int64(put, 1, cell->key.month);
	sqlite3_bind_int64(put, 2, store->id);
	sqlite3_bind_int64(put, 3, cell->key.pseudonym_key);
	sqlite3_bind_int64(put, 4, cell->key.suffix);
	sqlite3_bind_int(put, 5, cell->key.mechanism);
	sqlite3_bind_int(put, 6, cell->key.outcome);
	sqlite3_bind_int64(put, 7, (int64_t)cell->days);
	return sw_store_run(store, put);
}

enum sw_result
sw_volumes_put(struct sw_volumes *volumes, struct sw_store *store)
{
	enum sw_result result = SW_OK;
	size_t n = 0;

	/* Together and in the order of the table. It is a hash no more. */
	for (size_t i = 0; i < volumes->size; i++) {
		if (volumes->cells[i].days != 0)
			volumes->cells[n++] = volumes->cells[i];
	}
	if (n > 1)
		qsort(volumes->cells, n, sizeof(*volumes->cells),
		    compare_cells);
	for (size_t i = 0; i < n && result == SW_OK; i++)
		result = put_cell(store, &volumes->cells[i]);
	volumes->size = volumes->count = 0;
	return result;
}

void
sw_volumes_fini(struct sw_volumes *volumes)
{
	free(volumes->cells);
	memset(volumes, 0, sizeof(*volumes));
}
