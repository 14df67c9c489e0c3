/* What the tests of observers share. */
#ifndef SENDERWATCH_TESTS_MODULE_OBSERVE_H
#define SENDERWATCH_TESTS_MODULE_OBSERVE_H

#include "module/observer.h"

/* A look-up from the first to the last, without an intake between. */
static inline void
observe(struct sw_observer *observer, const struct sw_lookup *lookup,
    time_t now)
{
	struct sw_name name;

	if (sw_observer_wants(observer, lookup, &name))
		sw_observer_take(observer, lookup, &name,
		    sw_observer_tag(observer, name.mechanism, name.subject,
		    name.subject_length), now);
}

#endif
