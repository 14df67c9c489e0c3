#include "support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

int
make_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char path[256];

	snprintf(path, sizeof(path), "%s/sw-store-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(path) == NULL)
		return -1;
	*state = strdup(path);
	return *state == NULL ? -1 : 0;
}

static int
remove_one(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

int
remove_folder(void **state)
{
	int result = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return result;
}

const char *
path_in(void *const *state, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", (const char *)*state, name);
	return path;
}

struct sw_store *
open_store(const char *path, enum sw_store_mode mode)
{
	struct sw_store *store;
	enum sw_result result = sw_store_open(&store, path, mode);

	if (result != SW_OK)
		fail_msg("%s", sw_store_error(store));
	return store;
}

struct sw_store_merged
merge(struct sw_store *store, const struct sw_batch *batch,
    const char *resolver, uint32_t today)
{
	struct sw_store_delivery delivery = { .batch = batch,
		.resolver = resolver };
	struct sw_store_merged merged;

	if (sw_store_merge(store, &delivery, 1, today, &merged) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	return merged;
}

/* --- Looking past the store ----------------------------------------------- */

static sqlite3 *
open_database(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", path, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static const char *const dump_queries[] = {
	"SELECT 'key', key_id FROM pseudonym_key ORDER BY 2",
	"SELECT 'suffix', suffix, registry, type FROM suffix ORDER BY 2, 3, 4",
	"SELECT 'subject', pseudonym, s.suffix, registry, type, key_id, name "
	"FROM subject JOIN suffix AS s ON s.id = subject.suffix "
	"JOIN pseudonym_key AS k ON k.id = pseudonym_key ORDER BY 2",
	"SELECT 'sighting', * FROM sighting ORDER BY 2, 3, 4, 5, 6",
	"SELECT 'closed', * FROM closed_month ORDER BY 2",
	"SELECT 'resolver', * FROM resolver ORDER BY 2",
	"SELECT 'day', day, resolver, key_id FROM resolver_day "
	"JOIN pseudonym_key AS k ON k.id = pseudonym_key ORDER BY 2, 3, 4",
	/* Whoever counted. */
	"SELECT 'volume', month, key_id, s.suffix, registry, type, mechanism, "
	"outcome, sum(days) FROM volume AS v JOIN suffix AS s ON s.id = v.suffix "
	"JOIN pseudonym_key AS k ON k.id = pseudonym_key "
	"GROUP BY 2, 3, 4, 5, 6, 7, 8 ORDER BY 2, 3, 4, 5, 6, 7, 8",
	"SELECT 'sender', * FROM sender ORDER BY 2",
	"SELECT 'run', * FROM run ORDER BY 2, 3, 4",
};

static void
dump_query(sqlite3 *db, const char *sql, sqlite3_str *out)
{
	sqlite3_stmt *query;
	int step;

	if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while ((step = sqlite3_step(query)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(query); i++) {
			const uint8_t *blob = sqlite3_column_blob(query, i);

			sqlite3_str_appendchar(out, 1, i == 0 ? '\n' : ' ');
			if (sqlite3_column_type(query, i) != SQLITE_BLOB) {
				sqlite3_str_appendf(out, "%s",
				    sqlite3_column_text(query, i));
				continue;
			}
			for (int n = 0; n < sqlite3_column_bytes(query, i); n++)
				sqlite3_str_appendf(out, "%02x", blob[n]);
		}
	}
	assert_int_equal(step, SQLITE_DONE);
	sqlite3_finalize(query);
}

char *
dump(const char *path)
{
	sqlite3 *db = open_database(path);
	sqlite3_str *out = sqlite3_str_new(db);
	char *text, *copy;

	for (size_t i = 0; i < sizeof(dump_queries) / sizeof(dump_queries[0]);
	    i++)
		dump_query(db, dump_queries[i], out);
	text = sqlite3_str_finish(out);
	assert_non_null(text);
	copy = strdup(text);
	sqlite3_free(text);
	sqlite3_close(db);
	return copy;
}

int64_t
query_number(const char *path, const char *sql)
{
	sqlite3 *db = open_database(path);
	sqlite3_stmt *query;
	int64_t number;

	if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK ||
	    sqlite3_step(query) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	number = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	sqlite3_close(db);
	return number;
}

char *
query_text(const char *path, const char *sql)
{
	sqlite3 *db = open_database(path);
	sqlite3_stmt *query;
	char *text;

	if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK ||
	    sqlite3_step(query) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	text = strdup((const char *)sqlite3_column_text(query, 0));
	sqlite3_finalize(query);
	sqlite3_close(db);
	return text;
}

void
execute(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static enum sw_result
print_subject(void *argument, const struct sw_store_subject *subject)
{
	FILE *out = argument;

	for (size_t i = 0; i < SW_PSEUDONYM_SIZE; i++)
		fprintf(out, "%02x", subject->pseudonym[i]);
	fprintf(out, " %s %s %s %s", subject->name != NULL ? subject->name :
	    "-", subject->group.suffix, subject->group.registry,
	    subject->group.type);
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		const struct sw_store_state *state = &subject->states[i];

		if (state->known)
			fprintf(out, " %zu:%u,%u,%llx,%u,%u,%u", i,
			    state->outcome, state->dnssec,
			    (unsigned long long)state->features, state->states,
			    state->seen, state->last_month);
	}
	fputc('\n', out);
	return SW_OK;
}

char *
scan_text(struct sw_store *store, uint32_t first, uint32_t last)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (sw_store_scan(store, first, last, print_subject, out) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	fclose(out);
	return text;
}

/* --- Scenarios ------------------------------------------------------------ */

/* xorshift64* */
uint32_t
pick(struct random *random, uint32_t below)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (uint32_t)((random->state * UINT64_C(2685821657736338717) >> 32) %
	    below);
}

static const struct sw_group groups[] = {
	{ "co.jp", "jp", "CO" },
	{ "co.jp", "jp", "GENERAL" },
	{ "com", "", "" },
	{ "tokyo.jp", "jp", "GEOGRAPHIC" },
	{ "jp", "jp", "GENERAL" },
};
#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

static const char *const senders[SCENARIO_SENDERS] = {
	"resolver-a", "resolver-b", "resolver-c", "resolver-a"
};

static void
fill_observation(struct sw_observation *o, struct random *random,
    uint32_t subjects, uint32_t day)
{
	static const char *const names[] = { NULL, NULL, NULL, "a.example",
		"b.example" };
	uint32_t subject = pick(random, subjects);

	/* The first byte orders them, the last tells them apart as well. */
	o->subject[0] = (uint8_t)(subject >> 8);
	o->subject[1] = (uint8_t)subject;
	o->subject[15] = (uint8_t)(subject * 7);
	o->mechanism = (uint8_t)(1 + pick(random, 4));
	o->outcome = (uint8_t)(1 + pick(random, 4));
	if (o->outcome == SW_OUTCOME_PRESENT)
		o->digest[pick(random, 2) * 7] = (uint8_t)(0x7f +
		    pick(random, 3));
	o->features = (uint64_t)pick(random, 3) << (8 * pick(random, 8));
	o->dnssec = (uint8_t)pick(random, 3);
	o->day = day - pick(random, 3);
	o->earlier = (uint8_t)(pick(random, 4) == 0 ? pick(random, 256) : 0);
	o->group = pick(random, 20) == 0 ? pick(random, GROUP_COUNT) :
	    subject % GROUP_COUNT;
	o->name = names[pick(random, 5)];
	/* Days that can't be. */
	if (pick(random, 50) == 0)
		o->day = pick(random, 2) ? 3 : SCENARIO_TODAY + 3;
}

static void
fill_batch(struct sw_batch *batch, struct random *random, size_t sender,
    uint64_t sequence, uint32_t day, size_t observations, uint32_t subjects)
{
	struct sw_observation *list = calloc(observations, sizeof(*list));

	assert_non_null(list);
	memset(batch, 0, sizeof(*batch));
	for (size_t i = 0; i < observations; i++)
		fill_observation(&list[i], random, subjects, day);
	batch->instance[3] = (uint8_t)(sender + 1);
	batch->sequence = sequence;
	batch->key_id[0] = (uint8_t)(1 + sender % 2);
	batch->resolver = senders[sender];
	batch->software = "test";
	batch->sent_day = day;
	batch->groups = groups;
	batch->group_count = GROUP_COUNT;
	batch->observations = list;
	batch->observation_count = observations;
	batch->counters.seen = sequence * 100;
	batch->counters.dropped_stop = sequence;
}

void
scenario_init(struct scenario *scenario, uint32_t seed, size_t count,
    size_t observations, uint32_t subjects)
{
	struct random random = { seed * UINT64_C(0x9e3779b97f4a7c15) + 1 };

	scenario->batches = calloc(count, sizeof(*scenario->batches));
	scenario->resolvers = calloc(count, sizeof(*scenario->resolvers));
	scenario->count = count;
	assert_true(scenario->batches != NULL && scenario->resolvers != NULL);
	for (size_t i = 0; i < count; i++) {
		size_t sender = i % SCENARIO_SENDERS;

		/* Sparse days, so that some states are seen but once. */
		fill_batch(&scenario->batches[i], &random, sender,
		    i / SCENARIO_SENDERS + 1,
		    DAY_1 - 3 + (uint32_t)(i * 30 / count), observations,
		    subjects);
		scenario->resolvers[i] = senders[sender];
	}
}

void
scenario_shift(struct scenario *scenario, int32_t days)
{
	for (size_t i = 0; i < scenario->count; i++) {
		struct sw_batch *batch = &scenario->batches[i];
		struct sw_observation *list = (void *)batch->observations;

		batch->sent_day += (uint32_t)days;
		for (size_t n = 0; n < batch->observation_count; n++)
			list[n].day += (uint32_t)days;
	}
}

void
scenario_fini(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->count; i++)
		free((void *)scenario->batches[i].observations);
	free(scenario->batches);
	free(scenario->resolvers);
}
