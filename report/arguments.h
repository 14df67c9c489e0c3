/* Values that the options of several verbs take; false where malformed. */
#ifndef SENDERWATCH_REPORT_ARGUMENTS_H
#define SENDERWATCH_REPORT_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

/* "2026-11", or "2026-10:2026-11" in this order, as the numbers YYYYMM. */
bool sw_argument_period(const char *value, uint32_t *first, uint32_t *last);
/* How many domains a figure must be of. */
bool sw_argument_min_cell(const char *value, int64_t *min_cell);

#endif
