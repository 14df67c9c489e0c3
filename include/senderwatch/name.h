/*
 * From the name and type that were asked to what the answer would speak of.
 */
#ifndef SENDERWATCH_NAME_H
#define SENDERWATCH_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpsl.h>

#include "senderwatch/observation.h"
#include "senderwatch/registry.h"
#include "senderwatch/result.h"

#define SW_TYPE_MX 15
#define SW_TYPE_TXT 16
#define SW_NAME_WIRE_MAX 255	/* RFC 1035 section 2.3.4 */
#define SW_SUFFIX_MAX 256

/* What libpsl says of each name in a Public Suffix List: see below. */
struct sw_suffix_index;

/*
 * What tells registrable domains apart: the Public Suffix List's ICANN
 * section and the registry tables. All is borrowed and must outlive the
 * struct's use; it is read only, so threads may share it.
 */
struct sw_suffixes {
	const psl_ctx_t *psl;
	/* Made of the same list and tables, for speed; NULL: libpsl is asked. */
	const struct sw_suffix_index *index;
	const struct sw_registry *const *registries;
	size_t registry_count;
	/*
	 * Take a top-level domain that the list does not hold for a public
	 * suffix, as the list's algorithm does. Off by default: names under
	 * such a domain are a network's private ones.
	 */
	bool unlisted_tlds;
};

struct sw_name {
	enum sw_mechanism mechanism;	/* SW_MECHANISM_NONE: not watched */
	uint8_t subject[SW_NAME_WIRE_MAX]; /* wire format, lower case */
	size_t subject_length;		/* with the root label */
	/*
	 * Public suffix, text, lower case; where the registry's table puts all
	 * suffixes below a domain together ("under"), that domain.
	 */
	char suffix[SW_SUFFIX_MAX];
	const struct sw_registry *registry; /* NULL: none knows the suffix */
	const struct sw_registry_type *type; /* NULL: the same */
	uint8_t depth;	/* DKIM: labels between _domainkey and the subject */
};

/*
 * Recognise a lookup of class IN: name is an uncompressed wire-format name of
 * at most length bytes (RFC 1035 section 3.1), type the RR type asked.
 * Any bytes are allowed: what is malformed is not watched. Returns the
 * mechanism, which is out->mechanism too; the other fields of out are set
 * only if it is not SW_MECHANISM_NONE. Allocates nothing.
 */
enum sw_mechanism sw_name_match(const struct sw_suffixes *suffixes,
    const uint8_t *name, size_t length, uint16_t type, struct sw_name *out);

/*
 * What sw_name_match() tells if the labels behind those that stand for a
 * mechanism are a registrable domain, without asking whether they are one: sets
 * mechanism, subject, its length and depth of out. SW_MECHANISM_NONE where
 * sw_name_match() returns that whatever the list says, and for DKIM, whose
 * subject only the list can tell.
 */
enum sw_mechanism sw_name_guess(const uint8_t *name, size_t length,
    uint16_t type, struct sw_name *out);

/*
 * Ask libpsl once about every rule of a list, so that sw_name_match() need
 * not: text is the list's (publicsuffix.org's format) that suffixes->psl was
 * loaded from; psl and registries of suffixes are to be set. SW_ERR_INVALID
 * where a rule makes no sense. The index keeps pointers to the registries.
 */
enum sw_result sw_suffix_index_new(struct sw_suffix_index **index,
    const struct sw_suffixes *suffixes, const char *text, size_t length);
void sw_suffix_index_free(struct sw_suffix_index **index);

/* The registry table of a top-level domain (text), or NULL. */
const struct sw_registry *sw_registry_of_tld(
    const struct sw_suffixes *suffixes, const char *tld);

/*
 * Write a wire-format name as text without the final dot (RFC 1035 section
 * 5.1 escapes; "." for the root). Returns the length without NUL, or 0 where
 * it is malformed or does not fit.
 */
size_t sw_name_to_text(const uint8_t *name, size_t length, char *text,
    size_t size);

/* The reverse; the final dot is optional. Returns the wire length or 0. */
size_t sw_name_from_text(const char *text, uint8_t *name, size_t size);

/* Is a name (wire) equal to parent or below it? ASCII case-insensitive. */
bool sw_name_is_within(const uint8_t *name, size_t length,
    const uint8_t *parent, size_t parent_length);

#endif
