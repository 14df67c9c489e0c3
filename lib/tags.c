/* "name=value" parts of records, and lists of URIs in them. */
#include "tags.h"

bool
sw_tag_next(struct span *record, struct tag *tag)
{
	struct span part = { record->at, record->at };
	const uint8_t *equals;

	part.end = memchr(part.at, ';', span_length(*record));
	if (part.end == NULL) {
		part.end = record->end;
		record->at = record->end;
		part = span_trim(part);
		if (part.at == part.end)
			return false;
	} else {
		record->at = part.end + 1;
	}
	equals = memchr(part.at, '=', span_length(part));
	tag->equals = equals != NULL;
	if (equals == NULL)
		equals = part.end;
	tag->name = span_trim((struct span){ part.at, equals });
	tag->value = span_trim((struct span){ equals + tag->equals, part.end });
	return true;
}

bool
sw_tag_begins(struct span record, const char *name, const char *value)
{
	struct tag tag;

	return record.at < record.end && !is_wsp(*record.at) &&
	    sw_tag_next(&record, &tag) && span_is(tag.name, name) &&
	    span_is_exactly(tag.value, value);
}

bool
sw_field_begins(struct span record, const char *version)
{
	size_t length = strlen(version);

	if (span_length(record) < length ||
	    memcmp(record.at, version, length) != 0)
		return false;
	record.at += length;
	record = span_trim(record);
	return record.at == record.end || *record.at == ';';
}

bool
sw_field_is_extension(const struct tag *tag)
{
	const uint8_t *at = tag->name.at;

	if (!tag->equals || tag->name.end + 1 != tag->value.at ||
	    span_length(tag->name) < 1 || span_length(tag->name) > 32 ||
	    !is_alnum(*at) || tag->value.at == tag->value.end)
		return false;
	for (; at < tag->name.end; at++)
		if (!is_alnum(*at) && *at != '_' && *at != '-' && *at != '.')
			return false;
	for (at = tag->value.at; at < tag->value.end; at++)
		if (*at < 0x21 || *at > 0x7e || *at == '=')
			return false;
	return true;
}

/* scheme ":" and then what no part of a URI forbids. */
bool
sw_uri_check(struct span uri)
{
	const uint8_t *at = uri.at;

	if (at == uri.end || !is_alpha(*at))
		return false;
	while (at < uri.end && (is_alnum(*at) || *at == '+' || *at == '-' ||
	    *at == '.'))
		at++;
	if (at == uri.end || *at++ != ':')
		return false;
	for (; at < uri.end; at++) {
		if (*at == '%') {
			if (uri.end - at < 3 || !is_octet(at[1], SW_OCTET_HEX) ||
			    !is_octet(at[2], SW_OCTET_HEX))
				return false;
			at += 2;
		} else if (!is_octet(*at, SW_OCTET_URI)) {
			return false;
		}
	}
	return true;
}

/* Cut "!" 1*DIGIT [ "k" / "m" / "g" / "t" ] off; false where malformed. */
static bool
cut_size(struct span *uri)
{
	const uint8_t *mark, *at;

	mark = memchr(uri->at, '!', span_length(*uri));
	if (mark == NULL)
		return true;
	for (at = mark + 1; at < uri->end && is_digit(*at); at++)
		;
	if (at == mark + 1)
		return false;
	if (at < uri->end && memchr("kmgt", *at | 0x20, 4) != NULL)
		at++;
	if (at < uri->end)
		return false;
	uri->end = mark;
	return true;
}

bool
sw_uri_has_scheme(struct span uri, const char *scheme)
{
	size_t length = strlen(scheme);

	return span_length(uri) > length && uri.at[length] == ':' &&
	    span_is((struct span){ uri.at, uri.at + length }, scheme);
}

void
sw_uris_parse(struct span list, bool sizes, struct uris *uris)
{
	*uris = (struct uris){ 0 };
	for (;;) {
		const uint8_t *comma;
		struct span uri;

		comma = memchr(list.at, ',', span_length(list));
		uri = span_trim((struct span){ list.at,
		    comma == NULL ? list.end : comma });
		if ((sizes && !cut_size(&uri)) || !sw_uri_check(uri) ||
		    memchr(uri.at, '!', span_length(uri)) != NULL) {
			uris->invalid++;
		} else {
			uris->valid++;
			uris->mailto += sw_uri_has_scheme(uri, "mailto");
			uris->https += sw_uri_has_scheme(uri, "https");
		}
		if (comma == NULL)
			break;
		list.at = comma + 1;
	}
}
