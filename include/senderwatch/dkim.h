/*
 * DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463).
 */
#ifndef SENDERWATCH_DKIM_H
#define SENDERWATCH_DKIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a record is no working key, the one evidence that DKIM is in use. */
enum sw_dkim_error {
	SW_DKIM_ERROR_NONE = 0,
	SW_DKIM_ERROR_VERSION,	/* v is there, but not first or not DKIM1 */
	SW_DKIM_ERROR_TAGS,	/* no tag-list, or a tag is there twice: 3.2 */
	SW_DKIM_ERROR_NO_KEY,	/* no p: no key record at all */
	SW_DKIM_ERROR_REVOKED,	/* p is empty: 3.6.1 */
	SW_DKIM_ERROR_TYPE,	/* k is neither rsa nor ed25519 */
	SW_DKIM_ERROR_HASH,	/* h has no sha256: RFC 8301 3.1 */
	SW_DKIM_ERROR_SERVICE,	/* s has neither "*" nor "email" */
	SW_DKIM_ERROR_BASE64,	/* p can't be decoded */
	SW_DKIM_ERROR_KEY,	/* p is no key of that type */
	SW_DKIM_ERROR_SHORT	/* RSA under 1024 bits: RFC 8301 3.2 */
};

enum sw_dkim_key {
	SW_DKIM_KEY_RSA_1024 = 1,	/* 1024 to 2047 bits */
	SW_DKIM_KEY_RSA_2048 = 2,	/* 2048 to 4095 */
	SW_DKIM_KEY_RSA_4096 = 3,	/* 4096 and more */
	SW_DKIM_KEY_ED25519 = 4
};

/* Features */
#define SW_DKIM_KEY 0		/* enum sw_dkim_key */
#define SW_DKIM_TESTING 1	/* 2: t has y; else 1 */

struct sw_dkim {
	enum sw_dkim_error error;
	bool ed25519;		/* else RSA */
	unsigned bits;		/* of the RSA modulus, also where too short */
	bool spki;		/* RSA as SubjectPublicKeyInfo, not bare */
	bool version;		/* v=DKIM1 is there */
	bool testing;		/* t=y */
	bool strict;		/* t=s */
	bool sha1;		/* h admits sha1, or is not there */
	bool notes;		/* n is there */
	size_t unknown;		/* tags of unknown names: ignored */
};

/* Larger keys, decoded, are not looked at: SW_DKIM_ERROR_KEY. */
#define SW_DKIM_KEY_MAX 2304	/* RSA of 16,384 bits takes 2,086 octets */

/*
 * Is this a key record: one that begins with v=DKIM1, or one without v that
 * has a p? Others under _domainkey are policies or wildcards for something
 * else (3.6.1). Several key records at one name are undefined (3.6.2.2).
 */
bool sw_dkim_is_record(const uint8_t *text, size_t length);

/*
 * Parse any TXT record found under _domainkey. Total over all inputs, linear,
 * allocates nothing. The fields that describe the key are valid as far as the
 * parser got.
 */
void sw_dkim_parse(const uint8_t *text, size_t length, struct sw_dkim *dkim);

/* 0 where there is no working key. */
uint64_t sw_dkim_features(const struct sw_dkim *dkim);

/* Static text. */
const char *sw_dkim_error_text(enum sw_dkim_error error);

#endif
