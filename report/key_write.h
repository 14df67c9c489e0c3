/*
 * Making keys and writing key files. All say themselves what is wrong.
 */
#ifndef SENDERWATCH_REPORT_KEY_WRITE_H
#define SENDERWATCH_REPORT_KEY_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "senderwatch/pseudonym.h"
#include "senderwatch/result.h"

/* Whose a file is to be; change: if not, the caller's. */
struct sw_key_owner {
	mode_t mode;
	bool change;
	uid_t user;
	gid_t group;
};

bool sw_key_make(uint8_t key[SW_KEY_SIZE]);

/*
 * Write a key to a file that must not be there yet, and the day after which it
 * is destroyed, or NULL. Durable when it returns true; else there is no file.
 */
bool sw_key_write(const char *path, const uint8_t key[SW_KEY_SIZE],
    const uint32_t *last_day, const struct sw_key_owner *owner);

/* What is wrong with a file that sw_key_read() refused. */
void sw_key_complain(const char *path, enum sw_result result,
    const char *reason);

#endif
