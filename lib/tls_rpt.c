/* TLS-RPT records (RFC 8460 section 3). */
#include "judge.h"
#include "senderwatch/tls_rpt.h"
#include "tags.h"

bool
sw_tls_rpt_is_record(const uint8_t *text, size_t length)
{
	return sw_field_begins((struct span){ text, text + length },
	    "v=TLSRPTv1");
}

static void
take_uris(struct sw_tls_rpt *tls_rpt, struct span value)
{
	struct uris uris;

	sw_uris_parse(value, false, &uris);
	tls_rpt->uris += uris.valid;
	tls_rpt->bad_uris += uris.invalid;
	tls_rpt->mailto += uris.mailto;
	tls_rpt->https += uris.https;
}

void
sw_tls_rpt_parse(const uint8_t *text, size_t length,
    struct sw_tls_rpt *tls_rpt)
{
	struct span record = { text, text + length };
	struct tag tag;

	*tls_rpt = (struct sw_tls_rpt){ .error = SW_TLS_RPT_ERROR_SYNTAX };
	if (!sw_field_ends(record))
		return;
	sw_tag_next(&record, &tag);
	while (sw_tag_next(&record, &tag)) {
		if (tag.equals && span_is_exactly(tag.name, "rua")) {
			if (tag.name.end + 1 != tag.value.at)
				return;
			take_uris(tls_rpt, tag.value);
		} else if (sw_field_is_extension(&tag)) {
			tls_rpt->extensions++;
		} else {
			return;
		}
	}
	tls_rpt->error = tls_rpt->uris > 0 ? SW_TLS_RPT_ERROR_NONE :
	    SW_TLS_RPT_ERROR_NO_RUA;
}

static const char *
error_text(enum sw_tls_rpt_error error)
{
	switch (error) {
	case SW_TLS_RPT_ERROR_NONE: return "valid TLS-RPT record";
	case SW_TLS_RPT_ERROR_MULTIPLE: return "more than one TLS-RPT record";
	case SW_TLS_RPT_ERROR_SYNTAX: return "malformed field";
	case SW_TLS_RPT_ERROR_NO_RUA: return "no valid URI in rua";
	}
	return "unknown error";
}

static enum sw_tls_rpt_transport
transport(const struct sw_tls_rpt *tls_rpt)
{
	if (tls_rpt->mailto > 0)
		return tls_rpt->https > 0 ? SW_TLS_RPT_TRANSPORT_BOTH :
		    SW_TLS_RPT_TRANSPORT_MAIL;
	return tls_rpt->https > 0 ? SW_TLS_RPT_TRANSPORT_HTTPS :
	    SW_TLS_RPT_TRANSPORT_OTHER;
}

void
sw_tls_rpt_judge(const struct sw_txt *txt, struct sw_verdict *verdict)
{
	struct sw_tls_rpt tls_rpt;
	bool valid;

	sw_tls_rpt_parse(txt->text, txt->length, &tls_rpt);
	valid = tls_rpt.error == SW_TLS_RPT_ERROR_NONE;
	verdict->features = valid ?
	    sw_features_set(0, SW_TLS_RPT_TRANSPORT,
	    (uint8_t)transport(&tls_rpt)) :
	    sw_features_set(0, SW_TLS_RPT_ERROR, (uint8_t)tls_rpt.error);
	sw_verdict_set(verdict, valid ? SW_OUTCOME_PRESENT : SW_OUTCOME_INVALID,
	    error_text(tls_rpt.error), "RFC 8460 3");
}
