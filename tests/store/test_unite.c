/*
 * Several databases made one: the same as if one collector had received all.
 */
#include "support.h"
#include "fault_vfs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "senderwatch/maintenance.h"

#define COUNT 40
#define OBSERVATIONS 30
#define SUBJECTS 20
#define SITES 4
#define INPUTS_MAX 32

/* --- Support -------------------------------------------------------------- */

struct inputs {
	char paths[INPUTS_MAX][300];
	const char *list[INPUTS_MAX];
	size_t count;
};

static const char *
add_input(struct inputs *inputs, void *const *state, const char *name)
{
	char *path = inputs->paths[inputs->count];

	assert_true(inputs->count < INPUTS_MAX);
	snprintf(path, sizeof(inputs->paths[0]), "%s/%s",
	    (const char *)*state, name);
	inputs->list[inputs->count++] = path;
	return path;
}

static void
unite(const char *path, const char *const *inputs, size_t count)
{
	struct sw_store *store;
	enum sw_result result;

	result = sw_store_unite(&store, path, inputs, count, NULL, NULL);
	if (result != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
}

static void
expect_refusal(const char *path, const char *const *inputs, size_t count,
    enum sw_result expected, const char *words)
{
	struct sw_store *store;
	enum sw_result result;

	result = sw_store_unite(&store, path, inputs, count, NULL, NULL);
	if (result != expected || strstr(sw_store_error(store), words) == NULL)
		fail_msg("result %d: %s", result, sw_store_error(store));
	sw_store_close(&store);
}

static void
fail_with(void *argument, const char *text)
{
	fail_msg("%s: %s", (const char *)argument, text);
}

static void
check(const char *path)
{
	struct sw_store *store = open_store(path, SW_STORE_READ);
	const struct sw_store_check options = { .complain = fail_with,
		.complain_argument = (void *)path };

	if (sw_store_check(store, &options) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
}

static void
back_up(const char *path, const char *copy)
{
	struct sw_store *store = open_store(path, SW_STORE_READ);

	if (sw_store_backup(store, copy, false, NULL, NULL) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
}

static void
fill(const char *path, const struct scenario *scenario)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	for (size_t i = 0; i < scenario->count; i++)
		merge(store, &scenario->batches[i], scenario->resolvers[i],
		    SCENARIO_TODAY);
	sw_store_close(&store);
}

static char *
one_collector(const char *path, const struct scenario *scenario)
{
	fill(path, scenario);
	return dump(path);
}

static void
shuffle_inputs(struct inputs *inputs, struct random *random)
{
	for (size_t i = inputs->count; i > 1; i--) {
		size_t other = pick(random, (uint32_t)i);
		const char *path = inputs->list[i - 1];

		inputs->list[i - 1] = inputs->list[other];
		inputs->list[other] = path;
	}
}

/* --- As one collector ----------------------------------------------------- */

/*
 * Each batch to one of the sites, with a backup of one now and then; and to a
 * second site as well, for overlap in a hundred.
 */
static void
spread(void **state, const struct scenario *scenario, struct random *random,
    uint32_t overlap, struct inputs *inputs)
{
	struct sw_store *sites[SITES];
	char name[32];

	for (size_t i = 0; i < SITES; i++) {
		snprintf(name, sizeof(name), "site%zu", i);
		sites[i] = open_store(add_input(inputs, state, name),
		    SW_STORE_WRITE);
	}
	for (size_t i = 0; i < scenario->count; i++) {
		size_t site = pick(random, SITES);

		merge(sites[site], &scenario->batches[i],
		    scenario->resolvers[i], SCENARIO_TODAY);
		if (pick(random, 100) < overlap)
			merge(sites[pick(random, SITES)],
			    &scenario->batches[i], scenario->resolvers[i],
			    SCENARIO_TODAY);
		if (pick(random, 8) == 0) {
			snprintf(name, sizeof(name), "copy%zu", i);
			back_up(inputs->paths[site],
			    add_input(inputs, state, name));
		}
	}
	for (size_t i = 0; i < SITES; i++)
		sw_store_close(&sites[i]);
}

/* At once, or some of them first, and then those with the others. */
static void
unite_in_any_way(void **state, struct inputs *inputs, struct random *random,
    const char *out)
{
	const char *some = path_in(state, "some");
	size_t count = pick(random, (uint32_t)inputs->count);

	shuffle_inputs(inputs, random);
	if (count == 0) {
		unite(out, inputs->list, inputs->count);
		return;
	}
	unite(some, inputs->list, count);
	check(some);
	inputs->list[count - 1] = some;
	/* And some of those once more. */
	count = pick(random, (uint32_t)count);
	unite(out, inputs->list + count, inputs->count - count);
}

/* A folder of its own for each seed. */
static void
equals_one_collector(void **state)
{
	for (uint32_t seed = 40; seed < 45; seed++) {
		struct random random = { seed };
		struct inputs inputs = { .count = 0 };
		struct scenario scenario;
		char *expected, *got;
		void *folder;

		assert_int_equal(make_folder(&folder), 0);
		scenario_init(&scenario, seed, COUNT, OBSERVATIONS, SUBJECTS);
		expected = one_collector(path_in(&folder, "one"), &scenario);
		spread(&folder, &scenario, &random, 0, &inputs);
		unite_in_any_way(&folder, &inputs, &random,
		    path_in(&folder, "out"));
		got = dump(path_in(&folder, "out"));
		if (strcmp(got, expected) != 0)
			fail_msg("seed %u: the databases differ", seed);
		check(path_in(&folder, "out"));
		free(expected);
		free(got);
		scenario_fini(&scenario);
		assert_int_equal(remove_folder(&folder), 0);
	}
	(void)state;
}

/* Leave the lines of what counts batches out. */
static void
strip_counts(char *text)
{
	char *out = text, *line = text, *end;

	for (; line != NULL; line = end != NULL ? end + 1 : NULL) {
		size_t length;

		end = strchr(line, '\n');
		length = end != NULL ? (size_t)(end - line) + 1 : strlen(line);
		if (strncmp(line, "volume ", 7) == 0 ||
		    strncmp(line, "sender ", 7) == 0)
			continue;
		memmove(out, line, length);
		out += length;
	}
	*out = '\0';
}

/* A batch that two of them have changes no sighting. */
static void
takes_batches_that_two_have_once(void **state)
{
	for (uint32_t seed = 60; seed < 63; seed++) {
		struct random random = { seed };
		struct inputs inputs = { .count = 0 };
		struct scenario scenario;
		char *expected, *got;
		void *folder;

		assert_int_equal(make_folder(&folder), 0);
		scenario_init(&scenario, seed, COUNT, OBSERVATIONS, SUBJECTS);
		expected = one_collector(path_in(&folder, "one"), &scenario);
		spread(&folder, &scenario, &random, 40, &inputs);
		unite_in_any_way(&folder, &inputs, &random,
		    path_in(&folder, "out"));
		got = dump(path_in(&folder, "out"));
		strip_counts(expected);
		strip_counts(got);
		assert_true(strlen(expected) > 10000);
		if (strcmp(got, expected) != 0)
			fail_msg("seed %u: the databases differ", seed);
		/* What every collector knows of a sender is exact as well. */
		assert_int_equal(query_number(path_in(&folder, "out"),
		    "SELECT sum(last_sequence) FROM sender"), COUNT);
		free(expected);
		free(got);
		scenario_fini(&scenario);
		assert_int_equal(remove_folder(&folder), 0);
	}
	(void)state;
}

static void
goes_on_as_one_collector(void **state)
{
	const char *inputs[] = { path_in(state, "a"), path_in(state, "b") };
	char out[300], again[300];
	struct scenario scenario;
	struct sw_store *store;
	char *expected, *got;

	snprintf(out, sizeof(out), "%s/out", (const char *)*state);
	snprintf(again, sizeof(again), "%s/again", (const char *)*state);
	scenario_init(&scenario, 70, COUNT, OBSERVATIONS, SUBJECTS);
	for (size_t site = 0; site < 2; site++) {
		store = open_store(inputs[site], SW_STORE_WRITE);
		for (size_t i = 15 * site; i < 15 * site + 15; i++)
			merge(store, &scenario.batches[i],
			    scenario.resolvers[i], SCENARIO_TODAY);
		sw_store_close(&store);
	}
	unite(out, inputs, 2);
	store = open_store(out, SW_STORE_WRITE);
	/* What it has, it has. */
	for (size_t i = 8; i < COUNT; i++)
		assert_int_equal(merge(store, &scenario.batches[i],
		    scenario.resolvers[i], SCENARIO_TODAY).duplicates, i < 30);
	sw_store_close(&store);
	/* With one that it has taken in, and one that it has not. */
	inputs[1] = out;
	unite(again, inputs, 2);
	expected = one_collector(path_in(state, "one"), &scenario);
	got = dump(out);
	assert_string_equal(got, expected);
	free(got);
	got = dump(again);
	assert_string_equal(got, expected);
	check(out);
	check(again);
	free(got);
	free(expected);
	scenario_fini(&scenario);
}

/* --- Closed months -------------------------------------------------------- */

static void
close_all(const char *path, uint32_t today)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	if (sw_store_close_months(store, today, 7) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
}

/* A closed database, with copies of itself and of when it was open. */
static void
is_the_same_with_its_own_copies(void **state)
{
	struct inputs inputs = { .count = 0 };
	const char *path = add_input(&inputs, state, "db");
	const char *early = add_input(&inputs, state, "early");
	const char *late = add_input(&inputs, state, "late");
	struct scenario scenario;
	char *expected, *got;

	scenario_init(&scenario, 80, COUNT, OBSERVATIONS, SUBJECTS);
	fill(path, &scenario);
	back_up(path, early);
	close_all(path, DAY_1 + 10);
	back_up(path, late);
	expected = dump(path);
	unite(path_in(state, "out"), inputs.list + 2, 1);
	got = dump(path_in(state, "out"));
	assert_string_equal(got, expected);
	free(got);
	/* Of counts that differ the larger one, in whatever order they come. */
	execute(late, "UPDATE sighting SET seen = 0 WHERE days = 0");
	unite(path_in(state, "all"), inputs.list, inputs.count);
	got = dump(path_in(state, "all"));
	assert_string_equal(got, expected);
	check(path_in(state, "all"));
	free(got);
	free(expected);
	scenario_fini(&scenario);
}

/* What is left of the truth once one of two sites has closed the month. */
static void
keeps_what_is_left_of_closed_months(void **state)
{
	struct inputs inputs = { .count = 0 };
	struct random random = { 90 };
	struct scenario scenario;
	char one[300], out[300], *expected, *got;
	static const char rows[] = "SELECT group_concat(month || hex(subject) "
	    "|| mechanism || outcome || digest || features || dnssec || days) "
	    "FROM sighting";
	static const char seen[] = "SELECT sum(n) FROM (SELECT "
	    "min(3, sum(seen)) AS n FROM sighting WHERE month = 202605 "
	    "GROUP BY subject, mechanism)";

	snprintf(one, sizeof(one), "%s/one", (const char *)*state);
	snprintf(out, sizeof(out), "%s/out", (const char *)*state);
	scenario_init(&scenario, 90, COUNT, OBSERVATIONS, SUBJECTS);
	fill(one, &scenario);
	spread(state, &scenario, &random, 0, &inputs);
	close_all(inputs.paths[0], DAY_1 + 10);
	close_all(one, DAY_1 + 10);
	unite(out, inputs.list, SITES);
	check(out);
	/* The same states with the same features; no days in that month. */
	got = query_text(out, rows);
	expected = query_text(one, rows);
	assert_string_equal(got, expected);
	assert_int_equal(query_number(out, "SELECT count(*) FROM sighting "
	    "WHERE month = 202605 AND (days <> 0 OR marks IS NOT NULL)"), 0);
	/* Of the resolver-days most. */
	assert_in_range(query_number(out, seen), query_number(one, seen) / 2,
	    query_number(one, seen));
	free(got);
	free(expected);
	scenario_fini(&scenario);
}

/* --- Refusals ------------------------------------------------------------- */

static void
put_key(const char *path, uint8_t key)
{
	static const struct sw_group group = { "com", "", "" };
	struct sw_observation o = { .subject = { key }, .day = DAY_1,
		.mechanism = 1, .outcome = 1 };
	struct sw_batch batch = { .instance = { key }, .sequence = 1,
		.key_id = { key }, .software = "s", .sent_day = DAY_1,
		.groups = &group, .group_count = 1, .observations = &o,
		.observation_count = 1 };
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	merge(store, &batch, "r", DAY_1);
	sw_store_close(&store);
}

/* Those of the output, whole or not. */
static size_t
count_outputs(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strncmp(entry->d_name, "out", 3) == 0;
	closedir(dir);
	return count;
}

static void
wants_a_common_key(void **state)
{
	struct inputs inputs = { .count = 0 };
	const char *a = add_input(&inputs, state, "a");
	const char *b = add_input(&inputs, state, "b");
	const char *both = add_input(&inputs, state, "both");
	const char *none = add_input(&inputs, state, "none");
	const char *plain = add_input(&inputs, state, "plain");
	struct sw_store *store = open_store(none, SW_STORE_WRITE);

	sw_store_close(&store);
	put_key(a, 1);
	put_key(b, 2);
	put_key(both, 1);
	put_key(both, 2);
	put_key(plain, 0);
	expect_refusal(path_in(state, "out"), inputs.list, 2, SW_ERR_INVALID,
	    "b shares no key with the others");
	expect_refusal(path_in(state, "out"), inputs.list, 5, SW_ERR_INVALID,
	    "plain shares no key with the others");
	/* Two pairs, and nothing between them. */
	expect_refusal(path_in(state, "out"), (const char *[]){ a, a, b, b },
	    4, SW_ERR_INVALID, "b shares no key with the others");
	assert_int_equal(count_outputs(*state), 0);
	/* A chain, and one that has nothing. */
	unite(path_in(state, "out"), inputs.list, 4);
	assert_int_equal(query_number(path_in(state, "out"),
	    "SELECT count(*) FROM subject"), 2);
	check(path_in(state, "out"));
	unite(path_in(state, "out2"), inputs.list + 3, 1);
}

static bool
stop_at_once(void *argument, uint64_t done, uint64_t total)
{
	(void)total;
	*(uint64_t *)argument = done;
	return false;
}

static void
makes_a_whole_file_or_none(void **state)
{
	const char *a = path_in(state, "a"), *out = path_in(state, "out");
	struct scenario scenario;
	struct sw_store *store;
	struct stat status;
	uint64_t rows = 0;

	/* More rows than one transaction takes. */
	scenario_init(&scenario, 5, 24, 4000, 30000);
	fill(a, &scenario);
	scenario_fini(&scenario);
	assert_int_equal(sw_store_unite(&store, out, &a, 1, stop_at_once,
	    &rows), SW_ERR_CLOSED);
	sw_store_close(&store);
	assert_true(rows > 0);
	assert_int_equal(count_outputs(*state), 0);
	expect_refusal(path_in(state, "out"), (const char *[]){ a, "/no" }, 2,
	    SW_ERR_STORE, "cannot open /no");
	expect_refusal(a, &a, 1, SW_ERR_INVALID, "exists");
	assert_int_equal(count_outputs(*state), 0);
	unite(out, &a, 1);
	assert_int_equal(count_outputs(*state), 1);
	assert_int_equal(stat(out, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	expect_refusal(out, &a, 1, SW_ERR_INVALID, "exists");
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(equals_one_collector),
		TEST(takes_batches_that_two_have_once),
		TEST(goes_on_as_one_collector),
		TEST(is_the_same_with_its_own_copies),
		TEST(keeps_what_is_left_of_closed_months),
		TEST(wants_a_common_key),
		TEST(makes_a_whole_file_or_none),
	};

	fault_install();
	return cmocka_run_group_tests_name("unite", tests, NULL, NULL);
}
