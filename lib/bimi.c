/* BIMI assertion records. */
#include "judge.h"
#include "senderwatch/bimi.h"
#include "tags.h"

#define SECTION "BIMI draft 4.3"

bool
sw_bimi_is_record(const uint8_t *text, size_t length)
{
	/* The draft forbids to fix capitals: "V" is another tag. */
	return length > 0 && text[0] == 'v' &&
	    sw_tag_begins((struct span){ text, text + length }, "v", "BIMI1");
}

/* Empty, or one https URI with a host; a comma in it must be encoded. */
static bool
is_location(struct span value)
{
	static const char start[] = "https://";
	size_t length = sizeof(start) - 1;

	if (value.at == value.end)
		return true;
	return span_length(value) > length && value.at[length] != '/' &&
	    span_is((struct span){ value.at, value.at + length }, start) &&
	    memchr(value.at, ',', span_length(value)) == NULL &&
	    sw_uri_check(value);
}

static enum sw_bimi_error
classify(struct sw_bimi *bimi, const struct span *l, const struct span *a)
{
	bool empty;

	if (l == NULL || !is_location(*l))
		return SW_BIMI_ERROR_LOCATION;
	if (a != NULL && !is_location(*a))
		return SW_BIMI_ERROR_EVIDENCE;
	empty = l->at == l->end;
	bimi->evidence = a != NULL && a->at < a->end;
	bimi->indicator = empty ? SW_BIMI_INDICATOR_DECLINED :
	    SW_BIMI_INDICATOR_LOGO;
	/* Evidence for no logo is neither an assertion nor a declination. */
	return empty && bimi->evidence ? SW_BIMI_ERROR_LOCATION :
	    SW_BIMI_ERROR_NONE;
}

static bool
is_known(struct span name)
{
	return span_is_exactly(name, "v") || span_is_exactly(name, "l") ||
	    span_is_exactly(name, "a");
}

void
sw_bimi_parse(const uint8_t *text, size_t length, struct sw_bimi *bimi)
{
	struct span record = { text, text + length };
	struct span l, a, *l_seen = NULL, *a_seen = NULL;
	struct tag_names others = { .count = 0 };
	struct tag tag;

	*bimi = (struct sw_bimi){ .error = SW_BIMI_ERROR_TAGS };
	if (!sw_tag_list_check(record))
		return;
	sw_tag_next(&record, &tag);
	while (sw_tag_next(&record, &tag)) {
		if (!tag.equals || !sw_tag_name_check(tag.name))
			return;
		if (span_is_exactly(tag.name, "l") && l_seen == NULL) {
			l = tag.value;
			l_seen = &l;
		} else if (span_is_exactly(tag.name, "a") && a_seen == NULL) {
			a = tag.value;
			a_seen = &a;
		} else if (is_known(tag.name) ||
		    sw_tag_names_repeat(&others, tag.name)) {
			return;
		} else {
			bimi->unknown++;
		}
	}
	bimi->error = classify(bimi, l_seen, a_seen);
}

static const char *
error_text(enum sw_bimi_error error)
{
	switch (error) {
	case SW_BIMI_ERROR_NONE: return "valid BIMI record";
	case SW_BIMI_ERROR_MULTIPLE: return "more than one BIMI record";
	case SW_BIMI_ERROR_TAGS: return "malformed or repeated tag";
	case SW_BIMI_ERROR_LOCATION: return "no https URI in l";
	case SW_BIMI_ERROR_EVIDENCE: return "no https URI in a";
	}
	return "unknown error";
}

void
sw_bimi_judge(const struct sw_txt *txt, struct sw_verdict *verdict)
{
	struct sw_bimi bimi;

	sw_bimi_parse(txt->text, txt->length, &bimi);
	if (bimi.error != SW_BIMI_ERROR_NONE) {
		verdict->features = sw_features_set(0, SW_BIMI_ERROR,
		    (uint8_t)bimi.error);
		sw_verdict_set(verdict, SW_OUTCOME_INVALID,
		    error_text(bimi.error), SECTION);
		return;
	}
	verdict->features = sw_features_set(0, SW_BIMI_INDICATOR,
	    (uint8_t)bimi.indicator);
	verdict->features = sw_features_set(verdict->features,
	    SW_BIMI_EVIDENCE, bimi.evidence ? 2 : 1);
	sw_verdict_set(verdict, SW_OUTCOME_PRESENT,
	    bimi.indicator == SW_BIMI_INDICATOR_DECLINED ?
	    "declines to publish an indicator" :
	    error_text(bimi.error), SECTION);
}
