/* What programs say of themselves in status files, for senderwatch status. */
#ifndef SENDERWATCH_REPORT_STATUS_H
#define SENDERWATCH_REPORT_STATUS_H

#include <stdbool.h>

#include <jansson.h>

/*
 * Read the file of a module ("name = value" lines) or of a collector (JSON):
 * an object either way, with "file" and "program" ("senderwatch.so" or
 * "senderwatchd"). NULL, and a message, where it can't be read. The caller
 * releases it.
 */
json_t *sw_status_load(const char *path);

/* Is all well? If not, a message says why. Adds "well". */
bool sw_status_judge(json_t *status, long long now);

/* For people, on standard output. */
void sw_status_print_module(json_t *status);
void sw_status_print_collector(const json_t *status);

/* --- For both ------------------------------------------------------------- */

/* 0 or "" where there is none of that kind. */
json_int_t sw_status_number(const json_t *status, const char *key);
const char *sw_status_string(const json_t *status, const char *key);

#define SW_STATUS_TIME_MAX 64
/* "2026-11-24 05:50:00 UTC", or "never". Returns text. */
const char *sw_status_time(json_int_t seconds, char text[SW_STATUS_TIME_MAX]);

#endif
