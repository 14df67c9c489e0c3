/*
 * SQL functions for the UPSERTs: both are commutative, associative and
 * idempotent, which is what makes merging independent of order.
 */
#include "internal.h"
#include "marks.h"

uint64_t
sw_store_unite_features(uint64_t a, uint64_t b)
{
	for (unsigned slot = 0; slot < SW_FEATURE_SLOTS; slot++) {
		uint8_t value = sw_features_get(b, slot);

		if (value > sw_features_get(a, slot))
			a = sw_features_set(a, slot, value);
	}
	return a;
}

static void
features_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	sqlite3_result_int64(context, (int64_t)sw_store_unite_features(
	    (uint64_t)sqlite3_value_int64(values[0]),
	    (uint64_t)sqlite3_value_int64(values[1])));
}

static void
value_marks(sqlite3_value *value, struct sw_marks *marks)
{
	/* The order of the two calls is what SQLite asks for. */
	const void *blob = sqlite3_value_blob(value);

	sw_marks_decode(marks, blob, (size_t)sqlite3_value_bytes(value));
}

static void
marks_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct sw_marks a, b;
	uint8_t blob[SW_MARKS_SIZE];

	(void)count;
	value_marks(values[0], &a);
	value_marks(values[1], &b);
	if (!sw_marks_unite(&a, &b)) {
		sqlite3_result_value(context, values[0]);
		return;
	}
	sqlite3_result_blob(context, blob, (int)sw_marks_encode(&a, blob),
	    SQLITE_TRANSIENT);
}

enum sw_result
sw_store_register_functions(struct sw_store *store)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function(store->db, "sw_features", 2, flags, NULL,
	    features_function, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function(store->db, "sw_marks", 2, flags, NULL,
	    marks_function, NULL, NULL) != SQLITE_OK)
		return sw_store_fail(store, "cannot register a function");
	return SW_OK;
}
