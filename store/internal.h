/*
 * What the files of the store share. Nothing outside store/ includes this.
 */
#ifndef SW_STORE_INTERNAL_H
#define SW_STORE_INTERNAL_H

#include <sqlite3.h>

#include "senderwatch/maintenance.h"
#include "senderwatch/store.h"

#define SW_STORE_ERROR_MAX 256
#define SW_STORE_BUSY_MS 10000	/* how long another writer is waited for */

/* Statements of the writer, prepared once. The SQL stands in merge.c. */
enum sw_statement {
	SW_STATEMENT_SENDER_GET,
	SW_STATEMENT_SENDER_PUT,
	SW_STATEMENT_RESOLVER_PUT,
	SW_STATEMENT_RESOLVER_DAY_PUT,
	SW_STATEMENT_KEY_PUT,
	SW_STATEMENT_KEY_GET,
	SW_STATEMENT_SUFFIX_PUT,
	SW_STATEMENT_SUFFIX_GET,
	SW_STATEMENT_MONTH_GET,
	SW_STATEMENT_SUBJECT_PUT,
	SW_STATEMENT_ARRIVALS_GET,
	SW_STATEMENT_SIGHTING_PUT,
	SW_STATEMENT_SIGHTING_RENEW,
	SW_STATEMENT_SIGHTING_LATE_PUT,
	SW_STATEMENT_VOLUME_PUT,
	SW_STATEMENT_COUNT
};

struct sw_arrival;
struct sw_row;

struct sw_store {
	sqlite3 *db;
	enum sw_store_mode mode;
	int64_t id;		/* of this database; of a writer only */
	sqlite3_stmt *statements[SW_STATEMENT_COUNT];
	sw_store_progress progress;	/* see sw_store_watch() */
	void *progress_argument;
	uint64_t visited;		/* subjects, by all scans */
	struct sw_row *row;		/* that a cursor is stepping to */
	const struct sw_arrival *arrivals;	/* that are being merged */
	size_t arrival_count;
	char error[SW_STORE_ERROR_MAX];
};

/* --- database.c: SQLite with our errors ----------------------------------- */

/* Note SQLite's last error, "doing: why"; the result to return. */
enum sw_result sw_store_fail(struct sw_store *store, const char *doing);
/* Note an error of our own. */
void sw_store_complain(struct sw_store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum sw_result sw_store_prepare(struct sw_store *store, const char *sql,
    sqlite3_stmt **statement);
/* The same for a query whose number parameters are given. */
enum sw_result sw_store_query(struct sw_store *store, sqlite3_stmt **statement,
    const char *sql, size_t count, const int64_t *numbers);
/* Step; *row says whether there is one. */
enum sw_result sw_store_step(struct sw_store *store, sqlite3_stmt *statement,
    bool *row);
enum sw_result sw_store_execute(struct sw_store *store, const char *sql);
/* Step a statement that returns no row, and reset it. */
enum sw_result sw_store_run(struct sw_store *store, sqlite3_stmt *statement);
/* The integer that a query without parameters returns; 0 for no row. */
enum sw_result sw_store_number(struct sw_store *store, const char *sql,
    int64_t *number);

enum sw_result sw_store_begin(struct sw_store *store);
/* Commit if result is SW_OK, else roll back; what came of it. */
enum sw_result sw_store_end(struct sw_store *store, enum sw_result result);

/* --- open.c --------------------------------------------------------------- */

/* Close the database, and leave the error to be read. */
void sw_store_finish(struct sw_store *store);

/* --- schema.c ------------------------------------------------------------- */

/* Refuse what is no database of ours, or of a version that can't be used. */
enum sw_result sw_store_identify(struct sw_store *store, const char *path);
/* Create the tables or bring them to this program's version. */
enum sw_result sw_store_migrate(struct sw_store *store);

/* --- merge.c -------------------------------------------------------------- */

enum sw_result sw_store_prepare_merge(struct sw_store *store);
/* The id of a key or a suffix, which is entered if it is new. */
enum sw_result sw_store_find_key(struct sw_store *store,
    const uint8_t key_id[SW_KEY_ID_SIZE], int64_t *id);
enum sw_result sw_store_find_suffix(struct sw_store *store,
    const struct sw_group *group, int64_t *id);

/* --- close.c -------------------------------------------------------------- */

/* A step of closing a month, whatever the date is. */
enum sw_result sw_store_close_month(struct sw_store *store, uint32_t month,
    bool *more);
/* Let the log not keep what was deleted; a busy reader is not waited for. */
void sw_store_empty_log(struct sw_store *store);

/* --- volume.c: resolver-days that arrived, summed for a transaction ------- */

struct sw_volume_cell;

struct sw_volumes {
	struct sw_volume_cell *cells;	/* a hash table of size slots */
	size_t size;
	size_t count;
};

/* What is counted of what: ids are those of the tables. */
struct sw_volume_key {
	uint32_t month;
	uint8_t mechanism;
	uint8_t outcome;
	int64_t pseudonym_key;
	int64_t suffix;
};

enum sw_result sw_volumes_add(struct sw_volumes *volumes,
    const struct sw_volume_key *key, unsigned days);
/* Add them to the table. */
enum sw_result sw_volumes_put(struct sw_volumes *volumes,
    struct sw_store *store);
void sw_volumes_fini(struct sw_volumes *volumes);

/* --- sighting.c: the observations of a batch to rows ---------------------- */

struct sw_merge {
	struct sw_store *store;
	struct sw_volumes *volumes;	/* of the transaction */
	const struct sw_batch *batch;
	const char *resolver;
	uint32_t today;
	int64_t key;		/* id in table "pseudonym_key" */
	int64_t *suffixes;	/* ids in table "suffix", one a group, or 0 */
	uint32_t first_day;	/* that the resolver reported of; 0 if none */
	uint32_t last_day;
	uint64_t observations;	/* merged */
	uint64_t refused;
};

enum sw_result sw_store_merge_sightings(struct sw_merge *merge);
/* Note that the resolver reported of a day. */
enum sw_result sw_store_put_resolver_day(struct sw_merge *merge, uint32_t day);
/* Have the id of a group in merge->suffixes. */
enum sw_result sw_store_find_group(struct sw_merge *merge, uint32_t group);
/* Bind and run the UPSERT of a subject, whose group has been found. */
enum sw_result sw_store_put_subject(struct sw_merge *merge,
    const uint8_t pseudonym[SW_PSEUDONYM_SIZE], uint32_t group,
    const char *name);

/* --- period.c -------------------------------------------------------------- */

/* The id of sw_store_period()'s key in table "pseudonym_key"; 0: no key yet. */
enum sw_result sw_store_period_key(struct sw_store *store, uint32_t first,
    uint32_t last, int64_t *key);

/* --- functions.c: what UPSERTs need and SQL lacks ------------------------- */

/*
 * sw_features(a, b): the larger value of each slot.
 * sw_marks(a, b): the marks of both, cut to the smallest three.
 */
enum sw_result sw_store_register_functions(struct sw_store *store);
/* The first of them, for C. */
uint64_t sw_store_unite_features(uint64_t a, uint64_t b);

/* --- order.c: which of two states is the later ---------------------------- */

/* Where a state of a (subject, mechanism) stands within its month. */
struct sw_position {
	uint32_t last;		/* last day of the month, or its closed order */
	uint8_t outcome;
	uint64_t digest;
};

/* Less than 0, 0 or more, as qsort() wants: the later one is the larger. */
int sw_position_compare(const struct sw_position *a,
    const struct sw_position *b);
/* From the columns "days" and "ord". */
uint32_t sw_position_last(uint32_t days, uint32_t ord);

#endif
