/* DMARC records. */
#include "fuzz.h"
#include "senderwatch/dmarc.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_dmarc dmarc;

	if (!sw_dmarc_is_record(data, size))
		return 0;
	sw_dmarc_parse(data, size, &dmarc);
	HOLDS(dmarc.class >= SW_DMARC_CLASS_VALID &&
	    dmarc.class < SW_DMARC_CLASS_MULTIPLE);
	HOLDS((dmarc.class <= SW_DMARC_CLASS_SUBDOMAIN_RUA) ==
	    (dmarc.policy != SW_DMARC_POLICY_UNSET));
	HOLDS(dmarc.policy != SW_DMARC_POLICY_BAD);
	HOLDS(dmarc.subdomains != SW_DMARC_POLICY_BAD);
	HOLDS(dmarc.nonexistent != SW_DMARC_POLICY_BAD);
	HOLDS(dmarc.unknown + dmarc.repeated + dmarc.bad <= dmarc.tags);
	HOLDS(dmarc.pct >= -1 && dmarc.pct <= 100);
	HOLDS(sw_dmarc_features(&dmarc) != 0);
	return 0;
}
