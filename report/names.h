/*
 * The list of subjects with their states, for databases of senders that send
 * plain names. Kept in memory to be sorted: about 100 bytes a subject.
 */
#ifndef SENDERWATCH_REPORT_NAMES_H
#define SENDERWATCH_REPORT_NAMES_H

#include <stdio.h>

#include "senderwatch/store.h"

struct sw_names;

/* Only subjects of the registry if one is given (borrowed), or all. */
enum sw_result sw_names_new(struct sw_names **names, const char *registry);
void sw_names_free(struct sw_names **names);

/* An sw_store_visit: argument is the list. */
enum sw_result sw_names_visit(void *argument,
    const struct sw_store_subject *subject);

/* Call once after the scan. */
void sw_names_sort(struct sw_names *names);

size_t sw_names_count(const struct sw_names *names);
/* Subjects that have only a pseudonym. */
size_t sw_names_nameless(const struct sw_names *names);

/*
 * Columns name, suffix, type, then each mechanism's outcome; CSV has more to
 * the right. Write errors stay in the file: ask ferror().
 */
enum sw_result sw_names_write_csv(const struct sw_names *names, FILE *file);
enum sw_result sw_names_write_table(const struct sw_names *names, FILE *file);

#endif
