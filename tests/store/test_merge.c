/*
 * Merging: exactly what was observed, whatever order it comes in.
 */
#include "support.h"
#include "fault_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COUNT 60
#define OBSERVATIONS 40
#define SUBJECTS 25

/* --- Against a model ------------------------------------------------------ */

/* A row, as the definition says and by brute force. */
struct expectation {
	uint32_t month;
	const struct sw_observation *key;
	uint32_t days;
	uint8_t dnssec;
	uint64_t features;
	uint64_t pairs[1024];	/* distinct (day, resolver) */
	size_t pair_count;
};

struct model {
	struct expectation *rows;
	size_t count;
};

static bool
same_state(const struct sw_observation *a, const struct sw_observation *b)
{
	return memcmp(a->subject, b->subject, SW_PSEUDONYM_SIZE) == 0 &&
	    a->mechanism == b->mechanism && a->outcome == b->outcome &&
	    memcmp(a->digest, b->digest, SW_DIGEST_SIZE) == 0;
}

static struct expectation *
model_row(struct model *model, const struct sw_observation *o, uint32_t month)
{
	struct expectation *row;

	for (size_t i = 0; i < model->count; i++) {
		row = &model->rows[i];
		if (row->month == month && same_state(row->key, o))
			return row;
	}
	row = &model->rows[model->count++];
	memset(row, 0, sizeof(*row));
	row->month = month;
	row->key = o;
	return row;
}

static void
model_day(struct model *model, const struct sw_observation *o, uint32_t day,
    const char *resolver)
{
	uint32_t month = day <= DAY_1 ? 202605 : 202606;
	uint32_t number = day <= DAY_1 ? day - (DAY_1 - 31) : day - DAY_1;
	struct expectation *row = model_row(model, o, month);
	uint64_t pair = (uint64_t)day << 8 | (uint8_t)resolver[9];

	row->days |= 1u << (number - 1);
	row->dnssec |= (uint8_t)(1u << o->dnssec);
	for (unsigned slot = 0; slot < 8; slot++) {
		if (sw_features_get(o->features, slot) >
		    sw_features_get(row->features, slot))
			row->features = sw_features_set(row->features, slot,
			    sw_features_get(o->features, slot));
	}
	for (size_t i = 0; i < row->pair_count; i++) {
		if (row->pairs[i] == pair)
			return;
	}
	assert_true(row->pair_count < 1024);
	row->pairs[row->pair_count++] = pair;
}

static void
model_batch(struct model *model, const struct sw_batch *batch,
    const char *resolver)
{
	for (size_t i = 0; i < batch->observation_count; i++) {
		const struct sw_observation *o = &batch->observations[i];

		if (o->day < 10957 || o->day > SCENARIO_TODAY + 2)
			continue;
		model_day(model, o, o->day, resolver);
		for (uint32_t bit = 0; bit < 8; bit++) {
			if (o->earlier >> bit & 1)
				model_day(model, o, o->day - bit - 1, resolver);
		}
	}
}

/* The volume is the sum of days of all that was accepted. */
static uint64_t
batch_days(const struct sw_batch *batch)
{
	uint64_t days = 0;

	for (size_t i = 0; i < batch->observation_count; i++) {
		const struct sw_observation *o = &batch->observations[i];

		if (o->day >= 10957 && o->day <= SCENARIO_TODAY + 2)
			days += 1 + (uint64_t)__builtin_popcount(o->earlier);
	}
	return days;
}

static void
check_row(const char *path, const struct expectation *row)
{
	char sql[512], subject[2 * SW_PSEUDONYM_SIZE + 1];
	uint64_t digest = 0;

	for (size_t i = 0; i < SW_PSEUDONYM_SIZE; i++)
		snprintf(subject + 2 * i, 3, "%02x", row->key->subject[i]);
	for (size_t i = 0; i < SW_DIGEST_SIZE; i++)
		digest = digest << 8 | row->key->digest[i];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM sighting "
	    "WHERE month = %u AND subject = x'%s' AND mechanism = %u "
	    "AND outcome = %u AND digest = %lld AND days = %u "
	    "AND dnssec = %u AND features = %lld AND seen = %zu AND ord = 0",
	    row->month, subject, row->key->mechanism, row->key->outcome,
	    (long long)digest, row->days, row->dnssec,
	    (long long)row->features,
	    row->pair_count < 3 ? row->pair_count : 3);
	if (query_number(path, sql) != 1)
		fail_msg("not there: %s", sql);
}

static void
keeps_what_was_observed(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct scenario scenario;
	uint64_t days = 0;
	struct model model = { .rows = calloc(COUNT * OBSERVATIONS,
	    sizeof(*model.rows)) };

	assert_non_null(model.rows);
	scenario_init(&scenario, 1, COUNT, OBSERVATIONS, SUBJECTS);
	for (size_t i = 0; i < scenario.count; i++) {
		merge(store, &scenario.batches[i], scenario.resolvers[i],
		    SCENARIO_TODAY);
		model_batch(&model, &scenario.batches[i],
		    scenario.resolvers[i]);
		days += batch_days(&scenario.batches[i]);
	}
	sw_store_close(&store);
	assert_true(model.count > 500);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting"),
	    model.count);
	for (size_t i = 0; i < model.count; i++)
		check_row(path, &model.rows[i]);
	assert_int_equal(query_number(path, "SELECT sum(days) FROM volume"),
	    days);
	scenario_fini(&scenario);
	free(model.rows);
}

/* --- In any order --------------------------------------------------------- */

static char *
undisturbed(const char *path, const struct scenario *scenario)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	for (size_t i = 0; i < scenario->count; i++)
		merge(store, &scenario->batches[i], scenario->resolvers[i],
		    SCENARIO_TODAY);
	sw_store_close(&store);
	return dump(path);
}

/*
 * An order of deliveries that keeps each sender's own, since a sender waits
 * for its acknowledgement, but mixes the senders, and repeats some.
 */
static size_t
shuffle(const struct scenario *scenario, struct random *random, size_t *order)
{
	size_t next[SCENARIO_SENDERS], n = 0, left = scenario->count;

	for (size_t i = 0; i < SCENARIO_SENDERS; i++)
		next[i] = i;
	while (left > 0) {
		size_t sender = pick(random, SCENARIO_SENDERS);

		if (next[sender] >= scenario->count)
			continue;
		order[n++] = next[sender];
		next[sender] += SCENARIO_SENDERS;
		left--;
		if (pick(random, 3) == 0)
			order[n++] = next[sender] - SCENARIO_SENDERS *
			    (1 + pick(random, (uint32_t)(next[sender] /
			    SCENARIO_SENDERS)));
	}
	return n;
}

/* Deliver in groups of random sizes, and reopen now and then. */
static void
deliver(const char *path, const struct scenario *scenario,
    struct random *random)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	size_t *order = calloc(2 * scenario->count, sizeof(*order));
	size_t n, duplicates = 0, batches = 0;

	assert_non_null(order);
	n = shuffle(scenario, random, order);
	for (size_t at = 0; at < n;) {
		struct sw_store_delivery group[5] = { { .merged = NULL } };
		struct sw_store_merged merged;
		size_t size = 1 + pick(random, 5), i;

		for (i = 0; i < size && at < n; i++, at++) {
			group[i].batch = &scenario->batches[order[at]];
			group[i].resolver = scenario->resolvers[order[at]];
		}
		if (sw_store_merge(store, group, i, SCENARIO_TODAY, &merged) !=
		    SW_OK)
			fail_msg("%s", sw_store_error(store));
		batches += merged.batches;
		duplicates += merged.duplicates;
		if (pick(random, 10) == 0) {
			sw_store_close(&store);
			store = open_store(path, SW_STORE_WRITE);
		}
	}
	sw_store_close(&store);
	assert_int_equal(batches, scenario->count);
	assert_int_equal(duplicates, n - scenario->count);
	assert_true(duplicates > 0);
	free(order);
}

static void
does_not_depend_on_order(void **state)
{
	struct scenario scenario;
	char *expected, *got, name[32];

	for (uint32_t seed = 10; seed < 14; seed++) {
		struct random random = { seed };

		snprintf(name, sizeof(name), "a%u", seed);
		scenario_init(&scenario, seed, COUNT, OBSERVATIONS, SUBJECTS);
		expected = undisturbed(path_in(state, name), &scenario);
		name[0] = 'b';
		deliver(path_in(state, name), &scenario, &random);
		got = dump(path_in(state, name));
		if (strcmp(expected, got) != 0)
			fail_msg("seed %u: the databases differ", seed);
		free(expected);
		free(got);
		scenario_fini(&scenario);
	}
}

/* --- Single rules --------------------------------------------------------- */

static const struct sw_group group = { "co.jp", "jp", "CO" };

static struct sw_batch
batch_of(const struct sw_observation *observations, size_t count,
    uint64_t sequence)
{
	struct sw_batch batch = {
		.instance = { 9 },
		.sequence = sequence,
		.resolver = "r",
		.software = "s",
		.sent_day = DAY_1,
		.groups = &group,
		.group_count = 1,
		.observations = observations,
		.observation_count = count,
	};

	return batch;
}

static void
ignores_batches_it_has(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation a = { .subject = { 1 }, .day = DAY_1,
		.mechanism = SW_MECHANISM_SPF, .outcome = SW_OUTCOME_PRESENT };
	struct sw_observation b = a;
	struct sw_batch first = batch_of(&a, 1, 7), older, again;
	struct sw_store_merged merged;
	char *before, *after;

	b.subject[0] = 2;
	older = batch_of(&b, 1, 6);
	again = batch_of(&b, 1, 7);
	merged = merge(store, &first, "r", DAY_1);
	assert_int_equal(merged.batches, 1);
	assert_int_equal(merged.observations, 1);
	before = dump(path);
	merged = merge(store, &older, "r", DAY_1);
	assert_int_equal(merged.batches, 0);
	assert_int_equal(merged.duplicates, 1);
	assert_int_equal(merged.observations, 0);
	merged = merge(store, &again, "r", DAY_1);
	assert_int_equal(merged.duplicates, 1);
	after = dump(path);
	assert_string_equal(before, after);
	older.sequence = 8;
	merged = merge(store, &older, "r", DAY_1);
	assert_int_equal(merged.batches, 1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM subject"), 2);
	free(before);
	free(after);
	sw_store_close(&store);
}

static void
refuses_impossible_days(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation list[] = {
		{ .subject = { 1 }, .day = DAY_1 + 2 },
		{ .subject = { 2 }, .day = DAY_1 + 3 },
		{ .subject = { 3 }, .day = 10956 },
		{ .subject = { 4 }, .day = 10957, .earlier = 0xff },
		{ .subject = { 5 }, .day = UINT32_MAX, .earlier = 0xff },
		{ .subject = { 6 }, .day = DAY_1, .group = 1 },
	};
	struct sw_batch batch = batch_of(list, 6, 1);
	struct sw_store_merged merged;

	for (size_t i = 0; i < 6; i++) {
		list[i].mechanism = SW_MECHANISM_MX;
		list[i].outcome = SW_OUTCOME_PRESENT;
	}
	merged = merge(store, &batch, "r", DAY_1);
	assert_int_equal(merged.batches, 1);
	assert_int_equal(merged.observations, 2);
	assert_int_equal(merged.refused, 4);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting"), 2);
	assert_int_equal(query_number(path, "SELECT days FROM sighting "
	    "WHERE month = 200001"), 1);
	assert_int_equal(query_number(path, "SELECT refused FROM sender"), 4);
	sw_store_close(&store);
}

static void
does_not_believe_a_clock_that_is_far_off(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .mechanism = 1,
		.outcome = 1 };
	static const struct {
		int32_t skew;
		bool believed;
	} cases[] = { { 365, false }, { 3, false }, { 2, true }, { 0, true },
		{ -183, true }, { -184, false }, { -365, false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sw_batch batch = batch_of(&o, 1, i + 1);
		struct sw_store_merged merged;

		/* Also the day seems possible: the sender can't know. */
		o.day = DAY_1;
		batch.sent_day = DAY_1 + (uint32_t)cases[i].skew;
		merged = merge(store, &batch, "r", DAY_1);
		assert_int_equal(merged.batches, 1);
		assert_int_equal(merged.observations, cases[i].believed);
		assert_int_equal(merged.refused, !cases[i].believed);
	}
	assert_int_equal(query_number(path, "SELECT batches FROM sender"), 7);
	assert_int_equal(query_number(path, "SELECT observations FROM sender"),
	    3);
	assert_int_equal(query_number(path, "SELECT refused FROM sender"), 4);
	sw_store_close(&store);
}

static void
keeps_what_newer_senders_say(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1,
		.mechanism = 200, .outcome = 100, .dnssec = 250,
		.features = UINT64_MAX };
	struct sw_batch batch = batch_of(&o, 1, 1);
	char *text;

	merge(store, &batch, "r", DAY_1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE mechanism = 200 AND outcome = 100 AND features = -1"), 1);
	/* A scan can't speak of it. */
	text = scan_text(store, 202601, 202612);
	assert_string_equal(text, "");
	free(text);
	sw_store_close(&store);
}

static void
chooses_the_same_group_in_any_order(void **state)
{
	static const struct sw_group two[] = {
		{ "co.jp", "jp", "CO" }, { "co.jp", "jp", "GENERAL" }
	};

	for (uint32_t first = 0; first < 2; first++) {
		const char *path = path_in(state, first ? "a" : "b");
		struct sw_store *store = open_store(path, SW_STORE_WRITE);
		struct sw_observation list[] = {
			{ .subject = { 1 }, .day = DAY_1, .mechanism = 1,
			    .outcome = 1, .group = first },
			{ .subject = { 1 }, .day = DAY_1, .mechanism = 2,
			    .outcome = 1, .group = 1 - first },
		};
		struct sw_batch batch = batch_of(list, 2, 1);

		batch.groups = two;
		batch.group_count = 2;
		merge(store, &batch, "r", DAY_1);
		assert_int_equal(query_number(path, "SELECT count(*) "
		    "FROM subject JOIN suffix AS s ON s.id = subject.suffix "
		    "WHERE type = 'GENERAL'"), 1);
		sw_store_close(&store);
	}
}

static void
keeps_the_smallest_marks(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1 - 1,
		.mechanism = 1, .outcome = 1, .earlier = 0x13 };
	struct sw_batch batch = batch_of(&o, 1, 1);

	/* Days 30, 29, 28 and 25, and then 24. */
	merge(store, &batch, "a", DAY_1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE length(marks) = 15 AND hex(substr(marks, 1, 1)) = '19' "
	    "AND hex(substr(marks, 6, 1)) = '1C' "
	    "AND hex(substr(marks, 11, 1)) = '1D'"), 1);
	o.day = DAY_1 - 7;
	o.earlier = 0;
	batch.sequence = 2;
	merge(store, &batch, "a", DAY_1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE length(marks) = 15 AND hex(substr(marks, 1, 1)) = '18' "
	    "AND hex(substr(marks, 6, 1)) = '19' "
	    "AND hex(substr(marks, 11, 1)) = '1C'"), 1);
	sw_store_close(&store);
}

static void
notes_the_days_that_resolvers_reported(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	/* Two months, one of them by earlier days only. */
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1 + 1,
		.mechanism = 1, .outcome = 1, .earlier = 0x81 };
	struct sw_batch batch = batch_of(&o, 1, 1);

	batch.sent_day = DAY_1 + 3;	/* nothing was seen on it */
	merge(store, &batch, "a", DAY_1 + 3);
	batch.instance[0] = 1;
	batch.observation_count = 0;
	batch.sent_day = 0;
	merge(store, &batch, "b", DAY_1 + 3);
	assert_int_equal(query_number(path, "SELECT count(*) "
	    "FROM resolver_day WHERE resolver = 'a' AND "
	    "day IN (20597, 20604, 20605, 20607)"), 4);
	assert_int_equal(query_number(path, "SELECT count(*) "
	    "FROM resolver_day"), 4);
	assert_int_equal(query_number(path, "SELECT last_day - first_day "
	    "FROM resolver"), 10);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sender"), 2);
	sw_store_close(&store);
}

static void
writes_nothing_where_nothing_is_new(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation list[200] = { { .day = 0 } };
	struct sw_batch batch = batch_of(list, 200, 1);
	struct stat log;

	for (uint32_t i = 0; i < 200; i++) {
		list[i].subject[0] = (uint8_t)i;
		list[i].day = DAY_1;
		list[i].mechanism = 2;
		list[i].outcome = 1;
		list[i].features = 77;
	}
	merge(store, &batch, "r", DAY_1);
	sw_store_close(&store);
	store = open_store(path, SW_STORE_WRITE);
	batch.sequence = 2;
	merge(store, &batch, "r", DAY_1);
	/* In the log, two pages: the sender's own row, and the volume. */
	assert_int_equal(stat(path_in(state, "db-wal"), &log), 0);
	assert_int_equal(log.st_size, 32 + 2 * (24 + 4096));
	sw_store_close(&store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(keeps_what_was_observed),
		TEST(does_not_depend_on_order),
		TEST(ignores_batches_it_has),
		TEST(refuses_impossible_days),
		TEST(does_not_believe_a_clock_that_is_far_off),
		TEST(keeps_what_newer_senders_say),
		TEST(chooses_the_same_group_in_any_order),
		TEST(keeps_the_smallest_marks),
		TEST(notes_the_days_that_resolvers_reported),
		TEST(writes_nothing_where_nothing_is_new),
	};

	fault_install();
	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
