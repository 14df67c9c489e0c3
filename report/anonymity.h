/*
 * How many subjects share what is stored of them: whether features could name
 * a domain to somebody who knows its records.
 */
#ifndef SENDERWATCH_REPORT_ANONYMITY_H
#define SENDERWATCH_REPORT_ANONYMITY_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "senderwatch/store.h"

#define SW_ANONYMITY_SMALL 10	/* a tuple of fewer subjects is small */

struct sw_anonymity;

/* Keeps one entry a different tuple. */
enum sw_result sw_anonymity_new(struct sw_anonymity **anonymity);
void sw_anonymity_free(struct sw_anonymity **anonymity);

/* An sw_store_visit: argument is the struct. */
enum sw_result sw_anonymity_visit(void *argument,
    const struct sw_store_subject *subject);

/*
 * A line a mechanism, and one for all mechanisms of a subject together, which
 * is what an observer with a scan of the DNS would compare. Write errors stay
 * in the file.
 */
void sw_anonymity_write(const struct sw_anonymity *anonymity, FILE *file);

/* Every tuple of one mechanism, smallest first, with how many share it. */
enum sw_result sw_anonymity_write_tuples(const struct sw_anonymity *anonymity,
    FILE *file);

/* Both once more, as JSON: a line a mechanism, or an array of the tuples. */
json_t *sw_anonymity_json(const struct sw_anonymity *anonymity);
json_t *sw_anonymity_tuples_json(const struct sw_anonymity *anonymity);

#endif
