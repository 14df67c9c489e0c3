/* SPF records. */
#include <string.h>

#include "fuzz.h"
#include "senderwatch/spf.h"

/* Spaces at the end change nothing (RFC 7208 section 12). */
static void
check_spaces(const uint8_t *data, size_t size, const struct sw_spf *spf)
{
	uint8_t *longer = malloc(size + 2);
	struct sw_spf other;

	HOLDS(longer != NULL);
	memcpy(longer, data, size);
	memset(longer + size, ' ', 2);
	sw_spf_parse(longer, size + 2, &other);
	HOLDS(other.error == spf->error);
	HOLDS(sw_spf_features(&other) == sw_spf_features(spf));
	free(longer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_spf spf;

	if (!sw_spf_is_record(data, size))
		return 0;
	sw_spf_parse(data, size, &spf);
	HOLDS(spf.error_at <= size);
	HOLDS(sw_spf_error_text(spf.error) != NULL);
	HOLDS(sw_spf_features(&spf) != 0);
	if (spf.error == SW_SPF_ERROR_NONE)
		HOLDS(spf.final >= SW_SPF_FINAL_FAIL &&
		    spf.final <= SW_SPF_FINAL_NONE);
	check_spaces(data, size, &spf);
	return 0;
}
