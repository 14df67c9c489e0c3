/*
 * MX records (RFC 5321 section 5.1) and the null MX (RFC 7505).
 */
#ifndef SENDERWATCH_MX_H
#define SENDERWATCH_MX_H

#include <stddef.h>

#include "senderwatch/answer.h"
#include "senderwatch/result.h"

/*
 * Features: slot 0. A domain with a null MX takes no mail: its outcome is
 * PRESENT, but it is not an MX domain and is reported apart.
 */
#define SW_MX_KIND 0
enum sw_mx_kind {
	SW_MX_KIND_HOSTS = 1,
	SW_MX_KIND_NULL = 2	/* the only MX, preference 0, exchange "." */
};

struct sw_mx {
	size_t hosts;		/* records with an exchange */
	size_t nulls;		/* records whose exchange is the root */
	uint16_t lowest;	/* the smallest preference of all records */
};

/*
 * Read an MX RRset; SW_ERR_INVALID where RDATA is malformed or its name is
 * compressed.
 */
enum sw_result sw_mx_parse(const struct sw_rrset *records, struct sw_mx *mx);

#endif
