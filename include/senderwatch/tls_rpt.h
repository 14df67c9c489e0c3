/*
 * TLS-RPT records (RFC 8460 section 3).
 */
#ifndef SENDERWATCH_TLS_RPT_H
#define SENDERWATCH_TLS_RPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sw_tls_rpt_error {
	SW_TLS_RPT_ERROR_NONE = 0,
	SW_TLS_RPT_ERROR_MULTIPLE = 1,
	SW_TLS_RPT_ERROR_SYNTAX = 2,
	SW_TLS_RPT_ERROR_NO_RUA = 3	/* none, or no valid URI in it */
};

enum sw_tls_rpt_transport {
	SW_TLS_RPT_TRANSPORT_MAIL = 1,	/* mailto only */
	SW_TLS_RPT_TRANSPORT_HTTPS = 2,	/* https only */
	SW_TLS_RPT_TRANSPORT_BOTH = 3,
	SW_TLS_RPT_TRANSPORT_OTHER = 4	/* neither */
};

/* Features: a record that is INVALID states SW_TLS_RPT_ERROR only. */
#define SW_TLS_RPT_ERROR 0	/* enum sw_tls_rpt_error */
#define SW_TLS_RPT_TRANSPORT 1	/* enum sw_tls_rpt_transport */

struct sw_tls_rpt {
	enum sw_tls_rpt_error error;
	size_t mailto, https;	/* valid URIs */
	size_t uris;		/* valid ones of any scheme */
	size_t bad_uris;
	size_t extensions;
};

/* As sw_mta_sts_is_record(), for v=TLSRPTv1. */
bool sw_tls_rpt_is_record(const uint8_t *text, size_t length);

/* Parse such a record. Total over all inputs, linear, allocates nothing. */
void sw_tls_rpt_parse(const uint8_t *text, size_t length,
    struct sw_tls_rpt *tls_rpt);

#endif
