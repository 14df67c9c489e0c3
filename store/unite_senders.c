/*
 * Senders of several databases. What a sender says of itself, its latest
 * batch says best. What was received of it is a sum over the databases that
 * received it, each of which has counted for itself and knows, in "receipt",
 * what it has from others; of two copies of one database the later is right.
 */
#include "unite.h"

#define COLUMN(name) ", " #name
#define PARAMETER(name) ", ?"
#define REPLACE(name) ", " #name " = excluded." #name
#define THEIRS(name) ", excluded." #name

/* What one batch says: taken as a whole, whichever database it is from. */
#define SAID "last_sequence, sent_day, resolver, software, key_id" \
	SW_FOR_EACH_COUNTER(COLUMN)

static const char select_senders[] =
    "SELECT instance, first_day, last_day, " SAID " FROM sender";

static const char put_sender[] =
    "INSERT INTO sender (instance, first_day, last_day, " SAID
    ", batches, observations, refused) VALUES (?1, ?2, ?3, ?, ?, ?, ?, ?"
    SW_FOR_EACH_COUNTER(PARAMETER) ", 0, 0, 0) "
    "ON CONFLICT DO UPDATE SET last_sequence = excluded.last_sequence, "
    "sent_day = excluded.sent_day, resolver = excluded.resolver, "
    "software = excluded.software, key_id = excluded.key_id"
    SW_FOR_EACH_COUNTER(REPLACE) " WHERE (excluded.last_sequence, "
    "excluded.sent_day, excluded.resolver, excluded.software, "
    "excluded.key_id" SW_FOR_EACH_COUNTER(THEIRS) ") > (" SAID ")";

static const char put_days[] =
    "UPDATE sender SET first_day = min(first_day, ?2), "
    "last_day = max(last_day, ?3) WHERE instance = ?1";

/* What it received itself, and what it has from others. */
static const char select_receipts[] =
    "SELECT instance, (SELECT id FROM database), "
    "batches - ifnull((SELECT sum(batches) FROM receipt AS r "
    "WHERE r.instance = s.instance), 0), "
    "observations - ifnull((SELECT sum(observations) FROM receipt AS r "
    "WHERE r.instance = s.instance), 0), "
    "refused - ifnull((SELECT sum(refused) FROM receipt AS r "
    "WHERE r.instance = s.instance), 0) FROM sender AS s "
    "UNION ALL SELECT instance, source, batches, observations, refused "
    "FROM receipt";

/* Of what it received itself it may be nothing: that is no row. */
static const char put_receipt[] =
    "INSERT INTO receipt (instance, source, batches, observations, refused) "
    "SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?3 > 0 "
    "ON CONFLICT DO UPDATE SET batches = max(batches, excluded.batches), "
    "observations = max(observations, excluded.observations), "
    "refused = max(refused, excluded.refused)";

enum sw_result
sw_unite_senders(struct sw_unite *unite)
{
	enum sw_result result;

	result = sw_unite_table(unite, select_senders, put_sender, NULL);
	if (result == SW_OK)
		result = sw_unite_table(unite,
		    "SELECT instance, first_day, last_day FROM sender",
		    put_days, NULL);
	if (result == SW_OK)
		result = sw_unite_table(unite, select_receipts, put_receipt,
		    NULL);
	return result;
}

enum sw_result
sw_unite_sum_senders(struct sw_store *out)
{
	return sw_store_execute(out,
	    "UPDATE sender SET (batches, observations, refused) = ("
	    "SELECT ifnull(sum(batches), 0), ifnull(sum(observations), 0), "
	    "ifnull(sum(refused), 0) FROM receipt AS r "
	    "WHERE r.instance = sender.instance)");
}
