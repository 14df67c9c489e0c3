/*
 * Subjects for the tests of the reports: as the counter sees them, or in a
 * database that the store itself has filled.
 */
#ifndef SW_TESTS_REPORT_POPULATION_H
#define SW_TESTS_REPORT_POPULATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../report/figures.h"
#include "senderwatch/mx.h"
#include "senderwatch/store.h"

/* Letters for states: Present, Absent, Invalid, noneXistent, "-" not known. */
struct kind {
	const char *suffix, *registry, *type;
	const char *states;	/* of MX, SPF, DMARC: "PA-"; MX "N": null MX */
	unsigned count;		/* so many such subjects */
};

/* The subject that a kind describes; the name and pseudonym stay empty. */
struct sw_store_subject make_subject(const struct kind *kind);

/* Count a subject by itself, as tallies do in runs. */
void count_subject(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_store_subject *subject);

/*
 * Write a new database: sightings on one day, subjects named
 * "sN.SUFFIX" (N counted over all) if plain, or pseudonymous.
 */
void fill_database(const char *path, const struct kind *kinds, size_t count,
    uint32_t day, bool plain);

/* The same subjects, by their numbers, on another day; new sequences. */
void fill_database_again(const char *path, const struct kind *kinds,
    size_t count, uint32_t day, uint64_t sequence);

/* Merge further subjects, other than those that a database was filled with. */
void merge_subjects(struct sw_store *store, const struct kind *kind,
    uint32_t day);

#endif
