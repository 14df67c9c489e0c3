/*
 * TXT records as the one text that all mail mechanisms read them as: the
 * character-strings joined without a space (RFC 7208 section 3.3, RFC 9989
 * section 4.5, RFC 6376 section 3.6.2.2, RFC 8461 section 3.1).
 */
#ifndef SENDERWATCH_TXT_H
#define SENDERWATCH_TXT_H

#include <stddef.h>
#include <stdint.h>

#include "senderwatch/result.h"

/*
 * Longer records of several character-strings are not looked at. The largest
 * that means something, an RSA key of 16,384 bits, takes 2.8 kB.
 */
#define SW_TXT_MAX 16384

struct sw_txt {
	const uint8_t *text;	/* into the RDATA, or into the caller's buffer */
	size_t length;
	size_t strings;		/* how many character-strings, at least 1 */
};

/*
 * Read RDATA of length bytes that begins with the 16-bit RDLENGTH. A record
 * of one character-string is used in place, others are copied into buffer.
 * SW_ERR_INVALID: RDLENGTH or a string's length does not fit (RFC 1035
 * section 3.3.14); SW_ERR_UNSUPPORTED: longer than the buffer.
 */
enum sw_result sw_txt_read(const uint8_t *rdata, size_t length,
    uint8_t *buffer, size_t size, struct sw_txt *out);

#endif
