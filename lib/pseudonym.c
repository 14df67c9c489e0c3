/*
 * Keyed pseudonyms, digests and key ids.
 *
 * HMAC by hand over libcrypto's plain SHA-256, which is deprecated in favour
 * of EVP: EVP keeps what it derives from the key in memory of its own choice,
 * which nobody can lock, allocates for each message, and serves one thread at
 * a time. This is as quick as the processor, and can't fail.
 */
#define OPENSSL_API_COMPAT 0x10100000L
#include "senderwatch/pseudonym.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sodium.h>

#define MAC_SIZE SHA256_DIGEST_LENGTH

/*
 * Domain separation: a wire-format name begins with a label length of at most
 * 63, so neither of these can begin one.
 */
#define PREFIX_DIGEST 0xff
#define PREFIX_KEY_ID 0xfe

/* Keyed once (RFC 2104 section 4), then copied and never changed. */
struct sw_pseudonymiser {
	SHA256_CTX inner;
	SHA256_CTX outer;
};

struct part {
	const void *data;
	size_t length;
};

static void
key_state(SHA256_CTX *state, const uint8_t key[SW_KEY_SIZE], uint8_t pad)
{
	uint8_t block[SHA256_CBLOCK];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < SW_KEY_SIZE; i++)
		block[i] ^= key[i];
	SHA256_Init(state);
	SHA256_Update(state, block, sizeof(block));
	OPENSSL_cleanse(block, sizeof(block));
}

enum sw_result
sw_pseudonymiser_new(struct sw_pseudonymiser **pseudonymiser,
    const uint8_t key[SW_KEY_SIZE])
{
	*pseudonymiser = NULL;
	if (sodium_init() < 0)
		return SW_ERR_UNSUPPORTED;
	/* Between pages that can't be touched, and in no core dump. */
	*pseudonymiser = sodium_malloc(sizeof(**pseudonymiser));
	if (*pseudonymiser == NULL)
		return SW_ERR_MEMORY;
	key_state(&(*pseudonymiser)->inner, key, 0x36);
	key_state(&(*pseudonymiser)->outer, key, 0x5c);
	sodium_mprotect_readonly(*pseudonymiser);
	return SW_OK;
}

bool
sw_pseudonymiser_lock(struct sw_pseudonymiser *pseudonymiser)
{
	return sodium_mlock(pseudonymiser, sizeof(*pseudonymiser)) == 0;
}

void
sw_pseudonymiser_free(struct sw_pseudonymiser **pseudonymiser)
{
	sodium_free(*pseudonymiser);	/* cleanses it; NULL is fine */
	*pseudonymiser = NULL;
}

/* What remains on the stack is of hashes, not of the key. */
static void
compute(const struct sw_pseudonymiser *pseudonymiser, const struct part *parts,
    size_t count, uint8_t out[MAC_SIZE])
{
	SHA256_CTX state = pseudonymiser->inner;

	for (size_t i = 0; i < count; i++)
		SHA256_Update(&state, parts[i].data, parts[i].length);
	SHA256_Final(out, &state);
	state = pseudonymiser->outer;
	SHA256_Update(&state, out, MAC_SIZE);
	SHA256_Final(out, &state);
}

enum sw_result
sw_key_id(const uint8_t key[SW_KEY_SIZE], uint8_t id[SW_KEY_ID_SIZE])
{
	static const uint8_t prefix = PREFIX_KEY_ID;
	const struct part part = { &prefix, 1 };
	struct sw_pseudonymiser *pseudonymiser = NULL;
	uint8_t mac[MAC_SIZE];
	enum sw_result result = sw_pseudonymiser_new(&pseudonymiser, key);

	if (result != SW_OK)
		return result;
	compute(pseudonymiser, &part, 1, mac);
	memcpy(id, mac, SW_KEY_ID_SIZE);
	sw_pseudonymiser_free(&pseudonymiser);
	return SW_OK;
}

void
sw_pseudonym(const struct sw_pseudonymiser *pseudonymiser,
    const uint8_t *subject, size_t length, uint8_t out[SW_PSEUDONYM_SIZE])
{
	const struct part part = { subject, length };
	uint8_t mac[MAC_SIZE];

	compute(pseudonymiser, &part, 1, mac);
	memcpy(out, mac, SW_PSEUDONYM_SIZE);
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

static uint64_t
digest_one(const struct sw_pseudonymiser *pseudonymiser,
    const struct sw_name *name, const uint8_t *rdata, size_t length)
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
	compute(pseudonymiser, parts, 3, mac);
	for (unsigned i = 0; i < SW_DIGEST_SIZE; i++)
		value = value << 8 | mac[i];
	return value;
}

enum sw_result
sw_digest(const struct sw_pseudonymiser *pseudonymiser,
    const struct sw_name *name, const struct sw_rrset *records,
    const struct sw_verdict *verdict, uint8_t out[SW_DIGEST_SIZE])
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
	for (size_t i = first; i < count; i++)
		sum += digest_one(pseudonymiser, name, records->rdata[i],
		    records->length[i]);
	for (unsigned i = SW_DIGEST_SIZE; i-- > 0; sum >>= 8)
		out[i] = (uint8_t)sum;
	return SW_OK;
}
