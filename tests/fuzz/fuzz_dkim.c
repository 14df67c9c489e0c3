/* DKIM key records. */
#include "fuzz.h"
#include "senderwatch/dkim.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_dkim dkim;

	sw_dkim_parse(data, size, &dkim);
	HOLDS(sw_dkim_error_text(dkim.error) != NULL);
	HOLDS((dkim.error == SW_DKIM_ERROR_NONE) ==
	    (sw_dkim_features(&dkim) != 0));
	if (dkim.error == SW_DKIM_ERROR_NONE) {
		HOLDS(sw_dkim_is_record(data, size));
		HOLDS(dkim.ed25519 || dkim.bits >= 1024);
	}
	return 0;
}
