/*
 * The sender with names so long that what it takes from the table is more than
 * a frame holds, of two keys and many groups, without memory now and then, and
 * stopped in the middle: each observation arrives once, or is counted as lost.
 *
 * The linker gives the module this program's malloc(), calloc() and strdup().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/codec.h"
#include "tests/module/sending.h"
#include "tests/random.h"

#define MANY 6000		/* observations, half of each key */
#define GROUPS 50
#define DENIED_IN_A_ROW 6
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char key_path[80], old_path[80];
static uint32_t groups[GROUPS];
static unsigned came[MANY];

/* The sender's thread is denied memory once in so many times; 0: never. */
static atomic_uint denied_once_in, denied;

void *__real_malloc(size_t size);
void *__real_calloc(size_t number, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t number, size_t size);
char *__wrap_strdup(const char *text);

static bool
is_denied(void)
{
	static uint64_t seed = 5, sent;	/* the sender's thread's */
	static unsigned in_a_row;
	unsigned once_in = atomic_load(&denied_once_in);
	char name[16];

	if (once_in == 0 || pthread_getname_np(pthread_self(), name,
	    sizeof(name)) != 0 || strcmp(name, "senderwatch/out") != 0 ||
	    random_below(&seed, once_in) != 0)
		return false;
	/* Each time it waits twice as long: ten in a row are minutes. */
	if (counters().sent != sent) {
		sent = counters().sent;
		in_a_row = 0;
	}
	if (++in_a_row > DENIED_IN_A_ROW)
		return false;
	atomic_fetch_add(&denied, 1);
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return is_denied() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t number, size_t size)
{
	return is_denied() ? NULL : __real_calloc(number, size);
}

char *
__wrap_strdup(const char *text)
{
	/* There are thousands of names in a batch. */
	for (unsigned i = 0; i < 2; i++) {
		if (!is_denied())
			return __real_strdup(text);
	}
	return NULL;
}

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static void
write_key(const char *path, char digit, const char *rest)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	for (unsigned i = 0; i < 64; i++)
		fputc(digit, file);
	fprintf(file, "\n%s", rest);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/sw-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	snprintf(spool_path, sizeof(spool_path), "%s/spool", folder);
	snprintf(key_path, sizeof(key_path), "%s/key", folder);
	snprintf(old_path, sizeof(old_path), "%s/key.old", folder);
	write_key(key_path, 'a', "");
	write_key(old_path, 'b', "until 2099-12-31\n");
	options = (struct sw_options){
		.socket = socket_path, .resolver = folder, .plain_names = true,
		.key_file = key_path, .capacity = 1024 * 1024,
		.flush_interval_ms = 10, .flush_deadline_ms = PATIENCE_MS,
		.timeout_ms = PATIENCE_MS, .spool_limit = 64 * 1024 * 1024,
	};
	memset(came, 0, sizeof(came));
	atomic_store(&denied, 0);
	if (sw_observer_new(&observer, &options, log_line) != SW_OK)
		return -1;
	for (unsigned i = 0; i < GROUPS; i++) {
		struct sw_name name = { .depth = 0 };

		snprintf(name.suffix, sizeof(name.suffix), "g%u", i);
		if (!sw_groups_intern(sw_observer_groups(observer), &name,
		    &groups[i]))
			return -1;
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	atomic_store(&denied_once_in, 0);
	sw_observer_free(&observer);
	unlink(socket_path);
	unlink(key_path);
	unlink(old_path);
	return rmdir(folder);
}

/* Its number tells its key and group, its name its number. */
static void
put(unsigned number, uint64_t *seed)
{
	char name[SW_NAME_TEXT_MAX];
	size_t length = 200 + random_below(seed, SW_NAME_TEXT_MAX - 201);
	struct sw_sight sight = { UINT64_MAX / (MANY + 1) * (number + 1), 1,
	    20000, (uint8_t)(number % SW_TABLE_KEYS) };
	struct sw_observation o = { .mechanism = SW_MECHANISM_MX,
	    .outcome = SW_OUTCOME_PRESENT, .group = groups[number % GROUPS],
	    .name = name };

	memset(name, 'x', length);
	name[length] = '\0';
	name[snprintf(name, sizeof(name), "%u", number)] = 'x';
	assert_int_equal(sw_table_put(sw_observer_table(observer), &sight, &o,
	    false), SW_TABLE_PENDING);
}

static void
put_all(void)
{
	uint64_t seed = 11;

	for (unsigned number = 0; number < MANY; number++) {
		put(number, &seed);
		if (number % 1000 == 999)
			rest();
	}
}

static void
wait_until_sent(uint64_t count)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (counters().sent < count && now_ms() < end)
		rest();
	assert_in_range(counters().sent, count, MANY);
}

static void
tally_frame(const struct sw_batch *batch)
{
	struct sw_keys *keys = sw_observer_keys(observer);
	unsigned used[GROUPS] = { 0 };

	assert_in_range(batch->group_count, 1, GROUPS);
	for (size_t i = 0; i < batch->observation_count; i++) {
		const struct sw_observation *o = &batch->observations[i];
		unsigned number = (unsigned)strtoul(o->name, NULL, 10);
		char suffix[20];

		assert_in_range(number, 0, MANY - 1);
		came[number]++;
		snprintf(suffix, sizeof(suffix), "g%u", number % GROUPS);
		assert_in_range(o->group, 0, batch->group_count - 1);
		assert_string_equal(batch->groups[o->group].suffix, suffix);
		used[o->group]++;
		assert_memory_equal(batch->key_id, sw_keys_id(keys,
		    number % SW_TABLE_KEYS), SW_KEY_ID_SIZE);
	}
	/* None is told that nothing is said of. */
	for (size_t i = 0; i < batch->group_count; i++)
		assert_int_not_equal(used[i], 0);
}

/*
 * What was acknowledged; how many frames. One of which the sender did not hear
 * that comes again, and is the same to the octet.
 */
static size_t
tally_frames(void)
{
	const struct seen_frame *frames, *last = NULL;
	size_t count, finished = 0;

	collector_stop(collector);
	count = collector_frames(collector, &frames);
	for (size_t i = 0; i < count; i++) {
		struct sw_decoded_batch *decoded;
		const char *reason;

		if (!frames[i].finished || (last != NULL &&
		    frames[i].length == last->length &&
		    memcmp(frames[i].bytes, last->bytes, last->length) == 0))
			continue;
		last = &frames[i];
		assert_int_equal(sw_frame_decode(frames[i].bytes,
		    frames[i].length, &decoded, &reason), SW_OK);
		tally_frame(sw_decoded_batch(decoded));
		sw_decoded_batch_free(&decoded);
		finished++;
	}
	collector_free(&collector);
	return finished;
}

/* How many came; none twice. */
static unsigned
count_came(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < MANY; i++) {
		assert_in_range(came[i], 0, 1);
		count += came[i];
	}
	return count;
}

static void
arrives_in_parts(void **state)
{
	static const enum deed script[] = { DEED_TAKE, DEED_NO_FINISH,
	    DEED_TAKE, DEED_TAKE, DEED_CLOSE, DEED_TAKE };

	(void)state;
	collector = collector_start(socket_path, script, COUNT(script));
	start();
	put_all();
	wait_until_sent(MANY);
	stop();
	assert_int_equal(counters().dropped_stop, 0);
	/* At most 1 MiB each, of more than 3. */
	assert_in_range(tally_frames(), 4, MANY);
	assert_int_equal(count_came(), MANY);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
}

/* Batches that can't be made are made later, of the same and nothing twice. */
static void
arrives_for_all_want_of_memory(void **state)
{
	static const enum deed script[] = { DEED_TAKE, DEED_NO_FINISH,
	    DEED_TAKE };

	(void)state;
	atomic_store(&denied_once_in, 20);
	collector = collector_start(socket_path, script, COUNT(script));
	start();
	put_all();
	wait_until_sent(MANY);
	stop();
	assert_in_range(atomic_load(&denied), 5, 1000000);
	assert_int_equal(counters().dropped_stop, 0);
	tally_frames();
	assert_int_equal(count_came(), MANY);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
}

/* Stopped with some of what was taken delivered, some framed, some neither. */
static void
stop_halfway(bool spooled)
{
	static const enum deed script[] = { DEED_TAKE, DEED_TAKE,
	    DEED_NO_FINISH };
	struct sw_counters c;

	options.flush_deadline_ms = 100;
	put_all();
	collector = collector_start(socket_path, script, COUNT(script));
	start();
	/* The third comes when both that are taken were heard of. */
	wait_for_connections(COUNT(script));
	stop();
	c = counters();
	tally_frames();
	assert_int_equal(count_came(), c.sent);
	assert_in_range(c.sent, 1, MANY - 1);
	assert_int_equal(c.dropped_stop, spooled ? 0 : MANY - c.sent);
}

static void
stop_counts_what_is_lost(void **state)
{
	(void)state;
	stop_halfway(false);
}

/* Another life, until all that was spooled has come. */
static void
live_again(void)
{
	static const enum deed good[] = { DEED_TAKE };

	collector = collector_start(socket_path, good, 1);
	start();
	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end &&
	    rmdir(spool_path) != 0;)
		usleep(5000);
	stop();
	tally_frames();
}

static void
stop_spools_the_rest(void **state)
{
	(void)state;
	assert_int_equal(mkdir(spool_path, 0700), 0);
	options.spool = spool_path;
	stop_halfway(true);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
	live_again();
	assert_int_equal(count_came(), MANY);
}

/* What does not fit into the spool is lost, and no more than that. */
static void
stop_counts_what_the_spool_refuses(void **state)
{
	struct sw_counters c;

	(void)state;
	assert_int_equal(mkdir(spool_path, 0700), 0);
	options.spool = spool_path;
	options.spool_limit = 2 * SW_FRAME_MAX;
	options.flush_deadline_ms = 0;
	options.flush_interval_ms = PATIENCE_MS;
	put_all();
	start();
	stop();
	c = counters();
	assert_int_equal(c.sent, 0);
	assert_in_range(c.dropped_stop, 1, MANY - 1);
	/* What is in the table still is not to come to the next. */
	options.flush_deadline_ms = PATIENCE_MS;
	options.flush_interval_ms = 10;
	sw_observer_free(&observer);
	assert_int_equal(sw_observer_new(&observer, &options, log_line), SW_OK);
	live_again();
	assert_int_equal(count_came(), MANY - c.dropped_stop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(arrives_in_parts),
		TEST(arrives_for_all_want_of_memory),
		TEST(stop_counts_what_is_lost),
		TEST(stop_spools_the_rest),
		TEST(stop_counts_what_the_spool_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
