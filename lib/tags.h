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

/* Is the first tag name=value, with regard to the value's case only? */
bool sw_tag_begins(struct span record, const char *name, const char *value);

/*
 * Parse "URI *(*WSP "," *WSP URI)" (RFC 3986). One without a scheme, or with an
 * octet that no URI may hold, is invalid.
 * With sizes, "!" and a size may end a URI (RFC 7489 section 6.2).
 */
struct uris {
	size_t valid;
	size_t invalid;
	size_t mailto;		/* of the valid ones */
	size_t https;
};
void sw_uris_parse(struct span list, bool sizes, struct uris *uris);

#endif
