/* DKIM key records (RFC 6376 section 3.6.1). */
#include "dkim_key.h"
#include "judge.h"
#include "senderwatch/dkim.h"
#include "tags.h"

#define RSA_BITS_MIN 1024	/* RFC 8301 section 3.2 */
#define ED25519_SIZE 32		/* RFC 8463 section 4.2 */

enum known { TAG_V, TAG_H, TAG_K, TAG_N, TAG_P, TAG_S, TAG_T, TAGS };

static const char names[TAGS] = { 'v', 'h', 'k', 'n', 'p', 's', 't' };

/* What the tags say before it is put together. */
struct tags {
	struct span values[TAGS];
	bool seen[TAGS];
	struct tag_names others;
};

/* FWS (2.8) may hold CRLF, but only where white space follows. */
static bool
is_blank(uint8_t c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

static struct span
trim(struct span span)
{
	while (span.at < span.end && is_blank(*span.at))
		span.at++;
	while (span.at < span.end && is_blank(span.end[-1]))
		span.end--;
	return span;
}

static enum sw_dkim_error
take_tag(struct sw_dkim *dkim, struct tags *tags, const struct tag *tag,
    bool first)
{
	struct span name = trim(tag->name);
	const char *known = NULL;
	size_t i;

	if (!tag->equals || !sw_tag_name_check(name))
		return SW_DKIM_ERROR_TAGS;
	if (span_length(name) == 1)
		known = memchr(names, *name.at, sizeof(names));
	if (known == NULL) {
		dkim->unknown++;
		return sw_tag_names_repeat(&tags->others, name) ?
		    SW_DKIM_ERROR_TAGS : SW_DKIM_ERROR_NONE;
	}
	i = (size_t)(known - names);
	if (tags->seen[i])
		return SW_DKIM_ERROR_TAGS;
	tags->seen[i] = true;
	tags->values[i] = trim(tag->value);
	if (i == TAG_V && (!first || !span_is_exactly(tags->values[i], "DKIM1")))
		return SW_DKIM_ERROR_VERSION;
	return SW_DKIM_ERROR_NONE;
}

static enum sw_dkim_error
take_tags(struct span record, struct sw_dkim *dkim, struct tags *tags)
{
	enum sw_dkim_error error = SW_DKIM_ERROR_NONE;
	struct tag tag;

	if (!sw_tag_list_check(record))
		return SW_DKIM_ERROR_TAGS;
	record = trim(record);
	for (bool first = true; error == SW_DKIM_ERROR_NONE &&
	    sw_tag_next(&record, &tag); first = false)
		error = take_tag(dkim, tags, &tag, first);
	return error;
}

/* Is word one of those between the colons of list? Case matters (3.2). */
static bool
lists(struct span list, const char *word)
{
	for (;;) {
		const uint8_t *colon;

		colon = memchr(list.at, ':', span_length(list));
		if (span_is_exactly(trim((struct span){ list.at,
		    colon == NULL ? list.end : colon }), word))
			return true;
		if (colon == NULL)
			return false;
		list.at = colon + 1;
	}
}

static enum sw_dkim_error
take_key(struct sw_dkim *dkim, struct span p)
{
	uint8_t key[SW_DKIM_KEY_MAX];
	size_t length;

	length = sw_base64_decode(p, key, sizeof(key));
	if (length == 0)
		return SW_DKIM_ERROR_BASE64;
	if (dkim->ed25519)
		return length == ED25519_SIZE ? SW_DKIM_ERROR_NONE :
		    SW_DKIM_ERROR_KEY;
	dkim->bits = sw_rsa_bits((struct span){ key, key + length },
	    &dkim->spki);
	if (dkim->bits == 0)
		return SW_DKIM_ERROR_KEY;
	return dkim->bits < RSA_BITS_MIN ? SW_DKIM_ERROR_SHORT :
	    SW_DKIM_ERROR_NONE;
}

static enum sw_dkim_error
evaluate(struct sw_dkim *dkim, const struct tags *tags)
{
	const struct span *values = tags->values;

	dkim->version = tags->seen[TAG_V];
	dkim->notes = tags->seen[TAG_N];
	dkim->sha1 = !tags->seen[TAG_H] || lists(values[TAG_H], "sha1");
	dkim->testing = tags->seen[TAG_T] && lists(values[TAG_T], "y");
	dkim->strict = tags->seen[TAG_T] && lists(values[TAG_T], "s");
	dkim->ed25519 = tags->seen[TAG_K] &&
	    span_is_exactly(values[TAG_K], "ed25519");
	if (!tags->seen[TAG_P])
		return SW_DKIM_ERROR_NO_KEY;
	if (values[TAG_P].at == values[TAG_P].end)
		return SW_DKIM_ERROR_REVOKED;
	if (tags->seen[TAG_K] && !dkim->ed25519 &&
	    !span_is_exactly(values[TAG_K], "rsa"))
		return SW_DKIM_ERROR_TYPE;
	if (tags->seen[TAG_H] && !lists(values[TAG_H], "sha256"))
		return SW_DKIM_ERROR_HASH;
	if (tags->seen[TAG_S] && !lists(values[TAG_S], "*") &&
	    !lists(values[TAG_S], "email"))
		return SW_DKIM_ERROR_SERVICE;
	return take_key(dkim, values[TAG_P]);
}

void
sw_dkim_parse(const uint8_t *text, size_t length, struct sw_dkim *dkim)
{
	struct tags tags = { 0 };

	*dkim = (struct sw_dkim){ 0 };
	dkim->error = take_tags((struct span){ text, text + length }, dkim,
	    &tags);
	if (dkim->error == SW_DKIM_ERROR_NONE)
		dkim->error = evaluate(dkim, &tags);
}

bool
sw_dkim_is_record(const uint8_t *text, size_t length)
{
	struct span record = trim((struct span){ text, text + length });
	struct tag tag;

	for (bool first = true; sw_tag_next(&record, &tag); first = false) {
		struct span name = trim(tag.name);

		if (!tag.equals)
			continue;
		if (first && span_is_exactly(name, "v"))
			return span_is_exactly(trim(tag.value), "DKIM1");
		if (span_is_exactly(name, "p"))
			return true;
	}
	return false;
}

uint64_t
sw_dkim_features(const struct sw_dkim *dkim)
{
	enum sw_dkim_key key;
	uint64_t features;

	if (dkim->error != SW_DKIM_ERROR_NONE)
		return 0;
	if (dkim->ed25519)
		key = SW_DKIM_KEY_ED25519;
	else if (dkim->bits >= 4096)
		key = SW_DKIM_KEY_RSA_4096;
	else
		key = dkim->bits >= 2048 ? SW_DKIM_KEY_RSA_2048 :
		    SW_DKIM_KEY_RSA_1024;
	features = sw_features_set(0, SW_DKIM_KEY, (uint8_t)key);
	return sw_features_set(features, SW_DKIM_TESTING,
	    dkim->testing ? 2 : 1);
}

static const struct {
	const char *text;
	const char *section;
} errors[] = {
	[SW_DKIM_ERROR_NONE] = { "working key", "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_VERSION] = { "v is not first or not DKIM1",
	    "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_TAGS] = { "malformed or repeated tag", "RFC 6376 3.2" },
	[SW_DKIM_ERROR_NO_KEY] = { "no p tag", "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_REVOKED] = { "revoked key", "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_TYPE] = { "unknown key type", "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_HASH] = { "key not for SHA-256", "RFC 8301 3.1" },
	[SW_DKIM_ERROR_SERVICE] = { "key not for mail", "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_BASE64] = { "key is not base64", "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_KEY] = { "not a key of the stated type",
	    "RFC 6376 3.6.1" },
	[SW_DKIM_ERROR_SHORT] = { "RSA key of fewer than 1024 bits",
	    "RFC 8301 3.2" },
};
#define ERROR_COUNT (sizeof(errors) / sizeof(errors[0]))

const char *
sw_dkim_error_text(enum sw_dkim_error error)
{
	return error < ERROR_COUNT ? errors[error].text : "unknown error";
}

static const char *
error_section(enum sw_dkim_error error)
{
	return error < ERROR_COUNT ? errors[error].section : "RFC 6376 3.6.1";
}

/* What is no working key proves nothing: a revoked one often is a default. */
void
sw_dkim_judge(const struct sw_txt *txt, struct sw_verdict *verdict)
{
	struct sw_dkim dkim;

	sw_dkim_parse(txt->text, txt->length, &dkim);
	verdict->features = sw_dkim_features(&dkim);
	sw_verdict_set(verdict, dkim.error == SW_DKIM_ERROR_NONE ?
	    SW_OUTCOME_PRESENT : SW_OUTCOME_UNKNOWN,
	    sw_dkim_error_text(dkim.error), error_section(dkim.error));
}
