/* Between the files of the SPF parser. */
#ifndef SENDERWATCH_LIB_SPF_H
#define SENDERWATCH_LIB_SPF_H

#include "senderwatch/spf.h"
#include "span.h"

/*
 * The macro-string of an unknown modifier, and a domain-spec (7.1); macros
 * found are added to *macros.
 */
enum sw_spf_error sw_spf_check_ignored(struct span text, size_t *macros);
enum sw_spf_error sw_spf_check_domain(struct span text, size_t *macros);

/*
 * Where text ends without a dual-cidr-length (5.3), if there is one at its
 * end; NULL where a length is malformed or out of range.
 */
const uint8_t *sw_spf_cut_cidr(struct span text);

/* What ip4: and ip6: take (5.6), network and optional prefix length. */
enum sw_spf_error sw_spf_check_ip4(struct span text, unsigned *prefix);
enum sw_spf_error sw_spf_check_ip6(struct span text, unsigned *prefix);

#endif
