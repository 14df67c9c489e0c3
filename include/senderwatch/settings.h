/*
 * "name = value" files, read with inih, the same for module and collector.
 */
#ifndef SENDERWATCH_SETTINGS_H
#define SENDERWATCH_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "senderwatch/result.h"

/*
 * Called for each setting; returns NULL, or what is wrong with it (static
 * text or text that lives as long as argument).
 */
typedef const char *(*sw_setting_handler)(void *argument, const char *name,
    const char *value);

/* Called for each bad line; line is counted from 1, 0 for the whole file. */
typedef void (*sw_setting_complaint)(void *argument, const char *path,
    unsigned line, const char *text);

/*
 * Read the file and complain of every bad line, not only the first.
 * SW_ERR_INVALID if there was one, SW_ERR_SYSTEM if it can't be read.
 */
enum sw_result sw_settings_read(const char *path, sw_setting_handler handler,
    sw_setting_complaint complain, void *argument);

/* Values; false where they are malformed or out of [low, high]. */
bool sw_setting_unsigned(const char *value, unsigned long low,
    unsigned long high, unsigned long *out);
bool sw_setting_bool(const char *value, bool *out);	/* yes, no */

#endif
