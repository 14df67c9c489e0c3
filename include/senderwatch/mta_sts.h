/*
 * MTA-STS records (RFC 8461 section 3.1). What the policy behind them says is
 * not in the DNS.
 */
#ifndef SENDERWATCH_MTA_STS_H
#define SENDERWATCH_MTA_STS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sw_mta_sts_error {
	SW_MTA_STS_ERROR_NONE = 0,
	SW_MTA_STS_ERROR_MULTIPLE = 1,
	SW_MTA_STS_ERROR_SYNTAX = 2,
	SW_MTA_STS_ERROR_NO_ID = 3
};

/* Features: a record that is PRESENT states nothing. */
#define SW_MTA_STS_ERROR 0	/* enum sw_mta_sts_error */

struct sw_mta_sts {
	enum sw_mta_sts_error error;
	size_t extensions;
};

/*
 * Does the record begin with v=STSv1 (case matters) and ";", perhaps after
 * white space, or the end?
 */
bool sw_mta_sts_is_record(const uint8_t *text, size_t length);

/* Parse such a record. Total over all inputs, linear, allocates nothing. */
void sw_mta_sts_parse(const uint8_t *text, size_t length,
    struct sw_mta_sts *mta_sts);

#endif
