/* What the files of "senderwatch explain" share. */
#ifndef SENDERWATCH_REPORT_EXPLAIN_H
#define SENDERWATCH_REPORT_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <ldns/ldns.h>

#include "senderwatch/answer.h"
#include "senderwatch/name.h"
#include "senderwatch/result.h"

/* RDATA as struct sw_rrset wants it; owns what it points to. */
struct sw_rdata_list {
	uint8_t *rdata[SW_RRSET_MAX + 1];
	size_t length[SW_RRSET_MAX + 1];
	size_t count;
};

/*
 * Add a record: text for people, of type SW_TYPE_MX ("10 mx.example.") or
 * SW_TYPE_TXT (quoted strings, or one string without quotes, which is taken
 * as it is). SW_ERR_INVALID: it can't be read; SW_ERR_UNSUPPORTED: too many.
 */
enum sw_result sw_rdata_list_add_text(struct sw_rdata_list *list,
    uint16_t type, const char *text);
enum sw_result sw_rdata_list_add_rr(struct sw_rdata_list *list,
    const ldns_rr *rr);
void sw_rdata_list_fini(struct sw_rdata_list *list);
struct sw_rrset sw_rdata_list_rrset(const struct sw_rdata_list *list);

/* "final=fail sources=direct", or "-" where nothing is stated. */
void sw_explain_features(FILE *out, enum sw_mechanism mechanism,
    uint64_t features);

/* The same as an object; values without a name are numbers. NULL: no memory. */
json_t *sw_explain_features_json(enum sw_mechanism mechanism,
    uint64_t features);

/* All that is known of one lookup, a line a fact. */
void sw_explain_lookup(FILE *out, const struct sw_name *name,
    const struct sw_answer *answer, const struct sw_verdict *verdict);

/*
 * A line a lookup, for every watched one that a zone file answers: mechanism,
 * subject, outcome, features, name, and why, between tabs. Aliases inside the
 * zone are followed; what a wildcard answers is said to be so. *reason
 * (static text) says what is wrong with the file, on line *line.
 */
enum sw_result sw_explain_zone(FILE *out, const struct sw_suffixes *suffixes,
    const char *path, const char *origin, int *line, const char **reason);

#endif
