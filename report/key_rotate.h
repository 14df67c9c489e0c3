/*
 * senderwatch key rotate: a new key for the old, in two steps. Both return an
 * exit status, and have said what went wrong.
 */
#ifndef SENDERWATCH_REPORT_KEY_ROTATE_H
#define SENDERWATCH_REPORT_KEY_ROTATE_H

#include <stdbool.h>

/* until, "YYYY-MM-DD", is the old key's last day; NULL: end of next month. */
int sw_key_rotate(const char *path, const char *until);
/* Destroy the old key once its day is over, or now. */
int sw_key_finish(const char *path, bool now);

#endif
