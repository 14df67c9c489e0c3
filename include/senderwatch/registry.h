/*
 * Registry tables: which registry type a public suffix belongs to.
 *
 * A table is text, so that an operator can extend it; one table a top-level
 * domain. senderwatch-registry(5) says what it is made of.
 *
 * Tables are immutable once parsed and may be shared by threads.
 */
#ifndef SENDERWATCH_REGISTRY_H
#define SENDERWATCH_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "senderwatch/result.h"

struct sw_registry;

struct sw_registry_type {
	char *name;	/* "GEOGRAPHIC" */
	char *group;	/* "REGIONAL"; equals name where the table says nothing */
};

/*
 * Parse a table of length bytes. On failure *line tells the line, counted
 * from 1, and *reason why (static text).
 */
enum sw_result sw_registry_parse(struct sw_registry **registry,
    const char *text, size_t length, unsigned *line, const char **reason);
void sw_registry_free(struct sw_registry **registry);

/* The top-level domain, "jp". */
const char *sw_registry_tld(const struct sw_registry *registry);

/* Types in the table's order; NULL past the end. */
const struct sw_registry_type *sw_registry_type(
    const struct sw_registry *registry, size_t index);
/* The type of that name, or NULL. */
const struct sw_registry_type *sw_registry_find_type(
    const struct sw_registry *registry, const char *name);
/* How a type or group reads in a language ("ja"); its name if not said. */
const char *sw_registry_label(const struct sw_registry *registry,
    const char *name, const char *language);

/*
 * Does label.X.suffix count as registered, for any X? Lower case.
 */
bool sw_registry_is_deeper(const struct sw_registry *registry,
    const char *label, size_t label_length, const char *suffix);

/*
 * The type of the registrable domain name under its public suffix, both
 * lower-case A-labels without a final dot; NULL where the table has none.
 * *region is the suffix that is reported: the public suffix, or the domain
 * that the table puts it under, since a suffix of two domains would all but
 * name them. It points into suffix. Allocates nothing.
 */
const struct sw_registry_type *sw_registry_classify(
    const struct sw_registry *registry, const char *name, const char *suffix,
    const char **region);

/* The same of the suffix alone, whatever stands before it. */
const struct sw_registry_type *sw_registry_suffix_type(
    const struct sw_registry *registry, const char *suffix,
    const char **region);
const struct sw_registry_type *sw_registry_default_type(
    const struct sw_registry *registry, bool idn);

/* Does the table know single names, or deeper labels, under a suffix? */
bool sw_registry_has_names(const struct sw_registry *registry,
    const char *suffix);
bool sw_registry_has_deeper(const struct sw_registry *registry,
    const char *suffix);

/* Tables that come with the program: text and length, NULL past the end. */
struct sw_registry_builtin {
	const char *tld;
	const char *text;
	size_t length;
};
extern const struct sw_registry_builtin sw_registry_builtins[];
extern const size_t sw_registry_builtin_count;

#endif
