/* Words for features. */
#include "senderwatch/features.h"

#include <stddef.h>

#include "senderwatch/bimi.h"
#include "senderwatch/dkim.h"
#include "senderwatch/dmarc.h"
#include "senderwatch/mta_sts.h"
#include "senderwatch/mx.h"
#include "senderwatch/spf.h"
#include "senderwatch/tls_rpt.h"

#define VALUES_MAX 12

struct slot {
	const char *name;
	const char *values[VALUES_MAX];
};

static const struct slot slots[SW_MECHANISM_COUNT][SW_FEATURE_SLOTS] = {
	[SW_MECHANISM_MX] = {
		[SW_MX_KIND] = { "kind", {
			[SW_MX_KIND_HOSTS] = "hosts",
			[SW_MX_KIND_NULL] = "null" } },
	},
	[SW_MECHANISM_SPF] = {
		[SW_SPF_FINAL] = { "final", {
			[SW_SPF_FINAL_FAIL] = "fail",
			[SW_SPF_FINAL_SOFTFAIL] = "softfail",
			[SW_SPF_FINAL_NEUTRAL] = "neutral",
			[SW_SPF_FINAL_PASS] = "pass",
			[SW_SPF_FINAL_REDIRECT] = "redirect",
			[SW_SPF_FINAL_NONE] = "none" } },
		[SW_SPF_ERROR] = { "error", {
			[SW_SPF_ERROR_MULTIPLE] = "multiple",
			[SW_SPF_ERROR_MECHANISM] = "mechanism",
			[SW_SPF_ERROR_DOMAIN] = "domain",
			[SW_SPF_ERROR_ADDRESS] = "address",
			[SW_SPF_ERROR_CIDR] = "cidr",
			[SW_SPF_ERROR_MACRO] = "macro",
			[SW_SPF_ERROR_DUPLICATE] = "duplicate",
			[SW_SPF_ERROR_EMPTY] = "empty",
			[SW_SPF_ERROR_ARGUMENT] = "argument",
			[SW_SPF_ERROR_NON_ASCII] = "non-ascii",
			[SW_SPF_ERROR_SEPARATOR] = "separator" } },
		[SW_SPF_SOURCES] = { "sources", {
			[SW_SPF_SOURCES_NOBODY] = "nobody",
			[SW_SPF_SOURCES_DIRECT] = "direct",
			[SW_SPF_SOURCES_OTHERS] = "others",
			[SW_SPF_SOURCES_TOO_MANY] = "too-many" } },
		[SW_SPF_PTR] = { "ptr", { [1] = "no", [2] = "yes" } },
	},
	[SW_MECHANISM_DMARC] = {
		[SW_DMARC_POLICY] = { "policy", {
			[SW_DMARC_POLICY_NONE] = "none",
			[SW_DMARC_POLICY_QUARANTINE] = "quarantine",
			[SW_DMARC_POLICY_REJECT] = "reject" } },
		[SW_DMARC_CLASS] = { "class", {
			[SW_DMARC_CLASS_VALID] = "valid",
			[SW_DMARC_CLASS_POLICY_RUA] = "policy-rua",
			[SW_DMARC_CLASS_SUBDOMAIN_RUA] = "subdomain-rua",
			[SW_DMARC_CLASS_POLICY] = "policy",
			[SW_DMARC_CLASS_SUBDOMAIN] = "subdomain",
			[SW_DMARC_CLASS_BARE] = "bare",
			[SW_DMARC_CLASS_MULTIPLE] = "multiple" } },
		[SW_DMARC_SUBDOMAINS] = { "subdomains", {
			[SW_DMARC_POLICY_NONE] = "none",
			[SW_DMARC_POLICY_QUARANTINE] = "quarantine",
			[SW_DMARC_POLICY_REJECT] = "reject" } },
		[SW_DMARC_REPORTS] = { "reports", { [1] = "no", [2] = "rua",
			[3] = "rua-ruf", [4] = "ruf" } },
		[SW_DMARC_TESTING] = { "testing", { [1] = "no", [2] = "t",
			[3] = "pct" } },
		[SW_DMARC_ALIGNMENT] = { "alignment", { [1] = "relaxed",
			[2] = "strict" } },
		[SW_DMARC_STANDARD] = { "standard", {
			[SW_DMARC_STANDARD_BOTH] = "both",
			[SW_DMARC_STANDARD_9989] = "rfc9989",
			[SW_DMARC_STANDARD_DIFFERS] = "differs" } },
	},
	[SW_MECHANISM_DKIM] = {
		[SW_DKIM_KEY] = { "key", {
			[SW_DKIM_KEY_RSA_1024] = "rsa-1024",
			[SW_DKIM_KEY_RSA_2048] = "rsa-2048",
			[SW_DKIM_KEY_RSA_4096] = "rsa-4096",
			[SW_DKIM_KEY_ED25519] = "ed25519" } },
		[SW_DKIM_TESTING] = { "testing", { [1] = "no", [2] = "yes" } },
	},
	[SW_MECHANISM_MTA_STS] = {
		[SW_MTA_STS_ERROR] = { "error", {
			[SW_MTA_STS_ERROR_MULTIPLE] = "multiple",
			[SW_MTA_STS_ERROR_SYNTAX] = "syntax",
			[SW_MTA_STS_ERROR_NO_ID] = "no-id" } },
	},
	[SW_MECHANISM_TLS_RPT] = {
		[SW_TLS_RPT_ERROR] = { "error", {
			[SW_TLS_RPT_ERROR_MULTIPLE] = "multiple",
			[SW_TLS_RPT_ERROR_SYNTAX] = "syntax",
			[SW_TLS_RPT_ERROR_NO_RUA] = "no-rua" } },
		[SW_TLS_RPT_TRANSPORT] = { "transport", {
			[SW_TLS_RPT_TRANSPORT_MAIL] = "mail",
			[SW_TLS_RPT_TRANSPORT_HTTPS] = "https",
			[SW_TLS_RPT_TRANSPORT_BOTH] = "both",
			[SW_TLS_RPT_TRANSPORT_OTHER] = "other" } },
	},
	[SW_MECHANISM_BIMI] = {
		[SW_BIMI_INDICATOR] = { "indicator", {
			[SW_BIMI_INDICATOR_LOGO] = "logo",
			[SW_BIMI_INDICATOR_DECLINED] = "declined" } },
		[SW_BIMI_EVIDENCE] = { "evidence", { [1] = "no",
			[2] = "yes" } },
		[SW_BIMI_ERROR] = { "error", {
			[SW_BIMI_ERROR_MULTIPLE] = "multiple",
			[SW_BIMI_ERROR_TAGS] = "tags",
			[SW_BIMI_ERROR_LOCATION] = "location",
			[SW_BIMI_ERROR_EVIDENCE] = "evidence" } },
	},
};

const char *
sw_feature_name(unsigned mechanism, unsigned slot)
{
	if (mechanism >= SW_MECHANISM_COUNT || slot >= SW_FEATURE_SLOTS)
		return NULL;
	return slots[mechanism][slot].name;
}

const char *
sw_feature_text(unsigned mechanism, unsigned slot, uint8_t value)
{
	if (mechanism >= SW_MECHANISM_COUNT || slot >= SW_FEATURE_SLOTS ||
	    value >= VALUES_MAX)
		return NULL;
	return slots[mechanism][slot].values[value];
}
