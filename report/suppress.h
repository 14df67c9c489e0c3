/*
 * Disclosure control: no row may speak of a few subjects only.
 */
#ifndef SENDERWATCH_REPORT_SUPPRESS_H
#define SENDERWATCH_REPORT_SUPPRESS_H

#include "adoption.h"

/*
 * Merge the rows that describe fewer than adoption->min_cell subjects into
 * one at the end, and with them the next smallest until the merged row stands
 * for at least two rows and for min_cell subjects: then the total minus the
 * rows that are shown gives no single row back. Rows of zero subjects stay.
 * Where even all rows together are too few, nothing is left to show:
 * adoption->withheld. Does nothing where min_cell is 0.
 */
enum sw_result sw_suppress(struct sw_adoption *adoption);

#endif
