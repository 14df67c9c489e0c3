/*
 * The tables, and the ladder that brings an older database to this version.
 *
 * A step, once released, is never edited: a change is a new step. Comments are
 * SQL's where ".schema" can show them to people who read the database by hand.
 */
#include <stdio.h>

#include "internal.h"

#define APPLICATION_ID 1398229079	/* "SWdW" */

static const char step_1[] =
    /* Key of pseudonyms, by its public id; zero: names are stored. */
    "CREATE TABLE pseudonym_key (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  key_id BLOB NOT NULL UNIQUE CHECK (length(key_id) = 8)\n"
    ") STRICT;\n"
    /* Where subjects are registered; registry and type may be ''. */
    "CREATE TABLE suffix (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  suffix TEXT NOT NULL,\n"
    "  registry TEXT NOT NULL,\n"
    "  type TEXT NOT NULL,\n"
    "  UNIQUE (suffix, registry, type)\n"
    ") STRICT;\n"
    "CREATE TABLE subject (\n"
    "  pseudonym BLOB NOT NULL PRIMARY KEY CHECK (length(pseudonym) = 16),\n"
    "  suffix INTEGER NOT NULL, -- suffix.id\n"
    "  pseudonym_key INTEGER NOT NULL, -- pseudonym_key.id\n"
    "  name TEXT -- only where resolvers send plain names\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE sighting (\n"
    "  month INTEGER NOT NULL, -- YYYYMM\n"
    "  subject BLOB NOT NULL CHECK (length(subject) = 16),\n"
    "  mechanism INTEGER NOT NULL,\n"
    "  outcome INTEGER NOT NULL,\n"
    "  digest INTEGER NOT NULL, -- 8 bytes as a signed number\n"
    "  features INTEGER NOT NULL, -- 8 slots of 8 bits\n"
    "  dnssec INTEGER NOT NULL, -- bit (1 << value) for each that was seen\n"
    "  days INTEGER NOT NULL, -- bit (d - 1): seen on day d; 0 once closed\n"
    "  marks BLOB, -- the 3 smallest (day, resolver) pairs; NULL once closed\n"
    "  seen INTEGER NOT NULL CHECK (seen BETWEEN 0 AND 3),\n"
    "    -- resolver-days, capped; once closed, without those of later states\n"
    "  ord INTEGER NOT NULL,\n"
    "    -- once closed: 1, 2, ... by the last day of the states of this\n"
    "    -- subject and mechanism; 0 while open, and if it came too late\n"
    "  PRIMARY KEY (month, subject, mechanism, outcome, digest),\n"
    "  CHECK ((days = 0) = (marks IS NULL))\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE closed_month (\n"
    "  month INTEGER PRIMARY KEY,\n"
    "  done_to BLOB -- the last subject that is closed; NULL: all are\n"
    ") STRICT;\n"
    "CREATE TABLE resolver (\n"
    "  name TEXT NOT NULL PRIMARY KEY,\n"
    "  tag INTEGER NOT NULL, -- what stands for it in sighting.marks\n"
    "  first_day INTEGER NOT NULL, -- that it reported of\n"
    "  last_day INTEGER NOT NULL\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE resolver_day (\n"
    "  day INTEGER NOT NULL,\n"
    "  resolver TEXT NOT NULL,\n"
    "  PRIMARY KEY (day, resolver)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* One row for each start of a sender. */
    "CREATE TABLE sender (\n"
    "  instance BLOB NOT NULL PRIMARY KEY CHECK (length(instance) = 16),\n"
    "  resolver TEXT NOT NULL,\n"
    "  software TEXT NOT NULL,\n"
    "  key_id BLOB NOT NULL,\n"
    "  last_sequence INTEGER NOT NULL,\n"
    "  first_day INTEGER NOT NULL, -- of the collector, as last_day\n"
    "  last_day INTEGER NOT NULL,\n"
    "  sent_day INTEGER NOT NULL, -- the sender's own on last_day\n"
    "  batches INTEGER NOT NULL,\n"
    "  observations INTEGER NOT NULL, -- merged\n"
    "  refused INTEGER NOT NULL, -- observations of an impossible day\n"
    /* What the sender counted, as its last batch said. */
    "  seen INTEGER NOT NULL,\n"
    "  watched INTEGER NOT NULL,\n"
    "  observed INTEGER NOT NULL,\n"
    "  repeated INTEGER NOT NULL,\n"
    "  sent INTEGER NOT NULL,\n"
    "  evicted INTEGER NOT NULL,\n"
    "  superseded INTEGER NOT NULL,\n"
    "  unknown_servfail INTEGER NOT NULL,\n"
    "  unknown_bogus INTEGER NOT NULL,\n"
    "  unknown_rewritten INTEGER NOT NULL,\n"
    "  unknown_subnet INTEGER NOT NULL,\n"
    "  unknown_private INTEGER NOT NULL,\n"
    "  unknown_malformed INTEGER NOT NULL,\n"
    "  unknown_nonexistent INTEGER NOT NULL,\n"
    "  unproven INTEGER NOT NULL,\n"
    "  dropped_full INTEGER NOT NULL,\n"
    "  dropped_memory INTEGER NOT NULL,\n"
    "  dropped_stop INTEGER NOT NULL\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE VIEW run AS\n"
    "-- State runs: what was seen of a (subject, mechanism), in order, with\n"
    "-- equal neighbours joined. Not having been seen for a while ends no run;\n"
    "-- another state does. Runs never overlap: where two states share a day\n"
    "-- (an alternating record, or a change in the course of it), the one that\n"
    "-- was seen on later days of the month comes second.\n"
    "WITH RECURSIVE day(number) AS (\n"
    "  VALUES (1) UNION ALL SELECT number + 1 FROM day WHERE number < 31\n"
    "), moment AS (\n"
    "  SELECT subject, mechanism, outcome, digest, month, number AS day,\n"
    "    days AS place\n"
    "  FROM sighting JOIN day ON (days >> (number - 1)) & 1\n"
    "  UNION ALL\n"
    "  SELECT subject, mechanism, outcome, digest, month, 0, ord\n"
    "  FROM sighting WHERE days = 0\n"
    "), step AS (\n"
    "  SELECT *, lag(outcome) OVER line IS NOT outcome\n"
    "    OR lag(digest) OVER line IS NOT digest AS is_first,\n"
    "    row_number() OVER line AS position\n"
    "  FROM moment\n"
    "  WINDOW line AS (PARTITION BY subject, mechanism ORDER BY month, day,\n"
    "    place, CASE outcome WHEN 1 THEN 4 WHEN 3 THEN 3 WHEN 2 THEN 2\n"
    "    WHEN 4 THEN 1 ELSE 0 END, outcome, digest >= 0 DESC, digest)\n"
    "), numbered AS (\n"
    "  SELECT *, sum(is_first) OVER (PARTITION BY subject, mechanism\n"
    "    ORDER BY position) AS number\n"
    "  FROM step\n"
    ")\n"
    "SELECT subject, mechanism, number, outcome, digest,\n"
    "  min(month) AS first_month,\n"
    "  nullif(min(month * 100 + day) % 100, 0) AS first_day, -- or NULL\n"
    "  max(month) AS last_month,\n"
    "  nullif(max(month * 100 + day) % 100, 0) AS last_day\n"
    "FROM numbered GROUP BY subject, mechanism, number;\n";

/*
 * Days of resolvers are told apart by the pseudonyms' key. Which one a day of
 * an older database belongs to: that of the resolver's sender, or of several
 * senders, of whom was there on that day, or is nearest to it. The collector's
 * days are what is known of a sender, and what it sent was at most eight days
 * older, as far as it was not kept from sending.
 */
static const char step_2[] =
    "CREATE TABLE database (\n"
    "  only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),\n"
    "  id INTEGER NOT NULL -- random, tells databases that are merged apart\n"
    ") STRICT;\n"
    "INSERT INTO database (only, id) VALUES (1, random());\n"
    "INSERT OR IGNORE INTO pseudonym_key (key_id)\n"
    "  SELECT DISTINCT key_id FROM sender ORDER BY key_id;\n"
    "ALTER TABLE resolver_day RENAME TO resolver_day_1;\n"
    "CREATE TABLE resolver_day (\n"
    "  day INTEGER NOT NULL,\n"
    "  resolver TEXT NOT NULL,\n"
    "  pseudonym_key INTEGER NOT NULL, -- pseudonym_key.id\n"
    "  PRIMARY KEY (day, resolver, pseudonym_key)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "INSERT OR IGNORE INTO resolver_day (day, resolver, pseudonym_key)\n"
    "  SELECT day, name, key FROM (\n"
    "    SELECT d.day, d.resolver AS name, k.id AS key, rank() OVER (\n"
    "      PARTITION BY d.day, d.resolver ORDER BY\n"
    "      max(0, s.first_day - 8 - d.day, d.day - s.last_day - 2)) AS place\n"
    "    FROM resolver_day_1 AS d JOIN sender AS s USING (resolver)\n"
    "    JOIN pseudonym_key AS k USING (key_id)\n"
    "  ) WHERE place = 1;\n"
    /* Of a name that its sender gave up: any key. */
    "INSERT INTO resolver_day (day, resolver, pseudonym_key)\n"
    "  SELECT day, resolver, k.id FROM resolver_day_1, pseudonym_key AS k\n"
    "  WHERE resolver NOT IN (SELECT resolver FROM sender);\n"
    "DROP TABLE resolver_day_1;\n"
    "CREATE TABLE volume (\n"
    "-- Resolver-days as they arrived, uncapped. It only grows, for each\n"
    "-- database that counted: merged databases keep the larger number.\n"
    "  month INTEGER NOT NULL, -- YYYYMM\n"
    "  source INTEGER NOT NULL, -- database.id of who counted\n"
    "  pseudonym_key INTEGER NOT NULL, -- pseudonym_key.id\n"
    "  suffix INTEGER NOT NULL, -- suffix.id\n"
    "  mechanism INTEGER NOT NULL,\n"
    "  outcome INTEGER NOT NULL,\n"
    "  days INTEGER NOT NULL CHECK (days > 0),\n"
    "  PRIMARY KEY (month, source, pseudonym_key, suffix, mechanism, outcome)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE receipt (\n"
    "-- Of sender.batches, observations and refused, the part that another\n"
    "-- database brought along when it was merged into this one.\n"
    "  instance BLOB NOT NULL CHECK (length(instance) = 16),\n"
    "  source INTEGER NOT NULL, -- database.id of who received it\n"
    "  batches INTEGER NOT NULL,\n"
    "  observations INTEGER NOT NULL,\n"
    "  refused INTEGER NOT NULL,\n"
    "  PRIMARY KEY (instance, source)\n"
    ") STRICT, WITHOUT ROWID;\n";

/* Step i brings a database from version i to i + 1. */
static const char *const steps[] = { step_1, step_2 };

#define SCHEMA_VERSION ((int64_t)(sizeof(steps) / sizeof(steps[0])))

/* Is the file empty: neither tables nor someone's mark? */
static enum sw_result
check_application(struct sw_store *store, const char *path, bool *empty)
{
	int64_t application, tables;
	enum sw_result result;

	*empty = false;
	result = sw_store_number(store, "PRAGMA application_id", &application);
	if (result == SW_OK)
		result = sw_store_number(store,
		    "SELECT count(*) FROM sqlite_schema", &tables);
	if (result != SW_OK)
		return result;
	*empty = application == 0 && tables == 0;
	if (application == APPLICATION_ID || *empty)
		return SW_OK;
	sw_store_complain(store, "%s is a database of another program", path);
	return SW_ERR_UNSUPPORTED;
}

enum sw_result
sw_store_identify(struct sw_store *store, const char *path)
{
	int64_t version;
	bool empty;
	enum sw_result result;

	result = check_application(store, path, &empty);
	if (result == SW_OK)
		result = sw_store_number(store, "PRAGMA user_version", &version);
	if (result != SW_OK)
		return result;
	if (version > SCHEMA_VERSION) {
		sw_store_complain(store, "%s has schema version %lld, newer "
		    "than this program's %lld", path, (long long)version,
		    (long long)SCHEMA_VERSION);
		return SW_ERR_UNSUPPORTED;
	}
	if (store->mode == SW_STORE_WRITE || version == SCHEMA_VERSION)
		return SW_OK;
	if (empty)
		sw_store_complain(store, "%s is empty", path);
	else
		sw_store_complain(store, "%s has schema version %lld, older "
		    "than this program's %lld: start senderwatchd of this "
		    "version, which brings it up to date", path,
		    (long long)version, (long long)SCHEMA_VERSION);
	return SW_ERR_UNSUPPORTED;
}

static enum sw_result
climb(struct sw_store *store, int64_t version)
{
	enum sw_result result = SW_OK;
	char pragma[64];

	for (; result == SW_OK && version < SCHEMA_VERSION; version++) {
		result = sw_store_execute(store, steps[version]);
		snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %lld",
		    (long long)version + 1);
		if (result == SW_OK)
			result = sw_store_execute(store, pragma);
	}
	snprintf(pragma, sizeof(pragma), "PRAGMA application_id = %d",
	    APPLICATION_ID);
	return result == SW_OK ? sw_store_execute(store, pragma) : result;
}

static enum sw_result
climb_in_transaction(struct sw_store *store)
{
	int64_t version;
	enum sw_result result;

	result = sw_store_begin(store);
	if (result != SW_OK)
		return result;
	/* Read once more: another program may have been quicker. */
	result = sw_store_number(store, "PRAGMA user_version", &version);
	if (result == SW_OK)
		result = climb(store, version);
	return sw_store_end(store, result);
}

enum sw_result
sw_store_migrate(struct sw_store *store)
{
	int64_t version;
	enum sw_result result;

	result = sw_store_number(store, "PRAGMA user_version", &version);
	if (result == SW_OK && version != SCHEMA_VERSION)
		result = climb_in_transaction(store);
	if (result == SW_OK)
		result = sw_store_number(store, "SELECT id FROM database",
		    &store->id);
	return result;
}
