/*
 * What the tests of the store share. They look into the database themselves,
 * past the store, so that it can't hide a mistake from them.
 */
#ifndef SW_TESTS_STORE_SUPPORT_H
#define SW_TESTS_STORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "senderwatch/store.h"

#define DAY_1 20604u	/* 2026-05-31, the last of its month */

/* cmocka fixtures: *state is the path of an empty folder, removed after. */
int make_folder(void **state);
int remove_folder(void **state);

/* "FOLDER/name", in one of a few static buffers. */
const char *path_in(void *const *state, const char *name);

/* Open, and fail the test with the store's words if it can't be. */
struct sw_store *open_store(const char *path, enum sw_store_mode mode);
/* Merge, and fail the test if it can't be. */
struct sw_store_merged merge(struct sw_store *store,
    const struct sw_batch *batch, const char *resolver, uint32_t today);

/*
 * All tables in one text, in an order of their contents and without the ids
 * that depend on who came first. The caller frees it.
 */
char *dump(const char *path);
/* What a scan calls, as text. The caller frees it. */
char *scan_text(struct sw_store *store, uint32_t first, uint32_t last);
/* The integer that a query returns. */
int64_t query_number(const char *path, const char *sql);
/* The text that a query returns; the caller frees it. */
char *query_text(const char *path, const char *sql);
void execute(const char *path, const char *sql);

/* Numbers that look random, the same for the same seed. */
struct random {
	uint64_t state;
};
uint32_t pick(struct random *random, uint32_t below);

/*
 * Batches of three resolvers, one of which restarts, over the end of May and
 * June 2026. What two senders say of a subject differs in all ways it can.
 */
struct scenario {
	struct sw_batch *batches;
	const char **resolvers;	/* who sent each */
	size_t count;
};
#define SCENARIO_TODAY (DAY_1 + 31)
#define SCENARIO_SENDERS 4
void scenario_init(struct scenario *scenario, uint32_t seed, size_t count,
    size_t observations, uint32_t subjects);
/* Move all days. */
void scenario_shift(struct scenario *scenario, int32_t days);
void scenario_fini(struct scenario *scenario);

#endif
