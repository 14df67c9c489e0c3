/* MTA-STS records (RFC 8461 section 3.1). */
#include "judge.h"
#include "senderwatch/mta_sts.h"
#include "tags.h"

#define ID_MAX 32

bool
sw_mta_sts_is_record(const uint8_t *text, size_t length)
{
	return sw_field_begins((struct span){ text, text + length },
	    "v=STSv1");
}

/* 1*32(ALPHA / DIGIT) */
static bool
is_id(struct span value)
{
	if (span_length(value) < 1 || span_length(value) > ID_MAX)
		return false;
	for (; value.at < value.end; value.at++)
		if (!is_alnum(*value.at))
			return false;
	return true;
}

void
sw_mta_sts_parse(const uint8_t *text, size_t length,
    struct sw_mta_sts *mta_sts)
{
	struct span record = { text, text + length };
	bool id = false;
	struct tag tag;

	*mta_sts = (struct sw_mta_sts){ .error = SW_MTA_STS_ERROR_SYNTAX };
	if (!sw_field_ends(record))
		return;
	sw_tag_next(&record, &tag);
	while (sw_tag_next(&record, &tag)) {
		if (tag.equals && span_is_exactly(tag.name, "id")) {
			if (tag.name.end + 1 != tag.value.at ||
			    !is_id(tag.value))
				return;
			id = true;
		} else if (sw_field_is_extension(&tag)) {
			mta_sts->extensions++;
		} else {
			return;
		}
	}
	mta_sts->error = id ? SW_MTA_STS_ERROR_NONE : SW_MTA_STS_ERROR_NO_ID;
}

static const char *
error_text(enum sw_mta_sts_error error)
{
	switch (error) {
	case SW_MTA_STS_ERROR_NONE: return "valid MTA-STS record";
	case SW_MTA_STS_ERROR_MULTIPLE: return "more than one MTA-STS record";
	case SW_MTA_STS_ERROR_SYNTAX: return "malformed field";
	case SW_MTA_STS_ERROR_NO_ID: return "no id";
	}
	return "unknown error";
}

void
sw_mta_sts_judge(const struct sw_txt *txt, struct sw_verdict *verdict)
{
	struct sw_mta_sts mta_sts;

	sw_mta_sts_parse(txt->text, txt->length, &mta_sts);
	verdict->features = sw_features_set(0, SW_MTA_STS_ERROR,
	    (uint8_t)mta_sts.error);
	sw_verdict_set(verdict, mta_sts.error == SW_MTA_STS_ERROR_NONE ?
	    SW_OUTCOME_PRESENT : SW_OUTCOME_INVALID,
	    error_text(mta_sts.error), "RFC 8461 3.1");
}
