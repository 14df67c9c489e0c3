/*
 * Records made of "name=value" parts between semicolons: DMARC, DKIM,
 * MTA-STS, TLS-RPT and BIMI. Each has its own rules for what a name or a
 * value may be; this only takes the parts apart.
 */
#ifndef SENDERWATCH_LIB_TAGS_H
#define SENDERWATCH_LIB_TAGS_H

#include "span.h"

struct tag {
	struct span name;	/* without white space around it */
	struct span value;	/* the same; may be empty */
	bool equals;		/* false: no "=", and all is in name */
};

/*
 * Take the next part off record, which shrinks; false at its end. A part may
 * be empty. What follows the last semicolon is a part only if it is not blank.
 */
bool sw_tag_next(struct span *record, struct tag *tag);

/*
 * The tag-lists of RFC 6376 section 3.2: what octets may stand in one, what a
 * name may be, and names that are there twice.
 */
bool sw_tag_list_check(struct span record);
bool sw_tag_name_check(struct span name);

#define SW_TAG_NAMES_MAX 8	/* that later ones are compared with */
struct tag_names {
	struct span names[SW_TAG_NAMES_MAX];
	size_t count;
};
/* Remember a name; true where it was there before. */
bool sw_tag_names_repeat(struct tag_names *names, struct span name);

/* Is the first tag name=value, with regard to the value's case only? */
bool sw_tag_begins(struct span record, const char *name, const char *value);

/*
 * MTA-STS and TLS-RPT: does record begin with version, case and all, and then
 * "*WSP ;"?
 */
bool sw_field_begins(struct span record, const char *version);

/* May it end as it does? White space there belongs to a ";". */
bool sw_field_ends(struct span record);

/*
 * Their extension fields: a name of at most 32 octets and a value without
 * white space, "=" or ";", and nothing around the "=".
 */
bool sw_field_is_extension(const struct tag *tag);

/* Is this a URI (RFC 3986 section 3)? What is between "[" and "]" is not read. */
bool sw_uri_check(struct span uri);

/*
 * Parse "URI *(*WSP "," *WSP URI)", where "," and "!" in a URI must be
 * encoded. With sizes, "!" and a size may end a URI (RFC 7489 section 6.2).
 */
struct uris {
	size_t valid;
	size_t invalid;
	size_t mailto;		/* of the valid ones */
	size_t https;
};
void sw_uris_parse(struct span list, bool sizes, struct uris *uris);

#endif
