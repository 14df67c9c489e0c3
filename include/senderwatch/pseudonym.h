/*
 * Keyed pseudonyms and digests (HMAC-SHA-256, RFC 2104, cut as RFC 2104
 * section 5 allows), and the key's id. Knows no file: who reads keys from
 * files is the module.
 */
#ifndef SENDERWATCH_PSEUDONYM_H
#define SENDERWATCH_PSEUDONYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/answer.h"
#include "senderwatch/observation.h"
#include "senderwatch/result.h"

#define SW_KEY_SIZE 32

struct sw_pseudonymiser;

/* Read only once it is made: threads may share it. */
enum sw_result sw_pseudonymiser_new(struct sw_pseudonymiser **pseudonymiser,
    const uint8_t key[SW_KEY_SIZE]);
/*
 * Is the key's memory locked, so that it is never written to swap space? Tries
 * once more if it is not: locks don't survive a fork().
 */
bool sw_pseudonymiser_lock(struct sw_pseudonymiser *pseudonymiser);
void sw_pseudonymiser_free(struct sw_pseudonymiser **pseudonymiser);

/* The id that travels with each batch: tells keys apart, reveals nothing. */
enum sw_result sw_key_id(const uint8_t key[SW_KEY_SIZE],
    uint8_t id[SW_KEY_ID_SIZE]);

/* Of a registrable domain in lower-case wire format. */
void sw_pseudonym(const struct sw_pseudonymiser *pseudonymiser,
    const uint8_t *subject, size_t length, uint8_t out[SW_PSEUDONYM_SIZE]);

/*
 * Of the records that verdict selected: equal for the same records in any
 * order, unlinkable between subjects since the subject is hashed with them.
 * All zero where no record is selected. SW_ERR_INVALID: not a verdict
 * on these records.
 */
enum sw_result sw_digest(const struct sw_pseudonymiser *pseudonymiser,
    const struct sw_name *name, const struct sw_rrset *records,
    const struct sw_verdict *verdict, uint8_t out[SW_DIGEST_SIZE]);

#endif
