/* senderwatch explain --zone: every watched lookup that a zone answers. */
#include "senderwatch-config.h"
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 16	/* aliases that are followed */

/* The zone's records in canonical order (RFC 4034 section 6.1). */
struct zone {
	ldns_zone *zone;
	ldns_rdf *apex;
	ldns_rr **records;
	size_t count;
	const struct sw_suffixes *suffixes;
};

/* What the zone answers to a lookup. */
struct reply {
	struct sw_answer answer;
	struct sw_rdata_list list;
	bool wildcard;
	bool elsewhere;	/* an alias or a delegation leads out of the zone */
};

static int
compare(const void *left, const void *right)
{
	return ldns_dname_compare(ldns_rr_owner(*(ldns_rr *const *)left),
	    ldns_rr_owner(*(ldns_rr *const *)right));
}

/* The first record whose owner is not before name. */
static size_t
find(const struct zone *zone, const ldns_rdf *name)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ldns_dname_compare(ldns_rr_owner(zone->records[middle]),
		    name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does the name exist, by a record of its own or one below it? */
static bool
exists(const struct zone *zone, const ldns_rdf *name)
{
	size_t i = find(zone, name);

	if (i == zone->count)
		return false;
	return ldns_dname_compare(ldns_rr_owner(zone->records[i]), name) == 0 ||
	    ldns_dname_is_subdomain(ldns_rr_owner(zone->records[i]), name);
}

/* The record of type at name from index *i on; NULL past the last. */
static const ldns_rr *
next_at(const struct zone *zone, const ldns_rdf *name, ldns_rr_type type,
    size_t *i)
{
	for (; *i < zone->count; (*i)++) {
		const ldns_rr *rr = zone->records[*i];

		if (ldns_dname_compare(ldns_rr_owner(rr), name) != 0)
			break;
		if (ldns_rr_get_type(rr) == type) {
			(*i)++;
			return rr;
		}
	}
	return NULL;
}

static const ldns_rr *
first_at(const struct zone *zone, const ldns_rdf *name, ldns_rr_type type)
{
	size_t i = find(zone, name);

	return next_at(zone, name, type, &i);
}

/* Is name at or below a zone cut? */
static bool
is_delegated(const struct zone *zone, const ldns_rdf *name)
{
	ldns_rdf *at = ldns_rdf_clone(name);
	bool delegated = false;

	while (at != NULL && !delegated &&
	    ldns_dname_is_subdomain(at, zone->apex)) {
		ldns_rdf *parent = ldns_dname_left_chop(at);

		delegated = first_at(zone, at, LDNS_RR_TYPE_NS) != NULL;
		ldns_rdf_deep_free(at);
		at = parent;
	}
	ldns_rdf_deep_free(at);
	return delegated;
}

/* "*." and the closest ancestor that exists (RFC 4592), or NULL. */
static ldns_rdf *
source_of_synthesis(const struct zone *zone, const ldns_rdf *name)
{
	ldns_rdf *at = ldns_dname_left_chop(name), *source = NULL;

	while (at != NULL && !exists(zone, at)) {
		ldns_rdf *parent = ldns_dname_left_chop(at);

		ldns_rdf_deep_free(at);
		at = parent;
	}
	if (at != NULL) {
		source = ldns_dname_new_frm_str("*");
		if (source != NULL && ldns_dname_cat(source, at) !=
		    LDNS_STATUS_OK) {
			ldns_rdf_deep_free(source);
			source = NULL;
		}
	}
	ldns_rdf_deep_free(at);
	return source;
}

static enum sw_result
add_records(const struct zone *zone, const ldns_rdf *owner, ldns_rr_type type,
    struct reply *reply)
{
	enum sw_result result = SW_OK;
	size_t i = find(zone, owner);
	const ldns_rr *rr;

	while (result == SW_OK &&
	    (rr = next_at(zone, owner, type, &i)) != NULL)
		result = sw_rdata_list_add_rr(&reply->list, rr);
	/* One more than are looked at is enough to say so. */
	return result == SW_ERR_UNSUPPORTED ? SW_OK : result;
}

/*
 * Answer from one owner: true with *alias set where it leads on. The alias
 * is borrowed from the zone.
 */
static enum sw_result
answer_at(const struct zone *zone, const ldns_rdf *name, ldns_rr_type type,
    struct reply *reply, const ldns_rdf **alias)
{
	ldns_rdf *source = NULL;
	const ldns_rdf *owner = name;
	enum sw_result result = SW_OK;
	const ldns_rr *cname;

	*alias = NULL;
	if (!ldns_dname_is_subdomain(name, zone->apex) &&
	    ldns_dname_compare(name, zone->apex) != 0) {
		reply->elsewhere = true;
		return SW_OK;
	}
	if (is_delegated(zone, name)) {
		reply->elsewhere = true;
		return SW_OK;
	}
	if (!exists(zone, name)) {
		source = source_of_synthesis(zone, name);
		if (source == NULL || !exists(zone, source)) {
			reply->answer.rcode = SW_RCODE_NXDOMAIN;
			goto out;
		}
		owner = source;
		reply->wildcard = true;
	}
	cname = first_at(zone, owner, LDNS_RR_TYPE_CNAME);
	if (cname != NULL) {
		reply->answer.cname = true;
		*alias = ldns_rr_rdf(cname, 0);
		goto out;
	}
	result = add_records(zone, owner, type, reply);
out:
	ldns_rdf_deep_free(source);
	return result;
}

static enum sw_result
answer(const struct zone *zone, const ldns_rdf *name, ldns_rr_type type,
    struct reply *reply)
{
	enum sw_result result = SW_OK;

	for (unsigned i = 0; name != NULL && result == SW_OK; i++) {
		if (i == CHAIN_MAX) {
			reply->elsewhere = true;
			break;
		}
		result = answer_at(zone, name, type, reply, &name);
	}
	reply->answer.records = sw_rdata_list_rrset(&reply->list);
	reply->answer.soa = ldns_rdf_data(zone->apex);
	reply->answer.soa_length = ldns_rdf_size(zone->apex);
	return result;
}

static void
print(FILE *out, const struct sw_name *name, const ldns_rdf *asked,
    const struct reply *reply)
{
	char subject[SW_NAME_TEXT_MAX] = "?", text[SW_NAME_TEXT_MAX] = "?";
	struct sw_verdict verdict;

	if (reply->elsewhere)
		verdict = (struct sw_verdict){ .reason = "not in this zone",
		    .section = "RFC 1034 4.3.2" };
	else
		sw_answer_judge(name, &reply->answer, &verdict);
	sw_name_to_text(name->subject, name->subject_length, subject,
	    sizeof(subject));
	sw_name_to_text(ldns_rdf_data(asked), ldns_rdf_size(asked), text,
	    sizeof(text));
	fprintf(out, "%s\t%s\t%s\t", sw_mechanism_text(name->mechanism),
	    subject, sw_outcome_text(verdict.outcome));
	sw_explain_features(out, name->mechanism, verdict.features);
	fprintf(out, "\t%s\t%s%s%s (%s)\n", text, verdict.reason,
	    reply->answer.cname ? ", by an alias" : "",
	    reply->wildcard ? ", from a wildcard" : "", verdict.section);
}

/* One lookup, if it is watched. */
static enum sw_result
explain(FILE *out, const struct zone *zone, const ldns_rdf *asked,
    uint16_t type)
{
	struct reply reply = { .list.count = 0 };
	enum sw_result result = SW_OK;
	struct sw_name name;

	if (sw_name_match(zone->suffixes, ldns_rdf_data(asked),
	    ldns_rdf_size(asked), type, &name) == SW_MECHANISM_NONE)
		return SW_OK;
	result = answer(zone, asked, type == SW_TYPE_MX ? LDNS_RR_TYPE_MX :
	    LDNS_RR_TYPE_TXT, &reply);
	if (result == SW_OK)
		print(out, &name, asked, &reply);
	sw_rdata_list_fini(&reply.list);
	return result;
}

/* The lookups that mail makes of a subject, whatever the zone holds. */
static enum sw_result
explain_subject(FILE *out, const struct zone *zone, const ldns_rdf *subject)
{
	static const char *const prefixes[] = { "_dmarc", "_mta-sts",
		"_smtp._tls", "default._bimi" };
	enum sw_result result = explain(out, zone, subject, SW_TYPE_MX);

	if (result == SW_OK)
		result = explain(out, zone, subject, SW_TYPE_TXT);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) &&
	    result == SW_OK; i++) {
		ldns_rdf *asked = ldns_dname_new_frm_str(prefixes[i]);

		result = SW_ERR_MEMORY;
		if (asked != NULL && ldns_dname_cat(asked, subject) ==
		    LDNS_STATUS_OK)
			result = explain(out, zone, asked, SW_TYPE_TXT);
		ldns_rdf_deep_free(asked);
	}
	return result;
}

/*
 * Owners are in canonical order, so that a subject comes before all names
 * below it: its standard lookups are made when it changes.
 */
static enum sw_result
explain_owner(FILE *out, const struct zone *zone, const ldns_rdf *owner,
    ldns_rdf **subject)
{
	enum sw_mechanism mechanism;
	enum sw_result result = SW_OK;
	struct sw_name name;
	ldns_rdf *found;

	mechanism = sw_name_match(zone->suffixes, ldns_rdf_data(owner),
	    ldns_rdf_size(owner), SW_TYPE_TXT, &name);
	if (mechanism == SW_MECHANISM_NONE)
		return SW_OK;
	found = ldns_dname_new_frm_data((uint16_t)name.subject_length,
	    name.subject);
	if (found == NULL)
		return SW_ERR_MEMORY;
	if (*subject == NULL || ldns_dname_compare(*subject, found) != 0) {
		ldns_rdf_deep_free(*subject);
		*subject = found;
		result = explain_subject(out, zone, found);
	} else {
		ldns_rdf_deep_free(found);
	}
	if (result == SW_OK && mechanism == SW_MECHANISM_DKIM)
		result = explain(out, zone, owner, SW_TYPE_TXT);
	return result;
}

static enum sw_result
explain_owners(FILE *out, const struct zone *zone)
{
	enum sw_result result = SW_OK;
	ldns_rdf *subject = NULL;

	for (size_t i = 0; i < zone->count && result == SW_OK; i++) {
		const ldns_rdf *owner = ldns_rr_owner(zone->records[i]);

		if (i > 0 && ldns_dname_compare(owner,
		    ldns_rr_owner(zone->records[i - 1])) == 0)
			continue;
		result = explain_owner(out, zone, owner, &subject);
	}
	ldns_rdf_deep_free(subject);
	return result;
}

static enum sw_result
read_zone(struct zone *zone, const char *path, const char *origin, int *line,
    const char **reason)
{
	ldns_rdf *name = NULL;
	ldns_status status;
	FILE *file;

	file = fopen(path, "r");
	if (file == NULL)
		return SW_ERR_SYSTEM;
	if (origin != NULL)
		name = ldns_dname_new_frm_str(origin);
	status = ldns_zone_new_frm_fp_l(&zone->zone, file, name, 0,
	    LDNS_RR_CLASS_IN, line);
	ldns_rdf_deep_free(name);
	fclose(file);
	if (status != LDNS_STATUS_OK) {
		*reason = ldns_get_errorstr_by_id(status);
		return SW_ERR_INVALID;
	}
	if (ldns_zone_soa(zone->zone) == NULL) {
		*reason = "the zone has no SOA record";
		return SW_ERR_INVALID;
	}
	zone->apex = ldns_rr_owner(ldns_zone_soa(zone->zone));
	return SW_OK;
}

static enum sw_result
index_zone(struct zone *zone)
{
	const ldns_rr_list *list = ldns_zone_rrs(zone->zone);
	size_t count = ldns_rr_list_rr_count(list);

	zone->records = calloc(count + 1, sizeof(zone->records[0]));
	if (zone->records == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		zone->records[i] = ldns_rr_list_rr(list, i);
	zone->records[count] = ldns_zone_soa(zone->zone);
	zone->count = count + 1;
	qsort(zone->records, zone->count, sizeof(zone->records[0]), compare);
	return SW_OK;
}

enum sw_result
sw_explain_zone(FILE *out, const struct sw_suffixes *suffixes,
    const char *path, const char *origin, int *line, const char **reason)
{
	struct zone zone = { .suffixes = suffixes };
	enum sw_result result;

	result = read_zone(&zone, path, origin, line, reason);
	if (result == SW_OK)
		result = index_zone(&zone);
	if (result == SW_OK)
		result = explain_owners(out, &zone);
	free(zone.records);
	if (zone.zone != NULL)
		ldns_zone_deep_free(zone.zone);
	return result;
}
