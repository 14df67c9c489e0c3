/* Character-strings of TXT records. */
#include <string.h>

#include "senderwatch/txt.h"

/* How many strings there are, and how long they are together. */
static size_t
measure(const uint8_t *at, const uint8_t *end, size_t *total)
{
	size_t strings = 0;

	*total = 0;
	while (at < end) {
		size_t length = *at;

		if (length >= (size_t)(end - at))
			return 0;
		*total += length;
		at += 1 + length;
		strings++;
	}
	return strings;
}

static void
join(const uint8_t *at, const uint8_t *end, uint8_t *out)
{
	while (at < end) {
		memcpy(out, at + 1, *at);
		out += *at;
		at += 1 + *at;
	}
}

enum sw_result
sw_txt_read(const uint8_t *rdata, size_t length, uint8_t *buffer, size_t size,
    struct sw_txt *out)
{
	if (length < 2 || ((size_t)rdata[0] << 8 | rdata[1]) != length - 2)
		return SW_ERR_INVALID;
	out->strings = measure(rdata + 2, rdata + length, &out->length);
	if (out->strings == 0)
		return SW_ERR_INVALID;
	if (out->strings == 1) {
		out->text = rdata + 3;
		return SW_OK;
	}
	if (out->length > size)
		return SW_ERR_UNSUPPORTED;
	join(rdata + 2, rdata + length, buffer);
	out->text = buffer;
	return SW_OK;
}
