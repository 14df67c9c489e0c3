/*
 * One pass over the database: figures for each group that subjects belong to,
 * by registry type, by public suffix, or by a cohort's groups, of a period or
 * of several months. All tables of domains are made from these; memory goes
 * with the number of groups and months, not of subjects.
 */
#ifndef SENDERWATCH_REPORT_TALLY_H
#define SENDERWATCH_REPORT_TALLY_H

#include "cohort.h"
#include "figures.h"

struct sw_tally;

/* A subject that is to be counted. */
struct sw_waiting {
	uint16_t class;
	uint8_t month;
	struct sw_sighted sighted;
};

#define SW_TALLY_MONTHS_MAX 12

/*
 * Subjects wait and are counted in a run, since each touches much of the
 * figures: of thousands of cells these are in no cache, unlike the last one
 * waiting.
 */
#define SW_WAITING_MAX 64	/* a month of the tally */

struct sw_tally_cell {
	char *suffix;	/* printable ASCII, whatever the database holds; "" */
	char *registry;	/* where the table is not by suffix */
	char *type;
	char *group;	/* of the cohort, as the list spells it, or "" */
	struct sw_figures *figures;	/* by month */
	size_t waiting_count;	/* 0 once sorted */
	struct sw_waiting *waiting;
};

/*
 * Of 1 to SW_TALLY_MONTHS_MAX months, or periods. The scheme and the cohort
 * (for SW_BY_COHORT) outlive the tally.
 */
enum sw_result sw_tally_new(struct sw_tally **tally,
    const struct sw_scheme *scheme, enum sw_by by,
    const struct sw_cohort *cohort, size_t months);
void sw_tally_free(struct sw_tally **tally);

/* About as many octets as a group takes a month. */
size_t sw_tally_room(const struct sw_scheme *scheme);

/* An sw_store_visit: argument is a tally of one month. */
enum sw_result sw_tally_visit(void *argument,
    const struct sw_store_subject *subject);
/* The same of a subject's states in a month of several. */
enum sw_result sw_tally_add(struct sw_tally *tally,
    const struct sw_store_subject *subject, size_t month,
    const struct sw_store_state *states);
/* An sw_store_visit_volume; nothing by cohort, whose subjects have none. */
struct sw_tally_month {
	struct sw_tally *tally;
	size_t month;
};
enum sw_result sw_tally_visit_volume(void *argument,
    const struct sw_store_volume *volume);

/*
 * Call once after the scan: counts what waits, and puts the cells in order of
 * suffix and type.
 */
enum sw_result sw_tally_sort(struct sw_tally *tally);

size_t sw_tally_cell_count(const struct sw_tally *tally);
const struct sw_tally_cell *sw_tally_cell(const struct sw_tally *tally,
    size_t index);

#endif
