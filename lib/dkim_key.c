/* Public keys inside DKIM records: base64 and as much DER as RSA takes. */
#include "dkim_key.h"

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_SEQUENCE 0x30

#define BLANK 64
#define PADDING 65
#define BAD 66

/* What an octet stands for: a value below 64, or one of these. */
static unsigned
base64_value(uint8_t c)
{
	if (is_octet(c, SW_OCTET_ALPHA))
		return c >= 'a' ? c - 'a' + 26u : c - 'A' + 0u;
	if (is_digit(c))
		return c - '0' + 52u;
	switch (c) {
	case '+': return 62;
	case '/': return 63;
	case ' ': case '\t': case '\r': case '\n': return BLANK;
	case '=': return PADDING;
	default: return BAD;
	}
}

size_t
sw_base64_decode(struct span text, uint8_t *out, size_t size)
{
	size_t length = 0;
	unsigned digits = 0, padding = 0;
	uint32_t bits = 0;

	for (; text.at < text.end; text.at++) {
		unsigned value = base64_value(*text.at);

		if (value >= BLANK) {
			if (value == BAD)
				return 0;
			padding += value == PADDING;
			continue;
		}
		if (padding > 0)
			return 0;
		bits = bits << 6 | value;
		if (digits++ % 4 == 0)
			continue;
		if (length == size)
			return 0;
		out[length++] = (uint8_t)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	/* The grammar takes padding for optional: where it is, it must fit. */
	if (digits % 4 == 1 || (padding > 0 && padding != (4 - digits % 4) % 4))
		return 0;
	return length;
}

/* Take the value of one element off der. */
static bool
take(struct span *der, uint8_t tag, struct span *value)
{
	size_t length, octets;
	const uint8_t *at = der->at;

	if (der->end - at < 2 || at[0] != tag)
		return false;
	length = at[1];
	at += 2;
	if (length > 0x80) {
		octets = length & 0x7f;
		if (octets > 2 || (size_t)(der->end - at) < octets)
			return false;
		for (length = 0; octets > 0; octets--)
			length = length << 8 | *at++;
	} else if (length == 0x80) {
		return false;
	}
	if ((size_t)(der->end - at) < length)
		return false;
	*value = (struct span){ at, at + length };
	der->at = at + length;
	return true;
}

/* The bits of a positive INTEGER, or 0. */
static unsigned
integer_bits(struct span integer)
{
	unsigned bits;

	if (integer.at == integer.end || *integer.at > 0x7f)
		return 0;
	while (integer.at < integer.end && *integer.at == 0)
		integer.at++;
	if (integer.at == integer.end)
		return 0;
	bits = 8 * (unsigned)span_length(integer);
	for (uint8_t top = *integer.at; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

/* RSAPublicKey: modulus and exponent, which is odd and more than 1. */
static unsigned
rsa_public_key_bits(struct span der)
{
	struct span sequence, modulus, exponent;

	if (!take(&der, DER_SEQUENCE, &sequence) || der.at != der.end ||
	    !take(&sequence, DER_INTEGER, &modulus) ||
	    !take(&sequence, DER_INTEGER, &exponent) ||
	    sequence.at != sequence.end)
		return 0;
	if (integer_bits(exponent) < 2 || (exponent.end[-1] & 1) == 0 ||
	    integer_bits(modulus) == 0 || (modulus.end[-1] & 1) == 0)
		return 0;
	return integer_bits(modulus);
}

/* Cut a SubjectPublicKeyInfo of rsaEncryption down to its RSAPublicKey. */
static bool
open_spki(struct span der, struct span *key)
{
	static const uint8_t rsa_encryption[] = {
		0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01
	};
	struct span sequence, algorithm;

	if (!take(&der, DER_SEQUENCE, &sequence) || der.at != der.end ||
	    !take(&sequence, DER_SEQUENCE, &algorithm) ||
	    !take(&sequence, DER_BIT_STRING, key) ||
	    sequence.at != sequence.end)
		return false;
	if (span_length(algorithm) < sizeof(rsa_encryption) ||
	    memcmp(algorithm.at, rsa_encryption, sizeof(rsa_encryption)) != 0)
		return false;
	return key->at < key->end && *key->at++ == 0;
}

unsigned
sw_rsa_bits(struct span key, bool *spki)
{
	struct span inner;

	*spki = open_spki(key, &inner);
	return rsa_public_key_bits(*spki ? inner : key);
}
