/*
 * The keys of the pseudonyms: the one in use, and for the time that it was
 * announced for, the one before. Threads may use them at once.
 */
#ifndef SENDERWATCH_MODULE_KEYS_H
#define SENDERWATCH_MODULE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "module/log.h"
#include "module/table.h"
#include "senderwatch/answer.h"
#include "senderwatch/observation.h"
#include "senderwatch/pseudonym.h"
#include "senderwatch/result.h"

/* As the table knows them. */
#define SW_KEY_CURRENT 0
#define SW_KEY_OLD 1

struct sw_keys;

/*
 * Read the key file, and the old key's beside it if there is one. path may be
 * NULL where names are plain: then a fixed key serves, since there is nothing
 * to hide, and its id is all zero. Says through log what is wrong.
 */
enum sw_result sw_keys_new(struct sw_keys **keys, const char *path,
    sw_log_function log);
void sw_keys_free(struct sw_keys **keys);

/* In a process that was forked: locks on memory are not inherited. */
void sw_keys_lock(struct sw_keys *keys, sw_log_function log);

/* Is the old key one that observations of this day are emitted under too? */
bool sw_keys_is_old_used(const struct sw_keys *keys, uint32_t day);

/* False for the old key where it is gone. */
bool sw_keys_has_old(const struct sw_keys *keys);
uint32_t sw_keys_last_day(const struct sw_keys *keys);
const uint8_t *sw_keys_id(const struct sw_keys *keys, unsigned key);

/* What is known of a subject, and what the HMAC under the key in use makes of it. */
struct sw_alias {
	uint64_t tag;	/* of the subject, for whoever keeps it */
	bool registrable;	/* the list was asked, and says so */
	bool grouped;	/* group is set */
	bool made;	/* what follows it is */
	uint32_t group;
	uint8_t pseudonym[SW_PSEUDONYM_SIZE];
	uint8_t digest_key[SW_DIGEST_KEY_SIZE];
};

/*
 * Fill in subject and digest. Under the key in use, alias, if not NULL, is used
 * where it was made, else made. False if the key is gone, or the verdict is not
 * one on these records.
 */
bool sw_keys_make(struct sw_keys *keys, unsigned key,
    const struct sw_name *name, const struct sw_rrset *records,
    const struct sw_verdict *verdict, struct sw_observation *observation,
    struct sw_alias *alias);

/*
 * If the old key's last day has been over for SW_OLD_KEY_LINGERS_MS, forget the
 * key and destroy its file: look-ups of the last day may wait to be judged when
 * it ends. True if that was just now. now_ms: of a clock that is never set.
 * Does I/O: for the sender's thread only.
 */
#define SW_OLD_KEY_LINGERS_MS 5000
bool sw_keys_end_old(struct sw_keys *keys, uint32_t day, uint64_t now_ms,
    sw_log_function log);

#endif
