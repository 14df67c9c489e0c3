/* From answers to outcomes: what all mechanisms share. */
#include <string.h>

#include "judge.h"
#include "senderwatch/bimi.h"
#include "senderwatch/dkim.h"
#include "senderwatch/dmarc.h"
#include "senderwatch/mta_sts.h"
#include "senderwatch/spf.h"
#include "senderwatch/tls_rpt.h"

/* How a mechanism's record is told apart, and what several of them mean. */
struct mechanism {
	bool (*is_record)(const uint8_t *text, size_t length);
	void (*judge)(const struct sw_txt *txt, struct sw_verdict *verdict);
	const char *absent;
	const char *multiple;
	const char *section;
	enum sw_outcome outcome;	/* of several records */
	unsigned slot;			/* what features say of them */
	uint8_t value;
};

static const struct mechanism mechanisms[SW_MECHANISM_COUNT] = {
	[SW_MECHANISM_SPF] = { sw_spf_is_record, sw_spf_judge,
	    "no SPF record", "more than one SPF record", "RFC 7208 4.5",
	    SW_OUTCOME_INVALID, SW_SPF_ERROR, SW_SPF_ERROR_MULTIPLE },
	[SW_MECHANISM_DMARC] = { sw_dmarc_is_record, sw_dmarc_judge,
	    "no DMARC record", "more than one DMARC record", "RFC 9989 4.10",
	    SW_OUTCOME_INVALID, SW_DMARC_CLASS, SW_DMARC_CLASS_MULTIPLE },
	[SW_MECHANISM_DKIM] = { sw_dkim_is_record, sw_dkim_judge,
	    "no key record", "several key records: undefined",
	    "RFC 6376 3.6.2.2", SW_OUTCOME_UNKNOWN, 0, 0 },
	[SW_MECHANISM_MTA_STS] = { sw_mta_sts_is_record, sw_mta_sts_judge,
	    "no MTA-STS record", "more than one MTA-STS record",
	    "RFC 8461 3.1", SW_OUTCOME_INVALID, SW_MTA_STS_ERROR,
	    SW_MTA_STS_ERROR_MULTIPLE },
	[SW_MECHANISM_TLS_RPT] = { sw_tls_rpt_is_record, sw_tls_rpt_judge,
	    "no TLS-RPT record", "more than one TLS-RPT record",
	    "RFC 8460 3", SW_OUTCOME_INVALID, SW_TLS_RPT_ERROR,
	    SW_TLS_RPT_ERROR_MULTIPLE },
	[SW_MECHANISM_BIMI] = { sw_bimi_is_record, sw_bimi_judge,
	    "no BIMI record", "more than one BIMI record", "BIMI draft 4.3",
	    SW_OUTCOME_INVALID, SW_BIMI_ERROR, SW_BIMI_ERROR_MULTIPLE },
};

static bool
is_below_subject(enum sw_mechanism mechanism)
{
	return mechanism != SW_MECHANISM_MX && mechanism != SW_MECHANISM_SPF;
}

/* NXDOMAIN: does the subject exist all the same? */
static void
judge_denied(const struct sw_name *name, const struct sw_answer *answer,
    struct sw_verdict *verdict)
{
	if (answer->records.count > 0) {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "NXDOMAIN with records", "RFC 1035 4.1.1");
	} else if (answer->cname) {
		sw_verdict_set(verdict, SW_OUTCOME_ABSENT,
		    "the name is an alias of a name that does not exist",
		    "RFC 2308 2.1");
	} else if (answer->soa != NULL && sw_name_is_within(answer->soa,
	    answer->soa_length, name->subject, name->subject_length)) {
		sw_verdict_set(verdict, SW_OUTCOME_ABSENT,
		    "NXDOMAIN from the subject's own zone", "RFC 2308 3");
	} else if (!is_below_subject(name->mechanism)) {
		sw_verdict_set(verdict, SW_OUTCOME_NONEXISTENT,
		    "the subject does not exist", "RFC 2308 2.1");
	} else if (answer->soa == NULL) {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "NXDOMAIN without SOA: the subject may exist",
		    "RFC 2308 2.1");
	} else if (sw_name_is_within(name->subject, name->subject_length,
	    answer->soa, answer->soa_length)) {
		sw_verdict_set(verdict, SW_OUTCOME_NONEXISTENT,
		    "NXDOMAIN from a zone above the subject", "RFC 2308 3");
	} else {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "NXDOMAIN from an unrelated zone", "RFC 2308 3");
	}
}

/* Order of RDATA, so that the same RRset gives the same record every time. */
static bool
is_before(const struct sw_rrset *records, size_t left, size_t right)
{
	size_t a = records->length[left], b = records->length[right];

	if (a != b)
		return a < b;
	return memcmp(records->rdata[left], records->rdata[right], a) < 0;
}

static bool
is_same(const struct sw_rrset *records, size_t left, size_t right)
{
	return records->length[left] == records->length[right] &&
	    memcmp(records->rdata[left], records->rdata[right],
	    records->length[left]) == 0;
}

static void
judge_unreadable(enum sw_result result, struct sw_verdict *verdict)
{
	verdict->selected = verdict->first = 0;
	sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
	    result == SW_ERR_INVALID ? "malformed TXT record" :
	    "TXT record too long to be looked at", "RFC 1035 3.3.14");
}

/* Count the mechanism's records, and find the first in canonical order. */
static enum sw_result
select_records(const struct mechanism *mechanism,
    const struct sw_rrset *records, uint8_t *buffer,
    struct sw_verdict *verdict)
{
	struct sw_txt txt;

	for (size_t i = 0; i < records->count; i++) {
		enum sw_result result;

		result = sw_txt_read(records->rdata[i], records->length[i],
		    buffer, SW_TXT_MAX, &txt);
		if (result != SW_OK)
			return result;
		if (!mechanism->is_record(txt.text, txt.length))
			continue;
		if (verdict->selected > 0 &&
		    is_same(records, i, verdict->first))
			continue;	/* RFC 2181 section 5: a set */
		if (verdict->selected == 0 ||
		    is_before(records, i, verdict->first))
			verdict->first = i;
		verdict->selected++;
	}
	return SW_OK;
}

static void
judge_txt(const struct mechanism *mechanism, const struct sw_rrset *records,
    struct sw_verdict *verdict)
{
	uint8_t buffer[SW_TXT_MAX];
	enum sw_result result;
	struct sw_txt txt;

	result = select_records(mechanism, records, buffer, verdict);
	if (result != SW_OK) {
		judge_unreadable(result, verdict);
	} else if (verdict->selected == 0) {
		sw_verdict_set(verdict, SW_OUTCOME_ABSENT, mechanism->absent,
		    mechanism->section);
	} else if (verdict->selected > 1) {
		verdict->features = sw_features_set(0, mechanism->slot,
		    mechanism->value);
		sw_verdict_set(verdict, mechanism->outcome,
		    mechanism->multiple, mechanism->section);
	} else {
		sw_txt_read(records->rdata[verdict->first],
		    records->length[verdict->first], buffer, SW_TXT_MAX,
		    &txt);
		mechanism->judge(&txt, verdict);
	}
}

static void
judge_records(const struct sw_name *name, const struct sw_rrset *records,
    struct sw_verdict *verdict)
{
	unsigned mechanism = name->mechanism;

	if (records->count > SW_RRSET_MAX) {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "more records than are looked at", "RFC 2181 5");
	} else if (mechanism == SW_MECHANISM_MX) {
		sw_mx_judge(records, verdict);
	} else if (mechanism < SW_MECHANISM_COUNT &&
	    mechanisms[mechanism].judge != NULL) {
		judge_txt(&mechanisms[mechanism], records, verdict);
	} else {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "not a watched mechanism", "none");
	}
}

void
sw_answer_judge(const struct sw_name *name, const struct sw_answer *answer,
    struct sw_verdict *verdict)
{
	*verdict = (struct sw_verdict){ 0 };
	if (answer->truncated) {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "truncated answer", "RFC 2181 9");
	} else if (answer->rcode == SW_RCODE_NXDOMAIN) {
		judge_denied(name, answer, verdict);
	} else if (answer->rcode != SW_RCODE_NOERROR) {
		sw_verdict_set(verdict, SW_OUTCOME_UNKNOWN,
		    "the lookup failed", "RFC 1035 4.1.1");
	} else if (answer->records.count == 0) {
		sw_verdict_set(verdict, SW_OUTCOME_ABSENT,
		    "no record of that type", "RFC 2308 2.2");
	} else {
		judge_records(name, &answer->records, verdict);
	}
	/* Selectors can't be guessed: one that is not there proves nothing. */
	if (name->mechanism == SW_MECHANISM_DKIM &&
	    verdict->outcome == SW_OUTCOME_ABSENT) {
		verdict->outcome = SW_OUTCOME_UNKNOWN;
		verdict->reason = "an absent selector proves nothing";
		verdict->section = "RFC 6376 3.1";
	}
}
