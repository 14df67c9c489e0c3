/* Public keys inside DKIM records. */
#ifndef SENDERWATCH_LIB_DKIM_KEY_H
#define SENDERWATCH_LIB_DKIM_KEY_H

#include "span.h"

/*
 * Decode base64 (RFC 4648 section 4) with white space anywhere (RFC 6376
 * section 2.10). Returns the number of octets, or 0 where it is malformed,
 * empty, or does not fit.
 */
size_t sw_base64_decode(struct span text, uint8_t *out, size_t size);

/*
 * The bits of an RSA modulus, or 0 where key is no RSA public key: a DER
 * SubjectPublicKeyInfo (RFC 5280 section 4.1), as everybody publishes, or a
 * bare RSAPublicKey (RFC 8017 appendix A.1.1), as RFC 6376 section 3.6.1 says.
 */
unsigned sw_rsa_bits(struct span key, bool *spki);

#endif
