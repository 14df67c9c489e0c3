/* MX RRsets. */
#include <stdbool.h>

#include "judge.h"
#include "senderwatch/mx.h"

/* Is this one uncompressed name, and nothing after it? */
static bool
is_name(const uint8_t *name, size_t length)
{
	size_t at = 0;

	if (length > SW_NAME_WIRE_MAX)
		return false;
	while (at < length && name[at] != 0) {
		if (name[at] > 63)
			return false;
		at += 1 + (size_t)name[at];
	}
	return at + 1 == length;
}

enum sw_result
sw_mx_parse(const struct sw_rrset *records, struct sw_mx *mx)
{
	*mx = (struct sw_mx){ .lowest = UINT16_MAX };
	for (size_t i = 0; i < records->count; i++) {
		const uint8_t *rdata = records->rdata[i];
		size_t length = records->length[i];
		uint16_t preference;

		if (length < 5 ||
		    ((size_t)rdata[0] << 8 | rdata[1]) != length - 2 ||
		    !is_name(rdata + 4, length - 4))
			return SW_ERR_INVALID;
		preference = (uint16_t)(rdata[2] << 8 | rdata[3]);
		if (preference < mx->lowest)
			mx->lowest = preference;
		if (rdata[4] == 0)
			mx->nulls++;
		else
			mx->hosts++;
	}
	return SW_OK;
}

void
sw_mx_judge(const struct sw_rrset *records, struct sw_verdict *verdict)
{
	struct sw_mx mx;

	if (sw_mx_parse(records, &mx) != SW_OK) {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "malformed MX record", "RFC 1035 3.3.9");
		return;
	}
	verdict->selected = records->count;
	if (mx.nulls == 0) {
		verdict->features = sw_features_set(0, SW_MX_KIND,
		    SW_MX_KIND_HOSTS);
		sw_verdict_set(verdict, SW_OUTCOME_PRESENT, "mail exchangers",
		    "RFC 5321 5.1");
	} else if (mx.hosts > 0 || mx.nulls > 1) {
		sw_verdict_set(verdict, SW_OUTCOME_INVALID,
		    "null MX beside another MX", "RFC 7505 3");
	} else if (mx.lowest != 0) {
		sw_verdict_set(verdict, SW_OUTCOME_INVALID,
		    "null MX with a preference other than 0", "RFC 7505 3");
	} else {
		verdict->features = sw_features_set(0, SW_MX_KIND,
		    SW_MX_KIND_NULL);
		sw_verdict_set(verdict, SW_OUTCOME_PRESENT,
		    "null MX: takes no mail", "RFC 7505 3");
	}
}
