/*
 * Key files: the secret that turns names into pseudonyms, as 64 hex digits
 * and a newline. It lives on resolvers only.
 */
#ifndef SENDERWATCH_KEY_FILE_H
#define SENDERWATCH_KEY_FILE_H

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

#endif
