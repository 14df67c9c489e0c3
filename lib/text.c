/* Words for results and enumerations. */
#include "senderwatch/observation.h"
#include "senderwatch/result.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
pick(const char *const *words, size_t count, unsigned index,
    const char *otherwise)
{
	return index < count && words[index] != NULL ? words[index] : otherwise;
}

const char *
sw_result_text(enum sw_result result)
{
	static const char *const words[] = {
		[SW_OK] = "no error",
		[SW_ERR_INVALID] = "malformed input",
		[SW_ERR_MEMORY] = "out of memory",
		[SW_ERR_SYSTEM] = "system error",
		[SW_ERR_TIMEOUT] = "timed out",
		[SW_ERR_CLOSED] = "closed by the peer",
		[SW_ERR_STORE] = "database error",
		[SW_ERR_UNSUPPORTED] = "not supported by this version",
	};

	return pick(words, COUNT(words), result, "unknown error");
}

const char *
sw_mechanism_text(enum sw_mechanism mechanism)
{
	static const char *const words[] = {
		[SW_MECHANISM_MX] = "MX",
		[SW_MECHANISM_SPF] = "SPF",
		[SW_MECHANISM_DMARC] = "DMARC",
		[SW_MECHANISM_DKIM] = "DKIM",
		[SW_MECHANISM_MTA_STS] = "MTA_STS",
		[SW_MECHANISM_TLS_RPT] = "TLS_RPT",
		[SW_MECHANISM_BIMI] = "BIMI",
	};

	return pick(words, COUNT(words), mechanism, "UNKNOWN");
}

const char *
sw_outcome_text(enum sw_outcome outcome)
{
	static const char *const words[] = {
		[SW_OUTCOME_PRESENT] = "PRESENT",
		[SW_OUTCOME_ABSENT] = "ABSENT",
		[SW_OUTCOME_INVALID] = "INVALID",
		[SW_OUTCOME_NONEXISTENT] = "NONEXISTENT",
	};

	return pick(words, COUNT(words), outcome, "UNKNOWN");
}

const char *
sw_dnssec_text(enum sw_dnssec dnssec)
{
	static const char *const words[] = {
		[SW_DNSSEC_INSECURE] = "INSECURE",
		[SW_DNSSEC_SECURE] = "SECURE",
	};

	return pick(words, COUNT(words), dnssec, "UNKNOWN");
}
