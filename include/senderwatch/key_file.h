/*
 * Key files: the secret that turns names into pseudonyms, as 64 hex digits
 * and a newline. It lives on resolvers only.
 *
 * When a key is replaced, the old one is kept for a while in a file beside it,
 * FILE.old, with a second line that tells its last day ("until 2026-12-31"):
 * until then everything is emitted under both.
 */
#ifndef SENDERWATCH_KEY_FILE_H
#define SENDERWATCH_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/pseudonym.h"
#include "senderwatch/result.h"

/*
 * Read a key. The file must be a regular one that only its owner may write
 * and only owner and group may read (0600, 0640 or stricter), and hold 64 hex
 * digits with at most one newline after them.
 *
 * On failure key is all zero and *reason tells why (static text):
 * SW_ERR_SYSTEM where the system said no (errno tells), SW_ERR_INVALID where
 * the file is not fit to be a key.
 */
enum sw_result sw_key_read(const char *path, uint8_t key[SW_KEY_SIZE],
    const char **reason);

/* Where the old key of the key at path is: the caller frees it. NULL: ENOMEM. */
char *sw_key_old_path(const char *path);

/* As sw_key_read(); last_day: days since 1970-01-01. */
enum sw_result sw_key_read_old(const char *path, uint8_t key[SW_KEY_SIZE],
    uint32_t *last_day, const char **reason);

/*
 * Overwrite and remove the file. What the file system or the disk keeps of
 * earlier contents is beyond reach. SW_ERR_SYSTEM: errno tells.
 */
enum sw_result sw_key_destroy(const char *path);

/* "2026-12-31"; true if it is a day, and not before 1970. */
#define SW_DATE_SIZE 16
bool sw_date_parse(const char *text, uint32_t *day);
void sw_date_print(uint32_t day, char text[SW_DATE_SIZE]);

/* Lower-case hex digits and NUL. */
void sw_key_id_text(const uint8_t id[SW_KEY_ID_SIZE],
    char text[2 * SW_KEY_ID_SIZE + 1]);

#endif
