/* Keyed pseudonyms, digests and key ids, by OpenSSL's EVP_MAC. */
#include "senderwatch/pseudonym.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#define MAC_SIZE 32	/* SHA-256 */

/*
 * Domain separation: a wire-format name begins with a label length of at most
 * 63, so neither of these can begin one.
 */
#define PREFIX_DIGEST 0xff
#define PREFIX_KEY_ID 0xfe

struct sw_pseudonymiser {
	EVP_MAC_CTX *mac;	/* keyed once, then started anew each time */
};

struct part {
	const void *data;
	size_t length;
};

enum sw_result
sw_pseudonymiser_new(struct sw_pseudonymiser **pseudonymiser,
    const uint8_t key[SW_KEY_SIZE])
{
	enum sw_result result = SW_ERR_MEMORY;
	char digest[] = "SHA256";
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest,
		    0),
		OSSL_PARAM_construct_end()
	};
	struct sw_pseudonymiser *made = calloc(1, sizeof(*made));
	EVP_MAC *hmac = NULL;

	*pseudonymiser = NULL;
	if (made == NULL)
		goto out;
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (hmac == NULL) {
		result = SW_ERR_UNSUPPORTED;
		goto out;
	}
	made->mac = EVP_MAC_CTX_new(hmac);
	if (made->mac == NULL ||
	    EVP_MAC_init(made->mac, key, SW_KEY_SIZE, parameters) != 1)
		goto out;
	*pseudonymiser = made;
	made = NULL;
	result = SW_OK;
out:
	EVP_MAC_free(hmac);
	sw_pseudonymiser_free(&made);
	return result;
}

void
sw_pseudonymiser_free(struct sw_pseudonymiser **pseudonymiser)
{
	if (*pseudonymiser == NULL)
		return;
	EVP_MAC_CTX_free((*pseudonymiser)->mac);	/* cleanses the key */
	free(*pseudonymiser);
	*pseudonymiser = NULL;
}

static bool
compute(struct sw_pseudonymiser *pseudonymiser, const struct part *parts,
    size_t count, uint8_t out[MAC_SIZE])
{
	EVP_MAC_CTX *mac = pseudonymiser->mac;
	size_t length = 0;

	if (EVP_MAC_init(mac, NULL, 0, NULL) != 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (EVP_MAC_update(mac, parts[i].data, parts[i].length) != 1)
			return false;
	}
	return EVP_MAC_final(mac, out, &length, MAC_SIZE) == 1 &&
	    length == MAC_SIZE;
}

enum sw_result
sw_key_id(const uint8_t key[SW_KEY_SIZE], uint8_t id[SW_KEY_ID_SIZE])
{
	static const uint8_t prefix = PREFIX_KEY_ID;
	const struct part part = { &prefix, 1 };
	struct sw_pseudonymiser *pseudonymiser = NULL;
	uint8_t mac[MAC_SIZE];
	enum sw_result result = sw_pseudonymiser_new(&pseudonymiser, key);

	if (result == SW_OK && !compute(pseudonymiser, &part, 1, mac))
		result = SW_ERR_MEMORY;
	if (result == SW_OK)
		memcpy(id, mac, SW_KEY_ID_SIZE);
	sw_pseudonymiser_free(&pseudonymiser);
	OPENSSL_cleanse(mac, sizeof(mac));
	return result;
}

enum sw_result
sw_pseudonym(struct sw_pseudonymiser *pseudonymiser, const uint8_t *subject,
    size_t length, uint8_t out[SW_PSEUDONYM_SIZE])
{
	const struct part part = { subject, length };
	uint8_t mac[MAC_SIZE];

	if (!compute(pseudonymiser, &part, 1, mac))
		return SW_ERR_MEMORY;
	memcpy(out, mac, SW_PSEUDONYM_SIZE);
	return SW_OK;
}

/*
 * An MX with its exchange in lower case: letter case that an authority plays
 * with is no change. Label lengths, at most 63, are no letters' codes.
 */
static size_t
canonical_mx(const uint8_t *rdata, size_t length, uint8_t out[2 + 2 + 255])
{
	if (length > 2 + 2 + 255)
		length = 2 + 2 + 255;
	for (size_t i = 0; i < length; i++) {
		bool letter = i >= 4 && rdata[i] >= 'A' && rdata[i] <= 'Z';

		out[i] = letter ? rdata[i] | 0x20 : rdata[i];
	}
	return length;
}

static bool
digest_one(struct sw_pseudonymiser *pseudonymiser, const struct sw_name *name,
    const uint8_t *rdata, size_t length, uint64_t *sum)
{
	const uint8_t prefix[2] = { PREFIX_DIGEST, (uint8_t)name->mechanism };
	uint8_t mx[2 + 2 + 255], mac[MAC_SIZE];
	struct part parts[] = {
		{ prefix, sizeof(prefix) },
		{ name->subject, name->subject_length },
		{ rdata, length }
	};
	uint64_t value = 0;

	if (name->mechanism == SW_MECHANISM_MX) {
		parts[2].length = canonical_mx(rdata, length, mx);
		parts[2].data = mx;
	}
	if (!compute(pseudonymiser, parts, 3, mac))
		return false;
	for (unsigned i = 0; i < SW_DIGEST_SIZE; i++)
		value = value << 8 | mac[i];
	*sum += value;
	return true;
}

enum sw_result
sw_digest(struct sw_pseudonymiser *pseudonymiser, const struct sw_name *name,
    const struct sw_rrset *records, const struct sw_verdict *verdict,
    uint8_t out[SW_DIGEST_SIZE])
{
	/* The sum of the records' digests: the order of an RRset is nothing. */
	uint64_t sum = 0;
	size_t first = 0, count = 0;

	memset(out, 0, SW_DIGEST_SIZE);
	/* A domain has many DKIM selectors; to tell them apart is no change. */
	if (name->mechanism == SW_MECHANISM_DKIM || verdict->selected == 0)
		return SW_OK;
	if (name->mechanism == SW_MECHANISM_MX) {
		count = records->count;
	} else if (verdict->selected == 1) {
		first = verdict->first;
		count = first + 1;
	}
	if (count > records->count || count > SW_RRSET_MAX)
		return SW_ERR_INVALID;
	for (size_t i = first; i < count; i++) {
		if (!digest_one(pseudonymiser, name, records->rdata[i],
		    records->length[i], &sum))
			return SW_ERR_MEMORY;
	}
	for (unsigned i = SW_DIGEST_SIZE; i-- > 0; sum >>= 8)
		out[i] = (uint8_t)sum;
	return SW_OK;
}
