/*
 * The senders that were heard of lately, so that each is announced once.
 */
#ifndef SW_COLLECTOR_ROSTER_H
#define SW_COLLECTOR_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "senderwatch/observation.h"
#include "senderwatch/result.h"

struct sw_roster;

enum sw_result sw_roster_new(struct sw_roster **roster);
void sw_roster_free(struct sw_roster **roster);

/* Enter an instance: was it not there? Any thread may call this. */
bool sw_roster_enter(struct sw_roster *roster,
    const uint8_t instance[SW_INSTANCE_SIZE]);

#endif
