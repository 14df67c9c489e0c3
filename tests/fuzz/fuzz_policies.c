/* MTA-STS, TLS-RPT and BIMI records. */
#include "fuzz.h"
#include "senderwatch/bimi.h"
#include "senderwatch/mta_sts.h"
#include "senderwatch/tls_rpt.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_mta_sts mta_sts;
	struct sw_tls_rpt tls_rpt;
	struct sw_bimi bimi;

	if (sw_mta_sts_is_record(data, size)) {
		sw_mta_sts_parse(data, size, &mta_sts);
		HOLDS(mta_sts.error != SW_MTA_STS_ERROR_MULTIPLE);
	}
	if (sw_tls_rpt_is_record(data, size)) {
		sw_tls_rpt_parse(data, size, &tls_rpt);
		HOLDS(tls_rpt.mailto + tls_rpt.https <= tls_rpt.uris);
		if (tls_rpt.error == SW_TLS_RPT_ERROR_NONE)
			HOLDS(tls_rpt.uris > 0);
	}
	if (sw_bimi_is_record(data, size)) {
		sw_bimi_parse(data, size, &bimi);
		if (bimi.error == SW_BIMI_ERROR_NONE)
			HOLDS(bimi.indicator == SW_BIMI_INDICATOR_LOGO ||
			    !bimi.evidence);
	}
	return 0;
}
