/* The sockets on which senders are awaited. */
#ifndef SW_COLLECTOR_LISTEN_H
#define SW_COLLECTOR_LISTEN_H

#include "connections.h"
#include "options.h"

#define SW_LISTENERS_ALL (SW_LISTENER_KINDS * SW_OPTIONS_LISTENERS_MAX)

struct sw_listeners {
	struct sw_listener items[SW_LISTENERS_ALL];
	size_t count;
};

/* Complains in the log. To be closed in any case. */
enum sw_result sw_listeners_open(struct sw_listeners *listeners,
    const struct sw_options *options);
void sw_listeners_close(struct sw_listeners *listeners);

#endif
