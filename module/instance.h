/*
 * One senderwatch.so of Unbound's module chain, without what is Unbound's:
 * settings, observer, intake and sender. The same file may be loaded as several.
 */
#ifndef SENDERWATCH_MODULE_INSTANCE_H
#define SENDERWATCH_MODULE_INSTANCE_H

#include <stddef.h>
#include <time.h>

#include "module/log.h"
#include "module/observer.h"
#include "senderwatch/result.h"

struct sw_instance;

/*
 * Read the settings file and make ready; says through log what is wrong.
 * chroot: the folder that Unbound is shut in by now, or NULL; paths may be
 * written as they read outside. Main thread only, as sw_instance_free().
 */
enum sw_result sw_instance_new(struct sw_instance **instance,
    const char *settings, const char *chroot, sw_log_function log);

/* Deliver what can be, and say what was counted. */
void sw_instance_free(struct sw_instance **instance);

/*
 * Any thread may see answers. thread: its number, see sw_lanes_leave(). now:
 * seconds since 1970-01-01. To say some time before that there may be one saves
 * waiting for memory: see sw_lanes_expect().
 */
void sw_instance_expect(const struct sw_instance *instance, unsigned thread);
void sw_instance_see(struct sw_instance *instance,
    const struct sw_lookup *lookup, unsigned thread, time_t now);

/*
 * SW_INSTANCE_ROOM zeroed octets for whoever made it; with them comes what it
 * needs itself for a look-up.
 */
#define SW_INSTANCE_ROOM 32
static inline void *
sw_instance_room(struct sw_instance *instance)
{
	return instance;
}

size_t sw_instance_memory(struct sw_instance *instance);

/* Log what was counted, once a minute at most, whoever asks. Any thread. */
void sw_instance_tell(struct sw_instance *instance, time_t now);

#endif
