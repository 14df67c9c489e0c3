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
sw_tag_list_check(struct span record)
{
	for (; record.at < record.end; record.at++) {
		const uint8_t *at = record.at;

		if (is_octet(*at, SW_OCTET_VISIBLE | SW_OCTET_WSP))
			continue;
		/* FWS (2.8): a line ends only where white space follows. */
		if (*at != '\r' || record.end - at < 3 || at[1] != '\n' ||
		    !is_wsp(at[2]))
			return false;
		record.at += 2;
	}
	return true;
}

/* ALPHA *(ALPHA / DIGIT / "_") */
bool
sw_tag_name_check(struct span name)
{
	if (name.at == name.end || !is_alpha(*name.at))
		return false;
	for (; name.at < name.end; name.at++)
		if (!is_alnum(*name.at) && *name.at != '_')
			return false;
	return true;
}

bool
sw_tag_names_repeat(struct tag_names *names, struct span name)
{
	size_t length = span_length(name);

	for (size_t i = 0; i < names->count; i++)
		if (span_length(names->names[i]) == length &&
		    memcmp(names->names[i].at, name.at, length) == 0)
			return true;
	if (names->count < SW_TAG_NAMES_MAX)
		names->names[names->count++] = name;
	return false;
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
	return record.at < record.end && *record.at == ';';
}

bool
sw_field_ends(struct span record)
{
	struct span trimmed = span_trim(record);

	return trimmed.end == record.end || trimmed.end == trimmed.at ||
	    trimmed.end[-1] == ';';
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

/* *( pchar / "/" / "?" ) */
static bool
is_uri_text(struct span text)
{
	for (; text.at < text.end; text.at++) {
		if (is_octet(*text.at, SW_OCTET_URI))
			continue;
		if (*text.at != '%' || text.end - text.at < 3 ||
		    !is_octet(text.at[1], SW_OCTET_HEX) ||
		    !is_octet(text.at[2], SW_OCTET_HEX))
			return false;
		text.at += 2;
	}
	return true;
}

/* [ userinfo "@" ] host [ ":" port ]; text holds no "/" and no "?". */
static bool
is_authority(struct span text)
{
	const uint8_t *at = memchr(text.at, '@', span_length(text));

	if (at != NULL) {
		if (!is_uri_text((struct span){ text.at, at }))
			return false;
		text.at = at + 1;
	}
	at = text.at;
	if (at < text.end && *at == '[') {
		for (at++; at < text.end && is_octet(*at, SW_OCTET_URI); at++)
			;
		if (at == text.end || *at != ']' || at == text.at + 1)
			return false;
		text.at = at + 1;
	} else {
		while (text.at < text.end && *text.at != ':')
			text.at++;
		if (memchr(at, '@', (size_t)(text.at - at)) != NULL ||
		    !is_uri_text((struct span){ at, text.at }))
			return false;
	}
	if (text.at < text.end && *text.at++ != ':')
		return false;
	while (text.at < text.end && is_digit(*text.at))
		text.at++;
	return text.at == text.end;
}

/* scheme ":" hier-part [ "?" query ] [ "#" fragment ] */
bool
sw_uri_check(struct span uri)
{
	const uint8_t *at = uri.at, *hash;

	if (at == uri.end || !is_alpha(*at))
		return false;
	while (at < uri.end && (is_alnum(*at) || *at == '+' || *at == '-' ||
	    *at == '.'))
		at++;
	if (at == uri.end || *at++ != ':')
		return false;
	uri.at = at;
	hash = memchr(at, '#', span_length(uri));
	if (hash != NULL) {
		if (!is_uri_text((struct span){ hash + 1, uri.end }))
			return false;
		uri.end = hash;
	}
	if (uri.end - at >= 2 && at[0] == '/' && at[1] == '/') {
		for (at += 2; at < uri.end && *at != '/' && *at != '?'; at++)
			;
		if (!is_authority((struct span){ uri.at + 2, at }))
			return false;
		uri.at = at;
	}
	return is_uri_text(uri);
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

static bool
has_scheme(struct span uri, const char *scheme)
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
			uris->mailto += has_scheme(uri, "mailto");
			uris->https += has_scheme(uri, "https");
		}
		if (comma == NULL)
			break;
		list.at = comma + 1;
	}
}
