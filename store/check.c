/*
 * Checks: SQLite's own, then what must hold between the tables, all in one
 * snapshot.
 */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>


/*
 * Each returns a line of text for whatever is wrong. A connection that may
 * not write does not know the CHECKs of the tables: they are here once more.
 */
static const char *const queries[] = {
	"SELECT 'file: ' || integrity_check FROM pragma_integrity_check "
	"WHERE integrity_check <> 'ok'",
	"SELECT 'database: has ' || count(*) || ' ids, not one' FROM database "
	"HAVING count(*) <> 1",
	"SELECT 'key ' || id || ': its id is ' || hex(key_id) "
	"FROM pseudonym_key WHERE length(key_id) <> 8",
	"SELECT 'subject ' || hex(pseudonym) || ': not 16 bytes' FROM subject "
	"WHERE length(pseudonym) <> 16",
	"SELECT 'sender ' || hex(instance) || ': not 16 bytes' FROM sender "
	"WHERE length(instance) <> 16",
	"SELECT 'subject ' || hex(pseudonym) || ': suffix ' || suffix || "
	"' is missing' FROM subject "
	"WHERE suffix NOT IN (SELECT id FROM suffix)",
	"SELECT 'subject ' || hex(pseudonym) || ': key ' || pseudonym_key || "
	"' is missing' FROM subject "
	"WHERE pseudonym_key NOT IN (SELECT id FROM pseudonym_key)",
	"SELECT 'sighting of ' || month || ': subject ' || hex(subject) || "
	"' is missing' FROM sighting AS s WHERE NOT EXISTS "
	"(SELECT 1 FROM subject WHERE pseudonym = s.subject)",
	"SELECT 'day ' || day || ' of resolver ' || resolver || ': key ' || "
	"pseudonym_key || ' is missing' FROM resolver_day "
	"WHERE pseudonym_key NOT IN (SELECT id FROM pseudonym_key)",
	"SELECT 'day ' || day || ': resolver ' || resolver || "
	"iif(name IS NULL, ' is missing', ' reported from ' || first_day || "
	"' to ' || last_day) FROM resolver_day "
	"LEFT JOIN resolver ON name = resolver "
	"WHERE name IS NULL OR day < first_day OR day > last_day",
	"SELECT 'resolver ' || name || ': days from ' || first_day || ' to ' || "
	"last_day FROM resolver WHERE first_day > last_day",
	"SELECT 'volume of ' || month || ': suffix ' || suffix || "
	"' is missing' FROM volume WHERE suffix NOT IN (SELECT id FROM suffix)",
	"SELECT 'volume of ' || month || ': key ' || pseudonym_key || "
	"' is missing' FROM volume "
	"WHERE pseudonym_key NOT IN (SELECT id FROM pseudonym_key)",
	"SELECT 'volume of ' || month || ', suffix ' || suffix || "
	"': mechanism ' || mechanism || ', outcome ' || outcome || ', days ' || "
	"days FROM volume WHERE mechanism NOT BETWEEN 1 AND 255 "
	"OR outcome NOT BETWEEN 1 AND 255 OR days < 1 "
	"OR month NOT BETWEEN 200001 AND 999912 "
	"OR month % 100 NOT BETWEEN 1 AND 12",
	"SELECT 'sender ' || hex(instance) || ': received less than it has "
	"from others' FROM sender AS s WHERE batches < (SELECT "
	"ifnull(sum(batches), 0) FROM receipt AS r "
	"WHERE r.instance = s.instance)",
	"SELECT 'receipt of ' || hex(instance) || ': sender is missing' "
	"FROM receipt WHERE instance NOT IN (SELECT instance FROM sender)",
	"SELECT 'sender ' || hex(instance) || ': ' || batches || ' batches, but "
	"the last has number ' || last_sequence FROM sender AS s "
	"WHERE batches > last_sequence AND NOT EXISTS "
	"(SELECT 1 FROM receipt AS r WHERE r.instance = s.instance)",
	"SELECT 'sender ' || hex(instance) || ': days from ' || first_day || "
	"' to ' || last_day FROM sender WHERE first_day > last_day",
};

void
sw_check_complain(struct sw_checker *checker, const char *format, ...)
{
	char text[256];
	va_list arguments;

	if (checker->complaints++ > SW_STORE_COMPLAINTS_MAX)
		return;
	if (checker->complaints > SW_STORE_COMPLAINTS_MAX) {
		snprintf(text, sizeof(text), "and more of this kind");
	} else {
		va_start(arguments, format);
		vsnprintf(text, sizeof(text), format, arguments);
		va_end(arguments);
	}
	checker->check->complain(checker->check->complain_argument, text);
}

static enum sw_result
run_query(struct sw_checker *checker, const char *sql)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	bool row = true;

	checker->complaints = 0;
	result = sw_store_prepare(checker->store, sql, &query);
	while (result == SW_OK && (result = sw_store_step(checker->store,
	    query, &row)) == SW_OK && row &&
	    checker->complaints <= SW_STORE_COMPLAINTS_MAX)
		sw_check_complain(checker, "%s",
		    (const char *)sqlite3_column_text(query, 0));
	sqlite3_finalize(query);
	return result;
}

static enum sw_result
check_all(struct sw_checker *checker)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]) &&
	    result == SW_OK; i++)
		result = run_query(checker, queries[i]);
	checker->complaints = 0;
	if (result == SW_OK)
		result = sw_check_sightings(checker);
	checker->complaints = 0;
	if (result == SW_OK && !checker->check->quick)
		result = sw_check_runs(checker);
	return result;
}

enum sw_result
sw_store_check(struct sw_store *store, const struct sw_store_check *check)
{
	struct sw_checker checker = { .store = store, .check = check };
	enum sw_result result;

	store->error[0] = '\0';
	sw_store_watch(store, check->progress, check->progress_argument);
	result = sw_store_execute(store, "PRAGMA temp_store = MEMORY; BEGIN");
	if (result == SW_OK)
		result = check_all(&checker);
	if (result != SW_OK &&
	    (sqlite3_errcode(store->db) & 0xff) == SQLITE_INTERRUPT)
		result = SW_ERR_CLOSED;
	/* Of a damaged file not everything can be read. */
	if (result != SW_OK &&
	    (sqlite3_errcode(store->db) & 0xff) == SQLITE_CORRUPT) {
		checker.complaints = 0;
		sw_check_complain(&checker, "file: %s", store->error);
		result = SW_OK;
	}
	sw_store_watch(store, NULL, NULL);
	if (sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}
