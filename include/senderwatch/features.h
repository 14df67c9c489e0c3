/*
 * Words for features: what a slot is called and what its values mean. The
 * same words stand in doc/features.md, column headings and explanations.
 */
#ifndef SENDERWATCH_FEATURES_H
#define SENDERWATCH_FEATURES_H

#include <stdint.h>

#include "senderwatch/observation.h"

/* Static text, a word; NULL where the mechanism does not use the slot. */
const char *sw_feature_name(unsigned mechanism, unsigned slot);

/*
 * Static text, a word; NULL for 0 (not stated), for a slot that is not used,
 * and for the value of a newer sender.
 */
const char *sw_feature_text(unsigned mechanism, unsigned slot, uint8_t value);

#endif
