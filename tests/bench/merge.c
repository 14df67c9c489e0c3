/*
 * What merging costs: the parts that merge.sh puts together.
 *
 *   merge make DB SUBJECTS DAY                  a database of them
 *   merge store DB SUBJECTS DAY KIND SEED       by the store, in this process
 *   merge floor DB SUBJECTS DAY KIND SEED       the same rows, the same
 *       transactions, and nothing else: a loop of prepared upserts
 *   merge send SOCKET SUBJECTS DAY KIND SEED    to whoever listens there, by
 *       two senders, so that one is read while the other is merged
 *   merge decode - SUBJECTS DAY KIND SEED       reads the same frames, and
 *       does nothing with them: what no receiver of them can do without
 *
 * Options go before: -n streams (24), -b batches of each (4), which are one
 * transaction. One line: observations, seconds, and CPU seconds of this
 * process. What is read, sorted and encoded before is not counted; what
 * makes it durable is.
 */
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../store/marks.h"
#include "merge_rows.h"
#include "senderwatch/codec.h"
#include "senderwatch/store.h"
#include "senderwatch/stream.h"

#define SENDERS 2u
#define OPERATION_MS 120000
#define MAKE_PASSES 4u
#define MAKE_BATCHES 64u	/* of a transaction */

static struct {
	const char *place;
	struct rows rows;
	unsigned streams;
	unsigned batches;
} plan = { .streams = 24, .batches = 4 };

static struct timespec begun, cpu_begun;

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "merge: %s: %s\n", what, why);
	exit(1);
}

static void *
allocate(size_t count, size_t size)
{
	void *made = calloc(count, size);

	if (made == NULL)
		fail("calloc", "out of memory");
	return made;
}

static void
begin_clock(void)
{
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_begun);
	clock_gettime(CLOCK_MONOTONIC, &begun);
}

static double
since(clockid_t clock, const struct timespec *then)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)(now.tv_sec - then->tv_sec) +
	    (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void
report(uint64_t observations)
{
	printf("observations=%" PRIu64 " seconds=%.4f cpu=%.4f\n",
	    observations, since(CLOCK_MONOTONIC, &begun),
	    since(CLOCK_PROCESS_CPUTIME_ID, &cpu_begun));
}

static uint32_t
today(void)
{
	return (uint32_t)(time(NULL) / 86400);
}

/* --- Through the store ---------------------------------------------------- */

static struct sw_store *
open_store(void)
{
	struct sw_store *store;

	if (sw_store_open(&store, plan.place, SW_STORE_WRITE) != SW_OK)
		fail(plan.place, sw_store_error(store));
	return store;
}

static void
merge(struct sw_store *store, const struct sw_store_delivery *deliveries,
    size_t count)
{
	if (sw_store_merge(store, deliveries, count, today(), NULL) != SW_OK)
		fail(plan.place, sw_store_error(store));
}

/* Merge a list of observations, at most MAKE_BATCHES batches of them. */
static void
make_some(struct sw_store *store, const struct sw_observation *list,
    size_t count)
{
	static uint64_t sequence;
	struct sw_batch batches[MAKE_BATCHES];
	struct sw_store_delivery deliveries[MAKE_BATCHES];
	size_t n = 0;

	for (size_t done = 0; done < count; done += ROWS_BATCH, n++) {
		rows_batch(&batches[n], list + done, count - done < ROWS_BATCH ?
		    count - done : ROWS_BATCH, 0, ++sequence);
		deliveries[n] = (struct sw_store_delivery){
			.batch = &batches[n], .resolver = ROWS_RESOLVER };
	}
	merge(store, deliveries, n);
}

/*
 * A quarter of the subjects at a time, each in the order of the table: quick,
 * and yet pages are split and filled as when they come in any order.
 */
static void
run_make(void)
{
	struct sw_store *store = open_store();
	struct sw_observation *list = allocate(MAKE_BATCHES,
	    ROWS_BATCH * sizeof(*list));
	size_t count = 0;

	for (uint64_t pass = 0; pass < MAKE_PASSES; pass++) {
		for (uint64_t i = pass; i < plan.rows.subjects;
		    i += MAKE_PASSES) {
			for (unsigned m = 1; m <= ROWS_MECHANISMS; m++)
				rows_describe(&plan.rows, &list[count++], i, m);
			if (count + ROWS_MECHANISMS <=
			    MAKE_BATCHES * ROWS_BATCH)
				continue;
			make_some(store, list, count);
			count = 0;
		}
		make_some(store, list, count);
		count = 0;
	}
	sw_store_close(&store);
	free(list);
}

/* All batches of the run; each has its own observations. */
static struct sw_batch *
make_batches(uint64_t instance, uint64_t first, size_t count)
{
	struct sw_batch *batches = allocate(count, sizeof(*batches));

	for (size_t i = 0; i < count; i++) {
		struct sw_observation *list = allocate(ROWS_BATCH,
		    sizeof(*list));

		rows_fill(&plan.rows, list, first + i);
		rows_batch(&batches[i], list, ROWS_BATCH, instance, i + 1);
	}
	return batches;
}

static uint64_t
unused_instance(void)
{
	return (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
}

static void
run_store(void)
{
	size_t count = (size_t)plan.streams * plan.batches;
	struct sw_batch *batches = make_batches(unused_instance(), 0, count);
	struct sw_store_delivery *deliveries = allocate(plan.batches,
	    sizeof(*deliveries));
	struct sw_store *store = open_store();

	begin_clock();
	for (size_t i = 0; i < count; i += plan.batches) {
		for (size_t n = 0; n < plan.batches; n++)
			deliveries[n] = (struct sw_store_delivery){
				.batch = &batches[i + n],
				.resolver = ROWS_RESOLVER };
		merge(store, deliveries, plan.batches);
	}
	report(count * ROWS_BATCH);
	sw_store_close(&store);
}

/* --- The floor ------------------------------------------------------------ */

static void
check(sqlite3 *db, int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
		fail("floor", sqlite3_errmsg(db));
}

static int
compare(const void *a, const void *b)
{
	const struct sw_observation *x = a, *y = b;
	int order = memcmp(x->subject, y->subject, sizeof(x->subject));

	return order != 0 ? order : x->mechanism - y->mechanism;
}

static sqlite3_int64
number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3_int64 result;

	check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
	check(db, sqlite3_step(statement));
	result = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return result;
}

struct floor {
	sqlite3_stmt *subject;
	sqlite3_stmt *sighting;
	uint32_t tag;		/* of the resolver, as in marks */
};

/* Everything that is not the row's own stays bound. */
static void
prepare_floor(sqlite3 *db, struct floor *statements)
{
	check(db, sqlite3_exec(db, "PRAGMA journal_mode = WAL; "
	    "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768", NULL,
	    NULL, NULL));
	check(db, sqlite3_prepare_v2(db, "INSERT INTO subject (pseudonym, "
	    "suffix, pseudonym_key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
	    -1, &statements->subject, NULL));
	check(db, sqlite3_prepare_v2(db, "INSERT INTO sighting (month, "
	    "subject, mechanism, outcome, digest, features, dnssec, days, "
	    "marks, seen, ord) VALUES (?1, ?2, ?3, 1, ?4, ?5, 2, ?6, ?7, 1, 0) "
	    "ON CONFLICT DO UPDATE SET days = days | excluded.days, "
	    "marks = CAST(marks || excluded.marks AS BLOB), "
	    "seen = min(seen + 1, 3) WHERE days | excluded.days <> days", -1, &statements->sighting,
	    NULL));
	sqlite3_bind_int64(statements->sighting, 1,
	    number(db, "SELECT max(month) FROM sighting"));
	statements->tag = sw_marks_tag(ROWS_RESOLVER);
	sqlite3_bind_int64(statements->subject, 3,
	    number(db, "SELECT max(id) FROM pseudonym_key"));
}

static void
put_row(sqlite3 *db, const struct floor *statements,
    const struct sw_observation *row)
{
	sqlite3_stmt *put = statements->subject;
	struct sw_marks mark = { .count = 0 };
	uint8_t marks[SW_MARKS_SIZE];
	sqlite3_int64 digest = 0;

	for (size_t i = 0; i < SW_DIGEST_SIZE; i++)
		digest = (sqlite3_int64)((uint64_t)digest << 8 |
		    row->digest[i]);
	sqlite3_bind_blob(put, 1, row->subject, SW_PSEUDONYM_SIZE,
	    SQLITE_STATIC);
	sqlite3_bind_int64(put, 2, row->group + 1);
	check(db, sqlite3_step(put));
	sqlite3_reset(put);
	put = statements->sighting;
	sqlite3_bind_blob(put, 2, row->subject, SW_PSEUDONYM_SIZE,
	    SQLITE_STATIC);
	sqlite3_bind_int(put, 3, row->mechanism);
	sqlite3_bind_int64(put, 4, digest);
	sqlite3_bind_int64(put, 5, (sqlite3_int64)row->features);
	sqlite3_bind_int64(put, 6, 1 << (row->day - plan.rows.day));
	sw_marks_add(&mark, (uint64_t)(row->day - plan.rows.day + 1) << 32 |
	    statements->tag);
	sqlite3_bind_blob(put, 7, marks, (int)sw_marks_encode(&mark, marks),
	    SQLITE_STATIC);
	check(db, sqlite3_step(put));
	sqlite3_reset(put);
}

/* Sorted in each batch, before the clock runs: to its advantage. */
static void
run_floor(void)
{
	size_t count = (size_t)plan.streams * plan.batches;
	size_t rows = plan.batches * (size_t)ROWS_BATCH;
	struct sw_observation *list = allocate(count,
	    ROWS_BATCH * sizeof(*list));
	struct floor statements = { 0 };
	sqlite3 *db;

	check(NULL, sqlite3_open(plan.place, &db));
	prepare_floor(db, &statements);
	for (size_t i = 0; i < count; i++) {
		rows_fill(&plan.rows, list + i * ROWS_BATCH, i);
		qsort(list + i * ROWS_BATCH, ROWS_BATCH, sizeof(*list),
		    compare);
	}
	begin_clock();
	for (size_t i = 0; i < plan.streams; i++) {
		check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL,
		    NULL));
		for (size_t n = 0; n < rows; n++)
			put_row(db, &statements, &list[i * rows + n]);
		check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	}
	report(count * ROWS_BATCH);
	sqlite3_finalize(statements.subject);
	sqlite3_finalize(statements.sighting);
	sqlite3_close(db);
}

/* --- Over a socket -------------------------------------------------------- */

struct sender {
	uint8_t **frames;
	size_t *lengths;
	size_t count;
	pthread_t thread;
};

static void
deliver(const struct sender *sender, size_t first)
{
	static const struct sw_stream_options stream_options = {
		.operation_ms = OPERATION_MS };
	struct fstrm_writer_options *options = fstrm_writer_options_init();
	struct fstrm_writer *writer;
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	int fd;

	if (sw_unix_connect(plan.place, OPERATION_MS, &fd) != SW_OK ||
	    sw_stream_new(fd, &stream_options, &rdwr, &stream) != SW_OK)
		fail(plan.place, "cannot connect");
	fstrm_writer_options_add_content_type(options, SW_CONTENT_TYPE,
	    sizeof(SW_CONTENT_TYPE) - 1);
	writer = fstrm_writer_init(options, &rdwr);
	fstrm_writer_options_destroy(&options);
	for (size_t i = 0; i < plan.batches; i++) {
		if (fstrm_writer_write(writer, sender->frames[first + i],
		    sender->lengths[first + i]) != fstrm_res_success)
			fail(plan.place, "cannot write");
	}
	if (fstrm_writer_close(writer) != fstrm_res_success)
		fail(plan.place, "not acknowledged");
	fstrm_writer_destroy(&writer);
}

static void *
run_sender(void *argument)
{
	const struct sender *sender = argument;

	for (size_t i = 0; i < sender->count; i += plan.batches)
		deliver(sender, i);
	return NULL;
}

static void
encode_frames(struct sender *sender, uint64_t instance, uint64_t first)
{
	struct sw_batch *batches = make_batches(instance, first,
	    sender->count);

	sender->frames = allocate(sender->count, sizeof(*sender->frames));
	sender->lengths = allocate(sender->count, sizeof(*sender->lengths));
	for (size_t i = 0; i < sender->count; i++) {
		if (sw_frame_encode(&batches[i], &sender->frames[i],
		    &sender->lengths[i]) != SW_OK)
			fail("sw_frame_encode", "refused");
		free((void *)(uintptr_t)batches[i].observations);
	}
	free(batches);
}

static void
run_send(void)
{
	size_t count = (size_t)plan.streams / SENDERS * plan.batches;
	struct sender senders[SENDERS] = { { .count = count } };

	for (size_t i = 0; i < SENDERS; i++) {
		senders[i].count = count;
		encode_frames(&senders[i], unused_instance() + i, i * count);
	}
	begin_clock();
	for (size_t i = 0; i < SENDERS; i++) {
		if (pthread_create(&senders[i].thread, NULL, run_sender,
		    &senders[i]) != 0)
			fail("pthread_create", "no thread");
	}
	for (size_t i = 0; i < SENDERS; i++)
		pthread_join(senders[i].thread, NULL);
	report(SENDERS * count * ROWS_BATCH);
}

/* --- Without a database --------------------------------------------------- */

static void
run_decode(void)
{
	struct sender sender = {
		.count = (size_t)plan.streams * plan.batches };

	encode_frames(&sender, 1, 0);
	begin_clock();
	for (size_t i = 0; i < sender.count; i++) {
		struct sw_decoded_batch *decoded;
		const char *reason;

		if (sw_frame_decode(sender.frames[i], sender.lengths[i],
		    &decoded, &reason) != SW_OK)
			fail("sw_frame_decode", reason);
		sw_decoded_batch_free(&decoded);
	}
	report(sender.count * ROWS_BATCH);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
		int arguments;
	} verbs[] = { { "make", run_make, 4 }, { "store", run_store, 6 },
		{ "floor", run_floor, 6 }, { "send", run_send, 6 },
		{ "decode", run_decode, 6 } };
	int option, kind = 0;

	while ((option = getopt(argc, argv, "n:b:")) != -1) {
		if (option == 'n')
			plan.streams = (unsigned)atoi(optarg);
		else if (option == 'b')
			plan.batches = (unsigned)atoi(optarg);
		else
			return 2;
	}
	argc -= optind;
	argv += optind;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (argc != verbs[i].arguments ||
		    strcmp(argv[0], verbs[i].name) != 0)
			continue;
		plan.place = argv[1];
		plan.rows.subjects = strtoull(argv[2], NULL, 10);
		plan.rows.day = (uint32_t)atoi(argv[3]);
		if (argc > 4) {
			kind = rows_kind_of(argv[4]);
			plan.rows.seed = strtoull(argv[5], NULL, 10);
		}
		if (kind < 0 || plan.rows.subjects == 0)
			break;
		plan.rows.kind = (enum rows_kind)kind;
		verbs[i].run();
		return 0;
	}
	fprintf(stderr, "usage: see the head of merge.c\n");
	return 2;
}
