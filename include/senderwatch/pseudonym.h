/*
 * Keyed pseudonyms (HMAC-SHA-256, RFC 2104, cut as RFC 2104 section 5 allows),
 * keyed digests, and the key's id. Knows no file: who reads keys from files is
 * the module.
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
#define SW_DIGEST_KEY_SIZE 16

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

/*
 * Of a registrable domain in lower-case wire format: the HMAC's first half.
 * digest_key: the other half, which is to go nowhere; or NULL.
 */
void sw_pseudonym(const struct sw_pseudonymiser *pseudonymiser,
    const uint8_t *subject, size_t length, uint8_t out[SW_PSEUDONYM_SIZE],
    uint8_t digest_key[SW_DIGEST_KEY_SIZE]);

/*
 * Of the records that verdict selected: the sum, modulo 2^64 and big-endian,
 * of their SipHash-2-4 under the subject's own key, to whose last octet the
 * mechanism is XORed. A record is hashed with its RDLENGTH, an MX in lower case.
 * Equal for the same records in any order; unlinkable between subjects, since
 * their keys differ. All zero where no record is selected. SW_ERR_INVALID: not
 * a verdict on these records.
 */
enum sw_result sw_digest(const uint8_t digest_key[SW_DIGEST_KEY_SIZE],
    enum sw_mechanism mechanism, const struct sw_rrset *records,
    const struct sw_verdict *verdict, uint8_t out[SW_DIGEST_SIZE]);

#endif
