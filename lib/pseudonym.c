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
_Static_assert(SW_PSEUDONYM_SIZE + SW_DIGEST_KEY_SIZE == MAC_SIZE,
    "pseudonym and digest key are the MAC's halves");
_Static_assert(SW_DIGEST_KEY_SIZE == crypto_shorthash_KEYBYTES &&
    SW_DIGEST_SIZE == crypto_shorthash_BYTES, "digests are SipHash-2-4");

/*
 * Domain separation: a wire-format name begins with a label length of at most
 * 63, so this can't begin one.
 */
#define PREFIX_KEY_ID 0xfe

/* Keyed once (RFC 2104 section 4), then copied and never changed. */
struct sw_pseudonymiser {
	SHA256_CTX inner;
	SHA256_CTX outer;
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
compute(const struct sw_pseudonymiser *pseudonymiser, const void *data,
    size_t length, uint8_t out[MAC_SIZE])
{
	SHA256_CTX state = pseudonymiser->inner;

	SHA256_Update(&state, data, length);
	SHA256_Final(out, &state);
	state = pseudonymiser->outer;
	SHA256_Update(&state, out, MAC_SIZE);
	SHA256_Final(out, &state);
}

enum sw_result
sw_key_id(const uint8_t key[SW_KEY_SIZE], uint8_t id[SW_KEY_ID_SIZE])
{
	static const uint8_t prefix = PREFIX_KEY_ID;
	struct sw_pseudonymiser *pseudonymiser = NULL;
	uint8_t mac[MAC_SIZE];
	enum sw_result result = sw_pseudonymiser_new(&pseudonymiser, key);

	if (result != SW_OK)
		return result;
	compute(pseudonymiser, &prefix, 1, mac);
	memcpy(id, mac, SW_KEY_ID_SIZE);
	sw_pseudonymiser_free(&pseudonymiser);
	return SW_OK;
}

void
sw_pseudonym(const struct sw_pseudonymiser *pseudonymiser,
    const uint8_t *subject, size_t length, uint8_t out[SW_PSEUDONYM_SIZE],
    uint8_t digest_key[SW_DIGEST_KEY_SIZE])
{
	uint8_t mac[MAC_SIZE];

	compute(pseudonymiser, subject, length, mac);
	memcpy(out, mac, SW_PSEUDONYM_SIZE);
	if (digest_key != NULL)
		memcpy(digest_key, mac + SW_PSEUDONYM_SIZE,
		    SW_DIGEST_KEY_SIZE);
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
digest_one(const uint8_t digest_key[SW_DIGEST_KEY_SIZE],
    enum sw_mechanism mechanism, const uint8_t *rdata, size_t length)
{
	uint8_t mx[2 + 2 + 255], hash[crypto_shorthash_BYTES];
	uint8_t key[SW_DIGEST_KEY_SIZE];
	uint64_t value = 0;

	/* Equal records of two mechanisms differ. */
	memcpy(key, digest_key, sizeof(key));
	key[sizeof(key) - 1] ^= (uint8_t)mechanism;
	if (mechanism == SW_MECHANISM_MX) {
		length = canonical_mx(rdata, length, mx);
		rdata = mx;
	}
	crypto_shorthash(hash, rdata, length, key);
	/* Little-endian: the same on every machine. */
	for (unsigned i = sizeof(hash); i-- > 0;)
		value = value << 8 | hash[i];
	return value;
}

enum sw_result
sw_digest(const uint8_t digest_key[SW_DIGEST_KEY_SIZE],
    enum sw_mechanism mechanism, const struct sw_rrset *records,
    const struct sw_verdict *verdict, uint8_t out[SW_DIGEST_SIZE])
{
	/* The sum of the records' digests: the order of an RRset is nothing. */
	uint64_t sum = 0;
	size_t first = 0, count = 0;

	memset(out, 0, SW_DIGEST_SIZE);
	/* A domain has many DKIM selectors; to tell them apart is no change. */
	if (mechanism == SW_MECHANISM_DKIM || verdict->selected == 0)
		return SW_OK;
	if (mechanism == SW_MECHANISM_MX) {
		count = records->count;
	} else if (verdict->selected == 1) {
		first = verdict->first;
		count = first + 1;
	}
	if (count > records->count || count > SW_RRSET_MAX)
		return SW_ERR_INVALID;
	for (size_t i = first; i < count; i++)
		sum += digest_one(digest_key, mechanism, records->rdata[i],
		    records->length[i]);
	for (unsigned i = SW_DIGEST_SIZE; i-- > 0; sum >>= 8)
		out[i] = (uint8_t)sum;
	return SW_OK;
}
