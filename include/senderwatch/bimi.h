/*
 * BIMI assertion records of the default selector
 * (draft-brand-indicators-for-message-identification-12 section 4.3).
 */
#ifndef SENDERWATCH_BIMI_H
#define SENDERWATCH_BIMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sw_bimi_indicator {
	SW_BIMI_INDICATOR_LOGO = 1,	/* l is an https URI */
	SW_BIMI_INDICATOR_DECLINED = 2	/* l and a are empty */
};

enum sw_bimi_error {
	SW_BIMI_ERROR_NONE = 0,
	SW_BIMI_ERROR_MULTIPLE = 1,
	SW_BIMI_ERROR_TAGS = 2,		/* malformed or repeated tag */
	SW_BIMI_ERROR_LOCATION = 3,	/* no l, or no https URI in it */
	SW_BIMI_ERROR_EVIDENCE = 4	/* a is no https URI */
};

/* Features: a record that is INVALID states SW_BIMI_ERROR only. */
#define SW_BIMI_INDICATOR 0	/* enum sw_bimi_indicator */
#define SW_BIMI_EVIDENCE 1	/* 2: a certificate is named in a; else 1 */
#define SW_BIMI_ERROR 2		/* enum sw_bimi_error */

struct sw_bimi {
	enum sw_bimi_error error;
	enum sw_bimi_indicator indicator;
	bool evidence;
	size_t unknown;		/* tags of other names: ignored */
};

/* Does the record begin with a tag v whose value is BIMI1? */
bool sw_bimi_is_record(const uint8_t *text, size_t length);

/* Parse such a record. Total over all inputs, linear, allocates nothing. */
void sw_bimi_parse(const uint8_t *text, size_t length, struct sw_bimi *bimi);

#endif
